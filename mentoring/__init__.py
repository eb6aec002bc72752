"""The site on top: settings, routes and commands. The kernel, which knows no app, lies underneath in `kernel/`."""

import gc

# What a process loads at its start stays until its end. Python would look through it for what can go a hundred times, a fifth of the time
# that a start takes. From `KernelConfig.ready` on it looks through what has come since.
gc.disable()

from mentoring.celery import app as celery_app  # noqa: E402 - the pause comes before whatever is loaded

__all__ = ["celery_app"]

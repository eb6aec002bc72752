"""The site on top: settings, routes and commands. The kernel, which knows no app, lies underneath in `kernel/`."""

import gc

# Nearly all that a process loads at its start stays until its end. To look through it for what can go takes a fifth of the start, so Python
# waits with that until `KernelConfig.ready`, where Django is set up, and looks from then on through what has come since.
gc.disable()

from mentoring.celery import app as celery_app  # noqa: E402 - the pause comes before whatever is loaded

__all__ = ["celery_app"]

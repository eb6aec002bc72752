"""Where a test may let the worker die: `EVENHAND_FAILPOINT=after_250:0.05,after_claim:0.1`. The settings allow it with DEBUG only."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings
from django.db import transaction

NAMES = ("after_claim", "after_gathering", "after_250", "before_commit")


def reach(name: str) -> None:
    """Die here, as by `kill -9`, as often as the setting says."""
    if settings.EVENHAND_FAILPOINT and random.random() < _chances(settings.EVENHAND_FAILPOINT).get(name, 0):  # noqa: S311
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def before_commit() -> Iterator[None]:
    """What is inside commits when it ends; `before_commit` dies between the two."""
    if not settings.EVENHAND_FAILPOINT:
        yield
        return
    with transaction.atomic():
        yield
        reach("before_commit")


@lru_cache(maxsize=4)
def _chances(configured: str) -> dict[str, float]:
    chances = {}
    for entry in filter(None, configured.split(",")):
        name, _, chance = entry.partition(":")
        if name not in NAMES:
            raise ValueError(f"EVENHAND_FAILPOINT knows {', '.join(NAMES)}, and not {name!r}.")
        chances[name] = float(chance or 1)
    return chances

"""Waiting for something that happens in another process."""

import time
from collections.abc import Callable


def until(happened: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} seconds"
        time.sleep(0.05)

"""Several things at the same moment, each on a connection of its own. For tests with `django_db(transaction=True)`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from mentoring.kernel.errors import Refused


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let all go together. Returns what each gave, or the `Refused` that it met."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result() for future in [threads.submit(run, act) for act in acts]]

"""Several things at the same moment, each on a connection of its own. For tests with `django_db(transaction=True)`."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

from django.db import connection, models, transaction

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


@contextmanager
def held_elsewhere(row: models.Model) -> Iterator[None]:
    """Somebody else has locked this row meanwhile. Who waits for it all the same gets an error rather than their turn."""
    is_held, is_over = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                type(row)._default_manager.select_for_update().get(pk=row.pk)
                is_held.set()
                is_over.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads, connection.cursor() as cursor:
        held = threads.submit(hold)
        is_held.wait(10)
        cursor.execute("SET lock_timeout = '300ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
            is_over.set()
            held.result()

"""Every route, by every role, with every method: who passes is what `access_matrix` says, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.security.access_matrix import LIBRARIES, ROLES, ROUTES
from tests.security.cells import cells, complaints, patterns
from tests.security.world import World, build_world
from tests.times import NOON


def test_every_route_is_in_the_table() -> None:
    routes = {name for name in patterns() if not name.startswith(LIBRARIES)}
    assert len(routes) > 30, "The walk found hardly any route."

    assert sorted(routes - ROUTES.keys()) == [], "Routes that nobody said a word about."
    assert sorted(ROUTES.keys() - routes) == [], "Names in the table that are no route."


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One for every role: each visit is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOON, tick=False):
            built = build_world()
        yield built
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_access_matrix(world: World, role: str, soak: bool) -> None:
    """What is foreign and what does not exist are answered with the same bytes, too."""
    browser = world.browser_of(role)
    visited = list(cells(world, roles=[role], short=not soak))
    not_found: dict[tuple[str, str], bytes] = {}

    wrong = [complaint for cell in visited for complaint in complaints(cell, world, browser, not_found)]

    assert len(visited) > 100, "The walk visited hardly any page."
    assert wrong == []

"""Every route, by every role, with every method: who passes is what `access_matrix` says, and nothing else."""

import pytest
import time_machine

from tests.security.access_matrix import LIBRARIES, ROLES, ROUTES
from tests.security.cells import cells, complaints, patterns
from tests.security.world import build_world
from tests.times import NOON


def test_every_route_is_in_the_table() -> None:
    routes = {name for name in patterns() if not name.startswith(LIBRARIES)}
    assert len(routes) > 30, "The walk found hardly any route."

    assert sorted(routes - ROUTES.keys()) == [], "Routes that nobody said a word about."
    assert sorted(ROUTES.keys() - routes) == [], "Names in the table that are no route."


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_access_matrix(role: str, soak: bool) -> None:
    """What is foreign and what does not exist are answered with the same bytes, too."""
    world = build_world()
    browser = world.browser_of(role)
    visited = list(cells(world, roles=[role], short=not soak))
    not_found: dict[tuple[str, str], bytes] = {}

    wrong = [complaint for cell in visited for complaint in complaints(cell, world, browser, not_found)]

    assert len(visited) > 100, "The walk visited hardly any page."
    assert wrong == []

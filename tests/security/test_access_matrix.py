"""Every route, by every role, with every method: who passes is what `access_matrix` says, and nothing else."""

import pytest
import time_machine

from tests.security.access_matrix import LIBRARIES, ROLES, ROUTES
from tests.security.cells import address_of, cells, complaints, patterns
from tests.security.world import NAMES_A_ROW, build_world
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
    world = build_world()
    browser = world.browser_of(role)
    visited = list(cells(world, roles=[role], short=not soak))

    wrong = [complaint for cell in visited for complaint in complaints(cell, world, browser)]

    assert len(visited) > 100, "The walk visited hardly any page."
    assert wrong == []


@pytest.mark.django_db(transaction=True)
def test_404_bodies_are_equal_for_what_is_foreign_and_for_what_does_not_exist() -> None:
    world = build_world()
    browser = world.browser_of("coordinator")
    compared = [name for name, (pattern, _) in patterns().items() if name in ROUTES and NAMES_A_ROW.search(pattern)]
    assert len(compared) > 5

    for name in compared:
        if "get" in ROUTES[name].methods:
            foreign, missing = (browser.get(address_of(world, name, which)) for which in ("foreign", "missing"))
            assert foreign.status_code == missing.status_code == 404
            assert foreign.content == missing.content, name

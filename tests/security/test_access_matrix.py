"""Every route, by every role, with every method: who passes is what `access_matrix` says, and nothing else."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.security.access_matrix import ALLOW, HIDE, LIBRARIES, ROLES, ROUTES, SIGN_IN
from tests.security.world import NAMES_A_ROW, World, build_world

METHODS = ("get", "head", "options", "post")


class _UndoneVisit(Exception):
    """Takes back what a visit wrote, so that every cell meets the same world."""


def _every_route() -> Iterator[tuple[str, str]]:
    """The name and the pattern of each route, "app:name" where it has an app."""

    def walk(patterns: list[URLPattern | URLResolver], space: str, path: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner, here)
            else:
                yield f"{space}{pattern.name}", here

    yield from walk(get_resolver().url_patterns, "", "")


def test_every_route_is_in_the_table() -> None:
    routes = {name for name, _ in _every_route() if not name.startswith(LIBRARIES)}
    assert len(routes) > 30, "The walk found hardly any route."

    assert sorted(routes - ROUTES.keys()) == [], "Routes that nobody said a word about."
    assert sorted(ROUTES.keys() - routes) == [], "Names in the table that are no route."


def _outcome(response: HttpResponse) -> str:
    if response.status_code == 404:
        return HIDE
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return SIGN_IN
    return ALLOW


def _visit(browser: Client, method: str, address: str) -> HttpResponse:
    try:
        with transaction.atomic():
            response = getattr(browser, method)(address)
            raise _UndoneVisit
    except _UndoneVisit:
        return response


def _cells(world: World, role: str) -> Iterator[tuple[str, str, str]]:
    """(route, address, what is expected) for what is the pair's own; what is another program's and what does not exist are never there."""
    patterns = dict(_every_route())
    for name, route in ROUTES.items():
        pattern = patterns[name]
        yield name, reverse(name, kwargs=world.arguments_of(pattern, "own", name)), route.outcome(role)
        if NAMES_A_ROW.search(pattern):
            for which in ("foreign", "missing"):
                expected = SIGN_IN if role == "anonymous" else HIDE
                yield name, reverse(name, kwargs=world.arguments_of(pattern, which, name)), expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_access_matrix(role: str) -> None:
    world = build_world()
    browser = world.browser_of(role)
    seen, wrong = 0, []
    for name, address, expected in _cells(world, role):
        for method in METHODS:
            response = _visit(browser, method, address)
            seen += 1
            told = f"{method.upper()} {address} as {role}: {response.status_code}"
            if response.status_code >= 500:
                wrong.append(told)
            elif response.status_code == 405:
                if method in ROUTES[name].methods:
                    wrong.append(f"{told}, though the table says that it takes it")
            elif method in ROUTES[name].methods and _outcome(response) != expected:
                wrong.append(f"{told}, which is {_outcome(response)}; expected {expected}")
    assert seen > 100, "The walk visited hardly any page."
    assert wrong == []


@pytest.mark.django_db
def test_404_bodies_are_equal_for_what_is_foreign_and_for_what_does_not_exist() -> None:
    world = build_world()
    browser = world.browser_of("coordinator")
    patterns, compared = dict(_every_route()), 0
    for name, route in ROUTES.items():
        if "get" not in route.methods or not NAMES_A_ROW.search(patterns[name]):
            continue
        foreign = browser.get(reverse(name, kwargs=world.arguments_of(patterns[name], "foreign", name)))
        missing = browser.get(reverse(name, kwargs=world.arguments_of(patterns[name], "missing", name)))
        compared += 1
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content, name
    assert compared > 5

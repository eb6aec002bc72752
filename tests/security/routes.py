"""Every route of the site, as an address that one can ask for."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from tests.security.access_matrix import ROUTES

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# The innermost group of a regular expression, named or not.
GROUP = re.compile(r"\((?:\?P<\w+>)?[^()]*\)")
OF_A_KIND = {"int": "1", "slug": "some-program", "uuid": "00000000-0000-4000-8000-000000000001", "str": "x", "path": "x", None: "x"}


def patterns() -> Iterator[str]:
    """Each route's own pattern, such as `p/<slug:program>/people/<int:membership>/`."""

    def walk(found: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in found:
            here = before + (str(pattern.pattern) if isinstance(pattern.pattern, RoutePattern) else _plain(str(pattern.pattern)))
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here

    yield from walk(get_resolver().url_patterns, "")


def addresses(known: Mapping[str, object] | None = None) -> list[str]:
    """An address for each route. `known` says what a parameter of this name stands for; the others are made up."""
    known = known or {}

    def value(parameter: re.Match[str]) -> str:
        return str(known.get(parameter["name"], OF_A_KIND[parameter["kind"]]))

    found = sorted({f"/{PARAMETER.sub(value, pattern)}" for pattern in patterns()})
    assert len(found) > 30, "The walk found hardly any route."
    return found


def name_of(address: str) -> str:
    """The name of the route that an address leads to; nothing where it leads nowhere."""
    try:
        return resolve(address).view_name or ""
    except Resolver404:
        return ""


def of_libraries(found: Iterable[str]) -> list[str]:
    """Those of the addresses that lead to no page of ours."""
    return [address for address in found if name_of(address) not in ROUTES]


def _plain(expression: str) -> str:
    return GROUP.sub("x", expression).strip("^$").replace("\\", "").removesuffix("Z")

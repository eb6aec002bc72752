"""The cells of the matrix: who asks for which page and how, and what is wrong with the answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from checkins.answers.access import COOKIE
from tests.security.access_matrix import ALLOW, FORM, HIDE, MEMBERS, PARTICIPANTS, ROLES, ROUTES, SIGN_IN, STAFF
from tests.security.answers import MAY_WRITE, SAFE, tables_written, wrong_headers
from tests.security.world import NAMES_A_ROW, World

METHODS = ("get", "head", "options", "post")
ASKS_MOST = ("half", "coordinator")
# Where these are not shown what is their own program's, no rule of the product could show them another's: none of them is kept out of
# anything because they are part of it. They ask once, to see that both are answered alike.
PART_OF_NOTHING = ("other", "coordinator", "admin")
# Which members of the program a door lets in.
DOORS = {"members": MEMBERS, "participants": PARTICIPANTS, "staff": STAFF, "admins": ("admin",)}


@dataclass(frozen=True)
class Cell:
    route: str
    role: str
    which: str
    method: str
    address: str
    expected: str


class _UndoneVisit(Exception):
    """Takes back what a visit wrote, so that every cell meets the same world."""


def patterns() -> dict[str, tuple[str, URLPattern]]:
    """By name, "app:name" where it has an app: the whole address's pattern, and where Django keeps the view."""
    return _patterns_in(get_resolver())


@cache
def _patterns_in(site: URLResolver) -> dict[str, tuple[str, URLPattern]]:
    def walk(found: list[URLPattern | URLResolver], space: str, path: str) -> Iterator[tuple[str, tuple[str, URLPattern]]]:
        for pattern in found:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner, here)
            else:
                yield f"{space}{pattern.name}", (here, pattern)

    return dict(walk(site.url_patterns, "", ""))


def cells(
    world: World,
    *,
    routes: Iterable[str] = ROUTES,
    roles: Iterable[str] = ROLES,
    methods: Iterable[str] = METHODS,
    short: bool = False,
) -> Iterator[Cell]:
    """What is the pair's own; and what is never there: another program's, what does not exist, and what one had before one left.

    What a route does not take it refuses before it looks at any row (`complaints` sees to that), so one row is enough to ask for.
    In its `short` form two roles ask for nearly all of it: HEAD and OPTIONS of every fourth page that they are let in to, since one door
    answers them as it answers GET; and what does not exist they are shown or send to, not both. The others GET what is the pair's own, and
    ask for the rest of every third page. A member whom the door keeps out asks for what is their program's own, and in one way: a door
    looks neither at the row nor at how it is asked for, and were it open, this is what would be seen. And what a route does not take is
    refused to one of those who may see the page: nobody else could tell that it was taken.
    """
    for number, name in enumerate(routes):
        names_a_row = NAMES_A_ROW.search(patterns()[name][0])
        for role in roles:
            expected = {"own": ROUTES[name].outcome(role)}
            if names_a_row:
                never = SIGN_IN if role == "anonymous" and ROUTES[name].needs_sign_in else HIDE
                expected |= {"foreign": never} | ({"past": never} if role == "former" else {})
                if not short or role in ASKS_MOST:
                    expected["missing"] = never
            outside = is_kept_out(name, role)
            for which, outcome in expected.items():
                if short and outside and which != "own":
                    continue
                address = address_of(world, name, which)
                for method in methods:
                    if short and which == "foreign" and method != "get" and role in PART_OF_NOTHING and expected["own"] == HIDE:
                        continue
                    if short and refuses(name, method) and role != _who_is_refused(name):
                        continue
                    if short and outside and method == "post" and "get" in ROUTES[name].methods:
                        continue
                    if short and method in ("head", "options") and not (outcome == ALLOW and role in ASKS_MOST and number % 4 == 0):
                        continue
                    if short and role not in ASKS_MOST and (which, method) != ("own", "get") and number % 3:
                        continue
                    if short and (which, method) == ("missing", "post") and "get" in ROUTES[name].methods:
                        continue
                    if which == "own" or not refuses(name, method):
                        yield Cell(name, role, which, method, address, outcome)


def is_kept_out(route: str, role: str) -> bool:
    """Is this a member of the program whom the route's door turns away? It does so before anybody asks for a row."""
    door = getattr(patterns()[route][1].callback, "open_to", "members")
    return role in MEMBERS and role not in DOORS[door]


def refuses(route: str, method: str) -> bool:
    """A form may answer OPTIONS like GET. Whatever else is not in the table has to be refused."""
    return method not in ROUTES[route].methods and (method != "options" or ROUTES[route].methods != FORM)


def _who_is_refused(route: str) -> str:
    """One of those who may see the page, and of these one who asks most."""
    who = ROUTES[route].who
    return next((role for role in (*ASKS_MOST, *who) if role in who), ASKS_MOST[0])


def address_of(world: World, name: str, which: str) -> str:
    return reverse(name, kwargs=world.arguments_of(patterns()[name][0], which, name))


def complaints(cell: Cell, world: World, browser: Client, not_found: dict[tuple[str, str], bytes] | None = None) -> list[str]:
    """What is wrong with the answer, in words; nothing when it is as the table says.

    `not_found` keeps how a route has answered, to each method, where there is no such page for this browser: it has no other such answer.
    """
    with tables_written() as tables:
        response, body = visit(browser, cell.method, cell.address)
    told = f"{cell.method.upper()} {cell.address} as {cell.role}: {response.status_code}"
    found = [f"{told}, which shows {word}" for word, roles in world.words.items() if cell.role not in roles and word.encode() in body]
    found += [f"{told}, whose {name} is wrong" for name in wrong_headers(response)]
    if cell.method in SAFE and tables - MAY_WRITE:
        found.append(f"{told}, which writes to {sorted(tables - MAY_WRITE)}")
    takes_it = cell.method in ROUTES[cell.route].methods
    if response.status_code == 404 and not_found is not None and not_found.setdefault((cell.route, cell.method), body) != body:
        found.append(f"{told}, which tells what is not there from what is not theirs")
    if response.status_code >= 500:
        found.append(told)
    elif response.status_code == 405:
        if takes_it:
            found.append(f"{told}, though the table says that it takes it")
        if body:
            found.append(f"{told}, which says something")
    elif refuses(cell.route, cell.method) and cell.expected == ALLOW:
        found.append(f"{told}, though the table says that it does not take it")
    elif takes_it and _outcome(response) != cell.expected:
        found.append(f"{told}, which is {_outcome(response)}; expected {cell.expected}")
    return found


def visit(browser: Client, method: str, address: str) -> tuple[HttpResponse, bytes]:
    """The answer and all of its text. A file asks for its rows while it is sent."""
    # What the link of a mail opened stays open to a browser: the next visit is of somebody who has not come by it.
    browser.cookies.pop(COOKIE, None)
    try:
        with transaction.atomic():
            response = getattr(browser, method)(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            raise _UndoneVisit
    except _UndoneVisit:
        return response, body


def _outcome(response: HttpResponse) -> str:
    if response.status_code == 404:
        return HIDE
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return SIGN_IN
    return ALLOW

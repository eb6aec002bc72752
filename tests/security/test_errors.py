"""Bad input is answered, not crashed on; and looking changes nothing."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse

from tests.security import routes
from tests.security.answers import MAY_WRITE, SAFE, tables_written

WHO = ["signed out", "participant", "coordinator"]
# As they stand in an address or a body, not yet decoded.
STRANGE = {
    "nul": "%00",
    "nul inside": "a%00b",
    "no UTF-8": "%FF%FE%80",
    "half a character": "%ED%A0%80",
    "overlong": "%C0%AF",
    "turned round": quote("\u202eeman\u202c \u200b\ufeff"),
    "very long": "x" * 11_000,
    "a huge number": "9" * 40,
    "below zero": "-1",
    "no number": "NaN",
    "infinite": "1e400",
    "a day that is none": "2026-02-30",
    "the last day of all": "9999-12-31",
    "a template": quote("{{ 7*7 }}{% x %}%s%(a)s"),
    "a script": quote("<script>alert(1)</script>"),
    "a statement": quote("'; DROP TABLE kernel_job; --"),
    "emoji": quote("👩🏽‍🤝‍👨🏻"),
    "empty": "",
}
# What has broken pages before; the short form of a test takes these.
WORST = ["nul inside", "very long", "the last day of all"]
PARAMETERS = ["page", "sort", "search", "q", "next", "state", "kind", "cohort", "role", "email", "login", "name", "code", "once", "step"]


def strange_texts(soak: bool) -> dict[str, str]:
    return STRANGE if soak else {name: STRANGE[name] for name in WORST}


class _UndoneVisit(Exception):
    """Takes back what a visit wrote, so that each meets the same scene."""


def undone(visit: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        with transaction.atomic():
            response = visit()
            if not response.streaming:
                raise _UndoneVisit
            b"".join(response.streaming_content)
            raise _UndoneVisit
    except _UndoneVisit:
        return response


def complaint(response: HttpResponse, *about: object) -> list[str]:
    if response.status_code < 500:
        return []
    error = getattr(response, "exc_info", None)
    return [f"{response.status_code} {' '.join(map(str, about))}: {error[1]!r}" if error else f"{response.status_code} {about}"]


def listed(wrong: list[str]) -> str:
    return "\n".join(["", *sorted(set(wrong))[:40]])


@pytest.mark.parametrize("who", WHO)
def test_strange_text_in_an_address_breaks_nothing(scene, who, soak):
    browser, wrong = scene.browsers[who], []
    texts = list(strange_texts(soak).values())
    for address in scene.addresses_of(who) if soak else scene.addresses_that_take("get", who):
        # Each parameter holds another text, and the next one the next time.
        for turn in range(len(texts) if soak else 1):
            query = "&".join(f"{name}={texts[(place + turn) % len(texts)]}" for place, name in enumerate(PARAMETERS))
            response = undone(lambda: browser.get(f"{address}?{query}"))  # noqa: B023 - called at once
            wrong += complaint(response, "GET", address, turn)
    assert not wrong, listed(wrong)


STRANGE_NAMES = ["%00", "x" * 3000, "9" * 30, "%FF", "%2e%2e%2f", "%0d%0aX: y", "-1"]


def test_strange_text_instead_of_a_name_or_a_number_breaks_nothing(scene, soak):
    wrong = []
    for who, browser in scene.browsers.items():
        for strange in STRANGE_NAMES:
            for address in [f"/{strange}", f"/p/{strange}/", f"/p/{scene.participant.program.slug}/{strange}/", f"/invitations/{strange}/"]:
                wrong += complaint(browser.get(address), address)
        for address in scene.addresses_of(who):
            if re.search(r"/\d+/", address):
                for strange in STRANGE_NAMES if soak else STRANGE_NAMES[:3]:
                    asked = re.sub(r"/\d+/", f"/{strange}/", address)
                    # Where no route takes such a name no page is asked, and what is said instead has been seen above.
                    if soak or routes.name_of(unquote(asked)):
                        wrong += complaint(browser.get(asked), address, strange)
    assert not wrong, listed(wrong)


class Forms(HTMLParser):
    """The forms of a page that are posted: where to, and the names of what is asked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        has = dict(attributes)
        if tag == "form":
            self._open = (has.get("method") or "").lower() == "post"
            if self._open:
                self.found.append((has.get("action") or "", set()))
        elif self._open and tag in {"input", "select", "textarea", "button"} and has.get("name"):
            self.found[-1][1].add(has["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def forms_of(scene: Any, who: str) -> Iterator[tuple[str, set[str]]]:
    """Every form that the person is shown on any page, once."""
    browser, met = scene.browsers[who], set()
    for address in scene.addresses_that_take("get", who):
        response = browser.get(address)
        if response.status_code != 200 or response.streaming or "text/html" not in response["Content-Type"]:
            continue
        for action, names in Forms(response.text).found:
            form = (action or address, frozenset(names - {"csrfmiddlewaretoken"}))
            if form not in met:
                met.add(form)
                yield form[0], set(form[1])


@pytest.mark.parametrize("who", WHO)
def test_every_form_survives_bad_input(scene, who, soak):
    """All fields of a form hold the same strange text; then each is there twice, none is there, or the body is no form at all."""
    browser, wrong, count = scene.browsers[who], [], 0
    for action, names in list(forms_of(scene, who)):
        count += 1
        bodies = {name: "&".join(f"{field}={strange}" for field in sorted(names)) for name, strange in strange_texts(soak).items()}
        bodies["twice"] = urlencode([(field, value) for field in sorted(names) for value in ("1", "2")])
        bodies["nothing"] = ""
        for name, body in bodies.items():
            response = undone(lambda: browser.post(action, body, content_type="application/x-www-form-urlencoded"))  # noqa: B023
            wrong += complaint(response, "POST", action, name)
            scene.sign_in_again(who)
    assert not wrong, listed(wrong)
    assert count >= (2 if who == "signed out" else 5)


BODIES = [
    ("application/x-www-form-urlencoded; charset=no-such-charset", "name=%FF"),
    ("application/x-www-form-urlencoded; charset=utf-16", "name=%FF"),
    ("multipart/form-data", "no boundary"),
    ("multipart/form-data; boundary=x", "--x\r\nnothing that was begun ends"),
    ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="a\0b"; filename="\0"\r\n\r\n\0\xff\r\n--x--\r\n'),
    ("application/json", "{"),
    ("", "x"),
    ("text/xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
]


@pytest.mark.parametrize("who", WHO)
def test_a_body_that_is_no_form_breaks_nothing(scene, who, soak):
    browser, wrong = scene.browsers[who], []
    for address in scene.addresses_of(who) if soak else scene.addresses_that_take("post", who)[::2]:
        for kind, body in BODIES if soak else BODIES[::4]:
            response = undone(lambda: browser.generic("POST", address, body.encode("latin-1"), content_type=kind))  # noqa: B023 - called at once
            wrong += complaint(response, "POST", address, kind)
        scene.sign_in_again(who)
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("who", WHO)
def test_strange_cookies_break_nothing(scene, who):
    browser = scene.browsers[who]
    browser.cookies.load({"messages": "\xff%00", "csrftoken": "short", "other": "\x7f"})

    assert complaint(browser.get("/accounts/me/"), "GET") + complaint(browser.post("/leave/"), "POST") == []


@pytest.mark.parametrize("who", WHO)
def test_safe_methods_write_nothing_on_a_page_of_a_library(scene, who):
    """On our own pages the access matrix listens, by every role."""
    browser, wrong, seen = scene.browsers[who], [], 0
    for address in routes.of_libraries(scene.addresses):
        for method in sorted(SAFE):
            with tables_written() as tables:
                getattr(browser, method)(address)
            seen += 1
            if tables - MAY_WRITE:
                wrong.append(f"{method.upper()} {address} writes to {sorted(tables - MAY_WRITE)}")
    assert seen > 30
    assert not wrong, listed(wrong)


def test_a_write_would_be_heard(scene):
    with tables_written() as tables:
        scene.participant.save()

    assert tables == {"programs_membership"}

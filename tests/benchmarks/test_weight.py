"""What a page weighs on the way to a browser, with static files as a real installation serves them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from mentoring import settings as of_the_site
from tests.checkins.pages import address, people_around
from tests.factories.checkins import (
    ActionItemFactory,
    AgendaItemFactory,
    DecisionFactory,
    GoalFactory,
    MessageFactory,
    NoteFactory,
    SessionFactory,
)

FIRST_VISIT, REPEAT_VISIT = 100_000, 20_000
A_YEAR = 365 * 24 * 3600


@contextmanager
def served_from(folder: Path) -> Iterator[None]:
    """Named by what is in them and compressed, in this folder, and looked for nowhere else. Ours alone: packages bring many more."""
    with override_settings(
        STORAGES=of_the_site.STORAGES,
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STATIC_ROOT=folder,
        WHITENOISE_USE_FINDERS=False,
        WHITENOISE_AUTOREFRESH=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


def weighed(browser: Client, page: str) -> tuple[int, dict[str, Any]]:
    """The bytes of the page itself, and the answer for each file that it loads, and that those load."""
    answer = asked_for(browser, page)
    found: dict[str, Any] = {}
    waiting = {urljoin(page, name) for name in re.findall(r'<(?:link|script|img)\b[^>]*\b(?:href|src)="([^"]+)"', browser.get(page).text)}
    while waiting:
        name = waiting.pop()
        found[name] = asked_for(browser, name)
        if name.endswith(".css"):
            style = b"".join(browser.get(name).streaming_content).decode()
            waiting |= {urljoin(name, there) for there in re.findall(r'url\("?([^")]+)"?\)', style) if not there.startswith("data:")}
        waiting -= found.keys()
    return answer.bytes, found


def asked_for(browser: Client, name: str) -> Any:
    answer = browser.get(name, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.status_code == 200, name
    answer.bytes = len(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    return answer


def is_kept(answer: Any) -> bool:
    """By the browser, without asking again."""
    kept = answer.headers.get("Cache-Control", "")
    return "immutable" in kept and int(re.search(r"max-age=(\d+)", kept)[1]) >= A_YEAR


@pytest.mark.django_db
def test_the_page_of_two_with_all_it_loads_is_light_and_lighter_the_second_time(as_member, tmp_path):
    around = people_around()
    for factory in (AgendaItemFactory, SessionFactory, DecisionFactory, ActionItemFactory, GoalFactory, NoteFactory, MessageFactory):
        factory.create_batch(20, pairing=around.pairing)

    with served_from(tmp_path):
        of_page, files = weighed(as_member(around.half), address("pairing", around.pairing.program, around.pairing.pk))

    assert {Path(name).suffix for name in files} == {".css", ".js", ".svg", ".ttf"}
    again = of_page + sum(answer.bytes for answer in files.values() if not is_kept(answer))
    first = of_page + sum(answer.bytes for answer in files.values())
    assert first < FIRST_VISIT
    assert again < REPEAT_VISIT
    assert len(files) + 1 <= 10

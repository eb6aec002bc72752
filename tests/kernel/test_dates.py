import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django.template import engines
from django.utils import timezone, translation
from django.utils.translation import pgettext

from mentoring.kernel.dates import FORMATS, written

ROOT = Path(__file__).parents[2]
CODE = ["checkins", "guidelines", "matching", "programs", "mentoring"]
# A day for machines: the key of something, the value of an attribute.
FOR_MACHINES = {"Ymd", "Y-m-d", "c"}
MOMENT = datetime(2026, 3, 5, 9, 7, 3, tzinfo=UTC)


def test_each_form_can_be_given_another_by_a_translator(monkeypatch):
    class German:
        def pgettext(self, context, text):
            return {"j F": "j. F"}.get(text, text) if context == "date format" else text

    # Of a language that nothing else is written in: what was written once is kept.
    with translation.override("xx"):
        monkeypatch.setattr("django.utils.translation._trans.pgettext", German().pgettext)

        assert written(date(2026, 3, 5), "day") == "5. March"


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (MOMENT, "weekday_and_clock", "Thursday 5 March, 09:07"),
        (MOMENT.date(), "full_weekday", "Thursday 5 March 2026"),
        (time(9, 7), "clock", "09:07"),
    ],
)
def test_a_day_a_time_and_a_moment_are_written_as_people_do(value, form, words):
    assert written(value, form) == words


def test_a_day_is_written_for_each_in_their_own_language():
    said = []
    for language in ("en", "de"):
        with translation.override(language):
            said.append(written(MOMENT.date(), "day"))

    assert said == ["5 March", "5 März"]


def test_a_page_tells_a_moment_by_the_readers_clock_and_nothing_where_there_is_none():
    page = engines["django"].from_string('{{ moment|written:"clock" }}{{ nothing|written:"clock" }}')

    with timezone.override("Asia/Kolkata"):
        assert page.render({"moment": MOMENT, "nothing": None}) == "14:37"


def test_every_form_writes_another_text():
    # Two names for one form would be two to translate.
    assert len({str(form) for form in FORMATS.values()}) == len(FORMATS)
    assert all(pgettext("date format", str(form)) for form in FORMATS.values())


def test_no_page_and_no_mail_has_a_form_of_its_own():
    pages = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    assert len(pages) > 100

    own = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in pages
        for found in re.finditer(r'\|(?:date|time)(?::"([^"]*)")?(?=[\s|}%])', path.read_text(encoding="utf-8"))
        if found[1] not in FOR_MACHINES
    ]

    assert own == []


def test_no_page_and_no_mail_asks_for_a_form_that_is_not_there():
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    asked = {form for page in pages for form in re.findall(r'\|written:"([^"]*)"', page)}

    assert len(asked) > 5
    assert asked <= FORMATS.keys()


def test_no_code_but_this_writes_days_in_a_form_of_its_own():
    modules = [path for app in CODE for path in (ROOT / app).rglob("*.py") if path != ROOT / "mentoring/kernel/dates.py"]
    assert len(modules) > 100

    assert [str(path.relative_to(ROOT)) for path in modules if re.search(r"\b(date_format|time_format)\(", path.read_text("utf-8"))] == []

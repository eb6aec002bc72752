import csv
import re
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.templatetags.components import length_of
from tests.checkins.pages import address, many_pairs, people_around
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import CohortFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Weber", program__time_zone="Europe/London")


def met(pairing, *moments, minutes=45, **what):
    return [SessionFactory(pairing=pairing, starts_at=moment, minutes=minutes, **what) for moment in moments]


def at(month, day, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def rows_of(text, caption):
    table = re.search(rf"<caption[^>]*>{caption}</caption>.*?<tbody[^>]*>(.*?)</tbody>", text, re.DOTALL)[1]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def plain(cell):
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def mine(browser, program, query=""):
    return browser.get(address("hours", program) + query).text


def test_both_halves_see_the_same_hours_of_what_they_held_by_month(around, as_member):
    met(around.pairing, at(1, 5), at(1, 20), minutes=50)
    met(around.pairing, at(3, 1))
    met(around.pairing, at(3, 2), missed=True)
    met(around.pairing, at(3, 3), planned=True)

    pages = [mine(as_member(half), around.pairing.program) for half in (around.half, around.other_half)]

    for page in pages:
        assert rows_of(page, "Your hours by month") == [["March 2026", "1", "45 min"], ["January 2026", "2", "1 h 40 min"]]
        assert "2 h 25 min" in page
        assert "the length they agreed on" in page


def test_a_month_begins_by_ones_own_clock(around, as_member):
    around.half.user.time_zone = "Asia/Tokyo"
    around.half.user.save()
    met(around.pairing, at(1, 31, hour=20))

    assert rows_of(mine(as_member(around.half), around.pairing.program), "Your hours by month")[0][0] == "February 2026"
    assert rows_of(mine(as_member(around.other_half), around.pairing.program), "Your hours by month")[0][0] == "January 2026"


def test_ones_own_term_counts_from_its_first_day_to_its_last(around, as_member):
    around.half.cohort = CohortFactory(program=around.pairing.program, name="Spring", starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    around.half.save()
    met(around.pairing, at(1, 31), at(2, 1), at(2, 28, hour=23), at(3, 1))
    browser = as_member(around.half)

    assert "in 4 sessions" in mine(browser, around.pairing.program)
    assert "in 2 sessions" in mine(browser, around.pairing.program, "?when=term")
    assert "Spring" in mine(browser, around.pairing.program)


def test_hours_in_ones_other_programs_stand_beside_and_those_of_nobody_else(around, as_member):
    elsewhere = PairingFactory(active=True, first__user=around.half.user)
    met(elsewhere, at(2, 2), minutes=30)
    met(PairingFactory(active=True, program=elsewhere.program), at(2, 2), minutes=400)
    met(around.pairing, at(2, 3))

    page = mine(as_member(around.half), around.pairing.program)

    assert rows_of(page, "Your hours in other programs") == [[elsewhere.program.name, "1", "30 min"]]
    assert rows_of(page, "Your hours by month") == [["February 2026", "1", "45 min"]]


def test_before_anything_is_written_down_it_says_how_hours_come_about(around, as_member):
    assert "No hours so far" in mine(as_member(around.half), around.pairing.program)


def test_somebody_who_runs_the_program_sees_only_their_own_there(around, as_member):
    met(around.pairing, at(2, 3))

    assert "No hours so far" in mine(as_member(around.coordinator), around.pairing.program)


def test_staff_see_each_session_once_for_the_program_and_once_for_each_person(around, as_member):
    met(around.pairing, at(1, 5), at(3, 5), minutes=60)
    met(
        PairingFactory(active=True, program=around.pairing.program, first=around.half, proposed_by=around.coordinator), at(3, 9), minutes=30
    )
    met(PairingFactory(active=True), at(3, 9), minutes=333)

    page = as_member(around.coordinator).get(address("hours-people", around.pairing.program) + "?sort=-hours").text

    assert "in 3 sessions" in page
    assert "2 h 30 min" in page
    rows = rows_of(page, "Hours of each person")
    assert [row[-2:] for row in rows[:2]] == [["3", "2 h 30 min"], ["2", "2 h"]]
    assert ["0", "0 min"] in [row[-2:] for row in rows]


def test_staff_can_count_the_days_of_one_cohort(around, as_member):
    cohort = CohortFactory(program=around.pairing.program, starts_on=date(2026, 3, 1), ends_on=None)
    met(around.pairing, at(1, 5), at(3, 5), minutes=60)
    page = address("hours-people", around.pairing.program)

    assert "in 1 session," in as_member(around.coordinator).get(f"{page}?cohort={cohort.pk}").text
    assert "in 2 sessions" in as_member(around.coordinator).get(f"{page}?cohort={CohortFactory().pk}").text


def test_the_file_holds_the_list_that_was_shown_and_no_formula(around, as_member):
    around.half.user.name = "=cmd()"
    around.half.user.save()
    met(around.pairing, at(3, 5), minutes=50)

    answer = as_member(around.coordinator).get(address("hours-export", around.pairing.program) + f"?q={around.half.user.email}")

    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [["Name", "Address", "Sessions", "Minutes", "Hours"], ["'=cmd()", around.half.user.email, "1", "50", "0.83"]]
    assert AuditEvent.objects.filter(verb="hours.exported", actor_id=around.coordinator.user_id).exists()


def test_a_coordinator_who_is_half_of_a_pair_sees_of_it_what_the_other_half_sees(around, as_member):
    around.half.is_coordinator = True
    around.half.save()
    met(around.pairing, at(3, 5), talked_about="A private word")

    page = as_member(around.half).get(address("hours-people", around.pairing.program)).text

    assert "A private word" not in page
    assert [row[-2:] for row in rows_of(page, "Hours of each person") if "Jonas" in row[0]] == [["1", "45 min"]]
    assert rows_of(mine(as_member(around.other_half), around.pairing.program), "Your hours by month") == [["March 2026", "1", "45 min"]]


@pytest.mark.parametrize("name", ["hours-people", "hours-export"])
def test_nobody_but_staff_reads_the_hours_of_others(name, around, as_member):
    for person in (around.half, around.neighbour, around.outsider):
        assert as_member(person).get(address(name, around.pairing.program)).status_code == 404


def test_the_pages_cost_the_same_for_two_people_and_for_a_hundred(around, as_member, queries_of):
    program, coordinator = around.pairing.program, as_member(around.coordinator)
    met(around.pairing, at(1, 5))
    pages = [address("hours-people", program), address("hours-people", program) + "?sort=-hours"]
    before = [queries_of(lambda page=page: coordinator.get(page)) for page in pages]

    many_pairs(program, 50, around.coordinator)

    assert [queries_of(lambda page=page: coordinator.get(page)) for page in pages] == before


@given(minutes=st.integers(min_value=0, max_value=100_000))
def test_a_length_says_all_its_minutes(minutes):
    numbers = {unit: int(number) for number, unit in re.findall(r"(\d+) (h|min)", length_of(minutes))}

    assert numbers.get("h", 0) * 60 + numbers.get("min", 0) == minutes

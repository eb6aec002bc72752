import pytest
import time_machine
from django.template.loader import render_to_string

from checkins.balance import queries
from matching.facts.models import Fact
from tests.checkins.pages import address, people_around
from tests.factories.matching import FactFactory, PairingFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
Kind = Fact.Kind


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def lively(around, **state):
    """A pair with three sessions: nine topics of the first half, seven of the second."""
    pairing = around.pairing
    FactFactory.create_batch(3, pairing=pairing, kind=Kind.SESSION_LOGGED)
    FactFactory.create_batch(9, pairing=pairing)
    FactFactory.create_batch(7, pairing=pairing, by=pairing.second)
    return around


def page(browser, pairing):
    return browser.get(address("balance", pairing.program, pairing.pk))


def words_of(response):
    return " ".join(response.text.split())


def test_the_two_see_what_each_of_them_did(as_member):
    around = lively(people_around())

    for me, mine, theirs in ((around.half, 9, 7), (around.other_half, 7, 9)):
        shown = words_of(page(as_member(me), around.pairing))

        assert f"You {mine}" in shown
        assert f"{around.pairing.other_half(me).user.short_name} {theirs}" in shown


def test_staff_read_the_same_with_names_in_place_of_you(as_member):
    around = lively(people_around())

    for staff in (around.coordinator, around.admin):
        shown = words_of(page(as_member(staff), around.pairing))

        assert f"{around.half.user.short_name} 9" in shown
        assert f"{around.other_half.user.short_name} 7" in shown
        assert "You " not in shown.partition("<main")[2]


def test_the_question_is_put_to_the_two_alone(as_member):
    around = lively(people_around())
    question = queries.on_pair_page(around.pairing, around.half, NOON).question

    for me, is_asked in ((around.half, True), (around.other_half, True), (around.coordinator, False), (around.admin, False)):
        shown = words_of(page(as_member(me), around.pairing))

        assert (question in shown) == is_asked


def test_nobody_else_finds_it(as_member):
    around = lively(people_around())

    for somebody in (around.neighbour, around.outsider):
        assert page(as_member(somebody), around.pairing).status_code == 404


def test_a_pairing_that_has_not_begun_has_no_balance(as_member):
    around = people_around(accepted=True)

    assert page(as_member(around.half), around.pairing).status_code == 404


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_it_stays_to_read_when_the_pairing_stops(as_member, state):
    around = lively(people_around(**{state: True}))

    assert page(as_member(around.half), around.pairing).status_code == 200


def test_before_three_sessions_no_number_is_shown(as_member):
    around = people_around()
    FactFactory.create_batch(2, pairing=around.pairing, kind=Kind.SESSION_LOGGED)
    FactFactory.create_batch(9, pairing=around.pairing)

    for me in (around.half, around.coordinator):
        shown = words_of(page(as_member(me), around.pairing))

        assert "ot enough yet" in shown
        assert 'class="balance"' not in shown


def test_every_number_of_the_drawings_stands_in_a_table(as_member):
    around = lively(people_around())

    balance = queries.on_pair_page(around.pairing, around.half, NOON)
    shown = words_of(page(as_member(around.half), around.pairing))

    for label, one, two in [(line["label"], line["one"], line["two"]) for line in balance.lines] + balance.columns:
        assert f'<th scope="row">{label}</th><td class="num">{one}</td><td class="num">{two}</td>' in shown


def test_the_facts_of_a_pairing_lead_to_it(as_member):
    around = people_around()

    facts = as_member(around.coordinator).get(address("pairing", around.pairing.program, around.pairing.pk))

    assert address("balance", around.pairing.program, around.pairing.pk) in facts.text


def panel(pairing, me):
    return " ".join(
        render_to_string("checkins/balance/_now.html", {"balance": queries.on_pair_page(pairing, me, NOON), "pairing": pairing}).split()
    )


def test_the_panel_shows_bars_and_leads_to_the_page():
    around = lively(people_around())

    shown = panel(around.pairing, around.half)

    assert "You 9" in shown
    assert "Topics on the agenda" in shown
    assert address("balance", around.pairing.program, around.pairing.pk) in shown


def test_the_panel_of_a_young_pairing_says_what_will_be_there():
    pairing = PairingFactory(active=True)

    shown = panel(pairing, pairing.first)

    assert "Not enough yet" in shown
    assert "None is written down so far." in shown


def test_a_name_is_shown_as_it_was_typed(as_member):
    around = lively(people_around())
    user = around.other_half.user
    user.called = "<b>Jo"
    user.save()

    assert "<b>Jo" not in page(as_member(around.half), around.pairing).text

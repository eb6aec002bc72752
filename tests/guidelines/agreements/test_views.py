import re
import uuid
from datetime import date

import pytest
from django.urls import reverse

from guidelines.agreements import services
from guidelines.agreements.models import Agreement, Clause, Edition
from matching.joint.models import Answer, Round
from tests.factories.guidelines import AgreementFactory, EditionFactory
from tests.factories.matching import JointAnswerFactory, PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

MINE = {"rhythm": "Every week", "feedback": "In words"}
THEIRS = {"rhythm": "every week ", "feedback": "By mail"}


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lind")


@pytest.fixture
def agreement(pairing):
    return AgreementFactory(pairing=pairing, clauses={"rhythm": "Every week."})


def page(pairing, name="agreement", *more):
    return reverse(f"guidelines:{name}", args=[pairing.program.slug, pairing.pk, *more])


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


def clause(agreement, key="rhythm"):
    return Clause.objects.get(agreement=agreement, key=key)


def to_sign(text, name):
    sent = {field: re.search(rf'name="{field}" value="([^"]*)"', text)[1] for field in ("digest", "seen")}
    return form(**sent, name=name)


def test_two_fill_in_apart_talk_write_and_sign(as_member, pairing):
    one, other = as_member(pairing.first), as_member(pairing.second)
    one.post(page(pairing, "agreement-start"), form())
    sent = {"round": Round.objects.get().pk}
    one.post(page(pairing), form(**sent, **MINE))
    assert "In words" not in other.get(page(pairing)).text

    both = other.post(page(pairing), form(**sent, **THEIRS), follow=True).text
    assert "To talk about" in both
    for words in ("In words", "By mail", "You both said this"):
        assert words in both

    there = clause(Agreement.objects.get(), "feedback")
    assert "Amara: In words" in one.get(page(pairing, "agreement-clause", there.pk)).text
    text = one.post(page(pairing, "agreement-clause", there.pk), form(text="In words, soon.", version="1"), follow=True).text
    assert "In words, soon." in text
    text = one.post(page(pairing, "agreement-sign"), to_sign(text, "amara okoye"), follow=True).text
    assert "It counts once Jonas has signed too." in text
    text = other.get(page(pairing)).text
    done = other.post(page(pairing, "agreement-sign"), to_sign(text, "Jonas Lind"), follow=True).text

    assert "You have both signed. This is your agreement now." in done
    assert "Version 1, signed by both" in done
    assert not Answer.objects.exists()


def test_no_page_shows_whether_the_other_has_answered(as_member, pairing):
    asked = RoundFactory(pairing=pairing, kind="agreement", opened_at=pairing.proposed_at)
    browser = as_member(pairing.second)
    homes = [reverse("checkins:pairing", args=[pairing.program.slug, pairing.pk]), reverse("checkins:home", args=[pairing.program.slug])]
    addresses = [page(pairing), *homes]
    before = [_without_keys(browser.get(one).text) for one in addresses]

    JointAnswerFactory(round=asked, membership=pairing.first, content=MINE)

    assert [_without_keys(browser.get(one).text) for one in addresses] == before


def _without_keys(text):
    return [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and 'name="once"' not in line]


def test_one_takes_their_part_back_or_leaves_it_for_now(as_member, pairing):
    asked = RoundFactory(pairing=pairing, kind="agreement", opened_at=pairing.proposed_at)
    JointAnswerFactory(round=asked, membership=pairing.first, content=MINE)
    one, other = as_member(pairing.first), as_member(pairing.second)

    assert "Nothing of it is kept" in one.post(page(pairing, "agreement-take-back", asked.pk), form(), follow=True).text
    assert "nobody learns of it" in other.post(page(pairing, "agreement-not-now"), form(round=asked.pk), follow=True).text


def test_what_was_saved_meanwhile_is_shown_beside_what_was_typed(as_member, agreement, noon):
    pairing, there = agreement.pairing, clause(agreement)
    services.write(clause=there, by=pairing.second, text="Every month.", version=1, now=noon)
    browser = as_member(pairing.first)

    response = browser.post(page(pairing, "agreement-clause", there.pk), form(text="Every day.", version="1"))

    assert response.status_code == 409
    assert "Every month." in response.text
    assert "Every day." in response.text
    version = re.search(r'name="version" value="(\d+)"', response.text)[1]
    browser.post(page(pairing, "agreement-clause", there.pk), form(text="Every day.", version=version))
    assert clause(agreement).text == "Every day."


def test_of_two_days_to_look_at_it_again_neither_is_lost(as_member, agreement, noon):
    pairing, there = agreement.pairing, clause(agreement, "review")
    services.write(clause=there, by=pairing.second, text="Soon.", version=1, now=noon, review_on=date(2027, 3, 1))

    response = as_member(pairing.first).post(
        page(pairing, "agreement-clause", there.pk), form(text="Later.", version="1", review_on="2027-05-02")
    )

    assert "1 March 2027" in response.text
    assert 'value="2027-05-02"' in response.text


def test_what_both_said_is_not_said_of_what_they_wrote_since(as_member, agreement):
    for half in agreement.pairing.halves:
        JointAnswerFactory(round=agreement.round, membership=half, content={"rhythm": "Every month."})
    browser = as_member(agreement.pairing.first)

    assert "You both said this" not in browser.get(page(agreement.pairing)).text
    Clause.objects.filter(key="rhythm").update(text="Every month.")
    assert "You both said this" in browser.get(page(agreement.pairing)).text


def test_a_text_that_changed_since_it_was_read_is_not_signed_and_the_page_says_what(as_member, agreement, noon):
    pairing = agreement.pairing
    browser = as_member(pairing.first)
    read = browser.get(page(pairing)).text
    services.write(clause=clause(agreement), by=pairing.second, text="Every month.", version=1, now=noon)

    response = browser.post(page(pairing, "agreement-sign"), to_sign(read, "Amara Okoye"))

    assert response.status_code == 409
    assert "so nothing was signed" in response.text
    assert "Changed since:" in response.text
    assert "<li>How often, where, how long</li>" in response.text
    browser.post(page(pairing, "agreement-sign"), to_sign(response.text, "Amara Okoye"))
    assert Agreement.objects.get().first_signed_at is not None


@pytest.mark.parametrize("name", ["", "Jonas Lind", "x" * 201, "nul\x00"])
def test_a_name_that_is_not_ones_own_signs_nothing(as_member, agreement, name):
    browser = as_member(agreement.pairing.first)
    sent = to_sign(browser.get(page(agreement.pairing)).text, name)

    response = browser.post(page(agreement.pairing, "agreement-sign"), sent)

    assert "<title>Error: " in response.text
    assert Agreement.objects.get().first_signed_at is None


@pytest.mark.parametrize("words", ["x" * 10_001, "nul\x00"])
def test_what_cannot_be_kept_is_said_beside_the_text(as_member, agreement, words):
    there = clause(agreement)

    response = as_member(agreement.pairing.first).post(page(agreement.pairing, "agreement-clause", there.pk), form(text=words, version="1"))

    assert response.status_code == 200
    assert "<title>Error: " in response.text


def test_what_somebody_wrote_runs_nowhere(as_member, pairing):
    AgreementFactory(pairing=pairing, clauses={"rhythm": "<script>alert(1)</script> سلام 🌍"})

    text = as_member(pairing.second).get(page(pairing)).text

    assert "<script>alert" not in text
    assert "سلام 🌍" in text


def test_either_asks_for_a_change_and_what_was_signed_stays_to_read(as_member, agreement):
    pairing = agreement.pairing
    EditionFactory(agreement=agreement)
    Agreement.objects.update(first_signed_at=agreement.round.opened_at, second_signed_at=agreement.round.opened_at)
    browser = as_member(pairing.second)
    assert "Ask for a change" in browser.get(page(pairing)).text
    assert browser.get(page(pairing, "agreement-clause", clause(agreement).pk)).status_code == 302

    text = browser.post(page(pairing, "agreement-change"), form(), follow=True).text

    assert "You both can write again." in text
    assert "Version 1, signed by both" in text


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_in_a_pairing_that_rests_or_has_ended_it_is_only_read(as_member, state):
    agreement = AgreementFactory(pairing=PairingFactory(**{state: True}), clauses={"rhythm": "Every week."})
    browser = as_member(agreement.pairing.first)

    text = browser.get(page(agreement.pairing)).text

    assert "Every week." in text
    assert "<form" not in text.partition("<main")[2]
    assert "version" not in browser.get(page(agreement.pairing, "agreement-clause", clause(agreement).pk)).text


def test_those_who_run_the_program_see_that_it_is_signed_and_no_word(as_member, agreement, noon):
    EditionFactory(agreement=agreement, signed_at=noon)
    pairing = agreement.pairing
    browser = as_member(pairing.proposed_by)

    facts = browser.get(reverse("checkins:pairing", args=[pairing.program.slug, pairing.pk])).text

    assert "Their own agreement: signed by both on" in facts
    assert "Every week" not in facts
    assert browser.get(page(pairing)).status_code == 404


def test_neighbours_and_outsiders_find_nothing(as_member, agreement):
    pairing = agreement.pairing
    neighbour = PairingFactory(active=True, program=pairing.program).first

    for somebody in (neighbour, MembershipFactory(), MembershipFactory(program=pairing.program, admin=True)):
        browser = as_member(somebody)
        assert browser.get(page(pairing)).status_code == 404
        assert browser.get(page(pairing, "agreement-clause", clause(agreement).pk)).status_code == 404
        assert browser.post(page(pairing, "agreement-sign"), form()).status_code == 404


def test_the_page_costs_the_same_for_one_edition_and_for_many(as_member, agreement, costs_the_same):
    browser = as_member(agreement.pairing.first)
    EditionFactory(agreement=agreement)

    def grow():
        for number in range(2, 30):
            EditionFactory(agreement=agreement, number=number)

    costs_the_same(lambda: browser.get(page(agreement.pairing)), grow=grow, at_most=12)
    assert Edition.objects.count() == 29

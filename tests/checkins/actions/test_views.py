import uuid
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from checkins.actions import queries
from checkins.actions.models import ActionItem
from matching.pairings.models import Pairing
from tests.at_once import at_once
from tests.checkins.pages import address, people_around
from tests.conftest import signed_in
from tests.factories.checkins import ActionItemFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


def page_of(pairing):
    return address("actions", pairing.program, pairing.pk)


def act(name, action):
    return address(name, action.pairing.program, action.pairing.pk, action.pk)


@pytest.fixture
def around():
    return people_around(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lind")


def test_a_half_writes_an_action_down_for_oneself(as_member, around):
    browser = as_member(around.half)
    form = address("action-add", around.pairing.program, around.pairing.pk)
    assert "checked" not in browser.get(form).text.split("<main", 1)[1]

    page = browser.post(form, {"text": "Send the data", "owner": "first", "due_on": ""}, follow=True).text

    assert "You: <bdi>Send the data</bdi>" in page
    assert "Amara: <bdi>Send the data</bdi>" in as_member(around.other_half).get(page_of(around.pairing)).text


def test_a_request_says_so_to_both_and_stands_once_the_other_says_yes(as_member, around):
    browser, theirs = as_member(around.half), as_member(around.other_half)
    day = timezone.localdate() + timedelta(days=3)
    form = address("action-add", around.pairing.program, around.pairing.pk)

    page = browser.post(form, {"text": "Record a talk", "owner": "second", "due_on": day.isoformat()}, follow=True).text

    assert "It stands only once Jonas says yes." in page
    action = ActionItem.objects.get()
    asked = theirs.get(page_of(around.pairing)).text
    assert "Amara asks. It stands only once you say yes." in asked
    assert f"by {day:%A}" in asked
    taken = theirs.post(act("action-take-on", action), {"to": "actions"}, follow=True).text
    assert "You took it on" in taken
    assert f'name="done" value="{action.pk}"' in browser.get(page_of(around.pairing)).text


def test_yes_and_no_to_a_request_look_the_same(as_member, around):
    ActionItemFactory(pairing=around.pairing, asked=True)

    main = as_member(around.other_half).get(page_of(around.pairing)).text.split("<main", 1)[1]

    yes, no = (part for part in main.split("<button ") if part.split(">", 1)[1].startswith(("Take it on", "Decline")))
    assert set(yes.split('"')[1].split()) == set(no.split('"')[1].split())


@pytest.mark.parametrize(
    "typed",
    [
        {"text": ""},
        {"owner": ""},
        {"owner": "third"},
        {"due_on": "2020-01-01"},
        {"due_on": "9999-12-31"},
        {"due_on": "soon"},
        {"text": "NUL\x00"},
        {"text": "x" * 1_000_000},
    ],
    ids=["no words", "nobody", "somebody else", "past", "another life", "no day", "nul", "megabyte"],
)
def test_what_cannot_be_written_down_is_said_and_kept(typed, as_member, around):
    form = address("action-add", around.pairing.program, around.pairing.pk)

    answer = as_member(around.half).post(form, {"text": "Keep these words", "owner": "first", "due_on": "", **typed})

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert "text" in typed or "Keep these words" in answer.text
    assert not ActionItem.objects.exists()


@pytest.mark.parametrize("text", ["👩🏽‍🤝‍👨🏻 call", "להתקשר", "<b>bold</b>"])
def test_whatever_people_write_is_kept_as_it_is(text, as_member, around):
    form = address("action-add", around.pairing.program, around.pairing.pk)

    as_member(around.half).post(form, {"text": text, "owner": "first", "due_on": ""})

    assert ActionItem.objects.get().text == text


def test_several_ticks_are_saved_at_once(as_member, around):
    actions = ActionItemFactory.create_batch(3, pairing=around.pairing)

    answer = as_member(around.other_half).post(
        address("actions-done", around.pairing.program, around.pairing.pk),
        {"done": [actions[0].pk, actions[2].pk, "x", "9" * 30], "to": "actions"},
        follow=True,
    )

    assert "2 actions are done." in answer.text
    assert list(ActionItem.objects.standing()) == [actions[1]]


def test_saving_without_a_tick_says_what_to_do(as_member, around):
    answer = as_member(around.half).post(address("actions-done", around.pairing.program, around.pairing.pk), follow=True)

    assert answer.redirect_chain[-1][0] == address("pairing", around.pairing.program, around.pairing.pk)
    assert "Tick what is done first" in answer.text


def test_what_the_other_was_quicker_to_tick_is_said(as_member, around):
    action = ActionItemFactory(pairing=around.pairing, done=True)

    answer = as_member(around.half).post(
        address("actions-done", around.pairing.program, around.pairing.pk), {"done": action.pk}, follow=True
    )

    assert "done already" in answer.text


def test_what_was_done_says_by_whom_and_can_be_opened_again(as_member, around):
    action = ActionItemFactory(pairing=around.pairing, done=True, done_by=around.other_half)
    browser = as_member(around.half)
    assert "Jonas marked it as done on" in browser.get(page_of(around.pairing)).text

    browser.post(act("action-undo", action))

    assert action in ActionItem.objects.standing()


def test_a_no_is_told_without_a_word_of_whose_it_was(as_member, around):
    action = ActionItemFactory(pairing=around.pairing, asked=True)
    as_member(around.other_half).post(act("action-decline", action))

    page = as_member(around.half).get(page_of(around.pairing)).text

    assert "Taken off the list on" in page
    assert "declined" not in page


def test_its_author_removes_what_nobody_took_on(as_member, around):
    action = ActionItemFactory(pairing=around.pairing, asked=True)

    as_member(around.half).post(act("action-remove", action))

    assert action.text not in as_member(around.other_half).get(page_of(around.pairing)).text


def test_what_is_refused_is_said(as_member, around):
    action = ActionItemFactory(pairing=around.pairing, asked=True)

    answer = as_member(around.half).post(act("action-take-on", action), follow=True)

    assert "not yours to take on" in answer.text


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_the_actions_of_a_pairing_that_has_stopped_can_be_read_and_no_more(state, as_member):
    around = people_around(**{state: True})
    ActionItemFactory(pairing=around.pairing, text="Left open")
    browser = as_member(around.half)
    form = address("action-add", around.pairing.program, around.pairing.pk)

    page = browser.get(page_of(around.pairing)).text

    assert "Left open" in page
    assert 'method="post" action="/p/' not in page.split("<main", 1)[1]
    assert "This pairing" in browser.get(form).text
    answer = browser.post(form, {"text": "Keep these words", "owner": "first", "due_on": ""})
    assert "while it is active" in answer.text
    assert "Keep these words" in answer.text


def test_an_action_of_another_pairing_is_not_found_under_this_one(as_member, around):
    foreign = ActionItemFactory()

    for name in ("action-take-on", "action-decline", "action-remove", "action-undo"):
        page = address(name, around.pairing.program, around.pairing.pk, foreign.pk)
        assert as_member(around.half).post(page).status_code == 404


def test_nobody_but_the_two_comes_in(as_member, around):
    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        assert as_member(person).get(page_of(around.pairing)).status_code == 404


def test_the_list_costs_the_same_for_one_action_and_for_many(as_member, around, costs_the_same):
    browser = as_member(around.half)

    def grow(number=15):
        for how in ({}, {"asked": True}, {"done": True}, {"declined": True}):
            ActionItemFactory.create_batch(number, pairing=around.pairing, **how)

    grow(1)
    costs_the_same(lambda: browser.get(page_of(around.pairing)), grow=grow, at_most=12)


def test_the_part_on_the_pairs_page_asks_once_and_shows_a_few(django_assert_num_queries):
    pairing = Pairing.objects.with_people().get(pk=PairingFactory(active=True).pk)
    ActionItemFactory.create_batch(20, pairing=pairing)

    with django_assert_num_queries(1):
        actions = queries.on_pair_page(pairing, pairing.first, timezone.now())
        part = render_to_string("checkins/actions/_now.html", {"actions": actions, "pairing": pairing, "other": pairing.second})

    assert part.count("<li>") == queries.SHOWN_ON_PAIR_PAGE
    assert "there are more" in part


@pytest.mark.django_db(transaction=True)
def test_a_thousand_presses_make_one_action(soak):
    """As from browsers that press at the same moment."""
    around = people_around()
    typed = {"text": "Send the data", "owner": "first", "due_on": "", "once": str(uuid.uuid4())}
    form = address("action-add", around.pairing.program, around.pairing.pk)
    browsers = [signed_in(around.half) for _ in range(4)]

    for _batch in range((1000 if soak else 20) // len(browsers)):
        at_once(*(lambda browser=browser: browser.post(form, typed) for browser in browsers))

    assert ActionItem.objects.count() == 1

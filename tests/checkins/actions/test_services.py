from datetime import timedelta

import pytest

from checkins.actions import services
from checkins.actions.models import ActionItem
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.checkins import ActionItemFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db

Owner = ActionItem.Owner


def counted(kind):
    return {fact.by for fact in Fact.objects.counted().filter(kind=kind)}


def add(pairing, by, noon, owner=Owner.FIRST, **what):
    return services.add(pairing=pairing, by=by, now=noon, **{"text": "Send the data", "owner": owner, **what})


# --- writing it down ---


@pytest.mark.parametrize("half", ["first", "second"])
def test_what_one_writes_down_for_oneself_stands_at_once(half, noon):
    pairing = PairingFactory(active=True)
    me = getattr(pairing, half)

    action = add(pairing, me, noon, owner=half, text=" Send\nthe data ")

    assert (action.text, action.author, action.is_taken_on) == ("Send the data", me, True)
    assert counted(Fact.Kind.ACTION_TAKEN) == {me}
    assert AuditEvent.objects.filter(verb="action.added", object_id=str(action.pk)).exists()


def test_nobody_is_given_an_action_without_saying_yes(noon):
    pairing = PairingFactory(active=True)

    action = add(pairing, pairing.first, noon, owner=Owner.SECOND)

    assert not ActionItem.objects.standing().exists()
    assert action.waits_for(pairing.second)
    assert not any(action.was_taken_on_by(half) for half in pairing.halves)
    assert not counted(Fact.Kind.ACTION_TAKEN)


def test_an_action_of_both_waits_for_the_other(noon):
    pairing = PairingFactory(active=True)

    action = add(pairing, pairing.second, noon, owner=Owner.BOTH)

    assert action.waits_for(pairing.first)
    assert not action.waits_for(pairing.second)
    assert counted(Fact.Kind.ACTION_TAKEN) == {pairing.second}


def test_nobody_else_writes_one_down(noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused):
        add(pairing, pairing.coordinator, noon)


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_actions_are_written_down_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="while it is active"):
        add(pairing, pairing.first, noon)


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_an_action_is_one_line_with_something_in_it(text, noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused, match="one line"):
        add(pairing, pairing.first, noon, text=text)


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (0, True), (1, True), (800, False)])
def test_it_is_due_today_or_later_and_not_in_another_life(days, is_taken, noon):
    pairing = PairingFactory(active=True)
    due_on = noon.date() + timedelta(days=days)

    if is_taken:
        assert add(pairing, pairing.first, noon, due_on=due_on).due_on == due_on
    else:
        with pytest.raises(Refused, match="today or a later day"):
            add(pairing, pairing.first, noon, due_on=due_on)


def test_today_is_what_the_writers_own_calendar_shows(noon):
    pairing = PairingFactory(active=True, first__user__time_zone="Pacific/Kiritimati")  # 02:00 of the next day

    with pytest.raises(Refused, match="today"):
        add(pairing, pairing.first, noon, due_on=noon.date())


def test_neither_half_buries_the_other_under_requests(noon):
    pairing = PairingFactory(active=True)
    ActionItemFactory.create_batch(services.MOST_OPEN, pairing=pairing, asked=True)

    with pytest.raises(Refused, match="open actions"):
        add(pairing, pairing.first, noon)

    assert add(pairing, pairing.second, noon).pk


# --- yes and no ---


def test_it_stands_once_the_other_says_yes(noon):
    action = ActionItemFactory(asked=True)
    asked = action.pairing.second

    for _ in range(2):
        services.take_on(action=action, by=asked, now=noon)

    assert ActionItem.objects.standing().get() == action
    assert counted(Fact.Kind.ACTION_TAKEN) == {asked}
    assert AuditEvent.objects.filter(verb="action.taken-on").count() == 1


def test_nobody_says_yes_for_the_other(noon):
    action = ActionItemFactory(asked=True)

    for person in (action.author, action.pairing.coordinator):
        with pytest.raises(Refused):
            services.take_on(action=action, by=person, now=noon)


@pytest.mark.parametrize("over", ["declined", "removed"])
def test_what_is_over_is_not_taken_on(over, noon):
    action = ActionItemFactory(asked=True, **{over: True})

    with pytest.raises(Refused):
        services.take_on(action=action, by=action.pairing.second, now=noon)


@pytest.mark.parametrize("how", ["asked", "of_both"])
def test_who_is_to_do_it_may_say_no_also_after_a_yes(how, noon):
    action = ActionItemFactory(**{how: True})
    second = action.pairing.second

    for _ in range(2):
        services.decline(action=action, by=second, now=noon)

    action.refresh_from_db()
    assert (action.declined_at, action.declined_by) == (noon, second)
    assert AuditEvent.objects.filter(verb="action.declined").count() == 1


def test_what_is_declined_in_the_end_counts_as_taken_on_for_neither(noon):
    pairing = PairingFactory(active=True)
    action = add(pairing, pairing.first, noon, owner=Owner.BOTH)
    services.take_on(action=action, by=pairing.second, now=noon)
    assert counted(Fact.Kind.ACTION_TAKEN) == set(pairing.halves)

    services.decline(action=action, by=pairing.second, now=noon + timedelta(days=3))

    assert not counted(Fact.Kind.ACTION_TAKEN)


def test_who_asked_does_not_decline_for_the_other(noon):
    action = ActionItemFactory(asked=True)

    with pytest.raises(Refused):
        services.decline(action=action, by=action.author, now=noon)


def test_what_is_done_is_not_declined(noon):
    action = ActionItemFactory(of_both=True, done=True)

    with pytest.raises(Refused):
        services.decline(action=action, by=action.pairing.second, now=noon)


# --- removing ---


@pytest.mark.parametrize("how", [{}, {"asked": True}, {"of_both": True, "second_took_on_at": None}])
def test_its_author_removes_it_while_the_other_has_no_part_in_it(how, noon):
    action = ActionItemFactory(**how)

    for _ in range(2):
        services.remove(action=action, by=action.author, now=noon)

    assert not ActionItem.objects.open().exists()
    assert AuditEvent.objects.filter(verb="action.removed").count() == 1


def test_what_the_other_took_on_is_not_taken_from_them(noon):
    action = ActionItemFactory(asked=True, second_took_on_at=noon)

    with pytest.raises(Refused):
        services.remove(action=action, by=action.author, now=noon)


def test_the_other_half_removes_nothing(noon):
    action = ActionItemFactory()

    with pytest.raises(Refused):
        services.remove(action=action, by=action.pairing.second, now=noon)


@pytest.mark.parametrize(("minutes", "counts"), [(59, False), (61, True)])
def test_what_is_removed_within_the_hour_was_never_taken_on(minutes, counts, noon):
    pairing = PairingFactory(active=True)
    action = add(pairing, pairing.first, noon)

    services.remove(action=action, by=pairing.first, now=noon + timedelta(minutes=minutes))

    assert bool(counted(Fact.Kind.ACTION_TAKEN)) == counts


# --- doing ---


def test_either_half_marks_several_as_done_at_once(noon):
    pairing = PairingFactory(active=True)
    mine, theirs = ActionItemFactory(pairing=pairing), ActionItemFactory(pairing=pairing, asked=True, second_took_on_at=noon)

    done = services.mark_done(pairing=pairing, by=pairing.second, keys=[mine.pk, theirs.pk], now=noon)

    assert {(action.pk, action.done_by) for action in done} == {(mine.pk, pairing.second), (theirs.pk, pairing.second)}
    assert Fact.objects.counted().filter(kind=Fact.Kind.ACTION_DONE, by=pairing.second).count() == 2
    assert AuditEvent.objects.filter(verb="action.done").count() == 2


@pytest.mark.parametrize("how", [{"asked": True}, {"done": True}, {"declined": True}, {"removed": True}])
def test_what_does_not_stand_is_left_aside(how, noon):
    action = ActionItemFactory(**how)

    assert services.mark_done(pairing=action.pairing, by=action.pairing.second, keys=[action.pk], now=noon) == []


def test_an_action_of_another_pair_is_left_aside(noon):
    foreign, pairing = ActionItemFactory(), PairingFactory(active=True)

    services.mark_done(pairing=pairing, by=pairing.first, keys=[foreign.pk], now=noon)

    assert foreign in ActionItem.objects.standing()


def test_nobody_else_marks_anything_as_done(noon):
    action = ActionItemFactory()

    with pytest.raises(Refused):
        services.mark_done(pairing=action.pairing, by=action.pairing.coordinator, keys=[action.pk], now=noon)


def test_what_was_not_done_after_all_counts_for_nobody(noon):
    action = ActionItemFactory()
    services.mark_done(pairing=action.pairing, by=action.author, keys=[action.pk], now=noon)

    for _ in range(2):
        services.undo(action=action, by=action.pairing.second, now=noon)

    assert action in ActionItem.objects.standing()
    assert not counted(Fact.Kind.ACTION_DONE)
    assert AuditEvent.objects.filter(verb="action.undone").count() == 1


def test_what_is_done_again_counts_again(noon):
    action = ActionItemFactory()
    services.mark_done(pairing=action.pairing, by=action.author, keys=[action.pk], now=noon)
    services.undo(action=action, by=action.author, now=noon)

    services.mark_done(pairing=action.pairing, by=action.author, keys=[action.pk], now=noon + timedelta(days=1))

    assert Fact.objects.counted().get(kind=Fact.Kind.ACTION_DONE).happened_at == noon + timedelta(days=1)


def test_what_was_declined_cannot_be_undone(noon):
    action = ActionItemFactory(declined=True)

    with pytest.raises(Refused):
        services.undo(action=action, by=action.author, now=noon)


@pytest.mark.parametrize("act", ["take_on", "decline", "remove", "undo"])
def test_nothing_happens_to_the_actions_of_a_pairing_that_is_paused(act, noon):
    pairing = PairingFactory(paused=True)
    how = {"take_on": {"asked": True}, "decline": {"asked": True}, "remove": {"author": pairing.second}, "undo": {"done": True}}[act]
    action = ActionItemFactory(pairing=pairing, **how)

    with pytest.raises(Refused):
        getattr(services, act)(action=action, by=pairing.second, now=noon)


# --- both at the same moment ---


@pytest.mark.django_db(transaction=True)
def test_of_two_who_mark_it_as_done_at_once_one_did(noon):
    action = ActionItemFactory()
    told = {"pairing": action.pairing, "keys": [action.pk], "now": noon}

    at_once(*(lambda half=half: services.mark_done(by=half, **told) for half in action.pairing.halves))

    assert Fact.objects.counted().filter(kind=Fact.Kind.ACTION_DONE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_is_either_taken_on_or_removed(noon):
    action = ActionItemFactory(asked=True)

    results = at_once(
        lambda: services.take_on(action=action, by=action.pairing.second, now=noon),
        lambda: services.remove(action=action, by=action.author, now=noon),
    )

    action.refresh_from_db()
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert (action.second_took_on_at is None) != (action.removed_at is None)

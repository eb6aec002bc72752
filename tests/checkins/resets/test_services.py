from datetime import timedelta

import pytest
from django.db.models import Q

from checkins.resets import queries, services
from matching.joint import letters as joint_letters
from matching.joint import queries as joint
from matching.joint import services as rounds
from matching.joint.models import Round
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db
PART = {"ask": "Ask me first", "offer": "I write by Thursday"}
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True)


@pytest.fixture
def prepared(pairing, noon):
    reset = services.start(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        reset = rounds.answer(round=reset, by=half, content=PART, now=noon)
    return reset


def reminders():
    return owed("reset-afterwards")


def owed(kind):
    return list(OutboxMessage.objects.filter(kind=kind).order_by("pk"))


def on_pair_page(pairing, half, now):
    kinds = ["reset", "reset-afterwards"]
    return queries.on_pair_page(pairing, joint.on_pair_page(pairing, half, kinds, now, last_of="review", besides=Q(pk__in=[])))


def test_both_get_the_same_letter_when_it_begins_once_however_often_it_is_begun(pairing, noon):
    for half in pairing.halves * 2:
        reset = services.start(pairing=pairing, by=half, now=noon)

    letters_owed = owed("reset-asked")
    assert {(letter.recipient_id, letter.subject_id) for letter in letters_owed} == {(half.user_id, reset.pk) for half in pairing.halves}
    assert len(letters_owed) == 2


def test_who_gets_the_letter_that_it_began_tells_nobody_who_has_written(pairing, noon):
    reset = services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=reset, by=pairing.first, content=PART, now=noon)

    assert joint_letters.is_being_prepared(owed("reset-asked")) == {letter.pk for letter in owed("reset-asked")}


def test_when_it_opens_both_get_the_same_letter_and_are_asked_no_more(pairing, prepared):
    opened = owed("reset-opened")

    assert {letter.recipient_id for letter in opened} == {half.user_id for half in pairing.halves}
    assert joint_letters.is_open_to_both(opened) == {letter.pk for letter in opened}
    assert {letter.state for letter in owed("reset-asked")} == {"cancelled"}


def test_when_what_both_said_later_opens_both_get_the_same_letter(pairing, prepared, noon):
    after = Round.objects.of_kind("reset-afterwards").get()
    for half in pairing.halves:
        rounds.answer(round=after, by=half, content={"how": "better"}, now=noon + TWO_WEEKS)

    opened = [letter for letter in owed("reset-opened") if letter.subject_id == after.pk]
    assert {letter.recipient_id for letter in opened} == {half.user_id for half in pairing.halves}


def test_who_was_not_told_before_a_pause_that_it_began_is_told_after_it(pairing, noon):
    services.start(pairing=pairing, by=pairing.first, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)
    OutboxMessage.objects.filter(kind="reset-asked").update(state="cancelled", ended_at=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    again = OutboxMessage.objects.filter(kind="reset-asked", state="pending")
    assert set(again.values_list("recipient", flat=True)) == {half.user_id for half in pairing.halves}


def test_who_said_not_now_is_not_written_to_after_a_pause(pairing, noon):
    services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.say_not_now(pairing=pairing, kind="reset", by=pairing.second, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    again = OutboxMessage.objects.filter(kind="reset-asked", state="pending")
    assert list(again.values_list("recipient", flat=True)) == [pairing.first.user_id]


def test_who_is_told_after_a_pause_tells_nobody_who_has_answered(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=asked, by=pairing.first, content={"ask": "Less advice", "offer": "I bring the list"}, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    again = OutboxMessage.objects.filter(kind="reset-asked", state="pending")
    assert set(again.values_list("recipient", flat=True)) == {half.user_id for half in pairing.halves}


def test_both_are_asked_again_after_as_many_days_as_the_program_says(noon):
    pairing = PairingFactory(active=True, program__reset_again_days=5)
    reset = services.start(pairing=pairing, by=pairing.first, now=noon)

    for half in pairing.halves:
        rounds.answer(round=reset, by=half, content=PART, now=noon)

    assert Round.objects.of_kind("reset-afterwards").get().opened_at == noon + timedelta(days=5)


@pytest.mark.parametrize("side", ["first", "second"])
def test_either_half_starts_it(side, pairing, noon):
    reset = services.start(pairing=pairing, by=getattr(pairing, side), now=noon)

    assert reset.closes_at == noon + TWO_WEEKS
    for half in pairing.halves:
        assert on_pair_page(pairing, half, noon) == queries.OnPairPage(reset)


@pytest.mark.parametrize("state", ["proposed", "paused", "closed"])
def test_it_is_for_a_pairing_that_is_active(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="while it is active"):
        services.start(pairing=pairing, by=pairing.first, now=noon)


def test_nobody_else_starts_it(pairing, noon):
    for somebody in (pairing.proposed_by, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            services.start(pairing=pairing, by=somebody, now=noon)


def test_two_weeks_after_both_have_prepared_both_are_asked_how_it_is(pairing, prepared, noon):
    day = noon + TWO_WEEKS

    assert on_pair_page(pairing, pairing.first, day - timedelta(seconds=1)).round is None
    shown = on_pair_page(pairing, pairing.first, day)
    assert shown.is_afterwards
    assert shown.round.source_id == prepared.pk
    assert [(letter.due_at, letter.recipient_id) for letter in reminders()] == [(day, half.user_id) for half in pairing.halves]


def test_the_pair_page_leads_first_to_what_one_has_not_answered(pairing, prepared, noon):
    day = noon + TWO_WEEKS
    after = Round.objects.of_kind("reset-afterwards").get()
    again = services.start(pairing=pairing, by=pairing.second, now=day + timedelta(hours=1))
    rounds.answer(round=again, by=pairing.first, content=PART, now=day + timedelta(hours=1))

    assert on_pair_page(pairing, pairing.first, day + timedelta(days=1)).round == after


def test_how_it_is_opens_together_in_words(pairing, prepared, noon):
    after = Round.objects.of_kind("reset-afterwards").get()
    rounds.answer(round=after, by=pairing.first, content={"how": "better"}, now=noon + TWO_WEEKS)
    assert queries.told([prepared], pairing, pairing.second, noon)[0].their_word == ""

    rounds.answer(round=after, by=pairing.second, content={"how": "same"}, now=noon + TWO_WEEKS)

    told = queries.told([prepared], pairing, pairing.second, noon)[0]
    assert (told.my_word, told.their_word) == ("The same", "Better")


def test_who_has_said_how_it_is_is_not_reminded(pairing, prepared, noon):
    after = Round.objects.of_kind("reset-afterwards").get()
    first, second = reminders()
    assert joint_letters.waits_for_them([first, second]) == {first.pk, second.pk}

    rounds.answer(round=after, by=pairing.first, content={"how": "worse"}, now=noon + TWO_WEEKS)

    assert joint_letters.waits_for_them([first, second]) == {second.pk}


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_nobody_is_reminded_where_the_pairing_has_stopped(state, pairing, prepared, noon):
    Pairing.objects.filter(pk=pairing.pk).update(state=state, ended_at=noon if state == "closed" else None)

    assert joint_letters.waits_for_them(reminders()) == set()


def test_who_is_asked_still_after_a_pause_and_was_not_reminded_is_reminded_then(pairing, prepared, noon):
    day = noon + TWO_WEEKS
    after = Round.objects.of_kind("reset-afterwards").get()
    rounds.answer(round=after, by=pairing.first, content={"how": "better"}, now=day)
    pauses.pause(pairing=pairing, by=pairing.first, now=day)
    # As the mail does that finds nothing owed.
    OutboxMessage.objects.filter(kind="reset-afterwards").update(state="cancelled", ended_at=day)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=day + timedelta(days=3))

    owed = OutboxMessage.objects.get(kind="reset-afterwards", state="pending")
    assert (owed.recipient, owed.due_at) == (pairing.second.user, day + timedelta(days=3))


def test_who_would_rather_not_say_now_how_it_is_is_not_reminded_after_a_pause(pairing, prepared, noon):
    day = noon + TWO_WEEKS
    rounds.say_not_now(pairing=pairing, kind="reset-afterwards", by=pairing.first, now=day)
    pauses.pause(pairing=pairing, by=pairing.first, now=day)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=day + timedelta(days=3))

    assert OutboxMessage.objects.get(kind="reset-afterwards", state="pending").recipient == pairing.second.user


def test_what_is_asked_after_they_said_not_now_is_written_about_again(pairing, noon):
    rounds.say_not_now(pairing=pairing, kind="reset", by=pairing.second, now=noon - timedelta(days=30))
    services.start(pairing=pairing, by=pairing.first, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    assert OutboxMessage.objects.filter(kind="reset-asked", state="pending").count() == 2


def test_a_pause_before_the_day_makes_no_second_reminder(pairing, prepared, noon):
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    pending = OutboxMessage.objects.filter(kind="reset-afterwards", state="pending")
    assert set(pending.values_list("recipient", "due_at")) == {(half.user_id, noon + TWO_WEEKS) for half in pairing.halves}
    assert pending.count() == 2


def test_who_was_reminded_before_a_pause_is_not_reminded_again(pairing, prepared, noon):
    day = noon + TWO_WEEKS
    OutboxMessage.objects.filter(kind="reset-afterwards").update(state="sent", sent_at=day, ended_at=day)
    pauses.pause(pairing=pairing, by=pairing.first, now=day)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=day + timedelta(days=1))

    assert not OutboxMessage.objects.filter(kind="reset-afterwards", state="pending").exists()


@pytest.mark.parametrize("kind", ["reset-asked", "reset-opened", "reset-afterwards"])
def test_a_letter_says_nothing_of_what_it_is_about(kind, prepared):
    from mentoring.kernel.outbox.letters import write

    first, _ = owed(kind)
    text = write(kinds.get(kind).template, recipient=first.recipient, context=joint_letters.context_of([first])[first.pk])

    for word in ("reset", "Ask me first", "Thursday"):
        assert word not in text.subject
        assert word not in text.text.replace("/resets/", "")


@pytest.mark.django_db(transaction=True)
def test_two_who_start_at_once_start_the_same(noon):
    pairing = PairingFactory(active=True)

    started = at_once(*(lambda half=half: services.start(pairing=pairing, by=half, now=noon) for half in pairing.halves * 2))

    assert len({reset.pk for reset in started}) == 1

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.endings import services
from matching.endings.models import EndingReason
from matching.joint import queries as joint
from matching.joint import services as rounds
from matching.joint.models import Answer, Round
from matching.pairings import places
from matching.pairings import services as pairings
from matching.pairings.models import Pairing, PartnerWish
from matching.pauses import services as pauses
from matching.pauses.models import Pause
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from tests.at_once import at_once
from tests.factories.matching import (
    EndingReasonFactory,
    FactFactory,
    JointAnswerFactory,
    PairingFactory,
    PartnerWishFactory,
    PauseFactory,
    RoundFactory,
)
from tests.factories.programs import MembershipFactory, ProfileFactory

pytestmark = pytest.mark.django_db
State = Pairing.State
PART = {"good": "The walks", "take_with_me": "", "to_you": "Thank you"}


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True, first__user__name="Maya Silva", second__user__name="Jonas Berg")


def letters(kind):
    return OutboxMessage.objects.filter(kind=kind)


def texts(kind):
    found = list(letters(kind).order_by("pk"))
    told = kinds.get(kind).context(found)
    return [write(kinds.get(kind).template_of(letter), recipient=letter.recipient, context=told[letter.pk]).text for letter in found]


def asked(pairing, kind):
    return Round.objects.of_kind(kind).get(pairing=pairing, called_off_at=None)


# --- ending it well ---


@pytest.mark.parametrize("state", ["active", "paused"])
@pytest.mark.parametrize("side", ["first", "second"])
def test_either_begins_and_both_are_asked_in_the_same_letter(side, state, noon):
    pairing = PairingFactory(**{state: True}, first__user__name="Maya", second__user__name="Jonas")

    services.begin(pairing=pairing, by=getattr(pairing, side), now=noon)

    assert asked(pairing, "ending").closes_at == noon + timedelta(days=14)
    first, second = texts("pairing-ending")
    assert first.replace("Maya", "Jonas") == second


def test_who_begins_what_has_begun_is_in_the_same(pairing, noon):
    begun = services.begin(pairing=pairing, by=pairing.first, now=noon)

    assert services.begin(pairing=pairing, by=pairing.second, now=noon) == begun
    assert letters("pairing-ending").count() == 2


def test_both_have_two_more_weeks_when_it_has_opened(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        rounds.answer(round=ending, by=half, content=PART, now=noon + timedelta(days=10))

    services.settle(noon + timedelta(days=23))
    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE

    services.settle(noon + timedelta(days=24))
    pairing.refresh_from_db()
    assert (pairing.state, pairing.ended_at) == (State.CLOSED, noon + timedelta(days=24))
    assert joint.said(asked(pairing, "ending"), pairing.first).theirs["good"] == "The walks"


def test_what_only_one_prepared_closes_too_and_stays_theirs_alone(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=ending, by=pairing.first, content=PART, now=noon)

    services.settle(noon + timedelta(days=14))

    pairing.refresh_from_db()
    assert pairing.state == State.CLOSED
    assert joint.said(ending, pairing.second) == joint.Said()


def test_a_part_in_which_nothing_is_said_is_none(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)

    with pytest.raises(Refused, match="in one of the three"):
        rounds.answer(round=ending, by=pairing.first, content=dict.fromkeys(PART, " "), now=noon)


def test_it_is_not_to_end_after_all(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)

    services.stay(pairing=pairing, by=pairing.second, now=noon)
    services.settle(noon + timedelta(days=30))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert not letters("pairing-ending").filter(state=OutboxMessage.State.PENDING).exists()


@pytest.mark.parametrize("who", ["first", "second", "proposed_by"])
def test_that_it_goes_on_is_told_to_both_in_the_same_letter(who, pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)

    services.stay(pairing=pairing, by=getattr(pairing, who), now=noon)

    first, second = texts("pairing-stays")
    assert first.replace("Maya", "Jonas") == second


def test_staying_where_nothing_was_to_end_writes_to_nobody(pairing, noon):
    services.stay(pairing=pairing, by=pairing.first, now=noon)

    assert not letters("pairing-stays").exists()


def test_that_it_goes_on_is_written_only_while_it_is_true(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    services.stay(pairing=pairing, by=pairing.second, now=noon)
    still_owed = kinds.get("pairing-stays").still_owed
    found = list(letters("pairing-stays"))
    assert still_owed(found) == {letter.pk for letter in found}

    services.begin(pairing=pairing, by=pairing.first, now=noon)

    assert still_owed(found) == set()
    assert not letters("pairing-stays").filter(state=OutboxMessage.State.PENDING).exists()


@pytest.mark.parametrize("side", ["first", "second"])
def test_also_when_both_have_prepared_either_can_stay_and_what_they_said_stays_open(side, pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        rounds.answer(round=ending, by=half, content=PART, now=noon)

    services.stay(pairing=pairing, by=getattr(pairing, side), now=noon)
    services.settle(noon + timedelta(days=90))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert joint.said(ending, pairing.first).theirs["good"] == "The walks"
    assert letters("pairing-stays").count() == 2


def test_what_was_taken_back_after_both_had_prepared_can_begin_again(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        rounds.answer(round=ending, by=half, content=PART, now=noon)
    services.stay(pairing=pairing, by=pairing.first, now=noon)

    again = services.begin(pairing=pairing, by=pairing.second, now=noon + timedelta(days=1))

    assert again != ending
    assert services.in_progress().get() == again


def test_that_it_has_opened_is_told_to_both_in_the_same_letter(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=ending, by=pairing.first, content=PART, now=noon)
    assert not letters("answers-opened").exists()

    rounds.answer(round=ending, by=pairing.second, content=PART, now=noon)

    first, second = texts("answers-opened")
    assert first.replace("Maya", "Jonas") == second
    assert "The walks" not in first
    found = list(letters("answers-opened"))
    assert kinds.get("answers-opened").still_owed(found) == {letter.pk for letter in found}


def test_those_who_run_the_program_begin_it_too_and_the_letter_is_the_same(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    by_a_half = texts("pairing-ending")
    services.end(pairing=pairing, by=pairing.first, now=noon)
    another = PairingFactory(
        active=True, program=pairing.program, first=pairing.first, second=pairing.second, coordinator=pairing.coordinator
    )

    services.begin(pairing=another, by=another.proposed_by, now=noon)

    assert [text.replace(f"/{another.pk}/", f"/{pairing.pk}/") for text in texts("pairing-ending")[2:]] == by_a_half
    event = AuditEvent.objects.filter(verb="ending.begun").latest("pk")
    assert event.actor_id == another.proposed_by.user_id


@pytest.mark.parametrize("act", [services.begin, services.stay])
def test_nobody_else_begins_or_stays(act, pairing, noon):
    elsewhere = MembershipFactory(is_coordinator=True)

    for somebody in (MembershipFactory(program=pairing.program), elsewhere):
        with pytest.raises(Refused):
            act(pairing=pairing, by=somebody, now=noon)


# --- its time runs out at the moment in which somebody does something ---


@pytest.fixture
def meanwhile():
    """Calls what is given after the pairings to close were looked for, and before they are closed."""

    @contextmanager
    def happens(callback):
        done = []

        def between(execute, sql, parameters, many, context):
            found = execute(sql, parameters, many, context)
            if "SKIP LOCKED" in sql and not done:
                done.append(callback())
            return found

        with connection.execute_wrapper(between):
            yield
        assert done

    return happens


def test_what_was_taken_back_in_the_last_moment_does_not_close(pairing, noon, meanwhile):
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    later = noon + timedelta(days=14)

    with meanwhile(lambda: services.stay(pairing=pairing, by=pairing.second, now=later)):
        services.close_due(now=later)

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE


def test_the_second_part_in_the_last_moment_gives_two_more_weeks(pairing, noon, meanwhile):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=ending, by=pairing.first, content=PART, now=noon)
    later, just_before = noon + timedelta(days=14), noon + timedelta(days=14, seconds=-1)

    with meanwhile(lambda: rounds.answer(round=ending, by=pairing.second, content=PART, now=just_before)):
        services.close_due(now=later)

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE


# --- ending it now ---


@pytest.mark.parametrize("who", ["first", "second", "proposed_by"])
@pytest.mark.parametrize("state", ["active", "paused"])
def test_the_letter_is_the_same_whoever_ended_it(who, state, noon):
    pairing = PairingFactory(**{state: True}, first__user__name="Maya", second__user__name="Jonas")

    services.end(pairing=pairing, by=getattr(pairing, who), now=noon, choice="fit" if who != "proposed_by" else "")

    pairing.refresh_from_db()
    assert (pairing.state, pairing.ended_at) == (State.CLOSED, noon)
    first, second = texts("pairing-closed")
    assert first.replace("Maya", "Jonas") == second
    assert "fit" not in first


def test_time_writes_the_same_letter_too(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    services.settle(noon + timedelta(days=14))
    by_time = texts("pairing-closed")
    another = PairingFactory(
        active=True, program=pairing.program, first=pairing.first, second=pairing.second, coordinator=pairing.coordinator
    )

    services.end(pairing=another, by=another.second, now=noon)

    assert [text.replace(f"/{another.pk}/", f"/{pairing.pk}/") for text in texts("pairing-closed")[2:]] == by_time


def test_a_reason_is_kept_for_the_program(pairing, noon):
    services.end(pairing=pairing, by=pairing.first, now=noon, choice="limits", words="  He called at night ")

    reason = EndingReason.objects.get()
    assert (reason.membership, reason.choice, reason.words) == (pairing.first, "limits", "He called at night")


def test_without_a_reason_there_is_no_row(pairing, noon):
    services.end(pairing=pairing, by=pairing.first, now=noon)

    assert not EndingReason.objects.exists()


@pytest.mark.parametrize("told", [{"choice": "nonsense"}, {"words": "x" * 10_001}])
def test_a_reason_that_is_none_ends_nothing(told, pairing, noon):
    with pytest.raises(Refused):
        services.end(pairing=pairing, by=pairing.first, now=noon, **told)

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE


def test_where_the_other_was_quicker_ones_reason_is_kept_all_the_same(pairing, noon):
    services.end(pairing=pairing, by=pairing.first, now=noon)

    services.end(pairing=pairing, by=pairing.second, now=noon + timedelta(hours=1), choice="time")

    pairing.refresh_from_db()
    assert pairing.ended_at == noon
    assert EndingReason.objects.get().membership == pairing.second
    assert letters("pairing-closed").count() == 2


def test_who_wishes_somebody_else_is_known_to_the_program(pairing, noon):
    services.end(pairing=pairing, by=pairing.first, now=noon, wishes_somebody=True)

    assert PartnerWish.objects.get().membership == pairing.first


@pytest.mark.parametrize("state", ["proposed", "accepted", "declined"])
def test_only_what_lasts_is_ended_by_a_coordinator(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused):
        services.end(pairing=pairing, by=pairing.proposed_by, now=noon)


def test_nobody_else_ends_it(pairing, noon):
    for somebody in (MembershipFactory(program=pairing.program), MembershipFactory(coordinator=True)):
        with pytest.raises(Refused):
            services.end(pairing=pairing, by=somebody, now=noon)


def test_an_end_takes_back_what_is_not_true_any_more(noon):
    pairing = PauseFactory(pairing__active=True, pairing__state="active", gone_on_at=noon).pairing
    services.begin(pairing=pairing, by=pairing.first, now=noon)

    services.end(pairing=pairing, by=pairing.second, now=noon)

    assert not letters("pairing-ending").filter(state=OutboxMessage.State.PENDING).exists()
    assert not Round.objects.of_kind("ending").waiting().exists()


# --- somebody else ---


def test_a_wish_said_twice_is_one(noon):
    pairing = PairingFactory(closed=True)

    for _ in range(2):
        pairings.wish_for_somebody(pairing=pairing, by=pairing.first, now=noon)

    assert PartnerWish.objects.get().wished_at == noon


@pytest.mark.parametrize("state", ["proposed", "declined"])
def test_one_wishes_somebody_else_than_a_partner_one_has_had(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused):
        pairings.wish_for_somebody(pairing=pairing, by=pairing.first, now=noon)


def test_a_new_pairing_fulfils_the_wish(noon):
    wish = PartnerWishFactory()
    member = wish.membership
    member.ready_at = noon
    member.save()
    new = PairingFactory(program=member.program, first=member, second__ready_at=noon, first_accepted_at=noon)

    pairings.accept(pairing=new, by=new.second, now=noon)

    assert not PartnerWish.objects.standing().exists()


def test_a_wish_is_said_anew_when_a_new_pairing_had_fulfilled_the_last(noon):
    wish = PartnerWishFactory(met_in=PairingFactory(active=True))
    pairing = PairingFactory(closed=True, program=wish.membership.program, first=wish.membership)

    pairings.wish_for_somebody(pairing=pairing, by=pairing.first, now=noon + timedelta(days=9))

    [wish] = PartnerWish.objects.standing()
    assert (wish.pairing, wish.wished_at) == (pairing, noon + timedelta(days=9))


def test_who_changes_their_mind_takes_their_wish_back(noon):
    wish, others = PartnerWishFactory(), PartnerWishFactory()

    for _press in range(2):
        pairings.take_wish_back(pairing=wish.pairing, by=wish.membership, now=noon)

    assert list(PartnerWish.objects.all()) == [others]
    assert AuditEvent.objects.filter(verb="pairing.took_wish_back").count() == 1


def test_nobody_takes_back_the_wish_of_somebody_else(noon):
    wish = PartnerWishFactory()

    pairings.take_wish_back(pairing=wish.pairing, by=wish.pairing.second, now=noon)
    with pytest.raises(Refused):
        pairings.take_wish_back(pairing=wish.pairing, by=wish.pairing.proposed_by, now=noon)

    assert PartnerWish.objects.standing().get() == wish


# --- later contact ---


@pytest.fixture
def ended(pairing, noon):
    return services.end(pairing=pairing, by=pairing.first, now=noon)


def say(pairing, half, yes, line="", now=None):
    contact = asked(pairing, "later-contact")
    return rounds.answer(round=contact, by=half, content={"yes": yes, "line": line}, now=now or contact.opened_at)


def test_each_is_asked_when_it_has_ended(ended, noon):
    assert asked(ended, "later-contact").closes_at == noon + timedelta(days=30)


def test_that_both_said_yes_is_told_to_both_in_the_same_letter(ended):
    say(ended, ended.first, "no")
    say(ended, ended.second, "yes", "+44 20 7946 0000")
    assert not letters("answers-opened").exists()

    say(ended, ended.first, "yes", "maya@example.org")

    first, second = texts("answers-opened")
    assert first.replace("Maya", "Jonas") == second
    assert "maya@example.org" not in second


def test_two_yeses_give_each_the_others_line(ended):
    say(ended, ended.first, "yes", "maya@example.org")
    opened = say(ended, ended.second, "yes", "+44 20 7946 0000")

    assert joint.said(opened, ended.first).theirs["line"] == "+44 20 7946 0000"
    assert joint.said(opened, ended.second).theirs["line"] == "maya@example.org"


@pytest.mark.parametrize("theirs", ["no", None])
def test_one_yes_gives_nothing(theirs, ended):
    say(ended, ended.first, "yes", "maya@example.org")
    if theirs:
        say(ended, ended.second, theirs)

    for half in ended.halves:
        assert joint.said(asked(ended, "later-contact"), half).theirs is None


def test_a_yes_says_how(ended):
    with pytest.raises(Refused, match="how they could reach you"):
        say(ended, ended.first, "yes")


def test_a_no_keeps_no_line(ended):
    say(ended, ended.first, "no", "maya@example.org")

    assert Answer.objects.get().said == {"yes": False, "line": ""}


def test_what_did_not_become_two_yeses_is_forgotten(ended, noon):
    say(ended, ended.first, "yes", "maya@example.org")

    services.settle(noon + timedelta(days=29))
    assert Answer.objects.exists()
    services.settle(noon + timedelta(days=30))

    assert not Answer.objects.exists()
    assert not Round.objects.of_kind("later-contact").waiting().exists()


def test_two_yeses_are_not_forgotten(ended, noon):
    for half in ended.halves:
        say(ended, half, "yes", "here")

    services.settle(noon + timedelta(days=90))

    assert Answer.objects.count() == 2


def test_when_somebody_leaves_nothing_tells_it_from_any_other_end(pairing, noon):
    services.end(pairing=pairing, by=pairing.second, now=noon)
    by_a_half = texts("pairing-closed")
    another = PairingFactory(
        active=True, program=pairing.program, first=pairing.first, second=pairing.second, coordinator=pairing.coordinator
    )

    memberships.leave(membership=another.first, by=another.first, now=noon)

    assert [text.replace(f"/{another.pk}/", f"/{pairing.pk}/") for text in texts("pairing-closed")[2:]] == by_a_half
    assert asked(another, "later-contact").closes_at == asked(pairing, "later-contact").closes_at


# --- telling the program why ---


@pytest.mark.parametrize("side", ["first", "second"])
def test_whoever_ended_it_both_can_tell_the_program_why(side, ended, noon):
    half = getattr(ended, side)

    services.tell_why(pairing=ended, by=half, now=noon, choice="say", words=" I decided nothing ")

    reason = EndingReason.objects.get()
    assert (reason.membership, reason.choice, reason.words) == (half, "say", "I decided nothing")
    assert not EndingReason.objects.visible_to(ended.other_half(half)).exists()


def test_what_one_told_is_taken_back_with_nothing(ended, noon):
    services.tell_why(pairing=ended, by=ended.first, now=noon, words="In anger")

    services.tell_why(pairing=ended, by=ended.first, now=noon)

    assert not EndingReason.objects.exists()


def test_why_is_told_by_the_two_and_once_it_has_ended(ended, noon):
    lasting = PairingFactory(active=True)

    for pairing, somebody in ((lasting, lasting.first), (ended, ended.proposed_by)):
        with pytest.raises(Refused):
            services.tell_why(pairing=pairing, by=somebody, now=noon, words="Because")


# --- an introduction made in error ---


@pytest.mark.parametrize("state", ["proposed", "accepted"])
def test_an_introduction_taken_back_reads_like_any_that_does_not_start(state, noon):
    pairing = PairingFactory(**{state: True})

    pairings.withdraw(pairing=pairing, by=pairing.proposed_by, now=noon)

    pairing.refresh_from_db()
    assert (pairing.state, pairing.first_accepted_at, pairing.second_accepted_at) == (State.DECLINED, None, None)
    assert letters("pairing-not-started").count() == 2


def test_what_has_begun_is_not_taken_back_and_nobody_takes_back_their_own(pairing, noon):
    own = PairingFactory(first__is_coordinator=True)

    for introduction, by in ((pairing, pairing.proposed_by), (own, own.first), (own, own.second)):
        with pytest.raises(Refused):
            pairings.withdraw(pairing=introduction, by=by, now=noon)


# --- a match made in error ---


def test_a_match_that_is_undone_reads_like_an_introduction_that_does_not_start(pairing, noon):
    RoundFactory(pairing=pairing, kind="ending", closes_at=noon + timedelta(days=14))

    services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)

    pairing.refresh_from_db()
    assert (pairing.state, pairing.activated_at, pairing.ended_at) == (State.DECLINED, None, noon)
    first, second = texts("pairing-not-started")
    assert first.replace("Maya", "Jonas") == second
    assert not Round.objects.waiting().exists()
    assert not letters("pairing-closed").exists()


def test_who_was_matched_in_error_waits_as_long_as_before(pairing, noon):
    people = Membership.objects.filter(pk=pairing.first_id)
    services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)

    [person] = places.with_places(people, on=noon.date())

    assert person.waiting_since == person.joined_at


@pytest.mark.parametrize("kind", ["session_logged", "topic_raised", "decision_proposed", "action_taken"])
def test_once_they_have_met_or_written_anything_a_match_is_not_undone(kind, pairing, noon):
    FactFactory(pairing=pairing, kind=kind)

    with pytest.raises(Refused, match="written anything"):
        services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)


def test_what_one_has_answered_apart_is_written_too(pairing, noon):
    JointAnswerFactory(round__pairing=pairing)

    with pytest.raises(Refused, match="written anything"):
        services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)


@pytest.mark.parametrize("kind", services.PLANNING)
def test_that_a_meeting_was_only_planned_does_not_keep_a_match_made_in_error(kind, pairing, noon):
    FactFactory(pairing=pairing, kind=kind)

    assert services.undo(pairing=pairing, by=pairing.proposed_by, now=noon).state == State.DECLINED


def test_what_others_ask_about_the_two_keeps_their_match_too(pairing, noon, monkeypatch):
    monkeypatch.setattr(services, "_what_shows_that_they_have_begun", [])
    services.shows_that_they_have_begun(lambda pairing, now: True)

    with pytest.raises(Refused, match="written anything"):
        services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)


def test_who_wished_for_somebody_and_was_matched_in_error_wishes_as_before(noon):
    wish = PartnerWishFactory(pairing__first__ready_at=noon)
    member = wish.membership
    new = PairingFactory(program=member.program, first=member, second__ready_at=noon, first_accepted_at=noon)
    new = pairings.accept(pairing=new, by=new.second, now=noon)
    assert not PartnerWish.objects.standing().exists()

    services.undo(pairing=new, by=new.proposed_by, now=noon)

    assert PartnerWish.objects.standing().get().wished_at == wish.wished_at


@pytest.mark.parametrize("state", ["proposed", "accepted", "paused", "closed"])
def test_only_what_is_active_is_undone(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused):
        services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)


def test_undoing_is_for_those_who_run_the_program_and_never_of_ones_own(pairing, noon):
    own = PairingFactory(active=True, first__is_coordinator=True)

    for match, by in ((pairing, pairing.first), (pairing, MembershipFactory(coordinator=True)), (own, own.first)):
        with pytest.raises(Refused):
            services.undo(pairing=match, by=by, now=noon)


def test_undoing_twice_writes_once(pairing, noon):
    for _press in range(2):
        services.undo(pairing=pairing, by=pairing.proposed_by, now=noon)

    assert letters("pairing-not-started").count() == 2
    assert AuditEvent.objects.filter(verb="pairing.undone").count() == 1


# --- beginning again ---


def let_close_on_its_day(pairing, noon):
    """Two weeks after noon."""
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    services.settle(noon + timedelta(days=14))
    pairing.refresh_from_db()
    return pairing


def again(pairing, half, yes, now):
    return services.say_about_beginning_again(pairing=pairing, by=half, yes=yes, now=now)


def both_begin_again(pairing, now):
    for half in pairing.halves:
        pairing = again(pairing, half, True, now)
    return pairing


def test_after_every_ending_both_are_asked_for_as_long_as_the_program_says(noon):
    pairing = PairingFactory(active=True, program__begin_again_days=9)

    services.end(pairing=pairing, by=pairing.first, now=noon)

    assert asked(pairing, "begin-again").closes_at == noon + timedelta(days=9)


def test_with_two_yeses_it_begins_again_and_both_get_the_same_letter(ended, noon):
    say(ended, ended.first, "yes", "maya@example.org")
    wish = PartnerWishFactory(pairing=ended, membership=ended.first)

    both_begin_again(ended, noon + timedelta(days=3))

    ended.refresh_from_db()
    assert (ended.state, ended.ended_at) == (State.ACTIVE, None)
    first, second = texts("pairing-begun-again")
    assert first.replace("Maya", "Jonas") == second
    assert not letters("pairing-closed").filter(state=OutboxMessage.State.PENDING).exists()
    # What belonged to the ending is gone with it.
    assert not Round.objects.of_kind("later-contact").waiting().exists()
    assert not Answer.objects.filter(round__kind="later-contact").exists()
    assert not PartnerWish.objects.filter(pk=wish.pk).exists()


def test_what_was_wished_in_another_pairing_stands_when_this_one_begins_again(ended, noon):
    elsewhere = PairingFactory(closed=True, program=ended.program, first=ended.first)
    wish = PartnerWishFactory(pairing=elsewhere, membership=ended.first)

    both_begin_again(ended, noon + timedelta(days=3))

    assert PartnerWish.objects.standing().get() == wish


def test_the_two_are_locked_before_their_pairing(ended, noon):
    """As whoever leaves does, or two would wait for each other."""
    with CaptureQueriesContext(connection) as queries:
        both_begin_again(ended, noon + timedelta(days=3))

    locked = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    tables = ["people" if 'FROM "programs_membership"' in sql else "pairing" for sql in locked if "matching_round" not in sql]
    assert tables[0] == "people"
    assert tables.count("people") == 2


@pytest.mark.parametrize("theirs", [False, None])
def test_without_two_yeses_nothing_begins_and_nobody_learns_anything(theirs, ended, noon):
    again(ended, ended.first, True, noon)
    if theirs is not None:
        again(ended, ended.second, theirs, noon)

    ended.refresh_from_db()
    assert ended.state == State.CLOSED
    assert joint.said(asked(ended, "begin-again"), ended.first).theirs is None
    assert not letters("pairing-begun-again").exists()


def test_a_yes_that_was_taken_back_is_none(ended, noon):
    again(ended, ended.first, True, noon)
    again(ended, ended.first, False, noon)

    assert again(ended, ended.second, True, noon).state == State.CLOSED


@pytest.mark.parametrize("side", ["first", "second"])
def test_where_it_closed_on_its_day_both_are_asked_once_upon_a_first_yes_in_the_same_letter(side, pairing, noon):
    pairing, later = let_close_on_its_day(pairing, noon), noon + timedelta(days=20)
    half = getattr(pairing, side)

    for yes in (True, False, True):
        again(pairing, half, yes, later)

    first, second = texts("pairing-ask-again")
    assert first.replace("Maya", "Jonas") == second
    assert {letter.recipient for letter in letters("pairing-ask-again")} == {half.user for half in pairing.halves}


def end_by_leaving(pairing, noon):
    memberships.leave(membership=pairing.second, by=pairing.second, now=noon)


def end_by_a_half(pairing, noon):
    services.end(pairing=pairing, by=pairing.second, now=noon)


def end_by_a_coordinator(pairing, noon):
    services.end(pairing=pairing, by=pairing.proposed_by, now=noon)


def end_what_both_prepared(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        rounds.answer(round=ending, by=half, content=PART, now=noon)
    services.end(pairing=pairing, by=pairing.second, now=noon)


def end_what_was_to_end(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    services.end(pairing=pairing, by=pairing.second, now=noon)


def end_long_after_an_ending_was_taken_back(pairing, noon):
    services.begin(pairing=pairing, by=pairing.first, now=noon - timedelta(days=40))
    services.stay(pairing=pairing, by=pairing.first, now=noon - timedelta(days=39))
    services.end(pairing=pairing, by=pairing.second, now=noon)


def end_what_had_closed_on_its_day_and_begun_again(pairing, noon):
    let_close_on_its_day(pairing, noon - timedelta(days=40))
    both_begin_again(pairing, noon - timedelta(days=20))
    letters("pairing-ask-again").delete()
    services.end(pairing=pairing, by=pairing.second, now=noon)


AT_ONCE_IN_EVERY_WAY = [
    end_by_a_half,
    end_by_a_coordinator,
    end_by_leaving,
    end_what_both_prepared,
    end_what_was_to_end,
    end_long_after_an_ending_was_taken_back,
    end_what_had_closed_on_its_day_and_begun_again,
]


@pytest.mark.parametrize("way", AT_ONCE_IN_EVERY_WAY)
def test_where_it_was_ended_at_once_nobody_is_written_to_and_the_yes_looks_the_same(way, pairing, noon):
    way(pairing, noon)
    pairing.refresh_from_db()

    again(pairing, pairing.first, True, noon)

    assert not letters("pairing-ask-again").exists()
    question = services.asked_to_begin_again(pairing, noon)
    assert question is not None
    assert joint.said(question, pairing.first) == joint.Said(mine={"yes": True})
    assert question.closes_at == noon + timedelta(days=90)


def test_those_who_run_the_program_have_both_asked_in_the_same_letter_once(ended, noon):
    for _press in range(2):
        services.ask_both(pairing=ended, by=ended.proposed_by, now=noon)

    first, second = texts("pairing-ask-again")
    assert first.replace("Maya", "Jonas") == second


def test_the_letter_reads_the_same_whoever_asked(pairing, noon):
    pairing, later = let_close_on_its_day(pairing, noon), noon + timedelta(days=20)
    again(pairing, pairing.first, True, later)
    by_a_half = texts("pairing-ask-again")
    letters("pairing-ask-again").delete()

    services.ask_both(pairing=pairing, by=pairing.proposed_by, now=later)

    assert texts("pairing-ask-again") == by_a_half


@pytest.mark.parametrize("answers_first", [True, False])
def test_the_letters_that_are_sent_do_not_tell_who_has_answered(answers_first, ended, noon):
    if answers_first:
        again(ended, ended.first, False, noon)
    services.ask_both(pairing=ended, by=ended.proposed_by, now=noon)
    if not answers_first:
        again(ended, ended.first, False, noon)

    found = list(letters("pairing-ask-again"))

    with time_machine.travel(noon, tick=False):
        assert kinds.get("pairing-ask-again").still_owed(found) == {letter.pk for letter in found}
    assert len(found) == 2


def test_both_are_asked_by_those_who_run_the_program_while_both_are_here(ended, noon):
    for by in (ended.first, MembershipFactory(coordinator=True), MembershipFactory(program=ended.program)):
        with pytest.raises(Refused):
            services.ask_both(pairing=ended, by=by, now=noon)
    memberships.leave(membership=ended.first, by=ended.first, now=noon)

    with pytest.raises(Refused):
        services.ask_both(pairing=ended, by=ended.proposed_by, now=noon)

    assert not letters("pairing-ask-again").exists()


def test_that_somebody_has_left_shows_in_nothing_that_the_other_is_answered(ended, noon):
    again(ended, ended.first, True, noon)
    memberships.leave(membership=ended.first, by=ended.first, now=noon)

    answered = again(ended, ended.second, True, noon)

    assert answered.state == State.CLOSED
    assert joint.said(asked(ended, "begin-again"), ended.second) == joint.Said(mine={"yes": True})


def test_who_have_met_anew_do_not_begin_again_besides(ended, noon):
    again(ended, ended.first, True, noon)
    PairingFactory(program=ended.program, first=ended.second, second=ended.first)

    with pytest.raises(Refused, match="open pairing already"):
        again(ended, ended.second, True, noon)


@pytest.mark.parametrize("who", ["proposed_by", "neighbour"])
def test_nobody_says_yes_for_the_two(who, ended, noon):
    somebody = MembershipFactory(program=ended.program) if who == "neighbour" else ended.proposed_by

    with pytest.raises(Refused):
        again(ended, somebody, True, noon)


def test_it_lapses_without_a_word_and_what_was_said_is_forgotten(ended, noon):
    again(ended, ended.first, True, noon)

    services.settle(noon + timedelta(days=90))

    assert not Answer.objects.exists()
    assert not OutboxMessage.objects.exclude(kind="pairing-closed").exists()
    with pytest.raises(Refused, match="not open to be answered"):
        again(ended, ended.second, True, noon + timedelta(days=90))


def test_what_both_had_prepared_stays_open_to_both_and_ends_nothing_any_more(pairing, noon):
    ending = services.begin(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        rounds.answer(round=ending, by=half, content=PART, now=noon)
    services.settle(noon + timedelta(days=14))

    both_begin_again(pairing, noon + timedelta(days=15))
    services.settle(noon + timedelta(days=60))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert joint.said(ending, pairing.first).theirs["good"] == "The walks"


def test_what_ended_while_it_rested_can_rest_again(noon):
    pairing = PauseFactory().pairing
    services.end(pairing=pairing, by=pairing.first, now=noon)
    both_begin_again(pairing, noon)

    pauses.pause(pairing=pairing, by=pairing.second, now=noon + timedelta(days=1))

    assert list(Pause.objects.order_by("pk").values_list("gone_on_at", flat=True)) == [noon, None]


def test_what_ends_once_more_is_told_once_more_and_asked_once_more(ended, noon):
    letters("pairing-closed").update(state="sent", sent_at=noon, ended_at=noon)
    both_begin_again(ended, noon + timedelta(days=1))

    services.end(pairing=ended, by=ended.second, now=noon + timedelta(days=2))

    assert letters("pairing-closed").filter(state=OutboxMessage.State.PENDING).count() == 2
    assert asked(ended, "later-contact").closes_at == noon + timedelta(days=32)
    assert Round.objects.of_kind("begin-again").waiting().get().closes_at == noon + timedelta(days=92)


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_both_ending_it_at_once_ends_it_once(noon):
    pairing = PairingFactory(active=True)

    at_once(*(lambda half=half: services.end(pairing=pairing, by=half, now=noon, choice="time") for half in pairing.halves * 2))

    assert AuditEvent.objects.filter(verb="pairing.closed").count() == 1
    assert letters("pairing-closed").count() == 2
    assert EndingReason.objects.count() == 2
    assert Round.objects.of_kind("later-contact").count() == 1


@pytest.mark.django_db(transaction=True)
def test_ending_it_while_its_time_runs_out_ends_it_once(noon):
    pairing = PairingFactory(active=True)
    services.begin(pairing=pairing, by=pairing.first, now=noon)
    later = noon + timedelta(days=14)

    at_once(
        lambda: services.end(pairing=pairing, by=pairing.second, now=later),
        lambda: services.settle(later),
        lambda: services.settle(later),
    )

    assert AuditEvent.objects.filter(verb="pairing.closed").count() == 1


def test_a_reason_replaces_ones_earlier_one(noon):
    reason = EndingReasonFactory()

    services.end(pairing=reason.pairing, by=reason.membership, now=noon, words="On second thoughts")

    assert EndingReason.objects.get().words == "On second thoughts"


@pytest.mark.django_db(transaction=True)
def test_two_yeses_at_once_begin_again_once(noon):
    pairing = PairingFactory(active=True)
    services.end(pairing=pairing, by=pairing.first, now=noon)

    at_once(*(lambda half=half: again(pairing, half, True, noon) for half in pairing.halves * 2))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert AuditEvent.objects.filter(verb="pairing.begun_again").count() == 1
    assert letters("pairing-begun-again").count() == 2


@pytest.mark.django_db(transaction=True)
def test_nobody_begins_again_with_somebody_who_leaves_at_that_moment(noon):
    for _try in range(4):
        pairing = PairingFactory(active=True)
        services.end(pairing=pairing, by=pairing.first, now=noon)
        again(pairing, pairing.first, True, noon)

        at_once(
            lambda pairing=pairing: again(pairing, pairing.second, True, noon + timedelta(minutes=1)),
            lambda pairing=pairing: memberships.leave(membership=pairing.first, by=pairing.first, now=noon + timedelta(minutes=1)),
        )

        pairing.refresh_from_db()
        assert pairing.state == State.CLOSED


@pytest.mark.django_db(transaction=True)
def test_of_beginning_again_and_a_new_introduction_at_once_one_comes_about(noon):
    for _try in range(4):
        pairing = PairingFactory(active=True)
        for half in pairing.halves:
            ProfileFactory(membership=half, both=True)
        services.end(pairing=pairing, by=pairing.first, now=noon)
        again(pairing, pairing.first, True, noon)

        at_once(
            lambda pairing=pairing: again(pairing, pairing.second, True, noon),
            lambda pairing=pairing: pairings.propose(
                program=pairing.program, one=pairing.first, other=pairing.second, mentor=None, by=pairing.proposed_by, now=noon
            ),
        )

        assert Pairing.objects.of(pairing.first).of(pairing.second).open().count() == 1

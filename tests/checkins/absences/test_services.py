from datetime import timedelta
from functools import partial

import pytest

from checkins.absences import services
from checkins.absences.models import Absence
from checkins.accounts import services as accounts
from matching.facts.models import Fact, WeeklyCount
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.checkins.meetings import facts_of, owed
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

A_WEEK = timedelta(days=7)


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


@pytest.fixture
def session(pairing, noon):
    return SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=1))


def missed():
    return facts_of(Fact.Kind.SESSION_MISSED)


def accounts_of(session):
    return {absence.author: absence.absent for absence in session.absences.all()}


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_says_it_and_the_other_is_asked_by_mail(half, session, noon):
    by = getattr(session.pairing, half)

    services.say(session=session, by=by, absent="unsaid", now=noon)

    session.refresh_from_db()
    assert (session.state, session.closed_by, session.closed_at) == ("missed", by, noon)
    message = owed(services.NOT_MET).get()
    assert (message.recipient, message.expires_at) == (session.pairing.other_half(by).user, noon + A_WEEK)


@pytest.mark.parametrize(("absent", "sides"), [("first", ["first"]), ("second", []), ("both", ["first"]), ("unsaid", [])])
def test_that_somebody_could_not_come_is_a_fact_only_where_they_say_so_themselves(absent, sides, session, noon):
    services.say(session=session, by=session.pairing.first, absent=absent, now=noon)

    assert missed() == [getattr(session.pairing, side).pk for side in sides]


@pytest.mark.parametrize(("absent", "sides"), [("first", ["first"]), ("second", ["second"]), ("both", ["first", "second"]), ("unsaid", [])])
def test_who_agrees_says_the_same_and_it_counts_about_whom_it_is(absent, sides, session, noon):
    said = services.say(session=session, by=session.pairing.first, absent=absent, now=noon)

    services.agree(absence=said, by=session.pairing.second, now=noon, seen_at=noon)

    assert accounts_of(session) == dict.fromkeys(session.pairing.halves, absent)
    assert missed() == [getattr(session.pairing, side).pk for side in sides]
    assert owed(services.NOT_MET).get().state == "cancelled"


def test_two_who_say_it_differently_both_stay_and_nothing_is_held_against_either(session, noon):
    first, second = session.pairing.halves
    services.say(session=session, by=first, absent="second", now=noon)

    services.say(session=session, by=second, absent="first", now=noon)

    assert accounts_of(session) == {first: "second", second: "first"}
    assert not missed()


def test_who_says_nothing_for_a_week_has_said_nothing(session, noon):
    said = services.say(session=session, by=session.pairing.first, absent="second", now=noon)

    for answer in (
        partial(services.say, session=session, absent="first"),
        partial(services.agree, absence=said),
    ):
        with pytest.raises(Refused):
            answer(by=session.pairing.second, now=noon + A_WEEK)

    assert accounts_of(session) == {session.pairing.first: "second"}
    assert not missed()


def test_either_says_their_own_anew_within_the_week_and_the_count_follows(session, noon):
    first = session.pairing.first
    services.say(session=session, by=first, absent="first", now=noon)

    services.say(session=session, by=first, absent="second", now=noon + timedelta(hours=1))

    assert accounts_of(session) == {first: "second"}
    assert not missed()
    assert not WeeklyCount.objects.filter(kind=Fact.Kind.SESSION_MISSED, number__gt=0).exists()


def test_saying_the_same_again_changes_nothing(session, noon):
    first = session.pairing.first
    services.say(session=session, by=first, absent="first", now=noon)

    services.say(session=session, by=first, absent="first", now=noon + timedelta(hours=1))

    assert session.absences.get().said_at == noon
    assert len(missed()) == 1


def test_it_counts_in_the_week_of_the_meeting_however_late_it_is_said(pairing, noon):
    session = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(days=6))

    services.say(session=session, by=pairing.first, absent="first", now=noon)

    assert Fact.objects.get(kind=Fact.Kind.SESSION_MISSED).happened_at == session.starts_at


def test_what_was_changed_after_it_was_seen_is_not_agreed_to(session, noon):
    first, second = session.pairing.halves
    said = services.say(session=session, by=first, absent="unsaid", now=noon)
    services.say(session=session, by=first, absent="second", now=noon + timedelta(minutes=1))

    with pytest.raises(Refused, match="changed meanwhile"):
        services.agree(absence=said, by=second, now=noon + timedelta(minutes=2), seen_at=noon)

    assert second not in accounts_of(session)


def test_nobody_agrees_with_themselves(session, noon):
    said = services.say(session=session, by=session.pairing.first, absent="first", now=noon)

    with pytest.raises(Refused, match="other half"):
        services.agree(absence=said, by=session.pairing.first, now=noon)


def test_a_meeting_that_is_logged_after_all_counts_against_nobody_and_what_was_said_stays(session, noon):
    said = services.say(session=session, by=session.pairing.first, absent="both", now=noon)
    services.agree(absence=said, by=session.pairing.second, now=noon)

    accounts.log(pairing=session.pairing, by=session.pairing.second, session=session, starts_at=session.starts_at, minutes=45, now=noon)

    assert not missed()
    assert session.absences.count() == 2


def test_a_meeting_that_is_logged_before_the_other_answered_asks_nobody(session, noon):
    services.say(session=session, by=session.pairing.first, absent="second", now=noon)

    accounts.log(pairing=session.pairing, by=session.pairing.second, session=session, starts_at=session.starts_at, minutes=45, now=noon)

    assert owed(services.NOT_MET).get().state == "cancelled"
    with pytest.raises(Refused):
        services.say(session=session, by=session.pairing.second, absent="first", now=noon)


def test_nothing_is_said_before_it_begins_nor_in_a_word_that_is_none(session, noon):
    with pytest.raises(Refused, match="still to come"):
        services.say(session=session, by=session.pairing.first, absent="both", now=session.starts_at - timedelta(minutes=1))
    with pytest.raises(Refused, match="how it came"):
        services.say(session=session, by=session.pairing.first, absent="third", now=noon)


def test_nothing_is_said_by_anybody_else_nor_in_a_pairing_that_is_paused(session, noon):
    pairing = session.pairing

    for by in (pairing.coordinator, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            services.say(session=session, by=by, absent="both", now=noon)
    said = services.say(session=session, by=pairing.first, absent="both", now=noon)
    Pairing.objects.update(state=Pairing.State.PAUSED)
    for answer in (partial(services.say, session=session, absent="both"), partial(services.agree, absence=said)):
        with pytest.raises(Refused):
            answer(by=pairing.second, now=noon)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_say_it_in_one_second_both_are_heard_and_one_is_first(session, noon):
    first, second = session.pairing.halves

    at_once(
        partial(services.say, session=session, by=first, absent="second", now=noon),
        partial(services.say, session=session, by=second, absent="first", now=noon),
    )

    assert accounts_of(session) == {first: "second", second: "first"}
    assert Absence.objects.count() == 2
    assert owed(services.NOT_MET, state="pending").count() == 0

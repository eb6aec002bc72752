from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from matching.endings import services as endings
from matching.joint.models import Round
from matching.pairings import letters, places
from matching.pairings import services as pairings
from matching.pairings.models import Pairing, PartnerWish
from matching.pauses import services as pauses
from matching.stand_ins import queries, services
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from tests.at_once import at_once, held_elsewhere
from tests.factories.matching import PairingFactory, PartnerWishFactory, PauseFactory
from tests.factories.programs import ProfileFactory

pytestmark = pytest.mark.django_db
State = Pairing.State


@pytest.fixture
def rests(db):
    """A pairing that rests: its first half has no free place."""
    pairing = PauseFactory().pairing
    ProfileFactory(membership=pairing.first, seeks_capacity=1)
    return pairing


@pytest.fixture
def mentor(rests):
    return ProfileFactory(membership__program=rests.program, membership__ready=True, mentor=True, offers_capacity=1).membership


def proposed(rests, mentor, noon, **names):
    return services.propose(pairing=rests, half=rests.first, person=mentor, **{"by": rests.coordinator, "now": noon, **names})


def started(rests, mentor, noon):
    return accepted(proposed(rests, mentor, noon), noon)


def accepted(pairing, noon):
    Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).update(ready_at=noon)
    for half in pairing.halves:
        pairing = pairings.accept(pairing=pairing, by=half, now=noon)
    return pairing


def owed(kind, pairing):
    return list(OutboxMessage.objects.filter(kind=kind, subject=str(pairing.pk)))


def with_places(person, noon):
    return places.with_places(Membership.objects.filter(pk=person.pk), on=noon.date()).get()


def test_it_is_a_pairing_of_its_own_that_starts_when_both_say_yes(rests, mentor, noon):
    pairing = proposed(rests, mentor, noon)
    assert (pairing.state, pairing.stands_in_for, pairing.mentor_membership) == (State.PROPOSED, rests, mentor)
    assert {letter.recipient_id for letter in owed("pairing-proposed", pairing)} == {rests.first.user_id, mentor.user_id}

    assert accepted(pairing, noon).state == State.ACTIVE


def test_it_takes_a_place_of_who_stands_in_and_none_of_whom_they_help(rests, mentor, noon):
    assert with_places(rests.first, noon).free_as_mentee == 0
    started(rests, mentor, noon)

    Pairing.objects.filter(pk=rests.pk).update(state=State.CLOSED, ended_at=noon)

    assert with_places(rests.first, noon).free_as_mentee == 1
    assert with_places(mentor, noon).free_as_mentor == 0


def test_who_has_no_free_place_does_not_stand_in(rests, mentor, noon):
    PairingFactory(program=rests.program, second=mentor, active=True)

    with pytest.raises(Refused, match="no free place"):
        proposed(rests, mentor, noon)


@pytest.mark.parametrize("state", ["proposed", "active", "closed"])
def test_only_a_pairing_that_rests_has_one(state, mentor, rests, noon):
    other = PairingFactory(program=rests.program, **{state: True})

    with pytest.raises(Refused, match="only while a pairing rests"):
        services.propose(pairing=other, half=other.first, person=mentor, by=other.coordinator, now=noon)


def test_nobody_stands_in_for_a_stand_in(rests, mentor, noon):
    stand_in = PairingFactory(stand_in=True, paused=True, stands_in_for=rests)

    with pytest.raises(Refused, match="only while a pairing rests"):
        services.propose(pairing=stand_in, half=stand_in.first, person=mentor, by=stand_in.coordinator, now=noon)


def test_only_those_who_run_the_program_ask_and_not_for_a_pairing_of_their_own(rests, mentor, noon):
    Membership.objects.filter(pk=rests.second_id).update(is_coordinator=True)
    rests.second.refresh_from_db()

    for somebody in (rests.first, rests.second):
        with pytest.raises(Refused):
            proposed(rests, mentor, noon, by=somebody)


def test_one_at_a_time(rests, mentor, noon):
    proposed(rests, mentor, noon)
    another = ProfileFactory(membership__program=rests.program, mentor=True).membership

    with pytest.raises(Refused, match="asked already"):
        proposed(rests, another, noon)


def test_the_database_refuses_a_second_open_one_and_one_for_itself(noon):
    stand_in = PairingFactory(stand_in=True, active=True)

    with pytest.raises(IntegrityError, match="matching_pairing_one_open_stand_in"), transaction.atomic():
        PairingFactory(stand_in=True, active=True, stands_in_for=stand_in.stands_in_for)
    with pytest.raises(IntegrityError, match="matching_pairing_stands_in_for_another"), transaction.atomic():
        Pairing.objects.filter(pk=stand_in.pk).update(stands_in_for=stand_in.pk)


# --- its end ---


def test_it_ends_by_itself_when_the_other_goes_on(rests, mentor, noon):
    stand_in = started(rests, mentor, noon)

    pauses.go_on(pairing=rests, by=rests.coordinator, now=noon)

    stand_in.refresh_from_db()
    assert stand_in.state == State.CLOSED
    told = owed("pairing-closed", stand_in)
    assert {letter.recipient_id for letter in told} == {half.user_id for half in stand_in.halves}
    assert all(written["is_stand_in"] for written in letters.context(told).values())


def test_it_ends_by_itself_when_the_other_ends(rests, mentor, noon):
    stand_in = started(rests, mentor, noon)

    endings.end(pairing=rests, by=rests.second, now=noon)

    stand_in.refresh_from_db()
    assert stand_in.state == State.CLOSED


def test_what_has_not_begun_does_not_begin_then(rests, mentor, noon):
    stand_in = proposed(rests, mentor, noon)

    pauses.go_on(pairing=rests, by=rests.coordinator, now=noon)

    stand_in.refresh_from_db()
    assert stand_in.state == State.DECLINED
    assert len(owed("pairing-not-started", stand_in)) == 2


def test_it_can_rest_itself(rests, mentor, noon):
    stand_in = started(rests, mentor, noon)

    pauses.pause(pairing=stand_in, by=mentor, now=noon)

    stand_in.refresh_from_db()
    assert stand_in.state == State.PAUSED


def test_nothing_is_asked_after_it_of_what_is_over(rests, mentor, noon):
    stand_in = started(rests, mentor, noon)

    endings.end(pairing=stand_in, by=mentor, now=noon)

    assert not Round.objects.filter(pairing=stand_in).exists()


@pytest.mark.parametrize("who", ["first", "second", "mentor"])
def test_it_ends_once_when_somebody_leaves(who, rests, mentor, noon):
    stand_in = started(rests, mentor, noon)
    person = mentor if who == "mentor" else getattr(rests, who)

    memberships.leave(membership=person, by=person, now=noon)

    stand_in.refresh_from_db()
    rests.refresh_from_db()
    assert stand_in.state == State.CLOSED
    assert rests.state == (State.PAUSED if who == "mentor" else State.CLOSED)
    assert AuditEvent.objects.about(stand_in).filter(verb="pairing.closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_somebody_is_at_a_stand_in_what_it_stands_in_for_is_left_for_the_next_time(noon):
    stand_in = PairingFactory(stand_in=True, active=True)
    endings.begin(pairing=stand_in.stands_in_for, by=stand_in.stands_in_for.first, now=noon)
    later = noon + timedelta(days=14)

    with held_elsewhere(stand_in):
        assert endings.close_due(now=later) == 0

    assert endings.close_due(now=later) == 1
    assert not Pairing.objects.open().exists()


def go_on(rests, now):
    pauses.go_on(pairing=rests, by=rests.coordinator, now=now)


def end(rests, now):
    endings.end(pairing=rests, by=rests.first, now=now)


def end_in_time(rests, now):
    """Begun two weeks ago."""
    endings.close_due(now=now + timedelta(days=14))


def leave(rests, now):
    memberships.leave(membership=rests.first, by=rests.first, now=now)


@pytest.mark.parametrize("act", [go_on, end, end_in_time, leave])
def test_when_it_ends_with_another_nothing_is_locked_or_written_after_the_trail(act, noon):
    """Whoever does so locks what they need before the one chain that all need, and so waits for nobody who waits for it."""
    stand_in = PairingFactory(stand_in=True, active=True)
    PauseFactory(pairing=stand_in.stands_in_for)
    if act is end_in_time:
        endings.begin(pairing=stand_in.stands_in_for, by=stand_in.stands_in_for.first, now=noon)

    with CaptureQueriesContext(connection) as asked:
        act(stand_in.stands_in_for, noon)

    said = [query["sql"] for query in asked]
    trail = next(n for n, sql in enumerate(said) if "kernel_auditchain" in sql)
    writes = [sql for sql in said[trail:] if "FOR " in sql or sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert AuditEvent.objects.about(stand_in).filter(verb="pairing.closed").count() == 1
    assert [sql for sql in writes if "kernel_audit" not in sql] == []


def test_who_wished_for_somebody_still_does(rests, mentor, noon):
    PartnerWishFactory(pairing=rests, membership=rests.first)

    started(rests, mentor, noon)

    assert PartnerWish.objects.standing().exists()


def test_staff_see_who_stands_in_and_for_whom(rests, mentor, noon):
    assert queries.for_staff(rests, rests.coordinator).may_propose
    stand_in = started(rests, mentor, noon)

    assert queries.for_staff(rests, rests.coordinator) == queries.StandIns(None, [stand_in], may_propose=False)
    assert queries.for_staff(stand_in, rests.coordinator).stands_in_for == rests


@pytest.mark.django_db(transaction=True)
def test_of_two_coordinators_who_ask_at_once_one_does(noon):
    rests = PauseFactory().pairing
    ProfileFactory(membership=rests.first)
    people = [ProfileFactory(membership__program=rests.program, mentor=True).membership for _ in range(2)]

    def ask(person):
        try:
            return proposed(rests, person, noon).pk
        except Refused:
            return None

    assert sorted(map(bool, at_once(*(lambda person=person: ask(person) for person in people)))) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_going_on_while_the_second_says_yes_leaves_none_open(noon):
    rests = PauseFactory().pairing
    ProfileFactory(membership=rests.first)
    mentor = ProfileFactory(membership__program=rests.program, membership__ready=True, mentor=True).membership
    Membership.objects.filter(pk=rests.first_id).update(ready_at=noon)
    stand_in = proposed(rests, mentor, noon)
    pairings.accept(pairing=stand_in, by=mentor, now=noon)

    def say_yes():
        with suppress(Refused):
            pairings.accept(pairing=stand_in, by=rests.first, now=noon)

    at_once(say_yes, lambda: pauses.go_on(pairing=rests, by=rests.coordinator, now=noon + timedelta(seconds=1)))

    assert not Pairing.objects.filter(stands_in_for=rests).open().exists()


def test_both_are_told_beforehand_and_afterwards_in_the_same_plain_words_that_it_is_for_a_while(rests, mentor, noon):
    stand_in = started(rests, mentor, noon)
    pauses.go_on(pairing=rests, by=rests.coordinator, now=noon)

    asked, ended = (written(owed(kind, stand_in)) for kind in ("pairing-proposed", "pairing-closed"))

    assert all("for a while, until a pairing that rests goes on or ends" in text for text in asked)
    assert all("open to neither of you any more" in text for text in ended)
    assert not any(name in text for text in ended for name in (rests.first.user.name, rests.second.user.name))


def written(messages):
    texts = letters.context(messages)
    found = [write(kinds.get(one.kind).template, recipient=one.recipient, context=texts[one.pk]).text for one in messages]
    # Lines are broken somewhere.
    return [" ".join(text.split()) for text in found]

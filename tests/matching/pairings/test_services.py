from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from matching.pairings import services
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.readiness import services as readiness
from tests.at_once import at_once
from tests.factories.matching import PairingFactory
from tests.factories.programs import CohortFactory, MembershipFactory, ProfileFactory, ProgramFactory

pytestmark = pytest.mark.django_db
State = Pairing.State


def person(program, **profile):
    return ProfileFactory(membership__program=program, **profile).membership


@pytest.fixture
def program(db):
    return ProgramFactory()


@pytest.fixture
def coordinator(program):
    return MembershipFactory(program=program, coordinator=True)


@pytest.fixture
def introduce(program, coordinator, noon):
    """`introduce(mentor, mentee)` proposes the two; anything else by name."""

    def propose(one, other, **wished):
        facts = {"mentor": one, "by": coordinator, "now": noon, **wished}
        return services.propose(program=program, one=one, other=other, **facts)

    return propose


def letters(kind):
    return OutboxMessage.objects.filter(kind=kind)


# --- introducing two people ---


def test_both_are_asked_and_nothing_has_started(program, introduce, coordinator, noon):
    mentor, mentee = person(program, mentor=True), person(program)

    pairing = introduce(mentor, mentee)

    assert pairing.state == State.PROPOSED
    assert set(pairing.halves) == {mentor, mentee}
    assert pairing.mentor_membership == mentor
    assert pairing.coordinator == coordinator
    assert set(letters("pairing-proposed").values_list("recipient", flat=True)) == {mentor.user_id, mentee.user_id}
    assert AuditEvent.objects.filter(verb="pairing.proposed", object_id=str(pairing.pk)).exists()


def test_who_comes_first_is_drawn_by_chance(program, introduce):
    mentor = person(program, mentor=True, offers_capacity=20)

    drawn = Counter(introduce(mentor, person(program)).first == mentor for _ in range(20))

    assert len(drawn) == 2


def test_where_nobody_is_the_mentor_both_are(program, introduce):
    one, other = person(program, both=True), person(program, both=True)

    pairing = introduce(one, other, mentor=None)

    assert pairing.is_reciprocal


def test_it_belongs_to_the_cohort_that_both_are_in(program, introduce):
    cohort = CohortFactory(program=program)
    mentor = person(program, mentor=True, membership__cohort=cohort, offers_capacity=2)
    mentee, stranger = person(program, membership__cohort=cohort), person(program)

    assert introduce(mentor, mentee).cohort == cohort
    assert introduce(mentor, stranger).cohort is None


def test_a_coordinator_does_not_look_after_a_pairing_of_their_own(program, introduce):
    coordinator = person(program, mentor=True, membership__is_coordinator=True)

    pairing = introduce(coordinator, person(program), by=coordinator)

    assert pairing.coordinator is None


def test_nobody_is_paired_with_themselves(program, introduce):
    mentor = person(program, both=True)

    with pytest.raises(Refused, match="two different people"):
        introduce(mentor, mentor)


def test_only_staff_of_the_program_introduce_people(program, introduce):
    mentor, mentee = person(program, mentor=True), person(program)

    with pytest.raises(Refused, match="run the program"):
        introduce(mentor, mentee, by=mentor)
    with pytest.raises(Refused, match="run the program"):
        introduce(mentor, mentee, by=MembershipFactory(coordinator=True))


@pytest.mark.parametrize("changed", [{"left": True}, {"coordinator": True}, {"program": None}])
def test_both_must_be_participants_of_this_program_now(program, introduce, changed):
    if "program" in changed:
        changed = {"program": ProgramFactory()}
    other = ProfileFactory(membership=MembershipFactory(**{"program": program, **changed})).membership

    with pytest.raises(Refused, match="not a participant of this program any more"):
        introduce(person(program, mentor=True), other)


def test_the_mentor_offers_and_the_other_seeks(program, introduce):
    mentor, mentee = person(program, mentor=True), person(program)

    with pytest.raises(Refused, match="does not offer mentoring"):
        introduce(mentee, person(program))
    with pytest.raises(Refused, match="does not seek mentoring"):
        introduce(mentor, person(program, mentor=True))
    with pytest.raises(Refused, match="does not seek mentoring"):
        introduce(mentor, mentee, mentor=None)


def test_who_has_not_said_what_they_look_for_is_not_introduced(program, introduce):
    silent = MembershipFactory(program=program)

    with pytest.raises(Refused, match="has not said yet"):
        introduce(person(program, mentor=True), silent)


def test_who_takes_a_break_is_not_introduced(program, introduce, noon):
    resting = person(program, paused_until=noon.date() + timedelta(days=1))

    with pytest.raises(Refused, match="taking a break until"):
        introduce(person(program, mentor=True), resting)


def test_the_break_is_over_on_its_last_day(program, introduce, noon):
    back = person(program, paused_until=noon.date())

    assert introduce(person(program, mentor=True), back)


@pytest.mark.parametrize("state", ["proposed", "accepted", "active", "paused"])
def test_an_open_pairing_takes_a_place(program, introduce, state):
    mentor = person(program, mentor=True)
    PairingFactory(program=program, second=mentor, **{state: True})

    with pytest.raises(Refused, match="no free place as mentor: it is taken"):
        introduce(mentor, person(program))


@pytest.mark.parametrize("state", ["closed", "declined"])
def test_a_pairing_that_ended_takes_none(program, introduce, state):
    mentor = person(program, mentor=True)
    PairingFactory(program=program, second=mentor, **{state: True})

    assert introduce(mentor, person(program))


def test_a_pairing_without_a_fixed_mentor_takes_a_place_of_both_kinds(program, introduce):
    both = person(program, both=True)
    PairingFactory(program=program, first=both, reciprocal=True, active=True)

    with pytest.raises(Refused, match="as mentor"):
        introduce(both, person(program))
    with pytest.raises(Refused, match="as mentee"):
        introduce(person(program, mentor=True), both)


@pytest.mark.parametrize(
    ("kind", "said"), [("open", "Jonas has no free place as buddy: it is taken."), ("reciprocal", "Jonas has no free place: it is taken.")]
)
def test_that_all_places_are_taken_is_said_in_the_words_of_the_program(program, introduce, kind, said):
    program.kind, program.mentor_word = kind, "buddy"
    program.save()
    jonas = person(program, both=True, membership__user__name="Jonas")
    PairingFactory(program=program, second=jonas, active=True)

    with pytest.raises(Refused) as refused:
        introduce(jonas, person(program, both=True), mentor=jonas if kind == "open" else None)

    assert str(refused.value) == said


def test_of_two_equal_peers_nobody_has_a_place_alone(program, introduce):
    program.kind = "reciprocal"
    program.save()
    one, other = person(program, both=True), person(program, both=True)

    with pytest.raises(Refused, match="both of a pair are equal peers"):
        introduce(one, other)


def test_mentoring_one_person_leaves_room_to_be_mentored(program, introduce):
    both = person(program, both=True)
    PairingFactory(program=program, second=both, active=True)

    assert introduce(person(program, mentor=True), both)


def test_the_same_two_have_one_open_pairing(program, introduce):
    mentor, mentee = person(program, mentor=True, offers_capacity=3), person(program, seeks_capacity=3)
    introduce(mentor, mentee)

    with pytest.raises(Refused, match="have an open pairing already"):
        introduce(mentor, mentee)


def test_two_for_whom_it_did_not_start_are_asked_again_only_knowingly(program, introduce):
    mentor, mentee = person(program, mentor=True), person(program)
    PairingFactory(program=program, first=mentee, second=mentor, declined=True)

    with pytest.raises(services.AskedBefore):
        introduce(mentor, mentee)

    assert introduce(mentor, mentee, again=True)


# --- saying yes, or not this time ---


@pytest.mark.parametrize("mentor", Pairing.Mentor.values)
def test_it_starts_only_when_both_said_yes(noon, mentor):
    pairing = PairingFactory(mentor=mentor, first__ready_at=noon, second__ready_at=noon)

    once = services.accept(pairing=pairing, by=pairing.first, now=noon)
    assert once.state == State.PROPOSED
    twice = services.accept(pairing=pairing, by=pairing.second, now=noon + timedelta(days=1))

    assert (twice.state, twice.activated_at) == (State.ACTIVE, noon + timedelta(days=1))
    assert letters("pairing-started").count() == 2


def test_it_waits_while_somebody_has_something_to_do(noon):
    pairing = PairingFactory(first__ready_at=noon)

    services.accept(pairing=pairing, by=pairing.first, now=noon)
    waiting = services.accept(pairing=pairing, by=pairing.second, now=noon)

    assert (waiting.state, waiting.activated_at) == (State.ACCEPTED, None)
    assert not letters("pairing-started").exists()


def test_the_last_thing_done_starts_it(noon):
    pairing = PairingFactory(accepted=True, first__ready_at=noon)
    readiness.require(membership=pairing.second, key="guidelines", now=noon)

    readiness.settle(membership=pairing.second, key="guidelines", now=noon)

    pairing.refresh_from_db()
    assert (pairing.state, pairing.activated_at) == (State.ACTIVE, noon)


def test_a_yes_that_is_missing_is_not_made_up_by_being_ready(noon):
    pairing = PairingFactory(first__ready_at=noon, first_accepted_at=noon)
    readiness.require(membership=pairing.second, key="guidelines", now=noon)

    readiness.settle(membership=pairing.second, key="guidelines", now=noon)

    pairing.refresh_from_db()
    assert pairing.state == State.PROPOSED


def test_a_requirement_that_opens_later_never_takes_an_active_pairing_back(noon):
    pairing = PairingFactory(active=True, first__ready_at=noon, second__ready_at=noon)

    readiness.open_again(membership=pairing.first, key="guidelines", now=noon)

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE


def test_whoever_asked_is_told_that_it_started(noon, monkeypatch):
    told = []
    monkeypatch.setattr(services, "_when_activated", [])
    services.when_activated(lambda **what: told.append(what))
    pairing = PairingFactory(first__ready_at=noon, second__ready_at=noon, second_accepted_at=noon)

    services.accept(pairing=pairing, by=pairing.first, now=noon)

    assert told == [{"pairing": pairing, "now": noon}]


def test_a_yes_is_said_once_and_by_the_two_alone(noon):
    pairing = PairingFactory(first_accepted_at=noon)

    for somebody in (pairing.first, pairing.proposed_by, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused, match="not yours to answer"):
            services.accept(pairing=pairing, by=somebody, now=noon)


@pytest.mark.parametrize("state", ["proposed", "accepted"])
@pytest.mark.parametrize("side", ["first", "second"])
def test_not_this_time_keeps_nothing_of_who_it_was(noon, state, side):
    pairing = PairingFactory(**{state: True}, **({"second_accepted_at": noon} if state == "proposed" else {}))

    services.decline(pairing=pairing, by=getattr(pairing, side), now=noon)

    pairing.refresh_from_db()
    assert (pairing.state, pairing.ended_at) == (State.DECLINED, noon)
    assert pairing.first_accepted_at is pairing.second_accepted_at is None
    assert letters("pairing-not-started").count() == 2


def test_what_has_begun_is_not_declined(noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused, match="has begun already"):
        services.decline(pairing=pairing, by=pairing.first, now=noon)


def test_two_who_both_say_not_this_time_both_get_what_they_wished(noon):
    pairing = PairingFactory()

    services.decline(pairing=pairing, by=pairing.first, now=noon)
    services.decline(pairing=pairing, by=pairing.second, now=noon + timedelta(hours=1))

    pairing.refresh_from_db()
    assert pairing.ended_at == noon
    assert letters("pairing-not-started").count() == 2


def test_a_yes_after_the_other_declined_says_that_it_is_over(noon):
    pairing = PairingFactory(declined=True)

    with pytest.raises(Refused, match="no longer open"):
        services.accept(pairing=pairing, by=pairing.first, now=noon)


def test_who_has_answered_is_not_asked_by_mail_any_more(program, introduce, noon):
    pairing = introduce(person(program, mentor=True), person(program))

    services.accept(pairing=pairing, by=pairing.first, now=noon)

    open_letters = letters("pairing-proposed").filter(state=OutboxMessage.State.PENDING)
    assert list(open_letters.values_list("recipient", flat=True)) == [pairing.second.user_id]


# --- somebody leaves ---


@pytest.mark.parametrize("state", ["proposed", "accepted", "active", "paused"])
def test_when_somebody_leaves_their_pairings_end_and_both_get_the_same_letter(noon, state):
    pairing = PairingFactory(**{state: True})
    elsewhere = PairingFactory(program=pairing.program, active=True)

    memberships.leave(membership=pairing.first, by=pairing.first, now=noon)

    pairing.refresh_from_db()
    elsewhere.refresh_from_db()
    has_begun = state in ("active", "paused")
    assert (pairing.state, pairing.ended_at) == (State.CLOSED if has_begun else State.DECLINED, noon)
    told = letters("pairing-closed" if has_begun else "pairing-not-started")
    assert set(told.values_list("recipient", flat=True)) == {half.user_id for half in pairing.halves}
    assert elsewhere.state == State.ACTIVE


def test_what_ended_before_stays_as_it_was(noon):
    pairing = PairingFactory(closed=True, ended_at=noon - timedelta(days=9))

    memberships.leave(membership=pairing.first, by=pairing.first, now=noon)

    pairing.refresh_from_db()
    assert pairing.ended_at == noon - timedelta(days=9)


# --- time ---


def of_time(program, **days):
    for setting, number in days.items():
        setattr(program, setting, number)
    program.save()


@pytest.mark.parametrize(("reminded", "over"), [(7, 14), (3, 10)])
def test_both_are_told_of_the_end_and_a_reminder_waits_for_its_day(program, introduce, noon, reminded, over):
    of_time(program, introduction_reminder_days=reminded, introduction_open_days=over)

    pairing = introduce(person(program, mentor=True), person(program))

    assert pairing.lapses_at == noon + timedelta(days=over)
    reminders = letters("pairing-reminder")
    assert set(reminders.values_list("recipient", flat=True)) == {half.user_id for half in pairing.halves}
    assert set(reminders.values_list("due_at", "expires_at")) == {(noon + timedelta(days=reminded), pairing.lapses_at)}


def test_a_setting_that_changes_leaves_what_two_were_told(program, introduce, noon):
    pairing = introduce(person(program, mentor=True), person(program))

    of_time(program, introduction_reminder_days=1, introduction_open_days=2)

    assert services.lapse_due(now=noon + timedelta(days=13)) == 0
    pairing.refresh_from_db()
    assert pairing.lapses_at == noon + timedelta(days=14)


def test_who_has_answered_is_not_reminded(program, introduce, noon):
    pairing = introduce(person(program, mentor=True), person(program))

    services.accept(pairing=pairing, by=pairing.first, now=noon)

    assert [letter.recipient_id for letter in letters("pairing-reminder").open()] == [pairing.second.user_id]


@pytest.mark.parametrize("act", ["decline", "withdraw", "lapse"])
def test_nobody_is_reminded_of_what_is_not_open_any_more(program, introduce, coordinator, noon, act):
    pairing = introduce(person(program, mentor=True), person(program))

    match act:
        case "decline":
            services.decline(pairing=pairing, by=pairing.first, now=noon)
        case "withdraw":
            services.withdraw(pairing=pairing, by=coordinator, now=noon)
        case "lapse":
            services.lapse_due(now=pairing.lapses_at)

    assert not letters("pairing-reminder").open().exists()
    assert letters("pairing-not-started").open().count() == 2


def test_when_its_time_is_over_it_ends_as_after_a_not_this_time(program, introduce, noon):
    lapsed, declined = (introduce(person(program, mentor=True), person(program)) for _ in range(2))
    services.accept(pairing=lapsed, by=lapsed.second, now=noon)

    assert services.lapse_due(now=lapsed.lapses_at - timedelta(seconds=1)) == 0
    services.decline(pairing=declined, by=declined.first, now=lapsed.lapses_at)
    assert services.lapse_due(now=lapsed.lapses_at) == 1

    def kept(pairing):
        row = Pairing.objects.filter(pk=pairing.pk).values("state", "ended_at", "activated_at", "first_accepted_at", "second_accepted_at")
        mails = letters("pairing-not-started").about(kind="pairing-not-started", subject_ids=[pairing.pk])
        return row.get(), sorted(mails.values_list("due_at", "priority", "context")), mails.count()

    assert kept(lapsed) == kept(declined)
    assert kept(lapsed)[2] == 2
    written = AuditEvent.objects.get(verb="pairing.declined", object_id=str(lapsed.pk))
    assert (written.actor_id, written.detail) == (None, {"cause": "lapsed"})


def test_what_both_accepted_waits_for_as_long_as_it_takes(program, introduce, noon):
    pairing = introduce(person(program, mentor=True), person(program))
    for half in pairing.halves:
        readiness.require(membership=half, key="guidelines", now=noon)
        services.accept(pairing=pairing, by=half, now=noon)

    assert services.lapse_due(now=noon + timedelta(days=100)) == 0

    pairing.refresh_from_db()
    assert pairing.state == State.ACCEPTED


def test_nothing_lapses_in_a_program_that_is_archived(program, introduce, noon):
    pairing = introduce(person(program, mentor=True), person(program))
    program.archived_at = noon
    program.save()

    assert services.lapse_due(now=pairing.lapses_at) == 0


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once(noon):
    program = ProgramFactory()
    mentor = person(program, mentor=True, offers_capacity=2)
    coordinators = MembershipFactory.create_batch(6, program=program, coordinator=True)

    def propose(coordinator, mentee):
        facts = {"program": program, "mentor": mentor, "by": coordinator, "now": noon}
        # Which of the two comes first is no matter.
        return lambda: services.propose(one=mentor, other=mentee, **facts)

    results = at_once(*(propose(coordinator, person(program)) for coordinator in coordinators))

    refused = [str(result) for result in results if isinstance(result, Refused)]
    assert len(refused) == 4
    assert all("no free place as mentor: all 2 are taken" in sentence for sentence in refused)
    assert Pairing.objects.of(mentor).open().count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_two_introduced_twice_at_once_become_one_pairing(noon):
    program = ProgramFactory()
    one, other = person(program, both=True, offers_capacity=5, seeks_capacity=5), person(program, both=True, offers_capacity=5)
    coordinator = MembershipFactory(program=program, coordinator=True)

    results = at_once(
        lambda: services.propose(program=program, one=one, other=other, mentor=one, by=coordinator, now=noon),
        lambda: services.propose(program=program, one=other, other=one, mentor=one, by=coordinator, now=noon),
    )

    assert sum(isinstance(result, Pairing) for result in results) == 1
    assert any("have an open pairing already" in str(result) for result in results)


@pytest.mark.django_db(transaction=True)
def test_both_saying_yes_at_once_starts_it_once(noon):
    pairing = PairingFactory(first__ready_at=noon, second__ready_at=noon)

    at_once(*(lambda half=half: services.accept(pairing=pairing, by=half, now=noon) for half in pairing.halves for _ in range(3)))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert AuditEvent.objects.filter(verb="pairing.accepted").count() == 2
    assert AuditEvent.objects.filter(verb="pairing.activated").count() == 1


@pytest.mark.django_db(transaction=True)
def test_yes_and_not_this_time_at_once_leave_one_of_the_two(noon):
    pairing = PairingFactory(first__ready_at=noon, second__ready_at=noon, first_accepted_at=noon)

    at_once(
        lambda: services.accept(pairing=pairing, by=pairing.second, now=noon),
        lambda: services.decline(pairing=pairing, by=pairing.first, now=noon),
    )

    pairing.refresh_from_db()
    assert pairing.state in (State.ACTIVE, State.DECLINED)
    assert letters("pairing-started").count() + letters("pairing-not-started").count() == 2


@pytest.mark.django_db(transaction=True)
def test_leaving_while_the_last_yes_is_said_leaves_nothing_open(noon):
    pairing = PairingFactory(first__ready_at=noon, second__ready_at=noon, first_accepted_at=noon)

    at_once(
        lambda: services.accept(pairing=pairing, by=pairing.second, now=noon),
        lambda: memberships.leave(membership=pairing.first, by=pairing.first, now=noon),
    )

    pairing.refresh_from_db()
    assert pairing.state in (State.CLOSED, State.DECLINED)


@pytest.mark.django_db(transaction=True)
def test_two_who_become_ready_while_the_last_yes_is_said_are_not_forgotten(noon):
    for _ in range(5):
        pairing = PairingFactory(first_accepted_at=noon)
        for half in pairing.halves:
            readiness.require(membership=half, key="guidelines", now=noon)

        at_once(
            lambda pairing=pairing: readiness.settle(membership=pairing.first, key="guidelines", now=noon),
            lambda pairing=pairing: readiness.settle(membership=pairing.second, key="guidelines", now=noon),
            lambda pairing=pairing: services.accept(pairing=pairing, by=pairing.second, now=noon),
        )

        pairing.refresh_from_db()
        assert pairing.state == State.ACTIVE
        assert Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id], ready_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_end_each_introduction_once(noon):
    pairings = PairingFactory.create_batch(3, program=ProgramFactory())

    ended = at_once(*[lambda: services.lapse_due(now=noon)] * 3)

    assert sum(ended) == 3
    assert letters("pairing-not-started").count() == 6
    assert AuditEvent.objects.filter(verb="pairing.declined", object_id__in=[pairing.pk for pairing in pairings]).count() == 3
    assert services.lapse_due(now=noon) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_it_is_done_leaves_all_of_it_to_the_next(noon):
    pairing = PairingFactory()

    def die_before_it_is_done():
        with transaction.atomic(), connection.cursor() as cursor:
            services.lapse_due(now=noon)
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        die_before_it_is_done()
    connection.close()
    assert not letters("pairing-not-started").exists()

    assert services.lapse_due(now=noon) == 1

    pairing.refresh_from_db()
    assert pairing.state == State.DECLINED
    assert letters("pairing-not-started").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_yes_in_the_last_second_and_the_end_leave_one_of_the_two(noon):
    pairing = PairingFactory(first__ready_at=noon, second__ready_at=noon, first_accepted_at=noon)

    at_once(lambda: services.accept(pairing=pairing, by=pairing.second, now=noon), lambda: services.lapse_due(now=noon))

    pairing.refresh_from_db()
    assert pairing.state in (State.ACTIVE, State.DECLINED)
    assert letters("pairing-started").count() + letters("pairing-not-started").count() == 2

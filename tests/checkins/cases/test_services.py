from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from checkins.cases import services
from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns import services as raising
from checkins.concerns.models import Concern, ConcernEntry
from checkins.concerns.services import FOR_YOU, NEEDS_YOU
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.checkins.pages import People, people_around
from tests.factories.checkins import CaseDecisionFactory, ConcernAboutFactory, ConcernFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db
Kind = ConcernEntry.Kind


@pytest.fixture
def around() -> People:
    return people_around(active=True)


@pytest.fixture
def concern(around) -> Concern:
    """The first half's, about the other half, by name, who wishes for mail."""
    raised = ConcernFactory(raised_by=around.half, reach="mail")
    ConcernAboutFactory(concern=raised, membership=around.other_half, pairing=around.pairing)
    return raised


def written_to(kind=NEEDS_YOU) -> set[int]:
    return set(OutboxMessage.objects.filter(kind=kind).values_list("recipient", flat=True))


def kinds(concern) -> list[str]:
    return list(ConcernEntry.objects.filter(concern=concern).oldest_first().values_list("kind", flat=True))


ACTS = {
    "take": {},
    "answer": {"text": "Thank you.", "has_acted": False},
    "note": {"text": "It was twice."},
    "do_step": {"step": "answer"},
    "grade": {"kind": "harm", "urgency": 1},
    "close": {"outcome": "agreed", "text": "It is quiet."},
    "ask_second": {"kind": "pass_on", "text": "Since it was twice."},
    "reopen": {"text": "It is not."},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["half", "other_half"])
def test_nobody_who_may_not_read_it_does_anything(around, concern, noon, act, who):
    with pytest.raises(Refused, match="not yours"):
        getattr(services, act)(concern=concern, by=getattr(around, who), now=noon, **ACTS[act])

    assert not ConcernEntry.objects.exists()


@pytest.mark.parametrize("act", [*ACTS][:-1])
def test_what_is_done_stands_in_the_trail_with_ids_alone(around, concern, noon, act):
    getattr(services, act)(concern=concern, by=around.admin, now=noon, **ACTS[act])

    event = AuditEvent.objects.about(concern).newest_first()[0]
    assert (event.verb, event.actor_id) == (f"concern.{kinds(concern)[-1]}", around.admin.user_id)


def test_whoever_raised_it_is_answered_and_told_what_was_done(around, concern, noon):
    services.answer(concern=concern, by=around.admin, text="Thank you.", has_acted=False, now=noon)
    services.answer(concern=concern, by=around.admin, text="We spoke.", has_acted=True, now=noon)
    services.note(concern=concern, by=around.admin, text="She sounded tired.", now=noon)

    seen = ConcernEntry.objects.visible_to(around.half)
    assert {entry.text for entry in seen} == {"Thank you.", "We spoke."}
    assert written_to(FOR_YOU) == {around.half.user_id}


def test_an_answer_is_due_anew_once_whoever_raised_it_has_written_again(around, concern, noon):
    services.note(concern=concern, by=around.admin, text="She sounded tired.", now=noon)
    raising.add(concern=concern, by=around.half, text="And today.", now=noon)
    concern.refresh_from_db()
    assert (concern.due_at, Concern.objects.answered().exists()) == (noon, False)

    services.answer(concern=concern, by=around.admin, text="Thank you.", has_acted=False, now=noon + timedelta(days=2))
    assert Concern.objects.answered().exists()

    raising.add(concern=concern, by=around.half, text="Thank you too.", now=noon + timedelta(days=3))
    concern.refresh_from_db()
    assert (concern.due_at, Concern.objects.answered().exists()) == (noon + timedelta(days=4), False)


def test_it_is_handed_to_somebody_who_may_read_it_or_to_the_deputy(around, concern, noon):
    deputy = MembershipFactory(program=concern.program, is_participant=True, is_deputy=True)

    services.hand_over(concern=concern, by=around.admin, to=deputy, words="Please.", now=noon)

    assert Concern.objects.readable_by(deputy).get() == concern
    assert written_to() == {deputy.user_id}
    with pytest.raises(Refused, match="cannot take it on"):
        services.hand_over(concern=concern, by=around.admin, to=around.other_half, words="", now=noon)


def test_whoever_is_named_later_is_out_and_sees_to_it_no_more(around, concern, noon):
    services.take(concern=concern, by=around.coordinator, now=noon)

    services.name(concern=concern, by=around.admin, person=around.coordinator, now=noon)

    concern.refresh_from_db()
    assert concern.handled_by is None
    with pytest.raises(Refused, match="not yours"):
        services.note(concern=concern, by=around.coordinator, text="No.", now=noon)
    assert Concern.objects.readable_by(around.admin).exists()


def test_where_a_reader_is_named_those_who_are_left_are_written_to(noon):
    """Else nobody would know of it whom the role of deputy lets read it from then on."""
    admin = MembershipFactory(admin=True)
    deputy = MembershipFactory(program=admin.program, is_participant=True, is_deputy=True)
    concern = ConcernFactory(raised_by=MembershipFactory(program=admin.program))
    services.name(concern=concern, by=admin, person=MembershipFactory(program=admin.program), now=noon)
    assert written_to() == set()

    services.name(concern=concern, by=admin, person=admin, now=noon)

    assert written_to() == {deputy.user_id}


def test_whom_one_writes_down_does_not_tell_who_raised_it(around, noon):
    concern = ConcernFactory(raised_by=around.half, unnamed=True)

    for person in (around.half, around.neighbour):
        services.name(concern=concern, by=around.admin, person=person, now=noon)

    assert kinds(concern) == [Kind.NAMED, Kind.NAMED]
    assert Concern.objects.visible_to(around.half).get() == concern


def test_one_can_leave_oneself_out(around, concern, noon):
    services.name(concern=concern, by=around.coordinator, person=around.coordinator, now=noon)

    assert not Concern.objects.visible_to(around.coordinator).exists()


def test_a_task_belongs_to_somebody_who_may_read_it(around, concern, noon):
    due_on = noon.date() + timedelta(days=2)
    task = services.add_task(concern=concern, by=around.admin, text="Call", owner=around.coordinator, due_on=due_on, now=noon)
    assert written_to() == {around.coordinator.user_id}
    with pytest.raises(Refused, match="Only somebody who may read"):
        services.add_task(concern=concern, by=around.admin, text="Call", owner=around.half, due_on=due_on, now=noon)

    services.finish_task(task=task, by=around.coordinator, now=noon)
    services.finish_task(task=task, by=around.admin, now=noon + timedelta(days=1))

    assert CaseTask.objects.get().done_at == noon


def test_a_talk_is_written_down_once_it_has_been(around, concern, noon):
    talk = {"concern": concern, "by": around.admin, "whom": "raiser", "how": "call", "text": "It was twice.", "now": noon}

    entry = services.log_contact(on=noon.date(), **talk)

    assert entry.detail == {"whom": "raiser", "how": "call", "on": "2026-03-16"}
    with pytest.raises(Refused, match="still to come"):
        services.log_contact(on=noon.date() + timedelta(days=1), **talk)


def test_a_step_is_done_once_and_belongs_to_what_it_is(around, concern, noon):
    for _ in range(2):
        services.do_step(concern=concern, by=around.admin, step="agree", now=noon)

    assert kinds(concern) == [Kind.STEP]
    with pytest.raises(Refused, match="does not belong"):
        services.do_step(concern=concern, by=around.admin, step="duty", now=noon)


def test_what_it_is_brings_its_own_time(around, concern, noon):
    services.grade(concern=concern, by=around.admin, kind="harm", urgency=1, now=noon)

    concern.refresh_from_db()
    assert concern.due_at == concern.raised_at + timedelta(hours=4)


# --- stop contact ---


def test_stopping_contact_is_a_pause_like_any_other(around, concern, noon):
    services.stop_contact(concern=concern, by=around.admin, pairing=around.pairing, because="agreed", now=noon)

    around.pairing.refresh_from_db()
    assert around.pairing.state == Pairing.State.PAUSED
    assert written_to("pairing-paused") == {around.half.user_id, around.other_half.user_id}
    event = AuditEvent.objects.about(around.pairing).get()
    assert (event.verb, event.actor_id, event.detail) == ("pairing.paused", around.admin.user_id, {})


def test_the_deputy_stops_contact_and_the_trail_of_the_pairing_does_not_say_so(around, concern, noon):
    deputy = MembershipFactory(program=concern.program, is_participant=True, is_deputy=True)
    Concern.objects.update(handled_by=deputy)

    services.stop_contact(concern=concern, by=deputy, pairing=around.pairing, because="danger", now=noon)

    assert AuditEvent.objects.about(around.pairing).get().actor_id is None


def test_a_pairing_that_has_nothing_to_do_with_it_goes_on(around, concern, noon):
    neighbours = Pairing.objects.of(around.neighbour).get()

    with pytest.raises(Refused, match="not part of this"):
        services.stop_contact(concern=concern, by=around.admin, pairing=neighbours, because="danger", now=noon)


# --- a second person ---


def test_a_decision_of_weight_stands_with_the_yes_of_another(around, concern, noon):
    decision = services.ask_second(concern=concern, by=around.admin, kind="pass_on", text="Twice.", now=noon)
    assert written_to() == {around.coordinator.user_id}
    with pytest.raises(Refused, match="somebody else than who asked"):
        services.settle(decision=decision, by=around.admin, agrees=True, now=noon)

    services.settle(decision=decision, by=around.coordinator, agrees=True, now=noon)

    decision.refresh_from_db()
    assert (decision.stands, decision.second) == (True, around.coordinator)
    with pytest.raises(Refused):
        services.settle(decision=decision, by=around.coordinator, agrees=False, now=noon)


def test_what_somebody_asked_whom_it_is_about_is_not_decided_at_their_word(around, concern, noon):
    Concern.objects.update(kind="staff")
    decision = services.close(concern=concern, by=around.coordinator, outcome="nothing", text="It is nothing.", now=noon)

    services.name(concern=concern, by=around.admin, person=around.coordinator, now=noon)

    with pytest.raises(Refused, match="decided this already"):
        services.settle(decision=decision, by=around.admin, agrees=True, now=noon)
    assert Concern.objects.open().exists()


def test_two_of_a_kind_do_not_wait(around, concern, noon):
    services.ask_second(concern=concern, by=around.admin, kind="pass_on", text="Twice.", now=noon)

    with pytest.raises(Refused, match="waits for a second person already"):
        services.ask_second(concern=concern, by=around.coordinator, kind="pass_on", text="Twice.", now=noon)


def test_who_is_alone_decides_alone_and_that_is_written_down(noon):
    admin = MembershipFactory(admin=True)
    concern = ConcernFactory(raised_by=MembershipFactory(program=admin.program))

    decision = services.ask_second(concern=concern, by=admin, kind="end", text="Thrice.", now=noon)

    assert (decision.stands, decision.second) == (True, None)
    assert ConcernEntry.objects.get().detail["is_alone"] is True


def test_who_is_left_alone_decides_what_waited_for_somebody_who_is_gone(around, concern, noon):
    waits = services.ask_second(concern=concern, by=around.admin, kind="end", text="Thrice.", now=noon)
    services.name(concern=concern, by=around.admin, person=around.coordinator, now=noon)

    decision = services.ask_second(concern=concern, by=around.admin, kind="end", text="Thrice.", now=noon)

    waits.refresh_from_db()
    assert (decision.stands, waits.stands, waits.settled_at) == (True, False, noon)


def test_the_database_lets_nobody_be_their_own_second(around, concern):
    decision = CaseDecisionFactory(concern=concern, asked_by=around.admin)

    with pytest.raises(IntegrityError, match="the_second_is_another"), transaction.atomic():
        CaseDecision.objects.filter(pk=decision.pk).update(second=around.admin, settled_at=decision.asked_at)


# --- the end ---


def test_closing_tells_whoever_raised_it_how_it_ended(around, concern, noon):
    assert services.close(concern=concern, by=around.admin, outcome="agreed", text="It is quiet.", now=noon) is None

    concern.refresh_from_db()
    assert (concern.closed_at, concern.outcome) == (noon, "agreed")
    assert ConcernEntry.objects.visible_to(around.half).get().text == "It is quiet."
    assert written_to(FOR_YOU) == {around.half.user_id}


def test_what_is_serious_closes_with_a_second_yes(around, concern, noon):
    Concern.objects.update(kind="sexual")

    decision = services.close(concern=concern, by=around.admin, outcome="acted", text="He has left.", now=noon)
    assert decision is not None
    assert Concern.objects.open().exists()

    services.settle(decision=decision, by=around.coordinator, agrees=True, now=noon)
    concern.refresh_from_db()
    assert (concern.is_open, concern.outcome) == (False, "acted")
    assert ConcernEntry.objects.get(kind=Kind.CLOSED).text == "He has left."


def test_with_a_no_it_stays_open(around, concern, noon):
    Concern.objects.update(kind="sexual")
    decision = services.close(concern=concern, by=around.admin, outcome="nothing", text="No.", now=noon)

    services.settle(decision=decision, by=around.coordinator, agrees=False, now=noon)

    assert Concern.objects.open().exists()
    assert kinds(concern) == [Kind.ASKED, Kind.DISAGREED]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_it_once(around, concern, noon):
    ends = at_once(
        lambda: services.close(concern=concern, by=around.admin, outcome="agreed", text="Quiet.", now=noon),
        lambda: services.close(concern=concern, by=around.coordinator, outcome="nothing", text="Nothing.", now=noon),
    )

    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert kinds(concern) == [Kind.CLOSED]


def test_the_case_goes_on_when_whoever_raised_it_has_left(around, concern, noon):
    around.half.left_at = noon
    around.half.save()

    services.answer(concern=concern, by=around.admin, text="Thank you.", has_acted=False, now=noon)
    services.close(concern=concern, by=around.admin, outcome="support", text="Take care.", now=noon)

    assert not Concern.objects.open().exists()
    assert written_to(FOR_YOU) == set()


def test_on_what_is_closed_nothing_is_done_before_it_is_open_again(around, concern, noon):
    services.close(concern=concern, by=around.admin, outcome="agreed", text="Quiet.", now=noon)
    with pytest.raises(Refused, match="closed in the meantime"):
        services.take(concern=concern, by=around.admin, now=noon)

    services.reopen(concern=concern, by=around.admin, text="Not quiet after all.", now=noon)
    services.take(concern=concern, by=around.admin, now=noon)

    concern.refresh_from_db()
    assert (concern.is_open, concern.handled_by) == (True, around.admin)

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from checkins.care import playbook, services
from checkins.care.models import CallNote, Task
from checkins.care.playbook import ENTRIES
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import CallNoteFactory, TaskFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_one_is_open_a_kind_and_subject(noon):
    pairing = PairingFactory(active=True)
    cause = services.Cause(kind=Task.Kind.LOW_COMFORT, pairing_id=pairing.pk, about_id=pairing.first_id, seen_on=noon.date())

    services.raise_tasks([cause, cause], now=noon)
    services.raise_tasks([cause], now=noon + timedelta(days=1))

    task = Task.objects.get()
    assert (task.raised_at, task.due_at) == (noon, noon + timedelta(days=2))


def test_the_database_refuses_a_second_one():
    task = TaskFactory()

    with pytest.raises(IntegrityError, match="one_open_a_kind_and_subject"):
        TaskFactory(pairing=task.pairing)


def test_once_done_it_can_come_again(noon):
    done = TaskFactory(done=True)
    cause = services.Cause(kind=Task.Kind.LOW_COMFORT, pairing_id=done.pairing_id, about_id=done.about_id, seen_on=noon.date())

    services.raise_tasks([cause], now=noon)

    assert Task.objects.open().count() == 1


def test_who_is_contacted_first_is_drawn_by_chance(noon):
    pairings = PairingFactory.create_batch(40, active=True)

    services.raise_tasks(
        [
            services.Cause(kind=Task.Kind.BOUNDARY, pairing_id=pairing.pk, about_id=pairing.first_id, seen_on=noon.date())
            for pairing in pairings
        ],
        now=noon,
    )

    assert set(Task.objects.values_list("contact_first", flat=True)) == {"first", "second"}


def test_both_are_contacted_whoever_comes_first():
    task = TaskFactory(contact_first=Task.Half.SECOND)

    assert task.in_order_of_contact == (task.pairing.second, task.pairing.first)


def test_who_sees_it_marks_it_as_done(noon):
    task = TaskFactory()

    services.finish(task=task, by=task.pairing.coordinator, now=noon)
    services.finish(task=task, by=MembershipFactory(admin=True, program=task.pairing.program), now=noon + timedelta(days=1))

    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (noon, task.pairing.coordinator)
    assert AuditEvent.objects.get(verb="task.done").detail == {"kind": "low_comfort", "pairing": task.pairing_id}


def test_nobody_else_marks_it_as_done(noon):
    task = TaskFactory(for_admins=True)
    pairing = task.pairing
    conflicted = pairing.second
    conflicted.is_admin = True
    conflicted.save()

    for other in [pairing.first, conflicted, pairing.coordinator, MembershipFactory(admin=True)]:
        with pytest.raises(Refused):
            services.finish(task=task, by=other, now=noon)


def test_it_is_seen_by_staff_never_about_their_own_pairing():
    task = TaskFactory()
    pairing = task.pairing
    pairing.second.is_coordinator = pairing.second.is_admin = True
    pairing.second.save()

    assert task in Task.objects.visible_to(pairing.coordinator)
    assert task in Task.objects.visible_to(MembershipFactory(admin=True, program=pairing.program))
    for other in [pairing.first, pairing.second, MembershipFactory(admin=True), MembershipFactory(program=pairing.program)]:
        assert not Task.objects.visible_to(other).exists()


def test_what_admins_alone_may_know_keeps_nothing_from_coordinators():
    task = TaskFactory(for_admins=True)

    TaskFactory(pairing=task.pairing)

    assert Task.objects.visible_to(task.pairing.coordinator).count() == 1


@pytest.mark.parametrize("kind", Task.Kind)
def test_every_kind_says_what_was_seen_why_it_is_here_and_what_to_do(kind):
    entry = ENTRIES[kind]
    names = {"name": "Amara", "other": "Jonas", "day": "16 March", "before": "2 March"}

    assert "Amara" in str(entry.heading) % names
    assert "16 March" in str(entry.seen) % names
    assert entry.why
    assert "both" in str(entry.first), "contact is a routine for both"
    assert entry.then
    assert entry.within > timedelta(0)


# --- mail that comes back ---


def test_mail_that_comes_back_asks_whoever_looks_after_each_active_pairing_for_another_way(noon):
    ana = UserFactory()
    halves = [MembershipFactory(user=ana, ready=True) for _ in range(3)]
    first, second = (PairingFactory(program=half.program, first=half, active=True) for half in halves[:2])
    PairingFactory(program=halves[2].program, first=halves[2], closed=True)

    outbox.owe(kind="account", subject_id=1, recipient=ana, now=noon)
    outbox.came_back(OutboxMessage.objects.get().message_id, OutboxMessage.CameBack.PERMANENT, "550 5.1.1 nobody there", noon)

    tasks = Task.objects.order_by("pk")
    assert [(task.kind, task.pairing, task.about) for task in tasks] == [
        (Task.Kind.UNREACHABLE, first, first.first),
        (Task.Kind.UNREACHABLE, second, second.first),
    ]
    assert "550" not in playbook.tell(tasks.with_people()[0]).seen


def test_mail_that_comes_back_twice_is_one_task(noon):
    pairing = PairingFactory(active=True)

    for _ in range(2):
        services.raise_for_unreachable(pairing.second.user_id, noon)

    task = Task.objects.get()
    assert (task.about, task.seen_on) == (pairing.second, noon.date())


def test_who_is_in_no_active_pairing_raises_no_task(noon):
    services.raise_for_unreachable(MembershipFactory().user_id, noon)

    assert not Task.objects.exists()


# --- please call me ---


def ask(pairing, now, by=None):
    services.ask_for_call(pairing=pairing, by=by or pairing.first, now=now)


@pytest.mark.parametrize("state", ["active", "paused", "closed"])
def test_either_half_can_ask_for_a_call_also_when_it_rests_or_is_over(state, noon):
    pairing = PairingFactory(**{state: True})

    for half in pairing.halves:
        ask(pairing, noon, half)

    tasks = Task.objects.order_by("about")
    assert {(task.kind, task.about) for task in tasks} == {("please_call", half) for half in pairing.halves}
    assert [task.due_at - noon for task in tasks] == [timedelta(days=1)] * 2


def test_asking_again_changes_nothing_until_somebody_has_called(noon):
    pairing = PairingFactory(active=True)
    ask(pairing, noon)
    ask(pairing, noon + timedelta(hours=1))
    assert Task.objects.count() == AuditEvent.objects.filter(verb="call.asked").count() == 1

    services.finish(task=Task.objects.get(), by=pairing.coordinator, now=noon + timedelta(hours=2))
    ask(pairing, noon + timedelta(hours=3))

    assert Task.objects.open().get().raised_at == noon + timedelta(hours=3)


def test_another_rule_of_the_program_makes_no_second_one(noon):
    pairing = PairingFactory(active=True)
    ask(pairing, noon)
    pairing.program.answers_read_by = "admins"
    pairing.program.save()

    ask(pairing, noon)

    assert Task.objects.get().read_by == "coordinators"


def test_it_can_be_taken_back_until_somebody_has_called(noon):
    pairing = PairingFactory(active=True)
    ask(pairing, noon)
    ask(pairing, noon, pairing.second)

    services.take_back_call(pairing=pairing, by=pairing.first, now=noon)

    assert Task.objects.open().get().about == pairing.second
    assert AuditEvent.objects.filter(verb="call.taken_back").count() == 1
    services.finish(task=Task.objects.open().get(), by=pairing.coordinator, now=noon)
    with pytest.raises(Refused, match="seen to it"):
        services.take_back_call(pairing=pairing, by=pairing.second, now=noon)


def test_nobody_asks_for_a_call_of_somebody_else_or_before_it_has_begun(noon):
    pairing = PairingFactory(active=True)

    for pair, by in ((pairing, pairing.coordinator), (pairing, MembershipFactory(program=pairing.program)), (PairingFactory(), None)):
        with pytest.raises(Refused):
            ask(pair, noon, by)
    assert not Task.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_task_comes(noon):
    pairing = PairingFactory(active=True)

    at_once(*[lambda: ask(pairing, noon)] * 4)

    assert Task.objects.count() == AuditEvent.objects.filter(verb="call.asked").count() == 1


# --- notes ---


def facts(pairing, **changes):
    return {"pairing": pairing, "about": pairing.first, "text": "She said: it is fine.", "called_on": NOON.date(), "now": NOON, **changes}


def test_a_note_says_who_wrote_it_when_and_about_whom(noon):
    pairing = PairingFactory(active=True)

    note = services.write_note(by=pairing.coordinator, **facts(pairing))

    note.refresh_from_db()
    assert (note.author, note.about, note.written_at, str(note.text)) == (pairing.coordinator, pairing.first, noon, "She said: it is fine.")
    assert AuditEvent.objects.get(verb="call.noted").detail == {"pairing": pairing.pk}


def test_what_is_written_is_encrypted_at_rest():
    pairing = PairingFactory(active=True)

    services.write_note(by=pairing.coordinator, **facts(pairing, text="CANARY"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM checkins_callnote")
        assert b"CANARY" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "changes",
    [{"text": " "}, {"text": "x" * 10_001}, {"called_on": NOON.date() + timedelta(2)}],
    ids=["no words", "too long", "to come"],
)
def test_what_is_no_note_is_refused(changes):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused):
        services.write_note(by=pairing.coordinator, **facts(pairing, **changes))
    assert not CallNote.objects.exists()


def test_a_note_is_about_one_of_the_two_or_both():
    pairing = PairingFactory(active=True)

    assert services.write_note(by=pairing.coordinator, **facts(pairing, about=None)).about is None
    with pytest.raises(Refused):
        services.write_note(by=pairing.coordinator, **facts(pairing, about=PairingFactory(active=True).first))


def test_nobody_writes_about_a_pairing_of_their_own():
    pairing = PairingFactory(active=True)
    pairing.second.is_coordinator = pairing.second.is_admin = True

    for other in [pairing.first, pairing.second, MembershipFactory(admin=True)]:
        with pytest.raises(Refused):
            services.write_note(by=other, **facts(pairing))


def test_with_a_task_that_is_done_as_well(noon):
    task = TaskFactory()

    services.write_note(by=task.pairing.coordinator, task=task, **facts(task.pairing))

    task.refresh_from_db()
    assert task.done_by == task.pairing.coordinator


@pytest.mark.parametrize(
    ("rule", "of_task", "read_by"),
    [
        ("coordinators", None, "coordinators"),
        ("admins", None, "admins"),
        ("coordinators", "admins", "admins"),
        ("admins", "coordinators", "admins"),
    ],
)
def test_a_note_is_read_by_the_rule_of_its_day_and_of_what_it_is_about(rule, of_task, read_by):
    pairing = PairingFactory(active=True, program__answers_read_by=rule)
    admin = MembershipFactory(admin=True, program=pairing.program)
    task = TaskFactory(pairing=pairing, read_by=of_task) if of_task else None

    assert services.write_note(by=admin, task=task, **facts(pairing)).read_by == read_by


def test_a_correction_stands_below_and_leaves_the_note_as_it_was(noon):
    note = CallNoteFactory(text="On Monday.", for_admins=True)
    admin = MembershipFactory(admin=True, program=note.pairing.program)

    correction = services.correct_note(note=note, by=admin, text="On Tuesday.", now=noon)

    note.refresh_from_db()
    assert (str(note.text), correction.corrects, correction.read_by) == ("On Monday.", note, "admins")
    with pytest.raises(Refused):
        services.correct_note(note=correction, by=admin, text="On Wednesday.", now=noon)


def test_who_may_not_read_a_note_puts_nothing_right(noon):
    note = CallNoteFactory(for_admins=True)
    other = MembershipFactory(coordinator=True, program=note.pairing.program)

    for person in (other, note.pairing.first, MembershipFactory(admin=True)):
        with pytest.raises(Refused):
            services.correct_note(note=note, by=person, text="Not so.", now=noon)
    services.correct_note(note=note, by=note.author, text="Not so.", now=noon)


def test_a_note_is_seen_by_the_rule_and_by_whoever_wrote_it():
    note, of_all = CallNoteFactory(for_admins=True), CallNoteFactory()
    program = note.pairing.program
    note.pairing.second.is_coordinator = note.pairing.second.is_admin = True
    note.pairing.second.save()

    assert note in CallNote.objects.visible_to(note.author)
    assert note in CallNote.objects.visible_to(MembershipFactory(admin=True, program=program))
    assert of_all in CallNote.objects.visible_to(MembershipFactory(coordinator=True, program=of_all.pairing.program))
    for other in [*note.pairing.halves, MembershipFactory(coordinator=True, program=program), MembershipFactory(admin=True)]:
        assert note not in CallNote.objects.visible_to(other)


def test_no_service_changes_or_removes_a_note():
    """What one can do to a note: write it, and add to it."""
    named = {name for name in vars(services) if "note" in name and callable(getattr(services, name))}

    assert named == {"write_note", "correct_note", "note_reading"}


def test_the_database_refuses_a_note_that_corrects_itself():
    note = CallNoteFactory()

    with pytest.raises(IntegrityError, match="does_not_correct_itself"):
        CallNote.objects.filter(pk=note.pk).update(corrects=note)


# --- whose it is, and when ---


def test_somebody_takes_a_task_on_and_gives_it_back(noon):
    task = TaskFactory()
    coordinator = task.pairing.proposed_by

    assert services.take_on(task=task, by=coordinator, now=noon).owner == coordinator
    services.take_on(task=task, by=coordinator, now=noon)
    assert services.give_back(task=task, by=coordinator, now=noon).owner is None
    services.give_back(task=task, by=coordinator, now=noon)

    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["task.taken_on", "task.given_back"]


def test_a_task_goes_only_to_somebody_who_may_do_it(noon):
    task = TaskFactory(for_admins=True)
    admin, coordinator = (MembershipFactory(program=task.pairing.program, **{role: True}) for role in ("admin", "coordinator"))

    assert services.take_on(task=task, by=admin, owner=admin, now=noon).owner == admin
    left = MembershipFactory(program=task.pairing.program, admin=True, left=True)
    for owner in (coordinator, task.pairing.first, left, MembershipFactory(admin=True)):
        with pytest.raises(Refused, match="Choose somebody"):
            services.take_on(task=task, by=admin, owner=owner, now=noon)


@pytest.mark.parametrize("days", [1, 28])
def test_a_task_is_put_off_for_a_reason_until_a_day(noon, days):
    task = TaskFactory()
    until = noon.date() + timedelta(days=days)

    services.put_off(task=task, by=task.pairing.proposed_by, until=until, because=Task.Later.AWAY, now=noon)

    task.refresh_from_db()
    assert (task.put_off_until, task.put_off_because, task.done_at) == (until, "away", None)


@pytest.mark.parametrize(("days", "because"), [(0, "away"), (-1, "away"), (29, "away"), (3, ""), (3, "I am tired")])
def test_a_task_is_not_put_off_without_a_reason_nor_for_ever(noon, days, because):
    task = TaskFactory()

    with pytest.raises(Refused, match="Choose"):
        services.put_off(task=task, by=task.pairing.proposed_by, until=noon.date() + timedelta(days=days), because=because, now=noon)


def test_limits_that_are_not_kept_cannot_wait(noon):
    task = TaskFactory(kind=Task.Kind.BOUNDARY)

    with pytest.raises(Refused, match="cannot wait"):
        services.put_off(task=task, by=task.pairing.proposed_by, until=noon.date() + timedelta(days=1), because=Task.Later.AWAY, now=noon)


def test_what_is_done_or_not_ones_own_to_do_is_nobodys_to_take_or_put_off(noon):
    done, mine = TaskFactory(done=True), TaskFactory()
    tomorrow = noon.date() + timedelta(days=1)

    for task, by in ((done, done.pairing.proposed_by), (mine, mine.pairing.first), (mine, MembershipFactory(admin=True))):
        with pytest.raises(Refused):
            services.take_on(task=task, by=by, now=noon)
        with pytest.raises(Refused):
            services.give_back(task=task, by=by, now=noon)
        with pytest.raises(Refused):
            services.put_off(task=task, by=by, until=tomorrow, because=Task.Later.AWAY, now=noon)


def test_silence_without_two_days_in_a_row_is_told_as_fewer_answers():
    told = playbook.tell(TaskFactory(unanswered=True, since_on=None))

    assert "fewer" in told.heading
    assert "two check-ins in a row" in playbook.tell(TaskFactory(unanswered=True)).heading


def test_what_was_put_off_is_brought_back_by_hand_and_by_whoever_says_it_anew(noon):
    by_hand, anew, silent = TaskFactory(put_off=True), TaskFactory(put_off=True), TaskFactory(put_off=True, unanswered=True)

    services.bring_back(task=by_hand, by=by_hand.pairing.proposed_by, now=noon)
    again = [
        services.Cause(kind=task.kind, pairing_id=task.pairing_id, about_id=task.about_id, seen_on=noon.date()) for task in (anew, silent)
    ]
    services.raise_tasks(again, now=noon)

    assert list(Task.objects.put_off_at(noon.date())) == [silent]
    assert Task.objects.count() == 3
    assert AuditEvent.objects.get().verb == "task.brought_back"

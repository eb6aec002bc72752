import random
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from mentoring.kernel.audit import services as audit
from mentoring.kernel.audit.models import AuditChain, AuditEvent
from tests.factories.programs import MembershipFactory, ProgramFactory, UserFactory
from tests.times import NOON


def record(subject, *, program_id=1, verb="program.renamed", **detail):
    audit.record(verb=verb, subject=subject, program_id=program_id, actor_id=7, now=NOON, detail=detail)


@pytest.mark.django_db
def test_an_event_holds_who_did_what_to_what(noon):
    membership = MembershipFactory()

    audit.record(
        verb="membership.roles-changed",
        subject=membership,
        program_id=membership.program_id,
        actor_id=membership.user_id,
        now=noon,
        detail={"role": "coordinator", "cohort": 3},
    )

    event = AuditEvent.objects.of_program(membership.program_id).about(membership).get()
    assert (event.seq, event.at, event.actor_id, event.verb) == (1, noon, membership.user_id, "membership.roles-changed")
    assert event.detail == {"role": "coordinator", "cohort": 3}


@pytest.mark.django_db
def test_each_program_has_its_own_unbroken_chain_and_so_has_what_belongs_to_none():
    subject = UserFactory()
    for program_id in (1, 2, 1, None, 2, 1):
        record(subject, program_id=program_id)

    assert [event.seq for event in AuditEvent.objects.of_program(1).newest_first()] == [3, 2, 1]
    assert AuditEvent.objects.of_program(2).count() == 2
    assert AuditEvent.objects.of_program(None).count() == 1
    assert audit.program_ids() == [0, 1, 2]
    assert [audit.verify(program_id) for program_id in audit.program_ids()] == [None, None, None]


@pytest.mark.django_db
def test_nobody_reckons_a_hash_from_all_that_is_shown_of_an_event():
    """Else an admin could try out whether something that they must not see stands between two events."""
    subject, hashes = UserFactory(), set()
    for _ in range(2):
        before = transaction.savepoint()
        record(subject)
        hashes.add(audit.head_of(1)[1])
        transaction.savepoint_rollback(before)

    assert len(hashes) == 2


@pytest.mark.django_db
def test_many_events_cost_as_many_statements_as_one(django_assert_num_queries):
    subject = UserFactory()
    record(subject)

    with django_assert_num_queries(3):
        audit.record_many((audit.Event(verb="x", subject=subject, actor_id=None) for _ in range(500)), program_id=1, now=NOON)

    assert audit.head_of(1)[0] == 501
    assert audit.verify(1) is None


@pytest.mark.django_db
def test_what_is_held_back_is_appended_at_the_end_in_its_order(django_assert_num_queries):
    subject = UserFactory()
    record(subject, program_id=2)
    record(subject, program_id=1)

    with django_assert_num_queries(6), audit.held_back(), django_assert_num_queries(0):
        record(subject, program_id=2, verb="a")
        record(subject, program_id=1, verb="b")
        with audit.held_back():
            record(subject, program_id=2, verb="c")

    assert [event.verb for event in AuditEvent.objects.of_program(2).order_by("seq")][1:] == ["a", "c"]
    assert [event.verb for event in AuditEvent.objects.of_program(1).order_by("seq")][1:] == ["b"]
    assert [audit.verify(program_id) for program_id in (1, 2)] == [None, None]


@pytest.mark.django_db
def test_of_what_goes_wrong_nothing_is_recorded_and_the_next_is_again_at_once():
    subject = UserFactory()

    @audit.held_back()
    def fail():
        record(subject, verb="a")
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    record(subject, verb="b")

    assert [event.verb for event in AuditEvent.objects.all()] == ["b"]


@pytest.mark.django_db
def test_walking_a_chain_costs_as_many_statements_for_many_events_as_for_one(queries_of):
    subject = UserFactory()
    record(subject)
    for_one = queries_of(lambda: audit.verify(1))

    audit.record_many((audit.Event(verb="x", subject=subject, actor_id=None) for _ in range(500)), program_id=1, now=NOON)

    assert queries_of(lambda: audit.verify(1)) == for_one


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["Please call me", "ana@example.org", "a" * 81, "Zoë", 1.5, ["a"], "two\nlines"])
def test_an_event_takes_no_words(words):
    with pytest.raises(ValueError, match="ids and keys only"), transaction.atomic():
        record(UserFactory(), said=words)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_what_is_undone_leaves_no_gap():
    subject = UserFactory()
    record(subject)
    with transaction.atomic():
        record(subject)
        transaction.set_rollback(True)

    record(subject)

    assert [event.seq for event in AuditEvent.objects.of_program(1).newest_first()] == [2, 1]
    assert audit.verify(1) is None


@pytest.mark.django_db(transaction=True)
def test_events_recorded_at_once_get_one_number_each():
    subject = UserFactory()

    def record_twenty():
        for _ in range(20):
            record(subject)
        connection.close()

    threads = [threading.Thread(target=record_twenty) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(AuditEvent.objects.of_program(1).values_list("seq", flat=True)) == list(range(1, 121))
    assert audit.verify(1) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_auditevent SET actor_id = 8",
        "DELETE FROM kernel_auditevent",
        "TRUNCATE kernel_auditevent",
        "TRUNCATE kernel_auditevent CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_event(statement):
    record(UserFactory())
    with connection.cursor() as cursor:
        # Off in the tests' database alone, see tests/conftest.py.
        cursor.execute("ALTER TABLE kernel_auditevent ENABLE TRIGGER kernel_auditevent_is_never_emptied")

        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            cursor.execute(statement)

    assert AuditEvent.objects.count() == 1


def tamper(statement: str, *values: object) -> None:
    """As somebody would who owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditevent DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE kernel_auditevent ENABLE TRIGGER USER")


ALTERATIONS = [
    "UPDATE kernel_auditevent SET at = at + interval '1 microsecond' WHERE seq = %s",
    "UPDATE kernel_auditevent SET actor_id = actor_id + 1 WHERE seq = %s",
    "UPDATE kernel_auditevent SET actor_id = NULL WHERE seq = %s",
    "UPDATE kernel_auditevent SET verb = verb || 'd' WHERE seq = %s",
    "UPDATE kernel_auditevent SET object_type = 'programs.user' WHERE seq = %s",
    "UPDATE kernel_auditevent SET object_id = object_id || '0' WHERE seq = %s",
    """UPDATE kernel_auditevent SET detail = '{"cohort": 4}' WHERE seq = %s""",
    "UPDATE kernel_auditevent SET detail = '{}' WHERE seq = %s",
    "UPDATE kernel_auditevent SET salt = md5(salt) WHERE seq = %s",
    "UPDATE kernel_auditevent SET hash = md5(hash) || md5(hash) WHERE seq = %s",
    "UPDATE kernel_auditevent SET prev_hash = md5(hash) || md5(hash) WHERE seq = %s",
    "UPDATE kernel_auditevent SET seq = seq + 1000000 WHERE seq = %s",
    "UPDATE kernel_auditevent SET program_id = 2 WHERE seq = %s",
    "DELETE FROM kernel_auditevent WHERE seq = %s",
]


@pytest.mark.django_db
def test_audit_detects_any_alteration(soak):
    events, alterations = (100_000, 100) if soak else (300, 26)
    chance = random.Random(6)
    subject = ProgramFactory()
    audit.record_many(
        (audit.Event(verb="program.renamed", subject=subject, actor_id=n % 9, detail={"cohort": 3}) for n in range(events)),
        program_id=1,
        now=NOON,
    )
    assert audit.verify(1) is None

    for number in range(alterations):
        seq = chance.randint(1, events)
        before = transaction.savepoint()
        tamper(ALTERATIONS[number % len(ALTERATIONS)], seq)

        fault = audit.verify(1)

        assert fault is not None, ALTERATIONS[number % len(ALTERATIONS)]
        assert (fault.program_id, fault.seq) == (1, seq)
        transaction.savepoint_rollback(before)
    assert audit.verify(1) is None


@pytest.mark.django_db
def test_a_cut_tail_a_forged_end_and_a_lost_head_are_found():
    subject = UserFactory()
    for _ in range(5):
        record(subject)

    tamper("DELETE FROM kernel_auditevent WHERE seq > 3")
    assert audit.verify(1) == audit.Fault(1, 4, "it is missing: the end was cut off")

    AuditChain.objects.update(last_seq=3)
    assert audit.verify(1) == audit.Fault(1, 3, "the chain does not end as its head says")

    AuditChain.objects.update(last_seq=2, head_hash=AuditEvent.objects.get(seq=2).hash)
    assert audit.verify(1) == audit.Fault(1, 3, "it stands behind the end of the chain")

    AuditChain.objects.all().delete()
    assert audit.verify(1) == audit.Fault(1, 3, "it stands behind the end of the chain")


@pytest.mark.django_db
def test_the_command_names_the_first_wrong_event_and_where_each_chain_ends(capsys):
    subject = UserFactory()
    for program_id in (1, 1, 1, 2, None):
        record(subject, program_id=program_id)
    call_command("verify_audit")
    whole = capsys.readouterr().out
    tamper("UPDATE kernel_auditevent SET verb = 'x' WHERE program_id = 1 AND seq >= 2")

    with pytest.raises(CommandError):
        call_command("verify_audit")

    assert f"program 2: 1 events, all as they were written, the last is {audit.head_of(2)[1]}" in whole
    assert "no program: 1 events" in whole
    assert "program 1: event 2 is the first that is wrong: it was altered." in capsys.readouterr().err

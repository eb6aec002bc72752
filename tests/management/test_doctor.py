import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from mentoring.kernel.pulse import services as pulse

ROOT = Path(__file__).parents[2]


def ask(settings, **changes):
    """What the doctor says, and whether all is well."""
    for name, value in {"DEBUG": True, "BASE_URL": "http://localhost:8000", **changes}.items():
        setattr(settings, name, value)
    told = StringIO()
    try:
        call_command("doctor", stdout=told)
    except SystemExit as ended:
        return told.getvalue(), not ended.code
    return told.getvalue(), True


def test_all_is_well_where_all_runs(db, settings):
    pulse.note(now=timezone.now())

    told, well = ask(settings)

    assert well, told
    assert told.endswith("All is well.\n")


def test_a_clock_that_stopped_is_said(db, settings):
    told, well = ask(settings)

    assert not well
    assert "NOT WELL  clock" in told
    assert "1 of 11 need you: clock." in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BASE_URL": "https://mentoring.example.org"}, "DEBUG is on, but links lead to mentoring.example.org"),
        ({"DEBUG": False, "ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS must name the hosts"),
        ({"DEBUG": False, "ALLOWED_HOSTS": ["a.example"], "BASE_URL": "https://b.example"}, "b.example (BASE_URL), which is not among"),
        ({"DEBUG": False, "ALLOWED_HOSTS": ["a.example"], "BASE_URL": "http://a.example"}, "without https"),
        ({"DEBUG": False}, "is written to files that nobody reads. Set EMAIL_URL."),
        ({"DEBUG": False, "SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"DEBUG": False}, "Run: python manage.py collectstatic"),
        ({"FIELD_KEYS": "1:tooshort"}, "FIELD_KEYS"),
    ],
)
def test_a_setting_that_is_wrong_is_said_with_what_to_do(db, settings, changes, words):
    pulse.note(now=timezone.now())  # or it would listen for a worker for two seconds

    told, well = ask(settings, **changes)

    assert not well
    assert words in told


@pytest.mark.parametrize("command", [["outbox", "--count-open"], ["doctor"]])
def test_without_servers_a_command_says_how_to_start_them(command, tmp_path):
    nothing = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "CACHE_URL"}}
    nothing |= {"EVENHAND_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mentoring.settings"}

    told = subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=nothing, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert "make run" in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr

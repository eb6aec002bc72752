import base64
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as site

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "n0t-4-r34l-k3y-" + "x7Qp" * 12,
    "FIELD_KEYS": f"one:{base64.b64encode(b'k' * 32).decode()}",
    "ALLOWED_HOSTS": "mentoring.example.org",
    "DATABASE_URL": "postgres://evenhand@database/evenhand",
    "REDIS_URL": "redis://redis/0",
    "EMAIL_URL": "smtp://mail:25",
    "DJANGO_SETTINGS_MODULE": "mentoring.settings",
}


def run(*command, **environment):
    """As on a machine of its own: nothing but what is given is in the environment."""
    inherited = {name: os.environ[name] for name in ("PATH", "EVENHAND_DATA") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=site.BASE_DIR, env=inherited | environment, capture_output=True, text=True, check=False
    )


def test_production_deploys_without_a_warning():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS"])
def test_without_its_secrets_production_does_not_start(missing):
    done = run("manage.py", "check", **{name: value for name, value in PRODUCTION.items() if name != missing})

    assert done.returncode != 0
    assert missing in done.stderr


def test_keys_that_cannot_be_used_stop_production_at_the_start():
    done = run("manage.py", "check", **PRODUCTION | {"FIELD_KEYS": "one:c2hvcnQ="})

    assert done.returncode != 0
    assert "kernel.E001" in done.stderr


def test_cookies_of_production_are_bound_to_its_host_and_read_by_no_script():
    names = [
        f"{cookie}_COOKIE_{part}" for cookie in ("SESSION", "CSRF") for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")
    ]
    code = f"import json; from django.conf import settings; print(json.dumps([getattr(settings, name) for name in {names}]))"

    done = run("-c", code, **PRODUCTION)

    session, csrf = json.loads(done.stdout)[:6], json.loads(done.stdout)[6:]
    assert session == ["__Host-sessionid", True, True, "Lax", "/", None]
    assert csrf == ["__Host-csrftoken", True, True, "Lax", "/", None]


def test_after_the_start_python_looks_only_through_what_has_come_since():
    code = "import django, gc; django.setup(); print(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))"

    done = run("-c", code, **PRODUCTION)

    assert done.stdout == "True True\n", done.stderr

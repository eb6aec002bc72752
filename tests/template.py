"""One database goes through all migrations; those of the tests are copies of it.

Some ten seconds of work are done once instead of in every worker, and while the workers still read the tests.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

NAME = "template_of_tests"


def begin() -> None:
    """Start making it in a process of its own. What goes wrong there is told by the worker that tries again."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    quiet = subprocess.DEVNULL
    subprocess.Popen([sys.executable, "-m", "tests.template"], env=env, stdout=quiet, stderr=quiet)


def ready() -> str:
    """Its name, when it is there: whoever comes first makes it, and the others wait."""
    folder = Path(os.environ["EVENHAND_DATA"])
    made = folder / "template.made"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make()
            made.touch()
    return NAME


def _make() -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.state import ProjectState

    # Whatever hangs together with a new table, however remotely, would be read anew for what our migrations never ask. It is half the work.
    reload_all = ProjectState.reload_model

    def reload(state: ProjectState, app: str, model: str, delay: bool = True) -> None:
        reload_all(state, app, model, delay=True)

    known = connection.settings_dict
    name, own = known["NAME"], known["TEST"]["NAME"]
    known["TEST"]["NAME"] = NAME
    try:
        with mock.patch.object(ProjectState, "reload_model", reload):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        # Nobody may be connected to what is copied.
        connection.close()
        known["TEST"]["NAME"] = own
        known["NAME"] = settings.DATABASES[connection.alias]["NAME"] = name


if __name__ == "__main__":
    import django

    django.setup()
    ready()

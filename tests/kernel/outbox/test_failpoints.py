"""Where a test lets a worker die, and nobody else."""

import os
import subprocess
import sys

import pytest

from mentoring.kernel.outbox import failpoints


def test_nothing_happens_where_none_is_set():
    for name in failpoints.NAMES:
        failpoints.reach(name)


def test_a_name_that_is_none_is_refused(settings):
    settings.EVENHAND_FAILPOINT = "after_lunch:1"

    with pytest.raises(ValueError, match="after_lunch"):
        failpoints.reach("after_250")


@pytest.mark.parametrize(("debug", "set_to"), [("true", "after_250:1"), ("false", "")])
def test_only_development_has_them(debug, set_to):
    environment = os.environ | {"DEBUG": debug, "SECRET_KEY": "x", "FIELD_KEYS": "x", "EVENHAND_FAILPOINT": "after_250:1"}
    command = "from mentoring import settings; print(settings.EVENHAND_FAILPOINT)"

    said = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True).stdout

    assert said == f"{set_to}\n"

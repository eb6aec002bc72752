from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from mentoring.kernel.pulse import services
from mentoring.kernel.pulse.tasks import note_pulse
from mentoring.management.commands import doctor


@pytest.fixture
def ticking():
    """How beat sends it."""
    [entry] = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == note_pulse.name]
    return entry


def test_a_worker_that_is_sent_the_task_notes_when(noon):
    with time_machine.travel(noon, tick=False):
        note_pulse()

    assert services.last_at() == noon


def test_the_clock_ticks_twice_before_the_doctor_misses_it(ticking):
    assert 2 * timedelta(seconds=ticking["schedule"]) < doctor.QUIET


def test_a_tick_that_no_worker_took_is_not_heard_late(ticking):
    """A worker that comes back an hour later must not take old ticks for the clock's."""
    assert ticking["options"]["expires"] <= ticking["schedule"]

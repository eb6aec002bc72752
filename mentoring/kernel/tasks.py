"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from mentoring.kernel.bounces.tasks import purge_bounce_events
from mentoring.kernel.jobs.tasks import run_due_jobs
from mentoring.kernel.limits.tasks import purge_limit_counts
from mentoring.kernel.once.tasks import purge_once_keys
from mentoring.kernel.outbox.tasks import drain_outbox, reap_outbox, retire_outbox
from mentoring.kernel.pulse.tasks import note_pulse

__all__ = [
    "drain_outbox",
    "note_pulse",
    "purge_bounce_events",
    "purge_limit_counts",
    "purge_once_keys",
    "reap_outbox",
    "retire_outbox",
    "run_due_jobs",
]

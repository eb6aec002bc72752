"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from mentoring.kernel.jobs.tasks import run_due_jobs
from mentoring.kernel.once.tasks import purge_once_keys

__all__ = ["purge_once_keys", "run_due_jobs"]

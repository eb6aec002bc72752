"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from matching.endings.tasks import settle_endings
from matching.pairings.tasks import lapse_introductions
from matching.runs.tasks import forget_runs

__all__ = ["forget_runs", "lapse_introductions", "settle_endings"]

"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from checkins.reminders.tasks import settle_check_ins

__all__ = ["settle_check_ins"]

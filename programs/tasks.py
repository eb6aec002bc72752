"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from programs.roster.tasks import purge_sheets

__all__ = ["purge_sheets"]

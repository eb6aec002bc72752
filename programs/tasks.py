"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from programs.privacy.tasks import purge_copies
from programs.retention.tasks import let_go
from programs.roster.tasks import purge_sheets

__all__ = ["let_go", "purge_copies", "purge_sheets"]

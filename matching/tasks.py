"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from matching.endings.tasks import settle_endings

__all__ = ["settle_endings"]

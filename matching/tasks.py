"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

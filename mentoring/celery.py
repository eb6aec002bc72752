"""Celery only wakes workers. What is owed stands in the database, so that a lost message costs time and nothing else."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("evenhand")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Of every thread, or a page that a thread answers would wake a worker of another, unknown broker.
app.set_default()
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    """That somebody listens here keeps Celery from setting up a log of its own: `mentoring.logs` has done it."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from celery import current_app
from celery.schedules import maybe_schedule
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from mentoring.kernel.outbox import delivery, services

logger = logging.getLogger(__name__)

# Nobody wakes this process, so it looks more often than beat does: somebody may be waiting for a code.
LOOK_EVERY = timedelta(seconds=5)


class Command(BaseCommand):
    help = (
        "Do what beat and the workers do, in one process: plan, send mail, take back what was left behind, run jobs. "
        "For an installation without Celery: keep it running, or run it with --once from cron every minute."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="everything that is due now, then end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        current_app.loader.import_default_modules()
        if once:
            self._everything_once()
        else:
            self._keep_on()

    def _everything_once(self) -> None:
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            if entry["task"] != services.DRAIN:
                self._run(str(entry["task"]))
        sent = 0
        while (drained := delivery.drain()).is_more:
            sent += drained.sent
        self.stdout.write(f"{sent + drained.sent} mails sent.")

    def _keep_on(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        entries: list[dict[str, Any]] = list(settings.CELERY_BEAT_SCHEDULE.values())
        schedules: dict[str, Any] = {
            entry["task"]: maybe_schedule(LOOK_EVERY if entry["task"] == services.DRAIN else entry["schedule"]) for entry in entries
        }
        last_run = dict.fromkeys(schedules, current_app.now() - timedelta(days=1))
        self.stdout.write("Working. Stop with Ctrl-C.")
        while not stop.is_set():
            for task, schedule in schedules.items():
                if schedule.is_due(last_run[task]).is_due and not stop.is_set():
                    last_run[task] = current_app.now()
                    close_old_connections()
                    self._run(task)
            stop.wait(1)

    def _run(self, task: str) -> None:
        """One that fails does not keep the others from their turn; it has its own again later."""
        try:
            current_app.tasks[task]()
        except Exception:
            logger.exception("work_failed", extra={"task": task})

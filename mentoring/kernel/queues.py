"""The Celery queues. A worker may take all of them, or one each when a program grows."""

from enum import StrEnum


class Queue(StrEnum):
    MAIL = "mail"
    """Short and urgent: planning reminders and handing over mail."""
    WORK = "work"
    """Long: imports, exports, match runs."""

"""Contents page for Celery. Each subject's tasks are imported here, or no worker would know them."""

from checkins.answers.tasks import forget_answer_links
from checkins.concerns.tasks import remind_readers
from checkins.digests.tasks import owe_digests
from checkins.imbalance.tasks import find_signals, look_over_signals
from checkins.nudges.tasks import nudge
from checkins.reminders.tasks import settle_check_ins
from checkins.reviews.tasks import forget_review_answers

__all__ = [
    "find_signals",
    "forget_answer_links",
    "forget_review_answers",
    "look_over_signals",
    "nudge",
    "owe_digests",
    "remind_readers",
    "settle_check_ins",
]

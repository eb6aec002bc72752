"""Kinds of mail that are about nothing."""

from datetime import timedelta

from mentoring.kernel.outbox.kinds import Category, Kind, Priority
from mentoring.kernel.outbox.models import OutboxMessage

# Subjects of these keys are not owed, have nothing to say, or break whoever asks.
NOT_OWED, MISSING, POISON = 9_000_001, 9_000_002, 9_000_003

NOTHING = Category(name="nothing", label="Letters about nothing", about="They say nothing.")
MORE = Category(name="more", label="More of it", about="They say nothing either.")


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message in messages if message.subject_id != NOT_OWED}


def context(messages: list[OutboxMessage]) -> dict[int, dict[str, object]]:
    if any(message.subject_id == POISON for message in messages):
        raise ZeroDivisionError("somebody's words")
    return {
        message.pk: {"number": message.subject_id, "program_name": message.context.get("program")}
        for message in messages
        if message.subject_id != MISSING
    }


def kind(name: str, priority: Priority, category: Category | None = None, at_most_every: timedelta | None = None) -> Kind:
    return Kind(
        name=name,
        priority=priority,
        template="probe/mail/letter.txt",
        context=context,
        still_owed=still_owed,
        category=category,
        at_most_every=at_most_every,
    )


KINDS = [
    kind("probe-safety", Priority.SAFETY),
    kind("probe-account", Priority.ACCOUNT),
    kind("probe", Priority.REMINDER, NOTHING),
    kind("probe-more", Priority.REMINDER, MORE),
    kind("probe-seldom", Priority.REMINDER, MORE, timedelta(days=30)),
    kind("probe-digest", Priority.DIGEST, NOTHING),
]

"""Choosing, and asking what was chosen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from mentoring.kernel.errors import Refused
from mentoring.kernel.wishes.models import QUIET_FROM, QUIET_UNTIL, MailTimes, MailWish

LONGEST_SNOOZE = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What one person wishes. The times are by their own clock; the same twice means no quiet hours."""

    unwanted: frozenset[str] = frozenset()
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    gathers: bool = False
    snoozed_until: datetime | None = None

    def wants(self, category: str) -> bool:
        return category not in self.unwanted

    def is_snoozed_at(self, now: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now


# Of whoever has chosen nothing.
USUAL = Wishes()

Changed = Callable[[int, datetime], None]
_when_changed: list[Changed] = []


def when_changed(act: Changed) -> None:
    """Register what happens, in the same transaction, when somebody (the key of a user) has chosen something else (at this time)."""
    _when_changed.append(act)


def of(recipient_ids: Iterable[int]) -> dict[int, Wishes]:
    """What each of these people wishes, in two queries."""
    asked = set(recipient_ids)
    unwanted: dict[int, set[str]] = {}
    for recipient_id, category in MailWish.objects.unwanted().filter(recipient__in=asked).values_list("recipient_id", "category"):
        unwanted.setdefault(recipient_id, set()).add(category)
    chosen = {times.recipient_id: times for times in MailTimes.objects.filter(recipient__in=asked)}
    return {recipient_id: _wishes(chosen.get(recipient_id), unwanted.get(recipient_id, set())) for recipient_id in asked}


@transaction.atomic
def choose(*, recipient: AbstractBaseUser, category: str, is_wanted: bool, now: datetime) -> None:
    """Want mail of a category, or not. What waits of it and is not wanted any more is taken back with that."""
    MailWish.objects.update_or_create(recipient_id=recipient.pk, category=category, defaults={"is_wanted": is_wanted, "chosen_at": now})
    _tell(recipient.pk, now)


@transaction.atomic
def set_times(*, recipient: AbstractBaseUser, quiet_from: time, quiet_until: time, gathers: bool, now: datetime) -> None:
    """The quiet hours, in whole minutes (the same twice: none), and whether all that can wait comes in one mail a day."""
    chosen = {
        "quiet_from": quiet_from.replace(second=0, microsecond=0),
        "quiet_until": quiet_until.replace(second=0, microsecond=0),
        "gathers": gathers,
    }
    MailTimes.objects.update_or_create(recipient_id=recipient.pk, defaults=chosen)
    _tell(recipient.pk, now)


@transaction.atomic
def snooze(*, recipient: AbstractBaseUser, until: datetime | None, now: datetime) -> None:
    """Get nothing that can wait until then. None ends it at once."""
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise Refused(_("Choose a day between tomorrow and 90 days from now."))
    MailTimes.objects.update_or_create(recipient_id=recipient.pk, defaults={"snoozed_until": until})
    _tell(recipient.pk, now)


def _wishes(chosen: MailTimes | None, unwanted: set[str]) -> Wishes:
    return Wishes(
        unwanted=frozenset(unwanted),
        quiet_from=chosen.quiet_from if chosen else USUAL.quiet_from,
        quiet_until=chosen.quiet_until if chosen else USUAL.quiet_until,
        gathers=chosen.gathers if chosen else USUAL.gathers,
        snoozed_until=chosen.snoozed_until if chosen else None,
    )


def _tell(recipient_id: int, now: datetime) -> None:
    for act in _when_changed:
        act(recipient_id, now)

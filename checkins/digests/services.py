"""Choosing when the digest comes, and owing it when its hour has come."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.digests.models import DigestTime
from checkins.plans.models import zone_of
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

DIGEST = "staff-digest"
A_DAY = timedelta(days=1)
SATURDAY = 5
# What is not sent by then is about another time of the day.
USEFUL_FOR = timedelta(hours=12)
AT_ONCE = 200


@transaction.atomic
def choose(*, by: Membership, hour: int, on_workdays_only: bool, now: datetime) -> DigestTime:
    """From now on at that hour by one's own clock. Who has had the one of today gets no second one."""
    if not by.is_staff:
        raise Refused(_("This mail is for those who run a program."))
    next_at = next_after(now, hour, on_workdays_only, zone_of(by.user, by.program))
    chosen = {"hour": hour, "on_workdays_only": on_workdays_only, "next_at": next_at}
    digest, _is_new = DigestTime.objects.update_or_create(membership=by, defaults=chosen)
    return digest


def stop(*, by: Membership) -> None:
    """No digest any more, nor one that is owed and has not gone. Doing so twice changes nothing."""
    DigestTime.objects.filter(membership=by).delete()


def owe_due(*, now: datetime) -> int:
    """Owe the digests whose hour has come, and move each on to its next. Returns how many were looked at; call again until it is none.

    Running late owes the last one alone, and none that is of no use any more. Two at once take different rows, and one day's is owed once.
    """
    with transaction.atomic():
        due = DigestTime.objects.filter(next_at__lte=now).select_related("membership__user", "membership__program")
        found = list(due.order_by("next_at", "pk").select_for_update(of=["self"], skip_locked=True)[:AT_ONCE])
        duties = [duty for digest in found if (duty := _duty(digest, now)) is not None]
        outbox.owe_many(duties, now=now)
        for digest in found:
            digest.next_at = next_after(now, digest.hour, digest.on_workdays_only, _zone(digest))
        DigestTime.objects.bulk_update(found, ["next_at"])
    return len(found)


def next_after(now: datetime, hour: int, on_workdays_only: bool, zone: str) -> datetime:
    """The first moment after now at which the clock of the zone shows that hour, on a workday if so wished."""
    day = times.local_day(now, zone)
    while not (_is_wanted(day, on_workdays_only) and _at(day, hour, zone) > now):
        day += A_DAY
    return _at(day, hour, zone)


def _duty(digest: DigestTime, now: datetime) -> outbox.Duty | None:
    """The last one whose hour has come by the clock that the person has now, which may be another than when they chose."""
    person, zone = digest.membership, _zone(digest)
    if not person.is_staff or person.left_at is not None or person.program.archived_at is not None:
        return None
    day = times.local_day(now, zone)
    while not (_is_wanted(day, digest.on_workdays_only) and _at(day, digest.hour, zone) <= now):
        day -= A_DAY
    expires_at = _at(day, digest.hour, zone) + USEFUL_FOR
    if expires_at <= now:
        return None
    return outbox.Duty(
        kind=DIGEST,
        subject_id=person.pk,
        recipient=person.user,
        program_id=person.program_id,
        slot=day.isoformat(),
        expires_at=expires_at,
    )


def _is_wanted(day: date, on_workdays_only: bool) -> bool:
    return not on_workdays_only or day.weekday() < SATURDAY


def _at(day: date, hour: int, zone: str) -> datetime:
    return times.at_local(day, time(hour), zone)


def _zone(digest: DigestTime) -> str:
    return zone_of(digest.membership.user, digest.membership.program)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.db.models.query import QuerySet

from checkins.sessions.models import Session, SessionQuerySet
from matching.pairings.models import Pairing
from mentoring.kernel import times
from programs.memberships.models import Cohort, Membership, MembershipQuerySet

A_DAY = timedelta(days=1)
HALVES = ("first", "second")


@dataclass(frozen=True)
class Hours:
    """How many sessions were held, and how many minutes they were in all. `month` is its first day; None for all of them."""

    sessions: int
    minutes: int
    month: date | None = None


def held(viewer: Membership, cohort: Cohort | None, zone: str) -> SessionQuerySet:
    """Those that somebody may count; of a cohort, within its days by the clock in this zone."""
    sessions = Session.objects.visible_to(viewer).held()
    if cohort is not None:
        sessions = sessions.filter(starts_at__gte=times.start_of(cohort.starts_on, zone))
        if cohort.ends_on is not None:
            sessions = sessions.filter(starts_at__lt=times.start_of(cohort.ends_on + A_DAY, zone))
    return sessions


def of_own(sessions: SessionQuerySet, me: Membership) -> SessionQuerySet:
    """One's own, whatever else somebody may see."""
    return sessions.filter(pairing__in=Pairing.objects.of(me))


def by_month(sessions: SessionQuerySet, zone: str) -> list[Hours]:
    """The newest month first, those without a session left out. One query."""
    months = sessions.annotate(month=TruncMonth("starts_at", tzinfo=ZoneInfo(zone))).order_by("-month").values("month")
    counted = months.annotate(number=Count("pk"), in_all=Sum("minutes"))
    return [Hours(one["number"], one["in_all"], one["month"].date()) for one in counted]


def in_all(months: Sequence[Hours]) -> Hours:
    return Hours(sum(month.sessions for month in months), sum(month.minutes for month in months))


def with_hours(people: MembershipQuerySet, sessions: SessionQuerySet) -> MembershipQuerySet:
    """Each with `met_sessions` and `met_minutes` of these sessions: of both halves the same."""
    return people.annotate(
        met_sessions=_of(sessions, "first", Count("pk")) + _of(sessions, "second", Count("pk")),
        met_minutes=_of(sessions, "first", Sum("minutes")) + _of(sessions, "second", Sum("minutes")),
    )


def elsewhere(me: Membership) -> QuerySet[Membership]:
    """One's other places in programs, with all hours there. One query."""
    places = Membership.objects.of(me.user).exclude(pk=me.pk)
    return with_hours(places, Session.objects.filter(pairing__program_id=OuterRef("program_id")).held()).order_by("program__name", "pk")


def _of(sessions: SessionQuerySet, half: str, number: Count | Sum) -> Coalesce:
    theirs = sessions.filter(**{f"pairing__{half}": OuterRef("pk")}).order_by().values(f"pairing__{half}")
    return Coalesce(Subquery(theirs.annotate(number=number).values("number"), output_field=IntegerField()), 0)

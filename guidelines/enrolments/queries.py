"""What the pages about learning show, each in a number of queries that does not grow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from guidelines.courses.models import CourseVersion, CourseVersionQuerySet
from guidelines.courses.reader import Kind
from guidelines.enrolments.models import Enrolment, LiveHour, Step
from mentoring.kernel import times
from mentoring.kernel.lists.filters import Columns
from programs.memberships.models import Membership, MembershipQuerySet
from programs.profiles.models import Profile

Audience = CourseVersion.Audience
# Who has not gone on for so long may need a word.
STUCK_AFTER = timedelta(days=14)
# Of fewer people together nothing is told.
LEAST = 5


# --- one's own ---


@dataclass(frozen=True)
class Listed:
    """A course, and how far one person is in it. `ongoing` is what they have open, `finished` what they finished last."""

    version: CourseVersion
    is_asked: bool
    ongoing: Enrolment | None
    finished: Enrolment | None
    today: date

    @property
    def state(self) -> str:
        """ "begun", "done", "over" (it was valid once), or "new"."""
        if self.ongoing is not None and self.ongoing.begun_at is not None:
            return "begun"
        if self.finished is not None:
            return "done" if self.finished.is_valid_on(self.today) else "over"
        return "new"

    @property
    def is_offered(self) -> bool:
        """A refresher whose turn has come."""
        return self.ongoing is not None and self.version.comes_round

    @property
    def minutes_left(self) -> int:
        return self.ongoing.minutes_left if self.ongoing and self.ongoing.begun_at else self.version.minutes


def listed_for(me: Membership, versions: CourseVersionQuerySet, now: datetime) -> list[Listed]:
    """Three queries."""
    found = list(versions)
    sides = Profile.objects.filter(membership=me).values_list("offers_mentoring", "seeks_mentoring").first() or (False, False)
    mine: dict[int, list[Enrolment]] = {}
    for enrolment in Enrolment.objects.of(me).filter(course__in=[version.course_id for version in found], asked_at__lte=now).order_by("pk"):
        mine.setdefault(enrolment.course_id, []).append(enrolment)
    today = times.local_day(now, me.program.time_zone)
    return [_listed(version, mine.get(version.course_id, []), sides, today) for version in found]


def _listed(version: CourseVersion, enrolments: list[Enrolment], sides: tuple[bool, bool], today: date) -> Listed:
    offers, seeks = sides
    asked = {Audience.MENTORS: offers, Audience.MENTEES: seeks, Audience.EVERYONE: True, Audience.PAIR: False}
    return Listed(
        version=version,
        is_asked=version.is_required and asked[Audience(version.audience)],
        ongoing=next((one for one in enrolments if one.finished_at is None), None),
        finished=next((one for one in reversed(enrolments) if one.finished_at is not None), None),
        today=today,
    )


def live_minutes_of(me: Membership, course: int) -> int:
    return LiveHour.objects.visible_to(me).filter(membership=me, course=course).aggregate(sum=Sum("minutes"))["sum"] or 0


# --- for those who run the program ---


def in_audience(audience: str, of: str = "") -> Q:
    """Of memberships: whom a course is for. `of` leads to the membership from elsewhere: "membership__"."""
    sides = {Audience.MENTORS: "offers_mentoring", Audience.MENTEES: "seeks_mentoring"}
    side = sides.get(Audience(audience))
    return Q(**{f"{of}profile__{side}": True}) if side else Q()


@dataclass(frozen=True)
class Figures:
    version: CourseVersion
    asked: int
    finished: int
    under_way: int
    stuck: int

    @property
    def not_begun(self) -> int:
        return max(self.asked - self.finished - self.under_way, 0)


def figures(me: Membership, now: datetime) -> list[Figures]:
    """Of each course in use, how many of those it is for are where. Three queries."""
    versions = list(CourseVersion.objects.visible_to(me).in_force().in_a_list())
    people = _participants(me)
    sizes = people.aggregate(**{audience.value: Count("pk", filter=in_audience(audience), distinct=True) for audience in Audience})
    for_them = Q(pk=None)
    for version in versions:
        for_them |= Q(course=version.course_id) & in_audience(version.audience, "membership__")
    today = times.local_day(now, me.program.time_zone)
    valid = Q(finished_at__isnull=False) & (Q(expires_on=None) | Q(expires_on__gte=today))
    open_ones = Q(finished_at=None, begun_at__isnull=False)
    counted: dict[int, Any] = {
        row["course"]: row
        for row in Enrolment.objects.filter(for_them, membership__in=people)
        .values("course")
        .annotate(
            finished=Count("membership", filter=valid, distinct=True),
            under_way=Count("membership", filter=open_ones, distinct=True),
            stuck=Count("membership", filter=open_ones & Q(stepped_at__lte=now - STUCK_AFTER), distinct=True),
        )
        .order_by()
    }
    nothing = {"finished": 0, "under_way": 0, "stuck": 0}
    return [
        Figures(version, sizes[version.audience], *(counted.get(version.course_id, nothing)[name] for name in nothing))
        for version in versions
    ]


def people_on(me: Membership, version: CourseVersion, now: datetime) -> MembershipQuerySet:
    """Those a course is for, with how far each is: `state`, and what belongs to it."""
    own = Enrolment.objects.filter(course=version.course_id, membership=OuterRef("pk"))
    last = own.finished().order_by("-pk")
    ongoing = own.open().filter(begun_at__isnull=False)
    live = LiveHour.objects.filter(course=version.course_id, membership=OuterRef("pk")).order_by().values("membership")
    return (
        _participants(me)
        .filter(in_audience(version.audience))
        .with_people()
        .annotate(
            last_finished_at=Subquery(last.values("finished_at")[:1]),
            last_expires_on=Subquery(last.values("expires_on")[:1]),
            begun_at=Subquery(ongoing.values("begun_at")[:1]),
            stepped_at=Subquery(ongoing.values("stepped_at")[:1]),
            at_module=Subquery(ongoing.values("at_module")[:1]),
            modules=Subquery(ongoing.values("modules")[:1]),
            live=Subquery(live.annotate(sum=Sum("minutes")).values("sum")),
        )
    )


def in_state(people: MembershipQuerySet, state: str, *, today: date, now: datetime) -> MembershipQuerySet:
    """Of `people_on`. "done", "begun", "stuck", "new", or "over"."""
    valid = Q(last_finished_at__isnull=False) & (Q(last_expires_on=None) | Q(last_expires_on__gte=today))
    asked = {
        "done": valid,
        "begun": ~valid & Q(begun_at__isnull=False),
        "stuck": ~valid & Q(stepped_at__lte=now - STUCK_AFTER),
        "new": Q(last_finished_at=None, begun_at=None),
        "over": Q(last_expires_on__lt=today, begun_at=None),
    }
    return people.filter(asked[state])


@dataclass(frozen=True)
class Question:
    """A situation or a check, and how many of those who answered came back to it: in words, never how many exactly."""

    module: int
    title: str
    kind: Kind
    at_least: int
    share: int

    @property
    def is_check(self) -> bool:
        return self.kind == Kind.CHECK


def questions_of(version: CourseVersion) -> tuple[list[Question], int]:
    """What takes people a second try, most of them first; and how many questions are left out, since too few have answered them."""
    counted = {
        row["screen"]: row
        for row in Step.objects.filter(enrolment__course=version.course_id, picked__isnull=False)
        .values("screen")
        .annotate(
            people=Count("enrolment__membership", distinct=True), again=Count("enrolment__membership", filter=Q(tries__gt=1), distinct=True)
        )
        .order_by()
    }
    told, left_out = [], 0
    for number, module in enumerate(version.read_modules, 1):
        for screen in module.screens:
            if not screen.has_choices:
                continue
            row = counted.get(screen.key, {"people": 0, "again": 0})
            if row["people"] < LEAST:
                left_out += 1
            else:
                # In steps of five people and of a fifth, so that one person more or less does not show.
                share = min(5 * row["again"] // row["people"], 4)
                told.append(Question(number, screen.title, screen.kind, LEAST * (row["people"] // LEAST), share))
    return sorted(told, key=lambda question: (-question.share, not question.is_check, question.module)), left_out


def _participants(me: Membership) -> MembershipQuerySet:
    return Membership.objects.visible_to(me).current().participants()


ORDERS: Columns = {
    "name": ["user__name", "user__email"],
    "step": [F("stepped_at").asc(nulls_last=True), "user__name"],
    "done": [F("last_finished_at").desc(nulls_last=True), "user__name"],
}

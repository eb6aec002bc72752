"""What the pages about learning show, each in a number of queries that does not grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, When

from guidelines.courses.models import CourseVersion, CourseVersionQuerySet
from guidelines.courses.reader import Kind
from guidelines.enrolments import policies
from guidelines.enrolments.models import Enrolment, LiveHour, Step
from guidelines.enrolments.services import REMINDER_LETTER, REQUIREMENT
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel import times
from mentoring.kernel.lists.filters import Columns
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership, MembershipQuerySet
from programs.profiles.models import Profile
from programs.readiness.models import Requirement

Audience = CourseVersion.Audience
# Who has not gone on for so long may need a word.
STUCK_AFTER = timedelta(days=14)
# Who was asked so long ago is late; a reminder is an answer to that for as long as nobody need look again.
LATE_AFTER = timedelta(days=14)
REMINDED_FOR = timedelta(days=7)
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
    return Listed(
        version=version,
        is_asked=version.is_required and policies.is_asked(version.audience, offers=offers, seeks=seeks),
        ongoing=next((one for one in enrolments if one.finished_at is None), None),
        finished=next((one for one in reversed(enrolments) if one.finished_at is not None), None),
        today=today,
    )


def for_two_together(me: Membership) -> CourseVersion | None:
    """What a program has for two people who meet for the first time."""
    return CourseVersion.objects.visible_to(me).in_force().filter(audience=Audience.PAIR).in_a_list().first()


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
    """Of each course in use, how many of those it is for are where, as `in_state` tells them apart. Three queries."""
    versions = list(CourseVersion.objects.visible_to(me).in_force().in_a_list())
    people = learners_told_to(me)
    sizes = people.aggregate(**{audience.value: Count("pk", filter=in_audience(audience), distinct=True) for audience in Audience})
    for_them = Q(pk=None)
    for version in versions:
        for_them |= Q(course=version.course_id) & in_audience(version.audience, "membership__")
    today = times.local_day(now, me.program.time_zone)
    valid = Q(finished_at__isnull=False) & (Q(expires_on=None) | Q(expires_on__gte=today))
    # Who takes it once more while it is valid has finished it.
    own = Enrolment.objects.finished().filter(membership=OuterRef("membership"), course=OuterRef("course"))
    is_valid = Exists(own.filter(Q(expires_on=None) | Q(expires_on__gte=today)))
    open_ones = Q(~is_valid, finished_at=None, begun_at__isnull=False)
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
        learners_told_to(me)
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


def learners_told_to(me: Membership) -> MembershipQuerySet:
    """The participants of whom somebody who runs the program is told how far they are."""
    return Membership.objects.visible_to(me).current().participants().exclude(pk__in=partners_of(me))


def partners_of(me: Membership) -> "QuerySet[Pairing, int]":
    """The other halves of one's own open pairings. There those who run the program are a half, and no more."""
    return Pairing.objects.of(me).open().values_list(Case(When(first=me, then="second"), default="first"), flat=True)


# --- the morning of those who run the program ---


@dataclass(frozen=True)
class Late:
    """Somebody whom a course waits for. `ongoing`: how far they are in it; `ended_on`: until when it was valid, once they had it."""

    membership: Membership
    version: CourseVersion
    asked_at: datetime | None
    ended_on: date | None
    ongoing: Enrolment | None
    reminded_at: datetime | None
    # By a pairing to which both have said yes.
    is_waited_for: bool


def late_with_a_course(me: Membership, now: datetime, *, caseload_alone: bool = False) -> MembershipQuerySet:
    """Who has not finished for two weeks what comes before a first pairing, or is paired and holds a required course no longer.

    Of `learners_told_to` the viewer; not they themselves, nor who was reminded within a week. One query, for the courses.
    """
    late = late_with(list(required_of(me)), me, now)
    return late.filter(in_caseload_of(me)) if caseload_alone else late


def required_of(me: Membership) -> "QuerySet[CourseVersion, tuple[int, str]]":
    """The courses that come before a first pairing in the program of somebody who runs it, and whom each is for."""
    return _required(me).values_list("course", "audience")


def late_with(required: Sequence[tuple[int, str]], me: Membership, now: datetime) -> MembershipQuerySet:
    """As `late_with_a_course`, for who has asked already which courses are `required_of` the viewer. No query."""
    if not required:
        return Membership.objects.none()
    never, over, today = Q(pk=None), Q(pk=None), times.local_day(now, me.program.time_zone)
    for course, audience in required:
        held = Enrolment.objects.finished().filter(membership=OuterRef("pk"), course=course)
        is_valid = Exists(held.filter(Q(expires_on=None) | Q(expires_on__gte=today)))
        never |= Q(in_audience(audience), ~Exists(held))
        over |= Q(in_audience(audience), Exists(held), ~is_valid)
    # Of few it is over: whether these are paired is what the database looks up one by one, so it comes last.
    is_late = Q(Exists(_asked_long_ago(now)), never) | Q(over, Exists(_pairings_of_each(me).active()))
    lately = OutboxMessage.objects.about(kind=REMINDER_LETTER, subject_ids=[course for course, _audience in required])
    reminded = Exists(lately.filter(recipient=OuterRef("user"), created_at__gt=now - REMINDED_FOR))
    return learners_told_to(me).filter(is_late, ~Q(pk=me.pk), ~reminded)


def in_caseload_of(me: Membership) -> Exists:
    """Of memberships: has a pairing that this person looks after."""
    return Exists(_pairings_of_each(me).open().filter(coordinator=me))


def in_the_order_of_the_morning(late: MembershipQuerySet, me: Membership, now: datetime) -> MembershipQuerySet:
    """First those for whom a pairing waits (`is_waited_for`), then the longest (`late_since`)."""
    is_waited_for = Exists(_pairings_of_each(me).filter(state=Pairing.State.ACCEPTED))
    return (
        late.annotate(late_since=Subquery(_asked_long_ago(now).values("opened_at")[:1]), is_waited_for=is_waited_for)
        .select_related("user", "profile")
        .order_by("-is_waited_for", F("late_since").asc(nulls_last=True), "user__name", "pk")
    )


def _pairings_of_each(me: Membership) -> PairingQuerySet:
    return Pairing.objects.visible_to(me).filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))


def _asked_long_ago(now: datetime) -> "QuerySet[Requirement]":
    return Requirement.objects.open().filter(membership=OuterRef("pk"), key=REQUIREMENT, opened_at__lte=now - LATE_AFTER)


def told_of(people: Sequence[Any], me: Membership, now: datetime) -> list[Late]:
    """Of rows `in_the_order_of_the_morning`, each with the first course that they are late with. Three queries."""
    if not people:
        return []
    required, today = list(_required(me).in_a_list()), times.local_day(now, me.program.time_zone)
    held: dict[tuple[int, int], list[Enrolment]] = {}
    for enrolment in Enrolment.objects.filter(membership__in=people, course__in=[version.course_id for version in required]).order_by("pk"):
        held.setdefault((enrolment.membership_id, enrolment.course_id), []).append(enrolment)
    letters = OutboxMessage.objects.about(kind=REMINDER_LETTER, subject_ids=[version.course_id for version in required])
    reminded = dict(letters.filter(recipient__in=[one.user_id for one in people]).values_list("recipient").annotate(Max("created_at")))
    told = []
    for person in people:
        profile = getattr(person, "profile", None) or Profile()
        for version in required:
            enrolments = held.get((person.pk, version.course_id), [])
            finished = [one for one in enrolments if one.finished_at is not None]
            is_asked = policies.is_asked(version.audience, offers=profile.offers_mentoring, seeks=profile.seeks_mentoring)
            if not is_asked or any(one.is_valid_on(today) for one in finished):
                continue
            told.append(
                Late(
                    membership=person,
                    version=version,
                    asked_at=person.late_since,
                    ended_on=finished[-1].expires_on if finished else None,
                    ongoing=next((one for one in enrolments if one.finished_at is None and one.begun_at is not None), None),
                    reminded_at=reminded.get(person.user_id),
                    is_waited_for=person.is_waited_for,
                )
            )
            break
    return told


def _required(me: Membership) -> CourseVersionQuerySet:
    return CourseVersion.objects.visible_to(me).in_force().filter(is_required=True)


ORDERS: Columns = {
    "name": ["user__name", "user__email"],
    "step": [F("stepped_at").asc(nulls_last=True), "user__name"],
    "done": [F("last_finished_at").desc(nulls_last=True), "user__name"],
}

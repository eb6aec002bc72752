"""What the gathering pages show, each in a number of queries that does not grow with the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from checkins.agendas.models import AgendaItem
from checkins.answers.models import CheckIn, CheckInQuerySet
from checkins.care.models import Task, TaskQuerySet
from checkins.plans import cadence
from checkins.plans.models import CheckInPlan, Question
from checkins.readings.queries import others_check_ins
from checkins.sessions.models import Session
from matching.facts.models import Fact
from matching.pairings import places
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership
from programs.readiness.models import Requirement

# So long ago that a coordinator would like to know.
MET_LATELY = timedelta(weeks=3)
# As long as one may begin again, where a program has not said otherwise.
ENDED_LATELY = timedelta(days=90)
ENDED_SHOWN = 3


# --- a participant's home ---


def pairings_of(me: Membership) -> list[Pairing]:
    """My pairings that are open, each with how its agenda stands and when we last met; those that have begun first. In three queries."""
    return _with_what_is_shown(_begun_first(Pairing.objects.filter(program=me.program_id).of(me).open()), me)


def open_or_just_ended(me: Membership, now: datetime) -> tuple[list[Pairing], list[Pairing]]:
    """The same, and those that have ended lately, the last one first. In three queries."""
    lately = Q(state=Pairing.State.CLOSED, ended_at__gt=now - ENDED_LATELY, activated_at__isnull=False, stands_in_for=None)
    mine = Pairing.objects.filter(program=me.program_id).of(me).filter(Q(state__in=Pairing.OPEN_STATES) | lately)
    found = _begun_first(mine)
    ended = sorted((pairing for pairing in found if not pairing.is_open), key=lambda pairing: pairing.ended_at or now, reverse=True)
    for pairing in ended:
        pairing.program = me.program
    return _with_what_is_shown([pairing for pairing in found if pairing.is_open], me), ended[:ENDED_SHOWN]


def have_ended(me: Membership) -> bool:
    """Has a pairing of mine ever ended?"""
    return Pairing.objects.filter(program=me.program_id, state=Pairing.State.CLOSED).of(me).exists()


def _begun_first(pairings: PairingQuerySet) -> list[Pairing]:
    """Put in order here: they are few, and writing an order into a query of so many columns is a third of its time."""
    return sorted(
        pairings.with_halves(),
        key=lambda pairing: (pairing.activated_at is None, pairing.activated_at or pairing.proposed_at, pairing.proposed_at, pairing.pk),
    )


def _with_what_is_shown(pairings: list[Any], me: Membership) -> list[Pairing]:
    # Each half of a pairing has at most fifty that are open.
    topics = AgendaItem.objects.filter(pairing__in=[pairing.pk for pairing in pairings]).open().order_by("-raised_at", "-pk")
    of: dict[int, list[tuple[datetime, int]]] = {pairing.pk: [] for pairing in pairings}
    for pairing_id, raised_at, author_id in topics.values_list("pairing", "raised_at", "author"):
        of[pairing_id].append((raised_at, author_id))
    met = _last_met(Session.objects, pairings)
    for pairing in pairings:
        pairing.program = me.program
        pairing.topics = len(of[pairing.pk])
        pairing.newest_topic_at, pairing.newest_topic_by = next(iter(of[pairing.pk]), (None, None))
        pairing.last_met_at = met.get(pairing.pk)
    return pairings


def check_ins_waiting(me: Membership, pairings: Sequence[Pairing], now: datetime) -> list[Any]:
    """Check-ins of mine that are open and have a question I have not come to: about these pairings, where they are open, and what is asked
    at the end of any, also of one that is shut. In three queries at most.

    `questions` says how many are asked, `given` to how many of them I have come.
    """
    is_on = Q(pairing__in=[pairing.pk for pairing in pairings if pairing.is_open]) | Q(occasion=CheckIn.Occasion.CLOSING)
    return _waiting(CheckIn.objects.of(me).filter(is_on), me, {pairing.pk: pairing for pairing in pairings}, now)


def _waiting(asked: CheckInQuerySet, me: Membership, known: dict[int, Pairing], now: datetime) -> list[Any]:
    found: list[Any] = list(asked.asked().open_at(now).annotate(given=Count("answers")))
    if not found:
        return []
    check_ins = sorted(found, key=lambda check_in: (check_in.closes_at, check_in.pk))
    questions = list(Question.objects.filter(plan__in={check_in.plan_id for check_in in check_ins}))
    if unknown := {check_in.pairing_id for check_in in check_ins} - known.keys():
        known = known | Pairing.objects.with_halves().in_bulk(unknown)
    for check_in in check_ins:
        check_in.membership, check_in.pairing = me, known[check_in.pairing_id]
        check_in.questions = len(check_in.among(questions))
    return [check_in for check_in in check_ins if check_in.given < check_in.questions]


def requirements_of(me: Membership) -> list[Requirement]:
    """What comes before a first pairing: done and still to do, in the order in which it was asked for. Nothing once all is done, without
    a query.
    """
    return list(me.requirements.order_by("opened_at", "pk")) if me.ready_at is None else []


# --- the pair's page ---


def open_check_in(pairing: Pairing, me: Membership, now: datetime) -> CheckIn | None:
    """The first that waits about this pairing; once it has ended, what is asked at the end."""
    mine = CheckIn.objects.of(me).filter(pairing=pairing)
    asked = mine if pairing.is_open else mine.filter(occasion=CheckIn.Occasion.CLOSING)
    return next(iter(_waiting(asked, me, {pairing.pk: pairing}, now)), None)


@dataclass(frozen=True)
class Meetings:
    number: int
    minutes: int
    last: Session | None


def meetings_of(pairing: Pairing, viewer: Membership) -> Meetings:
    """How often, how long in all, and when last: facts that the two and the staff may see."""
    sessions = Session.objects.visible_to(viewer).filter(pairing=pairing).held()
    totals = sessions.aggregate(number=Count("pk"), minutes=Coalesce(Sum("minutes"), 0))
    # Nothing of what the two wrote, and of so many columns an order would cost more to write than all the rest.
    last = sessions.only("starts_at", "minutes").order_by("-starts_at", "-pk").first()
    return Meetings(totals["number"], totals["minutes"], last)


# --- a pairing as those who run the program see it ---


def topics_added(pairing: Pairing, viewer: Membership) -> tuple[int, int]:
    """How many topics the first and the second half have put on the agenda."""
    counted = Fact.objects.visible_to(viewer).filter(pairing=pairing, kind=Fact.Kind.TOPIC_RAISED).counted()
    numbers = counted.aggregate(first=Count("pk", filter=Q(by=pairing.first_id)), second=Count("pk", filter=Q(by=pairing.second_id)))
    return numbers["first"], numbers["second"]


def tasks_of(pairing: Pairing, staff: Membership) -> list[Task]:
    """`pairing` knows its people: each task is about one of them."""
    tasks, halves = Task.objects.visible_to(staff).filter(pairing=pairing).open(), {half.pk: half for half in pairing.halves}
    found = list(tasks.select_related("owner__user").in_rank())
    for task in found:
        task.pairing, task.about = pairing, halves[task.about_id]
    return found


# --- the coordinator's morning ---


@dataclass(frozen=True)
class Figures:
    """The strip of the morning page. Shares are whole hundredths, None where there is nothing to share."""

    active: int
    started_this_week: int
    met_lately: int
    answered: int | None
    answered_last_round: int | None
    waiting: int
    waiting_to_learn: int
    waiting_to_mentor: int

    @property
    def met_share(self) -> int | None:
        return _share(self.met_lately, self.active)


def figures(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime) -> Figures:
    """Over the pairings given, which the viewer may see. Of a pairing of their own they are told nothing about check-ins."""
    active = pairings.filter(state=Pairing.State.ACTIVE)
    started = active.aggregate(number=Count("pk"), lately=Count("pk", filter=Q(activated_at__gt=now - timedelta(days=7))))
    met = (
        Session.objects.filter(pairing__in=active, starts_at__gt=now - MET_LATELY).held().aggregate(number=Count("pairing", distinct=True))
    )
    answered = _answered_shares(pairings, staff, now)
    ready = Membership.objects.visible_to(staff).current().participants().exclude(ready_at=None)
    numbers = places.waiting(ready, on=local_day(now, staff.program.time_zone)).aggregate(
        number=Count("pk"),
        seek=Count("pk", filter=Q(profile__seeks_mentoring=True, profile__seeks_capacity__gt=0)),
        offer=Count("pk", filter=Q(profile__offers_mentoring=True, profile__offers_capacity__gt=0)),
    )
    return Figures(
        active=started["number"],
        started_this_week=started["lately"],
        met_lately=met["number"],
        answered=answered[0],
        answered_last_round=answered[1],
        waiting=numbers["number"],
        waiting_to_learn=numbers["seek"],
        waiting_to_mentor=numbers["offer"],
    )


def _answered_shares(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime) -> tuple[int | None, int | None]:
    """Of the check-ins that opened within one interval, how many in a hundred have an answer; and of the interval before."""
    rule = CheckInPlan.objects.visible_to(staff).values_list("rule", flat=True).first() or cadence.EVERY_TWO_WEEKS
    this, last = now - cadence.usual_gap(rule), now - 2 * cadence.usual_gap(rule)
    asked = others_check_ins(pairings, staff).regular().asked().filter(opens_at__gt=last, opens_at__lte=now)
    rounds = asked.order_by().values_list(GreaterThan(F("opens_at"), this)).annotate(asked=Count("pk"), answered=Count("answered_at"))
    shares = {is_this: _share(answered, number) for is_this, number, answered in rounds}
    return shares.get(True), shares.get(False)


def next_opening(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime) -> datetime | None:
    found: datetime | None = others_check_ins(pairings, staff).asked().filter(opens_at__gt=now).aggregate(next=Min("opens_at"))["next"]
    return found


@dataclass(frozen=True)
class TaskNumbers:
    """How many are due; how many of them somebody said themselves, are measured, or come last (mail that does not arrive); how many are put
    off besides; and how many pairings all of them are about."""

    total: int
    direct: int
    measured: int
    last: int
    pairings: int
    put_off: int

    @property
    def silent(self) -> int:
        return self.total - self.direct - self.measured


def numbers_of_tasks(tasks: TaskQuerySet, today: date) -> TaskNumbers:
    is_due = Q(put_off_until=None) | Q(put_off_until__lte=today)
    numbers = tasks.order_by().aggregate(
        total=Count("pk", filter=is_due),
        direct=Count("pk", filter=Q(is_due, kind__in=Task.DIRECT)),
        measured=Count("pk", filter=Q(is_due, kind__in=Task.MEASURED)),
        last=Count("pk", filter=Q(is_due, kind=Task.Kind.UNREACHABLE)),
        pairings=Count("pairing", distinct=True),
        put_off=Count("pk", filter=Q(put_off_until__gt=today)),
    )
    return TaskNumbers(**numbers)


@dataclass(frozen=True)
class Introductions:
    """Those that wait longer than their people are reminded: how many, and when the first of them ends by itself."""

    number: int
    first_ends_at: datetime | None


def introductions(pairings: PairingQuerySet, staff: Membership, now: datetime) -> Introductions:
    """Without those of the viewer."""
    reminded = now - timedelta(days=staff.program.introduction_reminder_days)
    counted = pairings.not_of(staff).introduced_before(reminded).order_by().aggregate(number=Count("pk"), first=Min("lapses_at"))
    return Introductions(counted["number"], counted["first"])


def fetch_people(tasks: Sequence[Task], check_ins: Sequence[CheckIn]) -> None:
    """Whom they are about: their pairings with the names of the two, for all of one page in one query."""
    keys = {task.pairing_id for task in tasks} | {check_in.pairing_id for check_in in check_ins}
    pairings = Pairing.objects.with_names().in_bulk(keys)
    halves = {half.pk: half for pairing in pairings.values() for half in pairing.halves}
    for task in tasks:
        task.pairing, task.about = pairings[task.pairing_id], halves[task.about_id]
    for check_in in check_ins:
        check_in.pairing, check_in.membership = pairings[check_in.pairing_id], halves[check_in.membership_id]


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


# --- the columns of the list of pairings ---


def last_met(pairings: Iterable[Pairing], viewer: Membership) -> dict[int, datetime]:
    return _last_met(Session.objects.visible_to(viewer), pairings)


def _last_met(sessions: Any, pairings: Iterable[Pairing]) -> dict[int, datetime]:
    met = sessions.filter(pairing__in=[pairing.pk for pairing in pairings]).held()
    return dict(met.order_by().values_list("pairing").annotate(last=Max("starts_at")))

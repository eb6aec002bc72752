"""Who has answered, and where the answers of two lie far apart: each in a number of queries that does not grow with the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from checkins.answers.models import Answer, CheckIn, CheckInQuerySet, readable_rules
from checkins.answers.services import REMINDER
from checkins.care.models import Task
from checkins.plans.models import Question
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

NAMES_SHOWN = 8
ROUNDS_SHOWN = 8
GAPS_SHOWN = 8
OF_ONE_DAY = (*CheckIn.REGULAR, CheckIn.Occasion.FIT)
# So many steps of the four between 1 and 5.
FAR_APART = 2
# Answers of which days count as how it is now.
LATELY = timedelta(days=70)


def others_check_ins(pairings: "QuerySet[Pairing]", staff: Membership) -> CheckInQuerySet:
    """Check-ins of pairings that the viewer is no half of: not even a count may tell them of their own partner's."""
    return CheckIn.objects.filter(pairing__in=pairings.filter(~Q(first=staff), ~Q(second=staff)))


# --- those that are open now ---


@dataclass(frozen=True)
class OpenRound:
    """Check-ins that are open now: how many have an answer, and some of those who have none yet."""

    asked: int
    answered: int
    not_yet: Sequence[CheckIn]

    @property
    def number_not_yet(self) -> int:
        return self.asked - self.answered

    @property
    def more(self) -> int:
        return self.number_not_yet - len(self.not_yet)


def open_round(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime, *, names: int = NAMES_SHOWN) -> OpenRound:
    """`not_yet` is without people."""
    check_ins = others_check_ins(pairings, staff).asked().open_at(now)
    numbers = check_ins.aggregate(asked=Count("pk"), answered=Count("answered_at"))
    shown = list(check_ins.unanswered().order_by("closes_at", "pk")[:names]) if names and numbers["asked"] else []
    return OpenRound(numbers["asked"], numbers["answered"], shown)


# --- the newest round of each pairing ---


def with_current_round(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime) -> Any:
    """Each with `round_on`, the day of its newest check-ins, and how those of both halves stand: `first_state`, `second_state`, empty where
    somebody is not asked; on which occasion, `round_occasion`; and `last_minute`, until when the later of the two is open."""
    of_round = _of_round().with_state(now, reader=staff)
    latest = of_round.filter(occasion=OuterRef("round_occasion")).order_by("-closes_at")
    return _with_round_on(pairings, now).annotate(
        first_state=_one(of_round.filter(membership=OuterRef("first")), "state"),
        second_state=_one(of_round.filter(membership=OuterRef("second")), "state"),
        round_occasion=_one(of_round, "occasion"),
        last_minute=_one(latest.annotate(minute=F("closes_at") - timedelta(minutes=1)), "minute"),
    )


def answered_in_current_round(pairings: PairingQuerySet, staff: Membership, now: datetime) -> dict[int, tuple[int, int]]:
    """By the key of each pairing that has been asked: how many of its halves answered in the newest round, and how many were asked.

    Nothing of a pairing that the viewer is a half of.
    """
    of_each_half = _of_round().order_by("membership", "-pk").distinct("membership")
    asked = _with_round_on(pairings.not_of(staff), now).exclude(round_on=None)
    answers = asked.annotate(answers=ArraySubquery(of_each_half.values("answered_at"))).values_list("pk", "answers")
    return {key: (sum(at is not None for at in moments), len(moments)) for key, moments in answers}


def _with_round_on(pairings: "QuerySet[Pairing]", now: datetime) -> Any:
    opened = CheckIn.objects.of_one_day().filter(pairing=OuterRef("pk"), opens_at__lte=now).asked()
    return pairings.annotate(round_on=Subquery(opened.order_by("-due_on").values("due_on")[:1]))


def _of_round() -> CheckInQuerySet:
    """Of a pairing with its `round_on`. Where a change of the days has brought two rounds on that day, the one planned last comes first."""
    return CheckIn.objects.of_one_day().asked().filter(pairing=OuterRef("pk"), due_on=OuterRef("round_on")).order_by("-pk")


# --- where two see it differently ---


def with_gap(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime) -> Any:
    """Each with `gap`, how many steps lie between the measured answers of the two where they lie furthest apart; `gap_on`, the day of
    the newest check-ins that both have answered and this person may read; `gap_first` and `gap_second`, the keys of the two answers.

    All are empty where there are no such answers. The pairings are those that this person sees, and is no half of.
    """
    rules = readable_rules(staff)
    of_first = CheckIn.objects.regular().answered().filter(pairing=OuterRef("pk"), membership=OuterRef("first"), read_by__in=rules)
    of_second = CheckIn.objects.regular().answered().filter(read_by__in=rules, pairing=OuterRef("pairing"), due_on=OuterRef("due_on"))
    of_both = of_first.filter(
        Exists(of_second.exclude(membership=OuterRef("membership"))), due_on__gt=(now - LATELY).date(), opens_at__lte=now
    )
    measured = Answer.objects.filter(
        check_in__read_by__in=rules, check_in__occasion__in=CheckIn.REGULAR, question__construct__in=Question.MEASURED, value__isnull=False
    )
    beside = measured.filter(
        check_in__pairing=OuterRef("check_in__pairing"),
        check_in__due_on=OuterRef("check_in__due_on"),
        question__construct=OuterRef("question__construct"),
    ).exclude(check_in__membership=OuterRef("check_in__membership"))
    widest = (
        measured.filter(
            check_in__pairing=OuterRef("pk"),
            check_in__membership=OuterRef("first"),
            check_in__due_on=OuterRef("gap_on"),
        )
        .annotate(other=_one(beside, "pk"), steps=Func(F("value") - _one(beside, "value"), function="ABS", output_field=IntegerField()))
        .filter(steps__isnull=False)
        .order_by("-steps", "question__position", "question")
    )
    return pairings.annotate(gap_on=Subquery(of_both.order_by("-due_on").values("due_on")[:1])).annotate(
        gap=_one(widest, "steps"), gap_first=_one(widest, "pk"), gap_second=_one(widest, "other")
    )


@dataclass(frozen=True)
class Gap:
    """Of one pairing: where the two lie furthest apart, with the answer of each. Both answers come with their questions."""

    pairing: Pairing
    steps: int
    due_on: date
    first: Answer
    second: Answer


@dataclass(frozen=True)
class Gaps:
    """The pairings whose answers lie far apart, the widest first: how many there are, and the first few."""

    number: int
    shown: list[Gap]

    @property
    def more(self) -> int:
        return self.number - len(self.shown)


def gaps(pairings: "QuerySet[Pairing]", staff: Membership, now: datetime, *, names: int = GAPS_SHOWN) -> Gaps:
    """Of pairings that this person is no half of. At most three queries."""
    apart = with_gap(pairings.filter(~Q(first=staff), ~Q(second=staff)), staff, now).filter(gap__gte=FAR_APART)
    number = apart.count()
    found = list(apart.with_people().order_by("-gap", "-gap_on", "pk")[:names]) if number else []
    keys = [key for pairing in found for key in (pairing.gap_first, pairing.gap_second)]
    answers = Answer.objects.visible_to(staff).select_related("question").in_bulk(keys) if keys else {}
    return Gaps(
        number,
        [
            Gap(pairing, pairing.gap, pairing.gap_on, answers[pairing.gap_first], answers[pairing.gap_second])
            for pairing in found
            if pairing.gap_first in answers and pairing.gap_second in answers
        ],
    )


# --- one pairing ---


@dataclass(frozen=True)
class Round:
    """One occasion on which a pairing was asked, and the check-in of each half, with its state; None where somebody was not asked."""

    occasion: str
    due_on: date
    first: CheckIn | None
    second: CheckIn | None

    @property
    def key(self) -> str:
        """How an address names it."""
        return f"{self.due_on.isoformat()}-{self.occasion}"

    @property
    def heading(self) -> str:
        return str(CheckIn.Occasion(self.occasion).label)

    @property
    def check_ins(self) -> list[CheckIn]:
        return [check_in for check_in in (self.first, self.second) if check_in is not None]

    @property
    def has_answers(self) -> bool:
        return any(check_in.answered_at for check_in in self.check_ins)


def check_ins_of(pairing: Pairing, staff: Membership, now: datetime) -> CheckInQuerySet:
    """Those that have opened, each with its state, newest first."""
    asked = CheckIn.objects.visible_to(staff).filter(pairing=pairing, opens_at__lte=now).with_state(now, reader=staff)
    return asked.order_by("-due_on", "-opens_at", "pk")


def rounds_of(pairing: Pairing, staff: Membership, now: datetime) -> list[Round]:
    """The last days of both halves, newest first."""
    # Of so many rows the last round may have lost one of its two: it is left out then, for there are enough without it.
    return in_rounds(pairing, check_ins_of(pairing, staff, now).of_one_day()[: 2 * ROUNDS_SHOWN])[:ROUNDS_SHOWN]


def in_rounds(pairing: Pairing, check_ins: Iterable[CheckIn]) -> list[Round]:
    """What opened for both at one moment may be of two days: each half has their own clock."""
    found: dict[tuple[str, date | datetime], dict[int, CheckIn]] = {}
    for check_in in check_ins:
        when = check_in.due_on if check_in.occasion in OF_ONE_DAY else check_in.opens_at
        found.setdefault((check_in.occasion, when), {})[check_in.membership_id] = check_in
    return [
        Round(occasion, next(iter(of.values())).due_on, of.get(pairing.first_id), of.get(pairing.second_id))
        for (occasion, _when), of in found.items()
    ]


# --- what went before a silence ---


def reminded_before(tasks: Sequence[Task]) -> dict[int, list[datetime]]:
    """Of each task that unanswered check-ins raised: when the reminders of these went, oldest first. Two queries, whatever the tasks.

    A mail that went more than 90 days ago is forgotten.
    """
    asked = CheckIn.objects.regular().filter(
        pairing__in={task.pairing_id for task in tasks},
        membership__in={task.about_id for task in tasks},
        due_on__in={day for task in tasks for day in (task.seen_on, task.since_on) if day},
    )
    keys = {(pairing, person, day): str(key) for key, pairing, person, day in asked.values_list("pk", "pairing", "membership", "due_on")}
    sent: dict[str, list[datetime]] = {}
    of_these = OutboxMessage.objects.about(kind=REMINDER, subject_ids=keys.values()).filter(sent_at__isnull=False)
    for subject, at in of_these.values_list("subject", "sent_at"):
        if at is not None:
            sent.setdefault(subject, []).append(at)
    return {
        task.pk: sorted(
            at
            for day in (task.since_on, task.seen_on)
            if day is not None
            for at in sent.get(keys.get((task.pairing_id, task.about_id, day), ""), [])
        )
        for task in tasks
        if task.kind == Task.Kind.UNANSWERED
    }


def _one(rows: "QuerySet[Any]", field: str) -> Subquery:
    return Subquery(rows.values(field)[:1])

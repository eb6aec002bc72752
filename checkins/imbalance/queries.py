"""What the pages about signals show, each in a number of queries that does not grow with the data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Avg, F, Q
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import Answer, CheckIn
from checkins.care.models import Task
from checkins.care.playbook import Told, entry_of
from checkins.imbalance import chart, wording
from checkins.imbalance.models import Pattern, QuietReview, Signal
from checkins.plans.models import Question
from matching.facts.models import STREAM_OF, STREAMS, WeeklyCount
from matching.facts.weeks import sides, week_of
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

A_WEEK = timedelta(weeks=1)
# As many as the reckoning looks back, and as many as a drawing has room for.
WEEKS, MOST_WEEKS = 16, 40
OF_PAIRING_SHOWN = 8
PATTERNS_SHOWN = 3
PATTERNS_DONE_SHOWN = 20
Kind = Signal.Kind

ACTS = ("topics", "decisions", "scheduling")
HEADINGS: dict[str, "_StrOrPromise"] = {
    "topics": _("Topics they added"),
    "decisions": _("Decisions they proposed that stand"),
    "scheduling": _("Times they suggested or moved"),
    "acts": _("Topics, decisions and times"),
    "answers": _("Their answers, on average from 1 to 5"),
    "replies": _("Check-ins they answered"),
}
# Which lines tell of each kind.
LINES_OF: dict[str, tuple[str, ...]] = {
    Kind.TOGETHER: ("acts", "answers"),
    Kind.TOPICS: ("topics",),
    Kind.DECISIONS: ("decisions",),
    Kind.SCHEDULING: ("scheduling",),
    Kind.ANSWERS: ("answers",),
    Kind.GAP: ("answers",),
    Kind.FROM_START: ("acts", "answers"),
    Kind.SILENCE: ("replies",),
}
LEAST_ANSWER, MOST_ANSWER = 1, 5
# A few acts do not look like many.
LEAST_SCALE = 4


# --- in the morning, and beside a pairing ---


def newest_of_tasks(tasks: Sequence[Task], staff: Membership) -> dict[int, Signal]:
    """By the key of each task that signals joined, the one found last that is open. What was seen is not read."""
    keys = [task.pk for task in tasks]
    return newest_among(Signal.objects.visible_to(staff).open().filter(task__in=keys).defer("seen") if keys else [], tasks)


def newest_among(signals: Iterable[Signal], tasks: Sequence[Task]) -> dict[int, Signal]:
    """The same of signals that are at hand."""
    in_order = sorted(signals, key=lambda signal: (signal.found_at, signal.pk))
    newest = {signal.task_id: signal for signal in in_order if signal.closed_at is None}
    for task in tasks:
        if task.pk in newest:
            newest[task.pk].pairing, newest[task.pk].about = task.pairing, task.about
    return newest


def tell(task: Task, signal: Signal) -> Told:
    """The task in the words of its signal."""
    return Told(task, wording.heading(signal), wording.in_short(signal), entry_of(task))


def of_pairing(pairing: Pairing, staff: Membership) -> list[Signal]:
    """Those that are open, then those that were closed last. `pairing` knows its people."""
    its_own = Signal.objects.visible_to(staff).filter(pairing=pairing).defer("seen")
    found = list(its_own.order_by(F("closed_at").desc(nulls_first=True), "-found_at", "-pk")[:OF_PAIRING_SHOWN])
    halves = {half.pk: half for half in pairing.halves}
    for signal in found:
        signal.pairing, signal.about = pairing, halves[signal.about_id]
    return found


def beside(signal: Signal, staff: Membership) -> list[Signal]:
    """Others that joined the same task and are open."""
    found = Signal.objects.visible_to(staff).open().filter(task=signal.task_id).exclude(pk=signal.pk).defer("seen").newest_first()
    others = list(found)
    for other in others:
        other.pairing, other.about = signal.pairing, signal.about
    return others


# --- week by week ---


@dataclass(frozen=True)
class Series:
    """One thing that was counted, of the first half and the second, week by week; None where there was nothing to count."""

    heading: str
    one: list[float | None]
    two: list[float | None]
    drawing: chart.Lines


@dataclass(frozen=True)
class Weeks:
    mondays: list[date]
    since: date
    series: list[Series]

    @property
    def first(self) -> str:
        return written(self.mondays[0], "short_day")

    @property
    def last(self) -> str:
        return written(self.mondays[-1], "short_day")

    @property
    def rows(self) -> list[tuple[date, bool, list[tuple[float | None, float | None]]]]:
        """The newest week first: whether the signal speaks of it, and of each series both values."""
        rows = [
            (monday, monday >= self.since, [(series.one[place], series.two[place]) for series in self.series])
            for place, monday in enumerate(self.mondays)
        ]
        return rows[::-1]


def weeks_of(signal: Signal, staff: Membership) -> Weeks:
    """What the two did and answered up to the week of the signal, as far as this person may read it. Two queries at most.

    As counted: whatever the reckoning leaves out of a week stands here too, so that nothing tells what it left out.
    """
    pairing = signal.pairing
    began = week_of(pairing.activated_at, pairing.program.time_zone) if pairing.activated_at else signal.since
    first = max(began, min(signal.since, signal.week - (WEEKS - 1) * A_WEEK), signal.week - (MOST_WEEKS - 1) * A_WEEK)
    mondays = [first + number * A_WEEK for number in range((signal.week - first).days // 7 + 1)]
    names = LINES_OF[signal.kind]
    acts = _acts(pairing, staff, mondays) if {"acts", *ACTS} & set(names) else {}
    given = _answers(pairing, staff, mondays) if "answers" in names else _replies(signal, staff, mondays) if "replies" in names else {}
    since = mondays.index(signal.since) if signal.since in mondays else None
    return Weeks(mondays, signal.since, [_series(name, pairing, mondays, acts, given, since) for name in names])


def _series(
    name: str,
    pairing: Pairing,
    mondays: Sequence[date],
    acts: Mapping[tuple[date, int, str], int],
    given: Mapping[tuple[date, int], float],
    since: int | None,
) -> Series:
    both: list[list[float | None]] = []
    for half in (pairing.first_id, pairing.second_id):
        if name in ("answers", "replies"):
            both.append([given.get((monday, half)) for monday in mondays])
        else:
            streams = ACTS if name == "acts" else (name,)
            both.append([float(sum(acts.get((monday, half, stream), 0) for stream in streams)) for monday in mondays])
    least, most = (LEAST_ANSWER, MOST_ANSWER) if name == "answers" else (0, 1) if name == "replies" else (0, LEAST_SCALE)
    one, two = both
    return Series(str(HEADINGS[name]), one, two, chart.lines(one, two, least=least, most=most, since=since))


def _acts(pairing: Pairing, staff: Membership, mondays: Sequence[date]) -> Mapping[tuple[date, int, str], int]:
    counts = WeeklyCount.objects.in_pairing(pairing, staff).between(mondays[0], mondays[-1])
    by, found = sides(pairing), Counter[tuple[date, int, str]]()
    for week, side, kind, number in counts.filter(kind__in=[kind for name in ACTS for kind in STREAMS[name]]).values_list(
        "week", "side", "kind", "number"
    ):
        found[week, by[side], STREAM_OF[kind]] += number
    return found


def _answers(pairing: Pairing, staff: Membership, mondays: Sequence[date]) -> Mapping[tuple[date, int], float]:
    """What each half chose of what is measured, on average of the week. Of two check-ins in a week the later one."""
    given = Answer.objects.visible_to(staff).filter(
        check_in__pairing=pairing,
        check_in__occasion__in=CheckIn.REGULAR,
        check_in__due_on__gte=mondays[0],
        check_in__due_on__lt=mondays[-1] + A_WEEK,
        question__construct__in=Question.MEASURED,
        value__isnull=False,
    )
    means = given.order_by("check_in__due_on").values_list("check_in__due_on", "check_in__membership").annotate(mean=Avg("value"))
    return {(_monday(day), half): round(float(mean), 1) for day, half, mean in means}


def _replies(signal: Signal, staff: Membership, mondays: Sequence[date]) -> Mapping[tuple[date, int], float]:
    """1 where a check-in was answered, 0 where it closed without an answer."""
    is_settled = Q(answered_at__isnull=False) | Q(closes_at__lte=signal.found_at)
    asked = CheckIn.objects.visible_to(staff).regular().asked().filter(is_settled, pairing=signal.pairing_id)
    due = asked.filter(due_on__gte=mondays[0], due_on__lt=mondays[-1] + A_WEEK).order_by("due_on")
    return {(_monday(day), half): float(at is not None) for day, half, at in due.values_list("due_on", "membership", "answered_at")}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# --- patterns, and quiet reviews ---


def patterns_in_the_morning(staff: Membership) -> list[Pattern]:
    """The few that are due first. Without a query for whoever may see none."""
    if not (staff.is_admin or staff.is_deputy):
        return []
    return list(Pattern.objects.visible_to(staff).open().select_related("about__user").order_by("due_at", "pk")[:PATTERNS_SHOWN])


@dataclass(frozen=True)
class ShownPattern:
    pattern: Pattern
    pairings: list[Pairing]


def patterns(reader: Membership) -> tuple[list[ShownPattern], list[Pattern]]:
    """Those that are open, with their pairings; and the last ones that are done. At most three queries."""
    visible = Pattern.objects.visible_to(reader).select_related("about__user")
    waiting = list(visible.open().order_by("due_at", "pk"))
    of: dict[int, list[Pairing]] = defaultdict(list)
    links = Pattern.pairings.through.objects.filter(pattern__in=waiting) if waiting else None
    if links is not None:
        keys = list(links.values_list("pattern", "pairing").order_by("pk"))
        pairings = Pairing.objects.with_names().in_bulk({pairing for _pattern, pairing in keys})
        for pattern, pairing in keys:
            of[pattern].append(pairings[pairing])
    done = visible.exclude(done_at=None).select_related("about__user", "done_by__user").order_by("-done_at", "-pk")
    return [ShownPattern(pattern, of[pattern.pk]) for pattern in waiting], list(done[:PATTERNS_DONE_SHOWN])


def reviews_waiting(staff: Membership) -> "list[QuietReview]":
    waiting = QuietReview.objects.visible_to(staff).waiting()
    return list(waiting.select_related("pairing__program", "pairing__first__user", "pairing__second__user").order_by("drawn_at", "pk")[:50])

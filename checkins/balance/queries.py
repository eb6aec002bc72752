"""What two people did, in numbers: three queries, however long their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.balance import chart
from checkins.balance.shares import leans
from checkins.imbalance.in_force import baseline_in_force, usual_by
from checkins.imbalance.settings import STREAMS, ProgramBaseline
from matching.facts.models import Fact, Numbers, WeeklyCount, in_streams
from matching.facts.weeks import sides, week_of
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

WEEKS = 12
WEEKS_A_COLUMN = 2
MEETINGS_NEEDED = 3
LINES_BESIDE = 4

Kind = Fact.Kind
KINDS: Sequence[tuple["_StrOrPromise", frozenset[str]]] = [
    (gettext_lazy("Topics on the agenda"), frozenset({Kind.TOPIC_RAISED})),
    (gettext_lazy("Decisions proposed"), frozenset({Kind.DECISION_PROPOSED})),
    (gettext_lazy("Times suggested"), frozenset({Kind.TIME_PROPOSED})),
    (gettext_lazy("Sessions moved or cancelled"), frozenset({Kind.TIME_MOVED, Kind.SESSION_CANCELLED})),
    (gettext_lazy("Sessions led"), frozenset({Kind.SESSION_LED})),
    (gettext_lazy("Actions taken on"), frozenset({Kind.ACTION_TAKEN})),
]
# What each put to the other: the drawing shows these over time.
PUT_FORWARD = frozenset({Kind.TOPIC_RAISED, Kind.DECISION_PROPOSED, Kind.TIME_PROPOSED})

# In this order: of several that lean, the first is told. The question is the same for both, and asked as well where nothing leans.
MIRRORS: dict[str, tuple["_StrOrPromise", "_StrOrPromise"]] = {
    "topics": (
        gettext_lazy("In these weeks most topics came from one side."),
        gettext_lazy("Whose topics would you like to see more of?"),
    ),
    "decisions": (
        gettext_lazy("In these weeks most decisions that stand were proposed by one side."),
        gettext_lazy("Whose ideas would you like to decide on next?"),
    ),
    "scheduling": (
        gettext_lazy("In these weeks most times were suggested or moved by one side."),
        gettext_lazy("Who would you like to suggest the next time?"),
    ),
}


@dataclass(frozen=True)
class Balance:
    """`one` and `two` are what the reader calls the first and the second half. Rows hold the words and the number of each."""

    pairing: Pairing
    one: str
    two: str
    since: date
    until: date
    meetings: int
    lines: list[dict[str, Any]]
    reflection: str
    question: str
    # By week, the first and the last of them, and which side is the first half.
    counts: Numbers
    weeks: tuple[date, date]
    first_is: int

    @property
    def is_enough(self) -> bool:
        return self.meetings >= MEETINGS_NEEDED

    @property
    def meetings_needed(self) -> int:
        return MEETINGS_NEEDED

    @property
    def lines_beside(self) -> list[dict[str, Any]]:
        """What has room beside something else."""
        return self.lines[:LINES_BESIDE]

    @cached_property
    def columns(self) -> list[tuple[str, int, int]]:
        """For every other week what each put to the other in it and the one after."""
        return [
            (
                written(week, "short_day"),
                *_both(self.counts, PUT_FORWARD, self.first_is, {week + timedelta(weeks=later) for later in range(WEEKS_A_COLUMN)}),
            )
            for week in _every_other(*self.weeks)
        ]

    @property
    def groups(self) -> list[chart.Group]:
        return chart.groups(self.columns)

    @property
    def of_one(self) -> int:
        return sum(one for _, one, _ in self.columns)

    @property
    def of_two(self) -> int:
        return sum(two for _, _, two in self.columns)


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Balance:
    """The last twelve weeks, or the last twelve that a pairing had which has ended. `pairing` knows its program and its people."""
    zone = pairing.program.time_zone
    last = week_of(pairing.ended_at or now, zone)
    began = pairing.activated_at or now
    first = max(last - timedelta(weeks=WEEKS - 1), week_of(began, zone))
    counts = WeeklyCount.objects.in_pairing(pairing, me).between(first, last).numbers()
    logged = Fact.objects.in_pairing(pairing, me).filter(kind=Kind.SESSION_LOGGED).counted()
    first_is = sides(pairing).index(pairing.first_id)
    one, two = (_name(half, me) for half in pairing.halves)
    reflection, question = _mirror(counts, last, usual_by(baseline_in_force(pairing.program)))
    return Balance(
        pairing=pairing,
        one=one,
        two=two,
        since=max(first, local_day(began, zone)),
        until=local_day(pairing.ended_at or now, zone),
        # Both may have written down the same session.
        meetings=logged.values("source_id").distinct().count(),
        lines=[_line(str(words), _both(counts, kinds, first_is), one, two) for words, kinds in KINDS],
        reflection=reflection,
        question=question,
        counts=counts,
        weeks=(first, last),
        first_is=first_is,
    )


def _name(half: Membership, me: Membership) -> str:
    return _("You") if half.pk == me.pk else half.user.short_name


def _both(counts: Numbers, kinds: frozenset[str], first_is: int, weeks: set[date] | None = None) -> tuple[int, int]:
    """How many by the first half and by the second."""
    numbers = [0, 0]
    for (_pairing, week, side, kind), number in counts.items():
        if kind in kinds and (weeks is None or week in weeks):
            numbers[side] += number
    return numbers[first_is], numbers[1 - first_is]


def _line(words: str, numbers: tuple[int, int], one: str, two: str) -> dict[str, Any]:
    first, second = numbers
    return {"label": words, "one": first, "two": second, "one_text": _told(one, first), "two_text": _told(two, second)}


def _told(name: str, number: int) -> str:
    return _("%(name)s %(number)s") % {"name": name, "number": number}


def _every_other(first: date, last: date) -> list[date]:
    return [first + timedelta(weeks=weeks) for weeks in range(0, (last - first).days // 7 + 1, WEEKS_A_COLUMN)]


def _mirror(counts: Numbers, last: date, baseline: ProgramBaseline) -> tuple[str, str]:
    """What leans, in words that say neither how far nor to whom, and one question. Where nothing leans, the questions take turns."""
    streams = in_streams(counts)
    for stream, (reflection, question) in MIRRORS.items():
        numbers = [sum(number for (*_, side, name), number in streams.items() if (side, name) == (of, stream)) for of in (0, 1)]
        which = STREAMS.index(stream)
        if leans(*numbers, usual=float(baseline.mean[0, which]), alike=float(baseline.pair_precision[which])):
            return str(reflection), str(question)
    turn = last.toordinal() // 7 % len(MIRRORS)
    return "", str([question for _, question in MIRRORS.values()][turn])

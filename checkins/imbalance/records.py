"""What is kept of pairings, as the weekly facts that the reckoning takes. Nothing of it is stored a second time.

A week is the program's, Monday to Sunday. It counts as lived where the pairing was active for at least half of it; not where it lies wholly
in holidays, nor where either half had chosen, for any part of it, that nothing is measured. Of a week that was not lived nothing is taken.

A check-in belongs to the week in which it fell due, whenever it is answered; of two of one side in a week the later counts. One that nobody
has answered counts as asked when it has closed: until then the person has time, and nothing follows from their silence.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max, Q, Sum
from numpy.typing import NDArray

from checkins.answers.models import CheckIn
from checkins.imbalance.models import OptOut
from checkins.imbalance.settings import SIDES, Numbers
from checkins.imbalance.weekly_facts import COUNTS, QUESTIONS, WeeklyFacts
from checkins.plans.models import zone_of
from matching.endings.services import BEGIN_AGAIN
from matching.facts.models import STREAM_OF, STREAMS, WeeklyCount
from matching.facts.weeks import sides, week_of
from matching.joint.models import Round
from matching.pairings.models import Pairing
from matching.pauses.models import Pause
from mentoring.kernel.times import start_of
from programs.memberships.models import Holiday, Program

A_WEEK = timedelta(weeks=1)
LIVED_FROM = 0.5
# Of a pairing that lasts longer the last ten years are looked at.
MOST_WEEKS = 520

Flags = NDArray[np.bool_]
Span = tuple[float, float]

_NONE = np.zeros((1, 0, SIDES))
# Of one pairing, no weeks.
NOTHING = WeeklyFacts(_NONE, _NONE, _NONE, _NONE, asked=_NONE > 0, answers=np.zeros((1, 0, SIDES, len(QUESTIONS))))


@dataclass(frozen=True, eq=False)
class Records:
    """Facts of `pairings` in the weeks that begin on `mondays`. `is_for_admins` bool[P]: some answers were given for admins alone. `rested`
    bool[P, W]: not active, or in holidays, as everybody may know; that somebody had opted out is not among it.
    """

    pairings: Sequence[Pairing]
    mondays: Sequence[date]
    facts: WeeklyFacts
    is_for_admins: Flags
    rested: Flags

    def first_week(self, place: int) -> int:
        """Of a pairing: the place of the first week that it did not rest."""
        return int(self.rested[place].argmin())


def last_ended_week(program: Program, now: datetime) -> date:
    """The Monday of the last week that is over by the clock of the program."""
    return week_of(now, zone_of(program)) - A_WEEK


def facts_of(pairings: Sequence[Pairing], program: Program, *, until: date) -> Records:
    """Of pairings of one program, from the first week of the oldest up to and with the week of the Monday `until`.

    As things stand now, also where something came later than its week. Six queries, however many pairings and weeks.
    """
    mondays = _mondays(pairings, zone_of(program), until)
    if not mondays:
        nothing = NOTHING.of(pairs=[0] * len(pairings))
        return Records(pairings, mondays, nothing, np.zeros(len(pairings), np.bool_), np.zeros((len(pairings), 0), np.bool_))
    starts = [start_of(day, zone_of(program)) for day in (*mondays, mondays[-1] + A_WEEK)]
    edges = np.array([_moment(start) for start in starts])
    rested = ~_lived(pairings, edges) | _in_holidays(program, mondays)
    lived = ~rested & ~_opted_out(pairings, edges)
    asked, answers, is_for_admins = _answers(pairings, mondays, lived, closed_by=starts[-1])
    counts = np.where(lived[..., None, None], _counts(pairings, mondays), np.nan)
    of_each = {name: counts[..., number] for number, name in enumerate(COUNTS)}
    return Records(pairings, mondays, WeeklyFacts(**of_each, asked=asked, answers=answers), is_for_admins, rested)


def _mondays(pairings: Sequence[Pairing], zone: str, until: date) -> list[date]:
    began = [week_of(pairing.activated_at, zone) for pairing in pairings if pairing.activated_at is not None]
    first = max(min(began, default=until + A_WEEK), until - (MOST_WEEKS - 1) * A_WEEK)
    return [first + number * A_WEEK for number in range((until - first).days // 7 + 1)]


def _counts(pairings: Sequence[Pairing], mondays: Sequence[date]) -> Numbers:
    """float64[P, W, 2, 4], in the order of `COUNTS`."""
    counts = np.zeros((len(pairings), len(mondays), SIDES, len(COUNTS)))
    sums = {name: Sum("number", filter=Q(kind__in=STREAMS[name]), default=0) for name in COUNTS}
    there = WeeklyCount.objects.of(pairings).between(mondays[0], mondays[-1]).filter(kind__in=STREAM_OF)
    rows = list(there.values_list("pairing", "week", "side").annotate(**sums))
    if rows:
        place, week = _places(pairings), {monday: number for number, monday in enumerate(mondays)}
        keys, weeks, side, *numbers = zip(*rows, strict=True)
        counts[[place[key] for key in keys], [week[monday] for monday in weeks], list(side)] = np.array(numbers, np.float64).T
    return counts


def _answers(pairings: Sequence[Pairing], mondays: Sequence[date], lived: Flags, *, closed_by: datetime) -> tuple[Flags, Numbers, Flags]:
    """`asked` bool[P, W, 2], `answers` float64[P, W, 2, 4], and whether some are for admins alone, bool[P]: of weeks that were lived."""
    asked = np.zeros((len(pairings), len(mondays), SIDES), np.bool_)
    answers = np.full((*asked.shape, len(QUESTIONS)), np.nan)
    is_for_admins = np.zeros(len(pairings), np.bool_)
    place = _places(pairings)
    side = {(pairing.pk, half): number for pairing in pairings for number, half in enumerate(sides(pairing))}
    values = {name: Max("answers__value", filter=Q(answers__question__construct=name)) for name in QUESTIONS}
    due = CheckIn.objects.regular().asked().filter(pairing__in=pairings, due_on__gte=mondays[0], due_on__lt=mondays[-1] + A_WEEK)
    settled = due.filter(Q(answered_at__isnull=False) | Q(closes_at__lte=closed_by)).order_by("due_on")
    rows = settled.values_list("pairing", "membership", "due_on", "answered_at", "read_by").annotate(**values)
    # The later of two in a week comes later, and takes its place.
    for key, half, day, answered_at, read_by, *given in rows:
        at = place[key], (day - mondays[0]).days // 7
        if not lived[at]:
            continue
        asked[(*at, side[key, half])] = True
        answers[(*at, side[key, half])] = [np.nan if value is None else value for value in given]
        is_for_admins[at[0]] |= answered_at is not None and read_by == Program.AnswersReadBy.ADMINS
    return asked, answers, is_for_admins


def _lived(pairings: Sequence[Pairing], edges: Numbers) -> Flags:
    """bool[P, W]: active for at least half of the week."""
    begins = np.array([_moment(pairing.activated_at) for pairing in pairings])
    ends = np.array([_moment(pairing.ended_at) for pairing in pairings])
    lived = _overlap(begins, ends, edges)
    rests = [(number, max(since, begins[number]), min(until, ends[number])) for number, since, until in _rests(pairings)]
    for number, since, until in rests:
        lived[number] -= _overlap(np.array([since]), np.array([until]), edges)[0]
    enough: Flags = lived >= LIVED_FROM * np.diff(edges)
    return enough


def _rests(pairings: Sequence[Pairing]) -> list[tuple[int, float, float]]:
    """When each was paused, or had ended and then began again; no moment twice. Two queries."""
    place, spans = _places(pairings), defaultdict(list)
    for key, since, until in Pause.objects.filter(pairing__in=pairings).values_list("pairing", "paused_at", "gone_on_at"):
        spans[place[key]].append((_moment(since), _moment(until)))
    begun_again = Round.objects.of_kind(BEGIN_AGAIN).filter(pairing__in=pairings).opened_together()
    for key, since, until in begun_again.values_list("pairing", "opened_at", "opened_together_at"):
        spans[place[key]].append((_moment(since), _moment(until)))
    return [(number, *span) for number, of_one in spans.items() for span in _joined(of_one)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], until)
        else:
            joined.append((since, until))
    return joined


def _opted_out(pairings: Sequence[Pairing], edges: Numbers) -> Flags:
    """bool[P, W]: for any part of the week, and of either half."""
    out = np.zeros((len(pairings), len(edges) - 1), np.bool_)
    of: dict[int, list[int]] = defaultdict(list)
    for number, pairing in enumerate(pairings):
        for half in sides(pairing):
            of[half].append(number)
    for half, since, until in OptOut.objects.filter(membership__in=of).values_list("membership", "since", "until"):
        out[of[half]] |= _overlap(np.array([_moment(since)]), np.array([_moment(until)]), edges) > 0
    return out


def _in_holidays(program: Program, mondays: Sequence[date]) -> Flags:
    """bool[W]: all seven days."""
    holidays = list(Holiday.objects.filter(program=program).values_list("first_day", "last_day"))
    week = [[monday + timedelta(days=day) for day in range(7)] for monday in mondays]
    return np.array([all(any(first <= day <= last for first, last in holidays) for day in days) for days in week], np.bool_)


def _overlap(since: Numbers, until: Numbers, edges: Numbers) -> Numbers:
    """Seconds of each week, float64[…, W], that lie between `since` and `until`."""
    seconds: Numbers = np.maximum(np.minimum(until[:, None], edges[1:]) - np.maximum(since[:, None], edges[:-1]), 0.0)
    return seconds


def _moment(at: datetime | None) -> float:
    """Seconds, and for what has not come yet later than everything."""
    return np.inf if at is None else at.timestamp()


def _places(pairings: Sequence[Pairing]) -> dict[int, int]:
    return {pairing.pk: number for number, pairing in enumerate(pairings)}

"""From weekly facts to findings: numpy and scipy.special alone; no Django, no clock, no chance.

`assess_many` looks at a history, `start` and `advance` at one week after another; both find the same, for the one is made of the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from checkins.imbalance import evidence, streams
from checkins.imbalance.calibration import calibrate
from checkins.imbalance.settings import (
    CAREFUL,
    FROM_START,
    KINDS,
    MENTEE_MENTOR,
    RECIPROCAL,
    SIDES,
    SILENCE,
    STREAMS,
    STREAMS_OF,
    USUAL_SETTINGS,
    DetectorSettings,
    Numbers,
    ProgramBaseline,
)
from checkins.imbalance.state import OF_EACH_PAIR, Integers, State, start
from checkins.imbalance.weekly_facts import WeeklyFacts, checked

__all__ = [
    "CAREFUL",
    "KINDS",
    "MENTEE_MENTOR",
    "RECIPROCAL",
    "STREAMS",
    "DetectorSettings",
    "Finding",
    "Findings",
    "ProgramBaseline",
    "State",
    "WeeklyFacts",
    "advance",
    "assess",
    "assess_many",
    "calibrate",
    "start",
]

# So many pairs fit into a processor's cache.
PAIRS_AT_ONCE = 500
# Kinds found together, one in a week at most; and the other, which is no imbalance. Each has its own quiet time.
IMBALANCE, SILENT = range(SILENCE), range(SILENCE, len(KINDS))


@dataclass(frozen=True)
class Finding:
    """In `week` there was `evidence` (natural logarithm) that the level of a side fell in the week `since`."""

    week: int
    side: int
    kind: str
    evidence: float
    since: int


@dataclass(frozen=True, eq=False)
class Findings:
    """The same of many pairs: int64[F] each, `kind` an index of KINDS; `evidence` float64[F]."""

    pair: Integers
    week: Integers
    side: Integers
    kind: Integers
    evidence: Numbers
    since: Integers

    def __len__(self) -> int:
        return len(self.pair)


def advance(state: State, week: WeeklyFacts) -> tuple[State, Findings]:
    """After one more week of all its pairs. Of a pair that is not active only the number of the week changes. Raises ValueError."""
    week = checked(week)
    if week.weeks != 1:
        raise ValueError(f"topics has {week.weeks} weeks: one after another, please")
    if week.pairs != len(state.week):
        raise ValueError(f"topics has {week.pairs} pairs, not {len(state.week)}")
    state = state.copy()
    found = [_live(state.of(block), week.of(block), state.settings, state.baseline, block.start) for block in _blocks(week.pairs)]
    return state, _joined(found)


def assess_many(facts: WeeklyFacts, settings: DetectorSettings = USUAL_SETTINGS, baseline: ProgramBaseline | None = None) -> Findings:
    """All that the weeks would have found as they came, in no order. Raises ValueError naming the array that cannot be."""
    facts = checked(facts)
    baseline = baseline or ProgramBaseline()
    found = []
    for block in _blocks(facts.pairs):
        some = facts.of(block)
        state = start(some.pairs, settings, baseline)
        found += [_live(state, some.of(weeks=slice(week, week + 1)), settings, baseline, block.start) for week in range(facts.weeks)]
    return _joined(found)


def assess(facts: WeeklyFacts, settings: DetectorSettings = USUAL_SETTINGS, baseline: ProgramBaseline | None = None) -> list[Finding]:
    """The same of one pair, week by week. Raises ValueError where there are several."""
    facts = checked(facts)
    if facts.pairs != 1:
        raise ValueError(f"topics has {facts.pairs} pairs: one only, please")
    found = assess_many(facts, settings, baseline)
    return sorted(
        (
            Finding(int(week), int(side), KINDS[kind], float(strength), int(since))
            for week, side, kind, strength, since in zip(found.week, found.side, found.kind, found.evidence, found.since, strict=True)
        ),
        key=lambda finding: (finding.week, KINDS.index(finding.kind)),
    )


def _blocks(pairs: int) -> Iterator[slice]:
    return (slice(first, min(first + PAIRS_AT_ONCE, pairs)) for first in range(0, pairs, PAIRS_AT_ONCE))


def _joined(found: list[Findings]) -> Findings:
    none = np.zeros(0, np.int64)
    parts = [Findings(none, none, none, none, np.zeros(0), none), *found]
    return Findings(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Findings)))


def _live(state: State, week: WeeklyFacts, settings: DetectorSettings, baseline: ProgramBaseline, first_pair: int) -> Findings:
    """Live the week, and find. Writes into the state."""
    active = np.flatnonzero(week.active[:, 0])
    of_active = state.of(active)
    _learn(of_active, week.of(active), settings, baseline)
    imbalance = _find(of_active, settings, baseline, IMBALANCE)
    silence = _find(of_active, settings, baseline, SILENT)
    for name in OF_EACH_PAIR:
        getattr(state, name)[active] = getattr(of_active, name)
    state.week[:] += 1
    found = _joined([imbalance, silence])
    return Findings(active[found.pair] + first_pair, found.week, found.side, found.kind, found.evidence, found.since)


def _learn(state: State, week: WeeklyFacts, settings: DetectorSettings, baseline: ProgramBaseline) -> None:
    acts, asked, answers = week.acts[:, 0], week.asked[:, 0], week.answers[:, 0]
    state.own_acts[:] += acts.sum(axis=-1)
    counted = streams.counted(acts, asked, answers, state.own_acts, settings)
    k = streams.without_shared_mood(counted, streams.Earlier(state.answer_sum, state.answer_count), baseline)
    discount = streams.discount(counted.n, baseline)
    answered = ~np.isnan(counted.view)
    state.answer_sum[:] += np.where(answered, counted.view, 0.0)
    state.answer_count[:] += answered

    pairs, place = np.arange(len(state.week)), state.lived % settings.window
    state.candidate[pairs, place] = state.week
    state.k_before[pairs, place], state.n_before[pairs, place] = state.k, state.n
    state.known_before[pairs, place] = evidence.until_then(state.k, state.n, *streams.usual_counts(baseline), *_falls(settings))
    state.k[:] += k / discount
    state.n[:] += counted.n / discount
    state.first_week[:] = np.where(state.lived == 0, state.week, state.first_week)
    state.lived[:] += 1


def _find(state: State, settings: DetectorSettings, baseline: ProgramBaseline, kinds: range) -> Findings:
    """At most one of these kinds in each pair: what exceeds its bar the most."""
    quiet = int(kinds is SILENT)
    pairs = np.flatnonzero((state.lived >= settings.min_weeks) & (state.week >= state.not_before[:, quiet]))
    strength, since = strengths(state.of(pairs), settings, baseline, kinds)
    margin = strength - np.array(settings.bars)[:, kinds]
    best = margin.reshape(len(pairs), SIDES * len(kinds)).argmax(axis=1)
    side, kind = best // len(kinds), best % len(kinds)
    found = np.flatnonzero(margin[np.arange(len(pairs)), side, kind] >= 0)
    pairs, side, kind = pairs[found], side[found], kind[found]
    state.not_before[pairs, quiet] = state.week[pairs] + settings.quiet_weeks + 1
    if kinds is IMBALANCE:
        state.from_start_spent[pairs, side] = True
    return Findings(pairs, state.week[pairs], side, kind + kinds.start, strength[found, side, kind], since[found, side, kind])


def strengths(state: State, settings: DetectorSettings, baseline: ProgramBaseline, kinds: range) -> tuple[Numbers, Integers]:
    """Evidence by side and kind, and since which week it is strongest: float64 and int64 [P, 2, kinds]. Without facts it is -inf."""
    used = sorted({STREAMS.index(stream) for kind in kinds for stream in STREAMS_OF[KINDS[kind]]})
    a, b = (prior[:, used] for prior in streams.usual_counts(baseline))
    fall, sure = (part[used] for part in _falls(settings))
    k, n = state.k[:, :, used], state.n[:, :, used]
    k_before, n_before = state.k_before[..., used], state.n_before[..., used]
    known = state.known_before[..., used]
    of_a_fall = evidence.of_a_fall(known, k_before, n_before, k[:, None], n[:, None], a, b, fall, sure)
    logs = np.zeros((*state.candidate.shape, SIDES, len(kinds)))
    told = np.empty((len(k), SIDES, len(kinds)))
    for place, kind in enumerate(kinds):
        its = [used.index(STREAMS.index(stream)) for stream in STREAMS_OF[KINDS[kind]]]
        told[..., place] = sum(n[..., stream] for stream in its)
        if kind != FROM_START:
            logs[..., place] = sum(of_a_fall[..., stream] for stream in its)
    logs[state.candidate < state.not_before[:, [int(kinds is SILENT)]]] = -np.inf
    strongest = logs.max(axis=1)
    strength = evidence.sum_over_weeks(logs, strongest)
    # Weeks without facts between them are equally likely: the earliest.
    since = np.where(logs == strongest[:, None], state.candidate[:, :, None, None], np.iinfo(np.int64).max).min(axis=1)
    if FROM_START in kinds:
        of_a_low_start = evidence.of_a_low_start(k, n, baseline.mean[:, used], a, b, fall, sure)
        its = [used.index(STREAMS.index(stream)) for stream in STREAMS_OF["from_start"]]
        low_start = of_a_low_start[..., its].sum(axis=-1)
        strength[..., FROM_START] = np.where(state.from_start_spent, -np.inf, low_start)
        since[..., FROM_START] = state.first_week[:, None]
    strength[told == 0] = -np.inf
    return strength, since


def _falls(settings: DetectorSettings) -> tuple[Numbers, Numbers]:
    return np.array(settings.fall, np.float64), np.array(settings.fallen_precision, np.float64)

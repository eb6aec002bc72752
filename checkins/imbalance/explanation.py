"""What a finding rests on, in numbers from which its sentence is written: never a probability, and no share of too little."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from checkins.imbalance import evidence, streams
from checkins.imbalance.detector import Finding
from checkins.imbalance.settings import ACTS, STREAMS, STREAMS_OF, USUAL_SETTINGS, DetectorSettings, Numbers, ProgramBaseline
from checkins.imbalance.weekly_facts import WeeklyFacts, checked

# Of the usual levels of pairs ten in a hundred lie below the one, and ten above the other.
USUAL_FROM, USUAL_TO = 0.1, 0.9
# Less evidence from a stream is not worth a word.
WORTH_A_WORD = 0.5
ENOUGH_ACTS, ENOUGH_WEEKS = 10, 3
FIRST_WEEKS = 8
LONGEST_TO_CLEAR = 52

Weeks = NDArray[np.bool_]


class Reading(Enum):
    """What else could explain it."""

    ABSENCES = "absences"
    PAUSE = "pause"
    FIRST_WEEKS = "first weeks"
    BOTH_FELL = "both sides' answers fell"
    FEW_RECORDS = "few records"


@dataclass(frozen=True)
class Part:
    """`own` of `both` in a time. Of answers: points above the lowest, of the most there could be. Of a gap: the side's part of the scale
    between the two, half of it where they agree. Of replies: answered of asked. Where it is not enough, no share is shown."""

    own: float
    both: float
    is_enough: bool


@dataclass(frozen=True)
class Ground:
    """What one stream says, and `weight`, its part of the evidence. `usual`: between these lie 80 in 100 pairs of the program."""

    stream: str
    weight: float
    since: Part
    before: Part
    usual: tuple[float, float]


@dataclass(frozen=True)
class Explanation:
    """The weightiest of `grounds` comes first. `answered` of `asked` check-ins of that side since. `once_in`: so many healthy months of a
    pair go by until chance brings a finding this strong; None where nobody knows yet what is usual. `weeks_to_clear`: after so many more
    weeks as those before, the weeks since no longer speak for it; 0: they don't now; None: not within a year.
    """

    finding: Finding
    grounds: tuple[Ground, ...]
    answered: int
    asked: int
    is_one_sided: bool
    once_in: int | None
    readings: tuple[Reading, ...]
    weeks_to_clear: int | None


def explain(
    facts: WeeklyFacts,
    finding: Finding,
    settings: DetectorSettings = USUAL_SETTINGS,
    baseline: ProgramBaseline | None = None,
    *,
    stated_rate: float | None,
) -> Explanation:
    """Of one pair, whose facts may go on after the finding; as things stood then, but for what would clear it.

    `stated_rate`: false findings in 100 healthy months of a pair; None while it is provisional. Raises ValueError.
    """
    facts, baseline = checked(facts), baseline or ProgramBaseline()
    if facts.pairs != 1 or facts.weeks <= finding.week:
        raise ValueError("topics must be of one pair, and reach to the week of the finding")
    then = facts.of(weeks=slice(finding.week + 1))
    active, lived = then.active[0], then.lived()
    since = np.arange(then.weeks) >= finding.since
    weights = _weights(*_history(then, finding, settings, baseline), finding, settings, baseline)
    grounds = [
        _ground(stream, float(weight), lived, finding.side, since & active, ~since & active, baseline)
        for stream, weight in zip(STREAMS_OF[finding.kind], weights, strict=True)
        if weight > WORTH_A_WORD
    ]
    asked, view = lived.asked[0, since, finding.side], lived.answers[0, since, finding.side]
    records = lived.acts[0].sum(axis=(0, 2))
    return Explanation(
        finding,
        tuple(sorted(grounds, key=lambda ground: -ground.weight)),
        answered=int((asked & ~np.isnan(view).all(axis=-1)).sum()),
        asked=int(asked.sum()),
        is_one_sided=bool(records.sum() >= ENOUGH_ACTS and records.min() < settings.min_own_acts),
        once_in=None if stated_rate is None else round(100 / stated_rate),
        readings=_readings(lived, active, since, finding),
        weeks_to_clear=_weeks_to_clear(facts, finding, settings, baseline),
    )


def _history(facts: WeeklyFacts, finding: Finding, settings: DetectorSettings, baseline: ProgramBaseline) -> tuple[Numbers, Numbers]:
    """k and n of that side in the streams of that kind, discounted: [W, streams]."""
    lived = facts.lived()
    week = streams.of_history(lived.acts, lived.asked, lived.answers, settings, baseline)
    its = _streams(finding)
    return week.k[0, :, finding.side, its].T, week.n[0, :, finding.side, its].T


def _streams(finding: Finding) -> list[int]:
    return [STREAMS.index(stream) for stream in STREAMS_OF[finding.kind]]


def _weights(
    k: Numbers,
    n: Numbers,
    finding: Finding,
    settings: DetectorSettings,
    baseline: ProgramBaseline,
    k_later: Numbers | float = 0.0,
    n_later: Numbers | float = 0.0,
) -> Numbers:
    """Evidence by stream of what fell in the week that is named, if so much more came later: [streams], or [weeks, streams]."""
    its = _streams(finding)
    a, b = (prior[finding.side, its] for prior in streams.usual_counts(baseline))
    fall, sure = np.array(settings.fall)[its], np.array(settings.fallen_precision)[its]
    k_all, n_all = k.sum(axis=0) + k_later, n.sum(axis=0) + n_later
    if finding.kind == "from_start":
        return evidence.of_a_low_start(k_all, n_all, baseline.mean[finding.side, its], a, b, fall, sure)
    before = k[: finding.since].sum(axis=0), n[: finding.since].sum(axis=0)
    known = evidence.until_then(*before, a, b, fall, sure)
    return evidence.of_a_fall(known, *before, k_all, n_all, a, b, fall, sure)


def _weeks_to_clear(facts: WeeklyFacts, finding: Finding, settings: DetectorSettings, baseline: ProgramBaseline) -> int | None:
    k, n = _history(facts, finding, settings, baseline)
    a, b = (prior[finding.side, _streams(finding)] for prior in streams.usual_counts(baseline))
    level = (a + k[: finding.since].sum(axis=0)) / (a + b + n[: finding.since].sum(axis=0))
    a_week = n.sum(axis=0) / max(facts.active.sum(), 1)
    ahead = np.arange(LONGEST_TO_CLEAR + 1)[:, None] * a_week
    cleared = _weights(k, n, finding, settings, baseline, ahead * level, ahead).sum(axis=1) <= 0
    return int(cleared.argmax()) if cleared.any() else None


def _ground(stream: str, weight: float, lived: WeeklyFacts, side: int, since: Weeks, before: Weeks, baseline: ProgramBaseline) -> Ground:
    which = STREAMS.index(stream)
    a, b = (prior[side, which] for prior in streams.usual_counts(baseline))
    usual = float(betaincinv(a, b, USUAL_FROM)), float(betaincinv(a, b, USUAL_TO))
    return Ground(stream, weight, _part(lived, which, side, since), _part(lived, which, side, before), usual)


def _part(lived: WeeklyFacts, stream: int, side: int, weeks: Weeks) -> Part:
    """As counted: nothing is left out, scaled or discounted."""
    enough_weeks = bool(weeks.sum() >= ENOUGH_WEEKS)
    if stream <= ACTS:
        acts = lived.acts[0, weeks]
        counts = (acts.sum(axis=-1) if stream == ACTS else acts[..., stream]).sum(axis=0)
        return Part(float(counts[side]), float(counts.sum()), enough_weeks and bool(counts.sum() >= ENOUGH_ACTS))
    week = streams.counted(lived.acts, lived.asked, lived.answers, lived.acts.sum(axis=-1), USUAL_SETTINGS)
    k, n = (float(part[0, weeks, side, stream].sum()) for part in (week.k, week.n))
    return Part(k, n, enough_weeks and n > 0)


def _readings(lived: WeeklyFacts, active: Weeks, since: Weeks, finding: Finding) -> tuple[Reading, ...]:
    first = int(active.argmax())
    week = streams.counted(lived.acts, lived.asked, lived.answers, lived.acts.sum(axis=-1), USUAL_SETTINGS)
    view = week.view[0]
    seen = [view[weeks][~np.isnan(view[weeks]).any(axis=1)] for weeks in (since, ~since)]
    both_fell = all(map(len, seen)) and bool((seen[0].mean(axis=0) < seen[1].mean(axis=0)).all())
    true_of = {
        Reading.ABSENCES: bool(lived.absences[0, since, finding.side].any()),
        Reading.PAUSE: not active[first:].all(),
        Reading.FIRST_WEEKS: finding.week < first + FIRST_WEEKS,
        Reading.BOTH_FELL: both_fell,
        Reading.FEW_RECORDS: bool(lived.acts[0, since].sum() < ENOUGH_ACTS),
    }
    return tuple(reading for reading, is_true in true_of.items() if is_true)

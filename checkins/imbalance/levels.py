"""What is usual in a program, in words and numbers for people: two versions side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from scipy.special import betaincinv

from checkins.imbalance.explanation import USUAL_FROM, USUAL_TO
from checkins.imbalance.settings import ANSWERS, REPLIES, STREAMS, ProgramBaseline
from programs.memberships.models import Program

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

SHARES: dict[str, "_StrOrPromise"] = {
    "topics": gettext_lazy("Of 100 topics, added by the %(mentee)s"),
    "decisions": gettext_lazy("Of 100 decisions that stand, proposed by the %(mentee)s"),
    "scheduling": gettext_lazy("Of 100 times, suggested or moved by the %(mentee)s"),
}
LEAST_ANSWER, STEPS = 1, 4


@dataclass(frozen=True)
class Level:
    """Usual on average, and between which the middle 80 of 100 pairs are."""

    usual: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    words: str
    before: Level
    after: Level
    # How many decimal places it is written with.
    places: int = 0


def side_by_side(before: ProgramBaseline, after: ProgramBaseline, program: Program) -> list[Row]:
    return list(_rows(before, after, program))


def _rows(before: ProgramBaseline, after: ProgramBaseline, program: Program) -> Iterator[Row]:
    names = {"mentee": program.mentee_word, "mentor": program.mentor_word}
    for stream, words in SHARES.items():
        which = STREAMS.index(stream)
        yield Row(str(words) % names, _of_hundred(before, 0, which), _of_hundred(after, 0, which))
    for side, words in enumerate((_("Answers of the %(mentee)s, from 1 to 5"), _("Answers of the %(mentor)s, from 1 to 5"))):
        yield Row(words % names, _of_answers(before, side), _of_answers(after, side), places=1)
    for side, words in enumerate((_("Of 100 check-ins, answered by the %(mentee)s"), _("Of 100 check-ins, answered by the %(mentor)s"))):
        yield Row(words % names, _of_hundred(before, side, REPLIES), _of_hundred(after, side, REPLIES))


def _level(baseline: ProgramBaseline, side: int, stream: int) -> tuple[float, float, float]:
    mean, precision = float(baseline.mean[side, stream]), float(baseline.pair_precision[stream])
    low, high = (float(betaincinv(mean * precision, (1 - mean) * precision, part)) for part in (USUAL_FROM, USUAL_TO))
    return mean, low, high


def _of_hundred(baseline: ProgramBaseline, side: int, stream: int) -> Level:
    return Level(*(100 * value for value in _level(baseline, side, stream)))


def _of_answers(baseline: ProgramBaseline, side: int) -> Level:
    return Level(*(LEAST_ANSWER + STEPS * value for value in _level(baseline, side, ANSWERS)))

"""Answers as arrays, in the form that `matching.solver` compares: codes, ranks and sets of bits.

The rest of what a run asks for is told here too: who could be put together, which two never are, and what was found in words.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from matching import solver
from matching.criteria.models import Criterion
from matching.scoring.labels import plain
from matching.scoring.people import Candidate, candidates, described, forbidden, peers
from matching.scoring.sides import Choice, OneByOne, People, Places
from matching.scoring.week import hours_in_utc, local_hours
from matching.scoring.words import differs, in_words, shares
from mentoring.kernel.errors import Refused
from programs.profiles.models import ProfileQuestion

__all__ = ["Candidate", "candidates", "described", "differs", "encoded", "forbidden", "in_words", "key_of", "peers", "shares"]

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind
WORD = 64


def key_of(criterion: Criterion) -> str:
    """What the solver calls it."""
    return f"c{criterion.pk}"


def encoded(
    criteria: Sequence[Criterion], mentees: People | Sequence[Candidate], mentors: People | Sequence[Candidate], on: date
) -> solver.CriteriaScores:
    """How well each two go together. Refused, with its name, where a criterion cannot count.

    `criteria` come with their questions (`for_list`). `on` is the day whose clocks count.
    """
    for criterion in criteria:
        if criterion.trouble:
            raise Refused(_("One of the criteria cannot count. %(trouble)s Change it or take it out.") % {"trouble": criterion.trouble})
    one, other = (side if isinstance(side, People) else OneByOne(side) for side in (mentees, mentors))
    return solver.CriteriaScores([_encoded(criterion, one, other, on) for criterion in criteria], len(one), len(other))


def _encoded(criterion: Criterion, mentees: People, mentors: People, on: date) -> solver.Criterion:
    if criterion.question.kind == OfAnswer.ONE and criterion.kind != Kind.OFFERS:
        return _of_one(criterion, mentees, mentors)
    return _of_sets(criterion, mentees, mentors, on)


# --- one of a list ---


def _of_one(criterion: Criterion, mentees: People, mentors: People) -> solver.Criterion:
    """Codes, or ranks where the choices are steps: the ends of the list are as far apart as can be."""
    question = criterion.question
    # What is in the list no more is no answer to what is asked now.
    code_of = {plain(choice): code for code, choice in enumerate(question.choices)}
    missing = solver.MISSING if criterion.in_order else -1

    def codes(side: People) -> NDArray[np.int64]:
        made = np.full(len(side), missing, dtype=np.int64)
        for choice in side.choices(question.pk):
            if choice.is_all:
                made[choice.people] = code_of.get(plain(choice.label), missing)
        return made

    is_near = criterion.kind in (Kind.SIMILAR, Kind.MUST_MATCH)
    kinds = ("near", "far") if criterion.in_order else ("same", "different")
    return solver.Criterion(
        key_of(criterion),
        kinds[0] if is_near else kinds[1],
        codes(mentees),
        codes(mentors),
        weight=criterion.weight,
        hard=criterion.is_rule,
        span=max(1, len(question.choices) - 1),
    )


# --- several: topics, languages, free times ---


def _of_sets(criterion: Criterion, mentees: People, mentors: People, on: date) -> solver.Criterion:
    sought, offered = _parts(mentees, criterion.question, on), _parts(mentors, criterion.of_mentor, on)
    all_parts = {part for parts, _who in [*sought, *offered] for part in parts}
    number_of = {part: number for number, part in enumerate(sorted(all_parts, key=repr))}
    # The bit after the last is nobody's: who chose everything still has answered.
    bits = len(number_of) + 1
    a, b = _bit_sets(sought, number_of, len(mentees), bits), _bit_sets(offered, number_of, len(mentors), bits)
    if criterion.kind == Kind.DIFFERENT:
        b = _complements(b, bits)
    return solver.Criterion(
        key_of(criterion),
        "offers" if criterion.kind == Kind.OFFERS else "overlap",
        a,
        b,
        weight=criterion.weight,
        hard=criterion.is_rule,
        need=1 if criterion.kind in (Kind.DIFFERENT, Kind.LANGUAGE) else criterion.need,
        missing_blocks=criterion.kind == Kind.LANGUAGE,
    )


Part = str | int
Bits = NDArray[np.uint64]


def _parts(side: People, question: ProfileQuestion, on: date) -> list[tuple[frozenset[Part], Places]]:
    """What each choice comes to, and who made it."""
    return [(_parts_of(choice, question, on), choice.people) for choice in side.choices(question.pk) if choice.label]


def _parts_of(choice: Choice, question: ProfileQuestion, on: date) -> frozenset[Part]:
    """Hours of the week in UTC where a label means a half-day, and the label itself where it does not."""
    if question.kind == OfAnswer.TIMES and local_hours(choice.label):
        return frozenset(hours_in_utc(choice.label, choice.zone, on))
    return frozenset([plain(choice.label)])


def _bit_sets(made: Iterable[tuple[frozenset[Part], Places]], number_of: dict[Part, int], people: int, bits: int) -> Bits:
    """uint64[people, words]: bit k of somebody's set is bit k % 64 of word k // 64."""
    sets = np.zeros((people, -(-bits // WORD)), dtype=np.uint64)
    for parts, who in made:
        sets[who] |= _words_of(sum(1 << number_of[part] for part in parts), sets.shape[1])
    return sets


def _complements(sets: Bits, bits: int) -> Bits:
    """What somebody did not choose. Who chose nothing has not answered, and stays empty."""
    others = ~sets & _words_of((1 << bits) - 1, sets.shape[1])
    others[~sets.any(axis=1)] = 0
    return others


def _words_of(chosen: int, words: int) -> Bits:
    return np.frombuffer(chosen.to_bytes(words * WORD // 8, "little"), dtype="<u8").astype(np.uint64)

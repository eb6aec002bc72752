"""Answers as arrays, in the form that `matching.solver` compares: codes, ranks and sets of bits.

The rest of what a run asks for is told here too: who could be put together, which two never are, and what was found in words.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from matching import solver
from matching.criteria.models import Criterion
from matching.scoring.labels import plain
from matching.scoring.people import Candidate, candidates, described, forbidden, peers
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


def encoded(criteria: Sequence[Criterion], mentees: Sequence[Candidate], mentors: Sequence[Candidate], on: date) -> solver.CriteriaScores:
    """How well each two go together. Refused, with its name, where a criterion cannot count.

    `criteria` come with their questions (`for_list`). `on` is the day whose clocks count.
    """
    for criterion in criteria:
        if criterion.trouble:
            raise Refused(_("One of the criteria cannot count. %(trouble)s Change it or take it out.") % {"trouble": criterion.trouble})
    return solver.CriteriaScores([_encoded(criterion, mentees, mentors, on) for criterion in criteria], len(mentees), len(mentors))


def _encoded(criterion: Criterion, mentees: Sequence[Candidate], mentors: Sequence[Candidate], on: date) -> solver.Criterion:
    if criterion.question.kind == OfAnswer.ONE and criterion.kind != Kind.OFFERS:
        return _of_one(criterion, mentees, mentors)
    return _of_sets(criterion, mentees, mentors, on)


# --- one of a list ---


def _of_one(criterion: Criterion, mentees: Sequence[Candidate], mentors: Sequence[Candidate]) -> solver.Criterion:
    """Codes, or ranks where the choices are steps: the ends of the list are as far apart as can be."""
    question = criterion.question
    code_of = {plain(choice): code for code, choice in enumerate(question.choices)}
    missing = solver.MISSING if criterion.in_order else -1

    def codes(people: Sequence[Candidate]) -> NDArray[np.int64]:
        # What is in the list no more is no answer to what is asked now.
        return np.array([code_of.get(plain(_said(person, question.pk)), missing) for person in people], dtype=np.int64)

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


def _said(person: Candidate, question: int) -> str:
    said = person.answers.get(question, "")
    return said if isinstance(said, str) else ""


# --- several: topics, languages, free times ---


def _of_sets(criterion: Criterion, mentees: Sequence[Candidate], mentors: Sequence[Candidate], on: date) -> solver.Criterion:
    parts_of = _parts_on(on) if criterion.question.kind == OfAnswer.TIMES else _labels_of
    sought = [parts_of(person, criterion.question) for person in mentees]
    offered = [parts_of(person, criterion.of_mentor) for person in mentors]
    number_of = {part: number for number, part in enumerate(sorted(set().union(*sought, *offered), key=repr))}
    a, b = (_bit_sets(side, number_of) for side in (sought, offered))
    if criterion.kind == Kind.DIFFERENT:
        # The bit after the last is nobody's: who chose everything still has answered.
        b = _complements(b, len(number_of) + 1)
    return solver.Criterion(
        key_of(criterion),
        "offers" if criterion.kind == Kind.OFFERS else "overlap",
        _words_of(a, len(number_of) + 1),
        _words_of(b, len(number_of) + 1),
        weight=criterion.weight,
        hard=criterion.is_rule,
        need=1 if criterion.kind in (Kind.DIFFERENT, Kind.LANGUAGE) else criterion.need,
        missing_blocks=criterion.kind == Kind.LANGUAGE,
    )


Part = str | int
Parts = Callable[[Candidate, ProfileQuestion], frozenset[Part]]


def _labels_of(person: Candidate, question: ProfileQuestion) -> frozenset[Part]:
    said = person.answers.get(question.pk, [])
    return frozenset(plain(label) for label in ([said] if isinstance(said, str) else said) if label)


def _parts_on(on: date) -> Parts:
    """Hours of the week in UTC where a label means a half-day, and the label itself where it does not."""

    def parts_of(person: Candidate, question: ProfileQuestion) -> frozenset[Part]:
        said = person.answers.get(question.pk, [])
        labels = [said] if isinstance(said, str) else said
        hours = frozenset(hour for label in labels for hour in hours_in_utc(label, person.zone, on))
        return hours | {plain(label) for label in labels if label and not local_hours(label)}

    return parts_of


def _bit_sets(sets: Iterable[frozenset[Part]], number_of: dict[Part, int]) -> list[int]:
    return [sum(1 << number_of[part] for part in parts) for parts in sets]


def _complements(sets: Iterable[int], bits: int) -> list[int]:
    """What somebody did not choose. Who chose nothing has not answered, and stays empty."""
    everything = (1 << bits) - 1
    return [everything & ~chosen if chosen else 0 for chosen in sets]


def _words_of(sets: Sequence[int], bits: int) -> NDArray[np.uint64]:
    """uint64[people, words]: bit k of somebody's set is bit k % 64 of word k // 64."""
    words = -(-bits // WORD)
    together = b"".join(chosen.to_bytes(words * WORD // 8, "little") for chosen in sets)
    return np.frombuffer(together, dtype="<u8").astype(np.uint64).reshape(len(sets), words)

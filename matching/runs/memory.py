"""What a run remembers in words: what counted when it was read, and what people had answered to it by then.

Its figures are those of that day, so its reasons are as well, whatever anybody has changed since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matching.criteria.models import Criterion
from matching.runs import arrays
from matching.runs.models import Run
from matching.runs.said import ZONE, Said
from matching.scoring.encoding import Candidate, key_of
from programs.memberships.models import Membership
from programs.profiles.models import ProfileQuestion

OF_CRITERION = ("kind", "part")
OF_QUESTION = ("id", "text", "kind", "choices")


@dataclass(frozen=True)
class Memory:
    """`criteria` by what the solver calls them, in rows that are not saved. `people` with their answers of that day, and with the names
    that they have today."""

    criteria: Mapping[str, Criterion]
    people: Mapping[int, Candidate]
    full_names: Mapping[int, str]


def memory_of(run: Run, people: Iterable[int]) -> Memory:
    """What it remembers of these people; nothing but their names where it has forgotten. Two queries."""
    here = list(Membership.objects.filter(program_id=run.program_id, pk__in=set(people)).with_people())
    kept = bytes(Run.objects.values_list("inputs", flat=True).get(pk=run.pk))
    compared, said = arrays.words_in(kept) if kept else ((), Said())
    answers = said.of(one.pk for one in here)
    described = {}
    for one in here:
        given = answers.get(one.pk, {})
        zone = "".join(given.pop(ZONE, ()))
        described[one.pk] = Candidate(one.pk, 0, one.joined_at, zone, given, one.user.short_name)
    return Memory(criteria_in(compared), described, {one.pk: one.user.full_name for one in here})


def compared_by(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    """What a run keeps of each criterion, beside what the solver is told: what is asked for, and the questions."""
    return [
        {
            "key": key_of(criterion),
            **{name: getattr(criterion, name) for name in OF_CRITERION},
            "question": _told(criterion.question),
            "mentor_question": _told(criterion.mentor_question) if criterion.mentor_question else None,
        }
        for criterion in criteria
    ]


def criteria_in(compared: Iterable[Mapping[str, Any]]) -> dict[str, Criterion]:
    return {
        told["key"]: Criterion(
            **{name: told[name] for name in OF_CRITERION},
            question=ProfileQuestion(**told["question"]),
            mentor_question=ProfileQuestion(**told["mentor_question"]) if told["mentor_question"] else None,
        )
        for told in compared
    }


def said_by(criteria: Sequence[Criterion], mentees: Iterable[Candidate], mentors: Iterable[Candidate]) -> Said:
    """Of each side what counts on it, and no other answer."""
    answers: dict[int, dict[int, Sequence[str]]] = {}
    sides = ((mentees, {one.question.pk for one in criteria}), (mentors, {one.of_mentor.pk for one in criteria}))
    for people, asked in sides:
        for person in people:
            given = answers.setdefault(person.membership_id, {ZONE: [person.zone]})
            for question in asked & person.answers.keys():
                said = person.answers[question]
                given[question] = [said] if isinstance(said, str) else said
    return Said.by(answers)


def _told(question: ProfileQuestion) -> dict[str, Any]:
    return {name: getattr(question, name) for name in OF_QUESTION}

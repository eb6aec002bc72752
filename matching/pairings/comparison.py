"""What two people say of themselves, question by question, side by side; and what they have in common, in words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileAnswer, ProfileQuestion

Audience, AskedOf = ProfileQuestion.Audience, ProfileQuestion.AskedOf

# Whom the writer was told of, where the reader is the other half of a pairing; and where the reader runs the program.
PARTNER = frozenset({Audience.MEMBERS, Audience.PARTNER})
# And where the reader is somebody of the program.
ANYBODY = frozenset({Audience.MEMBERS})
STAFF = frozenset(Audience)


@dataclass(frozen=True)
class Side:
    """One person's answer to one question: nothing where they have not answered. `is_asked` is false where it is not for them."""

    is_asked: bool
    values: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    question: ProfileQuestion
    sides: tuple[Side, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        """What both chose, where there was something to choose from. Two people's own words are never compared by a machine."""
        if self.question.kind in (ProfileQuestion.Kind.SHORT_TEXT, ProfileQuestion.Kind.LONG_TEXT) or len(self.sides) < 2:
            return ()
        first, *others = (side.values for side in self.sides)
        return tuple(value for value in first if all(value in values for values in others))


def side_by_side(program: Program, people: Iterable[Membership], audiences: frozenset[ProfileQuestion.Audience]) -> list[Line]:
    """The program's questions in their order, with the answers that these readers may read, in two queries.

    What none of them answered is left out.
    """
    people = list(people)
    questions = list(program.profile_questions.in_use().filter(audience__in=audiences))
    answers: dict[tuple[int, int], tuple[str, ...]] = defaultdict(tuple)
    for answer in ProfileAnswer.objects.filter(question__in=questions, profile__membership__in=people).select_related("profile"):
        answers[answer.question_id, answer.profile.membership_id] = values_of(answer.value)
    lines = [
        Line(question, tuple(Side(_is_asked(person, question), answers[question.pk, person.pk]) for person in people))
        for question in questions
    ]
    return [line for line in lines if any(side.values for side in line.sides)]


def _is_asked(person: Membership, question: ProfileQuestion) -> bool:
    profile = getattr(person, "profile", None)
    if question.asked_of == AskedOf.BOTH or profile is None:
        return True
    return bool(profile.offers_mentoring if question.asked_of == AskedOf.OFFERING else profile.seeks_mentoring)


def values_of(value: object) -> tuple[str, ...]:
    """An answer as it is kept, as the labels it is made of."""
    values = value if isinstance(value, list) else [value]
    return tuple(str(part) for part in values if part not in (None, ""))

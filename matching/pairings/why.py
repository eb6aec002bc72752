"""Why these two: what they have in common and where they differ, in words for the two of them, never in numbers.

Decided: a registry, because how a program compares people is known above. Where nobody there has anything to say, what both chose from a
list is said as it stands. What only coordinators may read is told to nobody, and two people's own words are never compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from matching.pairings.comparison import PARTNER, values_of
from matching.pairings.models import Pairing
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer, ProfileQuestion

Kind = ProfileQuestion.Kind
FROM_A_LIST = (Kind.ONE, Kind.SEVERAL, Kind.LANGUAGES, Kind.TIMES)
# So many sentences of either kind are read; more would be skipped.
MOST_SAID = 4


@dataclass(frozen=True)
class Two:
    """Whom it is about, by the keys of their memberships. Of equal halves either is the mentee."""

    program: int
    mentee: int
    mentor: int
    are_equal: bool = False

    @classmethod
    def of(cls, pairing: Pairing) -> Self:
        mentee, mentor = pairing.first_id, pairing.second_id
        if pairing.mentor == Pairing.Mentor.FIRST:
            mentee, mentor = mentor, mentee
        return cls(pairing.program_id, mentee, mentor, pairing.is_reciprocal)


@dataclass(frozen=True)
class Why:
    """Whole sentences. `about`: the questions of what is different, for a mail: what sets somebody apart is read on the page alone."""

    shared: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shared or self.different)


# Answers whose writers were told of whoever reads this.
Audiences = frozenset[ProfileQuestion.Audience]
# What each of the two is called, by their memberships: somebody's name, or "the other person" where no name is to be said.
Names = Mapping[int, str]
Speaker = Callable[[Two, Names], Why]
Reader = Callable[[Sequence[Two], Audiences], Speaker]

_readers: list[Reader] = []


def ask_first(reader: Reader) -> None:
    """For `AppConfig.ready()`. `reader(pairs, audiences)` reads all that it needs in a number of queries that does not grow with the pairs,
    and gives what says of each why, in the language of the moment."""
    _readers.append(reader)


def speaker(pairs: Iterable[Two], audiences: Audiences = PARTNER) -> Speaker:
    """Reads all that is needed about these pairs; what it gives back says why these two, and asks nothing any more."""
    pairs = list(pairs)
    speakers = [read(pairs, audiences) for read in (*_readers, _side_by_side)]

    def say(two: Two, names: Names) -> Why:
        told = next(filter(None, (speak(two, names) for speak in speakers)), Why())
        return Why(*(said[:MOST_SAID] for said in (told.shared, told.different, told.about)))

    return say


def names_of(people: Iterable[Membership]) -> dict[int, str]:
    return {person.pk: person.user.short_name for person in people}


def _side_by_side(pairs: Sequence[Two], audiences: Audiences) -> Speaker:
    """What both chose from a list: the same, or of several choices each another. Two queries."""
    questions = defaultdict(list)
    asked = ProfileQuestion.objects.filter(program__in={two.program for two in pairs}, kind__in=FROM_A_LIST, audience__in=audiences)
    for question in asked.in_use():
        questions[question.program_id].append(question)
    answers: dict[tuple[int, int], tuple[str, ...]] = {}
    people = {person for two in pairs for person in (two.mentee, two.mentor)}
    given = ProfileAnswer.objects.filter(
        profile__membership__in=people, question__in=[one.pk for found in questions.values() for one in found]
    )
    for question_id, person, value in given.values_list("question", "profile__membership", "value"):
        answers[question_id, person] = values_of(value)

    def say(two: Two, names: Names) -> Why:
        shared, different, about = [], [], []
        for question in questions[two.program]:
            one, other = (answers.get((question.pk, person), ()) for person in (two.mentee, two.mentor))
            both = [value for value in one if value in other]
            if both:
                shared.append(_("“%(question)s” Both said %(answers)s.") % {"question": question.text, "answers": _and(both)})
            elif one and other and question.kind == Kind.ONE:
                said = {"one": names[two.mentee], "first": _and(one), "other": names[two.mentor], "second": _and(other)}
                about.append(question.text)
                different.append(
                    _("“%(question)s” %(one)s said %(first)s, %(other)s said %(second)s.") % {"question": question.text, **said}
                )
        return Why(tuple(shared), tuple(different), tuple(about))

    return say


def _and(labels: Sequence[str]) -> str:
    return str(get_text_list(list(labels), _("and")))

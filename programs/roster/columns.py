"""What a column of somebody's sheet may hold, and a guess from its name and its first values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

from programs.profiles.models import ProfileQuestion
from programs.roster.words import key_of, pieces_of, words_of

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

EMAIL, NAME, ROLE, PRONOUNS, TIME_ZONE, CAPACITY = "email", "name", "role", "pronouns", "time_zone", "capacity"

OWN: "Mapping[str, _StrOrPromise]" = {
    EMAIL: _("Address"),
    NAME: _("Full name"),
    ROLE: _("Offers or seeks mentoring"),
    PRONOUNS: _("Pronouns"),
    TIME_ZONE: _("Time zone"),
    CAPACITY: _("How many people at most"),
}
# Words by which forms and sheets name these columns. Matched against the whole words of a header, in any order.
CALLED: Mapping[str, Sequence[str]] = {
    EMAIL: ("email", "e mail", "email address", "e mail address", "mail", "mail address"),
    NAME: ("full name", "name", "your name", "participant", "person"),
    ROLE: ("role", "mentor or mentee", "i would like to be a", "i want to be a", "would like to be", "mentor mentee", "type"),
    PRONOUNS: ("pronouns", "pronoun"),
    TIME_ZONE: ("time zone", "timezone", "tz"),
    CAPACITY: ("how many people", "how many", "capacity", "places", "how many mentees"),
}
# What says little about a question.
COMMON = {
    *"a am an and are at be can could do does for from have how i in is it like me my of on or please".split(),
    *"the this to up we what which who with would you your".split(),
}
LIKE_ENOUGH = 0.5
# How many of the values are choices of a question.
MOSTLY, SOMEWHAT = 0.8, 0.3


@dataclass(frozen=True)
class Column:
    name: str
    samples: Sequence[str]


def key(question: ProfileQuestion) -> str:
    return f"question-{question.pk}"


def propose(columns: Sequence[Column], questions: Iterable[ProfileQuestion], roles: Iterable[str]) -> dict[str, str]:
    """{"1": "email"}: the likeliest reading, each thing at most once. What nothing fits is left out."""
    known_roles = {key_of(role) for role in roles}
    found = [
        *((score, at, target) for at, column in enumerate(columns) for target in OWN if (score := _own_score(target, column, known_roles))),
        *((score, at, key(one)) for at, column in enumerate(columns) for one in questions if (score := _question_score(one, column))),
    ]
    chosen: dict[str, str] = {}
    # The surest first; of two equal ones the first column.
    for _score, at, target in sorted(found, key=lambda one: (-one[0], one[1])):
        if str(at) not in chosen and target not in chosen.values():
            chosen[str(at)] = target
    return dict(sorted(chosen.items(), key=lambda one: int(one[0])))


def _own_score(target: str, column: Column, roles: set[str]) -> float:
    called = " ".join(words_of(column.name))
    values = [value for value in column.samples if value]
    if target == EMAIL and values and sum("@" in value for value in values) * 2 > len(values):
        return 3
    if target == ROLE and values and sum(key_of(value) in roles for value in values) * 2 > len(values):
        return 3
    if called in CALLED[target]:
        return 2
    if any(f" {name} " in f" {called} " for name in CALLED[target] if len(name) > 4):
        return 1.2
    return 0


def _question_score(question: ProfileQuestion, column: Column) -> float:
    """By the words both share, and by whether the values are among the choices."""
    asked, called = _telling(question.text), _telling(column.name)
    shared = len(asked & called) / min(len(asked), len(called)) if asked and called else 0.0
    known = {key_of(choice) for choice in question.choices}
    values = [piece for value in column.samples for piece in pieces_of(value, known)]
    if question.kind in CHOSEN:
        fit = sum(key_of(value) in known for value in values) / len(values) if values else 0.0
        if fit >= MOSTLY:
            return 2 + shared
        # Where some values are no choices the name has to agree; where there are no values it is all there is.
        return 1 + shared if shared >= LIKE_ENOUGH and (fit >= SOMEWHAT or not values) else 0
    return 1 + shared if shared >= LIKE_ENOUGH else 0


CHOSEN: tuple[Literal["one", "several", "times"], ...] = ("one", "several", "times")


def _telling(text: str) -> set[str]:
    return {word.removesuffix("s") for word in words_of(text)} - COMMON

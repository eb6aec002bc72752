"""The registry of what is held about people. An app fills it in `AppConfig.ready()`, since the kernel knows no app."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
# Which rows are about the person with this user's key.
Whose = Callable[[int], Q]
# What a copy says of a row to the person with this user's key.
Told = Callable[[Any, int], Any]


class Reader(StrEnum):
    """Who may read a row on a page, beside whoever it is about."""

    OTHER_HALF = "other half"
    MEMBERS = "members"
    COORDINATORS = "coordinators"
    ADMINS = "admins"


STAFF = (Reader.COORDINATORS, Reader.ADMINS)


class Erasure(Enum):
    DELETED = "deleted"
    # The row stays, and says "former member" where it said who.
    UNNAMED = "unnamed"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one model holds about people.

    Relations need not be named: a person stands in a copy as "you" or "somebody else", any other row by its key. `exported` are the fields
    that go into the copy as they are, `told` those that are read by a function of the row, `halved` those that each half of a pair has one
    of (`first_…`, `second_…`), of which only the person's own goes in. `excused` are fields that do not, each with the reason.
    """

    model: type[models.Model]
    what: Words
    why: Words
    kept: Words
    whose: Whose
    read_by: tuple[Reader, ...] = ()
    exported: tuple[str, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    halved: tuple[str, ...] = ()
    pairing: str = "pairing"
    excused: Mapping[str, Words] = field(default_factory=dict)
    # What a copy calls a column, where its own name would not do.
    labels: Mapping[str, Words] = field(default_factory=dict)
    erased: Erasure = Erasure.DELETED
    # Of what is deleted: only these rows, where others stay.
    only: Q = field(default_factory=Q)
    # Why a row stays, where it does; and what its columns become.
    stays: Words = ""
    clears: Mapping[str, Any] = field(default_factory=dict)
    # What others said is never counted before an erasure: the preview is the same whether there is any or not.
    is_counted: bool = True

    @property
    def stays_in_part(self) -> bool:
        return self.erased is Erasure.UNNAMED or bool(self.only)

    def rows_to_delete(self, user_id: int) -> "models.QuerySet[Any]":
        rows = self.rows(user_id)
        return rows.filter(self.only) if self.erased is Erasure.DELETED else rows.none()

    def rows_to_keep(self, user_id: int) -> "models.QuerySet[Any]":
        rows = self.rows(user_id)
        return rows if self.erased is Erasure.UNNAMED else rows.filter(~self.only) if self.only else rows.none()

    def rows(self, user_id: int) -> "models.QuerySet[Any]":
        return self.model._base_manager.filter(self.whose(user_id)).order_by("pk")

    def covered(self) -> set[str]:
        """The fields that it speaks of."""
        halves = {f"{half}_{name}" for half in ("first", "second") for name in self.halved}
        relations = {column.name for column in self.model._meta.concrete_fields if column.is_relation or column.primary_key}
        return relations | {*self.exported} | {*self.told} | halves | {*self.excused}


_holdings: dict[type[models.Model], Holding] = {}
_without_people: dict[type[models.Model], Words] = {}


def holds(model: type[models.Model], **said: Any) -> None:
    """Declare what a model holds about people (see `Holding`). `exported` and `halved` are names with a blank between."""
    for name in ("exported", "halved"):
        said[name] = tuple(said.get(name, "").split())
    _declare(_holdings, model, Holding(model=model, **said))


def holds_nothing_of_people(model: type[models.Model], why: Words) -> None:
    """Declare that nothing of a model goes into anybody's copy, and why. Its rows are as unnamed as the people they point to."""
    _declare(_without_people, model, why)


def holdings() -> list[Holding]:
    """In the order in which they were declared, what the kernel holds last: what people know as theirs comes first."""
    return sorted(_holdings.values(), key=lambda holding: holding.model._meta.app_label == "kernel")


def holding_of(model: type[models.Model]) -> Holding | None:
    return _holdings.get(model)


def without_people() -> Mapping[type[models.Model], Words]:
    return dict(_without_people)


def undeclared() -> Iterator[str]:
    """Models and columns of which nobody has said what becomes of them; and what was declared and is no column."""
    for model in apps.get_models():
        if model in _without_people:
            continue
        declared = _holdings.get(model)
        if declared is None:
            yield model._meta.label
            continue
        columns = {column.name for column in (*model._meta.concrete_fields, *model._meta.local_many_to_many)}
        yield from (f"{model._meta.label}.{name}" for name in sorted(columns - declared.covered()))
        yield from (f"{model._meta.label}.{name} is no column" for name in sorted(declared.covered() - columns))


def by(*paths: str) -> Whose:
    """Of whom one of these memberships is: `by("author")`."""
    return _any(f"{path}__user" for path in paths)


def user(*paths: str) -> Whose:
    """Whose login one of these is: `user("recipient")`."""
    return _any(paths)


def of_two(path: str = "pairing") -> Whose:
    """What belongs to both halves of a pairing."""
    prefix = f"{path}__" if path else ""
    return by(f"{prefix}first", f"{prefix}second")


def own_words(name: str, author: str) -> Told:
    """A column of a row that both share, where this person wrote it. Somebody else's words are theirs to keep a copy of."""

    def told(row: Any, user_id: int) -> Any:
        writer = getattr(row, author)
        return getattr(row, name) if writer is not None and writer.user_id == user_id else None

    return told


def is_person(relation: Any) -> bool:
    """Does this column name a person: a login, or a place in a program, which has one?"""
    related = relation.related_model
    login = get_user_model()
    return related is login or any(column.name == "user" and column.related_model is login for column in related._meta.fields)


def _any(paths: Any) -> Whose:
    paths = tuple(paths)

    def whose(user_id: int) -> Q:
        found = Q()
        for path in paths:
            found |= Q(**{path: user_id})
        return found

    return whose


def _declare(register: dict[type[models.Model], Any], model: type[models.Model], declared: Any) -> None:
    if model in _holdings or model in _without_people:
        raise ValueError(f"{model._meta.label} was declared twice.")
    register[model] = declared


# What many subjects say alike.
THE_PAIRS = _("as long as the pairing is kept")
WHILE_A_MEMBER = _("until some time after you leave the program")
WITH_THE_ACCOUNT = _("as long as you have an account")
OWN_WORKING = _("how Evenhand keeps its own work in order; it says nothing about you")
OTHERS_WORDS = _("somebody else’s words")
SHARED_HISTORY = _("it belongs to the other half of the pair as well")
PROGRAMS_RECORD = _("it is the program’s own record")

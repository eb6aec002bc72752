"""Looks at one row: what it says, and what is wrong with it. Asks no database."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mentoring.kernel import times
from mentoring.kernel.lists.exports import BEGINS_A_FORMULA
from programs.invitations.addresses import is_an_address
from programs.profiles.models import ProfileQuestion
from programs.roster import columns
from programs.roster.reader import UNKNOWN_CHARACTER
from programs.roster.words import key_of, pieces_of

Kind = ProfileQuestion.Kind
Mistake = dict[str, Any]

LONGEST = {columns.NAME: 150, columns.PRONOUNS: 40}
LONGEST_ANSWER = 10_000
LONGEST_LINE = 300
MOST_PEOPLE = 20
LONGEST_SAID = 80

OFFERS, SEEKS, BOTH = (True, False), (False, True), (True, True)
ROLES = {
    "mentor": OFFERS,
    "offer mentoring": OFFERS,
    "mentee": SEEKS,
    "seek mentoring": SEEKS,
    "either": BOTH,
    "both": BOTH,
    "mentor and mentee": BOTH,
    "mentor or mentee": BOTH,
}


@dataclass
class Checked:
    email: str = ""
    name: str = ""
    prefilled: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    # (column, value) of answers that are none of the choices.
    unknown: list[tuple[int, str]] = field(default_factory=list)


class Check:
    """Made once for a sheet; `row` for each of its rows."""

    def __init__(
        self,
        *,
        chosen: Mapping[str, str],
        width: int,
        questions: Iterable[ProfileQuestion],
        roles: Mapping[str, tuple[bool, bool]],
        leaves_unknown_out: bool,
    ) -> None:
        self.width = width
        self.roles = roles
        self.leaves_unknown_out = leaves_unknown_out
        by_key = {columns.key(question): question for question in questions}
        self.own = {target: int(at) for at, target in chosen.items() if target in columns.OWN}
        self.questions = [(int(at), by_key[target]) for at, target in chosen.items() if target in by_key]
        self.choices = {question.pk: {key_of(choice): choice for choice in question.choices} for _at, question in self.questions}
        self.read = sorted([*self.own.values(), *(at for at, _question in self.questions)])

    def row(self, cells: Sequence[str]) -> Checked:
        found = Checked()
        if len(cells) < self.width:
            swallowed = any("\n" in cell for cell in cells)
            found.mistakes.append({"code": "quote_open" if swallowed else "too_few", "has": len(cells), "needs": self.width})
            self._take_who(cells, found)
            return found
        if len(cells) > self.width:
            found.mistakes.append({"code": "too_many", "has": len(cells), "needs": self.width})
        for at in self.read:
            if UNKNOWN_CHARACTER in cells[at]:
                found.mistakes.append(_mistake("unknown_character", at, cells[at]))
        self._take_who(cells, found)
        self._take_place(cells, found)
        answers = {}
        for at, question in self.questions:
            value = self._answer(at, question, unguarded(cells[at]), found)
            if value:
                answers[str(question.pk)] = value
        found.prefilled["answers"] = answers
        return found

    def _cell(self, cells: Sequence[str], target: str) -> tuple[int, str]:
        at = self.own.get(target, -1)
        return at, " ".join(unguarded(cells[at]).split()) if 0 <= at < len(cells) else ""

    def _take_who(self, cells: Sequence[str], found: Checked) -> None:
        at, email = self._cell(cells, columns.EMAIL)
        email = email.removeprefix("mailto:").lower()
        if not email:
            found.mistakes.append(_mistake("no_address", at, ""))
        elif not is_an_address(email):
            found.mistakes.append(_mistake("not_an_address", at, email))
        else:
            found.email = email
        at, name = self._cell(cells, columns.NAME)
        if name.startswith(BEGINS_A_FORMULA):
            found.mistakes.append(_mistake("formula", at, name))
        elif len(name) > LONGEST[columns.NAME]:
            found.mistakes.append(_mistake("too_long", at, name, most=LONGEST[columns.NAME]))
        else:
            found.name = name

    def _take_place(self, cells: Sequence[str], found: Checked) -> None:
        at, role = self._cell(cells, columns.ROLE)
        if role:
            if places := self.roles.get(key_of(role)):
                found.prefilled["offers_mentoring"], found.prefilled["seeks_mentoring"] = places
            else:
                found.mistakes.append(_mistake("unknown_role", at, role, perhaps=_like(role, self.roles)))
        at, pronouns = self._cell(cells, columns.PRONOUNS)
        if len(pronouns) > LONGEST[columns.PRONOUNS]:
            found.mistakes.append(_mistake("too_long", at, pronouns, most=LONGEST[columns.PRONOUNS]))
        elif pronouns:
            found.prefilled["pronouns"] = pronouns
        at, zone = self._cell(cells, columns.TIME_ZONE)
        if zone:
            if known := _zones().get(key_of(zone).replace(" ", "_")):
                found.prefilled["time_zone"] = known
            else:
                found.mistakes.append(_mistake("unknown_zone", at, zone))
        at, capacity = self._cell(cells, columns.CAPACITY)
        if capacity:
            if capacity.isascii() and capacity.isdigit() and len(capacity) < 4 and 1 <= int(capacity) <= MOST_PEOPLE:
                found.prefilled["offers_capacity"] = int(capacity)
            else:
                found.mistakes.append(_mistake("not_a_number", at, capacity, most=MOST_PEOPLE))

    def _answer(self, at: int, question: ProfileQuestion, cell: str, found: Checked) -> str | list[str]:
        if not cell:
            return ""
        if question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
            most = LONGEST_LINE if question.kind == Kind.SHORT_TEXT else LONGEST_ANSWER
            if len(cell) > most:
                found.mistakes.append(_mistake("too_long", at, cell, most=most))
                return ""
            return " ".join(cell.split()) if question.kind == Kind.SHORT_TEXT else cell
        known = self.choices[question.pk]
        values = [cell] if question.kind == Kind.ONE else pieces_of(cell, known)
        if question.kind == Kind.LANGUAGES:
            return [value for value in values if len(value) <= LONGEST_SAID]
        taken = [known[key_of(value)] for value in values if key_of(value) in known]
        for value in values:
            if key_of(value) not in known:
                found.unknown.append((at, value[:LONGEST_SAID]))
                if not self.leaves_unknown_out:
                    found.mistakes.append(_mistake("unknown_choice", at, value, perhaps=_like(value, known.values())))
        if question.kind == Kind.ONE:
            return taken[0] if taken else ""
        if question.most_choices and len(set(taken)) > question.most_choices:
            found.mistakes.append(_mistake("too_many_choices", at, cell, has=len(set(taken)), most=question.most_choices))
        # In the order of the question, as if they had been ticked.
        return [choice for choice in question.choices if choice in taken]


def roles_of(mentor_word: str, mentee_word: str) -> dict[str, tuple[bool, bool]]:
    """What somebody may be called, and whether they offer and seek mentoring. In a program of equals one word means both."""
    own = {key_of(mentor_word): OFFERS, key_of(mentee_word): SEEKS}
    if key_of(mentor_word) == key_of(mentee_word):
        own = {key_of(mentor_word): BOTH}
    return ROLES | own


def unguarded(cell: str) -> str:
    """Without the quote that our own files put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(BEGINS_A_FORMULA) else cell


def _mistake(code: str, at: int, value: str, **more: Any) -> Mistake:
    return {"code": code, "column": at, "value": value[:LONGEST_SAID], **{name: given for name, given in more.items() if given}}


def _like(value: str, known: Iterable[str]) -> str:
    by_key = {key_of(one): one for one in known}
    close = difflib.get_close_matches(key_of(value)[:LONGEST_SAID], by_key, n=1, cutoff=0.75)
    return by_key[close[0]] if close else ""


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in times.zone_names()}

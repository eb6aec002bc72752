"""What is wrong with a file or a row, in words: the field, the reason, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True)
class Said:
    field: str
    reason: str
    advice: str


ONLY_A_HEADER = _("This file has a first line and no people below it.")
NO_HEADER = _("The first line of this file looks like a person. Put a line with the names of the columns above it, and choose it again.")

# code -> (reason, what to do)
WORDS: "Mapping[str, tuple[_StrOrPromise, _StrOrPromise]]" = {
    "too_few": (
        _("This row has %(has)s cells; the first line has %(needs)s."),
        _("Something is missing, often a separator. Complete the row in your file."),
    ),
    "quote_open": (
        _("This row runs over several lines and has %(has)s cells; the first line has %(needs)s."),
        _("Look for a quotation mark that opens and never closes: the rows below it may be missing here."),
    ),
    "too_many": (
        _("This row has %(has)s cells; the first line has %(needs)s."),
        _("Often a text holds a separator. Put the text in quotation marks in your file."),
    ),
    "unknown_character": (_("A letter in “%(value)s” could not be read."), _("Type the letter anew in your file.")),
    "no_address": (_("There is no address."), _("Ask the person for one. An invitation needs an address of their own.")),
    "not_an_address": (_("“%(value)s” is not an address."), _("Write it like name@example.org, one address in a cell.")),
    "formula": (_("“%(value)s” is a formula, not a name."), _("Write the person’s name in this cell.")),
    "too_long": (_("This is too long: more than %(most)s characters."), _("Shorten it in your file.")),
    "unknown_role": (_("“%(value)s” does not say whether the person offers or seeks mentoring."), _("Write mentor, mentee or either.")),
    "unknown_zone": (_("There is no time zone “%(value)s”."), _("Write one like Europe/London, or leave the cell empty.")),
    "not_a_number": (_("“%(value)s” is not a number of people."), _("Write it in digits, from 1 to %(most)s, or leave the cell empty.")),
    "unknown_choice": (
        _("“%(value)s” is none of the choices."),
        _("Write it as the question does, or choose to leave such answers empty on the step before."),
    ),
    "too_many_choices": (_("Here are %(has)s answers; at most %(most)s may be chosen."), _("Ask the person which of them they mean.")),
    "shared_address": (
        _("Two people share this address: %(other)s, on line %(line)s, has it too."),
        _("Ask whose it is, and the other one for an address of their own. An invitation opens what its person has told you."),
    ),
    "row_twice": (_("This row is there twice: it is the same as line %(line)s."), _("Nothing. The first of the two counts.")),
    "person_twice": (
        _("This person is there twice, with other answers on line %(line)s."),
        _("Nothing, if line %(line)s is right. Otherwise correct it there and take this row out."),
    ),
}


def said(mistake: Mapping[str, Any], header: Sequence[str]) -> Said:
    reason, advice = WORDS[mistake["code"]]
    in_reason, advice = str(reason) % mistake, str(advice) % mistake
    if mistake.get("perhaps"):
        advice = now_in_words("Did you mean “%(perhaps)s”? Then write it so in your file.") % mistake
    return Said(field=column_name(header, mistake.get("column", -1)), reason=in_reason, advice=advice)


def column_name(header: Sequence[str], at: int) -> str:
    """What the file calls a column."""
    if not 0 <= at < len(header):
        return now_in_words("The whole row")
    return header[at] or now_in_words("Column %(number)d") % {"number": at + 1}

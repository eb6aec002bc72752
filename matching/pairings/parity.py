"""Every pair act and who may do it, found by asking the acts themselves. The public page shows it, so that a promise can be checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts, policies
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

MENTOR, NOBODY = Pairing.Mentor.SECOND, Pairing.Mentor.NOBODY
FIRST, SECOND = Membership(pk=1, is_participant=True), Membership(pk=2, is_participant=True)
SOMEBODY_ELSE = Membership(pk=3, is_participant=True, is_coordinator=True, is_admin=True, is_deputy=True)


# What the acts are about, by the first word of their names, in the order in which a pairing meets them.
SUBJECTS = {
    "pairing": _("Beginning, resting, ending"),
    "agreement": _("The agreement, and limits"),
    "session": _("Meetings"),
    "agenda": _("The shared agenda"),
    "decision": _("Decisions"),
    "action": _("Actions"),
    "goal": _("Goals"),
    "note": _("Notes"),
    "message": _("Messages"),
    "checkin": _("Check-ins"),
    "review": _("Reviews"),
    "reset": _("A fresh start"),
}
TOLD_WITH = {
    "limits": "agreement",
    "call": "checkin",
    "ending": "pairing",
    "later-contact": "pairing",
    "hand-over": "pairing",
    "airtime": "session",
}


@dataclass(frozen=True)
class Line:
    """One act: when it may be done, and whether each half may then, in a pairing with a mentor and in one where both mentor."""

    subject: str
    words: str
    states: list[str]
    is_its_authors: bool
    mentor: bool
    mentee: bool
    one: bool
    other: bool
    staff_too: bool
    somebody_else: bool

    @property
    def is_even(self) -> bool:
        """Every half may, whoever mentors."""
        return self.mentor and self.mentee and self.one and self.other


@dataclass(frozen=True)
class Group:
    """The acts that are about one thing."""

    words: str
    lines: Sequence[Line]

    @property
    def is_even(self) -> bool:
        return all(line.is_even for line in self.lines)

    @property
    def is_uneven(self) -> bool:
        """Then it stands open."""
        return not self.is_even


def groups() -> list[Group]:
    """Every line, by what it is about."""
    found: dict[str, list[Line]] = {subject: [] for subject in SUBJECTS}
    for line in lines():
        found[line.subject].append(line)
    return [Group(str(SUBJECTS[subject]), of_subject) for subject, of_subject in found.items() if of_subject]


def lines() -> Iterator[Line]:
    for act in acts.every():
        first_word = act.name.partition(".")[0]
        yield Line(
            subject=TOLD_WITH.get(first_word, first_word),
            words=str(act.words),
            states=[str(state.label) for state in Pairing.State if state in act.states],
            is_its_authors=act.who == acts.Who.ITS_AUTHOR,
            mentor=_is_open_to(SECOND, act, MENTOR),
            mentee=_is_open_to(FIRST, act, MENTOR),
            one=_is_open_to(FIRST, act, NOBODY),
            other=_is_open_to(SECOND, act, NOBODY),
            staff_too=_is_open_to_staff(act),
            somebody_else=_is_open_to(SOMEBODY_ELSE, act, MENTOR) or _is_open_to(SOMEBODY_ELSE, act, NOBODY),
        )


def _is_open_to(somebody: Membership, act: acts.Act, mentor: str) -> bool:
    """In every state in which the act is declared."""
    return all(act.is_open_to(somebody, pairing) for pairing in _pairings(act, mentor))


def _is_open_to_staff(act: acts.Act) -> bool:
    """Asked of somebody who runs the program and is no half. What halves who run it may do is asked of them as halves."""
    return all(policies.may_do_as_staff(act, SOMEBODY_ELSE, pairing) for pairing in _pairings(act, MENTOR))


def _pairings(act: acts.Act, mentor: str) -> list[Pairing]:
    return [Pairing(first=FIRST, second=SECOND, mentor=mentor, state=state) for state in act.states]

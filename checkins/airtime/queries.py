"""What the two have said about their last meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from checkins.airtime import policies
from checkins.airtime.forms import EVEN, ME, OTHER
from checkins.airtime.services import KIND
from checkins.sessions.models import Session
from matching.joint.models import Answer
from matching.joint.queries import Said
from programs.memberships.models import Membership

# What the other half means by the same word.
AS_SEEN_FROM_HERE = {ME: OTHER, EVEN: EVEN, OTHER: ME}


@dataclass(frozen=True)
class Line:
    """One question, and in words what the two make of it."""

    question: str
    words: str


@dataclass(frozen=True)
class Airtime:
    """Of one meeting: whether it can be said now, `mine` where I have, `lines` once both have."""

    session: Session
    may_say: bool
    mine: Mapping[str, Any] | None
    lines: Sequence[Line]


def on_pair_page(last: Session | None, me: Membership, now: datetime) -> Airtime | None:
    """Of the last meeting, whose pairing is there with its people, if it is not too long ago. One query."""
    if last is None or policies.closes_at(last) <= now:
        return None
    shown = airtime_of(last, me, now)
    return shown if shown.lines or shown.may_say else None


def airtime_of(session: Session, me: Membership, now: datetime) -> Airtime:
    """One query. The session's pairing is there with its people."""
    said, other = _said(session, me), session.pairing.other_half(me).user.short_name
    lines = _lines(said.mine, said.theirs, other) if said.mine and said.theirs else []
    return Airtime(session=session, may_say=not lines and policies.may_say(me, session, now), mine=said.mine, lines=lines)


def _said(session: Session, me: Membership) -> Said:
    """`theirs` is there only when both are."""
    answers = Answer.objects.in_pairing(session.pairing, me).filter(round__kind=KIND, round__source_id=session.pk)
    return Said(**{"mine" if answer.membership_id == me.pk else "theirs": answer.said for answer in answers})


def _lines(mine: Mapping[str, Any], theirs: Mapping[str, Any], other: str) -> list[Line]:
    questions = {"talked": _("Who talked"), "decided": _("Who decided")}
    return [Line(words, _compared(mine[name], AS_SEEN_FROM_HERE[theirs[name]], other)) for name, words in questions.items()]


def _compared(mine: str, theirs: str, other: str) -> str:
    """Neither right nor wrong, neither much nor little: what both say, and whether it is the same."""
    who = {ME: _("mostly you"), EVEN: _("about even"), OTHER: _("mostly %(name)s") % {"name": other}}
    if mine == theirs:
        return _("You both say: %(who)s.") % {"who": who[mine]}
    return _("You see it differently: a good thing to talk about. You say: %(mine)s. %(name)s says: %(theirs)s.") % {
        "mine": who[mine],
        "theirs": who[theirs],
        "name": other,
    }

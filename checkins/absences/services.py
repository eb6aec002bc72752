"""Saying that a planned meeting did not happen, and answering the other half who said so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.absences import policies
from checkins.absences.models import TIME_TO_ANSWER, Absence
from checkins.sessions import services as sessions
from checkins.sessions.models import Session
from matching.facts import services as facts
from matching.facts.models import Fact
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

State = Session.State

NOT_MET = "session-not-met"


@transaction.atomic
def say(*, session: Session, by: Membership, absent: str, now: datetime) -> Absence:
    """Say that the two did not meet, and how it came: `Absence.Absent`. If they did after all, either logs it.

    The other half of whoever says it first is asked, and has a week to answer. For as long, each can say their own anew. Saying the same
    again changes nothing. A fact is noted about the one who says so, where they could not come themselves, and never about the other.
    """
    session = sessions.locked_session(session)
    if not policies.may_say(by, session, now):
        raise Refused(_("It is said already what became of this meeting, or its time is still to come."))
    if absent not in Absence.Absent.values:
        raise Refused(_("Choose how it came."))
    if session.state == State.PLANNED:
        sessions.let_go(session, now)
        session.state, session.closed_by, session.closed_at = State.MISSED, by, now
        session.save(update_fields=["state", "closed_by", "closed_at"])
        _ask_the_other(session, by, now)
    return _said(session, by, absent, now)


@transaction.atomic
def agree(*, absence: Absence, by: Membership, now: datetime, seen_at: datetime | None = None) -> Absence:
    """Say it in the same way as the other half. `seen_at` is when that was said which this person saw; None where it does not matter."""
    session = sessions.locked_session(absence.session)
    absence = Absence.objects.get(pk=absence.pk)
    absence.session = session
    if not policies.may_agree(by, absence, now):
        raise Refused(_("This is not open to answer any more, or it is for the other half of your pairing to answer."))
    if seen_at is not None and seen_at != absence.said_at:
        raise Refused(_("This was changed meanwhile. Have a look at what stands there now."))
    return _said(session, by, absence.absent, now)


@transaction.atomic
def take_back(*, session: Session, now: datetime) -> None:
    """The two met after all: what was said stays, counts no more, and nobody is asked about it."""
    for absence in Absence.objects.filter(session=session).order_by("pk"):
        facts.withdraw(kind=Fact.Kind.SESSION_MISSED, source_id=absence.pk, now=now)
    outbox.cancel(kind=NOT_MET, subject_ids=[session.pk], now=now)


def _ask_the_other(session: Session, by: Membership, now: datetime) -> None:
    outbox.owe(
        kind=NOT_MET,
        subject_id=session.pk,
        recipient=session.pairing.other_half(by).user,
        program_id=session.pairing.program_id,
        expires_at=now + TIME_TO_ANSWER,
        now=now,
    )


def _said(session: Session, by: Membership, absent: str, now: datetime) -> Absence:
    absence = Absence.objects.filter(session=session, author=by).first() or Absence(session=session, author=by)
    if absence.absent == absent:
        return absence
    absence.absent, absence.said_at = absent, now
    absence.save()
    if absence.is_of(session.pairing.side_of(by)):
        happened_at = session.starts_at or now
        facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.SESSION_MISSED, source_id=absence.pk, happened_at=happened_at)
    else:
        facts.withdraw(kind=Fact.Kind.SESSION_MISSED, source_id=absence.pk, now=now)
    outbox.cancel(kind=NOT_MET, subject_ids=[session.pk], recipient_id=by.user_id, now=now)
    sessions.record("session.missed", session, by, now)
    return absence

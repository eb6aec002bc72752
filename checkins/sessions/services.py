"""Logging a meeting that took place."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from checkins.agendas import services as agendas
from checkins.sessions import policies
from checkins.sessions.models import LONGEST_MINUTES, SHORTEST_MINUTES, Session
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

MINUTE = timedelta(minutes=1)


class AlreadyLogged(Refused):
    """A meeting that overlaps this one is there already: `session`."""

    def __init__(self, session: Session, sentence: str) -> None:
        super().__init__(sentence)
        self.session = session


@transaction.atomic
def log(
    *,
    pairing: Pairing,
    by: Membership,
    started_at: datetime,
    minutes: int,
    now: datetime,
    place: str = Session.Place.IN_PERSON,
    reached: Collection[int] = (),
    talked_about: str = "",
    next_time: str = "",
    next_time_on_agenda: bool = False,
) -> Session:
    """Log a meeting for both. `reached` are keys of open agenda items; what is not among them is carried over.

    Raises `AlreadyLogged` where the two were together at that time already, as when both log the same meeting.
    """
    # Locked, so that of two who log the same meeting in the same second one finds what the other wrote.
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).select_related("program").get(pk=pairing.pk)
    if not policies.may_log(by, pairing):
        raise Refused(_("Meetings are logged by the two of a pairing, while it is active."))
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Refused(
            _("Enter a number of minutes from %(shortest)s to %(longest)s.") % {"shortest": SHORTEST_MINUTES, "longest": LONGEST_MINUTES}
        )
    if started_at > now:
        raise Refused(_("This time has not come yet. Log a meeting once you have had it."))
    if there := _overlapping(pairing, started_at, minutes):
        raise AlreadyLogged(there, _already_there(there, by))
    session = Session.objects.create(
        pairing=pairing,
        started_at=started_at,
        minutes=minutes,
        place=place,
        talked_about=talked_about.strip(),
        next_time=next_time.strip(),
        logged_by=by,
        logged_at=now,
    )
    session.topics.set(agendas.settle(pairing=pairing, reached=reached, session_began_at=started_at))
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.SESSION_LOGGED, source_id=session.pk, happened_at=now)
    audit.record(verb="session.logged", subject=session, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    if next_time_on_agenda and session.next_time:
        agendas.add(pairing=pairing, by=by, text=session.next_time, now=now)
    return session


def _overlapping(pairing: Pairing, started_at: datetime, minutes: int) -> Session | None:
    ends_at = ExpressionWrapper(F("started_at") + F("minutes") * MINUTE, output_field=DateTimeField())
    there = Session.objects.filter(pairing=pairing).annotate(ends_at=ends_at)
    return (
        there.filter(started_at__lt=started_at + timedelta(minutes=minutes), ends_at__gt=started_at)
        .select_related("logged_by__user")
        .order_by("started_at", "pk")
        .first()
    )


def _already_there(session: Session, by: Membership) -> str:
    began = timezone.localtime(session.started_at)
    words = {
        "day": date_format(began, "l j F"),
        "start": date_format(began, "H:i"),
        "minutes": session.minutes,
        "name": session.logged_by.user.short_name,
    }
    if session.logged_by_id == by.pk:
        return _("You have logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words
    return _("%(name)s has logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words

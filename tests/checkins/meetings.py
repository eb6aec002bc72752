"""Meetings of a pair for tests: suggested, agreed on, and what is noted and owed because of them."""

import html
import re
from datetime import timedelta

from django.utils import timezone

from checkins.sessions import services
from checkins.sessions.models import Repeats, Session
from matching.facts.models import Fact
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.pages import address
from tests.factories.checkins import SessionFactory, SessionOptionFactory


def propose(pairing, now, *days, by=None, **changes):
    options = [now + timedelta(days=day) for day in days or (3,)]
    told = {"options": options, "minutes": 45, "where": "Library café", **changes}
    return services.propose(pairing=pairing, by=by or pairing.first, now=now, **told)


def agree(pairing, now, day=3, by=None):
    session = propose(pairing, now, day, by=by)
    other = pairing.other_half(session.proposed_by)
    return services.pick(option=session.options.open().get(), by=other, now=now)


def agreed_series(pairing, now, repeats=None, day=3, **changes):
    """Four times every week, unless said otherwise; suggested by the first half, for an hour that no change of clocks leaves out."""
    first = (now + timedelta(days=day)).replace(hour=12)
    session = propose(pairing, now, repeats=repeats or Repeats("week", times=4), **{"options": [first], **changes})
    return services.pick(option=session.options.get(), by=pairing.second, now=now).series


def planned_in(series):
    return list(Session.objects.filter(series=series, state="planned").with_people().order_by("starts_at"))


def facts_of(kind):
    return list(Fact.objects.counted().filter(kind=kind).order_by("pk").values_list("by", flat=True))


def owed(kind, **changes):
    return OutboxMessage.objects.filter(kind=kind, **changes)


def session_page(name, session):
    return address(name, session.pairing.program, session.pairing_id, session.pk)


def seen_in(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def in_days(days, hour=12):
    return (timezone.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def suggested(around, *days):
    session = SessionFactory(pairing=around.pairing, proposed=True)
    for position, day in enumerate(days or (3,), start=1):
        SessionOptionFactory(session=session, position=position, starts_at=in_days(day))
    return session


def planned(around, days=3, **what):
    return SessionFactory(pairing=around.pairing, planned=True, starts_at=in_days(days), **what)

"""Two concerns, told through the services: what the inbox of those who may read them shows."""

from datetime import timedelta

from checkins.cases import services as cases
from checkins.concerns import services as concerns
from checkins.concerns.models import Concern
from mentoring.demo import words
from mentoring.demo.life import Clock, Pair
from programs.memberships.models import Membership


def tell_closed(pair: Pair, admin: Membership, clock: Clock) -> None:
    """About the other half of a pair: it was read within hours, talked about, and came to a good end."""
    mentee = Membership.objects.select_related("program", "user").get(pk=pair.mentee.pk)
    about = concerns.About(pair.mentor, pair.pairing)
    audience, kind = Concern.Audience.ADMINS, Concern.Kind.PRESSURE
    concern = concerns.raise_concern(
        by=mentee, audience=audience, kind=kind, is_named=True, about=[about], words=words.CONCERN_CLOSED, now=clock.ago(12, 19)
    )
    concerns.note_reading(concern=concern, by=admin, now=clock.ago(11, 8))
    cases.take(concern=concern, by=admin, now=clock.ago(11, 8, 5))
    cases.answer(concern=concern, by=admin, text=words.CONCERN_ANSWER, has_acted=False, now=clock.ago(11, 8, 20))
    concerns.add(concern=concern, by=mentee, text=words.CONCERN_ADDED, now=clock.ago(10, 21))
    spoke_on = clock.today - timedelta(days=8)
    cases.log_contact(concern=concern, by=admin, whom="raiser", how="call", on=spoke_on, text=words.CONCERN_CALL, now=clock.ago(8, 16))
    cases.do_step(concern=concern, by=admin, step="agree", now=clock.ago(8, 16, 10))
    cases.answer(concern=concern, by=admin, text=words.CONCERN_ACTED, has_acted=True, now=clock.ago(6, 15))
    cases.close(concern=concern, by=admin, outcome=Concern.Outcome.AGREED, text=words.CONCERN_END, now=clock.ago(3, 11))


def tell_open(by: Membership, about: Membership, clock: Clock) -> None:
    """About a coordinator: for them there is no such thing. Nobody has read it so far."""
    by = Membership.objects.select_related("program", "user").get(pk=by.pk)
    concerns.raise_concern(
        by=by,
        audience=Concern.Audience.COORDINATORS,
        kind=Concern.Kind.STAFF,
        is_named=True,
        about=[concerns.About(about)],
        words=words.CONCERN_OPEN,
        reach=Concern.Reach.MAIL,
        now=clock.ago(1, 18),
    )

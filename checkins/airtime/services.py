"""Saying, each for oneself, who talked and who decided."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.airtime import policies
from checkins.sessions.models import Session
from matching.joint import services as joint
from matching.joint.models import Round
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

# The kind of round; declared in `forms.py`.
KIND = "airtime"


@transaction.atomic
def say(*, session: Session, by: Membership, talked: str, decided: str, now: datetime) -> Round:
    """Keep what one half says, "me", "even" or "other"; saying it again replaces it. With the other's it opens to both, and stays so."""
    # Locked, so that of two who say it at once one begins the round and the other ends it.
    session.pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=session.pairing_id)
    if not policies.may_say(by, session, now):
        raise Refused(_("The two of a pairing say this, for two weeks after a session. Nothing was changed."))
    if Round.objects.of_kind(KIND).filter(pairing=session.pairing, source_id=session.pk).opened_together().exists():
        raise Refused(_("You have both said it, and you both see it. Nothing was changed."))
    asked = joint.open_round(
        pairing=session.pairing, kind=KIND, source_id=session.pk, by=by, now=now, closes_at=policies.closes_at(session)
    )
    return joint.answer(round=asked, by=by, content={"talked": talked, "decided": decided}, now=now)

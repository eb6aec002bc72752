"""Filling the shared agenda, and taking back what one has added."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from checkins.agendas import policies
from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

# What is taken back this soon was a slip, and counts for nobody.
SLIP = timedelta(hours=1)


@transaction.atomic
def add(*, pairing: Pairing, by: Membership, text: str, now: datetime) -> AgendaItem:
    """Put a topic on the agenda, under one's own name."""
    # Locked, so that nothing is added in the second in which the pairing stops.
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Topics are added by the two of a pairing, while it is active."))
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_TOPIC:
        raise Refused(_("Write the topic in one line of at most %(most)s characters.") % {"most": LONGEST_TOPIC})
    item = AgendaItem.objects.create(pairing=pairing, author=by, text=text, raised_at=now)
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk, happened_at=now)
    audit.record(verb="agenda.added", subject=item, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return item


@transaction.atomic
def withdraw(*, item: AgendaItem, by: Membership, now: datetime) -> AgendaItem:
    """Take back a topic one has added. Taking it back twice changes nothing."""
    item = AgendaItem.objects.select_for_update(of=["self"]).select_related("pairing").get(pk=item.pk)
    if not policies.may_withdraw(by, item):
        raise Refused(_("Only who added a topic can take it back, and only until you two have talked about it."))
    if item.withdrawn_at is not None:
        return item
    item.withdrawn_at = now
    item.save(update_fields=["withdrawn_at"])
    if now - item.raised_at <= SLIP:
        facts.withdraw(kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk, now=now)
    audit.record(verb="agenda.withdrawn", subject=item, program_id=item.pairing.program_id, actor_id=by.user_id, now=now)
    return item


def settle(*, pairing: Pairing, reached: Collection[int], session_began_at: datetime) -> list[AgendaItem]:
    """After a session, in its transaction: mark the topics the two talked about, and carry the rest over. Returns those reached.

    Keys of topics that are not this pair's, or not open any more, are left aside: the other half may have been quicker.
    """
    there = AgendaItem.objects.filter(pairing=pairing).open()
    talked_about = list(there.filter(pk__in=reached).select_for_update(of=["self"]).order_by("pk"))
    there.filter(pk__in=[item.pk for item in talked_about]).update(discussed_at=session_began_at)
    # What was added after the meeting was not carried over from it. Of two meetings logged in the wrong order the later counts.
    there.filter(raised_at__lte=session_began_at).update(
        carried_over_at=Greatest(Coalesce(F("carried_over_at"), session_began_at), session_began_at)
    )
    return talked_about

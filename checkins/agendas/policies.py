"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ADD = acts.register(
    acts.Act(
        name="agenda.add",
        words=_("Add a topic to the shared agenda"),
        route="checkins:agenda-add",
        states=frozenset({Pairing.State.ACTIVE}),
    )
)
WITHDRAW = acts.register(
    acts.Act(
        name="agenda.withdraw",
        words=_("Take back a topic one has added"),
        route="checkins:agenda-withdraw",
        states=frozenset({Pairing.State.ACTIVE}),
        who=acts.Who.ITS_AUTHOR,
    )
)


def may_add(membership: Membership, pairing: Pairing) -> bool:
    """Either half. Staff don't read a pair's words, and put none there."""
    return ADD.is_open_to(membership, pairing)


def may_withdraw(membership: Membership, item: AgendaItem) -> bool:
    """Whoever added it, until the two have talked about it."""
    return WITHDRAW.is_open_to(membership, item.pairing) and item.author_id == membership.pk and item.discussed_at is None

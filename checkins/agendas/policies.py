"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ACTIVE = frozenset({Pairing.State.ACTIVE})

ADD = acts.register(
    acts.Act(name="agenda.add", words=_("Add a topic to the shared agenda"), route="checkins:agenda-add", states=ACTIVE),
)
SUGGEST = acts.register(
    acts.Act(
        name="agenda.use-suggestion",
        words=_("Add one of the suggested topics"),
        route="checkins:agenda-suggestion",
        states=ACTIVE,
    )
)
EDIT = acts.register(
    acts.Act(
        name="agenda.edit",
        words=_("Change the words of a topic one has added"),
        route="checkins:agenda-edit",
        states=ACTIVE,
        who=acts.Who.ITS_AUTHOR,
    )
)
WRITE_POINTS = acts.register(
    acts.Act(name="agenda.write-points", words=_("Write points under a topic"), route="checkins:agenda-edit", states=ACTIVE),
)
MOVE = acts.register(
    acts.Act(name="agenda.move", words=_("Move a topic up or down"), route="checkins:agenda-move", states=ACTIVE),
)
WITHDRAW = acts.register(
    acts.Act(
        name="agenda.withdraw",
        words=_("Take back a topic one has added"),
        route="checkins:agenda-withdraw",
        states=ACTIVE,
        who=acts.Who.ITS_AUTHOR,
    )
)
OPEN_AGAIN = acts.register(
    acts.Act(
        name="agenda.open_again",
        words=_("Say that you two did not get to a topic after all, if one has added it or said so"),
        route="checkins:agenda-open-again",
        states=ACTIVE,
        who=acts.Who.ITS_AUTHOR,
    )
)
SAY_NOTHING = acts.register(
    acts.Act(
        name="agenda.nothing",
        words=_("Say “nothing from me this time” before a session"),
        route="checkins:agenda-nothing",
        states=ACTIVE,
    )
)


def may_add(membership: Membership, pairing: Pairing) -> bool:
    """Either half. Staff don't read a pair's words, and put none there."""
    return ADD.is_open_to(membership, pairing)


def may_write(membership: Membership, pairing: Pairing) -> bool:
    return WRITE_POINTS.is_open_to(membership, pairing)


def may_write_points(membership: Membership, item: AgendaItem) -> bool:
    """Either half, until the two have talked about it or it was taken back."""
    return may_write(membership, item.pairing) and item.is_open


def may_edit_words(membership: Membership, item: AgendaItem) -> bool:
    """Whoever added it: nobody's words are changed under their name."""
    return EDIT.is_open_to(membership, item.pairing) and item.is_open and item.author_id == membership.pk


def may_move(membership: Membership, pairing: Pairing) -> bool:
    return MOVE.is_open_to(membership, pairing)


def may_withdraw(membership: Membership, item: AgendaItem) -> bool:
    """Whoever added it, until the two have talked about it."""
    return WITHDRAW.is_open_to(membership, item.pairing) and item.author_id == membership.pk and item.discussed_at is None


def may_open_again(membership: Membership, item: AgendaItem) -> bool:
    """Whoever added it, or said that the two talked about it."""
    is_theirs = membership.pk in (item.author_id, item.discussed_said_by_id)
    return OPEN_AGAIN.is_open_to(membership, item.pairing) and is_theirs and item.discussed_at is not None


def may_say_nothing(membership: Membership, pairing: Pairing, *, has_topic: bool) -> bool:
    """Either half, unless a topic of theirs is on the agenda: then there is something from them."""
    return SAY_NOTHING.is_open_to(membership, pairing) and not has_topic

"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ADD = acts.declare("agenda.add", _("Add a topic to the shared agenda"), "checkins:agenda-add")
SUGGEST = acts.declare("agenda.use-suggestion", _("Add one of the suggested topics"), "checkins:agenda-suggestion")
EDIT = acts.declare("agenda.edit", _("Change the words of a topic one has added"), "checkins:agenda-edit", who=acts.Who.ITS_AUTHOR)
WRITE_POINTS = acts.declare("agenda.write-points", _("Write points under a topic"), "checkins:agenda-edit")
MOVE = acts.declare("agenda.move", _("Move a topic up or down"), "checkins:agenda-move")
WITHDRAW = acts.declare("agenda.withdraw", _("Take back a topic one has added"), "checkins:agenda-withdraw", who=acts.Who.ITS_AUTHOR)
OPEN_AGAIN = acts.declare(
    "agenda.open_again",
    _("Say that you two did not get to a topic after all, if one has added it or said so"),
    "checkins:agenda-open-again",
    who=acts.Who.ITS_AUTHOR,
)
SAY_NOTHING = acts.declare("agenda.nothing", _("Say “nothing from me this time” before a session"), "checkins:agenda-nothing")


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

"""Writing actions down, taking them on, and doing them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.actions import policies
from checkins.actions.models import LONGEST_ACTION, ActionItem
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

# Written down by one half, so that neither can bury the other under them.
MOST_OPEN = 50
FURTHEST = timedelta(days=2 * 366)


@transaction.atomic
def add(*, pairing: Pairing, by: Membership, text: str, owner: str, now: datetime, due_on: date | None = None) -> ActionItem:
    """Write an action down. One's own part is taken on by that; for the other half it is a request."""
    pairing = _locked(pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Actions are written down by the two of a pairing, while it is active."))
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_ACTION:
        raise Refused(_("Write the action in one line of at most %(most)s characters.") % {"most": LONGEST_ACTION})
    today = local_day(now, by.user.time_zone)
    if due_on is not None and not today <= due_on <= today + FURTHEST:
        raise Refused(_("Choose today or a later day, within two years."))
    if ActionItem.objects.filter(pairing=pairing, author=by).open().count() >= MOST_OPEN:
        raise Refused(_("There are %(most)s open actions that you wrote down. Do or remove some first.") % {"most": MOST_OPEN})
    action = ActionItem(pairing=pairing, author=by, text=text, owner=owner, due_on=due_on, added_at=now)
    if action.is_owned_by(by):
        setattr(action, _took_on(action, by), now)
    action.save()
    if action.is_owned_by(by):
        facts.note(pairing=pairing, by=by, kind=Fact.Kind.ACTION_TAKEN, source_id=action.pk, happened_at=now)
    audit.record(verb="action.added", subject=action, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return action


@transaction.atomic
def take_on(*, action: ActionItem, by: Membership, now: datetime) -> ActionItem:
    """Say yes to one's own part. Saying it twice changes nothing."""
    action = _locked_action(action)
    if not policies.may_take_on(by, action):
        if action.is_open and action.is_owned_by(by) and policies.TAKE_ON.is_open_to(by, action.pairing):
            return action
        raise Refused(_("This action is not there to be taken on any more, or it is not yours to take on."))
    field = _took_on(action, by)
    setattr(action, field, now)
    action.save(update_fields=[field])
    facts.note(pairing=action.pairing, by=by, kind=Fact.Kind.ACTION_TAKEN, source_id=action.pk, happened_at=now)
    audit.record(verb="action.taken-on", subject=action, program_id=action.pairing.program_id, actor_id=by.user_id, now=now)
    return action


@transaction.atomic
def decline(*, action: ActionItem, by: Membership, now: datetime) -> ActionItem:
    """Say no to a request, or to what one had taken on. It is over then, and counts as taken on for neither. No reason is asked for."""
    action = _locked_action(action)
    if action.declined_by_id == by.pk:
        return action
    if not policies.may_decline(by, action):
        raise Refused(_("Who is to do an action can decline it, until it is done."))
    action.declined_at, action.declined_by = now, by
    action.save(update_fields=["declined_at", "declined_by"])
    facts.withdraw(kind=Fact.Kind.ACTION_TAKEN, source_id=action.pk, now=now)
    audit.record(verb="action.declined", subject=action, program_id=action.pairing.program_id, actor_id=by.user_id, now=now)
    return action


@transaction.atomic
def remove(*, action: ActionItem, by: Membership, now: datetime) -> ActionItem:
    """Take away what one has written down, while the other half has no part in it. Doing it twice changes nothing."""
    action = _locked_action(action)
    if action.removed_at is not None and action.author_id == by.pk:
        return action
    if not policies.may_remove(by, action):
        raise Refused(_("Only who wrote an action down can remove it, and only until the other has taken it on."))
    action.removed_at = now
    action.save(update_fields=["removed_at"])
    if now - action.added_at <= facts.SLIP:
        facts.withdraw(kind=Fact.Kind.ACTION_TAKEN, source_id=action.pk, now=now)
    audit.record(verb="action.removed", subject=action, program_id=action.pairing.program_id, actor_id=by.user_id, now=now)
    return action


@transaction.atomic
def mark_done(*, pairing: Pairing, by: Membership, keys: Collection[int], now: datetime) -> list[ActionItem]:
    """Mark several as done at once. Returns those that this did.

    Keys of actions that are not this pair's, do not stand, or are done already are left aside: the other half may have been quicker.
    """
    pairing = _locked(pairing.pk)
    if not policies.may_do(by, pairing):
        raise Refused(_("Actions are marked as done by the two of a pairing, while it is active."))
    standing = ActionItem.objects.filter(pairing=pairing, pk__in=keys).standing()
    done = list(standing.select_for_update(of=["self"]).order_by("pk"))
    for action in done:
        action.done_at, action.done_by = now, by
        action.save(update_fields=["done_at", "done_by"])
        facts.note(pairing=pairing, by=by, kind=Fact.Kind.ACTION_DONE, source_id=action.pk, happened_at=now)
    audit.record_many(
        [audit.Event(verb="action.done", subject=action, actor_id=by.user_id) for action in done], program_id=pairing.program_id, now=now
    )
    return done


@transaction.atomic
def undo(*, action: ActionItem, by: Membership, now: datetime) -> ActionItem:
    """Open again what was marked as done. It no longer counts as done for anybody."""
    action = _locked_action(action)
    if not policies.may_undo(by, action):
        if action.is_open and policies.UNDO.is_open_to(by, action.pairing):
            return action
        raise Refused(_("Only an action that is done can be opened again, while the pairing is active."))
    action.done_at, action.done_by = None, None
    action.save(update_fields=["done_at", "done_by"])
    facts.withdraw(kind=Fact.Kind.ACTION_DONE, source_id=action.pk, now=now)
    audit.record(verb="action.undone", subject=action, program_id=action.pairing.program_id, actor_id=by.user_id, now=now)
    return action


def _took_on(action: ActionItem, half: Membership) -> str:
    return f"{action.pairing.side_of(half)}_took_on_at"


def _locked(pairing: int) -> Pairing:
    """The pairing, so that nothing comes between: neither the other half, nor the second in which the pairing stops."""
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().get(pk=pairing)


def _locked_action(action: ActionItem) -> ActionItem:
    pairing = _locked(action.pairing_id)
    action = ActionItem.objects.select_for_update(of=["self"]).get(pk=action.pk)
    action.pairing = pairing
    return action

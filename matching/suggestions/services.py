"""Asking somebody to meet, and "not for me", which is as easily taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from matching.criteria import services as criteria
from matching.criteria.models import Exclusion
from matching.pairings import policies
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.suggestions import queries
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership


@transaction.atomic
def ask(*, by: Membership, other: Membership, message: str, now: datetime) -> Pairing:
    """Ask one of the people who are suggested. `message` is for them alone."""
    chosen = next((found for found in queries.suggested(by, now) if found.other.pk == other.pk), None) if policies.may_ask(by) else None
    if chosen is None:
        raise Refused(pairings.NOT_OPEN)
    return pairings.ask(by=by, other=chosen.other, mentor=chosen.mentor, message=message, now=now)


@transaction.atomic
def not_for_me(*, by: Membership, other: Membership, now: datetime) -> None:
    """Never suggest these two to each other, nor put them together. Nobody else learns of it. Saying so twice is once."""
    if not policies.may_ask(by):
        raise Refused(_("In this program those who run it introduce people."))
    criteria.exclude(program=by.program, one=by, other=other, reason=Exclusion.Reason.PRIVATE, by=by, now=now)


@transaction.atomic
def take_back(*, by: Membership, other: Membership, now: datetime) -> None:
    """They may be suggested again. Taking back what was not said changes nothing."""
    for exclusion in Exclusion.objects.visible_to(by).of(by, other).private().filter(by=by):
        criteria.take_back(exclusion=exclusion, by=by, now=now)

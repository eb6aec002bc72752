"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import STAFF, holds
from programs.invitations.models import Invitation
from programs.people.personal import at_an_address_of


def to_them(user_id: int) -> Q:
    """By what it led to, or by the address it went to."""
    return Q(membership__user=user_id) | at_an_address_of(user_id)


holds(
    Invitation,
    what=_("Invitations to you"),
    why=_("so that a program can ask you in, with what it knows already filled in"),
    kept=_("until some time after they have ended"),
    whose=to_them,
    read_by=STAFF,
    exported="email name is_participant is_coordinator is_admin prefilled created_at expires_at withdrawn_at accepted_at",
)

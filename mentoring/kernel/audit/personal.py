"""What this subject holds about people."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.audit.models import AuditChain, AuditEvent
from mentoring.kernel.holdings.registry import OWN_WORKING, Erasure, Reader, holds, holds_nothing_of_people


def mine(user_id: int) -> Q:
    """What this person did. What others did about them would say what others are concerned with."""
    return Q(actor_id=user_id)


holds(
    AuditEvent,
    what=_("What you did, as the audit log has it"),
    why=_("so that nobody can use or change what is confidential without a trace"),
    kept=_("for good, since it can be neither changed nor removed; it knows you by a number alone"),
    whose=mine,
    read_by=(Reader.ADMINS,),
    exported="at verb object_type object_id",
    excused={
        "program_id": OWN_WORKING,
        "seq": OWN_WORKING,
        "actor_id": _("the number that stands for you"),
        "detail": OWN_WORKING,
        "salt": OWN_WORKING,
        "prev_hash": OWN_WORKING,
        "hash": OWN_WORKING,
    },
    erased=Erasure.UNNAMED,
    stays=_("nothing in the audit log can be removed; the number no longer leads to you"),
)
holds_nothing_of_people(AuditChain, OWN_WORKING)

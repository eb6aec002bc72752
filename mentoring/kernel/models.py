"""Contents page for Django. Import from the subject, never from here."""

from mentoring.kernel.audit.models import AuditChain, AuditEvent
from mentoring.kernel.bounces.models import BounceEvent
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.limits.models import LimitCount
from mentoring.kernel.once.models import OnceKey
from mentoring.kernel.outbox.models import MailDay, OutboxMessage, OutboxReceipt, SuspendedAddress
from mentoring.kernel.wishes.models import MailTimes, MailWish

__all__ = [
    "AuditChain",
    "AuditEvent",
    "BounceEvent",
    "Job",
    "LimitCount",
    "MailDay",
    "MailTimes",
    "MailWish",
    "OnceKey",
    "OutboxMessage",
    "OutboxReceipt",
    "SuspendedAddress",
]

"""Contents page for Django. Import from the subject, never from here."""

from mentoring.kernel.audit.models import AuditChain, AuditEvent
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.limits.models import LimitCount
from mentoring.kernel.once.models import OnceKey
from mentoring.kernel.outbox.models import OutboxMessage, OutboxReceipt, SuspendedAddress

__all__ = ["AuditChain", "AuditEvent", "Job", "LimitCount", "OnceKey", "OutboxMessage", "OutboxReceipt", "SuspendedAddress"]

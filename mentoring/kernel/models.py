"""Contents page for Django. Import from the subject, never from here."""

from mentoring.kernel.audit.models import AuditChain, AuditEvent
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.once.models import OnceKey
from mentoring.kernel.outbox.models import OutboxMessage, OutboxReceipt, SuspendedAddress

__all__ = ["AuditChain", "AuditEvent", "Job", "OnceKey", "OutboxMessage", "OutboxReceipt", "SuspendedAddress"]

"""Contents page for Django. Import from the subject, never from here."""

from mentoring.kernel.outbox.models import OutboxMessage, OutboxReceipt, SuspendedAddress

__all__ = ["OutboxMessage", "OutboxReceipt", "SuspendedAddress"]

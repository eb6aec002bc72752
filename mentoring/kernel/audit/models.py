from typing import Self

from django.db import models

# Events that belong to no program, such as a sign-in, are a chain of their own.
NO_PROGRAM = 0
HASH_LENGTH, SALT_LENGTH = 64, 32


class AuditChain(models.Model):
    """Where a program's chain ends. Locked while an event is appended, so that two never get the same number."""

    program_id = models.PositiveBigIntegerField(primary_key=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=HASH_LENGTH)


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def of_program(self, program_id: int | None) -> Self:
        return self.filter(program_id=program_id or NO_PROGRAM)

    def about(self, subject: models.Model) -> Self:
        return self.filter(object_type=subject._meta.label_lower, object_id=str(subject.pk))

    def newest_first(self) -> Self:
        """Within one program."""
        return self.order_by("-seq")


class AuditEvent(models.Model):
    """Somebody did or read something. Ids only: names change, are erased, and are nobody's business here."""

    pk = models.CompositePrimaryKey("program_id", "seq")
    program_id = models.PositiveBigIntegerField()
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    # Empty when the system itself did it. A number and no key: erasing a person keeps the chain.
    actor_id = models.PositiveBigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=36)
    detail = models.JSONField(default=dict)
    # By chance, and shown nowhere: who is shown hashes and some of the events could else try out whether there is one between two of them.
    salt = models.CharField(max_length=SALT_LENGTH)
    prev_hash = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id"], name="kernel_auditevent_by_object")]

    def __str__(self) -> str:
        return f"{self.program_id}/{self.seq} {self.verb}"

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class FactQuerySet(models.QuerySet["Fact"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def counted(self) -> Self:
        return self.filter(withdrawn_at=None)


class Fact(models.Model):
    class Kind(models.TextChoices):
        TOPIC_RAISED = "topic_raised", _("A topic was added to the agenda")
        DECISION_PROPOSED = "decision_proposed", _("A decision was proposed")
        # By whoever proposed it, when the second of the two agreed.
        DECISION_STOOD = "decision_stood", _("A decision came to stand")
        TIME_PROPOSED = "time_proposed", _("A time for a session was suggested")
        TIME_MOVED = "time_moved", _("A session was moved")
        SESSION_CANCELLED = "session_cancelled", _("A session was cancelled")
        SESSION_MISSED = "session_missed", _("Somebody could not make a session")
        SESSION_LOGGED = "session_logged", _("A session was logged")
        SESSION_LED = "session_led", _("Somebody led a session")
        ACTION_TAKEN = "action_taken", _("Somebody took an action on")
        ACTION_DONE = "action_done", _("An action was done")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="facts")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=24, choices=Kind)
    happened_at = models.DateTimeField()
    # The key of the row that the fact is about, in the table that the kind implies.
    source_id = models.BigIntegerField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source_id", "by"], name="matching_fact_counted_once")]
        indexes = [models.Index(fields=["pairing", "happened_at"], name="matching_fact_by_pairing")]

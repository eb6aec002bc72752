import json
import uuid
from datetime import datetime
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from matching.pairings.models import OfTwoQuerySet, Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership

# Neither opened to both nor called off.
WAITING = Q(opened_together_at=None, called_off_at=None)


def open_at(now: datetime) -> Q:
    """Of a round: it can be answered now."""
    return Q(WAITING, Q(closes_at=None) | Q(closes_at__gt=now), opened_at__lte=now)


class RoundQuerySet(OfTwoQuerySet["Round"]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def waiting(self) -> Self:
        """It may be over all the same, or not have begun."""
        return self.filter(WAITING)

    def open_at(self, now: datetime) -> Self:
        """What can be answered now."""
        return self.filter(open_at(now))

    def opened_together(self) -> Self:
        return self.exclude(opened_together_at=None)

    def with_words_of(self, membership: Membership) -> Self:
        """What has opened to both, and of the rest what this half has answered alone."""
        mine = Exists(Answer.objects.filter(round=OuterRef("pk"), membership=membership))
        return self.filter(Q(opened_together_at__isnull=False) | mine)

    def with_own_part(self, membership: Membership) -> Self:
        """Each with what one half has done about it: `have_answered`, and `is_put_off` where they would rather leave it for now."""
        return self.annotate(
            have_answered=Exists(Answer.objects.filter(round=OuterRef("pk"), membership=membership)),
            is_put_off=Exists(_put_off_by(membership)),
        )

    def not_put_off_by(self, membership: Membership) -> Self:
        return self.exclude(Exists(_put_off_by(membership)))


def _put_off_by(membership: Membership) -> "NotNowQuerySet":
    """Of the round outside."""
    return NotNow.objects.filter(
        pairing=OuterRef("pairing"), kind=OuterRef("kind"), membership=membership, said_at__gte=OuterRef("opened_at")
    )


class Round(models.Model):
    """One question, or a page of them, that both halves answer apart.

    `opened_at` is from when on it can be answered, which may be a day to come; `closes_at` is until when, where there is an end.
    What had opened to both before it was called off stays open to both.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=40)
    # The row that it is about, in the table that the kind implies; 0 where there is none.
    source_id = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, blank=True)
    opened_together_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "kind", "source_id"],
                condition=Q(opened_together_at=None, called_off_at=None),
                name="matching_round_one_open_a_kind_and_source",
            ),
            models.CheckConstraint(
                condition=Q(opened_together_at=None) | Q(called_off_at=None) | Q(called_off_at__gte=F("opened_together_at")),
                name="matching_round_called_off_instead_or_later",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opened_at")), name="matching_round_closes_after_it_opens"
            ),
        ]
        indexes = [models.Index(fields=["pairing", "kind", "opened_at"], name="matching_round_by_pairing")]

    def __str__(self) -> str:
        return f"Round {self.pk}"

    def is_open_at(self, now: datetime) -> bool:
        if self.opened_together_at is not None or self.called_off_at is not None:
            return False
        return self.opened_at <= now and (self.closes_at is None or now < self.closes_at)


class JointAnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own, and the other half's once the round has opened to both."""
        return self.filter(round__in=Round.objects.visible_to(membership))._open_to(membership)

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        """The same of one pairing, which is at hand and says itself who the two are."""
        return self.filter(round__pairing=pairing)._open_to(reader) if pairing.includes(reader) else self.none()

    def _open_to(self, membership: Membership) -> Self:
        return self.filter(Q(membership=membership) | Q(round__opened_together_at__isnull=False))


class Answer(models.Model):
    """What one half said. Kept in the open or sealed, as the kind of the round has it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="answers")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="joint_answers")
    content = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    sealed = EncryptedTextField(null=True, blank=True)
    given_at = models.DateTimeField()

    objects = JointAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "membership"], name="matching_answer_one_a_half"),
            models.CheckConstraint(
                condition=Q(content__isnull=False, sealed__isnull=True) | Q(content__isnull=True, sealed__isnull=False),
                name="matching_answer_is_open_or_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer {self.pk}"

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(str(self.sealed)) if self.content is None else self.content
        return said


class NotNowQuerySet(models.QuerySet["NotNow"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own alone: nobody learns of it."""
        return self.filter(membership=membership)


class NotNow(models.Model):
    """Since when one half would rather not be asked for a kind of round. What is asked or offered later is asked and offered again."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    said_at = models.DateTimeField()

    objects = NotNowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "membership", "kind"], name="matching_notnow_one_a_kind_and_half"),
        ]

    def __str__(self) -> str:
        return f"NotNow {self.pk}"

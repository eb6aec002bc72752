from typing import Self

from django.db import models
from django.db.models import F, Q

from matching.joint.models import Round
from matching.pairings.models import OfTwoQuerySet, Pairing
from programs.memberships.models import Membership

LONGEST_TEXT = 10_000


class AgreementQuerySet(OfTwoQuerySet["Agreement"]):
    def with_what_holds(self) -> Self:
        """`signed_at`, of the last text that both signed."""
        last = Edition.objects.filter(agreement=models.OuterRef("pk")).order_by("-number")
        return self.annotate(signed_at=models.Subquery(last.values("signed_at")[:1]))


class Agreement(models.Model):
    """There from the moment at which both answers open. Once both have signed, one of the two asks for a change before it is written."""

    pairing = models.OneToOneField(Pairing, on_delete=models.CASCADE, related_name="agreement")
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="+")
    review_on = models.DateField()
    # Each half's signature on the text as it is now. Whoever changes the text takes both off.
    first_signed_at = models.DateTimeField(null=True, blank=True)
    second_signed_at = models.DateTimeField(null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Agreement {self.pk}"

    @property
    def is_signed_by_both(self) -> bool:
        return self.first_signed_at is not None and self.second_signed_at is not None

    @property
    def is_signed_by_one(self) -> bool:
        return (self.first_signed_at is None) != (self.second_signed_at is None)

    def has_signed(self, half: Membership) -> bool:
        return getattr(self, f"{self.pairing.side_of(half)}_signed_at") is not None


class Clause(models.Model):
    """One part of the joint text, empty at first. Which there are stands in `guidelines.agreements.clauses`."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="clauses")
    key = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    # Counts how often it was saved, so that who began before the last time is told.
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfTwoQuerySet["Clause"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="guidelines_clause_once_an_agreement")]

    def __str__(self) -> str:
        return f"Clause {self.pk}"


class Edition(models.Model):
    """A text that both have signed, as they signed it. `texts` by the key of each clause."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    texts = models.JSONField()
    digest = models.CharField(max_length=64)
    review_on = models.DateField()
    first_signed_at = models.DateTimeField()
    second_signed_at = models.DateTimeField()
    signed_at = models.DateTimeField()

    objects = OfTwoQuerySet["Edition"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="guidelines_edition_numbered_once"),
            models.CheckConstraint(
                condition=Q(signed_at__gte=F("first_signed_at")) & Q(signed_at__gte=F("second_signed_at")),
                name="guidelines_edition_stands_on_both_signatures",
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.pk}"

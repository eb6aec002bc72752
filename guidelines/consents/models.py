from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Membership, Program


class PrivacyTextQuerySet(models.QuerySet["PrivacyText"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id)

    def newest_first(self) -> Self:
        return self.order_by("-number")


class PrivacyText(models.Model):
    """How a program treats what people tell it. It never changes: whoever agreed to it agreed to these words."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="privacy_texts")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("how you treat what people tell you"))
    summary_of_change = models.CharField(_("what changed, in a sentence"), max_length=300, blank=True)
    # Nobody, where it is the text that ships with Evenhand.
    written_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField()

    objects = PrivacyTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="guidelines_privacytext_numbered_once"),
            models.CheckConstraint(condition=~Q(text=""), name="guidelines_privacytext_says_something"),
        ]

    def __str__(self) -> str:
        return f"PrivacyText {self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))

    def of(self, membership: Membership) -> Self:
        return self.filter(membership=membership)


class Consent(models.Model):
    """Somebody agreed to these words on this day."""

    text = models.ForeignKey(PrivacyText, on_delete=models.CASCADE, related_name="consents")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="consents")
    agreed_at = models.DateTimeField()

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "membership"], name="guidelines_consent_once_a_person")]

    def __str__(self) -> str:
        return f"Consent {self.pk}"

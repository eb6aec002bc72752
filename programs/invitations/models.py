from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Cohort, Membership, Program


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id) if membership.is_staff else self.none()

    def open(self) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None)

    def for_list(self) -> Self:
        """Everything that the list shows, in one query."""
        return self.select_related("cohort", "invited_by")

    def for_whom_like(self, words: str) -> Self:
        """Whose name or address holds each of these words."""
        found = self
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return found

    def open_at(self, now: datetime) -> Self:
        return self.open().filter(expires_at__gt=now)

    def run_out_at(self, now: datetime) -> Self:
        return self.open().filter(expires_at__lte=now)

    def accepted(self) -> Self:
        return self.exclude(accepted_at=None)

    def withdrawn(self) -> Self:
        return self.exclude(withdrawn_at=None)


class Invitation(models.Model):
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="invitations")
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    email = models.EmailField(_("address"), max_length=254)
    name = models.CharField(_("full name"), max_length=150, blank=True)
    is_participant = models.BooleanField(default=True)
    is_coordinator = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    # What the program already holds and the profile starts with, until the person joins: {"pronouns": …, "time_zone": …,
    # "offers_mentoring": …, "seeks_mentoring": …, "offers_capacity": …, "answers": {question id: value}}.
    prefilled = models.JSONField(default=dict, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # Whose place it led to; somebody who comes back has several.
    membership = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "program", condition=Q(accepted_at=None, withdrawn_at=None), name="programs_invitation_one_open_an_address"
            ),
            models.CheckConstraint(
                condition=Q(is_participant=True) | Q(is_coordinator=True) | Q(is_admin=True), name="programs_invitation_gives_a_role"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    def is_open_at(self, now: datetime) -> bool:
        return self.is_open and now < self.expires_at

    def role_names(self) -> list[str]:
        """The roles in words for a person."""
        return [str(words) for role, words in Membership.ROLES.items() if getattr(self, role, False)]

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
        """Those that wait first, then the newest."""
        return self.order_by(models.F("accepted_at").asc(nulls_first=True), "-created_at", "-pk")

    def open_at(self, now: datetime) -> Self:
        return self.open().filter(expires_at__gt=now)


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
    # By hand, and not from an imported sheet: counted for the limit of a day.
    by_hand = models.BooleanField(default=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    membership = models.OneToOneField(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "program", condition=Q(accepted_at=None, withdrawn_at=None), name="programs_invitation_one_open_an_address"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    def is_open_at(self, now: datetime) -> bool:
        return self.is_open and now < self.expires_at

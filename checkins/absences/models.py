from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

# All that is told of a meeting that did not take place, and what says whether it can still be answered.
SHOWN_OF_SESSION = ("session__pairing", "session__state", "session__starts_at", "session__closed_at")
# Until when the other half is asked, from when it was first said.
TIME_TO_ANSWER = timedelta(days=7)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(session__pairing__in=Pairing.objects.of(membership))

    def in_order(self) -> Self:
        """Who spoke first comes first."""
        return self.order_by("said_at", "pk")

    def with_what_is_told(self) -> Self:
        """Everything that is shown where somebody is to answer, and nothing else: the log of a meeting is many columns."""
        return self.select_related("session").only("author", "absent", "said_at", *SHOWN_OF_SESSION)


class Absence(models.Model):
    """How one half says that a planned meeting did not happen. The other half says it too, or not; both stay."""

    class Absent(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        BOTH = "both", _("Both")
        UNSAID = "unsaid", _("Would rather not say")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="absences")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    absent = models.CharField(_("who could not come"), max_length=6, choices=Absent)
    said_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "author"], name="checkins_absence_one_a_half")]

    def __str__(self) -> str:
        return f"Absence {self.pk}"

    @property
    def answered_until(self) -> datetime | None:
        return self.session.closed_at and self.session.closed_at + TIME_TO_ANSWER

    def is_of(self, side: str) -> bool:
        """Whether this half says that the one on this side could not come: "first" or "second"."""
        return self.absent in (side, self.Absent.BOTH)

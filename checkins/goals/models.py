from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import OfTwoQuerySet, Pairing
from programs.memberships.models import Membership

LONGEST_TEXT = 300
LONGEST_WHY = 10_000


class GoalQuerySet(OfTwoQuerySet["Goal"]):
    def open(self) -> Self:
        return self.filter(state=Goal.State.OPEN)

    def for_list(self) -> Self:
        """The oldest first."""
        return self.order_by("made_at", "pk")

    def settled(self) -> Self:
        """Reached or let go, the last one first."""
        return self.exclude(state=Goal.State.OPEN).order_by("-settled_at", "-pk")


class Goal(models.Model):
    class Whose(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        BOTH = "both", _("Both")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        REACHED = "reached", _("Reached")
        LET_GO = "let_go", _("Let go")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="goals")
    whose = models.CharField(max_length=6, choices=Whose)
    text = models.CharField(max_length=LONGEST_TEXT)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # When it was reached or let go.
    settled_at = models.DateTimeField(null=True, blank=True)
    # Counts what was saved, so that of two who write at once neither loses a word.
    version = models.PositiveIntegerField(default=1)

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="checkins_goal_says_something"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="checkins_goal_has_settled_at_when_settled",
            ),
        ]
        indexes = [models.Index(fields=["pairing", "state", "made_at"], name="checkins_goal_by_state")]

    def __str__(self) -> str:
        return f"Goal {self.pk}"

    def is_of(self, membership: Membership) -> bool:
        """Theirs, alone or with the other."""
        return self.pairing.includes(membership) and self.whose in (self.Whose.BOTH, self.pairing.side_of(membership))

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import OfTwoQuerySet, Pairing
from programs.memberships.models import Membership

LONGEST_TEXT = 300
LONGEST_WHY = 10_000


AGREED_BY_BOTH = Q(first_agreed_at__isnull=False, second_agreed_at__isnull=False)


class GoalQuerySet(OfTwoQuerySet["Goal"]):
    def current(self) -> Self:
        """Open, or waiting for the yes of the other."""
        return self.filter(state__in=Goal.CURRENT)

    def settled(self) -> Self:
        """Reached or let go, the last one first."""
        return self.exclude(state__in=Goal.CURRENT).order_by("-settled_at", "-pk")


class Goal(models.Model):
    class Whose(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        BOTH = "both", _("Both")

    class State(models.TextChoices):
        # A goal of both to which one has said yes.
        PROPOSED = "proposed", _("Waiting for a yes")
        OPEN = "open", _("Open")
        REACHED = "reached", _("Reached")
        LET_GO = "let_go", _("Let go")

    CURRENT = (State.PROPOSED, State.OPEN)

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="goals")
    whose = models.CharField(max_length=6, choices=Whose)
    text = models.CharField(max_length=LONGEST_TEXT)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # Of a goal of both: since when each wants it, and what each says became of it.
    first_agreed_at = models.DateTimeField(null=True, blank=True)
    second_agreed_at = models.DateTimeField(null=True, blank=True)
    first_says = models.CharField(max_length=8, choices=State, blank=True)
    second_says = models.CharField(max_length=8, choices=State, blank=True)
    # When it was reached or let go.
    settled_at = models.DateTimeField(null=True, blank=True)
    # Counts what was saved, so that of two who write at once neither loses a word.
    version = models.PositiveIntegerField(default=1)

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="checkins_goal_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "open"], settled_at=None)
                | (~Q(state__in=["proposed", "open"]) & Q(settled_at__isnull=False)),
                name="checkins_goal_has_settled_at_when_settled",
            ),
            models.CheckConstraint(
                condition=(~Q(whose="both") & ~Q(state="proposed"))
                | (Q(whose="both", state="proposed") & ~AGREED_BY_BOTH)
                | (Q(whose="both", state="open") & AGREED_BY_BOTH)
                | (Q(whose="both", state="reached", first_says="reached", second_says="reached") & AGREED_BY_BOTH)
                | (Q(whose="both", state="let_go", first_says="let_go", second_says="let_go") & AGREED_BY_BOTH)
                # One no is enough to what waits.
                | (Q(whose="both", state="let_go") & ~AGREED_BY_BOTH),
                name="checkins_goal_of_both_needs_both",
            ),
        ]
        indexes = [models.Index(fields=["pairing", "state", "made_at"], name="checkins_goal_by_state")]

    def __str__(self) -> str:
        return f"Goal {self.pk}"

    def is_of(self, membership: Membership) -> bool:
        """Theirs, alone or with the other."""
        return self.pairing.includes(membership) and self.whose in (self.Whose.BOTH, self.pairing.side_of(membership))

    @property
    def is_of_both(self) -> bool:
        return self.whose == self.Whose.BOTH

    def has_agreed(self, half: Membership) -> bool:
        return getattr(self, f"{self.pairing.side_of(half)}_agreed_at") is not None

    def said_by(self, half: Membership) -> str:
        """What this half says became of it: a `State`, or empty."""
        said: str = getattr(self, f"{self.pairing.side_of(half)}_says")
        return said

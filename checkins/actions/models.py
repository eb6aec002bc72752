from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import OfTwoQuerySet, Pairing
from programs.memberships.models import Membership

LONGEST_ACTION = 300

OF_FIRST = Q(owner="first", first_took_on_at__isnull=False)
OF_SECOND = Q(owner="second", second_took_on_at__isnull=False)
OF_BOTH = Q(owner="both", first_took_on_at__isnull=False, second_took_on_at__isnull=False)
TAKEN_ON = OF_FIRST | OF_SECOND | OF_BOTH


class ActionItemQuerySet(OfTwoQuerySet["ActionItem"]):
    def open(self) -> Self:
        """Neither done nor over; taken on or still a request."""
        return self.filter(done_at=None, declined_at=None, removed_at=None)

    def requests(self) -> Self:
        """Open, and somebody who is to do it has not said yes."""
        first = Q(owner__in=["first", "both"], first_took_on_at=None)
        return self.open().filter(first | Q(owner__in=["second", "both"], second_took_on_at=None))

    def standing(self) -> Self:
        """Open, and everybody who is to do it has taken it on."""
        return self.open().filter(TAKEN_ON)

    def over(self) -> Self:
        """Done, or declined, newest first. What its author removed leaves no trace on a page."""
        return (
            self.filter(removed_at=None).exclude(done_at=None, declined_at=None).order_by(Coalesce("done_at", "declined_at").desc(), "-pk")
        )


class ActionItem(models.Model):
    """A request until everybody who is to do it has said yes; then open until it is done."""

    class Owner(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        BOTH = "both", _("Both")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="action_items")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_ACTION)
    owner = models.CharField(max_length=6, choices=Owner)
    # A day wherever its owner is.
    due_on = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField()
    first_took_on_at = models.DateTimeField(null=True, blank=True)
    second_took_on_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # A no to a request, or to what one had taken on.
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="checkins_actionitem_says_something"),
            models.CheckConstraint(condition=Q(done_at=None) | TAKEN_ON, name="checkins_actionitem_done_once_taken_on"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="checkins_actionitem_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None) | Q(declined_at__isnull=False, declined_by__isnull=False),
                name="checkins_actionitem_declined_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, declined_at=None) | Q(done_at=None, removed_at=None) | Q(declined_at=None, removed_at=None),
                name="checkins_actionitem_ends_in_one_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pairing", "due_on"],
                condition=Q(done_at=None, declined_at=None, removed_at=None),
                name="checkins_actionitem_open",
            ),
        ]

    def __str__(self) -> str:
        return f"ActionItem {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.declined_at is None and self.removed_at is None

    @property
    def owners(self) -> tuple[Membership, ...]:
        """Who is to do it."""
        return tuple(half for half in self.pairing.halves if self.owner in (self.Owner.BOTH, self.pairing.side_of(half)))

    def is_owned_by(self, membership: Membership) -> bool:
        return membership in self.owners

    def was_taken_on_by(self, membership: Membership) -> bool:
        return getattr(self, f"{self.pairing.side_of(membership)}_took_on_at") is not None

    @property
    def is_taken_on(self) -> bool:
        return all(self.was_taken_on_by(owner) for owner in self.owners)

    def waits_for(self, membership: Membership) -> bool:
        return self.is_open and self.is_owned_by(membership) and not self.was_taken_on_by(membership)

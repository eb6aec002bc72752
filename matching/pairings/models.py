import uuid
from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Cohort, Membership, Program

Row = TypeVar("Row", bound=models.Model)


PEOPLE = ("first", "second", "coordinator")
# What somebody is called hangs on these.
NAMES = ("name", "called", "email", "erased_at")


def _names_of(*people: str) -> list[str]:
    return [f"{person}__user__{field}" for person in people for field in NAMES]


class PairingQuerySet(models.QuerySet["Pairing"]):
    def visible_to(self, membership: Membership) -> Self:
        """Facts about a pairing: its two halves, and the staff of the program.

        Not to staff whose own pairing rests: whoever stands in for them meanwhile is not theirs to know. Who is half of both knows.
        """
        here = self.filter(program_id=membership.program_id)
        if not membership.is_staff:
            return here.of(membership)
        if not membership.is_participant:
            return here
        return here.exclude(~Q(first=membership), ~Q(second=membership), stands_in_for__in=Pairing.objects.of(membership))

    def of(self, membership: Membership) -> Self:
        """Pairings this person is half of. What the two wrote hangs on this, whatever roles somebody has."""
        return self.filter(Q(first=membership) | Q(second=membership))

    def not_of(self, membership: Membership) -> Self:
        """What staff may read of answers: never about a pairing of their own."""
        return self.exclude(Q(first=membership) | Q(second=membership))

    def introduced_before(self, moment: datetime) -> Self:
        """Those that still wait for an answer. Not what people asked each other: nobody is pressed for an answer to that."""
        return self.filter(state=Pairing.State.PROPOSED, proposed_at__lte=moment, request=None)

    def with_halves(self) -> Self:
        return self.select_related("first__user", "second__user")

    def with_names(self) -> Self:
        """Who the two are and what they are called, and nothing else."""
        return self.with_halves().only(*_names_of("first", "second"))

    def with_people(self) -> Self:
        return self.with_halves().select_related("program", "coordinator__user")

    def for_list(self) -> Self:
        """Everything the list of pairings shows, in one query, and nothing else."""
        shown = self.with_halves().select_related("coordinator__user").only("mentor", "state", "stands_in_for", *_names_of(*PEOPLE))
        return shown.annotate(since=Coalesce("ended_at", "activated_at", "proposed_at"))

    def of_people_called_like(self, words: str) -> Self:
        """Each word is in the name of one of the two, or of the other."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(first__user__name__icontains=word)
                | Q(first__user__called__icontains=word)
                | Q(second__user__name__icontains=word)
                | Q(second__user__called__icontains=word)
            )
        return found

    def open(self) -> Self:
        return self.filter(state__in=Pairing.OPEN_STATES)

    def active(self) -> Self:
        return self.filter(state=Pairing.State.ACTIVE)

    def taking_a_place(self) -> Self:
        """Those that are open, but for what one person has asked another and nobody has answered: nobody is taken up by being asked."""
        return self.open().exclude(state=Pairing.State.PROPOSED, request__isnull=False)


class Pairing(models.Model):
    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        # Both said yes; something required is still open.
        ACCEPTED = "accepted", _("Accepted by both")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Ended")
        DECLINED = "declined", _("Not started")

    class Mentor(models.TextChoices):
        FIRST = "first", _("The first")
        SECOND = "second", _("The second")
        NOBODY = "", _("Both mentor, both learn")

    OPEN_STATES = (State.PROPOSED, State.ACCEPTED, State.ACTIVE, State.PAUSED)

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="pairings")
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="pairings")
    first = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pairings_as_first")
    second = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pairings_as_second")
    mentor = models.CharField(max_length=6, choices=Mentor, blank=True, default=Mentor.NOBODY)
    coordinator = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="caseload")
    # The paused one that this one fills in for, until that one goes on or ends.
    stands_in_for = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="stand_ins")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    # When it ends by itself, if there are not two yeses by then. As both were told: a setting that changes later leaves it.
    lapses_at = models.DateTimeField(null=True, blank=True)
    first_accepted_at = models.DateTimeField(null=True, blank=True)
    second_accepted_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    # When it ended, as closed or as declined.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="matching_pairing_is_of_two_people"),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                condition=Q(state__in=["proposed", "accepted", "active", "paused"]),
                name="matching_pairing_one_open_of_the_same_two",
            ),
            models.UniqueConstraint(
                fields=["stands_in_for"],
                condition=Q(state__in=["proposed", "accepted", "active", "paused"]),
                name="matching_pairing_one_open_stand_in",
            ),
            models.CheckConstraint(condition=~Q(stands_in_for=F("id")), name="matching_pairing_stands_in_for_another"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "declined", "closed"])
                | Q(first_accepted_at__isnull=False, second_accepted_at__isnull=False),
                name="matching_pairing_starts_when_both_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "paused"]) | Q(activated_at__isnull=False), name="matching_pairing_active_since"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "declined"], ended_at__isnull=False)
                | (~Q(state__in=["closed", "declined"]) & Q(ended_at=None)),
                name="matching_pairing_has_ended_at_when_it_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | Q(first_accepted_at=None, second_accepted_at=None),
                name="matching_pairing_declined_keeps_no_answers",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(lapses_at__isnull=False, lapses_at__gt=F("proposed_at")),
                name="matching_pairing_proposed_is_open_for_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="closed") | Q(activated_at__isnull=False), name="matching_pairing_closed_had_begun"),
            models.CheckConstraint(condition=~Q(state="declined") | Q(activated_at=None), name="matching_pairing_declined_never_began"),
        ]
        indexes = [
            models.Index(fields=["program", "proposed_at", "id"], name="matching_pairing_by_time"),
            models.Index(fields=["program", "state"], name="matching_pairing_by_state"),
            models.Index(fields=["lapses_at"], condition=Q(state="proposed"), name="matching_pairing_by_lapse"),
        ]

    def __str__(self) -> str:
        return f"Pairing {self.pk}"

    @property
    def halves(self) -> tuple[Membership, Membership]:
        return (self.first, self.second)

    def includes(self, membership: Membership) -> bool:
        return membership.pk in (self.first_id, self.second_id)

    def is_visible_to(self, membership: Membership) -> bool:
        """As the queryset's `visible_to`."""
        return membership.program_id == self.program_id and (membership.is_staff or self.includes(membership))

    def side_of(self, membership: Membership) -> str:
        """ "first" or "second"; the membership must be one of the halves."""
        return "first" if membership.pk == self.first_id else "second"

    def half_with(self, user_id: int | None) -> Membership | None:
        """The half that this login is, or nothing."""
        return next((half for half in self.halves if half.user_id == user_id), None)

    def other_half(self, membership: Membership) -> Membership:
        return self.second if membership.pk == self.first_id else self.first

    def has_accepted(self, membership: Membership) -> bool:
        return getattr(self, f"{self.side_of(membership)}_accepted_at") is not None

    @property
    def is_reciprocal(self) -> bool:
        return self.mentor == self.Mentor.NOBODY

    @property
    def mentor_membership(self) -> Membership | None:
        return getattr(self, self.mentor) if self.mentor else None

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_stand_in(self) -> bool:
        return self.stands_in_for_id is not None

    @property
    def is_shut(self) -> bool:
        """A stand-in that has ended: what the two wrote is open to neither any more."""
        return self.is_stand_in and not self.is_open


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, membership: Membership) -> Self:
        """Whom it was written to, and nobody else: what somebody writes to a person they would like to meet is for that person alone."""
        return self.filter(pairing__in=Pairing.objects.of(membership)).exclude(by=membership)

    def waiting(self) -> Self:
        """For an answer."""
        return self.filter(pairing__state=Pairing.State.PROPOSED)


class Request(models.Model):
    """A pairing that one of the two has asked for, in place of somebody who runs the program. They have said yes with that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.OneToOneField(Pairing, on_delete=models.CASCADE, related_name="request")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="requests")
    # Kept until it has begun, or come to nothing.
    message = EncryptedTextField(null=True, blank=True)
    made_at = models.DateTimeField()

    objects = RequestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Request {self.pk}"


class OfTwoQuerySet(models.QuerySet[Row]):
    """Rows with a `pairing`: the pair's words, which belong to the pair, whatever roles somebody has. Staff see counts, through facts."""

    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.of(membership))

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        """The same of one pairing, which is at hand and says itself who the two are."""
        return self.filter(pairing=pairing) if pairing.includes(reader) else self.none()


class PartnerWishQuerySet(models.QuerySet["PartnerWish"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own; and staff, never of a pairing of their own: it would tell them who wished to end it."""
        own = Q(membership=membership)
        if not membership.is_staff:
            return self.filter(own)
        return self.filter(own | Q(pairing__in=Pairing.objects.visible_to(membership).not_of(membership)))

    def standing(self) -> Self:
        """Of whoever waits still."""
        return self.filter(met_in=None)


class PartnerWish(models.Model):
    """Somebody would like to be introduced to somebody else, and since when. `pairing` is the one in which they said so."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="partner_wish")
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="partner_wishes")
    wished_at = models.DateTimeField()
    # In which they met somebody. Kept, because that may have been a match made in error; then they wait as before.
    met_in = models.ForeignKey(Pairing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PartnerWishQuerySet.as_manager()

    def __str__(self) -> str:
        return f"PartnerWish {self.pk}"

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership, Program


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, membership: Membership) -> Self:
        """Staff, and never about themselves or a pairing of their own. What tells of an answer follows the answer's rule."""
        if not membership.is_staff:
            return self.none()
        others = self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))
        return others if membership.is_admin else others.filter(read_by=Program.AnswersReadBy.COORDINATORS)

    def open(self) -> Self:
        return self.filter(done_at=None)

    def calls_asked_by(self, membership: Membership) -> Self:
        """The calls that this person asked for, about a pairing of their own: theirs to see, and to take back."""
        return self.filter(kind=Task.Kind.PLEASE_CALL, about=membership)

    def of_caseload(self, membership: Membership) -> Self:
        """Of the pairings that this person looks after, and what they have taken on besides."""
        return self.filter(Q(pairing__coordinator=membership) | Q(owner=membership))

    def put_off_at(self, today: date) -> Self:
        return self.filter(put_off_until__gt=today)

    def due_in_the_morning(self, today: date) -> Self:
        """Without what somebody has put off until a later day."""
        return self.filter(Q(put_off_until=None) | Q(put_off_until__lte=today))

    def with_people(self) -> Self:
        return self.select_related("pairing__program", "pairing__first__user", "pairing__second__user", "about__user", "owner__user")

    def in_rank(self) -> Self:
        """By kind, and of each kind what is due first."""
        *before, _last = Task.RANKS
        ranks = [When(kind__in=kinds, then=Value(rank)) for rank, kinds in enumerate(before)]
        return self.order_by(Case(*ranks, default=Value(len(before)), output_field=IntegerField()), "due_at", "raised_at", "pk")


class Task(models.Model):
    """One open a kind and subject, and readers: what admins alone may know keeps nothing from coordinators that they may know too."""

    class Kind(models.TextChoices):
        BOUNDARY = "boundary", _("Limits are not kept")
        LOW_COMFORT = "low_comfort", _("The lowest answer about comfort")
        GOING_ON = "going_on", _("Somebody wishes a change")
        STEERING = "steering", _("Somebody feels pushed")
        REAL_YES = "real_yes", _("A yes that meant no")
        LOAD = "load", _("It costs somebody too much")
        PLEASE_CALL = "please_call", _("Somebody asks for a call")
        UNANSWERED = "unanswered", _("Two check-ins unanswered")
        UNREACHABLE = "unreachable", _("Somebody cannot be reached")
        # What the reckoning found: the signals that joined such a task tell what.
        ONE_SIDED = "one_sided", _("One side takes part less")
        GAP = "gap", _("The two see it more differently")

    # Somebody's own answer or wish; the others are read from what was not said.
    DIRECT = (Kind.BOUNDARY, Kind.PLEASE_CALL, Kind.LOW_COMFORT, Kind.STEERING, Kind.REAL_YES, Kind.LOAD, Kind.GOING_ON)
    # Read from the weeks of a pairing: a signal tells what was seen.
    MEASURED = (Kind.GAP, Kind.ONE_SIDED)
    # In the order in which they come on a morning: what somebody said before what nobody said.
    RANKS = (
        (Kind.BOUNDARY,),
        (Kind.PLEASE_CALL,),
        (Kind.LOW_COMFORT, Kind.STEERING, Kind.REAL_YES, Kind.LOAD, Kind.GOING_ON),
        (Kind.UNANSWERED,),
        (Kind.GAP,),
        (Kind.ONE_SIDED,),
        (Kind.UNREACHABLE,),
    )

    class Later(models.TextChoices):
        SPOKEN = "spoken", _("I have spoken with them, and look again later")
        AWAY = "away", _("Somebody is away")
        WAITING = "waiting", _("I wait for an answer")
        NOT_NOW = "not_now", _("Something else comes first")

    class Half(models.TextChoices):
        FIRST = "first"
        SECOND = "second"

    kind = models.CharField(max_length=16, choices=Kind)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="tasks")
    about = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tasks")
    read_by = models.CharField(max_length=12, choices=Program.AnswersReadBy)
    # The due day of the check-in that raised it, and of the one before where two did; of what no check-in raised, the day.
    seen_on = models.DateField()
    since_on = models.DateField(null=True, blank=True)
    # Both are written to or called, in an order drawn by chance: whoever is asked first learns nothing from it.
    contact_first = models.CharField(max_length=6, choices=Half)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Who has taken it on; nobody yet where it is empty.
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks_taken_on")
    # Out of the morning before this day, and why.
    put_off_until = models.DateField(null=True, blank=True)
    put_off_because = models.CharField(max_length=8, choices=Later, blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)
    # Empty on a task that is done: it came to nothing by itself.
    done_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "pairing", "about", "read_by"],
                condition=Q(done_at=None),
                name="checkins_task_one_open_a_kind_and_subject",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="checkins_task_open")]

    def __str__(self) -> str:
        return f"Task {self.pk}"

    @property
    def is_direct(self) -> bool:
        return self.kind in self.DIRECT

    @property
    def is_measured(self) -> bool:
        return self.kind in self.MEASURED

    @property
    def may_be_put_off(self) -> bool:
        """Not what says that limits are not kept: that waits for nobody."""
        return self.kind != self.Kind.BOUNDARY

    @property
    def in_order_of_contact(self) -> tuple[Membership, Membership]:
        first, second = self.pairing.halves
        return (first, second) if self.contact_first == self.Half.FIRST else (second, first)


class CallNoteQuerySet(models.QuerySet["CallNote"]):
    def visible_to(self, membership: Membership) -> Self:
        """Who wrote it, and staff by the rule of its day; never about a pairing of their own, whatever role they have."""
        if not membership.is_staff:
            return self.none()
        others = self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))
        if membership.is_admin:
            return others
        return others.filter(Q(read_by=Program.AnswersReadBy.COORDINATORS) | Q(author=membership))

    def first_written(self) -> Self:
        """Without the corrections, which stand below what they put right."""
        return self.filter(corrects=None)

    def with_people(self) -> Self:
        return self.select_related("author__user", "about__user", "pairing__program", "pairing__first__user", "pairing__second__user")

    def newest_first(self) -> Self:
        return self.order_by("-called_on", "-written_at", "pk")

    def oldest_first(self) -> Self:
        return self.order_by("written_at", "pk")


class CallNote(models.Model):
    """What was said in a call about a pairing, or seen: facts. It stays as it was written; what was wrong is put right below it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="call_notes")
    # Empty where it was about both.
    about = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="call_notes")
    called_on = models.DateField()
    text = EncryptedTextField()
    read_by = models.CharField(max_length=12, choices=Program.AnswersReadBy)
    written_at = models.DateTimeField()
    corrects = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="corrections")

    objects = CallNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(corrects=models.F("id")), name="checkins_callnote_does_not_correct_itself"),
        ]
        indexes = [models.Index(fields=["pairing", "written_at"], name="checkins_callnote_of_pairing")]

    def __str__(self) -> str:
        return f"Note {self.pk}"

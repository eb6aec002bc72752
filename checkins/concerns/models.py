import uuid
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.encryption.fields import EncryptedFileField, EncryptedTextField
from programs.memberships.models import Membership, Program

# The verb under which the trail keeps that somebody has read one.
READ = "concern.read"
# Whose role lets them read concerns, if there are any for them.
BY_ROLE = Q(is_coordinator=True) | Q(is_admin=True) | Q(is_deputy=True)


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, membership: Membership) -> Self:
        """Whoever raised it sees what they are told; whoever reads it, all."""
        return self.filter(Q(pk__in=self.raised_by(membership).values("pk")) | Q(pk__in=self.readable_by(membership).values("pk")))

    def raised_by(self, membership: Membership) -> Self:
        return self.filter(raised_by=membership)

    def readable_by(self, membership: Membership) -> Self:
        """Who may read and work on it: `policies.readers` says the same of people.

        Nobody it is about or who is part of the pairing, whatever role they have, nor whoever raised it. The deputy only where nobody else
        could, or where it was handed over to them.
        """
        if membership.left_at is not None or not (membership.is_staff or membership.is_deputy):
            return self.none()
        part = ConcernAbout.objects.filter(concern=OuterRef("pk")).of(membership)
        others = self.filter(~Exists(part), program_id=membership.program_id).exclude(raised_by=membership)
        if membership.is_admin:
            return others
        open_to_me = Q(audience=Concern.Audience.COORDINATORS) if membership.is_coordinator else Q(pk__in=[])
        if membership.is_deputy:
            open_to_me = open_to_me | Q(handled_by=membership) | Q(~Exists(_readers(_by_their_role())))
        return others.filter(open_to_me)

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def unread(self) -> Self:
        """By anybody who reads it still: what only those have read who are gone, or shut out since, waits like what nobody has read."""
        looks = AuditEvent.objects.filter(
            object_type="checkins.concern",
            object_id=Cast(OuterRef(OuterRef("pk")), models.CharField()),
            program_id=OuterRef("program_id"),
            actor_id=OuterRef("user"),
            verb=READ,
        )
        return self.filter(~Exists(_readers(_by_their_role() | Q(is_deputy=True)).filter(Exists(looks))))

    def answered(self) -> Self:
        """Of what whoever raised it is told or wrote, the last was not theirs: nobody waits for an answer."""
        last = ConcernEntry.objects.filter(concern=OuterRef("pk"), kind__in=ConcernEntry.TOLD).newest_first().values("author")[:1]
        return self.alias(last_word_by=Subquery(last)).exclude(last_word_by=None).exclude(last_word_by=F("raised_by"))

    def with_answers(self) -> Self:
        """Each with `is_answered`."""
        return self.annotate(is_answered=Exists(Concern.objects.answered().filter(pk=OuterRef("pk"))))

    def about_people_of(self, concern: "Concern") -> Self:
        """Others about the same people."""
        same = ConcernAbout.objects.filter(concern=OuterRef("pk"), membership__in=concern.abouts.values("membership"))
        return self.filter(Exists(same)).exclude(pk=concern.pk)

    def in_rank(self) -> Self:
        """The most urgent first, of each the oldest."""
        return self.order_by("urgency", "raised_at", "pk")

    def with_people(self) -> Self:
        return self.select_related("raised_by__user", "handled_by__user", "program")


def _by_their_role() -> Q:
    """Of people beside a concern outside: who reads it by their role."""
    for_coordinators = Exists(Concern.objects.filter(pk=OuterRef(OuterRef("pk")), audience=Concern.Audience.COORDINATORS))
    return Q(is_admin=True) | Q(for_coordinators, is_coordinator=True)


def _readers(who: Q) -> "models.QuerySet[Membership]":
    """Of a concern outside: such people of its program who have no part in it."""
    has_part = ConcernAbout.objects.filter(concern=OuterRef(OuterRef("pk"))).filter(
        Q(membership=OuterRef("pk")) | Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))
    )
    return Membership.objects.current().filter(who, ~Exists(has_part), program=OuterRef("program")).exclude(pk=OuterRef("raised_by"))


class Concern(models.Model):
    class Audience(models.TextChoices):
        ADMINS = "admins", _("The safeguarding leads only")
        COORDINATORS = "coordinators", _("The coordinators and the safeguarding leads")

    class Kind(models.TextChoices):
        BOUNDARY = "boundary", _("A boundary was crossed")
        PRESSURE = "pressure", _("Being pushed, or not being listened to")
        SEXUAL = "sexual", _("A sexual remark, touch or approach")
        UNFAIR = "unfair", _("Being treated worse for who one is")
        HARM = "harm", _("Somebody could come to harm")
        STAFF = "staff", _("How somebody runs the program")
        ENDING = "ending", _("Wanting out of a pairing, and not alone")
        OTHER = "other", _("Something else, or not sure yet")

    class Urgency(models.IntegerChoices):
        NOW = 1, _("Today")
        SOON = 2, _("In the next days")
        LATER = 3, _("It can wait a little")

    class Reach(models.TextChoices):
        HERE = "here", _("Here, when I sign in")
        MAIL = "mail", _("By email")
        CALL = "call", _("Please call me")

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("We found a way together")
        CHANGED = "changed", _("Something has changed in the pairing")
        ENDED = "ended", _("A pairing has ended")
        ACTED = "acted", _("The program has acted")
        PASSED_ON = "passed_on", _("Others who can help have it now")
        SUPPORT = "support", _("Support was given, and nothing more was wished")
        NOTHING = "nothing", _("Nothing more can be done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="concerns")
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="concerns_raised")
    # Without it, no reader learns who raised it.
    is_named = models.BooleanField()
    audience = models.CharField(max_length=12, choices=Audience)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER)
    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    # As they were sent. Empty where somebody asks to be called and says no more.
    words = EncryptedTextField(null=True, blank=True)
    # Somebody who is not among those one could choose from.
    who_else = EncryptedTextField(null=True, blank=True)
    reach = models.CharField(max_length=6, choices=Reach)
    telephone = EncryptedTextField(null=True, blank=True)
    raised_at = models.DateTimeField()
    # By when somebody answers.
    due_at = models.DateTimeField()
    handled_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="checkins_concern_closes_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(words__isnull=False) | Q(reach="call"), name="checkins_concern_says_something_or_asks_a_call"
            ),
            models.CheckConstraint(condition=Q(is_named=True) | ~Q(reach="call"), name="checkins_concern_a_call_needs_a_name"),
            models.CheckConstraint(
                condition=Q(handled_by=None) | ~Q(handled_by=F("raised_by")), name="checkins_concern_nobody_handles_their_own"
            ),
        ]
        indexes = [
            models.Index(fields=["program", "raised_at"], name="checkins_concern_by_time"),
            models.Index(fields=["raised_at"], condition=Q(closed_at=None), name="checkins_concern_open"),
        ]

    def __str__(self) -> str:
        return f"Concern {self.pk}"

    @property
    def short_id(self) -> str:
        """What it is called among those who read it: it tells nothing, and leads to nothing."""
        return self.pk.hex[:4].upper()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class ConcernAboutQuerySet(models.QuerySet["ConcernAbout"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(concern__in=Concern.objects.visible_to(membership))

    def of(self, membership: Membership) -> Self:
        """That this person is named in, or part of the pairing of."""
        return self.filter(Q(membership=membership) | Q(first=membership) | Q(second=membership))


class ConcernAbout(models.Model):
    """A person it is about, and in which pairing, where it is about one. Everybody here, and both of that pairing, are shut out."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="abouts")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    pairing = models.ForeignKey(Pairing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Both of that pairing. They stay shut out when the pairing itself is kept no longer.
    first = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ConcernAboutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "membership"], name="checkins_concernabout_once_a_person"),
            models.CheckConstraint(
                condition=Q(pairing=None) | Q(first__isnull=False, second__isnull=False),
                name="checkins_concernabout_knows_both_of_its_pairing",
            ),
        ]

    def __str__(self) -> str:
        return f"ConcernAbout {self.pk}"


class ConcernEntryQuerySet(models.QuerySet["ConcernEntry"]):
    def visible_to(self, membership: Membership) -> Self:
        told = Q(concern__in=Concern.objects.raised_by(membership), kind__in=ConcernEntry.TOLD)
        return self.filter(told | Q(concern__in=Concern.objects.readable_by(membership)))

    def oldest_first(self) -> Self:
        return self.order_by("at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class ConcernEntry(models.Model):
    """One thing that was said or done about a concern. It stays as it was written: PostgreSQL refuses to change or remove it."""

    class Kind(models.TextChoices):
        ADDED = "added", _("wrote")
        ANSWERED = "answered", _("answered")
        ACTED = "acted", _("told what was done")
        NOTED = "noted", _("wrote a note")
        CONTACTED = "contacted", _("was in contact")
        TAKEN = "taken", _("took it on")
        HANDED = "handed", _("handed it over")
        GRADED = "graded", _("changed what it is, or how urgent")
        NAMED = "named", _("wrote down whom else it is about")
        STEP = "step", _("did a step of the playbook")
        STOPPED = "stopped", _("stopped contact: paused the pairing")
        ASKED = "asked", _("asked for a second person’s yes")
        AGREED = "agreed", _("said yes, as the second person")
        DISAGREED = "disagreed", _("said no, as the second person")
        CLOSED = "closed", _("closed it")
        REOPENED = "reopened", _("opened it again")

    # Of these whoever raised it learns.
    TOLD = (Kind.ADDED, Kind.ANSWERED, Kind.ACTED, Kind.CLOSED, Kind.REOPENED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField(null=True, blank=True)
    # Keys and ids that the kind needs to be told in words; never words.
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    objects = ConcernEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["concern", "at"], name="checkins_concernentry_by_time")]

    def __str__(self) -> str:
        return f"ConcernEntry {self.pk}"

    @property
    def outcome_words(self) -> str:
        """Of what closed it: how it ended then."""
        return str(Concern.Outcome(self.detail["outcome"]).label) if "outcome" in self.detail else ""


class ConcernFileQuerySet(models.QuerySet["ConcernFile"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(concern__in=Concern.objects.visible_to(membership))

    def without_content(self) -> Self:
        return self.defer("content").order_by("added_at", "pk")


class ConcernFile(models.Model):
    """A file as it was given: never opened, never shown, only handed out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="files")
    # A name may tell more than a page should.
    name = EncryptedTextField()
    content = EncryptedFileField()
    # What it is, by its content: the ending under which it is handed out.
    ending = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    may_run = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    objects = ConcernFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"ConcernFile {self.pk}"


class ConcernMessageQuerySet(models.QuerySet["ConcernMessage"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(concern__in=Concern.objects.visible_to(membership))

    def in_order(self) -> Self:
        return self.select_related("author__user").order_by("sent_at", "pk")


class ConcernMessage(models.Model):
    """A message of a pair's thread that one of the two has shown: its words on that day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    sent_at = models.DateTimeField()
    was_taken_back = models.BooleanField(default=False)

    objects = ConcernMessageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"ConcernMessage {self.pk}"

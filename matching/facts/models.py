from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class FactQuerySet(models.QuerySet["Fact"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        """The same of one pairing, which is at hand and says itself who sees it."""
        return self.filter(pairing=pairing) if pairing.is_visible_to(reader) else self.none()

    def counted(self) -> Self:
        return self.filter(withdrawn_at=None)


class Fact(models.Model):
    class Kind(models.TextChoices):
        TOPIC_RAISED = "topic_raised", _("A topic was added to the agenda")
        DECISION_PROPOSED = "decision_proposed", _("A decision was proposed")
        # By whoever proposed it, when the second of the two agreed.
        DECISION_STOOD = "decision_stood", _("A decision came to stand")
        TIME_PROPOSED = "time_proposed", _("A time for a session was suggested")
        TIME_MOVED = "time_moved", _("A session was moved")
        SESSION_CANCELLED = "session_cancelled", _("A session was cancelled")
        SESSION_MISSED = "session_missed", _("Somebody could not make a session")
        SESSION_LOGGED = "session_logged", _("A session was logged")
        SESSION_LED = "session_led", _("Somebody led a session")
        ACTION_TAKEN = "action_taken", _("Somebody took an action on")
        ACTION_DONE = "action_done", _("An action was done")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="facts")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=24, choices=Kind)
    happened_at = models.DateTimeField()
    # The key of the row that the fact is about, in the table that the kind implies.
    source_id = models.BigIntegerField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source_id", "by"], name="matching_fact_counted_once")]
        indexes = [models.Index(fields=["pairing", "happened_at"], name="matching_fact_by_pairing")]


# What is measured of a pair's acts, and what each is made of. The last is told beside a finding, and is no ground for one.
STREAMS = {
    "topics": frozenset({Fact.Kind.TOPIC_RAISED}),
    "decisions": frozenset({Fact.Kind.DECISION_STOOD}),
    "scheduling": frozenset({Fact.Kind.TIME_PROPOSED, Fact.Kind.TIME_MOVED}),
    "absences": frozenset({Fact.Kind.SESSION_CANCELLED, Fact.Kind.SESSION_MISSED}),
}

STREAM_OF: dict[str, str] = {kind: stream for stream, kinds in STREAMS.items() for kind in kinds}

# By pairing, week, side, and kind or stream: how many.
Numbers = Counter[tuple[int, date, int, str]]


class WeeklyCountQuerySet(models.QuerySet["WeeklyCount"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        """The same of one pairing, which is at hand and says itself who sees it."""
        return self.filter(pairing=pairing) if pairing.is_visible_to(reader) else self.none()

    def of(self, pairings: Iterable[Pairing]) -> Self:
        return self.filter(pairing__in=pairings)

    def between(self, first: date, last: date) -> Self:
        """Of these weeks, both included, each named by its Monday."""
        return self.filter(week__gte=first, week__lte=last)

    def numbers(self) -> Numbers:
        """By kind, in one query however many pairings and weeks.

        What is missing is none, or a week in which the pairing was not active: who reads tells these apart.
        """
        there = self.filter(number__gt=0).values_list("pairing", "week", "side", "kind", "number")
        return Counter({(pairing, week, side, kind): number for pairing, week, side, kind, number in there})


def in_streams(numbers: Numbers) -> Numbers:
    """The same by stream. Kinds that are in no stream are left out."""
    streams: Numbers = Counter()
    for (pairing, week, side, kind), number in numbers.items():
        if stream := STREAM_OF.get(kind):
            streams[pairing, week, side, stream] += number
    return streams


class WeeklyCount(models.Model):
    """How often one side did something in a week: derived from facts, and kept in their transaction."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="weekly_counts")
    # A Monday, in the program's time zone.
    week = models.DateField()
    # 0 or 1, as `weeks.sides` has them.
    side = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24, choices=Fact.Kind)
    number = models.PositiveIntegerField()

    objects = WeeklyCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "week", "side", "kind"], name="matching_weeklycount_one_number"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="matching_weeklycount_week_begins_on_monday"),
            models.CheckConstraint(condition=Q(side__in=[0, 1]), name="matching_weeklycount_of_one_of_two_sides"),
        ]

    def __str__(self) -> str:
        return f"WeeklyCount {self.pk}"

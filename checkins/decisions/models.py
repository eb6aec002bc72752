from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session
from matching.pairings.models import OfTwoQuerySet, Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

LONGEST_TEXT = 300
LONGEST_REASON = 10_000


class Place(models.IntegerChoices):
    """Where a decision stands on the page of whoever reads it, from top to bottom."""

    WAITS_FOR_ME = 0, _("Waiting for you")
    WAITS_FOR_OTHER = 1, _("Waiting for the other")
    LOOK_AGAIN = 2, _("Look again")
    STANDS = 3, _("Agreed by both")
    PAST = 4, _("Earlier")


class DecisionQuerySet(OfTwoQuerySet["Decision"]):
    def open(self) -> Self:
        return self.filter(state=Decision.State.OPEN)

    def current(self) -> Self:
        """Waiting for an answer, or standing."""
        return self.filter(state__in=[Decision.State.OPEN, Decision.State.STANDS])

    def perhaps_asking(self, today: date) -> Self:
        """What is proposed; and what stands and has a day that has come, whether or not the two have kept it since."""
        has_come = Q(try_until__lte=today) | Q(look_again_on__lte=today)
        return self.filter(Q(state=Decision.State.OPEN) | (Q(state=Decision.State.STANDS) & has_come))

    def in_line_with(self, decision: "Decision") -> Self:
        """All that took each other's place, this one among them. Of these, one stands at most."""
        first = decision.began_with_id or decision.pk
        return self.filter(Q(pk=first) | Q(began_with=first), pairing=decision.pairing_id)

    def for_list(self, pairing: Pairing, me: Membership, today: date) -> Self:
        """Everything the pages of a pairing show, what waits for me first, in one query. The two people are known to whoever asks.

        `place` is a `Place`; `change_waits` says that something is suggested in its place and not answered yet; `came_up_at` is when the
        two met as it came up. In a pairing that is not active nothing waits for anybody: nobody can answer, and a try that has ended is
        past.
        """
        suggested = Decision.objects.filter(in_place_of=OuterRef("pk")).open()
        # Who has not said that they keep it has kept it on no day.
        both_kept_on = Least(Coalesce("first_kept_on", Value(date.min)), Coalesce("second_kept_on", Value(date.min)))
        try_ended = Q(state=Decision.State.STANDS, try_until__lte=today, try_until__gt=F("both_kept_on"))
        look_again = Q(state=Decision.State.STANDS, look_again_on__lte=today, look_again_on__gt=F("both_kept_on"), change_waits=False)
        while_active = [
            When(state=Decision.State.OPEN, proposed_by=me, then=Value(Place.WAITS_FOR_OTHER)),
            When(state=Decision.State.OPEN, then=Value(Place.WAITS_FOR_ME)),
            When(try_ended | look_again, then=Value(Place.LOOK_AGAIN)),
        ]
        place = Case(
            *(while_active if pairing.state == Pairing.State.ACTIVE else [When(try_ended, then=Value(Place.PAST))]),
            When(state=Decision.State.STANDS, then=Value(Place.STANDS)),
            default=Value(Place.PAST),
            output_field=IntegerField(),
        )
        return (
            self.alias(both_kept_on=both_kept_on)
            .annotate(change_waits=Exists(suggested), came_up_at=F("session__starts_at"))
            .annotate(place=place)
            .order_by("place", "-proposed_at", "-pk")
        )


class Decision(models.Model):
    """Proposed by one of the two, with the other asked. `today` is a day of the program's calendar."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        STANDS = "stands", _("Agreed by both")
        CHANGED = "changed", _("Changed")
        NOT_AGREED = "not_agreed", _("Not agreed")
        WITHDRAWN = "withdrawn", _("Taken back")
        REOPENED = "reopened", _("Reopened")
        # A try that ended and was not kept.
        OVER = "over", _("Tried, not kept")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="decisions")
    text = models.CharField(max_length=LONGEST_TEXT)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    first_agreed_at = models.DateTimeField(null=True, blank=True)
    second_agreed_at = models.DateTimeField(null=True, blank=True)
    try_until = models.DateField(null=True, blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    # On which day each said last that they keep it, when a try ended or it was time to look again.
    first_kept_on = models.DateField(null=True, blank=True)
    second_kept_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    # What somebody who did not agree wanted to add. Nobody is asked for it.
    word = models.TextField(blank=True)
    in_place_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="suggestions")
    # The first of all that took each other's place, so that a history is read in one query.
    began_with = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="followed_by")
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["stands", "reopened", "over"]) | Q(first_agreed_at__isnull=False, second_agreed_at__isnull=False),
                name="checkins_decision_stands_on_both_consents",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "not_agreed", "withdrawn"]) | Q(first_agreed_at=None) | Q(second_agreed_at=None),
                name="checkins_decision_is_not_open_once_both_agreed",
            ),
            models.CheckConstraint(
                condition=Q(first_agreed_at__isnull=False) | Q(second_agreed_at__isnull=False),
                name="checkins_decision_whoever_proposes_agrees",
            ),
            models.CheckConstraint(
                condition=Q(first_kept_on=None, second_kept_on=None) | Q(first_agreed_at__isnull=False, second_agreed_at__isnull=False),
                name="checkins_decision_is_kept_once_both_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "stands"], ended_at=None, ended_by=None)
                | (~Q(state__in=["open", "stands"]) & Q(ended_at__isnull=False, ended_by__isnull=False)),
                name="checkins_decision_has_ended_at_when_it_ended",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="checkins_decision_says_something"),
            models.UniqueConstraint(
                Coalesce("began_with", "id"), condition=Q(state="stands"), name="checkins_decision_one_stands_in_a_line"
            ),
            models.UniqueConstraint(
                fields=["in_place_of"], condition=Q(state="open"), name="checkins_decision_one_open_suggestion_in_its_place"
            ),
        ]
        indexes = [models.Index(fields=["pairing", "state", "proposed_at"], name="checkins_decision_by_state")]

    def __str__(self) -> str:
        return f"Decision {self.pk}"

    def has_agreed(self, membership: Membership) -> bool:
        return getattr(self, f"{self.pairing.side_of(membership)}_agreed_at") is not None

    @property
    def stood_at(self) -> datetime | None:
        """When the second of the two agreed."""
        if self.first_agreed_at is None or self.second_agreed_at is None:
            return None
        return max(self.first_agreed_at, self.second_agreed_at)

    def try_has_ended(self, today: date) -> bool:
        """It was a try, its day has come, and the two have not both said that they keep it."""
        return self.state == self.State.STANDS and self._asks(self.try_until, today)

    def stands_on(self, today: date) -> bool:
        return self.state == self.State.STANDS and not self.try_has_ended(today)

    def asked_again_since(self, today: date) -> date | None:
        """Since when the two are asked whether they keep it. None while nobody is asked."""
        if self.state != self.State.STANDS:
            return None
        return max((day for day in (self.try_until, self.look_again_on) if day and self._asks(day, today)), default=None)

    def has_kept(self, membership: Membership, today: date) -> bool:
        """This half has said so about what is asked now."""
        asked, said = self.asked_again_since(today), self.kept_by_on(membership)
        return asked is not None and said is not None and said >= asked

    def kept_by_on(self, membership: Membership) -> date | None:
        """The day on which this half said last that they keep it."""
        kept: date | None = getattr(self, f"{self.pairing.side_of(membership)}_kept_on")
        return kept

    @property
    def kept_on(self) -> date | None:
        """The day on which the second of the two said, of what both kept last, that they keep it."""
        if self.first_kept_on is None or self.second_kept_on is None:
            return None
        return max(self.first_kept_on, self.second_kept_on)

    @property
    def reopens_until(self) -> date | None:
        """The last day on which either of the two can reopen it. What both kept can be reopened as long again.

        While the pairing rests nobody can, so those days are not counted. Whoever asks about many has the pauses of the pairing at hand.
        """
        if self.stood_at is None:
            return None
        program = self.pairing.program
        since = max(local_day(self.stood_at, program.time_zone), self.kept_on or date.min)
        until = since + timedelta(days=program.decisions_reopen_days)
        for rest in sorted(self.pairing.pauses.all(), key=lambda rest: rest.paused_at):
            began = max(local_day(rest.paused_at, program.time_zone), since)
            if rest.gone_on_at is not None and began <= until:
                until += max(local_day(rest.gone_on_at, program.time_zone) - began, timedelta())
        return until

    def _asks(self, day: date | None, today: date) -> bool:
        if day is None or day > today:
            return False
        return any(said is None or said < day for said in (self.first_kept_on, self.second_kept_on))

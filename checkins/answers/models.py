import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from checkins.plans.models import CheckInPlan, Question
from matching.pairings.models import Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership, Program


def readable_rules(membership: Membership) -> list[str]:
    """The rules under which this person may read what others answered."""
    if membership.is_admin:
        return [Program.AnswersReadBy.COORDINATORS, Program.AnswersReadBy.ADMINS]
    return [Program.AnswersReadBy.COORDINATORS] if membership.is_coordinator else []


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, membership: Membership) -> Self:
        """That it was asked and whether it was answered: the person themselves, and staff for pairings not their own."""
        own = Q(membership=membership)
        if not membership.is_staff:
            return self.filter(own)
        return self.filter(own | Q(pairing__in=Pairing.objects.visible_to(membership).not_of(membership)))

    def of(self, membership: Membership) -> Self:
        """Those that this person is asked to answer."""
        return self.filter(membership=membership)

    def asked(self) -> Self:
        """Without those that were taken back because the pairing stopped."""
        return self.filter(called_off_at=None)

    def regular(self) -> Self:
        """Those of the plan's days, short and long: what is measured, and what somebody may leave unanswered twice in a row."""
        return self.filter(occasion__in=CheckIn.REGULAR)

    def of_one_day(self) -> Self:
        """Those that both halves are asked on one and the same day."""
        return self.filter(occasion__in=[*CheckIn.REGULAR, CheckIn.Occasion.FIT])

    def open_at(self, now: datetime) -> Self:
        return self.filter(opens_at__lte=now, closes_at__gt=now)

    def snoozed_at(self, now: datetime) -> Self:
        return self.filter(snoozed_until__gt=now)

    def unanswered(self) -> Self:
        return self.filter(answered_at=None)

    def answered(self) -> Self:
        return self.exclude(answered_at=None)

    def with_anything_said(self) -> Self:
        """`has_said`: is there an answer, or only "I would rather not say"?"""
        said = Answer.objects.filter(check_in=OuterRef("pk")).exclude(value=None, words=None)
        return self.annotate(has_said=Exists(said))

    def with_state(self, now: datetime, *, reader: Membership) -> Self:
        """`state`, one of `CheckIn.State`. That nothing but "I would rather not say" was said is for those who may read the answers."""
        may_read = Q(membership=reader) | Q(read_by__in=readable_rules(reader))
        state = Case(
            When(called_off_at__isnull=False, then=Value(CheckIn.State.CALLED_OFF)),
            When(answered_at=None, closes_at__lte=now, then=Value(CheckIn.State.MISSED)),
            When(answered_at=None, then=Value(CheckIn.State.NOT_YET)),
            When(may_read, has_said=False, then=Value(CheckIn.State.WITHHELD)),
            default=Value(CheckIn.State.ANSWERED),
            output_field=CharField(),
        )
        return self.with_anything_said().annotate(state=state)

    def with_people(self) -> Self:
        return self.select_related("plan", "pairing__program", "pairing__first__user", "pairing__second__user", "membership__user")


AskedIn, Construct = Question.AskedIn, Question.Construct


class CheckIn(models.Model):
    """One person, about one pairing, on one date. Unanswered when it closed without an answer."""

    class Occasion(models.TextChoices):
        SCHEDULED = "scheduled", _("Regular")
        # In place of a regular one, now and then: all the questions.
        LONG = "long", _("Regular, all questions")
        # Once in the life of a pairing.
        FIT = "fit", _("After the first meeting")
        MEETING = "meeting", _("After a meeting")
        CLOSING = "closing", _("At the end")

    # What is measured of balance counts these alone.
    REGULAR = (Occasion.SCHEDULED, Occasion.LONG)

    class State(models.TextChoices):
        """How it stands, as `with_state` reckons it: kept in no column."""

        ANSWERED = "answered", _("Answered")
        WITHHELD = "withheld", _("Would rather not say")
        NOT_YET = "not_yet", _("Not yet")
        MISSED = "missed", _("Not answered")
        CALLED_OFF = "called_off", _("Not asked")

    plan = models.ForeignKey(CheckInPlan, on_delete=models.PROTECT, related_name="check_ins")
    occasion = models.CharField(max_length=12, choices=Occasion, default=Occasion.SCHEDULED)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="check_ins")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="check_ins")
    # The person's own local date, so that no change of clocks makes two.
    due_on = models.DateField()
    # Which due day of the pairing it is, so that what is asked in turn is known for good; empty for what no plan's day brings.
    number = models.PositiveIntegerField(null=True, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    read_by = models.CharField(max_length=12, choices=Program.AnswersReadBy)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The pairing was paused or ended before it was answered: it is no longer asked, and never counts as unanswered.
    called_off_at = models.DateTimeField(null=True, blank=True)
    # Whoever is asked wanted to be reminded no sooner than then.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # Set when the program has looked at a check-in that closed, so that it looks once.
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "occasion", "pairing", "membership", "due_on"], name="checkins_checkin_once_a_person_and_date"
            ),
            models.UniqueConstraint(
                fields=["pairing", "membership", "due_on"],
                condition=Q(occasion__in=["scheduled", "long"]),
                name="checkins_checkin_short_or_long_on_a_date",
            ),
            models.UniqueConstraint(
                fields=["pairing", "membership"], condition=Q(occasion="fit"), name="checkins_checkin_asked_once_how_it_fits"
            ),
            models.UniqueConstraint(
                fields=["pairing", "membership"], condition=Q(occasion="closing"), name="checkins_checkin_asked_once_at_the_end"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=["scheduled", "long"], number__isnull=False, number__gte=1)
                | (~Q(occasion__in=["scheduled", "long"]) & Q(number=None)),
                name="checkins_checkin_regular_has_a_number",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="checkins_checkin_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(answered_at=None) | Q(called_off_at=None), name="checkins_checkin_answered_or_called_off"),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(closed_at=None), name="checkins_checkin_to_close"),
            models.Index(fields=["pairing", "membership", "due_on"], name="checkins_checkin_by_pairing"),
            models.Index(fields=["opens_at"], name="checkins_checkin_by_opening"),
        ]

    def __str__(self) -> str:
        return f"CheckIn {self.pk}"

    def is_open_at(self, now: datetime) -> bool:
        return self.called_off_at is None and self.opens_at <= now < self.closes_at

    def questions_asked(self) -> list[Question]:
        """What the program asked when it opened, in its order, and own words last. One query."""
        return self.among(Question.objects.filter(plan=self.plan_id))

    def among(self, questions: Iterable[Question]) -> list[Question]:
        """Of all that programs ever asked, what this check-in asks, in its program's order, and own words last."""
        there = [question for question in questions if question.plan_id == self.plan_id and question.is_asked_at(self.opens_at)]
        in_turn = sorted((question for question in there if question.asked_in == AskedIn.IN_TURN), key=_place)
        turn = in_turn[(self.number or 0) % len(in_turn)] if in_turn else None
        asked = (question for question in there if self._asks(question, turn))
        return sorted(asked, key=lambda question: (question.construct == Construct.WORDS, *_place(question)))

    def _asks(self, question: Question, turn: Question | None) -> bool:
        match self.occasion:
            case self.Occasion.FIT:
                return question.construct in (Construct.COMFORT, Construct.GOING_ON)
            case self.Occasion.MEETING:
                return question.asked_in == AskedIn.MEETING
            case self.Occasion.CLOSING:
                is_last_word = question.asked_in == AskedIn.ALWAYS and question.construct == Construct.WORDS
                return question.asked_in == AskedIn.END or is_last_word
            case self.Occasion.LONG:
                return question.asked_in in (AskedIn.ALWAYS, AskedIn.IN_TURN, AskedIn.LONG)
            case _:
                return question.asked_in == AskedIn.ALWAYS or question == turn

    @property
    def is_regular(self) -> bool:
        return self.occasion in self.REGULAR

    @property
    def last_minute(self) -> datetime:
        """Until when it is open, as people say it: Thursday, 23:59."""
        return self.closes_at - timedelta(minutes=1)

    @property
    def other_half(self) -> Membership:
        return self.pairing.other_half(self.membership)

    def readers(self) -> "models.QuerySet[Membership]":
        """Who may read the answers beside the person who gives them: by the rule of its day, and never half of the pairing."""
        program = Membership.objects.filter(program_id=self.pairing.program_id).current()
        staff = program.staff() if self.read_by == Program.AnswersReadBy.COORDINATORS else program.filter(is_admin=True)
        return staff.exclude(pk__in=[self.pairing.first_id, self.pairing.second_id]).with_people().order_by("joined_at", "pk")


def _place(question: Question) -> tuple[int, int]:
    return question.position, question.pk


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, membership: Membership) -> Self:
        """The person who gave it; and staff by the rule that the person was told, never about a pairing of their own."""
        own = Q(check_in__membership=membership)
        if not membership.is_staff:
            return self.filter(own)
        others = Pairing.objects.visible_to(membership).not_of(membership)
        return self.filter(own | Q(check_in__pairing__in=others, check_in__read_by__in=readable_rules(membership)))


class Answer(models.Model):
    """A value from 1 to 5, or words, or both; or neither: "I would rather not say"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    words = EncryptedTextField(null=True, blank=True)
    given_at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "question"], name="checkins_answer_once_a_question"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=1, value__lte=5), name="checkins_answer_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"Answer {self.pk}"

    @property
    def is_withheld(self) -> bool:
        """ "I would rather not say." """
        return self.value is None and self.words is None

    @property
    def label(self) -> str:
        """The words that were chosen, as they were asked; empty where there was nothing to choose."""
        return self.question.label_of(self.value)


class AnswerLinkQuerySet(models.QuerySet["AnswerLink"]):
    def visible_to(self, membership: Membership) -> Self:
        """Whoever is asked: nobody else was given it."""
        return self.filter(check_in__membership=membership)

    def over_at(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)

    def of_token(self, token: str) -> Self:
        return self.filter(token_hash=AnswerLink.hash_of(token))

    def with_check_in(self) -> Self:
        return self.select_related(
            "check_in__plan",
            "check_in__pairing__program",
            "check_in__pairing__first__user",
            "check_in__pairing__second__user",
            "check_in__membership__user",
        )


class AnswerLink(models.Model):
    """What the link of a mail opens: one check-in, to be answered without signing in. The token itself travels in the mail alone."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    objects = AnswerLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"AnswerLink {self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        """Plain SHA-256: nobody guesses what is made of 32 random bytes."""
        return hashlib.sha256(token.encode()).hexdigest()

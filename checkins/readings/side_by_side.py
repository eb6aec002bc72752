"""What the two of a pair answered, side by side: over time for what is measured, and one round in full. Six queries, however long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import Answer, CheckIn, readable_rules
from checkins.plans.models import Question
from checkins.readings import chart
from checkins.readings.queries import FAR_APART, Round, check_ins_of, in_rounds
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from programs.memberships.models import Membership

ROUNDS_OVER_TIME = 12
ROUNDS_TO_CHOOSE_FROM = 12
# In place of the other half's name, where a question stands for both.
SOMEBODY = "…"

State = CheckIn.State


class Said(models.TextChoices):
    """How one half stands to one question of one day."""

    SAID = "said", _("Answered")
    WITHHELD = "withheld", _("Would rather not say")
    # Answered, and by the rule of its day not for this reader: that is all they learn.
    KEPT = "kept", _("Answered, for admins to read")
    NOT_YET = "not_yet", _("Not yet")
    MISSED = "missed", _("Not answered")
    NOT_ASKED = "not_asked", _("Not asked")


@dataclass(frozen=True)
class Cell:
    said: str
    answer: Answer | None = None

    @property
    def value(self) -> int | None:
        return self.answer.value if self.answer else None

    @property
    def in_words(self) -> str:
        return self.answer.label if self.answer and self.answer.label else str(Said(self.said).label)


@dataclass(frozen=True)
class Row:
    """One question on one day. `steps` lie between the two where both have chosen an answer."""

    due_on: date
    question: Question | None
    first: Cell
    second: Cell

    @property
    def steps(self) -> int | None:
        one, two = self.first.value, self.second.value
        return None if one is None or two is None else abs(one - two)

    @property
    def is_far_apart(self) -> bool:
        return (self.steps or 0) >= FAR_APART

    @property
    def wording(self) -> str:
        """As it was asked on that day, of both."""
        return self.question.asked_about(SOMEBODY) if self.question else ""


@dataclass(frozen=True)
class Series:
    """One thing that is measured, over time; the newest day first."""

    heading: str
    rows: list[Row]

    @property
    def newest(self) -> Row | None:
        """The newest day on which both chose an answer."""
        return next((row for row in self.rows if row.steps is not None), None)

    @property
    def wordings(self) -> list[tuple[date, str]]:
        """Each wording with the first day on which it was asked, the newest first."""
        since: dict[str, date] = {}
        for row in self.rows:
            if row.wording:
                since[row.wording] = row.due_on
        return [(day, words) for words, day in since.items()]

    @property
    def chart(self) -> chart.Lines:
        of_time = self.rows[::-1]
        return chart.lines([row.first.value for row in of_time], [row.second.value for row in of_time], wide=FAR_APART)

    @property
    def first_day(self) -> str:
        return written(self.rows[-1].due_on, "short_day") if self.rows else ""

    @property
    def last_day(self) -> str:
        return written(self.rows[0].due_on, "short_day") if len(self.rows) > 1 else ""


def over_time(pairing: Pairing, staff: Membership, now: datetime) -> list[Series]:
    """What is measured, of the last rounds, as far as this person may read it. Three queries."""
    asked = check_ins_of(pairing, staff, now).regular()[: 2 * ROUNDS_OVER_TIME]
    rounds = in_rounds(pairing, asked)[:ROUNDS_OVER_TIME]
    given = _given(rounds, staff, Answer.objects.filter(question__construct__in=Question.MEASURED))
    wordings = list(Question.objects.visible_to(staff).filter(construct__in=Question.MEASURED).order_by("asked_since", "pk"))
    return [
        Series(str(construct.label), [_row(one, construct, given, wordings, staff) for one in rounds]) for construct in Question.MEASURED
    ]


def rounds_to_choose_from(pairing: Pairing, staff: Membership, now: datetime) -> list[Round]:
    """The last occasions on which one of the two has answered, newest first."""
    at_once = Q(due_on=OuterRef("due_on")) | Q(opens_at=OuterRef("opens_at"))
    beside = CheckIn.objects.answered().filter(at_once, pairing=pairing, occasion=OuterRef("occasion"))
    asked = check_ins_of(pairing, staff, now).filter(Exists(beside))[: 2 * ROUNDS_TO_CHOOSE_FROM]
    return [one for one in in_rounds(pairing, asked) if one.has_answers][:ROUNDS_TO_CHOOSE_FROM]


def in_full(shown: Round, staff: Membership) -> list[Row]:
    """Every question of one round to which this person may read an answer, in the order in which they were asked."""
    given = _given([shown], staff, Answer.objects.all())
    questions = {answer.question_id: answer.question for answers in given.values() for answer in answers.values()}
    in_order = sorted(questions.values(), key=lambda question: (question.position, question.pk))
    return [
        Row(
            shown.due_on,
            question,
            _cell(shown.first, given.get(shown.first.pk, {}).get(question.pk) if shown.first else None, staff),
            _cell(shown.second, given.get(shown.second.pk, {}).get(question.pk) if shown.second else None, staff),
        )
        for question in in_order
    ]


def _given(rounds: Sequence[Round], staff: Membership, answers: Any) -> Mapping[int, Mapping[int, Answer]]:
    """By check-in, and question."""
    keys = [check_in.pk for one in rounds for check_in in one.check_ins]
    found: dict[int, dict[int, Answer]] = {}
    for answer in answers.visible_to(staff).filter(check_in__in=keys).select_related("question"):
        found.setdefault(answer.check_in_id, {})[answer.question_id] = answer
    return found


def _row(one: Round, construct: str, given: Mapping[int, Mapping[int, Answer]], wordings: Sequence[Question], staff: Membership) -> Row:
    answers = [_about(construct, given.get(check_in.pk, {})) if check_in else None for check_in in (one.first, one.second)]
    questions = [answer.question for answer in answers if answer is not None]
    questions += [question for check_in in one.check_ins for question in wordings if _was_asked(question, construct, check_in)]
    first, second = answers
    return Row(one.due_on, next(iter(questions), None), _cell(one.first, first, staff), _cell(one.second, second, staff))


def _about(construct: str, answers: Mapping[int, Answer]) -> Answer | None:
    return next((answer for answer in answers.values() if answer.question.construct == construct), None)


def _was_asked(question: Question, construct: str, check_in: CheckIn) -> bool:
    is_in_use = question.retired_at is None or question.retired_at > check_in.opens_at
    return question.construct == construct and question.asked_since <= check_in.opens_at and is_in_use


def _cell(check_in: Any, answer: Answer | None, staff: Membership) -> Cell:
    """`check_in` carries its state."""
    if check_in is None or check_in.state == State.CALLED_OFF:
        return Cell(Said.NOT_ASKED)
    if check_in.state == State.NOT_YET:
        return Cell(Said.NOT_YET)
    if check_in.state == State.MISSED:
        return Cell(Said.MISSED)
    if check_in.read_by not in readable_rules(staff):
        return Cell(Said.KEPT)
    if answer is None:
        # They have begun, and left before they came to this question.
        return Cell(Said.MISSED)
    return Cell(Said.WITHHELD if answer.is_withheld else Said.SAID, answer)

"""Starting a program's check-ins, changing how often they come and what they ask."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.plans import cadence, policies
from checkins.plans.models import (
    FEWEST_LONG_DAYS,
    FEWEST_OPEN_DAYS,
    MOST_LONG_DAYS,
    MOST_OPEN_DAYS,
    CheckInPlan,
    NextDue,
    Question,
    zone_of,
)
from checkins.plans.starting import QUESTIONS
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

MOST_QUESTIONS = 40
FEWEST_ANSWERS, MOST_ANSWERS = 2, 5
# By how many answers there are: what they count for, the best first.
VALUES = {2: (5, 1), 3: (5, 3, 1), 4: (5, 4, 2, 1), 5: (5, 4, 3, 2, 1)}
PROBLEMS: "dict[cadence.Problem, _StrOrPromise]" = {
    cadence.Problem.NO_RULE: gettext_lazy("Write a rule of at most 120 characters, such as FREQ=WEEKLY;INTERVAL=3."),
    cadence.Problem.PART: gettext_lazy(
        "“%(part)s” cannot stand in this rule. It is made of FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT and UNTIL, each once."
    ),
    cadence.Problem.FREQUENCY: gettext_lazy("Begin with FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY."),
    cadence.Problem.INTERVAL: gettext_lazy("INTERVAL is a whole number from 1; check-ins come once a year at least."),
    cadence.Problem.WEEKDAYS: gettext_lazy(
        "BYDAY takes days such as MO or MO,TH. With FREQ=MONTHLY it also takes 1MO for the first Monday and -1FR for the last Friday."
    ),
    cadence.Problem.MONTH_DAYS: gettext_lazy(
        "BYMONTHDAY takes days of the month from 1 to 31, or -1 for the last one. It does not go with FREQ=WEEKLY."
    ),
    cadence.Problem.COUNT: gettext_lazy("COUNT is a whole number from 2 to 999."),
    cadence.Problem.UNTIL: gettext_lazy("UNTIL is a day written like 20271231."),
    cadence.Problem.TOO_OFTEN: gettext_lazy(
        "With this rule check-ins come less than seven days apart. Nobody is asked more often than once a week."
    ),
    cadence.Problem.NEVER: gettext_lazy("With this rule some pairings would never be asked, or not for years. Choose days that come."),
}

_when_changed: list[Callable[..., object]] = []


def when_changed(callback: Callable[..., object]) -> None:
    """Call `callback(program=…, now=…)` when check-ins come on other days or at other times. For `AppConfig.ready()`."""
    _when_changed.append(callback)


@transaction.atomic
def start(*, program: Program, by: Membership, now: datetime) -> CheckInPlan:
    """Give a new program its plan: every two weeks, with the questions that come with Evenhand."""
    plan = CheckInPlan.objects.create(program=program, in_force_since=now)
    Question.objects.bulk_create(
        Question(
            plan=plan,
            construct=question.construct,
            asked_in=question.asked_in,
            kind=question.kind,
            text=str(question.text),
            choices=[[value, str(label)] for value, label in question.choices],
            position=position,
            asked_since=now,
        )
        for position, question in enumerate(QUESTIONS)
    )
    audit.record(verb="plan.started", subject=plan, program_id=program.pk, actor_id=by.user_id, now=now)
    return plan


def rule_from(text: str, *, program: Program, now: datetime) -> str:
    """The rule that somebody wrote, as it is kept. Raises `Refused` with what to do about one that cannot be."""
    try:
        return str(cadence.check(text, times.local_day(now, zone_of(program))))
    except cadence.Unusable as unusable:
        raise Refused(str(PROBLEMS[unusable.problem]) % {"part": unusable.part}) from None


@transaction.atomic
def change(
    *,
    plan: CheckInPlan,
    by: Membership,
    rule: str,
    at_time: time,
    open_days: int,
    now: datetime,
    long_every_days: int | None = None,
    asks_after_meetings: bool | None = None,
) -> CheckInPlan:
    """Change how often, at what time, for how long. None leaves a setting as it is.

    Check-ins that have opened keep their times; those that have not are planned anew.
    """
    plan = CheckInPlan.objects.select_for_update(of=["self"]).select_related("program").get(pk=plan.pk)
    if not policies.may_change(by, plan):
        raise Refused(_("Coordinators and admins change how often a program checks in."))
    wished: dict[str, object] = {"at_time": at_time, "open_days": open_days}
    if rule != plan.rule:
        wished["rule"] = rule_from(rule, program=plan.program, now=now)
    if long_every_days is not None:
        wished["long_every_days"] = long_every_days
    if asks_after_meetings is not None:
        wished["asks_after_meetings"] = asks_after_meetings
    _refuse_days(open_days, FEWEST_OPEN_DAYS, MOST_OPEN_DAYS)
    _refuse_days(plan.long_every_days if long_every_days is None else long_every_days, FEWEST_LONG_DAYS, MOST_LONG_DAYS)
    changed = {name: value for name, value in wished.items() if getattr(plan, name) != value}
    if not changed:
        return plan
    for name, value in changed.items():
        setattr(plan, name, value)
    if "rule" in changed:
        plan.in_force_since = now
    plan.save(update_fields=[*changed, "in_force_since"])
    if changed.keys() - {"asks_after_meetings"}:
        for callback in _when_changed:
            callback(program=plan.program, now=now)
    numbers = {name: value for name, value in changed.items() if isinstance(value, int)}
    texts = {"rule": "changed", "at_time": at_time.strftime("%H:%M")}
    detail = numbers | {name: text for name, text in texts.items() if name in changed}
    audit.record(verb="plan.changed", subject=plan, program_id=plan.program_id, actor_id=by.user_id, now=now, detail=detail)
    return plan


# --- which pairing is due when ---


def keep_track(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has become active, or goes on: its next due day is to be reckoned."""
    NextDue.objects.update_or_create(pairing=pairing, defaults={"due_on": None})


def lose_track(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has been paused or ended: nothing of it is due."""
    NextDue.objects.filter(pairing=pairing).delete()


# --- questions ---


@transaction.atomic
def add(
    *,
    plan: CheckInPlan,
    by: Membership,
    text: str,
    answers: Sequence[str],
    asked_in: str,
    now: datetime,
) -> Question:
    """Add a question of the program's own, at the end of those in use. Without `answers` people write in their own words."""
    plan = _locked(plan, by)
    there = list(plan.questions.in_use())
    if len(there) >= MOST_QUESTIONS:
        raise Refused(_("There are %(most)s questions. Take one out before you add another.") % {"most": MOST_QUESTIONS})
    labels = [" ".join(answer.split()) for answer in answers]
    text = " ".join(text.split())
    if not text or not all(labels):
        raise Refused(_("A question and each of its answers need words."))
    if labels and not FEWEST_ANSWERS <= len(labels) <= MOST_ANSWERS:
        raise Refused(_("Give two to five answers, or none for a question that people answer in their own words."))
    if len({label.casefold() for label in labels}) < len(labels):
        raise Refused(_("One answer is there twice. Take one of them out."))
    question = Question.objects.create(
        plan=plan,
        construct=Question.Construct.OWN,
        asked_in=_known(asked_in),
        kind=Question.Kind.CHOICE if labels else Question.Kind.TEXT,
        text=text,
        choices=[[value, label] for value, label in zip(VALUES.get(len(labels), ()), labels, strict=True)],
        position=there[-1].position + 1 if there else 0,
        asked_since=now,
    )
    _record("question.added", question, by, now)
    return question


@transaction.atomic
def reword(
    *, question: Question, by: Membership, text: str, labels: Mapping[int, str], now: datetime, asked_in: str | None = None
) -> Question:
    """Ask in other words, or at other times, from now on. Makes a new question that names the old one, whose answers keep its words.

    `labels` are the words for each of the question's values; which values there are stays, since answers are compared over time.
    """
    question = _in_use(question, by)
    choices = [[value, labels.get(value, label).strip()] for value, label in question.choices]
    text = " ".join(text.split())
    if not text or not all(label for _value, label in choices):
        raise Refused(_("A question and each of its answers need words."))
    asked_in = question.asked_in if asked_in is None else _known(asked_in)
    if question.is_measured and asked_in != Question.AskedIn.ALWAYS:
        raise Refused(_("This question stays in every check-in: what is measured of balance stands on it."))
    if (text, choices, asked_in) == (question.text, question.choices, question.asked_in):
        return question
    successor = _replace(question, now, text=text, choices=choices, asked_in=asked_in)
    _record("question.reworded", successor, by, now, replaces=question.pk)
    return successor


@transaction.atomic
def retire(*, question: Question, by: Membership, now: datetime) -> Question:
    """Ask it no more in check-ins that open from now on. What was answered stays."""
    question = _in_use(question, by)
    if question.is_measured:
        raise Refused(_("This question stays: what is measured of balance stands on it. You can ask it in other words."))
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    _record("question.retired", question, by, now)
    return question


@transaction.atomic
def put_back(*, question: Question, by: Membership, now: datetime) -> Question:
    """Ask once more what was taken out, as a new question that names the old one. Asking for it twice changes nothing."""
    plan = _locked(question.plan, by)
    question = Question.objects.get(pk=question.pk, plan=plan)
    there = Question.objects.filter(replaces=question).first()
    if question.retired_at is None or there is not None:
        return there or question
    of_its_kind = plan.questions.in_use().filter(construct=question.construct).exclude(construct__in=Question.MANY)
    if of_its_kind.exists():
        raise Refused(_("The program asks about this already. Change that question instead."))
    if plan.questions.in_use().count() >= MOST_QUESTIONS:
        raise Refused(_("There are %(most)s questions. Take one out before you add another.") % {"most": MOST_QUESTIONS})
    successor = _successor(question, now)
    successor.save()
    _record("question.put_back", successor, by, now, replaces=question.pk)
    return successor


@transaction.atomic
def move(*, question: Question, by: Membership, up: bool, now: datetime) -> None:
    """Change places with the question above or below; at the end of the list nothing happens.

    The order says whose turn it is, so that where a check-in has asked them, the two become new questions in the other's place.
    """
    question = _in_use(question, by)
    order = list(question.plan.questions.in_use())
    place = order.index(question)
    beside = place - 1 if up else place + 1
    if not 0 <= beside < len(order):
        return
    # Numbered through, should two have the same number: what is told apart by its key alone cannot change places.
    numbers = {row.pk: number for number, row in enumerate(order)}
    numbers[question.pk], numbers[order[beside].pk] = beside, place
    moved = [row for row in order if row.position != numbers[row.pk]]
    for row in moved:
        if question.plan.check_ins.filter(opens_at__gte=row.asked_since, opens_at__lte=now).exists():
            _replace(row, now, position=numbers[row.pk])
        else:
            row.position = numbers[row.pk]
            row.save(update_fields=["position"])
    _record("question.moved", question, by, now)


# --- pieces ---


def _refuse_days(days: int, fewest: int, most: int) -> None:
    if not fewest <= days <= most:
        raise Refused(_("Enter a number of days from %(fewest)s to %(most)s.") % {"fewest": fewest, "most": most})


def _locked(plan: CheckInPlan, by: Membership) -> CheckInPlan:
    """Whatever two people do to the questions of a plan happens one after the other."""
    plan = CheckInPlan.objects.select_for_update(of=["self"]).get(pk=plan.pk)
    if not policies.may_change(by, plan):
        raise Refused(_("Coordinators and admins change what a program asks."))
    return plan


def _in_use(question: Question, by: Membership) -> Question:
    plan = _locked(question.plan, by)
    question = Question.objects.select_related("plan").get(pk=question.pk, plan=plan)
    if question.retired_at is not None:
        raise Refused(_("This question was changed in the meantime. Look at it again before you change it."))
    return question


def _known(asked_in: str) -> str:
    if asked_in not in Question.AskedIn.values:
        raise Refused(_("Choose when it is asked."))
    return asked_in


def _successor(question: Question, now: datetime, **changes: object) -> Question:
    told = {name: getattr(question, name) for name in ("plan", "construct", "asked_in", "kind", "text", "choices", "position")}
    return Question(**{**told, **changes}, asked_since=now, replaces=question)


def _replace(question: Question, now: datetime, **changes: object) -> Question:
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    successor = _successor(question, now, **changes)
    successor.save()
    return successor


def _record(verb: str, question: Question, by: Membership, now: datetime, **detail: int) -> None:
    audit.record(verb=verb, subject=question, program_id=question.plan.program_id, actor_id=by.user_id, now=now, detail=detail)

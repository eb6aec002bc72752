"""Starting a program's check-ins, changing how often they come and what they ask."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.plans import policies
from checkins.plans.models import FEWEST_OPEN_DAYS, FEWEST_WEEKS, MOST_OPEN_DAYS, MOST_WEEKS, CheckInPlan, Question
from checkins.plans.starting import QUESTIONS
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program


@transaction.atomic
def start(*, program: Program, by: Membership, now: datetime) -> CheckInPlan:
    """Give a new program its plan: every two weeks, with the questions that come with Evenhand."""
    plan = CheckInPlan.objects.create(program=program, in_force_since=now)
    Question.objects.bulk_create(
        Question(
            plan=plan,
            construct=question.construct,
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


@transaction.atomic
def change(*, plan: CheckInPlan, by: Membership, every_weeks: int, at_time: time, open_days: int, now: datetime) -> CheckInPlan:
    """Change how often, at what time, for how long. Check-ins that were told to somebody already keep their times."""
    plan = CheckInPlan.objects.select_for_update(of=["self"]).get(pk=plan.pk)
    if not policies.may_change(by, plan):
        raise Refused(_("Coordinators and admins change how often a program checks in."))
    if not FEWEST_WEEKS <= every_weeks <= MOST_WEEKS:
        raise Refused(_("Enter a number of weeks from %(fewest)s to %(most)s.") % {"fewest": FEWEST_WEEKS, "most": MOST_WEEKS})
    if not FEWEST_OPEN_DAYS <= open_days <= MOST_OPEN_DAYS:
        raise Refused(_("Enter a number of days from %(fewest)s to %(most)s.") % {"fewest": FEWEST_OPEN_DAYS, "most": MOST_OPEN_DAYS})
    before = (plan.every_weeks, plan.at_time, plan.open_days)
    if before == (every_weeks, at_time, open_days):
        return plan
    plan.every_weeks, plan.at_time, plan.open_days = every_weeks, at_time, open_days
    if before[0] != every_weeks:
        plan.in_force_since = now
    plan.save(update_fields=["every_weeks", "at_time", "open_days", "in_force_since"])
    audit.record(
        verb="plan.changed",
        subject=plan,
        program_id=plan.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"every_weeks": every_weeks, "at_time": at_time.strftime("%H:%M"), "open_days": open_days},
    )
    return plan


@transaction.atomic
def reword(*, question: Question, by: Membership, text: str, labels: Mapping[int, str], now: datetime) -> Question:
    """Ask in other words from now on. Makes a new question that names the old one, whose answers keep the words that were asked.

    `labels` are the words for each of the question's values; which values there are stays, since answers are compared over time.
    """
    question = Question.objects.select_for_update(of=["self"]).select_related("plan").get(pk=question.pk)
    if not policies.may_change(by, question.plan):
        raise Refused(_("Coordinators and admins change what a program asks."))
    if question.retired_at is not None:
        raise Refused(_("This question was changed in the meantime. Look at it again before you change it."))
    choices = [[value, labels.get(value, label).strip()] for value, label in question.choices]
    text = " ".join(text.split())
    if not text or not all(label for _value, label in choices):
        raise Refused(_("A question and each of its answers need words."))
    if text == question.text and choices == question.choices:
        return question
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    successor = Question.objects.create(
        plan=question.plan,
        construct=question.construct,
        kind=question.kind,
        text=text,
        choices=choices,
        position=question.position,
        asked_since=now,
        replaces=question,
    )
    audit.record(
        verb="question.reworded",
        subject=successor,
        program_id=question.plan.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"replaces": question.pk},
    )
    return successor

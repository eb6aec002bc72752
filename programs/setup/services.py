"""Making a program, and changing what holds for all of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships import services as memberships
from programs.memberships.models import Cohort, Holiday, Membership, Program
from programs.people.models import User
from programs.profiles.models import ProfileQuestion
from programs.setup.templates import TEMPLATES

LONGEST_SLUG = 60
LONGEST_HOLIDAY = timedelta(days=366)
REMINDS_TOO_LATE = gettext_lazy("The reminder has to come before the introduction ends. Choose fewer days for it, or more for the end.")

_when_created: list[Callable[..., object]] = []
_when_clocks_changed: list[Callable[..., object]] = []
_when_holidays_changed: list[Callable[..., object]] = []
_when_what_comes_first_changed: list[Callable[..., object]] = []


def when_clocks_changed(callback: Callable[..., object]) -> None:
    """Have `callback(program=…, now=…)` called, in the transaction that gives a program another time zone."""
    _when_clocks_changed.append(callback)


def when_holidays_changed(callback: Callable[..., object]) -> None:
    """Have `callback(program=…, now=…)` called, in the transaction that adds, changes or takes out a holiday."""
    _when_holidays_changed.append(callback)


def when_what_comes_first_changed(callback: Callable[..., object]) -> None:
    """Have `callback(program=…, now=…)` called, in the transaction that lets first pairings wait for courses, or wait no longer."""
    _when_what_comes_first_changed.append(callback)


def when_created(callback: Callable[..., object]) -> None:
    """Call `callback(program=…, by=…, now=…)` for each new program; `by` is its first member. For `AppConfig.ready()`."""
    _when_created.append(callback)


@transaction.atomic
def create_program(*, by: User, template: str, name: str, time_zone: str, now: datetime, slug: str = "") -> Program:
    """Make a program from a template. Who makes it is its coordinator and, until somebody else is named, its admin."""
    if not by.may_create_programs:
        raise Refused(_("Programs are made by those whom the operator of this site has asked to."))
    chosen = TEMPLATES[template]
    program = _with_a_free_slug(
        Program(
            name=name,
            kind=chosen.kind,
            purpose=str(chosen.purpose),
            time_zone=time_zone,
            mentor_word=str(chosen.mentor_word),
            mentee_word=str(chosen.mentee_word),
            created_by=by,
            created_at=now,
        ),
        slug,
    )
    ProfileQuestion.objects.bulk_create(
        ProfileQuestion(
            program=program,
            text=str(question.text),
            help=str(question.help),
            kind=question.kind,
            choices=[str(choice) for choice in question.choices],
            most_choices=question.most_choices,
            asked_of=question.asked_of,
            audience=question.audience,
            is_required=question.is_required,
            position=position,
        )
        for position, question in enumerate(chosen.questions)
    )
    audit.record(verb="program.created", subject=program, program_id=program.pk, actor_id=by.pk, now=now, detail={"template": chosen.key})
    first = memberships.join(program=program, user=by, is_coordinator=True, is_admin=True, now=now)
    for callback in _when_created:
        callback(program=program, by=first, now=now)
    return program


@transaction.atomic
def change_program(
    *,
    program: Program,
    by: Membership,
    name: str,
    purpose: str,
    time_zone: str,
    mentor_word: str,
    mentee_word: str,
    help_contact: str,
    now: datetime,
    decisions_reopen_days: int | None = None,
    begin_again_days: int | None = None,
    reset_again_days: int | None = None,
    nudge_after_days: int | None = None,
    introduction_reminder_days: int | None = None,
    introduction_open_days: int | None = None,
    training_first: bool | None = None,
    refresher_days: int | None = None,
    agreement_review_weeks: int | None = None,
    people_may_ask: bool | None = None,
    open_requests: int | None = None,
    staff_need_second_factor: bool | None = None,
    answers_read_by: str | None = None,
) -> Program:
    """Change a program's settings. The last two guard what is confidential: only an admin changes them. None leaves a setting as it is.

    Who reads answers holds for check-ins that open from now on: each of them keeps what its people were told.
    """
    program = Program.objects.select_for_update().get(pk=program.pk)
    wished: dict[str, str | bool | int] = {
        "name": name,
        "purpose": purpose,
        "time_zone": time_zone,
        "mentor_word": mentor_word,
        "mentee_word": mentee_word,
        "help_contact": help_contact,
    }
    left_as_they_are_unless_given: dict[str, str | bool | int | None] = {
        "decisions_reopen_days": decisions_reopen_days,
        "begin_again_days": begin_again_days,
        "reset_again_days": reset_again_days,
        "nudge_after_days": nudge_after_days,
        "introduction_reminder_days": introduction_reminder_days,
        "introduction_open_days": introduction_open_days,
        "training_first": training_first,
        "refresher_days": refresher_days,
        "agreement_review_weeks": agreement_review_weeks,
        "people_may_ask": people_may_ask,
        "open_requests": open_requests,
        "staff_need_second_factor": staff_need_second_factor,
        "answers_read_by": answers_read_by,
    }
    wished |= {field: value for field, value in left_as_they_are_unless_given.items() if value is not None}
    changed = {field: value for field, value in wished.items() if getattr(program, field) != value}
    if not by.is_admin and changed.keys() & {"staff_need_second_factor", "answers_read_by"}:
        raise Refused(_("Only an admin can change who reads answers, and how staff sign in."))
    if not changed:
        return program
    for field, value in changed.items():
        setattr(program, field, value)
    if program.introduction_reminder_days >= program.introduction_open_days:
        raise Refused(REMINDS_TOO_LATE)
    program.save(update_fields=[*changed])
    if "time_zone" in changed:
        for callback in _when_clocks_changed:
            callback(program=program, now=now)
    if "training_first" in changed:
        for callback in _when_what_comes_first_changed:
            callback(program=program, now=now)
    audit.record(
        verb="program.changed",
        subject=program,
        program_id=program.pk,
        actor_id=by.user_id,
        now=now,
        detail={field: value if field in CHOSEN else "changed" for field, value in changed.items()},
    )
    return program


@transaction.atomic
def add_cohort(*, program: Program, by: Membership, name: str, starts_on: date, ends_on: date | None, now: datetime) -> Cohort:
    cohort = Cohort(program=program, name=name, starts_on=starts_on, ends_on=ends_on)
    _save_cohort(cohort)
    audit.record(verb="cohort.added", subject=cohort, program_id=program.pk, actor_id=by.user_id, now=now)
    return cohort


@transaction.atomic
def change_cohort(*, cohort: Cohort, by: Membership, name: str, starts_on: date, ends_on: date | None, now: datetime) -> Cohort:
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    cohort.name, cohort.starts_on, cohort.ends_on = name, starts_on, ends_on
    _save_cohort(cohort)
    audit.record(verb="cohort.changed", subject=cohort, program_id=cohort.program_id, actor_id=by.user_id, now=now)
    return cohort


@transaction.atomic
def add_holiday(*, program: Program, by: Membership, name: str, first_day: date, last_day: date, now: datetime) -> Holiday:
    """Ask nothing of anybody on these days, both included. What has opened by now stays open."""
    holiday = Holiday(program=program, name=name, first_day=first_day, last_day=last_day)
    _save_holiday(holiday)
    _say_that_holidays_changed(program, now)
    audit.record(verb="holiday.added", subject=holiday, program_id=program.pk, actor_id=by.user_id, now=now)
    return holiday


@transaction.atomic
def change_holiday(*, holiday: Holiday, by: Membership, name: str, first_day: date, last_day: date, now: datetime) -> Holiday:
    holiday = Holiday.objects.select_for_update(of=["self"]).select_related("program").get(pk=holiday.pk)
    holiday.name, holiday.first_day, holiday.last_day = name, first_day, last_day
    _save_holiday(holiday)
    _say_that_holidays_changed(holiday.program, now)
    audit.record(verb="holiday.changed", subject=holiday, program_id=holiday.program_id, actor_id=by.user_id, now=now)
    return holiday


@transaction.atomic
def remove_holiday(*, holiday: Holiday, by: Membership, now: datetime) -> None:
    """Ask on these days again. Doing so twice changes nothing."""
    there = Holiday.objects.filter(pk=holiday.pk).select_for_update(of=["self"]).select_related("program").first()
    if there is None:
        return
    # The audit trail names a row that is gone by its key.
    key = there.pk
    there.delete()
    there.pk = key
    _say_that_holidays_changed(there.program, now)
    audit.record(verb="holiday.removed", subject=there, program_id=there.program_id, actor_id=by.user_id, now=now)


# Settings whose value is a choice or a number: the audit trail keeps it. Of the others it keeps only that they changed.
CHOSEN = frozenset(
    {
        "staff_need_second_factor",
        "answers_read_by",
        "decisions_reopen_days",
        "begin_again_days",
        "reset_again_days",
        "nudge_after_days",
        "introduction_reminder_days",
        "introduction_open_days",
        "training_first",
        "refresher_days",
        "agreement_review_weeks",
        "people_may_ask",
        "open_requests",
    }
)


def _save_holiday(holiday: Holiday) -> None:
    if holiday.last_day < holiday.first_day:
        raise Refused(_("The last day cannot be before the first."))
    if holiday.last_day - holiday.first_day > LONGEST_HOLIDAY:
        raise Refused(_("This is longer than a year. Archive the program, or choose nearer days."))
    try:
        with transaction.atomic():
            holiday.save()
    except IntegrityError:
        raise Refused(_("There is a holiday on exactly these days already.")) from None


def _say_that_holidays_changed(program: Program, now: datetime) -> None:
    for callback in _when_holidays_changed:
        callback(program=program, now=now)


def _save_cohort(cohort: Cohort) -> None:
    if cohort.ends_on and cohort.ends_on < cohort.starts_on:
        raise Refused(_("The last day cannot be before the first."))
    others = Cohort.objects.filter(program_id=cohort.program_id, name__iexact=cohort.name).exclude(pk=cohort.pk)
    if others.exists():
        raise Refused(_("There is a cohort of this name already. Give this one another."))
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError:
        raise Refused(_("There is a cohort of this name already. Give this one another.")) from None


def _with_a_free_slug(program: Program, wished: str) -> Program:
    """Save the program under the wished short name, or under one made from its name that nobody has."""
    base = (wished or slugify(program.name) or "program")[: LONGEST_SLUG - 4].strip("-")
    taken = set(Program.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = [wished] if wished else [base, *(f"{base}-{number}" for number in range(2, 1000))]
    for slug in candidates:
        if slug in taken:
            continue
        program.slug = slug
        try:
            with transaction.atomic():
                program.save()
        except IntegrityError:
            # Somebody took it in this very second.
            continue
        return program
    raise Refused(_("Another program has this short name already. Choose another."))

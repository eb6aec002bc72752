"""A program's own questions, and what somebody says of themselves in answer to them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuerySet, ProfileQuestion
from programs.readiness import services as readiness

Kind = ProfileQuestion.Kind
Audience = ProfileQuestion.Audience

# From the few to the many: an answer may move to fewer readers than its writer was told of, never to more.
READERS = [Audience.COORDINATORS, Audience.PARTNER, Audience.MEMBERS]
BATCH = 500
FROM_A_LIST = (Kind.ONE, Kind.SEVERAL, Kind.TIMES)
# What a question is made of: a change of any of it makes a new row.
OF_A_QUESTION = ("text", "help", "kind", "choices", "most_choices", "asked_of", "audience", "is_required")

_when_replaced: list[Callable[..., object]] = []
_when_sides_change: list[Callable[..., object]] = []


def when_replaced(callback: Callable[..., object]) -> None:
    """Call `callback(question=…, by=…)` when a question is replaced by another, in that transaction. For `AppConfig.ready()`."""
    _when_replaced.append(callback)


def when_sides_change(callback: Callable[..., object]) -> None:
    """Call `callback(membership=…, now=…)` when somebody has said anew what they offer and seek, in that transaction, before they count as
    ready. For `AppConfig.ready()`."""
    _when_sides_change.append(callback)


@transaction.atomic
def add_question(
    *,
    program: Program,
    by: Membership,
    text: str,
    kind: str,
    now: datetime,
    help: str = "",
    choices: Sequence[str] = (),
    most_choices: int | None = None,
    asked_of: str = ProfileQuestion.AskedOf.BOTH,
    audience: str = Audience.PARTNER,
    is_required: bool = False,
) -> ProfileQuestion:
    """Ask something new, after all other questions."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    _refuse_unless_it_can_be_answered(kind, choices)
    last = program.profile_questions.in_use().aggregate(last=Max("position"))["last"]
    question = ProfileQuestion.objects.create(
        program=program,
        text=text,
        help=help,
        kind=kind,
        choices=list(choices),
        most_choices=most_choices,
        asked_of=asked_of,
        audience=audience,
        is_required=is_required,
        position=0 if last is None else last + 1,
    )
    audit.record(verb="question.added", subject=question, program_id=program.pk, actor_id=by.user_id, now=now)
    return question


@transaction.atomic
def replace_question(
    *,
    question: ProfileQuestion,
    by: Membership,
    text: str,
    kind: str,
    now: datetime,
    help: str = "",
    choices: Sequence[str] = (),
    most_choices: int | None = None,
    asked_of: str = ProfileQuestion.AskedOf.BOTH,
    audience: str = Audience.PARTNER,
    is_required: bool = False,
    keep_answers: bool = False,
) -> ProfileQuestion:
    """Change a question: a new row takes its place, and the old one keeps the words that people answered.

    With `keep_answers` those answers count for the new words too, as far as they still fit and find no more readers than their
    writers were told of. Returns the question in use.
    """
    question = _in_use(question)
    _refuse_unless_it_can_be_answered(kind, choices)
    wished = (text, help, kind, list(choices), most_choices, asked_of, audience, is_required)
    if [getattr(question, name) for name in OF_A_QUESTION] == list(wished):
        return question
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    new = ProfileQuestion.objects.create(
        program_id=question.program_id,
        text=text,
        help=help,
        kind=kind,
        choices=list(choices),
        most_choices=most_choices,
        asked_of=asked_of,
        audience=audience,
        is_required=is_required,
        position=question.position,
        replaces=question,
    )
    if keep_answers:
        _carry_answers_over(question, new)
    for callback in _when_replaced:
        callback(question=question, by=new)
    audit.record(
        verb="question.replaced",
        subject=new,
        program_id=question.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"replaces": question.pk, "answers_kept": int(keep_answers)},
    )
    return new


@transaction.atomic
def retire_question(*, question: ProfileQuestion, by: Membership, now: datetime) -> None:
    """Ask it no longer. Answers that were given stay where they are, and are no longer shown."""
    question = _in_use(question)
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    audit.record(verb="question.retired", subject=question, program_id=question.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def move_question(*, question: ProfileQuestion, by: Membership, up: bool, now: datetime) -> None:
    """Swap a question with the one above or below it. At the end of the list nothing happens."""
    question = _in_use(question)
    order = list(ProfileQuestion.objects.filter(program_id=question.program_id).in_use())
    here = order.index(question)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, moved in enumerate(order):
        moved.position = position
    ProfileQuestion.objects.bulk_update(order, ["position"])
    audit.record(verb="question.moved", subject=question, program_id=question.program_id, actor_id=by.user_id, now=now)


def _in_use(question: ProfileQuestion) -> ProfileQuestion:
    # Whoever changes the questions of a program waits here for whoever does so already.
    Program.objects.select_for_update(no_key=True).get(pk=question.program_id)
    question = ProfileQuestion.objects.get(pk=question.pk)
    if question.retired_at is not None:
        raise Refused(_("Somebody has changed this question or taken it out. Look at the list again."))
    return question


def _refuse_unless_it_can_be_answered(kind: str, choices: Sequence[str]) -> None:
    if kind in (Kind.ONE, Kind.SEVERAL) and len(choices) < 2:
        raise Refused(_("Give at least two answers to choose from."))


def _carry_answers_over(old: ProfileQuestion, new: ProfileQuestion) -> None:
    if old.kind != new.kind or READERS.index(Audience(new.audience)) > READERS.index(Audience(old.audience)):
        return
    chosen_from = set(new.choices)
    fitting = []
    for answer in old.answers.order_by("pk").iterator(chunk_size=BATCH):
        values = answer.value if isinstance(answer.value, list) else [answer.value]
        if (not chosen_from or chosen_from.issuperset(values)) and len(values) <= (new.most_choices or len(values)):
            fitting.append(ProfileAnswer(profile_id=answer.profile_id, question=new, value=answer.value))
    ProfileAnswer.objects.bulk_create(fitting, batch_size=BATCH)


# --- what somebody says of themselves ---

NEVER_ASKED: tuple[object, ...] = (None, "", [])


@transaction.atomic
def begin(*, membership: Membership, prefilled: Mapping[str, Any], now: datetime) -> Profile:
    """Start a profile with what the program holds already. What no question in use asks for is left out.

    Who comes back has a profile: what they said themselves stays.
    """
    profile, _is_new = Profile.objects.get_or_create(
        membership=membership,
        defaults={
            "offers_mentoring": bool(prefilled.get("offers_mentoring")),
            "seeks_mentoring": bool(prefilled.get("seeks_mentoring")),
            "offers_capacity": prefilled.get("offers_capacity") or 1,
            "changed_at": now,
        },
    )
    held = prefilled.get("answers", {})
    questions = ProfileQuestion.objects.filter(program=membership.program_id, pk__in=held).in_use()
    unanswered = questions.exclude(pk__in=profile.answers.values("question"))
    _keep_answers(profile, {question: held[str(question.pk)] for question in unanswered})
    return profile


def of_those_who_left_before(program_id: int, before: datetime) -> ProfileQuerySet:
    """Profiles of people who left the program before this moment and have not come back."""
    return Profile.objects.filter(membership__program=program_id, membership__left_at__lt=before)


@transaction.atomic
def save_profile(
    *,
    membership: Membership,
    by: Membership,
    offers_mentoring: bool,
    seeks_mentoring: bool,
    offers_capacity: int,
    answers: Mapping[ProfileQuestion, str | list[str] | None],
    now: datetime,
    paused_until: date | None = None,
) -> Profile:
    """Keep what somebody says of themselves, finished or not. When nothing is missing any more, their profile is done.

    Whoever takes an answer away later has an unfinished profile again; the pairings that they are in go on.
    """
    if by.pk != membership.pk:
        raise Refused(_("A profile is written by the person it is about."))
    _refuse_what_is_no_answer(answers)
    Profile.objects.get_or_create(membership=membership, defaults={"changed_at": now})
    profile = Profile.objects.select_for_update(of=["self"], no_key=True).get(membership=membership)
    says_anew = (profile.offers_mentoring, profile.seeks_mentoring) != (offers_mentoring, seeks_mentoring)
    profile.offers_mentoring, profile.seeks_mentoring = offers_mentoring, seeks_mentoring
    profile.offers_capacity, profile.paused_until = offers_capacity, paused_until
    profile.changed_at = now
    _keep_answers(profile, answers)
    is_done = not missing(profile)
    finishes = is_done and profile.finished_at is None
    profile.finished_at = (profile.finished_at or now) if is_done else None
    profile.save()
    if says_anew:
        for callback in _when_sides_change:
            callback(membership=membership, now=now)
    if finishes:
        readiness.settle(membership=membership, key="profile", now=now)
    audit.record(
        verb="profile.saved",
        subject=profile,
        program_id=membership.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"done": int(finishes)},
    )
    return profile


def missing(profile: Profile) -> list[str]:
    """What must still be said, in the words of the page, in its order. Two queries."""
    wish = [] if profile.offers_mentoring or profile.seeks_mentoring else [_("Whether you offer mentoring, seek it, or both")]
    answered = {answer.question_id for answer in profile.answers.all() if answer.value not in NEVER_ASKED}
    questions = ProfileQuestion.objects.filter(program=profile.membership.program_id, is_required=True).in_use()
    return wish + [question.text for question in questions if is_asked_of(profile, question) and question.pk not in answered]


def is_asked_of(profile: Profile, question: ProfileQuestion) -> bool:
    asked_of = ProfileQuestion.AskedOf
    sides = {asked_of.BOTH: True, asked_of.OFFERING: profile.offers_mentoring, asked_of.SEEKING: profile.seeks_mentoring}
    return sides[asked_of(question.asked_of)]


def _refuse_what_is_no_answer(answers: Mapping[ProfileQuestion, str | list[str] | None]) -> None:
    for question, value in answers.items():
        values = value if isinstance(value, list) else [value] if value else []
        if question.kind in FROM_A_LIST and not set(question.choices).issuperset(values):
            raise Refused(_("Choose from the answers to “%(question)s” that are there.") % {"question": question.text})
        if question.most_choices and len(values) > question.most_choices:
            raise Refused(
                _("Choose at most %(most)d answers to “%(question)s”.") % {"most": question.most_choices, "question": question.text}
            )


def _keep_answers(profile: Profile, answers: Mapping[ProfileQuestion, str | list[str] | None]) -> None:
    emptied = [question for question, value in answers.items() if value in NEVER_ASKED]
    profile.answers.filter(question__in=emptied).delete()
    ProfileAnswer.objects.bulk_create(
        [ProfileAnswer(profile=profile, question=question, value=value) for question, value in answers.items() if value not in NEVER_ASKED],
        update_conflicts=True,
        unique_fields=["profile", "question"],
        update_fields=["value"],
    )

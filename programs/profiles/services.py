"""A program's own questions."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileAnswer, ProfileQuestion

Kind = ProfileQuestion.Kind
Audience = ProfileQuestion.Audience

# From the few to the many: an answer may move to fewer readers than its writer was told of, never to more.
READERS = [Audience.COORDINATORS, Audience.PARTNER, Audience.MEMBERS]
BATCH = 500


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
    asked_of: str = ProfileQuestion.AskedOf.BOTH,
    audience: str = Audience.PARTNER,
    is_required: bool = False,
) -> ProfileQuestion:
    """Ask something new, after all other questions."""
    program = Program.objects.select_for_update().get(pk=program.pk)
    _refuse_unless_it_can_be_answered(kind, choices)
    last = program.profile_questions.in_use().aggregate(last=Max("position"))["last"]
    question = ProfileQuestion.objects.create(
        program=program,
        text=text,
        help=help,
        kind=kind,
        choices=list(choices),
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
    same = (question.text, question.help, question.kind, question.choices) == (text, help, kind, list(choices))
    if same and (question.asked_of, question.audience, question.is_required) == (asked_of, audience, is_required):
        return question
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    new = ProfileQuestion.objects.create(
        program_id=question.program_id,
        text=text,
        help=help,
        kind=kind,
        choices=list(choices),
        asked_of=asked_of,
        audience=audience,
        is_required=is_required,
        position=question.position,
        replaces=question,
    )
    if keep_answers:
        _carry_answers_over(question, new)
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
    Program.objects.select_for_update().get(pk=question.program_id)
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
        if not chosen_from or chosen_from.issuperset(values):
            fitting.append(ProfileAnswer(profile_id=answer.profile_id, question=new, value=answer.value))
    ProfileAnswer.objects.bulk_create(fitting, batch_size=BATCH)

"""What counts when people are put together is set; and two people are kept apart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from matching.criteria import policies
from matching.criteria.models import Criterion, Exclusion, who_is_not_asked
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileQuestion
from programs.setup.templates import LIFE_EXPERIENCE

if TYPE_CHECKING:
    from mentoring.kernel.audit.services import Detail

Kind, Weight, Part, OfAnswer = Criterion.Kind, Criterion.Weight, Criterion.Part, ProfileQuestion.Kind

_when_let_together: list[Callable[[Membership, Membership], object]] = []


def when_let_together(callback: Callable[[Membership, Membership], object]) -> None:
    """Call `callback(one, other)` whenever the program keeps two apart no longer, in that transaction. For `AppConfig.ready()`."""
    _when_let_together.append(callback)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a question is to count. Of a rule the weight is left out; `part` says whether every pair should have one of these."""

    kind: str
    weight: int = 0
    need: int = 1
    in_order: bool = False
    is_part: bool = False
    mentor_question: ProfileQuestion | None = None

    def written_to(self, criterion: Criterion) -> None:
        kind = Kind(self.kind)
        criterion.kind = kind
        criterion.weight = 0 if kind in Criterion.RULES else self.weight
        is_one = criterion.question.kind == OfAnswer.ONE
        criterion.need = 1 if is_one or kind in (Kind.DIFFERENT, Kind.LANGUAGE, Kind.OFFERS) else self.need
        criterion.in_order = self.in_order and is_one and kind in (Kind.SIMILAR, Kind.DIFFERENT)
        criterion.part = Criterion.PARTS.get(kind, Part.NONE) if self.is_part else Part.NONE
        other = self.mentor_question if self.mentor_question != criterion.question else None
        criterion.mentor_question = other if kind == Kind.OFFERS else None


@transaction.atomic
def add(*, program: Program, question: ProfileQuestion, wish: Wish, by: Membership, now: datetime) -> Criterion:
    """Have a question count, after all that count already."""
    _locked(program, by)
    last = Criterion.objects.filter(program=program).aggregate(last=Max("position"))["last"]
    criterion = Criterion(program=program, question=question, position=0 if last is None else last + 1, changed_at=now)
    wish.written_to(criterion)
    _save(criterion)
    _record("criterion.added", criterion, by, now, _told(criterion))
    return criterion


@transaction.atomic
def change(*, criterion: Criterion, wish: Wish, by: Membership, now: datetime) -> Criterion:
    """Have its question count otherwise. What has been matched stays as it is."""
    criterion = _there(criterion, by)
    before = _told(criterion)
    wish.written_to(criterion)
    if _told(criterion) == before:
        return criterion
    criterion.changed_at = now
    _save(criterion)
    _record("criterion.changed", criterion, by, now, _told(criterion) | {"weight_before": before["weight"], "kind_before": before["kind"]})
    return criterion


@transaction.atomic
def move(*, criterion: Criterion, up: bool, by: Membership, now: datetime) -> None:
    """Swap a criterion with the one above or below it. At the end of the list nothing happens."""
    criterion = _there(criterion, by)
    order = list(Criterion.objects.filter(program=criterion.program_id).for_list())
    here = order.index(criterion)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, moved in enumerate(order):
        moved.position = position
    Criterion.objects.bulk_update(order, ["position"])
    _record("criterion.moved", criterion, by, now, {"up": up})


@transaction.atomic
def remove(*, criterion: Criterion, by: Membership, now: datetime) -> None:
    """Have it count no longer. Doing so twice changes nothing."""
    _locked(criterion.program, by)
    there = Criterion.objects.filter(pk=criterion.pk).first()
    if there is None:
        return
    # The audit trail names a row that is gone by its key.
    key = there.pk
    there.delete()
    there.pk = key
    _record("criterion.removed", there, by, now, _told(there))


@transaction.atomic
def use_suggestion(*, program: Program, by: Membership, now: datetime) -> list[Criterion]:
    """Begin with what fits the questions of the program, where nothing counts yet. All of it can be changed afterwards."""
    _locked(program, by)
    if Criterion.objects.filter(program=program).exists():
        raise Refused(_("Something counts already. Add to it, or change it, below."))
    made = suggestion(program, ProfileQuestion.objects.filter(program=program).in_use(), now)
    if not made:
        raise Refused(_("None of the questions can be compared: ask for languages, for free times, or for choices of a list."))
    Criterion.objects.bulk_create(made)
    events = [
        audit.Event(verb="criterion.added", subject=criterion, actor_id=by.user_id, detail=_told(criterion) | {"suggested": True})
        for criterion in made
    ]
    audit.record_many(events, program_id=program.pk, now=now)
    return made


def suggestion(program: Program, questions: Iterable[ProfileQuestion], now: datetime) -> list[Criterion]:
    """What would fit these questions, not saved: a language and some free hours in common, something shared, something that differs."""
    made: list[Criterion] = []
    for question in questions:
        is_told = question.audience != ProfileQuestion.Audience.COORDINATORS
        if is_told and not who_is_not_asked(question, None) and (wish := _usual(question)):
            criterion = Criterion(program=program, question=question, position=len(made), changed_at=now)
            wish.written_to(criterion)
            made.append(criterion)
    return made


def _usual(question: ProfileQuestion) -> Wish | None:
    match question.kind:
        case OfAnswer.LANGUAGES:
            return Wish(kind=Kind.LANGUAGE)
        case OfAnswer.TIMES:
            return Wish(kind=Kind.OVERLAP, need=2, weight=Weight.MUCH)
        case OfAnswer.SEVERAL if question.text != LIFE_EXPERIENCE.text:
            return Wish(kind=Kind.SIMILAR, weight=Weight.SOME, is_part=True)
        case OfAnswer.SEVERAL | OfAnswer.ONE:
            return Wish(kind=Kind.DIFFERENT, weight=Weight.SOME, is_part=True)
        case _:
            return None


def follow(*, question: ProfileQuestion, by: ProfileQuestion) -> None:
    """A question has been replaced `by` another: what counted of it counts of that one."""
    Criterion.objects.filter(question=question).update(question=by)
    Criterion.objects.filter(mentor_question=question).update(mentor_question=by)


def _locked(program: Program, by: Membership) -> None:
    if not policies.may_set_criteria(by) or by.program_id != program.pk:
        raise Refused(_("What counts is set by those who run the program."))
    # Whoever changes the criteria of a program waits here for whoever does so already, or changes its questions.
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _there(criterion: Criterion, by: Membership) -> Criterion:
    _locked(criterion.program, by)
    there = Criterion.objects.filter(pk=criterion.pk).for_list().first()
    if there is None:
        raise Refused(_("Somebody has taken this out. Look at the list again."))
    return there


def _save(criterion: Criterion) -> None:
    if {criterion.question.program_id, criterion.of_mentor.program_id} != {criterion.program_id}:
        raise Refused(_("Choose a question of this program."))
    if criterion.mentor_question and OfAnswer.TIMES in (criterion.question.kind, criterion.mentor_question.kind):
        raise Refused(_("Choose two questions with answers of a list, or about languages."))
    if not criterion.is_rule and criterion.weight not in Weight:
        raise Refused(_("Choose how much it counts."))
    if not 1 <= criterion.need <= Criterion.MOST_NEEDED:
        raise Refused(_("Enter a number from 1 to %(most)d.") % {"most": Criterion.MOST_NEEDED})
    if criterion.trouble:
        raise Refused(criterion.trouble)
    try:
        with transaction.atomic():
            criterion.save()
    except IntegrityError:
        raise Refused(_("This question counts in this way already. Change that, instead of adding it again.")) from None


def _told(criterion: Criterion) -> "dict[str, int | str | bool | None]":
    fields = ("kind", "question_id", "mentor_question_id", "weight", "need", "in_order", "part")
    return {field.removesuffix("_id"): getattr(criterion, field) for field in fields}


def _record(verb: str, criterion: Criterion, by: Membership, now: datetime, detail: "Detail") -> None:
    audit.record(verb=verb, subject=criterion, program_id=criterion.program_id, actor_id=by.user_id, now=now, detail=detail)


# --- never these two ---


@transaction.atomic
def exclude(*, program: Program, one: Membership, other: Membership, reason: str, by: Membership, now: datetime) -> Exclusion:
    """Never put these two together, in whichever order. A pairing that they have goes on.

    In private one of the two does so for themselves; twice is once. Those who run the program say a reason.
    """
    if {one.program_id, other.program_id, by.program_id} != {program.pk}:
        raise Refused(_("Choose two people of this program."))
    if one.pk == other.pk:
        raise Refused(_("Choose two different people."))
    if not policies.may_exclude(by, one, other, reason):
        raise Refused(_("Two people are kept apart by those who run the program, or by one of the two in private."))
    is_private = reason == Exclusion.Reason.PRIVATE
    # Two who press at once: the second finds the row of the first.
    Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=by.pk)
    there = Exclusion.objects.of(one, other)
    own = there.filter(by=by).first()
    if own is not None and is_private:
        return own
    if own is not None or (not is_private and there.of_program().exists()):
        raise Refused(_("These two are kept apart already."))
    exclusion = Exclusion.objects.create(program=program, one=one, other=other, reason=reason, by=by, made_at=now)
    _record_apart("exclusion.made", exclusion, by, now)
    return exclusion


def are_apart(one: Membership, other: Membership) -> bool:
    """Whether anybody keeps these two apart. One query."""
    return Exclusion.objects.of(one, other).exists()


@transaction.atomic
def take_back(*, exclusion: Exclusion, by: Membership, now: datetime) -> None:
    """Let these two be put together again. Doing so twice changes nothing."""
    there = Exclusion.objects.select_for_update(of=["self"]).filter(pk=exclusion.pk).first()
    if there is None:
        return
    if not policies.may_take_back(by, there):
        raise Refused(_("This is not yours to take back."))
    key = there.pk
    there.delete()
    there.pk = key
    _record_apart("exclusion.taken-back", there, by, now)
    if there.reason != Exclusion.Reason.PRIVATE and not Exclusion.objects.of(there.one, there.other).of_program().exists():
        for callback in _when_let_together:
            callback(there.one, there.other)


def _record_apart(verb: str, exclusion: Exclusion, by: Membership, now: datetime) -> None:
    """Of a private one the trail keeps that there was one, and not whose: admins read the trail."""
    is_private = exclusion.reason == Exclusion.Reason.PRIVATE
    detail: Detail = {} if is_private else {"one": exclusion.one_id, "other": exclusion.other_id, "reason": exclusion.reason}
    actor = None if is_private else by.user_id
    audit.record(verb=verb, subject=exclusion, program_id=exclusion.program_id, actor_id=actor, now=now, detail=detail)

"""Answering a check-in, and what becomes of one that closes."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from checkins.answers import policies
from checkins.answers.models import Answer, AnswerLink, CheckIn
from checkins.care import services as care
from checkins.care.models import Task
from checkins.plans.models import Question, zone_of
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership, Program

# The kinds of mail that remind of a check-in; declared in `checkins/reminders/letters.py`.
REMINDER, AFTER_MEETING, AT_THE_END = "checkin-due", "checkin-after-meeting", "checkin-closing"
# On which days after the one on which it is due somebody is reminded; the first time when it opens, where that is in the morning.
REMINDED_AFTER = {
    CheckIn.Occasion.SCHEDULED: (0, 3, 7),
    CheckIn.Occasion.LONG: (0, 3, 7),
    CheckIn.Occasion.FIT: (0,),
    CheckIn.Occasion.MEETING: (1,),
    CheckIn.Occasion.CLOSING: (1, 3, 7),
}
LONGEST_WORDS = 10_000
TOKEN_BYTES = 32
# Of a link that is over. Who opens old mail does so within that.
KEPT_FOR = timedelta(days=90)
AT_ONCE = 1000

Construct = Question.Construct


def reminder_of(check_in: CheckIn) -> str:
    """The kind of mail that reminds of it."""
    others = {CheckIn.Occasion.MEETING: AFTER_MEETING, CheckIn.Occasion.CLOSING: AT_THE_END}
    return others.get(CheckIn.Occasion(check_in.occasion), REMINDER)


@transaction.atomic
def give(
    *,
    check_in: CheckIn,
    by: Membership,
    answers: Mapping[Question, int | str | None],
    now: datetime,
    words: Mapping[Question, str] | None = None,
) -> CheckIn:
    """Save the answers to one question, some, or all; saving again replaces them. Nothing is saved once it has closed.

    A choice is its value, own words are a text, None is "I would rather not say". `words` are a few words beside a choice.
    """
    check_in = CheckIn.objects.select_for_update(of=["self"]).select_related("pairing").get(pk=check_in.pk)
    if not policies.may_answer(by, check_in, now):
        raise Refused(_("This check-in is not open. Nothing was changed."))
    return _give(check_in, by, answers, words or {}, now)


@transaction.atomic
def give_by_link(
    *, check_in: CheckIn, answers: Mapping[Question, int | str | None], now: datetime, words: Mapping[Question, str] | None = None
) -> CheckIn:
    """The same by the link of a mail, whoever holds it: what is said is said for the person who is asked."""
    locked = CheckIn.objects.select_for_update(of=["self"]).with_people()
    check_in = locked.get(pk=check_in.pk)
    if not policies.may_answer_by_link(check_in, now):
        raise Refused(_("This check-in is not open. Nothing was changed."))
    return _give(check_in, check_in.membership, answers, words or {}, now, detail={"by": "link"})


def _give(
    check_in: CheckIn,
    by: Membership,
    answers: Mapping[Question, int | str | None],
    words: Mapping[Question, str],
    now: datetime,
    detail: audit.Detail | None = None,
) -> CheckIn:
    asked = {question.pk: question for question in check_in.questions_asked()}
    rows = [_answer(check_in, asked.get(question.pk), value, words.get(question, ""), now) for question, value in answers.items()]
    if not rows:
        return check_in
    if check_in.answered_at is not None:
        # Replaced rather than changed: an encrypted text is bound to its row, and what was said before is gone.
        check_in.answers.filter(question__in=[row.question_id for row in rows]).delete()
    Answer.objects.bulk_create(rows)
    care.raise_tasks(_causes(check_in, rows), now=now)
    if check_in.answered_at is None:
        check_in.answered_at = now
        check_in.save(update_fields=["answered_at"])
        outbox.cancel(kind=reminder_of(check_in), subject_ids=[check_in.pk], now=now)
        care.let_go(kind=Task.Kind.UNANSWERED, pairing_ids=[check_in.pairing_id], about_id=by.pk, now=now)
        audit.record(verb="checkin.answered", subject=check_in, program_id=by.program_id, actor_id=by.user_id, now=now, detail=detail)
    return check_in


@transaction.atomic
def close_due(*, now: datetime) -> int:
    """Mark check-ins that have closed, at most a thousand; for two of one side in a row without an answer, raise a task.

    Returns how many were marked, so that a caller may go on until there are none. Twice at once shares the work.
    """
    closed = list(
        CheckIn.objects.filter(closed_at=None, closes_at__lte=now)
        .select_for_update(of=["self"], skip_locked=True)
        .select_related("pairing")
        .annotate(previous_due_on=_previous("due_on"), previous_answered_at=_previous("answered_at"))
        .order_by("closes_at", "pk")[:AT_ONCE]
    )
    CheckIn.objects.filter(pk__in=[check_in.pk for check_in in closed]).update(closed_at=now)
    care.raise_tasks(
        (
            care.Cause(
                kind=Task.Kind.UNANSWERED,
                pairing_id=check_in.pairing_id,
                about_id=check_in.membership_id,
                seen_on=check_in.due_on,
                since_on=check_in.previous_due_on,
            )
            for check_in in closed
            if _is_second_silence(check_in)
        ),
        now=now,
    )
    return len(closed)


def owe_reminders(check_ins: Iterable[CheckIn], *, now: datetime) -> int:
    """Owe each its messages, together when it is made; none is due once it has closed. Needs the plan, the program and the user at hand."""
    return _owe(
        [
            (check_in, str(place), due_at)
            for check_in in check_ins
            for place, due_at in enumerate(_reminded_at(check_in))
            if due_at < check_in.closes_at
        ],
        now,
    )


def owe_now(reminders: Iterable[tuple[CheckIn, str]], *, now: datetime) -> int:
    """Owe each check-in one message that is due at once, under the slot beside it. Needs the program and the user at hand."""
    return _owe([(check_in, slot, now) for check_in, slot in reminders], now)


def tomorrow_for(check_in: CheckIn, now: datetime) -> datetime | None:
    """When somebody is reminded who asks to be reminded tomorrow: at the plan's time by their own clock. None once that is too late."""
    zone = zone_of(check_in.membership.user, check_in.pairing.program)
    at = times.at_local(times.local_day(now, zone) + timedelta(days=1), check_in.plan.at_time, zone)
    return at if check_in.answered_at is None and at < check_in.closes_at else None


@transaction.atomic
def remind_tomorrow(*, check_in: CheckIn, now: datetime) -> datetime:
    """The next reminder comes tomorrow, instead of when it was to come; one comes too where none was left. Returns when."""
    # Whoever reminds people now holds them: that is over before this, or sees it.
    Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=check_in.membership_id)
    check_in = CheckIn.objects.select_for_update(of=["self"]).with_people().get(pk=check_in.pk)
    at = tomorrow_for(check_in, now)
    if at is None or not check_in.is_open_at(now):
        raise Refused(_("This check-in closes before tomorrow, or has been answered. No reminder was moved."))
    check_in.snoozed_until = at
    check_in.save(update_fields=["snoozed_until"])
    kind = reminder_of(check_in)
    about = OutboxMessage.objects.about(kind=kind, subject_ids=[check_in.pk])
    waiting = list(about.not_handed_over().order_by("due_at").values_list("due_at", flat=True))
    if waiting[:1] == [at]:
        return at
    outbox.cancel(kind=kind, subject_ids=[check_in.pk], now=now)
    # A key that was used stays used: what is owed again has a slot of its own.
    again = [at, *(due_at for due_at in waiting[1:] if due_at > at)]
    _owe([(check_in, f"{place}-{now:%Y%m%dT%H%M%S%f}", due_at) for place, due_at in enumerate(again)], now)
    return at


@transaction.atomic
def call_off(*, pairing_ids: Iterable[int], now: datetime) -> int:
    """A pairing was paused or ended: what is unanswered is no longer asked, and nobody is reminded of it.

    What is asked at the end of it stays.
    """
    open_ones = (
        CheckIn.objects.filter(pairing__in=list(pairing_ids), answered_at=None, called_off_at=None, closed_at=None)
        .exclude(occasion=CheckIn.Occasion.CLOSING)
        .select_for_update(of=["self"], skip_locked=True)
        .order_by("pk")
    )
    keys = list(open_ones.values_list("pk", flat=True))
    CheckIn.objects.filter(pk__in=keys).update(called_off_at=now)
    for kind in (REMINDER, AFTER_MEETING):
        outbox.cancel(kind=kind, subject_ids=keys, now=now)
    return len(keys)


def stop(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just been paused or ended: nothing is asked of it, and nobody is missed."""
    call_off(pairing_ids=[pairing.pk], now=now)
    care.let_go(kind=Task.Kind.UNANSWERED, pairing_ids=[pairing.pk], now=now)


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """A pairing goes on after a pause: what was called off with it, and is not over yet, is asked again, with its messages.

    Those whose time is still to come; and one now for who has had none, before this pause or between two.
    """
    called_off = CheckIn.objects.filter(pairing=pairing, closed_at=None, closes_at__gt=now).exclude(called_off_at=None)
    again = list(called_off.select_related("plan", "pairing__program", "membership__user").select_for_update(of=["self"]).order_by("pk"))
    keys = [check_in.pk for check_in in again]
    CheckIn.objects.filter(pk__in=keys).update(called_off_at=None)
    about = OutboxMessage.objects.filter(kind__in=[REMINDER, AFTER_MEETING], subject__in=[str(key) for key in keys])
    said = set(about.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", flat=True))
    taken_back = set(about.filter(state=OutboxMessage.State.CANCELLED).values_list("subject", flat=True))
    _owe(
        [
            (check_in, f"{place}-{now:%Y%m%dT%H%M%S}", due_at)
            for check_in in again
            if str(check_in.pk) in taken_back
            for place, due_at in _reminded_again_at(check_in, has_had_one=str(check_in.pk) in said, now=now)
        ],
        now,
    )


def call_off_of_stopped(*, now: datetime) -> int:
    """The same for every pairing that has stopped, should one have been missed. Returns how many, at most a thousand."""
    waiting = CheckIn.objects.filter(answered_at=None, called_off_at=None, closed_at=None).exclude(occasion=CheckIn.Occasion.CLOSING)
    missed = waiting.exclude(pairing__state=Pairing.State.ACTIVE)
    pairing_ids = set(missed.order_by("pk").values_list("pairing_id", flat=True)[: AT_ONCE // 2])
    return call_off(pairing_ids=pairing_ids, now=now) if pairing_ids else 0


@transaction.atomic
def forget_links(*, now: datetime) -> int:
    """Links that have long been over open nothing, and say the same when they are gone. Returns how many went, at most a thousand.

    They stay a while, since looking for one that is not there counts as guessing.
    """
    over = list(AnswerLink.objects.over_at(now - KEPT_FOR).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    AnswerLink.objects.filter(pk__in=over).delete()
    return len(over)


def _owe(reminders: Iterable[tuple[CheckIn, str, datetime]], now: datetime) -> int:
    """Each is a check-in, a slot and when it is due. One link for all of one check-in: its token is kept in the mails alone."""
    reminders = list(reminders)
    tokens = {check_in.pk: secrets.token_urlsafe(TOKEN_BYTES) for check_in, _slot, _due_at in reminders}
    owed = outbox.owe_many(
        [
            outbox.Duty(
                kind=reminder_of(check_in),
                subject_id=check_in.pk,
                recipient_id=check_in.membership.user_id,
                slot=slot,
                program_id=check_in.pairing.program_id,
                due_at=due_at,
                expires_at=check_in.closes_at,
                secret=tokens[check_in.pk],
            )
            for check_in, slot, due_at in reminders
        ],
        now=now,
    )
    closes_at = {check_in.pk: check_in.closes_at for check_in, _slot, _due_at in reminders}
    AnswerLink.objects.bulk_create(
        AnswerLink(check_in_id=key, token_hash=AnswerLink.hash_of(token), expires_at=closes_at[key]) for key, token in tokens.items()
    )
    return owed


def _reminded_at(check_in: CheckIn) -> list[datetime]:
    """At the plan's time of day, by the clock of whom it is about; on its own day when it opens."""
    zone = zone_of(check_in.membership.user, check_in.pairing.program)
    return [
        check_in.opens_at if days == 0 else times.at_local(check_in.due_on + timedelta(days=days), check_in.plan.at_time, zone)
        for days in REMINDED_AFTER[CheckIn.Occasion(check_in.occasion)]
    ]


def _reminded_again_at(check_in: CheckIn, *, has_had_one: bool, now: datetime) -> list[tuple[int, datetime]]:
    coming = [(place, due_at) for place, due_at in enumerate(_reminded_at(check_in)) if now < due_at < check_in.closes_at]
    has_passed = not coming or coming[0][0] > 0
    return [(0, now), *coming] if has_passed and not has_had_one else coming


def _answer(check_in: CheckIn, question: Question | None, value: int | str | None, beside: str, now: datetime) -> Answer:
    if question is None:
        raise Refused(_("This question is not part of this check-in. Nothing was changed."))
    answer = Answer(check_in=check_in, question=question, given_at=now)
    if question.kind == Question.Kind.TEXT:
        beside = value if isinstance(value, str) else ""
    elif value is not None:
        if value not in [number for number, _label in question.choices]:
            raise Refused(_("Choose one of the answers. Nothing was changed."))
        answer.value = int(value)
    if len(beside) > LONGEST_WORDS:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WORDS})
    answer.words = beside.strip() or None
    return answer


def _causes(check_in: CheckIn, answers: Iterable[Answer]) -> list[care.Cause]:
    """A direct answer is a task at once: it is no statistics, and needs no second one."""
    kinds = {_kind_raised_by(answer.question.construct, answer.value) for answer in answers if answer.value is not None}
    return [
        care.Cause(
            kind=kind,
            pairing_id=check_in.pairing_id,
            about_id=check_in.membership_id,
            seen_on=check_in.due_on,
            read_by=Program.AnswersReadBy(check_in.read_by),
        )
        for kind in sorted(filter(None, kinds))
    ]


def _kind_raised_by(construct: str, value: int) -> Task.Kind | None:
    if construct == Construct.COMFORT and value == 1:
        return Task.Kind.LOW_COMFORT
    if construct == Construct.BOUNDARIES and value <= 2:
        return Task.Kind.BOUNDARY
    if construct == Construct.GOING_ON and value <= 3:
        return Task.Kind.GOING_ON
    if construct == Construct.STEERING_FELT and value <= 2:
        return Task.Kind.STEERING
    if construct == Construct.REAL_YES and value == 1:
        return Task.Kind.REAL_YES
    if construct == Construct.LOAD and value == 1:
        return Task.Kind.LOAD
    return None


def _previous(field: str) -> Subquery:
    """Of the regular check-in before, of the same person about the same pairing."""
    before = CheckIn.objects.filter(pairing=OuterRef("pairing"), membership=OuterRef("membership"), due_on__lt=OuterRef("due_on"))
    return Subquery(before.regular().asked().order_by("-due_on").values(field)[:1])


def _is_second_silence(check_in: CheckIn) -> bool:
    if not check_in.is_regular or check_in.answered_at or check_in.called_off_at or check_in.pairing.state != Pairing.State.ACTIVE:
        return False
    return check_in.previous_due_on is not None and check_in.previous_answered_at is None  # type: ignore[attr-defined]

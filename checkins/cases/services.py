"""What those who may read a concern do about it. Whoever may not is refused, whatever page they came from."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from checkins.cases import policies, queries
from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns import queries as concerns
from checkins.concerns.models import Concern, ConcernAbout, ConcernEntry
from checkins.concerns.playbook import ENTRIES, due_at
from checkins.concerns.services import LONGEST_TEXT, NEEDS_YOU, in_words, locked, record, tell_raiser, tell_readers, write
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

Kind = ConcernEntry.Kind
LONGEST_TASK = 300


@transaction.atomic
def take(*, concern: Concern, by: Membership, now: datetime) -> Concern:
    """Be the one who sees to it. Taking what is one's own already changes nothing."""
    concern = _open_to(concern, by)
    if concern.handled_by_id == by.pk:
        return concern
    concern.handled_by = by
    concern.save(update_fields=["handled_by"])
    write(Kind.TAKEN, concern, by, now)
    return concern


@transaction.atomic
@audit.held_back()
def hand_over(*, concern: Concern, by: Membership, to: Membership, words: str, now: datetime) -> Concern:
    """To somebody else who may read it, or to the deputy, who may from then on."""
    concern = _open_to(concern, by)
    if to.pk not in {person.pk for person in may_take_over(concern, by)}:
        raise Refused(_("This person cannot take it on. Choose somebody of the list."))
    concern.handled_by = to
    concern.save(update_fields=["handled_by"])
    entry = write(Kind.HANDED, concern, by, now, text=in_words(words), to=to.pk)
    tell_readers(concern, slot=entry.pk.hex, now=now, only_handler=True)
    return concern


def may_take_over(concern: Concern, by: Membership) -> list[Membership]:
    """Who may read it, and the deputy where they have no part in it."""
    out = {concern.raised_by_id, by.pk, *concerns.shut_out_of(concern)}
    readers = {reader.pk for reader in concerns.readers_of(concern)}
    there = [person for person in concerns.who_may_receive(concern.program) if person.pk not in out]
    return [person for person in there if person.pk in readers or person.is_deputy]


@transaction.atomic
@audit.held_back()
def answer(*, concern: Concern, by: Membership, text: str, has_acted: bool, now: datetime) -> ConcernEntry:
    """Write to whoever raised it; `has_acted`: to tell them what was done."""
    concern = _locked(concern, by)
    entry = write(Kind.ACTED if has_acted else Kind.ANSWERED, concern, by, now, text=_needed(text))
    tell_raiser(concern, slot=entry.pk.hex, now=now)
    return entry


@transaction.atomic
def note(*, concern: Concern, by: Membership, text: str, now: datetime) -> ConcernEntry:
    """Write something down for those who may read it: facts. It stays as it is; what was wrong is put right by another one."""
    return write(Kind.NOTED, _locked(concern, by), by, now, text=_needed(text))


@transaction.atomic
def log_contact(*, concern: Concern, by: Membership, whom: str, how: str, on: date, text: str, now: datetime) -> ConcernEntry:
    """Write down that one has spoken with somebody. `whom`: "raiser", "other", or the key of a membership it is about."""
    concern = _locked(concern, by)
    if on > local_day(now, by.user.time_zone):
        raise Refused(_("This day is still to come. Write it down when it has been."))
    return write(Kind.CONTACTED, concern, by, now, text=_needed(text), whom=whom, how=how, on=on.isoformat())


@transaction.atomic
@audit.held_back()
def add_task(*, concern: Concern, by: Membership, text: str, owner: Membership, due_on: date, now: datetime) -> CaseTask:
    """Something to do, by one of those who may read it."""
    concern = _open_to(concern, by)
    if owner.pk not in {reader.pk for reader in concerns.readers_of(concern)}:
        raise Refused(_("Only somebody who may read this can do something about it."))
    task = CaseTask.objects.create(concern=concern, text=_needed(text, LONGEST_TASK), owner=owner, due_on=due_on, added_at=now)
    if owner.pk != by.pk:
        outbox.owe(kind=NEEDS_YOU, subject_id=concern.pk, recipient=owner.user, slot=task.pk.hex, program_id=concern.program_id, now=now)
    record("task_added", concern, by, now, task=str(task.pk))
    return task


@transaction.atomic
def finish_task(*, task: CaseTask, by: Membership, now: datetime) -> CaseTask:
    """Done. Twice changes nothing."""
    concern = _locked(task.concern, by)
    task = CaseTask.objects.select_for_update(of=["self"]).get(pk=task.pk)
    if task.done_at is None:
        task.done_at = now
        task.save(update_fields=["done_at"])
        record("task_done", concern, by, now, task=str(task.pk))
    return task


@transaction.atomic
def do_step(*, concern: Concern, by: Membership, step: str, now: datetime) -> None:
    """A step of the playbook is done. Twice changes nothing."""
    concern = _open_to(concern, by)
    if step not in ENTRIES[concern.kind].steps:
        raise Refused(_("This step does not belong to what this is now. Load the page again."))
    if not ConcernEntry.objects.filter(concern=concern, kind=Kind.STEP, detail__step=step).exists():
        write(Kind.STEP, concern, by, now, step=step)


@transaction.atomic
def grade(*, concern: Concern, by: Membership, kind: str, urgency: int, now: datetime) -> Concern:
    """Say what it is, once one knows: the playbook and the time in which somebody answers follow."""
    concern = _open_to(concern, by)
    if (concern.kind, concern.urgency) == (kind, urgency):
        return concern
    concern.kind, concern.urgency, concern.due_at = kind, urgency, due_at(kind, urgency, concern.raised_at)
    concern.save(update_fields=["kind", "urgency", "due_at"])
    write(Kind.GRADED, concern, by, now, kind_now=kind, urgency_now=urgency)
    return concern


@transaction.atomic
@audit.held_back()
def name(*, concern: Concern, by: Membership, person: Membership, now: datetime) -> Concern:
    """Write down whom else it is about. From then on they are shut out, whatever role they have, also who does this."""
    concern = _open_to(concern, by)
    # Whoever raised it is no exception: a refusal would tell who that is.
    if person.program_id != concern.program_id:
        raise Refused(_("This person is not in your program."))
    if ConcernAbout.objects.filter(concern=concern, membership=person).exists():
        return concern
    read_it = person.pk in {reader.pk for reader in concerns.readers_of(concern)}
    ConcernAbout.objects.create(concern=concern, membership=person)
    if concern.handled_by_id == person.pk:
        concern.handled_by = None
        concern.save(update_fields=["handled_by"])
    # Nothing is decided at the word of somebody whom it is about.
    CaseDecision.objects.filter(concern=concern, asked_by=person).waiting().update(settled_at=now)
    entry = write(Kind.NAMED, concern, by, now, person=person.pk)
    if read_it:
        # Those who are left, or the deputy who reads it only now.
        tell_readers(concern, slot=entry.pk.hex, now=now, but=by)
    return concern


@transaction.atomic
@audit.held_back()
def stop_contact(*, concern: Concern, by: Membership, pairing: Pairing, because: str, now: datetime) -> Concern:
    """Pause a pairing now. The two get the same words as at every pause. `because`: "agreed" (whoever raised it has), or "danger"."""
    concern = _open_to(concern, by)
    if pairing.pk not in {one.pk for one in queries.pairings_to_stop(concern)}:
        raise Refused(_("This pairing is not active any more, or is not part of this."))
    pauses.stop_contact(pairing=pairing, by=by, now=now)
    write(Kind.STOPPED, concern, by, now, pairing=pairing.pk, because=because)
    return concern


# --- what needs a second person ---


@transaction.atomic
@audit.held_back()
def ask_second(*, concern: Concern, by: Membership, kind: str, text: str, now: datetime) -> CaseDecision:
    """A decision of weight stands once another person who may read this says yes; where there is no other, at once."""
    concern = _open_to(concern, by)
    if kind == CaseDecision.Kind.CLOSE:
        raise Refused(_("To close it, use “Close this concern”."))
    return _ask(concern, by, kind, _needed(text), "", now)


@transaction.atomic
@audit.held_back()
def settle(*, decision: CaseDecision, by: Membership, agrees: bool, now: datetime) -> CaseDecision:
    """The second person says yes or no. What closes the concern closes it with the yes."""
    concern = _locked(decision.concern, by)
    decision = CaseDecision.objects.select_for_update(of=["self"]).get(pk=decision.pk)
    if not policies.may_be_second(by, decision):
        raise Refused(_("Somebody has decided this already, or it needs somebody else than who asked."))
    if not concern.is_open:
        raise Refused(_("This concern has been closed in the meantime."))
    decision.second, decision.settled_at, decision.stands = by, now, agrees
    decision.save(update_fields=["second", "settled_at", "stands"])
    write(Kind.AGREED if agrees else Kind.DISAGREED, concern, by, now, decision=str(decision.pk), what=decision.kind)
    if agrees and decision.kind == CaseDecision.Kind.CLOSE:
        _close(concern, by, decision.outcome, str(decision.text), now)
    elif decision.asked_by.left_at is None:
        tell_readers(concern, slot=decision.pk.hex, now=now, only_handler=True, but=by)
    return decision


@transaction.atomic
@audit.held_back()
def close(*, concern: Concern, by: Membership, outcome: str, text: str, now: datetime) -> CaseDecision | None:
    """Close it, with words for whoever raised it. Where it takes a second person, returns the decision that waits for them."""
    concern = _open_to(concern, by)
    text = _needed(text)
    if policies.needs_second(concern, concerns.readers_of(concern)):
        return _ask(concern, by, CaseDecision.Kind.CLOSE, text, outcome, now)
    _close(concern, by, outcome, text, now)
    return None


@transaction.atomic
@audit.held_back()
def reopen(*, concern: Concern, by: Membership, text: str, now: datetime) -> Concern:
    """It is not settled after all. Whoever raised it is told."""
    concern = _locked(concern, by)
    if concern.is_open:
        return concern
    concern.closed_at, concern.outcome, concern.due_at = None, "", due_at(concern.kind, concern.urgency, now)
    concern.save(update_fields=["closed_at", "outcome", "due_at"])
    entry = write(Kind.REOPENED, concern, by, now, text=_needed(text))
    tell_raiser(concern, slot=entry.pk.hex, now=now)
    return concern


def _ask(concern: Concern, by: Membership, kind: str, text: str, outcome: str, now: datetime) -> CaseDecision:
    is_alone = len(concerns.readers_of(concern)) == 1
    settled = {"settled_at": now, "stands": True} if is_alone else {}
    if is_alone:
        # What waited for somebody who may read it no more would wait for good.
        CaseDecision.objects.filter(concern=concern, kind=kind).waiting().update(settled_at=now)
    try:
        with transaction.atomic():
            decision = CaseDecision.objects.create(
                concern=concern, kind=kind, text=text, outcome=outcome, asked_by=by, asked_at=now, **settled
            )
    except IntegrityError as twice:
        raise Refused(_("A decision of this kind waits for a second person already.")) from twice
    write(Kind.ASKED, concern, by, now, decision=str(decision.pk), what=kind, is_alone=is_alone)
    if not is_alone:
        tell_readers(concern, slot=decision.pk.hex, now=now, but=by)
    return decision


def _close(concern: Concern, by: Membership, outcome: str, text: str, now: datetime) -> None:
    concern.closed_at, concern.outcome = now, outcome
    concern.save(update_fields=["closed_at", "outcome"])
    CaseDecision.objects.filter(concern=concern).waiting().update(settled_at=now)
    entry = write(Kind.CLOSED, concern, by, now, text=text, outcome=outcome)
    tell_raiser(concern, slot=entry.pk.hex, now=now)


# --- pieces ---


def _locked(concern: Concern, by: Membership) -> Concern:
    """Locked, and theirs to read at this moment: it may have been written down a second ago that it is about them."""
    concern = locked(concern)
    if not Concern.objects.readable_by(by).filter(pk=concern.pk).exists():
        raise Refused(_("This is not yours to see to any more."))
    return concern


def _open_to(concern: Concern, by: Membership) -> Concern:
    concern = _locked(concern, by)
    if not concern.is_open:
        raise Refused(_("This concern has been closed in the meantime. Open it again first."))
    return concern


def _needed(text: str, most: int = LONGEST_TEXT) -> str:
    text = in_words(text, most)
    if not text:
        raise Refused(_("Write a few words first."))
    return text

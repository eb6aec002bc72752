"""A pairing begins: somebody introduces two people, each says yes or not this time, and it starts when both are ready."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.pairings import places, policies, states
from matching.pairings.models import Pairing, PartnerWish, Request
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

State, Mentor = Pairing.State, Pairing.Mentor
PROPOSED, ASKED, REMINDER = "pairing-proposed", "pairing-asked", "pairing-reminder"
CLOSED, NOT_STARTED = "pairing-closed", "pairing-not-started"
AT_ONCE = 200
LONGEST_MESSAGE = 1_000
APART = gettext_lazy("These two cannot be introduced. That can have many reasons, and it may be somebody’s own choice.")
NOT_OPEN = gettext_lazy("This person cannot be asked any more. That can have many reasons. You find others among your suggestions.")

_when_activated: list[Callable[..., object]] = []
_when_stopped: list[Callable[..., object]] = []
_when_gone_on: list[Callable[..., object]] = []
_are_apart: list[Callable[[Membership, Membership], bool]] = []


class AskedBefore(Refused):
    """The two were introduced before and it did not start. They can be introduced again, knowingly."""


def when_activated(callback: Callable[..., object]) -> None:
    """Call `callback(pairing=…, now=…)` whenever a pairing becomes active, in the same transaction. For `AppConfig.ready()`."""
    _when_activated.append(callback)


def when_stopped(callback: Callable[..., object]) -> None:
    """Call `callback(pairing=…, now=…)` whenever an active pairing is paused or ended, in that transaction. For `AppConfig.ready()`."""
    _when_stopped.append(callback)


def when_gone_on(callback: Callable[..., object]) -> None:
    """Call `callback(pairing=…, now=…)` whenever a paused pairing is active again, in that transaction. For `AppConfig.ready()`."""
    _when_gone_on.append(callback)


def keep_apart(are_apart: Callable[[Membership, Membership], bool]) -> None:
    """Two of whom `are_apart(one, other)` is true are never introduced, by whomever. For `AppConfig.ready()`."""
    _are_apart.append(are_apart)


def people_of_own(membership: Membership) -> "QuerySet[Membership, int]":
    """Of every pairing that somebody is or was half of: the keys of both halves' users."""
    own = Pairing.objects.of(membership)
    halves = Membership.objects.filter(Q(pairings_as_first__in=own) | Q(pairings_as_second__in=own))
    return halves.values_list("user_id", flat=True)


def events_of_own(membership: Membership) -> Q:
    """What the audit log keeps from staff who are half of a pairing: who did what to it, and what the other half did."""
    own = Pairing.objects.of(membership)
    keys = own.annotate(key=Cast("pk", CharField())).values("key")
    of_pairs = Q(object_type__startswith="matching.") | Q(object_type__startswith="checkins.")
    others = people_of_own(membership).exclude(user=membership.user_id)
    about_own = Q(object_type=Pairing._meta.label_lower, object_id__in=keys) & ~Q(actor_id=membership.user_id)
    return about_own | (of_pairs & Q(actor_id__in=others))


@transaction.atomic
def propose(
    *,
    program: Program,
    one: Membership,
    other: Membership,
    mentor: Membership | None,
    by: Membership,
    now: datetime,
    coordinator: Membership | None = None,
    again: bool = False,
    stands_in_for: Pairing | None = None,
) -> Pairing:
    """Introduce two people to each other and ask both. Without a `mentor` both mentor and both learn.

    `coordinator` is whose caseload it becomes, at first that of whoever proposes it. `again` says that an earlier introduction of the
    same two, which did not start, is known; without it there is `AskedBefore`. With `stands_in_for` it is for a while: one of the two is
    half of that pairing, which rests, and needs no free place.
    """
    if not policies.may_propose(by) or by.program_id != program.pk:
        raise Refused(_("Only those who run the program introduce people."))
    if one.pk == other.pk:
        raise Refused(_("Choose two different people. Nobody can be paired with themselves."))
    if mentor is not None and mentor.pk not in (one.pk, other.pk):
        raise Refused(_("The mentor has to be one of the two."))
    if mentor is not None and stands_in_for is None and program.kind == Program.Kind.RECIPROCAL:
        raise Refused(_("In this program both of a pair are equal peers. Nobody has a place alone."))
    # The places of both stay as they are until this is done, so that two coordinators cannot both give the last one.
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    locked = _locked_people(program, one, other, now)
    one, other = locked[one.pk], locked[other.pk]
    if stands_in_for is not None:
        stands_in_for = _locked(stands_in_for)
        _refuse_unless_it_needs_somebody(stands_in_for, one, other, by)
    earlier = set(Pairing.objects.of(one).of(other).values_list("state", flat=True))
    names = {"one": one.user.full_name, "other": other.user.full_name}
    if earlier.intersection(Pairing.OPEN_STATES):
        raise Refused(_("%(one)s and %(other)s have an open pairing already.") % names)
    if _kept_apart(one, other):
        raise Refused(APART)
    _refuse_unless_free(locked.values(), mentor, stands_in_for)
    if State.DECLINED in earlier and not again:
        raise AskedBefore(
            _("%(one)s and %(other)s were introduced before, and it did not start. Tick that you know this, to ask them again.") % names
        )
    pairing = _of_two(program, one, other, mentor, by, now)
    pairing.stands_in_for = stands_in_for
    pairing.coordinator = _caseload_of(coordinator or by, pairing)
    pairing.save()
    _owe_introduction(PROPOSED, pairing, pairing.halves, now)
    _record_introduction("pairing.proposed", pairing, by, now)
    return pairing


@transaction.atomic
def ask(*, by: Membership, other: Membership, mentor: Membership | None, message: str, now: datetime) -> Pairing:
    """One person asks another to meet, and has said yes with that. `message` is for the other alone.

    Nobody's place is taken until the other's yes. Whoever calls knows that the other may be suggested to them.
    """
    if not policies.may_ask(by) or by.program_id != other.program_id or by.pk == other.pk:
        raise Refused(_("In this program those who run it introduce people."))
    message = message.replace("\r\n", "\n").strip()
    if len(message) > LONGEST_MESSAGE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_MESSAGE})
    program = Program.objects.select_for_update(no_key=True).get(pk=by.program_id)
    locked = _locked_people(program, by, other, now)
    by, other = locked[by.pk], locked[other.pk]
    waiting = Request.objects.filter(by=by).waiting().count()
    if waiting >= program.open_requests:
        raise Refused(
            _("You have asked as many people as you can at once. When one has answered, or you take a request back, you can ask another.")
        )
    mentors, learns = (mentor is None or mentor.pk == by.pk), (mentor is None or mentor.pk == other.pk)
    if reason := places.why_not(locked[by.pk], mentors=mentors, learns=learns):
        raise Refused(reason)
    has_room = not places.why_not(locked[other.pk], mentors=learns, learns=mentors)
    asked_enough = Request.objects.visible_to(other).waiting().count() >= program.open_requests
    if not has_room or asked_enough or _kept_apart(by, other) or Pairing.objects.of(by).of(other).exists():
        raise Refused(NOT_OPEN)
    pairing = _of_two(program, by, other, mentor, by, now)
    setattr(pairing, f"{pairing.side_of(by)}_accepted_at", now)
    pairing.save()
    # None where nothing was written: there is nothing to encrypt.
    Request.objects.create(pairing=pairing, by=by, message=message or None, made_at=now)
    _owe_introduction(ASKED, pairing, [other], now)
    _record_introduction("pairing.asked", pairing, by, now)
    return pairing


@transaction.atomic
def accept(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """Record one half's yes. With the second one it is accepted, and starts at once if both are ready."""
    was_asked_for = Request.objects.filter(pairing=pairing).exists()
    # What one asked of the other takes its places only now: the people come before their pairing, as for whoever else gives a place.
    people = _locked_people(pairing.program, *pairing.halves, now) if was_asked_for else {}
    pairing = _locked(pairing)
    if pairing.state == State.DECLINED:
        raise Refused(_("This introduction is no longer open. Nothing was lost: you can be introduced to somebody else."))
    if not policies.may_accept(by, pairing):
        raise Refused(_("You have said yes to this already, or it is not yours to answer."))
    if was_asked_for:
        _refuse_unless_there_is_room(pairing, people)
    setattr(pairing, f"{pairing.side_of(by)}_accepted_at", now)
    both = pairing.first_accepted_at is not None and pairing.second_accepted_at is not None
    if both:
        pairing.state = states.AGREE.leads_from(pairing.state)
    pairing.save(update_fields=["first_accepted_at", "second_accepted_at", "state"])
    for kind in (PROPOSED, ASKED, REMINDER):
        outbox.cancel(kind=kind, subject_ids=[pairing.pk], recipient_id=by.user_id, now=now)
    if both:
        _start_if_both_are_ready(pairing, now)
    audit.record(verb="pairing.accepted", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


@transaction.atomic
def decline(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """One half says not this time, for no reason that anybody asks. The row does not keep who it was; both get the same letter."""
    pairing = _locked(pairing)
    if pairing.state == State.DECLINED and pairing.includes(by):
        # The other was quicker. What this half wished has come about.
        return pairing
    if not policies.may_decline(by, pairing):
        raise Refused(_("This pairing has begun already. If it is not right for you, talk to your coordinator."))
    set_not_started(pairing, now, move=states.DECLINE)
    audit.record(verb="pairing.declined", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


@transaction.atomic
def withdraw(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """Those who run the program take back an introduction made in error. The two cannot tell it from a "not this time"."""
    pairing = _locked(pairing)
    if pairing.state == State.DECLINED and policies.may_have_caseload(by, pairing):
        return pairing
    if not policies.may_withdraw(by, pairing):
        raise Refused(_("Only an introduction that has not begun yet can be taken back."))
    set_not_started(pairing, now, move=states.WITHDRAW)
    audit.record(verb="pairing.withdrawn", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


@transaction.atomic
def lapse_due(*, now: datetime) -> int:
    """End the introductions whose time is over without two yeses, as if somebody had said "not this time". Nothing keeps who had answered.

    Running late, twice, or twice at once changes nothing but the delay. Returns how many, so that a caller may go on until there are none.
    """
    due = Pairing.objects.filter(state__in=states.LAPSE.starts_from, lapses_at__lte=now, program__archived_at=None)
    # Those that somebody answers in this moment are left to them; what they leave open is looked at the next time.
    locked = due.with_people().order_by("pk").select_for_update(of=["self"], no_key=True, skip_locked=True)[:AT_ONCE]
    over = list(locked)
    for pairing in over:
        set_not_started(pairing, now, move=states.LAPSE)
    for pairing in over:
        audit.record(
            verb="pairing.declined", subject=pairing, program_id=pairing.program_id, actor_id=None, now=now, detail={"cause": "lapsed"}
        )
    return len(over)


@transaction.atomic
def wish_for_somebody(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """One of the two would like to be introduced to somebody else. Wishing twice changes nothing; the other half is told nothing."""
    pairing = _locked(pairing)
    if not policies.may_wish_for_somebody(by, pairing):
        raise Refused(_("You can say so about a pairing of your own that has begun."))
    if keep_wish(pairing=pairing, by=by, now=now):
        audit.record(verb="pairing.wished_for_somebody", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def take_wish_back(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """They would not like to be introduced to somebody else any more, in whichever pairing they said so. Nobody is told."""
    pairing = _locked(pairing)
    if not policies.may_take_wish_back(by, pairing):
        raise Refused(_("You can say so about a pairing of your own that has begun."))
    if PartnerWish.objects.filter(membership=by).standing().delete()[0]:
        audit.record(verb="pairing.took_wish_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


# --- for subjects that know who may: the pairing is locked by whoever calls, who writes the audit event ---


def keep_wish(*, pairing: Pairing, by: Membership, now: datetime) -> bool:
    """One half would like to meet somebody else. Returns whether that is new: a wish that stands already stays as it is."""
    wish, is_new = PartnerWish.objects.get_or_create(membership=by, defaults={"pairing": pairing, "wished_at": now})
    if wish.met_in_id is None:
        return is_new
    PartnerWish.objects.filter(pk=wish.pk).update(pairing=pairing, wished_at=now, met_in=None)
    return True


def set_paused(*, pairing: Pairing, now: datetime) -> None:
    pairing.state = states.PAUSE.leads_from(pairing.state)
    pairing.save(update_fields=["state"])
    _tell(_when_stopped, pairing, now)


def set_active_again(*, pairing: Pairing, now: datetime) -> None:
    pairing.state = states.GO_ON.leads_from(pairing.state)
    pairing.save(update_fields=["state"])
    _tell(_when_gone_on, pairing, now)


def set_begun_again(*, pairing: Pairing, now: datetime) -> None:
    """It has ended, and is active again. A requirement that has opened since does not hold it back, as it never stops what has begun."""
    pairing.state, pairing.ended_at = states.BEGIN_AGAIN.leads_from(pairing.state), None
    pairing.save(update_fields=["state", "ended_at"])
    # Whoever wished for somebody in place of this one has this one again. What was said of another pairing is not touched.
    PartnerWish.objects.filter(pairing=pairing).standing().delete()
    _tell(_when_gone_on, pairing, now)


def set_undone(*, pairing: Pairing, now: datetime) -> None:
    """It was active, and is as if it had never begun: neither has met anybody, and both wait as long as they did."""
    pairing.activated_at = None
    set_not_started(pairing, now, move=states.UNDO)
    PartnerWish.objects.filter(met_in=pairing).update(met_in=None)
    _tell(_when_stopped, pairing, now)


def owe_closed(*, pairing: Pairing, now: datetime) -> None:
    """The letter of an ending, to both. A pairing can end again after it has begun again: each ending has its own."""
    _owe_to_both(CLOSED, pairing, now, slot=f"{now:%Y%m%dT%H%M%S}")


def set_closed(*, pairing: Pairing, now: datetime, move: states.Move = states.END) -> None:
    pairing.state, pairing.ended_at = move.leads_from(pairing.state), now
    pairing.save(update_fields=["state", "ended_at"])
    _tell(_when_stopped, pairing, now)


@transaction.atomic
def activate_if_ready(*, membership: Membership, now: datetime) -> None:
    """Start what waited for this person alone. Called when they have settled the last thing that was required of them."""
    # Also those to which one of the two is saying yes at this moment: whoever comes second here sees what the first one did.
    waiting = Pairing.objects.of(membership).filter(state__in=[State.PROPOSED, State.ACCEPTED])
    for pairing in waiting.order_by("pk").select_for_update(of=["self"], no_key=True):
        if pairing.state == State.ACCEPTED:
            _start_if_both_are_ready(pairing, now)


@transaction.atomic
def end_those_of(*, membership: Membership, now: datetime) -> None:
    """Somebody has left the program: what had begun is closed, what had not does not start.

    What is closed looks to both as if anybody had ended it: the same letter, which says of nobody that they left.
    """
    theirs = Q(first=membership) | Q(second=membership)
    # With those that end with these, so that all are locked in the order of their keys.
    of_theirs = Q(stands_in_for__first=membership) | Q(stands_in_for__second=membership)
    locked = Pairing.objects.filter(theirs | of_theirs).open().with_people().order_by("pk").select_for_update(of=["self"], no_key=True)
    # Stand-ins first: else one would have ended already with what it stands in for.
    for pairing in sorted(locked, key=lambda pairing: not pairing.is_stand_in):
        if not pairing.includes(membership):
            continue
        has_begun = pairing.activated_at is not None
        if has_begun:
            set_closed(pairing=pairing, now=now, move=states.LEAVE)
            owe_closed(pairing=pairing, now=now)
        else:
            set_not_started(pairing, now, move=states.LEAVE)
        verb = "pairing.closed" if has_begun else "pairing.declined"
        audit.record(verb=verb, subject=pairing, program_id=pairing.program_id, actor_id=None, now=now, detail={"cause": "left"})


def _start_if_both_are_ready(pairing: Pairing, now: datetime) -> None:
    """The pairing is locked. Readiness is read after that, so that of two who become ready together the second one sees both."""
    if Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).filter(Q(ready_at=None) | ~Q(left_at=None)).exists():
        return
    pairing.state = states.START.leads_from(pairing.state)
    pairing.activated_at = now
    pairing.save(update_fields=["state", "activated_at"])
    _forget_message(pairing)
    _owe_to_both("pairing-started", pairing, now)
    # Whoever wished to meet somebody has, unless it is for a while.
    if not pairing.is_stand_in:
        PartnerWish.objects.filter(membership__in=[pairing.first_id, pairing.second_id]).standing().update(met_in=pairing)
    _tell(_when_activated, pairing, now)
    audit.record(verb="pairing.activated", subject=pairing, program_id=pairing.program_id, actor_id=None, now=now)


def set_not_started(pairing: Pairing, now: datetime, *, move: states.Move) -> None:
    pairing.state = move.leads_from(pairing.state)
    pairing.first_accepted_at = pairing.second_accepted_at = None
    pairing.ended_at = now
    pairing.save(update_fields=["state", "first_accepted_at", "second_accepted_at", "activated_at", "ended_at"])
    _forget_message(pairing)
    for kind in (PROPOSED, ASKED, REMINDER):
        outbox.cancel(kind=kind, subject_ids=[pairing.pk], now=now)
    _owe_to_both(NOT_STARTED, pairing, now)


def _kept_apart(one: Membership, other: Membership) -> bool:
    return any(are_apart(one, other) for are_apart in _are_apart)


def _tell(callbacks: Iterable[Callable[..., object]], pairing: Pairing, now: datetime) -> None:
    for callback in callbacks:
        callback(pairing=pairing, now=now)


def _locked(pairing: Pairing) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_people().get(pk=pairing.pk)


def _locked_people(program: Program, one: Membership, other: Membership, now: datetime) -> "dict[int, places.WithPlaces]":
    """Both, with their places, locked in the order of their keys."""
    keys = sorted([one.pk, other.pk])
    people = Membership.objects.filter(program=program, pk__in=keys).current().participants()
    found = {person.pk for person in people.order_by("pk").select_for_update(of=["self"], no_key=True)}
    for key, person in ((one.pk, one), (other.pk, other)):
        if key not in found:
            raise Refused(_("%(name)s is not a participant of this program any more.") % {"name": person.user.full_name})
    with_their_places = places.with_places(people.select_related("program", "user", "profile"), on=local_day(now, program.time_zone))
    return {person.pk: person for person in with_their_places}


def _refuse_unless_it_needs_somebody(pairing: Pairing, one: Membership, other: Membership, by: Membership) -> None:
    if not policies.may_have_stand_in(by, pairing):
        raise Refused(_("Somebody stands in only while a pairing rests. Nothing was changed."))
    if pairing.includes(one) == pairing.includes(other):
        raise Refused(_("Somebody who is no part of the pairing stands in, for one of its two."))
    if Pairing.objects.filter(stands_in_for=pairing).open().exists():
        raise Refused(_("Somebody has been asked already to stand in for this pairing."))


def _refuse_unless_free(two: "Iterable[places.WithPlaces]", mentor: Membership | None, stands_in_for: Pairing | None) -> None:
    for person in two:
        if stands_in_for is not None and stands_in_for.includes(person):
            continue
        mentors = mentor is None or mentor.pk == person.pk
        learns = mentor is None or mentor.pk != person.pk
        if reason := places.why_not(person, mentors=mentors, learns=learns):
            raise Refused(reason)


def _refuse_unless_there_is_room(pairing: Pairing, people: "dict[int, places.WithPlaces]") -> None:
    """In words that do not say whose places are taken."""
    for half in pairing.halves:
        mentors = pairing.is_reciprocal or pairing.mentor_membership == half
        learns = pairing.is_reciprocal or pairing.mentor_membership != half
        if places.why_not(people[half.pk], mentors=mentors, learns=learns):
            raise Refused(_("One of you two has no free place at the moment, so this cannot start now. Nothing was changed."))


def _of_two(program: Program, one: Membership, other: Membership, mentor: Membership | None, by: Membership, now: datetime) -> Pairing:
    """Not saved. Who comes first is drawn by chance."""
    first, second = (one, other) if secrets.randbelow(2) else (other, one)
    return Pairing(
        program=program,
        cohort_id=one.cohort_id if one.cohort_id == other.cohort_id else None,
        first=first,
        second=second,
        mentor=_place_of(mentor, first),
        proposed_by=by,
        proposed_at=now,
        lapses_at=now + timedelta(days=program.introduction_open_days),
    )


def _owe_introduction(kind: str, pairing: Pairing, halves: Iterable[Membership], now: datetime) -> None:
    """The letter, and the reminder on its day, to those who are asked."""
    reminded_at = now + timedelta(days=pairing.program.introduction_reminder_days)
    _owe(kind, pairing, halves, now, expires_at=pairing.lapses_at)
    _owe(REMINDER, pairing, halves, now, due_at=reminded_at, expires_at=pairing.lapses_at)


def _record_introduction(verb: str, pairing: Pairing, by: Membership, now: datetime) -> None:
    mentor = pairing.mentor_membership
    detail = {"first": pairing.first_id, "second": pairing.second_id, "mentor": mentor.pk if mentor else 0}
    audit.record(verb=verb, subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now, detail=detail)


def _forget_message(pairing: Pairing) -> None:
    """What one wrote to the other has done what it was for."""
    Request.objects.filter(pairing=pairing).update(message=None)


def _place_of(mentor: Membership | None, first: Membership) -> str:
    if mentor is None:
        return Mentor.NOBODY
    return Mentor.FIRST if mentor.pk == first.pk else Mentor.SECOND


def _caseload_of(membership: Membership, pairing: Pairing) -> Membership | None:
    fits = membership.program_id == pairing.program_id and membership.left_at is None
    return membership if fits and policies.may_have_caseload(membership, pairing) else None


def _owe_to_both(kind: str, pairing: Pairing, now: datetime, slot: str = "0") -> None:
    _owe(kind, pairing, pairing.halves, now, slot=slot)


def _owe(
    kind: str,
    pairing: Pairing,
    halves: Iterable[Membership],
    now: datetime,
    *,
    slot: str = "0",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    duties = [
        outbox.Duty(
            kind=kind,
            subject_id=pairing.pk,
            recipient_id=half.user_id,
            slot=slot,
            program_id=pairing.program_id,
            due_at=due_at,
            expires_at=expires_at,
        )
        for half in halves
    ]
    outbox.owe_many(duties, now=now)

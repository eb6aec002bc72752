"""Making check-ins due, and owing the messages for each.

Decided: a row beside each active pairing keeps the day before which nothing of it is due, so that a run costs nothing for those who are
not; yet what is due is reckoned from the day on which the pairing started, so that no row that is lost or wrong loses a check-in.
A run looks 36 hours ahead and two days back.

Decided: after a first meeting the two are asked how it fits on the third day, on one and the same day as ever. They are not where a regular
check-in comes within two days of it, because it asks the same and more; nor about a meeting of weeks ago, which the regular ones
have covered.

Decided: what has not opened yet was told to nobody. When a program changes its days, its holidays or its clock, that is taken back and
planned anew, while what has opened stays as its people were told.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from checkins.answers.models import CheckIn
from checkins.answers.services import AFTER_MEETING, AT_THE_END, REMINDER, call_off_of_stopped, close_due, owe_now, owe_reminders
from checkins.plans import cadence
from checkins.plans.models import MEETING_OPEN_DAYS, CheckInPlan, NextDue, started_on, zone_of
from checkins.reminders.letters import CHECK_INS
from checkins.sessions.models import Session
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes import services as wishes
from programs.memberships.models import Holiday, Membership, Program
from programs.people.models import User

logger = logging.getLogger(__name__)

AHEAD = timedelta(hours=36)
# For an installation that was away. What should have opened longer ago is not made up for.
BEHIND = timedelta(days=2)
# Two check-ins, three messages for each: a thousand rows a transaction.
PAIRINGS_AT_ONCE = 125
FIT_AFTER = timedelta(days=3)
# A regular check-in as near as this asks it in its place.
NEAR = timedelta(days=2)
FIRST_MEETING_WITHIN = timedelta(days=14)
MEETING_WITHIN = timedelta(days=14)
A_DAY = timedelta(days=1)
# How far the next due day of a pairing is looked for; then it is looked for again.
LOOKED_AHEAD = timedelta(days=400)
Occasion = CheckIn.Occasion
# Whose mail is still owed: what is asked at the end of a pairing is asked although it has ended.
REMINDED_OF = Q(pairing__state=Pairing.State.ACTIVE) | Q(pairing__state=Pairing.State.CLOSED, occasion=Occasion.CLOSING)


def plan_due(now: datetime) -> int:
    """Make the check-ins of both halves of every active pairing that open in the next 36 hours, with the messages owed for each.

    Running late, twice, or twice at once changes nothing but the delay. Returns how many check-ins were made.
    """
    _track_all()
    made, after = 0, 0
    while True:
        with transaction.atomic():
            pairings = _to_look_at(now, after)
            made += _plan(pairings, now)
        if not pairings:
            return made
        after = pairings[-1].pk


def ask_after_first_meeting(*, session: Session, now: datetime) -> None:
    """A meeting was logged. If it is the first of the two, ask both how it fits, on day three, or the first morning after that.

    Whoever calls holds the pairing's lock, so that of two meetings logged at once one is the first.
    """
    # One that was held has a time.
    met_at = cast(datetime, session.starts_at)
    if met_at < now - FIRST_MEETING_WITHIN or not _is_first_meeting(session):
        return
    pairing = _with_plan(session.pairing_id)
    if not hasattr(pairing.program, "check_in_plan"):
        return
    plan: CheckInPlan = pairing.program.check_in_plan
    zones = [zone_of(half.user, pairing.program) for half in pairing.halves]
    due_on = times.local_day(met_at, zone_of(pairing.program)) + FIT_AFTER
    while any(plan.opens_at(due_on, zone) < now for zone in zones):
        due_on += timedelta(days=1)
    if not _is_regular_near(pairing, due_on):
        _ask([_check_in(pairing, half, Occasion.FIT, due_on) for half in _who_are_there(pairing)], now)


def ask_after_meeting(*, session: Session, now: datetime) -> None:
    """A meeting was logged: ask both one thing about it, at once. What was asked about the one before closes.

    Whoever calls holds the pairing's lock.
    """
    pairing = _with_plan(session.pairing_id)
    met_at = cast(datetime, session.starts_at)
    plan: CheckInPlan | None = getattr(pairing.program, "check_in_plan", None)
    if plan is None or not plan.asks_after_meetings or met_at < now - MEETING_WITHIN or pairing.state != Pairing.State.ACTIVE:
        return
    if not plan.questions.in_use().filter(asked_in="meeting").exists():
        return
    of_meetings = CheckIn.objects.filter(pairing=pairing, occasion=Occasion.MEETING)
    asked_today = set(of_meetings.filter(due_on__gte=now.date() - timedelta(days=1)).values_list("membership", "due_on"))
    asked = [
        _check_in(pairing, half, Occasion.MEETING, times.local_day(now, zone_of(half.user, pairing.program)), opens_at=now)
        for half in _who_are_there(pairing)
    ]
    # Two meetings logged on one day are asked about once.
    asked = [check_in for check_in in asked if (check_in.membership_id, check_in.due_on) not in asked_today]
    # One whose day is put right after midnight too.
    asked_of_this = set(of_meetings.filter(opens_at__gte=cast(datetime, session.logged_at)).values_list("membership", flat=True))
    asked = [check_in for check_in in asked if check_in.membership_id not in asked_of_this]
    before = of_meetings.filter(closes_at__gt=now, opens_at__lt=now, membership__in=[check_in.membership_id for check_in in asked])
    keys = list(before.values_list("pk", flat=True))
    CheckIn.objects.filter(pk__in=keys).update(closes_at=now)
    outbox.cancel(kind=AFTER_MEETING, subject_ids=keys, now=now)
    _ask(asked, now)


def ask_at_the_end(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just stopped. If it has ended, however it did, ask both who are still there what it was like."""
    if pairing.state != Pairing.State.CLOSED or pairing.activated_at is None:
        return
    pairing = _with_plan(pairing.pk)
    plan: CheckInPlan | None = getattr(pairing.program, "check_in_plan", None)
    there = CheckIn.objects.filter(pairing=pairing, occasion=Occasion.CLOSING)
    if plan is None or pairing.program.archived_at is not None or there.exists():
        return
    asked = [
        _check_in(pairing, half, Occasion.CLOSING, times.local_day(now, zone_of(half.user, pairing.program)), opens_at=now)
        for half in _who_are_there(pairing)
    ]
    _ask(asked, now)


@transaction.atomic
def plan_anew(*, program: Program, now: datetime) -> int:
    """A program's days, holidays or clock have changed: take back what has not opened, and reckon what is due. Returns how many went."""
    # Locked, so that a planner who read how it was has committed, and one who comes later reads how it is.
    pairings = list(
        Pairing.objects.filter(program=program, state=Pairing.State.ACTIVE)
        .select_for_update(of=["self"], no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    unopened = CheckIn.objects.regular().filter(pairing__in=pairings, opens_at__gt=now, answered_at=None)
    keys = list(unopened.values_list("pk", flat=True))
    outbox.cancel(kind=REMINDER, subject_ids=keys, now=now)
    CheckIn.objects.filter(pk__in=keys).delete()
    NextDue.objects.filter(pairing__in=pairings).update(due_on=None)
    return len(keys)


@dataclass(frozen=True)
class Reminded:
    """How many people get a reminder now; how many are left alone, because they get one today already or have asked for a later day, which
    nobody is told apart; and how many get none by mail, because they have chosen so, or because nobody is at their address.
    """

    now: int
    already: int
    not_by_mail: int = 0


@transaction.atomic
def remind_now(*, pairings: PairingQuerySet, by: Membership, now: datetime) -> Reminded:
    """Owe those who have not answered what is open one reminder, of what closes first. At most one a person and day, by their own clock:
    doing so twice, or beside a reminder of the plan, sends no second one. Who asked to be reminded on a later day is not reminded before.
    When it goes is for whoever sends mail.
    """
    if not by.is_staff:
        raise Refused(_("Those who run the program remind people."))
    waiting = list(
        CheckIn.objects.filter(pairing__in=pairings.visible_to(by).not_of(by), membership__left_at=None, closed_at=None)
        .filter(REMINDED_OF)
        .asked()
        .open_at(now)
        .unanswered()
        .select_related("pairing__program", "membership__user")
        .order_by("closes_at", "pk")
    )
    people = {check_in.membership_id for check_in in waiting}
    # Locked, so that two who remind the same person in one second see each other's.
    list(Membership.objects.filter(pk__in=people).select_for_update(of=["self"], no_key=True).order_by("pk").values_list("pk"))
    first: dict[int, CheckIn] = {}
    for check_in in waiting:
        first.setdefault(check_in.membership.user_id, check_in)
    not_by_mail = _without_reminders(check_in.membership.user for check_in in first.values())
    by_mail = {person: check_in for person, check_in in first.items() if person not in not_by_mail}
    left_alone = _with_a_reminder_today(by_mail, by, now) | _who_asked_for_later(by_mail, by, now)
    owed = [check_in for person, check_in in by_mail.items() if person not in left_alone]
    owe_now([(check_in, f"now-{now:%Y%m%dT%H%M%S%f}") for check_in in owed], now=now)
    reminded = Reminded(now=len(owed), already=len(left_alone), not_by_mail=len(not_by_mail))
    if owed:
        detail = {"people": reminded.now, "already": reminded.already}
        audit.record(verb="checkins.reminded", subject=by.program, program_id=by.program_id, actor_id=by.user_id, now=now, detail=detail)
    return reminded


def settle(now: datetime) -> None:
    """What every minute looks at: call off what has stopped, close what has ended, make due what comes."""
    while call_off_of_stopped(now=now):
        pass
    while close_due(now=now):
        pass
    plan_due(now)


# --- who is reminded ---


def _without_reminders(users: Iterable[User]) -> set[int]:
    users = list(users)
    wished = wishes.of(user.pk for user in users)
    return outbox.unreachable(users) | {person for person, wish in wished.items() if not wish.wants(CHECK_INS.name)}


def _with_a_reminder_today(waiting: Mapping[int, CheckIn], by: Membership, now: datetime) -> set[int]:
    """Of these users, who got a mail about a check-in of this program today, or gets one before their day ends: whichever it is about.

    Without those of a pairing that `by` is half of: that a reminder is still due would tell them that nothing was answered.
    """
    gone = [OutboxMessage.State.CANCELLED, OutboxMessage.State.EXPIRED, OutboxMessage.State.DEAD]
    own = CheckIn.objects.filter(pairing__in=Pairing.objects.of(by)).annotate(key=Cast("pk", CharField())).values("key")
    of_check_ins = OutboxMessage.objects.filter(kind__in=[REMINDER, AFTER_MEETING, AT_THE_END], recipient__in=list(waiting))
    of_check_ins = of_check_ins.filter(program_id=by.program_id).exclude(subject__in=own)
    near = of_check_ins.filter(Q(due_at__gt=now - A_DAY, due_at__lt=now + A_DAY) | Q(sent_at__gt=now - A_DAY)).exclude(state__in=gone)
    return {
        person
        for person, *moments in near.values_list("recipient", "due_at", "sent_at")
        if person is not None
        for zone in [zone_of(waiting[person].membership.user, waiting[person].pairing.program)]
        if times.local_day(now, zone) in {times.local_day(moment, zone) for moment in moments if moment is not None}
    }


def _who_asked_for_later(people: Iterable[int], by: Membership, now: datetime) -> set[int]:
    """Of these users, who asked to be reminded on a later day of a check-in of this program, whichever it is about; without those of a
    pairing that `by` is half of.
    """
    snoozed = CheckIn.objects.filter(membership__user__in=list(people), pairing__program=by.program_id).snoozed_at(now)
    snoozed = snoozed.asked().open_at(now).unanswered()
    return set(snoozed.exclude(pairing__in=Pairing.objects.of(by)).values_list("membership__user", flat=True))


# --- what is due ---


@dataclass(frozen=True)
class Days:
    """The local days, anywhere in the world, on which something may open that this run looks at."""

    first: date
    last: date

    @classmethod
    def around(cls, now: datetime) -> "Days":
        now = now.astimezone(UTC)
        return cls((now - BEHIND).date() - timedelta(days=1), (now + AHEAD).date() + timedelta(days=1))


def _track_all() -> None:
    """Active pairings that nobody keeps track of, should there be one, are looked at in this run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkins_nextdue (pairing_id) SELECT pairing.id FROM matching_pairing pairing"
            " LEFT JOIN checkins_nextdue tracked ON tracked.pairing_id = pairing.id"
            " WHERE pairing.state = %s AND tracked.pairing_id IS NULL ON CONFLICT DO NOTHING",
            [Pairing.State.ACTIVE],
        )


def _to_look_at(now: datetime, after: int) -> list[Pairing]:
    """Locked, so that a pairing that is paused in this second is paused before or after, and its check-ins with it."""
    due = NextDue.objects.to_look_at(Days.around(now).last).filter(pairing__gt=after)
    keys = list(due.order_by("pairing").values_list("pairing", flat=True)[:PAIRINGS_AT_ONCE])
    if not keys:
        return []
    found = Pairing.objects.active().filter(pk__in=keys).select_related("next_due", "program", "first__user", "second__user")
    return list(found.select_for_update(of=["self"], no_key=True, skip_locked=True).order_by("pk"))


def _plan(pairings: list[Pairing], now: datetime) -> int:
    if not pairings:
        return 0
    days = Days.around(now)
    # Read after the pairings were locked: whoever changes a plan waits for that lock, or has committed.
    found = CheckInPlan.objects.filter(program__in={pairing.program_id for pairing in pairings})
    plans = {plan.program_id: plan for plan in found if _can_be_planned_by(plan)}
    holidays = _holidays_of(plans)
    there = set(
        CheckIn.objects.regular()
        .filter(pairing__in=pairings, due_on__gte=days.first, due_on__lte=days.last)
        .values_list("pairing", "membership", "due_on")
    )
    due, looked_at = [], []
    for pairing in pairings:
        plan = plans.get(pairing.program_id)
        if plan is not None:
            pairing.program.check_in_plan = plan
            of_pairing = _due_in(pairing, days, holidays[pairing.program_id])
            due += [
                check_in
                for check_in in of_pairing
                if _is_to_be_made(check_in, now) and (pairing.pk, check_in.membership_id, check_in.due_on) not in there
            ]
        next_due = pairing.next_due
        next_day = _next_day(pairing, plan, now)
        if next_due.due_on != next_day:
            next_due.due_on = next_day
            looked_at.append(next_due)
    _ask(due, now)
    NextDue.objects.bulk_update(looked_at, ["due_on"])
    return len(due)


def _ask(check_ins: list[CheckIn], now: datetime) -> None:
    if check_ins:
        CheckIn.objects.bulk_create(check_ins)
        owe_reminders(check_ins, now=now)


def _due_in(pairing: Pairing, days: Days, holidays: cadence.Holidays) -> Iterator[CheckIn]:
    plan: CheckInPlan = pairing.program.check_in_plan
    for due in plan.due_days(pairing, days.first, days.last, holidays):
        if not due.is_skipped:
            for half in _who_are_there(pairing):
                yield _check_in(
                    pairing,
                    half,
                    Occasion.LONG if due.is_long else Occasion.SCHEDULED,
                    due.day,
                    number=due.number,
                    next_day=due.next_day,
                )


def _check_in(
    pairing: Pairing,
    half: Membership,
    occasion: CheckIn.Occasion,
    due_on: date,
    *,
    number: int | None = None,
    next_day: date | None = None,
    opens_at: datetime | None = None,
) -> CheckIn:
    plan: CheckInPlan = pairing.program.check_in_plan
    zone = zone_of(half.user, pairing.program)
    if zone != half.user.time_zone:
        logger.warning("The time zone of user %s no longer exists: their check-ins follow the program's clock.", half.user_id)
    return CheckIn(
        plan=plan,
        occasion=occasion,
        pairing=pairing,
        membership=half,
        due_on=due_on,
        number=number,
        opens_at=opens_at or plan.opens_at(due_on, zone),
        closes_at=plan.closes_at(due_on, zone, next_day=next_day, open_days=MEETING_OPEN_DAYS if occasion == Occasion.MEETING else None),
        read_by=pairing.program.answers_read_by,
    )


def _is_to_be_made(check_in: CheckIn, now: datetime) -> bool:
    not_before = max(now - BEHIND, check_in.plan.in_force_since)
    return not_before <= check_in.opens_at <= now + AHEAD and check_in.closes_at > now


def _next_day(pairing: Pairing, plan: CheckInPlan | None, now: datetime) -> date:
    """The first due day that does not open for both within this run; the end of what was looked at where there is none."""
    days = Days.around(now)
    until = days.last + LOOKED_AHEAD
    if plan is None:
        return until
    zones = {zone_of(half.user, pairing.program) for half in pairing.halves}
    return cadence.first_after(
        plan.rule,
        started_on(pairing),
        days.first,
        until,
        still=lambda day: any(plan.opens_at(day, zone) > now + AHEAD for zone in zones),
    )


def _can_be_planned_by(plan: CheckInPlan) -> bool:
    """A rule that was written past the services stops its own program alone."""
    try:
        cadence.parse(plan.rule)
    except cadence.Unusable as unusable:
        logger.error("The rule of plan %s cannot be read (%s): nothing is planned by it.", plan.pk, unusable.problem.value)
        return False
    return True


def _holidays_of(programs: Iterable[int]) -> Mapping[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for program, first_day, last_day in Holiday.objects.filter(program__in=programs).values_list("program", "first_day", "last_day"):
        found[program].append((first_day, last_day))
    return found


def _who_are_there(pairing: Pairing) -> list[Membership]:
    return [half for half in pairing.halves if half.left_at is None]


def _with_plan(pairing: int) -> Pairing:
    return Pairing.objects.select_related("program__check_in_plan", "first__user", "second__user").get(pk=pairing)


def _is_first_meeting(session: Session) -> bool:
    """As far as the two have said: which of their meetings is written down first."""
    others = Session.objects.held().filter(pairing=session.pairing_id).exclude(pk=session.pk)
    asked = CheckIn.objects.filter(pairing=session.pairing_id, occasion=CheckIn.Occasion.FIT)
    return not others.exists() and not asked.exists()


def _is_regular_near(pairing: Pairing, day: date) -> bool:
    holidays = _holidays_of([pairing.program_id])[pairing.program_id]
    near = pairing.program.check_in_plan.due_days(pairing, day - NEAR, day + NEAR, holidays)
    return any(not due.is_skipped for due in near)

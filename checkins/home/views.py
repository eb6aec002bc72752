from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from checkins.absences import queries as absences
from checkins.actions import queries as actions
from checkins.agendas import queries as agendas
from checkins.airtime import queries as airtime
from checkins.balance import queries as balance
from checkins.care.models import Task, TaskQuerySet
from checkins.care.playbook import Told, tell
from checkins.concerns import queries as concerns
from checkins.decisions import queries as decisions
from checkins.goals import queries as goals
from checkins.home import queries
from checkins.home.waiting import Waiting, waiting_in
from checkins.imbalance import queries as imbalance
from checkins.imbalance.models import Signal
from checkins.loads import queries as loads
from checkins.notes import queries as notes
from checkins.plans.models import zone_of
from checkins.readings import queries as readings
from checkins.resets import queries as resets
from checkins.resets.services import AFTERWARDS, RESET
from checkins.reviews import queries as reviews
from checkins.reviews.services import REVIEW
from checkins.sessions import queries as sessions
from checkins.threads import queries as threads
from guidelines.agreements import queries as agreements
from guidelines.agreements.services import AGREEMENT
from guidelines.consents import queries as consents
from guidelines.enrolments import queries as enrolments
from matching.endings import queries as endings
from matching.hand_overs import queries as hand_overs
from matching.joint import queries as joint
from matching.pairings import comparison
from matching.pairings.access import PairRequest, the_two_only
from matching.pairings.models import Pairing
from matching.pairings.policies import may_ask
from matching.stand_ins import queries as stand_ins
from mentoring.kernel import times
from mentoring.kernel.dates import written
from mentoring.kernel.lists.pages import Page, page_of
from programs.memberships.access import MemberRequest, members_only, staff_only
from programs.memberships.models import Membership

TASKS_A_PAGE = 25
# What narrows the morning, by what stands in the address.
KINDS = {"direct": Task.DIRECT, "unanswered": (Task.Kind.UNANSWERED, Task.Kind.UNREACHABLE), "signals": Task.MEASURED}
PUT_OFF, TRAINING = "put-off", "training"
# Of those who are late with a course so many stand among the rest of the morning; all of them have a part of their own.
LATE_SHOWN = 5
NOON_HOUR, EVENING_HOUR = 12, 18

# Where each thing is done that comes before a first pairing. What a later app asks for besides is told by its own pages.
STEPS = {
    "profile": (gettext_lazy("Tell us about you"), "programs:profile", "person"),
    "guidelines": (gettext_lazy("Read the guidelines and agree to them"), "guidelines:read", "book"),
    "training": (gettext_lazy("Finish the course that comes before a first pairing"), "guidelines:learn", "spark"),
}


# --- a participant's home ---


@dataclass(frozen=True)
class Step:
    words: str
    href: str
    icon: str
    is_done: bool


@members_only
@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """What waits for me now, and my pairings. Who only runs the program is led to today."""
    me, now = request.membership, timezone.now()
    if me.is_staff and not me.is_participant:
        return redirect("checkins:today", me.program.slug)
    pairings, ended = queries.open_or_just_ended(me, now)
    check_ins = queries.check_ins_waiting(me, pairings, now)
    waiting = waiting_in([*pairings, *ended], me, now)
    steps = _steps(me)
    proposals = [pairing for pairing in pairings if pairing.state == Pairing.State.PROPOSED and not pairing.has_accepted(me)]
    others = [pairing for pairing in pairings if pairing not in proposals]
    next_step = next((step for step in steps if not step.is_done), None)
    context = {
        "now": now,
        "pairings": _with_what_waits(others, waiting, me),
        "ended": _with_what_waits(ended, waiting, me),
        "have_ended": bool(ended) or (not pairings and queries.have_ended(me)),
        "check_ins": check_ins,
        "proposals": _with_others(proposals, me),
        "steps": steps if next_step else [],
        "next_step": next_step,
        "may_ask": may_ask(me),
        "waiting": len(check_ins) + len(proposals) + sum(not step.is_done for step in steps) + sum(one.number for one in waiting.values()),
        "has_begun": any(pairing.activated_at for pairing in pairings),
        "may_agree": consents.has_something_to_agree_to(me),
    }
    return render(request, "checkins/home/home.html", context)


@members_only
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    """All my pairings, also those that have ended."""
    me, now = request.membership, timezone.now()
    ended = Pairing.objects.filter(program=me.program, state=Pairing.State.CLOSED).of(me).with_people().order_by("-ended_at", "-pk")
    page = page_of(request, ended)
    pairings = queries.pairings_of(me) if page.number == 1 else []
    context = {
        "pairings": _with_what_waits(pairings, waiting_in(pairings, me, now), me),
        "ended": _with_others(list(page.items), me),
        "page": page,
        "may_ask": may_ask(me),
    }
    return render(request, "checkins/home/mine.html", context)


@members_only
@require_safe
def get_help(request: MemberRequest) -> HttpResponse:
    """Whom to turn to. The same page for everybody, whatever somebody came for."""
    staff = list(Membership.objects.filter(program=request.membership.program).current().staff().with_people().order_by("user__name", "pk"))
    context = {
        "program": request.membership.program,
        "coordinators": [person for person in staff if person.is_coordinator],
        "admins": [person for person in staff if person.is_admin],
    }
    return render(request, "checkins/home/help.html", context)


# --- one pairing ---


@members_only
@require_safe
def pairing(request: MemberRequest, pairing: int) -> HttpResponse:
    """To the two, their page. To those who run the program, facts. To everybody else there is no such page."""
    me = request.membership
    visible = Pairing.objects.visible_to(me)
    # Who looks after a pairing stands among the facts alone. The program is known.
    needed = visible.with_halves().select_related("cohort", *(["coordinator__user"] if me.is_staff else []))
    pair = get_object_or_404(needed, pk=pairing)
    pair.program = me.program
    if not pair.includes(me):
        return _facts(request, pair)
    if pair.activated_at is None:
        return redirect("matching:proposal", pair.program.slug, pair.pk)
    if pair.is_shut:
        return redirect("matching:ended", pair.program.slug, pair.pk)
    return _page_of_two(request, pair)


@the_two_only
@require_safe
def about(request: PairRequest) -> HttpResponse:
    """What the other half shares with a partner."""
    other = Membership.objects.select_related("user", "profile").get(pk=request.other.pk)
    lines = comparison.side_by_side(request.pairing.program, [other], comparison.PARTNER)
    context = {
        "pairing": request.pairing,
        "other": other,
        "place": times.place_of(other.user.time_zone),
        "lines": [line for line in lines if line.sides[0].values],
        "hand_over": hand_overs.shown_in(request.pairing, request.membership),
        "hand_over_waits": hand_overs.waits_after(request.pairing, request.membership),
    }
    return render(request, "checkins/home/about.html", context)


def _page_of_two(request: MemberRequest, pair: Pairing) -> HttpResponse:
    """Each subject of the pair's space tells what it shows here."""
    me, other, now = request.membership, pair.other_half(request.membership), timezone.now()
    meetings = sessions.on_pair_page(pair, me, now)
    besides = endings.told_on_pair_page(pair)
    asked = joint.on_pair_page(pair, me, [RESET, AFTERWARDS, REVIEW, AGREEMENT], now, last_of=REVIEW, besides=besides)
    context = {
        "now": now,
        "pairing": pair,
        "other": other,
        "check_in": queries.open_check_in(pair, me, now),
        "kit": enrolments.for_two_together(me) if pair.state == Pairing.State.ACTIVE and meetings["last"] is None else None,
        "call": Task.objects.calls_asked_by(me).filter(pairing=pair).open().first(),
        "life": endings.on_pair_page(pair, me, asked),
        "absences": absences.on_pair_page(pair, me, now),
        "resets": resets.on_pair_page(pair, asked),
        "review": reviews.on_pair_page(pair, me, now, asked),
        "agreement": agreements.on_pair_page(pair, me, now, asked),
        "airtime": airtime.on_pair_page(meetings["last"], me, now),
        "agenda": agendas.on_pair_page(pair, me, now),
        "decisions": decisions.on_pair_page(pair, me, now),
        "actions": actions.on_pair_page(pair, me, now),
        "waiting": threads.on_pair_page(pair, me, now),
        "goals": goals.on_pair_page(pair, me, now),
        "notes": notes.on_pair_page(pair, me, now),
        "balance": balance.on_pair_page(pair, me, now),
        "hand_over": hand_overs.on_pair_page(pair, me, now),
        **meetings,
    }
    return render(request, "checkins/home/pairing.html", context)


def _facts(request: MemberRequest, pair: Pairing) -> HttpResponse:
    me, now = request.membership, timezone.now()
    meetings, (of_first, of_second) = queries.meetings_of(pair, me), queries.topics_added(pair, me)
    tasks, signals = queries.tasks_of(pair, me), imbalance.of_pairing(pair, me)
    context = {
        "pairing": pair,
        "tasks": _lines(tasks, imbalance.newest_among(signals, tasks), me, now),
        "signals": signals,
        "strip": _strip_of_pairing(pair, meetings, of_first, of_second),
        "rounds": readings.rounds_of(pair, me, now),
        "waiting": readings.open_round(Pairing.objects.filter(pk=pair.pk), me, now, names=0).number_not_yet,
        "agreement_signed_at": agreements.signed_at(pair, me),
        "life": endings.for_staff(pair, me, now),
        "stand_ins": stand_ins.for_staff(pair, me),
        "hand_overs": hand_overs.for_staff(pair, me),
    }
    return render(request, "checkins/home/pairing_facts.html", context)


def _strip_of_pairing(pair: Pairing, meetings: queries.Meetings, of_first: int, of_second: int) -> list[dict[str, object]]:
    added = {"one": pair.first.user.short_name, "first": of_first, "other": pair.second.user.short_name, "second": of_second}
    last = meetings.last
    return [
        {
            "label": _("Sessions"),
            "value": meetings.number,
            "note": _("%s minutes in all") % meetings.minutes,
        },
        {
            "label": _("Last met"),
            "value": written(timezone.localtime(last.starts_at), "short_day") if last else _("Not yet"),
            "note": _("%s minutes") % last.minutes if last else "",
        },
        {
            "label": _("Topics they added"),
            "value": of_first + of_second,
            "note": _("%(one)s %(first)s, %(other)s %(second)s") % added,
        },
    ]


# --- the coordinator's morning ---


@dataclass(frozen=True)
class Line:
    """Somebody who needs somebody: a task in words, by when, and where it is looked at."""

    told: Told
    due: str
    href: str


# What stands in the morning.
AnyLine = Line | queries.Introductions | enrolments.Late


@staff_only
@require_safe
def today(request: MemberRequest) -> HttpResponse:
    """Who needs me today, and why; one act each."""
    me, now = request.membership, timezone.now()
    is_mine, kind, day = request.GET.get("whose") == "mine", request.GET.get("kind", ""), times.local_day(now, zone_of(me.program))
    pairings, tasks = Pairing.objects.visible_to(me), Task.objects.visible_to(me).open()
    if is_mine:
        pairings, tasks = pairings.filter(coordinator=me), tasks.of_caseload(me)
    numbers, introduced = queries.numbers_of_tasks(tasks, day), queries.introductions(pairings, me, now)
    late = enrolments.late_with_a_course(me, now, caseload_alone=is_mine)
    are_late = late.count()
    total = numbers.total + bool(introduced.number) + are_late
    is_training = kind == TRAINING
    if is_training:
        shown: Any = enrolments.in_the_order_of_the_morning(late, me, now)
    else:
        shown = _of_kind(tasks, kind, day).in_rank().select_related("owner__user")
    page: Page[Any] = page_of(request, shown, per_page=TASKS_A_PAGE)
    figures, round = queries.figures(pairings, me, now), readings.open_round(pairings, me, now)
    on_page = [] if is_training else page.items
    queries.fetch_people(on_page, round.not_yet)
    load = loads.of_person(me, now)
    lines: list[AnyLine] = list(_lines(on_page, imbalance.newest_of_tasks(on_page, me), me, now))
    if is_training:
        lines = list(enrolments.told_of(page.items, me, now))
    elif kind == "" and _are_on(page, numbers):
        first_late = list(enrolments.in_the_order_of_the_morning(late, me, now)[:LATE_SHOWN]) if are_late else []
        lines = _with_what_is_no_task(lines, introduced, enrolments.told_of(first_late, me, now))
    context = {
        "now": now,
        "greeting": _greeting(now),
        "figures": figures,
        "strip": _strip(figures),
        "total": total,
        "others_are_fine": max(figures.active - numbers.pairings, 0),
        "tabs": _tabs(request, kind, total, numbers, are_late),
        "page": page,
        "parts": _parts(lines),
        "introduced": introduced,
        "more_are_late": max(are_late - LATE_SHOWN, 0) if kind == "" and _are_on(page, numbers) else 0,
        "all_who_are_late": _address(request, kind=TRAINING),
        "put_off": numbers.put_off,
        "patterns": imbalance.patterns_in_the_morning(me),
        "load": load,
        "round": round,
        "next_opening": None if total else queries.next_opening(pairings, me, now),
        "is_mine": is_mine,
        "concerns": concerns.waiting_for(me),
        "has_caseload": is_mine or load.pairings > 0,
    }
    return render(request, "checkins/home/today.html", context)


def _of_kind(tasks: TaskQuerySet, kind: str, today: date) -> TaskQuerySet:
    if kind == PUT_OFF:
        return tasks.put_off_at(today)
    due = tasks.due_in_the_morning(today)
    return due.filter(kind__in=KINDS[kind]) if kind in KINDS else due


def _lines(tasks: Sequence[Task], signals: Mapping[int, Signal], me: Membership, now: datetime) -> list[Line]:
    return [Line(told, _due(told.task, now), _where(told.task, signals.get(told.task.pk), me)) for told in _told(tasks, signals)]


def _due(task: Task, now: datetime) -> str:
    day = {"day": written(timezone.localtime(task.due_at).date(), "day")}
    return _("was due on %(day)s") % day if task.due_at < now else _("by %(day)s") % day


def _where(task: Task, signal: Signal | None, me: Membership) -> str:
    if signal is not None:
        return reverse("checkins:signal", args=[me.program.slug, signal.pk])
    return f"{reverse('checkins:pairing', args=[me.program.slug, task.pairing_id])}#task-{task.pk}"


def _are_on(page: Page[Task], numbers: queries.TaskNumbers) -> bool:
    """Does what is no task come on this page? It stands before what comes last, which is mail that does not arrive."""
    before = numbers.total - numbers.last
    begins = (page.number - 1) * TASKS_A_PAGE
    return begins <= before and (before < begins + len(page.items) or not page.has_next)


def _with_what_is_no_task(lines: list[AnyLine], introduced: queries.Introductions, late: list[enrolments.Late]) -> list[AnyLine]:
    """Before what comes last."""
    last = (place for place, line in enumerate(lines) if isinstance(line, Line) and line.told.task.kind == Task.Kind.UNREACHABLE)
    place = next(last, len(lines))
    return [*lines[:place], *([introduced] if introduced.number else []), *late, *lines[place:]]


def _parts(lines: list[AnyLine]) -> list[tuple[str, list[AnyLine]]]:
    """What people said comes first."""
    first: list[AnyLine] = [line for line in lines if isinstance(line, Line) and line.told.task.is_direct]
    then = [line for line in lines if not (isinstance(line, Line) and line.told.task.is_direct)]
    return [(heading, part) for heading, part in ((_("First"), first), (_("Then"), then)) if part]


def _greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    if hour < NOON_HOUR:
        return _("Good morning")
    return _("Good afternoon") if hour < EVENING_HOUR else _("Good evening")


def _strip(figures: queries.Figures) -> list[dict[str, object]]:
    answered, before = figures.answered, figures.answered_last_round
    return [
        {
            "label": _("Active pairings"),
            "value": figures.active,
            "note": _("%s started this week") % figures.started_this_week,
        },
        {
            "label": _("Met in the last 3 weeks"),
            "value": figures.met_lately,
            "note": _("%s in 100 pairings") % figures.met_share if figures.met_share is not None else "",
        },
        {
            "label": _("Check-ins answered"),
            "value": _("None yet") if answered is None else _("%(share)s%%") % {"share": answered},
            "note": "" if before is None else _("the round before %s%%") % before,
        },
        {
            "label": _("Waiting for a match"),
            "value": figures.waiting,
            "note": _("%(seek)s seek, %(offer)s offer") % {"seek": figures.waiting_to_learn, "offer": figures.waiting_to_mentor},
        },
    ]


def _tabs(request: MemberRequest, kind: str, total: int, numbers: queries.TaskNumbers, late: int) -> list[dict[str, object]]:
    kinds = [
        ("", _("All"), total),
        ("direct", _("What people said"), numbers.direct),
        ("unanswered", _("What nobody said"), numbers.silent),
        ("signals", _("What the weeks show"), numbers.measured),
    ]
    if late:
        kinds.append((TRAINING, _("Training"), late))
    if numbers.put_off:
        kinds.append((PUT_OFF, _("Put off"), numbers.put_off))
    return [{"text": words, "href": _address(request, kind=key), "current": key == kind, "count": number} for key, words, number in kinds]


def _address(request: MemberRequest, **changes: str) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    for name, value in changes.items():
        asked.pop(name, None)
        if value:
            asked[name] = value
    return f"?{asked.urlencode()}"


# --- pieces of several pages ---


def _told(tasks: Sequence[Task], signals: Mapping[int, Signal]) -> list[Told]:
    """A task that a signal is told by says what was seen."""
    reminded = readings.reminded_before(tasks)
    return [imbalance.tell(task, signals[task.pk]) if task.pk in signals else tell(task, reminded.get(task.pk, [])) for task in tasks]


def _with_others(pairings: list[Pairing], me: Membership) -> list[tuple[Pairing, Membership]]:
    return [(pairing, pairing.other_half(me)) for pairing in pairings]


def _with_what_waits(pairings: list[Pairing], waiting: Mapping[int, Waiting], me: Membership) -> list[tuple[Pairing, Membership, Waiting]]:
    return [(pairing, pairing.other_half(me), waiting[pairing.pk]) for pairing in pairings]


def _steps(me: Membership) -> list[Step]:
    return [
        Step(str(words), reverse(route, args=[me.program.slug]), icon, requirement.done_at is not None)
        for requirement in queries.requirements_of(me)
        for words, route, icon in [STEPS.get(requirement.key, ("", "", ""))]
        if route
    ]

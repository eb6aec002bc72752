from collections.abc import Iterator
from itertools import islice

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from checkins.answers.models import CheckIn
from checkins.readings import queries, response, services, side_by_side
from checkins.readings.forms import RoundFilter
from checkins.reminders import services as reminders
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel.audit import services as audit
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import Columns, in_order
from mentoring.kernel.lists.pages import page_of
from programs.memberships.access import MemberRequest, staff_only
from programs.people.access import recently_signed_in

ROWS_AT_ONCE = 500
ORDERS: Columns = {
    "pair": ["first__user__name", "second__user__name"],
    "due": [F("round_on").asc(nulls_first=True)],
    "closes": [F("last_minute").asc(nulls_last=True)],
}
MINE = "mine"


# --- all pairings ---


@staff_only
@require_safe
def check_ins(request: MemberRequest) -> HttpResponse:
    """First where answers lie far apart; then of each active pairing the newest check-ins, and how they stand."""
    me, now = request.membership, timezone.now()
    shown = _rounds(request)
    page = page_of(request, shown.qs)
    gaps = None if shown.is_narrowed or page.number > 1 else queries.gaps(Pairing.objects.visible_to(me), me, now)
    if gaps and gaps.shown:
        services.note_reading_of_gaps(by=me, pairings=len(gaps.shown), now=now)
    elif shown.tells_of_answers:
        services.note_reading_of_gaps(by=me, pairings=len(page.items), now=now)
    context = {
        "filter": shown,
        "page": page,
        "gaps": gaps,
        "round": queries.open_round(Pairing.objects.visible_to(me), me, now, names=0),
        "has_caseload": me.caseload.exists(),
        "query": request.GET.urlencode(),
    }
    return render(request, "checkins/readings/check_ins.html", context)


@staff_only
@require_safe
@recently_signed_in
def check_ins_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    me, now, program = request.membership, timezone.now(), request.membership.program
    shown = _rounds(request)
    if shown.tells_of_answers:
        services.note_reading_of_gaps(by=me, pairings=shown.qs.count(), now=now)
    audit.record(verb="checkins.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=now)
    header = [_("First person"), _("Their check-in"), _("Second person"), _("Their check-in"), _("Due on"), _("Open until")]
    rows = _rows(shown.qs.iterator(chunk_size=ROWS_AT_ONCE))
    return csv_response(f"{program.slug}-check-ins.csv", header, rows)


@staff_only
@require_safe
def over_time(request: MemberRequest) -> HttpResponse:
    """How many answer: the whole program, and each side of it."""
    me = request.membership
    every = response.MONTH if request.GET.get("every") == response.MONTH else response.ROUND
    is_mine = request.GET.get("whose") == MINE
    context = {
        "response": response.over_time(me, timezone.now(), every=every, is_mine=is_mine),
        "every": every,
        "is_mine": is_mine,
        "has_caseload": is_mine or me.caseload.exists(),
        "fewest": response.FEWEST_PEOPLE,
    }
    return render(request, "checkins/readings/over_time.html", context)


@staff_only
@require_POST
def remind(request: MemberRequest) -> HttpResponse:
    """Everybody who has not answered, or those in one's own care."""
    pairings = _others(request)
    if request.POST.get("whose") == MINE:
        pairings = pairings.filter(coordinator=request.membership)
    return _remind(request, pairings, reverse("checkins:checkins", args=[request.membership.program.slug]))


# --- one pairing ---


@staff_only
@require_safe
def answers(request: MemberRequest, pairing: int) -> HttpResponse:
    """What the two answered, side by side. That it was read is written down first."""
    me, now = request.membership, timezone.now()
    pair = get_object_or_404(_others(request).with_people(), pk=pairing)
    services.note_reading(pairing=pair, by=me, now=now)
    series = side_by_side.over_time(pair, me, now)
    rounds = side_by_side.rounds_to_choose_from(pair, me, now)
    asked = request.GET.get("round", "")
    shown = next((one for one in rounds if one.key == asked), next(iter(rounds), None))
    context = {
        "pairing": pair,
        "series": series,
        "apart": [one for one in series if one.newest is not None and one.newest.is_far_apart],
        "rounds": rounds,
        "shown": shown,
        "lines": side_by_side.in_full(shown, me) if shown else [],
    }
    return render(request, "checkins/readings/answers.html", context)


@staff_only
@require_POST
def remind_pair(request: MemberRequest, pairing: int) -> HttpResponse:
    pair = get_object_or_404(_others(request), pk=pairing)
    back = reverse("checkins:pairing", args=[request.membership.program.slug, pair.pk])
    return _remind(request, _others(request).filter(pk=pair.pk), back)


# --- pieces ---


def _others(request: MemberRequest) -> PairingQuerySet:
    return Pairing.objects.visible_to(request.membership).not_of(request.membership)


def _rounds(request: MemberRequest) -> RoundFilter:
    me, now = request.membership, timezone.now()
    others = _others(request).active().with_people()
    rows = in_order(queries.with_current_round(others, me, now), request.GET.get("sort", ""), ORDERS, "-due")
    return RoundFilter(request.GET, queryset=rows, viewer=me, now=now)


def _rows(pairings: Iterator[Pairing]) -> Iterator[list[object]]:
    words, not_asked = dict(CheckIn.State.choices), CheckIn.State.CALLED_OFF.label
    while portion := list(islice(pairings, ROWS_AT_ONCE)):
        for pair in portion:
            yield [
                pair.first.user.full_name,
                words.get(pair.first_state, not_asked),  # type: ignore[attr-defined]
                pair.second.user.full_name,
                words.get(pair.second_state, not_asked),  # type: ignore[attr-defined]
                pair.round_on,  # type: ignore[attr-defined]
                pair.last_minute,  # type: ignore[attr-defined]
            ]


def _remind(request: MemberRequest, pairings: PairingQuerySet, back: str) -> HttpResponseRedirect:
    reminded = reminders.remind_now(pairings=pairings, by=request.membership, now=timezone.now())
    if reminded.now:
        words = ngettext("A reminder goes to %(number)s person.", "A reminder goes to %(number)s people.", reminded.now)
        messages.success(request, words % {"number": reminded.now})
    if reminded.already:
        words = ngettext(
            "%(number)s person gets none now: they get one today already, or have chosen a later time.",
            "%(number)s people get none now: they get one today already, or have chosen a later time.",
            reminded.already,
        )
        messages.info(request, words % {"number": reminded.already})
    if reminded.not_by_mail:
        words = ngettext(
            "%(number)s person gets no reminders by mail: they have chosen so, or their address does not work.",
            "%(number)s people get no reminders by mail: they have chosen so, or their address does not work.",
            reminded.not_by_mail,
        )
        messages.info(request, words % {"number": reminded.not_by_mail})
    if not reminded.now and not reminded.already and not reminded.not_by_mail:
        messages.info(request, _("Nobody is waited for: everybody who is asked now has answered."))
    return redirect(back)

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Case, Count, F, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matching.pairings import columns, comparison, parity, places, policies, services, why
from matching.pairings.forms import Introduce, PairingFilter, PersonFilter
from matching.pairings.models import Pairing, PartnerWish, Request
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import Columns, in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from mentoring.kernel.times import local_day
from programs.memberships.access import MemberRequest, members_only, staff_only
from programs.memberships.models import STILL_TO_DO, Membership
from programs.people.access import recently_signed_in

if TYPE_CHECKING:
    from django.db.models import QuerySet

ORDERS: Columns = {
    "pair": ["first__user__name", "second__user__name"],
    "state": ["state", "proposed_at"],
    "since": [F("since").asc()],
    "introduced": ["proposed_at"],
}
ROWS_AT_ONCE = 500
TAGS: dict[str, str] = {Pairing.State.PROPOSED: "warn", Pairing.State.ACCEPTED: "warn", Pairing.State.ACTIVE: "ok"}
PEOPLE_A_PAGE = 20

# By the key of a column, and then by that of a pairing.
Values = dict[str, dict[int, columns.Value]]

# Where each thing is done that somebody may still have to do.
TO_DO = {
    "profile": (gettext_lazy("Finish your profile"), "programs:profile"),
    "guidelines": (gettext_lazy("Read the guidelines and agree to them"), "guidelines:read"),
    "training": (gettext_lazy("Finish the course that comes before a first pairing"), "guidelines:learn"),
}


# --- the list, for staff ---


@dataclass(frozen=True)
class Row:
    """What a page would look up anew for each line is in words here. A cell: its heading, its words, what stands where there are none."""

    pairing: Pairing
    names: str
    state: str
    tag: str
    cells: list[tuple[str, str, str]]


@staff_only
@require_safe
def pairing_list(request: MemberRequest) -> HttpResponse:
    shown = _asked_for(request)
    page = page_of(request, shown.qs)
    further = list(columns.every())
    context = {
        "filter": shown,
        "page": page,
        "rows": _lines(page.items, further, _values_of(page.items, further, request.membership, timezone.now())),
        "columns": further,
        "counts": _counts(request.membership),
        "query": request.GET.urlencode(),
    }
    return render(request, "matching/pairings/pairing_list.html", context)


@staff_only
@require_safe
@recently_signed_in
def pairing_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    now, program = timezone.now(), request.membership.program
    audit.record(verb="pairings.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=now)
    further = list(columns.every())
    header = [_("First person"), _("Second person"), _("Who mentors"), _("State"), _("Since"), _("Whose caseload")]
    header += [str(column.heading) for column in further]
    rows = _rows(_asked_for(request).qs.iterator(chunk_size=ROWS_AT_ONCE), further, request.membership, now)
    return csv_response(f"{program.slug}-pairings.csv", header, rows)


def _asked_for(request: MemberRequest) -> PairingFilter:
    everything = Pairing.objects.visible_to(request.membership).for_list()
    ordered = in_order(everything, request.GET.get("sort", ""), ORDERS, "-introduced")
    return PairingFilter(request.GET, queryset=ordered, viewer=request.membership)


def _counts(membership: Membership) -> list[tuple[str, int]]:
    """How many there are in each state, in the order of a pairing's life from its middle: `[("active", 414), …]`."""
    counted = Pairing.objects.visible_to(membership).order_by().values("state").annotate(number=Count("pk"))
    numbers = {row["state"]: row["number"] for row in counted}
    order = (
        Pairing.State.ACTIVE,
        Pairing.State.PROPOSED,
        Pairing.State.ACCEPTED,
        Pairing.State.PAUSED,
        Pairing.State.CLOSED,
        Pairing.State.DECLINED,
    )
    return [(str(state.label).lower(), numbers[state]) for state in order if state in numbers]


def _lines(pairings: Sequence[Pairing], further: list[columns.Column], values: Values) -> list[Row]:
    names = _("%(one)s and %(other)s")
    states = {state.value: str(state.label) for state in Pairing.State}
    cells = [(str(column.heading), values[column.key], str(column.nothing)) for column in further]
    return [
        Row(
            pairing,
            names % {"one": pairing.first.user.full_name, "other": pairing.second.user.full_name},
            states[pairing.state],
            TAGS.get(pairing.state, ""),
            [(heading, columns.in_words(of.get(pairing.pk)), nothing) for heading, of, nothing in cells],
        )
        for pairing in pairings
    ]


def _values_of(pairings: Sequence[Pairing], further: Iterable[columns.Column], viewer: Membership, now: datetime) -> Values:
    return {column.key: dict(column.values(pairings, viewer, now)) for column in further}


def _rows(pairings: Iterator[Pairing], further: list[columns.Column], viewer: Membership, now: datetime) -> Iterator[list[object]]:
    while portion := list(islice(pairings, ROWS_AT_ONCE)):
        values = _values_of(portion, further, viewer, now)
        for pairing in portion:
            yield [
                pairing.first.user.full_name,
                pairing.second.user.full_name,
                pairing.mentor_membership.user.full_name if pairing.mentor_membership else _("Both"),
                pairing.get_state_display(),
                pairing.since,  # type: ignore[attr-defined]
                pairing.coordinator.user.full_name if pairing.coordinator else "",
                *(values[column.key].get(pairing.pk) for column in further),
            ]


# --- introducing two people, by hand ---


@staff_only
@once
def pair(request: MemberRequest) -> HttpResponse:
    """Choose one, choose another, look at both and introduce them. Each step has an address of its own and needs no script."""
    program, now = request.membership.program, timezone.now()
    everybody = Membership.objects.visible_to(request.membership).current().participants().select_related("program", "user", "profile")
    people = places.with_places(everybody, on=local_day(now, program.time_zone))
    one = _chosen(request, people, "one")
    other = _chosen(request, people, "other") if one else None
    if one is None or other is None or other.pk == one.pk:
        return _choose(request, people, one)
    before = Pairing.objects.visible_to(request.membership).of(one).of(other)
    earlier = set(before.values_list("state", flat=True))
    form = Introduce(
        request.POST or None,
        one=one,
        other=other,
        by=request.membership,
        were_introduced_before=Pairing.State.DECLINED in earlier,
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.propose(
                program=program,
                one=one,
                other=other,
                mentor=form.mentor_chosen(),
                by=request.membership,
                coordinator=_coordinator_chosen(request, form),
                again=form.cleaned_data.get("again", False),
                now=now,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            names = {"one": one.user.short_name, "other": other.user.short_name}
            messages.success(request, _("%(one)s and %(other)s are asked by mail. Their pairing starts when both say yes.") % names)
            return redirect("matching:pairings", program.slug)
    is_half = request.membership.pk in (one.pk, other.pk)
    context = {
        "one": one,
        "other": other,
        "form": form,
        "is_half": is_half,
        "has_open_pairing": bool(earlier.intersection(Pairing.OPEN_STATES)),
        "was_before": Pairing.State.DECLINED in earlier,
        "reasons": _reasons(one, other),
        # Who is half of it themselves sees what the other half would see.
        "lines": comparison.side_by_side(program, [one, other], comparison.PARTNER if is_half else comparison.STAFF),
    }
    return render(request, "matching/pairings/pair_two.html", context)


def _choose(request: MemberRequest, people: "QuerySet[Any]", one: "places.WithPlaces | None") -> HttpResponse:
    shown = PersonFilter(
        request.GET, queryset=people.order_by(_who_has_somebody_last(), "waiting_since", "pk"), to=one, program=request.membership.program
    )
    page = page_of(request, shown.qs, per_page=PEOPLE_A_PAGE)
    wishes = PartnerWish.objects.visible_to(request.membership).standing().filter(membership__in=[person.pk for person in page.items])
    wished_at = dict(wishes.values_list("membership", "wished_at"))
    context = {"filter": shown, "page": page, "people": [(person, wished_at.get(person.pk)) for person in page.items], "one": one}
    return render(request, "matching/pairings/pair_choose.html", context)


def _chosen(request: MemberRequest, people: "QuerySet[Any]", name: str) -> "places.WithPlaces | None":
    """The person that the address names; nothing where it names nobody who could be meant."""
    key = whole_number(request.GET.get(name, ""))
    return people.filter(pk=key).first() if key is not None else None


def _coordinator_chosen(request: MemberRequest, form: Introduce) -> Membership | None:
    key = form.cleaned_data.get("coordinator")
    return Membership.objects.visible_to(request.membership).current().filter(pk=int(key)).first() if key else None


def _who_has_somebody_last() -> Case:
    return Case(When(open_pairings=0, then=Value(0)), default=Value(1), output_field=IntegerField())


def _reasons(one: "places.WithPlaces", other: "places.WithPlaces") -> list[str]:
    """Why neither could mentor the other, each said once."""
    said = [places.why_not(person, mentors=mentors, learns=not mentors) for mentors in (True, False) for person in (one, other)]
    return list(dict.fromkeys(sentence for sentence in said if sentence))


# --- the introduction, for the two ---


@members_only
@require_safe
def proposal(request: MemberRequest, pairing: int) -> HttpResponse:
    """Who the other is, and a yes or a "not this time" that weigh the same."""
    introduction = _own(request, pairing)
    if introduction.activated_at is not None:
        return redirect("checkins:pairing", introduction.program.slug, introduction.pk)
    me = request.membership
    other = Membership.objects.select_related("user", "profile").get(pk=introduction.other_half(me).pk)
    request_made = Request.objects.filter(pairing=introduction).defer("message").first()
    i_asked = request_made is not None and request_made.by_id == me.pk
    # Whoever asks has not been let in yet; whoever is asked sees what the other shares with a partner, as the other was told.
    is_let_in = request_made is None or introduction.state != Pairing.State.PROPOSED
    audiences = comparison.ANYBODY if i_asked and not is_let_in else comparison.PARTNER
    written_to_me = Request.objects.visible_to(me).filter(pairing=introduction).first() if request_made and not i_asked else None
    context = {
        "i_asked": i_asked,
        "both_see_the_same": is_let_in,
        "message": written_to_me.message if written_to_me else None,
        "pairing": introduction,
        "other": other,
        "lines": comparison.side_by_side(introduction.program, [other], audiences) if introduction.is_open else [],
        "why": _why(introduction, audiences) if introduction.is_open else why.Why(),
        "i_mentor": introduction.mentor_membership == me,
        "has_accepted": introduction.has_accepted(me),
        "may_accept": policies.may_accept(me, introduction),
        "may_decline": policies.may_decline(me, introduction),
        "is_accepted": introduction.state == Pairing.State.ACCEPTED,
        "still_to_do": _still_to_do(me),
        "other_has_something_to_do": other.ready_at is None,
    }
    return render(request, "matching/pairings/proposal.html", context)


@members_only
@require_POST
@once
def accept(request: MemberRequest, pairing: int) -> HttpResponse:
    introduction = _own(request, pairing)
    try:
        introduction = services.accept(pairing=introduction, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        if introduction.state == Pairing.State.PROPOSED:
            messages.success(request, _("You said yes. We write to you as soon as there is news."))
    return redirect("matching:proposal", introduction.program.slug, introduction.pk)


@members_only
@require_POST
@once
def decline(request: MemberRequest, pairing: int) -> HttpResponse:
    introduction = _own(request, pairing)
    try:
        services.decline(pairing=introduction, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    return redirect("matching:proposal", introduction.program.slug, introduction.pk)


@staff_only
@require_POST
def withdraw(request: MemberRequest, pairing: int) -> HttpResponse:
    me = request.membership
    introduction = get_object_or_404(Pairing.objects.visible_to(me).not_of(me).with_people(), pk=pairing)
    try:
        services.withdraw(pairing=introduction, by=me, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The introduction is taken back. Both get the same letter."))
    return redirect("checkins:pairing", introduction.program.slug, introduction.pk)


@members_only
@require_POST
def wish(request: MemberRequest, pairing: int) -> HttpResponse:
    own = _own(request, pairing)
    try:
        services.wish_for_somebody(pairing=own, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("Those who run the program know now that you would like to meet somebody else."))
    return redirect("checkins:pairing", own.program.slug, own.pk)


@members_only
@require_POST
def wish_take_back(request: MemberRequest, pairing: int) -> HttpResponse:
    own = _own(request, pairing)
    try:
        services.take_wish_back(pairing=own, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("You took it back. Those who run the program see your wish no more."))
    return redirect("checkins:pairing", own.program.slug, own.pk)


def _own(request: MemberRequest, pairing: int) -> Pairing:
    return get_object_or_404(Pairing.objects.of(request.membership).with_people(), program=request.membership.program, pk=pairing)


def _why(introduction: Pairing, audiences: why.Audiences) -> why.Why:
    two = why.Two.of(introduction)
    return why.speaker([two], audiences)(two, why.names_of(introduction.halves))


def _still_to_do(membership: Membership) -> list[dict[str, str]]:
    """What is open for the person themselves, and where they do it."""
    found = []
    for key in membership.requirements.open().order_by("opened_at", "pk").values_list("key", flat=True):
        words, route = TO_DO.get(key, (STILL_TO_DO.get(key, key), ""))
        found.append({"words": str(words), "href": reverse(route, args=[membership.program.slug]) if route else ""})
    return found


# --- for everybody ---


@require_safe
def equal_footing(request: HttpRequest) -> HttpResponse:
    """Who may do what in a pairing. Open to whoever asks, so that the promise can be checked before one joins."""
    return render(request, "matching/pairings/equal_footing.html", {"groups": parity.groups()})

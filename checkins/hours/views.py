from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkins.hours import queries
from checkins.hours.forms import PeopleFilter
from mentoring.kernel.audit import services as audit
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import in_order
from mentoring.kernel.lists.pages import page_of
from programs.memberships.access import MemberRequest, members_only, staff_only
from programs.memberships.models import Cohort, Membership, MembershipQuerySet
from programs.people.access import recently_signed_in

COLUMNS = {"name": ["user__name", "user__email"], "sessions": ["met_sessions", "user__name"], "hours": ["met_minutes", "user__name"]}
ROWS_AT_ONCE = 500
THIS_TERM = "term"


@members_only
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    """One's own hours, whatever roles somebody has."""
    me = request.membership
    zone, term = me.user.time_zone, me.cohort
    is_term = term is not None and request.GET.get("when") == THIS_TERM
    months = queries.by_month(queries.of_own(queries.held(me, term if is_term else None, zone), me), zone)
    context = {
        "months": months,
        "total": queries.in_all(months),
        "term": term,
        "is_term": is_term,
        "tabs": _tabs(term, is_term=is_term),
        "elsewhere": queries.elsewhere(me),
    }
    return render(request, "checkins/hours/mine.html", context)


@staff_only
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """The hours of the program, each session once, and of each person."""
    shown = _asked_for(request)
    zone = request.membership.program.time_zone
    months = queries.by_month(queries.held(request.membership, shown.during, zone), zone)
    context = {
        "filter": shown,
        "page": page_of(request, _rows(request, shown)),
        "months": months,
        "total": queries.in_all(months),
        "query": request.GET.urlencode(),
    }
    return render(request, "checkins/hours/people.html", context)


@staff_only
@require_safe
@recently_signed_in
def people_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    program = request.membership.program
    audit.record(verb="hours.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=timezone.now())
    header = [_("Name"), _("Address"), _("Sessions"), _("Minutes"), _("Hours")]
    return csv_response(f"{program.slug}-hours.csv", header, _lines(_rows(request, _asked_for(request))))


def _asked_for(request: MemberRequest) -> PeopleFilter:
    people = Membership.objects.visible_to(request.membership).participants().with_people()
    return PeopleFilter(request.GET or None, queryset=people, request=request)


def _rows(request: MemberRequest, shown: PeopleFilter) -> MembershipQuerySet:
    """Who takes part or has, since what they did stays done."""
    sessions = queries.held(request.membership, shown.during, request.membership.program.time_zone)
    return in_order(queries.with_hours(shown.qs, sessions), request.GET.get("sort", ""), COLUMNS, "name")


def _lines(people: MembershipQuerySet) -> Iterator[list[object]]:
    # Each with the hours that `queries.with_hours` gave them.
    counted: Iterator[Any] = people.iterator(chunk_size=ROWS_AT_ONCE)
    for person in counted:
        minutes = person.met_minutes
        yield [person.user.name, person.user.shown_address, person.met_sessions, minutes, round(minutes / 60, 2)]


def _tabs(term: Cohort | None, *, is_term: bool) -> list[dict[str, object]]:
    if term is None:
        return []
    return [
        {"text": _("All the time"), "href": "?", "current": not is_term},
        {"text": term.name, "href": f"?when={THIS_TERM}", "current": is_term},
    ]

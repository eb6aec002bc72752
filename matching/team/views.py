from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matching.team import queries
from mentoring.kernel.lists.pages import page_of
from programs.memberships.access import MemberRequest, staff_only


@staff_only
@require_safe
def team(request: MemberRequest) -> HttpResponse:
    """Coordinators, admins and the deputy on one page."""
    page = page_of(request, queries.team_of(request.membership))
    context = {
        "page": page,
        "has_deputy": any(person.is_deputy for person in page.items),
        "has_admin": any(person.is_admin for person in page.items),
        "without_coordinator": queries.without_coordinator(request.membership),
    }
    return render(request, "matching/team/team.html", context)

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from checkins.loads import queries
from programs.memberships.access import MemberRequest, admins_only


@admins_only
@require_safe
def loads(request: MemberRequest) -> HttpResponse:
    """Who looks after how much."""
    context = {"team": queries.of_team(request.membership, timezone.now()), "much": queries.MUCH, "too_much": queries.TOO_MUCH}
    return render(request, "checkins/loads/loads.html", context)

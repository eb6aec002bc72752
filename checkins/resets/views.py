from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from checkins.resets import policies, queries, services
from matching.joint import parts
from matching.joint import queries as joint
from matching.joint import views as joint_views
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once

RESETS_A_PAGE = 10
KINDS = (services.RESET, services.AFTERWARDS)


@the_two_only
@once
def resets(request: PairRequest) -> HttpResponse:
    """What a reset conversation is, the parts that one prepares alone, and those that both have prepared."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    may_start = policies.may_start(me, pair)
    mine = parts.parts_of(request, KINDS, are_asked=may_start, now=now)
    if mine.answered is not None:
        messages.success(request, parts.said_what_happened(mine.answered))
        return _to_the_page(request)
    page = page_of(request, joint.to_read(pair, me, services.RESET, mine.rounds), per_page=RESETS_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "parts": mine.parts,
        "AFTERWARDS": services.AFTERWARDS,
        "may_start": may_start and not any(round.kind == services.RESET for round in mine.rounds),
        "page": page,
        "conversations": queries.told(page.items, pair, me, now, mine.rounds),
    }
    return render(request, "checkins/resets/resets.html", context)


start = joint_views.start_view(services.start, page="checkins:resets")
take_back = joint_views.take_back_view(KINDS, page="checkins:resets")
not_now = joint_views.not_now_view(KINDS, page="checkins:pairing")


def _to_the_page(request: PairRequest) -> HttpResponse:
    return redirect("checkins:resets", request.pairing.program.slug, request.pairing.pk)

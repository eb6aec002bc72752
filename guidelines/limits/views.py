from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guidelines.limits import queries, services
from guidelines.limits.forms import SetLimit
from matching.pairings.access import PairRequest, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, participants_only


@participants_only
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    me = request.membership
    return render(request, "guidelines/limits/mine.html", {"limits": queries.mine(me, queries.topics_in_force(me))})


@participants_only
@require_POST
@once
def set_limit(request: MemberRequest, topic: str) -> HttpResponse:
    found = next((one for one in queries.topics_in_force(request.membership) if one.key == topic), None)
    if found is None:
        raise Http404
    form = SetLimit(request.POST, topic=found)
    if not form.is_valid():
        say_no(request, Refused(_("Choose one of the limits of this topic. Nothing was changed.")))
    else:
        try:
            services.set_limit(topic=found, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            say_no(request, refused)
        else:
            messages.success(request, _("Your limit is kept. Nobody is told that it is yours."))
    return redirect("guidelines:topic", request.membership.program.slug, found.key)


@the_two_only
@require_safe
def ours(request: PairRequest) -> HttpResponse:
    """What holds for these two. Once the pairing has ended there is nothing to keep to, and what each sets is for others."""
    pair = request.pairing
    holds = pair.state != Pairing.State.CLOSED
    context = {
        "pairing": pair,
        "other": request.other,
        "holds": holds,
        "limits": queries.ours(pair, queries.topics_in_force(request.membership)) if holds else [],
    }
    return render(request, "guidelines/limits/ours.html", context)

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from checkins.balance import queries
from matching.pairings.models import Pairing
from programs.memberships.access import MemberRequest, members_only


@members_only
@require_safe
def balance(request: MemberRequest, pairing: int) -> HttpResponse:
    """To the two, and to those who run the program: the same numbers, with names in place of "you". The question is for the two alone."""
    me = request.membership
    begun = Pairing.objects.visible_to(me).exclude(activated_at=None).with_people()
    pair = get_object_or_404(begun, pk=pairing)
    context = {"pairing": pair, "balance": queries.on_pair_page(pair, me, timezone.now())}
    if pair.includes(me):
        return render(request, "checkins/balance/balance.html", context | {"other": pair.other_half(me)})
    return render(request, "checkins/balance/balance_of_others.html", context)

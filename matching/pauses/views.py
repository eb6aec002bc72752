from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.pairings.models import Pairing
from matching.pauses import services
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only


@members_only
@require_POST
@once
def pause(request: MemberRequest, pairing: int) -> HttpResponse:
    return _do(services.pause, request, pairing, _("The pairing is paused. Both get the same letter."))


@members_only
@require_POST
@once
def go_on(request: MemberRequest, pairing: int) -> HttpResponse:
    return _do(services.go_on, request, pairing, _("Your yes is noted."), once_active=_("The pairing goes on. Both get the same letter."))


@members_only
@require_POST
@once
def take_back(request: MemberRequest, pairing: int) -> HttpResponse:
    return _do(services.take_back, request, pairing, _("You took your yes back."))


def _do(act: Callable[..., Pairing], request: MemberRequest, pairing: int, words: str, *, once_active: str = "") -> HttpResponse:
    """For a half from their own page, for those who run the program from the page of facts: both lie at the same address."""
    pair = get_object_or_404(Pairing.objects.visible_to(request.membership), pk=pairing)
    try:
        pair = act(pairing=pair, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, once_active if once_active and pair.state == Pairing.State.ACTIVE else words)
    return redirect("checkins:pairing", request.membership.program.slug, pair.pk)

"""The three acts beside the form of one's own part, as views: each subject that is answered apart makes its own of them."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.joint import queries, services
from matching.joint.models import Round
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import View


def start_view(start: Callable[..., object], *, page: str) -> View:
    """`start` is the service that asks both; `page` names the page of the parts."""

    @the_two_only
    @require_POST
    @once
    def begin(request: PairRequest) -> HttpResponse:
        try:
            start(pairing=request.pairing, by=request.membership, now=timezone.now())
        except Refused as refused:
            say_no(request, refused)
        return redirect(page, request.pairing.program.slug, request.pairing.pk)

    return begin


def take_back_view(names: Sequence[str], *, page: str) -> View:
    """What I said alone is gone. `names` are the kinds of round that the page asks."""

    @the_two_only
    @require_POST
    @once
    def take_back(request: PairRequest, round: int) -> HttpResponse:
        asked = get_object_or_404(Round.objects.in_pairing(request.pairing, request.membership).filter(kind__in=names), pk=round)
        try:
            services.take_back(round=asked, by=request.membership, now=timezone.now())
        except Refused as refused:
            say_no(request, refused)
        else:
            messages.success(request, _("You took it back. Nothing of it is kept."))
        return redirect(page, request.pairing.program.slug, request.pairing.pk)

    return take_back


def not_now_view(names: Sequence[str], *, page: str) -> View:
    """It waits for me no more, and is not offered for a while. It can be done all the same, and nobody is told.

    Which of the kinds it is about says the round that is sent along; without one it is the first. `page` is where one goes on.
    """

    @the_two_only
    @require_POST
    @once
    def not_now(request: PairRequest) -> HttpResponse:
        asked = queries.one_of(request.pairing, request.membership, names, request.POST.get("round", ""))
        try:
            services.say_not_now(pairing=request.pairing, kind=asked.kind if asked else names[0], by=request.membership, now=timezone.now())
        except Refused as refused:
            say_no(request, refused)
        else:
            messages.success(request, _("All right. It does not wait for you any more, and nobody learns of it."))
        return redirect(page, request.pairing.program.slug, request.pairing.pk)

    return not_now

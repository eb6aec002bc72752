from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.care import services
from checkins.care.models import Task
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from programs.memberships.access import MemberRequest, staff_only


@the_two_only
@require_POST
def please_call(request: PairRequest) -> HttpResponse:
    try:
        services.ask_for_call(pairing=request.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return _back_to_the_call(request)


@the_two_only
@require_POST
def take_back_call(request: PairRequest) -> HttpResponse:
    try:
        services.take_back_call(pairing=request.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Taken back. Nobody calls you about it."))
    return _back_to_the_call(request)


def _back_to_the_call(request: PairRequest) -> HttpResponse:
    pair = request.pairing
    return redirect(f"{reverse('checkins:pairing', args=[pair.program.slug, pair.pk])}#call")


@staff_only
@require_POST
def task_done(request: MemberRequest, task: int) -> HttpResponse:
    done = get_object_or_404(Task.objects.visible_to(request.membership), pk=task)
    try:
        services.finish(task=done, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Marked as done. It comes back if it is seen again."))
    return redirect("checkins:today", request.membership.program.slug)

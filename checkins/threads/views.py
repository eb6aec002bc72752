import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.threads import policies, services
from checkins.threads.forms import MarkRead, WriteMessage
from checkins.threads.models import Message
from checkins.threads.queries import part_of_thread
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once


@the_two_only
@once
def thread(request: PairRequest) -> HttpResponse:
    """What the two write to each other. It stays to read when nothing can be added any more."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    is_sent = request.method == "POST"
    form = WriteMessage(request.POST or None, other=request.other.user.short_name)
    if is_sent and form.is_valid():
        try:
            services.send(pairing=pair, by=me, text=form.cleaned_data["text"], now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _at_the_newest(request)
    part = part_of_thread(pair, me, before=_asked_before(request))
    context = {
        "pairing": pair,
        "other": request.other,
        "part": part,
        "lines": [(message, message.pk in part.unread, policies.may_take_back(me, message, now)) for message in part.messages],
        "is_newest": _asked_before(request) is None,
        "form": form if is_sent or policies.may_send(me, pair) else None,
    }
    return render(request, "checkins/threads/thread.html", context)


@the_two_only
@require_POST
def take_back(request: PairRequest, message: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Message.objects.in_pairing(request.pairing, request.membership).select_related("pairing"), pk=message)
    try:
        services.take_back(message=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("You took the message back. Its words are kept locked away, in case they are needed for help."))
    return _at_the_newest(request)


@the_two_only
@require_POST
def mark_read(request: PairRequest) -> HttpResponse:
    """Sent by the page itself where script runs: then there is nothing to show. Else by a button."""
    form = MarkRead(request.POST)
    thread = Message.objects.in_pairing(request.pairing, request.membership).select_related("pairing")
    if form.is_valid() and (newest := thread.filter(pk=form.cleaned_data["newest"]).first()):
        services.mark_read(message=newest, by=request.membership, now=timezone.now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.OK)
    return _at_the_newest(request)


def _at_the_newest(request: PairRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("checkins:thread", args=[request.pairing.program.slug, request.pairing.pk]) + "#newest")


def _asked_before(request: PairRequest) -> uuid.UUID | None:
    """The message in the address before which somebody wants to read; None for the newest, and for nonsense."""
    try:
        return uuid.UUID(request.GET.get("before", ""))
    except ValueError:
        return None

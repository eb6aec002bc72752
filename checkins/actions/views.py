from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from checkins.actions import policies, queries, services
from checkins.actions.forms import AddAction
from checkins.actions.models import ActionItem
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from mentoring.kernel.times import local_day

DONE_A_PAGE = 20
# What a form of the actions' own page says, so that one comes back to it.
FROM_ACTIONS = "actions"


@the_two_only
@require_safe
def action_list(request: PairRequest) -> HttpResponse:
    """What is open, and what is over. It stays to read when the pairing has ended."""
    pair, me = request.pairing, request.membership
    page = page_of(request, ActionItem.objects.in_pairing(pair, me).over(), per_page=DONE_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "actions": queries.open_actions(pair, me),
        "over": [queries.as_seen_by(me, action, pair) for action in page.items],
        "page": page,
    }
    return render(request, "checkins/actions/action_list.html", context)


@the_two_only
@once
def add(request: PairRequest) -> HttpResponse:
    pair, other, me, now = request.pairing, request.other, request.membership, timezone.now()
    if request.method != "POST" and not policies.may_add(me, pair):
        return stopped(request)
    form = AddAction(request.POST or None, pairing=pair, me=me, today=local_day(now, me.user.time_zone))
    if request.method == "POST" and form.is_valid():
        try:
            action = services.add(pairing=pair, by=me, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if action.is_taken_on:
                messages.success(request, _("The action is on your list. You both see it."))
            else:
                messages.success(request, _("%(name)s is asked. It stands only once they say yes.") % {"name": other.user.short_name})
            return redirect("checkins:actions", pair.program.slug, pair.pk)
    return render(request, "checkins/actions/add.html", {"form": form, "pairing": pair, "other": other})


@the_two_only
@require_POST
def mark_done(request: PairRequest) -> HttpResponse:
    """All that are ticked, at once. A tick that means nothing is left aside."""
    ticked = [key for key in map(whole_number, request.POST.getlist("done")) if key is not None]
    try:
        done = services.mark_done(pairing=request.pairing, by=request.membership, keys=ticked, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        if done:
            messages.success(
                request, ngettext("%(number)s action is done.", "%(number)s actions are done.", len(done)) % {"number": len(done)}
            )
        elif ticked:
            messages.info(request, _("What you ticked was done already, or is not on the list any more."))
        else:
            messages.info(request, _("Tick what is done first, then save."))
    return _back(request)


@the_two_only
@require_POST
def take_on(request: PairRequest, actionitem: int) -> HttpResponse:
    return _answered(request, actionitem, services.take_on, _("You took it on. You both see it on the list."))


@the_two_only
@require_POST
def decline(request: PairRequest, actionitem: int) -> HttpResponse:
    return _answered(request, actionitem, services.decline, _("You declined it. You both see that it is off the list."))


@the_two_only
@require_POST
def remove(request: PairRequest, actionitem: int) -> HttpResponse:
    return _answered(request, actionitem, services.remove, _("You removed the action."))


@the_two_only
@require_POST
def undo(request: PairRequest, actionitem: int) -> HttpResponse:
    return _answered(request, actionitem, services.undo, _("The action is open again."))


def _answered(request: PairRequest, actionitem: int, service: Callable[..., Any], words: str) -> HttpResponse:
    action = get_object_or_404(ActionItem.objects.in_pairing(request.pairing, request.membership), pk=actionitem)
    try:
        service(action=action, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, words)
    return _back(request)


def _back(request: PairRequest) -> HttpResponse:
    page = "checkins:actions" if request.POST.get("to") == FROM_ACTIONS else "checkins:pairing"
    return redirect(page, request.pairing.program.slug, request.pairing.pk)

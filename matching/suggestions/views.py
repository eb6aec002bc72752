from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching.criteria.models import Exclusion
from matching.pairings import comparison, policies
from matching.pairings.models import Request
from matching.pairings.services import NOT_OPEN
from matching.suggestions import queries, services
from matching.suggestions.forms import Ask
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Membership

# Says who was shown to whom, for a form that comes back when they are suggested no more.
SHOWN = signing.Signer(salt="matching.suggestions")


def those_who_may_ask(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Participants, where their program lets people ask each other. Elsewhere there is no such page."""

    @members_only
    @wraps(view)
    def door(request: MemberRequest, *arguments: Any, **names: Any) -> HttpResponseBase:
        if not policies.may_ask(request.membership):
            raise Http404
        return view(request, *arguments, **names)

    return door


@those_who_may_ask
@require_safe
def suggestions(request: MemberRequest) -> HttpResponse:
    me = request.membership
    waiting = Request.objects.filter(by=me).waiting().defer("message").select_related("pairing__first__user", "pairing__second__user")
    asked = [(made.pairing, made.pairing.other_half(me)) for made in waiting.order_by("made_at", "pk")]
    not_for_me = Exclusion.objects.visible_to(me).private().filter(by=me).for_list()
    context = {
        "suggestions": queries.suggested(me, timezone.now()),
        "asked": asked,
        "may_ask_more": len(asked) < me.program.open_requests,
        "not_for_me": [exclusion.other if exclusion.one_id == me.pk else exclusion.one for exclusion in not_for_me],
    }
    return render(request, "matching/suggestions/suggestions.html", context)


@those_who_may_ask
@once
def ask(request: MemberRequest, membership: int) -> HttpResponse:
    """Who somebody is, as far as everyone in the program may read it, and a request to them."""
    me, now = request.membership, timezone.now()
    there = queries.suggested(me, now)
    chosen = next((suggestion for suggestion in there if suggestion.other.pk == membership), None)
    if chosen is None:
        return _gone_meanwhile(request, membership)
    form = Ask(request.POST if request.method == "POST" else None, other=chosen.other.user.short_name)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.ask(by=me, other=chosen.other, message=form.cleaned_data["message"], now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is asked by mail.") % {"name": chosen.other.user.short_name})
            return redirect("matching:proposal", me.program.slug, asked.pk)
    lines = comparison.side_by_side(me.program, [chosen.other], comparison.ANYBODY)
    context = {"suggestion": chosen, "other": chosen.other, "form": form, "lines": lines, "i_mentor": chosen.mentor == me}
    return render(request, "matching/suggestions/ask.html", context | {"shown": SHOWN.sign_object([me.pk, membership])})


def _gone_meanwhile(request: MemberRequest, membership: int) -> HttpResponse:
    """Whoever was shown somebody keeps what they wrote to them. Of anybody else there is no such page."""
    try:
        was_shown = SHOWN.unsign_object(request.POST.get("shown", "")) == [request.membership.pk, membership]
    except signing.BadSignature:
        was_shown = False
    if not was_shown:
        raise Http404
    other = get_object_or_404(Membership.objects.select_related("user"), pk=membership, program=request.membership.program)
    form = Ask(request.POST, other=other.user.short_name)
    form.add_error(None, str(NOT_OPEN))
    return render(request, "matching/suggestions/ask.html", {"other": other, "form": form})


@those_who_may_ask
@require_POST
@once
def not_for_me(request: MemberRequest, membership: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    chosen = next((found.other for found in queries.suggested(me, now) if found.other.pk == membership), None)
    if chosen is None:
        raise Http404
    try:
        services.not_for_me(by=me, other=chosen, now=now)
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("You will not be suggested to each other. Nobody learns of it, and you can take it back below."))
    return redirect("matching:suggestions", me.program.slug)


@those_who_may_ask
@require_POST
@once
def take_back(request: MemberRequest, membership: int) -> HttpResponse:
    me = request.membership
    mine = Exclusion.objects.visible_to(me).private().filter(by=me)
    other = get_object_or_404(Membership, pk=membership, program=me.program)
    get_object_or_404(mine.of(me, other))
    services.take_back(by=me, other=other, now=timezone.now())
    messages.success(request, _("You took it back. You may be suggested to each other again."))
    return redirect("matching:suggestions", me.program.slug)

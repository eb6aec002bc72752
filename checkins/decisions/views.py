from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.decisions import policies, queries, services
from checkins.decisions.forms import Decline, ProposeDecision
from checkins.decisions.models import Decision, DecisionQuerySet
from checkins.sessions.models import Session
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from mentoring.kernel.times import local_day

DECISIONS_A_PAGE = 20


@the_two_only
@require_safe
def decision_list(request: PairRequest) -> HttpResponse:
    """All that the two have decided or are deciding, for the two. It stays to read when the pairing has ended."""
    pair, me = request.pairing, request.membership
    today = local_day(timezone.now(), pair.program.time_zone)
    page = page_of(request, _of_this_pair(request).for_list(pair, me, today), per_page=DECISIONS_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "page": page,
        "cards": queries.cards(page.items, pair, me, today),
        "may_propose": policies.may_propose(me, pair),
    }
    return render(request, "checkins/decisions/decision_list.html", context)


@the_two_only
@require_safe
def decision_page(request: PairRequest, decision: int) -> HttpResponse:
    return _page(request, decision, Decline(other=request.other.user.short_name))


@the_two_only
@once
def propose(request: PairRequest) -> HttpResponse:
    """`?session=` is the meeting in which it came up."""
    pair = request.pairing
    if request.method != "POST" and not policies.may_propose(request.membership, pair):
        return stopped(request)
    session = _asked_session(request)
    form = ProposeDecision(request.POST or None, other=request.other.user.short_name)
    if request.method == "POST" and form.is_valid():
        try:
            decision = services.propose(pairing=pair, by=request.membership, session=session, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _asked(request, decision)
    context = {"form": form, "pairing": pair, "other": request.other, "session": session}
    return render(request, "checkins/decisions/propose.html", context)


@the_two_only
@once
def suggest(request: PairRequest, decision: int) -> HttpResponse:
    """Something else in place of what the other proposed, or of what stands."""
    old = _found(request, decision)
    if request.method != "POST" and not policies.may_propose(request.membership, request.pairing):
        return stopped(request)
    if request.method != "POST" and not policies.may_suggest(request.membership, old):
        return redirect("checkins:decision", request.pairing.program.slug, request.pairing.pk, old.pk)
    form = ProposeDecision(request.POST or None, other=request.other.user.short_name, in_place_of=old)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.suggest(in_place_of=old, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _asked(request, new)
    context = {"form": form, "pairing": request.pairing, "other": request.other, "old": old}
    return render(request, "checkins/decisions/suggest.html", context)


@the_two_only
@require_POST
def agree(request: PairRequest, decision: int) -> HttpResponse:
    return _done(request, decision, services.agree, _("You have both agreed. From now on it stands."))


@the_two_only
@require_POST
def decline(request: PairRequest, decision: int) -> HttpResponse:
    """One press is enough; on the decision's own page a word can go with it. What cannot be taken any more is kept to be copied."""
    there = get_object_or_404(_of_this_pair(request), pk=decision)
    form = Decline(request.POST, other=request.other.user.short_name)
    if form.is_valid():
        try:
            services.decline(decision=there, by=request.membership, now=timezone.now(), word=form.cleaned_data["word"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("You don’t agree, and that is fine. %(name)s sees it.") % {"name": request.other.user.short_name})
            return redirect("checkins:decision", request.pairing.program.slug, request.pairing.pk, there.pk)
    return _page(request, decision, form)


@the_two_only
@require_POST
def withdraw(request: PairRequest, decision: int) -> HttpResponse:
    return _done(request, decision, services.withdraw, _("You took it back."))


@the_two_only
@require_POST
def reopen(request: PairRequest, decision: int) -> HttpResponse:
    return _done(
        request, decision, services.reopen, _("It is open again and no longer stands. Either of you can suggest what should hold.")
    )


@the_two_only
@require_POST
def keep(request: PairRequest, decision: int) -> HttpResponse:
    return _done(request, decision, services.keep, _("You said that you keep it."))


@the_two_only
@require_POST
def let_go(request: PairRequest, decision: int) -> HttpResponse:
    return _done(request, decision, services.let_go, _("You let it go. It was a try, and it is over."))


def _of_this_pair(request: PairRequest) -> DecisionQuerySet:
    return Decision.objects.in_pairing(request.pairing, request.membership)


def _found(request: PairRequest, key: int) -> Decision:
    today = local_day(timezone.now(), request.pairing.program.time_zone)
    decision = get_object_or_404(_of_this_pair(request).for_list(request.pairing, request.membership, today), pk=key)
    queries.with_people([decision], request.pairing)
    return decision


def _asked_session(request: PairRequest) -> Session | None:
    key = whole_number(request.GET.get("session", ""))
    if key is None:
        return None
    return get_object_or_404(Session.objects.readable_in(request.pairing, request.membership), pk=key)


def _asked(request: PairRequest, decision: Decision) -> HttpResponse:
    messages.success(request, _("%(name)s is asked. It stands once you have both agreed.") % {"name": request.other.user.short_name})
    return redirect("checkins:decision", request.pairing.program.slug, request.pairing.pk, decision.pk)


def _page(request: PairRequest, key: int, form: Decline) -> HttpResponse:
    pair, me = request.pairing, request.membership
    decision = _found(request, key)
    [card] = queries.cards([decision], pair, me, local_day(timezone.now(), pair.program.time_zone))
    history = queries.with_people(queries.history_of(decision, me), pair)
    context = {
        "card": card,
        "history": history,
        "form": form if card.may_answer or form.is_bound else None,
        "pairing": pair,
        "other": request.other,
    }
    return render(request, "checkins/decisions/decision.html", context)


def _done(request: PairRequest, key: int, act: Callable[..., Decision], said: str) -> HttpResponse:
    decision = get_object_or_404(_of_this_pair(request), pk=key)
    try:
        act(decision=decision, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("checkins:decision", request.pairing.program.slug, request.pairing.pk, decision.pk)

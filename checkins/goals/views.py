from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.goals import policies, queries, services
from checkins.goals.forms import AddGoal, EditGoal
from checkins.goals.models import Goal, GoalQuerySet
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once

SETTLED_A_PAGE = 20


@the_two_only
@require_safe
def goal_list(request: PairRequest) -> HttpResponse:
    """What each would like to learn, side by side. It stays to read when the pairing has ended."""
    pair, me = request.pairing, request.membership
    page = page_of(request, _of_this_pair(request).settled(), per_page=SETTLED_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "goals": queries.open_goals(pair, me),
        "page": page,
        "settled": queries.cards(page.items, pair, me),
    }
    return render(request, "checkins/goals/goal_list.html", context)


@the_two_only
@once
def add(request: PairRequest) -> HttpResponse:
    pair = request.pairing
    if request.method != "POST" and not policies.may_add(request.membership, pair):
        return stopped(request)
    form = AddGoal(request.POST or None, other=request.other.user.short_name)
    if request.method == "POST" and form.is_valid():
        try:
            goal = services.add(pairing=pair, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = _("The goal is there. You both see it.")
            if goal.is_of_both:
                said = _("%(name)s is asked. It is open once you both want it.") % {"name": request.other.user.short_name}
            messages.success(request, said)
            return _to_the_list(request)
    return render(request, "checkins/goals/add.html", {"form": form, "pairing": pair, "other": request.other})


@the_two_only
def edit(request: PairRequest, goal: int) -> HttpResponse:
    """Where the other has saved it meanwhile, both texts are shown with 409, and what was typed can be saved again."""
    pair, there = request.pairing, _found(request, goal)
    if request.method != "POST":
        if not policies.may_add(request.membership, pair):
            return stopped(request)
        if not policies.may_edit(request.membership, there):
            return _to_the_list(request)
    initial = {"text": there.text, "why": there.why, "version": there.version}
    form = EditGoal(request.POST or None, other=request.other.user.short_name, initial=initial)
    context = {"form": form, "pairing": pair, "other": request.other, "goal": there}
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(goal=there, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except services.Collided as collided:
            # What was typed, on top of what is there now.
            typed = {**form.cleaned_data, "version": collided.goal.version}
            form = EditGoal(other=request.other.user.short_name, initial=typed)
            context |= {"form": form, "goal": collided.goal, "collided": str(collided)}
            return render(request, "checkins/goals/edit.html", context, status=409)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The goal is saved."))
            return _to_the_list(request)
    return render(request, "checkins/goals/edit.html", context)


@the_two_only
@require_POST
def agree(request: PairRequest, goal: int) -> HttpResponse:
    """The form says which words it is a yes to."""
    version = whole_number(request.POST.get("version", "")) or 0
    return _done(request, goal, partial(services.agree, version=version), _("You both want it. The goal is open."))


@the_two_only
@require_POST
def reach(request: PairRequest, goal: int) -> HttpResponse:
    return _done(request, goal, services.reach, _("Reached. It stays here to look back on."))


@the_two_only
@require_POST
def let_go(request: PairRequest, goal: int) -> HttpResponse:
    return _done(request, goal, services.let_go, _("You let the goal go. Aims change, and that is fine."))


@the_two_only
@require_POST
def take_up(request: PairRequest, goal: int) -> HttpResponse:
    return _done(request, goal, services.take_up, _("The goal is open again."))


def _of_this_pair(request: PairRequest) -> GoalQuerySet:
    return Goal.objects.in_pairing(request.pairing, request.membership)


def _found(request: PairRequest, key: int) -> Goal:
    goal = get_object_or_404(_of_this_pair(request), pk=key)
    goal.pairing = request.pairing
    return goal


def _to_the_list(request: PairRequest) -> HttpResponse:
    return redirect("checkins:goals", request.pairing.program.slug, request.pairing.pk)


def _done(request: PairRequest, key: int, act: Callable[..., Goal], said: str) -> HttpResponse:
    goal = _found(request, key)
    try:
        done = act(goal=goal, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        name = {"name": request.other.user.short_name}
        if done.is_of_both and done.said_by(request.membership) and done.state in Goal.CURRENT:
            said = _("Saved. It is settled once %(name)s says the same.") % name
        elif done.state == Goal.State.PROPOSED:
            said = _("%(name)s is asked. It is open once you both want it.") % name
        messages.success(request, said)
    return _to_the_list(request)

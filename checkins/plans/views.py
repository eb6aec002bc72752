from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.plans import cadence, services
from checkins.plans.forms import ChangePlan, Reword
from checkins.plans.models import CheckInPlan, Question, started_on, zone_of
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership

DATES_SHOWN = 3


@staff_only
def plan(request: MemberRequest) -> HttpResponse:
    program = request.membership.program
    shown = _plan_of(request)
    form = ChangePlan(request.POST or None, plan=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(plan=shown, by=request.membership, now=timezone.now(), **form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The check-in settings are saved."))
            return redirect("checkins:plan", program.slug)
    pair = _pairing_to_show(request)
    context = {
        "form": form,
        "plan": shown,
        "questions": list(shown.questions.in_use()),
        "pairing": pair,
        "dates": _next_dates(shown, pair, timezone.now()) if pair else [],
    }
    return render(request, "checkins/plans/plan.html", context)


@staff_only
@once
def question(request: MemberRequest, question: int) -> HttpResponse:
    """Ask in other words. What was asked before keeps its words, as a row of its own."""
    asked = get_object_or_404(Question.objects.visible_to(request.membership).in_use(), pk=question)
    form = Reword(request.POST or None, question=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.reword(question=asked, by=request.membership, text=form.cleaned_data["text"], labels=form.labels(), now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is saved. It is asked in these words in check-ins that open from now on."))
            return redirect("checkins:plan", request.membership.program.slug)
    return render(request, "checkins/plans/question.html", {"form": form, "question": asked})


@dataclass(frozen=True)
class NextDate:
    """When a check-in opens for each half of a pairing, by their own clocks."""

    halves: list[tuple[Membership, datetime]]


def _plan_of(request: MemberRequest) -> CheckInPlan:
    return get_object_or_404(CheckInPlan.objects.visible_to(request.membership))


def _pairing_to_show(request: MemberRequest) -> Pairing | None:
    """The pairing that the address asks for, else the one that began last."""
    pairings = Pairing.objects.visible_to(request.membership).active().with_people().order_by("-activated_at", "-pk")
    key = request.GET.get("pairing", "")
    asked = pairings.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 16 else None
    return asked or pairings.first()


def _next_dates(plan: CheckInPlan, pairing: Pairing, now: datetime) -> list[NextDate]:
    today = times.local_day(now, zone_of(pairing.program))
    zones = [(half, zone_of(half.user, pairing.program)) for half in pairing.halves]
    return [
        NextDate([(half, times.local(plan.opens_at(due.day, zone), zone)) for half, zone in zones])
        for due in cadence.upcoming(plan.rule, started_on(pairing), today, DATES_SHOWN)
    ]

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.plans import services
from checkins.plans.forms import AddQuestion, ChangePlan, Reword
from checkins.plans.models import CheckInPlan, Question, zone_of
from checkins.plans.preview import next_dates
from matching.pairings.models import Pairing, PairingQuerySet
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership

FEW_DATES, DATES_SHOWN = 3, 10
PEOPLE_FOUND = 8


@staff_only
def plan(request: MemberRequest) -> HttpResponse:
    program = request.membership.program
    shown = _plan_of(request)
    form = ChangePlan(request.POST or None, plan=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(plan=shown, by=request.membership, now=timezone.now(), **form.told())
        except Refused as refused:
            form.add_error("rule" if form.is_by_another_rule else None, str(refused))
        else:
            messages.success(request, _("The check-in settings are saved."))
            return redirect("checkins:plan", program.slug)
    context = {
        "form": form,
        "plan": shown,
        "numbers": _numbers_of_questions(shown),
        **_whose_dates(request, shown, FEW_DATES),
    }
    return render(request, "checkins/plans/plan.html", context)


@staff_only
@require_safe
def dates(request: MemberRequest) -> HttpResponse:
    """The next ten check-ins of one person. Somebody is found by their name, since a program may have thousands."""
    asked = request.GET.get("name", "").strip()[:100]
    found = _to_choose_from(request).of_people_called_like(asked)[:PEOPLE_FOUND] if asked else []
    context = {"plan": _plan_of(request), "name": asked, "found": list(found), **_whose_dates(request, _plan_of(request), DATES_SHOWN)}
    return render(request, "checkins/plans/dates.html", context)


@staff_only
@require_safe
def questions(request: MemberRequest) -> HttpResponse:
    """What is asked, in its order, and what is asked no more."""
    shown = _plan_of(request)
    in_use = list(shown.questions.in_use())
    context = {"plan": shown, "questions": in_use, "retired": list(shown.questions.to_put_back()), "numbers": _numbers_of_questions(shown)}
    return render(request, "checkins/plans/questions.html", context)


@staff_only
@once
def question_add(request: MemberRequest) -> HttpResponse:
    form = AddQuestion(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add(plan=_plan_of(request), by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is added. It is asked in check-ins that open from now on."))
            return redirect("checkins:plan-questions", request.membership.program.slug)
    return render(request, "checkins/plans/question.html", {"form": form})


@staff_only
@once
def question(request: MemberRequest, question: int) -> HttpResponse:
    """Ask in other words, or at other times. What was asked before keeps its words, as a row of its own."""
    asked = _in_use(request, question)
    form = Reword(request.POST or None, question=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.reword(
                question=asked,
                by=request.membership,
                text=form.cleaned_data["text"],
                labels=form.labels(),
                asked_in=form.cleaned_data.get("asked_in"),
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is saved. It is asked like this in check-ins that open from now on."))
            return redirect("checkins:plan-questions", request.membership.program.slug)
    return render(request, "checkins/plans/question.html", {"form": form, "question": asked})


@staff_only
@require_POST
def question_move(request: MemberRequest, question: int) -> HttpResponse:
    services.move(question=_in_use(request, question), by=request.membership, up="up" in request.POST, now=timezone.now())
    return redirect("checkins:plan-questions", request.membership.program.slug)


@staff_only
def question_retire(request: MemberRequest, question: int) -> HttpResponse:
    asked = _in_use(request, question)
    if request.method == "POST":
        try:
            services.retire(question=asked, by=request.membership, now=timezone.now())
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("The question is asked no more. You can put it back any time."))
        return redirect("checkins:plan-questions", request.membership.program.slug)
    return render(request, "checkins/plans/question_retire.html", {"question": asked})


@staff_only
@require_POST
def question_put_back(request: MemberRequest, question: int) -> HttpResponse:
    asked = get_object_or_404(Question.objects.visible_to(request.membership).select_related("plan"), pk=question)
    try:
        services.put_back(question=asked, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The question is asked again, in check-ins that open from now on."))
    return redirect("checkins:plan-questions", request.membership.program.slug)


@dataclass(frozen=True)
class Numbers:
    """How many questions the short check-in asks, and the long one."""

    short: int
    long: int


def _numbers_of_questions(plan: CheckInPlan) -> Numbers:
    asked_in = list(plan.questions.in_use().values_list("asked_in", flat=True))
    always, in_turn = asked_in.count(Question.AskedIn.ALWAYS), asked_in.count(Question.AskedIn.IN_TURN)
    return Numbers(always + min(in_turn, 1), always + in_turn + asked_in.count(Question.AskedIn.LONG))


def _plan_of(request: MemberRequest) -> CheckInPlan:
    return get_object_or_404(CheckInPlan.objects.visible_to(request.membership))


def _in_use(request: MemberRequest, question: int) -> Question:
    return get_object_or_404(Question.objects.visible_to(request.membership).in_use().select_related("plan"), pk=question)


def _to_choose_from(request: MemberRequest) -> PairingQuerySet:
    return Pairing.objects.visible_to(request.membership).active().with_people().order_by("-activated_at", "-pk")


def _whose_dates(request: MemberRequest, plan: CheckInPlan, how_many: int) -> dict[str, object]:
    """Of the pairing and the half that the address asks for; else of the pairing that began last, and its first half."""
    pairings = _to_choose_from(request)
    key = whole_number(request.GET.get("pairing", ""))
    asked = pairings.filter(pk=key).first() if key is not None else None
    pairing = asked or pairings.first()
    if pairing is None:
        return {"pairing": None}
    person: Membership = pairing.second if request.GET.get("half") == "second" else pairing.first
    return {
        "pairing": pairing,
        "person": person,
        "other": pairing.other_half(person),
        "zone": zone_of(person.user, pairing.program),
        "dates": next_dates(plan, pairing, person, how_many, timezone.now()),
    }

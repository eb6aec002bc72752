from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Cohort, Holiday
from programs.profiles import services as profiles
from programs.profiles.models import ProfileQuestion
from programs.setup import services
from programs.setup.forms import CohortForm, HolidayForm, NewProgram, ProgramSettings, QuestionForm


@login_required
@once
def create(request: MemberRequest) -> HttpResponse:
    """For those whom the operator has asked to (`manage.py coordinator`). To others this page does not exist."""
    if not request.user.may_create_programs:
        raise Http404
    form = NewProgram(request.POST or None, initial={"time_zone": request.user.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            program = services.create_program(by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("slug" if form.cleaned_data["slug"] else None, str(refused))
        else:
            messages.success(request, _("%(program)s is there. Next, look through its settings.") % {"program": program.name})
            return redirect("programs:settings", program.slug)
    return render(request, "programs/setup/create.html", {"form": form})


@staff_only
def settings(request: MemberRequest) -> HttpResponse:
    program = request.membership.program
    # The form writes what was typed into its instance: the page's own program stays as it is.
    form = ProgramSettings(request.POST or None, instance=type(program).objects.get(pk=program.pk), by_admin=request.membership.is_admin)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_program(program=program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("programs:settings", program.slug)
    return render(request, "programs/setup/settings.html", {"form": form, "program": program})


@staff_only
@once
def cohorts(request: MemberRequest) -> HttpResponse:
    """The cohorts, and a form for one more."""
    program = request.membership.program
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_cohort(program=program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The cohort is added."))
            return redirect("programs:settings-cohorts", program.slug)
    listed = Cohort.objects.visible_to(request.membership).order_by("-starts_on", "-pk")
    return render(request, "programs/setup/cohorts.html", {"form": form, "cohorts": listed})


@staff_only
def cohort(request: MemberRequest, cohort: int) -> HttpResponse:
    program = request.membership.program
    changed = get_object_or_404(Cohort.objects.visible_to(request.membership), pk=cohort)
    form = CohortForm(request.POST or None, instance=changed)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_cohort(cohort=changed, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The cohort is saved."))
            return redirect("programs:settings-cohorts", program.slug)
    return render(request, "programs/setup/cohort.html", {"form": form})


@staff_only
@once
def holidays(request: MemberRequest) -> HttpResponse:
    """The holidays, and a form for one more."""
    program = request.membership.program
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_holiday(program=program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The holiday is added."))
            return redirect("programs:settings-holidays", program.slug)
    listed = Holiday.objects.visible_to(request.membership).order_by("-first_day", "-pk")
    return render(request, "programs/setup/holidays.html", {"form": form, "holidays": listed})


@staff_only
def holiday(request: MemberRequest, holiday: int) -> HttpResponse:
    changed = _holiday(request, holiday)
    form = HolidayForm(request.POST or None, instance=_holiday(request, holiday))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_holiday(holiday=changed, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The holiday is saved."))
            return redirect("programs:settings-holidays", request.membership.program.slug)
    return render(request, "programs/setup/holiday.html", {"form": form})


@staff_only
def holiday_remove(request: MemberRequest, holiday: int) -> HttpResponse:
    removed = _holiday(request, holiday)
    if request.method == "POST":
        services.remove_holiday(holiday=removed, by=request.membership, now=timezone.now())
        messages.success(request, _("The holiday is taken out."))
        return redirect("programs:settings-holidays", request.membership.program.slug)
    return render(request, "programs/setup/holiday_remove.html", {"holiday": removed})


@staff_only
@require_safe
def questions(request: MemberRequest) -> HttpResponse:
    listed = list(ProfileQuestion.objects.visible_to(request.membership).in_use())
    return render(request, "programs/setup/questions.html", {"questions": listed})


@staff_only
@once
def question_add(request: MemberRequest) -> HttpResponse:
    program = request.membership.program
    form = QuestionForm(request.POST or None, initial={"audience": ProfileQuestion.Audience.PARTNER})
    if request.method == "POST" and form.is_valid():
        try:
            profiles.add_question(program=program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is added, at the end of the list."))
            return redirect("programs:settings-questions", program.slug)
    return render(request, "programs/setup/question.html", {"form": form, "is_new": True})


@staff_only
@once
def question(request: MemberRequest, question: int) -> HttpResponse:
    """Change a question. What was asked before keeps its words, as a row of its own."""
    program = request.membership.program
    asked = _question(request, question)
    form = QuestionForm(request.POST or None, instance=_question(request, question))
    if request.method == "POST" and form.is_valid():
        try:
            profiles.replace_question(question=asked, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The question is saved."))
            return redirect("programs:settings-questions", program.slug)
    return render(request, "programs/setup/question.html", {"form": form, "question": asked})


@staff_only
def question_retire(request: MemberRequest, question: int) -> HttpResponse:
    program = request.membership.program
    asked = _question(request, question)
    if request.method == "POST":
        try:
            profiles.retire_question(question=asked, by=request.membership, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The question is no longer asked."))
        return redirect("programs:settings-questions", program.slug)
    return render(request, "programs/setup/question_retire.html", {"question": asked})


@staff_only
@require_POST
def question_move(request: MemberRequest, question: int) -> HttpResponse:
    program = request.membership.program
    try:
        profiles.move_question(question=_question(request, question), by=request.membership, up="up" in request.POST, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("programs:settings-questions", program.slug)


def _holiday(request: MemberRequest, holiday: int) -> Holiday:
    return get_object_or_404(Holiday.objects.visible_to(request.membership), pk=holiday)


def _question(request: MemberRequest, question: int) -> ProfileQuestion:
    return get_object_or_404(ProfileQuestion.objects.visible_to(request.membership).in_use(), pk=question)

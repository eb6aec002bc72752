from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.imbalance import levels, policies, queries, services, wording
from checkins.imbalance import report as numbers
from checkins.imbalance.forms import CloseSignal, HowCareful, OfferLesson, ReviewQuiet, UsualShares, who_reads
from checkins.imbalance.in_force import baseline_of, measure_of
from checkins.imbalance.models import Baseline, OptOut, Pattern, QuietReview, Signal
from checkins.readings import services as readings
from guidelines.enrolments import services as enrolments
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only, participants_only, staff_only
from programs.memberships.models import Program

# --- one signal ---


@staff_only
@once
def signal(request: MemberRequest, signal: str) -> HttpResponse:
    """What was seen, how sure it is, and what to do; closed with what one thinks of it. That answers are read is written down first."""
    me, now = request.membership, timezone.now()
    shown = get_object_or_404(Signal.objects.visible_to(me).with_people(), pk=signal)
    shown.task.pairing, shown.task.about = shown.pairing, shown.about
    form = CloseSignal(request.POST or None, signal=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.close(signal=shown, by=me, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The signal is closed. If it is seen again, it comes back."))
            return redirect("checkins:today", me.program.slug)
    if shown.kind in Signal.OF_ANSWERS:
        readings.note_reading(pairing=shown.pairing, by=me, now=now)
    context = {
        "signal": shown,
        "pairing": shown.pairing,
        "words": wording.told(shown),
        "weeks": queries.weeks_of(shown, me),
        "beside": queries.beside(shown, me),
        "form": form,
        "lesson": OfferLesson(program=me.program) if shown.closed_at is None else None,
        "readers": who_reads(shown.read_by, shown.pairing),
    }
    return render(request, "checkins/imbalance/signal.html", context)


@staff_only
@require_POST
@once
def signal_lesson(request: MemberRequest, signal: str) -> HttpResponse:
    """A short lesson for both, whatever it is about and whomever the signal is about."""
    me = request.membership
    shown = get_object_or_404(Signal.objects.visible_to(me).open().select_related("pairing"), pk=signal)
    form = OfferLesson(request.POST, program=me.program)
    if form.is_valid():
        try:
            enrolments.offer(pairing=shown.pairing, refresher=form.cleaned_data["refresher"], by=me, now=timezone.now())
        except Refused as refused:
            say_no(request, refused)
        else:
            messages.success(request, _("Both get it within two days, as a refresher whose turn has come."))
    else:
        messages.warning(request, _("Choose one of the lessons first."))
    return redirect("checkins:signal", me.program.slug, shown.pk)


# --- how well they work ---


@staff_only
@require_safe
def report(request: MemberRequest) -> HttpResponse:
    """How often signals were right, as far as counts can tell; and what a program decides about them."""
    me, now = request.membership, timezone.now()
    questions = numbers.group_questions(me)
    question = next((one for one in questions if str(one.pk) == request.GET.get("question", "")), None)
    measure = measure_of(me.program)
    context = {
        "report": numbers.report(me, now),
        "measure": measure,
        "stated": measure.stated_rate(Signal.Kind.TOGETHER, is_reciprocal=False),
        "stated_silence": measure.stated_rate(Signal.Kind.SILENCE, is_reciprocal=False),
        "offered": Baseline.objects.visible_to(me).offered().first(),
        "form": None
        if me.program.kind == Program.Kind.RECIPROCAL
        else HowCareful(initial={"preset": "careful" if measure.is_careful else "usual"}),
        "questions": questions,
        "question": question,
        "groups": numbers.groups(me, question, now) if question else None,
        "may_see_patterns": policies.may_see_patterns(me),
    }
    return render(request, "checkins/imbalance/report.html", context)


@staff_only
@require_POST
def careful(request: MemberRequest) -> HttpResponse:
    me, form = request.membership, HowCareful(request.POST)
    if form.is_valid():
        try:
            services.choose_preset(program=me.program, by=me, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("Saved. It holds for what is found from now on."))
    return redirect("checkins:signals", me.program.slug)


@staff_only
@once
def shares(request: MemberRequest) -> HttpResponse:
    """What is usual by design, said by those who know their program before any week of it has told."""
    me = request.membership
    form = UsualShares(request.POST or None, program=me.program)
    if request.method == "POST" and form.is_valid():
        try:
            services.type_shares(program=me.program, by=me, now=timezone.now(), shares=form.shares())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("In force. Pairings are judged by it from now on, until enough weeks tell what is usual."))
            return redirect("checkins:signals", me.program.slug)
    return render(request, "checkins/imbalance/shares.html", {"form": form})


@staff_only
@require_safe
def baseline(request: MemberRequest, baseline: int) -> HttpResponse:
    """What is usual in the program: the levels in force, and those offered, in words and numbers."""
    me = request.membership
    offered = get_object_or_404(Baseline.objects.visible_to(me), pk=baseline)
    in_force = measure_of(me.program)
    context = {
        "baseline": offered,
        "is_offered": offered.in_force_at is None and offered.set_aside_at is None,
        "in_force": in_force,
        "rows": levels.side_by_side(in_force.baseline, baseline_of(offered.values), me.program),
    }
    return render(request, "checkins/imbalance/baseline.html", context)


@staff_only
@require_POST
@once
def baseline_in_force(request: MemberRequest, baseline: int) -> HttpResponse:
    return _decide(request, baseline, services.put_in_force, _("In force. Pairings are judged by it from now on."))


@staff_only
@require_POST
@once
def baseline_set_aside(request: MemberRequest, baseline: int) -> HttpResponse:
    return _decide(request, baseline, services.set_aside, _("Set aside. A new one is offered in a month."))


def _decide(request: MemberRequest, baseline: int, act: Callable[..., Any], done: str) -> HttpResponse:
    me = request.membership
    offered = get_object_or_404(Baseline.objects.visible_to(me), pk=baseline)
    try:
        act(baseline=offered, by=me, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, done)
    return redirect("checkins:signals", me.program.slug)


# --- pairings without a signal, drawn by chance ---


@staff_only
@require_safe
def quiet_reviews(request: MemberRequest) -> HttpResponse:
    """What does the reckoning miss? Each leads to the facts of a pairing, and to one question."""
    return render(request, "checkins/imbalance/quiet_reviews.html", {"reviews": queries.reviews_waiting(request.membership)})


@staff_only
@once
def quiet_review(request: MemberRequest, quietreview: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    people = ("pairing__program", "pairing__first__user", "pairing__second__user")
    review = get_object_or_404(QuietReview.objects.visible_to(me).select_related(*people), pk=quietreview)
    form = ReviewQuiet(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.review(review=review, by=me, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("checkins:quiet-reviews", me.program.slug)
    return render(request, "checkins/imbalance/quiet_review.html", {"review": review, "pairing": review.pairing, "form": form})


# --- patterns ---


@members_only
@require_safe
def patterns(request: MemberRequest) -> HttpResponse:
    """The same over several pairings: for admins and the deputy, and never for whoever is part of it."""
    if not policies.may_see_patterns(request.membership):
        raise Http404
    waiting, done = queries.patterns(request.membership)
    shell = "base_staff.html" if request.membership.is_staff else "base.html"
    return render(request, "checkins/imbalance/patterns.html", {"waiting": waiting, "done": done, "shell": shell})


@members_only
@require_POST
def pattern_done(request: MemberRequest, pattern: int) -> HttpResponse:
    me = request.membership
    seen = get_object_or_404(Pattern.objects.visible_to(me), pk=pattern)
    try:
        services.finish_pattern(pattern=seen, by=me, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Marked as done. It comes back if it is seen again."))
    return redirect("checkins:patterns", me.program.slug)


# --- what is measured, for everybody ---


@members_only
@require_safe
def measured(request: MemberRequest) -> HttpResponse:
    """In words, and the way out of it."""
    me = request.membership
    is_out = me.is_participant and OptOut.objects.now().filter(membership=me).exists()
    return render(request, "checkins/imbalance/measured.html", {"is_out": is_out})


@participants_only
@require_POST
def opt_out(request: MemberRequest) -> HttpResponse:
    return _choose(request, services.opt_out, _("Nothing of your pairings is measured from now on. Nobody is told."))


@participants_only
@require_POST
def opt_in(request: MemberRequest) -> HttpResponse:
    return _choose(request, services.opt_in, _("Your pairings are measured again from next week on. Nobody is told."))


def _choose(request: MemberRequest, act: Callable[..., Any], done: str) -> HttpResponse:
    now: datetime = timezone.now()
    act(membership=request.membership, now=now)
    messages.success(request, done)
    return redirect("checkins:measured", request.membership.program.slug)

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.care import queries, services
from checkins.care.forms import CorrectNote, GiveTask, PutOff, WriteNote
from checkins.care.models import CallNote, Task
from checkins.care.playbook import tell
from matching.pairings.access import PairRequest, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, came_from, staff_only

NOTES_A_PAGE = 20


@staff_only
@once
def task(request: MemberRequest, task: int) -> HttpResponse:
    """What became of a task: with a note of the call, or without one. What the weeks show is closed where its signal is."""
    me, now = request.membership, timezone.now()
    asked = get_object_or_404(Task.objects.visible_to(me).exclude(kind__in=Task.MEASURED).with_people(), pk=task)
    form = WriteNote(request.POST or None, pairing=asked.pairing, by=me, now=now, task=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_note(pairing=asked.pairing, by=me, task=asked, now=now, **form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The note is saved, and the task is done. It comes back if it is seen again."))
            return redirect("checkins:today", me.program.slug)
    return render(request, "checkins/care/task.html", {"told": tell(asked), "form": form})


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
    done = get_object_or_404(Task.objects.visible_to(request.membership).exclude(kind__in=Task.MEASURED), pk=task)
    try:
        services.finish(task=done, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Marked as done. It comes back if it is seen again."))
    return redirect("checkins:today", request.membership.program.slug)


@staff_only
@require_POST
def task_take_on(request: MemberRequest, task: int) -> HttpResponse:
    return _settle(request, task, services.take_on, _("It is yours now. Your colleagues see that."))


@staff_only
@require_POST
def task_give_back(request: MemberRequest, task: int) -> HttpResponse:
    return _settle(request, task, services.give_back, _("It is nobody’s again."))


@staff_only
@require_POST
def task_bring_back(request: MemberRequest, task: int) -> HttpResponse:
    return _settle(request, task, services.bring_back, _("It is back in the morning."))


def _settle(request: MemberRequest, task: int, act: Callable[..., Task], done: str) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.membership), pk=task)
    try:
        act(task=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(came_from(request, reverse("checkins:today", args=[request.membership.program.slug])))


@staff_only
@once
def task_give(request: MemberRequest, task: int) -> HttpResponse:
    """To a colleague."""
    me = request.membership
    asked = get_object_or_404(Task.objects.visible_to(me).open().with_people(), pk=task)
    form = GiveTask(request.POST or None, people=queries.others_who_may_do(asked, me))
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data["owner"]
        try:
            services.take_on(task=asked, by=me, owner=owner, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s has it now.") % {"name": owner.user.full_name})
            return redirect("checkins:today", me.program.slug)
    return render(request, "checkins/care/give.html", {"told": tell(asked), "form": form})


@staff_only
@once
def task_put_off(request: MemberRequest, task: int) -> HttpResponse:
    """Until a day, and why."""
    me, now = request.membership, timezone.now()
    asked = get_object_or_404(Task.objects.visible_to(me).open().with_people(), pk=task)
    form = PutOff(request.POST or None, program=me.program, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            services.put_off(task=asked, by=me, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Put off until %(day)s.") % {"day": written(form.cleaned_data["until"], "weekday")})
            return redirect("checkins:today", me.program.slug)
    return render(request, "checkins/care/put_off.html", {"told": tell(asked), "form": form})


@staff_only
@once
def calls(request: MemberRequest, pairing: int) -> HttpResponse:
    """The notes about a pairing, the newest first, each with what was put right below it. That they were read is written down first."""
    me, now = request.membership, timezone.now()
    pair = get_object_or_404(Pairing.objects.visible_to(me).not_of(me).with_people(), pk=pairing)
    form = WriteNote(request.POST or None, pairing=pair, by=me, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_note(pairing=pair, by=me, now=now, **form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The note is saved."))
            return redirect("checkins:calls", pair.program.slug, pair.pk)
    written = CallNote.objects.visible_to(me).filter(pairing=pair)
    page = page_of(request, written.first_written().with_people().newest_first(), per_page=NOTES_A_PAGE)
    if page.items:
        services.note_reading(pairing=pair, by=me, now=now)
    below = written.filter(corrects__in=[note.pk for note in page.items]).with_people().oldest_first()
    corrections: dict[object, list[CallNote]] = {}
    for correction in below:
        corrections.setdefault(correction.corrects_id, []).append(correction)
    context = {
        "pairing": pair,
        "form": form,
        "page": page,
        "notes": [(note, corrections.get(note.pk, [])) for note in page.items],
    }
    return render(request, "checkins/care/calls.html", context)


@staff_only
@once
def call_correct(request: MemberRequest, callnote: str) -> HttpResponse:
    me, now = request.membership, timezone.now()
    wrong = get_object_or_404(CallNote.objects.visible_to(me).first_written().with_people(), pk=callnote)
    form = CorrectNote(request.POST or None, note=wrong)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_note(note=wrong, by=me, text=form.cleaned_data["text"], now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The correction stands below the note."))
            return redirect("checkins:calls", me.program.slug, wrong.pairing_id)
    services.note_reading(pairing=wrong.pairing, by=me, now=now)
    return render(request, "checkins/care/call_correct.html", {"form": form, "note": wrong, "pairing": wrong.pairing})

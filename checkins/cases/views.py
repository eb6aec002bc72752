from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.cases import forms, queries, services, telling
from checkins.cases.access import CaseRequest, readers_only
from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns import policies as concern_policies
from checkins.concerns import queries as concerns
from checkins.concerns import services as raising
from checkins.concerns import views as of_whoever_raised
from checkins.concerns.models import Concern, ConcernEntry, ConcernFile, ConcernMessage
from checkins.concerns.playbook import ENTRIES
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Membership
from programs.people.access import recently_signed_in

ENTRIES_A_PAGE = 30
CASES_A_PAGE = 30


# --- reading ---


@members_only
@require_safe
def cases(request: MemberRequest) -> HttpResponse:
    """What may be read by somebody, by urgency and age: not by whom it is, nor about whom. That it was looked at is written down."""
    me, now = request.membership, timezone.now()
    if not concern_policies.may_receive(me):
        raise Http404
    raising.note_listing(by=me, now=now)
    state = "closed" if request.GET.get("state") == "closed" else "open"
    mine = Concern.objects.readable_by(me).with_people().with_answers()
    rows = mine.exclude(closed_at=None).order_by("-closed_at", "-pk") if state == "closed" else mine.open().in_rank()
    page = page_of(request, rows, per_page=CASES_A_PAGE)
    unread = Concern.objects.unread().filter(pk__in=[concern.pk for concern in page.items])
    tasks = CaseTask.objects.visible_to(me).open().filter(owner=me, concern__closed_at=None).in_rank()[:CASES_A_PAGE]
    context = {
        "shell": _shell(me),
        "now": now,
        "page": page,
        "unread": set(unread.values_list("pk", flat=True)),
        "there": {person.pk for person in concerns.who_may_receive(me.program)},
        "tasks": list(tasks.select_related("concern")) if state == "open" else [],
        "state": state,
        "tabs": [
            {"text": _("Open"), "href": "?", "current": state == "open"},
            {"text": _("Closed"), "href": "?state=closed", "current": state == "closed"},
        ],
    }
    return render(request, "checkins/cases/cases.html", context)


@members_only
@require_safe
def concern(request: MemberRequest, concern: str) -> HttpResponse:
    """To whoever raised it, what they are told. To those who may read it, all, after it was written down that they read it."""
    me = request.membership
    found = get_object_or_404(Concern.objects.visible_to(me).with_people().with_answers(), program=me.program, pk=concern)
    if found.raised_by_id == me.pk:
        return of_whoever_raised.told(request, found)
    found.program = me.program
    return cast(HttpResponse, recently_signed_in(_case)(request, found))


def _case(request: MemberRequest, concern: Concern) -> HttpResponse:
    me, now = request.membership, timezone.now()
    _write_down_the_look(concern, me, now)
    entries = ConcernEntry.objects.filter(concern=concern)
    page = page_of(request, entries.select_related("author__user").newest_first(), per_page=ENTRIES_A_PAGE)
    done = {entry.detail["step"] for entry in entries.filter(kind=ConcernEntry.Kind.STEP)}
    readers, playbook = concerns.readers_of(concern), ENTRIES[concern.kind]
    names = concerns.names_of(readers)
    context = {
        "shell": _shell(me),
        "now": now,
        "concern": concern,
        "raiser": telling.name_of_raiser(concern),
        "abouts": queries.abouts_of(concern),
        "files": list(ConcernFile.objects.filter(concern=concern).without_content()),
        "shown": list(ConcernMessage.objects.filter(concern=concern).in_order()),
        "others": concerns.names_of(reader for reader in readers if reader.pk != me.pk),
        "is_handled": concern.handled_by_id in {reader.pk for reader in readers},
        "page": page,
        "lines": telling.lines(concern, list(page.items)),
        "playbook": playbook,
        "steps": [{"key": key, "words": words, "is_done": key in done} for key, words in playbook.steps.items()],
        "tasks": list(CaseTask.objects.filter(concern=concern).in_rank()[:ENTRIES_A_PAGE]),
        "decisions": list(CaseDecision.objects.filter(concern=concern).waiting().with_people()),
        "looks": queries.looks_at(concern),
        "earlier": queries.earlier_about_the_same(concern, me),
        "form": forms.Answer(readers=names),
    }
    return render(request, "checkins/cases/case.html", context)


@members_only
@require_safe
def file(request: MemberRequest, concern: str, concernfile: str) -> HttpResponse:
    """Hand out a file under a name that tells nothing. No browser is to show it, whatever is in it."""
    me = request.membership
    of_mine = get_object_or_404(Concern.objects.visible_to(me), program=me.program, pk=concern)
    given = get_object_or_404(ConcernFile.objects.without_content().select_related("concern"), concern=of_mine, pk=concernfile)
    return cast(HttpResponse, recently_signed_in(_hand_out)(request, given))


def _hand_out(request: MemberRequest, given: ConcernFile) -> HttpResponse:
    me = request.membership
    if given.concern.raised_by_id != me.pk:
        _write_down_the_look(given.concern, me, timezone.now())
    response = HttpResponse(given.content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, f"file-{given.pk.hex[:4]}.{given.ending}") or "attachment"
    return response


def _write_down_the_look(concern: Concern, me: Membership, now: datetime) -> None:
    """Committed before a word of it is shown. To whom it was shut a moment ago there is no such page."""
    try:
        raising.note_reading(concern=concern, by=me, now=now)
    except Refused as refused:
        raise Http404 from refused


# --- acts that are a button ---


@readers_only
@require_POST
@once
def take(request: CaseRequest) -> HttpResponse:
    return _do(request, services.take, _("It is yours now."), concern=request.concern)


@readers_only
@require_POST
@once
def step(request: CaseRequest) -> HttpResponse:
    return _do(request, services.do_step, _("The step is marked as done."), concern=request.concern, step=request.POST.get("step", "")[:40])


@readers_only
@require_POST
@once
def task_done(request: CaseRequest, casetask: str) -> HttpResponse:
    task = get_object_or_404(CaseTask, concern=request.concern, pk=casetask)
    task.concern = request.concern
    return _do(request, services.finish_task, _("Marked as done."), task=task)


@readers_only
@require_POST
@once
def settle(request: CaseRequest, casedecision: str) -> HttpResponse:
    decision = get_object_or_404(CaseDecision, concern=request.concern, pk=casedecision)
    decision.concern = request.concern
    if request.POST.get("agrees") not in ("yes", "no"):
        return _back(request)
    agrees = request.POST["agrees"] == "yes"
    return _do(request, services.settle, _("Your yes is noted.") if agrees else _("Your no is noted."), decision=decision, agrees=agrees)


# --- acts with a form, each on a page of its own ---


@readers_only
@once
def answer(request: CaseRequest) -> HttpResponse:
    form = forms.Answer(request.POST or None, readers=_readers(request))
    return _page(request, form, _("Answer"), services.answer, _("The answer is sent."))


@readers_only
@once
def note(request: CaseRequest) -> HttpResponse:
    form = forms.Note(request.POST or None, readers=_readers(request))
    lead = _("It stays as you write it. What turns out to be wrong is put right by another note.")
    return _page(request, form, _("Write a note"), services.note, _("The note is saved."), lead=lead)


@readers_only
@once
def contact(request: CaseRequest) -> HttpResponse:
    abouts = queries.abouts_of(request.concern)
    form = forms.LogContact(request.POST or None, readers=_readers(request), by=request.membership, abouts=abouts, now=timezone.now())
    lead = _("Who has spoken with whom, and what was said.")
    return _page(request, form, _("Write down a talk"), services.log_contact, _("It is written down."), lead=lead, tells=True)


@readers_only
@once
def task_add(request: CaseRequest) -> HttpResponse:
    people = concerns.readers_of(request.concern)
    today = times.local_day(timezone.now(), request.user.time_zone)
    form = forms.AddTask(request.POST or None, readers=_readers(request), people=people, today=today)
    return _page(request, form, _("Something to do"), services.add_task, _("It is on the list."), owner=people)


@readers_only
@once
def hand_over(request: CaseRequest) -> HttpResponse:
    people = services.may_take_over(request.concern, request.membership)
    if not people:
        return _form(request, None, _("Hand it over"), _("Nobody else could take it on now."))
    form = forms.HandOver(request.POST or None, readers=_readers(request), people=people)
    lead = _("They get a mail that says only that somebody needs them.")
    return _page(request, form, _("Hand it over"), _handed_over, _("It is handed over."), lead=lead, to=people)


@readers_only
@once
def grade(request: CaseRequest) -> HttpResponse:
    form = forms.Grade(request.POST or None, initial={"kind": request.concern.kind, "urgency": request.concern.urgency})
    return _page(request, form, _("What it is, and how urgent"), services.grade, _("It is saved."))


@readers_only
@once
def name(request: CaseRequest) -> HttpResponse:
    """Somebody else it is about: from then on it does not exist for them, also where that is the one who writes it down."""
    form = forms.NamePerson(request.POST or None, readers=_readers(request))
    if request.method == "POST" and form.is_valid():
        found = raising.called(form.cleaned_data["person"], request.membership.program)
        if len(found) != 1:
            wrong = _("Several are called so: use their address.") if found else _("Nobody in the program is called so.")
            form.add_error("person", wrong)
        else:
            response = _try(request, form, services.name, person=found[0])
            if response and found[0].pk == request.membership.pk:
                messages.success(request, _("You are left out from now on."))
                return redirect("checkins:cases", request.membership.program.slug)
            if response:
                messages.success(request, _("They are left out from now on."))
                return response
    lead = _("It may turn out later whom it is about. Whoever is written down here can neither read it nor see that it exists.")
    return _form(request, form, _("It is about somebody else too"), lead)


@readers_only
@once
def stop_contact(request: CaseRequest) -> HttpResponse:
    pairings = queries.pairings_to_stop(request.concern)
    if not pairings:
        return _form(request, None, _("Stop contact now"), _("No active pairing belongs to this. Say first whom it is about."))
    form = forms.StopContact(request.POST or None, pairings=pairings)
    lead = _("The two read only that their pairing is paused, in the same words as at every pause, and not who or why.")
    words = _("The pairing is paused.")
    return _page(request, form, _("Stop contact now"), services.stop_contact, words, lead=lead, tells=True, pairing=pairings)


@readers_only
@once
def ask_second(request: CaseRequest) -> HttpResponse:
    form = forms.AskSecond(request.POST or None, readers=_readers(request))
    lead = _("Whatever weighs much is decided by two. It stands once another person who may read this says yes.")
    return _page(request, form, _("Ask for a second yes"), services.ask_second, _("It is asked."), lead=lead)


@readers_only
@once
def close(request: CaseRequest) -> HttpResponse:
    form = forms.Close(request.POST or None, readers=_readers(request))
    if request.method == "POST" and form.is_valid() and (done := _try(request, form, services.close, **form.cleaned_data)):
        waits = CaseDecision.objects.filter(concern=request.concern).waiting().filter(kind=CaseDecision.Kind.CLOSE).exists()
        messages.success(request, _("It closes once a second person says yes.") if waits else _("It is closed."))
        return done
    lead = _("What this is takes a second person to close it.") if ENTRIES[request.concern.kind].needs_second else ""
    return _form(request, form, _("Close this concern"), lead)


@readers_only
@once
def reopen(request: CaseRequest) -> HttpResponse:
    form = forms.Reopen(request.POST or None, readers=_readers(request))
    return _page(request, form, _("Open it again"), services.reopen, _("It is open again."))


# --- pieces ---


def _do(request: CaseRequest, act: Callable[..., object], words: str, **names: Any) -> HttpResponse:
    try:
        act(by=request.membership, now=timezone.now(), **names)
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, words)
    return _back(request)


def _page(
    request: CaseRequest,
    form: Any,
    heading: str,
    act: Callable[..., object],
    words: str,
    *,
    lead: str = "",
    tells: bool = False,
    **people: Any,
) -> HttpResponse:
    """One act with its form. `people`: the rows from which a field of that name chooses one by its key. `tells`: whom it is about."""
    if request.method == "POST" and form.is_valid():
        given = {name: _chosen(value, people[name]) if name in people else value for name, value in form.cleaned_data.items()}
        if response := _try(request, form, act, **given):
            messages.success(request, words)
            return response
    if tells:
        _write_down_the_look(request.concern, request.membership, timezone.now())
    return _form(request, form, heading, lead)


def _try(request: CaseRequest, form: django_forms.Form, act: Callable[..., object], **given: Any) -> HttpResponse | None:
    try:
        act(concern=request.concern, by=request.membership, now=timezone.now(), **given)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    return _back(request)


def _form(request: CaseRequest, form: django_forms.Form | None, heading: str, lead: str = "") -> HttpResponse:
    context = {"shell": _shell(request.membership), "form": form, "heading": heading, "lead": lead, "concern": request.concern}
    return render(request, "checkins/cases/act.html", context)


def _handed_over(*, text: str, **names: Any) -> object:
    return services.hand_over(words=text, **names)


def _chosen(key: str, rows: list[Membership] | list[Pairing]) -> Membership | Pairing | None:
    number = whole_number(key)
    return next((row for row in rows if row.pk == number), None)


def _readers(request: CaseRequest) -> str:
    return concerns.names_of(concerns.readers_of(request.concern))


def _back(request: CaseRequest) -> HttpResponse:
    return redirect("checkins:concern", request.membership.program.slug, request.concern.pk)


def _shell(me: Membership) -> str:
    """Who is the deputy and runs nothing has no menu of those who do."""
    return "base_staff.html" if me.is_staff else "base.html"

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkins.notes import policies, queries, services
from checkins.notes.forms import EditNote, WriteNote
from checkins.notes.models import Note, NoteQuerySet
from matching.pairings.access import PairRequest, open_when_shut, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no

NOTES_A_PAGE = 10


@the_two_only
@require_safe
def note_list(request: PairRequest) -> HttpResponse:
    """What both can read. It stays to read when the pairing has ended."""
    return _list(request, _of_this_pair(request).of_both(), "checkins/notes/note_list.html")


@the_two_only
@open_when_shut
@require_safe
def my_notes(request: PairRequest) -> HttpResponse:
    """What nobody else can read: on a page of its own, since two who meet may look at the other one together."""
    return _list(request, _of_this_pair(request).only_of(request.membership), "checkins/notes/my_notes.html")


def _list(request: PairRequest, notes: NoteQuerySet, template: str) -> HttpResponse:
    pair, me = request.pairing, request.membership
    page = page_of(request, notes, per_page=NOTES_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "page": page,
        "cards": queries.cards(page.items, pair, me),
        "may_write": policies.may_write(me, pair),
    }
    return render(request, template, context)


@the_two_only
@once
def write(request: PairRequest) -> HttpResponse:
    pair = request.pairing
    if request.method != "POST" and not policies.may_write(request.membership, pair):
        return stopped(request)
    form = WriteNote(request.POST or None, other=request.other.user.short_name)
    if request.method == "POST" and form.is_valid():
        try:
            note = services.write(pairing=pair, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = _("The note is there. You both see it.") if note.is_of_both else _("The note is there, for you alone.")
            messages.success(request, said)
            return _to_the_list(request, note)
    return render(request, "checkins/notes/write.html", {"form": form, "pairing": pair, "other": request.other})


@the_two_only
def edit(request: PairRequest, note: uuid.UUID) -> HttpResponse:
    """Where it was saved meanwhile, both texts are shown with 409, and what was typed can be saved again."""
    me, name, there = request.membership, request.other.user.short_name, _found(request, note)
    if request.method != "POST" and (turned_away := _turned_away(request, there, policies.may_edit(me, there))):
        return turned_away
    form = EditNote(request.POST or None, note=there, other=name, initial={"text": there.text, "version": there.version})
    context = {"form": form, "pairing": request.pairing, "other": request.other, "note": there}
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.edit(note=there, by=me, now=timezone.now(), **form.cleaned_data)
        except services.SavedMeanwhile as refused:
            # What was typed, on top of what is there now.
            form = EditNote(note=refused.note, other=name, initial={**form.cleaned_data, "version": refused.note.version})
            context |= {"form": form, "note": refused.note, "collided": str(refused)}
            return render(request, "checkins/notes/edit.html", context, status=409)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The note is saved."))
            return _to_the_list(request, saved)
    return render(request, "checkins/notes/edit.html", context)


@the_two_only
@once
def open_to_both(request: PairRequest, note: uuid.UUID) -> HttpResponse:
    """Asked first, with the words as the other will read them: it cannot be taken back."""
    me, there = request.membership, _found(request, note)
    if request.method != "POST":
        context = {"pairing": request.pairing, "other": request.other, "note": there}
        turned_away = _turned_away(request, there, policies.may_open(me, there))
        return turned_away or render(request, "checkins/notes/open.html", context)
    version = whole_number(request.POST.get("version", "")) or 0
    try:
        there = services.open_to_both(note=there, by=me, version=version, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("You both see the note now."))
    return _to_the_list(request, there)


@the_two_only
@open_when_shut
@once
def delete(request: PairRequest, note: uuid.UUID) -> HttpResponse:
    """Asked first: what is deleted does not come back."""
    me, there = request.membership, _found(request, note)
    if request.method != "POST":
        context = {"pairing": request.pairing, "other": request.other, "note": there}
        turned_away = _turned_away(request, there, policies.may_delete(me, there))
        return turned_away or render(request, "checkins/notes/delete.html", context)
    try:
        services.delete(note=there, by=me, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The note is deleted."))
    return _to_the_list(request, there)


def _of_this_pair(request: PairRequest) -> NoteQuerySet:
    """Of a stand-in that has ended only what nobody else reads."""
    notes = Note.objects.in_pairing(request.pairing, request.membership)
    return notes.only_of(request.membership) if request.pairing.is_shut else notes


def _found(request: PairRequest, key: uuid.UUID) -> Note:
    note = get_object_or_404(_of_this_pair(request), pk=key)
    note.pairing = request.pairing
    return note


def _turned_away(request: PairRequest, note: Note, is_possible: bool) -> HttpResponse | None:
    """In place of a form that would be refused."""
    if is_possible:
        return None
    return _to_the_list(request, note) if policies.may_write(request.membership, request.pairing) else stopped(request)


def _to_the_list(request: PairRequest, note: Note) -> HttpResponse:
    return redirect(f"checkins:{'notes' if note.is_of_both else 'notes-mine'}", request.pairing.program.slug, request.pairing.pk)

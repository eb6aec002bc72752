from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching.endings import policies, queries, services
from matching.endings.forms import PrepareEnding, SayLaterContact, TellWhy
from matching.hand_overs import queries as hand_overs
from matching.joint import queries as joint
from matching.joint import services as rounds
from matching.pairings.access import PairRequest, open_when_shut, stopped, the_two_only
from matching.pairings.models import Pairing, PartnerWish
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only, staff_only


@the_two_only
@require_safe
def change(request: PairRequest) -> HttpResponse:
    """Everything that either may wish when it is not right as it is, side by side."""
    pair = request.pairing
    if pair.state == Pairing.State.CLOSED:
        return _to("matching:ended", pair)
    context = {**_two(request), "is_ending": queries.in_progress_of(pair, request.membership)}
    return render(request, "matching/endings/change.html", context)


@members_only
@require_POST
@once
def begin(request: MemberRequest, pairing: int) -> HttpResponse:
    """For a half from their own pages, for those who run the program from the page of facts."""
    pair = get_object_or_404(Pairing.objects.visible_to(request.membership), pk=pairing)
    is_half = pair.includes(request.membership)
    try:
        services.begin(pairing=pair, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
        return _to("checkins:pairing", pair)
    if not is_half:
        messages.success(request, _("The pairing comes to its end. Both get the same letter."))
    return _to("matching:ending" if is_half else "checkins:pairing", pair)


@the_two_only
@once
def ending(request: PairRequest) -> HttpResponse:
    """Prepare it alone; and once both have, read both."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    asked = queries.newest(pair, me, services.ENDING)
    said = joint.said(asked, me) if asked is not None else joint.Said()
    if asked is None or (asked.called_off_at is not None and said.mine is None and request.method != "POST"):
        return stopped(request) if pair.state == Pairing.State.CLOSED else _to("matching:change", pair)
    form = PrepareEnding(_posted(request), round=asked, other=request.other.user.short_name, initial=dict(said.mine or {}))
    if request.method == "POST" and form.is_valid():
        try:
            asked = rounds.answer(round=asked, by=me, content=form.cleaned_data, now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            opened = asked.opened_together_at is not None
            messages.success(request, _("You have both prepared. Here is what each of you said.") if opened else _("Your part is saved."))
            return _to("matching:ending", pair)
    context = {
        **_two(request),
        **_prepared(form, said),
        "round": asked,
        "may_answer": form.is_bound or asked.is_open_at(now),
        "lasts": pair.is_open and asked.called_off_at is None and not (asked.opened_together_at and asked.closes_at is None),
    }
    return render(request, "matching/endings/ending.html", context)


@the_two_only
@require_safe
def earlier_ending(request: PairRequest, round: int) -> HttpResponse:
    """What was prepared for an ending that was taken back, or after which the two began again. To read alone."""
    pair, me = request.pairing, request.membership
    asked = queries.earlier_ending(pair, me, round)
    if asked is None:
        raise Http404
    form = PrepareEnding(round=asked, other=request.other.user.short_name)
    context = {**_two(request), **_prepared(form, joint.said(asked, me)), "round": asked}
    return render(request, "matching/endings/earlier_ending.html", context)


@the_two_only
@require_safe
def history(request: PairRequest) -> HttpResponse:
    """How it went with the pairing as a whole: the same for both."""
    pair, me = request.pairing, request.membership
    context = {
        **_two(request),
        "events": queries.history(pair, me),
        "may_hand_over": hand_overs.is_offered(pair, me, timezone.now()),
    }
    return render(request, "matching/endings/history.html", context)


@members_only
@require_POST
@once
def stay(request: MemberRequest, pairing: int) -> HttpResponse:
    pair = get_object_or_404(Pairing.objects.visible_to(request.membership), pk=pairing)
    try:
        services.stay(pairing=pair, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The pairing goes on. Both get the same letter."))
    return _to("checkins:pairing", pair)


@members_only
@once
def end(request: MemberRequest, pairing: int) -> HttpResponse:
    """End it at once. A half may tell the program why; those who run it only say that it ends."""
    me = request.membership
    begun = Pairing.objects.visible_to(me).exclude(activated_at=None).with_people()
    pair = get_object_or_404(begun, program=me.program, pk=pairing)
    is_half = pair.includes(me)
    if request.method != "POST" and not policies.may_end(me, pair):
        return _to("matching:ended" if is_half else "checkins:pairing", pair)
    form = TellWhy(_posted(request), other=pair.other_half(me).user.short_name if is_half else "")
    wishes_somebody = is_half and "somebody" in request.GET
    if request.method == "POST" and (form.is_valid() or not is_half):
        told: dict[str, Any] = {**form.cleaned_data, "wishes_somebody": wishes_somebody} if is_half else {}
        try:
            services.end(pairing=pair, by=me, now=timezone.now(), **told)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if not is_half:
                messages.success(request, _("The pairing has ended. Both get the same letter."))
            return _to("matching:ended" if is_half else "checkins:pairing", pair)
    context = {"pairing": pair, "other": pair.other_half(me), "form": form, "is_half": is_half, "wishes_somebody": wishes_somebody}
    return render(request, "matching/endings/end.html", context)


@the_two_only
@open_when_shut
@require_safe
def ended(request: PairRequest) -> HttpResponse:
    """The same page for both, whoever ended it: what happened, what it does not mean, and what can come next."""
    pair, me = request.pairing, request.membership
    if pair.state != Pairing.State.CLOSED:
        return _to("checkins:pairing", pair)
    context = {
        **_two(request),
        "has_wished": PartnerWish.objects.visible_to(me).standing().filter(membership=me).exists(),
        "has_prepared": queries.has_prepared_an_ending(pair, me),
        "asked_to_begin_again": queries.asked_to_begin_again(pair, me, timezone.now()),
        "may_hand_over": hand_overs.is_offered(pair, me, timezone.now()),
    }
    return render(request, "matching/endings/ended.html", context)


@the_two_only
@open_when_shut
@once
def tell_why(request: PairRequest) -> HttpResponse:
    """For both alike, whoever ended it. What one has told already is there to change."""
    pair, me = request.pairing, request.membership
    if request.method != "POST" and not policies.may_tell_why(me, pair):
        return _to("checkins:pairing", pair)
    told = queries.told_why(pair, me)
    initial = {"choice": told.choice or "", "words": told.words or ""} if told else {}
    form = TellWhy(_posted(request), other=request.other.user.short_name, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.tell_why(pairing=pair, by=me, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved. Those who run the program can read it now."))
            return _to("matching:ended", pair)
    return render(request, "matching/endings/tell_why.html", {**_two(request), "form": form, "has_told": told is not None})


@the_two_only
@once
def later_contact(request: PairRequest) -> HttpResponse:
    """Asked of each apart. Unless both say yes the page shows one's own answer, and nothing of the other's."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    asked = queries.newest(pair, me, services.LATER_CONTACT)
    if asked is None:
        return _to("matching:ended" if pair.state == Pairing.State.CLOSED else "checkins:pairing", pair)
    said = joint.said(asked, me)
    initial = {"yes": "yes" if said.mine["yes"] else "no", "line": said.mine["line"]} if said.mine else {}
    form = SayLaterContact(_posted(request), round=asked, other=request.other.user.short_name, initial=initial)
    if request.method == "POST" and form.is_valid():
        # What was typed, since the form of the kind cleans it once more.
        typed = {"yes": "yes" if form.cleaned_data["yes"] else "no", "line": form.cleaned_data["line"]}
        try:
            rounds.answer(round=asked, by=me, content=typed, now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your answer is saved."))
            return _to("matching:later-contact", pair)
    context = {**_two(request), "round": asked, "form": form, "said": said, "may_answer": form.is_bound or asked.is_open_at(now)}
    return render(request, "matching/endings/later_contact.html", context)


@the_two_only
@once
def begin_again(request: PairRequest) -> HttpResponse:
    """Asked of each apart, after every ending alike. Unless both say yes the page shows one's own answer, and nothing of the other's."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    asked = queries.asked_to_begin_again(pair, me, now)
    said = {"yes": True, "no": False}.get(request.POST.get("yes", ""))
    if said is not None:
        try:
            pair = services.say_about_beginning_again(pairing=pair, by=me, yes=said, now=now)
        except Refused as refused:
            say_no(request, refused)
            return _to("checkins:pairing", pair)
        if pair.is_open:
            messages.success(request, _("You both said yes. Your pairing goes on."))
            return _to("checkins:pairing", pair)
        messages.success(request, _("Your answer is saved."))
        return _to("matching:begin-again", pair)
    if asked is None:
        return _to("checkins:pairing" if pair.is_open else "matching:ended", pair)
    mine = joint.said(asked, me).mine
    context = {**_two(request), "round": asked, "said_yes": mine and mine["yes"], "said_no": mine and not mine["yes"]}
    return render(request, "matching/endings/begin_again.html", context)


@staff_only
@require_POST
@once
def ask_both(request: MemberRequest, pairing: int) -> HttpResponse:
    return _do_as_staff(services.ask_both, request, pairing, _("Both are asked in the same letter. You learn of it when both say yes."))


@staff_only
@require_POST
@once
def undo(request: MemberRequest, pairing: int) -> HttpResponse:
    return _do_as_staff(services.undo, request, pairing, _("The match is undone. Both get the same letter."))


def _do_as_staff(act: Callable[..., object], request: MemberRequest, pairing: int, words: str) -> HttpResponse:
    me = request.membership
    pair = get_object_or_404(Pairing.objects.visible_to(me).not_of(me).with_people(), pk=pairing)
    try:
        act(pairing=pair, by=me, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, words)
    return _to("checkins:pairing", pair)


def _prepared(form: PrepareEnding, said: joint.Said) -> dict[str, Any]:
    """The parts of an ending as one half may read them, beside the form."""
    lines = [(str(field.label), (said.mine or {}).get(name, ""), (said.theirs or {}).get(name, "")) for name, field in form.fields.items()]
    return {
        "form": form,
        "said": said,
        "lines": lines if said.theirs is not None and not form.is_bound else [],
        "mine_alone": [(label, mine) for label, mine, _theirs in lines if mine],
    }


def _posted(request: MemberRequest) -> QueryDict | None:
    """A form that is sent with nothing in it was sent all the same."""
    return request.POST if request.method == "POST" else None


def _two(request: PairRequest) -> dict[str, Any]:
    return {"pairing": request.pairing, "other": request.other}


def _to(route: str, pair: Pairing) -> HttpResponse:
    return redirect(route, pair.program.slug, pair.pk)

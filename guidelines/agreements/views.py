from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guidelines.agreements import policies, queries, services
from guidelines.agreements.clauses import BY_KEY
from guidelines.agreements.forms import Sign, WriteClause
from guidelines.agreements.models import Agreement, Clause
from matching.joint import parts
from matching.joint import queries as joint
from matching.joint import views as joint_views
from matching.pairings.access import PairRequest, stopped, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no

KINDS = (services.AGREEMENT,)
PAGE = "guidelines/agreements/agreement.html"


@the_two_only
@once
def agreement(request: PairRequest) -> HttpResponse:
    """What one fills in alone, what both said, what they write together, and what they have signed."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    there = queries.found(pair, me)
    may_start = there is None and policies.may_start(me, pair)
    mine = parts.parts_of(request, KINDS, are_asked=may_start, now=now)
    if mine.answered is not None:
        messages.success(request, parts.said_what_happened(mine.answered))
        return _to_the_page(request)
    if there is not None:
        return render(request, PAGE, _context(request, there) | {"parts": mine.parts})
    resting = joint.open_ones(pair, me, KINDS, now) if pair.state == Pairing.State.PAUSED else []
    kept = [round for round in resting if round.pk in joint.answered_by(me, resting)]
    context = {"pairing": pair, "other": request.other, "parts": mine.parts, "may_start": may_start and not mine.parts, "kept": kept}
    return render(request, PAGE, context)


start = joint_views.start_view(services.start, page="guidelines:agreement")
take_back = joint_views.take_back_view(KINDS, page="guidelines:agreement")
not_now = joint_views.not_now_view(KINDS, page="checkins:pairing")


@the_two_only
def clause(request: PairRequest, clause: int) -> HttpResponse:
    """What was saved meanwhile is shown beside what was typed, with 409, and nothing of either is lost."""
    pair, me, name = request.pairing, request.membership, request.other.user.short_name
    there = _clause(request, clause)
    if request.method != "POST":
        if pair.state != Pairing.State.ACTIVE:
            return stopped(request)
        if not policies.may_write(me, there.agreement):
            return _to_the_page(request)
    part = next(part for part in queries.told(there.agreement, me).parts if part.clause.pk == there.pk)
    said = _both(part, me.user.short_name, name)
    form = WriteClause(request.POST or None, clause=there, other=name, said=said)
    context = {"form": form, "pairing": pair, "other": request.other, "part": part, "subject": BY_KEY[there.key]}
    if request.method == "POST" and form.is_valid():
        try:
            services.write(clause=there, by=me, now=timezone.now(), **form.cleaned_data)
        except services.SavedMeanwhile as saved:
            saved.clause.agreement.pairing = pair
            # What was typed, on top of what is there now.
            typed = {field: value for field, value in form.cleaned_data.items() if field != "version"}
            again = WriteClause(clause=saved.clause, other=name, initial=typed)
            context |= {"form": again, "collided": str(saved), "theirs": saved.clause}
            return render(request, "guidelines/agreements/clause.html", context, status=HTTPStatus.CONFLICT)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("This part is saved. You both see it."))
            return _to_the_page(request)
    return render(request, "guidelines/agreements/clause.html", context)


@the_two_only
@require_POST
@once
def sign(request: PairRequest) -> HttpResponse:
    """Where the text is another by now, nothing is signed, and what changed is shown, with 409."""
    there = _agreement(request)
    if there is None:
        say_no(request, Refused(_("There is nothing to sign yet. First each of you fills in a part, alone.")))
        return _to_the_page(request)
    form = Sign(request.POST, me=request.membership, other=request.other.user.short_name)
    if not form.is_valid():
        return render(request, PAGE, _context(request, there, form))
    try:
        signed = services.sign(agreement=there, by=request.membership, digest=form.cleaned_data["digest"], now=timezone.now())
    except services.ChangedMeanwhile as changed:
        context = _context(request, queries.found(request.pairing, request.membership) or there)
        context |= {"changed": str(changed), "changes": queries.changed_since(context["told"], form.cleaned_data["seen"])}
        return render(request, PAGE, context, status=HTTPStatus.CONFLICT)
    except Refused as refused:
        form.add_error(None, str(refused))
        return render(request, PAGE, _context(request, there, form))
    if signed.is_signed_by_both:
        messages.success(request, _("You have both signed. This is your agreement now."))
    else:
        words = _("You signed. It counts once %(name)s has signed too.") % {"name": request.other.user.short_name}
        messages.success(request, words)
    return _to_the_page(request)


@the_two_only
@require_POST
@once
def change(request: PairRequest) -> HttpResponse:
    there = _agreement(request)
    try:
        if there is None:
            raise Refused(_("There is no agreement to change yet."))
        services.ask_for_change(agreement=there, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("You both can write again. What you signed holds until you have both signed anew."))
    return _to_the_page(request)


def _context(request: PairRequest, there: Agreement, form: Sign | None = None) -> dict[str, Any]:
    pair, me = request.pairing, request.membership
    told = queries.told(there, me)
    start = {"digest": told.digest, "seen": told.seen}
    may_sign = policies.may_sign(me, there) and told.has_words
    return {
        "pairing": pair,
        "other": request.other,
        "agreement": there,
        "told": told,
        "signed": queries.signed(there, me),
        "may_write": policies.may_write(me, there),
        "may_change": policies.may_ask_for_change(me, there),
        "i_signed": there.has_signed(me),
        "they_signed": there.has_signed(request.other),
        "form": (form or Sign(initial=start, me=me, other=request.other.user.short_name)) if may_sign else None,
    }


def _both(part: queries.Part, me: str, other: str) -> str:
    """What to begin with: each one's words under their name, or whoever said something."""
    said = [(name, words) for name, words in ((me, part.mine), (other, part.theirs)) if words]
    return "\n".join(f"{name}: {words}" for name, words in said) if len(said) > 1 else "".join(words for _name, words in said)


def _agreement(request: PairRequest) -> Agreement | None:
    return queries.found(request.pairing, request.membership)


def _clause(request: PairRequest, key: int) -> Clause:
    clauses = Clause.objects.in_pairing(request.pairing, request.membership).select_related("agreement", "written_by__user")
    clause: Clause = get_object_or_404(clauses, pk=key)
    if clause.key not in BY_KEY:
        raise Http404
    clause.agreement.pairing = request.pairing
    return clause


def _to_the_page(request: PairRequest) -> HttpResponse:
    return redirect("guidelines:agreement", request.pairing.program.slug, request.pairing.pk)

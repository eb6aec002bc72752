from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.resets import policies, queries, services
from checkins.resets.forms import PrepareReset, SayHowItIs
from matching.joint import queries as joint
from matching.joint import services as rounds
from matching.joint.models import Round
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once

RESETS_A_PAGE = 10


@dataclass(frozen=True)
class Part:
    """One's own part of one round: a page can ask for that of a conversation and for the word some days after an earlier one."""

    round: Round
    form: PrepareReset | SayHowItIs
    is_afterwards: bool
    is_saved: bool


@the_two_only
@once
def resets(request: PairRequest) -> HttpResponse:
    """What a reset conversation is, the parts that one prepares alone, and those that both have prepared."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    may_start = policies.may_start(me, pair)
    asked = queries.open_ones(pair, me, now) if may_start else []
    is_being_prepared = any(round.kind == services.RESET for round in asked)
    # What is sent after its end is answered by the form that it was written in.
    sent = queries.one_of(pair, me, request.POST.get("round", "")) if request.method == "POST" else None
    if sent is not None and sent not in asked:
        asked = [sent, *asked]
    said = joint.said_in(asked, me)
    parts = [_part(request, round, said[round.pk], is_sent=round == sent) for round in asked]
    for part in parts:
        if part.round == sent and part.form.is_valid():
            try:
                answered = rounds.answer(round=sent, by=me, content=part.form.cleaned_data, now=now)
            except Refused as refused:
                part.form.add_error(None, str(refused))
            else:
                messages.success(request, _said_what_happened(answered))
                return redirect("checkins:resets", pair.program.slug, pair.pk)
    page = page_of(request, queries.to_read(pair, me, asked), per_page=RESETS_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "parts": parts,
        "may_start": may_start and not is_being_prepared,
        "page": page,
        "conversations": queries.told(page.items, pair, me, asked),
    }
    return render(request, "checkins/resets/resets.html", context)


def _part(request: PairRequest, round: Round, said: joint.Said, *, is_sent: bool) -> Part:
    is_afterwards = round.kind == services.AFTERWARDS
    form = (SayHowItIs if is_afterwards else PrepareReset)(
        request.POST if is_sent else None,
        round=round,
        other=request.other.user.short_name,
        initial=dict(said.mine or {}),
        auto_id=f"id_{round.pk}_%s",
    )
    return Part(round, form, is_afterwards, is_saved=said.mine is not None)


@the_two_only
@require_POST
@once
def start(request: PairRequest) -> HttpResponse:
    try:
        services.start(pairing=request.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("checkins:resets", request.pairing.program.slug, request.pairing.pk)


def _said_what_happened(round: Round) -> str:
    if round.opened_together_at is not None:
        return _("You have both answered. Here is what each of you said.")
    return _("Your part is saved. It opens to you both when both are there.")

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


@the_two_only
@once
def resets(request: PairRequest) -> HttpResponse:
    """What a reset conversation is, the part that one prepares alone, and those that both have prepared."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    prepared, afterwards = queries.open_ones(pair, me, now)
    asked = prepared or afterwards or (queries.newest(pair, me) if request.method == "POST" else None)
    said = joint.said(asked, me) if asked else joint.Said()
    form_class = SayHowItIs if asked is not None and asked.kind == services.AFTERWARDS else PrepareReset
    form, posted = None, request.POST if request.method == "POST" else None
    if asked is not None and (request.method == "POST" or policies.may_start(me, pair)):
        form = form_class(posted, round=asked, other=request.other.user.short_name, initial=dict(said.mine or {}))
        if request.method == "POST" and form.is_valid():
            try:
                asked = rounds.answer(round=asked, by=me, content=form.cleaned_data, now=now)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _said_what_happened(asked))
                return redirect("checkins:resets", pair.program.slug, pair.pk)
    page = page_of(request, queries.opened(pair, me), per_page=RESETS_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "form": form,
        "asked": asked,
        "is_afterwards": form_class is SayHowItIs,
        "said": said,
        "may_start": prepared is None and policies.may_start(me, pair),
        "page": page,
        "conversations": queries.told(page.items, me),
    }
    return render(request, "checkins/resets/resets.html", context)


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

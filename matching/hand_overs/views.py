from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.hand_overs import policies, queries, services
from matching.hand_overs.forms import COORDINATORS, PARTNER, WriteHandOver
from matching.pairings.access import PairRequest, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no


@the_two_only
@once
def hand_over(request: PairRequest) -> HttpResponse:
    """For both alike, whoever ended it. What one has written already is there to change until it is shown.

    When the two have begun again it is there to read and to take back.
    """
    pair, me, now = request.pairing, request.membership, timezone.now()
    note = queries.waiting_note(me)
    after = note.pairing if note else pair
    may_write = policies.may_write(me, pair, note, now)
    can_be_taken_back = note is not None and note.pairing_id == pair.pk and policies.may_withdraw(me, pair)
    if request.method != "POST" and not may_write and not can_be_taken_back:
        if pair.state == Pairing.State.CLOSED:
            messages.warning(request, _("A note for whoever comes next is written in the 30 days after an ending."))
        return redirect("matching:ended", pair.program.slug, pair.pk)
    chosen = [PARTNER] * bool(note and note.for_partner) + [COORDINATORS] * bool(note and note.for_coordinators)
    initial = {"text": note.text, "readers": chosen} if note else {}
    form = WriteHandOver(request.POST if request.method == "POST" else None, after=after, me=me, initial=initial)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        readers = form.cleaned_data["readers"]
        try:
            services.write(
                pairing=pair,
                by=me,
                text=form.cleaned_data["text"],
                for_partner=PARTNER in readers,
                for_coordinators=COORDINATORS in readers,
                now=now,
                promised=form.cleaned_data["promised"] or 0,
            )
        except services.PromisedElsewhere as refused:
            after, note, status = refused.pairing, queries.waiting_note(me), HTTPStatus.CONFLICT
            again = request.POST.copy()
            again["promised"] = str(after.pk)
            form = WriteHandOver(again, after=after, me=me)
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your note is saved."))
            return redirect("matching:hand-over", pair.program.slug, pair.pk)
    context = {
        "pairing": pair,
        "other": after.other_half(me),
        "form": form,
        "note": note,
        "may_write": may_write,
        "collided": status == HTTPStatus.CONFLICT,
    }
    return render(request, "matching/hand_overs/hand_over.html", context, status=status)


@the_two_only
@require_POST
@once
def withdraw(request: PairRequest) -> HttpResponse:
    try:
        services.withdraw(pairing=request.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("You took your note back. Nothing of it is kept."))
    return redirect("matching:ended", request.pairing.program.slug, request.pairing.pk)

"""The door of the pages that belong to two people: it stands behind the program's own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from matching.pairings.models import Pairing
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Membership


class PairRequest(MemberRequest):
    """A request of one half of a pairing: which pairing, and who the other half is."""

    pairing: Pairing
    other: Membership


def open_when_shut(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Stands under `the_two_only`, at a page that holds nothing that both could read: it stays open when a stand-in has ended."""
    view.is_open_when_shut = True  # type: ignore[attr-defined]
    return view


def the_two_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to the two halves of a pairing that has begun, and to nobody else, whatever roles they have. It need not be active still.

    A stand-in is open only while it lasts; after that the two are led to the page that says that it has ended.
    """
    is_open_when_shut = getattr(view, "is_open_when_shut", False)

    @members_only
    @wraps(view)
    def door(request: PairRequest, pairing: int, *arguments: Any, **names: Any) -> HttpResponseBase:
        begun = Pairing.objects.of(request.membership).exclude(activated_at=None).with_halves()
        request.pairing = get_object_or_404(begun, program=request.membership.program, pk=pairing)
        request.pairing.program = request.membership.program
        request.other = request.pairing.other_half(request.membership)
        if request.pairing.is_shut and not is_open_when_shut:
            return redirect("matching:ended", request.membership.program.slug, request.pairing.pk)
        return view(request, *arguments, **names)

    return door


def stopped(request: PairRequest) -> HttpResponse:
    """In place of a form: nothing is added to a pairing that is paused or has ended. What was sent already is answered by its form."""
    return render(request, "matching/pairings/stopped.html", {"pairing": request.pairing, "other": request.other})

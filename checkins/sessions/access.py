"""What the pages of one meeting begin and end with."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from checkins.sessions.forms import QUICK_MINUTES, OfTwo, moment_in
from checkins.sessions.models import Session
from checkins.sessions.services import Meanwhile
from matching.pairings.access import PairRequest, stopped
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused

NEVER = datetime.min.replace(tzinfo=UTC)


def session_of(request: PairRequest, key: int, sessions: Any = None) -> Session:
    """This pair's own, with its people."""
    sessions = Session.objects.with_people() if sessions is None else sessions
    found: Session = get_object_or_404(sessions.readable_by(request.membership), pairing=request.pairing, pk=key)
    found.pairing = request.pairing
    return found


def done(request: PairRequest, form: OfTwo, act: Callable[[], object]) -> bool:
    """Does it where the form was sent and is right; a rule that says no stands in the form, with all that was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Meanwhile:
        raise
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def form_page(request: PairRequest, name: str, form: OfTwo, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "pairing": request.pairing, "other": request.other, "quick_minutes": QUICK_MINUTES, **more}
    return render(request, f"checkins/{name}.html", context, status=status)


def not_any_more(request: PairRequest, session: Session) -> HttpResponse:
    """In place of a form for which it is too late, or too early: the meeting as it stands now, or why nothing is done at present."""
    if request.pairing.state != Pairing.State.ACTIVE:
        return stopped(request)
    messages.info(request, _("This can’t be done with this session now. Here is how it stands."))
    return to_session(session)


def seen_at(request: PairRequest) -> datetime:
    """When that was written which this person saw as they pressed the button; long ago, where they don't say."""
    return moment_in(request.POST.get("seen_at", "")) or NEVER


def to_session(session: Session) -> HttpResponseRedirect:
    return redirect("checkins:session", session.pairing.program.slug, session.pairing_id, session.pk)

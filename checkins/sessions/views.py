from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkins.agendas.models import AgendaItem
from checkins.sessions import policies, services
from checkins.sessions.forms import QUICK_MINUTES, LogSession
from checkins.sessions.models import Session
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once

SESSIONS_A_PAGE = 20


@the_two_only
@once
def log(request: PairRequest) -> HttpResponse:
    pair, other, now = request.pairing, request.other, timezone.now()
    if request.method != "POST" and not policies.may_log(request.membership, pair):
        return stopped(request)
    topics = AgendaItem.objects.visible_to(request.membership).filter(pairing=pair)
    form = LogSession(
        request.POST or None,
        me=request.membership,
        other=other,
        topics=list(topics.open().for_list()),
        known=topics.values_list("pk", flat=True) if request.method == "POST" else (),
        now=now,
        last=Session.objects.readable_by(request.membership).filter(pairing=pair).order_by("-started_at", "-pk").first(),
    )
    there = None
    if request.method == "POST" and form.is_valid():
        try:
            services.log(pairing=pair, by=request.membership, now=now, **form.told())
        except services.AlreadyLogged as refused:
            there = refused.session
            form.add_error(None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The session is saved. %(name)s sees it too.") % {"name": other.user.short_name})
            return redirect("checkins:pairing", pair.program.slug, pair.pk)
    context = {"form": form, "pairing": pair, "other": other, "there": there, "quick_minutes": QUICK_MINUTES}
    return render(request, "checkins/sessions/log.html", context)


@the_two_only
@require_safe
def session_list(request: PairRequest) -> HttpResponse:
    """The meetings two people had, for the two. It stays to read when the pairing has ended."""
    pair = request.pairing
    sessions = Session.objects.readable_by(request.membership).filter(pairing=pair).for_list()
    context = {
        "pairing": pair,
        "other": request.other,
        "page": page_of(request, sessions, per_page=SESSIONS_A_PAGE),
        "may_log": policies.may_log(request.membership, pair),
    }
    return render(request, "checkins/sessions/session_list.html", context)

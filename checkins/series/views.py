from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.series import policies, services
from checkins.sessions.models import Series, Session
from matching.pairings.access import PairRequest, stopped, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import place_of


@the_two_only
def end(request: PairRequest, series: int) -> HttpResponse:
    me, now, pair = request.membership, timezone.now(), request.pairing
    found = get_object_or_404(Series.objects.visible_to(me), pairing=pair, pk=series)
    found.pairing = pair
    if request.method == "POST":
        try:
            services.end(series=found, by=me, now=now)
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("The series has ended. You both get one message, and what was left goes from your calendars."))
        return redirect("checkins:sessions", pair.program.slug, pair.pk)
    if pair.state != Pairing.State.ACTIVE:
        return stopped(request)
    rest = Session.objects.readable_by(me).filter(series=found).still_planned(now).order_by("starts_at", "pk")
    if not policies.may_end(me, found) or not rest:
        messages.info(request, _("Nothing of this series is still to come."))
        return redirect("checkins:sessions", pair.program.slug, pair.pk)
    context = {"pairing": pair, "other": request.other, "series": found, "rest": rest, "place": place_of(me.user.time_zone)}
    return render(request, "checkins/series/end.html", context)

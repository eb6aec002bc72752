from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.airtime import services
from checkins.airtime.forms import SayAirtime
from checkins.airtime.queries import airtime_of
from checkins.sessions.models import Session
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once


@the_two_only
@once
def airtime(request: PairRequest, session: int) -> HttpResponse:
    """Posted from the pair's page, and a page of its own for what has to be put right."""
    pair, other, now = request.pairing, request.other.user.short_name, timezone.now()
    met = get_object_or_404(Session.objects.readable_by(request.membership).held(), pairing=pair, pk=session)
    met.pairing = pair
    shown = airtime_of(met, request.membership, now)
    form = SayAirtime(request.POST or None, initial=shown.mine, other=other) if shown.may_say or request.method == "POST" else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            asked = services.say(session=met, by=request.membership, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if asked.opened_together_at:
                messages.success(request, _("You have both said it. Now you both see it."))
            else:
                messages.success(request, _("It is saved. You both see it once %(name)s has said it too.") % {"name": other})
            return redirect("checkins:pairing", pair.program.slug, pair.pk)
    context = {"pairing": pair, "other": request.other, "airtime": shown, "form": form}
    return render(request, "checkins/airtime/airtime.html", context)

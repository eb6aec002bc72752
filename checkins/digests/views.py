from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.digests import services
from checkins.digests.forms import NEVER, ChooseDigest
from checkins.digests.models import DigestTime
from checkins.plans.models import zone_of
from mentoring.kernel import times
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, staff_only


@staff_only
@once
def digest(request: MemberRequest) -> HttpResponse:
    """Whether one is told by mail how many things need somebody, and at what time."""
    me, now = request.membership, timezone.now()
    place = times.place_of(zone_of(me.user, me.program))
    form = ChooseDigest(request.POST or None, chosen=DigestTime.objects.filter(membership=me).first(), place=place)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        if days == NEVER:
            services.stop(by=me)
            messages.success(request, _("You get no such mail."))
        else:
            services.choose(by=me, hour=form.cleaned_data["hour"], on_workdays_only=days == "workdays", now=now)
            messages.success(request, _("Saved. On a day on which nothing needs anybody, no mail comes."))
        return redirect("checkins:today", me.program.slug)
    return render(request, "checkins/digests/digest.html", {"form": form})

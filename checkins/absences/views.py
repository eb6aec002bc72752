from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.absences import policies, services
from checkins.absences.forms import MissSession
from checkins.sessions.access import done, form_page, not_any_more, session_of, to_session
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.once.access import once


@the_two_only
@once
def miss(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_miss(me, found, now):
        return not_any_more(request, found)
    form = MissSession(request.POST if request.method == "POST" else None, me=me, other=request.other, session=found)
    if done(request, form, lambda: services.miss(session=found, by=me, now=now, absent=form.cleaned_data["absent"])):
        messages.success(request, _("Noted. These things happen. You can suggest a new time whenever you like."))
        return to_session(found)
    return form_page(request, "absences/missed", form, session=found)

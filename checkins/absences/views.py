from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.absences import policies, services
from checkins.absences.forms import SayAbsence
from checkins.absences.models import Absence
from checkins.sessions.access import done, form_page, not_any_more, seen_at, session_of, to_session
from matching.pairings.access import PairRequest, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once


@the_two_only
@once
def say(request: PairRequest, session: int) -> HttpResponse:
    """For the half that says it first, for the other who is asked, and for either who says it anew."""
    me, other, now = request.membership, request.other, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_say(me, found, now):
        return not_any_more(request, found)
    said = {absence.author_id: absence for absence in Absence.objects.visible_to(me).filter(session=found)}
    typed = request.POST if request.method == "POST" else None
    form = SayAbsence(typed, me=me, other=other, session=found, said=said.get(me.pk))
    if done(request, form, lambda: services.say(session=found, by=me, now=now, absent=form.cleaned_data["absent"])):
        name = other.user.short_name
        asked = _("Noted. Such things happen. %(name)s is asked too. You can suggest a new time whenever you like.") % {"name": name}
        messages.success(request, _thanks() if other.pk in said else asked)
        return to_session(found)
    return form_page(request, "absences/missed", form, session=found, others=said.get(other.pk))


@the_two_only
@require_POST
def agree(request: PairRequest, session: int) -> HttpResponse:
    found = session_of(request, session)
    others = Absence.objects.visible_to(request.membership).select_related("session__pairing")
    absence = get_object_or_404(others, session=found, author=request.other)
    try:
        services.agree(absence=absence, by=request.membership, now=timezone.now(), seen_at=seen_at(request))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _thanks())
    return to_session(found)


def _thanks() -> str:
    return _("Noted. Both of you have said how it was. You can suggest a new time whenever you like.")

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.sessions import calendar, policies, queries, services
from checkins.sessions.access import done, form_page, not_any_more, session_of, to_session
from checkins.sessions.forms import (
    CancelSession,
    ChangeSession,
    ProposeSession,
    SuggestOtherTimes,
)
from checkins.sessions.models import Session, SessionOption
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.dates import written
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once, say_no
from mentoring.kernel.outbox.addresses import named, sending_address
from programs.memberships.models import Membership

# --- times, until both have agreed on one ---


@the_two_only
@once
def propose(request: PairRequest) -> HttpResponse:
    pair, me, now = request.pairing, request.membership, timezone.now()
    if request.method != "POST" and not policies.may_propose(me, pair):
        return stopped(request)
    last = queries.last_held(pair, me) if request.method != "POST" else None
    form = ProposeSession(request.POST or None, me=me, other=request.other, now=now, last=last)
    try:
        if done(request, form, lambda: services.propose(pairing=pair, by=me, now=now, **form.told())):
            messages.success(request, _now_it_is_up_to(request.other))
            return redirect("checkins:pairing", pair.program.slug, pair.pk)
    except services.SuggestedMeanwhile as refused:
        form.add_error(None, str(refused))
        return form_page(request, "sessions/propose", form, status=409, there=refused.session)
    return form_page(request, "sessions/propose", form)


@the_two_only
@once
def suggest(request: PairRequest, session: int) -> HttpResponse:
    """Other times for a suggestion, or new ones for a planned meeting."""
    me, now = request.membership, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_suggest(me, found):
        return not_any_more(request, found)
    first = found.options.open().order_by("position").values_list("pk", flat=True).first() if request.method != "POST" else None
    form = SuggestOtherTimes(request.POST or None, me=me, other=request.other, now=now, initial={"seen": first or 0})
    try:
        if done(request, form, lambda: services.suggest(session=found, by=me, now=now, **form.told())):
            messages.success(request, _now_it_is_up_to(request.other))
            return to_session(found)
    except services.OtherTimesMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.seen)
        return form_page(request, "sessions/suggest", form, status=409, session=found)
    return form_page(request, "sessions/suggest", form, session=found)


@the_two_only
@require_POST
def pick(request: PairRequest, session: int) -> HttpResponse:
    found = session_of(request, session)
    asked = request.POST.get("option", "")
    options = SessionOption.objects.visible_to(request.membership).filter(session=found).select_related("session__pairing")
    option = options.filter(pk=asked).first() if _is_key(asked) else None
    if option is None:
        messages.warning(request, _("Pick one of the times that stand here."))
        return to_session(found)
    try:
        agreed = services.pick(option=option, by=request.membership, now=timezone.now(), seen=request.POST.get("dates", ""))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        is_series = found.series is not None and found.state == Session.State.PROPOSED
        series = _("Agreed: a series from %(when)s on. You both get it in one mail, for your calendars.")
        words = series if is_series else _("Agreed: %(when)s. You both get it by mail, for your calendars.")
        messages.success(request, words % {"when": _in_words(agreed.starts_at)})
    return to_session(found)


@the_two_only
@once
@require_POST
def decline(request: PairRequest, session: int) -> HttpResponse:
    """No to the times that were seen: `option` is the first of them."""
    found = session_of(request, session)
    seen = request.POST.get("option", "")
    try:
        services.decline(session=found, by=request.membership, now=timezone.now(), seen=int(seen) if _is_key(seen) else 0)
    except services.OtherTimesMeanwhile as refused:
        say_no(request, refused)
        return to_session(found)
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("These times are off the table. Either of you can suggest others."))
    return redirect("checkins:pairing", found.pairing.program.slug, found.pairing_id)


@the_two_only
@once
@require_POST
def repeat(request: PairRequest, session: int) -> HttpResponse:
    found = session_of(request, session)
    try:
        services.repeat(session=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
        return to_session(found)
    when = _in_words(services.in_two_weeks(found, request.membership))
    words = {"when": when, "name": request.other.user.short_name}
    messages.success(request, _("You suggested %(when)s. %(name)s gets a message.") % words)
    return redirect("checkins:pairing", found.pairing.program.slug, found.pairing_id)


# --- a planned meeting ---


@the_two_only
@once
def change(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_change(me, found, now):
        return not_any_more(request, found)
    form = ChangeSession(request.POST or None, me=me, other=request.other, session=found)
    try:
        if done(request, form, lambda: services.change(session=found, by=me, now=now, **form.told())):
            messages.success(request, _("Saved. %(name)s sees it too.") % {"name": request.other.user.short_name})
            return to_session(found)
    except services.ChangedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.session)
        return form_page(request, "sessions/change", form, status=409, session=found, there=refused.session)
    return form_page(request, "sessions/change", form, session=found)


@the_two_only
@require_POST
def lead_agree(request: PairRequest, session: int) -> HttpResponse:
    return _answered(request, session, services.agree_to_lead, _("Saved. %(name)s leads this one."))


@the_two_only
@require_POST
def lead_decline(request: PairRequest, session: int) -> HttpResponse:
    """No to the other's wish to lead, or one's own taken back."""
    return _answered(request, session, services.decline_to_lead, _("It stays as it is who leads."))


@the_two_only
@once
def cancel(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_cancel(me, found, now):
        return not_any_more(request, found)
    form = CancelSession(request.POST if request.method == "POST" else None, me=me, other=request.other)
    if done(request, form, lambda: services.cancel(session=found, by=me, now=now, word=form.cleaned_data["word"])):
        messages.success(request, _("The session is cancelled. You both get a message, and it goes from your calendars."))
        return to_session(found)
    return form_page(request, "sessions/cancel", form, session=found)


@the_two_only
@require_safe
def calendar_file(request: PairRequest, session: int) -> HttpResponse:
    """The calendar entry of a planned meeting, or of the series that it is one of, for who missed the mail."""
    found = session_of(request, session)
    if found.state != Session.State.PLANNED:
        raise Http404
    people, now = calendar.People(named(request.pairing.program.name, sending_address())), timezone.now()
    if found.series is None:
        text = calendar.entry(found, method=calendar.PUBLISH, zone=request.membership.user.time_zone, people=people, now=now)
    else:
        sessions = list(Session.objects.readable_by(request.membership).of_series([found.series]))
        text = calendar.entry_of_series(found.series, sessions, method=calendar.PUBLISH, people=people, now=now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


# --- pieces ---


def _answered(request: PairRequest, key: int, act: Callable[..., object], said: str) -> HttpResponse:
    found = session_of(request, key)
    try:
        act(session=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said % {"name": request.other.user.short_name})
    return to_session(found)


def _now_it_is_up_to(other: Membership) -> str:
    return _("%(name)s gets a message, and picks a time or suggests others.") % {"name": other.user.short_name}


def _in_words(moment: datetime | None) -> str:
    return written(timezone.localtime(moment), "weekday_and_clock")


def _is_key(asked: str) -> bool:
    return asked.isascii() and asked.isdigit() and len(asked) < 19

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.agendas.models import AgendaItem
from checkins.sessions import calendar, policies, queries, services
from checkins.sessions.forms import (
    ANOTHER,
    QUICK_MINUTES,
    SAME,
    CancelSession,
    ChangeSession,
    LogSession,
    MissSession,
    OfTwo,
    ProposeSession,
    RememberSession,
    SuggestOtherTimes,
    moment_in,
    what_coordinators_see,
)
from checkins.sessions.models import Session, SessionAccount, SessionOption
from matching.pairings.access import PairRequest, stopped, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from mentoring.kernel.outbox.addresses import named, sending_address
from programs.memberships.models import Membership

SESSIONS_A_PAGE = 20
NEVER = datetime.min.replace(tzinfo=UTC)


@the_two_only
@require_safe
def session_list(request: PairRequest) -> HttpResponse:
    """What two people plan, then the meetings they had. It stays to read when the pairing has ended."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    page = page_of(request, Session.objects.readable_by(me).filter(pairing=pair).settled().for_list(), per_page=SESSIONS_A_PAGE)
    for session in page.items:
        session.pairing = pair
    context = {
        "pairing": pair,
        "other": request.other,
        "now": now,
        "page": page,
        "ahead": queries.ahead(pair, me, now) if page.number == 1 else None,
        "may_propose": policies.may_propose(me, pair),
        "what_coordinators_see": what_coordinators_see(),
    }
    return render(request, "checkins/sessions/session_list.html", context)


@the_two_only
@require_safe
def session_page(request: PairRequest, session: int) -> HttpResponse:
    """One meeting: when and where, what can be done with it, and how each of the two remembers it."""
    me, now = request.membership, timezone.now()
    found = _session(request, session, Session.objects.for_list().with_open_options())
    may_repeat = policies.may_repeat(me, found)
    again_at = services.in_two_weeks(found, me) if may_repeat else None
    context = {
        "pairing": request.pairing,
        "other": request.other,
        "session": found,
        "now": now,
        "place": times.place_of(me.user.time_zone),
        "is_asked": found.state == Session.State.PLANNED and policies.is_over(found, now) and policies.may_log_this(me, found, now),
        "may_change": policies.may_change(me, found, now),
        "may_cancel": policies.may_cancel(me, found, now),
        "may_suggest": policies.may_suggest(me, found),
        "may_miss": policies.may_miss(me, found, now),
        "may_log": policies.may_log_this(me, found, now),
        "may_remember": policies.may_remember(me, found),
        "what_coordinators_see": what_coordinators_see(),
        "again_at": again_at if again_at and again_at > now else None,
        "mine": next((account for account in found.accounts.all() if account.author_id == me.pk), None),
    }
    return render(request, "checkins/sessions/session.html", context)


# --- times, until both have agreed on one ---


@the_two_only
@once
def propose(request: PairRequest) -> HttpResponse:
    pair, me, now = request.pairing, request.membership, timezone.now()
    if request.method != "POST" and not policies.may_propose(me, pair):
        return stopped(request)
    last = queries.last_held(pair, me) if request.method != "POST" else None
    form = ProposeSession(request.POST or None, me=me, other=request.other, now=now, last=last)
    if _done(request, form, lambda: services.propose(pairing=pair, by=me, now=now, **form.told())):
        messages.success(request, _now_it_is_up_to(request.other))
        return redirect("checkins:pairing", pair.program.slug, pair.pk)
    return _form_page(request, "propose", form)


@the_two_only
@once
def suggest(request: PairRequest, session: int) -> HttpResponse:
    """Other times for a suggestion, or new ones for a planned meeting."""
    me, now = request.membership, timezone.now()
    found = _session(request, session)
    if request.method != "POST" and not policies.may_suggest(me, found):
        return _not_any_more(request, found)
    first = found.options.open().order_by("position").values_list("pk", flat=True).first() if request.method != "POST" else None
    form = SuggestOtherTimes(request.POST or None, me=me, other=request.other, now=now, initial={"seen": first or 0})
    try:
        if _done(request, form, lambda: services.suggest(session=found, by=me, now=now, **form.told())):
            messages.success(request, _now_it_is_up_to(request.other))
            return _to(found)
    except services.OtherTimesMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.seen)
        return _form_page(request, "suggest", form, status=409, session=found)
    return _form_page(request, "suggest", form, session=found)


@the_two_only
@require_POST
def pick(request: PairRequest, session: int) -> HttpResponse:
    found = _session(request, session)
    asked = request.POST.get("option", "")
    options = SessionOption.objects.visible_to(request.membership).filter(session=found).select_related("session__pairing")
    option = options.filter(pk=asked).first() if _is_key(asked) else None
    if option is None:
        messages.warning(request, _("Pick one of the times that stand here."))
        return _to(found)
    try:
        agreed = services.pick(option=option, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        words = _("Agreed: %(when)s. You both get it by mail, for your calendars.")
        messages.success(request, words % {"when": _in_words(agreed.starts_at)})
    return _to(found)


@the_two_only
@once
@require_POST
def decline(request: PairRequest, session: int) -> HttpResponse:
    """No to the times that were seen: `option` is the first of them."""
    found = _session(request, session)
    seen = request.POST.get("option", "")
    try:
        services.decline(session=found, by=request.membership, now=timezone.now(), seen=int(seen) if _is_key(seen) else 0)
    except services.OtherTimesMeanwhile as refused:
        messages.warning(request, str(refused))
        return _to(found)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("These times are off the table. Either of you can suggest others."))
    return redirect("checkins:pairing", found.pairing.program.slug, found.pairing_id)


@the_two_only
@once
@require_POST
def repeat(request: PairRequest, session: int) -> HttpResponse:
    found = _session(request, session)
    try:
        services.repeat(session=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return _to(found)
    when = _in_words(services.in_two_weeks(found, request.membership))
    words = {"when": when, "name": request.other.user.short_name}
    messages.success(request, _("You suggested %(when)s. %(name)s gets a message.") % words)
    return redirect("checkins:pairing", found.pairing.program.slug, found.pairing_id)


# --- a planned meeting ---


@the_two_only
@once
def change(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = _session(request, session)
    if request.method != "POST" and not policies.may_change(me, found, now):
        return _not_any_more(request, found)
    form = ChangeSession(request.POST or None, me=me, other=request.other, session=found)
    if _done(request, form, lambda: services.change(session=found, by=me, now=now, **form.told())):
        messages.success(request, _("Saved. %(name)s sees it too.") % {"name": request.other.user.short_name})
        return _to(found)
    return _form_page(request, "change", form, session=found)


@the_two_only
@once
def cancel(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = _session(request, session)
    if request.method != "POST" and not policies.may_cancel(me, found, now):
        return _not_any_more(request, found)
    form = CancelSession(request.POST if request.method == "POST" else None, me=me, other=request.other)
    if _done(request, form, lambda: services.cancel(session=found, by=me, now=now, word=form.cleaned_data["word"])):
        messages.success(request, _("The session is cancelled. You both get a message, and it goes from your calendars."))
        return _to(found)
    return _form_page(request, "cancel", form, session=found)


@the_two_only
@once
def miss(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = _session(request, session)
    if request.method != "POST" and not policies.may_miss(me, found, now):
        return _not_any_more(request, found)
    form = MissSession(request.POST if request.method == "POST" else None, me=me, other=request.other, session=found)
    if _done(request, form, lambda: services.miss(session=found, by=me, now=now, absent=form.cleaned_data["absent"])):
        messages.success(request, _("Noted. These things happen. You can suggest a new time whenever you like."))
        return _to(found)
    return _form_page(request, "missed", form, session=found)


@the_two_only
@require_safe
def calendar_file(request: PairRequest, session: int) -> HttpResponse:
    """The calendar entry of a planned meeting, for who missed the mail."""
    found = _session(request, session)
    if found.state != Session.State.PLANNED:
        raise Http404
    text = calendar.entry(
        found,
        method=calendar.PUBLISH,
        zone=request.membership.user.time_zone,
        organizer=named(request.pairing.program.name, sending_address()),
        now=timezone.now(),
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


# --- what became of it ---


@the_two_only
@once
def log(request: PairRequest) -> HttpResponse:
    return _log(request, None)


@the_two_only
@once
def log_planned(request: PairRequest, session: int) -> HttpResponse:
    found = _session(request, session)
    if request.method != "POST" and not policies.may_log_this(request.membership, found, timezone.now()):
        return _not_any_more(request, found)
    return _log(request, found)


def _log(request: PairRequest, planned: Session | None) -> HttpResponse:
    pair, me, other, now = request.pairing, request.membership, request.other, timezone.now()
    if request.method != "POST" and not policies.may_log(me, pair):
        return stopped(request)
    topics = AgendaItem.objects.visible_to(me).filter(pairing=pair)
    form = LogSession(
        request.POST or None,
        me=me,
        other=other,
        topics=list(topics.open().for_list()),
        known=topics.values_list("pk", flat=True) if request.method == "POST" else (),
        now=now,
        last=queries.last_held(pair, me),
        planned=planned,
        leader=planned.led_by if planned else services.whose_turn(pair, now),
    )
    about = request.POST.get("about", "")
    there = None
    if request.method == "POST" and form.is_valid():
        try:
            logged = services.log(pairing=pair, by=me, now=now, session=planned, is_another=about == ANOTHER, **form.told())
        except services.AlreadyLogged as refused:
            there = refused.session
            if about == SAME and _remembered_beside(there, form, request, now):
                messages.success(request, _("Your words stand beside those of %(name)s.") % {"name": other.user.short_name})
                return _to(there)
            if not form.non_field_errors():
                form.add_error(None, str(refused))
            form.ask_which(may_be_same=refused.session.logged_by_id != me.pk, may_be_another=not refused.overlaps)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The session is saved. %(name)s sees it too.") % {"name": other.user.short_name})
            return _to(logged)
    return _form_page(request, "log", form, session=planned, there=there)


def _remembered_beside(there: Session, form: LogSession, request: PairRequest, now: datetime) -> bool:
    """What this half typed becomes their own words beside what the other half logged."""
    there.pairing = request.pairing
    return _done(request, form, lambda: services.join_log(session=there, by=request.membership, now=now, **form.told_beside()))


@the_two_only
@once
def remember(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = _session(request, session)
    if request.method != "POST" and not policies.may_remember(me, found):
        return _not_any_more(request, found)
    account = SessionAccount.objects.visible_to(me).filter(session=found, author=me).first()
    form = RememberSession(
        request.POST if request.method == "POST" else None, me=me, other=request.other, session=found, account=account, now=now
    )
    try:
        if _done(request, form, lambda: services.remember(session=found, by=me, now=now, **form.told())):
            messages.success(request, _("Your words are saved. %(name)s sees them too.") % {"name": request.other.user.short_name})
            return _to(found)
    except services.SavedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.account)
        return _form_page(request, "remember", form, status=409, session=found, there=refused.account)
    return _form_page(request, "remember", form, session=found)


@the_two_only
@require_POST
def correct(request: PairRequest, session: int) -> HttpResponse:
    """Agree to when and how long the other half remembers."""
    found = _session(request, session)
    accounts = SessionAccount.objects.visible_to(request.membership).select_related("session__pairing")
    account = get_object_or_404(accounts, session=found, author=request.other)
    seen_at = moment_in(request.POST.get("seen_at", "")) or NEVER
    try:
        services.correct(account=account, by=request.membership, now=timezone.now(), seen_at=seen_at)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The session says so now."))
    return _to(found)


# --- pieces ---


def _session(request: PairRequest, key: int, sessions: Any = None) -> Session:
    """This pair's own, with its people."""
    sessions = Session.objects.with_people() if sessions is None else sessions
    found: Session = get_object_or_404(sessions.readable_by(request.membership), pairing=request.pairing, pk=key)
    found.pairing = request.pairing
    return found


def _done(request: PairRequest, form: OfTwo, act: Callable[[], object]) -> bool:
    """Does it where the form was sent and is right; a rule that says no stands in the form, with all that was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except (services.SavedMeanwhile, services.OtherTimesMeanwhile):
        raise
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _form_page(request: PairRequest, name: str, form: OfTwo, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "pairing": request.pairing, "other": request.other, "quick_minutes": QUICK_MINUTES, **more}
    return render(request, f"checkins/sessions/{name}.html", context, status=status)


def _not_any_more(request: PairRequest, session: Session) -> HttpResponse:
    """In place of a form for which it is too late, or too early: the meeting as it stands now, or why nothing is done at present."""
    if request.pairing.state != Pairing.State.ACTIVE:
        return stopped(request)
    messages.info(request, _("This can’t be done with this session now. Here is how it stands."))
    return _to(session)


def _now_it_is_up_to(other: Membership) -> str:
    return _("%(name)s gets a message, and picks a time or suggests others.") % {"name": other.user.short_name}


def _to(session: Session) -> HttpResponse:
    return redirect("checkins:session", session.pairing.program.slug, session.pairing_id, session.pk)


def _in_words(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "l j F, H:i")


def _is_key(asked: str) -> bool:
    return asked.isascii() and asked.isdigit() and len(asked) < 19

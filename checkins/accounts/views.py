from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.absences import policies as absences
from checkins.accounts import policies, services
from checkins.accounts.forms import ANOTHER, SAME, LogSession, PutRight, RememberSession, who_reads_a_log
from checkins.accounts.models import SessionAccount
from checkins.accounts.queries import with_all_that_was_said
from checkins.agendas.models import AgendaItem
from checkins.decisions import queries as decisions
from checkins.sessions import policies as planning
from checkins.sessions import queries as sessions
from checkins.sessions.access import done, form_page, not_any_more, seen_at, session_of, to_session
from checkins.sessions.models import Session
from checkins.sessions.services import ChangedMeanwhile, in_two_weeks, whose_turn
from matching.pairings.access import PairRequest, stopped, the_two_only
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.memberships.models import Membership

SESSIONS_A_PAGE = 20


@the_two_only
@require_safe
def session_list(request: PairRequest) -> HttpResponse:
    """What two people plan, then the meetings they had. It stays to read when the pairing has ended."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    settled = Session.objects.readable_by(me).filter(pairing=pair).settled()
    page = page_of(request, with_all_that_was_said(settled), per_page=SESSIONS_A_PAGE)
    for session in page.items:
        session.pairing = pair
    context = {
        "pairing": pair,
        "other": request.other,
        "now": now,
        "page": page,
        "ahead": sessions.ahead(pair, me, now) if page.number == 1 else None,
        "may_propose": planning.may_propose(me, pair),
        "readers": who_reads_a_log(request.other),
    }
    return render(request, "checkins/accounts/session_list.html", context)


@the_two_only
@require_safe
def session_page(request: PairRequest, session: int) -> HttpResponse:
    """One meeting: when and where, what can be done with it, and how each of the two remembers it."""
    me, now = request.membership, timezone.now()
    found = session_of(request, session, with_all_that_was_said(Session.objects.with_open_options()))
    may_repeat = planning.may_repeat(me, found)
    said = found.absences.all()
    may_answer = absences.may_say(me, found, now) and not any(one.author_id == me.pk for one in said)
    again_at = in_two_weeks(found, me) if may_repeat and found.series_id is None else None
    mine = next((account for account in found.accounts.all() if account.author_id == me.pk), None)
    context = {
        "pairing": request.pairing,
        "other": request.other,
        "session": found,
        "now": now,
        "place": times.place_of(me.user.time_zone),
        "is_asked": found.state == Session.State.PLANNED and planning.is_over(found, now) and policies.may_log_this(me, found, now),
        "may_change": planning.may_change(me, found, now),
        "may_decline_to_lead": planning.may_decline_to_lead(me, found, now),
        "may_cancel": planning.may_cancel(me, found, now),
        "may_suggest": planning.may_suggest(me, found),
        "may_miss": absences.may_say(me, found, now),
        "may_log": policies.may_log_this(me, found, now),
        "may_remember": policies.may_remember(me, found),
        "may_put_right": _may_put_right(found, me, now),
        "may_say_led": policies.may_say_led(me, found),
        "readers": who_reads_a_log(request.other),
        "decided": decisions.of_session(found, request.pairing, me, now),
        "dates": sessions.dates_to_pick(found, found.open_options, me),  # type: ignore[attr-defined]
        "again_at": again_at if again_at and again_at > now else None,
        "others_absence": next((one for one in said if one.author_id != me.pk), None) if may_answer else None,
        "mine": mine,
        "saved_drafts": [_draft_of(found.pairing, planned) for planned in (None, found)] if mine or found.logged_by_id == me.pk else [],
    }
    return render(request, "checkins/accounts/session.html", context)


@the_two_only
@once
def log(request: PairRequest) -> HttpResponse:
    return _log(request, None)


@the_two_only
@once
def log_planned(request: PairRequest, session: int) -> HttpResponse:
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_log_this(request.membership, found, timezone.now()):
        return not_any_more(request, found)
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
        last=sessions.last_held(pair, me),
        planned=planned,
        leader=planned.led_by if planned else whose_turn(pair, now),
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
                return _to_saved(there, planned)
            if not form.non_field_errors():
                form.add_error(None, str(refused))
            form.ask_which(may_be_same=refused.session.logged_by_id != me.pk, may_be_another=not refused.overlaps)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The session is saved. %(name)s sees it too.") % {"name": other.user.short_name})
            return _to_saved(logged, planned)
    return form_page(request, "accounts/log", form, session=planned, there=there, draft=_draft_of(pair, planned))


def _draft_of(pairing: Pairing, planned: Session | None) -> str:
    """What a browser calls the draft that it may keep of this form."""
    return f"log-{pairing.pk}-{planned.pk}" if planned else f"log-{pairing.pk}"


def _to_saved(session: Session, planned: Session | None) -> HttpResponse:
    """The address says for good which draft was saved: a browser that never got this answer is led there when it asks again."""
    return redirect(f"{to_session(session).url}#saved-{_draft_of(session.pairing, planned)}")


def _may_put_right(session: Session, me: Membership, now: datetime) -> bool:
    return policies.may_put_right(
        me,
        session,
        accounts=session.accounts.all(),
        topics=session.topics.all(),
        not_reached=session.not_reached.all(),
        now=now,
    )


def _remembered_beside(there: Session, form: LogSession, request: PairRequest, now: datetime) -> bool:
    """What this half typed becomes their own words beside what the other half logged."""
    there.pairing = request.pairing
    return done(
        request, form, lambda: services.join_log(session=there, by=request.membership, now=now, **form.told_beside(request.pairing))
    )


@the_two_only
@once
def put_right(request: PairRequest, session: int) -> HttpResponse:
    """What one has just logged, while nothing was said about it."""
    me, pair, now = request.membership, request.pairing, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not _may_put_right(found, me, now):
        return not_any_more(request, found)
    topics = AgendaItem.objects.in_pairing(pair, me)
    form = PutRight(
        request.POST if request.method == "POST" else None,
        me=me,
        other=request.other,
        session=found,
        topics=list(topics.open().for_list()),
        known=topics.values_list("pk", flat=True),
        now=now,
    )
    try:
        if done(request, form, lambda: services.put_right(session=found, by=me, now=now, **form.told())):
            messages.success(request, _("The session says so now. %(name)s sees it too.") % {"name": request.other.user.short_name})
            return to_session(found)
    except ChangedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.session)
        return form_page(request, "accounts/put_right", form, status=409, session=found, there=refused.session)
    is_too_late = request.method == "POST" and not _may_put_right(found, me, now)
    return form_page(request, "accounts/put_right", form, session=found, is_too_late=is_too_late)


@the_two_only
@once
def remember(request: PairRequest, session: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    found = session_of(request, session)
    if request.method != "POST" and not policies.may_remember(me, found):
        return not_any_more(request, found)
    account = SessionAccount.objects.visible_to(me).filter(session=found, author=me).first()
    form = RememberSession(
        request.POST if request.method == "POST" else None, me=me, other=request.other, session=found, account=account, now=now
    )
    try:
        if done(request, form, lambda: services.remember(session=found, by=me, now=now, **form.told())):
            messages.success(request, _("Your words are saved. %(name)s sees them too.") % {"name": request.other.user.short_name})
            return to_session(found)
    except services.SavedMeanwhile as refused:
        form.add_error(None, str(refused))
        form.go_on_from(refused.account)
        return form_page(request, "accounts/remember", form, status=409, session=found, there=refused.account)
    return form_page(request, "accounts/remember", form, session=found)


@the_two_only
@require_POST
def correct(request: PairRequest, session: int) -> HttpResponse:
    """Agree to what the other half remembers."""
    found = session_of(request, session)
    accounts = SessionAccount.objects.visible_to(request.membership).select_related("session__pairing")
    account = get_object_or_404(accounts, session=found, author=request.other)
    try:
        services.correct(account=account, by=request.membership, now=timezone.now(), seen_at=seen_at(request))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The session says so now."))
    return to_session(found)


@the_two_only
@require_POST
def say_led(request: PairRequest, session: int) -> HttpResponse:
    found = session_of(request, session)
    try:
        services.say_led(session=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Saved: you led."))
    return to_session(found)

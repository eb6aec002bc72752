import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.kernel.audit import services as audit
from mentoring.kernel.bounces import senders
from mentoring.kernel.bounces import services as bounces
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.services import Unsubscribing
from mentoring.kernel.wishes import services as wishes
from programs.mail import log, reach, services
from programs.mail.access import with_a_whole_link
from programs.mail.forms import LogFilter, MailChoices, Pause
from programs.memberships.access import MemberRequest, staff_only
from programs.people.access import recently_signed_in
from programs.people.models import User

if TYPE_CHECKING:
    from mentoring.kernel.outbox.models import OutboxMessageQuerySet

logger = logging.getLogger(__name__)

COLUMNS = {"due": ["due_at"], "who": ["recipient__name", "recipient__email"]}
ROWS_AT_ONCE = 500


class SignedInRequest(HttpRequest):
    user: User


# --- one's own mail ---


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedInRequest) -> HttpResponse:
    """Which mail comes, when, and whether it arrives."""
    chosen = wishes.of([request.user.pk])[request.user.pk]
    form = MailChoices(request.POST or None, wishes=chosen)
    if request.method == "POST" and form.is_valid():
        services.choose(user=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("programs:mail")
    return _my_mail(request, chosen, form, Pause(today=timezone.localdate()))


@login_required
@require_POST
def pause(request: SignedInRequest) -> HttpResponse:
    """Nothing that can wait before a day."""
    now = timezone.now()
    form = Pause(request.POST, today=timezone.localdate(now))
    if form.is_valid():
        try:
            wishes.snooze(recipient=request.user, until=form.until(), now=now)
        except Refused as refused:
            form.add_error("day", str(refused))
        else:
            messages.success(request, _("Your mail is paused."))
            return redirect("programs:mail")
    chosen = wishes.of([request.user.pk])[request.user.pk]
    return _my_mail(request, chosen, MailChoices(wishes=chosen), form)


@login_required
@require_POST
def begin_again(request: SignedInRequest) -> HttpResponse:
    wishes.snooze(recipient=request.user, until=None, now=timezone.now())
    messages.success(request, _("Your mail begins again."))
    return redirect("programs:mail")


def _my_mail(request: SignedInRequest, chosen: wishes.Wishes, choices: MailChoices, pause: Pause) -> HttpResponse:
    context = {
        "choices": choices,
        "pause": pause,
        "paused_until": chosen.snoozed_until if chosen.is_snoozed_at(timezone.now()) else None,
        "is_unreachable": reach.note(request),
    }
    return render(request, "programs/mail/mine.html", context)


# --- the link at the foot of a mail ---


@csrf_exempt
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@with_a_whole_link
def stop(request: HttpRequest, token: str, stops: Unsubscribing) -> HttpResponse:
    """Looking changes nothing. A press, or the one click of a mail program (RFC 8058), stops mail; neither needs a sign-in or a cookie."""
    categories = [category for category in kinds.categories() if category.name in stops.categories]
    if request.method == "POST":
        outbox.unsubscribe(token, timezone.now())
        is_stopped = True
    else:
        chosen = wishes.of([stops.recipient_id])[stops.recipient_id]
        is_stopped = not any(chosen.wants(category) for category in stops.categories)
    return render(request, "programs/mail/stop.html", {"categories": categories, "is_stopped": is_stopped})


# --- what a mail service tells ---


@csrf_exempt
def events(request: HttpRequest) -> HttpResponse:
    """What the service that carries our mail says of it later. It signs what it posts; nobody else is heard."""
    if settings.MAIL_EVENTS_FROM not in senders.SENDERS or not settings.MAIL_EVENTS_KEY:
        raise Http404
    return _events(request)


@require_POST
def _events(request: HttpRequest) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > senders.MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    now = timezone.now()
    try:
        told = senders.read(request, name=settings.MAIL_EVENTS_FROM, key=settings.MAIL_EVENTS_KEY, now=now)
    except senders.NotHeard as wrong:
        logger.warning("mail_events_refused", extra={"reason": str(wrong)})
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    for one in told:
        bounces.hear(one, sender=settings.MAIL_EVENTS_FROM, now=now)
    return HttpResponse()


# --- what staff see ---


@staff_only
@require_safe
def log_of_program(request: MemberRequest) -> HttpResponse:
    """Every mail of the program, what is due last on top."""
    shown = _asked_for(request)
    page = page_of(request, shown.qs)
    context = {
        "filter": shown,
        "page": replace(page, items=[log.tell(mail) for mail in page.items]),
        "query": request.GET.urlencode(),
        "given_up": log.visible_to(request.membership).dead().count(),
    }
    return render(request, "programs/mail/log.html", context)


@staff_only
@require_safe
@recently_signed_in
def log_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    program = request.membership.program
    audit.record(verb="mail.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=timezone.now())
    header = [_("Due"), _("To whom"), _("About"), _("What became of it"), _("When"), _("Why")]
    return csv_response(f"{program.slug}-mail.csv", header, _rows(_asked_for(request).qs))


@staff_only
@require_POST
def send_again(request: MemberRequest, mail: int) -> HttpResponse:
    found = get_object_or_404(log.visible_to(request.membership), pk=mail)
    try:
        outbox.send_again(message=found, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It goes out once more."))
    return redirect("programs:mail-log", request.membership.program.slug)


def _asked_for(request: MemberRequest) -> LogFilter:
    mails = log.visible_to(request.membership)
    return LogFilter(request.GET, queryset=in_order(mails, request.GET.get("sort", ""), COLUMNS, "-due"))


def _rows(mails: "OutboxMessageQuerySet") -> Iterator[list[object]]:
    for mail in mails.iterator(chunk_size=ROWS_AT_ONCE):
        told = log.tell(mail)
        ended_at: datetime | None = mail.sent_at or mail.ended_at
        yield [mail.due_at, told.who, told.what, told.outcome.label, ended_at, told.why]

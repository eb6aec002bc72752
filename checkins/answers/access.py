"""Stands before the pages that are opened by the link of a mail.

The link is exchanged for a cookie that goes to one page alone, so that its token stands in no address that a browser keeps or hands on.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from checkins.answers import policies
from checkins.answers.models import AnswerLink, CheckIn
from checkins.plans.models import zone_of
from mentoring.kernel.limits import services as limits

GUESSES_A_MINUTE = limits.Limit("answer-link-guesses", at_most=20)
COOKIE, SALT = "answer-link", "checkins.answers.link"
# What a token of ours looks like: so many random bytes, as an address has them.
A_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
# So long after its end a page that is still open says that it is over.
LINGERS = timedelta(days=1)


class LinkRequest(HttpRequest):
    """A request of whoever holds the link of a mail: which check-in it opens."""

    check_in: CheckIn


@sensitive_variables("token")
def exchanged(request: HttpRequest, token: str) -> HttpResponse:
    """The way to the page that this token opens, with the cookie that opens it; nothing is written but a wrong guess.

    What is over is deleted in time, so that what looks like a token and is none is answered like one that is over.
    Once too many were wrong, from one address of the network in one minute, a right one opens nothing either.
    """
    now = timezone.now()
    link = AnswerLink.objects.of_token(token).with_check_in().first()
    who, minute = get_adapter().get_client_ip(request), limits.minute_of(now)
    if link is None:
        if not limits.take(GUESSES_A_MINUTE, who=who, stretch=minute, now=now):
            return _too_many(request)
        if A_TOKEN.fullmatch(token):
            return _over(request)
        raise Http404
    if limits.is_used_up(GUESSES_A_MINUTE, who=who, stretch=minute):
        return _too_many(request)
    if not _is_open(link):
        return _over(request)
    page = reverse("checkins:answer-by-link", args=[link.check_in_id])
    response = redirect(page)
    response.set_signed_cookie(
        COOKIE,
        str(link.pk),
        salt=_salt(link.check_in_id),
        path=page,
        max_age=link.expires_at - now + LINGERS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    # The address that leads away from here is a key.
    response["Referrer-Policy"] = "no-referrer"
    return response


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to whoever came by a link to this check-in, signed in or not; to everybody else there is no such page.

    What they see is in the words and by the clock of the person who is asked.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def door(request: LinkRequest, checkin: int) -> HttpResponse:
        key = request.get_signed_cookie(COOKIE, default=None, salt=_salt(checkin))
        if key is None:
            raise Http404
        link = AnswerLink.objects.filter(pk=key, check_in=checkin).with_check_in().first()
        if link is None or not _is_open(link):
            return _over(request)
        request.check_in = link.check_in
        person = link.check_in.membership.user
        with (
            translation.override(person.language or settings.LANGUAGE_CODE),
            timezone.override(zone_of(person, link.check_in.pairing.program)),
        ):
            return view(request)

    return door


def _salt(check_in: int) -> str:
    """A cookie is good for one check-in, also when nothing of it is left to ask."""
    return f"{SALT}.{check_in}"


def _is_open(link: AnswerLink) -> bool:
    now = timezone.now()
    return now < link.expires_at and policies.may_answer_by_link(link.check_in, now)


def _over(request: HttpRequest) -> HttpResponse:
    """One page, whatever the reason: that somebody left or that two paused is nothing for whoever holds an old mail."""
    response = render(request, "checkins/answers/link_over.html", status=HTTPStatus.GONE)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)

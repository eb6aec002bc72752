"""What happens around every page."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import RedisError

from mentoring.kernel.sent import written_in
from programs.mail import reach
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from programs.people.models import User

Handler = Callable[[HttpRequest], HttpResponse]

# In words of eight bytes. Pieces are powers of two: this asks for as much again, several times what the deepest page needs.
ROOM_FOR_CALLS = 2**14


def make_room(get_response: Handler) -> Handler:
    """Let everything that is called for one page find its place in one piece of memory.

    Python lays its calls into pieces of 16 kB. Until it was mended in 2026 it asked the system for a piece, and gave it back, each time
    that a loop calls across the edge of one: the list of pairings did so hundreds of times, which was a third of its time
    (https://github.com/python/cpython/issues/142183). A call that says it needs much is given a large piece, with room for what it calls.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    handle.__code__ = handle.__code__.replace(co_stacksize=ROOM_FOR_CALLS)
    return handle


def in_the_persons_words(get_response: Handler) -> Handler:
    """Show times in the person's own zone, and words in their language when they chose one."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(_zone_of(request.user)):
            if request.user.language:
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = translation.get_language()
            return get_response(request)

    return handle


def _zone_of(user: "User") -> ZoneInfo:
    """A zone that this machine's data do not know any more costs the person the right hour, not every page."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder of the data
        return ZoneInfo("UTC")


def keep_nothing(get_response: Handler) -> Handler:
    """Tell browsers and proxies to keep no copy of any page, signed in or not: a sign-in form holds what somebody typed, too."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        return response

    return handle


def count_queries(get_response: Handler) -> Handler:
    """Say in `X-Query-Count` how many statements a page cost. Only installed with EVENHAND_PROBE=1."""

    def handle(request: HttpRequest) -> HttpResponse:
        count = 0

        def counting(execute: Callable[..., object], *arguments: object) -> object:
            nonlocal count
            count += 1
            return execute(*arguments)

        with connection.execute_wrapper(counting):
            response = get_response(request)
        response["X-Query-Count"] = str(count)
        return response

    return handle


def session_signer() -> Signer:
    """What makes the cookie of a session out of its key."""
    return Signer(salt="mentoring.middleware.session")


class SignedSessions(SessionMiddleware):
    """A browser holds the key of its session with our signature. The database holds the key alone: who has a copy of it gets in nowhere.

    Decided: signed here rather than hashed where sessions are stored, because what lists and ends sign-ins (allauth.usersessions) keeps the
    key that the request gives and looks sessions up by it: it would keep the key that opens them.
    """

    def process_request(self, request: HttpRequest) -> None:
        try:
            key = session_signer().unsign(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        except BadSignature:
            key = None
        request.session = self.SessionStore(key)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            # Only the value is replaced: how long it lasts, and who may read it, stays as it is.
            response.cookies[settings.SESSION_COOKIE_NAME] = session_signer().sign(cookie.value)
        return response


@dataclass(frozen=True)
class SessionLimits:
    """Seconds for which a sign-in lasts: without a visit, and at most. `noted_every`: how exactly a visit is noted."""

    idle: int
    at_most: int
    noted_every: int


HOUR, DAY = 3600, 24 * 3600
FOR_PARTICIPANTS = SessionLimits(idle=14 * DAY, at_most=30 * DAY, noted_every=HOUR // 4)
# An admin reads what nobody else may.
FOR_ADMINS = SessionLimits(idle=HOUR // 2, at_most=12 * HOUR, noted_every=60)


def end_after_a_while(get_response: Handler) -> Handler:
    """Sign out who has not been here for long, or who signed in long ago. What they wrote and sent is on a page that says so, whether this
    request or an earlier one has ended it. What htmx sends holds nothing that anybody wrote: it leads the whole page to sign in.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        is_part = "HX-Request" in request.headers
        if request.user.is_authenticated and not _goes_on(request):
            logout(request)
            if is_part or not _written(request):
                messages.info(request, _("You were signed out to keep your account safe. Sign in again to go on."))
                return _to_sign_in(request)
        response = get_response(request)
        if not response.headers.get("Location", "").startswith(f"{reverse('account_login')}?"):
            return response
        if is_part:
            # htmx would follow into the part that it fills, and show the form for signing in there, or nothing.
            return _to_sign_in(request)
        if written := _written(request):
            return render(request, "signed_out.html", {"written": written}, status=HTTPStatus.FORBIDDEN)
        return response

    return handle


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """And from there back to the page that was asked for."""
    answer = redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")
    return HttpResponseClientRedirect(answer["Location"]) if "HX-Request" in request.headers else answer


def _written(request: HttpRequest) -> list[str]:
    return written_in(request.POST) if request.method == "POST" else []


def leave_nothing_behind(get_response: Handler) -> Handler:
    """Who signs out leaves nothing on the device. Who is signed out because time has passed finds a draft again once they are back."""

    def handle(request: HttpRequest) -> HttpResponse:
        was_here = request.user.is_authenticated
        response = get_response(request)
        if was_here and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"storage"'
        return response

    return handle


def _goes_on(request: HttpRequest) -> bool:
    session, now = request.session, time.time()
    if "signed_in_at" not in session:
        session["signed_in_at"] = now
        _note_a_visit(request, now)
    limits = FOR_ADMINS if session["is_admin"] else FOR_PARTICIPANTS
    if now - session["signed_in_at"] > limits.at_most or now - session["seen_at"] > limits.idle:
        return False
    if now - session["seen_at"] > limits.noted_every:
        _note_a_visit(request, now)
    return True


def _note_a_visit(request: HttpRequest, now: float) -> None:
    assert request.user.is_authenticated  # noqa: S101 - said for the type checker: the caller has asked
    request.session["seen_at"] = now
    request.session["is_admin"] = Membership.objects.of(request.user).filter(is_admin=True).exists()
    reach.note(request)


def say_where_mail_comes_back(get_response: Handler) -> Handler:
    """Let every page know whether mail to whoever is signed in comes back, as it was when a visit was noted last. Costs no query."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.mail_comes_back = reach.comes_back(request)  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def wait_without_limits(get_response: Handler) -> Handler:
    """Nobody signs in while the cache is away that counts the tries: a page says so. Who is signed in goes on."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RedisError) and request.path.startswith("/accounts/"):
            return render(request, "account/unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None

    handle.process_exception = process_exception  # type: ignore[attr-defined]
    return handle

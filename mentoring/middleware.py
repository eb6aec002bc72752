"""What happens around every page."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

if TYPE_CHECKING:
    from programs.people.models import User

Handler = Callable[[HttpRequest], HttpResponse]


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
    except (ZoneInfoNotFoundError, ValueError):
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

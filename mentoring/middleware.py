"""What happens around every page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponse]


def in_the_persons_words(get_response: Handler) -> Handler:
    """Show times in the person's own zone, and words in their language when they chose one."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(ZoneInfo(request.user.time_zone)):
            if request.user.language:
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = translation.get_language()
            return get_response(request)

    return handle


def keep_nothing(get_response: Handler) -> Handler:
    """Tell browsers and proxies to keep no copy of what a signed-in person saw."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
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

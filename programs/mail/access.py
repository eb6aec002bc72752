"""Stands before the page behind the link at the foot of a mail."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from mentoring.kernel.errors import Refused
from mentoring.kernel.limits import services as limits
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.services import Unsubscribing

GUESSES_A_MINUTE = limits.Limit("mail-stop-guesses", at_most=20)


def with_a_whole_link(view: Callable[[HttpRequest, str, Unsubscribing], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """What the link stops goes to the view. Who tries links that are not ours sees none for the rest of the minute once they were too many.

    Only wrong ones are counted: a mail program that stops mail for a whole office is not held up.
    """

    @wraps(view)
    @sensitive_variables("token")
    def looked_at(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        who, minute = get_adapter().get_client_ip(request), limits.minute_of(now)
        try:
            stops = outbox.read_unsubscribe(token)
        except Refused:
            is_over = not limits.take(GUESSES_A_MINUTE, who=who, stretch=minute, now=now)
            response = None if is_over else render(request, "programs/mail/not_whole.html", status=HTTPStatus.NOT_FOUND)
        else:
            is_over = limits.is_used_up(GUESSES_A_MINUTE, who=who, stretch=minute)
            response = None if is_over else view(request, token, stops)
        if response is None:
            response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        # The address of this page is a key: no site hears of it, our own neither.
        response["Referrer-Policy"] = "no-referrer"
        return response

    return looked_at

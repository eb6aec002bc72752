"""Stands before the page behind the link of an invitation."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from mentoring.kernel.limits import services as limits
from programs.invitations.tokens import invitation_id_in

GUESSES_A_MINUTE = limits.Limit("invitation-guesses", at_most=20)


def guessed_seldom(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever tries links that are not ours opens none for the rest of the minute once they were too many, a right one neither.

    Only wrong ones are counted: a class that joins from one room is not held up.
    """

    @wraps(view)
    @sensitive_variables("token")
    def counted(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        who, minute = get_adapter().get_client_ip(request), limits.minute_of(now)
        if invitation_id_in(token) is None:
            is_over = not limits.take(GUESSES_A_MINUTE, who=who, stretch=minute, now=now)
        else:
            is_over = limits.is_used_up(GUESSES_A_MINUTE, who=who, stretch=minute)
        return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS) if is_over else view(request, token)

    return counted

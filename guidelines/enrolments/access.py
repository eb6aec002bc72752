"""Stands before the page that shows a certificate to whoever has its link."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from guidelines.enrolments.models import LONGEST_CODE, Enrolment
from mentoring.kernel.limits import services as limits

GUESSES_A_MINUTE = limits.Limit("certificate-guesses", at_most=20)


def with_its_certificate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls the view with the enrolment that the code in the address belongs to. Who guesses is stopped for the rest of the minute."""

    @wraps(view)
    @sensitive_variables("token")
    def found(request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        who, minute = get_adapter().get_client_ip(request), limits.minute_of(now)
        if limits.is_used_up(GUESSES_A_MINUTE, who=who, stretch=minute):
            return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        shared = Enrolment.objects.filter(code=token).exclude(code="") if len(token) <= LONGEST_CODE else Enrolment.objects.none()
        enrolment = shared.select_related("membership__user", "membership__program", "version").first()
        if enrolment is None:
            limits.take(GUESSES_A_MINUTE, who=who, stretch=minute, now=now)
            raise Http404
        response = view(request, enrolment)
        # The address is a key: no other site hears of it, and no search engine keeps it.
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return found

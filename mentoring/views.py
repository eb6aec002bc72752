"""Pages that belong to no app: the health check, leaving quickly, and what is said when something is wrong."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mentoring.kernel.outbox import services as outbox

LATE_SECONDS = 5 * 60


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Is the database there, is mail on time, and is any mail given up? 503 when the database is away or mail is five minutes late."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        state = outbox.health(now=timezone.now())
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    late = state.oldest_due_seconds > LATE_SECONDS
    return JsonResponse(
        {"database": "ok", "oldest_due_seconds": round(state.oldest_due_seconds), "dead": state.dead},
        status=HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK,
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out at once and go where nothing tells what was open. Where script runs, the page is replaced in the history too."""
    logout(request)
    response = render(request, "leaving.html", {"address": settings.LEAVE_URL})
    # The content policy lets no form lead elsewhere, not even by a redirect. A refresh is a new visit, and takes this page's place.
    response["Refresh"] = f"0; url={settings.LEAVE_URL}"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for "does not exist" and for "not yours"."""
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)

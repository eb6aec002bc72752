"""Stands under the door of a view that creates something: `@members_only @once def …`.

Nothing is done twice for one form, however often its button is pressed; every further press is led where the first was.
"""

import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from mentoring.kernel.errors import Refused
from mentoring.kernel.once import services

View = Callable[..., HttpResponse]

# Said anew with each page, and not what somebody wants to be done.
NOT_CONTENT = {"once", "csrfmiddlewaretoken"}


def once(view: View) -> View:
    """Run the view for the first POST of a form only, in one transaction with the mark that it ran.

    The form holds `{% once %}`. An answer that is no redirect, such as a form with errors, leaves no mark, nor does one after `say_no`: it
    can be sent again. A second POST that comes while the first is at work waits for it. Where a redirect leads is kept for a week: it must
    hold no secret.
    """

    @wraps(view)
    def only_once(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
        key = _key_of(request) if request.method == "POST" else None
        if key is None:
            return view(request, *arguments, **names)
        owner = _owner_of(request)
        with transaction.atomic():
            if not services.mark(owner=owner, key=key, now=timezone.now()):
                return HttpResponseRedirect(services.location_of(owner=owner, key=key))
            response = view(request, *arguments, **names)
            was_done = not getattr(request, "was_refused", False)
            services.settle(owner=owner, key=key, location=response.headers.get("Location", "") if was_done else "")
        return response

    only_once.once = True  # type: ignore[attr-defined]
    return only_once


def say_no(request: HttpRequest, refused: Refused) -> None:
    """Tell the person on the page they are led to why nothing was done. The same form can be sent again: by then it may be possible."""
    messages.warning(request, str(refused))
    request.was_refused = True  # type: ignore[attr-defined]


def _key_of(request: HttpRequest) -> uuid.UUID | None:
    """What names this form with this content. None without a usable key: then it is a form like any other."""
    try:
        key = uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST.keys() - NOT_CONTENT):
        for value in request.POST.getlist(name):
            digest.update(repr((name, value)).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
    return uuid.uuid5(key, digest.hexdigest())


def _owner_of(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    # Signing in by this very form changes the session: what the browser sent stays the same for both clicks.
    sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME) or request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return f"browser:{hashlib.sha256(sent.encode()).hexdigest()}"

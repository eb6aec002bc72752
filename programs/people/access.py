"""For what is done rarely and matters much: who signed in a while ago shows once more that it is them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def has_just_signed_in(request: HttpRequest, *, seconds: int | None = None) -> bool:
    """Showed who they are in the last five minutes, or in so many seconds: at sign-in or when asked once more."""
    latest = max((record["at"] for record in get_authentication_records(request, request.user)), default=0)
    return bool(time.time() - latest <= (seconds or app_settings.REAUTHENTICATION_TIMEOUT))


def is_asked_again(request: HttpRequest, *, seconds: int | None = None) -> bool:
    """Signed in longer ago than that, and has something to be asked for: a password, or a second step."""
    return not has_just_signed_in(request, seconds=seconds) and bool(get_reauthentication_flows(request.user))


def recently_signed_in(view: View) -> View:
    """Stands under the door. After five minutes the person is asked again; then what they posted goes on where it was.

    Somebody who has neither a password nor a second step has nothing to be asked for, and passes.
    """

    @wraps(view)
    def asks_again(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponseBase:
        if is_asked_again(request):
            raise ReauthenticationRequired
        return view(request, *arguments, **names)

    asks_again.asks_again = True  # type: ignore[attr-defined]
    return asks_again

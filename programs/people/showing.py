"""To show that it is you where you stand: what was sent waits on the page that asks, and lies nowhere meanwhile.

Decided: on that page rather than in the session, where allauth keeps a form that waits, because a session can be read in the database.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from mentoring.kernel.sent import written_in
from programs.people.access import is_asked_again
from programs.people.forms import ShowItIsYou, ShowItIsYouByCode, ShowItIsYouByPasskey

# What is given to show it, apart from what was sent.
SHOWN = "shown"
BY, ANOTHER_WAY = f"{SHOWN}-by", f"{SHOWN}-another-way"
PASSWORD, CODE, PASSKEY = "reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate:webauthn"
FORMS: dict[str, Any] = {PASSWORD: ShowItIsYou, CODE: ShowItIsYouByCode, PASSKEY: ShowItIsYouByPasskey}


def ask_here(request: HttpRequest, *, seconds: int) -> HttpResponse | None:
    """None for who showed in the last so many seconds that it is them, or does so with this: `request.POST` is what they sent, then.

    Otherwise the page that asks, which holds what they sent, and shows what they wrote.
    """
    given, sent = _apart(request.POST)
    request.POST = sent  # type: ignore[assignment]
    if not is_asked_again(request, seconds=seconds):
        return None
    ways = {way["id"]: way["description"] for way in get_adapter().get_reauthentication_methods(request.user)}
    by = next(way for way in (given.get(ANOTHER_WAY), given.get(BY), *ways) if way in ways)
    form, problem = FORMS[by](user=request.user, prefix=SHOWN), ""
    if BY in given and ANOTHER_WAY not in given:
        form, problem = _try(request, by, given)
        if form.is_bound and form.is_valid():
            if by == PASSWORD:
                reauthenticate_by_password(request)
            else:
                form.save()
            return None
    context = {
        "form": form,
        "problem": problem,
        "by": by,
        "other_ways": [(way, words) for way, words in ways.items() if way != by],
        "passkey": {"request_options": begin_authentication(request.user)} if by == PASSKEY else None,
        "written": written_in(sent),
        "sent": [(name, value) for name, values in sent.lists() if name != "csrfmiddlewaretoken" for value in values],
    }
    return render(request, "programs/people/show_here.html", context)


def _apart(posted: QueryDict) -> tuple[QueryDict, QueryDict]:
    given, sent = QueryDict(mutable=True), QueryDict(mutable=True)
    for name, values in posted.lists():
        (given if name.startswith(f"{SHOWN}-") else sent).setlist(name, values)
    return given, sent


def _try(request: HttpRequest, by: str, given: QueryDict) -> tuple[Any, str]:
    """The form with what was given, and what is wrong that no field of it says."""
    nothing_given = FORMS[by](user=request.user, prefix=SHOWN)
    try:
        if not ratelimit.consume(request, action="reauthenticate", user=request.user):
            return nothing_given, str(get_adapter().error_messages["rate_limited"])
        form = FORMS[by](given, user=request.user, prefix=SHOWN)
        if not form.is_valid() and by == PASSKEY:
            return nothing_given, form.errors["credential"][0]
    except RedisError:
        return nothing_given, _("This cannot be checked right now. Leave this page open, and try again in a few minutes.")
    return form, ""

"""Whether mail to whoever is signed in comes back, noted in their session so that every page can say so without a query."""

from django.http import HttpRequest

from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.addresses import fingerprint_of

# The address it is about, as a fingerprint: one that was changed since is another one.
NOTED = "comes_back_from"


def note(request: HttpRequest) -> bool:
    """Ask, in one query, and note the answer."""
    assert request.user.is_authenticated  # noqa: S101 - said for the type checker: the caller has asked
    comes_back = request.user.pk in outbox.unreachable([request.user])
    noted = fingerprint_of(request.user.email) if comes_back else ""
    if request.session.get(NOTED, "") != noted:
        request.session[NOTED] = noted
    return comes_back


def comes_back(request: HttpRequest) -> bool:
    """As it was noted last."""
    if not request.user.is_authenticated:
        return False
    noted = request.session.get(NOTED, "")
    return bool(noted) and noted == fingerprint_of(request.user.email)

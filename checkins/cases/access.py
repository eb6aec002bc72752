"""The door of a case: it stands behind the program's own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.debug import sensitive_post_parameters

from checkins.concerns.models import Concern
from programs.memberships.access import MemberRequest, members_only
from programs.people.access import recently_signed_in
from programs.people.showing import ask_here


class CaseRequest(MemberRequest):
    """A request of somebody who may read this concern, and has just shown that it is them."""

    concern: Concern


# Long enough to write in.
AN_HOUR = 3600


def readers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to those who may read the concern. To everybody else, whatever role they have, there is no such page.

    Whether somebody may read it is asked before they are asked who they are: being asked would tell that there is something.
    """
    asked = sensitive_post_parameters()(_asks_again(view))

    @members_only
    @wraps(view)
    def door(request: CaseRequest, concern: str, *arguments: Any, **names: Any) -> HttpResponseBase:
        me = request.membership
        request.concern = get_object_or_404(Concern.objects.readable_by(me).with_people(), program=me.program, pk=concern)
        request.concern.program = me.program
        return asked(request, *arguments, **names)

    return door


def _asks_again(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Before a page, after five minutes. What is sent took time to write, and is held up after an hour only: on a page that keeps it."""
    shows = recently_signed_in(view)

    def asks(request: CaseRequest, *arguments: Any, **names: Any) -> HttpResponseBase:
        if request.method != "POST":
            return shows(request, *arguments, **names)
        return ask_here(request, seconds=AN_HOUR) or view(request, *arguments, **names)

    return asks

"""The door. Every page of a program stands behind one of these; a test fails for a route without one.

The door turns the program in the address into `request.membership`. Who is not signed in is asked to; everybody else who may
not pass gets the same 404 as for a page that does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from programs.memberships import policies
from programs.memberships.models import Membership
from programs.people.models import User

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request that has passed the door."""

    user: User
    membership: Membership


def members_only(view: View) -> View:
    """Open to everybody who has a place in the program now."""
    return _door(view, "members", policies.is_open_to_members)


def participants_only(view: View) -> View:
    """Open to those who are, or wish to be, half of a pair."""
    return _door(view, "participants", policies.is_open_to_participants)


def staff_only(view: View) -> View:
    """Open to coordinators and admins."""
    return _door(view, "staff", policies.is_open_to_staff)


def admins_only(view: View) -> View:
    return _door(view, "admins", policies.is_open_to_admins)


def came_from(request: MemberRequest, otherwise: str) -> str:
    """Where the button stood that was pressed, as its form says in `back`, if that is a page of this program."""
    asked = str(request.POST.get("back", ""))
    is_ours = asked.startswith(f"/p/{request.membership.program.slug}/") and url_has_allowed_host_and_scheme(asked, None)
    return asked if is_ours else otherwise


def _door(view: View, open_to: str, lets_pass: Callable[[Membership], bool]) -> View:
    @require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
    @wraps(view)
    def door(request: HttpRequest, program: str, *arguments: Any, **names: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        # One at most, and of so many columns an order costs more to write than all the rest.
        membership = next(iter(Membership.objects.of(request.user).filter(program__slug=program)), None)
        if membership is None or not lets_pass(membership):
            raise Http404
        reads_more = membership.is_staff or membership.is_deputy
        if reads_more and membership.program.staff_need_second_factor and not _has_second_factor(request.user):
            return redirect("people:second-factor-needed")
        # The person is known already: no page asks the database for them again.
        membership.user = request.user
        request.membership = membership  # type: ignore[attr-defined]
        return view(request, *arguments, **names)

    door.open_to = open_to  # type: ignore[attr-defined]
    return door


def _has_second_factor(user: User) -> bool:
    """Recovery codes alone are no second factor: they come with one."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.invitations import services
from programs.invitations.forms import InviteForm
from programs.invitations.models import Invitation
from programs.invitations.tokens import invitation_id_in
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership
from programs.people.models import User

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@staff_only
@once
def invite(request: MemberRequest) -> HttpResponse:
    member = request.membership
    form = InviteForm(request.POST or None, by=member)
    if request.method == "POST" and form.is_valid():
        drafts = form.drafts()
        try:
            made = services.invite(program=member.program, by=member, people=drafts, cohort=form.cleaned_data["cohort"], now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _said(made, len(drafts)))
            return redirect("programs:invitations", member.program.slug)
    return render(request, "programs/invitations/invite.html", {"form": form})


@staff_only
def invitations(request: MemberRequest) -> HttpResponse:
    """Who is asked, who has come, and who has been taken off."""
    now = timezone.now()
    page = page_of(request, Invitation.objects.visible_to(request.membership).for_list())
    return render(request, "programs/invitations/invitations.html", {"page": page, "now": now})


@staff_only
@require_POST
def remind(request: MemberRequest, invitation: int) -> HttpResponse:
    return _act(request, invitation, services.remind, _("The invitation goes out again, once a day at most."))


@staff_only
@require_POST
def withdraw(request: MemberRequest, invitation: int) -> HttpResponse:
    return _act(request, invitation, services.withdraw, _("The invitation is taken back. Its link opens nothing any more."))


@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the mail. Opening it changes nothing; one button joins."""
    found = _invitation_of(token)
    now = timezone.now()
    user = request.user if request.user.is_authenticated else None
    if user and Membership.objects.of(user).filter(program=found.program).exists():
        messages.info(request, _("You are in %(program)s already.") % {"program": found.program.name})
        return redirect("programs:mine")
    if not found.is_open_at(now):
        return _page(request, "closed", found, now)
    if user is None and User.objects.filter(email__iexact=found.email).exists():
        # They have a login: they come in by it, second step and all, and then see this page again.
        return redirect_to_login(request.path) if request.method == "POST" else _page(request, "sign_in", found, now)
    if user and not services.is_for(found, user):
        return _page(request, "somebody_else", found, now)
    if request.method != "POST":
        return _page(request, "invitation", found, now)
    try:
        membership = services.join(invitation=found, user=user, now=now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("programs:invitation", token)
    if user is None:
        login(request, membership.user, backend=BACKEND)
    messages.success(request, _("Welcome to %(program)s.") % {"program": found.program.name})
    return redirect("programs:profile", membership.program.slug) if membership.is_participant else redirect("programs:mine")


def _invitation_of(token: str) -> Invitation:
    """An archived program asks nobody in; a token that is not ours opens no page."""
    key = invitation_id_in(token)
    if key is None:
        raise Http404
    return get_object_or_404(Invitation.objects.select_related("program", "invited_by"), pk=key, program__archived_at=None)


def _page(request: HttpRequest, name: str, found: Invitation, now: datetime) -> HttpResponse:
    response = render(request, f"programs/invitations/{name}.html", {"invitation": found, "program": found.program, "now": now})
    # The address of this page is a key: no other site hears of it.
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _act(request: MemberRequest, key: int, service: Callable[..., Invitation], said: str) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.visible_to(request.membership), pk=key)
    try:
        service(invitation=found, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("programs:invitations", request.membership.program.slug)


def _said(made: int, asked: int) -> str:
    sent = ngettext("%(made)d invitation is on its way.", "%(made)d invitations are on their way.", made) % {"made": made}
    left = asked - made
    if not left:
        return sent
    known = ngettext(
        "%(left)d person was invited before, or is in already.", "%(left)d people were invited before, or are in already.", left
    )
    return f"{sent} {known % {'left': left}}"

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.invitations import services
from programs.invitations.access import guessed_seldom
from programs.invitations.forms import InvitationFilter, InviteForm
from programs.invitations.models import Invitation
from programs.invitations.tokens import invitation_id_in
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership
from programs.people.access import recently_signed_in
from programs.people.models import User

if TYPE_CHECKING:
    from programs.invitations.models import InvitationQuerySet

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
COLUMNS = {"name": ["name", "email"], "invited": ["created_at"], "until": ["expires_at"]}
ROWS_AT_ONCE = 500


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
@require_safe
def invitations(request: MemberRequest) -> HttpResponse:
    """Who is asked, who has come, and whose invitation was taken back."""
    now = timezone.now()
    shown = _asked_for(request, now)
    context = {"filter": shown, "page": page_of(request, shown.qs), "query": request.GET.urlencode(), "now": now}
    return render(request, "programs/invitations/invitations.html", context)


@staff_only
@require_safe
@recently_signed_in
def invitations_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    now = timezone.now()
    program = request.membership.program
    audit.record(verb="invitations.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=now)
    header = [_("Name"), _("Address"), _("Roles"), _("Cohort"), _("State"), _("Invited"), _("Open until")]
    return csv_response(f"{program.slug}-invitations.csv", header, _rows(_asked_for(request, now).qs, now))


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
@guessed_seldom
@once
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the mail. Opening it changes nothing; one button joins."""
    found = _invitation_of(token)
    now = timezone.now()
    user = request.user if request.user.is_authenticated else None
    if user and Membership.objects.of(user).filter(program=found.program).exists():
        messages.info(request, _("You are in %(program)s already.") % {"program": found.program.name})
        return redirect("programs:mine")
    page = _page_for(found, user, now)
    if request.method != "POST" or page != "invitation":
        return _show(request, page, found, now)
    try:
        membership = services.join(invitation=found, user=user, now=now)
    except Refused:
        # Somebody was quicker: the page that is true now says so.
        found.refresh_from_db()
        return _show(request, _page_for(found, user, now), found, now)
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


def _page_for(found: Invitation, user: User | None, now: datetime) -> str:
    """What whoever opens the link may see now."""
    if not found.is_open_at(now):
        return "closed"
    if user is None:
        # Who has a login comes in by it, second step and all, and then sees this page again.
        return "sign_in" if services.has_a_login(found) else "invitation"
    return "invitation" if services.is_for(found, user) else "somebody_else"


def _show(request: HttpRequest, page: str, found: Invitation, now: datetime) -> HttpResponse:
    response = render(request, f"programs/invitations/{page}.html", {"invitation": found, "program": found.program, "now": now})
    # The address of this page is a key: no other site hears of it. With "no-referrer" a browser would hide from us too that the button
    # was pressed on our own page, and the press would be refused.
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response


def _asked_for(request: MemberRequest, now: datetime) -> InvitationFilter:
    mine = Invitation.objects.visible_to(request.membership).for_list()
    return InvitationFilter(request.GET, queryset=in_order(mine, request.GET.get("sort", ""), COLUMNS, "-invited"), now=now)


def _rows(invitations: "InvitationQuerySet", now: datetime) -> Iterator[list[object]]:
    for row in invitations.iterator(chunk_size=ROWS_AT_ONCE):
        yield [
            row.name,
            row.email,
            ", ".join(row.role_names()),
            row.cohort or "",
            _state_in_words(row, now),
            timezone.localtime(row.created_at).date(),
            timezone.localtime(row.expires_at).date(),
        ]


def _state_in_words(row: Invitation, now: datetime) -> str:
    if row.accepted_at is not None:
        return _("Has joined")
    if row.withdrawn_at is not None:
        return _("Taken back")
    return _("Waiting for an answer") if row.is_open_at(now) else _("Has run out")


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
    known = ngettext(
        "%(left)d person was invited before, or is in already.", "%(left)d people were invited before, or are in already.", left
    ) % {"left": left}
    return " ".join([sent] * bool(made) + [known] * bool(left))

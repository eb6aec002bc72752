from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import in_order
from mentoring.kernel.lists.pages import page_of
from programs.memberships import policies, services
from programs.memberships.access import MemberRequest, members_only, staff_only
from programs.memberships.forms import PeopleFilter, RolesForm
from programs.memberships.models import Membership, MembershipQuerySet
from programs.people.access import recently_signed_in

COLUMNS = {"name": ["user__name", "user__email"], "joined": ["joined_at"], "cohort": ["cohort__starts_on", "user__name"]}
ROWS_AT_ONCE = 500


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The way in: to sign-in, to the only program, or to a choice."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    memberships = list(Membership.objects.of(request.user).order_by("program__name", "pk")[:2])
    if len(memberships) == 1:
        return redirect(home_of(memberships[0]))
    if not memberships and request.user.may_create_programs:
        return redirect("programs:create")
    return redirect("programs:list")


@require_safe
@login_required
def program_list(request: MemberRequest) -> HttpResponse:
    """Every program a person has a place in, and the way out of each."""
    memberships = Membership.objects.of(request.user).order_by("program__name", "pk")
    places = [{"membership": membership, "home": home_of(membership)} for membership in memberships]
    return render(request, "programs/memberships/program_list.html", {"places": places})


def home_of(membership: Membership) -> str:
    only_runs_it = membership.is_staff and not membership.is_participant
    return reverse("checkins:today" if only_runs_it else "checkins:home", args=[membership.program.slug])


@members_only
def leave(request: MemberRequest) -> HttpResponse:
    """Leave a program by oneself."""
    refused = ""
    if request.method == "POST":
        try:
            services.leave(membership=request.membership, by=request.membership, now=timezone.now())
        except Refused as error:
            refused = str(error)
        else:
            messages.success(request, _("You have left %(program)s.") % {"program": request.membership.program.name})
            return redirect("programs:list")
    return render(request, "programs/memberships/leave.html", {"refused": refused})


@staff_only
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    shown = _asked_for(request)
    page = page_of(request, shown.qs)
    context = {"filter": shown, "page": page, "query": request.GET.urlencode(), "has_left": request.GET.get("state") in ("left", "all")}
    return render(request, "programs/memberships/people.html", context)


@staff_only
@require_safe
@recently_signed_in
def people_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    now = timezone.now()
    program = request.membership.program
    audit.record(verb="people.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=now)
    header = [_("Name"), _("Address"), _("Roles"), _("Cohort"), _("Still to do"), _("Joined"), _("Left")]
    return csv_response(f"{program.slug}-people.csv", header, _rows(_asked_for(request).qs))


@staff_only
@require_safe
def person(request: MemberRequest, membership: int) -> HttpResponse:
    """One member, as staff see them: what they are here, what is open, what they say of themselves."""
    member = _member(request, membership)
    context = {
        "member": member,
        "roles_form": RolesForm(membership=member, by=request.membership),
        "may_end": policies.may_end(request.membership, member) and member.left_at is None,
    }
    return render(request, "programs/memberships/person.html", context)


@staff_only
@recently_signed_in
def person_roles(request: MemberRequest, membership: int) -> HttpResponse:
    member = _member(request, membership)
    form = RolesForm(request.POST or None, membership=member, by=request.membership)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_roles(membership=member, by=request.membership, now=timezone.now(), **form.wished())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The roles are saved."))
            return redirect("programs:person", request.membership.program.slug, member.pk)
    return render(request, "programs/memberships/person_roles.html", {"member": member, "form": form})


@staff_only
@recently_signed_in
def person_leave(request: MemberRequest, membership: int) -> HttpResponse:
    """Take somebody out of the program, after saying what that means."""
    member = _member(request, membership)
    refused = ""
    if request.method == "POST":
        try:
            services.leave(membership=member, by=request.membership, now=timezone.now())
        except Refused as error:
            refused = str(error)
        else:
            messages.success(request, _("%(name)s is no longer in the program.") % {"name": member.user.full_name})
            if member.pk == request.membership.pk:
                return redirect("programs:list")
            return redirect("programs:person", request.membership.program.slug, member.pk)
    return render(request, "programs/memberships/person_leave.html", {"member": member, "refused": refused})


def _member(request: MemberRequest, membership: int) -> Membership:
    everybody = Membership.objects.visible_to(request.membership)
    return get_object_or_404(everybody.for_list().select_related("profile").prefetch_related("profile__answers__question"), pk=membership)


def _asked_for(request: MemberRequest) -> PeopleFilter:
    everybody = Membership.objects.visible_to(request.membership).for_list()
    return PeopleFilter(request.GET, queryset=in_order(everybody, request.GET.get("sort", ""), COLUMNS, "name"))


def _rows(people: MembershipQuerySet) -> Iterator[list[object]]:
    for member in people.iterator(chunk_size=ROWS_AT_ONCE):
        yield [
            member.user.full_name,
            member.user.shown_address,
            ", ".join(member.role_names()),
            member.cohort or "",
            readiness_in_words(member),
            timezone.localtime(member.joined_at).date(),
            timezone.localtime(member.left_at).date() if member.left_at else "",
        ]


def readiness_in_words(member: Membership) -> str:
    if not member.is_participant:
        return ""
    return ", ".join(member.still_to_do()) or _("Ready")

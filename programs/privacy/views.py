from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mentoring.kernel.errors import Refused
from mentoring.kernel.holdings.registry import holdings
from programs.memberships.access import MemberRequest, members_only
from programs.people.access import recently_signed_in
from programs.people.views import SignedInRequest
from programs.privacy import queries, services
from programs.privacy.forms import EraseForm
from programs.privacy.models import DataCopy


@login_required
@require_safe
def my_data(request: SignedInRequest) -> HttpResponse:
    """What one can do about what is held, and the copies that are being made or can be fetched."""
    now = timezone.now()
    copies = list(DataCopy.objects.of(request.user).there_at(now).for_list()[:10])
    under_way = next((copy for copy in copies if copy.ready_at is None), None)
    context = {
        "ready": [copy for copy in copies if copy.ready_at is not None],
        "job": under_way.job() if under_way is not None else None,
        "is_asked_again": bool(get_reauthentication_flows(request.user)),
    }
    return render(request, "programs/privacy/my_data.html", context)


@login_required
@require_POST
@recently_signed_in
def ask(request: SignedInRequest) -> HttpResponse:
    try:
        services.ask_for_copy(user=request.user, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("programs:my-data")


@login_required
@require_safe
@recently_signed_in
def file(request: SignedInRequest, datacopy: str) -> HttpResponse:
    """The zip itself, for whoever it is about and nobody else."""
    copy = get_object_or_404(DataCopy.objects.of(request.user), pk=datacopy)
    try:
        content = services.fetch(copy=copy, now=timezone.now())
    except Refused as refused:
        raise Http404 from refused
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, _("what-is-held-about-me.zip")) or "attachment"
    return response


@login_required
@recently_signed_in
def erase(request: SignedInRequest) -> HttpResponse:
    """What an erasure does, said before it is asked for."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_erasure(user=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            logout(request)
            return render(request, "programs/privacy/erasing.html")
    return render(request, "programs/privacy/erase.html", {"form": form, "preview": services.preview(request.user)})


@members_only
@require_safe
def inventory(request: MemberRequest) -> HttpResponse:
    """What the program keeps of people: made from the same declarations as everybody's copy."""
    context = {"kinds": queries.told_kinds(holdings())}
    return render(request, "programs/privacy/inventory.html", context)


@members_only
@require_safe
def who_sees_what(request: MemberRequest) -> HttpResponse:
    """What each role can read, and which pages it opens: made from the declarations and from the doors themselves."""
    context = {"roles": queries.told_roles(holdings()), "doors": queries.doors()}
    return render(request, "programs/privacy/who_sees_what.html", context)

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guidelines.consents import queries, services
from guidelines.consents.forms import Agree, WritePrivacyText
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, admins_only, members_only, staff_only
from programs.memberships.models import Membership


@members_only
@require_safe
def read(request: MemberRequest) -> HttpResponse:
    shown = queries.shown_to(request.membership)
    mine = queries.last_agreed(request.membership)
    is_current = mine is not None and mine.text.number == shown.number
    context = {
        "shown": shown,
        "agreed_at": mine.agreed_at if mine is not None and is_current else None,
        "changes": queries.changes(mine.text.text, shown.text) if mine is not None and not is_current else [],
        "form": None if is_current else Agree(initial={"number": shown.number}),
    }
    return render(request, "guidelines/consents/read.html", context)


@members_only
@require_POST
@once
def agree(request: MemberRequest) -> HttpResponse:
    form = Agree(request.POST)
    if form.is_valid():
        try:
            services.agree(by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            say_no(request, refused)
        else:
            messages.success(request, _("Thank you. That you agreed is kept, with today’s date."))
    return redirect("guidelines:privacy", request.membership.program.slug)


@admins_only
@once
def edit(request: MemberRequest) -> HttpResponse:
    """Write a new version over the one that is shown."""
    shown = queries.shown_to(request.membership)
    form = WritePrivacyText(request.POST if request.method == "POST" else None, initial={"number": shown.number, "text": shown.text})
    if request.method == "POST" and form.is_valid():
        try:
            version = services.publish(by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Version %(number)s is in force.") % {"number": version.number})
            return redirect("guidelines:privacy", request.membership.program.slug)
    return render(request, "guidelines/consents/edit.html", {"form": form, "shown": shown})


@staff_only
@require_safe
def agreed(request: MemberRequest) -> HttpResponse:
    """Who agreed to which version, and when."""
    people = Membership.objects.visible_to(request.membership).current().with_people().order_by("user__name", "pk")
    context = {"page": page_of(request, queries.with_consent(people)), "shown": queries.shown_to(request.membership)}
    return render(request, "guidelines/consents/agreed.html", context)

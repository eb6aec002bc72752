from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mentoring.kernel.errors import Refused
from programs.memberships.access import MemberRequest, admins_only
from programs.people.access import recently_signed_in
from programs.retention import services
from programs.retention.forms import MonthsForm


@admins_only
@recently_signed_in
def retention(request: MemberRequest) -> HttpResponse:
    """How long each kind is kept. What would go is shown before it is chosen."""
    now, program = timezone.now(), request.membership.program
    foreseen = services.preview(program, now=now)
    form = MonthsForm(request.POST if request.method == "POST" else None, foreseen=foreseen)
    is_looked_at = False
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            foreseen, is_looked_at = services.preview(program, now=now, months=form.cleaned_data), True
        else:
            try:
                services.choose(by=request.membership, months=form.cleaned_data, now=now)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Saved. What is over by these rules goes in the coming night."))
                return redirect("programs:retention", program.slug)
    context = {"form": form, "foreseen": foreseen, "is_looked_at": is_looked_at}
    return render(request, "programs/retention/retention.html", context)

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.agendas import policies, services
from checkins.agendas.forms import AddTopic
from checkins.agendas.models import AgendaItem
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.once.access import once


@the_two_only
@once
def add(request: PairRequest) -> HttpResponse:
    """Posted from the pair's page, and a page of its own for what has to be put right."""
    pair, other = request.pairing, request.other
    if request.method != "POST" and not policies.may_add(request.membership, pair):
        return stopped(request)
    form = AddTopic(request.POST or None, other=other.user.short_name)
    if request.method == "POST" and form.is_valid():
        try:
            services.add(pairing=pair, by=request.membership, text=form.cleaned_data["text"], now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The topic is on your agenda. You both see it."))
            return redirect("checkins:pairing", pair.program.slug, pair.pk)
    return render(request, "checkins/agendas/add.html", {"form": form, "pairing": pair, "other": other})


@the_two_only
@require_POST
def withdraw(request: PairRequest, agendaitem: int) -> HttpResponse:
    pair = request.pairing
    item = get_object_or_404(AgendaItem.objects.visible_to(request.membership), pairing=pair, pk=agendaitem)
    try:
        services.withdraw(item=item, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("You took the topic back."))
    return redirect("checkins:pairing", pair.program.slug, pair.pk)

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.care import services
from checkins.care.models import Task
from mentoring.kernel.errors import Refused
from programs.memberships.access import MemberRequest, staff_only


@staff_only
@require_POST
def task_done(request: MemberRequest, task: int) -> HttpResponse:
    done = get_object_or_404(Task.objects.visible_to(request.membership), pk=task)
    try:
        services.finish(task=done, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Marked as done. It comes back if it is seen again."))
    return redirect("checkins:today", request.membership.program.slug)

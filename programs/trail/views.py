from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mentoring.kernel.audit import services as audit
from mentoring.kernel.audit.models import AuditEvent, AuditEventQuerySet
from mentoring.kernel.lists.exports import csv_response
from programs.memberships.access import MemberRequest, admins_only
from programs.memberships.models import Membership
from programs.people.access import recently_signed_in
from programs.trail import queries
from programs.trail.forms import TrailFilter

ROWS_AT_ONCE = 500


@admins_only
@require_safe
def trail(request: MemberRequest) -> HttpResponse:
    shown = _asked_for(request)
    page = queries.page(request.membership, shown.qs, request.GET.get("before", ""))
    asked = [(name, value) for name, value in request.GET.items() if name != "before" and value]
    context = {
        "filter": shown,
        "page": page,
        "query": urlencode(asked),
        "next_address": f"?{urlencode([*asked, ('before', page.next_mark)])}" if page.next_mark else "",
        "is_further_on": bool(request.GET.get("before")),
        "hash": queries.newest_hash(request.membership),
    }
    return render(request, "programs/trail/trail.html", context)


@admins_only
@require_safe
@recently_signed_in
def trail_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly what was shown, every page of it; and, as its last line, the hash that stands for it."""
    now, membership = timezone.now(), request.membership
    shown, newest = _asked_for(request).qs, queries.newest_hash(membership)
    audit.record(verb="audit.exported", subject=membership.program, program_id=membership.program_id, actor_id=membership.user_id, now=now)
    header = [_("When"), _("Who"), _("What"), _("About"), _("More")]
    return csv_response(f"{membership.program.slug}-audit.csv", header, _rows(membership, shown, newest))


def _asked_for(request: MemberRequest) -> TrailFilter:
    events = queries.visible_to(request.membership)
    staff = Membership.objects.visible_to(request.membership).staff().with_people().order_by("user__name", "pk")
    people = [(member.user_id, member.user.full_name) for member in staff]
    return TrailFilter(request.GET, queryset=events, people=people)


def _rows(membership: Membership, events: AuditEventQuerySet, newest: str) -> Iterator[list[object]]:
    portion: list[AuditEvent] = []
    for event in events.order_by("-seq").iterator(chunk_size=ROWS_AT_ONCE):
        portion.append(event)
        if len(portion) == ROWS_AT_ONCE:
            yield from _told(membership, portion)
            portion = []
    yield from _told(membership, portion)
    yield [_("Hash of the newest event"), newest]


def _told(membership: Membership, portion: list[AuditEvent]) -> Iterator[list[object]]:
    for event in queries.tell(membership, portion):
        yield [event.at, event.who, event.what, event.about, event.detail]

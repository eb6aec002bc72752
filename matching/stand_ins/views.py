from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.pairings import comparison, places, policies
from matching.pairings.models import Pairing
from matching.stand_ins import services
from matching.stand_ins.forms import AskToStandIn, StandInFilter
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from mentoring.kernel.times import local_day
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership

PEOPLE_A_PAGE = 20


@staff_only
@once
def stand_in(request: MemberRequest, pairing: int) -> HttpResponse:
    """For which of the two, by whom, and then: ask both."""
    me, now = request.membership, timezone.now()
    pair = get_object_or_404(Pairing.objects.visible_to(me).not_of(me).with_people(), pk=pairing)
    if request.method != "POST" and not policies.may_have_stand_in(me, pair):
        messages.warning(request, _("Somebody stands in only while a pairing rests."))
        return redirect("checkins:pairing", pair.program.slug, pair.pk)
    half = next((one for one in pair.halves if str(one.pk) == request.GET.get("half")), None)
    context = {"pairing": pair, "half": half}
    if half is None:
        return render(request, "matching/stand_ins/choose_half.html", context)
    person = _people(request, pair).filter(pk=whole_number(request.GET.get("person", "")) or 0).first()
    if person is None:
        return _choose(request, pair, half)
    form = AskToStandIn(request.POST if request.method == "POST" else None, half=half, person=person, by=me)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose(pairing=pair, half=half, person=person, by=me, again=form.cleaned_data.get("again", False), now=now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            names = {"one": half.user.short_name, "other": person.user.short_name}
            messages.success(request, _("%(one)s and %(other)s are asked by mail. It starts when both say yes.") % names)
            return redirect("checkins:pairing", pair.program.slug, pair.pk)
    lines = comparison.side_by_side(pair.program, [half, person], comparison.STAFF)
    return render(request, "matching/stand_ins/ask.html", {**context, "person": person, "form": form, "lines": lines})


def _choose(request: MemberRequest, pair: Pairing, half: Membership) -> HttpResponse:
    mentors, learns = _place_needed(pair, half)
    with_room = _people(request, pair)
    if mentors:
        with_room = with_room.filter(free_as_mentor__gt=0)
    if learns:
        with_room = with_room.filter(free_as_mentee__gt=0)
    free: Any = places.without(with_room, half)
    shown = StandInFilter(request.GET, queryset=free.order_by("open_pairings", "waiting_since", "pk"))
    context = {"pairing": pair, "half": half, "filter": shown, "page": page_of(request, shown.qs, per_page=PEOPLE_A_PAGE)}
    return render(request, "matching/stand_ins/choose.html", context)


def _people(request: MemberRequest, pair: Pairing) -> Any:
    """Whoever could be meant, with their places: nobody of the pairing, and not whoever asks, who would read more than a partner does."""
    people = Membership.objects.visible_to(request.membership).current().participants().select_related("user", "profile")
    others = people.exclude(pk__in=[pair.first_id, pair.second_id, request.membership.pk])
    return places.with_places(others, on=local_day(timezone.now(), pair.program.time_zone))


def _place_needed(pair: Pairing, half: Membership) -> tuple[bool, bool]:
    """Whether whoever stands in mentors, and whether they learn."""
    return (True, True) if pair.is_reciprocal else (pair.mentor_membership != half, pair.mentor_membership == half)

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from checkins.concerns import policies, queries, services
from checkins.concerns.forms import AddToConcern, RaiseConcern
from checkins.concerns.models import Concern, ConcernEntry, ConcernFile, ConcernMessage
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, members_only
from programs.memberships.models import Membership
from programs.people.access import is_asked_again, recently_signed_in


@members_only
@sensitive_post_parameters()
@once
def raise_concern(request: MemberRequest) -> HttpResponse:
    """Tell somebody that something is wrong. The same page for everybody, from wherever they come."""
    me = request.membership
    mine = queries.partners_of(me)
    form = RaiseConcern(
        request.POST or None,
        request.FILES or None,
        by=me,
        may_receive=queries.who_may_receive(me.program),
        partners=[*_asked_about(request), *mine],
        offered=queries.messages_to_show(me, mine),
    )
    if request.method == "POST" and form.is_valid():
        try:
            concern = services.raise_concern(by=me, now=timezone.now(), **form.told())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is sent. Thank you for telling somebody."))
            return redirect("checkins:concern", me.program.slug, concern.pk)
    return render(request, "checkins/concerns/raise.html", {"form": form, "program": me.program})


@members_only
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    """What I have told, by when and where it stands: without a word of it."""
    me = request.membership
    page = page_of(request, Concern.objects.raised_by(me).order_by("-raised_at"))
    return render(request, "checkins/concerns/mine.html", {"page": page, "program": me.program, "may_receive": policies.may_receive(me)})


@members_only
@require_safe
def for_you(request: MemberRequest) -> HttpResponse:
    """Where the mails lead, by an address that tells nothing."""
    me = request.membership
    return redirect("checkins:cases" if policies.may_receive(me) else "checkins:concerns", me.program.slug)


@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """For pages that belong to no program: in which one? Who is in one alone is led on."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    places = list(Membership.objects.of(request.user).order_by("program__name", "pk"))
    if len(places) == 1:
        return redirect("checkins:concern-raise", places[0].program.slug)
    return render(request, "checkins/concerns/where.html", {"places": places})


def told(request: MemberRequest, concern: Concern) -> HttpResponse:
    """To whoever raised it. Words are shown to who has just signed in; before that, how it stands: a telephone may lie open on a table."""
    if "words" in request.GET:
        return cast(HttpResponse, recently_signed_in(_told)(request, concern, shows_words=True))
    return _told(request, concern, shows_words=not is_asked_again(request))


def _told(request: MemberRequest, concern: Concern, *, shows_words: bool) -> HttpResponse:
    me, now = request.membership, timezone.now()
    context = {
        "concern": concern,
        "program": me.program,
        "shows_words": shows_words,
        "entries": list(ConcernEntry.objects.visible_to(me).filter(concern=concern).select_related("author__user").oldest_first()),
        "files": list(ConcernFile.objects.filter(concern=concern).without_content()) if shows_words else [],
        "shown": list(ConcernMessage.objects.filter(concern=concern).in_order()) if shows_words else [],
        "read_at": queries.first_read_at(concern),
        "readers": queries.names_of(queries.readers_of(concern)),
        "may_add": policies.may_add(me, concern, now),
    }
    return render(request, "checkins/concerns/told.html", context)


@members_only
@sensitive_post_parameters()
@once
def add(request: MemberRequest, concern: str) -> HttpResponse:
    """Write once more to those who read it."""
    me, now = request.membership, timezone.now()
    mine = get_object_or_404(Concern.objects.raised_by(me), program=me.program, pk=concern)
    form = AddToConcern(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add(concern=mine, by=me, now=now, text=form.cleaned_data["text"], given=form.cleaned_data["given"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is sent."))
            return redirect("checkins:concern", me.program.slug, mine.pk)
    return render(request, "checkins/concerns/add.html", {"form": form, "concern": mine, "program": me.program})


def _asked_about(request: MemberRequest) -> list[queries.Partner]:
    """Whom somebody who runs the program came to tell about, from the page of a pairing."""
    me = request.membership
    asked = whole_number(request.GET.get("pairing", "")) if me.is_staff else None
    pair = Pairing.objects.visible_to(me).not_of(me).with_halves().filter(pk=asked).first() if asked is not None else None
    return [queries.Partner(pair, half) for half in pair.halves] if pair else []

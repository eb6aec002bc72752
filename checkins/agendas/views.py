from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkins.agendas import policies, queries, services, suggestions
from checkins.agendas.forms import AddTopic, EditTopic
from checkins.agendas.models import AgendaItem
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no

TOPICS_A_PAGE = 20
# What a form of the agenda's own page says, so that one comes back to it.
FROM_AGENDA = "agenda"


@the_two_only
@require_safe
def agenda(request: PairRequest) -> HttpResponse:
    """Open topics in their order, what could be added, and what the two have talked about. It stays to read when the pairing has ended."""
    pair, other, me, now = request.pairing, request.other, request.membership, timezone.now()
    items = queries.in_order(queries.open_topics(pair, me))
    standing = queries.standing_of(pair, me, now)
    past = page_of(request, AgendaItem.objects.in_pairing(pair, me).talked_about(), per_page=TOPICS_A_PAGE)
    asked_for = request.GET.get("suggestions", "")
    meeting = asked_for if asked_for in suggestions.SETS else suggestions.fitting(standing.held)
    context = {
        "pairing": pair,
        "other": other,
        "topics": [queries.as_seen_by(me, item, pair) for item in items],
        "standing": standing,
        "may_move": policies.may_move(me, pair),
        "nothing": queries.nothing_said(pair, me, items),
        "form": AddTopic(other=other.user.short_name) if policies.may_add(me, pair) else None,
        "meeting": meeting,
        "meetings": suggestions.NAMES.items(),
        "meeting_name": suggestions.NAMES[meeting],
        "suggestions": suggestions.offered(meeting, there=queries.suggestions_there(items)),
        "is_asked_for": meeting == asked_for,
        "page": past,
        "past": [(item, policies.may_open_again(me, item)) for item in queries.of_pair(past.items, pair)],
    }
    return render(request, "checkins/agendas/agenda.html", context)


@the_two_only
@once
def add(request: PairRequest) -> HttpResponse:
    """Posted from the pair's page and the agenda's, and a page of its own for what has to be put right."""
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
            return _back(request)
    return render(request, "checkins/agendas/add.html", {"form": form, "pairing": pair, "other": other, "back_to": request.POST.get("to")})


@the_two_only
@require_POST
@once
def use_suggestion(request: PairRequest) -> HttpResponse:
    key = request.POST.get("suggestion", "")
    try:
        services.use_suggestion(pairing=request.pairing, by=request.membership, key=key, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The topic is on your agenda. You both see it."))
    return _back(request)


@the_two_only
def edit(request: PairRequest, agendaitem: int) -> HttpResponse:
    """A page for the words and the points. What was saved meanwhile is shown beside what was typed, and nothing of either is lost."""
    pair, other, me = request.pairing, request.other, request.membership
    item = _item(request, agendaitem)
    if request.method != "POST":
        if pair.state != pair.State.ACTIVE:
            return stopped(request)
        if not policies.may_write_points(me, item):
            messages.warning(request, _("This topic is not open any more."))
            return _to_agenda(request)
    is_author = item.author_id == me.pk
    form = EditTopic(request.POST or None, item=item, other=other.user.short_name, is_author=is_author)
    context = {"form": form, "pairing": pair, "other": other, "item": item, "is_author": is_author}
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            services.edit(item=item, by=me, text=typed.get("text"), points=typed["points"], version=typed["version"], now=timezone.now())
        except services.SavedMeanwhile as refused:
            return _collision(request, refused.item, context)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The topic is saved."))
            return _to_agenda(request, item)
    return render(request, "checkins/agendas/edit.html", context)


def _collision(request: PairRequest, there: AgendaItem, context: dict[str, object]) -> HttpResponse:
    """Both texts, and a form that can be saved from here: it begins with the version that is there now."""
    again = request.POST.copy()
    again["version"] = str(there.version)
    form = EditTopic(again, item=there, other=request.other.user.short_name, is_author=bool(context["is_author"]))
    return render(request, "checkins/agendas/collision.html", {**context, "form": form, "item": there}, status=409)


@the_two_only
@require_POST
@once
def move(request: PairRequest, agendaitem: int) -> HttpResponse:
    """`before` in what is posted is the topic that it is put before, empty for the end. Else `up` moves it up, anything else down."""
    item, me, now = _item(request, agendaitem), request.membership, timezone.now()
    try:
        if "before" in request.POST:
            before = request.POST["before"]
            services.place(item=item, by=me, before=(whole_number(before) or 0) if before else None, now=now)
        else:
            services.move(item=item, by=me, up="up" in request.POST, now=now)
    except Refused as refused:
        say_no(request, refused)
    return _to_agenda(request, item)


@the_two_only
@require_POST
def withdraw(request: PairRequest, agendaitem: int) -> HttpResponse:
    try:
        services.withdraw(item=_item(request, agendaitem), by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("You took the topic back."))
    return _back(request)


@the_two_only
@require_POST
def open_again(request: PairRequest, agendaitem: int) -> HttpResponse:
    item = _item(request, agendaitem)
    try:
        services.open_again(item=item, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return _to_agenda(request)
    messages.success(request, _("The topic is open again. You both see it on your agenda."))
    return _to_agenda(request, item)


@the_two_only
@require_POST
def say_nothing(request: PairRequest) -> HttpResponse:
    try:
        services.say_nothing(pairing=request.pairing, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request,
            _("%(name)s sees that you have no topic this time. Add one whenever you like.") % {"name": request.other.user.short_name},
        )
    return _back(request)


def _item(request: PairRequest, agendaitem: int) -> AgendaItem:
    item = get_object_or_404(AgendaItem.objects.in_pairing(request.pairing, request.membership), pk=agendaitem)
    item.pairing = request.pairing
    return item


def _back(request: PairRequest) -> HttpResponse:
    if request.POST.get("to") == FROM_AGENDA:
        return _to_agenda(request)
    return redirect("checkins:pairing", request.pairing.program.slug, request.pairing.pk)


def _to_agenda(request: PairRequest, item: AgendaItem | None = None) -> HttpResponse:
    page = reverse("checkins:agenda", args=[request.pairing.program.slug, request.pairing.pk])
    return redirect(f"{page}#topic-{item.pk}" if item else page)

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guidelines.limits import queries as limits
from guidelines.limits.forms import SetLimit
from guidelines.reading.forms import Acknowledge, PickAnswer
from guidelines.versions import policies, services
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from guidelines.versions.topics import Topic, changes, differences
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.once.access import once
from programs.memberships.access import MemberRequest, members_only, participants_only


@members_only
@require_safe
def read(request: MemberRequest) -> HttpResponse:
    return _overview(request, _in_force(request))


@members_only
@require_safe
def whole(request: MemberRequest) -> HttpResponse:
    """Everything on one page, to print or to look through."""
    version = _in_force(request)
    if version is None:
        raise Http404
    return render(request, "guidelines/reading/whole.html", {"version": version})


@participants_only
@require_POST
@once
def acknowledge(request: MemberRequest) -> HttpResponse:
    version = _in_force(request)
    if version is None:
        return _to_the_overview(request)
    form = Acknowledge(request.POST, shown=version)
    if not form.is_valid():
        return _overview(request, version, form)
    shown = _published(request, form.cleaned_data["version"]) or version
    try:
        services.acknowledge(version=shown, by=request.membership, now=timezone.now())
    except services.Outdated as outdated:
        return _outdated(request, shown, outdated.version)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _overview(request, version, form)
    messages.success(request, _("Thank you. You agreed to version %(number)s.") % {"number": version.number})
    return _to_the_overview(request)


@participants_only
@require_POST
@once
def take_back(request: MemberRequest) -> HttpResponse:
    version = _in_force(request)
    if version is not None:
        services.take_back(version=version, by=request.membership, now=timezone.now())
        messages.success(request, _("You took it back. You can agree again whenever you like."))
    return _to_the_overview(request)


# --- topic by topic ---


@members_only
@require_safe
def topic(request: MemberRequest, topic: str) -> HttpResponse:
    """`?picked=` is the answer to its situation whose reasoning is open."""
    version, shown = _topic(request, topic)
    picked = whole_number(request.GET.get("picked", ""))
    if picked is not None and not 1 <= picked <= len(shown.answers):
        picked = None
    return _topic_page(request, version, shown, picked=picked)


@participants_only
@require_POST
@once
def answer(request: MemberRequest, topic: str) -> HttpResponse:
    """Somebody picks one; of a topic without a situation they say that they have read it."""
    version, found = _topic(request, topic)
    return _answered(request, version, found)


def _answered(request: MemberRequest, version: GuidelineVersion, topic: Topic) -> HttpResponse:
    form = PickAnswer(request.POST, topic=topic, shown=version)
    if topic.answers and not form.is_valid():
        return _topic_page(request, version, topic, form=form)
    shown = _published(request, whole_number(request.POST.get("version", "")) or 0) or version
    try:
        services.read_topics(version=shown, keys=[topic.key], by=request.membership, now=timezone.now())
    except services.Outdated as outdated:
        return _outdated(request, shown, outdated.version)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _topic_page(request, version, topic, form=form)
    if topic.answers:
        address = reverse("guidelines:topic", args=[request.membership.program.slug, topic.key])
        return redirect(f"{address}?picked={form.cleaned_data['answer']}#picked")
    return _onward(request, version, topic)


def _onward(request: MemberRequest, version: GuidelineVersion, topic: Topic) -> HttpResponse:
    next_topic = _next_of(version, topic, services.to_read(version, request.membership))
    if next_topic is None:
        return _to_the_overview(request)
    return redirect("guidelines:topic", request.membership.program.slug, next_topic.key)


def _topic_page(
    request: MemberRequest, version: GuidelineVersion, topic: Topic, *, picked: int | None = None, form: PickAnswer | None = None
) -> HttpResponse:
    me = request.membership
    may_read = policies.may_acknowledge(me, version)
    mine = _last_agreed(me) if may_read else None
    before = mine.version.topic(topic.key) if mine else None
    left = services.to_read(version, me) if may_read else []
    place = version.all_topics.index(topic)
    context: dict[str, Any] = {
        "version": version,
        "topic": topic,
        "number": place + 1,
        "differences": differences(before, topic) if before and before.digest != topic.digest and topic in left else [],
        "form": (form or PickAnswer(topic=topic, shown=version, picked=picked)) if may_read and topic.answers else None,
        "may_read": may_read,
        "is_read": topic not in left,
        "picked": topic.answers[picked - 1] if picked else None,
        "others": [answer for number, answer in enumerate(topic.answers, 1) if number != picked],
        "next": _next_of(version, topic, left) if may_read else next(iter(version.all_topics[place + 1 :]), None),
        "limit": SetLimit(topic=topic, mine=limits.own_limit(me, topic)) if may_read and topic.limits else None,
    }
    return render(request, "guidelines/reading/topic.html", context)


def _next_of(version: GuidelineVersion, topic: Topic, left: list[Topic]) -> Topic | None:
    """The next one that is still to read, from here on and then from the beginning."""
    place = version.all_topics.index(topic)
    further = [*version.all_topics[place + 1 :], *version.all_topics[:place]]
    return next((other for other in further if other in left), None)


# --- what the pages share ---


@dataclass(frozen=True)
class Row:
    """`state`: "read", "new", "changed", or "" for what is simply still to read."""

    topic: Topic
    state: str


def _overview(request: MemberRequest, version: GuidelineVersion | None, form: Acknowledge | None = None) -> HttpResponse:
    if version is None:
        return render(request, "guidelines/reading/overview.html", {"version": None})
    me = request.membership
    may_read = policies.may_acknowledge(me, version)
    mine = _last_agreed(me) if may_read else None
    agreed = mine if mine and mine.version_id == version.pk and mine.withdrawn_at is None else None
    left = services.to_read(version, me) if may_read and agreed is None else []
    is_older = mine is not None and mine.version_id != version.pk
    changed = changes(mine.version.all_topics, version.all_topics) if mine and is_older else []
    kinds = {change.key: change.kind for change in changed}
    context = {
        "version": version,
        "rows": [Row(topic, kinds.get(topic.key, "") if topic in left else "read" if may_read else "") for topic in version.all_topics],
        "read": len(version.all_topics) - len(left),
        "left": left,
        "agreed": agreed,
        "changes": changed,
        "taken_back": mine if mine and mine.withdrawn_at else None,
        "is_older": is_older,
        "form": (form or Acknowledge(shown=version)) if may_read and agreed is None and not left else None,
        "may_read": may_read,
    }
    return render(request, "guidelines/reading/overview.html", context)


def _outdated(request: MemberRequest, shown: GuidelineVersion, in_force: GuidelineVersion) -> HttpResponse:
    """Whoever agreed to what they had read, while it was being replaced, sees what is different now."""
    context = {"shown": shown, "version": in_force, "changes": changes(shown.all_topics, in_force.all_topics)}
    return render(request, "guidelines/reading/outdated.html", context, status=HTTPStatus.CONFLICT)


def _to_the_overview(request: MemberRequest) -> HttpResponse:
    return redirect("guidelines:read", request.membership.program.slug)


def _last_agreed(membership: Any) -> Acknowledgement | None:
    return Acknowledgement.objects.of(membership).select_related("version").order_by("-version__number", "-pk").first()


def _in_force(request: MemberRequest) -> GuidelineVersion | None:
    return GuidelineVersion.objects.visible_to(request.membership).in_force().select_related("program").first()


def _published(request: MemberRequest, key: int) -> GuidelineVersion | None:
    return GuidelineVersion.objects.visible_to(request.membership).published().select_related("program").filter(pk=key).first()


def _topic(request: MemberRequest, key: str) -> tuple[GuidelineVersion, Topic]:
    version = _in_force(request)
    found = version.topic(key) if version else None
    if version is None or found is None:
        raise Http404
    return version, found

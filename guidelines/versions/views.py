from collections.abc import Iterator
from http import HTTPStatus

from django.contrib import messages
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from guidelines.versions import policies, services, topics
from guidelines.versions.forms import Acknowledge, Publish, ReaderFilter, WriteDraft
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import Columns, in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only, participants_only, staff_only
from programs.memberships.models import Membership, MembershipQuerySet
from programs.people.access import recently_signed_in

ORDERS: Columns = {"name": ["user__name", "user__email"], "read": [F("acknowledged_at").asc(nulls_last=True), "user__name"]}
ROWS_AT_ONCE = 500


# --- reading and agreeing ---


@members_only
@require_safe
def read(request: MemberRequest) -> HttpResponse:
    return _read_page(request, _in_force(request))


@participants_only
@require_POST
@once
def acknowledge(request: MemberRequest) -> HttpResponse:
    version = _in_force(request)
    if version is None:
        return redirect("guidelines:read", request.membership.program.slug)
    form = Acknowledge(request.POST, shown=version)
    if not form.is_valid():
        return _read_page(request, version, form)
    shown = GuidelineVersion.objects.visible_to(request.membership).published().filter(pk=form.cleaned_data["version"]).first()
    try:
        services.acknowledge(version=shown or version, by=request.membership, now=timezone.now())
    except services.Outdated as outdated:
        return _outdated_page(request, shown or version, outdated.version)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _read_page(request, version, form)
    messages.success(request, _("Thank you. You agreed to version %(number)s.") % {"number": version.number})
    return redirect("guidelines:read", request.membership.program.slug)


def _read_page(request: MemberRequest, version: GuidelineVersion | None, form: Acknowledge | None = None) -> HttpResponse:
    if version is None:
        return render(request, "guidelines/versions/read.html", {"version": None})
    mine = Acknowledgement.objects.of(request.membership).select_related("version").order_by("-version__number").first()
    is_current = mine is not None and mine.version_id == version.pk
    may_acknowledge = policies.may_acknowledge(request.membership, version) and not is_current
    context = {
        "version": version,
        "topics": topics.topics_of(version.text),
        "acknowledged_at": mine.acknowledged_at if mine and is_current else None,
        "changes": topics.changes(mine.version.text, version.text) if mine and not is_current else [],
        "form": (form or Acknowledge(shown=version)) if may_acknowledge else None,
    }
    return render(request, "guidelines/versions/read.html", context)


def _outdated_page(request: MemberRequest, shown: GuidelineVersion, in_force: GuidelineVersion) -> HttpResponse:
    """Whoever agreed to what they had read, while it was being replaced, sees what is different now."""
    context = {"shown": shown, "version": in_force, "changes": topics.changes(shown.text, in_force.text)}
    return render(request, "guidelines/versions/outdated.html", context, status=HTTPStatus.CONFLICT)


# --- writing and publishing ---


@staff_only
@once
def edit(request: MemberRequest) -> HttpResponse:
    draft, in_force = _draft(request), _in_force(request)
    if request.method != "POST":
        return _edit_page(request, draft, in_force)
    form = WriteDraft(request.POST)
    if not form.is_valid():
        return _edit_page(request, draft, in_force, form=form)
    if "preview" in request.POST:
        return _edit_page(request, draft, in_force, form=form, preview=form.cleaned_data["text"])
    try:
        services.save_draft(program=request.membership.program, by=request.membership, now=timezone.now(), **form.cleaned_data)
    except services.SavedMeanwhile as meanwhile:
        return _both_texts_page(request, meanwhile, form.cleaned_data["text"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return _edit_page(request, draft, in_force, form=form)
    messages.success(request, _("The draft is saved. Nobody but those who run the program sees it until it is published."))
    return redirect("guidelines:edit", request.membership.program.slug)


@staff_only
@require_POST
@once
def publish(request: MemberRequest) -> HttpResponse:
    form = Publish(request.POST)
    if form.is_valid():
        try:
            version = services.publish(program=request.membership.program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            words = _("Version %(number)s is in force. Every participant is asked by mail to read it.") % {"number": version.number}
            messages.success(request, words)
            return redirect("guidelines:acknowledged", request.membership.program.slug)
    return _edit_page(request, _draft(request), _in_force(request), publish_form=form)


def _edit_page(
    request: MemberRequest,
    draft: GuidelineVersion | None,
    in_force: GuidelineVersion | None,
    *,
    form: WriteDraft | None = None,
    publish_form: Publish | None = None,
    preview: str = "",
) -> HttpResponse:
    written = draft or in_force
    start = {"text": written.text if written else "", "revision": draft.revision if draft else 0}
    context = {
        "draft": draft,
        "in_force": in_force,
        "form": form or WriteDraft(initial=start),
        "publish_form": (publish_form or Publish(initial={"revision": draft.revision})) if draft else None,
        "refused": "" if draft or publish_form is None else publish_form.non_field_errors(),
        "changes": topics.changes(in_force.text if in_force else "", draft.text) if draft else [],
        "preview": topics.topics_of(preview) if preview else [],
    }
    return render(request, "guidelines/versions/edit.html", context)


def _both_texts_page(request: MemberRequest, meanwhile: services.SavedMeanwhile, mine: str) -> HttpResponse:
    """Somebody else was quicker. Both texts are shown; saving now is saving over theirs, knowingly."""
    form = WriteDraft(initial={"text": mine, "revision": meanwhile.draft.revision})
    context = {
        "draft": meanwhile.draft,
        "sentence": str(meanwhile),
        "form": form,
        "changes": topics.changes(meanwhile.draft.text, mine),
    }
    return render(request, "guidelines/versions/both_texts.html", context, status=HTTPStatus.CONFLICT)


# --- who has read them ---


@staff_only
@require_safe
def acknowledged(request: MemberRequest) -> HttpResponse:
    version = _in_force(request)
    shown = _readers_asked_for(request, version)
    everybody = _participants(request).aggregate(
        all=Count("pk"), have=Count("pk", filter=Q(acknowledgements__version=version), distinct=True)
    )
    context = {
        "version": version,
        "filter": shown,
        "page": page_of(request, shown.qs),
        "query": request.GET.urlencode(),
        "have": everybody["have"],
        "all": everybody["all"],
        "not_yet": everybody["all"] - everybody["have"],
    }
    return render(request, "guidelines/versions/acknowledged.html", context)


@staff_only
@require_safe
@recently_signed_in
def acknowledged_export(request: MemberRequest) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    now, program = timezone.now(), request.membership.program
    version = _in_force(request)
    audit.record(verb="guidelines.readers_exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=now)
    header = [_("Name"), _("Agreed to the version in force"), _("Last version agreed to")]
    return csv_response(f"{program.slug}-guidelines.csv", header, _rows(_readers_asked_for(request, version).qs))


@staff_only
@require_POST
@once
def remind(request: MemberRequest) -> HttpResponse:
    """Write to one person, or to everybody who has not read them."""
    version = _in_force(request)
    people = _participants(request)
    if key := request.POST.get("membership", ""):
        people = people.filter(pk=int(key)) if key.isascii() and key.isdecimal() and len(key) < 16 else people.none()
    if version is not None:
        try:
            made = services.remind(version=version, people=people, by=request.membership, now=timezone.now())
        except Refused as refused:
            say_no(request, refused)
        else:
            _say_how_many(request, made)
    return redirect("guidelines:acknowledged", request.membership.program.slug)


def _say_how_many(request: MemberRequest, made: int) -> None:
    if made:
        words = ngettext("%(number)s letter is on its way.", "%(number)s letters are on their way.", made) % {"number": made}
        messages.success(request, words)
    else:
        messages.info(request, _("Nobody was written to: whoever has not read them was reminded today already."))


def _participants(request: MemberRequest) -> MembershipQuerySet:
    return Membership.objects.visible_to(request.membership).current().participants()


def _readers_asked_for(request: MemberRequest, version: GuidelineVersion | None) -> ReaderFilter:
    own = Acknowledgement.objects.filter(membership=OuterRef("pk"))
    people = (
        _participants(request)
        .with_people()
        .annotate(
            acknowledged_at=Subquery(own.filter(version=version).values("acknowledged_at")[:1]),
            last_number=Subquery(own.order_by().values("membership").annotate(last=Max("version__number")).values("last")),
        )
    )
    return ReaderFilter(request.GET, queryset=in_order(people, request.GET.get("sort", ""), ORDERS, "name"))


def _rows(people: MembershipQuerySet) -> Iterator[list[object]]:
    for person in people.iterator(chunk_size=ROWS_AT_ONCE):
        yield [person.user.full_name, person.acknowledged_at, person.last_number]  # type: ignore[attr-defined]


def _in_force(request: MemberRequest) -> GuidelineVersion | None:
    mine = GuidelineVersion.objects.visible_to(request.membership)
    return mine.in_force().select_related("program", "written_by__user").first()


def _draft(request: MemberRequest) -> GuidelineVersion | None:
    return GuidelineVersion.objects.visible_to(request.membership).draft().select_related("written_by__user").first()

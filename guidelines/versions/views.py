"""The pages of those who run the program: writing guidelines, publishing them, and who has agreed to them."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from guidelines.versions import services, topics
from guidelines.versions.files import Texts, topic_in_words, write_zip
from guidelines.versions.forms import Publish, ReaderFilter, TakeIn, WriteIntroduction, WriteTopic
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import Columns, in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership, MembershipQuerySet
from programs.people.access import recently_signed_in

ORDERS: Columns = {"name": ["user__name", "user__email"], "read": [F("acknowledged_at").asc(nulls_last=True), "user__name"]}
ROWS_AT_ONCE = 500


# --- writing and publishing ---


@staff_only
@require_safe
def edit(request: MemberRequest) -> HttpResponse:
    return _edit_page(request)


@staff_only
@once
def edit_introduction(request: MemberRequest) -> HttpResponse:
    written = _written(request)
    there = written.introduction if written else ""
    form = WriteIntroduction(request.POST or None, initial={"text": there, "before": there})
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return render(request, "guidelines/versions/introduction.html", context | {"preview": form.cleaned_data["text"]})
        try:
            services.save_introduction(program=request.membership.program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except services.SavedMeanwhile as meanwhile:
            theirs = meanwhile.draft.introduction
            again = WriteIntroduction(initial={"text": form.cleaned_data["text"], "before": theirs})
            return _both_texts(request, "introduction", context | {"form": again}, meanwhile, theirs)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request)
    return render(request, "guidelines/versions/introduction.html", context)


@staff_only
@once
def add_topic(request: MemberRequest) -> HttpResponse:
    return _write_topic(request, None)


@staff_only
@once
def edit_topic(request: MemberRequest, topic: str) -> HttpResponse:
    """What was taken out meanwhile can still be saved: who was writing it did not know."""
    written = _written(request)
    there = written.topic(topic) if written else None
    if there is None and not (request.POST.get("before") and topics.KEY.fullmatch(topic)):
        raise Http404
    return _write_topic(request, there, key=topic)


def _write_topic(request: MemberRequest, there: topics.Topic | None, key: str = "") -> HttpResponse:
    form = WriteTopic(request.POST or None, topic=there, key=key)
    context: dict[str, object] = {"form": form, "topic": there, "is_new": not key}
    if request.method == "POST" and form.is_valid():
        topic = form.cleaned_data["topic"]
        if "preview" in request.POST:
            return render(request, "guidelines/versions/topic.html", context | {"preview": topic})
        try:
            services.save_topic(program=request.membership.program, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except services.SavedMeanwhile as meanwhile:
            theirs = meanwhile.draft.topic(topic.key)
            # What was typed, on top of what is there now.
            again = WriteTopic(topic=topic)
            again.initial["before"] = theirs.digest if theirs else ""
            return _both_texts(request, "topic", context | {"form": again}, meanwhile, topic_in_words(theirs) if theirs else "")
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request)
    return render(request, "guidelines/versions/topic.html", context)


@staff_only
@require_POST
@once
def move_topic(request: MemberRequest, topic: str) -> HttpResponse:
    return _changed(request, topic, partial(services.move_topic, up="up" in request.POST))


@staff_only
@require_POST
@once
def take_topic_out(request: MemberRequest, topic: str) -> HttpResponse:
    return _changed(request, topic, services.take_topic_out)


@staff_only
@require_POST
@once
def drop_draft(request: MemberRequest) -> HttpResponse:
    revision = whole_number(request.POST.get("revision", "")) or 0
    try:
        services.drop_draft(program=request.membership.program, by=request.membership, revision=revision, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The draft is gone. What is in force stays as it is."))
    return _to_the_list(request)


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
            words = _("Version %(number)s is in force. Every participant is asked by mail to read what changed.")
            messages.success(request, words % {"number": version.number})
            return redirect("guidelines:acknowledged", request.membership.program.slug)
    return _edit_page(request, publish_form=form)


@staff_only
@require_safe
def as_file(request: MemberRequest) -> HttpResponse:
    """What is being written, or else what is in force."""
    version = _written(request)
    if version is None:
        raise Http404
    texts = Texts(version.introduction, version.all_topics)
    response = HttpResponse(write_zip(texts), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{request.membership.program.slug}-guidelines.zip"'
    return response


@staff_only
@once
def take_in(request: MemberRequest) -> HttpResponse:
    draft = _draft(request)
    form = TakeIn(request.POST or None, request.FILES or None, initial={"revision": draft.revision if draft else 0})
    if request.method == "POST" and form.is_valid():
        try:
            services.take_in(
                program=request.membership.program,
                by=request.membership,
                texts=form.cleaned_data["file"],
                revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request)
    return render(request, "guidelines/versions/take_in.html", {"form": form, "draft": draft})


def _changed(request: MemberRequest, key: str, change: Callable[..., object]) -> HttpResponse:
    written = _written(request)
    if written is None or written.topic(key) is None:
        raise Http404
    try:
        change(program=request.membership.program, by=request.membership, key=key, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    return _to_the_list(request)


def _saved(request: MemberRequest) -> HttpResponse:
    messages.success(request, _("The draft is saved. Nobody but those who run the program sees it until it is published."))
    return _to_the_list(request)


def _to_the_list(request: MemberRequest) -> HttpResponse:
    return redirect("guidelines:edit", request.membership.program.slug)


def _edit_page(request: MemberRequest, *, publish_form: Publish | None = None) -> HttpResponse:
    draft, in_force = _draft(request), _in_force(request)
    written = draft or in_force
    changes = topics.changes(in_force.all_topics if in_force else (), draft.all_topics) if draft else []
    kinds = {change.key: change.kind for change in changes}
    context = {
        "draft": draft,
        "in_force": in_force,
        "topics": [(topic, kinds.get(topic.key, "")) for topic in written.all_topics] if written else [],
        "gone": [change for change in changes if change.kind == "gone"],
        "introduction": written.introduction if written else "",
        "introduction_changed": bool(draft and in_force and draft.introduction != in_force.introduction),
        "says_the_same": bool(draft and in_force and draft.says_the_same_as(in_force)),
        "publish_form": (publish_form or Publish(initial={"revision": draft.revision})) if draft else None,
        "refused": "" if draft or publish_form is None else publish_form.non_field_errors(),
    }
    return render(request, "guidelines/versions/edit.html", context)


def _both_texts(
    request: MemberRequest, page: str, context: dict[str, object], meanwhile: services.SavedMeanwhile, theirs: str
) -> HttpResponse:
    """Somebody else was quicker. Both texts are shown; saving now is saving over theirs, knowingly."""
    context |= {"meanwhile": str(meanwhile), "theirs": theirs}
    return render(request, f"guidelines/versions/{page}.html", context, status=HTTPStatus.CONFLICT)


# --- who has agreed to them ---


@staff_only
@require_safe
def acknowledged(request: MemberRequest) -> HttpResponse:
    version = _in_force(request)
    shown = _readers_asked_for(request, version)
    standing = Q(acknowledgements__version=version, acknowledgements__withdrawn_at=None)
    everybody = _participants(request).aggregate(all=Count("pk", distinct=True), have=Count("pk", filter=standing, distinct=True))
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
    header = [_("Name"), _("Agreed to the version in force"), _("Took it back"), _("Last version agreed to")]
    people = _readers_asked_for(request, version).qs.iterator(chunk_size=ROWS_AT_ONCE)
    return csv_response(f"{program.slug}-guidelines.csv", header, _rows(people))


@staff_only
@require_POST
@once
def remind(request: MemberRequest) -> HttpResponse:
    """Write to one person, or to everybody who has not agreed."""
    version = _in_force(request)
    people = _participants(request)
    if key := request.POST.get("membership", ""):
        number = whole_number(key)
        people = people.none() if number is None else people.filter(pk=number)
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
    taken_back = own.filter(version=version, withdrawn_at__isnull=False).order_by("-withdrawn_at")
    people = (
        _participants(request)
        .with_people()
        .annotate(
            acknowledged_at=Subquery(own.standing().filter(version=version).values("acknowledged_at")[:1]),
            withdrawn_at=Subquery(taken_back.values("withdrawn_at")[:1]),
            last_number=Subquery(own.standing().order_by().values("membership").annotate(last=Max("version__number")).values("last")),
        )
    )
    return ReaderFilter(request.GET, queryset=in_order(people, request.GET.get("sort", ""), ORDERS, "name"))


def _rows(people: Iterable[Any]) -> Iterator[list[object]]:
    """Of rows of `_readers_asked_for`."""
    for person in people:
        taken_back = None if person.acknowledged_at else person.withdrawn_at
        yield [person.user.full_name, person.acknowledged_at, taken_back, person.last_number]


def _in_force(request: MemberRequest) -> GuidelineVersion | None:
    mine = GuidelineVersion.objects.visible_to(request.membership)
    return mine.in_force().select_related("program", "written_by__user").first()


def _draft(request: MemberRequest) -> GuidelineVersion | None:
    return GuidelineVersion.objects.visible_to(request.membership).draft().select_related("written_by__user").first()


def _written(request: MemberRequest) -> GuidelineVersion | None:
    """What is being written, or else what is in force."""
    return _draft(request) or _in_force(request)

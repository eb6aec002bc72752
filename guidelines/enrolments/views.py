from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from guidelines.courses.models import CourseVersion
from guidelines.courses.pictures import shown as with_pictures
from guidelines.courses.reader import Kind, Screen
from guidelines.enrolments import policies, queries, services
from guidelines.enrolments.access import with_its_certificate
from guidelines.enrolments.forms import LearnerFilter, PickOne, RecordDone, RecordLive, Reflect, ticked
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.enrolments.progress import ModuleProgress, Place, Progress, progress_of
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.filters import in_order
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, came_from, members_only, participants_only, staff_only
from programs.memberships.models import Membership
from programs.people.access import recently_signed_in

ROWS_AT_ONCE = 500
STATES = {
    "done": gettext_lazy("Finished"),
    "begun": gettext_lazy("Under way"),
    "new": gettext_lazy("Not begun"),
    "over": gettext_lazy("No longer valid"),
}
# How many of those who answered picked again, from few to most.
SHARES = [gettext_lazy("few"), gettext_lazy("some"), gettext_lazy("about half"), gettext_lazy("many"), gettext_lazy("most")]


# --- my courses ---


@members_only
@require_safe
def learn(request: MemberRequest) -> HttpResponse:
    """What is asked of me, what is offered, and all that there is."""
    me, now = request.membership, timezone.now()
    listed = queries.listed_for(me, CourseVersion.objects.visible_to(me).in_force().in_a_list(), now)
    asked = [one for one in listed if one.is_asked or one.is_offered]
    pair = CourseVersion.Audience.PAIR
    context = {
        "asked": sorted(asked, key=lambda one: one.state == "done"),
        "together": [one for one in listed if one not in asked and one.version.audience == pair],
        "others": [one for one in listed if one not in asked and one.version.audience != pair],
        "has_agreed": _has_agreed(me),
        "waits": me.is_participant and any(one.is_asked and one.finished is None for one in listed) and me.program.training_first,
    }
    return render(request, "guidelines/enrolments/learn.html", context)


@members_only
@require_safe
def course(request: MemberRequest, course: int) -> HttpResponse:
    """One course: its modules, how far I am, and where I go on."""
    me, now = request.membership, timezone.now()
    version = _version(request, course)
    listed = queries.listed_for(me, CourseVersion.objects.filter(pk=version.pk).select_related("course"), now)[0]
    progress = progress_of(version, _steps(listed.ongoing or listed.finished))
    context = {
        "version": version,
        "listed": listed,
        "progress": progress,
        "next": progress.next_place if listed.ongoing or not listed.finished else None,
        "live": queries.live_minutes_of(me, version.course_id),
        "may_learn": policies.may_learn(me, version.course),
    }
    return render(request, "guidelines/enrolments/course.html", context)


@participants_only
@require_POST
@once
def begin_again(request: MemberRequest, course: int) -> HttpResponse:
    version = _version(request, course)
    try:
        services.begin_again(membership=request.membership, course=version.course, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    return redirect("guidelines:course", request.membership.program.slug, version.course_id)


# --- one screen ---


@dataclass(frozen=True)
class Visit:
    """Of one person to one screen. `steps` are theirs in what they have open, or have finished last."""

    me: Membership
    version: CourseVersion
    place: Place
    enrolment: Enrolment | None
    steps: list[Step]
    progress: Progress

    @property
    def screen(self) -> Screen | None:
        return self.progress.screen_at(self.place)

    @property
    def module(self) -> ModuleProgress:
        return self.progress.modules[self.place.module - 1]

    @property
    def step(self) -> Step | None:
        return next((step for step in self.steps if self.screen and step.screen == self.screen.key), None)

    @property
    def picked(self) -> int | None:
        """The place of the choice that was picked last."""
        picked = self.step.picked if self.step else None
        return picked if picked is not None and self.screen and picked < len(self.screen.choices) else None

    def address(self, at: int | None) -> str:
        """Of the screen at that place of the module; without one, of the course, which says what comes after the module."""
        if at is None:
            return reverse("guidelines:course", args=[self.me.program.slug, self.version.course_id])
        return reverse("guidelines:screen", args=[self.me.program.slug, self.version.course_id, self.place.module, at + 1])


@participants_only
def screen(request: MemberRequest, course: int, module: int, screen: int) -> HttpResponse:
    """One screen a page. What is pressed here is kept at once, so that one can stop anywhere and go on elsewhere."""
    version, me = _version(request, course), request.membership
    enrolment = _latest(me, version.course_id)
    steps = _steps(enrolment)
    visit = Visit(me, version, Place(module, screen), enrolment, steps, progress_of(version, steps))
    shown = visit.screen
    if shown is None:
        raise Http404
    if request.method != "POST":
        return _screen_page(request, visit, shown)
    # What was pressed is about the screen that was shown: in a new version it may stand elsewhere, or be gone.
    key = request.POST.get("screen", "") or shown.key
    at = visit.place if key == shown.key else visit.progress.place_of(key)
    if at is None:
        messages.warning(request, str(services.Moved()))
        return redirect(visit.address(None))
    visit = replace(visit, place=at)
    return _take(request, visit, visit.screen or shown)


def _take(request: MemberRequest, visit: Visit, shown: Screen) -> HttpResponse:
    what: dict[str, Any] = {"membership": visit.me, "course": visit.version.course, "screen": shown.key, "now": timezone.now()}
    form: PickOne | Reflect | None = None
    if shown.has_choices:
        form = PickOne(request.POST, screen=shown)
    elif shown.kind == Kind.REFLECTION:
        form = Reflect(request.POST)
    if form is not None and not form.is_valid():
        return _screen_page(request, visit, shown, form)
    try:
        if isinstance(form, PickOne):
            services.pick(choice=form.cleaned_data["choice"], **what)
            return redirect(f"{visit.address(visit.place.screen - 1)}#leads-to")
        after = services.reflect(text=form.cleaned_data["text"], **what) if form else services.go_on(**what)
    except Refused as refused:
        say_no(request, refused)
        return redirect(visit.address(None))
    before, module = visit.module, after.modules[visit.place.module - 1]
    if after.is_done and not visit.progress.is_done:
        messages.success(request, _("You have finished “%(course)s”. Thank you for taking the time.") % {"course": visit.version.title})
    elif module.is_done and not before.is_done:
        messages.success(request, _("“%(module)s” is done.") % {"module": module.module.title})
    return redirect(visit.address(module.after(visit.place.screen - 1)))


def _screen_page(request: MemberRequest, visit: Visit, shown: Screen, form: PickOne | Reflect | None = None) -> HttpResponse:
    module, at, step = visit.module, visit.place.screen - 1, visit.step
    picked = shown.choices[visit.picked] if visit.picked is not None else None
    is_settled = picked is not None and step is not None and step.done_at is not None
    before = module.before(at)
    where: dict[str, Any] = {"program": visit.me.program.slug, "course": visit.version.course_id}
    context = {
        "version": visit.version,
        "module": module,
        "screen": shown,
        "body": with_pictures(shown.body, **where),
        "number": module.path.index(at) + 1 if at in module.path else 1,
        "before": visit.address(before) if before is not None else "",
        "after": visit.address(module.after(at)),
        "is_last": module.after(at) is None,
        "form": form or _form_of(visit, shown),
        "picked": picked,
        "leads_to": with_pictures(picked.body, **where) if picked else "",
        "is_settled": is_settled,
        "others": [(choice, with_pictures(choice.body, **where)) for choice in shown.choices if choice is not picked] if is_settled else [],
    }
    return render(request, "guidelines/enrolments/screen.html", context)


def _form_of(visit: Visit, shown: Screen) -> PickOne | Reflect | None:
    if shown.has_choices:
        return PickOne(screen=shown, without=visit.picked)
    if shown.kind != Kind.REFLECTION:
        return None
    # Also what they wrote when they took the course before.
    kept = Reflection.objects.visible_to(visit.me).filter(screen=shown.key).order_by("-written_at", "-pk").first()
    return Reflect(initial={"text": str(kept.text) if kept else ""})


# --- certificates ---


@members_only
@require_safe
def certificate(request: MemberRequest, course: int) -> HttpResponse:
    """On one sheet. What was finished stays to be shown, also of a course that was put away."""
    enrolment = _certificate(request, course)
    context = {
        "enrolment": enrolment,
        "is_valid": enrolment.is_valid_on(_today(request.membership)),
        "live": queries.live_minutes_of(request.membership, enrolment.course_id),
        "address": request.build_absolute_uri(reverse("guidelines:certificate-check", args=[enrolment.code])) if enrolment.code else "",
    }
    return render(request, "guidelines/enrolments/certificate.html", context)


@members_only
@require_POST
@once
def certificate_share(request: MemberRequest, course: int) -> HttpResponse:
    enrolment = _certificate(request, course)
    services.share(enrolment=enrolment, by=request.membership, now=timezone.now())
    messages.success(request, _("There is a link now. Whoever has it sees your name, the course, its dates, and whether it is valid."))
    return redirect("guidelines:certificate", request.membership.program.slug, enrolment.course_id)


@members_only
@require_POST
@once
def certificate_stop(request: MemberRequest, course: int) -> HttpResponse:
    enrolment = _certificate(request, course)
    services.stop_sharing(enrolment=enrolment, by=request.membership, now=timezone.now())
    messages.success(request, _("The link leads nowhere from now on."))
    return redirect("guidelines:certificate", request.membership.program.slug, enrolment.course_id)


@require_safe
@with_its_certificate
def certificate_check(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    """For whoever was given the link: that name, that course, these dates, valid or not. Nothing else."""
    today = times.local_day(timezone.now(), enrolment.membership.program.time_zone)
    context = {"enrolment": enrolment, "is_valid": enrolment.is_valid_on(today)}
    return render(request, "guidelines/enrolments/certificate_check.html", context)


# --- for those who run the program ---


@staff_only
@require_safe
def training(request: MemberRequest) -> HttpResponse:
    me, now = request.membership, timezone.now()
    away = CourseVersion.objects.visible_to(me).exclude(course__retired_at=None)
    drafts = CourseVersion.objects.visible_to(me).draft().filter(number=1, course__retired_at=None)
    context = {
        "figures": queries.figures(me, now),
        "drafts": list(drafts.select_related("course").defer("modules").order_by("pk")),
        "away": list(away.select_related("course").defer("modules").order_by("course", "-number").distinct("course")),
        "training_first": me.program.training_first,
    }
    return render(request, "guidelines/enrolments/training.html", context)


@staff_only
@require_safe
def training_course(request: MemberRequest, course: int) -> HttpResponse:
    me, now = request.membership, timezone.now()
    version = _version(request, course)
    shown = _learners_asked_for(request, version)
    page = page_of(request, shown.qs)
    today = _today(me)
    figures = next((one for one in queries.figures(me, now) if one.version.pk == version.pk), None)
    context = {
        "version": version,
        "figures": figures,
        "filter": shown,
        "page": page,
        "rows": [(person, _state(person, today)) for person in page.items],
        "stuck_before": now - queries.STUCK_AFTER,
        "query": request.GET.urlencode(),
        "hours": list(
            LiveHour.objects.visible_to(me)
            .filter(course=version.course_id)
            .exclude(membership__in=queries.partners_of(me))
            .select_related("membership__user")
            .order_by("-recorded_at", "-pk")[:20]
        ),
    }
    return render(request, "guidelines/enrolments/training_course.html", context)


@staff_only
@require_safe
def training_questions(request: MemberRequest, course: int) -> HttpResponse:
    """What takes people a second try. Of fewer than five together, nothing."""
    version = _version(request, course)
    told, left_out = queries.questions_of(version)
    rows = [(question, SHARES[question.share], question.share) for question in told]
    context = {"version": version, "rows": rows, "left_out": left_out, "least": queries.LEAST}
    return render(request, "guidelines/enrolments/training_questions.html", context)


@staff_only
@require_safe
@recently_signed_in
def training_export(request: MemberRequest, course: int) -> StreamingHttpResponse:
    """Exactly the list that was shown, every page of it."""
    program, version = request.membership.program, _version(request, course)
    audit.record(
        verb="course.learners_exported", subject=version.course, program_id=program.pk, actor_id=request.user.pk, now=timezone.now()
    )
    header = [
        _("Name"),
        _("How far"),
        _("In module"),
        _("Of modules"),
        _("Last went on"),
        _("Finished"),
        _("Valid until"),
        _("Minutes together"),
    ]
    people = _learners_asked_for(request, version).qs.iterator(chunk_size=ROWS_AT_ONCE)
    return csv_response(f"{program.slug}-{version.course.name}.csv", header, _rows(people, _today(request.membership)))


@staff_only
@require_POST
@once
def training_remind(request: MemberRequest, course: int) -> HttpResponse:
    """Write to one person, or to everybody who has it still to finish."""
    version = _version(request, course)
    people = queries.learners_told_to(request.membership).filter(queries.in_audience(version.audience))
    if "membership" in request.POST:
        people = people.filter(pk__in=ticked(request.POST.getlist("membership")))
    try:
        made = services.remind(version=version, people=people, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        if made:
            words = ngettext("%(number)s letter is on its way.", "%(number)s letters are on their way.", made) % {"number": made}
            messages.success(request, words)
        else:
            messages.info(request, _("Nobody was written to: whoever has it still to finish was reminded today already."))
    page = reverse("guidelines:training-course", args=[request.membership.program.slug, version.course_id])
    return redirect(came_from(request, otherwise=page))


@staff_only
@once
def training_done(request: MemberRequest, course: int) -> HttpResponse:
    """Record that those who were ticked have done the course elsewhere."""
    version, people = _version(request, course), _ticked(request)
    form = RecordDone(request.POST if request.method == "POST" else None, initial={"on": _today(request.membership)})
    if request.method == "POST" and people and form.is_valid():
        try:
            made = services.record_as_done(
                version=version,
                people=Membership.objects.filter(pk__in=[one.pk for one in people]),
                on=form.cleaned_data["on"],
                by=request.membership,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error("on", str(refused))
        else:
            words = ngettext("It is recorded for %(number)s person.", "It is recorded for %(number)s people.", made) % {"number": made}
            messages.success(request, words)
            return redirect("guidelines:training-course", request.membership.program.slug, version.course_id)
    return render(
        request, "guidelines/enrolments/training_record.html", {"version": version, "people": people, "form": form, "act": "done"}
    )


@staff_only
@once
def training_live(request: MemberRequest, course: int) -> HttpResponse:
    """Record that those who were ticked were there when the course was held together."""
    version, people = _version(request, course), _ticked(request)
    start = {"held_on": _today(request.membership), "minutes": version.live_minutes or 60}
    form = RecordLive(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and people and form.is_valid():
        try:
            made = services.record_live(
                course=version.course,
                people=Membership.objects.filter(pk__in=[one.pk for one in people]),
                by=request.membership,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error("held_on", str(refused))
        else:
            words = ngettext("It is recorded for %(number)s person.", "It is recorded for %(number)s people.", made) % {"number": made}
            messages.success(request, words)
            return redirect("guidelines:training-course", request.membership.program.slug, version.course_id)
    return render(
        request, "guidelines/enrolments/training_record.html", {"version": version, "people": people, "form": form, "act": "live"}
    )


@staff_only
@require_POST
@once
def training_live_back(request: MemberRequest, livehour: int) -> HttpResponse:
    told = LiveHour.objects.visible_to(request.membership).exclude(membership__in=queries.partners_of(request.membership))
    hour = get_object_or_404(told.select_related("course"), pk=livehour)
    services.take_live_back(hour=hour, by=request.membership, now=timezone.now())
    messages.success(request, _("It is taken back."))
    return redirect("guidelines:training-course", request.membership.program.slug, hour.course_id)


# --- pieces of several pages ---


def _version(request: MemberRequest, course: int) -> CourseVersion:
    """In force, of a course that this person may see."""
    visible = CourseVersion.objects.visible_to(request.membership).in_force().select_related("course")
    version = get_object_or_404(visible, course=course)
    version.course.program = request.membership.program
    return version


def _latest(me: Membership, course: int) -> Enrolment | None:
    """What is open, or was finished last."""
    mine = list(Enrolment.objects.of(me).filter(course=course).order_by("pk"))
    return next((one for one in mine if one.finished_at is None), mine[-1] if mine else None)


def _steps(enrolment: Enrolment | None) -> list[Step]:
    return list(enrolment.steps.all()) if enrolment else []


def _certificate(request: MemberRequest, course: int) -> Enrolment:
    mine = Enrolment.objects.of(request.membership).finished().filter(course=course).order_by("-pk")
    enrolment = mine.select_related("version", "course", "recorded_by__user").first()
    if enrolment is None:
        raise Http404
    enrolment.membership = request.membership
    return enrolment


def _has_agreed(me: Membership) -> bool:
    in_force = GuidelineVersion.objects.visible_to(me).in_force()
    return Acknowledgement.objects.of(me).filter(version__in=in_force).exists()


def _today(me: Membership) -> date:
    return times.local_day(timezone.now(), me.program.time_zone)


def _learners_asked_for(request: MemberRequest, version: CourseVersion) -> LearnerFilter:
    now, today = timezone.now(), _today(request.membership)
    people = queries.people_on(request.membership, version, now)
    ordered = in_order(people, request.GET.get("sort", ""), queries.ORDERS, "name")
    return LearnerFilter(request.GET, queryset=ordered, narrowed=lambda rows, state: queries.in_state(rows, state, today=today, now=now))


def _state(person: Any, today: date) -> str:
    """Of a row of `queries.people_on`."""
    finished, last_day = person.last_finished_at, person.last_expires_on
    if finished and (last_day is None or last_day >= today):
        return "done"
    if person.begun_at:
        return "begun"
    return "over" if finished else "new"


def _rows(people: Iterable[Any], today: date) -> Iterator[list[object]]:
    """Of rows of `queries.people_on`."""
    for person in people:
        yield [
            person.user.full_name,
            STATES[_state(person, today)],
            person.at_module,
            person.modules,
            person.stepped_at,
            person.last_finished_at,
            person.last_expires_on,
            person.live,
        ]


def _ticked(request: MemberRequest) -> list[Membership]:
    sent = request.POST if request.method == "POST" else request.GET
    people = queries.learners_told_to(request.membership).with_people()
    return list(people.filter(pk__in=ticked(sent.getlist("membership"))).order_by("user__name", "pk"))

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guidelines.courses import archive, services
from guidelines.courses.forms import NEW, AddPicture, CourseFacts, ImportCourse, PublishCourse, WriteModule
from guidelines.courses.models import Course, CourseVersion, Picture
from guidelines.courses.pictures import shown
from guidelines.courses.reader import Module, module_of
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, members_only, staff_only
from programs.people.access import recently_signed_in

BEGIN = """---
title: {title}
summary: {summary}
---
## {first} {{lesson}}
{text}
"""


# --- reading ---


@members_only
@require_safe
def text(request: MemberRequest, course: int) -> HttpResponse:
    """All of a course on one page, with every choice and what it leads to: to read on paper, or without pressing anything."""
    in_force = CourseVersion.objects.visible_to(request.membership).in_force().select_related("course")
    version = get_object_or_404(in_force, course=course)
    modules = _in_full(request, course, version.read_modules)
    return render(request, "guidelines/courses/text.html", {"version": version, "modules": modules})


@members_only
@require_safe
def picture(request: MemberRequest, course: int, picture: str) -> HttpResponse:
    """For those who may read a text that shows it. Whatever is in the file, a browser takes it for a picture and for nothing else."""
    kept = get_object_or_404(Picture.objects.visible_to(request.membership), course=course, name=picture)
    response = HttpResponse(bytes(kept.content), content_type=kept.content_type)
    response["Content-Disposition"] = content_disposition_header(False, kept.name) or "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@staff_only
@require_safe
def draft(request: MemberRequest, course: int) -> HttpResponse:
    """The same of what is being written."""
    version = _written(_course(request, course))
    modules = _in_full(request, course, version.read_modules)
    return render(request, "guidelines/courses/text.html", {"version": version, "modules": modules, "is_draft": True})


# --- writing ---


@staff_only
@once
def add(request: MemberRequest) -> HttpResponse:
    form = CourseFacts(request.POST or None, initial={"live_minutes": 0})
    if request.method == "POST" and form.is_valid():
        try:
            course = services.add_course(
                program=request.membership.program, by=request.membership, text=archive.CourseText(form.facts(), ()), now=timezone.now()
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is there. Now write its first module."))
            return redirect("guidelines:course-edit", request.membership.program.slug, course.pk)
    return render(request, "guidelines/courses/add.html", {"form": form})


@staff_only
@once
def edit(request: MemberRequest, course: int) -> HttpResponse:
    """What is said of a course, its modules, and what publishing it would change."""
    edited = _course(request, course)
    if request.method != "POST":
        return _edit_page(request, edited)
    form = CourseFacts(request.POST)
    if form.is_valid():
        try:
            services.save_facts(
                course=edited,
                by=request.membership,
                facts=form.facts(),
                revision=form.cleaned_data["revision"] or 0,
                now=timezone.now(),
            )
        except services.SavedMeanwhile as meanwhile:
            return _edit_page(request, edited, form=_on_top_of(form, meanwhile.draft), meanwhile=meanwhile)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The draft is saved. Nobody but those who run the program sees it until it is published."))
            return redirect("guidelines:course-edit", request.membership.program.slug, edited.pk)
    return _edit_page(request, edited, form=form)


@staff_only
@once
def module_add(request: MemberRequest, course: int) -> HttpResponse:
    return _module(request, _course(request, course), None)


@staff_only
@once
def module(request: MemberRequest, course: int, module: int) -> HttpResponse:
    edited = _course(request, course)
    if not 1 <= module <= len(_written(edited).modules):
        raise Http404
    return _module(request, edited, module)


@staff_only
@require_POST
@once
def module_move(request: MemberRequest, course: int, module: int) -> HttpResponse:
    return _act(
        request,
        _course(request, course),
        lambda edited: services.move_module(
            course=edited,
            by=request.membership,
            number=module,
            up=request.POST.get("direction") == "up",
            read=request.POST.get("read", ""),
            now=timezone.now(),
        ),
        number=module,
    )


@staff_only
@require_POST
@once
def module_remove(request: MemberRequest, course: int, module: int) -> HttpResponse:
    return _act(
        request,
        _course(request, course),
        lambda edited: services.remove_module(
            course=edited, by=request.membership, number=module, read=request.POST.get("read", ""), now=timezone.now()
        ),
        number=module,
    )


@staff_only
@require_POST
@once
def publish(request: MemberRequest, course: int) -> HttpResponse:
    edited = _course(request, course)
    form = PublishCourse(request.POST, is_first=_in_force(edited) is None)
    if form.is_valid():
        try:
            version = services.publish(course=edited, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Version %(number)s is in force. Whoever has begun goes on in it.") % {"number": version.number})
            return redirect("guidelines:training-course", request.membership.program.slug, edited.pk)
    return _edit_page(request, edited, publish_form=form)


@staff_only
@require_POST
@once
def discard(request: MemberRequest, course: int) -> HttpResponse:
    return _act(
        request,
        _course(request, course),
        lambda edited: services.discard_draft(
            course=edited,
            by=request.membership,
            revision=whole_number(request.POST.get("revision", "")) or 0,
            now=timezone.now(),
        ),
    )


@staff_only
@require_POST
@once
def away(request: MemberRequest, course: int) -> HttpResponse:
    """Put a course away, or take it back."""
    edited, is_away = _course(request, course), request.POST.get("away") == "yes"
    services.set_away(course=edited, by=request.membership, is_away=is_away, now=timezone.now())
    messages.success(request, _("The course is put away.") if is_away else _("The course is back."))
    return redirect("guidelines:training", request.membership.program.slug)


# --- files ---


@staff_only
@require_safe
@recently_signed_in
def export(request: MemberRequest, course: int) -> HttpResponse:
    """As a file that another program can read in: the draft, or what is in force."""
    exported = _course(request, course)
    version = _written(exported)
    audit.record(
        verb="course.exported",
        subject=exported,
        program_id=exported.program_id,
        actor_id=request.user.pk,
        now=timezone.now(),
        detail={"number": version.number},
    )
    response = HttpResponse(
        archive.write_zip(version.facts, tuple(version.modules), services.pictures_in(version)), content_type="application/zip"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{exported.name}.zip") or "attachment"
    return response


@staff_only
@once
def read_in(request: MemberRequest) -> HttpResponse:
    """A course that another program has sent becomes a draft here."""
    me = request.membership
    versions = CourseVersion.objects.visible_to(me).in_force().in_a_list()
    courses = [(version.course, version.title) for version in versions]
    form = ImportCourse(request.POST or None, request.FILES or None, courses=courses, initial={"into": NEW})
    if request.method == "POST" and form.is_valid():
        told, into = form.cleaned_data["file"], form.cleaned_data["into"]
        try:
            if into == NEW:
                course = services.add_course(program=me.program, by=me, text=told, now=timezone.now())
            else:
                course = next(one for one, _title in courses if str(one.pk) == into)
                course.program = me.program
                services.replace_draft(course=course, by=me, text=told, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("“%(title)s” is read in as a draft. Look through it, then publish it.") % {"title": told.facts.title}
            )
            return redirect("guidelines:course-edit", me.program.slug, course.pk)
    return render(request, "guidelines/courses/read_in.html", {"form": form})


# --- pieces of several pages ---


def _act(request: MemberRequest, course: Course, act: Any, number: int | None = None) -> HttpResponse:
    if number is not None and not 1 <= number <= len(_written(course).modules):
        raise Http404
    try:
        act(course)
    except Refused as refused:
        say_no(request, refused)
    return redirect("guidelines:course-edit", request.membership.program.slug, course.pk)


def _edit_page(
    request: MemberRequest,
    course: Course,
    *,
    form: CourseFacts | None = None,
    publish_form: PublishCourse | None = None,
    meanwhile: services.SavedMeanwhile | None = None,
) -> HttpResponse:
    version = _written(course)
    facts = version.facts
    is_draft = version.published_at is None
    start = {
        "title": facts.title,
        "summary": facts.summary,
        "audience": facts.audience.value,
        "is_required": facts.is_required,
        "valid_days": facts.valid_days,
        "live_minutes": facts.live_minutes,
        "revision": version.revision if is_draft else 0,
    }
    in_force = _in_force(course)
    new_form = PublishCourse(initial={"revision": version.revision}, is_first=in_force is None)
    context = {
        "course": course,
        "version": version,
        "is_draft": is_draft,
        "in_force": in_force,
        "modules": [
            {"number": number, "module": module_of(text), "read": services.digest_of(version, number), "is_new": _is_new(text, in_force)}
            for number, text in enumerate(version.modules, 1)
        ],
        "form": form or CourseFacts(initial=start),
        "publish_form": (publish_form or new_form) if is_draft else None,
        "meanwhile": meanwhile,
    }
    return render(request, "guidelines/courses/edit.html", context, status=HTTPStatus.CONFLICT if meanwhile else HTTPStatus.OK)


def _in_force(course: Course) -> CourseVersion | None:
    return CourseVersion.objects.filter(course=course).in_force().first()


def _is_new(text: str, in_force: CourseVersion | None) -> bool:
    return in_force is None or text not in in_force.modules


def _module(request: MemberRequest, course: Course, number: int | None) -> HttpResponse:
    version = _written(course)
    written = version.modules[number - 1] if number else _first_lines(len(version.modules) + 1)
    read = services.digest_of(version, number) if number else ""
    if request.method != "POST":
        return _module_page(request, course, number, WriteModule(initial={"text": written, "read": read}))
    form, adding = WriteModule(request.POST), _picture_sent(request)
    is_valid = form.is_valid()
    if adding is not None and adding.is_valid() and not is_valid:
        adding.choose_again()
    if not is_valid or (adding is not None and adding.errors):
        return _module_page(request, course, number, form, adding=adding)
    if "preview" in request.POST:
        return _module_page(request, course, number, form, preview=module_of(form.cleaned_data["text"]))
    what = {"course": course, "by": request.membership, "number": number, "now": timezone.now(), **form.cleaned_data}
    try:
        if adding is None:
            services.save_module(**what)
        else:
            number = services.add_picture(**what, **adding.told())
    except services.SavedMeanwhile as meanwhile:
        if adding is not None:
            adding.choose_again()
        theirs = meanwhile.draft.modules[number - 1] if number and number <= len(meanwhile.draft.modules) else ""
        mine = WriteModule(
            initial={"text": form.cleaned_data["text"], "read": services.digest_of(meanwhile.draft, number) if number else ""}
        )
        return _module_page(request, course, number, mine, adding=adding, meanwhile=meanwhile, theirs=theirs)
    except Refused as refused:
        if adding is None:
            form.add_error("text", str(refused))
        else:
            adding.add_error("picture", str(refused))
        return _module_page(request, course, number, form, adding=adding)
    if adding is not None:
        messages.success(request, _("The picture is in the text, and the module is saved in the draft."))
        return redirect("guidelines:module", request.membership.program.slug, course.pk, number)
    messages.success(request, _("The module is saved in the draft."))
    return redirect("guidelines:course-edit", request.membership.program.slug, course.pk)


def _picture_sent(request: MemberRequest) -> AddPicture | None:
    """Whoever chose one means to add it, whichever button they press; but how a text reads can be looked at before."""
    if "preview" in request.POST or not ("picture" in request.FILES or "add_picture" in request.POST):
        return None
    return AddPicture(request.POST, request.FILES, text=request.POST.get("text", ""))


def _module_page(
    request: MemberRequest,
    course: Course,
    number: int | None,
    form: WriteModule,
    *,
    adding: AddPicture | None = None,
    preview: Module | None = None,
    meanwhile: services.SavedMeanwhile | None = None,
    theirs: str = "",
) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in AddPicture.base_fields}
    context = {
        "course": course,
        "version": _written(course),
        "number": number,
        "form": form,
        "adding": adding or AddPicture(text=form["text"].value() or "", initial=typed),
        "preview": _in_full(request, course.pk, [preview]) if preview else [],
        "meanwhile": meanwhile,
        "theirs": theirs,
    }
    return render(request, "guidelines/courses/module.html", context, status=HTTPStatus.CONFLICT if meanwhile else HTTPStatus.OK)


def _first_lines(number: int) -> str:
    return BEGIN.format(
        title=_("Module %(number)s") % {"number": number},
        summary=_("What somebody learns in it, in a sentence."),
        first=_("The title of the first screen"),
        text=_("Write here."),
    )


def _on_top_of(form: CourseFacts, draft: CourseVersion) -> CourseFacts:
    """What was typed, to be saved over what was saved meanwhile: knowingly."""
    return CourseFacts(initial={**form.cleaned_data, "revision": draft.revision})


def _in_full(request: MemberRequest, course: int, modules: list[Module]) -> list[dict[str, object]]:
    """Modules with every text of theirs rendered."""
    at: dict[str, Any] = {"program": request.membership.program.slug, "course": course}
    return [
        {
            "module": module,
            "number": number,
            "screens": [
                {
                    "screen": screen,
                    "body": shown(screen.body, **at),
                    "choices": [
                        {"choice": choice, "body": shown(choice.body, **at), "goes_on": _title_of(module, choice.goes_on)}
                        for choice in screen.choices
                    ],
                }
                for screen in module.screens
            ],
        }
        for number, module in enumerate(modules, 1)
    ]


def _title_of(module: Module, name: str) -> str:
    return next((screen.title for screen in module.screens if name and screen.name == name), "")


def _course(request: MemberRequest, course: int) -> Course:
    found = get_object_or_404(Course.objects.visible_to(request.membership), pk=course)
    found.program = request.membership.program
    return found


def _written(course: Course) -> CourseVersion:
    version = services.written(course)
    if version is None:
        raise Http404
    return version

"""Courses are made, changed and published. What was published never changes."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from guidelines.courses import policies
from guidelines.courses.archive import CourseText, read_files
from guidelines.courses.models import LONGEST_NAME, Course, CourseVersion, Picture
from guidelines.courses.pictures import MOST_BYTES, MOST_OF_ALL, MOST_PICTURES, ending_of, line_of, names_for, put_in
from guidelines.courses.reader import MOST_MODULES, Facts, module_of, read_module
from mentoring.kernel.archives import Unreadable
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program

SHIPPED = Path(__file__).parent / "text" / "en"
# In the order in which a program lists them.
SHIPPED_NAMES = (
    "mentor-course",
    "mentee-course",
    "first-meeting-kit",
    "refresher-waiting",
    "refresher-handing-over-the-agenda",
    "refresher-saying-sorry",
    "refresher-declining-a-request",
    "refresher-noticing-own-tiredness",
)

_when_courses_changed: list[Callable[..., object]] = []


def when_courses_changed(callback: Callable[..., object]) -> None:
    """Have `callback(program=…, now=…)` called, in the transaction that publishes a course, puts one away or takes it back.

    For `AppConfig.ready()`.
    """
    _when_courses_changed.append(callback)


class SavedMeanwhile(Refused):
    """Somebody else saved the draft since it was read. `draft` is as they left it; nothing of either is lost."""

    def __init__(self, draft: CourseVersion) -> None:
        super().__init__(_("While you were writing, %(name)s saved something here.") % {"name": draft.written_by.user.full_name})
        self.draft = draft


@cache
def shipped() -> dict[str, CourseText]:
    """What comes with Evenhand, by name."""
    return {
        name: read_files({path.name: path.read_text(encoding="utf-8") for path in (SHIPPED / name).iterdir()}) for name in SHIPPED_NAMES
    }


@transaction.atomic
def create_shipped(*, program: Program, by: Membership, now: datetime) -> list[Course]:
    """A new program begins with the courses that ship with Evenhand. Staff change them whenever they like."""
    courses = Course.objects.bulk_create(Course(program=program, name=name, created_at=now) for name in shipped())
    CourseVersion.objects.bulk_create(
        _with_text(CourseVersion(course=course, number=1, written_by=by, created_at=now, changed_at=now, published_at=now), text)
        for course, text in zip(courses, shipped().values(), strict=True)
    )
    _say_that_courses_changed(program, now)
    audit.record(
        verb="courses.shipped", subject=program, program_id=program.pk, actor_id=by.user_id, now=now, detail={"courses": len(courses)}
    )
    return courses


@transaction.atomic
def add_course(*, program: Program, by: Membership, text: CourseText, now: datetime) -> Course:
    """A new course, as a draft. Nobody is asked to take it before it is published."""
    _refuse_unless_staff(program, by)
    _lock(program)
    course = Course.objects.create(program=program, name=_free_name(program, text.facts.title), created_at=now)
    for name, content in text.pictures.items():
        _keep_picture(course, [name], content, now)
    version = CourseVersion(course=course, number=1, written_by=by, created_at=now, changed_at=now)
    _with_text(version, text).save()
    _show_pictures(version)
    audit.record(verb="course.added", subject=course, program_id=program.pk, actor_id=by.user_id, now=now)
    return course


@transaction.atomic
def replace_draft(*, course: Course, by: Membership, text: CourseText, now: datetime) -> CourseVersion:
    """What another program sent becomes the draft of a course that is here already, in place of its present one."""
    draft = _draft_to_write(course, by, now)
    for name, content in text.pictures.items():
        _keep_picture(course, [name], content, now)
    _with_text(draft, text)
    return _saved(draft, by, now)


@transaction.atomic
def save_facts(*, course: Course, by: Membership, facts: Facts, revision: int, now: datetime) -> CourseVersion:
    """What is said of a course beside its modules. `revision` is that of the draft it was read in, 0 where there was none.

    If somebody else saved in between there is `SavedMeanwhile`, and nothing is written.
    """
    draft = _draft_to_write(course, by, now)
    if draft.pk is not None and draft.revision != revision:
        raise SavedMeanwhile(draft)
    _with_text(draft, CourseText(facts, tuple(draft.modules)))
    return _saved(draft, by, now)


@transaction.atomic
def save_module(*, course: Course, by: Membership, number: int | None, text: str, read: str, now: datetime) -> int:
    """Keep a module of the draft. `number` counts from 1; None adds one at the end. `read` is the `digest_of` what was written over.

    Returns its number. May raise `SavedMeanwhile`; refuses what the reader cannot read.
    """
    draft = _draft_to_write(course, by, now)
    try:
        read_module(text)
    except Unreadable as unreadable:
        raise Refused(str(unreadable)) from None
    if number is None:
        if len(draft.modules) >= MOST_MODULES:
            raise Refused(_("A course has at most %(most)d modules.") % {"most": MOST_MODULES})
        draft.modules.append(text)
    elif digest_of(draft, number) != read:
        raise SavedMeanwhile(draft)
    else:
        draft.modules[number - 1] = text
    _saved(draft, by, now)
    return number or len(draft.modules)


@transaction.atomic
def add_picture(
    *,
    course: Course,
    by: Membership,
    number: int | None,
    text: str,
    read: str,
    screen: str,
    content: bytes,
    file: str,
    shows: str,
    below: str,
    now: datetime,
) -> int:
    """Keep a picture with the course, and the module with the picture in it: at the end of `screen`, a title as its line in the text.

    `file` is what its file is called, `shows` what whoever does not see it reads, `below` what stands below it. For the others, and for
    what it returns and raises, see `save_module`.
    """
    _refuse_unless_staff(course.program, by)
    _lock(course.program)
    ending = ending_of(content)
    if not ending:
        raise Refused(_("This is no PNG, JPEG or WebP picture."))
    if not shows.strip():
        raise Refused(_("Say what the picture shows, for whoever does not see it."))
    picture = _keep_picture(course, names_for(file, ending), content, now)
    line = line_of(name=picture.name, shows=shows, below=below)
    return save_module(course=course, by=by, number=number, text=put_in(text, line, screen=screen), read=read, now=now)


@transaction.atomic
def move_module(*, course: Course, by: Membership, number: int, up: bool, read: str, now: datetime) -> None:
    """Swap a module with the one above or below it. At the end of the list nothing happens."""
    draft = _draft_to_write(course, by, now)
    if digest_of(draft, number) != read:
        raise SavedMeanwhile(draft)
    here, there = number - 1, number - 2 if up else number
    if 0 <= there < len(draft.modules):
        draft.modules[here], draft.modules[there] = draft.modules[there], draft.modules[here]
        _saved(draft, by, now)


@transaction.atomic
def remove_module(*, course: Course, by: Membership, number: int, read: str, now: datetime) -> None:
    """Take a module out of the draft. What is in force keeps it until the draft is published."""
    draft = _draft_to_write(course, by, now)
    if digest_of(draft, number) != read:
        raise SavedMeanwhile(draft)
    del draft.modules[number - 1]
    _saved(draft, by, now)


@transaction.atomic
def publish(*, course: Course, by: Membership, summary: str, revision: int, now: datetime) -> CourseVersion:
    """Put the draft in force. Whoever is in the middle keeps what they have done, wherever the screens say the same."""
    _refuse_unless_staff(course.program, by)
    _lock(course.program)
    draft = _draft_of(course)
    if draft is None:
        raise Refused(_("There is no draft to publish. It may have been published a moment ago."))
    if draft.revision != revision:
        raise SavedMeanwhile(draft)
    if not draft.modules:
        raise Refused(_("Write a module first. A course without one has nothing to learn from."))
    before = CourseVersion.objects.filter(course=course).in_force().first()
    if before is not None and (before.modules, before.facts) == (draft.modules, draft.facts):
        raise Refused(_("The draft says the same as the version that is in force. There is nothing to publish."))
    if before is not None and not summary.strip():
        raise Refused(_("Say in a sentence what changed, so that people know what to look for."))
    draft.summary_of_change, draft.published_at = summary.strip(), now
    draft.save(update_fields=["summary_of_change", "published_at"])
    _forget_unused_pictures(course)
    _say_that_courses_changed(course.program, now)
    audit.record(
        verb="course.published",
        subject=course,
        program_id=course.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"number": draft.number},
    )
    return draft


@transaction.atomic
def discard_draft(*, course: Course, by: Membership, revision: int, now: datetime) -> None:
    """Go back to the version in force. Doing so twice changes nothing."""
    _refuse_unless_staff(course.program, by)
    _lock(course.program)
    draft = _draft_of(course)
    if draft is None:
        return
    if draft.revision != revision:
        raise SavedMeanwhile(draft)
    if draft.number == 1:
        raise Refused(_("This course has not been published yet. Put it away instead."))
    draft.delete()
    _forget_unused_pictures(course)
    audit.record(verb="course.draft_discarded", subject=course, program_id=course.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def set_away(*, course: Course, by: Membership, is_away: bool, now: datetime) -> None:
    """Ask nobody to take it any more, or take it back. What people have done of it stays, and so do their certificates."""
    _refuse_unless_staff(course.program, by)
    _lock(course.program)
    course = Course.objects.select_for_update(of=["self"], no_key=True).select_related("program").get(pk=course.pk)
    if (course.retired_at is not None) == is_away:
        return
    course.retired_at = now if is_away else None
    course.save(update_fields=["retired_at"])
    _say_that_courses_changed(course.program, now)
    verb = "course.put_away" if is_away else "course.taken_back"
    audit.record(verb=verb, subject=course, program_id=course.program_id, actor_id=by.user_id, now=now)


def written(course: Course) -> CourseVersion | None:
    """The draft, or where there is none the version in force, also of a course that was put away."""
    newest = CourseVersion.objects.filter(course=course).select_related("written_by__user").order_by("-number")
    return newest.first()


def pictures_in(version: CourseVersion) -> dict[str, bytes]:
    """What its texts show, by name."""
    return {picture.name: bytes(picture.content) for picture in version.pictures.order_by("name")}


def digest_of(version: CourseVersion, number: int) -> str:
    """Of the text of its module `number`, from 1: tells whether somebody has changed it since it was read. Nothing where there is none."""
    if not 1 <= number <= len(version.modules):
        return ""
    return hashlib.sha256(str(version.modules[number - 1]).encode()).hexdigest()


def _with_text(version: CourseVersion, text: CourseText) -> CourseVersion:
    facts = text.facts
    version.title, version.summary, version.audience = facts.title, facts.summary, str(facts.audience)
    version.is_required, version.valid_days, version.live_minutes = facts.is_required, facts.valid_days, facts.live_minutes
    version.modules, version.minutes = list(text.modules), text.minutes
    return version


def _draft_to_write(course: Course, by: Membership, now: datetime) -> CourseVersion:
    """The draft, or a new one that says what the version in force says; that one is not saved yet."""
    _refuse_unless_staff(course.program, by)
    _lock(course.program)
    draft = _draft_of(course)
    if draft is not None:
        return draft
    before = CourseVersion.objects.filter(course=course).order_by("-number").first()
    last = CourseVersion.objects.filter(course=course).aggregate(last=Max("number"))["last"] or 0
    draft = CourseVersion(course=course, number=last + 1, written_by=by, created_at=now, revision=0)
    return _with_text(draft, CourseText(before.facts, tuple(before.modules))) if before else draft


def _saved(draft: CourseVersion, by: Membership, now: datetime) -> CourseVersion:
    draft.written_by, draft.changed_at = by, now
    draft.minutes = sum(module_of(text).minutes for text in draft.modules)
    draft.revision += 1
    draft.save()
    _show_pictures(draft)
    audit.record(
        verb="course.draft_saved",
        subject=draft.course,
        program_id=by.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"revision": draft.revision},
    )
    return draft


def _show_pictures(version: CourseVersion) -> None:
    """A version keeps hold of what its texts show. Refuses a name under which there is no picture."""
    named = {name for text in version.modules for name in module_of(text).pictures}
    found = {picture.name: picture.pk for picture in Picture.objects.filter(course=version.course_id, name__in=named).only("name")}
    if missing := sorted(named - found.keys()):
        raise Refused(_("There is no picture “%(name)s” in this course. Add it, or take its line out.") % {"name": missing[0]})
    version.pictures.set(found.values())


def _keep_picture(course: Course, names: Iterable[str], content: bytes, now: datetime) -> Picture:
    """Under the first of the names that is free. A picture that is there already under one of them is not kept twice."""
    if len(content) > MOST_BYTES:
        raise Refused(_("A picture can have 2 MB at most. 1600 dots across are enough for every screen, and take less."))
    kept = {picture.name: picture for picture in Picture.objects.filter(course=course).defer("content")}
    for name in names:
        if name not in kept:
            break
        if kept[name].size == len(content) and bytes(kept[name].content) == content:
            return kept[name]
    else:
        raise Refused(_("This course has another picture that is called “%(name)s”. Give this one another name.") % {"name": name})
    if len(kept) >= MOST_PICTURES or sum(one.size for one in kept.values()) + len(content) > MOST_OF_ALL:
        raise Refused(
            _("A course can hold %(most)d pictures, and 20 MB of them. What no version shows any more goes when you publish.")
            % {"most": MOST_PICTURES}
        )
    return Picture.objects.create(course=course, name=name, content=content, size=len(content), added_at=now)


def _forget_unused_pictures(course: Course) -> None:
    """Not while a draft is written: a line may be on its way from one module to another."""
    Picture.objects.filter(course=course, versions=None).delete()


def _draft_of(course: Course) -> CourseVersion | None:
    return CourseVersion.objects.filter(course=course).draft().select_related("written_by__user", "course").first()


def _free_name(program: Program, title: str) -> str:
    base = slugify(title)[: LONGEST_NAME - 4].strip("-") or "course"
    taken = set(Course.objects.filter(program=program, name__startswith=base).values_list("name", flat=True))
    return next(name for name in [base, *(f"{base}-{number}" for number in range(2, 1000))] if name not in taken)


def _lock(program: Program) -> None:
    """Saving and publishing the courses of one program happen one after the other."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _say_that_courses_changed(program: Program, now: datetime) -> None:
    for callback in _when_courses_changed:
        callback(program=program, now=now)


def _refuse_unless_staff(program: Program, by: Membership) -> None:
    if not policies.may_write(by) or by.program_id != program.pk:
        raise Refused(_("Only those who run the program write its courses."))

"""Courses are made, changed and published by those who run the program; what was published never changes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from guidelines.courses import services
from guidelines.courses.archive import CourseText
from guidelines.courses.models import CourseVersion
from guidelines.courses.reader import Audience, Facts
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.factories.guidelines import MODULE, CourseVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

FACTS = Facts("Waiting", "How to wait.", Audience.EVERYONE, False, None, 0)
OTHER = MODULE.format(title="Other")


@pytest.fixture
def version():
    return CourseVersionFactory()


@pytest.fixture
def by(version):
    return version.written_by


def in_force(version) -> CourseVersion:
    return CourseVersion.objects.filter(course=version.course).in_force().get()


def draft_of(version) -> CourseVersion:
    return CourseVersion.objects.filter(course=version.course).draft().get()


def publish(version, by, now, summary="Other words."):
    return services.publish(course=version.course, by=by, summary=summary, revision=draft_of(version).revision, now=now)


def save(version, by, now, number=1, text=OTHER, read=None):
    read = services.digest_of(services.written(version.course), number) if read is None and number else read or ""
    return services.save_module(course=version.course, by=by, number=number, text=text, read=read, now=now)


def test_a_program_begins_with_all_that_ships(noon):
    by = MembershipFactory(coordinator=True)

    services.create_shipped(program=by.program, by=by, now=noon)

    found = list(CourseVersion.objects.visible_to(by).in_force().in_a_list())
    assert [version.course.name for version in found[:2]] == ["mentor-course", "mentee-course"]
    assert sorted(version.course.name for version in found) == sorted(services.SHIPPED_NAMES)
    assert all(version.minutes and version.title for version in found)


def test_a_new_course_is_a_draft_that_participants_do_not_see(noon, version, by):
    course = services.add_course(program=by.program, by=by, text=CourseText(FACTS, (OTHER,)), now=noon)

    reader = MembershipFactory(program=by.program)
    assert not CourseVersion.objects.visible_to(reader).filter(course=course).exists()
    assert course.name == "waiting"
    assert services.add_course(program=by.program, by=by, text=CourseText(FACTS, ()), now=noon).name == "waiting-2"


def test_what_is_written_changes_the_draft_and_not_what_is_in_force(noon, version, by):
    save(version, by, noon)

    assert draft_of(version).modules == [OTHER]
    assert in_force(version).modules == version.modules


def test_publishing_puts_the_draft_in_force(noon, version, by):
    save(version, by, noon)

    publish(version, by, noon)

    assert (in_force(version).number, in_force(version).modules) == (2, [OTHER])
    assert AuditEvent.objects.filter(verb="course.published").exists()


def test_the_database_refuses_to_change_what_was_published(version):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        CourseVersion.objects.filter(pk=version.pk).update(title="Something else")


def test_what_somebody_else_saved_meanwhile_is_not_written_over(noon, version, by):
    read = services.digest_of(version, 1)
    save(version, by, noon)

    with pytest.raises(services.SavedMeanwhile) as meanwhile:
        save(version, by, noon, text=MODULE.format(title="Mine"), read=read)

    assert meanwhile.value.draft.modules == [OTHER]
    assert draft_of(version).modules == [OTHER]


def test_facts_that_somebody_else_saved_meanwhile_are_not_written_over(noon, version, by):
    services.save_facts(course=version.course, by=by, facts=FACTS, revision=0, now=noon)

    with pytest.raises(services.SavedMeanwhile):
        services.save_facts(course=version.course, by=by, facts=FACTS, revision=0, now=noon)


def test_two_who_write_different_modules_are_not_in_each_others_way(noon, by, version):
    save(version, by, noon, number=None, text=OTHER)
    first, second = (services.digest_of(draft_of(version), number) for number in (1, 2))

    save(version, by, noon, number=1, text=MODULE.format(title="One"), read=first)
    save(version, by, noon, number=2, text=MODULE.format(title="Two"), read=second)

    assert [module.title for module in draft_of(version).read_modules] == ["One", "Two"]


def test_modules_are_added_moved_and_taken_out(noon, version, by):
    assert save(version, by, noon, number=None) == 2

    services.move_module(course=version.course, by=by, number=2, up=True, read=services.digest_of(draft_of(version), 2), now=noon)
    assert [module.title for module in draft_of(version).read_modules] == ["Other", "Waiting"]

    services.remove_module(course=version.course, by=by, number=2, read=services.digest_of(draft_of(version), 2), now=noon)
    assert draft_of(version).modules == [OTHER]


@pytest.mark.parametrize(
    ("prepare", "summary", "words"),
    [
        (lambda version, by, now: None, "x", "no draft"),
        (lambda version, by, now: save(version, by, now), "", "in a sentence"),
        (lambda version, by, now: save(version, by, now, text=version.modules[0]), "x", "says the same"),
        (
            lambda version, by, now: services.remove_module(
                course=version.course, by=by, number=1, read=services.digest_of(version, 1), now=now
            ),
            "x",
            "Write a module first",
        ),
    ],
)
def test_what_cannot_be_published_says_why(noon, version, by, prepare, summary, words):
    prepare(version, by, noon)

    with pytest.raises(Refused, match=words):
        services.publish(course=version.course, by=by, summary=summary, revision=1, now=noon)


def test_text_that_cannot_be_read_is_refused_with_its_line(noon, version, by):
    with pytest.raises(Refused, match="Line 4: There is no text"):
        save(version, by, noon, text="---\ntitle: A\n---\n## B {lesson}\n")


def test_a_draft_can_be_thrown_away(noon, version, by):
    save(version, by, noon)

    services.discard_draft(course=version.course, by=by, revision=1, now=noon)

    assert not CourseVersion.objects.filter(course=version.course).draft().exists()


def test_a_course_that_is_put_away_can_be_taken_back(noon, version, by):
    services.set_away(course=version.course, by=by, is_away=True, now=noon)
    assert not CourseVersion.objects.filter(course=version.course).in_force().exists()

    services.set_away(course=version.course, by=by, is_away=False, now=noon + timedelta(days=1))
    assert in_force(version) == version


def test_what_another_program_sent_becomes_the_next_draft(noon, version, by):
    services.replace_draft(course=version.course, by=by, text=CourseText(FACTS, (OTHER, *version.modules)), now=noon)

    assert (draft_of(version).number, len(draft_of(version).modules), draft_of(version).minutes) == (2, 2, 10)


@pytest.mark.parametrize("who", [{}, {"coordinator": True, "left": True}])
def test_only_those_who_run_the_program_write(noon, version, who):
    somebody = MembershipFactory(program=version.course.program, **who)

    for act in (
        lambda: save(version, somebody, noon),
        lambda: services.add_course(program=somebody.program, by=somebody, text=CourseText(FACTS, ()), now=noon),
        lambda: services.set_away(course=version.course, by=somebody, is_away=True, now=noon),
    ):
        with pytest.raises(Refused, match="Only those who run the program"):
            act()

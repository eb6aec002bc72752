"""Courses are written in the browser: nothing that was typed is lost, and what is wrong is said beside it."""

import io
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guidelines.courses import archive, services
from guidelines.courses.models import Course, CourseVersion
from tests.factories.guidelines import MODULE, CourseVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

OTHER = MODULE.format(title="Other")
FACTS = {"title": "Waiting well", "summary": "How to wait.", "audience": "everyone", "valid_days": "", "live_minutes": "0"}


@pytest.fixture
def version():
    return CourseVersionFactory()


@pytest.fixture
def browser(as_member, version):
    return as_member(version.written_by)


def page(name, version, *more):
    return reverse(f"guidelines:{name}", args=[version.course.program.slug, version.course_id, *more])


def shown(response):
    return " ".join(response.content.decode().split())


def form(**fields):
    return {"once": str(uuid.uuid4()), **fields}


def draft_of(version):
    return CourseVersion.objects.filter(course=version.course).draft().get()


def test_a_module_is_written_and_published(browser, version):
    browser.post(page("module", version, 1), form(text=OTHER, read=services.digest_of(version, 1)))
    browser.post(page("course-publish", version), form(revision="1", summary="Other words."))

    assert CourseVersion.objects.filter(course=version.course).in_force().get().modules == [OTHER]


def test_what_changed_is_asked_for_beside_its_field_and_not_of_a_first_version(browser, version):
    browser.post(page("module", version, 1), form(text=OTHER, read=services.digest_of(version, 1)))

    response = browser.post(page("course-publish", version), form(revision="1", summary=""))

    assert response.context["publish_form"].errors["summary"] == ["Say in a sentence what changed, so that people know what to look for."]
    CourseVersion.objects.filter(course=version.course).in_force().delete()
    browser.post(page("course-publish", version), form(revision="1", summary=""))
    assert CourseVersion.objects.filter(course=version.course).in_force().exists()


def test_why_nothing_was_published_is_said_once(browser, version):
    browser.post(page("module", version, 1), form(text=version.modules[0], read=services.digest_of(version, 1)))

    response = browser.post(page("course-publish", version), form(revision="1", summary="Nothing."))

    assert shown(response).count("The draft says the same as the version that is in force.") == 1


def test_a_mistake_stands_beside_the_text_with_its_line_and_nothing_is_lost(browser, version):
    typed = OTHER.replace("### [x] Whoever counts to five", "### Whoever counts to five")

    response = browser.post(page("module", version, 1), form(text=typed, read=services.digest_of(version, 1)))

    assert "Line 28: An answer begins with [x]" in shown(response)
    assert "It reads: “### Whoever counts to five”" in shown(response)
    assert "Whoever asks again" in shown(response)
    assert not CourseVersion.objects.draft().exists()


def test_a_preview_saves_nothing(browser, version):
    response = browser.post(page("module", version, 1), form(text=OTHER, read=services.digest_of(version, 1), preview="1"))

    assert "Other says so." in shown(response)
    assert "This is not saved yet." in shown(response)
    assert not CourseVersion.objects.draft().exists()


def test_two_who_write_one_module_both_keep_their_words(browser, version):
    read = services.digest_of(version, 1)
    browser.post(page("module", version, 1), form(text=OTHER, read=read))
    mine = MODULE.format(title="Mine")

    response = browser.post(page("module", version, 1), form(text=mine, read=read))
    assert response.status_code == 409
    assert "Mine says so." in shown(response)
    assert "Other says so." in shown(response)

    browser.post(page("module", version, 1), form(text=mine, read=response.context["form"]["read"].value()))
    assert draft_of(version).modules == [mine]


def test_facts_saved_by_two_at_once_are_both_shown(browser, version):
    browser.post(page("course-edit", version), form(**FACTS, revision="0"))

    response = browser.post(page("course-edit", version), form(**{**FACTS, "title": "Mine"}, revision="0"))

    assert response.status_code == 409
    assert "Saved are: “Waiting well”" in shown(response)
    assert response.context["form"]["title"].value() == "Mine"


def test_a_new_course_is_begun(browser, version):
    response = browser.post(reverse("guidelines:course-add", args=[version.course.program.slug]), form(**FACTS))

    course = Course.objects.get(name="waiting-well")
    assert response["Location"] == reverse("guidelines:course-edit", args=[course.program.slug, course.pk])
    browser.post(reverse("guidelines:module-add", args=[course.program.slug, course.pk]), form(text=OTHER, read=""))
    assert course.versions.get().modules == [OTHER]


def test_modules_are_moved_and_taken_out(browser, version):
    browser.post(page("module-add", version), form(text=OTHER, read=""))

    browser.post(page("module-move", version, 2), form(direction="up", read=services.digest_of(draft_of(version), 2)))
    browser.post(page("module-remove", version, 2), form(read=services.digest_of(draft_of(version), 2)))

    assert draft_of(version).modules == [OTHER]
    assert browser.post(page("module-move", version, 9), form(read="")).status_code == 404


def test_what_is_refused_is_said_and_can_be_sent_again(browser, version):
    browser.post(page("module-add", version), form(text=OTHER, read=""))

    browser.post(page("module-remove", version, 1), form(read="old"))

    assert "saved something here" in shown(browser.get(page("course-edit", version)))
    assert len(draft_of(version).modules) == 2


def test_a_course_is_put_away_and_taken_back(browser, version):
    browser.post(page("course-away", version), form(away="yes"))
    assert "Put away" in shown(browser.get(reverse("guidelines:training", args=[version.course.program.slug])))

    browser.post(page("course-away", version), form(away="no"))
    assert Course.objects.get(pk=version.course_id).retired_at is None


def test_what_one_program_saves_another_reads_in(as_member, browser, version):
    file = browser.get(page("course-export", version))
    assert file["Content-Disposition"] == f'attachment; filename="{version.course.name}.zip"'
    elsewhere = MembershipFactory(coordinator=True)

    response = as_member(elsewhere).post(
        reverse("guidelines:course-read-in", args=[elsewhere.program.slug]),
        form(file=SimpleUploadedFile("course.zip", file.content), into="new"),
    )

    assert response.status_code == 302
    assert CourseVersion.objects.draft().get(course__program=elsewhere.program).modules == version.modules


def test_a_file_becomes_the_next_version_of_a_course_here(browser, version):
    file = archive.write_zip(version.facts, (OTHER,))

    browser.post(
        reverse("guidelines:course-read-in", args=[version.course.program.slug]),
        form(file=SimpleUploadedFile("course.zip", file), into=str(version.course_id)),
    )

    assert (draft_of(version).number, draft_of(version).modules) == (2, [OTHER])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no zip", "This is no zip file"), (b"0" * (archive.MOST_OF_A_ZIP + 1), "larger than 23 MB"), (b"", "This file is empty")],
)
def test_a_file_that_is_no_course_is_refused_beside_the_field(browser, version, content, words):
    response = browser.post(
        reverse("guidelines:course-read-in", args=[version.course.program.slug]),
        form(file=SimpleUploadedFile("course.zip", content), into="new"),
    )

    assert words in shown(response)
    assert Course.objects.count() == 1


def test_mistakes_in_a_file_name_file_and_line(browser, version):
    text = {"course.yaml": archive.facts_in_words(version.facts, ["01-a.md"], 5), "01-a.md": "---\ntitle: A\n---\n## B {lesson}\n"}

    response = browser.post(
        reverse("guidelines:course-read-in", args=[version.course.program.slug]),
        form(file=SimpleUploadedFile("course.zip", packed(text)), into="new"),
    )

    assert "01-a.md, line 4: There is no text below this title." in shown(response)


def packed(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return file.getvalue()


def test_a_draft_is_read_by_those_who_run_the_program_alone(as_member, browser, version):
    browser.post(page("module", version, 1), form(text=OTHER, read=services.digest_of(version, 1)))

    assert "Other says so." in shown(browser.get(page("course-draft", version)))
    reader = as_member(MembershipFactory(program=version.course.program))
    assert reader.get(page("course-draft", version)).status_code == 404
    assert "Other says so." not in shown(reader.get(page("course-text", version)))

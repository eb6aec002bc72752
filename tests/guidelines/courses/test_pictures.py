"""Pictures of a course: in its text, in a browser, in a file, and kept for as long as a version shows them."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guidelines.courses import archive, pictures, services
from guidelines.courses.archive import CourseText
from guidelines.courses.models import CourseVersion, Picture
from mentoring.kernel.archives import Unreadable, packed
from mentoring.kernel.errors import Refused
from tests.factories.guidelines import MODULE, CourseVersionFactory, EnrolmentFactory
from tests.factories.programs import MembershipFactory

PNG = b"\x89PNG\r\n\x1a\n" + b"a table"
OTHER_PNG = b"\x89PNG\r\n\x1a\n" + b"a window"
LINE = '![Two people at a table](a-table.png "They wait.")'
WORDS = {"shows": "Two people at a table", "below": "They wait.", "screen": "## Count to five {lesson}"}
TEXT = MODULE.format(title="Waiting")


@pytest.fixture
def version(db):
    return CourseVersionFactory()


@pytest.fixture
def browser(as_member, version):
    return as_member(version.written_by)


def page(name, version, *more):
    return reverse(f"guidelines:{name}", args=[version.course.program.slug, version.course_id, *more])


def shown(response):
    return " ".join(response.content.decode().split())


def sent(version, content=PNG, file="A table.PNG", **fields):
    told = {"text": TEXT, "read": services.digest_of(version, 1), **WORDS, "add_picture": "1", "once": str(uuid.uuid4())}
    return {**told, "picture": SimpleUploadedFile(file, content), **fields}


def add(version, now, content=PNG, text=TEXT, **what):
    told = {"number": 1, "read": services.digest_of(services.written(version.course), 1), "file": "A table.PNG", **WORDS, **what}
    return services.add_picture(course=version.course, by=version.written_by, text=text, content=content, now=now, **told)


def publish(version, now):
    draft = services.written(version.course)
    return services.publish(course=version.course, by=version.written_by, summary="New.", revision=draft.revision, now=now)


# --- in a text ---


def test_the_line_comes_after_the_text_of_its_screen_and_before_its_choices():
    text = pictures.put_in(TEXT, LINE, screen="## A quiet moment {situation #quiet}")

    assert f"What would you do?\n\n{LINE}\n\n### Wait\n" in text


def test_words_that_would_end_the_line_do_not():
    line = pictures.line_of(name="a.png", shows='A [sign] that says "stop"\nand more', below='One](x) "two"')

    assert pictures.LINE.fullmatch(line)


def test_what_somebody_wrote_beside_a_picture_runs_nowhere():
    line = pictures.line_of(name="a.png", shows='"><script>alert(1)</script>', below="<b onmouseover=alert(1)>")

    html = pictures.shown(line, program="p", course=1)

    assert "<script" not in html
    assert "<b" not in html
    assert 'src="/p/p/learn/1/pictures/a.png"' in html


# --- in the browser ---


def test_a_picture_is_put_into_a_lesson_and_shown_to_who_takes_it(as_member, browser, version):
    browser.post(page("module", version, 1), sent(version))
    browser.post(page("course-publish", version), {"revision": "1", "summary": "A picture.", "once": str(uuid.uuid4())})
    reader = as_member(MembershipFactory(program=version.course.program))

    for address in (page("screen", version, 1, 1), page("course-text", version)):
        response = shown(reader.get(address))
        assert f'<img src="{page("course-picture", version, "a-table.png")}" alt="Two people at a table"' in response
        assert "<figcaption>They wait.</figcaption>" in response


def test_a_browser_takes_it_for_a_picture_and_for_nothing_else(browser, version):
    browser.post(page("module", version, 1), sent(version))

    response = browser.get(page("course-picture", version, "a-table.png"))

    assert (response.content, response["Content-Type"], response["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_who_may_not_read_a_text_does_not_see_what_it_shows(as_member, browser, version, noon):
    browser.post(page("module", version, 1), sent(version))
    picture = page("course-picture", version, "a-table.png")
    reader = as_member(MembershipFactory(program=version.course.program))

    assert reader.get(picture).status_code == 404
    publish(version, noon)
    assert reader.get(picture).status_code == 200
    assert as_member(MembershipFactory(coordinator=True)).get(picture).status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"picture": SimpleUploadedFile("big.png", PNG + b"0" * pictures.MOST_BYTES)}, "larger than 2 MB"),
        ({"picture": SimpleUploadedFile("page.png", b"<svg onload=alert(1)>")}, "no PNG, JPEG or WebP picture"),
        ({"picture": SimpleUploadedFile("a.gif", b"GIF89a")}, "no PNG, JPEG or WebP picture"),
        ({"picture": ""}, "Choose a file for"),
        ({"shows": " "}, "Fill in “What does it show?”"),
        ({"shows": " "}, "Choose the picture once more"),
        ({"text": "no module"}, "Choose the picture once more"),
    ],
)
def test_what_cannot_be_shown_is_refused_beside_the_field_and_nothing_typed_is_lost(browser, version, fields, words):
    fields = {name: SimpleUploadedFile(value.name, value.read()) if hasattr(value, "read") else value for name, value in fields.items()}
    typed = {"text": MODULE.format(title="Typed"), "below": "Typed below."} | fields
    [file.seek(0) for file in fields.values() if hasattr(file, "seek")]

    response = browser.post(page("module", version, 1), sent(version, **typed))

    assert words in shown(response)
    assert typed["text"].split("\n")[0] in response.content.decode()
    assert "Typed below." in shown(response)
    assert not Picture.objects.exists()


def test_a_picture_for_a_text_that_somebody_else_saved_is_not_kept_and_no_word_is_lost(browser, version):
    first = sent(version)
    browser.post(page("module", version, 1), first)

    response = browser.post(page("module", version, 1), sent(version, content=OTHER_PNG, text=MODULE.format(title="Mine")))

    assert response.status_code == 409
    assert "Mine says so." in shown(response)
    assert "Choose the picture once more" in shown(response)
    assert Picture.objects.count() == 1


# --- kept ---


def test_one_file_is_kept_once_and_another_of_the_same_name_gets_its_own(version, noon):
    add(version, noon)
    add(version, noon)
    add(version, noon, content=OTHER_PNG)

    assert sorted(Picture.objects.values_list("name", flat=True)) == ["a-table-2.png", "a-table.png"]


def test_a_text_cannot_show_what_is_not_there(version, noon):
    with pytest.raises(Refused, match=r"no picture “gone.png”"):
        services.save_module(
            course=version.course,
            by=version.written_by,
            number=1,
            text=TEXT.replace("After", "![A](gone.png)\n\nAfter"),
            read=services.digest_of(version, 1),
            now=noon,
        )


def test_what_an_earlier_version_shows_stays_and_what_none_shows_goes(version, noon):
    add(version, noon)
    publish(version, noon)
    add(version, noon, content=OTHER_PNG)
    services.save_module(
        course=version.course,
        by=version.written_by,
        number=1,
        text=TEXT,
        read=services.digest_of(services.written(version.course), 1),
        now=noon,
    )
    assert Picture.objects.count() == 2

    publish(version, noon)

    assert list(Picture.objects.values_list("name", flat=True)) == ["a-table.png"]


def test_a_course_holds_so_many_pictures_and_no_more(version, noon, monkeypatch):
    monkeypatch.setattr(services, "MOST_PICTURES", 1)
    add(version, noon)

    with pytest.raises(Refused, match="can hold 1 pictures"):
        add(version, noon, content=OTHER_PNG)


# --- in a file ---


def test_a_course_goes_out_and_comes_in_with_its_pictures(as_member, browser, version):
    browser.post(page("module", version, 1), sent(version))
    file = browser.get(page("course-export", version)).content
    elsewhere = MembershipFactory(coordinator=True)

    as_member(elsewhere).post(
        reverse("guidelines:course-read-in", args=[elsewhere.program.slug]),
        {"file": SimpleUploadedFile("course.zip", file), "into": "new", "once": str(uuid.uuid4())},
    )

    copied = CourseVersion.objects.draft().get(course__program=elsewhere.program)
    assert services.pictures_in(copied) == {"a-table.png": PNG}


def test_another_picture_of_a_name_that_is_taken_is_refused(version, noon):
    add(version, noon)
    text = CourseText(version.facts, (TEXT.replace("After", "![A](a-table.png)\n\nAfter"),), {"a-table.png": OTHER_PNG})

    with pytest.raises(Refused, match=r"another picture that is called “a-table.png”"):
        services.replace_draft(course=version.course, by=version.written_by, text=text, now=noon)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no picture “a-table.png” among the files"),
        ({"a-table.png": b"<svg>"}, "a-table.png: This is no picture"),
        ({"a-table.png": PNG, "more.png": PNG}, "more.png: No module shows this picture"),
        ({"a-table.png": PNG, "A Table.png": PNG}, "A Table.png: This is no picture"),
        ({"a-table.png": PNG + b"0" * pictures.MOST_BYTES}, "too large"),
    ],
)
def test_what_is_wrong_with_the_pictures_of_a_file_is_said(version, files, words):
    module = TEXT.replace("After", f"{LINE}\n\nAfter")
    texts = {"course.yaml": archive.facts_in_words(version.facts, ["01-a.md"], 5), "01-a.md": module}

    with pytest.raises(Unreadable, match=words):
        archive.read_zip(io.BytesIO(packed(texts | files)))


def test_a_screen_costs_the_same_with_pictures_and_without(as_member, version, noon, queries_of):
    learner = EnrolmentFactory(course=version.course).membership
    reader = as_member(learner)
    without = queries_of(lambda: reader.get(page("screen", version, 1, 1)))
    add(version, noon)
    publish(version, noon)

    assert queries_of(lambda: reader.get(page("screen", version, 1, 1))) == without

"""A course as a file: what goes out comes in again, and nothing else does."""

import io
import stat
import zipfile

import pytest

from guidelines.courses import archive
from guidelines.courses.reader import Audience, Facts, Unreadable
from tests.factories.guidelines import MODULE

FACTS = Facts("It's “waiting”: #1", "How to wait, 'and' why.", Audience.PAIR, False, None, 30)
MODULES = (MODULE.format(title="Waiting"), MODULE.format(title="More waiting"))


def packed(files: dict[str, bytes | str], **of_each: int) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in of_each.items():
                setattr(entry, key, value)
            made.writestr(entry, content)
    file.seek(0)
    return file


def good() -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(archive.write_zip(FACTS, MODULES))) as made:
        return {name: made.read(name) for name in made.namelist()}


def refused(file: io.BytesIO) -> str:
    with pytest.raises(Unreadable) as unreadable:
        archive.read_zip(file)
    return str(unreadable.value)


def test_what_was_saved_is_read_in_again():
    text = archive.read_zip(io.BytesIO(archive.write_zip(FACTS, MODULES)))

    assert text.modules == MODULES
    assert (text.facts.title, text.facts.summary, text.facts.audience, text.facts.live_minutes) == (FACTS.title, FACTS.summary, "pair", 30)


def test_the_same_course_is_the_same_file():
    assert archive.write_zip(FACTS, MODULES) == archive.write_zip(FACTS, MODULES)


def test_a_folder_around_it_and_what_computers_add_are_no_matter():
    files = {f"waiting/{name}": content for name, content in good().items()} | {"__MACOSX/x": "", "waiting/.DS_Store": b"\x00"}

    assert archive.read_zip(packed(files)).modules == MODULES


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../course.yaml", "leads to another place"),
        ("/etc/course.yaml", "leads to another place"),
        ("a\\..\\x.md", "leads to another place"),
        ("C:x.md", "leads to another place"),
        ("a/b/c.md", "leads to another place"),
        ("run.sh", "nothing else"),
        ("other/x.md", "in one folder"),
        ("03-left.md", "not listed as a module"),
    ],
)
def test_a_file_that_does_not_belong_is_named(name, words):
    said = refused(packed(good() | {name: "x"}))

    assert words in said


def test_a_link_is_refused():
    assert "leads to another place" in refused(packed(good(), external_attr=(stat.S_IFLNK | 0o777) << 16))


def test_what_would_explode_is_refused_without_unpacking_it():
    assert "too large" in refused(packed(good() | {"03-bomb.md": b"0" * 5_000_000}))


def test_what_says_that_it_is_small_and_is_not_is_refused(monkeypatch):
    file = packed(good())
    monkeypatch.setattr(archive, "_refuse_what_is_no_course", lambda entries: None)
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1000)

    assert "too large" in refused(file)


def test_too_many_files_are_refused():
    assert "at most 80" in refused(packed({f"{number:03}.md": "x" for number in range(81)}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"%PDF-1.7"])
def test_what_is_no_zip_is_said_to_be_none(content):
    assert "no zip file" in refused(io.BytesIO(content))


def test_an_empty_zip_is_refused():
    assert "empty" in refused(packed({}))


def test_a_missing_module_is_named():
    files = good()
    del files["02-more-waiting.md"]

    assert "02-more-waiting.md" in refused(packed(files))


def test_all_that_is_wrong_is_told_with_file_and_line():
    files = good() | {"01-waiting.md": "---\ntitle: A\n---\n## B {lesson}\n", "02-more-waiting.md": b"---\ntitle: \xff\n---\n"}

    assert refused(packed(files)) == "02-more-waiting.md, line 2: This is not written in UTF-8. Save the file in UTF-8."
    assert "01-waiting.md, line 4: There is no text below this title." in refused(packed(files | {"02-more-waiting.md": "x"}))


def test_a_character_that_is_no_text_is_named_with_its_line():
    assert "01-waiting.md, line 3" in refused(packed(good() | {"01-waiting.md": "---\ntitle: A\n\x00---\n"}))

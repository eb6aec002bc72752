"""A course as a file: what goes out comes in again. What a zip may hold at all is the kernel's to say."""

import io
from collections.abc import Mapping

import pytest

from guidelines.courses import archive
from guidelines.courses.reader import Audience, Facts
from mentoring.kernel.archives import Unreadable, packed, unpacked
from tests.factories.guidelines import MODULE

FACTS = Facts("It's “waiting”: #1", "How to wait, 'and' why.", Audience.PAIR, False, None, 30)
MODULES = (MODULE.format(title="Waiting"), MODULE.format(title="More waiting"))


def good() -> dict[str, str]:
    return unpacked(io.BytesIO(archive.write_zip(FACTS, MODULES)), endings=(".yaml", ".md"))


def refused(files: Mapping[str, str]) -> str:
    with pytest.raises(Unreadable) as unreadable:
        archive.read_zip(io.BytesIO(packed(files)))
    return str(unreadable.value)


def test_what_was_saved_is_read_in_again():
    text = archive.read_zip(io.BytesIO(archive.write_zip(FACTS, MODULES)))

    assert text.modules == MODULES
    assert (text.facts.title, text.facts.summary, text.facts.audience, text.facts.live_minutes) == (FACTS.title, FACTS.summary, "pair", 30)


def test_a_file_that_is_no_module_is_named():
    assert "03-left.md: This file is not listed as a module" in refused(good() | {"03-left.md": "x"})


def test_what_is_no_text_of_a_course_does_not_belong_there():
    assert "run.sh: This does not belong here" in refused(good() | {"run.sh": "x"})


def test_a_missing_module_is_named():
    files = good()
    del files["02-more-waiting.md"]

    assert "02-more-waiting.md" in refused(files)


def test_all_that_is_wrong_is_told_with_file_and_line():
    files = good() | {"01-waiting.md": "---\ntitle: A\n---\n## B {lesson}\n", "02-more-waiting.md": "x"}

    said = refused(files)

    assert "01-waiting.md, line 4: There is no text below this title." in said
    assert "02-more-waiting.md, line 1" in said

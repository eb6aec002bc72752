import io
import zipfile

import pytest

from mentoring.kernel.files import recognise


def archive(*names: str, first: bytes = b"") -> bytes:
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as made:
            if first:
                made.writestr("mimetype", first)
            for name in names:
                made.writestr(name, "x")
        return out.getvalue()


@pytest.mark.parametrize(
    ("content", "ending", "may_run"),
    [
        (b"%PDF-1.7 and more", "pdf", False),
        (b"%PDF-1.7 /OpenAction << /S /JavaScript >>", "pdf", True),
        (b"\x89PNG\r\n\x1a\nrest", "png", False),
        (b"\xff\xd8\xff\xe0rest", "jpg", False),
        (b"RIFF\x10\0\0\0WAVErest", "wav", False),
        (b"\0\0\0\x18ftypheicrest", "heic", False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "doc", True),
        (archive("[Content_Types].xml", "word/document.xml"), "docx", False),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "docx", True),
        (archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "xlsx", True),
        (archive("content.xml", first=b"application/vnd.oasis.opendocument.text"), "odt", False),
        ("Grüße, und 你好".encode(), "txt", False),
    ],
)
def test_a_file_is_what_is_in_it(content, ending, may_run):
    known = recognise(content)

    assert known is not None
    assert (known.ending, known.may_run) == (ending, may_run)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\0 a program",
        b"\x7fELF a program",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  <svg onload=alert(1)>",
        b"#!/bin/sh",
        b"PK\x03\x04 cut off",
        archive("anything.exe"),
        b"\xff\xfe no text",
    ],
)
def test_what_nobody_sends_as_a_picture_or_a_letter_is_not_known(content):
    assert recognise(content) is None


def test_a_letter_that_was_damaged_on_the_way_is_not_known():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    damaged = bytearray(file.getvalue())
    # Where the packed text begins: after thirty bytes, and the name.
    damaged[38:46] = b"\xff" * 8

    assert recognise(bytes(damaged)) is None

"""What a file is, by what is in it. Nothing of it is opened, run or unpacked: it is looked at from outside."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from mentoring.kernel.archives import DAMAGED

# Of an archive with more entries nobody wrote a letter.
MOST_ENTRIES = 5000

BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"OggS", "ogg"),
    (b"{\\rtf", "rtf"),
)
# Files in the form of RIFF and of MP4 say a few bytes later what they are.
IN_RIFF = {b"WEBP": "webp", b"WAVE": "wav"}
IN_MP4 = {b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"M4A ": "m4a", b"isom": "mp4", b"mp42": "mp4", b"qt  ": "mov", b"3gp4": "3gp"}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
OPEN_DOCUMENTS = {b"application/vnd.oasis.opendocument.text": "odt", b"application/vnd.oasis.opendocument.spreadsheet": "ods"}
# Words of a PDF that make it do something by itself.
ACTS_BY_ITSELF = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch")
# A text has lines and tabs, and none of the other signs that steer a machine.
STEERS = {chr(code) for code in (*range(32), 127)} - set("\t\n\r\f")
# A text with these is a page, which a browser would run.
PAGES = ("<!doctype", "<html", "<script", "<svg", "<?xml", "<?php", "#!")


@dataclass(frozen=True)
class Known:
    """`may_run`: it holds macros or the like, or is of a form that can."""

    ending: str
    may_run: bool = False


def recognise(content: bytes) -> Known | None:
    """None for what is none of the forms that people send: pictures, recordings, letters, sheets, plain text."""
    for beginning, ending in BEGINNINGS:
        if content.startswith(beginning):
            return Known(ending, may_run=ending == "pdf" and any(word in content for word in ACTS_BY_ITSELF))
    if content.startswith(b"RIFF") and content[8:12] in IN_RIFF:
        return Known(IN_RIFF[content[8:12]])
    if content[4:8] == b"ftyp" and content[8:12] in IN_MP4:
        return Known(IN_MP4[content[8:12]])
    if content.startswith(OLD_OFFICE):
        return Known("doc", may_run=True)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return Known("txt") if _is_plain_text(content) else None


def _office(content: bytes) -> Known | None:
    """A letter or a sheet: by the names of its parts alone."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries[:MOST_ENTRIES]]
            first = entries[0] if entries else None
            is_open_document = first is not None and first.filename == "mimetype" and first.file_size < 100
            said = archive.read(first)[:100] if is_open_document and first is not None else b""
    except DAMAGED:
        return None
    if len(entries) > MOST_ENTRIES:
        return None
    if said in OPEN_DOCUMENTS:
        return Known(OPEN_DOCUMENTS[said], may_run=any(name.startswith("Basic/") for name in names))
    if "[Content_Types].xml" not in names:
        return None
    may_run = any(name.lower().endswith(("vbaproject.bin", ".bin")) or "/activex/" in name.lower() for name in names)
    return next((Known(ending, may_run) for folder, ending in FOLDERS.items() if any(name.startswith(folder) for name in names)), None)


def _is_plain_text(content: bytes) -> bool:
    if not content:
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return STEERS.isdisjoint(text) and not text.lstrip().lower().startswith(PAGES)

"""Turns an uploaded file into rows of text. Knows no program and no database; whatever a file holds, it is read or `Unreadable` is raised.

Memory does not grow with the file: a CSV is decoded, and an XLSX unpacked, as its rows are asked for.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import openpyxl
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

MOST_BYTES = 10 * 1024 * 1024
# What an XLSX may take when unpacked: a few kilobytes can hold gigabytes.
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_ROWS = 25_000
MOST_COLUMNS = 60
DELIMITERS = ";,\t|"
PORTION = 64 * 1024
# Rows that are looked at to find out what stands between two cells, and whether a worksheet holds anything.
SAMPLE_ROWS = 100
# What a character that cannot be read or stored is replaced with: a check finds it there.
UNKNOWN_CHARACTER = "\ufffd"

EMPTY = _("This file is empty. Choose one whose first row names the columns.")
TOO_LARGE = _("This file is too large: at most 10 MB. Take out pictures and sheets that are not needed, or cut it in two.")
TOO_MANY_ROWS = _("This file has too many rows: at most 25,000. Cut it in two, and import one after the other.")
TOO_MANY_COLUMNS = _("This file has too many columns: at most 60. Take out those that are not needed.")
UNPACKS_TOO_LARGE = _("This file is far larger inside than it looks. Copy the rows to a new sheet, and save that as XLSX or CSV.")
NOT_A_SHEET = _("This is not a list that we can read. Save it as XLSX or CSV, and choose it again.")
OLD_OR_LOCKED = _("This is an old Excel file, or one with a password. Save it as XLSX without a password, or as CSV.")
UNKNOWN_LETTERS = _("We cannot tell how the letters in this file are written. Save it as “CSV UTF-8”, or as XLSX, and choose it again.")
QUOTE_OPEN = _("Near row {row} a quotation mark opens and never closes. Close it or take it out, and choose the file again.")
DAMAGED = _("This file is damaged. Open it in your spreadsheet program, save it once more, and choose it again.")


class Unreadable(Exception):
    """The file cannot be read. `sentence` says why, and what to do."""

    def __init__(self, sentence: "_StrOrPromise") -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Row:
    """One row that says something. `line` is where a spreadsheet shows it.

    A CSV row has as many cells as were written, so that a missing one is seen; an XLSX row has at least as many as the header.
    """

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """`tab` is the worksheet that was read, empty for a CSV; `delimiter` what stands between two cells, empty for a workbook."""

    tab: str
    delimiter: str
    header: list[str]
    rows: Iterator[Row] = field(repr=False)


def read(file: IO[bytes]) -> Table:
    """Read the header now and the rows as they are asked for. The file must stay open until then.

    The first row that says something is the header. Raises `Unreadable`, and so does asking for rows.
    """
    if _size_of(file) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    beginning = _beginning_of(file)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(OLD_OR_LOCKED)
    is_workbook = beginning.startswith(b"PK\x03\x04")
    tab, delimiter, rows = _xlsx(file) if is_workbook else _csv(file)
    rows = _that_say_something(rows)
    header = next(rows, None)
    if header is None:
        raise Unreadable(EMPTY)
    names = [cell.strip() for cell in _without_empty_end(header.cells)]
    width = len(names)
    return Table(tab=tab, delimiter=delimiter, header=names, rows=(_fitted(row, width, fills_up=is_workbook) for row in rows))


def _that_say_something(rows: Iterator[Row]) -> Iterator[Row]:
    said = 0
    for row in rows:
        if row.line > 10 * MOST_ROWS:
            # Nothing but empty rows, and no end of them.
            raise Unreadable(TOO_MANY_ROWS)
        if not any(cell.strip().strip(DELIMITERS) for cell in row.cells):
            continue
        if len(_without_empty_end(row.cells)) > MOST_COLUMNS:
            raise Unreadable(TOO_MANY_COLUMNS)
        if said > MOST_ROWS:
            raise Unreadable(TOO_MANY_ROWS)
        said += 1
        yield row


def _fitted(row: Row, width: int, *, fills_up: bool) -> Row:
    """Without the empty cells that some programs write behind the last column; for a workbook with those it leaves out."""
    cells = row.cells[:width] + _without_empty_end(row.cells[width:])
    return Row(row.line, cells + [""] * (width - len(cells)) if fills_up else cells)


def _without_empty_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _size_of(file: IO[bytes]) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


def _beginning_of(file: IO[bytes]) -> bytes:
    beginning = file.read(8)
    file.seek(0)
    return beginning


# --- CSV ---


def _csv(file: IO[bytes]) -> tuple[str, str, Iterator[Row]]:
    encoding = _encoding_of(file)
    delimiter = _delimiter_of(file, encoding)
    return "", delimiter, _csv_rows(file, encoding, delimiter)


def _csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[Row]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    line = 0
    try:
        for line, cells in enumerate(csv.reader(map(_storable, text), delimiter=delimiter), 1):
            yield Row(line, cells)
    except csv.Error:
        # A field longer than csv takes: a quotation mark was opened and never closed.
        raise Unreadable(format_lazy(QUOTE_OPEN, row=line + 1)) from None
    except UnicodeError:
        raise Unreadable(UNKNOWN_LETTERS) from None
    finally:
        # Else the file would be closed with its wrapper.
        with suppress(ValueError):
            text.detach()


def _delimiter_of(file: IO[bytes], encoding: str) -> str:
    """What stands between two fields: what cuts the most lines into as many fields as the header has, and into the most."""

    def fitting(delimiter: str) -> tuple[int, int]:
        widths: list[int] = []
        # What was cut before a quotation mark that never closes counts all the same.
        with suppress(Unreadable):
            said = (row for row in _csv_rows(file, encoding, delimiter) if any(map(str.strip, row.cells)))
            widths.extend(len(row.cells) for row in islice(said, SAMPLE_ROWS))
        return (sum(width == widths[0] for width in widths), widths[0]) if widths and widths[0] > 1 else (0, 0)

    found = {delimiter: fitting(delimiter) for delimiter in DELIMITERS}
    best = max(found, key=lambda delimiter: found[delimiter])
    return best if found[best] > (0, 0) else ","


# What Western Europe writes beyond ASCII, as Windows keeps it. Letters whose places other alphabets use (ð, þ, ý, œ) are left out.
LATIN = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿ€…‘’“”•–—\u00a0£§©ª«°º»¿¡´".encode("cp1252")
NOT_ASCII = bytes(range(128, 256))
LETTERS = bytes(byte for byte in range(128) if chr(byte).isalpha())
# Other alphabets, and encodings of more than one byte, give long runs of these, or many. A £ within a word is the Ł of Poland.
OF_OTHERS = re.compile(rb"[\x80-\xff]{4}|[A-Za-z]\xa3|\xa3[A-Za-z]")
MOST_BEYOND_ASCII = 0.2


def _encoding_of(file: IO[bytes]) -> str:
    """UTF-8 if it can be, UTF-16 where its bytes say so, and Latin-1 when what is beyond ASCII is of its letters, and little."""
    if _beginning_of(file).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if unmarked := _utf_16_without_mark(file):
        return unmarked
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = is_latin = True
    letters = beyond = 0
    before = b""
    for portion in iter(lambda: file.read(PORTION), b""):
        is_utf8 = is_utf8 and _can(decoder.decode, portion)
        is_latin = is_latin and not portion.translate(None, LATIN + bytes(range(128))) and not OF_OTHERS.search(before + portion)
        letters += len(portion) - len(portion.translate(None, LETTERS))
        beyond += len(portion) - len(portion.translate(None, NOT_ASCII))
        before = portion[-3:]
    if is_utf8 and _can(decoder.decode, b"", True):
        return "utf-8-sig"
    if is_latin and beyond <= MOST_BEYOND_ASCII * (beyond + letters):
        return "cp1252"
    raise Unreadable(UNKNOWN_LETTERS)


def _utf_16_without_mark(file: IO[bytes]) -> str:
    """Plain letters in UTF-16 have a NUL as every second byte; a text in anything else has hardly any."""
    beginning = file.read(PORTION)
    file.seek(0)
    for encoding, empty_half in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[0::2])):
        if beginning and empty_half.count(0) * 2 > len(empty_half):
            return encoding
    return ""


def _can(decode: Callable[..., str], *arguments: Any) -> bool:
    try:
        decode(*arguments)
    except UnicodeDecodeError:
        return False
    return True


# --- XLSX ---


def _xlsx(file: IO[bytes]) -> tuple[str, str, Iterator[Row]]:
    _refuse_bombs(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except Exception:
        # A damaged workbook makes the library stumble in ways that it does not name.
        raise Unreadable(DAMAGED) from None
    for sheet in shown:
        # What a worksheet says of its own size may be wrong.
        sheet.reset_dimensions()
        if any(any(row.cells) for row in islice(_xlsx_rows(sheet), SAMPLE_ROWS)):
            return sheet.title, "", _xlsx_rows(sheet)
    raise Unreadable(EMPTY)


def _refuse_bombs(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            # Not one byte more than is said here is ever unpacked.
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise Unreadable(UNPACKS_TOO_LARGE)
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable(NOT_A_SHEET)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise Unreadable(DAMAGED) from None
    file.seek(0)


def _xlsx_rows(sheet: Any) -> Iterator[Row]:
    line = 0
    try:
        for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = _without_empty_end([_text(value) for value in values])
            yield Row(line, cells)
    except Exception:
        # As above: the worksheet is read as its lines are asked for.
        raise Unreadable(DAMAGED) from None


def _text(value: object) -> str:
    """A value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ", timespec="minutes")
    return _storable(value.isoformat() if isinstance(value, date | time) else str(value))


CANNOT_BE_STORED = re.compile("[\\x00\\ud800-\\udfff]")


def _storable(text: str) -> str:
    return CANNOT_BE_STORED.sub(UNKNOWN_CHARACTER, text)

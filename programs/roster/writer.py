"""Turns rows into a file that opens as the one that came: a text with the same character between its cells, or a workbook."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from mentoring.kernel.lists.exports import cell, csv_response
from programs.roster.models import Sheet
from programs.roster.reader import UNKNOWN_CHARACTER

TEXTS = {".csv", ".tsv", ".txt"}


def response_like(sheet: Sheet, name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """`name` comes without an ending. Text that a spreadsheet would take for a formula gets a quote in front, in a workbook too."""
    if not sheet.delimiter:
        return _workbook(f"{name}.xlsx", [header], rows)
    ending = PurePath(sheet.file_name).suffix.lower()
    return csv_response(f"{name}{ending if ending in TEXTS else '.csv'}", header, rows, delimiter=sheet.delimiter)


def _workbook(filename: str, *tables: Iterable[Sequence[object]]) -> FileResponse:
    # Rows leave memory as they are written: to one file while the workbook is made, and into it at the end.
    book = Workbook(write_only=True)
    tab = book.create_sheet()
    for table in tables:
        for row in table:
            tab.append([_storable(cell(value)) for value in row])
    file = TemporaryFile()  # noqa: SIM115 - closed with the answer that sends it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


def _storable(value: object) -> object:
    return ILLEGAL_CHARACTERS_RE.sub(UNKNOWN_CHARACTER, value) if isinstance(value, str) else value

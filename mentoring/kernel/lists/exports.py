"""A list as a file for a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

# A spreadsheet takes a cell that begins with one of these for a formula, and would run it.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Tells spreadsheets that this is UTF-8.
BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 200


def csv_response(
    filename: str, header: Sequence[object], rows: Iterable[Sequence[object]], *, delimiter: str = ","
) -> StreamingHttpResponse:
    """Send rows as they come, so that memory does not grow with the list (give `queryset.iterator()`). Times are in the person's zone."""
    response = StreamingHttpResponse(
        in_the_readers_words(csv_lines(header, rows, delimiter=delimiter)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> Iterator[str]:
    """The file in portions of a few hundred lines."""
    portion: list[str] = []
    writer = csv.writer(_Lines(portion.append), delimiter=delimiter)
    yield BYTE_ORDER_MARK
    writer.writerow([cell(value) for value in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if len(portion) >= LINES_AT_ONCE:
            yield "".join(portion)
            portion.clear()
    yield "".join(portion)


def cell(value: object) -> object:
    """What stands in one cell. Text that a spreadsheet would take for a formula gets a quote in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else value.strftime("%Y-%m-%d %H:%M")
    text = str(value)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text


def in_the_readers_words(portions: Iterator[str]) -> Iterator[str]:
    """Make each portion in the language and zone of now: the answer is read when the request's own are over."""
    return _made_in(timezone.get_current_timezone(), translation.get_language(), portions)


def _made_in(zone: tzinfo, language: str, portions: Iterator[str]) -> Iterator[str]:
    while True:
        with timezone.override(zone), translation.override(language):
            portion = next(portions, None)
        if portion is None:
            return
        yield portion


class _Lines:
    """What csv writes to: each line goes to a function."""

    def __init__(self, take: Callable[[str], Any]) -> None:
        self.write = take

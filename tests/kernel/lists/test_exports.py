import csv
import io
from datetime import UTC, date, datetime
from itertools import count, islice
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from mentoring.kernel.lists.exports import cell, csv_lines, csv_response


def read(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_a_list_is_a_file_to_keep():
    response = csv_response("Pairings – März.csv", ["Name", "Met"], [["Ana, María", 3], ['"Jo"', None]])

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Pairings")
    assert read(response) == [["Name", "Met"], ["Ana, María", "3"], ['"Jo"', ""]]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_gets_a_quote(text):
    assert cell(text) == f"'{text}"
    assert read(csv_response("a.csv", [text], [[text]])) == [[f"'{text}"], [f"'{text}"]]


def test_numbers_days_and_plain_text_stay_as_they_are():
    assert [cell(value) for value in (-5, -2.5, 0, True, False, None, "", "a=b", date(2026, 3, 16), _("Coordinator"))] == [
        *(-5, -2.5, 0, "1", "0", "", "", "a=b", "2026-03-16", "Coordinator"),
    ]


@given(rows=st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=4)))
def test_no_cell_begins_a_formula_and_no_text_is_lost(rows):
    text = "".join(csv_lines(["x"], rows))

    read_back = list(csv.reader(io.StringIO(text[1:], newline="")))[1:]

    assert [[value[1:] if value[:1] == "'" and value != given else value for value, given in zip(*pair, strict=True)] for pair in
            zip(read_back, [row if row != [""] else [""] for row in rows], strict=True)] == rows  # fmt: skip
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for row in read_back for value in row)


def test_rows_are_sent_as_they_come():
    lines = csv_lines(["Number"], ([number] for number in count()))

    assert len("".join(islice(lines, 3)).splitlines()) > 200


def test_times_are_the_readers_though_the_answer_is_read_when_the_page_is_over():
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    def rows():
        yield [moment, translation.get_language()]

    with timezone.override(ZoneInfo("Asia/Tokyo")), translation.override("de"):
        response = csv_response("a.csv", ["When", "Language"], rows())

    assert read(response)[1] == ["2026-07-02 07:30", "de"]
    assert timezone.get_current_timezone_name() == "UTC"

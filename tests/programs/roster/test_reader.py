import io
import struct
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programs.roster import reader
from programs.roster.reader import Row, Unreadable, read

PEOPLE = [["Name", "Where", "Says"], ["José Müller", "Zoë, & Co; Ltd", 'He said "hi"\nand left'], ["Ben", "", "x"]]
# What a cell may hold in any kind of file; a bare return would be a line end of its own.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)


def file(content: bytes | str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(content.encode(encoding) if isinstance(content, str) else content)


def text(rows: list[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)


def workbook(*tabs: list[list[object]], hidden: bool = False) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(tabs):
        tab = book.create_sheet(f"Tab {number + 1}")
        for row in rows:
            tab.append(row)
        if hidden and number == 0:
            tab.sheet_state = "hidden"
    kept = io.BytesIO()
    book.save(kept)
    return kept


def everything(source: io.BytesIO) -> list[list[str]]:
    table = read(source)
    return [table.header, *(row.cells for row in table.rows)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_list_is_read_whatever_wrote_it(delimiter, encoding):
    assert everything(file(text(PEOPLE, delimiter), encoding)) == PEOPLE


@example(rows=[["", "|"]], delimiter=",")
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t|"))
@settings(max_examples=60, deadline=None)
def test_every_cell_comes_back_as_it_was_written(rows, delimiter):
    width = max(map(len, rows))
    table = [[f"column {n}" for n in range(width)], *([*row, *["last"] * (width - len(row))] for row in rows)]

    # A row of signs that stand between cells says nothing.
    assert everything(file(text(table, delimiter))) == [row for row in table if any(cell.strip().strip(",;\t|") for cell in row)]


ANYTHING = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=200).map(lambda more: b"PK\x03\x04" + more),
    st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode),
    st.text(st.characters(codec="utf-8"), max_size=200).map(lambda text: text.encode("utf-16-le")),
)


@given(ANYTHING)
@settings(max_examples=150, deadline=None)
def test_whatever_the_bytes_are_nothing_but_its_own_error_comes(content):
    with suppress(Unreadable):
        for cells in everything(file(content)):
            assert not any("\x00" in cell for cell in cells)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_damaged_workbook_gives_nothing_but_its_own_error(at, damage):
    content = bytearray(WHOLE)
    at %= len(content)
    content[at : at + len(damage)] = damage

    with suppress(Unreadable):
        everything(file(bytes(content)))


WHOLE = workbook([["Name", "Mail"], ["Ana", "ana@example.org"]]).getvalue()


def test_lines_are_counted_as_a_spreadsheet_does():
    table = read(file('\nName;Mail\nAna;"a\nb"\n\n;\nBen;x\n'))

    assert list(table.rows) == [Row(3, ["Ana", "a\nb"]), Row(6, ["Ben", "x"])]


def test_a_row_that_is_cut_short_is_seen_to_be():
    rows = list(read(file("Name;Mail;Year\nAna;a@example.org\nBen;b@example.org;1;;\n")).rows)

    assert [len(row.cells) for row in rows] == [2, 3]


def test_the_first_tab_that_holds_something_and_is_shown_is_read():
    table = read(workbook([], [["Name", "When", "Year"], ["Ana", date(2026, 9, 1), 2.0], ["Ben"]], [["please ignore"]]))

    assert table.tab == "Tab 2"
    assert [row.cells for row in table.rows] == [["Ana", "2026-09-01", "2"], ["Ben", "", ""]]
    assert read(workbook([["Old", "x"]], [["Name", "Mail"]], hidden=True)).header == ["Name", "Mail"]


def test_letters_of_another_alphabet_are_not_guessed():
    with pytest.raises(Unreadable, match="UTF-8"):
        read(file("Имя;Почта\nАнна;anna@example.org\n", "cp1251"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", reader.EMPTY),
        (b"\r\n;;\r\n", reader.EMPTY),
        (b"\xd0\xcf\x11\xe0 an old workbook", reader.OLD_OR_LOCKED),
        (b"PK\x03\x04 half a workbook", reader.DAMAGED),
        (b"a;" * 61 + b"\n", reader.TOO_MANY_COLUMNS),
        (b"a" * (reader.MOST_BYTES + 1), reader.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(content, sentence):
    with pytest.raises(Unreadable) as refused:
        list(read(file(content)).rows)

    assert str(refused.value.sentence) == str(sentence)


def test_there_are_at_most_25_000_rows():
    assert len(list(read(file("a;b\n" + "1;2\n" * 25_000)).rows)) == 25_000

    with pytest.raises(Unreadable, match="at most 25,000"):
        list(read(file("a;b\n" + "1;2\n" * 25_001)).rows)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * (reader.MOST_UNPACKED_BYTES + 1))
    assert len(bomb.getvalue()) < reader.MOST_BYTES

    with pytest.raises(Unreadable) as refused:
        read(bomb)

    assert str(refused.value) == str(reader.UNPACKS_TOO_LARGE)


def test_a_workbook_that_lies_about_its_size_is_read_no_further_than_it_says():
    content = bytearray(WHOLE)
    # The size in the list of contents: the first entry's, 24 bytes after its mark.
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 10)

    with suppress(Unreadable):
        everything(file(bytes(content)))


def test_a_row_with_the_number_of_a_million_does_not_keep_us_busy():
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole, zipfile.ZipFile(kept, "w") as changed:
        for part in whole.namelist():
            content = whole.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<row r="2"', b'<row r="999999999"')
            changed.writestr(part, content)

    with pytest.raises(Unreadable):
        list(read(kept).rows)


def test_a_quotation_mark_that_never_closes_is_named_with_its_row():
    with pytest.raises(Unreadable, match="quotation mark"):
        list(read(file('Name;Says\nAna;"hello\n' + "Ben;x\n" * 25_000)).rows)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Łukasz Wiśniewski", "cp1250"),
        ("Анна Иванова", "cp1251"),
        ("山田太郎", "shift_jis"),
        ("José", "mac_roman"),
        ("Işıl Çağrı", "cp1254"),
    ],
)
def test_letters_that_could_be_others_are_refused_rather_than_guessed(name, encoding):
    with pytest.raises(Unreadable, match="CSV UTF-8"):
        everything(file(f"Name;Mail\n{name};someone@example.org\n", encoding))


def test_a_workbook_whose_text_unfolds_without_end_is_refused():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    rows = '<worksheet><sheetData><row><c t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    content = io.BytesIO()
    with zipfile.ZipFile(workbook([["Name"], ["Ana"]])) as whole, zipfile.ZipFile(content, "w") as archive:
        for part in whole.infolist():
            unfolding = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>{rows}'
            archive.writestr(part, unfolding if part.filename == "xl/worksheets/sheet1.xml" else whole.read(part))

    with pytest.raises(Unreadable):
        everything(content)


def test_memory_does_not_grow_with_the_file():
    def peak_of(rows: int) -> int:
        source = io.BytesIO(b"Name;Mail;Words\n" + b"".join(b"Ana %d;ana%d@example.org;%s\n" % (n, n, b"words " * 20) for n in range(rows)))
        tracemalloc.start()
        assert sum(1 for _row in read(source).rows) == rows
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_of(20_000) < 1.3 * peak_of(2_000)

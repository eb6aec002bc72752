"""Whatever a file holds, it is read, or said to be unreadable in our own words."""

import csv
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programs.roster import reader
from programs.roster.reader import Unreadable, read


def read_all(content: bytes) -> tuple[list[str], list[list[str]]]:
    table = read(io.BytesIO(content))
    return table.header, [row.cells for row in table.rows]


def header_of_or_why_not(content: bytes) -> tuple[list[str], str]:
    try:
        return read_all(content)[0], ""
    except Unreadable as unreadable:
        return [], str(unreadable.sentence)


def as_csv(rows: list[list[str]], **dialect) -> str:
    written = io.StringIO()
    csv.writer(written, **dialect).writerows(rows)
    return written.getvalue()


def as_xlsx(*tabs: tuple[str, list[list[object]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in tabs:
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


# --- tables of any content ---

# NUL and half a surrogate cannot be stored; the line ends are csv's own matter.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)
NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=2, max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    header = draw(NAMES)
    row = st.lists(TEXT, min_size=len(header), max_size=len(header)).filter(lambda cells: any(map(str.strip, cells)))
    return [header, *draw(st.lists(row, max_size=8))]


@given(
    table=tables(),
    delimiter=st.sampled_from(";,\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=150, deadline=None)
@example([["a", "b"], ["\ufeff", "x"]], ";", csv.QUOTE_MINIMAL, "utf-8", "\n")
def test_a_table_comes_back_as_it_was_written(table, delimiter, quoting, encoding, end):
    content = as_csv(table, delimiter=delimiter, quoting=quoting, lineterminator=end).encode(encoding)

    header, rows = read_all(content)

    assert [header, *rows] == table


@given(table=tables())
@settings(max_examples=30, deadline=None)
def test_a_workbook_comes_back_as_it_was_written(table):
    # What is no character in XML cannot stand in a workbook, and what begins with an equals sign is a formula there.
    table = [["".join(letter for letter in cell if letter.isprintable()).lstrip("=") for cell in row] for row in table]

    header, rows = read_all(as_xlsx(("People", table)))

    assert [header, *rows] == [table[0], *(row for row in table[1:] if any(map(str.strip, row)))]


@given(content=st.binary(max_size=400) | st.binary(max_size=400).map(lambda rest: b"PK\x03\x04" + rest))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_called_unreadable(content):
    header, why = header_of_or_why_not(content)

    assert header or why


@given(place=st.integers(0, 4000), byte=st.integers(0, 255))
@settings(max_examples=80, deadline=None)
def test_a_damaged_workbook_is_read_or_called_unreadable(place, byte):
    content = bytearray(WORKBOOK)
    content[place % len(content)] = byte

    header, why = header_of_or_why_not(bytes(content))

    assert header or why


WORKBOOK = as_xlsx(("People", [["name", "mail"], ["Ana", "ana@example.org"]]))


# --- letters ---


def test_western_letters_of_windows_are_read_when_it_is_clearly_that():
    content = "Name;Mail\nJosé Terrón López;jose@example.org\nZoë Müller – “Zo”;zoe@example.org\n".encode("cp1252")

    assert read_all(content)[1][0] == ["José Terrón López", "jose@example.org"]
    assert read_all(content)[1][1][0] == "Zoë Müller – “Zo”"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Łukasz Wiśniewski", "cp1250"),
        ("Анна Иванова", "cp1251"),
        ("山田太郎", "shift_jis"),
        ("José", "mac_roman"),
        ("Işıl Çağrı", "cp1254"),
    ],
    ids=["Polish", "Russian", "Japanese", "old Mac", "Turkish"],
)
def test_other_letters_are_refused_rather_than_guessed(name, encoding):
    with pytest.raises(Unreadable, match="CSV UTF-8"):
        read_all(f"Name;Mail\n{name};someone@example.org\n".encode(encoding))


def test_a_letter_that_is_cut_by_the_reading_is_whole(monkeypatch):
    monkeypatch.setattr(reader, "PORTION", 7)

    assert read_all("Name;Mail\nחיים ממן;h@example.org\n".encode())[1] == [["חיים ממן", "h@example.org"]]


def test_what_could_not_be_stored_is_marked():
    assert read_all(b"Name;Mail\nA\x00na;a@example.org\n")[1] == [["A\ufffdna", "a@example.org"]]


# --- rows ---


def test_the_first_row_that_says_something_is_the_header_and_empty_rows_keep_their_number():
    table = read(io.BytesIO(b"\n;;\nName;Mail\n\nAna;a@example.org\n; ;\nBea;b@example.org\n"))

    assert table.header == ["Name", "Mail"]
    assert [(row.line, row.cells[0]) for row in table.rows] == [(5, "Ana"), (7, "Bea")]


def test_a_row_with_too_few_cells_is_seen_and_empty_cells_behind_the_last_are_not():
    assert read_all(b"Name;Mail;Year\nAna;a@example.org\nBea;b@example.org;1;;\n")[1] == [
        ["Ana", "a@example.org"],
        ["Bea", "b@example.org", "1"],
    ]


def test_a_delimiter_inside_the_cells_is_not_taken_for_the_one_between_them():
    content = b"Name;Topics (pick up to five, please);Mail\nAna;Maths, Law, Music;a@example.org\nBea;Maths, Law;b@example.org\n"

    assert read_all(content)[0] == ["Name", "Topics (pick up to five, please)", "Mail"]


def test_a_list_of_addresses_alone_has_one_column():
    assert read_all(b"Mail\na@example.org\nb@example.org\n") == (["Mail"], [["a@example.org"], ["b@example.org"]])


def test_a_workbook_is_read_from_its_first_tab_that_is_shown_and_says_something():
    content = as_xlsx(
        ("Old", [["a", "b"]]), ("Empty", []), ("People", [["Name", "Year", "Since"], ["Ana", 1, None]]), ("Notes", [["x"]]), hidden="Old"
    )

    table = read(io.BytesIO(content))

    assert (table.tab, table.header) == ("People", ["Name", "Year", "Since"])
    assert [row.cells for row in table.rows] == [["Ana", "1", ""]]


# --- what is refused ---


def test_a_file_that_is_too_large_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr(reader, "MOST_BYTES", 10)

    with pytest.raises(Unreadable, match="too large"):
        read_all(b"Name;Mail\nAna;a@example.org\n")


@pytest.mark.parametrize("rows", ["Ana;a@example.org\n" * 4, "\n" * 40], ids=["people", "empty rows without end"])
def test_more_rows_than_allowed_are_refused(monkeypatch, rows):
    monkeypatch.setattr(reader, "MOST_ROWS", 3)

    with pytest.raises(Unreadable, match="too many rows"):
        read_all(f"Name;Mail\n{rows}".encode())


def test_as_many_rows_as_allowed_are_read(monkeypatch):
    monkeypatch.setattr(reader, "MOST_ROWS", 3)

    assert len(read_all(b"Name;Mail\n" + b"Ana;a@example.org\n" * 3)[1]) == 3


def test_more_columns_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(reader, "MOST_COLUMNS", 3)

    with pytest.raises(Unreadable, match="too many columns"):
        read_all(b"a;b;c;d\n")


def test_a_workbook_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(reader, "MOST_UNPACKED_BYTES", 1_000_000)
    bomb = io.BytesIO(WORKBOOK)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"0" * 5_000_000)
    assert len(bomb.getvalue()) < 20_000

    tracemalloc.start()
    with pytest.raises(Unreadable, match="far larger inside"):
        read_all(bomb.getvalue())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


def test_a_workbook_whose_text_unfolds_without_end_is_refused():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    rows = '<worksheet><sheetData><row><c t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
    unfolding = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>{rows}'
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as whole, zipfile.ZipFile(content, "w") as archive:
        for part in whole.infolist():
            archive.writestr(part, unfolding if part.filename == "xl/worksheets/sheet1.xml" else whole.read(part))

    with pytest.raises(Unreadable):
        read_all(content.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n  \n", "empty"),
        (as_xlsx(("People", [])), "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (b"PK\x03\x04 and then nothing that fits", "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "CSV UTF-8"),
        (b'Name;Mail\n"Ana;a@example.org\n' + b"Bea;b@example.org\n" * 9000, "quotation mark"),
    ],
    ids=["nothing", "empty rows", "an empty workbook", "an old workbook", "half a workbook", "a picture", "a quotation mark left open"],
)
def test_what_is_no_list_is_refused_with_what_to_do(content, said):
    with pytest.raises(Unreadable, match=said):
        read_all(content)


def test_another_kind_of_archive_is_no_workbook():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("readme.txt", "hello")

    with pytest.raises(Unreadable, match="not a list"):
        read_all(archive.getvalue())


# --- memory ---


def test_memory_does_not_grow_with_the_file():
    def peak_of(rows: int) -> int:
        file = io.BytesIO(b"Name;Mail;Words\n" + b"".join(b"Ana %d;ana%d@example.org;%s\n" % (n, n, b"words " * 20) for n in range(rows)))
        tracemalloc.start()
        assert sum(1 for _row in read(file).rows) == rows
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_of(20_000) < 1.3 * peak_of(2_000)

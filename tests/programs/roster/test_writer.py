import io

import openpyxl
import pytest

from programs.roster.reader import read
from programs.roster.writer import response_like
from tests.factories.roster import SheetFactory


def sent(*rows, **came) -> io.BytesIO:
    return io.BytesIO(b"".join(response_like(SheetFactory.build(**came), "rest", ["Name", "Mail"], rows).streaming_content))


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|", ""])
def test_a_file_comes_back_as_it_was_cut(delimiter):
    table = read(sent(["Okoye; Amara, \t|", "amara@example.org"], delimiter=delimiter))

    assert (table.delimiter, table.header) == (delimiter, ["Name", "Mail"])
    assert [row.cells for row in table.rows] == [["Okoye; Amara, \t|", "amara@example.org"]]


@pytest.mark.parametrize(
    ("came", "delimiter", "name"),
    [
        ("People.TSV", "\t", "rest.tsv"),
        ("people.txt", "\t", "rest.txt"),
        ("people", ";", "rest.csv"),
        ("people.exe", ";", "rest.csv"),
        ("a.xlsx", "", "rest.xlsx"),
    ],
)
def test_its_name_ends_as_the_one_that_came(came, delimiter, name):
    answer = response_like(SheetFactory.build(file_name=came, delimiter=delimiter), "rest", ["Name"], [])

    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_workbook_runs_no_formula_and_takes_any_text():
    book = openpyxl.load_workbook(sent(["=1+1", "a\x01b"], [3, None], delimiter=""))

    [_header, text, number] = book.active.iter_rows()
    assert [(one.data_type, one.value) for one in text] == [("s", "'=1+1"), ("s", "a\ufffdb")]
    assert [one.value for one in number][:1] == [3]

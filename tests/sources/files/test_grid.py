from __future__ import annotations

import datetime as dt
import re
import zipfile

import openpyxl
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.raw_cells import FORMULA
from shnor_lib.sources.files.folder import is_ignored
from shnor_lib.sources.files.grid import open_file
from tests.sources.books import GOOD_ROW, RESULTS_HEAD, book, read_one, row


def opened(path):
    return open_file(path, path.name)


def test_rows_and_columns_are_those_of_excel(tmp_path):
    """Leading empty rows and columns must not shift anything."""
    path = book(tmp_path / "a.xlsx", [["шапка"], [1.5]], top=7, left=4)
    sheets, faults = opened(path)
    assert faults == []
    assert (sheets[0].rows[6][3], sheets[0].rows[7][3]) == ("шапка", 1.5)


@pytest.mark.parametrize(("top", "left"), [(1, 1), (5, 1), (1, 3), (29, 6)])
def test_provenance_points_at_the_cell_wherever_the_table_stands(tmp_path, top, left):
    path = book(
        tmp_path / "a.xlsx",
        [RESULTS_HEAD, GOOD_ROW, row(subject="химия", n=25, n5=5)],
        top=top,
        left=left,
    )
    read = read_one(path)
    results = read.tables["results"]
    assert read.faults == []
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    sheet = openpyxl.load_workbook(path).active
    for record in results.itertuples():
        for name in ("n", "n2", "n5", "subject"):
            assert sheet[f"{letters[name]}{record.source_row}"].value == getattr(record, name)


def test_headings_below_the_thirtieth_row_are_not_looked_for(tmp_path):
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, GOOD_ROW], top=31))
    assert [fault.code for fault in read.faults] == ["not-recognised"]


def test_formulas_without_results_and_errors_are_not_empty(tmp_path):
    path = book(tmp_path / "a.xlsx", [["x", "=1+1"], ["#REF!", 2], [None, None, "=A1"]])
    rows = opened(path)[0][0].rows
    assert [str(rows[0][1]), str(rows[1][0]), str(rows[2][2])] == [FORMULA, "#REF!", FORMULA]
    assert rows[1][1] == 2


def test_saved_results_of_formulas_are_values(tmp_path):
    """Written by hand: openpyxl never saves results."""
    import zipfile

    path = book(tmp_path / "a.xlsx", [["x", "=1+1", '=""']])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    key = "xl/worksheets/sheet1.xml"
    xml = parts[key].decode().replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    xml = xml.replace('<c r="C1"><f>""</f><v />', '<c r="C1" t="str"><f>""</f><v></v>')
    parts[key] = xml.replace("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>").encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    assert b"<v>2</v>" in parts[key] and b't="str"' in parts[key]
    assert opened(path)[0][0].rows[0] == ["x", 2.0, ""]


def test_dates_stay_dates(tmp_path):
    path = book(tmp_path / "a.xlsx", [[dt.datetime(2024, 5, 6)]])
    assert opened(path)[0][0].rows[0][0] == dt.date(2024, 5, 6)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_encodings_and_delimiters(tmp_path, encoding, delimiter):
    path = tmp_path / "Результаты.csv"
    lines = [RESULTS_HEAD, GOOD_ROW, row(subject="химия")]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    path.write_bytes(text.encode(encoding))
    read = read_one(path)
    assert read.faults == []
    assert read.tables["results"]["subject"].tolist() == ["математика", "химия"]
    assert read.tables["results"]["source_row"].tolist() == [2, 3]
    assert read.tables["results"]["source_sheet"].tolist() == ["", ""]


def test_a_wider_row_of_a_csv_does_not_break_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Код школы;Учебный год;Учителей\nШК-01;2024\nШК-02;2024;5;лишнее\n", "utf-8")
    read = read_one(path)
    assert read.tables["staff"]["teachers"].tolist() == [5]
    assert [fault.cell for fault in read.faults] == ["A2"]


BROKEN = {
    "text.xlsx": ("Код школы;Год".encode(), "not-a-workbook", "внутри — текст"),
    "page.xlsx": (b"<html><table></table></html>", "not-a-workbook", "веб-страница"),
    "scan.xlsx": (b"%PDF-1.4 \0\0", "not-a-workbook", "документ PDF"),
    "zero.xlsx": (b"", "empty-file", "0 байт"),
    "cut.xlsx": (b"PK\x03\x04 and then nothing", "broken-file", "повреждена"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "password",
        "защищена паролем",
    ),
    "garbage.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken-file", "повреждена"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_cannot_be_read_say_why(tmp_path, name):
    data, code, words = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(data)
    sheets, faults = opened(path)
    assert sheets == []
    assert [fault.code for fault in faults] == [code]
    assert words in faults[0].message
    assert faults[0].remedy and faults[0].severity is Severity.ERROR


def test_a_cut_off_workbook_is_broken(tmp_path):
    whole = book(tmp_path / "a.xlsx", [RESULTS_HEAD] + [GOOD_ROW] * 200).read_bytes()
    path = tmp_path / "b.xlsx"
    for size in (300, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        assert [fault.code for fault in opened(path)[1]] == ["broken-file"]


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("xl/worksheets/sheet1.xml", lambda body: body[:150]),
        (
            "xl/workbook.xml",
            lambda body: re.sub(b"<sheets>.*</sheets>", b"<sheets></sheets>", body),
        ),
    ],
    ids=["cut sheet", "no sheet listed"],
)
def test_a_damaged_part_is_broken_not_a_crash(tmp_path, part, damage):
    path = book(tmp_path / "a.xlsx", [RESULTS_HEAD, GOOD_ROW])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = damage(parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    sheets, faults = opened(path)
    assert sheets == [] and [fault.code for fault in faults] == ["broken-file"]


@pytest.mark.parametrize(
    "name",
    [
        "~$Книга.xlsx",
        ".DS_Store",
        "README",
        "readme.txt",
        "notes.md",
        "x.json",
        "Thumbs.db",
        ".~lock.a#",
    ],
)
def test_what_lies_beside_data_is_ignored(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"x")
    assert is_ignored(path)
    assert read_one(path).faults == []


def test_a_workbook_called_readme_is_data(tmp_path):
    assert not is_ignored(tmp_path / "Readme.xlsx")


def test_other_kinds_of_files_are_named(tmp_path):
    path = tmp_path / "Письмо.docx"
    path.write_bytes(b"PK")
    assert [(f.code, f.severity) for f in read_one(path).faults] == [
        ("foreign-file", Severity.WARNING)
    ]

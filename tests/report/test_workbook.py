"""Tables of a page as an Excel workbook: read back by openpyxl, cell by cell."""

from __future__ import annotations

import io
import json
import zipfile

import nbformat
import openpyxl
import pandas as pd
import pytest

from shnor_lib.report import downloads, exports
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.exports import MIME, Sheet, SheetColumn, gathering, workbook_of_notebook
from shnor_lib.report.workbook import FIRST_ROW, workbook_bytes

FRAME = pd.DataFrame(
    {
        "name": ["=1+1", "Школа «А» & <b>", "x\x0by", None],
        "n": pd.array([29, 12345, None, 0], dtype="Int64"),
        "share": [10 / 29, 1.0, float("nan"), 0.0],
        "delta": [0.034, -0.12, None, 0.0],
        "status": ["low_results", "none", None, "both"],
        "year": [2026, 2025, 2024, 2023],
        "href": ["a.qmd", None, None, None],
    }
)
COLUMNS = [
    Col("name", "Школа", "link", href="href"),
    Col("n", "Участников", "int", help="Сколько учеников писали работу"),
    Col("share", "Доля", "percent", missing="никто не писал"),
    Col("delta", "Изменение", "points"),
    Col("status", "Статус", "status"),
    Col("year", "Год", "year"),
]
TABLE = DataTable(FRAME, COLUMNS, caption="Доли по школам: 2025/26 [все] очень длинное название")


def opened(*sheets: Sheet) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheets, source="Сайт, 2025/26")))


def test_numbers_stay_numbers_and_text_is_never_a_formula() -> None:
    sheet = opened(TABLE.sheet()).worksheets[0]
    rows = list(sheet.iter_rows(min_row=FIRST_ROW + 1, values_only=True))
    assert [row[1] for row in rows] == [29, 12345, None, 0]
    assert rows[0][2] == 10 / 29 and rows[2][2] is None and rows[3][2] == 0
    assert rows[0][3] == pytest.approx(3.4) and rows[1][3] == pytest.approx(-12)
    assert [row[4] for row in rows] == ["ШНОР", "нет признаков", None, "ШНОР и ШССУ"]
    assert [row[5] for row in rows] == ["2025/26", "2024/25", "2023/24", "2022/23"]
    first = sheet.cell(FIRST_ROW + 1, 1)
    assert (first.value, first.data_type) == ("=1+1", "s")
    assert rows[1][0] == "Школа «А» & <b>" and rows[2][0] == "x y" and rows[3][0] is None
    formats = [cell.number_format for cell in sheet[FIRST_ROW + 1]]
    assert formats[:4] == ["General", "#,##0", "0.0%", "+0.0;\u22120.0;0.0"]


def test_headings_are_frozen_filtered_printed_again_and_explained() -> None:
    book = opened(TABLE.sheet(), TABLE.sheet())
    sheet = book.worksheets[0]
    assert sheet["A1"].value == TABLE.caption and sheet["A2"].value == "Сайт, 2025/26"
    assert [c.value for c in sheet[FIRST_ROW]] == [
        "Школа", "Участников", "Доля", "Изменение, п. п.", "Статус", "Год",
    ]  # fmt: skip
    assert sheet.freeze_panes == f"B{FIRST_ROW + 1}"
    assert sheet.auto_filter.ref == f"A{FIRST_ROW}:F{FIRST_ROW + 4}"
    assert sheet.print_title_rows == f"${FIRST_ROW}:${FIRST_ROW}"
    (note,) = sheet.data_validations.dataValidation
    assert note.prompt == "Сколько учеников писали работу"
    names = book.sheetnames
    assert names[-1] == "Пояснения" and len(set(names)) == len(names) == 3
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    notes = list(book["Пояснения"].iter_rows(min_row=FIRST_ROW + 1, values_only=True))
    assert len(notes) == 12
    assert notes[1] == (
        names[0],
        "Участников",
        "Сколько учеников писали работу",
        None,
        "нет данных",
    )
    assert notes[2][3:] == ("доля, показана в процентах", "никто не писал")


def test_same_tables_same_bytes_and_no_clock() -> None:
    data = workbook_bytes([TABLE.sheet()], source="Сайт")
    assert data == workbook_bytes([TABLE.sheet()], source="Сайт")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_workbook_without_tables_opens() -> None:
    assert opened().sheetnames == ["Пояснения"]


def test_many_columns_have_letters_of_their_own() -> None:
    wide = Sheet("Т", [SheetColumn(f"с{i}", "int") for i in range(60)], [list(range(60))])
    row = [c.value for c in opened(wide).worksheets[0][FIRST_ROW + 1]]
    assert row == list(range(60))


def test_tables_of_a_page_are_gathered_and_linked_only_inside() -> None:
    assert "download" not in TABLE.html()
    with gathering("../t/a.xlsx") as book:
        first, again = TABLE.html(), TABLE.html()
        other = DataTable([{"a": 1}], caption="Другая").html()
        DataTable([], caption="Пустая").html()
        DataTable([{"a": 1}], caption="Ссылки", export=False).html()
    assert [sheet.title for sheet in book.sheets] == [TABLE.caption, "Другая"]
    assert first == again
    assert 'href="../t/a.xlsx" download>Скачать таблицу (xlsx, лист\u00a01)</a>' in first
    assert "лист\u00a02" in other
    assert exports.current() is None


def test_tables_of_a_notebook_travel_in_its_outputs() -> None:
    bundle = TABLE._repr_mimebundle_()
    stored = json.loads(json.dumps(bundle))
    output = nbformat.v4.new_output("display_data", data=stored)
    cell = nbformat.v4.new_code_cell("t", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    book = workbook_of_notebook(notebook, "x.xlsx")
    assert opened(*book.sheets).worksheets[0].cell(FIRST_ROW + 1, 3).value == 10 / 29
    left = notebook.cells[0].outputs[0].data
    assert MIME not in left and 'href="x.xlsx"' in left["text/html"]
    assert "x.xlsx" not in left["text/markdown"], "paper has no link"


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("2026/annual.qmd", "../downloads/documents/2026/annual.pdf"),
        ("schools/a.qmd", "../downloads/documents/schools/a.pdf"),
        ("method.qmd", "downloads/documents/method.pdf"),
    ],
)
def test_links_to_documents_are_relative_to_the_page(page: str, link: str) -> None:
    html = downloads.links_html(page, documents=True, tables=True)
    assert f'href="{link}" download>PDF</a>' in html
    assert html.count("<a ") == 3
    assert downloads.links_html(page, documents=False, tables=False) == ""
    content = downloads.with_links(b"---\ntitle: T\n---\n\ntext\n", html).decode()
    assert content.index("title: T") < content.index("shnor-documents") < content.index("text")
    assert downloads.with_links(b"text", "") == b"text"

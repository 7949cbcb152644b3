"""What people do to sheets: merge, hide, repeat headings, name them oddly, change the calendar."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.raw_cells import FORMULA
from shnor_lib.sources.files.grid import open_file

from .books import (
    GOOD_ROW,
    RESULTS_HEAD,
    VPR_HEAD,
    accounted,
    book,
    only,
    read_one,
    row,
    vpr_row,
)
from .raw_books import cell, grid_xml, ods, ods_cell, ods_row, xls, xlsx


def saved(path, rows, merges=(), sheet="Лист1"):
    """Write rows and merge ranges; merged cells keep only their first value, as in Excel."""
    book(path, rows, sheet=sheet)
    workbook = openpyxl.load_workbook(path)
    for reference in merges:
        workbook.active.merge_cells(reference)
    workbook.save(path)
    return path


def grid(path):
    sheets, faults = open_file(path, path.name)
    assert faults == []
    return sheets[0].rows


# --- merged cells ---------------------------------------------------------------------------


def test_a_block_merged_down_gives_its_value_to_each_row(tmp_path):
    path = saved(
        tmp_path / "a.xlsx",
        [["СОШ № 1", "5А", 20], [None, "5Б", 21], [None, "6А", 22], ["ООШ", "5А", 9]],
        ["A1:A3"],
    )
    assert [line[0] for line in grid(path)] == ["СОШ № 1"] * 3 + ["ООШ"]


def test_cells_merged_side_by_side_are_one_cell(tmp_path):
    path = saved(tmp_path / "a.xlsx", [["x", None, None, 1], [None, None, None, 2]], ["A1:C2"])
    assert grid(path) == [["x", "", "", 1.0], ["x", "", "", 2.0]]


def test_an_empty_row_inside_a_merged_block_stays_empty(tmp_path):
    path = saved(
        tmp_path / "a.xlsx", [["СОШ № 1", 5], [None, 6], [None, None], ["y", 7]], ["A1:A3"]
    )
    assert grid(path) == [["СОШ № 1", 5.0], ["СОШ № 1", 6.0], ["", ""], ["y", 7.0]]


def test_a_merged_school_is_read_with_every_row(tmp_path):
    rows = [
        VPR_HEAD,
        vpr_row("edu000001", 20, 10, 40, 40, 10),
        [2021, 5, "Русский язык", None, None, None, 25, 8, 40, 40, 12],
        vpr_row("edu000002", 20, 10, 40, 40, 10, name="СОШ № 2"),
    ]
    path = saved(tmp_path / "a.xlsx", rows, ["D2:D3", "E2:E3", "F2:F3"])
    read = read_one(path)
    assert [fault.sentence() for fault in read.faults] == [] and accounted(read)
    assert read.tables["results"]["school_id"].tolist() == ["edu000001", "edu000001", "edu000002"]
    assert read.tables["results"]["source_row"].tolist() == [2, 3, 4]


def test_merged_cells_of_an_ods(tmp_path):
    merged = ods_cell("m", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    covered = "<table:covered-table-cell/>"
    rows = ods_row(merged + ods_cell("a")) + ods_row(covered + ods_cell("b"))
    assert grid(ods(tmp_path / "a.ods", {"S": rows})) == [["m", "a"], ["m", "b"]]


TWO_ROWS = [
    [*VPR_HEAD[:7], "Получили отметку", None, None, None],
    [None] * 7 + [2, 3, 4, 5],
]
TWO_ROW_MERGES = [*(f"{letter}1:{letter}2" for letter in "ABCDEFG"), "H1:K1"]


def test_headings_of_two_rows(tmp_path):
    path = saved(
        tmp_path / "a.xlsx", [*TWO_ROWS, vpr_row("edu000001", 20, 10, 40, 40, 10)], TWO_ROW_MERGES
    )
    read = read_one(path)
    assert [fault.sentence() for fault in read.faults] == []
    assert read.tables["results"][["n", "n2", "source_row"]].values.tolist() == [[20, 2, 3]]


def test_headings_of_one_row_merged_over_two(tmp_path):
    merges = [f"{letter}1:{letter}2" for letter in "ABCDEFGHIJK"]
    rows = [VPR_HEAD, [None] * 11, vpr_row("edu000001", 20, 10, 40, 40, 10)]
    read = read_one(saved(tmp_path / "a.xlsx", rows, merges))
    assert read.faults == [] and read.tables["results"]["source_row"].tolist() == [3]


# --- headings again on every printed page ------------------------------------------------------


@pytest.mark.parametrize("again", [1, 2, 3])
def test_headings_repeated_further_down_are_no_data(tmp_path, again):
    data = [vpr_row(f"edu{n:06}", 20, 10, 40, 40, 10) for n in range(1, again + 2)]
    rows = [VPR_HEAD]
    for line in data:
        rows += [line, VPR_HEAD]
    read = read_one(book(tmp_path / "a.xlsx", rows[:-1]))
    assert read.faults == [] and read.rows_in == again + 1
    assert read.tables["results"]["source_row"].tolist() == list(range(2, 2 * again + 3, 2))


def test_headings_of_two_rows_repeated_with_their_numbering(tmp_path):
    numbering = list(range(1, 12))
    page = [*TWO_ROWS, numbering, vpr_row("edu000001", 20, 10, 40, 40, 10)]
    other = [*TWO_ROWS, numbering, vpr_row("edu000002", 25, 8, 40, 40, 12, name="СОШ № 2")]
    merges = TWO_ROW_MERGES + [
        reference.replace("2", "6").replace("1", "5") for reference in TWO_ROW_MERGES
    ]
    read = read_one(saved(tmp_path / "a.xlsx", page + other, merges))
    assert [fault.sentence() for fault in read.faults] == []
    assert read.tables["results"]["source_row"].tolist() == [4, 8]


def test_only_the_numbering_is_repeated(tmp_path):
    numbering = list(range(1, 12))
    rows = [VPR_HEAD, numbering, vpr_row("edu000001", 20, 10, 40, 40, 10), numbering,
            vpr_row("edu000002", 20, 10, 40, 40, 10, name="СОШ № 2")]  # fmt: skip
    read = read_one(book(tmp_path / "a.xlsx", rows))
    assert read.faults == [] and read.tables["results"]["source_row"].tolist() == [3, 5]


def test_a_row_that_only_resembles_the_headings_is_data(tmp_path):
    """A changed heading in the middle is not passed over in silence."""
    changed = [*RESULTS_HEAD[:6], "Всего писали", *RESULTS_HEAD[7:]]
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, GOOD_ROW, changed]))
    assert read.rows_in == 2 and accounted(read) and read.faults


# --- hidden ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_that_is_a_form_is_a_question(tmp_path, state):
    path = xlsx(
        tmp_path / "a.xlsx",
        {
            "Явный": grid_xml([RESULTS_HEAD, GOOD_ROW]),
            "Тайный": grid_xml([RESULTS_HEAD, row(subject="химия")]),
            "Список": grid_xml([["да"], ["нет"]]),
        },
        states={"Тайный": state, "Список": "hidden"},
    )
    read = read_one(path)
    fault = only(read.faults, "hidden-sheet")
    assert (fault.sheet, fault.cell, fault.severity) == ("Тайный", "A1:K1", Severity.QUESTION)
    assert "Результаты" in fault.message and fault.remedy
    assert len(read.faults) == 1 and read.tables["results"]["source_sheet"].tolist() == ["Явный"]


def test_hidden_sheets_of_other_formats(tmp_path):
    from .raw_books import number_record

    path = xls(tmp_path / "a.xls", {"A": number_record(0, 0, 1), "B": number_record(0, 0, 2)},
               hidden=["B"])  # fmt: skip
    assert [sheet.hidden for sheet in open_file(path, "a.xls")[0]] == [False, True]
    styles = (
        '<office:automatic-styles><style:style style:name="ta1" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    path = ods(tmp_path / "a.ods", {"A": ods_row(ods_cell("x"))}, styles)
    assert [sheet.hidden for sheet in open_file(path, "a.ods")[0]] == [True]


def test_hidden_rows_and_columns_are_read(tmp_path):
    path = book(tmp_path / "a.xlsx", [RESULTS_HEAD, GOOD_ROW, row(subject="химия")])
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["H"].hidden = True
    workbook.save(path)
    read = read_one(path)
    assert read.faults == [] and read.tables["results"]["n2"].tolist() == [3, 3]


# --- values ----------------------------------------------------------------------------------


def test_the_calendar_of_1904(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.active["A1"] = dt.datetime(2024, 5, 6)
    path = tmp_path / "a.xlsx"
    workbook.save(path)
    assert grid(path) == [[dt.date(2024, 5, 6)]]


def test_commands_and_links_are_text_or_their_saved_value(tmp_path):
    """Nothing is run or fetched: a DDE command typed as text is that text."""
    body = (
        '<row r="1">'
        + cell("A1", "=cmd|'/c calc'!A0")
        + '<c r="B1"><f>[1]Лист1!$A$1</f><v>7</v></c>'
        + '<c r="C1" t="str"><f>cmd|\'/c calc\'!A0</f><v>x</v></c>'
        + '<c r="D1"><f>DDE("a","b","c")</f></c></row>'
    )
    (line,) = grid(xlsx(tmp_path / "a.xlsx", {"A": body}))
    assert line[:3] == ["=cmd|'/c calc'!A0", 7.0, "x"] and str(line[3]) == FORMULA


def test_errors_and_unsaved_formulas_of_other_formats_are_not_empty(tmp_path):
    import struct

    from .raw_books import number_record, record

    error = record(0x205, struct.pack("<HHHBB", 0, 1, 0, 0x17, 1))
    rows = grid(xls(tmp_path / "a.xls", {"A": number_record(0, 0, 1) + error}))
    assert [str(value) for value in rows[0]] == ["1.0", "#REF!"]
    formula = '<table:table-cell table:formula="of:=[.A1]"/>'
    broken = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    rows = grid(ods(tmp_path / "a.ods", {"A": ods_row(ods_cell("x") + formula + broken)}))
    assert [str(value) for value in rows[0]] == ["x", FORMULA, "#DIV/0!"]


NAMES = ["Лист 'один'", "[2024]", "школы 🏫", "a&amp;b &lt;c&gt;", "2023-2024 (свод)", "=1+1"]


def test_odd_names_of_sheets(tmp_path):
    import html

    path = xlsx(tmp_path / "a.xlsx", {name: grid_xml([RESULTS_HEAD, row(n="x")]) for name in NAMES})
    read = read_one(path)
    assert [fault.sheet for fault in read.faults if fault.code == "text-for-number"] == [
        html.unescape(name) for name in NAMES
    ]


def test_a_hundred_sheets(tmp_path):
    sheets = {f"Лист {n}": grid_xml([RESULTS_HEAD, row(school_id=f"ШК-{n}")]) for n in range(100)}
    read = read_one(xlsx(tmp_path / "a.xlsx", sheets))
    assert read.faults == [] and len(read.tables["results"]) == 100


@pytest.mark.parametrize(
    ("typed", "number"),
    [("24", 24), (" 24\u00a0", 24), ("'24", 24), ("2\u202f4", None), ("24,0", 24), ("24\u200f", 24),
     ("\u202a24\u202c", 24), ("2\u00ad4", 24), ("24\x07", 24), ("1 024", 1024), ("1’024", 1024),
     ("—", None), ("н/д", None)],
)  # fmt: skip
def test_numbers_as_people_type_them(tmp_path, typed, number):
    from shnor_lib.sources.cells.values import is_empty, parse_number

    path = xlsx(tmp_path / "a.xlsx", {"A": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'},
                shared=f"<si><t xml:space='preserve'>{typed.replace(chr(7), '_x0007_')}</t></si>")  # fmt: skip
    ((value,),) = grid(path)
    assert parse_number(value) == number
    assert is_empty(value) == (typed in ("—", "н/д"))


def test_no_for_a_number_asks_whether_it_is_zero(tmp_path):
    head = [*RESULTS_HEAD, "Отсутствовали"]
    read = read_one(book(tmp_path / "a.xlsx", [head, [*GOOD_ROW, "нет"]]))
    fault = only(read.faults, "text-for-number")
    assert "ноль" in fault.message and "впишите 0" in fault.remedy and accounted(read)


@pytest.mark.parametrize("text", ["nan", "1e400"])
def test_numbers_no_spreadsheet_writes_are_not_empty(tmp_path, text):
    body = grid_xml([RESULTS_HEAD, GOOD_ROW]).replace('<c r="G2"><v>24', f'<c r="G2"><v>{text}')
    assert text in body
    read = read_one(xlsx(tmp_path / "a.xlsx", {"A": body}))
    assert {fault.cell for fault in read.faults} == {"G2"} and accounted(read)


def test_a_very_long_text_is_cut_and_said_to_be(tmp_path):
    head = ["Код школы", "Краткое наименование", "Муниципалитет"]
    rows = [head, ["ШК-01", "СОШ " + "ы" * 5000, "Приозёрный район"]]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    fault = only(read.faults, "long-text")
    assert (fault.cell, fault.severity) == ("B2", Severity.WARNING)
    (name,) = read.tables["schools"]["name"]
    assert len(name) == 2000 and name.endswith("…")
    # More than a cell can hold is cut before anything looks at it.
    huge = "а" * 40_000
    path = xlsx(tmp_path / "b.xlsx", {"A": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'},
                shared=f"<si><t>{huge}</t></si>")  # fmt: skip
    sheets, faults = open_file(path, "b.xlsx")
    assert len(sheets[0].rows[0][0]) == 32_767
    assert [(fault.code, fault.cell) for fault in faults] == [("long-text", "A1")]


# --- what is said of an unknown sheet ----------------------------------------------------------

PUPIL = ["Образцов", "Пример", "Примерович", "4500", "123456", "Математика", "5А"]


def test_headings_of_an_unknown_sheet_are_shown(tmp_path):
    read = read_one(
        book(tmp_path / "a.xlsx", [["Предмет урока", "Класс и буква", "Шкаф"], ["а", "б", "в"]])
    )
    fault = only(read.faults, "not-recognised")
    assert "Предмет урока; Класс и буква; Шкаф" in fault.message and fault.cell == "A1:C1"


def test_a_pupil_is_never_taken_for_headings(tmp_path):
    """The headings are gone: the fullest row is somebody's."""
    read = read_one(book(tmp_path / "a.xlsx", [PUPIL, PUPIL]))
    fault = only(read.faults, "not-recognised")
    for text in PUPIL[:5]:
        assert text not in fault.sentence()


def test_only_known_words_of_a_doubtful_row_are_shown(tmp_path):
    line = ["Кабинет", "Шкаф", "Стеллаж", "Участников", "Стол"]
    fault = only(read_one(book(tmp_path / "a.xlsx", [line])).faults, "not-recognised")
    assert "Участников" in fault.message and "и ещё 4" in fault.message
    assert "Шкаф" not in fault.message and "Стеллаж" not in fault.message

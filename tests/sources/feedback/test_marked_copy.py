"""Marked copies: every faulty cell coloured and explained, originals untouched, nobody named."""

from __future__ import annotations

import hashlib
import re
import zipfile
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.problems import MORE, Problem
from shnor_lib.sources.feedback import marked_copy
from shnor_lib.sources.feedback.faults_workbook import (
    SUMMARY,
    SUMMARY_HEADINGS,
    write_faults_workbook,
)
from shnor_lib.sources.feedback.marked_copy import write_marked_copies
from shnor_lib.sources.feedback.marked_look import can_be_loaded
from shnor_lib.sources.feedback.marks import marks_of
from shnor_lib.sources.feedback.mask import HIDDEN
from shnor_lib.sources.files.excel import SEVERITY_FILLS
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.files.grid import open_file
from shnor_lib.sources.read import read_file
from shnor_lib.sources.templates.marks import IGNORED_MARK
from tests.sources.books import CALENDAR, GOOD_ROW, RESULTS_HEAD, book, row
from tests.sources.examples import EXAMPLES
from tests.sources.raw_books import cell, grid_xml, number_record, ods, ods_cell, ods_row, xls, xlsx

RED = SEVERITY_FILLS[Severity.ERROR].start_color.rgb
YELLOW = SEVERITY_FILLS[Severity.WARNING].start_color.rgb


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    return folder


def make(raw: Path, *, more: tuple[Fault, ...] = (), version: str = ""):
    """Read everything, write the copies; return them."""
    faults = [
        fault
        for path in input_files(raw)
        for fault in read_file(path, raw_dir=raw, calendar=CALENDAR).faults
    ]
    root = raw.parents[1]
    return write_marked_copies(
        [*faults, *more],
        raw_dir=raw,
        folder=root / "faults",
        calendar=CALENDAR,
        state_file=root / ".shnor" / "marked.json",
        version=version,
    )


def opened(copies, file):
    return openpyxl.load_workbook(copies.folder / copies.found[file])


def colour(cell):
    return cell.fill.start_color.rgb if cell.fill.fill_type else None


def words(path: Path) -> str:
    """Everything that stands anywhere in a workbook."""
    with zipfile.ZipFile(path) as archive:
        return re.sub(
            r"<[^>]+>", " ", " ".join(archive.read(n).decode() for n in archive.namelist())
        )


# --- the look is kept ------------------------------------------------------------------------


@pytest.fixture
def pretty(raw: Path) -> Path:
    """A workbook with a title, colours, a formula, a note, in a sub-folder."""
    path = book(
        raw / "Район" / "Результаты.xlsx",
        [RESULTS_HEAD, row(n="двадцать"), row(subject="химия", n2=0.5), row(subject="физика")],
        sheet="ОГЭ '23",
        top=3,
    )
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    sheet["A1"] = "Результаты, Приозёрный район"
    sheet.merge_cells("A1:K1")
    for heading in sheet[3]:
        heading.font = Font(bold=True, color="FFFFFF")
        heading.fill = PatternFill("solid", start_color="2F5597")
    sheet.column_dimensions["F"].width = 33
    sheet["M4"] = "=SUM(H4:K4)"
    sheet["G4"].comment = Comment("уточнить у школы", "Школа")
    sheet["N4"] = "=[1]Лист1!A1"
    workbook.properties.creator = "Образцов Пример"
    sheet["O4"] = "=1+1"
    sheet["O4"].data_type = "s"
    workbook.save(path)
    return path


def test_faulty_cells_are_coloured_and_explained(raw, pretty):
    before = pretty.read_bytes()
    copies = make(raw)
    assert copies.found == {"Район/Результаты.xlsx": "Район/Результаты (с пометками).xlsx"}
    assert pretty.read_bytes() == before
    sheet = opened(copies, "Район/Результаты.xlsx")["ОГЭ '23"]
    assert [colour(sheet[name]) for name in ("G4", "H5", "G5", "H4")] == [RED, RED, None, None]
    note = sheet["G4"].comment.text
    assert note.startswith("В столбце «Участников» стоит «двадцать» — это не число.")
    assert "Что сделать: Впишите число цифрами." in note and "уточнить у школы" in note
    assert sheet["H5"].comment is not None and sheet["G6"].comment is None


def test_the_workbook_keeps_its_look(raw, pretty):
    sheet = opened(make(raw), "Район/Результаты.xlsx")["ОГЭ '23"]
    assert colour(sheet["A3"]) == "002F5597" and sheet.column_dimensions["F"].width == 33
    assert sheet["M4"].value == "=SUM(H4:K4)" and sheet["M4"].data_type == "f"
    assert [str(block) for block in sheet.merged_cells.ranges] == ["A1:K1"]
    # A link to another workbook is not kept, a text stays a text.
    assert sheet["N4"].data_type != "f" and "[1]" not in str(sheet["N4"].value)
    assert (sheet["O4"].value, sheet["O4"].data_type) == ("=1+1", "s")
    assert "Образцов" not in words(next((raw.parents[1] / "faults").rglob("*.xlsx")))


def test_the_first_sheet_lists_the_marks_with_links(raw, pretty):
    workbook = opened(make(raw), "Район/Результаты.xlsx")
    sheet = workbook.worksheets[0]
    assert workbook.active is sheet and sheet["A1"].value.startswith(IGNORED_MARK)
    lines = list(sheet.iter_rows(min_row=4))
    assert [line[2].value for line in lines] == ["G4", "H5"]
    assert [line[2].hyperlink.location for line in lines] == ["'ОГЭ ''23'!G4", "'ОГЭ ''23'!H5"]
    assert [colour(line[0]) for line in lines] == [RED, RED]
    assert lines[0][4].value == "Впишите число цифрами."


def test_a_copy_may_take_the_place_of_its_original(raw, pretty):
    """Corrected in the copy and put back, it is read; marked again, old marks are gone."""
    copies = make(raw)
    workbook = opened(copies, "Район/Результаты.xlsx")
    workbook["ОГЭ '23"]["G4"] = 24
    workbook.save(pretty)
    read = read_file(pretty, raw_dir=raw, calendar=CALENDAR)
    assert [fault.cell for fault in read.faults] == ["H5"] and read.rows_in == 3
    sheet = opened(make(raw), "Район/Результаты.xlsx")["ОГЭ '23"]
    assert colour(sheet["G4"]) is None and sheet["G4"].comment is None
    assert colour(sheet["H5"]) == RED and sheet["H5"].comment.text.count("Что сделать") == 1
    assert len(opened(copies, "Район/Результаты.xlsx").worksheets) == 2


def test_missing_columns_are_shown_on_the_headings(raw):
    path = book(raw / "a.xlsx", [RESULTS_HEAD[:4] + RESULTS_HEAD[5:], GOOD_ROW[:4] + GOOD_ROW[5:]])
    workbook = openpyxl.load_workbook(path)
    for heading in workbook.active[1]:
        heading.font = Font(color="FFFFFF")
    workbook.save(path)
    sheet = opened(make(raw), "a.xlsx")["Лист1"]
    assert {colour(heading) for heading in sheet[1]} == {RED}
    assert {heading.font.color.rgb for heading in sheet[1]} == {"001F2A44"}
    assert "Нет столбца «Класс»" in sheet["A1"].comment.text


def test_what_concerns_a_whole_sheet_or_file_stands_at_its_first_cell(raw):
    book(raw / "a.xlsx", [RESULTS_HEAD, GOOD_ROW])
    fault = Fault("a.xlsx", "Лист1", "", "x", "лист странный.", remedy="Удалите его.",
                  severity=Severity.WARNING)  # fmt: skip
    whole = Fault("a.xlsx", "", "", "y", "файл странный.")
    sheet = opened(make(raw, more=(fault, whole)), "a.xlsx")["Лист1"]
    assert colour(sheet["A1"]) == RED
    assert "Лист странный." in sheet["A1"].comment.text
    assert "Файл странный." in sheet["A1"].comment.text


def test_marks_inside_a_merged_block_stand_on_its_first_cell(raw):
    path = book(raw / "a.xlsx", [RESULTS_HEAD, row(n=None)])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("F2:G2")
    workbook.save(path)
    sheet = opened(make(raw), "a.xlsx")["Лист1"]
    assert colour(sheet["F2"]) == RED and sheet["F2"].comment is not None


def test_every_faulty_cell_is_marked_where_faults_sum_them_up(raw):
    lines = [row(n="x", school_id=f"ШК-{n}") for n in range(40)]
    book(raw / "a.xlsx", [RESULTS_HEAD, *lines])
    (read,) = [read_file(p, raw_dir=raw, calendar=CALENDAR) for p in input_files(raw)]
    assert len(read.faults) == 13 and read.faults[-1].message.startswith(MORE)
    sheet = opened(make(raw), "a.xlsx")["Лист1"]
    assert [colour(sheet.cell(n, 7)) for n in range(2, 42)] == [RED] * 40
    assert sheet["G41"].comment is not None


# --- values only, extracts -------------------------------------------------------------------


def test_other_formats_are_copied_as_values(raw):
    (raw / "a.csv").write_text("Код школы;Учебный год;Учителей\nШК-01;2024;много\n=1+1;2024;5\n")
    rows = "".join(
        ods_row("".join(ods_cell(str(text)) for text in line))
        for line in (RESULTS_HEAD, row(n="двадцать"))
    )
    ods(raw / "b.ods", {"Лист [1]": rows})
    copies = make(raw)
    sheet = opened(copies, "a.csv")["Данные"]
    assert [line[2].value for line in sheet] == ["Учителей", "много", "5"]
    assert colour(sheet["C2"]) == RED and "много" in sheet["C2"].comment.text
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    sheet = opened(copies, "b.ods")["Лист (1)"]
    assert (sheet["G2"].value, colour(sheet["G2"])) == ("двадцать", RED)
    assert sheet["A1"].font.bold


def test_large_sheets_give_an_extract(raw, monkeypatch):
    monkeypatch.setattr(marked_copy, "MAX_COPIED_CELLS", 50)
    monkeypatch.setattr("shnor_lib.sources.feedback.marked_look.MAX_LOADED_CELLS", 50)
    lines = [row(n="x" if n % 4 == 0 else 24, school_id=f"ШК-{n}") for n in range(12)]
    book(raw / "a.xlsx", [RESULTS_HEAD, *lines])
    copies = make(raw)
    sheet = opened(copies, "a.xlsx")["Лист1"]
    assert sheet["A1"].value.startswith(IGNORED_MARK)
    assert [line[0].value for line in sheet.iter_rows(min_row=3)] == ["Строка", 2, 6, 10]
    assert [sheet[name].value for name in ("A3", "B3", "H3", "H4")] == [
        "Строка", "Код школы", "Участников", "x",
    ]  # fmt: skip
    assert sheet["H2"].value == "G" and colour(sheet["H4"]) == RED
    assert not copies.targets["a.xlsx"]["Лист1"].exact


def test_what_openpyxl_must_not_be_given_is_copied_as_values(raw):
    tail = '<mergeCells count="1"><mergeCell ref="A5:XFD1048576"/></mergeCells>'
    body = grid_xml([RESULTS_HEAD, row(n="x")])
    path = xlsx(raw / "a.xlsx", {"Лист1": body}, tail=tail)
    assert not can_be_loaded(path.read_bytes())
    styled = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 110_000))
    assert not can_be_loaded(xlsx(raw / "b.xlsx", {"Лист1": body + styled}).read_bytes())
    typed = (
        f'<?xml version="1.0"?><!DOCTYPE x []><worksheet><sheetData>{body}</sheetData></worksheet>'
    )
    assert not can_be_loaded(xlsx(raw / "d.xlsx", {"Лист1": typed}).read_bytes())
    assert can_be_loaded(book(raw / "c.xlsx", [RESULTS_HEAD]).read_bytes())
    sheet = opened(make(raw), "a.xlsx")["Лист1"]
    assert colour(sheet["G2"]) == RED and sheet.max_row == 2


def test_files_that_cannot_be_opened_have_no_copy(raw):
    (raw / "a.xlsx").write_bytes(b"PK\x03\x04 cut")
    xls(raw / "b.xls", {"A": number_record(0, 0, 1) + number_record(65535, 255, 1)})
    copies = make(raw)
    assert copies.found == {} and copies.left_out == []
    assert not copies.folder.exists()


# --- nobody is named -------------------------------------------------------------------------

NAME = "Образцов Пример Примерович"
PROTOCOL_HEAD = [
    "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Серия", "Номер",
    "Задания с кратким ответом", "Первичный балл", "Оценка",
]  # fmt: skip
PUPIL = [1, "101001", "9А", "0101", "0001", *NAME.split(), "4500", "987654", "++-", "сто", 4]


def protocol(path: Path) -> Path:
    rows = [["Протокол проверки результатов"], ["02 - Математика 2026.06.02"], PROTOCOL_HEAD, PUPIL]
    # A row shifted by one column: the name stands where harmless things belong.
    return book(path, [*rows, [None, *PUPIL[:-1]], [*PUPIL[4:], *PUPIL[:4]]], sheet="Page 1")


def secrets_in(copies) -> list[str]:
    text = " ".join(words(copies.folder / name) for name in copies.found.values())
    return [word for word in (*NAME.split(), "4500", "987654") if word in text]


def test_copies_of_protocols_name_nobody(raw):
    protocol(raw / "ОГЭ.xlsx")
    faults = tuple(
        Fault("ОГЭ.xlsx", "Page 1", f"{letter}{number}", "x", "проверка.")
        for number in (4, 5, 6)
        for letter in ("B", "F", "L")
    )
    copies = make(raw, more=faults)
    assert secrets_in(copies) == []
    sheet = opened(copies, "ОГЭ.xlsx")["Page 1"]
    assert [sheet.cell(4, n).value for n in range(1, 10)] == [
        4, "1", "101001", "9А", HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ]  # fmt: skip
    assert sheet["G3"].value == "Фамилия" and colour(sheet["C4"]) == RED


def test_copies_of_unknown_sheets_show_nothing(raw):
    """Nobody knows what stands there; beside them no sheet keeps its look either."""
    path = book(raw / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    workbook = openpyxl.load_workbook(path)
    other = workbook.create_sheet("Список")
    other.append([*NAME.split(), "8 900 000-00-00"])
    workbook.create_sheet("Тайный").append([NAME])
    workbook["Тайный"].sheet_state = "hidden"
    workbook.properties.creator = NAME
    workbook.save(path)
    copies = make(raw)
    assert secrets_in(copies) == []
    book_ = opened(copies, "a.xlsx")
    assert book_.sheetnames == ["Пометки", "Лист1", "Список"]
    assert (book_["Лист1"]["G2"].value, colour(book_["Лист1"]["G2"])) == ("x", RED)
    cells = [item for line in book_["Список"].iter_rows(min_row=2) for item in line]
    assert any(item.comment for item in cells)
    assert {item.value for item in cells} <= {None, 1, HIDDEN, *"ABCD"}


def test_tables_of_teachers_show_codes_of_schools_only(raw):
    rows = [
        ["Код школы", "Код учителя", "Предмет", "Диагностическая работа", "Дата диагностики",
         "Предметные, %", "Методические, %"],
        ["ШК-01", NAME, "математика", "работа", "05.09.2024", 50, 60],
    ]  # fmt: skip
    book(raw / "a.xlsx", rows)
    copies = make(raw, more=(Fault("a.xlsx", "Лист1", "A2", "x", "проверка."),))
    assert secrets_in(copies) == []
    assert "ШК-01" in words(copies.folder / copies.found["a.xlsx"])


SECRET_EXAMPLES = [
    name
    for name, (_, write) in EXAMPLES.items()
    if getattr(import_module(getattr(write, "func", write).__module__), "SECRETS", ())
]


@pytest.mark.parametrize("name", SECRET_EXAMPLES)
@pytest.mark.parametrize("shifted", [False, True])
def test_no_copy_of_a_form_with_people_names_any(raw, name, shifted):
    """A fault in every cell brings every row into the copy, also rows shifted by a column."""
    file, write = EXAMPLES[name]
    write(raw / file)
    if shifted and file.endswith("xlsx"):
        workbook = openpyxl.load_workbook(raw / file)
        for sheet in workbook:
            last = sheet.max_row
            sheet.move_range(f"A{last}:{get_column_letter(sheet.max_column)}{last}", cols=1)
        workbook.save(raw / file)
    sheets, _ = open_file(raw / file, file)
    faults = tuple(
        Fault(file, sheet.name, f"{get_column_letter(column)}{number}", "x", "проверка.")
        for sheet in sheets
        for number in range(1, len(sheet.rows) + 1)
        for column in range(1, min(len(sheet.rows[0]), 60) + 1)
    )
    copies = make(raw, more=faults)
    text = words(copies.folder / copies.found[file])
    secrets = import_module(getattr(write, "func", write).__module__).SECRETS
    assert "проверка." in text.casefold()
    assert [word for word in secrets if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)] == []


# --- what is there already, and how much -------------------------------------------------------


def test_copies_of_mended_workbooks_go_and_others_stay(raw):
    book(raw / "Район" / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    copies = make(raw)
    mine = copies.folder / "мои заметки.txt"
    mine.write_text("x")
    book(raw / "Район" / "a.xlsx", [RESULTS_HEAD, GOOD_ROW])
    book(raw / "b.xlsx", [RESULTS_HEAD, row(n="x")])
    assert list(make(raw).found) == ["b.xlsx"]
    assert sorted(p.name for p in copies.folder.iterdir()) == ["b (с пометками).xlsx", mine.name]
    (raw / "b.xlsx").unlink()
    mine.unlink()
    make(raw)
    assert not copies.folder.exists()


def test_an_unchanged_copy_is_not_made_again(raw, monkeypatch):
    book(raw / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    first = make(raw)
    path = first.folder / first.found["a.xlsx"]
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    make(raw, version="other")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == content  # same input, same bytes
    with monkeypatch.context() as patch:
        patch.setattr(marked_copy, "_write", lambda *_: pytest.fail("made again"))
        assert make(raw, version="other") == first
    path.unlink()
    assert make(raw, version="other") == first and path.is_file()


def test_not_more_copies_than_promised(raw, monkeypatch):
    monkeypatch.setattr(marked_copy, "MAX_COPIES", 2)
    for name in "abc":
        book(raw / f"{name}.xlsx", [RESULTS_HEAD, row(n="x")])
    book(raw / "0.xlsx", [RESULTS_HEAD])  # a warning: errors come first
    copies = make(raw)
    assert list(copies.found) == ["a.xlsx", "b.xlsx"] and copies.left_out == ["c.xlsx", "0.xlsx"]


def test_files_of_one_name_have_copies_of_their_own(raw):
    book(raw / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    (raw / "a.csv").write_text("Код школы;Учебный год;Учителей\nШК-01;2024;много\n")
    assert make(raw).found == {
        "a.csv": "a.csv (с пометками).xlsx",
        "a.xlsx": "a.xlsx (с пометками).xlsx",
    }


def test_a_copy_open_elsewhere_is_named(raw, monkeypatch):
    book(raw / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    monkeypatch.setattr(marked_copy, "save", lambda *_: (_ for _ in ()).throw(PermissionError()))
    copies = make(raw)
    assert [path.name for path in copies.locked] == ["a (с пометками).xlsx"] and not copies.found


def test_a_failure_costs_the_copy_only(raw, monkeypatch):
    book(raw / "a.xlsx", [RESULTS_HEAD, row(n="x")])
    monkeypatch.setattr(marked_copy, "write_list", lambda *_: 1 / 0)
    assert make(raw).left_out == ["a.xlsx"]


# --- marks, and the list of faults -------------------------------------------------------------


def test_places_of_faults():
    def places(text):
        (mark, *_) = marks_of([Fault("", cell=text, code="x", message="m")])
        return mark.cells()

    assert places("H15") == [(15, 8)]
    assert places("G2:I2") == [(2, 7), (2, 8), (2, 9)]
    assert places("G2:G90") == [(2, 7), (90, 7)]
    assert places("") == places("строка 3") == [(1, 1)]
    assert [m.cell for m in marks_of([Fault("", cell="H12:H37, H40", code="x")])] == ["H12", "H40"]


def test_a_place_has_one_mark_of_a_kind():
    problem = Problem(3, 1, "x", "плохо.")
    fault = Fault("", cell="B3", code="x", message="плохо.")
    rest = Fault("", cell="B3:B9", code="x", message=f"{MORE} 5.")
    assert [mark.cell for mark in marks_of([fault, rest], [problem])] == ["B3"]
    assert [mark.cell for mark in marks_of([fault, rest])] == ["B3", "B3"]


def test_the_list_of_faults_leads_to_the_copies(raw):
    book(raw / "Район" / "a.xlsx", [RESULTS_HEAD, row(n="x"), row(subject="химия", n2=0.5)])
    book(raw / "b.xlsx", [RESULTS_HEAD])
    (raw / "c.xlsx").write_bytes(b"PK cut")
    root = raw.parents[1]
    faults = [
        f for p in input_files(raw) for f in read_file(p, raw_dir=raw, calendar=CALENDAR).faults
    ]
    copies = make(raw)
    write_faults_workbook(root / "faults.xlsx", faults, copies=copies)
    workbook = openpyxl.load_workbook(root / "faults.xlsx")
    line = next(r for r in workbook.active.iter_rows(min_row=2) if r[3].value == "G2")
    assert line[7].hyperlink.target == "faults/Район/a%20(с%20пометками).xlsx"
    assert line[7].hyperlink.location == "'Лист1'!G2"
    sheet = workbook[SUMMARY]
    assert [heading.value for heading in sheet[1]] == [title for title, _ in SUMMARY_HEADINGS]
    rows = [[item.value for item in line] for line in sheet.iter_rows(min_row=2)]
    assert rows == [
        ["Район/a.xlsx", 2, None, None, 2, "Район/a (с пометками).xlsx"],
        ["c.xlsx", 1, None, None, None, "копии нет: файл не открывается"],
        ["b.xlsx", None, 1, None, None, "b (с пометками).xlsx"],
        ["Всего", 3, 1, None, 2, None],
    ]
    assert (root / "faults" / "Район" / "a (с пометками).xlsx").is_file()
    assert sheet.auto_filter.ref == "A1:F4" and workbook.active.auto_filter.ref == "A1:H5"


def test_far_cells_and_odd_names_do_not_stop_the_copy(raw):
    far = grid_xml([RESULTS_HEAD, row(n="x")]) + '<row r="9"><c r="XFD9"><v>1</v></c></row>'
    xlsx(raw / "a.xlsx", {"Свод &amp; «итог» 🏫": far + f'<row r="10">{cell("A10", "")}</row>'})
    copies = make(raw)
    sheet = opened(copies, "a.xlsx").worksheets[1]
    assert colour(sheet["G2"]) == RED and colour(sheet["XFD9"]) == RED


def test_a_far_mark_does_not_stretch_a_copy_of_values(raw):
    (raw / "a.csv").write_text("Код школы;Учебный год;Учителей\nШК-01;2024;много\n")
    far = Fault("a.csv", "", "XFD1048576", "x", "далеко.")
    sheet = opened(make(raw, more=(far,)), "a.csv")["Данные"]
    assert sheet.max_row == 2 and "Далеко." in sheet["A1"].comment.text

"""The project's own forms: what is accepted, and a message of its own for every fault."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import SHOWN
from tests.sources.books import (
    CALENDAR,
    GOOD_ROW,
    RESULTS_HEAD,
    accounted,
    book,
    only,
    read_one,
    row,
)

# change of a good row → cell at fault, code, words of the message
CELL_FAULTS = [
    ({"n": "двадцать"}, "G2", "text-for-number", "«двадцать» — это не число"),
    ({"n": dt.datetime(2024, 5, 6)}, "G2", "date-for-number", "дата «06.05.2024»"),
    ({"n": "=24"}, "G2", "formula", "результат которой в файле не сохранён"),
    ({"n": "#REF!"}, "G2", "cell-error", "«#REF!»"),
    ({"n": None}, "G2", "empty-required", "пустая ячейка в обязательном столбце «Участников»"),
    ({"n": "н/д"}, "G2", "empty-required", "«Участников»"),
    ({"n2": 3.5}, "H2", "fractional-count", "дробное число 3,5"),
    ({"n2": "12,5 %"}, "H2", "fractional-count", "дробное число 12,5"),
    ({"n2": -1}, "H2", "below-minimum", "меньше, чем 0"),
    ({"n2": 50}, "H2", "part-above-whole", "«2» стоит 50, а в столбце «Участников» — 24"),
    ({"n": 23}, "G2", "n-below-marks", "участников 23, а отметок вместе — 24"),
    ({"procedure": "ОГЕ"}, "D2", "not-in-list", "«ОГЕ» — такого значения нет"),
    ({"season": "лето"}, "C2", "not-in-list", "«лето» — такого значения нет"),
    ({"school_id": None}, "A2", "empty-required", "«Код школы»"),
    ({"year": "2023/2025"}, "B2", "not-a-year", "«2023/2025» — это не учебный год"),
    ({"year": 1907}, "B2", "year-out-of-range", "1907"),
    ({"grade": 99}, "E2", "above-maximum", "больше, чем 12"),
]


@pytest.mark.parametrize(("change", "cell", "code", "words"), CELL_FAULTS)
def test_a_faulty_cell_is_named(tmp_path, change, cell, code, words):
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(**change), row(subject="химия")]))
    (fault,) = read.faults
    assert (fault.file, fault.sheet, fault.cell, fault.code) == ("a.xlsx", "Лист1", cell, code)
    assert words in fault.message
    assert fault.expected.endswith(".") and fault.remedy.endswith(".")
    assert (fault.severity, fault.rows) == (Severity.ERROR, 1)
    # The good row beside it is read all the same.
    assert read.tables["results"]["subject"].tolist() == ["химия"]
    assert accounted(read)


def test_all_faults_of_a_sheet_come_at_once(tmp_path):
    rows = [row(subject=f"предмет {i}", **change) for i, (change, *_) in enumerate(CELL_FAULTS)]
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows]))
    errors = [fault for fault in read.faults if fault.severity is Severity.ERROR]
    assert [fault.code for fault in errors] == [code for _, _, code, _ in CELL_FAULTS]
    assert [fault.cell for fault in errors] == [
        f"{cell[0]}{i + 2}" for i, (_, cell, _, _) in enumerate(CELL_FAULTS)
    ]
    assert accounted(read) and read.rows_in == len(CELL_FAULTS)


def test_a_row_with_three_faults_is_one_row(tmp_path):
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(n="x", n2=-1, grade=0)]))
    assert sorted(fault.code for fault in read.faults) == [
        "below-minimum",
        "below-minimum",
        "text-for-number",
    ]
    assert sum(fault.rows for fault in read.faults) == 1
    assert accounted(read)


def test_a_missing_column_refuses_the_sheet_and_names_a_misspelt_one(tmp_path):
    head = [name if name != "Класс" else "Клас" for name in RESULTS_HEAD]
    read = read_one(book(tmp_path / "a.xlsx", [head, GOOD_ROW, row(subject="химия")]))
    fault = only(read.faults, "missing-column")
    assert "нет столбца «Класс»" in fault.message
    assert "«Клас» в E1" in fault.remedy
    assert (fault.cell, fault.rows) == ("A1:K1", 2)
    assert accounted(read)


def test_several_missing_columns_come_at_once(tmp_path):
    head = [name for name in RESULTS_HEAD if name not in ("Класс", "Участников")]
    rows = [[cell for i, cell in enumerate(GOOD_ROW) if i not in (4, 6)]]
    read = read_one(book(tmp_path / "a.xlsx", [head, *rows]))
    assert [f.code for f in read.faults] == ["missing-column", "missing-column"]
    assert accounted(read)


def test_a_column_twice_is_a_fault(tmp_path):
    read = read_one(book(tmp_path / "a.xlsx", [[*RESULTS_HEAD, "Класс"], [*GOOD_ROW, 9]]))
    fault = only(read.faults, "repeated-column")
    assert (fault.cell, fault.rows) == ("L1", 1)


def test_a_column_nobody_reads_is_named_only_when_it_holds_data(tmp_path):
    head = [
        "Код школы",
        "Учебный год",
        "Всего обучающихся",
        "Из неполых семей",
        "Примечание",
        "ОО",
        "Пустой",
    ]
    read = read_one(
        book(tmp_path / "a.xlsx", [head, ["ШК-01", 2024, 100, 12, "!", "СОШ № 1", None]])
    )
    fault = only(read.faults, "unknown-column")
    assert fault.severity is Severity.WARNING
    assert "«Из неполых семей» (D)" in fault.message
    assert "«Из неполных семей»" in fault.remedy
    assert len(read.tables["social_passport"]) == 1


def test_an_unrecognised_sheet_names_headings_and_the_nearest_form(tmp_path):
    foreign = read_one(book(tmp_path / "a.xlsx", [["Фамилия", "Имя"], ["А", "Б"]]))
    fault = only(foreign.faults, "not-recognised")
    assert "не распознано" in fault.message and "Фамилия; Имя" in fault.message
    assert fault.severity is Severity.WARNING

    near = read_one(book(tmp_path / "b.xlsx", [["Предмет", "Учитель", "Кабинет"], ["х", "у", 1]]))
    fault = only(near.faults, "not-recognised")
    assert "ближайшая —" in fault.expected
    assert fault.severity is Severity.ERROR  # it has a heading of ours

    (tmp_path / "c.csv").write_text("Предмет;Учитель\nа;б\n", "utf-8")
    assert only(read_one(tmp_path / "c.csv").faults, "not-recognised").severity is Severity.WARNING


def test_empty_sheets_and_books(tmp_path):
    empty = read_one(book(tmp_path / "a.xlsx", []))
    assert only(empty.faults, "no-data").severity is Severity.WARNING
    heads = read_one(book(tmp_path / "b.xlsx", [RESULTS_HEAD]))
    fault = only(heads.faults, "no-data")
    assert (fault.sheet, fault.cell) == ("Лист1", "A1:K1")


def test_titles_numbering_and_blank_rows_are_no_data(tmp_path):
    rows = [
        ["Итоги года"],
        [],
        RESULTS_HEAD,
        list(range(1, 12)),
        [],
        GOOD_ROW,
        [None, " "],
        row(subject="химия"),
    ]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    assert read.faults == []
    assert read.tables["results"]["source_row"].tolist() == [6, 8]


def test_headings_by_alias_in_any_order_case_and_alphabet(tmp_path):
    # «Kлacc» has Latin K, a, c.
    head = [
        "кол-во участников",
        "Kлacc",
        "ПРЕДМЕТ:",
        "Процедура *",
        "Год",
        "Логин",
        "5",
        "4",
        "3",
        "2",
    ]
    read = read_one(
        book(
            tmp_path / "a.xlsx",
            [head, [24, "9 класс", "Математике", "огэ", "2023-2024", "edu1", 4, 8, 9, 3]],
        )
    )
    assert read.faults == []
    (record,) = read.tables["results"].to_dict("records")
    assert (record["grade"], record["subject"], record["procedure"], record["year"]) == (
        9,
        "математика",
        "oge",
        2024,
    )
    assert (record["n2"], record["n5"], record["n_low"], record["n_high"]) == (3, 4, 3, 4)


def test_in_a_register_the_login_is_the_code_only_when_there_is_no_code(tmp_path):
    full = ["Код школы", "ОО", "Муниципалитет", "Логин", "Код ОО"]
    read = read_one(
        book(tmp_path / "a.xlsx", [full, ["ШК-01", "СОШ", "Район", "edu000001", 101001]])
    )
    (record,) = read.tables["schools"].to_dict("records")
    assert (record["school_id"], record["fis_login"], record["ris_code"]) == (
        "ШК-01",
        "edu000001",
        "101001",
    )
    read = read_one(
        book(tmp_path / "b.xlsx", [["Логин", "ОО", "МО"], ["edu000001", "СОШ", "Район"]])
    )
    assert read.tables["schools"]["school_id"].tolist() == ["edu000001"]


def test_season_follows_the_calendar_when_empty(tmp_path):
    rows = [
        row(season=None, year=2020, procedure="ВПР", grade=5),
        row(season=None, year=2021, procedure="ВПР", grade=5),
        row(season="весна", year=2020, procedure="ВПР", grade=6),
    ]
    path = book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
    assert read_one(path).tables["results"]["season"].tolist() == ["autumn", "spring", "spring"]
    own = Calendar.model_validate(
        {"seasons": [{"procedure": "vpr", "year": 2021, "season": "autumn"}]}
    )
    assert read_one(path, own.over(CALENDAR)).tables["results"]["season"].tolist() == [
        "autumn",
        "autumn",
        "spring",
    ]


def test_nobody_wrote_means_no_counts(tmp_path):
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(n=0, n2=0, n3=0, n4=0, n5=0)]))
    (record,) = read.tables["results"].to_dict("records")
    assert record["n"] == 0
    assert all(pd.isna(record[name]) for name in ("n2", "n5", "n_low", "n_high"))


def test_what_only_looks_odd_is_a_warning_and_enters(tmp_path):
    rows = [
        row(n=30),
        row(subject="матиматика"),
        row(subject="химия", n2=None, n3=None, n4=None, n5=None),
    ]
    read = read_one(book(tmp_path / "2022.xlsx", [RESULTS_HEAD, *rows], sheet="2022"))
    assert sorted(fault.code for fault in read.faults) == [
        "n-above-marks", "no-marks", "unknown-subject", "year-disagrees",
    ]  # fmt: skip
    assert {fault.severity for fault in read.faults} == {Severity.WARNING}
    assert len(read.tables["results"]) == 3 and accounted(read)


def test_exam_without_marks_has_low_and_high(tmp_path):
    head = [*RESULTS_HEAD[:7], "Ниже минимума", "Высокие результаты"]
    good = ["ШК-01", 2024, None, "ЕГЭ", 11, "Математика профильная", 20, 3, 2]
    read = read_one(book(tmp_path / "a.xlsx", [head, good, [*good[:5], "химия", 4, 3, 2]]))
    assert only(read.faults, "n-below-marks").cell == "G3"
    (record,) = read.tables["results"].to_dict("records")
    assert (record["n_low"], record["n_high"], record["subject"]) == (
        3,
        2,
        "математика (профильная)",
    )


def test_low_that_contradicts_the_marks(tmp_path):
    head = [*RESULTS_HEAD, "Ниже минимума"]
    read = read_one(book(tmp_path / "a.xlsx", [head, [*GOOD_ROW, 5], [*row(subject="химия"), 3]]))
    fault = only(read.faults, "low-high-disagree")
    assert (fault.cell, fault.rows) == ("L2", 1)
    assert len(read.tables["results"]) == 1


def test_a_flood_of_equal_faults_is_summed_up(tmp_path):
    rows = [row(n="много", subject=f"предмет {i}") for i in range(100)]
    read = read_one(book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows]))
    faults = [fault for fault in read.faults if fault.code == "text-for-number"]
    assert len(faults) == SHOWN + 1
    assert faults[-1].rows == 100 - SHOWN
    assert faults[-1].cell == f"G{SHOWN + 2}:G101"
    assert accounted(read)


def test_several_sheets_of_one_table(tmp_path):
    import openpyxl

    workbook = openpyxl.Workbook()
    for name, year in (("2023", 2023), ("2024", 2024)):
        sheet = workbook.create_sheet(name)
        sheet.append(RESULTS_HEAD)
        sheet.append(row(year=year))
    workbook.save(tmp_path / "a.xlsx")
    read = read_one(tmp_path / "a.xlsx")
    assert read.layouts == ["own:results", "own:results"]
    assert read.tables["results"]["source_sheet"].tolist() == ["2023", "2024"]
    assert set(read.cells["source_sheet"]) == {"2023", "2024"}

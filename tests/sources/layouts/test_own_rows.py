"""Rows of the project's own forms that are no data, and rows that contradict themselves."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.templates import write_workbook
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.sources.books import GOOD_ROW, RESULTS_HEAD, accounted, book, only, read_one, row, tidy
from tests.sources.examples import own

STAFF = ["Код школы", "Учебный год", "Учителей", "Вакансий"]


def test_headings_in_part_copied_are_set_aside(tmp_path):
    again = [*RESULTS_HEAD[:8], "два", "три", None]
    read = read_one(
        book(tmp_path / "a.xlsx", [RESULTS_HEAD, GOOD_ROW, again, row(subject="химия")])
    )
    fault = only(read.faults, "repeated-heading")
    assert (fault.cell, fault.rows, fault.severity) == ("A3", 1, Severity.WARNING)
    assert len(read.tables["results"]) == 2 and accounted(read)


@pytest.mark.parametrize("text", ["Итого", "ВСЕГО:", "итого по району"])
def test_a_row_of_totals_is_set_aside(tmp_path, text):
    rows = [STAFF, ["ШК-01", 2024, 20, 1], ["ШК-02", 2024, 30, 2], [text, None, 50, 3]]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    fault = only(read.faults, "total-row")
    assert (fault.cell, fault.rows, fault.severity) == ("A4", 1, Severity.WARNING)
    assert read.tables["staff"]["teachers"].sum() == 50 and accounted(read)


def test_numbers_merged_over_rows_are_nobodys(tmp_path):
    path = book(tmp_path / "a.xlsx", [STAFF, ["ШК-01", 2024, 20, 1], ["ШК-02", 2024, None, 2]])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("C2:C3")
    workbook.save(path)
    read = read_one(path)
    fault = only(read.faults, "merged-cells")
    assert (fault.cell, fault.rows, fault.severity) == ("C3", 1, Severity.ERROR)
    assert read.tables["staff"]["school_id"].tolist() == ["ШК-01"] and accounted(read)


def test_a_school_merged_over_its_rows_stands_in_each(tmp_path):
    path = book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(), row(school_id=None, subject="химия")])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("A2:A3")
    workbook.save(path)
    read = read_one(path)
    assert read.faults == []
    assert read.tables["results"]["school_id"].tolist() == ["ШК-01", "ШК-01"]


def test_a_row_with_only_what_the_template_fills_in_is_not_filled_yet(tmp_path):
    rows = [STAFF, ["ШК-01", "2025/2026", 20, 1], ["ШК-02", "2025/2026", None, "—"]]
    fault = only(read_one(book(tmp_path / "a.xlsx", rows)).faults, "unfilled-row")
    assert fault.message == (
        "заполнены только столбцы «Код школы», «Учебный год» (строк: 1; строка 3)."
    )
    assert (fault.rows, fault.severity) == (1, Severity.WARNING)


@pytest.mark.parametrize(
    ("years", "cell", "count"),
    [
        (["2025/2026", 2025, "2025"], "B3", 2),
        (["2025/2026", "2025/2026", 2026], None, 0),
        ([2024, 2025, 2025], None, 0),
        (["2023/2024", 2025, 2025], None, 0),
    ],
)
def test_a_single_year_beside_whole_ones(tmp_path, years, cell, count):
    rows = [STAFF, *(["ШК-01", year, 20, 1] for year in years)]
    faults = read_one(book(tmp_path / "a.xlsx", rows)).faults
    assert [fault.cell for fault in faults if fault.code == "one-year"] == ([cell] if cell else [])
    if cell:
        fault = only(faults, "one-year")
        assert f"таких строк: {count}" in fault.message and "2024/2025" in fault.message


def test_the_year_of_a_date_begins_in_september(tmp_path):
    frame = own.rows("interviews").assign(
        date=pd.to_datetime(["2025-08-31", "2025-09-01", "2026-01-15"])
    )
    frame["deadline"] = pd.NaT
    write_workbook(tmp_path / "a.xlsx", {"interviews": frame}, example=False)
    read = read_one(tmp_path / "a.xlsx")
    assert read.faults == []
    assert read.tables["interviews"]["year"].tolist() == [2025, 2026, 2026]


def test_looking_back_shows_nothing_that_came_later():
    deficits = tidy(
        "teacher_deficits",
        pd.DataFrame(
            {"topic": list("абв"), "found": pd.to_datetime(["2025-08-31", "2025-09-01", None])}
        ),
    )
    seen = Dataset(teacher_deficits=deficits).until(2025).teacher_deficits
    assert seen["topic"].tolist() == ["а", "в"]


DOUBTS = [
    ("risk_verification", {"school_decision": "rejects"}, "reason-missing", "почему — не сказано"),
    (
        "risk_verification",
        {"school_decision": "rejects", "curator_decision": "rejects",
         "school_reason": "нет", "curator_reason": "нет"},
        "state-disagrees", "отклонили риск",
    ),
    ("mentor_centre", {"feedback_n": None}, "mark-of-nobody", "числа отзывов нет"),
    ("tutor_point", {"done": None}, "not-done-in-time", "даты, когда она оказана, нет"),
    ("measures", {"state": "done"}, "state-disagrees", "даты выполнения нет"),
    ("measures", {"done": pd.Timestamp("2025-12-20")}, "state-disagrees", "дата выполнения есть"),
    ("measures", {"school_id": None}, "for-whom", "нет ни школы, ни муниципалитета"),
    ("teacher_diagnostics", {"subject_score": None, "method_score": None}, "nothing-measured",
     "результата нет"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "code", "words"), DOUBTS)
def test_a_row_that_contradicts_itself_is_doubted_and_enters(tmp_path, name, change, code, words):
    frame = own.rows(name, 1)
    for column, value in change.items():
        frame[column] = pd.array([value], dtype=TABLES[name].column(column).dtype)
    write_workbook(tmp_path / "a.xlsx", {name: frame}, example=False)
    read = read_one(tmp_path / "a.xlsx")
    fault = only(read.faults, code)
    assert words in fault.message and fault.severity is Severity.WARNING
    assert len(read.tables[name]) == 1 and accounted(read)
    assert len(read.faults) == 1


def test_dates_the_wrong_way_round_are_refused(tmp_path):
    frame = own.rows("teacher_deficits", 2)
    frame["closed"] = pd.to_datetime(["2025-10-13", "2025-10-14"])
    write_workbook(tmp_path / "a.xlsx", {"teacher_deficits": frame}, example=False)
    read = read_one(tmp_path / "a.xlsx")
    fault = only(read.faults, "dates-reversed")
    assert "«Дефицит восполнен» стоит 13.10.2025 — раньше, чем 14.10.2025" in fault.message
    assert len(read.tables["teacher_deficits"]) == 1 and accounted(read)


def test_a_date_without_its_format_is_still_a_date(tmp_path):
    path = tmp_path / "a.xlsx"
    write_workbook(path, {"news": own.rows("news", 1)}, example=False)
    workbook = openpyxl.load_workbook(path)
    workbook["Новости"]["A2"].value = 45993
    workbook["Новости"]["A2"].number_format = "General"
    workbook.save(path)
    read = read_one(path)
    assert read.faults == []
    assert read.tables["news"]["date"].tolist() == [pd.Timestamp("2025-12-02")]

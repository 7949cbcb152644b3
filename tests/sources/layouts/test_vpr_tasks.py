"""«ВПР. Выполнение заданий»."""

from __future__ import annotations

import datetime as dt

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble
from tests.sources.books import CALENDAR, accounted, only
from tests.sources.fis_oko_books import (
    HEAD,
    TASKS,
    TASKS_HEAD,
    TASKS_LEVEL,
    TASKS_MAX,
    TITLE,
    report,
)


def native(path, *rows, head=TASKS_HEAD):
    return report(path / "a.xlsx", ["Выполнение заданий"], [TITLE], head, *rows)


def shares(read, school="edu000001"):
    frame = read.tables["task_results"]
    rows = frame[frame["school_id"] == school]
    return dict(zip(rows["task"], rows["share"].round(6), strict=True))


def test_percents_become_shares_by_task(tmp_path):
    read = native(tmp_path, TASKS_MAX, TASKS_LEVEL, *TASKS)
    assert read.faults == [] and read.layouts == ["vpr-native-tasks"]
    assert shares(read) == {"1": 0.875, "2.1": 0.6042, "2.2": 0.3333, "4К1": 0.5, "9(1)": 0.0}
    frame = read.tables["task_results"]
    first = frame[frame["school_id"] == "edu000001"]
    assert first["max_score"].tolist() == [1, 2, 1, 3, 2]
    assert first["level"].tolist() == ["Б", "Б", "П", "П", "Б"]
    assert set(first["n"]) == {24} and set(first["source_row"]) == {9}
    assert set(
        frame[["procedure", "year", "season", "grade", "subject"]].itertuples(
            index=False, name=None
        )
    ) == {("vpr", 2023, "spring", 5, "математика")}
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["n"], letters["share:4К1"]) == ("C", "G")
    assert read.rows_used == 3 and len(frame) == 15
    data = assemble([read], calendar=CALENDAR)
    assert len(data.task_results) == 15


def test_levels_above_the_headings_and_no_row_of_most_points(tmp_path):
    level = [None, None, None, "Базовый", "Базовый", "Повышенный", "П", "Б"]
    read = report(tmp_path / "a.xlsx", ["Выполнение заданий"], [TITLE], level, TASKS_HEAD, *TASKS)
    assert read.faults == []
    first = read.tables["task_results"].iloc[:5]
    assert first["level"].tolist() == ["Б", "Б", "П", "П", "Б"]
    assert first["max_score"].fillna(-1).tolist() == [-1, -1, -1, 3, -1]  # «4K1 (3б)» says it


def test_most_points_whose_label_is_lost(tmp_path):
    """Cells merged over the first columns keep no «Макс. балл»."""
    read = native(tmp_path, [None, None, None, *TASKS_MAX[3:]], *TASKS)
    assert read.faults == []
    assert read.tables["task_results"]["max_score"].tolist()[:5] == [1, 2, 1, 3, 2]


def test_forty_columns_whatever_the_test(tmp_path):
    head = [*HEAD, *range(1, 41)]
    top = ["Макс. балл", None, None, 1, 2, 1, 3, 2, *[None] * 35]
    empty = native(tmp_path, top, *[[*row, *[None] * 35] for row in TASKS], head=head)
    zeros = native(tmp_path, top, *[[*row, *[0] * 35] for row in TASKS], head=head)
    for read in (empty, zeros):
        assert read.faults == [] and list(shares(read)) == ["1", "2", "3", "4", "5"]


def test_a_zero_of_a_used_task_is_a_zero(tmp_path):
    rows = [[*row[:7], 0] for row in TASKS]
    read = native(tmp_path, TASKS_MAX, *rows)
    assert shares(read)["9(1)"] == 0 and read.faults == []


def test_numbers_that_excel_spoilt(tmp_path):
    """2.10 is kept as 2.1, and «3.1» as the third of January."""
    head = [*HEAD, *(float(f"2.{k}") for k in range(1, 10)), 2.1, dt.datetime(2024, 1, 3)]
    rows = [[*row[:3], *range(10, 120, 10)] for row in TASKS]
    rows = [[*row[:3], *(value - 15 for value in row[3:])] for row in rows]
    rows = [[*row[:3], *(max(value, 0) for value in row[3:])] for row in rows]
    read = native(tmp_path, *rows, head=head)
    assert read.faults == []
    assert list(shares(read)) == [*(f"2.{k}" for k in range(1, 11)), "3.1"]
    assert shares(read)["2.10"] == 0.85


def test_a_task_twice_refuses_the_report(tmp_path):
    head = [*TASKS_HEAD[:-1], "4К1"]
    read = native(tmp_path, TASKS_MAX, *TASKS, head=head)
    assert only(read.faults, "repeated-column").cell == "H3" and accounted(read)
    assert not len(read.tables["task_results"])


def test_cells_in_excels_per_cent_format(tmp_path):
    rows = [[*row[:3], *(value / 100 for value in row[3:])] for row in TASKS]
    assert shares(native(tmp_path, TASKS_MAX, *rows)) == {
        "1": 0.875, "2.1": 0.6042, "2.2": 0.3333, "4К1": 0.5, "9(1)": 0.0,
    }  # fmt: skip


def test_nobody_has_no_results(tmp_path):
    read = native(tmp_path, TASKS_MAX, *TASKS, ["СОШ № 7 (edu000007)", 1, 0, *[0] * 5])
    assert read.faults == [] and (read.rows_in, read.rows_used) == (4, 4)
    assert shares(read, "edu000007") == {}


def test_an_empty_cell_is_no_zero(tmp_path):
    rows = [list(row) for row in TASKS]
    rows[3][4] = None
    read = native(tmp_path, TASKS_MAX, *rows)
    assert read.faults == [] and "2.1" not in shares(read) and len(shares(read)) == 4


@pytest.mark.parametrize(
    ("place", "value", "code", "cell"),
    [
        (4, 101, "above-maximum", "E8"),
        (4, -1, "below-minimum", "E8"),
        (4, "н/п", "text-for-number", "E8"),
        (2, "много", "text-for-number", "C8"),
        (2, 0, "percents-of-nobody", "C8"),
    ],
)
def test_refused_rows_say_why(tmp_path, place, value, code, cell):
    rows = [list(row) for row in TASKS]
    rows[3][place] = value
    rows[2][2] = None
    read = native(tmp_path, TASKS_MAX, *rows)
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == (code, cell, 1) and accounted(read)
    assert set(read.tables["task_results"]["school_id"]) == {"edu000002", "Лицей № 1"}


def test_doubts(tmp_path):
    top = [*TASKS_MAX[:4], "два", *TASKS_MAX[5:]]
    rows = [list(row) for row in TASKS]
    rows[5][2] = 17
    read = native(tmp_path, top, *rows, ["СОШ № 7 (edu000007)", 1, 5, *[None] * 5])
    assert [(f.code, f.severity, f.cell) for f in read.faults] == [
        ("not-a-maximum", Severity.WARNING, "E4"),
        ("no-tasks", Severity.WARNING, "D12"),
    ]
    assert accounted(read) and shares(read)["2.1"] == 0.6042


def test_reports_with_different_tasks_on_one_sheet(tmp_path):
    read = report(
        tmp_path / "a.xlsx",
        ["Выполнение заданий"], [TITLE], TASKS_HEAD, TASKS_MAX, *TASKS, [],
        ["ВПР 2023 Русский язык 5 класс"], [*HEAD, "1К1", "1К2", 2, 3, 4], TASKS_MAX, *TASKS,
    )  # fmt: skip
    frame = read.tables["task_results"]
    assert read.faults == []
    tasks = frame.groupby("subject")["task"].unique()
    assert list(tasks["русский язык"]) == ["1К1", "1К2", "2", "3", "4"]
    assert list(tasks["математика"]) == ["1", "2.1", "2.2", "4К1", "9(1)"]

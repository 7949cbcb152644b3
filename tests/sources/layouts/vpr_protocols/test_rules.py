"""Who was absent, which scores can be trusted, what is said about the rest."""

import datetime as dt
import pickle
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.read import read_file
from tests.sources.books import CALENDAR, accounted, only
from tests.sources.examples.vpr_protocols import SECRETS, write_2022
from tests.sources.layouts.vpr_protocols.builders import (
    POINTS,
    WORK_2020,
    WORK_2021,
    WORK_2022,
    row_2020,
    row_2021,
    row_2022,
    row_form,
    write_2020,
    write_2021,
    write_form,
)
from tests.sources.layouts.vpr_protocols.builders import (
    write_2022 as protocol_2022,
)

FULL = [2] * 10
NOTHING = [None] * 10
WORKS = ([2] * 10, [1] * 10, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1])
"""Works that tell tasks 1 and 10 from the others."""


def read(path: Path, raw: Path, calendar: Calendar = CALENDAR) -> FileRead:
    found = read_file(path, raw_dir=raw, calendar=calendar, key=b"tests")
    assert accounted(found), [fault.sentence() for fault in found.faults]
    return found


def read_2020(raw: Path, *rows: list) -> FileRead:
    return read(write_2020(raw / WORK_2020, rows), raw)


def read_2021(raw: Path, *rows: list) -> FileRead:
    return read(write_2021(raw / WORK_2021, rows), raw)


def read_2022(raw: Path, *rows: list) -> FileRead:
    return read(protocol_2022(raw / WORK_2022, rows), raw)


def read_form(raw: Path, *rows: list) -> FileRead:
    return read(write_form(raw / "edu000001" / "Математика 5 класс ВПР 2026.xlsx", rows), raw)


def codes(found: FileRead) -> list[str]:
    return [fault.code for fault in found.faults]


def with_point(task: int, value: object) -> list:
    """The usual points with one of them (from 1) replaced."""
    return [value if i == task else point for i, point in enumerate(POINTS, start=1)]


# Absent


def test_absent_by_the_variant(tmp_path):
    rows = [
        row_2021(f"1{i}", points, variant=word, total=total)
        for i, (word, total, points) in enumerate(
            product(
                ("отсутствовал", "Отсутствовала", " ОТСУТСТВУЕТ\u00a0"),
                (None, 0),
                (NOTHING, ["X"] * 10, [0] * 10),
            )
        )
    ]
    found = read_2021(tmp_path, *rows, row_2021(2))
    assert found.pupils["present"].tolist() == [False] * 18 + [True]
    assert found.pupils["score"].isna().tolist() == [True] * 18 + [False]
    assert codes(found) == ["task-maxima-unknown"]


def test_absent_by_a_blank_total(tmp_path):
    rows = [
        row_2021(f"1{i}", NOTHING, variant=variant, total=None)
        for i, variant in enumerate((None, 0, "Var1", 1))
    ]
    assert read_2021(tmp_path, *rows).pupils["present"].tolist() == [False] * 4


@pytest.mark.parametrize("signs", [NOTHING, ["X"] * 10])
def test_total_of_0_without_points_is_absent_where_forms_fill_it_in(tmp_path, signs):
    in_2022 = read_2022(tmp_path / "a", row_2022(1, signs, total=0, variant=None))
    in_form = read_form(tmp_path / "b", row_form(1, signs, total=0, variant=None))
    assert in_2022.pupils["present"].tolist() == in_form.pupils["present"].tolist() == [False]
    # In 2021 nobody filled in totals: a 0 is a 0.
    in_2021 = read_2021(tmp_path / "c", row_2021(1, signs, total=0))
    assert in_2021.pupils["present"].tolist() == [True]
    assert in_2021.pupils["score"].tolist() == [0] and in_2021.pupils["mark"].tolist() == [2]


def test_total_of_0_with_zeros_for_tasks_is_a_work(tmp_path):
    found = read_2022(tmp_path, row_2022(1, [0] * 10, total=0))
    assert found.pupils["score"].tolist() == [0] and found.pupils["mark"].tolist() == [2]


def test_absent_with_a_score_beside_it_is_a_question(tmp_path):
    found = read_2021(
        tmp_path,
        row_2021(1, variant="отсутствовал"),
        row_2021(2, NOTHING, variant="отсутствовал", total=7),
        row_2021(3),
    )
    assert found.pupils["present"].tolist() == [True, False, True]
    assert found.pupils["score"].tolist() == [12, pd.NA, 12]
    fault = only(found.faults, "absent-with-score")
    assert fault.severity is Severity.QUESTION and fault.cell == "H2"
    assert "(строк: 2)" in fault.message


def test_school_with_absent_pupils_only(tmp_path):
    found = read_2021(
        tmp_path,
        row_2021(1, NOTHING, login="sch000009", variant="отсутствовал", total=None),
        row_2021(1),
    )
    assert found.pupils["school_id"].tolist() == ["sch000009", "sch000001"]
    assert found.tables["task_results"]["school_id"].isin(["sch000009"]).sum() == 0
    assert found.seen["school_id"].tolist() == ["sch000009", "sch000001"]


# Two parts


def test_one_part_missing_is_no_two(tmp_path):
    rows = [row_2020(i, variant="1", variant2="2") for i in range(1, 6)]
    found = read_2020(
        tmp_path,
        *rows,
        row_2020(6, [2, 1], variant="1", variant2="отсутствовал"),
        row_2020(7, [2, 1], variant="отсутствовал", variant2="1"),
        row_2020(8, [], variant="отсутствовал", variant2="отсутствовал", total=None),
        row_2020(9, [], variant="отсутствовал", variant2=None, total=None),
    )
    assert found.rows_used == 7
    assert found.pupils["present"].tolist() == [True] * 5 + [False] * 2
    assert set(found.pupils["mark"].dropna()) == {4}
    missing = [fault for fault in found.faults if fault.code == "part-missing"]
    assert [(f.cell, f.rows, f.severity) for f in missing] == [
        ("I7", 1, Severity.WARNING),
        ("I8", 1, Severity.WARNING),
    ]


def test_a_work_of_one_part_has_no_second_one_to_miss(tmp_path):
    rows = [row_2020(i, variant="1", variant2=None) for i in range(1, 20)]
    found = read_2020(tmp_path, *rows, row_2020(20, variant="1", variant2="отсутствовал"))
    assert found.pupils["present"].tolist() == [True] * 20


# Totals and points


def test_total_that_leaves_a_task_out_is_recomputed_for_the_school(tmp_path):
    wrong = [row_2022(i, points, total=sum(points) - points[9]) for i, points in enumerate(
        ([2] * 10, with_point(10, 1), with_point(10, 0), with_point(10, 2)), start=1
    )]  # fmt: skip
    right = [row_2022(i, login="edu000002", school="СОШ № 2") for i in range(5, 8)]
    found = read_2022(tmp_path, *wrong, *right)
    assert found.pupils["score"].tolist() == [20, 13, 12, 14, 12, 12, 12]
    fault = only(found.faults, "total-omits-task")
    assert "edu000001" in fault.message and "10К2" in fault.message
    assert "строк: 3 из 4" in fault.message
    assert "средний балл 14,8 вместо 13,5" in fault.message
    assert codes(found) == ["total-omits-task"]
    assert found.pupils["mark"].tolist() == [5, 4, 4, 4, 4, 4, 4]


def test_total_that_leaves_two_tasks_out(tmp_path):
    rows = [row_2022(i, points, total=sum(points[1:9])) for i, points in enumerate(WORKS)]
    found = read_2022(tmp_path, *rows)
    assert found.pupils["score"].tolist() == [20, 10, 3]
    assert "не учтены задания 1 и 10К2" in only(found.faults, "total-omits-task").message


def test_one_work_does_not_tell_which_task_was_left_out(tmp_path):
    found = read_2022(tmp_path, row_2022(1, total=11))
    assert found.pupils["score"].tolist() == [12]
    assert (
        "не учтено одно задание (2, 5, 7 или 9.1)" in only(found.faults, "total-omits-task").message
    )


def test_the_same_fault_of_2021_is_recomputed_too(tmp_path):
    rows = [row_2021(i, points, total=sum(points[:9])) for i, points in enumerate(WORKS)]
    found = read_2021(tmp_path, *rows)
    assert found.pupils["score"].tolist() == [20, 10, 3]
    assert "не учтено задание 10 " in only(found.faults, "total-omits-task").message


def test_unexplained_totals(tmp_path):
    odd = [(1, 15), (2, 12), (3, 9)]
    in_2022 = read_2022(tmp_path / "a", *(row_2022(i, total=total) for i, total in odd))
    assert in_2022.pupils["score"].tolist() == [12, 12, 12]
    assert "строк: 2 из 3" in only(in_2022.faults, "total-recomputed").message
    # Before 2022 the total is what the region counted with.
    in_2021 = read_2021(tmp_path / "b", *(row_2021(i, total=total) for i, total in odd))
    assert in_2021.pupils["score"].tolist() == [15, 12, 9]
    fault = only(in_2021.faults, "total-disagrees")
    assert "15" in fault.message and "сумма 12" in fault.message


def test_total_of_0_beside_points_is_no_total(tmp_path):
    found = read_2021(tmp_path, row_2021(1, total=0), row_2021(2), row_2021(3, total=0))
    assert found.pupils["score"].tolist() == [12, 12, 12]
    assert "total-recomputed" in codes(found)


@pytest.mark.parametrize("total", [None, "X", "двенадцать"])
def test_missing_total_is_summed_from_the_points(tmp_path, total):
    found = read_2021(tmp_path, row_2021(1, total=total), row_2021(2))
    assert found.pupils["score"].tolist() == [12, 12]
    assert only(found.faults, "total-missing").cell == "I2"


def test_unreadable_total_without_points_refuses_the_row(tmp_path):
    found = read_2021(tmp_path, row_2021(1, NOTHING, total="двенадцать"), row_2021(2))
    fault = only(found.faults, "text-for-number")
    assert (fault.cell, fault.rows) == ("I2", 1) and "двенадцать" not in fault.sentence()


def test_total_without_points_counts_but_says_nothing_of_tasks(tmp_path):
    found = read_2022(tmp_path, row_2022(1, NOTHING, total=14), row_2022(2))
    assert found.pupils["score"].tolist() == [14, 12]
    assert set(found.tables["task_results"]["n"]) == {1}


# Bounds


def test_score_above_the_maximum_refuses_the_row(tmp_path):
    found = read_2021(tmp_path, row_2021(1, NOTHING, total=92), row_2021(2))
    fault = only(found.faults, "score-above-maximum")
    assert (fault.cell, fault.rows, fault.severity) == ("I2", 1, Severity.ERROR)
    assert "92" in fault.message and "20" in fault.message
    assert found.pupils["score"].tolist() == [12]


@pytest.mark.parametrize(("total", "word"), [(-5, "меньше нуля"), (7.5, "7,5 не целый")])
def test_impossible_scores(tmp_path, total, word):
    found = read_2021(tmp_path, row_2021(1, NOTHING, total=total), row_2021(2))
    assert word in only(found.faults, "impossible-score").message


def test_points_above_the_maximum_of_the_task_refuse_the_row(tmp_path):
    found = read_2022(tmp_path, row_2022(1, with_point(3, 7)), row_2022(2))
    fault = only(found.faults, "task-above-maximum")
    assert (fault.cell, fault.rows) == ("K2", 1)
    assert "за задание 3 стоит 7, а больше 2 за него не дают" in fault.message


def test_many_scores_above_the_maximum_mean_another_work(tmp_path):
    rows = [row_2021(i, NOTHING, total=25 if i < 6 else 12) for i in range(20)]
    found = read_2021(tmp_path, *rows)
    fault = only(found.faults, "another-work")
    assert fault.rows == 20 and found.pupils.empty
    assert "6 из 20" in fault.message


# Signs


def test_signs_of_not_scored(tmp_path):
    signs = (
        "X", "x", "Х", "х", " X", "H", "Ч", "?", "*", "б", "ж", "М", -1, -2, "-1", "не пройд.", "", "—",
    )  # fmt: skip
    # Task 8 has 0 points in POINTS.
    rows = [row_2022(f"1{i}", with_point(8, sign), total=12) for i, sign in enumerate(signs)]
    found = read_2022(tmp_path, *rows)
    assert found.pupils["score"].tolist() == [12] * 18
    assert codes(found) == []


def test_unknown_sign_supported_by_the_total(tmp_path):
    found = read_2022(tmp_path, row_2022(1, with_point(8, "ц"), total=12), row_2022(2))
    assert found.pupils["score"].tolist() == [12, 12]
    fault = only(found.faults, "unknown-sign")
    assert fault.severity is Severity.WARNING and "«ц» (1)" in fault.message


@pytest.mark.parametrize("total", [14, None])
def test_unknown_sign_not_supported_by_the_total(tmp_path, total):
    found = read_2022(tmp_path, row_2022(1, with_point(8, "ц"), total=total), row_2022(2))
    fault = only(found.faults, "unknown-points")
    assert (fault.cell, fault.rows) == ("P2", 1) and "в задании 8" in fault.message
    assert found.rows_used == 1


@pytest.mark.parametrize("value", ["Образцов", "=1+1", dt.date(2022, 3, 1), 1.5, 5000])
def test_strange_cells_are_never_quoted_whole(tmp_path, value):
    found = read_2022(tmp_path, row_2022(1, with_point(8, value), total=14), row_2022(2))
    fault = only(found.faults, "unknown-points")
    assert "Образцов" not in fault.sentence()


def test_numbers_as_text_with_spaces(tmp_path):
    points = [f"{p}\u00a0" for p in POINTS]
    found = read_2021(
        tmp_path,
        row_2021(1, points, total="\u00a012", journal="4\u00a0"),
        row_2021(2, journal="\u00a04"),
    )
    assert found.pupils["score"].tolist() == [12, 12]
    assert found.pupils["journal_mark"].tolist() == [4, 4]


# Marks


def test_journal_marks(tmp_path):
    written = [4, "5", 3.0, "З", "з", "нет отметки", "н/а", None, 1, 6, 8, 12, "ж", "*"]
    found = read_2021(tmp_path, *(row_2021(i, journal=m) for i, m in enumerate(written)))
    marks = found.pupils["journal_mark"]
    assert marks[:5].tolist() == [4, 5, 3, 3, 3] and marks[5:].isna().all()
    fault = only(found.faults, "odd-mark")
    for text in ("«1» (1)", "«6» (1)", "«8» (1)", "«12» (1)", "«ж» (1)"):
        assert text in fault.message
    assert fault.cell == "E10"


def test_marks_by_the_scale_of_mathematics_5(tmp_path):
    known = {0: 2, 6: 2, 7: 3, 10: 3, 11: 4, 14: 4, 15: 5, 20: 5}
    rows = [row_2021(f"1{total}", NOTHING, total=total) for total in known]
    assert read_2021(tmp_path, *rows).pupils["mark"].tolist() == list(known.values())


def test_without_a_scale_there_is_no_mark_and_one_warning(tmp_path):
    path = protocol_2022(tmp_path / "2022/5/Литература.xlsx", [row_2022(i) for i in range(5)])
    found = read(path, tmp_path)
    assert found.pupils["mark"].isna().all() and found.pupils["score"].notna().all()
    fault = only(found.faults, "no-mark-scale")
    assert fault.severity is Severity.WARNING and "учеников: 5" in fault.message
    assert "2022, 5 класс, литература, наибольший балл 20" in fault.message


def test_a_scale_for_another_maximum_is_not_taken(tmp_path):
    # History 6 of 2022 had 16 points, the scale is for 20.
    points = [2] * 8
    path = protocol_2022(tmp_path / "2022/6/История.xlsx", [row_2022(1, [*points, 0, 0])])
    assert read(path, tmp_path).pupils["mark"].tolist() == [5]
    for maximum, known in ((20, True), (16, False)):
        assert (CALENDAR.mark_scale("vpr", 2022, 6, "история", maximum) is not None) is known
    assert CALENDAR.mark_scale("vpr", 2022, 7, "география", 35) is None


def test_a_projects_own_scale_wins(tmp_path):
    own = Calendar.model_validate(
        {"mark_scales": [
            {"grade": 5, "subject": "математика", "max_score": 20, "upto": [1, 2, 3],
             "first_year": 2026, "last_year": 2026}
        ]}
    )  # fmt: skip
    path = write_form(tmp_path / "edu000001/Математика 5 класс ВПР 2026.xlsx", [row_form(1)])
    found = read(path, tmp_path, own.over(CALENDAR))
    assert found.pupils["mark"].tolist() == [5] and codes(found) == []


# Classes


def test_labels_of_classes(tmp_path):
    labels = (
        "5А", "5 А", "5-А", "«5А»", '"5 А"', "5A", "5А  ", "А", "A", "А(1)", "нет", None, 5,
    )  # fmt: skip
    rows = [row_2021(f"1{i}", label=label) for i, label in enumerate(labels)]
    assert "class-disagrees" not in codes(read_2021(tmp_path, *rows))


def test_classes_of_another_grade_are_a_question(tmp_path):
    found = read_2021(tmp_path, row_2021(1), row_2021(2, label="6Б"), row_2021(3, label="10"))
    fault = only(found.faults, "class-disagrees")
    assert fault.severity is Severity.QUESTION and fault.cell == "G3"
    assert "6 класс (1)" in fault.message and "10 класс (1)" in fault.message
    assert found.pupils["grade"].tolist() == [5, 5, 5]


def test_in_autumn_classes_are_one_grade_higher(tmp_path):
    assert codes(read_2020(tmp_path / "a", row_2020(1, label="6А"), row_2020(2, label="5А"))) == [
        "task-maxima-unknown"
    ]
    assert "class-disagrees" in codes(read_2020(tmp_path / "b", row_2020(1, label="7А")))


# Where tasks have no maximum in the form


def test_maxima_of_tasks_come_from_the_points_when_they_sum_up(tmp_path):
    found = read_2021(tmp_path, row_2021(1), row_2021(2, FULL))
    assert set(found.tables["task_results"]["max_score"]) == {2}
    found = read_2021(tmp_path / "b", row_2021(1), row_2021(2))
    assert found.tables["task_results"].empty and "task-maxima-unknown" in codes(found)


def test_unused_task_columns_of_2020_are_no_tasks(tmp_path):
    found = read_2020(tmp_path, row_2020(1), row_2020(2, FULL))
    assert found.tables["task_results"]["task"].tolist() == [str(i) for i in range(1, 11)]


def test_task_results_by_school_lead_back_to_their_rows(tmp_path):
    rows = [
        row_2022(1, FULL),
        row_2022(2, login="edu000002"),
        row_2022(3),
        row_2022(4, NOTHING, variant="отсутствовал", total=0),
        row_2022(5),
    ]
    tasks = read_2022(tmp_path, *rows).tables["task_results"]
    first = tasks[tasks["school_id"] == "edu000001"]
    assert first["source_rows"].unique().tolist() == ["2,4,6"]
    assert first["source_row"].unique().tolist() == [2]
    assert first["n"].unique().tolist() == [3]
    assert first["share"].tolist() == pytest.approx([(2 + 2 * p) / 6 for p in POINTS])
    second = tasks[tasks["school_id"] == "edu000002"]
    assert second["source_rows"].isna().all() and second["source_row"].unique().tolist() == [3]


# Privacy


def test_nothing_personal_comes_out(tmp_path):
    path = tmp_path / "Протокол ВПР 2022 Математика 5 класс.xlsx"
    write_2022(path)
    found = read(path, tmp_path)
    text = pickle.dumps(found).decode("latin-1") + found.pupils.to_csv()
    text += "".join(fault.sentence() for fault in found.faults)
    for secret in SECRETS:
        assert secret not in text and secret.encode().decode("latin-1") not in text


def test_a_pupil_is_known_within_the_school_only(tmp_path):
    found = read_2021(tmp_path, row_2021(1), row_2021(1, login="sch000002"), row_2021("1.0"))
    assert found.pupils["pupil"].nunique() == 3
    again = read_2021(tmp_path / "b", row_2021(" 1 "))
    assert again.pupils["pupil"].tolist() == found.pupils["pupil"].tolist()[:1]

"""Pupils' rows of all files become results of schools: one result each, nothing untraceable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.sources.assemble import assemble, read_folder
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.cells.spans import spans_by_group
from shnor_lib.sources.pupils.pupil_tables import spearman_by_group
from shnor_lib.sources.pupils.pupils import PUPILS, results_of_pupils
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import CELLS_COLUMNS, TABLES
from tests.sources import gia
from tests.sources.books import (
    CALENDAR,
    RESULTS_HEAD,
    VPR_HEAD,
    book,
    only,
    read_all,
    vpr_row,
    write_register,
)
from tests.sources.books import row as results_row

MATHS = "02 - Математика 2026.06.02"
RESERVE = "02 - Математика 2026.06.25"
LETTERS = Letters(pd.DataFrame(columns=list(CELLS_COLUMNS)))


def folder(path, calendar=CALENDAR):
    write_register(path)
    return read_folder(path, calendar=calendar)


def maths(path, rows, line=MATHS, name="ОГЭ.xlsx"):
    gia.protocol(path / name, line, gia.OGE, rows)


def faults(data, *ignored):
    return [fault for fault in data.faults if fault.code not in ("no-register", *ignored)]


def result(data, **where):
    rows = data.results
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def pupils(*rows, **same):
    """Rows of pupils: (pupil, changes)."""
    base = {
        "school_id": "ШК-01", "year": 2026, "season": "spring", "procedure": "oge", "grade": 9,
        "subject": "математика", "date": "2026-06-02", "present": True, "appeal": False,
        "source_file": "a.xlsx", "source_sheet": "Page 1",
    }  # fmt: skip
    found = [
        {**base, **same, "pupil": code, "source_row": 7 + i, **changes}
        for i, (code, changes) in enumerate(rows)
    ]
    return pd.DataFrame(found).reindex(columns=list(PUPILS)).astype(PUPILS)


def summed(frame, calendar=CALENDAR, tasks=None):
    tasks = TABLES["task_results"].empty() if tasks is None else tasks
    made = results_of_pupils(frame, tasks, calendar, LETTERS)
    for name, table in made.tables.items():
        TABLES[name].schema().validate(table, lazy=True)
        assert not table.duplicated(list(TABLES[name].key)).any()
    return made


# --- sums --------------------------------------------------------------------------------------


def test_marks_absent_pupils_and_source_rows():
    frame = pupils(
        ("а", {"mark": 2, "score": 5}),
        ("б", {"mark": 5, "score": 30}),
        ("в", {"present": False}),
        ("г", {"mark": 3, "score": 12, "source_row": 20}),
    )
    row = summed(frame).tables["results"].iloc[0]
    assert row[["n", "n2", "n3", "n4", "n5", "n_low", "n_high", "n_absent"]].tolist() == [
        3, 1, 1, 0, 1, 1, 1, 1,
    ]  # fmt: skip
    assert pd.isna(row["mean_score"])
    assert (row["source_row"], row["source_rows"]) == (7, "7-9,20")


def test_a_sheet_that_names_no_absent_pupil_says_nothing_about_them():
    made = summed(pupils(("а", {"mark": 2}), ("б", {"mark": 4})))
    assert made.tables["results"]["n_absent"].isna().all()


def test_absent_pupils_alone_have_no_counts():
    row = summed(pupils(("а", {"present": False}))).tables["results"].iloc[0]
    assert (row["n"], row["n_absent"]) == (0, 1)
    assert row[["n2", "n5", "n_low", "n_high"]].isna().all() and pd.isna(row["source_rows"])


def test_unified_exam_low_high_and_mean():
    scores = [22, 35, 36, 80, 81, 100]
    frame = pupils(
        *((str(i), {"test_score": score}) for i, score in enumerate(scores)),
        procedure="ege", grade=11, subject="химия",
    )  # fmt: skip
    row = summed(frame).tables["results"].iloc[0]
    assert row[["n", "n_low", "n_high", "mean_score"]].tolist() == [6, 2, 2, 59]
    assert row[["n2", "n3", "n4", "n5"]].isna().all()


def test_basic_mathematics_is_low_with_two_and_high_with_five():
    frame = pupils(
        *((str(i), {"mark": mark}) for i, mark in enumerate([2, 3, 3, 5])),
        procedure="ege", grade=11, subject="математика (базовая)",
    )  # fmt: skip
    row = summed(frame).tables["results"].iloc[0]
    assert row[["n", "n_low", "n_high", "n3"]].tolist() == [4, 1, 1, 2]
    assert pd.isna(row["mean_score"])


def test_an_unknown_minimum_is_a_warning_and_an_empty_number():
    frame = pupils(
        ("а", {"test_score": 30}), ("б", {"test_score": 90}),
        procedure="ege", grade=11, subject="родной язык",
    )  # fmt: skip
    made = summed(frame)
    row = made.tables["results"].iloc[0]
    assert pd.isna(row["n_low"]) and row["n_high"] == 1
    fault = only(made.faults, "no-minimum")
    assert fault.severity is Severity.WARNING and "«родной язык» за 2026 год" in fault.message
    entry = {"subject": "родной язык", "minimum": 36}
    own = Calendar.model_validate({"minimum_scores": [entry]}).over(packaged_calendar())
    assert summed(frame, own).tables["results"]["n_low"].tolist() == [1]


@pytest.mark.parametrize(
    ("year", "subject", "minimum", "standing"),
    [
        (2026, "русский язык", 24, "вторичный источник"),
        (2023, "математика (профильная)", 27, "вторичный источник"),
        (2022, "обществознание", 42, "по памяти"),
        (2019, "китайский язык", 22, "по памяти"),
        (2024, "информатика", 40, "вторичный источник"),
        (2021, "математика (базовая)", 3, "по памяти"),
    ],
)
def test_minimum_scores_of_the_calendar(year, subject, minimum, standing):
    entry = CALENDAR.minimum_score("ege", year, subject)
    assert (entry.minimum, entry.standing) == (minimum, standing)
    assert CALENDAR.minimum_score("ege", 2018, subject) is None


def test_scores_and_journal():
    marks = [(2, 3), (3, 3), (3, 4), (4, 4), (5, 4), (5, 5)]
    frame = pupils(
        *(
            (str(i), {"mark": mark, "journal_mark": journal, "score": 10 + i // 2, "max_score": 20})
            for i, (mark, journal) in enumerate(marks)
        ),
        procedure="vpr", grade=5,
    )  # fmt: skip
    tables = summed(frame).tables
    scores = tables["score_distribution"]
    assert scores[["score", "n_score", "n", "max_score"]].to_numpy().tolist() == [
        [10, 2, 6, 20], [11, 2, 6, 20], [12, 2, 6, 20],
    ]  # fmt: skip
    row = tables["journal_comparison"].iloc[0]
    assert row[["n", "n_lower", "n_equal", "n_higher"]].tolist() == [6, 2, 3, 1]
    expected = stats.spearmanr([10, 10, 11, 11, 12, 12], [j for _, j in marks]).statistic
    assert row["spearman"] == pytest.approx(expected)


def test_rank_correlation_is_that_of_scipy_for_every_group():
    rng = np.random.default_rng(1)
    of = rng.integers(0, 40, 2000)
    x = rng.integers(0, 12, 2000).astype(float)
    y = np.clip(np.rint(x / 4 + rng.normal(0, 1, 2000)), 2, 5)
    x[rng.random(2000) < 0.05] = np.nan
    of[-4:], of[:5] = 40, 41
    x[:5], y[:5] = 3.0, [2, 3, 4, 5, 5]
    x[-4:] = [1, 2, 3, 4]
    found = spearman_by_group(x, y, of, 42)
    for group in range(40):
        pair = (of == group) & ~np.isnan(x)
        assert found[group] == pytest.approx(stats.spearmanr(x[pair], y[pair]).statistic)
    assert np.isnan(found[40]), "four pairs are too few"
    assert np.isnan(found[41]), "one score for all"


def test_spans():
    found = spans_by_group(np.array([5, 5, 5, 9, 5]), np.array([4, 2, 3, 1, 8]))
    assert found.loc[5].tolist() == [2, "2-4,8", 4]
    assert found.loc[9, "source_row"] == 1 and pd.isna(found.loc[9, "source_rows"])
    assert len(spans_by_group(np.array([], dtype=int), np.array([], dtype=int))) == 0


def test_pupils_without_a_mark_among_marked_ones_are_named():
    made = summed(pupils(("а", {"mark": 2}), ("б", {"score": 12})))
    fault = only(made.faults, "n-above-marks")
    assert fault.cell == "A8" and "таких: 1" in fault.message


# --- through files -----------------------------------------------------------------------------


def test_one_school_under_two_codes_is_one_row(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), 101001), gia.oge(2, gia.pupil(1), "edu000001")])
    data = folder(tmp_path)
    assert faults(data) == []
    assert result(data)[["school_id", "n", "n4"]].tolist() == ["ШК-01", 2, 2]
    assert data.cell("ОГЭ.xlsx", "Page 1", 7, "n2", source_rows="7-8") == "O7:O8"


def test_unknown_schools_are_named_once_with_all_their_pupils(tmp_path):
    maths(tmp_path, [gia.oge(i, gia.pupil(i), 999999) for i in range(3)])
    data = folder(tmp_path)
    fault = only(data.faults, "unknown-school")
    assert fault.rows == 3 and data.results.empty and data.task_results.empty


def test_a_register_is_derived_from_protocols_too(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0)), gia.oge(2, gia.pupil(1), 101002)])
    data = read_folder(tmp_path, calendar=CALENDAR)
    assert data.schools["school_id"].tolist() == ["101001", "101002"]
    assert len(data.results) == 2


def test_an_appeal_replaces_mark_and_score_and_adds_nobody(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), score=10, mark=3), gia.oge(2, gia.pupil(1), mark=3)])
    gia.appeals(tmp_path / "апелляции.xlsx", [gia.appeal(1, gia.pupil(0), score=22, mark=5)])
    data = folder(tmp_path)
    assert faults(data) == []
    assert result(data)[["n", "n3", "n5"]].tolist() == [2, 1, 1]
    assert data.score_distribution["score"].tolist() == [17, 22]
    more = data.result_sources.iloc[0]
    assert more[["source_file", "source_row", "n", "part"]].tolist() == ["апелляции.xlsx", 5, 1, 1]


def test_an_appeal_without_its_pupil_is_named(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0))])
    rows = [
        gia.appeal(1, gia.pupil(1)),
        gia.appeal(2, gia.pupil(0), "Математика(2026.06.09)"),
        gia.appeal(3, gia.pupil(0), score=None, mark=None),
    ]
    gia.appeals(tmp_path / "апелляции.xlsx", rows)
    data = folder(tmp_path)
    found = [fault for fault in data.faults if fault.code == "appeal-without-pupil"]
    assert [(fault.cell, fault.rows) for fault in found] == [("B5", 1), ("B6", 1)]
    assert all(fault.severity is Severity.WARNING for fault in found)
    assert only(data.faults, "appeal-without-result").rows == 1
    assert result(data)[["n", "n4"]].tolist() == [1, 1]


def test_an_appeal_of_one_of_two_namesakes_changes_nothing(tmp_path):
    twin = gia.Pupil("Небылицын", "Всемир", "Примерович", "555666")
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=3), gia.oge(2, twin, mark=3)])
    gia.appeals(tmp_path / "апелляции.xlsx", [gia.appeal(1, twin)])
    data = folder(tmp_path)
    assert "тёзки" in only(data.faults, "appeal-without-pupil").message
    assert result(data)[["n", "n3"]].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("which", "marks", "word"), [("first", [1, 0], "первый"), ("last", [0, 1], "последний")]
)
def test_a_second_sitting_is_a_question_and_one_result_counts(tmp_path, which, marks, word):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=2), gia.oge(2, gia.pupil(1))])
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=5)], RESERVE, "ОГЭ резерв.xlsx")
    calendar = CALENDAR.model_copy(update={"second_sitting": which})
    data = folder(tmp_path, calendar)
    fault = only(data.faults, "second-sitting")
    out = "ОГЭ резерв.xlsx" if which == "first" else "ОГЭ.xlsx"
    assert (fault.file, fault.rows, fault.severity) == (out, 1, Severity.QUESTION)
    assert f"Засчитан {word}" in fault.message and "02.06.2026" in fault.message
    assert result(data)[["n", "n2", "n5"]].tolist() == [2, *marks]


def test_the_setting_is_part_of_the_calendar():
    own = Calendar.model_validate({"second_sitting": "last"})
    assert own.over(packaged_calendar()).second_sitting == "last"
    assert packaged_calendar().second_sitting == "first"


def test_absent_on_the_day_and_present_on_the_reserve_day_is_present(tmp_path):
    maths(
        tmp_path, [gia.oge(1, gia.pupil(0), score=None, mark="не явился"), gia.oge(2, gia.pupil(1))]
    )
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=5)], RESERVE, "ОГЭ резерв.xlsx")
    data = folder(tmp_path)
    assert faults(data) == []
    row = result(data)
    assert row[["n", "n5", "n4"]].tolist() == [2, 1, 1]
    more = data.result_sources
    assert sorted([row["source_file"], *more["source_file"]]) == ["ОГЭ резерв.xlsx", "ОГЭ.xlsx"]


def test_a_pupil_known_by_name_here_and_by_document_there_is_one(tmp_path):
    first = gia.pupil(0)
    named = gia.Pupil(first.surname, first.name, first.patronymic)
    maths(tmp_path, [gia.oge(1, first, mark=2), gia.oge(2, gia.pupil(1))])
    maths(tmp_path, [gia.oge(1, named, mark=5)], RESERVE, "ОГЭ резерв.xlsx")
    data = folder(tmp_path)
    assert only(data.faults, "second-sitting").rows == 1
    assert result(data)["n"] == 2


def test_a_file_twice_is_an_error_for_every_pupil_and_counts_once(tmp_path):
    rows = [gia.oge(i + 1, gia.pupil(i)) for i in range(20)]
    maths(tmp_path, rows)
    maths(tmp_path, rows, name="копия.xlsx")
    data = folder(tmp_path)
    found = [fault for fault in data.faults if fault.code == "duplicate-row"]
    assert len(found) == SHOWN + 1 and sum(fault.rows for fault in found) == 20
    assert {fault.file for fault in found} == {"копия.xlsx"}
    assert "файл «ОГЭ.xlsx», лист «Page 1», строка 7" in found[0].message
    assert "результат тот же" in found[0].message and "уберите лишний" in found[0].remedy
    assert all(fault.severity is Severity.ERROR for fault in found)
    assert result(data)["n"] == 20
    assert set(data.task_results["n"]) == {20}, "the copy does not count in the tasks either"


def test_one_pupil_with_two_results_of_one_day_names_both_places(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=3), gia.oge(2, gia.pupil(0), mark=4)])
    data = folder(tmp_path)
    fault = only(data.faults, "duplicate-row")
    assert (fault.cell, fault.rows) == ("B8", 1)
    assert "строка 7 (ШК-01, 2026, ОГЭ, 9 класс, математика); результаты разные" in fault.message
    assert result(data)[["n", "n3"]].tolist() == [1, 1], "the first one stays"


def test_namesakes_without_documents_are_told_what_to_do(tmp_path):
    named = gia.Pupil("Небылицын", "Всемир", "Примерович")
    maths(tmp_path, [gia.oge(1, named, mark=3), gia.oge(2, named, mark=4)])
    assert "полные тёзки" in only(folder(tmp_path).faults, "duplicate-row").remedy


def test_pupils_of_a_test_that_is_written_once_are_not_dated():
    frame = pupils(
        ("5001", {"mark": 3, "date": "2026-04-14"}), ("5001", {"mark": 3, "date": pd.NA}),
        procedure="vpr", grade=5,
    )  # fmt: skip
    made = summed(frame)
    assert only(made.faults, "duplicate-row").rows == 1
    assert made.tables["results"]["n"].tolist() == [1]


def test_ready_made_results_that_agree_leave_in_silence(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=3), gia.oge(2, gia.pupil(1), mark=4)])
    own = results_row(year=2026, n=2, n2=0, n3=1, n4=1, n5=0)
    book(tmp_path / "Результаты.xlsx", [RESULTS_HEAD, own, results_row(subject="химия")])
    data = folder(tmp_path)
    assert faults(data) == []
    assert result(data, subject="математика")["source_file"] == "ОГЭ.xlsx"
    assert len(data.results) == 2


def test_ready_made_results_that_differ_are_named_and_the_protocol_wins(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=3), gia.oge(2, gia.pupil(1), mark=4)])
    own = results_row(year=2026, n=3, n2=1, n3=1, n4=1, n5=0)
    book(tmp_path / "Результаты.xlsx", [RESULTS_HEAD, own])
    data = folder(tmp_path)
    fault = only(data.faults, "protocol-disagrees")
    assert (fault.file, fault.cell, fault.rows) == ("Результаты.xlsx", "G2", 1)
    assert fault.severity is Severity.WARNING
    assert "«Участников» 3, «2» 1" in fault.message and "2, 0" in fault.message
    assert "файл «ОГЭ.xlsx», лист «Page 1», строки 7–8" in fault.message
    assert result(data)[["n", "n2"]].tolist() == [2, 0]


def test_reports_of_other_works_stay_beside_protocols(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0))])
    book(tmp_path / "ВПР.xlsx", [VPR_HEAD, vpr_row("edu000001", 24, 12.5, 37.5, 33.33, 16.67)])
    data = folder(tmp_path)
    assert set(data.results["procedure"]) == {"oge", "vpr"} and faults(data) == []


def test_results_pass_their_schemas_whatever_the_order_of_files(tmp_path):
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=2), gia.oge(2, gia.pupil(1))])
    maths(tmp_path, [gia.oge(1, gia.pupil(0), mark=5)], RESERVE, "ОГЭ резерв.xlsx")
    gia.appeals(tmp_path / "апелляции.xlsx", [gia.appeal(1, gia.pupil(1))])
    write_register(tmp_path)
    reads = read_all(tmp_path)
    one, other = assemble(reads, calendar=CALENDAR), assemble(reads[::-1], calendar=CALENDAR)
    assert one.faults == other.faults
    for name, table in TABLES.items():
        table.schema().validate(one.tables[name], lazy=True)
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])
    assert len(one.results) == 1


def test_parts_of_task_results_are_weighted_by_pupils(tmp_path):
    maths(tmp_path, [gia.oge(i, gia.pupil(i), short="++") for i in range(3)])
    maths(tmp_path, [gia.oge(1, gia.pupil(4), short="-2")], RESERVE, "ОГЭ резерв.xlsx")
    data = folder(tmp_path)
    tasks = data.task_results.set_index("task")
    assert tasks.loc["кратк. 1", ["n", "share"]].tolist() == [4, 0.75]
    # On the reserve day one got two points: two is the most for everybody.
    assert tasks.loc["кратк. 2", ["n", "max_score", "share"]].tolist() == [4, 2, 5 / 8]
    assert tasks.loc["кратк. 1", "source_file"] == "ОГЭ.xlsx"


def test_a_million_pupils_take_seconds():
    size = 200_000
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "school_id": np.char.add("ШК-", rng.integers(0, 600, size).astype(str)),
            "year": 2026,
            "season": "spring",
            "procedure": "vpr",
            "grade": rng.integers(4, 9, size),
            "subject": rng.choice(["математика", "русский язык", "история"], size),
            "pupil": np.arange(size).astype(str),
            "present": rng.random(size) > 0.1,
            "score": rng.integers(0, 30, size),
            "max_score": 30,
            "mark": rng.integers(2, 6, size),
            "journal_mark": rng.integers(2, 6, size),
            "appeal": False,
            "source_file": "a.csv",
            "source_sheet": "",
            "source_row": np.arange(size) + 2,
        }
    )
    frame = frame.reindex(columns=list(PUPILS)).astype(PUPILS)
    tables = results_of_pupils(frame, TABLES["task_results"].empty(), CALENDAR, LETTERS).tables
    assert tables["results"]["n"].sum() == frame["present"].sum()
    assert tables["results"]["n_absent"].sum() == (~frame["present"]).sum()

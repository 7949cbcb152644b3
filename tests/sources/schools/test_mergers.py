"""Merged schools: whose their earlier results are, and what two parts add up to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.schools.mergers import Merger, add_rows, move_histories, read_mergers
from shnor_lib.sources.schools.school_names import Letters, SchoolNames
from shnor_lib.sources.templates import write_workbook
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.sources.books import CALENDAR, RESULTS_HEAD, book, only, row, tidy
from tests.sources.schools.test_identity import register

NO_LETTERS = Letters(pd.DataFrame(columns=["source_file", "source_sheet", "column", "letter"]))
UNIT = {"season": "spring", "procedure": "oge", "grade": 9, "subject": "математика"}


def rows(table: str, *values: dict[str, Any], file: str = "a.xlsx") -> pd.DataFrame:
    """Tidy rows with provenance."""
    unit = UNIT if "subject" in TABLES[table].key else {}
    frame = pd.DataFrame([{"year": 2021, **unit, **value} for value in values])
    return tidy(table, frame).assign(
        source_file=pd.array([file] * len(frame), dtype="string"),
        source_sheet=pd.array(["Л"] * len(frame), dtype="string"),
        source_row=pd.array(range(2, len(frame) + 2), dtype="Int64"),
        source_rows=pd.array([pd.NA] * len(frame), dtype="string"),
    )


def moved(table: str, own: list[dict[str, Any]], given_: list[dict[str, Any]], **more: Any) -> Any:
    """School Б with its rows and those of the closed school А: the table, the faults, sources."""
    frame = pd.concat(
        [
            rows(table, *({"school_id": "Б", **value} for value in own), file="own.xlsx")
            if own
            else TABLES[table].empty(),
            rows(table, *({"school_id": "А", **value} for value in given_), file="given.xlsx"),
        ],
        ignore_index=True,
    )
    tables = {name: each.empty() for name, each in TABLES.items()} | {
        "schools": register({"school_id": "А", "name": "ООШ"}, {"school_id": "Б", "name": "СОШ"}),
        table: frame,
    }
    found = move_histories(tables, [Merger("А", "Б", more.get("closed", 2022))], NO_LETTERS)
    for name, each in found.tables.items():
        if name != "schools":
            TABLES[name].schema().validate(each, lazy=True)
    return found.tables[table], found.faults, found.tables["result_sources"]


class TestAddingUp:
    def test_results(self) -> None:
        one = {"n": 20, "n2": 2, "n3": 8, "n4": 6, "n5": 4, "n_low": 2, "n_high": 4,
               "mean_score": 15.0, "n_absent": 1}  # fmt: skip
        two = {"n": 5, "n2": 1, "n3": 2, "n4": 2, "n5": 0, "n_low": 1, "n_high": 0,
               "mean_score": 10.0, "n_absent": None}  # fmt: skip
        frame, faults, sources = moved("results", [two], [one])
        line = frame.iloc[0]
        assert len(frame) == 1 and line["school_id"] == "Б"
        assert line[["n", "n2", "n3", "n4", "n5", "n_low", "n_high"]].tolist() == [
            25, 3, 10, 8, 4, 3, 4,
        ]  # fmt: skip
        assert line["mean_score"] == pytest.approx(14.0), "weighted by participants"
        assert pd.isna(line["n_absent"]), "one part does not say"
        assert line["source_file"] == "given.xlsx", "the larger part"
        assert sources[["school_id", "source_file", "part", "n"]].to_numpy().tolist() == [
            ["Б", "own.xlsx", 1, 1]
        ]
        fault = only(faults, "history-moved")
        assert fault.severity is Severity.QUESTION and fault.rows == 0
        assert "сложено" in fault.message and "2020/2021, ОГЭ, 9 класс, математика" in fault.message

    def test_a_part_nobody_took_part_in_adds_nothing(self) -> None:
        frame, _, _ = moved("results", [{"n": 0}], [{"n": 7, "n2": 1, "mean_score": 12.5}])
        line = frame.iloc[0]
        assert (line["n"], line["n2"], line["mean_score"]) == (7, 1, 12.5)

    def test_an_unknown_mean_leaves_the_whole_unknown(self) -> None:
        frame, _, _ = moved("results", [{"n": 3}], [{"n": 7, "mean_score": 12.5}])
        assert pd.isna(frame["mean_score"].iloc[0])

    def test_distributions_count_the_participants_of_both(self) -> None:
        own = [{"score": 3, "n_score": 2, "n": 2, "max_score": 20}]
        given_ = [
            {"score": 3, "n_score": 1, "n": 5, "max_score": 20},
            {"score": 9, "n_score": 4, "n": 5, "max_score": 20},
        ]
        frame, faults, _ = moved("score_distribution", own, given_)
        found = frame.sort_values("score")[["score", "n_score", "n", "max_score"]]
        assert found.to_numpy().tolist() == [[3, 3, 7, 20], [9, 4, 7, 20]]
        assert only(faults, "history-moved")

    def test_distributions_over_different_maxima_say_so(self) -> None:
        own = [{"score": 3, "n_score": 2, "n": 2, "max_score": 18}]
        frame, _, _ = moved("score_distribution", own, [{**own[0], "max_score": 20}])
        assert frame["max_score"].isna().all() and frame["n"].tolist() == [4]

    def test_a_rank_correlation_cannot_be_added(self) -> None:
        part = {"n": 10, "n_lower": 2, "n_equal": 7, "n_higher": 1, "spearman": 0.8}
        frame, _, _ = moved("journal_comparison", [part], [part])
        line = frame.iloc[0]
        assert (line["n"], line["n_equal"]) == (20, 14) and pd.isna(line["spearman"])
        alone, _, _ = moved("journal_comparison", [], [part])
        assert alone["spearman"].iloc[0] == 0.8, "relabelled, not added"

    def test_tasks_are_weighted_unless_their_points_differ(self) -> None:
        own = {"task": "1", "n": 10, "max_score": 2, "share": 0.5, "level": "Б"}
        frame, _, _ = moved("task_results", [own], [{**own, "n": 30, "share": 0.9}])
        assert frame["share"].iloc[0] == pytest.approx(0.8)
        assert (frame["max_score"].iloc[0], frame["level"].iloc[0]) == (2, "Б")
        other, _, _ = moved("task_results", [own], [{**own, "max_score": 3}])
        assert pd.isna(other["share"].iloc[0]) and pd.isna(other["max_score"].iloc[0])

    def test_passports_and_staff(self) -> None:
        passport = {"total": 100, "incomplete": 20, "low_income": None}
        frame, _, _ = moved("social_passport", [passport], [{"total": 50, "incomplete": 5}])
        assert (frame["total"].iloc[0], frame["incomplete"].iloc[0]) == (150, 25)
        assert pd.isna(frame["low_income"].iloc[0]) and frame["source_file"].iloc[0] == "own.xlsx"
        staff, _, _ = moved("staff", [{"teachers": 20, "internet": 50}], [{"teachers": 9}])
        assert staff["teachers"].iloc[0] == 29 and pd.isna(staff["internet"].iloc[0])

    def test_what_has_no_sum_keeps_the_successors_row(self) -> None:
        own = {"indicator": "Олимпиады", "points": 3, "points_max": 5}
        frame, faults, _ = moved("rating_points", [own], [{**own, "points": 4}])
        assert frame[["school_id", "points"]].to_numpy().tolist() == [["Б", 3.0]]
        fault = only(faults, "history-moved")
        assert fault.rows == 1 and "не сложено" in fault.message and "Олимпиады" in fault.message

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 40), st.floats(0, 100)), min_size=2, max_size=2),
    )
    def test_a_sum_is_the_same_both_ways_and_a_mean_lies_between(
        self, parts: list[tuple[int, float]]
    ) -> None:
        one, other = (
            rows("results", {"school_id": "Б", "n": n, "mean_score": mean}) for n, mean in parts
        )
        there, back = (
            add_rows(TABLES["results"], a, b).iloc[0] for a, b in ((one, other), (other, one))
        )
        assert there["n"] == back["n"] == sum(n for n, _ in parts)
        if there["n"] == 0:
            assert pd.isna(there["mean_score"])
            return
        means = [mean for n, mean in parts if n]
        assert min(means) - 1e-9 <= there["mean_score"] <= max(means) + 1e-9
        assert there["mean_score"] == pytest.approx(back["mean_score"])


class TestMoving:
    def test_years_after_closing_stay(self) -> None:
        frame, faults, _ = moved("results", [], [{"n": 5}, {"n": 6, "year": 2023}], closed=2022)
        assert frame.set_index("year")["school_id"].to_dict() == {2021: "Б", 2023: "А"}
        assert "результаты — 1" in only(faults, "history-moved").message

    def test_nothing_to_move_says_nothing(self) -> None:
        frame, faults, _ = moved("results", [], [{"n": 6, "year": 2023}], closed=2022)
        assert frame["school_id"].tolist() == ["А"] and faults == []

    def test_a_chain_goes_to_its_end(self) -> None:
        frame = rows("results", *({"school_id": school, "n": 5} for school in "АБВ"))
        schools = register(
            {"school_id": "А", "name": "А", "closed": 2022, "merged_into": "Б", "history": "moves"},
            {"school_id": "Б", "name": "Б", "closed": 2024, "merged_into": "В", "history": "moves"},
            {"school_id": "В", "name": "В"},
        )
        _, mergers, faults = read_mergers(schools, SchoolNames(schools), NO_LETTERS)
        tables = {name: table.empty() for name, table in TABLES.items()}
        found = move_histories(
            {**tables, "schools": schools, "results": frame}, mergers, NO_LETTERS
        )
        assert faults == [] and [m.school for m in mergers] == ["А", "Б"]
        assert found.tables["results"][["school_id", "n"]].to_numpy().tolist() == [["В", 15]]
        assert found.tables["result_sources"]["part"].tolist() == [1, 2]
        assert len(found.faults) == 2


def _mergers(*values: dict[str, Any]) -> tuple[pd.DataFrame, list[Merger], list[Fault]]:
    schools = register(*({"name": f"СОШ {v['school_id']}", **v} for v in values))
    return read_mergers(schools, SchoolNames(schools), NO_LETTERS)


MOVES = {"closed": 2022, "history": "moves"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([{"school_id": "А", "merged_into": "Ъ", **MOVES}], "unknown-successor"),
        ([{"school_id": "А", "merged_into": "А", **MOVES}], "merged-into-itself"),
        (
            [{"school_id": "А", "merged_into": "Б", **MOVES},
             {"school_id": "Б", "merged_into": "А", **MOVES}],
            "merged-in-circle",
        ),
        (
            [{"school_id": "А", "merged_into": "Б", "history": "moves"}, {"school_id": "Б"}],
            "merger-without-year",
        ),
        ([{"school_id": "А", **MOVES}], "history-without-successor"),
    ],
)  # fmt: skip
def test_mergers_that_cannot_be(values: list[dict[str, Any]], code: str) -> None:
    _, mergers, faults = _mergers(*values)
    assert mergers == []
    fault = only(faults, code)
    assert fault.severity is Severity.ERROR and fault.file == "r.xlsx" and fault.remedy


def test_who_leads_into_a_circle_is_not_of_it() -> None:
    out, mergers, faults = _mergers(
        {"school_id": "А", "merged_into": "Б", **MOVES},
        {"school_id": "Б", "merged_into": "В", **MOVES},
        {"school_id": "В", "merged_into": "Б", **MOVES},
    )
    assert "«Б» → «В» → «Б»" in only(faults, "merged-in-circle").message
    assert [m.school for m in mergers] == ["А"]
    assert out["merged_into"].fillna("—").tolist() == ["Б", "—", "—"]


def test_history_stays_unless_the_register_says_otherwise() -> None:
    out, mergers, faults = _mergers(
        {"school_id": "А", "merged_into": "edu000002", "closed": 2022},
        {"school_id": "Б", "fis_login": "edu000002"},
    )
    assert mergers == [] and faults == []
    assert out["merged_into"].tolist()[0] == "Б", "any code of the successor will do"


def folder(path: Path, history: str | None, *results: list[Any]) -> Dataset:
    schools = register(
        {"school_id": "А", "name": "ООШ", "closed": 2022, "merged_into": "Б", "history": history},
        {"school_id": "Б", "name": "СОШ", "opened": 2022},
    )
    write_workbook(path / "r.xlsx", {"schools": schools}, example=False)
    book(path / "a.xlsx", [RESULTS_HEAD, *results])
    return read_folder(path, calendar=CALENDAR)


def test_in_files(tmp_path: Path) -> None:
    lines = [row(school_id="А", year=2021), row(school_id="Б", year=2023, subject="химия")]
    stays = folder(tmp_path, None, *lines)
    assert stays.results["school_id"].tolist() == ["А", "Б"] and stays.faults == []
    moves = folder(tmp_path, "moves", *lines)
    assert moves.results["school_id"].tolist() == ["Б", "Б"]
    fault = only(moves.faults, "history-moved")
    assert [f.code for f in moves.faults] == ["history-moved"], "not «before it opened»"
    assert (fault.file, fault.sheet, fault.cell) == ("r.xlsx", "Реестр школ", "R2")


def test_results_after_closing_are_a_fault(tmp_path: Path) -> None:
    data = folder(tmp_path, "moves", row(school_id="А", year=2024))
    errors = [fault for fault in data.faults if fault.severity is Severity.ERROR]
    assert errors and "закрыта в 2022 году" in errors[0].message
    assert data.results["school_id"].tolist() == ["А"]


def test_an_unknown_successor_keeps_the_school(tmp_path: Path) -> None:
    schools = register({"school_id": "А", "name": "ООШ", "closed": 2022, "merged_into": "Ъ"})
    write_workbook(tmp_path / "r.xlsx", {"schools": schools}, example=False)
    data = read_folder(tmp_path, calendar=CALENDAR)
    assert data.schools["school_id"].tolist() == ["А"] and data.open_schools == []
    assert only(data.faults, "unknown-successor").cell == "Q2"

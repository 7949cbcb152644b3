"""Rows of one school without those of the others; a trace of single criteria."""

from __future__ import annotations

import pandas as pd
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.by_school import SchoolIndex, SchoolRows
from shnor_lib.methods.identification import identify
from shnor_lib.methods.ruleset import load_ruleset
from tests.methods.builders import dataset, result


def test_a_school_has_its_rows_in_their_order() -> None:
    frame = pd.DataFrame(
        {
            "school_id": pd.array(["B", "A", None, "B", "A", "C"], dtype="string"),
            "year": pd.array([2024, 2023, 2023, None, 2022, 2021], dtype="Int64"),
            "plain": [0, 1, 2, 3, 4, 5],
        }
    )
    rows = SchoolRows(frame)
    wanted = ["plain", "year", "absent"]
    assert rows.records("B", wanted) == [
        {"plain": 0, "year": 2024, "absent": None},
        {"plain": 3, "year": None, "absent": None},
    ]
    assert [row["plain"] for row in rows.records("A", wanted)] == [1, 4]
    assert [row["plain"] for row in rows.records("C", wanted)] == [5]
    assert rows.records("X", wanted) == []
    assert SchoolRows(frame.head(0)).records("A", wanted) == []


def test_an_index_notices_another_table() -> None:
    first = pd.DataFrame({"school_id": ["A"], "plain": [1]})
    second = pd.DataFrame({"school_id": ["A"], "plain": [2]})
    index = SchoolIndex()
    assert index.of("results", first) is index.of("results", first)
    assert index.of("results", second).records("A", ["plain"]) == [{"plain": 2}]


def test_criteria_of_a_school_are_those_of_the_frame() -> None:
    data = dataset(
        [
            result(school, year, 30, low, 0, subject=subject)
            for school, low in (("A", 25), ("B", 1))
            for year in (2023, 2024)
            for subject in ("русский язык", "математика")
        ],
        social=[
            {"school_id": school, "year": 2024, "total": 100, "incomplete": 80} for school in "AB"
        ],
    )
    found = identify(data, load_ruleset("tbilissky-2021"))
    for school in "AB":
        for year in found.years:
            own = found.criteria[
                (found.criteria["school_id"] == school) & (found.criteria["year"] == year)
            ]
            met = found.met(school, year)
            assert met == own.loc[own["outcome"] == "met", "criterion"].tolist()
            whole = found.trace(school, year, data)
            part = found.trace(school, year, data, criteria=met)
            expected = whole[whole["criterion"].isin(met)].reset_index(drop=True)
            pd.testing.assert_frame_equal(part, expected)
    assert set(found.met("A", 2024)) > set(found.met("B", 2024)) != set()
    with pytest.raises(ShnorError, match="Школы «X» нет"):
        found.met("X", 2024)
    with pytest.raises(ShnorError, match="За 2030 год"):
        found.met("A", 2030)

"""Rows as dictionaries: a missing value of any kind is None."""

from __future__ import annotations

import pandas as pd
import pytest

from shnor_lib.report.rows import BySchool, records, where

COLUMNS = {
    "date": pd.to_datetime(["2025-01-31", None]),
    "count": pd.array([1, None], dtype="Int64"),
    "text": pd.array(["а", None], dtype="string"),
    "number": [1.5, float("nan")],
    "flag": pd.array([True, None], dtype="boolean"),
    "any": [pd.Timestamp("2025-01-31"), pd.NA],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_of_every_kind_is_none(name: str) -> None:
    first, second = records(pd.DataFrame({name: COLUMNS[name]}))
    assert first[name] is not None and first[name] == COLUMNS[name][0]
    assert second[name] is None


def test_no_rows_and_rows_taken_out_already() -> None:
    frame = pd.DataFrame(COLUMNS)
    assert records(frame.iloc[:0]) == []
    assert records(records(frame)) == records(frame)


def test_rows_of_a_school_in_order() -> None:
    frame = pd.DataFrame({"school_id": ["Б", "А", "А"], "year": [2025, 2026, 2025]})
    rows = BySchool(frame, sort=["year"])
    assert [row["year"] for row in rows["А"]] == [2025, 2026]
    assert rows["В"] == [] and rows.year("А", 2024) is None
    assert rows.year("Б", 2025) == {"school_id": "Б", "year": 2025}
    assert where(rows["А"], year=2026) == [{"school_id": "А", "year": 2026}]

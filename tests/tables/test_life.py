"""In which years a school can be asked for data."""

from __future__ import annotations

import pandas as pd

from shnor_lib.tables import TABLES
from shnor_lib.tables.life import open_in


def _schools(*rows: dict[str, object]) -> pd.DataFrame:
    frame = TABLES["schools"].empty()
    return pd.DataFrame(list(rows)).reindex(columns=frame.columns).astype(dict(frame.dtypes))


def test_a_school_without_dates_is_always_open() -> None:
    assert open_in(_schools({"school_id": "А"}), 1990).tolist() == [True]


def test_from_the_september_it_opened_to_the_year_it_closed() -> None:
    schools = _schools({"school_id": "А", "opened": 2020, "closed": 2022})
    years = {year: open_in(schools, year).iloc[0] for year in range(2019, 2025)}
    assert [year for year, there in years.items() if there] == [2021, 2022]


def test_a_school_that_gave_its_history_away_is_asked_for_nothing() -> None:
    merged = {"school_id": "А", "closed": 2022, "merged_into": "Б"}
    assert open_in(_schools({**merged, "history": "moves"}), 2021).tolist() == [False]
    assert open_in(_schools({**merged, "history": "stays"}), 2021).tolist() == [True]
    assert open_in(_schools(merged), 2021).tolist() == [True]


def test_the_index_is_that_of_the_register() -> None:
    schools = _schools({"school_id": "А"}, {"school_id": "Б", "closed": 2000}).set_index(
        "school_id"
    )
    found = open_in(schools, 2021)
    assert found.dtype == bool and found.to_dict() == {"А": True, "Б": False}

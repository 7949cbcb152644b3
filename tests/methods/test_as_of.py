"""The day of the questions «what is overdue»: set by hand, or the latest thing that happened."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.as_of import PLANNED, as_of, school_year_end, school_year_start
from shnor_lib.project import open_project
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.methods.builders import dataset, result, table


def data(**tables: list[dict]) -> Dataset:
    found = dataset([result("A", 2026, 20, 1, 1)])
    return found.replace(**{name: table(name, rows) for name, rows in tables.items()})


def test_latest_thing_that_happened_counts() -> None:
    found = data(
        measures=[
            {"school_id": "A", "year": 2026, "number": "1", "measure": "x", "state": "done",
             "deadline": dt.datetime(2026, 6, 30), "done": dt.datetime(2025, 12, 1)},
        ],
        news=[{"date": dt.datetime(2026, 2, 3), "year": 2026, "title": "x"}],
    )  # fmt: skip
    assert as_of(found) == dt.date(2026, 2, 3)


@pytest.mark.parametrize(("name", "column"), sorted(PLANNED))
def test_a_day_ahead_is_not_today(name: str, column: str) -> None:
    assert TABLES[name].column(column).kind == "date"
    found = data(**{name: [{"school_id": "A", "year": 2026, column: dt.datetime(2026, 5, 5)}]})
    assert as_of(found) == dt.date(2025, 9, 1), "the first day of the school year: nothing is late"


def test_days_after_the_latest_year_do_not_count() -> None:
    found = data(
        news=[
            {"date": dt.datetime(2026, 8, 31), "year": 2026, "title": "x"},
            {"date": dt.datetime(2026, 9, 1), "year": 2027, "title": "y"},
        ]
    )
    assert as_of(found) == dt.date(2026, 8, 31)


def test_an_earlier_year_is_looked_at_from_its_own_end() -> None:
    found = data(
        news=[
            {"date": dt.datetime(2025, 4, 1), "year": 2025, "title": "x"},
            {"date": dt.datetime(2026, 4, 1), "year": 2026, "title": "y"},
        ]
    )
    assert as_of(found, year=2025) == dt.date(2025, 4, 1)
    assert as_of(found, year=2024) == school_year_start(2024)


def test_a_day_set_by_hand_wins() -> None:
    found = data(news=[{"date": dt.datetime(2026, 2, 3), "year": 2026, "title": "x"}])
    assert as_of(found, dt.date(2026, 10, 5)) == dt.date(2026, 10, 5)
    assert as_of(found, dt.date(2026, 10, 5), year=2026) == school_year_end(2026)
    assert as_of(found, dt.date(2025, 10, 5), year=2026) == dt.date(2025, 10, 5)


def test_no_data_at_all() -> None:
    assert as_of(Dataset()) == dt.date(2000, 9, 1)


@pytest.mark.parametrize("written", ["2026-04-15", "15.04.2026", "'15.04.2026'"])
def test_settings_take_a_date(tmp_path: Path, written: str) -> None:
    (tmp_path / "shnor.yml").write_text(f"title: Проба\nas_of: {written}\n", encoding="utf-8")
    assert open_project(tmp_path).settings.as_of == dt.date(2026, 4, 15)


def test_settings_refuse_what_is_no_date(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\nas_of: весной\n", encoding="utf-8")
    with pytest.raises(ShnorError, match="не дата; дату пишут так: 2026-10-01 или 01.10.2026"):
        open_project(tmp_path)

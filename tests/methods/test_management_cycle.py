"""The management cycle by municipality, counted again with plain loops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.identification import identify
from shnor_lib.methods.management_cycle import COMPONENTS, ITEMS, management_cycle
from shnor_lib.methods.support_network import support_network
from shnor_lib.report.cycle_words import COMPONENT, ITEM, SHORT, missing_words
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset, table

at = dt.datetime
RULE = results_ruleset(threshold=0.2, years=1, combine="low_only")
DAY = dt.date(2026, 4, 1)
PLACES = {"A": "Первый", "B": "Первый", "C": "Второй", "D": None}
LOW = {"A": 20, "B": 1, "C": 25}
"""D has no results; A and C are listed."""


def little(places: dict[str, str | None] = PLACES) -> Dataset:
    found = dataset(
        [result(s, 2026, 50, low, 0) for s, low in LOW.items() if s in places],
        schools=[{"school_id": s, "name": s, "municipality": m} for s, m in places.items()],
        social=[
            {"school_id": "A", "year": 2026, "total": 9},
            {"school_id": "B", "year": 2025, "total": 9},
        ],
    )
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"title": "Положение", "kind": "statute"}, {"title": "Старое", "kind": "statute", "valid": False},
            {"title": "Приказ", "kind": "order"}, {"title": "Позже", "kind": "order", "date": at(2026, 5, 1)},
        ],
        "measures": [
            {"number": "1", "year": 2026, "school_id": "A", "measure": "м", "state": "done", "deadline": at(2026, 3, 1)},
            {"number": "2", "year": 2026, "municipality": "Второй", "measure": "м", "state": "planned",
             "deadline": at(2026, 3, 1)},
            {"number": "3", "year": 2026, "measure": "м", "state": "planned"},
            {"number": "4", "year": 2026, "school_id": "C", "measure": "м", "state": "dropped"},
        ],
        "interviews": [{"school_id": "C", "year": 2026, "number": "1", "date": at(2026, 1, 9), "decision": "д"}],
        "management_reserve": [{"person": "Р", "home_school_id": "B", "target": "директор", "state": "in_reserve"}],
        "support_links": [{"supporter": "Н", "school_id": "C", "year": 2026}],
        "supporters": [{"supporter": "Н", "role": "mentor"}],
    }  # fmt: skip
    return found.replace(faults=None, **{name: table(name, own) for name, own in rows.items()})


def cycle(data: Dataset, **more: Any) -> pd.DataFrame:
    found = identify(data, RULE, calendar=NO_CALENDAR, years=[2026])
    statuses = found.statuses
    listed = statuses.loc[statuses["low_results"], "school_id"]
    network = support_network(data, listed, 2026, DAY)
    return management_cycle(data, found, 2026, DAY, network=network, **more)


def cell(rows: pd.DataFrame, place: str, item: str) -> tuple[int, int | None, str]:
    (row,) = rows[(rows["municipality"] == place) & (rows["item"] == item)].to_dict("records")
    return row["n"], None if pd.isna(row["total"]) else row["total"], row["state"]


def test_every_municipality_has_all_items_in_order() -> None:
    rows = cycle(little())
    for place in ("", "Первый", "Второй"):
        own = rows[rows["municipality"] == place]
        assert list(own["item"]) == [each.id for each in ITEMS]
        assert list(dict.fromkeys(own["component"])) == list(COMPONENTS)


@pytest.mark.parametrize(
    ("place", "item", "wanted"),
    [
        ("Первый", "results", (2, 2, "present")),
        ("", "results", (0, 1, "missing")),
        ("Первый", "passports", (1, 2, "partial")),
        ("Второй", "passports", (0, 1, "missing")),
        ("Первый", "acts", (1, None, "present")),
        ("Второй", "orders", (1, None, "present")),
        ("Первый", "road_map", (2, None, "present")),
        ("Второй", "road_map", (2, None, "present")),
        ("", "road_map", (1, None, "present")),
        ("Первый", "done", (1, 1, "present")),
        ("Второй", "done", (0, 1, "missing")),
        ("", "done", (0, 0, "not_needed")),
        ("Второй", "interviews", (1, 1, "present")),
        ("Первый", "interviews", (0, 1, "missing")),
        ("", "interviews", (0, 0, "not_needed")),
        ("Второй", "support", (1, 1, "present")),
        ("Первый", "support", (0, 1, "missing")),
        ("Первый", "reserve", (1, None, "present")),
        ("Второй", "reserve", (0, None, "missing")),
        ("Первый", "half_1", (0, None, "missing")),
        ("Первый", "half_2", (1, None, "present")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_counts_of_the_planted_rows(
    place: str, item: str, wanted: tuple[int, int | None, str]
) -> None:
    assert cell(cycle(little(), analyses=["half_2"]), place, item) == wanted


@pytest.mark.parametrize("places", [{"A": "Один"}, {"A": None, "B": None}], ids=["one", "unknown"])
def test_one_municipality_or_none_named(places: dict[str, str | None]) -> None:
    rows = cycle(little(places))
    assert list(rows["municipality"].unique()) == [next(iter(places.values())) or ""]


def test_nothing_at_all() -> None:
    rows = cycle(dataset([result("A", 2026, 50, 20, 0)]))
    assert rows.empty, "no register, no municipality"
    bare = cycle(dataset(schools=[{"school_id": "A", "name": "A", "municipality": "М"}]))
    assert set(bare["state"]) == {"missing", "not_needed", "present"}
    assert set(bare.loc[bare["state"] == "present", "item"]) == {"rules"}


def test_words_and_tables_of_every_item() -> None:
    assert set(ITEM) == {each.id for each in ITEMS}
    assert set(COMPONENT) == set(SHORT) == set(COMPONENTS)
    for each in ITEMS:
        assert set(each.tables) <= set(TABLES)
        row = {"item": each.id, "n": 1, "total": 3}
        said = missing_words(row, dict.fromkeys(each.tables, "Книга"))
        assert "2" in said
        assert ("книга «" in said) == bool(each.tables), each.id

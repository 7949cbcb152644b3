"""A year by municipality, counted again with plain loops."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.dynamics import dynamics
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.management_cycle import management_cycle
from shnor_lib.methods.measures_status import measures_status, with_standing
from shnor_lib.methods.municipal_summary import (
    COUNTS,
    SHARES,
    municipal_summary,
    place_name,
    place_of_rows,
    places_of_schools,
    split_by_place,
)
from shnor_lib.methods.support_network import support_network
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset, table

at = dt.datetime
DAY = dt.date(2026, 4, 1)
RULE = results_ruleset(threshold=0.2, years=1, combine="low_only")
PLACES: dict[str, str | None] = {
    "A": "Первый", "B": " Первый\n", "C": "первый", "D": None, "E": "Пустой", "F": "Первый",
}  # fmt: skip
"""B is the district of A; C is another one, though only its case differs; E was closed."""
LOW = {
    2025: {"A": 20, "B": 14, "C": 2, "F": 1, "X": 1},
    2026: {"A": 4, "B": 13, "C": 25, "F": 1, "X": 30},
}
"""Of 50 pupils; X stands in the results only."""


@pytest.fixture(scope="module")
def data() -> Dataset:
    found = dataset(
        [result(s, year, 50, low, 0) for year, own in LOW.items() for s, low in own.items()],
        schools=[
            {"school_id": s, "name": s, "municipality": m, "closed": 2020 if s == "E" else None}
            for s, m in PLACES.items()
        ],
    )
    rows: dict[str, list[dict[str, Any]]] = {
        "measures": [
            {"number": "1", "school_id": "A", "state": "done", "deadline": at(2026, 3, 1)},
            {"number": "2", "school_id": "B", "state": "planned", "deadline": at(2026, 3, 1)},
            {"number": "3", "municipality": "Первый ", "state": "in_work"},
            {"number": "4", "state": "planned", "deadline": at(2026, 3, 1)},
            {"number": "5", "school_id": "C", "state": "dropped"},
            {"number": "6", "school_id": "D", "state": "in_work", "deadline": at(2026, 4, 1)},
            {"number": "7", "municipality": "Чужой", "state": "in_work"},
        ],
        "supporters": [{"supporter": "Н", "role": "mentor"}],
        "support_links": [{"supporter": "Н", "school_id": "C", "year": 2026}],
    }
    for row in rows["measures"]:
        row |= {"year": 2026, "measure": "м"}
    return found.replace(faults=None, **{name: table(name, own) for name, own in rows.items()})


@pytest.fixture(scope="module")
def found(data: Dataset) -> Identification:
    return identify(data, RULE, calendar=NO_CALENDAR, years=[2025, 2026])


def summary(data: Dataset, found: Identification, **more: Any) -> dict[str, dict[str, Any]]:
    rows = municipal_summary(data, found, 2026, **more)
    assert list(rows.columns) == ["municipality", *COUNTS, *SHARES]
    return {row["municipality"]: row for row in rows.to_dict("records")}


def test_places(data: Dataset, found: Identification) -> None:
    places = places_of_schools(data, found)
    assert places == {
        "A": "Первый", "B": "Первый", "C": "первый", "D": "", "E": "Пустой", "F": "Первый", "X": "",
    }  # fmt: skip
    assert [place_name(each) for each in (None, pd.NA, " ", "\u00a0а\t б ")] == ["", "", "", "а б"]
    rows = with_standing(data.measures, DAY)
    whose = ["Первый", "Первый", "Первый", None, "первый", "", "Чужой"]
    assert [None if pd.isna(p) else p for p in place_of_rows(rows, places)] == whose
    split = split_by_place(rows, places)
    assert {place: list(part["number"]) for place, part in split.items()} == {
        "": ["6"], "Первый": ["1", "2", "3"], "первый": ["5"], "Чужой": ["7"],
    }  # fmt: skip


def test_schools_and_the_list(data: Dataset, found: Identification) -> None:
    rows = summary(data, found)
    assert list(rows) == ["Первый", "Пустой", "первый", ""]
    statuses = {
        (s, y): code
        for s, y, code in zip(
            *(found.statuses[name] for name in ("school_id", "year", "status")), strict=True
        )
    }
    places = {"Первый": "ABF", "первый": "C", "": "DX", "Пустой": "E"}
    for place, schools in places.items():
        row = rows[place]
        assert row["schools"] == sum(s not in "EX" for s in schools)
        now = {s: statuses[s, 2026] for s in schools if (s, 2026) in statuses}
        listed = [s for s, code in now.items() if code == "low_results"]
        before = [s for s in schools if statuses.get((s, 2025)) == "low_results"]
        assert row["listed"] == row["low_results"] == len(listed)
        assert row["ruled"] == len(now)
        assert row["judged"] == sum(code != "insufficient" for code in now.values())
        assert row["entered"] == len(set(listed) - set(before))
        assert row["left"] == len(set(before) - set(listed))
        assert row["certain"] + row["likely"] + row["borderline"] == len(listed)
        if not now:
            assert pd.isna(row["share"]) and pd.isna(row["low"])
            continue
        assert row["share"] == pytest.approx(len(listed) / len(now))
        low, high = wilson_by_hand(len(listed), len(now))
        assert row["low"] == pytest.approx(low) and row["high"] == pytest.approx(high)
    assert (rows["Первый"]["listed"], rows["Первый"]["entered"], rows["Первый"]["left"]) == (
        1,
        0,
        1,
    )
    assert (rows["первый"]["entered"], rows[""]["entered"]) == (1, 1)


def wilson_by_hand(x: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    middle, half = x / n + z * z / (2 * n), z * math.sqrt(x * (n - x) / n**3 + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def test_what_is_not_given_is_not_zero(data: Dataset, found: Identification) -> None:
    for row in summary(data, found).values():
        for name in ("comparable", "positive", "risks", "issued", "measures", "no_mentor", "cycle"):
            assert pd.isna(row[name]), name
    one = municipal_summary(
        data.until(2025), identify(data.until(2025), RULE, calendar=NO_CALENDAR), 2025
    )
    assert one["entered"].isna().all() and one["left"].isna().all()


def test_deeds_support_and_cycle(data: Dataset, found: Identification) -> None:
    listed = found.statuses[
        (found.statuses["year"] == 2026) & (found.statuses["status"] == "low_results")
    ]["school_id"]
    network = support_network(data, listed, 2026, DAY)
    cycle = management_cycle(data, found, 2026, DAY, network=network)
    rows = summary(
        data,
        found,
        measures=measures_status(data, 2026, DAY).measures,
        network=network,
        cycle=cycle,
        dynamics=dynamics(data, calendar=NO_CALENDAR).schools,
    )
    kept = {
        place: (row["measures"], row["measures_done"], row["measures_overdue"])
        for place, row in rows.items()
    }
    assert kept == {"Первый": (3, 1, 1), "первый": (0, 0, 0), "": (1, 0, 0), "Пустой": (0, 0, 0)}
    helped = {place: (row["uncovered"], row["no_mentor"]) for place, row in rows.items()}
    assert helped == {"Первый": (1, 1), "первый": (0, 0), "": (1, 1), "Пустой": (0, 0)}
    changed = {place: (row["comparable"], row["positive"]) for place, row in rows.items()}
    assert changed == {"Первый": (3, 1), "первый": (1, 0), "": (1, 0), "Пустой": (0, 0)}
    assert rows["первый"]["negative"] == 1
    low, high = wilson_by_hand(1, 3)
    assert rows["Первый"]["positive_share"] == pytest.approx(1 / 3)
    assert rows["Первый"]["positive_low"] == pytest.approx(low)
    assert rows["Первый"]["positive_high"] == pytest.approx(high)
    assert pd.isna(rows["Пустой"]["positive_share"])
    states: dict[str, list[str]] = {}
    for place, state in zip(cycle["municipality"], cycle["state"], strict=True):
        states.setdefault(place_name(place), []).append(state)
    for place, row in rows.items():
        own = [state for state in states.get(place, []) if state != "not_needed"]
        assert row["cycle"] == len(own)
        assert row["cycle_missing"] == own.count("missing")
        assert row["cycle_partial"] == own.count("partial")


def test_no_schools_at_all() -> None:
    empty = dataset([result("X", 2026, 50, 1, 0)])
    found = identify(empty, RULE, calendar=NO_CALENDAR, years=[2026])
    rows = municipal_summary(empty, found, 2026)
    assert list(rows["municipality"]) == [""] and int(rows["ruled"][0]) == 1

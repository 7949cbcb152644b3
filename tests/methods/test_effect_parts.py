"""What the effect of support is made of: who was supported, levels of works, pairs of years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.methods.deviations import MIN_OTHER_N, works
from shnor_lib.methods.supported import supported_schools
from shnor_lib.project import Calendar, ScaleBreak
from tests.methods.builders import NO_CALENDAR, dataset, result, table

SCHOOLS = pd.Index(["A", "B", "C", "D"], dtype="string")
YEARS = [2021, 2022, 2023, 2024]
NO_STATUS = pd.DataFrame({"school_id": [], "year": [], "low_results": []}).astype(
    {"school_id": "string", "year": "Int64", "low_results": "bool"}
)


def links(*pairs: tuple[str, int], **more: object):
    rows = [{"supporter": "Н-1", "school_id": s, "year": y, **more} for s, y in pairs]
    return dataset().replace(support_links=table("support_links", rows))


def test_runs_of_support_and_schools_left_alone() -> None:
    data = links(("A", 2022), ("A", 2023), ("B", 2023), ("A", 2021), ("C", 2022), ("C", 2024))
    who = supported_schools(data, SCHOOLS, YEARS, NO_STATUS)
    assert who.basis == "support"
    assert who.start(2).tolist() == [2021, 2023, 0, 0]
    assert who.start(3).tolist() == [0, 0, 2024, 0]
    assert who.left_alone(3, 2022).tolist() == [False, False, False, True]
    assert who.left_alone(3, 2024).tolist() == [True, True, False, True]


def test_a_gap_in_the_years_of_data_ends_a_run() -> None:
    data = links(("A", 2021), ("A", 2023))
    who = supported_schools(data, SCHOOLS, [2021, 2023], NO_STATUS)
    assert who.start(1).tolist() == [2023, 0, 0, 0]


def test_late_support_is_neither() -> None:
    late = pd.Timestamp(2023, 3, 1)
    who = supported_schools(links(("A", 2023), first_date=late), SCHOOLS, YEARS, NO_STATUS)
    assert not who.supported.any() and who.apart[0].tolist() == [False, False, True, False]
    assert not who.left_alone(2, 2023)[0]
    early = pd.Timestamp(2023, 2, 28)
    who = supported_schools(links(("A", 2023), first_date=early), SCHOOLS, YEARS, NO_STATUS)
    assert who.supported[0].tolist() == [False, False, True, False] and not who.apart.any()


def test_the_list_of_the_year_before() -> None:
    statuses = pd.DataFrame(
        {
            "school_id": ["A", "A", "B"],
            "year": [2021, 2022, 2024],
            "low_results": [True, True, True],
        }
    ).astype({"school_id": "string", "year": "Int64"})
    who = supported_schools(dataset(), SCHOOLS, YEARS, statuses)
    assert who.basis == "listed"
    assert who.supported[0].tolist() == [False, True, True, False]
    assert not who.supported[1].any()
    assert who.start(2).tolist() == [2023, 0, 0, 0]
    assert who.left_alone(3, 2021).tolist() == [True, True, True, True]


def random_rows(seed: int, there: float = 0.85) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    rows = []
    for school in SCHOOLS:
        for year in YEARS:
            for grade in (5, 6):
                if rng.random() < there:
                    n = int(rng.integers(4, 30))
                    rows.append(
                        result(str(school), year, n, int(rng.integers(0, n)), 0, grade=grade)
                    )
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_levels_by_plain_loops(seed: int) -> None:
    rows = random_rows(seed)
    low, n, level = works(dataset(rows), SCHOOLS, YEARS).yearly
    for i, school in enumerate(SCHOOLS):
        for j, year in enumerate(YEARS):
            total = people = due = 0.0
            for row in rows:
                if row["school_id"] != school or row["year"] != year:
                    continue
                others = [
                    r for r in rows
                    if r["school_id"] != school and r["year"] == year and r["grade"] == row["grade"]
                ]  # fmt: skip
                whole = sum(r["n"] for r in others)
                if len(others) < 2 or whole < MIN_OTHER_N:
                    continue
                total, people = total + row["n_low"], people + row["n"]
                due += row["n"] * sum(r["n_low"] for r in others) / whole
            assert (low[i, j], n[i, j]) == (total, people)
            if people:
                assert level[i, j] == pytest.approx(due / people)
            else:
                assert np.isnan(level[i, j])


@pytest.mark.parametrize("seed", range(4))
def test_pairs_of_years_by_plain_loops(seed: int) -> None:
    """The nearest of the base year and the one before it, work by work."""
    rows = random_rows(seed)
    found = works(dataset(rows), SCHOOLS, YEARS)
    kept = found.rows.merge(found.cells.assign(cell=range(len(found.cells))), on="cell")
    pairs = found.later(2024, 2023, NO_CALENDAR)
    for i in range(len(SCHOOLS)):
        n = before = 0.0
        mine = kept[kept["school"] == i]
        for _, row in mine[mine["year"] == 2024].iterrows():
            past = mine[(mine["grade"] == row["grade"]) & mine["year"].isin([2022, 2023])]
            if len(past):
                n += row["n"]
                before += past.sort_values("year").iloc[-1]["n"]
        if n:
            assert (pairs.loc[i, "n"], pairs.loc[i, "n_before"]) == (n, before)
        else:
            assert i not in pairs.index


def test_pairs_stop_at_a_change_of_scale() -> None:
    found = works(dataset(random_rows(1, there=1.0)), SCHOOLS, YEARS)
    whole = found.later(2024, 2023, NO_CALENDAR)
    sixth = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", year=2024, grades=[6], note="")])
    part = found.later(2024, 2023, sixth)
    assert part["n"].sum() < whole["n"].sum()
    fifth = found.rows[
        (found.rows["year"] == 2024)
        & (found.cells["grade"].to_numpy()[found.rows["cell"].to_numpy()] == 5)
    ]
    assert part["n"].sum() <= fifth["n"].sum()
    earlier = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", year=2022, note="")])
    pd.testing.assert_frame_equal(found.later(2024, 2023, earlier), whole)
    assert found.later(2024, 1990, NO_CALENDAR).empty

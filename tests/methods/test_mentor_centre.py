"""The mentor centre and the schools that left the list: against plain loops over the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.identification import identify
from shnor_lib.methods.mentor_centre import mentor_centre, plans_of, tally
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.status_exit import status_exit
from shnor_lib.project import SupportNorm
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result, table
from tests.report import support_project as planted

YEAR, DAY = planted.YEAR, planted.AS_OF
PLANS = [row for row in planted.mentor_centre() if row["year"] == YEAR]
BEFORE = [row for row in planted.mentor_centre() if row["year"] == YEAR - 1]


def counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The indicators by hand."""
    marked = [row for row in rows if row["done"] is not None]
    timed = [row for row in marked if row["in_time"] is not None]
    answered = [row for row in rows if row["feedback"] and row["feedback_n"]]
    planned, done = sum(r["planned"] for r in marked), sum(r["done"] for r in marked)
    done_timed, in_time = sum(r["done"] for r in timed), sum(r["in_time"] for r in timed)
    answers = sum(row["feedback_n"] for row in answered)
    weighted = sum(row["feedback"] * row["feedback_n"] for row in answered)
    return {
        "n": len(rows),
        "n_schools": len({row["school_id"] for row in rows}),
        "planned": sum(row["planned"] for row in rows),
        "n_marked": len(marked),
        "planned_marked": planned,
        "done": done,
        "share_done": done / planned if planned else None,
        "done_timed": done_timed,
        "in_time": in_time,
        "share_in_time": in_time / done_timed if done_timed else None,
        "feedback": weighted / answers if answers else None,
        "feedback_n": answers,
    }


def assert_same(got: dict[str, Any], expected: dict[str, Any]) -> None:
    assert set(got) == set(expected)
    for name, value in expected.items():
        found = None if pd.isna(got[name]) else got[name]
        assert found == (value if value is None else pytest.approx(value)), name


def test_plans_of_the_year_and_of_the_year_before() -> None:
    found = mentor_centre(planted.data(), YEAR, DAY)
    assert_same(found.total, counted(PLANS))
    assert_same(found.before, counted(BEFORE))
    assert found.plans["single"].sum() == 1


@pytest.mark.parametrize("by", ["supporter", "school_id"])
def test_plans_by_mentor_and_by_school(by: str) -> None:
    rows = tally(plans_of(planted.data(), YEAR), [by])
    assert len(rows) == len({row[by] for row in PLANS})
    for got in rows.to_dict("records"):
        key = got.pop(by)
        assert_same(got, counted([row for row in PLANS if row[by] == key]))


def test_schools_with_and_without_mentor_and_plan() -> None:
    found = mentor_centre(
        planted.data(),
        YEAR,
        DAY,
        due=planted.DUE,
        now_listed=["ШК-03", "ШК-01"],
        due_before=["ШК-01"],
    )
    people = {row["supporter"]: row["role"] for row in planted.SUPPORTERS}
    begun = [
        row
        for row in planted.support_links()
        if row["year"] == YEAR
        and people[row["supporter"]] == "mentor"
        and (row.get("first_date") is None or row["first_date"].date() <= DAY)
    ]
    whole = [row for row in PLANS if row["teacher"] is None]
    with_mentor = {row["school_id"] for row in begun} | {row["school_id"] for row in whole}
    with_plan = {row["school_id"] for row in begun if row.get("plan")} | {
        row["school_id"] for row in whole
    }
    rows = found.schools.set_index("school_id")
    assert (
        set(rows.index[rows["has_mentor"]]) == with_mentor == {f"ШК-0{n}" for n in (1, 2, 5, 6, 7)}
    )
    assert set(rows.index[rows["has_plan"]]) == with_plan == {f"ШК-0{n}" for n in (1, 2, 5, 7)}
    assert found.without("has_mentor") == ["ШК-04"]
    assert found.without("has_mentor", "now_listed") == ["ШК-03"]
    assert found.reach == {"n": 3, "mentor": 2, "plan": 2}
    assert found.reach_before == {"n": 1, "mentor": 1, "plan": 1}
    for school in ("ШК-01", "ШК-02", "ШК-05"):
        own = [row for row in whole if row["school_id"] == school]
        assert rows.at[school, "planned"] == sum(row["planned"] for row in own), (
            "the plan of a single teacher is no plan of the school"
        )
        reports = sum(row.get("reports") or 0 for row in begun if row["school_id"] == school)
        assert rows.at[school, "reports"] == reports
        assert rows.at[school, "no_report"] == (reports < 1)
    assert pd.isna(rows.at["ШК-05", "done"]), "not marked is not zero"
    assert list(found.schools["due"].head(3)) == [True] * 3


def test_load_of_mentors_only() -> None:
    norm = SupportNorm(schools={"mentor": 3, "tutor": 1})
    found = mentor_centre(planted.data(), YEAR, DAY, norm=norm)
    assert set(found.mentors["supporter"]) == {"Н-01", "Н-02", "Н-03"}
    heavy = found.mentor_network.overloaded
    assert [(row.supporter, row.peak) for row in heavy.itertuples()] == [("Н-01", 4)]


@pytest.mark.parametrize("n", [0, 1, 2, 5, 21])
def test_so_many_plans(n: int) -> None:
    rows = [
        {"supporter": f"Н-{i}", "school_id": f"S{i}", "year": YEAR, "planned": 4, "done": i % 5}
        for i in range(n)
    ]
    found = mentor_centre(
        Dataset(mentor_centre=table("mentor_centre", rows)),
        YEAR,
        DAY,
        due=[f"S{i}" for i in range(n)],
    )
    assert found.total["n"] == found.reach["n"] == found.reach["plan"] == n
    assert found.total["done"] == sum(i % 5 for i in range(n))
    assert found.without("has_mentor") == []


def exits(support: dict[str, str]) -> tuple[Any, Any]:
    """Six listed schools: A, B, C recover; D, E stay; F has no results in the second year."""
    rows, links = [], []
    for school in "ABCDEF":
        for year in (2023, 2024, 2025):
            if school == "F" and year == 2025:
                continue
            low, good = (30, 2) if year < 2025 or school in "DE" else (0, 30)
            rows.append(result(school, year, 50, low, 0, good=good))
    for school, when in support.items():
        links.append({"supporter": "Н", "school_id": school, "year": 2025, "first_date": when})
    data = dataset(rows, schools=[{"school_id": key, "name": key} for key in "ABCDEF"])
    data = data.replace(support_links=table("support_links", links))
    return data, identify(data, load_ruleset("tbilissky-2021"))


def test_who_left_the_list_with_support_and_without() -> None:
    data, found = exits(
        {"A": "2024-12-01", "D": "2024-12-01", "B": "2025-03-05", "F": "2024-12-01"}
    )
    got = status_exit(data, found, 2025)
    rows = got.schools.set_index("school_id")
    assert got.before == 2024
    assert dict(rows["outcome"]) == {
        "A": "left", "B": "left", "C": "left", "D": "stayed", "E": "stayed", "F": "unknown",
    }  # fmt: skip
    assert dict(rows["support"]) == {
        "A": "helped", "B": "late", "C": "alone", "D": "helped", "E": "alone", "F": "helped",
    }  # fmt: skip
    groups = got.groups
    assert (groups.helped.x, groups.helped.n) == (1, 2)
    assert (groups.others.x, groups.others.n) == (1, 2)
    assert groups.left_out == 2 and groups.verdict == "few"


def test_without_support_tables_nobody_is_helped() -> None:
    data, found = exits({})
    got = status_exit(data, found, 2025)
    assert got.groups.helped.n == 0
    assert (got.groups.others.x, got.groups.others.n) == (3, 5)


def test_first_year_has_no_list_before_it() -> None:
    data, found = exits({})
    got = status_exit(data, found, 2023)
    assert got.before is None and got.schools.empty and got.groups.verdict == "few"

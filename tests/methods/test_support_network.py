"""Who supports whom, counted again with plain loops over the rows."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.management_reserve import management_reserve
from shnor_lib.methods.support_network import (
    LINK_DTYPES,
    SupportNetwork,
    mean_feedback,
    support_network,
    support_year,
)
from shnor_lib.methods.support_pairs import support_pairs, support_sums
from shnor_lib.project import SupportNorm
from shnor_lib.store import Dataset
from tests.methods.builders import table

at = dt.datetime
YEAR = 2026
DAY = dt.date(2026, 2, 10)
ROLES = ("mentor", "tutor", "curator")

Row = dict[str, Any]


def network_of(
    supporters: list[Row], links: list[Row], plans: list[Row] = (), *, listed: Any = (), **more: Any
) -> SupportNetwork:  # type: ignore[assignment]
    data = Dataset(
        supporters=table("supporters", supporters),
        support_links=table("support_links", [{"year": YEAR, **row} for row in links]),
        mentor_centre=table("mentor_centre", [{"year": YEAR, **row} for row in plans]),
    )
    return support_network(data, listed, YEAR, more.pop("day", DAY), **more)


def random_region(seed: int) -> tuple[list[Row], list[Row], list[str]]:
    """Supporters, links (unique keys) and the list."""
    draw = random.Random(seed)
    schools = [f"S{i:02d}" for i in range(15)]
    supporters = [
        {"supporter": f"P{i:02d}", "role": draw.choice(ROLES), "home_school_id": draw.choice(schools),
         "last_date": draw.choice([None, None, at(2025, 12, 1)])}
        for i in range(8)
    ]  # fmt: skip
    rows: dict[tuple[str, str, str | None], Row] = {}
    for _ in range(60):
        who, school = draw.choice(supporters)["supporter"], draw.choice(schools)
        teacher = draw.choice([None, None, "У1", "У2"])
        first = draw.choice(
            [None, at(2025, 9, 1), at(2025, 11, 5), at(2026, 1, 20), at(2026, 3, 1)]
        )
        last = draw.choice([None, at(2026, 1, 31), at(2026, 5, 31)])
        if first is not None and last is not None and last < first:
            last = None
        rows[who, school, teacher] = {
            "supporter": who, "school_id": school, "teacher": teacher, "first_date": first,
            "last_date": last, "plan": draw.choice([True, False, None]),
            "reports": draw.choice([None, 0, 1, 2]),
            "feedback": draw.choice([None, 3.5, 5.0]), "feedback_n": draw.choice([None, 1, 4]),
        }  # fmt: skip
    return supporters, list(rows.values()), draw.sample(schools, 6)


def begun(row: Row) -> bool:
    return row["first_date"] is None or row["first_date"].date() <= DAY


def runs_on(row: Row, day: dt.date) -> bool:
    first = dt.date(2025, 9, 1) if row["first_date"] is None else row["first_date"].date()
    last = dt.date(2026, 8, 31) if row["last_date"] is None else row["last_date"].date()
    return first <= day <= last


@pytest.mark.parametrize("seed", range(6))
def test_load_is_the_most_schools_on_any_day(seed: int) -> None:
    supporters, links, listed = random_region(seed)
    found = network_of(supporters, links, listed=listed)
    days = [dt.date(2025, 9, 1) + dt.timedelta(days=i) for i in range(365)]
    for row in found.supporters.to_dict("records"):
        own = [link for link in links if link["supporter"] == row["supporter"] and begun(link)]
        most = max(
            (len({r["school_id"] for r in own if runs_on(r, day)}) for day in days), default=0
        )
        assert row["peak"] == most
        assert row["schools"] == len({link["school_id"] for link in own})
        assert row["schools_now"] == len({r["school_id"] for r in own if runs_on(r, DAY)})
        assert row["teachers"] == len({(r["school_id"], r["teacher"]) for r in own if r["teacher"]})
        assert row["overloaded"] == (row["role"] == "mentor" and most > 3)
        assert row["no_plan"] == sum(link["plan"] is not True for link in own)
        assert row["no_report"] == sum((link["reports"] or 0) < 1 for link in own)
        marks = [(r["feedback"], r["feedback_n"]) for r in own if r["feedback"] and r["feedback_n"]]
        answers = sum(n for _, n in marks)
        assert row["feedback_n"] == answers
        if answers:
            assert row["feedback"] == pytest.approx(sum(m * n for m, n in marks) / answers)
        else:
            assert pd.isna(row["feedback"])


@pytest.mark.parametrize("seed", range(6))
def test_coverage_by_role(seed: int) -> None:
    supporters, links, listed = random_region(seed)
    found = network_of(supporters, links, listed=listed)
    role = {row["supporter"]: row["role"] for row in supporters}
    for code in ROLES:
        helped = {r["school_id"] for r in links if begun(r) and role[r["supporter"]] == code}
        assert found.uncovered(code) == sorted(set(listed) - helped)
    anybody = {r["school_id"] for r in links if begun(r)}
    assert found.uncovered() == sorted(set(listed) - anybody)
    rows = found.schools.set_index("school_id")
    assert set(rows.index) == set(listed) | anybody
    for school in listed:
        missing = [
            code for code in ("mentor", "tutor")
            if school not in {r["school_id"] for r in links if begun(r) and role[r["supporter"]] == code}
        ]  # fmt: skip
        assert rows.loc[school, "missing"] == ", ".join(missing)


@pytest.mark.parametrize("seed", range(6))
def test_support_after_the_term(seed: int) -> None:
    supporters, links, listed = random_region(seed)
    released = {row["supporter"]: row["last_date"] for row in supporters}
    late = set()
    for row in links:
        gone = released[row["supporter"]]
        end = min(DAY, row["last_date"].date() if row["last_date"] else dt.date(2026, 8, 31))
        if begun(row) and gone is not None and end > gone.date():
            late.add((row["supporter"], row["school_id"], row["teacher"] or ""))
    found = network_of(supporters, links, listed=listed).after_term
    assert late == set(
        zip(found["supporter"], found["school_id"], found["teacher"].fillna(""), strict=True)
    )


def test_nothing_at_all_and_nobody_listed() -> None:
    empty = network_of([], [])
    assert empty.links.empty and empty.supporters.empty and empty.schools.empty
    assert list(empty.links.columns) == list(LINK_DTYPES)
    assert empty.uncovered() == [] and empty.overloaded.empty
    assert support_pairs(empty.links).empty and support_sums(empty.links).empty
    everybody = network_of([], [], listed=["A", "B"])
    assert everybody.uncovered() == ["A", "B"] == everybody.uncovered("tutor")
    nobody = network_of(
        [{"supporter": "Н", "role": "mentor"}], [{"supporter": "Н", "school_id": "A"}]
    )
    assert nobody.uncovered() == [] and not nobody.schools["listed"].any()


def test_all_listed_and_all_helped() -> None:
    schools = ["A", "B", "C"]
    found = network_of(
        [{"supporter": "Н", "role": "mentor"}, {"supporter": "Т", "role": "tutor"}],
        [{"supporter": who, "school_id": s} for who in "НТ" for s in schools],
        listed=schools,
    )
    assert found.uncovered("mentor") == [] == found.uncovered("tutor")
    assert found.overloaded.empty, "three schools are the norm, not more than it"
    assert set(found.schools["missing"]) == {""}


def test_what_begins_later_counts_for_nothing() -> None:
    link = {"supporter": "Н", "school_id": "A", "first_date": at(2026, 2, 11)}
    people = [{"supporter": "Н", "role": "mentor"}]
    assert network_of(people, [link], listed=["A"]).uncovered() == ["A"]
    assert network_of(people, [link], listed=["A"], day=dt.date(2026, 2, 11)).uncovered() == []


def test_a_plan_of_the_mentor_centre_is_a_link_and_a_plan() -> None:
    found = network_of(
        [],
        [{"supporter": "Н-1", "school_id": "A"}, {"supporter": "Н-2", "school_id": "A", "plan": False}],
        [{"supporter": "Н-1", "school_id": "A", "planned": 5, "done": 2},
         {"supporter": "Н-2", "school_id": "A", "planned": 4, "done": 1},
         {"supporter": "Н-3", "school_id": "B", "planned": 0, "done": 0}],
        listed=["A", "B"],
    )  # fmt: skip
    rows = found.links.set_index("supporter")
    assert set(rows["role"]) == {"mentor"}, "who has a plan in the mentor centre is a mentor"
    assert rows["no_plan"].to_dict() == {"Н-1": False, "Н-2": True, "Н-3": True}
    assert rows.loc["Н-3", "origin"] == "plan"
    assert found.uncovered() == []


def test_norm_is_the_users_to_change() -> None:
    assert SupportNorm().standing == "проект"
    own = SupportNorm(schools={"tutor": 1}, reports=0, required=["curator"])
    assert own.standing == "решение пользователя"
    found = network_of(
        [{"supporter": "Т", "role": "tutor"}, {"supporter": "Н", "role": "mentor"}],
        [{"supporter": who, "school_id": s} for who in "НТ" for s in "ABCDE"],
        listed=["A"],
        norm=own,
    )
    assert list(found.overloaded["supporter"]) == ["Т"]
    assert not found.links["no_report"].any()
    assert list(found.schools.loc[found.schools["listed"], "missing"]) == ["curator"]


@pytest.mark.parametrize(
    ("day", "wanted"),
    [(dt.date(2026, 8, 31), 2026), (dt.date(2026, 9, 1), 2027), (dt.date(2028, 9, 1), 2026)],
)
def test_year_of_the_day_if_it_has_links(day: dt.date, wanted: int) -> None:
    data = Dataset(
        support_links=table(
            "support_links",
            [{"supporter": "Н", "school_id": "A", "year": year} for year in (2026, 2027)],
        )
    )
    assert support_year(data, 2026, day) == wanted


def test_marks_without_answers_have_no_weight() -> None:
    rows = pd.DataFrame({"feedback": [5.0, 2.0, None], "feedback_n": [None, 0, 3]})
    assert mean_feedback(rows) == (None, 0)


@pytest.mark.parametrize("seed", range(3))
def test_pairs_and_sums_hold_all_links(seed: int) -> None:
    supporters, links, listed = random_region(seed)
    found = network_of(supporters, links, listed=listed)
    pairs = support_pairs(found.links)
    wanted = {(row["supporter"], row["school_id"]) for row in links}
    assert set(zip(pairs["supporter"], pairs["school_id"], strict=True)) == wanted
    assert pairs["links"].sum() == len(links)
    for row in pairs.to_dict("records"):
        own = [
            r
            for r in links
            if (r["supporter"], r["school_id"]) == (row["supporter"], row["school_id"])
        ]
        assert row["teachers"] == len({r["teacher"] for r in own} - {None})
        state = (
            "now"
            if any(runs_on(r, DAY) for r in own)
            else "ended"
            if any(map(begun, own))
            else "ahead"
        )
        assert row["state"] == state
        reports = [r["reports"] for r in own if r["reports"] is not None]
        assert (pd.isna(row["reports"]) and not reports) or row["reports"] == sum(reports)
    role = {row["supporter"]: row["role"] for row in supporters}
    for row in support_sums(found.links).to_dict("records"):
        own = [r for r in links if role[r["supporter"]] == row["role"] and begun(r)]
        assert row["links"] == len(own)
        assert row["schools"] == len({r["school_id"] for r in own})
        assert row["share_plan"] == pytest.approx(sum(r["plan"] is True for r in own) / len(own))
        assert row["reports"] == sum(r["reports"] or 0 for r in own)


RESERVE: list[Row] = [
    {"person": "Р-1", "home_school_id": "A", "target": "директор", "state": "in_reserve",
     "first_date": at(2025, 9, 1), "training": "курсы"},
    {"person": "Р-2", "home_school_id": "A", "target": "директор", "state": "appointed",
     "first_date": at(2024, 9, 1), "last_date": at(2026, 5, 1)},
    {"person": "Р-3", "home_school_id": "B", "target": "завуч", "state": "left",
     "last_date": at(2025, 10, 1), "training": " "},
    {"person": "Р-4", "target": "завуч", "state": "in_reserve", "first_date": at(2026, 3, 1)},
]  # fmt: skip


def test_reserve_as_it_stood_on_the_day() -> None:
    data = Dataset(
        management_reserve=table("management_reserve", RESERVE),
        schools=table("schools", [{"school_id": "A", "municipality": "М"}]),
    )
    found = management_reserve(data, DAY)
    rows = found.rows.set_index("person")
    assert rows["state"].to_dict() == {"Р-1": "in_reserve", "Р-2": "in_reserve", "Р-3": "left"}
    assert rows["trained"].to_dict() == {"Р-1": True, "Р-2": False, "Р-3": False}
    assert rows.loc["Р-1", "days"] == (DAY - dt.date(2025, 9, 1)).days
    (all_,) = found.sums(()).to_dict("records")
    assert all_ == {"n": 3, "in_reserve": 2, "appointed": 0, "left": 1, "trained": 1}
    by_place = found.sums(["municipality"])
    assert by_place["n"].sum() == 3 and by_place["municipality"].isna().sum() == 1
    later = management_reserve(data, dt.date(2026, 6, 1)).rows
    assert len(later) == 4 and "appointed" in set(later["state"])
    assert management_reserve(Dataset(), DAY).sums(["target"]).empty

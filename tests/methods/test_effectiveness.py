"""Effectiveness by half-year: what was known on the day, counted again with plain loops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.effect import effect_of_support
from shnor_lib.methods.effectiveness import (
    INDICATORS,
    Effectiveness,
    compare_halves,
    effectiveness,
)
from shnor_lib.methods.half_year import HalfYear, known_on
from shnor_lib.methods.identification import identify
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset, table
from tests.methods.support_region import FIRST, RULES, World, region

at = dt.datetime
RULE = results_ruleset(threshold=0.2, years=1, combine="low_only")
"""Share of low results ≥ 20 % in one year."""
YEARS = (2023, 2024, 2025)

# school → low results of 50 in each of YEARS
LOW = {
    "A": (30, 30, 30),
    "B": (30, 30, 2),
    "C": (2, 2, 30),
    "D": (2, 30, 30),
    "E": (1, 2, 1),
    "F": (30, 2, 2),
}
MEASURES: list[dict[str, Any]] = [
    {"number": "1", "school_id": "A", "state": "done", "deadline": at(2024, 11, 1), "done": at(2024, 10, 20)},
    {"number": "2", "school_id": "B", "state": "done", "deadline": at(2024, 12, 1), "done": at(2025, 2, 1)},
    {"number": "3", "school_id": "D", "state": "planned", "deadline": at(2024, 12, 31)},
    {"number": "4", "municipality": "М", "state": "in_work", "deadline": at(2025, 5, 1)},
    {"number": "5", "school_id": "A", "state": "dropped", "deadline": at(2024, 10, 1)},
    {"number": "6", "school_id": "A", "state": "done", "deadline": at(2024, 12, 15)},
    {"number": "7", "school_id": "A", "state": "planned"},
]  # fmt: skip
RECOMMENDATIONS: list[dict[str, Any]] = [
    {"number": "1", "date": at(2024, 10, 1), "addressee": "school", "school_id": "A",
     "state": "done", "deadline": at(2024, 12, 20), "done": at(2024, 12, 19)},
    {"number": "2", "date": at(2024, 10, 1), "addressee": "school", "school_id": "B",
     "state": "done", "deadline": at(2024, 12, 20), "done": at(2025, 1, 10)},
    {"number": "3", "date": at(2025, 3, 1), "addressee": "school", "school_id": "B", "state": "planned"},
]  # fmt: skip
LINKS: list[dict[str, Any]] = [
    {"supporter": "Н-1", "school_id": "A", "first_date": at(2024, 10, 1), "plan": True, "reports": 2},
    {"supporter": "Т-1", "school_id": "B", "teacher": "У1", "first_date": at(2025, 2, 1), "reports": 1},
]  # fmt: skip


def little(*, low: dict[str, tuple[int, ...]] = LOW, **more: pd.DataFrame) -> Dataset:
    rows = [
        result(school, year, 50, n, 0, good=3)
        for school, counts in low.items()
        for year, n in zip(YEARS, counts, strict=True)
    ]
    schools = [{"school_id": s, "name": s, "municipality": "М"} for s in low]
    social = [
        {"school_id": s, "year": 2025, "total": 100, "at_risk": 10 + i, "at_risk_covered": 5 + i}
        for i, s in enumerate(low)
    ]
    found = dataset(rows, schools=schools, social=social)
    tables = {
        "measures": table("measures", [{"year": 2025, "measure": "м", **row} for row in MEASURES]),
        "recommendations": table(
            "recommendations",
            [{"year": 2025, "recommendation": "р", **row} for row in RECOMMENDATIONS],
        ),
        "support_links": table("support_links", [{"year": 2025, **row} for row in LINKS]),
        "supporters": table(
            "supporters",
            [{"supporter": "Н-1", "role": "mentor"}, {"supporter": "Т-1", "role": "tutor"}],
        ),
        **more,
    }
    return found.replace(faults=None, **tables)


def analysed(data: Dataset, half: int, year: int = 2025, **more: Any) -> Effectiveness:
    which = HalfYear(year, half)
    return effectiveness(
        data, which, which.last_day, ruleset=RULE, calendar=NO_CALENDAR,
        competence=load_competence_rules("proposal"), **more,
    )  # fmt: skip


def listed(year: int, low: dict[str, tuple[int, ...]] = LOW) -> set[str]:
    return {s for s, counts in low.items() if counts[YEARS.index(year)] / 50 >= 0.2}


@pytest.fixture(scope="module")
def halves() -> dict[int, Effectiveness]:
    data = little()
    return {half: analysed(data, half) for half in (1, 2)}


@pytest.mark.parametrize("half", [1, 2])
def test_list_against_a_year_ago(halves: dict[int, Effectiveness], half: int) -> None:
    found = halves[half]
    year = {1: 2024, 2: 2025}[half]
    now, was = listed(year), listed(year - 1)
    assert (found.number("listed")["numerator"], found.number("listed")["n"]) == (
        len(now),
        len(LOW),
    )
    assert (found.number("entered")["numerator"], found.number("entered")["n"]) == (
        len(now - was), len(now),
    )  # fmt: skip
    assert (found.number("left")["numerator"], found.number("left")["n"]) == (
        len(was - now), len(was),
    )  # fmt: skip
    moves = {(row.school_id, row.change) for row in found.moves.itertuples()}
    assert moves == {(s, "entered") for s in now - was} | {(s, "left") for s in was - now}
    statuses = found.identification.statuses.set_index(["school_id", "year"])
    for row in found.moves.itertuples():
        assert row.confidence == statuses.loc[(row.school_id, year), "confidence"]


@pytest.mark.parametrize("half", [1, 2])
def test_deeds_as_they_stood_on_the_day(halves: dict[int, Effectiveness], half: int) -> None:
    day = {1: dt.date(2024, 12, 31), 2: dt.date(2025, 8, 31)}[half]
    for name, rows in (("measures", MEASURES), ("recommendations", RECOMMENDATIONS)):
        due = done = late = n = 0
        for row in rows:
            if "date" in row and row["date"].date() > day:
                continue
            n += 1
            if row["state"] == "dropped" or "deadline" not in row:
                continue
            if row["state"] == "done" and "done" not in row and half == 1:
                continue  # nobody has said when
            finished = row["state"] == "done" and ("done" not in row or row["done"].date() <= day)
            deadline = row["deadline"].date()
            due += deadline <= day
            done += deadline <= day and finished
            late += deadline < day and not finished
        share, overdue = (halves[half].number(f"{name}_{what}") for what in ("done", "overdue"))
        assert (share["numerator"], share["n"]) == (done, due), name
        assert (overdue["numerator"], overdue["n"]) == (late, n), name
    assert int(halves[half].measures["undated"].sum()) == (half == 1)


@pytest.mark.parametrize(
    ("half", "mentor", "tutor", "anybody"), [(1, 1, 0, 1), (2, 1, 1, 2)], ids=["dec", "aug"]
)
def test_coverage_of_last_years_list(
    halves: dict[int, Effectiveness], half: int, mentor: int, tutor: int, anybody: int
) -> None:
    n = len(listed(2024))
    for name, helped in (("mentor", mentor), ("tutor", tutor), ("anybody", anybody)):
        row = halves[half].number(name)
        assert (row["numerator"], row["n"]) == (helped, n)
        assert row["value"] == pytest.approx(helped / n)
    own = [(5 + i, 10 + i) for i, s in enumerate(LOW) if s in listed(2024)]
    risk = halves[half].number("at_risk")
    assert (risk["numerator"], risk["n"]) == (sum(p for p, _ in own), sum(w for _, w in own))


def test_december_does_not_know_what_came_later() -> None:
    """Whatever is written down after 31 December changes nothing of the first half."""
    full = little()
    spring = full.results["year"] == 2025
    more = {
        "results": full.results.assign(n_low=full.results["n_low"].mask(spring, 0)),
        "rating_points": table(
            "rating_points",
            [{"school_id": s, "year": 2025, "indicator": "и", "points": 1.0, "maximum": 9.0} for s in LOW],
        ),
        "interviews": table(
            "interviews",
            [{"school_id": "A", "year": 2025, "number": "1", "date": at(2025, 3, 1), "decision": "х"}],
        ),
        "measures": full.measures.assign(evidence="есть"),
        "support_links": full.support_links.assign(reports=9, feedback=1.0, feedback_n=30),
        "mentor_centre": full.mentor_centre,
        "teacher_diagnostics": table(
            "teacher_diagnostics",
            [{"school_id": "A", "teacher": "У1", "year": 2025, "subject": "м", "instrument": "и",
              "date": day, "subject_score": score}
             for day, score in ((at(2025, 2, 1), 30.0), (at(2025, 4, 1), 90.0))],
        ),
    }  # fmt: skip
    known, other = analysed(full, 1), analysed(full.replace(faults=None, **more), 1)
    without = analysed(full.replace(faults=None, results=full.results[~spring]), 1)
    for each in (other, without):
        pd.testing.assert_frame_equal(known.numbers, each.numbers)
        pd.testing.assert_frame_equal(known.moves, each.moves)
    assert max(known.data.results["year"]) == 2024
    assert max(known.identification.years) == 2024
    assert known.data.support_links.loc[lambda f: f["year"] == 2025, "reports"].isna().all()


def test_known_on_leaves_no_later_day_in_any_table() -> None:
    data, half = little(), HalfYear(2025, 1)
    day = pd.Timestamp(half.last_day)
    cut = known_on(data, half, half.last_day)
    assert set(cut.measures["number"]) == {row["number"] for row in MEASURES}
    for name in ("measures", "recommendations"):
        done = cut.tables[name]["done"]
        assert not (done > day).any()
        assert list(cut.tables[name].columns) == list(TABLES[name].empty().columns)
    states = cut.measures.set_index("number")["state"]
    assert states["2"] == "in_work" and pd.isna(states["6"])
    assert known_on(data, HalfYear(2025, 2), dt.date(2025, 8, 31)).measures.set_index("number")[
        "state"
    ].to_dict() == {row["number"]: row["state"] for row in MEASURES}


def test_effect_is_that_of_the_effect_page() -> None:
    data = region(3, World(schools=45, years=4))
    half = HalfYear(FIRST + 3, 2)
    found = effectiveness(data, half, half.last_day, ruleset=RULES, calendar=NO_CALENDAR)
    direct = effect_of_support(
        data, identification=identify(data, RULES, calendar=NO_CALENDAR), calendar=NO_CALENDAR
    )
    (row,) = direct.summary[direct.summary["year"] == FIRST + 3].to_dict("records")
    number = found.number("effect")
    assert number["value"] == row["effect"]
    assert (number["low"], number["high"], number["n"]) == (
        row["low"],
        row["high"],
        row["n_schools"],
    )
    first = effectiveness(
        data, HalfYear(FIRST + 3, 1), half.last_day, ruleset=RULES, calendar=NO_CALENDAR
    )
    (before,) = direct.summary[direct.summary["year"] == FIRST + 2].to_dict("records")
    earlier = data.until(FIRST + 2)
    then = effect_of_support(
        earlier, identification=identify(earlier, RULES, calendar=NO_CALENDAR), calendar=NO_CALENDAR
    )
    (known,) = then.summary[then.summary["year"] == FIRST + 2].to_dict("records")
    assert first.number("effect")["value"] == known["effect"], "only years known in December"
    assert before["n_schools"] == known["n_schools"]


def test_teachers_of_last_years_list() -> None:
    scores = {"A": ((40, 70), (50, 50), (60, 80)), "B": ((30, 20), (30, 90)), "E": ((10, 99),)}
    rows = [
        {"school_id": school, "teacher": f"У{i}", "year": 2025, "subject": "м", "instrument": "и",
         "date": day, "subject_score": float(score)}
        for school, pairs in scores.items()
        for i, pair in enumerate(pairs)
        for day, score in zip((at(2024, 10, 1), at(2025, 4, 1)), pair, strict=True)
    ]  # fmt: skip
    found = analysed(little(teacher_diagnostics=table("teacher_diagnostics", rows)), 2)
    own = [pair for school in listed(2024) & set(scores) for pair in scores[school]]
    row = found.number("teachers")
    assert (row["numerator"], row["n"]) == (sum(b > a for a, b in own), len(own))
    december = analysed(little(teacher_diagnostics=table("teacher_diagnostics", rows)), 1)
    assert december.number("teachers")["absent"] == "no_pairs"


def test_two_halves_side_by_side(halves: dict[int, Effectiveness]) -> None:
    both = compare_halves(halves[2], halves[1]).set_index("id")
    assert list(both.index) == [each.id for each in INDICATORS]
    now, before = halves[2].numbers.set_index("id"), halves[1].numbers.set_index("id")
    for name in both.index:
        known = pd.notna(now.loc[name, "value"]) and pd.notna(before.loc[name, "value"])
        if known and name != "teachers":
            assert both.loc[name, "change"] == now.loc[name, "value"] - before.loc[name, "value"]
        else:
            assert pd.isna(both.loc[name, "change"])
    alone = compare_halves(halves[1], None)
    assert alone["value_before"].isna().all() and alone["change"].isna().all()


@pytest.mark.parametrize(
    ("low", "n"),
    [
        (dict.fromkeys("ABCDE", (1, 1, 1)), 0),
        ({**dict.fromkeys("BCDE", (1, 1, 1)), "A": (40, 40, 40)}, 1),
        (dict.fromkeys("ABCDE", (40, 40, 40)), 5),
    ],
    ids=["nobody", "one", "all"],
)
def test_nobody_one_and_all_listed(low: dict[str, tuple[int, ...]], n: int) -> None:
    data = little(low=low)
    for half in (1, 2):
        found = analysed(data, half)
        assert found.number("listed")["numerator"] == n
        assert found.number("entered")["numerator"] == 0 == found.number("left")["numerator"]
        row = found.number("anybody")
        assert row["absent"] == ("" if n else "nobody_listed")
        assert row["n"] == n


def test_no_data_gives_reasons_and_no_numbers() -> None:
    only_passports = dataset(
        schools=[{"school_id": "A", "name": "A"}],
        social=[{"school_id": "A", "year": 2025, "total": 10}],
    )
    for data in (only_passports, dataset([result("A", 2025, 30, 9, 0)])):
        for half in (1, 2):
            found = analysed(data, half)
            rows = found.numbers.set_index("id")
            assert (rows["value"].isna() == (rows["absent"] != "")).all()
            assert rows.loc["effect", "absent"] == "no_effect"
            assert rows.loc["entered", "absent"] in {"no_list", "no_list_before"}
            assert compare_halves(found, None)["change"].isna().all()

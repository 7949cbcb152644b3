"""The tutor point: every number against plain loops over the journal."""

from __future__ import annotations

import datetime as dt
import statistics
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.tutor_coverage import different_teachers
from shnor_lib.methods.tutor_outcomes import tutor_outcomes
from shnor_lib.methods.tutor_point import (
    TALLY_DTYPES,
    requests_of,
    tally,
    topics,
    tutor_point,
    year_earlier,
)
from shnor_lib.store import Dataset
from tests.methods.builders import table
from tests.report import support_project as planted

YEAR, DAY = planted.YEAR, planted.AS_OF
START = dt.datetime(YEAR - 1, 9, 1)
NOW = dt.datetime(DAY.year, DAY.month, DAY.day)
EMPTY: list[dict[str, Any]] = []


def journal(year: int, until: dt.datetime) -> list[dict[str, Any]]:
    """Rows of a school year made by a day."""
    first, last = dt.datetime(year - 1, 9, 1), dt.datetime(year, 8, 31)
    return [row for row in planted.tutor_point() if first <= row["date"] <= min(until, last)]


def counted(rows: list[dict[str, Any]], until: dt.datetime) -> dict[str, Any]:
    """The indicators by hand."""
    done = [row for row in rows if row["done"] is not None and row["done"] <= until]
    timed = [row for row in done if row["in_time"] is not None]
    waiting = [row for row in rows if row not in done]
    marks = [row["mark"] for row in done if row["mark"] is not None]
    return {
        "n": len(rows),
        "fulfilled": len(done),
        "waiting": len(waiting),
        "n_timed": len(timed),
        "in_time": sum(row["in_time"] for row in timed),
        "late": sum(not row["in_time"] for row in timed),
        "untimed": len(done) - len(timed),
        "share_fulfilled": len(done) / len(rows),
        "share_in_time": sum(row["in_time"] for row in timed) / len(timed) if timed else None,
        "median_days": statistics.median((row["done"] - row["date"]).days for row in done)
        if done
        else None,
        "longest_wait": max(((until - row["date"]).days for row in waiting), default=None),
        "people": sum(row["people"] or 1 for row in done),
        "n_schools": len({row["school_id"] for row in rows}),
        "n_marks": len(marks),
        "mark": sum(marks) / len(marks) if marks else None,
    }


def assert_same(got: dict[str, Any], expected: dict[str, Any]) -> None:
    assert set(expected) <= set(got)
    for name, value in expected.items():
        found = None if pd.isna(got[name]) else got[name]
        assert found == (value if value is None else pytest.approx(value)), name


def test_totals_of_the_year_and_of_the_year_before() -> None:
    found = tutor_point(planted.data(), YEAR, DAY)
    assert_same(found.total, counted(journal(YEAR, NOW), NOW))
    earlier = NOW.replace(year=NOW.year - 1)
    assert_same(found.same_day, counted(journal(YEAR - 1, earlier), earlier))
    end = dt.datetime(YEAR - 1, 8, 31)
    assert_same(found.whole, counted(journal(YEAR - 1, end), end))
    assert found.whole["n"] > found.same_day["n"] > 0


@pytest.mark.parametrize("by", ["subject", "form", "school_id", "supporter", "month"])
def test_groups_add_up_and_each_is_right(by: str) -> None:
    found = tutor_point(planted.data(), YEAR, DAY).by(by)
    rows = journal(YEAR, NOW)
    keys = [row["date"].month if by == "month" else row[by] for row in rows]
    assert len(found) == len(set(keys))
    assert list(found["n"]) == sorted(found["n"], reverse=True)
    for got in found.to_dict("records"):
        key = None if pd.isna(got[by]) else got[by]
        own = [row for row, its in zip(rows, keys, strict=True) if its == key]
        assert_same(got, counted(own, NOW))


def test_what_comes_after_the_day_has_not_happened() -> None:
    requests = requests_of(planted.data(), YEAR, DAY)
    assert requests["date"].max() <= pd.Timestamp(DAY)
    assert not requests["topic"].isin(["после дня"]).any()
    late = requests[(requests["date"] == pd.Timestamp(2026, 4, 10))]
    assert not late["fulfilled"].any(), "help of 30.04 is still waited for on 15.04"
    assert late["mark"].isna().all()
    undated = requests[requests["undated"]]
    assert len(undated) == 1 and not undated["fulfilled"].any() and undated["in_time"].isna().all()


def test_topics_join_spellings() -> None:
    found = topics(requests_of(planted.data(), YEAR, DAY))
    counts: dict[str, int] = {}
    for row in journal(YEAR, NOW):
        key = row["topic"].strip().lower()
        counts[key] = counts.get(key, 0) + 1
    assert sorted(found["n"]) == sorted(counts.values())
    assert found["n"].iloc[0] == counts["проценты"] == 3


def by_hand(school: str) -> tuple[int, int]:
    rows = [
        row
        for row in journal(YEAR, NOW)
        if row["school_id"] == school and row["done"] and row["done"] <= NOW
    ]
    codes = {row["teacher"] for row in rows if row["teacher"]}
    others = sum((row["people"] or 1) - bool(row["teacher"]) for row in rows)
    return max([len(codes), *(row["people"] or 1 for row in rows)], default=0) if rows else 0, (
        len(codes) + others
    )


def test_coverage_of_schools_and_teachers() -> None:
    found = tutor_point(planted.data(), YEAR, DAY, due=planted.DUE, now_listed=planted.SCHOOLS)
    due = found.coverage
    turned = {row["school_id"] for row in journal(YEAR, NOW)}
    assert (due.n_schools, due.n_turned) == (3, len(turned & set(planted.DUE)))
    assert due.silent == ["ШК-04"]
    low = high = teachers = 0
    for school in planted.DUE:
        if school == "ШК-04":
            continue  # no staff
        known = planted.TEACHERS[school]
        least, most = by_hand(school)
        teachers += known
        low, high = low + min(least, known), high + min(most, known)
    assert (due.teachers, due.helped_low, due.helped_high) == (teachers, low, high)
    assert due.n_staffed == 2
    assert list(due.schools.loc[due.schools["beyond"], "school_id"]) == ["ШК-01"], (
        "a group of six in a school of four teachers"
    )
    everybody = found.coverage_now
    assert (everybody.n_schools, everybody.n_turned) == (9, len(turned))
    before = tutor_point(planted.data(), YEAR, DAY, due_before=["ШК-01", "ШК-03"])
    assert (before.coverage_whole.n_schools, before.coverage_whole.n_turned) == (2, 1)


def test_different_teachers_of_single_people_and_groups() -> None:
    def rows(*pairs: tuple[str | None, int]) -> pd.DataFrame:
        return pd.DataFrame(pairs, columns=["teacher", "people"]).astype({"teacher": "string"})

    assert different_teachers(rows(("А", 1), ("А", 1))) == (1, 1)
    assert different_teachers(rows(("А", 1), ("Б", 1))) == (2, 2)
    assert different_teachers(rows((None, 5), (None, 3))) == (5, 8)
    assert different_teachers(rows(("А", 4), ("Б", 1))) == (4, 5)
    assert different_teachers(rows().head(0)) == (0, 0)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 21])
def test_so_many_requests(n: int) -> None:
    rows = [
        {"school_id": f"S{i}", "number": str(i), "date": dt.datetime(2025, 10, 1), "topic": "т",
         "done": dt.datetime(2025, 10, 1 + i), "in_time": i % 2 == 0, "year": 2026}
        for i in range(n)
    ]  # fmt: skip
    data = Dataset(tutor_point=table("tutor_point", rows))
    total = tutor_point(data, YEAR, DAY, due=[f"S{i}" for i in range(n)]).total
    assert total["n"] == total["fulfilled"] == total["n_schools"] == n
    assert total["in_time"] == (n + 1) // 2
    assert total["median_days"] == (None if not n else pytest.approx((n - 1) / 2))
    assert list(tally(requests_of(data, YEAR, DAY), ["form"]).columns) == ["form", *TALLY_DTYPES]


def test_nobody_listed_and_no_tables() -> None:
    found = tutor_point(Dataset(), YEAR, DAY)
    assert found.total["n"] == 0 and found.total["median_days"] is None
    assert found.coverage.share is None and found.coverage.silent == []
    assert found.by("subject").empty and topics(found.requests).empty


def test_distribution_of_marks() -> None:
    marks = tutor_point(planted.data(), YEAR, DAY).marks
    given = [
        row["mark"]
        for row in journal(YEAR, NOW)
        if row["mark"] and row["done"] and row["done"] <= NOW
    ]
    assert 2.5 in given and 4.5 in given
    nearest = {5: 5, 4.5: 5, 4: 4, 3: 3, 2.5: 3}
    assert marks == {k: sum(nearest[mark] == k for mark in given) for k in range(1, 6)}


def test_year_earlier() -> None:
    assert year_earlier(dt.date(2026, 4, 15)) == dt.date(2025, 4, 15)


def helped_between(who: tuple[str, str], after: dt.datetime, until: dt.datetime) -> bool:
    return any(
        (row["school_id"], row["teacher"]) == who
        and row["done"] is not None
        and after < row["done"] <= min(until, NOW)
        for row in planted.tutor_point()
    )


def test_deficits_of_teachers_with_and_without_help() -> None:
    found = tutor_outcomes(planted.data(), load_competence_rules("proposal"), YEAR, DAY)
    counts = {True: [0, 0, set()], False: [0, 0, set()]}
    before_help = 0
    for row in planted.teacher_deficits():
        closed = row["closed"] if row["closed"] and row["closed"] <= NOW else None
        if row["found"] > NOW or (closed and closed < START):
            continue
        who = (row["school_id"], row["teacher"])
        helped = helped_between(who, START - dt.timedelta(1), NOW)
        counts[helped][0] += 1
        counts[helped][1] += closed is not None
        counts[helped][2].add(who)
        first = min(
            (
                r["done"]
                for r in planted.tutor_point()
                if (r["school_id"], r["teacher"]) == who and r["done"] and START <= r["done"] <= NOW
            ),
            default=None,
        )
        before_help += bool(first and closed and closed < first)
    for group, key in ((found.deficits.helped, True), (found.deficits.others, False)):
        n, x, people = counts[key]
        assert (group.n, group.x, group.clusters) == (n, x, len(people))
        assert n > 0
    assert found.closed_before_help == before_help > 0


def test_pairs_of_diagnoses_with_and_without_help_between() -> None:
    found = tutor_outcomes(planted.data(), load_competence_rules("proposal"), YEAR, DAY)
    by_teacher: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in planted.teacher_diagnostics():
        by_teacher.setdefault((row["school_id"], row["teacher"]), []).append(row)
    counts = {True: [0, 0], False: [0, 0]}
    for who, (first, last) in by_teacher.items():
        helped = helped_between(who, first["date"], last["date"])
        counts[helped][0] += 1
        counts[helped][1] += last["subject_score"] > first["subject_score"]
    for group, key in ((found.pairs.helped, True), (found.pairs.others, False)):
        assert [group.n, group.x] == counts[key]
        assert group.n > 0


def test_outcomes_of_nothing() -> None:
    found = tutor_outcomes(Dataset(), load_competence_rules("proposal"), YEAR, DAY)
    assert found.deficits.helped.n == found.pairs.others.n == found.closed_before_help == 0
    assert found.deficits.verdict == "few"

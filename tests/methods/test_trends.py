"""Directions over three years and more: like with like, and no trends where there are none."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from shnor_lib.demo import simulate
from shnor_lib.faults import ShnorError
from shnor_lib.methods.trends import TrendResult, TrendRule, trends
from shnor_lib.project import Calendar, ScaleBreak
from shnor_lib.stats.trend import cochran_armitage, exact_trend
from shnor_lib.store import Dataset
from tests.adapters.nyc import CALENDAR, read_nyc
from tests.methods.builders import NO_CALENDAR, dataset, result, table


def _run(
    school: str, lows: dict[int, int], n: int = 100, *, season: str = "spring", **more: Any
) -> list[dict[str, Any]]:
    return [result(school, y, n, low, 0, season=season, **more) for y, low in lows.items()]


def _found(
    rows: list[dict[str, Any]], calendar: Calendar = NO_CALENDAR, **rule: Any
) -> TrendResult:
    return trends(dataset(rows), calendar=calendar, rule=TrendRule(**rule))


def test_one_run_is_the_cochran_armitage_test() -> None:
    found = _found(_run("A", {2022: 30, 2023: 40, 2024: 50}))
    unit, school = found.units.iloc[0], found.schools.iloc[0]
    oracle = cochran_armitage([30, 40, 50], [100] * 3)
    assert unit["slope"] == pytest.approx(0.1)
    assert unit["p_chance"] == pytest.approx(float(oracle.p_value))
    # A straight line leaves nothing to widen by.
    assert found.correlation["rho"].tolist() == [0, 0]
    assert unit["p_value"] == unit["p_chance"] == school["p_chance"]
    error = 0.1 / float(oracle.z)
    assert unit["slope_high"] - unit["slope"] == pytest.approx(1.959964 * error, rel=1e-6)
    assert unit["verdict"] == school["verdict"] == "negative"
    assert (unit["low_from"], unit["low_to"]) == (0.3, 0.5)
    assert (unit["year_from"], unit["year"], unit["n_years"], unit["n"]) == (2022, 2024, 3, 300)
    better = _found(_run("A", {2022: 50, 2023: 40, 2024: 30}))
    assert better.units["verdict"].tolist() == ["positive"]


def test_few_pupils_are_tested_exactly() -> None:
    found = _found(_run("A", {2022: 0, 2023: 2, 2024: 4}, n=12))
    unit = found.units.iloc[0]
    assert unit["exact"]
    assert unit["p_chance"] == pytest.approx(exact_trend([0, 2, 4], [12] * 3))
    assert found.schools["p_chance"].iloc[0] == unit["p_chance"], (
        "a school with one run is that run"
    )
    many = _found(_run("A", {2022: 30, 2023: 40, 2024: 50})).units.iloc[0]
    assert not many["exact"]


def test_nothing_across_a_change_of_scale() -> None:
    calendar = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", year=2023, subjects=["химия"])])
    lows = {2021: 10, 2022: 20, 2023: 30, 2024: 40}
    rows = _run("A", lows) + _run("A", lows, subject="химия")
    found = _found(rows, calendar)
    assert found.units["subject"].tolist() == ["математика"]
    assert found.untested[["reason", "n_units"]].values.tolist() == [["scale", 1]]
    later = _found(rows + _run("A", {2025: 50}) + _run("A", {2025: 50}, subject="химия"), calendar)
    chemistry = later.units[later.units["subject"] == "химия"].iloc[0]
    assert (chemistry["year_from"], chemistry["n_years"]) == (2023, 3)
    with pytest.raises(ShnorError, match="самый длинный сопоставимый ряд — 2"):
        _found(_run("A", lows, subject="химия"), calendar)


def test_a_year_between_may_be_missing_but_not_two() -> None:
    found = _found(_run("A", {2020: 10, 2022: 20, 2024: 30}))
    assert found.units["slope"].iloc[0] == pytest.approx(0.05), "years are calendar years"
    with pytest.raises(ShnorError, match="не меньше 3 сопоставимых лет"):
        _found(_run("A", {2019: 10, 2022: 20, 2023: 30}))
    rows = _run("A", {2022: 10, 2023: 20, 2024: 30}) + _run("B", {2019: 10, 2022: 20, 2024: 30})
    assert _found(rows).untested["reason"].tolist() == ["gap"]


def test_seasons_are_runs_of_their_own() -> None:
    rows = _run("A", {2021: 10, 2022: 20}) + _run("A", {2023: 30}, season="autumn")
    with pytest.raises(ShnorError):
        _found(rows)
    rows += _run("A", {2021: 9, 2022: 19}, season="autumn")
    found = _found(rows)
    assert found.units[["season", "n_years"]].values.tolist() == [["autumn", 3]]


def test_only_the_end_of_a_long_run() -> None:
    lows = {2017: 90, 2018: 80, 2019: 10, 2020: 20, 2021: 30, 2022: 40, 2023: 50}
    assert _found(_run("A", lows)).units["year_from"].iloc[0] == 2019
    assert _found(_run("A", lows), max_years=7).units["slope"].iloc[0] < 0
    with pytest.raises(ShnorError, match="не меньше трёх лет"):
        _found(_run("A", lows), min_years=2)


def test_runs_without_low_results_are_no_tests() -> None:
    rows = _run("A", {2022: 0, 2023: 0, 2024: 0}) + _run("B", {2022: 30, 2023: 40, 2024: 50})
    found = _found(rows)
    assert found.units["school_id"].tolist() == ["B"]
    assert found.untested["reason"].tolist() == ["flat"]
    a, b = found.schools.iloc[0], found.schools.iloc[1]
    assert pd.isna(a["p_value"])
    assert a["verdict"] == "no_change"
    # One test, not two: nothing to correct for.
    assert b["p_adjusted"] == b["p_value"]


def _random(schools: int, works: int, seed: int, years: tuple[int, ...]) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    rows = []
    for s in range(schools):
        for w in range(works):
            p = rng.beta(2, 5)
            for y in years:
                n = int(rng.integers(10, 60))
                rows.append(result(f"S{s:02d}", y, n, int(rng.binomial(n, p)), 0, subject=f"п{w}"))
    return rows


def test_adjusted_values_are_benjamini_hochberg() -> None:
    found = _found(_random(12, 5, 1, (2022, 2023, 2024)))
    for frame in (found.units, found.schools):
        expected = multipletests(frame["p_value"].astype(float), method="fdr_bh")[1]
        np.testing.assert_allclose(frame["p_adjusted"].astype(float), expected, atol=1e-12)
        firm = (frame["p_adjusted"] < 0.05).to_numpy(dtype=bool)
        assert ((frame["verdict"] != "no_change").to_numpy() == firm).all()


def test_other_schools_without_the_school_itself() -> None:
    rows = _random(5, 3, 2, (2022, 2023, 2024))
    found = _found(rows)
    frame = pd.DataFrame(rows)

    def parts(school: str, subject: str) -> tuple[float, float]:
        own = frame[(frame["school_id"] == school) & (frame["subject"] == subject)]
        mean = (own["n"] * own["year"]).sum() / own["n"].sum()
        share = own["n_low"].sum() / own["n"].sum()
        away = own["year"] - mean
        return ((own["n_low"] - own["n"] * share) * away).sum(), (own["n"] * away**2).sum()

    schools = sorted(set(frame["school_id"]))
    for row in found.units.to_dict("records"):
        rest = [parts(s, row["subject"]) for s in schools if s != row["school_id"]]
        expected = sum(top for top, _ in rest) / sum(spread for _, spread in rest)
        assert row["slope_others"] == pytest.approx(expected, abs=1e-12)
        top, spread = parts(row["school_id"], row["subject"])
        assert row["slope"] == pytest.approx(top / spread, abs=1e-12)
    for row in found.schools.to_dict("records"):
        own = found.units[found.units["school_id"] == row["school_id"]]
        weights = np.array([parts(row["school_id"], s)[1] for s in own["subject"]])
        mean = (weights * own["slope_others"].astype(float)).sum() / weights.sum()
        assert row["slope_others"] == pytest.approx(mean, abs=1e-12)
        assert row["beyond"] == pytest.approx(row["slope"] - mean, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed: int) -> None:
    rows = _random(4, 3, 7, (2021, 2022, 2024))
    mixed = rows.copy()
    random.Random(seed).shuffle(mixed)
    first, second = _found(rows), _found(mixed)
    for name in ("schools", "works"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def test_works_without_other_schools_compare_with_nothing() -> None:
    school = _found(_run("A", {2022: 30, 2023: 40, 2024: 50})).schools.iloc[0]
    assert pd.isna(school["slope_others"])
    assert pd.isna(school["p_beyond"])
    assert school["verdict_beyond"] == "no_change"


def test_a_common_change_is_no_merit_of_a_school() -> None:
    """All works got easier alike: everybody has a direction, nobody differs from the others."""
    rows = []
    for s in range(30):
        rows += _run(f"S{s:02d}", {2022: 40 + s % 3, 2023: 30 + s % 4, 2024: 20 + s % 2})
    rows += _run("Z", {2022: 40, 2023: 50, 2024: 60})
    schools = _found(rows).schools.set_index("school_id")
    assert (schools.drop("Z")["verdict"] == "positive").mean() > 0.9
    assert (schools.drop("Z")["verdict_beyond"] == "no_change").all()
    assert schools.loc["Z", "verdict_beyond"] == "negative"


@pytest.fixture(scope="module")
def demo() -> tuple[Dataset, Any]:
    made = simulate()
    tables = {name: table(name, frame.to_dict("records")) for name, frame in made.tables.items()}
    return Dataset(**tables), made.truth


def test_planted_directions_are_found(demo: tuple[Dataset, Any]) -> None:
    data, truth = demo
    schools = trends(data).schools.set_index("school_id")
    for kind, verdict in (("recovers", "positive"), ("worsening", "negative")):
        school = truth.of_kind(kind)[0]["school_id"]
        assert schools.loc[school, "verdict"] == verdict
        assert schools.loc[school, "verdict_beyond"] == verdict
    steady = schools.loc[truth.of_kind("low")[0]["school_id"]]
    assert steady["verdict"] == "no_change"
    assert steady["slope_low"] < 0 < steady["slope_high"]


@pytest.mark.real
def test_new_york_before_and_after_its_change_of_scale(shared: Any) -> None:
    nyc = read_nyc(shared)
    found = trends(nyc, calendar=CALENDAR, years=[2009])
    assert found.units["year_from"].min() == 2006
    assert found.units["n_years"].between(3, 4).all()
    # The state's tests became easier for everybody (mean share .40 → .18).
    assert (found.works["slope"] < -0.01).all()
    assert (found.schools["verdict"] == "positive").mean() > 0.6
    beyond = found.schools["verdict_beyond"].value_counts(normalize=True)
    assert beyond["no_change"] > 0.4
    assert abs(beyond["positive"] - beyond["negative"]) < 0.2
    assert found.correlation.set_index("of").loc["schools", "inflation"] > 1.1
    with pytest.raises(ShnorError, match="самый длинный сопоставимый ряд — 2"):
        trends(nyc, calendar=CALENDAR, years=[2010, 2011])
    # Were the break not marked, the usual test would take the jump of 2010 for a direction; the
    # jumps measured from the same data say that it is one.
    naive = trends(nyc, calendar=NO_CALENDAR, years=[2010], rule=TrendRule(max_years=3)).schools
    assert ((naive["p_chance"] < 0.05) & (naive["slope"] > 0)).mean() > 0.5
    assert (naive["verdict"] == "negative").mean() < 0.05


@pytest.mark.real
def test_new_york_units_by_an_independent_script(shared: Any) -> None:
    nyc = read_nyc(shared)
    found = trends(nyc, calendar=CALENDAR, years=[2009])
    results = nyc.results[nyc.results["year"].between(2006, 2009)]
    runs = dict(list(results.groupby(["school_id", "grade"])))
    sample = found.units.iloc[::97]
    assert len(sample) > 20
    for row in sample.to_dict("records"):
        part = runs[row["school_id"], row["grade"]].sort_values("year")
        x, n = part["n_low"].to_numpy(dtype=float), part["n"].to_numpy(dtype=float)
        s = part["year"].to_numpy(dtype=float)
        if row["n_years"] != len(part):
            continue
        share = x.sum() / n.sum()
        away = s - (n * s).sum() / n.sum()
        z = (x * away).sum() / np.sqrt(share * (1 - share) * (n * away**2).sum())
        if not row["exact"]:
            assert row["p_chance"] == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
        assert row["p_value"] >= row["p_chance"] - 1e-12

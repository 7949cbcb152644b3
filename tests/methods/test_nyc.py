"""The whole of the methods on real counts from another country, with a change of scale."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shnor_lib.methods.dynamics import DynamicsResult, dynamics
from shnor_lib.methods.identification import identify
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.wellbeing import wellbeing_index
from shnor_lib.project import Calendar
from shnor_lib.store import Dataset
from tests.adapters.nyc import CALENDAR, FOLDER, MATHS, read_nyc
from tests.methods.builders import SOURCE, results_ruleset

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def nyc(shared: Path) -> Dataset:
    return read_nyc(shared)


@pytest.fixture(scope="module")
def changes(nyc: Dataset) -> DynamicsResult:
    return dynamics(nyc, calendar=CALENDAR)


def _raw(shared: Path) -> list[dict[str, str]]:
    with (shared / FOLDER / MATHS).open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def test_totals_equal_the_raw_file(nyc: Dataset, shared: Path) -> None:
    tested: dict[int, int] = defaultdict(int)
    lowest: dict[int, int] = defaultdict(int)
    hidden = 0
    for row in _raw(shared):
        if row["Grade"] == "All Grades":
            continue
        if "s" in (row["Number Tested"], row["Level 1 #"]):
            hidden += 1
            continue
        tested[int(row["Year"])] += int(row["Number Tested"].replace(",", ""))
        lowest[int(row["Year"])] += int(row["Level 1 #"].replace(",", ""))
    sums = nyc.results.groupby("year")[["n", "n2", "n_low"]].sum()
    assert sums["n"].to_dict() == tested
    assert sums["n2"].to_dict() == lowest
    assert sums["n_low"].to_dict() == lowest
    assert hidden > 0
    assert len(nyc.faults) == hidden == sum(fault.rows for fault in nyc.faults)
    assert nyc.results[["n2", "n3", "n4", "n5"]].sum(axis=1).equals(nyc.results["n"])


def test_thousands_are_read_whole(nyc: Dataset, shared: Path) -> None:
    """«All Grades» of the largest schools, with their commas, equal the sum of the grades."""
    pooled = nyc.results.groupby(["school_id", "year"])["n"].sum().to_dict()
    large: dict[tuple[str, int], int] = {}
    refused: dict[tuple[str, int], int] = defaultdict(int)
    for row in _raw(shared):
        key = (row["DBN"], int(row["Year"]))
        if row["Grade"] != "All Grades":
            # Only the levels of a small grade are hidden, its number of pupils is not.
            refused[key] += int(row["Number Tested"]) if row["Level 1 #"] == "s" else 0
        elif "," in row["Number Tested"]:
            large[key] = int(row["Number Tested"].replace(",", ""))
    assert len(large) > 50
    assert {key: pooled[key] + refused[key] for key in large} == large


def test_renamed_column_has_no_gap(nyc: Dataset) -> None:
    known = nyc.social_passport.groupby("year")["low_income"].agg(lambda s: s.notna().mean())
    assert (known.loc[2006:2012] > 0.9).all()


def test_nothing_is_tested_across_the_change_of_scale(changes: DynamicsResult) -> None:
    pairs = changes.pairs
    across = pairs[(pairs["year_from"] < 2010) & (pairs["year_to"] >= 2010)]
    assert len(across) > 1000
    assert set(across["verdict"]) == {"incomparable"}
    assert set(across["note"]) == {"в 2010 году подняты пороги уровней"}
    for name in ("p_value", "p_adjusted", "delta_low", "delta_low_ci_low"):
        assert across[name].isna().all()
    beside = pairs[(pairs["year_from"] == 2010) & (pairs["year_to"] == 2011)]
    assert (beside["verdict"] != "incomparable").all()
    in_2010 = changes.schools[changes.schools["year"] == 2010]
    assert set(in_2010["verdict"]) == {"incomparable"}
    assert changes.summary.set_index("year").loc[2010, "n_schools"] == 0


def test_without_the_break_the_jump_would_be_seen(nyc: Dataset) -> None:
    naive = dynamics(nyc, calendar=Calendar()).schools
    worse = naive[naive["year"] == 2010]["verdict"].eq("negative").mean()
    before = naive[naive["year"] == 2009]["verdict"].eq("negative").mean()
    assert worse > 0.4
    assert before < 0.1


def test_pairs_are_all_the_neighbouring_years(nyc: Dataset, changes: DynamicsResult) -> None:
    years: dict[tuple[str, int], set[int]] = defaultdict(set)
    for school, grade, year in nyc.results[["school_id", "grade", "year"]].itertuples(index=False):
        years[school, grade].add(year)
    expected = {
        (school, grade, y - 1, y)
        for (school, grade), known in years.items()
        for y in known
        if y - 1 in known
    }
    neighbours = changes.pairs[changes.pairs["year_to"] - changes.pairs["year_from"] == 1]
    keys = neighbours[["school_id", "grade", "year_from", "year_to"]]
    assert set(keys.itertuples(index=False, name=None)) == expected
    assert len(keys) == len(expected)


def test_low_results_over_six_years(nyc: Dataset) -> None:
    ruleset = results_ruleset(scopes=[{"procedure": "municipal"}], threshold=0.2)
    found = identify(nyc, ruleset, calendar=CALENDAR)
    pooled = nyc.results.groupby(["school_id", "year"])[["n", "n2", "n5"]].sum()
    bad = pooled[(pooled["n"] >= 10) & (5 * pooled["n2"] >= pooled["n"]) & (pooled["n5"] == 0)]
    listed = {(school, year) for school, year in bad.index if (school, year - 1) in bad.index}
    rows = found.statuses[found.statuses["low_results"]]
    assert set(rows[["school_id", "year"]].itertuples(index=False, name=None)) == listed
    assert len(listed) > 5


def test_first_component_of_real_passports(nyc: Dataset) -> None:
    definition = Index.model_validate(
        {
            "id": "nyc", "title": "NYC", "source": SOURCE, "mode": "pca",
            "components": [
                {"id": name, "title": name, "numerator": name, "denominator": "total",
                 "direction": -1}
                for name in ("low_income", "non_native", "special_needs")
            ],
        }
    )  # fmt: skip
    result = wellbeing_index(nyc, definition)
    passport = nyc.social_passport
    shares = np.column_stack(
        [
            (passport[name] / passport["total"]).to_numpy(dtype=float, na_value=np.nan)
            for name in ("low_income", "non_native", "special_needs")
        ]
    )
    shares = shares[~np.isnan(shares).any(axis=1)]
    standard = (shares - shares.mean(axis=0)) / shares.std(axis=0, ddof=1)
    _, singular, axes = np.linalg.svd(standard, full_matrices=False)
    np.testing.assert_allclose(
        np.abs(result.loadings["loading"].to_numpy(dtype=float)), np.abs(axes[0]), atol=1e-9
    )
    assert result.explained == pytest.approx(singular[0] ** 2 / (singular**2).sum(), abs=1e-9)
    joined = result.scores.merge(
        nyc.social_passport[["school_id", "year", "low_income", "total"]], on=["school_id", "year"]
    )
    poor = (joined["low_income"] / joined["total"]).astype(float)
    assert np.corrcoef(joined["index"].astype(float).fillna(50), poor.fillna(poor.mean()))[0, 1] < 0
    assert joined["index"].min() == 0
    assert joined["index"].max() == pytest.approx(100)


def test_rulesets_of_the_package_accept_foreign_data(nyc: Dataset) -> None:
    for name in ("tbilissky-2021", "rosobrnadzor-847"):
        statuses = identify(nyc, load_ruleset(name), years=[2011]).statuses
        assert not statuses["low_results"].any()
        assert set(statuses["status"]) == {"insufficient"}
        assert pd.isna(statuses["probability"]).all()

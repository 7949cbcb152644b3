"""Counting, and the measures against plain loops and answers known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.validation.case import Case, pooled, rules, truly_beyond, with_companions
from shnor_lib.validation.figures import figures
from shnor_lib.validation.region import Region
from shnor_lib.validation.shares import shares
from shnor_lib.validation.statuses import statuses, truly_pooled
from shnor_lib.validation.tallies import (
    BANDS,
    EDGES,
    added,
    band_of,
    calibration,
    coverage,
    lists,
    squared_errors,
)
from shnor_lib.validation.worlds import world_of


@given(st.integers(1, 500))
def test_every_size_has_the_band_whose_least_it_reaches(n: int) -> None:
    found = str(band_of(n))
    place = BANDS.index(found)
    assert EDGES[place] <= n
    assert place == len(EDGES) - 1 or n < EDGES[place + 1]


def test_coverage_counts_hits_and_sides() -> None:
    low, high = [0.1, 0.1, 0.1, np.nan], [0.3, 0.3, 0.3, 0.5]
    rows = coverage("x", "beta", [5, 5, 100, 5], low, high, [0.2, 0.05, 0.4, 0.2])["coverage"]
    assert rows.set_index("band")[["cases", "covered", "below", "above"]].T.to_dict("list") == {
        "1–9": [2, 1, 1, 0],
        "60+": [1, 0, 0, 1],
    }


def test_an_end_equal_to_the_truth_covers_it() -> None:
    rows = coverage("x", "beta", [5, 5], [0.1 + 0.2, 0.0], [0.5, 0.3], [0.3, 0.1 + 0.2])["coverage"]
    assert rows["covered"].tolist() == [2]


def test_parts_add_up_whatever_their_order() -> None:
    parts = [
        calibration("p", "beta", [0.05, 0.95, 1.0], [0, 1, 1]),
        calibration("p", "beta", [0.97], [0]),
        lists("formal", "beta", [5, 70], [True, False], [True, True]),
    ]
    there, back = added(parts), added(reversed(parts))
    for kind, frame in there.items():
        pd.testing.assert_frame_equal(frame, back[kind])
    row = there["calibration"].set_index("bin").loc[9]
    assert (row["cases"], row["happened"]) == (3, 2)
    assert row["stated"] == pytest.approx(0.95 + 1.0 + 0.97)


def test_figures_are_shares_of_the_sums_with_totals() -> None:
    found = figures(
        added(
            [
                squared_errors("raw", "beta", [3, 3, 20], [0.5, 0.1, 0.2], [0.2, 0.1, 0.3]),
                squared_errors("raw", "by_size", [3], [0.0], [0.3]),
                lists("formal", "beta", [3, 3, 3], [True, True, False], [True, False, True]),
            ]
        )
    )
    errors = {(row["world"], row["band"]): row for row in found["errors"]}
    assert errors["beta", "1–9"]["mse"] == pytest.approx(0.045)
    assert errors["all", "1–9"]["mse"] == pytest.approx(0.06)
    assert errors["all", "all"]["cases"] == 4
    total = next(r for r in found["lists"] if r["world"] == "all" and r["band"] == "all")
    assert (total["precision"], total["recall"]) == (0.5, 0.5)


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(Region(world_of("logit_normal"), 5, 0, 40, (2025, 2026)), 50)


def test_truly_beyond_by_a_plain_loop(case: Case) -> None:
    truth, expected = case.truth, {}
    thresholds = {"vpr": 0.20, "oge": 0.30, "ege": 0.30}
    for school, rows in truth.groupby("school_id"):
        if not (rows["year"] == 2026).any():
            continue
        listed = False
        for (procedure, _), part in rows.groupby(["procedure", "subject"]):
            shares_by_year = []
            for year in (2025, 2026):
                own = part[part["year"] == year]
                if len(own):
                    total = sum(n * p for n, p in zip(own["n"], own["share"], strict=True))
                    shares_by_year.append(total / own["n"].sum())
            listed |= len(shares_by_year) == 2 and min(shares_by_year) >= thresholds[procedure]
        expected[school] = listed
    found = truly_beyond(truth, rules(), 2026)
    assert found.to_dict() == expected
    assert 0 < found.sum() < len(found)


def test_pooled_truth_lies_between_the_years(case: Case) -> None:
    years = pooled(case.truth, ["school_id", "procedure", "subject", "year"])["share"].unstack()
    both = pooled(case.truth, ["school_id", "procedure", "subject"])["share"]
    assert (both >= years.min(axis=1) - 1e-12).all()
    assert (both <= years.max(axis=1) + 1e-12).all()


def test_beyond_in_every_year_is_beyond_over_the_years(case: Case) -> None:
    every = truly_beyond(case.truth, rules(), 2026)
    over = truly_pooled(case.truth, rules(), 2026).groupby("school_id").any()
    assert over[every.index[every]].all()


def test_a_subject_without_one_of_the_years_cannot_meet_the_criterion(case: Case) -> None:
    over = truly_pooled(case.truth, rules(), 2026)
    one_year = truly_pooled(case.truth[case.truth["year"] == 2026], rules(), 2026)
    assert over.any()
    assert not one_year.any()


def test_statuses_are_tried_on_companions_too(case: Case) -> None:
    """The counts of a region and its companion are those of each, added up."""
    twice = replace(case, status_times=2)
    own, other = with_companions(twice, 2)
    assert own is twice
    assert other.region.number != case.region.number
    assert other.world == case.world
    sums = [
        statuses(each)["calibration"]["cases"].sum()
        for each in (case, replace(other, status_times=1), twice)
    ]
    assert sums[0] + sums[1] == sums[2]


def test_coverage_of_shares_by_a_plain_loop(case: Case) -> None:
    """Wilson's interval of every class, counted again with statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    results, hits, cases = case.dataset.results, 0, 0
    key = ["school_id", "procedure", "grade", "subject", "year"]
    true = case.truth.set_index(key)["share"]
    for row in results.to_dict("records"):
        low, high = proportion_confint(int(row["n_low"]), int(row["n"]), method="wilson")
        hits += low <= true[tuple(row[name] for name in key)] <= high
        cases += 1
    found = shares(case)["coverage"]
    wilson = found[found["interval"] == "wilson"]
    # beside every class the measure looks at the classes of ВПР pooled by subject
    vpr = case.truth[case.truth["procedure"] == "vpr"]
    extra = len(vpr.groupby(["school_id", "subject", "year"]))
    assert wilson["cases"].sum() == cases + extra
    assert hits <= wilson["covered"].sum() <= hits + extra
    assert 0.9 < hits / cases < 0.99

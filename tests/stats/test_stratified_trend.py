"""Stratified trend against statsmodels, plain loops and simulation."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shnor_lib.stats.stratified_trend import inflation, stratified_trend, year_correlation
from shnor_lib.stats.trend import cochran_armitage


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(";")]


def test_one_stratum_is_cochran_armitage_of_r(shared: Path) -> None:
    """R's prop.trend.test has N where the permutation variance has N − 1."""
    path = shared / "data" / "stat_oracles" / "cochran_armitage_r.csv"
    with path.open(encoding="utf-8") as lines:
        cases = list(csv.DictReader(lines))
    assert len(cases) >= 5
    for case in cases:
        x, n, scores = (_numbers(case[name]) for name in ("x", "n", "scores"))
        found = stratified_trend([x], [n], np.array([0]), scores)
        total = sum(n)
        expected = float(case["chisq"]) * (total - 1) / total
        assert float(found.z[0]) ** 2 == pytest.approx(expected, rel=1e-9), case["case"]


def test_one_stratum_is_the_permutation_test_of_statsmodels() -> None:
    table = np.array([[5, 9, 14], [20, 18, 12]])
    oracle = sm.stats.Table(table).test_ordinal_association(col_scores=np.array([2, 3, 5]))
    found = stratified_trend([[5, 9, 14]], [[25, 27, 26]], np.array([0]), [2, 3, 5])
    assert float(found.z[0]) == pytest.approx(-oracle.zscore, rel=1e-12)
    assert float(found.p_value[0]) == pytest.approx(oracle.pvalue, rel=1e-9)


def test_two_years_are_cochran_mantel_haenszel() -> None:
    x, n = [[5, 9], [4, 9], [0, 3]], [[25, 27], [20, 20], [8, 9]]
    tables = [
        np.array([[a, c], [m - a, k - c]], dtype=float) for (a, c), (m, k) in zip(x, n, strict=True)
    ]
    oracle = sm.stats.StratifiedTable(tables).test_null_odds(correction=False)
    found = stratified_trend(x, n, np.zeros(3, dtype=int), [0, 1])
    assert float(found.z[0]) ** 2 == pytest.approx(oracle.statistic, rel=1e-9)
    assert found.lack_df[0] == 0


counted = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 30)).map(lambda p: (min(p), p[1])),
    min_size=3,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(counted, min_size=1, max_size=4))
def test_against_a_plain_loop(strata: list[list[tuple[int, int]]]) -> None:
    years = [2024, 2025, 2027]
    top = bottom = spread = 0.0
    for stratum in strata:
        total = sum(n for _, n in stratum)
        share = sum(x for x, _ in stratum) / total
        mean = sum(n * s for (_, n), s in zip(stratum, years, strict=True)) / total
        width = sum(n * (s - mean) ** 2 for (_, n), s in zip(stratum, years, strict=True))
        top += sum((x - n * share) * (s - mean) for (x, n), s in zip(stratum, years, strict=True))
        bottom += share * (1 - share) * total / (total - 1) * width
        spread += width
    found = stratified_trend(
        [[x for x, _ in s] for s in strata],
        [[n for _, n in s] for s in strata],
        np.zeros(len(strata), dtype=int),
        years,
    )
    assert float(found.slope[0]) == pytest.approx(top / spread, abs=1e-10)
    assert float(found.error[0]) == pytest.approx(np.sqrt(bottom) / spread, abs=1e-10)
    if bottom > 1e-9:
        assert float(found.z[0]) == pytest.approx(top / np.sqrt(bottom), abs=1e-7)
    assert found.lack[0] >= 0


def test_slope_of_one_stratum_is_that_of_the_library() -> None:
    x, n = [[5, 9, 14], [3, 0, 1]], [[25, 27, 26], [9, 11, 8]]
    found = stratified_trend(x, n, np.arange(2), [0, 1, 2])
    np.testing.assert_allclose(found.slope, cochran_armitage(x, n).slope, rtol=1e-12)


def test_gaps_and_flat_strata() -> None:
    x = [[5, np.nan, 14], [0, 0, 0], [3, np.nan, np.nan]]
    n = [[25, np.nan, 26], [9, 9, 9], [9, np.nan, np.nan]]
    found = stratified_trend(x, n, np.arange(3), [0, 1, 2])
    two = stratified_trend([[5, 14]], [[25, 26]], np.array([0]), [0, 2])
    assert float(found.z[0]) == pytest.approx(float(two.z[0]))
    assert found.size.tolist() == [25.5, 9, 9]
    assert (found.slope[1], found.error[1], found.z[1], found.p_value[1]) == (0, 0, 0, 1)
    assert np.isnan(found.slope[2])
    assert found.lack_df.tolist() == [0, 0, 0]


def test_calendar_years_lose_no_digits() -> None:
    x, n = [[5, 9, 14]], [[25, 27, 26]]
    near = stratified_trend(x, n, np.array([0]), [0, 1, 2])
    far = stratified_trend(x, n, np.array([0]), [2_000_000, 2_000_001, 2_000_002])
    assert float(far.z[0]) == pytest.approx(float(near.z[0]), rel=1e-12)


def test_lack_of_fit_has_exactly_its_mean_without_trend() -> None:
    """All orders of six low results over three years of four pupils, each as likely."""
    n = np.array([4, 4, 4])
    lacks, chances = [], []
    for a in range(5):
        for b in range(5):
            c = 6 - a - b
            if 0 <= c <= 4:
                found = stratified_trend([[a, b, c]], [n], np.array([0]), [0, 1, 2])
                lacks.append(float(found.lack[0]))
                chances.append(stats.multivariate_hypergeom.pmf([a, b, c], n, 6))
    assert sum(chances) == pytest.approx(1)
    assert np.dot(lacks, chances) == pytest.approx(1.0, abs=1e-9)


def _simulated(noise: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """No trend: shares of 300 schools × 6 works that jump from year to year by ``noise``."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(300), 6)
    n = rng.integers(8, 40, (1800, 3))
    base = np.log(rng.beta(2, 8, 1800))[:, None]
    shock = rng.normal(0, noise, (300, 3))[group] + rng.normal(0, noise, (1800, 3))
    p = 1 / (1 + np.exp(-(base + shock)))
    return rng.binomial(n, p), n, group


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_false_finds_stay_at_their_level(noise: float) -> None:
    plain, widened = [], []
    for seed in range(6):
        x, n, group = _simulated(noise, seed)
        found = stratified_trend(x, n, group, [0, 1, 2])
        grow = inflation(found.size, year_correlation(found))
        plain.append((found.p_value < 0.05).mean())
        widened.append((2 * stats.norm.sf(np.abs(found.z) / grow) < 0.05).mean())
    assert 0.03 < np.mean(widened) < 0.07
    if noise:
        assert np.mean(plain) > 0.2, "without the jumps the test finds trends where there are none"
    else:
        assert np.mean(plain) == pytest.approx(np.mean(widened), abs=0.01)


def test_correlation_is_zero_where_nothing_can_be_said() -> None:
    found = stratified_trend([[5, 9]], [[25, 27]], np.array([0]), [0, 1])
    assert year_correlation(found) == 0

"""Cochran–Armitage against R, published cases and enumeration."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shnor_lib.stats.intervals import difference_p_value
from shnor_lib.stats.trend import cochran_armitage, exact_trend

# Graubard and Korn (1987), alcohol and malformations: published StatXact p-values.
MALFORMED, BORN = [48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38]


@pytest.mark.real
def test_equal_to_r(shared) -> None:
    cases = pd.read_csv(shared / "data" / "stat_oracles" / "cochran_armitage_r.csv")
    assert len(cases) == 6
    for case in cases.itertuples():
        x, n, scores = (
            [float(v) for v in str(text).split(";")] for text in (case.x, case.n, case.scores)
        )
        trend = cochran_armitage(x, n, scores)
        assert trend.chi2 == pytest.approx(case.chisq, rel=1e-10)
        assert trend.p_value == pytest.approx(case.p, rel=1e-8)


@pytest.mark.parametrize(
    ("scores", "published"), [([0, 0.5, 1.5, 4, 8], 0.0078), ([1, 2, 3, 4, 5], 0.1765)]
)
def test_published_asymptotic_values(scores: list[float], published: float) -> None:
    assert cochran_armitage(MALFORMED, BORN, scores).p_value == pytest.approx(published, abs=2e-4)


def test_published_exact_value() -> None:
    assert exact_trend(MALFORMED, BORN, [0, 0.5, 1.5, 4, 8]) == pytest.approx(0.0159, abs=5e-5)


def test_variance_is_with_n_not_n_minus_one() -> None:
    """statsmodels' permutation variance gives (N − 1)/N of our χ²."""
    from statsmodels.stats.contingency_tables import Table

    x, n = np.array([5, 9, 14]), np.array([25, 27, 26])
    table = Table(np.stack([n - x, x]))
    test = table.test_ordinal_association(
        row_scores=np.array([0, 1]), col_scores=np.array([0, 1, 2])
    )
    total = n.sum()
    assert test.zscore**2 == pytest.approx(cochran_armitage(x, n).chi2 * (total - 1) / total)


def test_exact_by_enumeration() -> None:
    x, n, scores = [1, 0, 4], [4, 3, 5], [0, 1, 3]
    total = sum(x)
    ways: dict[int, int] = {}
    for trial in product(*(range(size + 1) for size in n)):
        if sum(trial) == total:
            t = sum(a * s for a, s in zip(trial, scores, strict=True))
            count = np.prod([comb(size, a) for size, a in zip(n, trial, strict=True)])
            ways[t] = ways.get(t, 0) + int(count)
    everything = sum(ways.values())
    mean = sum(t * w for t, w in ways.items()) / everything
    seen = abs(sum(a * s for a, s in zip(x, scores, strict=True)) - mean)
    expected = sum(w for t, w in ways.items() if abs(t - mean) >= seen - 1e-9) / everything
    assert exact_trend(x, n, scores) == pytest.approx(expected, rel=1e-10)


def test_two_groups_are_fisher_and_chi_squared() -> None:
    for x, n in (([3, 9], [20, 22]), ([1, 7], [9, 15])):
        assert cochran_armitage(x, n).p_value == pytest.approx(
            float(difference_p_value(x[0], n[0], x[1], n[1]))
        )
    # In a symmetric table both tails are equal and Fisher's test is the same.
    fisher = stats.fisher_exact([[3, 9], [17, 11]])[1]
    assert exact_trend([3, 9], [20, 20]) == pytest.approx(fisher)


def test_many_rows_at_once_with_gaps() -> None:
    x = [[5, 9, 14], [5, np.nan, 14], [np.nan, np.nan, 3], [0, 0, 0], [4, 4, 4]]
    n = [[25, 27, 26], [25, 30, 26], [10, 0, 20], [5, 5, 5], [4, 4, 4]]
    trend = cochran_armitage(x, n, [2022, 2023, 2024])
    assert trend.n_groups.tolist() == [3, 2, 1, 3, 3]
    assert trend.z[0] == pytest.approx(float(cochran_armitage(x[0], n[0]).z))
    assert trend.z[1] == pytest.approx(float(cochran_armitage([5, 14], [25, 26]).z))
    assert np.isnan(trend.z[2]) and np.isnan(trend.p_value[2])
    assert trend.z[3:].tolist() == [0, 0] and trend.p_value[3:].tolist() == [1, 1]


def test_slope_is_the_weighted_regression() -> None:
    x, n, years = np.array([5, 9, 14]), np.array([25, 27, 26]), np.array([2021, 2022, 2024])
    slope = np.polyfit(years - 2021, x / n, 1, w=np.sqrt(n))[0]
    assert cochran_armitage(x, n, years).slope == pytest.approx(slope)


tables = st.lists(
    st.integers(1, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=3, max_size=4,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(tables)
def test_sign_and_symmetry(table: list[tuple[int, int]]) -> None:
    x, n = np.array(table).T
    trend, mirrored = cochran_armitage(x, n), cochran_armitage(n - x, n)
    assert float(trend.z) == pytest.approx(-float(mirrored.z), abs=1e-9)
    assert float(trend.z) == pytest.approx(-float(cochran_armitage(x[::-1], n[::-1]).z), abs=1e-9)
    assert exact_trend(x, n) == pytest.approx(exact_trend(n - x, n), abs=1e-9)
    assert 0 < exact_trend(x, n) <= 1


def test_exact_without_enough_groups_is_unknown() -> None:
    assert np.isnan(exact_trend([3], [10]))
    assert exact_trend([0, 0, 0], [3, 4, 5]) == 1

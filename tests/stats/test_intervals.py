"""Intervals against R's own numbers, published cases and each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shnor_lib.stats.intervals import (
    difference_p_value,
    jeffreys,
    newcombe,
    probability_at_least,
    wilson,
)

# Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3.
PUBLISHED_WILSON = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Newcombe (1998), Statistics in Medicine 17: 873-890, table II, method 10 (p1 - p2).
PUBLISHED_DIFFERENCE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("x", "n", "low", "high"), PUBLISHED_WILSON)
def test_wilson_gives_newcombes_published_numbers(x: int, n: int, low: float, high: float) -> None:
    got = wilson(x, n)
    assert got[0] == pytest.approx(low, abs=5e-5)
    assert got[1] == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "low", "high"), PUBLISHED_DIFFERENCE)
def test_newcombe_gives_the_published_numbers(
    x1: int, n1: int, x2: int, n2: int, low: float, high: float
) -> None:
    got = newcombe(x2, n2, x1, n1)
    assert got[0] == pytest.approx(low, abs=5e-5)
    assert got[1] == pytest.approx(high, abs=5e-5)


def test_newcombe_is_the_wilson_based_formula() -> None:
    rng = np.random.default_rng(3)
    n_from, n_to = rng.integers(1, 60, 500), rng.integers(1, 60, 500)
    x_from, x_to = rng.binomial(n_from, 0.3), rng.binomial(n_to, 0.5)
    low, high = newcombe(x_from, n_from, x_to, n_to)
    p, q = x_from / n_from, x_to / n_to
    p_low, p_high = wilson(x_from, n_from)
    q_low, q_high = wilson(x_to, n_to)
    np.testing.assert_allclose(low, q - p - np.hypot(q - q_low, p_high - p), atol=1e-12)
    np.testing.assert_allclose(high, q - p + np.hypot(q_high - q, p - p_low), atol=1e-12)


@pytest.mark.real
def test_intervals_equal_r(shared: Path) -> None:
    oracle = pd.read_csv(shared / "data" / "stat_oracles" / "intervals_r.csv")
    low, high = wilson(oracle["x"], oracle["n"])
    np.testing.assert_allclose(low, oracle["wilson_lo"], atol=1e-12)
    np.testing.assert_allclose(high, oracle["wilson_hi"], atol=1e-12)
    low, high = jeffreys(oracle["x"], oracle["n"])
    np.testing.assert_allclose(low, oracle["jeffreys_lo"], atol=1e-9)
    np.testing.assert_allclose(high, oracle["jeffreys_hi"], atol=1e-9)


def test_unknown_stays_unknown() -> None:
    x = pd.array([0, pd.NA, 3, 4], dtype="Int64")
    n = pd.array([0, 5, pd.NA, 3], dtype="Int64")
    for ends in (wilson(x, n), jeffreys(x, n), (probability_at_least(x, n, 0.2),)):
        for values in ends:
            assert np.isnan(values).all()
    assert np.isnan(newcombe(1, 2, 0, 0)[0])
    assert np.isnan(difference_p_value(1, 0, 1, 2))


def test_every_pair_gets_its_own_answer() -> None:
    """The answers are computed once per different pair; none may be mixed up."""
    x = np.array([3, 0, 7, 3, 7, 20, 3, 0])
    n = np.array([9, 4, 9, 9, 20, 20, 20, 9])
    together = wilson(x, n)
    one_by_one = [wilson(int(a), int(b)) for a, b in zip(x, n, strict=True)]
    np.testing.assert_array_equal(together[0], [pair[0] for pair in one_by_one])
    np.testing.assert_array_equal(together[1], [pair[1] for pair in one_by_one])
    halves = wilson(x / 2, n / 2)
    np.testing.assert_allclose(halves[0][0], wilson(1.5, 4.5)[0])


def test_probability_is_the_tail_of_the_jeffreys_posterior() -> None:
    for x, n, threshold in [(6, 30, 0.2), (0, 12, 0.3), (12, 12, 0.3), (9, 29, 0.2)]:
        assert probability_at_least(x, n, threshold) == pytest.approx(
            stats.beta.sf(threshold, x + 0.5, n - x + 0.5), rel=1e-12
        )
    several = probability_at_least([6, 6], [30, 30], [0.2, 0.1])
    assert several[0] == pytest.approx(float(probability_at_least(6, 30, 0.2)))
    assert several[1] > several[0]


def test_p_value_is_the_chi_squared_test() -> None:
    for a, b, c, d in [(5, 25, 14, 26), (0, 10, 4, 12), (9, 29, 10, 29)]:
        table = [[a, b - a], [c, d - c]]
        expected = stats.chi2_contingency(table, correction=False).pvalue
        assert difference_p_value(a, b, c, d) == pytest.approx(expected, rel=1e-10)
    assert difference_p_value(0, 10, 0, 12) == 1.0


counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_intervals_hold_the_observed_share(pair: tuple[int, int]) -> None:
    x, n = pair
    for low, high in (wilson(x, n), jeffreys(x, n)):
        assert -1e-12 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1 + 1e-12


@given(counts, st.floats(0.01, 0.98))
def test_probability_falls_with_the_threshold(pair: tuple[int, int], threshold: float) -> None:
    x, n = pair
    assert probability_at_least(x, n, threshold) >= probability_at_least(x, n, threshold + 0.01)


@given(counts, counts)
def test_difference_turns_its_sign_when_years_change_places(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    there, back = newcombe(*one, *other), newcombe(*other, *one)
    assert there[0] == pytest.approx(-back[1], abs=1e-12)
    assert there[1] == pytest.approx(-back[0], abs=1e-12)

"""Funnel limits and overdispersion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.funnel import exact_limits, funnel, normal_limits, overdispersion


@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("target", [0.02, 0.2, 0.7])
def test_exact_limits_interpolate_the_binomial_distribution(target: float, level: float) -> None:
    """By hand: the smallest r with P(X ≤ r) ≥ p, minus its surplus."""
    for n in (3, 10, 57, 300):
        low, high = exact_limits(target, n, level=level)
        for p, limit in (((1 - level) / 2, low), ((1 + level) / 2, high)):
            r = 0
            while stats.binom.cdf(r, n, target) < p:
                r += 1
            surplus = (stats.binom.cdf(r, n, target) - p) / stats.binom.pmf(r, n, target)
            assert limit == pytest.approx(min(max((r - surplus) / n, 0), 1))


def test_exact_limits_come_near_the_normal_ones_in_large_groups() -> None:
    exact, normal = exact_limits(0.3, 50000), normal_limits(0.3, 50000)
    np.testing.assert_allclose(exact, normal, atol=1e-4)


def test_normal_limits_are_the_published_form() -> None:
    """clip(p ± z √(p(1−p)/n)), z of 95 % and 99.8 %."""
    n = np.array([1, 10, 100, 1000])
    for level, z in ((0.95, 1.959964), (0.998, 3.090232)):
        reach = z * np.sqrt(0.2 * 0.8 / n)
        low, high = normal_limits(0.2, n, level=level)
        np.testing.assert_allclose(low, np.clip(0.2 - reach, 0, 1), atol=1e-6)
        np.testing.assert_allclose(high, np.clip(0.2 + reach, 0, 1), atol=1e-6)


def test_limits_of_nothing_are_unknown() -> None:
    for limits in (exact_limits(0.2, [0, np.nan]), normal_limits(0.2, [0, np.nan])):
        assert np.isnan(limits).all()
    for target in (0.0, 1.0):
        with pytest.raises(ValueError, match="Общая доля"):
            exact_limits(target, 10)


def simulated(between: float, groups: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 200, groups)
    p = np.clip(rng.normal(0.4, between, groups), 0.01, 0.99)
    return rng.binomial(n, p), n


def test_overdispersion_by_hand() -> None:
    x, n = simulated(0.1, 50)
    result = overdispersion(x, n)
    theta = x.sum() / n.sum()
    s2 = theta * (1 - theta) / n
    z = np.sort((x / n - theta) / np.sqrt(s2))
    low, high = np.quantile(z, 0.1), np.quantile(z, 0.9)
    z = np.where(z < low, low, np.where(z > high, high, z))
    phi, w = (z**2).sum() / 50, 1 / s2
    assert result.target == pytest.approx(theta)
    assert result.phi == pytest.approx(phi)
    assert result.tau2 == pytest.approx((50 * phi - 49) / (w.sum() - (w**2).sum() / w.sum()))


def test_without_winsorising_tau_is_the_variance_between_groups() -> None:
    found = [overdispersion(*simulated(0.1, seed=s), winsorise=0).tau2 for s in range(20)]
    assert np.sqrt(np.mean(found)) == pytest.approx(0.1, abs=0.005)


def test_chance_only() -> None:
    results = [overdispersion(*simulated(0.0, seed=s)) for s in range(40)]
    assert np.mean([r.phi for r in results]) < 1.05
    assert np.mean([r.tau2 == 0 for r in results]) > 0.9
    assert np.mean([r.p_value < 0.05 for r in results]) <= 0.05
    assert overdispersion(*simulated(0.1)).p_value < 1e-6


def test_the_widened_funnel_holds_most_groups() -> None:
    x, n = simulated(0.1)
    table = funnel([*x, 3, 0], [*n, np.nan, 0])
    spread = table.attrs["overdispersion"]
    outside = (table["share"] < table["low"]) | (table["share"] > table["high"])
    wide = (table["share"] < table["low_od"]) | (table["share"] > table["high_od"])
    assert outside.mean() > 0.3 and wide.mean() < 0.12
    row = table.iloc[0]
    s2 = spread.target * (1 - spread.target) / n[0]
    assert row["z"] == pytest.approx((row["share"] - spread.target) / np.sqrt(s2))
    assert row["z_od"] == pytest.approx((row["share"] - spread.target) / np.sqrt(s2 + spread.tau2))
    # Where the limits are not cut, they are where z_od reaches 1.96.
    free = (table["low_od"] > 0) & (table["high_od"] < 1)
    assert ((table["z_od"].abs() > 1.959964) == wide)[free].all()
    assert table.iloc[-2:].isna().all().all()


def test_a_target_of_one_s_own() -> None:
    x, n = simulated(0.05)
    assert overdispersion(x, n, target=0.5).target == 0.5
    assert overdispersion(x, n, target=0.5).phi > overdispersion(x, n).phi


@pytest.mark.real
def test_real_schools_differ_by_more_than_chance(shared) -> None:
    moscow = pd.read_csv(shared / "data" / "stat_oracles" / "betabinom_moscow_vgam.csv")
    table = funnel(moscow["low"], moscow["n"])
    spread = table.attrs["overdispersion"]
    assert spread.phi > 5
    # The beta-binomial model of the same data: τ² = μ(1−μ)ρ.
    assert np.sqrt(spread.tau2) == pytest.approx(np.sqrt(0.4729 * 0.5271 * 0.1644), rel=0.3)
    assert ((table["share"] < table["low"]) | (table["share"] > table["high"])).mean() > 0.5


def test_too_few_groups() -> None:
    with pytest.raises(ValueError, match="не меньше двух групп"):
        overdispersion([1], [10])
    with pytest.raises(ValueError, match="Общая доля"):
        overdispersion([0, 0], [10, 10])

"""Two kinds of groups: found where they are, not found where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from shnor_lib.stats.beta_binomial import (
    BetaPrior,
    estimate,
    fit_beta_binomial,
    posterior_at_least,
)
from shnor_lib.stats.beta_mixture import MIN_GROUPS, _likelihood, two_betas

TWO = BetaPrior(1.2, 5.0, parts=((0.85, 4.0, 36.0), (0.15, 18.0, 22.0)))


def _groups(number: int, *, two: bool, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = np.sort(rng.integers(8, 80, number)).astype(float)
    weak = rng.random(number) < 0.15
    true = np.where(
        weak & two,
        rng.beta(18, 22, number),
        rng.beta(4, 36, number) if two else rng.beta(1.5, 8, number),
    )
    return rng.binomial(n.astype(int), true).astype(float), n, true


def _found(x: np.ndarray, n: np.ndarray):
    one = fit_beta_binomial(x, n)
    return two_betas(x, n, one.alpha, one.beta)


def test_two_kinds_are_found() -> None:
    x, n, _ = _groups(600, two=True)
    (first, a, b), (second, c, d) = _found(x, n)
    assert first + second == pytest.approx(1)
    assert second == pytest.approx(0.15, abs=0.04)
    assert (a / (a + b), c / (c + d)) == pytest.approx((0.1, 0.45), abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_one_kind_stays_one(seed: int) -> None:
    x, n, _ = _groups(400, two=False, seed=seed)
    assert _found(x, n) == ()


def test_few_groups_stay_one() -> None:
    x, n, _ = _groups(MIN_GROUPS - 1, two=True)
    assert _found(x, n) == ()


def test_the_slope_is_that_of_the_likelihood() -> None:
    x, n, _ = _groups(150, two=True)
    point = np.array([-2.0, 0.4, 3.0, 3.4, -1.5])
    times = np.ones(len(x))
    numeric = optimize.approx_fprime(point, lambda p: _likelihood(p, x, n, times)[0], 1e-6)
    np.testing.assert_allclose(_likelihood(point, x, n, times)[1], numeric, rtol=2e-4, atol=1e-3)


@pytest.mark.parametrize(("x", "n"), [(0, 5), (3, 10), (30, 100)])
def test_the_posterior_is_bayes_rule(x: int, n: int) -> None:
    def density(p: float) -> float:
        prior = sum(w * stats.beta.pdf(p, a, b) for w, a, b in TWO.parts)
        return prior * stats.binom.pmf(x, n, p)

    def area(low: float, high: float, power: int = 0) -> float:
        return integrate.quad(lambda p: p**power * density(p), low, high, points=[0.2], limit=200)[
            0
        ]

    whole = area(0, 1)
    assert posterior_at_least([x], [n], 0.2, TWO)[0] == pytest.approx(
        area(0.2, 1) / whole, abs=1e-7
    )
    mean, low, high = (float(part[0]) for part in estimate([x], [n], TWO))
    assert mean == pytest.approx(area(0, 1, 1) / whole, abs=1e-7)
    assert area(0, low) / whole == pytest.approx(0.025, abs=1e-6)
    assert area(0, high) / whole == pytest.approx(0.975, abs=1e-6)


def test_density_and_distribution_agree() -> None:
    for prior in (TWO, BetaPrior(0.7, 3.0)):
        p = np.array([0.05, 0.2, 0.5])
        slope = (prior.cumulative(p + 1e-5) - prior.cumulative(p - 1e-5)) / 2e-5
        np.testing.assert_allclose(np.exp(prior.log_density(p)), slope, rtol=1e-5)


def test_probabilities_of_a_gap_come_true() -> None:
    x, n, true = _groups(4000, two=True, seed=3)
    one = fit_beta_binomial(x, n)
    two = BetaPrior(one.alpha, one.beta, parts=_found(x, n))
    misses = {}
    for name, prior in (("one", BetaPrior(one.alpha, one.beta)), ("two", two)):
        chance = posterior_at_least(x, n, 0.25, prior)
        inside = (chance > 0.1) & (chance < 0.9)
        misses[name] = abs(chance[inside].mean() - (true[inside] >= 0.25).mean())
    assert misses["two"] < 0.04 < 0.08 < misses["one"]

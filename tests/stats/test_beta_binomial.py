"""Beta-binomial model against VGAM, simulation, and its own definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from shnor_lib.stats.beta_binomial import (
    BetaPrior,
    beyond_expected,
    fit_beta_binomial,
    moments,
    pool_years,
    posterior,
    posterior_at_least,
    predict,
)


def groups(
    number: int = 300, a: float = 2.0, b: float = 6.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 80, number)
    return rng.binomial(n, rng.beta(a, b, number)), n


@pytest.fixture(scope="module")
def moscow(shared) -> pd.DataFrame:
    return pd.read_csv(shared / "data" / "stat_oracles" / "betabinom_moscow_vgam.csv")


@pytest.mark.real
def test_fit_equals_vgam(moscow: pd.DataFrame) -> None:
    prior = fit_beta_binomial(moscow["low"], moscow["n"])
    assert prior.mu == pytest.approx(0.4728868, abs=2e-7)
    assert prior.rho == pytest.approx(0.1643735, abs=1e-6)
    assert prior.alpha == pytest.approx(2.404017, abs=2e-5)  # VGAM stops a little earlier
    assert prior.beta == pytest.approx(2.679688, abs=2e-5)
    assert prior.log_likelihood == pytest.approx(-2674.127, abs=5e-4)
    assert prior.source == "fitted" and prior.note == "" and prior.n_groups == 626
    assert prior.gradient < 1e-3


@pytest.mark.real
def test_posteriors_equal_vgam(moscow: pd.DataFrame) -> None:
    ours = posterior(moscow["low"], moscow["n"], fit_beta_binomial(moscow["low"], moscow["n"]))
    np.testing.assert_allclose(ours["mean"], moscow["shrunk"], atol=1e-6)
    np.testing.assert_allclose(ours["low"], moscow["lo95"], atol=1e-6)
    np.testing.assert_allclose(ours["high"], moscow["hi95"], atol=1e-6)


def test_maximum_is_scipys() -> None:
    """The same likelihood from scipy.stats.betabinom, searched in another way."""
    x, n = groups()
    prior = fit_beta_binomial(x, n)

    def minus(p: np.ndarray) -> float:
        return -stats.betabinom.logpmf(x, n, *np.exp(p)).sum()

    found = optimize.minimize(minus, [0.0, 0.0], method="Nelder-Mead",
                              options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 2000})  # fmt: skip
    assert prior.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    np.testing.assert_allclose([prior.alpha, prior.beta], np.exp(found.x), rtol=1e-4)
    share = x.sum() / n.sum()
    assert prior.log_likelihood_binomial == pytest.approx(stats.binom.logpmf(x, n, share).sum())


def test_standard_errors_are_those_of_repeated_samples() -> None:
    fits = [fit_beta_binomial(*groups(150, seed=s)) for s in range(120)]
    for name in ("mu", "rho"):
        spread = np.std([getattr(f, name) for f in fits])
        stated = np.median([getattr(f, f"se_{name}") for f in fits])
        assert stated == pytest.approx(spread, rel=0.25), name
    assert np.mean([f.mu for f in fits]) == pytest.approx(0.25, abs=0.01)
    assert np.mean([f.rho for f in fits]) == pytest.approx(1 / 9, abs=0.01)


def test_moments_are_a_fair_start() -> None:
    mu, rho = moments(*(v.astype(float) for v in groups(2000)))
    assert mu == pytest.approx(0.25, abs=0.02) and rho == pytest.approx(1 / 9, abs=0.02)


def test_moments_are_the_analysis_of_variance_of_single_cases() -> None:
    """ρ = (F − 1)/(F + n₀ − 1) with F of the one-way analysis of the zeros and ones."""
    x, n = groups(30)
    f = stats.f_oneway(*([1] * a + [0] * (b - a) for a, b in zip(x, n, strict=True))).statistic
    size = (n.sum() - (n**2).sum() / n.sum()) / 29
    mu, rho = moments(x.astype(float), n.astype(float))
    assert rho == pytest.approx((f - 1) / (f + size - 1))
    assert mu == x.sum() / n.sum()


def test_weights_count_groups_several_times() -> None:
    x, n = groups(60)
    twice = fit_beta_binomial(np.append(x, x[:20]), np.append(n, n[:20]))
    weighted = fit_beta_binomial(x, n, weights=[2.0] * 20 + [1.0] * 40)
    assert weighted.alpha == pytest.approx(twice.alpha, rel=1e-5)
    assert weighted.log_likelihood == pytest.approx(twice.log_likelihood)
    zero = fit_beta_binomial(x, n, weights=[0.0] * 20 + [1.0] * 40)
    assert zero.alpha == pytest.approx(fit_beta_binomial(x[20:], n[20:]).alpha, rel=1e-5)
    assert zero.n_groups == 40
    with pytest.raises(ValueError, match="целые числа"):
        fit_beta_binomial(x / 2, n)
    with pytest.raises(ValueError, match="Веса"):
        fit_beta_binomial(x, n, weights=[-1.0] * 60)


def test_groups_without_a_share_are_left_out() -> None:
    x, n = groups(60)
    more_x = [*x.astype(float), 0, np.nan, 3]
    more_n = [*n.astype(float), 0, 10, np.nan]
    assert fit_beta_binomial(more_x, more_n).alpha == pytest.approx(fit_beta_binomial(x, n).alpha)


@pytest.mark.parametrize(
    ("x", "n", "words"),
    [
        ([1] * 9, [10] * 9, "Групп 9, меньше 10"),
        ([], [], "Групп 0"),
        ([0, 1] * 15, [1] * 30, "хотя бы двое, меньше 10"),
        ([0] * 30, [10] * 30, "0 % или 100 %"),
        ([10] * 30, [10] * 30, "0 % или 100 %"),
    ],
)
def test_the_weak_prior_says_so(x: list[int], n: list[int], words: str) -> None:
    prior = fit_beta_binomial(x, n)
    assert (prior.alpha, prior.beta, prior.source) == (0.5, 0.5, "weak")
    assert words in prior.note and np.isnan(prior.log_likelihood)


def test_the_number_of_groups_can_be_set() -> None:
    x, n = groups(8)
    assert fit_beta_binomial(x, n).source == "weak"
    assert fit_beta_binomial(x, n, min_groups=5).source != "weak"


def test_no_difference_beyond_chance_does_not_make_all_groups_equal() -> None:
    rng = np.random.default_rng(3)
    seen = 0
    for _ in range(20):
        n = rng.integers(10, 60, 40)
        prior = fit_beta_binomial(rng.binomial(n, 0.25), n)
        if prior.source == "penalised":
            seen += 1
            assert "не больше, чем случайно" in prior.note
            assert 0 < prior.rho < 0.02
            assert 0.3 < prior.rho / prior.se_rho < 3  # about one standard error above 0
            assert prior.log_likelihood <= prior.log_likelihood_binomial
            assert prior.mu == pytest.approx(0.25, abs=0.06)
    assert seen >= 5


def test_extreme_groups_are_fitted_too() -> None:
    """All or nothing in every group: ρ near 1."""
    prior = fit_beta_binomial([0, 20] * 15, [20] * 30)
    assert prior.rho > 0.9 and prior.mu == pytest.approx(0.5, abs=1e-6)


def test_posterior_is_the_beta_distribution() -> None:
    prior = BetaPrior(2.0, 6.0)
    table = posterior([3, 0, np.nan], [10, 0, 5], prior)
    beta = stats.beta(5, 13)
    assert table.iloc[0].tolist() == pytest.approx([beta.mean(), beta.std(), *beta.interval(0.95)])
    assert table.iloc[1:].isna().all().all()
    tail = posterior_at_least([3, 0], [10, 0], 0.3, prior)
    assert tail[0] == pytest.approx(beta.sf(0.3)) and np.isnan(tail[1])


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_shrunk_share_lies_between_its_own_and_the_common_one(pair: tuple[int, int]) -> None:
    prior = BetaPrior(2.0, 6.0)
    x, n = pair
    mean = posterior(x, n, prior)["mean"].iloc[0]
    low, high = sorted([x / n, prior.mu])
    assert low - 1e-12 <= mean <= high + 1e-12
    assert (mean - prior.mu) == pytest.approx(
        (x / n - prior.mu) * n / (n + prior.precision), abs=1e-12
    )


def test_larger_groups_are_drawn_in_less() -> None:
    means = posterior([5, 50], [10, 100], BetaPrior(2.0, 6.0))["mean"]
    assert means[1] > means[0] > 0.25


def test_intervals_hold_the_true_share() -> None:
    rng = np.random.default_rng(1)
    truth = rng.beta(2, 6, 3000)
    n = rng.integers(5, 60, 3000)
    x = rng.binomial(n, truth)
    table = posterior(x, n, fit_beta_binomial(x, n))
    inside = (table["low"] <= truth) & (truth <= table["high"])
    assert inside.mean() == pytest.approx(0.95, abs=0.015)
    chance = posterior_at_least(x, n, 0.3, fit_beta_binomial(x, n))
    sure = chance > 0.9
    assert (truth[sure] >= 0.3).mean() == pytest.approx(chance[sure].mean(), abs=0.04)


def test_years_are_added_up() -> None:
    x, n = pool_years([[1, np.nan, 3], [np.nan, 2, 1]], [[10, 5, 20], [0, np.nan, np.nan]])
    assert x[0] == 4 and n[0] == 30
    assert np.isnan(x[1]) and np.isnan(n[1])


class TestNextYear:
    prior = BetaPrior(2.0, 6.0)

    def test_prediction_is_the_beta_binomial_distribution(self) -> None:
        table = predict([9, 1], [10, 0], [20, 20], self.prior)
        later = stats.betabinom(20, 11, 7)
        assert table.loc[0, "expected"] == pytest.approx(later.mean() / 20)
        assert table.loc[0, "low"] == later.ppf(0.025) / 20
        assert table.loc[0, "high"] == later.ppf(0.975) / 20
        assert table.loc[1].isna().all()

    def test_a_picked_group_is_expected_to_fall_back_without_help(self) -> None:
        """Regression to the mean, simulated: nothing changes but the chance."""
        rng = np.random.default_rng(0)
        truth = rng.beta(2, 6, 8000)
        n = rng.integers(8, 40, 8000)
        x, later = rng.binomial(n, truth), rng.binomial(n, truth)
        picked = x / n >= 0.5
        table = beyond_expected(x[picked], n[picked], later[picked], n[picked], self.prior)
        raw = (later / n - x / n)[picked].mean()
        assert raw < -0.1  # looks like a great success
        assert table["difference"].mean() == pytest.approx(0, abs=0.01)
        holds = (table["low"] <= 0) & (table["high"] >= 0)
        assert 0.94 <= holds.mean() <= 0.99  # counts are whole, so a little more than 0.95

    def test_the_interval_leaves_out_zero_when_the_result_was_not_to_be_expected(self) -> None:
        table = beyond_expected([15], [20], [1], [20], self.prior)
        assert table.loc[0, "high"] < 0
        assert table.loc[0, "observed"] == 0.05
        assert table.loc[0, "difference"] == pytest.approx(0.05 - 17 / 28)
        unknown = beyond_expected([15], [20], [np.nan], [20], self.prior)
        assert np.isnan(unknown.loc[0, "difference"])


def test_many_groups_give_the_prior_they_were_drawn_from() -> None:
    prior = fit_beta_binomial(*groups(40000))
    assert prior.source == "fitted"
    # groups() draws from Beta(2, 6)
    assert prior.mu == pytest.approx(0.25, abs=4 * prior.se_mu)
    assert prior.rho == pytest.approx(1 / 9, abs=4 * prior.se_rho)

"""What lasts of a deviation: against numerical integration, known truth, the beta-binomial."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from shnor_lib.stats.persistence import GRID, Lasting, fit_lasting, fit_persistence


def normal_prior(sd: float, year_sd: float, factor: float = 1.0) -> Lasting:
    prior = stats.norm.pdf(GRID, 0, sd)
    return Lasting(GRID, prior / prior.sum(), year_sd, factor, 0.0, sd, 100, free=False)


def sample(rng, groups=600, years=4, sd=0.7, year_sd=0.3, level=0.15, size=60):
    n = rng.integers(10, 2 * size, (groups, years)).astype(float)
    lasts = rng.normal(0, sd, groups)
    odds = special.logit(level) + lasts[:, None] + rng.normal(0, year_sd, (groups, years))
    return rng.binomial(n.astype(int), special.expit(odds)).astype(float), n, lasts


@pytest.mark.parametrize(("x", "n", "level"), [(0, 12, 0.1), (14, 40, 0.2), (90, 300, 0.1)])
def test_posterior_by_numerical_integration(x: int, n: int, level: float) -> None:
    """One year: posterior mean of u with v integrated out by adaptive quadrature."""
    sd, year_sd = 0.6, 0.35
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)

    def likelihood(u: float) -> float:
        share = special.expit(special.logit(level) + u + year_sd * nodes)
        return float((weights * stats.binom.pmf(x, n, share)).sum())

    def integral(power: int) -> float:
        return integrate.quad(
            lambda u: u**power * likelihood(u) * stats.norm.pdf(u, 0, sd), -5, 5, limit=200
        )[0]

    expected = integral(1) / integral(0)
    posterior = normal_prior(sd, year_sd).posterior([[x]], [[n]], [[level]])
    assert posterior[0] @ GRID == pytest.approx(expected, abs=2e-3)
    spread = integral(2) / integral(0) - expected**2
    assert posterior[0] @ (GRID - expected) ** 2 == pytest.approx(spread, rel=0.02)


def test_years_multiply_and_unknown_years_say_nothing() -> None:
    model = normal_prior(0.6, 0.3)
    both = model.posterior([[5, 9]], [[30, 40]], [[0.1, 0.1]])
    padded = model.posterior([[5, np.nan, 9]], [[30, 0, 40]], [[0.1, np.nan, 0.1]])
    np.testing.assert_allclose(both, padded)
    empty = model.posterior([[np.nan]], [[0.0]], [[np.nan]])
    np.testing.assert_allclose(empty[0], model.prior)


def test_overdispersion_counts_as_fewer_people() -> None:
    tempered = normal_prior(0.6, 0.3, 2.0).posterior([[8]], [[40]], [[0.1]])
    plain = normal_prior(0.6, 0.3).posterior([[4]], [[20]], [[0.1]])
    np.testing.assert_allclose(tempered, plain, atol=1e-12)


def test_true_spreads_are_found() -> None:
    rng = np.random.default_rng(2)
    x, n, _ = sample(rng)
    model = fit_lasting(x, n, np.full(x.shape, 0.15))
    assert model.sd == pytest.approx(0.7, abs=0.08)
    assert model.year_sd == pytest.approx(0.3, abs=0.06)
    assert model.mean == pytest.approx(0.0, abs=0.08)
    assert model.free and model.groups == 600
    assert model.prior.sum() == pytest.approx(1) and (model.prior >= 0).all()


def test_free_form_sees_a_few_much_worse_groups() -> None:
    """Of one group in seven that is far worse, a normal distribution expects too much."""
    rng = np.random.default_rng(5)
    worse = rng.random(500) < 0.15
    lasts = np.where(worse, rng.normal(1.4, 0.2, 500), rng.normal(0, 0.25, 500))
    n = np.full((500, 4), 60.0)
    share = special.expit(special.logit(0.1) + lasts[:, None] + rng.normal(0, 0.25, (500, 4)))
    x = rng.binomial(60, share).astype(float)
    level = np.full(x.shape, 0.1)
    errors = {}
    for coarse in (False, True):
        model = fit_lasting(x, n, level, coarse=coarse)
        assert model.free is not coarse
        mean = model.posterior(x[worse, :1], n[worse, :1], level[worse, :1]) @ model.grid
        errors[coarse] = abs(float((mean - lasts[worse]).mean()))
    assert errors[False] < errors[True]


def test_overdispersion_of_several_papers_by_one_pupil_is_found() -> None:
    """Every pupil writes three papers with the same result: counts are three times as uneven."""
    rng = np.random.default_rng(8)
    x, n, _ = sample(rng, year_sd=0.2)
    once = fit_lasting(x, n, np.full(x.shape, 0.15))
    thrice = fit_lasting(3 * x, 3 * n, np.full(x.shape, 0.15))
    assert once.overdispersion == pytest.approx(1.0, abs=0.35)
    assert thrice.overdispersion == pytest.approx(3.0, abs=0.9)
    assert thrice.sd == pytest.approx(once.sd, abs=0.06)


def test_expectation_is_right_for_groups_left_alone_and_for_the_picked() -> None:
    """Picked by the last year, half of them compared: nothing was done, nothing is seen."""
    rng = np.random.default_rng(11)
    x, n, _ = sample(rng, groups=2500, size=40)
    level = np.full(x.shape, 0.15)
    model = fit_lasting(x[:, :3], n[:, :3], level[:, :3])
    picked = (x[:, 2] / n[:, 2] >= 0.25) & (rng.random(len(x)) < 0.5)
    rest = ~picked

    def past(chosen):
        return tuple(each[chosen, :3] for each in (x, n, level))

    def later(chosen):
        return tuple(each[chosen, 3] for each in (x, n, level))

    fit = fit_persistence(model, past(rest), later(rest), np.zeros(rest.sum()))
    assert fit.slope == pytest.approx(1, abs=0.1)
    found = fit.expect(past(picked), n[picked, 3], level[picked, 3], np.zeros(picked.sum()))
    seen = x[picked, 3] / n[picked, 3]
    assert (seen - found.mean).mean() == pytest.approx(0, abs=0.008)
    # «As last year» is far off.
    assert (seen - x[picked, 2] / n[picked, 2]).mean() < -0.03
    assert ((seen - found.mean) ** 2 / found.own).mean() == pytest.approx(1, abs=0.2)
    assert ((found.reliability > 0) & (found.reliability < 1)).all()


def test_a_shift_common_to_a_block_is_found_apart() -> None:
    rng = np.random.default_rng(12)
    x, n, _ = sample(rng, groups=800)
    level = np.full(x.shape, 0.15)
    model = fit_lasting(x, n, level)
    block = np.repeat(["a", "b"], 400)
    shifted = level[:, 3].copy()
    shifted[:400] = special.expit(special.logit(0.15) - 0.5)
    fit = fit_persistence(
        model, (x[:, :3], n[:, :3], level[:, :3]), (x[:, 3], n[:, 3], shifted), block
    )
    assert fit.blocks == ("a", "b")
    assert fit.coefficients[0] - fit.coefficients[1] == pytest.approx(0.5, abs=0.1)


def test_covariate_helps_where_the_past_is_short() -> None:
    rng = np.random.default_rng(13)
    x, n, lasts = sample(rng, groups=800, size=10)
    level = np.full(x.shape, 0.15)
    model = fit_lasting(x, n, level)
    known = (lasts / 0.7 + rng.normal(0, 0.5, 800))[:, None]
    past, later = (x[:, :1], n[:, :1], level[:, :1]), (x[:, 3], n[:, 3], level[:, 3])
    fit = fit_persistence(model, past, later, np.zeros(800), covariates=known)
    assert fit.coefficients[-1] > 0.2
    with_it = fit.expect(past, n[:, 3], level[:, 3], np.zeros(800), covariates=known).mean
    plain = fit_persistence(model, past, later, np.zeros(800))
    without = plain.expect(past, n[:, 3], level[:, 3], np.zeros(800)).mean
    true = special.expit(special.logit(0.15) + lasts)
    assert np.mean((with_it - true) ** 2) < np.mean((without - true) ** 2)


def test_few_groups_are_refused() -> None:
    rng = np.random.default_rng(1)
    x, n, _ = sample(rng, groups=9)
    with pytest.raises(ValueError, match="нужно не меньше 10"):
        fit_lasting(x, n, np.full(x.shape, 0.15))
    x, n, _ = sample(rng, groups=12)
    model = fit_lasting(x, n, np.full(x.shape, 0.15))
    assert not model.free
    one = (x[:2, :3], n[:2, :3], np.full((2, 3), 0.15))
    with pytest.raises(ValueError, match="Случаев 2"):
        fit_persistence(model, one, (x[:2, 3], n[:2, 3], np.full(2, 0.15)), [0, 0])


def test_groups_that_never_fail_are_no_obstacle() -> None:
    n = np.full((30, 3), 20.0)
    model = fit_lasting(np.zeros((30, 3)), n, np.full((30, 3), 0.01))
    assert np.isfinite([model.sd, model.year_sd, model.mean]).all()

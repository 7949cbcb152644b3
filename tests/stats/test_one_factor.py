"""Several shares together: against brute force, a known truth and what must hold."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from shnor_lib.stats.beta_binomial import BetaPrior, posterior_at_least
from shnor_lib.stats.one_factor import MIN_GROUPS, Share, at_least, factor_correlation

PRIORS = (BetaPrior(1.5, 6.0), BetaPrior(2.0, 5.0), BetaPrior(0.8, 4.0))
THRESHOLDS = (0.2, 0.3, 0.2)


def share(
    low: list[float] | np.ndarray,
    n: list[float] | np.ndarray,
    prior: BetaPrior = PRIORS[0],
    threshold: float = 0.2,
) -> Share:
    some, many = np.asarray(low, dtype=float), np.asarray(n, dtype=float)
    every = np.empty(len(some), dtype=object)
    every[:] = prior
    return Share(
        low=some,
        n=many,
        prior=every,
        chance=posterior_at_least(some, many, threshold, prior),
        threshold=threshold,
        counts=np.ones(len(some), dtype=bool),
        certain=np.zeros(len(some), dtype=bool),
    )


def alone(shares: list[Share], k: int = 1) -> list[tuple[list[list[Share]], int]]:
    return [([[one] for one in shares], k)]


def by_force(counts: list[tuple[int, int]], r: float, k: int) -> float:
    """P(at least k beyond) by sums over fine grids, one share after another."""
    cells = (np.arange(1600) + 0.5) / 1600
    factors = np.linspace(-6, 6, 121)
    weight = stats.norm.pdf(factors)
    total, wanted = 0.0, 0.0
    known = []
    for (x, n), prior, threshold in zip(counts, PRIORS, THRESHOLDS, strict=False):
        own = stats.beta(prior.alpha, prior.beta)
        score = stats.norm.ppf(own.cdf(cells))
        inside = np.isfinite(score)
        likely = own.pdf(cells) * stats.binom.pmf(x, n, cells)
        known.append((score[inside], likely[inside], (cells >= threshold)[inside]))
    for s, w in zip(factors, weight, strict=True):
        evidence, beyond = [], []
        for score, likely, over in known:
            # density of the score given the factor, over its density
            ratio = np.exp(score**2 / 2 - (score - np.sqrt(r) * s) ** 2 / (2 * (1 - r)))
            density = likely * ratio
            evidence.append(density.sum())
            beyond.append(density[over].sum() / density.sum())
        chance = 0.0
        for which in product((0, 1), repeat=len(beyond)):
            if sum(which) >= k:
                chance += np.prod(
                    [p if yes else 1 - p for p, yes in zip(beyond, which, strict=True)]
                )
        total += w * np.prod(evidence)
        wanted += w * np.prod(evidence) * chance
    return wanted / total


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("r", [0.0, 0.4, 0.8])
def test_against_brute_force(r: float, k: int) -> None:
    counts = [(3, 12), (9, 40), (1, 9)]
    shares = [
        share([x], [n], prior, threshold)
        for (x, n), prior, threshold in zip(counts, PRIORS, THRESHOLDS, strict=True)
    ]
    found = at_least(alone(shares, k), r)
    assert found[0] == pytest.approx(by_force(counts, r, k), abs=0.004)


def test_one_share_is_its_own_chance() -> None:
    one = share([0, 2, 5, 30], [8, 10, 12, 200])
    np.testing.assert_allclose(at_least(alone([one]), 0.7), one.chance, atol=1e-6)


def test_nothing_in_common_is_the_product() -> None:
    shares = [share([2, 5], [15, 20], prior) for prior in PRIORS]
    product_ = 1 - np.prod([1 - one.chance for one in shares], axis=0)
    np.testing.assert_allclose(at_least(alone(shares), 0.0), product_, atol=1e-9)


@pytest.mark.parametrize("r", [0.2, 0.6, 0.9])
def test_one_more_low_result_never_lowers_it(r: float) -> None:
    other = share([4] * 26, [25] * 26, PRIORS[1], 0.3)
    rising = share(list(range(26)), [25] * 26)
    found = at_least(alone([rising, other]), r)
    assert (np.diff(found) > -1e-9).all()


def test_sets_count_once() -> None:
    shares = [share([9, 2], [20, 20]) for _ in range(2)]
    together = at_least([([shares], 1)], 0.5)
    np.testing.assert_allclose(together, at_least(alone(shares), 0.5), atol=1e-12)
    assert (at_least([([shares], 2)], 0.5) == 0).all()


def test_facts_stay_facts() -> None:
    sure, none = share([1, 1], [20, 20]), share([9, 9], [20, 20])
    sure.certain[0] = True
    none.counts[:] = False
    found = at_least(alone([sure, none]), 0.5)
    assert found[0] == 1
    assert 0 < found[1] < 1
    sure.counts[:], sure.certain[:] = False, False
    assert (at_least(alone([sure, none]), 0.5) == 0).all()


def test_unknown_shares_say_nothing() -> None:
    known, gap = share([3, 3], [20, 20]), share([np.nan, np.nan], [0, 0])
    np.testing.assert_allclose(at_least(alone([known, gap]), 0.5), known.chance, atol=1e-6)
    assert np.isnan(at_least(alone([gap]), 0.5)).all()


def _region(groups: int, r: float, seed: int) -> tuple[list[Share], np.ndarray]:
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal(groups)
    shares, beyond = [], []
    for prior, threshold in zip(PRIORS, THRESHOLDS, strict=True):
        score = np.sqrt(r) * factor + np.sqrt(1 - r) * rng.standard_normal(groups)
        true = stats.beta(prior.alpha, prior.beta).ppf(stats.norm.cdf(score))
        n = rng.integers(5, 60, groups)
        shares.append(share(rng.binomial(n, true), n, prior, threshold))
        beyond.append(true >= threshold)
    return shares, np.any(beyond, axis=0)


@pytest.mark.parametrize("r", [0.3, 0.7])
def test_the_correlation_is_found_and_the_probabilities_come_true(r: float) -> None:
    shares, beyond = _region(2500, r, 1)
    found = factor_correlation(shares)
    assert found == pytest.approx(r, abs=0.06)
    chance = at_least(alone(shares), found)
    for low in np.arange(0, 1, 0.2):
        inside = (chance >= low) & (chance < low + 0.2)
        assert inside.sum() > 100
        assert beyond[inside].mean() == pytest.approx(chance[inside].mean(), abs=0.07)
    surest = np.max([one.chance for one in shares], axis=0)
    brier = [np.mean((p - beyond) ** 2) for p in (chance, surest)]
    assert brier[0] < brier[1]


def test_too_few_groups_give_no_correlation() -> None:
    shares, _ = _region(MIN_GROUPS - 1, 0.5, 2)
    assert np.isnan(factor_correlation(shares))
    assert np.isnan(factor_correlation(_region(50, 0.5, 2)[0][:1]))
    shares, _ = _region(MIN_GROUPS, 0.5, 2)
    assert 0 < factor_correlation(shares) < 0.9

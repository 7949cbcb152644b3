"""Ranks drawn from posteriors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.beta_binomial import BetaPrior, fit_beta_binomial
from shnor_lib.stats.rank_simulation import (
    draw_shares,
    rank_arrays,
    rank_normals,
    rank_shares,
    summarise_ranks,
)

PRIOR = BetaPrior(0.5, 0.5)


def test_ranks_share_the_mean_and_gaps_have_none() -> None:
    ranks = rank_arrays([[3, 5, 3, np.nan], [1, 2, 4, 3]])
    np.testing.assert_array_equal(ranks, [[2.5, 1, 2.5, np.nan], [4, 3, 1, 2]])


def test_summary_by_hand() -> None:
    ranks = np.array([[1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4], [1, 2, 4, 3.0]])
    table = summarise_ranks(ranks)
    assert table["mean"].tolist() == [1.25, 2, 3, 3.75]
    assert table["median"].tolist() == [1, 2, 3, 4]
    assert table["p_lowest"].tolist() == [0, 0, 0.25, 0.75]
    assert table["low"].tolist() == [1, 1, 2, 3] and table["high"].tolist() == [2, 3, 4, 4]


def test_two_groups_stand_as_their_posteriors_say() -> None:
    """P(first is better) = P(Beta₁ < Beta₂), by numerical integration."""
    rng = np.random.default_rng(0)
    table = rank_shares([3, 6], [20, 20], PRIOR, better="low", draws=40000, generator=rng)
    grid = np.linspace(0, 1, 20001)[1:-1]
    first, second = stats.beta(3.5, 17.5), stats.beta(6.5, 14.5)
    chance = np.trapezoid(second.pdf(grid) * first.cdf(grid), grid)
    assert table["mean"][0] == pytest.approx(2 - chance, abs=0.01)
    high = rank_shares(
        [3, 6], [20, 20], PRIOR, better="high", draws=40000, generator=np.random.default_rng(0)
    )
    assert high["mean"][0] == pytest.approx(3 - table["mean"][0])


def test_equal_groups_can_stand_anywhere() -> None:
    rng = np.random.default_rng(0)
    table = rank_shares([5] * 40, [20] * 40, PRIOR, better="low", draws=4000, generator=rng)
    np.testing.assert_allclose(table["p_lowest"], 0.25, atol=0.04)
    np.testing.assert_allclose(table["mean"], 20.5, atol=1)
    assert (table["high"] - table["low"] >= 36).all()


def test_huge_groups_keep_their_places() -> None:
    rng = np.random.default_rng(0)
    n = np.full(8, 10**7)
    x = (n * np.linspace(0.1, 0.8, 8)).astype(int)
    table = rank_shares(x, n, PRIOR, better="low", draws=200, generator=rng)
    for name in ("median", "low", "high"):
        assert table[name].tolist() == list(range(1, 9))
    assert table["p_lowest"].tolist() == [0] * 6 + [1, 1]


def test_groups_without_a_share_have_no_rank() -> None:
    rng = np.random.default_rng(0)
    table = rank_shares([3, np.nan, 6], [20, 5, 20], PRIOR, better="low", draws=50, generator=rng)
    assert table.iloc[1].isna().all()
    assert table["high"].max() == 2
    drawn = draw_shares([3, 0], [20, 0], PRIOR, draws=5, generator=rng)
    assert np.isnan(drawn[:, 1]).all() and ((drawn[:, 0] > 0) & (drawn[:, 0] < 1)).all()


def test_rank_intervals_hold_the_true_rank() -> None:
    rng = np.random.default_rng(0)
    hits, quarter = [], []
    for _ in range(15):
        truth = rng.beta(2, 6, 60)
        n = rng.integers(8, 60, 60)
        x = rng.binomial(n, truth)
        prior = fit_beta_binomial(x, n)
        table = rank_shares(x, n, prior, better="low", draws=800, generator=rng)
        true = rank_arrays(-truth)
        hits.append(((table["low"] <= true) & (true <= table["high"])).mean())
        quarter.append((table["p_lowest"] - (true > 45)).mean())
    assert np.mean(hits) == pytest.approx(0.95, abs=0.03)
    assert np.mean(quarter) == pytest.approx(0, abs=0.01)


def test_normal_posteriors() -> None:
    rng = np.random.default_rng(0)
    table = rank_normals([0.0, 1.0], [1.0, 1.0], better="high", draws=40000, generator=rng)
    assert table["mean"][1] == pytest.approx(2 - stats.norm.cdf(1 / np.sqrt(2)), abs=0.01)


@pytest.mark.real
def test_real_schools_have_wide_rank_intervals(shared) -> None:
    moscow = pd.read_csv(shared / "data" / "stat_oracles" / "betabinom_moscow_vgam.csv")
    prior = fit_beta_binomial(moscow["low"], moscow["n"])
    table = rank_shares(
        moscow["low"], moscow["n"], prior, better="low", draws=500,
        generator=np.random.default_rng(0),
    )  # fmt: skip
    width = (table["high"] - table["low"]).median()
    assert 80 < width < 300
    lowest = rank_arrays(-moscow["shrunk"].to_numpy()) > 0.75 * 626
    sure = table["p_lowest"][lowest] > 0.95
    assert 0.2 < sure.mean() < 0.9  # not all of the lowest quarter stand there for sure

"""Ranks with their uncertainty: where would a group stand if it were measured again?

A rank on its own says little: groups with different true values change places by chance.
Goldstein and Spiegelhalter (1996, JRSS A 159: 385–443).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from shnor_lib.stats.arrays import Floats, counts, known_counts
from shnor_lib.stats.beta_binomial import BetaPrior


def rank_arrays(scores: Any) -> Floats:
    """Ranks along the last axis: 1 for the highest, ties share the mean; gaps have no rank."""
    x = np.asarray(scores, dtype=np.float64)
    gaps = np.isnan(x)
    if not gaps.any():
        return np.asarray(rankdata(-x, method="average", axis=-1), dtype=np.float64)
    places = rankdata(np.where(gaps, np.inf, -x), method="average", axis=-1)
    return np.asarray(np.where(gaps, np.nan, places), dtype=np.float64)


def summarise_ranks(ranks: Floats, *, level: float = 0.95, lowest: float = 0.25) -> pd.DataFrame:
    """What drawn ranks say about each group.

    Parameters
    ----------
    ranks
        Draws × groups, 1 = best.
    level
        Coverage of the interval of the rank.
    lowest
        Part of the groups that counts as the lowest.

    Returns
    -------
    DataFrame
        ``mean``, ``median``, ``low``, ``high`` (equal tails, ranks that were drawn), ``q5``,
        ``q95``, ``p_lowest``: share of the draws in which the group's rank is above
        (1 − ``lowest``) · number of ranked groups.
    """
    tail = (1 - level) / 2
    n = (~np.isnan(ranks)).sum(axis=1, keepdims=True)
    known = ~np.isnan(ranks).all(axis=0)
    columns = {name: np.full(ranks.shape[1], np.nan) for name in ("mean", "median", "p_lowest")}
    ends = np.full((4, ranks.shape[1]), np.nan)
    if known.any():
        part = ranks[:, known]
        columns["mean"][known] = np.nanmean(part, axis=0)
        columns["median"][known] = np.nanmedian(part, axis=0)
        quantiles = np.nanquantile(
            part, [tail, 1 - tail, 0.05, 0.95], axis=0, method="inverted_cdf"
        )
        ends[:, known] = quantiles
        with np.errstate(invalid="ignore"):
            inside = np.where(np.isnan(part), np.nan, part > (1 - lowest) * n)
        columns["p_lowest"][known] = np.nanmean(inside, axis=0)
    return pd.DataFrame(
        {
            "mean": columns["mean"],
            "median": columns["median"],
            "low": ends[0],
            "high": ends[1],
            "q5": ends[2],
            "q95": ends[3],
            "p_lowest": columns["p_lowest"],
        }
    )


def draw_shares(
    x: Any, n: Any, prior: BetaPrior, *, draws: int, generator: np.random.Generator
) -> Floats:
    """True shares drawn from their posteriors: draws × groups, ``nan`` without a share."""
    some, many = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(some, many)
    drawn = np.full((draws, some.size), np.nan)
    a, b = prior.alpha + some[known], prior.beta + (many - some)[known]
    drawn[:, known.ravel()] = generator.beta(a, b, (draws, int(known.sum())))
    return drawn


def rank_shares(
    x: Any,
    n: Any,
    prior: BetaPrior,
    *,
    better: Literal["high", "low"],
    draws: int = 2000,
    generator: np.random.Generator,
    level: float = 0.95,
    lowest: float = 0.25,
) -> pd.DataFrame:
    """Ranks of groups by their true shares.

    Parameters
    ----------
    x, n
        Counts by group.
    prior
        From :func:`~.beta_binomial.fit_beta_binomial`.
    better
        Whether a high or a low share is good (rank 1).
    draws
        From the posteriors.
    generator
        Source of randomness.
    level, lowest
        As in :func:`summarise_ranks`.

    Returns
    -------
    DataFrame
        As :func:`summarise_ranks`.
    """
    drawn = draw_shares(x, n, prior, draws=draws, generator=generator)
    ranks = rank_arrays(drawn if better == "high" else -drawn)
    return summarise_ranks(ranks, level=level, lowest=lowest)


def rank_normals(
    means: Any,
    sds: Any,
    *,
    better: Literal["high", "low"],
    draws: int = 2000,
    generator: np.random.Generator,
    level: float = 0.95,
    lowest: float = 0.25,
) -> pd.DataFrame:
    """As :func:`rank_shares`, for values with normal posteriors."""
    centre, spread = np.broadcast_arrays(counts(means), counts(sds))
    drawn = centre + spread * generator.standard_normal((draws, centre.size))
    ranks = rank_arrays(drawn if better == "high" else -drawn)
    return summarise_ranks(ranks, level=level, lowest=lowest)

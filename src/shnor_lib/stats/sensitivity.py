"""Uncertainty and sensitivity of an index: how far do its results hang on choices and chance?

Uncertainty analysis varies all assumptions at once and looks at the spread of the ranks;
sensitivity analysis asks which assumption makes it. Saisana, Saltelli and Tarantola (2005,
JRSS A 168: 307–323).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from shnor_lib.stats.arrays import Floats
from shnor_lib.stats.composite.panel import label, matching, slices
from shnor_lib.stats.composite.variants import (
    Choice,
    Sampling,
    VariantError,
    Variants,
    WeightNoise,
)
from shnor_lib.stats.rank_simulation import rank_arrays, summarise_ranks

__all__ = [
    "Choice",
    "Sampling",
    "Uncertainty",
    "VariantError",
    "Variants",
    "WeightNoise",
    "monte_carlo",
    "sobol",
    "sobol_of_function",
]


@dataclass(frozen=True)
class Uncertainty:
    """What :func:`monte_carlo` gives.

    Attributes
    ----------
    rows
        Units (and times).
    nominal
        Scores of the chain as it is.
    nominal_ranks
        Their ranks, each time by itself; 1 = best, ties share the mean.
    scores, ranks
        Runs × rows.
    design
        What was assumed in each run: labels of the choices, numbers of the draws.
    one_scale
        Whether the scores of all runs are points of one scale.
    """

    rows: pd.Index
    nominal: Floats
    nominal_ranks: Floats
    scores: Floats
    ranks: Floats
    design: pd.DataFrame
    one_scale: bool

    def summary(self, *, level: float = 0.95, lowest: float = 0.25) -> pd.DataFrame:
        """Ranks of every unit over all runs.

        Parameters
        ----------
        level
            Coverage of ``rank_low`` … ``rank_high``.
        lowest
            Part of the units (of a time) that counts as the lowest.

        Returns
        -------
        DataFrame
            ``score``, ``rank`` (nominal), ``rank_mean``, ``rank_median``, ``rank_low``,
            ``rank_high``, ``rank_q5``, ``rank_q95``, ``p_lowest`` (share of the runs in which
            the unit is among the lowest).
        """
        table = pd.DataFrame({"score": self.nominal, "rank": self.nominal_ranks}, index=self.rows)
        parts = []
        for _, rows in slices(self.rows, by_time=True):
            part = summarise_ranks(self.ranks[:, rows], level=level, lowest=lowest)
            parts.append(part.set_axis(self.rows[rows], axis=0))
        drawn = pd.concat(parts).reindex(self.rows)
        names = {c: c if c == "p_lowest" else f"rank_{c}" for c in drawn.columns}
        return table.join(drawn.rename(columns=names))

    def scores_summary(self, *, level: float = 0.95) -> pd.DataFrame:
        """Score of every unit over all runs: ``score``, ``median``, ``low``, ``high``.

        Raises
        ------
        VariantError
            The runs have scores of different scales.
        """
        self._comparable()
        tail = (1 - level) / 2
        low, middle, high = np.quantile(self.scores, [tail, 0.5, 1 - tail], axis=0)
        return pd.DataFrame(
            {"score": self.nominal, "median": middle, "low": low, "high": high}, index=self.rows
        )

    def share_below(self, cutoff: float) -> pd.Series[float]:
        """Share of the runs in which a unit's score is below a cut-off.

        Raises
        ------
        VariantError
            The runs have scores of different scales, so that one cut-off means nothing.
        """
        self._comparable()
        below = np.where(np.isnan(self.scores), np.nan, self.scores < cutoff)
        share = np.asarray(below.mean(axis=0), dtype=np.float64)
        return pd.Series(share, index=self.rows, name="share_below")

    def rank_shift(self) -> pd.Series[float]:
        """Mean absolute difference of rank from the nominal one, of every run."""
        shift = np.nanmean(np.abs(self.ranks - self.nominal_ranks), axis=1)
        return pd.Series(np.asarray(shift, dtype=np.float64), name="rank_shift")

    def _comparable(self) -> None:
        if not self.one_scale:
            raise VariantError(
                "Баллы вариантов в разных шкалах: с одной границей их сравнить нельзя, "
                "сравнивайте места."
            )


def monte_carlo(variants: Variants, *, draws: int = 1000, seed: int | Sequence[int]) -> Uncertainty:
    """Vary all assumptions at once.

    Parameters
    ----------
    variants
        Index and assumptions; independent of one another, choices by their probabilities.
    draws
        Number of runs.
    seed
        Number or numbers; the same seed gives the same runs.

    Raises
    ------
    VariantError
        A variant is impossible; it is never replaced by another.
    """
    generator = np.random.default_rng(seed)
    variants.prepare(draws, generator)
    design = variants.numbers(generator.random((draws, len(variants.names))), draws)
    for position, assumption in enumerate(variants.assumptions):
        if not isinstance(assumption, Choice):
            design[:, position] = np.arange(draws)  # every run its own draw
    scores = variants.scores(design)
    nominal = variants.nominal
    return Uncertainty(
        rows=variants.rows,
        nominal=nominal,
        nominal_ranks=_ranks(nominal[None, :], variants.rows)[0],
        scores=scores,
        ranks=_ranks(scores, variants.rows),
        design=variants.labels(design),
        one_scale=variants.one_scale,
    )


def sobol(
    variants: Variants,
    *,
    base: int = 256,
    seed: int,
    units: Sequence[Any] = (),
    resamples: int = 200,
    level: float = 0.95,
) -> pd.DataFrame:
    """Which assumption moves the ranks: Sobol' indices of first and total order.

    The first-order index of an assumption is the share of the variance that would go if it
    alone were settled; the total index the share that would stay if all others were. Weight
    noise and sampling error count as one assumption each: a draw from a prepared set.

    Parameters
    ----------
    variants
        Index and at least two assumptions.
    base
        Runs of the base sample, a power of 2; in all base · (assumptions + 2) runs.
    seed
        Of the design and the bootstrap.
    units
        Rows whose own rank is looked at too.
    resamples, level
        Of the bootstrap intervals.

    Returns
    -------
    DataFrame
        ``target`` (``rank_shift``: mean absolute difference of rank from the nominal one, as
        in COINr; or a unit), ``assumption``, ``first``, ``first_low``, ``first_high``,
        ``total``, ``total_low``, ``total_high``. All 0 where nothing varies.

    Raises
    ------
    VariantError
        A variant is impossible, or there are fewer than two assumptions.
    """
    if len(variants.names) < 2:
        raise VariantError("Чувствительность делят между допущениями: нужно не меньше двух.")
    generator = np.random.default_rng(seed)
    variants.prepare(base, generator)
    nominal = _ranks(variants.nominal[None, :], variants.rows)[0]
    wanted = [_position(variants.rows, unit) for unit in units]

    def model(uniform: Floats) -> Floats:
        design = variants.numbers(uniform.T, base)
        different, back = np.unique(design, axis=0, return_inverse=True)
        ranks = _ranks(variants.scores(different.astype(np.int64)), variants.rows)[back.ravel()]
        shift = np.nanmean(np.abs(ranks - nominal), axis=1)
        return np.vstack([shift, *(ranks[:, position] for position in wanted)])

    table = sobol_of_function(
        model, variants.names, base=base, generator=generator, resamples=resamples, level=level
    )
    targets = ["rank_shift", *(label(unit) for unit in units)]
    table.insert(0, "target", [targets[number] for number in table.pop("output")])
    return table


def sobol_of_function(
    function: Callable[[Floats], Floats],
    names: Sequence[str],
    *,
    base: int,
    generator: np.random.Generator,
    resamples: int = 200,
    level: float = 0.95,
) -> pd.DataFrame:
    """Sobol' indices of a function of independent uniform numbers.

    Parameters
    ----------
    function
        Of an array inputs × points (each 0…1), gives outputs × points (or one per point).
    names
        Of the inputs, at least two.
    base
        Points of the base sample, a power of 2.
    generator
        Of the design and the bootstrap.
    resamples, level
        Bootstrap percentile intervals over the points.

    Returns
    -------
    DataFrame
        ``output`` (number), ``assumption``, and the indices of :func:`sobol`.

    Notes
    -----
    Estimators of Saltelli et al. (2010, Computer Physics Communications 181: 259–270) in
    :func:`scipy.stats.sobol_indices`, on a scrambled Sobol' sequence of 2 · inputs
    dimensions. Estimates may leave 0…1 by chance.
    """
    inputs = len(names)
    points = qmc.Sobol(2 * inputs, rng=generator).random(base).T
    a, b = points[:inputs], points[inputs:]
    blocks = [a, b]
    for number in range(inputs):
        mixed = a.copy()
        mixed[number] = b[number]
        blocks.append(mixed)
    values = np.atleast_2d(function(np.concatenate(blocks, axis=1)))
    split = values.reshape(len(values), inputs + 2, base).swapaxes(0, 1)
    first, total = _indices(split, base)
    drawn = [
        _indices(split[:, :, generator.integers(0, base, base)], base) for _ in range(resamples)
    ]
    tail = (1 - level) / 2
    ends = np.quantile(np.array(drawn), [tail, 1 - tail], axis=0)
    rows = [
        {
            "output": output,
            "assumption": name,
            "first": first[output, number],
            "first_low": ends[0, 0, output, number],
            "first_high": ends[1, 0, output, number],
            "total": total[output, number],
            "total_low": ends[0, 1, output, number],
            "total_high": ends[1, 1, output, number],
        }
        for output in range(len(values))
        for number, name in enumerate(names)
    ]
    return pd.DataFrame(rows)


def _indices(split: Floats, base: int) -> tuple[Floats, Floats]:
    """First and total indices (outputs × inputs) from the values at A, B and the mixtures."""
    found = stats.sobol_indices(
        func={"f_A": split[0], "f_B": split[1], "f_AB": split[2:]},
        n=base,
    )
    shape = (split.shape[1], len(split) - 2)
    return np.reshape(found.first_order, shape), np.reshape(found.total_order, shape)


def _ranks(scores: Floats, rows: pd.Index) -> Floats:
    result = np.empty_like(scores)
    for _, positions in slices(rows, by_time=True):
        result[:, positions] = rank_arrays(scores[:, positions])
    return result


def _position(rows: pd.Index, unit: Any) -> int:
    found = np.flatnonzero(matching(rows, unit))
    if len(found) != 1:
        raise VariantError(f"Единицы «{label(unit)}» нет среди оценённых.")
    return int(found[0])

"""Aggregations: how the points of a group become one number.

Every aggregation takes values (… × units × members) and weights (… × 1 × members, or … × units
× members where units have their own) and gives (… × units); leading axes are simulated
repetitions and are broadcast. Members without a value are left out and the weights of the others
grow in proportion; a unit without any gets ``nan``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from scipy.stats import rankdata

from shnor_lib.stats.arrays import Bools, Floats
from shnor_lib.stats.composite.errors import StepError

STEP = "агрегирование"


class Aggregation(ABC):
    """A way to make one number out of several."""

    name: ClassVar[str]
    """Short English identifier for tables and logs."""

    compares_units: ClassVar[bool] = False
    """Whether the result depends on the other units too."""

    reason: ClassVar[str] = ""
    """Russian: why :meth:`impossible` values cannot be aggregated."""

    def impossible(self, values: Floats) -> Bools | None:
        """Where values cannot be aggregated; ``None`` if every number can."""
        return self._impossible(values)

    def combine(self, values: Floats, weights: Floats) -> Floats:
        """One number per unit; weights of one axis are those of the members.

        Raises
        ------
        StepError
            Values that cannot be aggregated (:meth:`impossible` says which), or units with
            their own weights where units are compared.
        """
        wrong = self._impossible(values)
        if wrong is not None and wrong.any():
            raise StepError(STEP, f"{self.reason}.")
        own = weights[None, :] if weights.ndim == 1 else weights
        if self.compares_units and own.shape[-2] != 1:
            raise StepError(STEP, "единицы с разными весами попарно не сравнить.")
        return np.asarray(self._combine(values, own), dtype=np.float64)

    def _impossible(self, values: Floats) -> Bools | None:  # noqa: ARG002
        return None

    @abstractmethod
    def _combine(self, values: Floats, weights: Floats) -> Floats: ...


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Σ w x / Σ w over the members that have a value; shapes as in the module's docstring."""
    gaps = np.isnan(values)
    whole = not gaps.any()
    known = values if whole else np.where(gaps, 0.0, values)
    if weights.shape[-2] == 1:
        column = weights[..., 0, :, None]
        top = (known @ column)[..., 0]
        there = None if whole else (~gaps).astype(np.float64)
        bottom = weights.sum(axis=-1) if there is None else (there @ column)[..., 0]
    else:
        own = weights if whole else np.where(gaps, 0.0, weights)
        top, bottom = (known * own).sum(axis=-1), own.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan), dtype=np.float64)


@dataclass(frozen=True)
class Arithmetic(Aggregation):
    """Weighted arithmetic mean Σ w x / Σ w: a good value makes up for a bad one."""

    name: ClassVar[str] = "arithmetic"

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        return weighted_mean(values, weights)


@dataclass(frozen=True)
class Geometric(Aggregation):
    """Weighted geometric mean exp(Σ w ln x / Σ w); all values must be above zero."""

    name: ClassVar[str] = "geometric"
    reason: ClassVar[str] = "среднее геометрическое считается только для чисел больше 0"

    def _impossible(self, values: Floats) -> Bools:
        return np.asarray(values <= 0, dtype=np.bool_)

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        return np.asarray(np.exp(weighted_mean(np.log(values), weights)), dtype=np.float64)


@dataclass(frozen=True)
class Harmonic(Aggregation):
    """Weighted harmonic mean Σ w / Σ (w / x); all values must be above zero."""

    name: ClassVar[str] = "harmonic"
    reason: ClassVar[str] = "среднее гармоническое считается только для чисел больше 0"

    def _impossible(self, values: Floats) -> Bools:
        return np.asarray(values <= 0, dtype=np.bool_)

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        return np.asarray(1 / weighted_mean(1 / values, weights), dtype=np.float64)


@dataclass(frozen=True)
class Power(Aggregation):
    """Generalised mean (Σ w x^p / Σ w)^{1/p}; p = 0 is the geometric mean.

    p = 1 is the arithmetic, p = −1 the harmonic mean; the lower p, the less a good value makes
    up for a bad one. Values must not be negative, for p ≤ 0 they must be above zero.
    """

    name: ClassVar[str] = "power"
    p: float = 0.5
    reason: ClassVar[str] = (
        "степенное среднее не считается для отрицательных чисел, а при степени не больше 0 и для нуля"
    )

    def _impossible(self, values: Floats) -> Bools | None:
        if self.p == 1:
            return None
        return np.asarray(values < 0 if self.p > 0 else values <= 0, dtype=np.bool_)

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        if self.p == 0:
            return Geometric()._combine(values, weights)
        if self.p == 1:
            return weighted_mean(values, weights)
        return np.asarray(weighted_mean(values**self.p, weights) ** (1 / self.p), dtype=np.float64)


@dataclass(frozen=True)
class MazziottaPareto(Aggregation):
    """Mean minus a penalty for imbalance: M − S · cv = M − S² / M, cv = S / M.

    M and S are the (weighted) mean and standard deviation (divisor n) of the unit's own
    values. With z-scores of mean 100 and deviation 10 this is the MPI (De Muro, Mazziotta and
    Pareto 2011, Social Indicators Research 104: 1–18), with :class:`~.scales.Ampi` the AMPI
    (Mazziotta and Pareto 2016, ibid. 127: 983–1003); weights as in Mazziotta and Pareto
    (2022, RIEDS 76).

    Parameters
    ----------
    penalty
        −1: imbalance lowers the index (more is better); 1: it raises it (indices of want).
    """

    name: ClassVar[str] = "mazziotta-pareto"
    penalty: Literal[-1, 1] = -1

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        mean = weighted_mean(values, weights)
        variance = weighted_mean((values - mean[..., None]) ** 2, weights)
        if (mean <= 0).any():
            raise StepError(
                STEP,
                "индекс Маццотты — Парето требует положительных средних; "
                "нормируйте в шкалу около 100.",
            )
        return np.asarray(mean + self.penalty * variance / mean, dtype=np.float64)


@dataclass(frozen=True)
class Copeland(Aggregation):
    """Outranking: how far a unit beats the others, indicator by indicator.

    a_ij is the weight of the indicators in which i is above j plus half of those in which they
    are equal, weights adding up to 1 (see :func:`outranking`). ``shares`` (COINr's
    ``a_copeland``): Σ_j a_ij, which needs no matrix: it is the weighted mean of the ranks
    (ties sharing the mean) minus 1. ``wins``: the rule of Copeland (1951), units beaten
    (a_ij > ½) minus units that beat it. All members must have a value.
    """

    name: ClassVar[str] = "copeland"
    compares_units: ClassVar[bool] = True
    count: Literal["shares", "wins"] = "shares"
    reason: ClassVar[str] = "попарное сравнение требует всех значений, а здесь пропуск"

    def _impossible(self, values: Floats) -> Bools:
        return np.asarray(np.isnan(values), dtype=np.bool_)

    def _combine(self, values: Floats, weights: Floats) -> Floats:
        if self.count == "shares":
            return weighted_mean(rankdata(values, method="average", axis=-2) - 1, weights)
        lead = np.broadcast_shapes(values.shape[:-2], weights.shape[:-2])
        wide = np.broadcast_to(values, (*lead, *values.shape[-2:]))
        own = np.broadcast_to(weights[..., 0, :], (*lead, weights.shape[-1]))
        scores = np.empty((*lead, values.shape[-2]))
        for place in np.ndindex(*lead):
            beaten = outranking(wide[place], own[place])
            scores[place] = (beaten > 0.5).sum(axis=1) - (beaten < 0.5).sum(axis=1)
            scores[place] += 1  # the diagonal counts as lost
        return scores


def outranking(values: Floats, weights: Floats) -> Floats:
    """Outranking matrix of units × units: weight of what is above, half of what is equal.

    Parameters
    ----------
    values
        Units × members, no gaps.
    weights
        One per member; scaled to add up to 1.

    Returns
    -------
    array
        a_ij in 0…1 with a_ij + a_ji = 1; 0 on the diagonal.

    Notes
    -----
    Munda and Nardo (2009, Applied Economics 41: 1513–1523).
    """
    share = weights / weights.sum()
    matrix = np.zeros((len(values), len(values)))
    for member, weight in zip(values.T, share, strict=True):
        difference = np.sign(member[:, None] - member[None, :])
        matrix += weight * (difference + 1) / 2
    # Sums of weights that should be exactly one half may miss it by a rounding.
    matrix = np.where(np.abs(matrix - 0.5) < 1e-12, 0.5, matrix)
    np.fill_diagonal(matrix, 0.0)
    return matrix

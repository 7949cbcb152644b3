"""Worlds: how the true shares of low results may be distributed over schools.

The product's model says «beta distribution». Nobody knows whether the schools of a region agree, so
the methods are tried in one world where the model is exact and in three where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special, stats

from shnor_lib.stats.arrays import Floats

RHO = 0.13
"""Correlation of two pupils of one class: the middle of what 390 schools of one region show for
Russian and mathematics of classes 5–8 (0.10–0.20, ВПР of spring 2021)."""

_SPREAD = 1.0
"""Standard deviation of the logit of true shares that goes with :data:`RHO` at 15 %."""

_TROUBLED, _HIGHER, _TIGHT = 0.12, 0.32, 45.0
"""World of two groups: share of the schools in trouble, how much higher their mean is, and α + β
within a group."""


@dataclass(frozen=True)
class World:
    """One way the truth may be.

    Parameters
    ----------
    id, title, note, english
        Code; Russian title and one Russian sentence for the page; the same in English.
    shares
        (standard normal scores, mean share, pupils in a class) → true shares 0…1; a higher score
        means more low results. Arrays of one shape; the mean is one number.
    """

    id: str
    title: str
    note: str
    english: str
    shares: Callable[[Floats, float, Floats], Floats]


def _beta(z: Floats, mean: float, size: Floats) -> Floats:
    del size
    precision = 1 / RHO - 1
    return np.asarray(special.betaincinv(mean * precision, (1 - mean) * precision, special.ndtr(z)))


def _logit_normal(z: Floats, mean: float, size: Floats) -> Floats:
    del size
    return np.asarray(special.expit(_middle(mean, _SPREAD) + _SPREAD * z))


def _two_groups(z: Floats, mean: float, size: Floats) -> Floats:
    del size
    grid, cumulative = _mixture(round(mean, 6))
    return np.interp(special.ndtr(z), cumulative, grid)


def _by_size(z: Floats, mean: float, size: Floats) -> Floats:
    """Small schools do a little better and differ more, as in the region of :data:`RHO`."""
    small = np.clip(np.log(40 / np.maximum(size, 1.0)) / np.log(8), 0.0, 1.0)
    spread = _SPREAD * (1 + 0.3 * small)
    return np.asarray(special.expit(_middle(mean, _SPREAD) - 0.35 * small + spread * z))


def _middle(mean: float, spread: float) -> float:
    """Median logit of a logit-normal with this mean (16√3/15π approximation of the logistic)."""
    return float(special.logit(mean) * np.sqrt(1 + 0.3459 * spread**2))


@lru_cache(maxsize=1024)
def _mixture(mean: float) -> tuple[Floats, Floats]:
    """Distribution function of the world of two groups on a grid."""
    ordinary = max(mean - _TROUBLED * _HIGHER, 0.03)
    grid = np.linspace(0, 1, 2001)
    cumulative = (1 - _TROUBLED) * _beta_cdf(grid, ordinary)
    troubled = min(ordinary + _HIGHER, 0.9)
    cumulative += _TROUBLED * _beta_cdf(grid, troubled)
    return grid, cumulative


def _beta_cdf(grid: Floats, mean: float) -> Floats:
    return np.asarray(stats.beta.cdf(grid, mean * _TIGHT, (1 - mean) * _TIGHT))


WORLDS: tuple[World, ...] = (
    World(
        "beta",
        "Бета-распределение",
        "Истинные доли по каждому классу распределены так, как предполагает модель программы.",
        "Beta in every class: what the model supposes.",
        _beta,
    ),
    World(
        "logit_normal",
        "Логит-нормальное",
        "Логарифм шансов распределён нормально: хвост длиннее, чем у бета-распределения.",
        "Normal log-odds: a longer tail.",
        _logit_normal,
    ),
    World(
        "two_groups",
        "Две группы школ",
        "Каждая восьмая школа резко слабее остальных, между группами разрыв.",
        "One school in eight far weaker than the rest, with a gap between.",
        _two_groups,
    ),
    World(
        "by_size",
        "Доля зависит от размера",
        "У малых школ доля низких результатов в среднем чуть ниже, а различаются они сильнее.",
        "Small schools a little better and more different from one another.",
        _by_size,
    ),
)
"""In the order of the page."""


def world_of(name: str) -> World:
    """The world with this id; ``KeyError`` if there is none."""
    return {world.id: world for world in WORLDS}[name]

"""Several shares of one group together: at least one, or at least k, beyond their thresholds.

Shares of one group (subjects of one school) are alike. Each share has its prior over the
groups (:mod:`~shnor_lib.stats.beta_binomial`); its place in that distribution, as a normal score, is
z = √r · s + √(1 − r) · e with one factor s of the group and an own part e, both standard normal
(the one-factor Gaussian copula; Vasicek 2002, Risk 15: 160–162, for defaults of one portfolio). r is
the correlation of two scores: 0 when the shares of a group have nothing in common, 1 when one says
all. Given s the shares are independent, so that counts of all of them together say what s is, and
probabilities of «at least k» are exact sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from shnor_lib.stats.arrays import Bools, Floats
from shnor_lib.stats.beta_binomial import BetaPrior

MIN_GROUPS = 10
"""Fewer groups with two shares and more do not carry an estimate of r."""
MOST_GROUPS = 1000
"""Groups r is estimated from: more of them, evenly spread, would change its second decimal only."""
CELLS = 160
"""Cells of a share, equally wide on the arcsine scale."""
FARTHEST = 4.75
"""The factor is looked at so far on both sides."""
STEP = 1.4
"""Between its values, in the least standard deviation it may have once the shares are known: sums
over equal steps then err by 0.0003 at most."""

_TINY = 1e-300
_SURELY = 1e-12


@dataclass(frozen=True)
class Share:
    """One share of every group; arrays run over groups, ``nan`` where there is none.

    Parameters
    ----------
    low, n
        Counts.
    prior
        Of each group, None where there is none; it may differ between groups (e.g. where other
        years were pooled).
    chance
        Probability, from these counts and this prior alone, that the true share is beyond
        ``threshold``.
    threshold
        0…1.
    counts, certain
        Where the share beyond the threshold is what is asked for; where the answer is «yes»
        whatever the share is. Elsewhere a share tells about the others only.
    """

    low: Floats
    n: Floats
    prior: npt.NDArray[np.object_]
    chance: Floats
    threshold: float
    counts: Bools
    certain: Bools

    @cached_property
    def known(self) -> Bools:
        """Groups that have the share."""
        fitted = np.fromiter((p is not None for p in self.prior), np.bool_, len(self.prior))
        return ~np.isnan(self.low + self.n + self.chance) & fitted

    def of(self, groups: npt.NDArray[np.intp]) -> Share:
        """The same for some of the groups."""
        return Share(
            low=self.low[groups],
            n=self.n[groups],
            prior=self.prior[groups],
            chance=self.chance[groups],
            threshold=self.threshold,
            counts=self.counts[groups],
            certain=self.certain[groups],
        )

    @cached_property
    def _cells(self) -> tuple[Floats, int]:
        """Middles of the cells, and how many of them lie below the threshold."""
        middle = float(np.arcsin(np.sqrt(np.clip(self.threshold, 0.0, 1.0))))
        below = int(np.clip(round(CELLS * middle / (np.pi / 2)), 1, CELLS - 1))
        angles = [
            start + (end - start) * (np.arange(count) + 0.5) / count
            for start, end, count in ((0.0, middle, below), (middle, np.pi / 2, CELLS - below))
        ]
        return np.clip(np.sin(np.concatenate(angles)) ** 2, 1e-12, 1 - 1e-12), below

    @cached_property
    def _different(self) -> tuple[list[BetaPrior], Floats, npt.NDArray[np.intp]]:
        """Priors; different rows (prior, x, n, chance) and which of them each known group has.

        Rows of one prior stand together.
        """
        low, n, chance = (values[self.known] for values in (self.low, self.n, self.chance))
        priors: list[BetaPrior] = list({id(p): p for p in self.prior[self.known]}.values())
        if not priors:
            return [], np.empty((4, 0)), np.empty(0, dtype=np.intp)
        own = np.zeros(len(low))
        if len(priors) > 1:
            at = {id(prior): place for place, prior in enumerate(priors)}
            own = np.fromiter((at[id(p)] for p in self.prior[self.known]), np.float64, len(low))
        wide = n.max() + 1
        code = (own * wide + n) * wide + low
        first, back = _places(code)
        if (chance[first][back] != chance).any():
            # «no high results» of some years makes equal counts say different things
            fine = _places(chance)[1]
            first, back = _places(code * (fine.max() + 1.0) + fine)
        return priors, np.stack([values[first] for values in (own, low, n, chance)]), back

    @cached_property
    def _groups(self) -> list[tuple[BetaPrior, slice]]:
        """Priors and their rows."""
        priors, rows, _ = self._different
        ends = np.searchsorted(rows[0], np.arange(len(priors) + 1))
        return [(prior, slice(ends[at], ends[at + 1])) for at, prior in enumerate(priors)]

    @cached_property
    def _masses(self) -> Floats:
        """Different rows × cells: posterior of the share; beyond the threshold: ``chance``."""
        cells, below = self._cells
        _, low, n, chance = self._different[1]
        # per unit of the angle; the cells are as good as equally wide on both sides of the threshold
        log = (low + 0.5)[:, None] * np.log(cells) + (n - low + 0.5)[:, None] * np.log1p(-cells)
        for prior, rows in self._groups:
            log[rows] += prior.log_density(cells)
        masses = np.empty_like(log)
        for part, whole in ((slice(None, below), 1 - chance), (slice(below, None), chance)):
            side = log[:, part]
            mass = np.exp(side - side.max(axis=1, keepdims=True))
            masses[:, part] = mass * (whole / mass.sum(axis=1))[:, None]
        return np.asarray(masses)

    def given(self, factor: Floats, correlation: float) -> tuple[Floats, Floats]:
        """Different rows × values of the factor: its likelihood, and the probability that the share is
        not beyond.
        """
        cells, below = self._cells
        evidence, within = np.empty((2, self._different[1].shape[1], len(factor)))
        own = 1 - correlation
        for prior, rows in self._groups:
            score = special.ndtri(np.clip(prior.cumulative(cells), 1e-12, 1 - 1e-12))
            away = score[:, None] - np.sqrt(correlation) * factor
            density = np.exp(0.5 * score[:, None] ** 2 - 0.5 * away**2 / own) / np.sqrt(own)
            mass = self._masses[rows]
            within[rows] = mass[:, :below] @ density[:below]
            evidence[rows] = within[rows] + mass[:, below:] @ density[below:]
        return evidence, within / np.maximum(evidence, _TINY)

    @property
    def back(self) -> npt.NDArray[np.intp]:
        """Row of :meth:`given` of each known group."""
        return self._different[2]


def _places(values: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where each different value stands first, and which of them every value is."""
    _, first, back = np.unique(values, return_index=True, return_inverse=True)
    return np.asarray(first, dtype=np.intp), np.asarray(back.ravel(), dtype=np.intp)


def _factor(correlation: float, shares: int) -> tuple[Floats, Floats]:
    """Values of the factor and their weights."""
    least = 1 / np.sqrt(1 + shares * correlation / (1 - correlation))
    half = int(np.ceil(FARTHEST / (STEP * least)))
    values = np.linspace(-FARTHEST, FARTHEST, 2 * half + 1)
    weights = np.exp(-0.5 * values**2)
    return values, weights / weights.sum()


def factor_correlation(shares: Sequence[Share]) -> float:
    """Correlation r of two shares of one group, 0.01…0.9; ``nan`` with fewer than :data:`MIN_GROUPS`.

    Parameters
    ----------
    shares
        All shares; only groups that have two or more say anything.

    Notes
    -----
    Maximises Σ ln ∫ Π_u L_u(s; r) φ(s) ds + ln r(1 − r) over groups, L_u the likelihood of the counts
    of share u; the last term keeps r away from 0 and 1 where the groups say little (as in the
    penalised estimate of :func:`~shnor_lib.stats.beta_binomial.fit_beta_binomial`).
    """
    if len(shares) < 2:
        return np.nan
    several = np.flatnonzero(np.sum([share.known for share in shares], axis=0) >= 2)
    if len(several) < MIN_GROUPS:
        return np.nan
    if len(several) > MOST_GROUPS:
        several = several[np.linspace(0, len(several) - 1, MOST_GROUPS).round().astype(np.intp)]
    some = [part for part in (share.of(several) for share in shares) if part.known.any()]

    def against(correlation: float) -> float:
        values, weights = _factor(correlation, len(some))
        total = np.zeros((len(several), len(values)))
        for share in some:
            evidence, _ = share.given(values, correlation)
            total[share.known] += np.log(np.maximum(evidence, _TINY))[share.back]
        highest = total.max(axis=1, keepdims=True)
        logs = highest[:, 0] + np.log(np.exp(total - highest) @ weights)
        return -float(logs.sum() + np.log(correlation) + np.log1p(-correlation))

    found = optimize.minimize_scalar(
        against, bounds=(0.01, 0.9), method="bounded", options={"xatol": 1e-3}
    )
    return float(found.x)


def at_least(
    questions: Sequence[tuple[Sequence[Sequence[Share]], int]], correlation: float
) -> Floats:
    """Probability that at least one of several questions is answered «yes».

    Parameters
    ----------
    questions
        Each: sets of shares, and in how many of the sets at least one share has to be beyond its
        threshold.
    correlation
        r, 0 ≤ r < 1.

    Returns
    -------
    array
        By group; ``nan`` where no share is known. With one share it is its ``chance`` itself (to 0.0003). It
        does not fall when a count of low results rises: one factor with r ≥ 0 makes all shares
        positively dependent (Karlin and Rinott 1980, J. Multivariate Analysis 10: 467–498).
    """
    every = [share for sets, _ in questions for shares in sets for share in shares]
    size = len(every[0].low)
    values, weights = _factor(correlation, len(every))
    shape = (size, len(values))
    factor, none = np.zeros(shape), np.ones(shape)
    known = np.zeros(size, dtype=np.bool_)
    for sets, needed in questions:
        # chances, given the factor, that 0, 1, … needed − 1 sets are beyond
        fewer = [np.ones(shape), *(np.zeros(shape) for _ in range(needed - 1))]
        for shares in sets:
            inside = np.ones(shape)
            for share in shares:
                evidence, within = share.given(values, correlation)
                rows, back = np.flatnonzero(share.known), share.back
                factor[rows] += np.log(np.maximum(evidence, _TINY))[back]
                counted = share.counts[rows]
                inside[rows[counted]] *= within[back[counted]]
                inside[share.certain] = 0.0
                known |= share.known
            for k in range(needed - 1, 0, -1):
                fewer[k] = fewer[k] * inside + fewer[k - 1] * (1 - inside)
            fewer[0] = fewer[0] * inside
        none *= np.sum(fewer, axis=0) if needed > 1 else fewer[0]
    factor -= factor.max(axis=1, keepdims=True)
    weight = np.exp(factor) * weights
    found = 1 - (weight * none).sum(axis=1) / weight.sum(axis=1)
    # 0 and 1 are kept for what was counted and is no matter of chance
    found = np.clip(found, _SURELY, 1 - _SURELY)
    found = np.where(none.max(axis=1) == 0, 1.0, np.where(none.min(axis=1) == 1, 0.0, found))
    return np.where(known, found, np.nan)

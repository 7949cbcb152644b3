"""How much of a group's past is still there in a later year: regression to the mean.

Group i counts x of n in year k; at the level of the other groups it would count ``level · n``.
On the log-odds scale its deviation from the others is

    logit p_ik = logit level_ik + u_i + v_ik,    u_i ~ g,   v_ik ~ N(0, σ²),

where u lasts and v is of that year only; x given p is binomial with variance φ times as large
(one pupil writes several papers). A group picked for a bad year had, as a rule, a bad v and bad
luck in x too; both are drawn anew. What is to be expected of a later year is therefore the
posterior of u given the past, which the beta-binomial model with one constant share per group
(:mod:`~shnor_lib.stats.beta_binomial`) overstates: there only the luck in x fades.

σ and g are found by maximum marginal likelihood from all years in which groups were left to
themselves. Years after the picking are missing at random – the picking looked at the past, and
the past is in the likelihood (Little and Rubin 2002, section 6.2) – so that selection does no
harm. g is normal; from :data:`FREE_FROM` groups it is any smooth distribution (maximum
likelihood over mixtures of narrow normals, Kiefer and Wolfowitz 1956, smoothed as in Efron 2016,
Biometrika 103: 1–20), because a normal one misjudges the very groups that are picked when few
groups are much worse than the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from shnor_lib.stats.arrays import Floats, Ints, counts

GRID: Floats = np.linspace(-4.5, 4.5, 121)
"""Log-odds on which distributions of deviations stand."""
COARSE: Floats = np.linspace(-4.5, 4.5, 61)
"""Enough for groups of which a hundred or two are counted."""
SAMPLED = 300
"""Groups by which τ and σ are searched; with more, every second, third … is taken."""
MIN_GROUPS = 10
"""Fewer groups say nothing of how groups differ."""
FREE_FROM = 100
"""Groups from which the distribution of what lasts may have any smooth form."""
SLOPE_SD = 0.15
"""How far the slope on what lasts is believed to lie from 1 before the data are seen."""
_SPREADS = (0.03, 2.0)
"""Between which τ and σ are searched."""
_ROUNDS = 60
"""Steps of the search for the free form: few enough to stay smooth."""


@dataclass(frozen=True)
class Lasting:
    """What groups are like when left to themselves.

    Attributes
    ----------
    grid
        Log-odds on which distributions stand.
    prior
        Probabilities of u there.
    year_sd
        σ: standard deviation of a single year, in log-odds.
    overdispersion
        φ ≥ 1.
    mean, sd
        Of u.
    groups
        Groups it was learned from.
    free
        Whether the form of the distribution was left free.
    """

    grid: Floats
    prior: Floats
    year_sd: float
    overdispersion: float
    mean: float
    sd: float
    groups: int
    free: bool

    def posterior(self, x: Any, n: Any, level: Any) -> Floats:
        """Probabilities of u on the grid given the past.

        Parameters
        ----------
        x, n, level
            Groups × years; a year with n = 0 or a missing value says nothing.
        """
        years = _Years.of(self.grid, x, n, level, self.overdispersion)
        likelihood = years.of_lasting(self.year_sd)
        weight = self.prior * np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def fit_lasting(x: Any, n: Any, level: Any, *, coarse: bool = False) -> Lasting:
    """Learn how groups differ for good and from year to year.

    Parameters
    ----------
    x, n, level
        Groups × years: counts, numbers counted, and share at the level of the other groups
        (0…1); years that are missing or in which a group was not left to itself are ``nan``.
    coarse
        Quick: a coarse grid and a normal distribution however many groups there are.

    Raises
    ------
    ValueError
        Fewer than :data:`MIN_GROUPS` groups with two years.

    Notes
    -----
    ln σ + ln τ is added to the log-likelihood, which keeps both off zero in small samples
    (Chung, Rabe-Hesketh, Dorie, Gelman and Liu 2013, Psychometrika 78: 685–709).
    """
    some, many, at = (np.atleast_2d(counts(each)) for each in (x, n, level))
    known = (many > 0) & ~np.isnan(some) & ~np.isnan(at)
    twice = known.sum(axis=1) >= 2
    if twice.sum() < MIN_GROUPS:
        raise ValueError(
            f"Школ с результатами хотя бы за два года {int(twice.sum())}, нужно не меньше "
            f"{MIN_GROUPS}."
        )
    some, many, at = (each[known.any(axis=1)] for each in (some, many, at))
    factor = _overdispersion(some, many, at)
    grid = COARSE if coarse else GRID
    step = -(-len(some) // (SAMPLED // 2 if coarse else SAMPLED))
    years = _Years.of(grid, some[::step], many[::step], at[::step], factor)

    def lack_of_fit(point: Floats) -> float:
        mean, tau, sigma = _within(point)
        found = _log_mean(years.of_lasting(sigma), _normal(grid, mean, tau)).sum()
        return -float(found + np.log(tau) + np.log(sigma)) / years.groups

    best = optimize.minimize(
        lack_of_fit,
        np.array([0.0, np.log(0.6), np.log(0.3)]),
        method="Nelder-Mead",
        options={"xatol": 0.02, "fatol": 2e-5, "maxiter": 45 if coarse else 120},
    ).x
    mean, tau, sigma = _within(best)
    prior = _normal(grid, mean, tau)
    free = len(some) >= FREE_FROM and not coarse
    if free:
        everybody = _Years.of(grid, some, many, at, factor).of_lasting(sigma)
        prior = _free_form(grid, everybody, prior, tau)
    middle = float(prior @ grid)
    spread = float(np.sqrt(prior @ (grid - middle) ** 2))
    return Lasting(grid, prior, sigma, factor, middle, spread, len(some), free)


def _within(point: Floats) -> tuple[float, float, float]:
    """Mean, τ and σ of a point of the search, kept where the grid can show them."""
    tau, sigma = np.exp(np.clip(point[1:], *np.log(_SPREADS)))
    return float(np.clip(point[0], -2, 2)), float(tau), float(sigma)


def _log_mean(likelihood: Floats, prior: Floats) -> Floats:
    top = likelihood.max(axis=1)
    return np.asarray(np.log(np.exp(likelihood - top[:, None]) @ prior + 1e-300) + top)


def _normal(grid: Floats, mean: float, sd: float) -> Floats:
    density = np.exp(-0.5 * ((grid - mean) / sd) ** 2)
    return np.asarray(density / density.sum())


def _free_form(grid: Floats, likelihood: Floats, start: Floats, tau: float) -> Floats:
    """Mixture of narrow normals by expectation–maximisation, from the normal fit."""
    kernel = _kernel(grid, max(0.4 * tau, 0.1))
    scaled = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    of_atom = scaled @ kernel
    weight = start.copy()
    for _ in range(_ROUNDS):
        part = of_atom * weight
        weight = (part / part.sum(axis=1, keepdims=True)).mean(axis=0)
    return np.asarray(kernel @ weight)


@dataclass(frozen=True)
class _Years:
    """Likelihood of the deviation of every known year, ready to be summed up with any σ."""

    grid: Floats
    groups: int
    group: Ints
    scaled: Floats
    top: Floats

    @classmethod
    def of(cls, grid: Floats, x: Any, n: Any, level: Any, factor: float) -> _Years:
        some, many, at = (np.atleast_2d(counts(each)) for each in (x, n, level))
        known = (many > 0) & ~np.isnan(some) & ~np.isnan(at)
        odds = special.logit(np.clip(at[known], 1e-4, 1 - 1e-4))[:, None] + grid
        yes, no = some[known][:, None] / factor, (many - some)[known][:, None] / factor
        of_year = -yes * np.logaddexp(0, -odds) - no * np.logaddexp(0, odds)
        top = of_year.max(axis=1, keepdims=True)
        return cls(grid, len(some), np.nonzero(known)[0], np.exp(of_year - top), top[:, 0])

    def of_lasting(self, sigma: float) -> Floats:
        """Log-likelihood of u, groups × grid, with v integrated out; 0 without any year."""
        by_year = np.log(self.scaled @ _kernel(self.grid, sigma) + 1e-300) + self.top[:, None]
        result = np.zeros((self.groups, len(self.grid)))
        if len(by_year):
            starts = np.flatnonzero(np.r_[True, self.group[1:] != self.group[:-1]])
            result[self.group[starts]] = np.add.reduceat(by_year, starts, axis=0)
        return result


def _kernel(grid: Floats, sigma: float) -> Floats:
    """From the deviation of a year (rows) to what lasts (columns)."""
    step = grid[1] - grid[0]
    kernel = np.exp(-0.5 * ((grid[:, None] - grid) / max(sigma, 0.5 * step)) ** 2)
    return np.asarray(kernel / kernel.sum(axis=0))


def _overdispersion(x: Floats, n: Floats, level: Floats) -> float:
    """φ from squared differences between consecutive years of a group.

    A difference in log-odds has about the variance 2σ² + φ Σ 1/(n p q): the constant and φ by
    least squares weighted with the inverse squared mean.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = x / n
        deviation = share - level
        middle = np.clip((share[:, 1:] + share[:, :-1]) / 2, 0.03, 0.97)
        variance = middle * (1 - middle)
        square = ((deviation[:, 1:] - deviation[:, :-1]) / variance) ** 2
        chance = (1 / n[:, 1:] + 1 / n[:, :-1]) / variance
    known = np.isfinite(square) & np.isfinite(chance)
    square, chance = square[known], chance[known]
    if len(square) < 3 * MIN_GROUPS:
        return 1.0
    factor = 1.0
    constant = 0.1
    for _ in range(5):
        weight = 1 / (constant + factor * chance)
        design = np.column_stack([np.ones_like(chance), chance]) * weight[:, None]
        constant, factor = optimize.nnls(design, square * weight)[0]
        constant, factor = max(constant, 1e-3), float(np.clip(factor, 1.0, 5.0))
    return float(factor)


@dataclass(frozen=True)
class Persistence:
    """What :func:`fit_persistence` found.

    Attributes
    ----------
    lasting
        What groups are like when left to themselves.
    coefficients
        Level of every block (log-odds), then the slope on what lasts, then the covariates'.
    covariance
        Of the coefficients.
    blocks
        What the levels stand for.
    cases, degrees
        Cases fitted; degrees of freedom left.
    scale
        Variance of what was left over, in units of the variance the model says; at least 1.
    """

    lasting: Lasting
    coefficients: Floats
    covariance: Floats
    blocks: tuple[Any, ...]
    cases: int
    degrees: int
    scale: float

    @property
    def slope(self) -> float:
        """On what lasts: near 1 when the model holds, below 1 when what lasts fades."""
        return float(self.coefficients[len(self.blocks)])

    def expect(
        self,
        past: tuple[Any, Any, Any],
        later_n: Any,
        level: Any,
        block: Any,
        *,
        covariates: Any = None,
    ) -> Expected:
        """Share to be expected of the later year.

        Parameters
        ----------
        past
            x, n, level: groups × years.
        later_n, level
            Number counted in the later year, and share at the level of the others.
        block
            Later year of each group; each must be one of :attr:`blocks`.
        covariates
            As given to :func:`fit_persistence`.
        """
        codes = np.asarray([self.blocks.index(b) for b in np.atleast_1d(np.asarray(block))])
        case = _Case.of(self.lasting, past, later_n, level, covariates)
        design = case.design(codes, len(self.blocks))
        return case.expected(design, self.coefficients, self.scale)


@dataclass(frozen=True)
class Expected:
    """Shares expected of a later year.

    Attributes
    ----------
    mean
        Expected share by group, 0…1.
    own
        Variance of the observed share about it that is the group's own.
    shared
        Part of ``own`` that two later years of one group have in common.
    gradient
        Of the mean by the coefficients: with their covariance it gives the variance all groups
        have in common.
    lasting, reliability
        Posterior mean of u (log-odds), and 1 − its variance in units of that of u, 0…1.
    """

    mean: Floats
    own: Floats
    shared: Floats
    gradient: Floats
    lasting: Floats
    reliability: Floats


@dataclass(frozen=True)
class _Case:
    """Later years of groups, ready to be predicted with any coefficients."""

    model: Lasting
    posterior: Floats
    lasting: Floats
    variance: Floats
    later_n: Floats
    odds: Floats
    covariates: Floats

    @classmethod
    def of(
        cls,
        model: Lasting,
        past: tuple[Any, Any, Any],
        later_n: Any,
        level: Any,
        covariates: Any,
    ) -> _Case:
        posterior = model.posterior(*past)
        middle = posterior @ model.grid
        variance = np.maximum(posterior @ model.grid**2 - middle**2, 0)
        extra = np.empty((len(middle), 0)) if covariates is None else counts(covariates)
        return cls(
            model=model,
            posterior=posterior @ _kernel(model.grid, model.year_sd).T,
            lasting=middle,
            variance=variance,
            later_n=counts(later_n),
            odds=special.logit(np.clip(counts(level), 1e-4, 1 - 1e-4)),
            # The less the past tells, the more a covariate does.
            covariates=extra * (variance / model.sd**2)[:, None],
        )

    def design(self, codes: Any, blocks: int) -> Floats:
        return np.hstack([np.eye(blocks)[codes], self.lasting[:, None], self.covariates])

    def expected(self, design: Floats, coefficients: Floats, scale: float = 1.0) -> Expected:
        shift = design @ coefficients - self.lasting
        share = special.expit((self.odds + shift)[:, None] + self.model.grid)
        mean = (self.posterior * share).sum(axis=1)
        slope = (self.posterior * share * (1 - share)).sum(axis=1)
        between = np.maximum((self.posterior * share**2).sum(axis=1) - mean**2, 0)
        chance = self.model.overdispersion * slope / self.later_n
        return Expected(
            mean=mean,
            own=scale * (between + chance),
            shared=scale * slope**2 * self.variance,
            gradient=slope[:, None] * design,
            lasting=self.lasting,
            reliability=np.clip(1 - self.variance / self.model.sd**2, 0, 1),
        )


def fit_persistence(
    model: Lasting,
    past: tuple[Any, Any, Any],
    later: tuple[Any, Any, Any],
    block: Any,
    *,
    covariates: Any = None,
) -> Persistence:
    """Set the expectation by groups left to themselves, so that it is right for them on average.

    Parameters
    ----------
    model
        From :func:`fit_lasting`.
    past
        x, n, level of groups × years.
    later
        x, n, level of the later year.
    block
        Later year of each group (anything hashable): each has its own level, the change common
        to all groups.
    covariates
        Groups × anything, centred, or None. Each counts the more, the less the past tells.

    Raises
    ------
    ValueError
        Fewer cases than levels and two more.

    Notes
    -----
    Weighted least squares of shares by Gauss–Newton. The slope on what lasts is believed to be
    1 ± :data:`SLOPE_SD`, coefficients of covariates 0 ± 0.3, levels are free.
    """
    x, n, level = (counts(each) for each in later)
    blocks, codes = np.unique(np.asarray(block), return_inverse=True)
    case = _Case.of(model, past, n, level, covariates)
    design = case.design(codes, len(blocks))
    wide = design.shape[1]
    if len(x) < len(blocks) + 2:
        raise ValueError(f"Случаев {len(x)}: для оценки нужно не меньше {len(blocks) + 2}.")
    start = np.zeros(wide)
    start[len(blocks)] = 1.0
    believed = np.zeros(wide)
    believed[len(blocks)] = SLOPE_SD**-2
    believed[len(blocks) + 1 :] = 0.3**-2
    coefficients = start.copy()
    for _ in range(25):
        found = case.expected(design, coefficients)
        weighted = found.gradient.T / found.own
        precision = weighted @ found.gradient + np.diag(believed)
        pull = weighted @ (x / n - found.mean) - believed * (coefficients - start)
        move = np.linalg.solve(precision, pull)
        coefficients = coefficients + move
        if np.abs(move).max() < 1e-7:
            break
    found = case.expected(design, coefficients)
    degrees = max(len(x) - len(blocks) - 1, 1)
    scale = max(1.0, float(((x / n - found.mean) ** 2 / found.own).sum()) / degrees)
    weighted = found.gradient.T / found.own
    covariance = np.asarray(
        scale * np.linalg.inv(weighted @ found.gradient + np.diag(believed)), dtype=np.float64
    )
    return Persistence(
        lasting=model,
        coefficients=coefficients,
        covariance=covariance,
        blocks=tuple(blocks.tolist()),
        cases=len(x),
        degrees=degrees,
        scale=scale,
    )

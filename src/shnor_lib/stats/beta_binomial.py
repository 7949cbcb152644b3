"""Beta-binomial model of shares of small groups: what is chance and what is the group.

Group i has x_i of n_i, x_i ~ Binomial(n_i, p_i), and the true shares p_i come from one
Beta(α, β). α and β are estimated from all groups at once (maximum marginal likelihood); given
them, the true share of a group is Beta(α + x, β + n − x): small groups are drawn towards the
mean, large ones hardly move. Casella (1985, The American Statistician 39: 83–87).

μ = α/(α+β) is the mean share, ρ = 1/(α+β+1) the correlation of two members of one group: 0
when the groups differ by chance only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from shnor_lib.stats.arrays import Floats, counts, known_counts, on_unique_pairs
from shnor_lib.stats.beta_mixture import Part, quantiles, weights_given

MIN_GROUPS = 10
"""Fewer groups do not carry an estimate of how groups differ."""

WEAK_ALPHA = WEAK_BETA = 0.5
"""The weak prior: Jeffreys', worth one observation (Brown, Cai and DasGupta 2001)."""


@dataclass(frozen=True)
class BetaPrior:
    """Distribution of the true shares, and how it was found.

    Attributes
    ----------
    alpha, beta
        Of the beta distribution.
    source
        ``fitted``: maximum likelihood; ``penalised``: the likelihood is highest at ρ = 0 (no
        difference beyond chance), so that ½ ln ρ was added, which puts ρ about one standard
        error above 0 (Chung, Rabe-Hesketh, Dorie, Gelman and Liu 2013, Psychometrika 78:
        685–709) — ρ = 0 would make all groups equal with certainty; ``weak``: not estimated.
    note
        Russian: why it is not plain maximum likelihood; empty if it is.
    n_groups
        Groups with a share.
    log_likelihood
        At (α, β), binomial coefficients included; ``nan`` if not estimated.
    log_likelihood_binomial
        With one share for all groups.
    se_mu, se_rho
        Standard errors from the curvature of the likelihood; ``nan`` if not estimated.
    iterations
        Of the search.
    gradient
        Largest derivative with respect to logit μ and ln(α+β) where it stopped; near 0.
    parts
        Weight, α, β of the two parts where a mixture describes the groups clearly better
        (:func:`~.beta_mixture.two_betas`); empty otherwise. :func:`posterior_at_least`,
        :func:`estimate`, :meth:`cumulative` and :meth:`log_density` go by it; the rest by α and β.
    """

    alpha: float
    beta: float
    source: Literal["fitted", "penalised", "weak"] = "weak"
    note: str = ""
    n_groups: int = 0
    log_likelihood: float = np.nan
    log_likelihood_binomial: float = np.nan
    se_mu: float = np.nan
    se_rho: float = np.nan
    iterations: int = 0
    gradient: float = np.nan
    parts: tuple[Part, ...] = ()

    @property
    def components(self) -> tuple[Part, ...]:
        """What the distribution is made of: weight, α, β of each part."""
        return self.parts or ((1.0, self.alpha, self.beta),)

    @property
    def mu(self) -> float:
        """Mean share α/(α+β)."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def rho(self) -> float:
        """Correlation within a group 1/(α+β+1)."""
        return 1 / (self.alpha + self.beta + 1)

    @property
    def precision(self) -> float:
        """α+β: how many observations the prior is worth."""
        return self.alpha + self.beta

    def cumulative(self, share: Floats) -> Floats:
        """Part of the groups whose true share is at most this."""
        return np.asarray(sum(w * special.betainc(a, b, share) for w, a, b in self.components))

    def log_density(self, share: Floats) -> Floats:
        """Logarithm of the density at shares between 0 and 1, up to nothing."""
        logs = [
            np.log(w) + special.xlogy(a - 1, share) + special.xlog1py(b - 1, -share)
            - special.betaln(a, b)
            for w, a, b in self.components
        ]  # fmt: skip
        return np.asarray(np.logaddexp.reduce(logs), dtype=np.float64)


def fit_beta_binomial(
    x: Any, n: Any, *, weights: Any = None, min_groups: int = MIN_GROUPS
) -> BetaPrior:
    """Estimate how the true shares of groups are distributed.

    Parameters
    ----------
    x, n
        Number with the property and number counted, by group; groups without a share (n = 0,
        missing) are left out.
    weights
        Of the groups in the likelihood, ≥ 0 (e.g. less for older years); 1 if not given.
    min_groups
        With fewer groups of two or more, or if nobody or everybody has the property, the weak
        prior Beta(½, ½) is given, and the note says so.

    Returns
    -------
    BetaPrior

    Raises
    ------
    ValueError
        Counts that are not whole; weights below zero; the search did not converge.

    Notes
    -----
    Starts from the analysis-of-variance estimate of ρ (see :func:`moments`) and maximises
    Σ w ln BetaBinomial(x | n, α, β) over logit μ and ln(α+β) with exact derivatives.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> n = rng.integers(10, 60, 400)
    >>> x = rng.binomial(n, rng.beta(2.0, 6.0, 400))
    >>> prior = fit_beta_binomial(x, n)
    >>> round(prior.mu, 2), round(prior.rho, 2), prior.source
    (0.24, 0.11, 'fitted')
    """
    some, many = np.broadcast_arrays(counts(x), counts(n))
    own = np.ones(some.shape) if weights is None else np.broadcast_to(counts(weights), some.shape)
    if (own < 0).any() or np.isnan(own).any():
        raise ValueError("Веса групп должны быть числами не меньше нуля.")
    known = known_counts(some, many) & (own > 0)
    some, many, own = some[known], many[known], own[known]
    groups = len(some)
    if not (np.array_equal(some, np.floor(some)) and np.array_equal(many, np.floor(many))):
        raise ValueError("Бета-биномиальная модель: нужны целые числа, а не доли.")
    if groups < min_groups:
        return _weak(
            groups,
            f"Групп {groups}, меньше {min_groups}: различия между группами не оценить, "
            "взято слабое исходное распределение Beta(½; ½).",
        )
    if (many >= 2).sum() < min_groups:
        return _weak(
            groups,
            f"Групп, где посчитано хотя бы двое, меньше {min_groups}: различия между группами "
            "не оценить, взято слабое исходное распределение Beta(½; ½).",
        )
    if some.sum() == 0 or some.sum() == many.sum():
        return _weak(
            groups,
            "Доля у всех групп одна и та же, 0 % или 100 %: различия между группами не оценить, "
            "взято слабое исходное распределение Beta(½; ½).",
        )
    likelihood = _Likelihood.of(some, many, own)
    binomial = likelihood.binomial()
    point, fit = _maximum(likelihood, moments(some, many), penalised=False)
    source: Literal["fitted", "penalised"] = "fitted"
    note = ""
    if fit.value - binomial <= 1e-6 + 1e-9 * abs(binomial):
        point, fit = _maximum(likelihood, (fit.mu, 0.05), penalised=True)
        source = "penalised"
        note = (
            "Группы различаются не больше, чем случайно; чтобы не считать их одинаковыми "
            "наверняка, разброс между ними взят равным примерно одной его стандартной ошибке."
        )
    if not fit.gradient <= 1e-4 * max(1.0, float(own.sum()) ** 0.5):
        raise ValueError(
            "Бета-биномиальная модель: поиск максимума правдоподобия не сошёлся "
            f"(шагов {fit.iterations})."
        )
    se_mu, se_rho = _standard_errors(likelihood, point, penalised=source == "penalised")
    return BetaPrior(
        alpha=fit.alpha,
        beta=fit.beta,
        source=source,
        note=note,
        n_groups=groups,
        log_likelihood=likelihood.value(point),
        log_likelihood_binomial=binomial,
        se_mu=se_mu,
        se_rho=se_rho,
        iterations=fit.iterations,
        gradient=fit.gradient,
    )


def moments(x: Floats, n: Floats) -> tuple[float, float]:
    """Mean share and ρ by analysis of variance, ρ kept within 0.0001…0.9.

    ρ = (B − W)/(B + (n₀ − 1) W), B and W the mean squares between and within groups, n₀ the
    mean group size for unequal groups (Fleiss, Levin and Paik 2003, Statistical methods for
    rates and proportions, section 15.2; Ridout, Demétrio and Firth 1999, Biometrics 55).
    """
    total, groups = n.sum(), len(n)
    share = x.sum() / total
    own = x / n
    between = (n * (own - share) ** 2).sum() / (groups - 1)
    within = (n * own * (1 - own)).sum() / max(total - groups, 1)
    size = (total - (n**2).sum() / total) / (groups - 1)
    bottom = between + (size - 1) * within
    rho = (between - within) / bottom if bottom > 0 else 0.0
    return float(share), float(np.clip(rho, 1e-4, 0.9))


def posterior(x: Any, n: Any, prior: BetaPrior, *, level: float = 0.95) -> pd.DataFrame:
    """True share of every group given its counts and the prior.

    Parameters
    ----------
    x, n
        Counts by group (flat).
    prior
        From :func:`fit_beta_binomial`.
    level
        Coverage of the interval, 0…1.

    Returns
    -------
    DataFrame
        ``mean``, ``sd``, ``low``, ``high`` (equal tails) of Beta(α + x, β + n − x), 0…1; NA
        where there is no share. For several years of one group, give the sums
        (:func:`pool_years`) with the same prior.

    Examples
    --------
    >>> posterior([0, 30], [3, 100], BetaPrior(2.0, 6.0)).round(3).to_dict("list")["mean"]
    [0.182, 0.296]
    """
    tail = (1 - level) / 2

    def describe(some: Floats, many: Floats) -> tuple[Floats, ...]:
        a, b = prior.alpha + some, prior.beta + many - some
        mean = a / (a + b)
        spread = np.sqrt(mean * (1 - mean) / (a + b + 1))
        ends = special.betaincinv(a, b, np.array([[tail], [1 - tail]]))
        return mean, np.asarray(spread), np.asarray(ends[0]), np.asarray(ends[1])

    parts = on_unique_pairs(describe, 4, np.atleast_1d(counts(x)), n)
    return pd.DataFrame(dict(zip(("mean", "sd", "low", "high"), parts, strict=True)))


def posterior_at_least(x: Any, n: Any, threshold: float, prior: BetaPrior) -> Floats:
    """Probability that the true share is at or above a threshold; ``nan`` without a share.

    Tail of Beta(α + x, β + n − x), or of the mixture of such where the prior has two parts. A
    continuous share is never exactly at the threshold, so that it is the same for «20 % и более»
    and «более 20 %».
    """

    def tail(some: Floats, many: Floats) -> tuple[Floats]:
        if not prior.parts:
            alone = special.betaincc(prior.alpha + some, prior.beta + many - some, threshold)
            return (np.asarray(alone, dtype=np.float64),)
        own = weights_given(some, many, prior.parts)
        tails = [
            w * special.betaincc(a + some, b + many - some, threshold)
            for w, (_, a, b) in zip(own, prior.parts, strict=True)
        ]
        return (np.asarray(sum(tails), dtype=np.float64),)

    tails: tuple[Floats] = on_unique_pairs(tail, 1, x, n)
    return tails[0]


def estimate(x: Any, n: Any, prior: BetaPrior, *, level: float = 0.95) -> tuple[Floats, ...]:
    """Mean of the true share and the ends of its equal-tailed interval, by the parts of the prior.

    Returns
    -------
    tuple of arrays
        Mean, lower and upper end, 0…1; ``nan`` without a share. Of one part: (α + x)/(α + β + n) and
        quantiles of Beta(α + x, β + n − x).
    """
    tail = (1 - level) / 2

    def describe(some: Floats, many: Floats) -> tuple[Floats, ...]:
        if not prior.parts:
            a, b = prior.alpha + some, prior.beta + many - some
            own_ends = special.betaincinv(a, b, np.array([[tail], [1 - tail]]))
            return a / (a + b), np.asarray(own_ends[0]), np.asarray(own_ends[1])
        own = weights_given(some, many, prior.parts)
        means = [
            w * (a + some) / (a + b + many) for w, (_, a, b) in zip(own, prior.parts, strict=True)
        ]
        ends = (quantiles(some, many, prior.parts, at) for at in (tail, 1 - tail))
        return (np.asarray(sum(means), dtype=np.float64), *ends)

    return on_unique_pairs(describe, 3, x, n)


def pool_years(x: Any, n: Any) -> tuple[Floats, Floats]:
    """Counts of groups × years added up over the years that have a share.

    Returns
    -------
    tuple of arrays
        x and n by group; ``nan`` for groups without any year.
    """
    some, many = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(some, many)
    none = ~known.any(axis=-1)
    total = [np.where(known, part, 0.0).sum(axis=-1) for part in (some, many)]
    return (np.where(none, np.nan, total[0]), np.where(none, np.nan, total[1]))


def predict(x: Any, n: Any, n_next: Any, prior: BetaPrior, *, level: float = 0.95) -> pd.DataFrame:
    """Share to be expected next year if the true share stays as it is.

    A group picked for a bad year is expected to do better next year without any help
    (regression to the mean): the expectation is the posterior mean, not last year's share.

    Parameters
    ----------
    x, n
        Counts of the year (or pooled years) the group was picked by.
    n_next
        Number counted next year.
    prior
        Of all groups, picked or not.
    level
        Coverage, 0…1.

    Returns
    -------
    DataFrame
        ``expected``, ``low``, ``high``: mean and equal-tailed interval of the share
        x'/n', x' ~ BetaBinomial(n', α + x, β + n − x).
    """
    some, many, later = np.broadcast_arrays(np.atleast_1d(counts(x)), counts(n), counts(n_next))
    ok = known_counts(some, many) & (later > 0)
    result = pd.DataFrame(
        np.full((some.size, 3), np.nan), columns=["expected", "low", "high"], dtype="float64"
    )
    if ok.any():
        a, b = prior.alpha + some[ok], prior.beta + (many - some)[ok]
        size, tail = later[ok], (1 - level) / 2
        result.loc[ok.ravel(), "expected"] = a / (a + b)
        result.loc[ok.ravel(), "low"] = stats.betabinom.ppf(tail, size, a, b) / size
        result.loc[ok.ravel(), "high"] = stats.betabinom.ppf(1 - tail, size, a, b) / size
    return result


def beyond_expected(
    x: Any, n: Any, x_next: Any, n_next: Any, prior: BetaPrior, *, level: float = 0.95
) -> pd.DataFrame:
    """Change net of regression to the mean: observed minus expected share.

    Parameters
    ----------
    x, n, x_next, n_next
        Counts the group was picked by, and counts of the later year.
    prior, level
        As in :func:`predict`.

    Returns
    -------
    DataFrame
        ``observed``, ``expected``, ``difference``, and the interval ``low``, ``high`` of the
        difference: observed minus the ends of the predictive interval, so that it leaves out
        0 exactly when the observed share lies outside of what was to be expected.
    """
    some, many = np.broadcast_arrays(counts(x_next), counts(n_next))
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.where(known_counts(some, many), some / many, np.nan)
    expected = predict(x, n, n_next, prior, level=level)
    observed = np.broadcast_to(seen, expected["expected"].shape)
    return pd.DataFrame(
        {
            "observed": observed,
            "expected": expected["expected"],
            "difference": observed - expected["expected"],
            "low": observed - expected["high"],
            "high": observed - expected["low"],
        }
    )


def _weak(groups: int, note: str) -> BetaPrior:
    return BetaPrior(WEAK_ALPHA, WEAK_BETA, source="weak", note=note, n_groups=groups)


@dataclass(frozen=True)
class _Likelihood:
    """Marginal log-likelihood.

    With whole counts ln B(x+α, n−x+β) − ln B(α, β) is a sum of ln(α+k), k < x, of ln(β+k),
    k < n − x, less ln(α+β+k), k < n. Over all groups only the number (weight) of groups with
    x > k, n − x > k and n > k is needed: the work does not grow with the groups.
    """

    hits: Floats
    misses: Floats
    sizes: Floats
    k: Floats
    constant: float
    share: float

    @classmethod
    def of(cls, x: Floats, n: Floats, weight: Floats) -> _Likelihood:
        choose = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
        length = int(n.max())
        return cls(
            hits=_more_than(x, weight, length),
            misses=_more_than(n - x, weight, length),
            sizes=_more_than(n, weight, length),
            k=np.arange(length, dtype=np.float64),
            constant=float((weight * choose).sum()),
            share=float((weight * x).sum() / (weight * n).sum()),
        )

    def shape(self, point: Floats) -> tuple[float, float, float]:
        # Where the likelihood is flat the search may step far out; there nothing changes.
        mu, precision = float(special.expit(point[0])), float(np.exp(np.clip(point[1], -30, 30)))
        return mu, mu * precision, (1 - mu) * precision

    def value(self, point: Floats) -> float:
        _, a, b = self.shape(point)
        terms = self.hits * np.log(a + self.k) + self.misses * np.log(b + self.k)
        return float((terms - self.sizes * np.log(a + b + self.k)).sum() + self.constant)

    def slope(self, point: Floats) -> Floats:
        mu, a, b = self.shape(point)
        common = self.sizes / (a + b + self.k)
        by_a = float((self.hits / (a + self.k) - common).sum())
        by_b = float((self.misses / (b + self.k) - common).sum())
        return np.array([mu * (1 - mu) * (a + b) * (by_a - by_b), a * by_a + b * by_b])

    def binomial(self) -> float:
        yes = self.hits.sum() * np.log(self.share)
        return float(yes + self.misses.sum() * np.log1p(-self.share) + self.constant)


def _more_than(values: Floats, weight: Floats, length: int) -> Floats:
    """Weight of the values above 0, above 1, …"""
    by_value = np.bincount(values.astype(np.int64), weights=weight, minlength=length + 1)
    return np.asarray(by_value[::-1].cumsum()[::-1][1:], dtype=np.float64)


@dataclass(frozen=True)
class _Fit:
    mu: float
    alpha: float
    beta: float
    value: float
    iterations: int
    gradient: float


def _penalty(point: Floats) -> tuple[float, Floats]:
    """½ ln ρ with ρ = 1/(1 + e^t), and its derivatives."""
    t = float(point[1])
    return -0.5 * float(np.logaddexp(0.0, t)), np.array([0.0, -0.5 * float(special.expit(t))])


def _maximum(
    likelihood: _Likelihood, start: tuple[float, float], *, penalised: bool
) -> tuple[Floats, _Fit]:
    mu, rho = start
    first = np.array([special.logit(np.clip(mu, 1e-6, 1 - 1e-6)), np.log(1 / rho - 1)])

    def objective(point: Floats) -> tuple[float, Floats]:
        value, slope = likelihood.value(point), likelihood.slope(point)
        if penalised:
            extra, more = _penalty(point)
            value, slope = value + extra, slope + more
        return -value, -slope

    found = optimize.minimize(
        objective, first, jac=True, method="BFGS", options={"maxiter": 200, "gtol": 1e-7}
    )
    point = np.asarray(found.x, dtype=np.float64)
    gradient = float(np.abs(objective(point)[1]).max())
    mu, a, b = likelihood.shape(point)
    return point, _Fit(mu, a, b, likelihood.value(point), int(found.nit), gradient)


def _standard_errors(
    likelihood: _Likelihood, point: Floats, *, penalised: bool
) -> tuple[float, float]:
    def slope(place: Floats) -> Floats:
        return likelihood.slope(place) + (_penalty(place)[1] if penalised else 0.0)

    step = 1e-4
    rows = [
        (slope(point + step * unit) - slope(point - step * unit)) / (2 * step) for unit in np.eye(2)
    ]
    information = -(np.array(rows) + np.array(rows).T) / 2
    if not (np.linalg.eigvalsh(information) > 0).all():
        return np.nan, np.nan
    covariance = np.linalg.inv(information)
    mu, a, b = likelihood.shape(point)
    rho = 1 / (a + b + 1)
    se_mu = mu * (1 - mu) * np.sqrt(covariance[0, 0])
    return float(se_mu), float(rho * (1 - rho) * np.sqrt(covariance[1, 1]))

"""Logistic regression with a ridge penalty, and how well probabilities tell cases apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from shnor_lib.stats.arrays import Floats, counts


@dataclass(frozen=True)
class Logistic:
    """What :func:`fit_logistic` found.

    Attributes
    ----------
    intercept
        Log-odds at the mean of all predictors.
    coefficients
        By predictor, per standard deviation; 0 for one that does not vary.
    centre, spread
        Mean and standard deviation the predictors are standardised with.
    cases, events
        Fitted; of them with the event.
    """

    intercept: float
    coefficients: Floats
    centre: Floats
    spread: Floats
    cases: int
    events: int

    def standardised(self, predictors: Any) -> Floats:
        """Predictors in standard deviations from their mean; a missing one is at the mean."""
        values = np.atleast_2d(counts(predictors))
        return np.nan_to_num((values - self.centre) / self.spread)

    def contributions(self, predictors: Any) -> Floats:
        """What each predictor adds to the log-odds of each case, against the mean case."""
        return np.asarray(self.standardised(predictors) * self.coefficients)

    def probability(self, predictors: Any) -> Floats:
        """Probability of the event, 0…1."""
        total = self.intercept + self.contributions(predictors).sum(axis=1)
        return np.asarray(special.expit(total), dtype=np.float64)


def fit_logistic(predictors: Any, happened: Any, *, penalty: float = 1.0) -> Logistic:
    """Maximise the log-likelihood less ½ · penalty · Σ coefficient².

    Parameters
    ----------
    predictors
        Cases × predictors; a missing value counts as the mean.
    happened
        1 or 0 by case.
    penalty
        ≥ 0; the penalty of 1 believes a coefficient (per standard deviation) to be within ±2
        (a normal with standard deviation 1; le Cessie and van Houwelingen 1992, Applied
        Statistics 41: 191–201). The intercept is free, so that probabilities add up to the
        number of events.

    Raises
    ------
    ValueError
        All cases alike, or the search did not converge (without a penalty, when the predictors
        tell all cases apart).

    Notes
    -----
    Newton's method with halved steps.

    Examples
    --------
    >>> fit = fit_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    >>> fit.probability([[0.0], [3.0]]).round(2).tolist()
    [0.22, 0.78]
    """
    values, y = np.atleast_2d(counts(predictors)), counts(happened)
    if len(np.unique(y)) < 2:
        raise ValueError("Все случаи одинаковы: оценивать нечего.")
    known = ~np.isnan(values)
    number = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, values, 0.0).sum(axis=0) / number
    spread = np.sqrt(np.where(known, (values - centre) ** 2, 0.0).sum(axis=0) / number)
    varies = spread > 1e-12
    spread = np.where(varies, spread, 1.0)
    z = np.nan_to_num((values - centre) / spread) * varies
    design = np.column_stack([np.ones(len(y)), z])
    weight = np.r_[0.0, np.full(z.shape[1], penalty)]

    point = np.zeros(design.shape[1])
    point[0] = special.logit(y.mean())

    def objective(point: Floats) -> float:
        eta = design @ point
        return float(np.logaddexp(0, eta).sum() - y @ eta + 0.5 * weight @ point**2)

    for _ in range(100):
        p = special.expit(design @ point)
        slope = design.T @ (p - y) + weight * point
        if np.abs(slope).max() < 1e-8 * len(y):
            break
        curvature = (design.T * np.maximum(p * (1 - p), 1e-10)) @ design + np.diag(weight)
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        # The problem is convex: a step halved often enough always goes down.
        now = objective(point)
        while objective(point - step) > now and np.abs(step).max() > 1e-12:
            step = step / 2
        point = point - step
    else:
        raise ValueError("Логистическая регрессия: поиск не сошёлся.")
    return Logistic(
        float(point[0]), np.where(varies, point[1:], 0.0), centre, spread, len(y), int(y.sum())
    )


def auc(probabilities: Any, happened: Any) -> float:
    """Chance that a case with the event has the higher probability than one without; ½ for ties.

    0.5 tells nothing, 1 tells all apart; ``nan`` when all cases are alike. Area under the ROC
    curve by the Mann–Whitney statistic (Hanley and McNeil 1982, Radiology 143: 29–36).

    Examples
    --------
    >>> auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    """
    p, y = counts(probabilities), counts(happened)
    yes, no = p[y == 1], p[y == 0]
    if not len(yes) or not len(no):
        return float("nan")
    ranks = stats.rankdata(np.concatenate([yes, no]))
    statistic = ranks[: len(yes)].sum() - len(yes) * (len(yes) + 1) / 2
    return float(statistic / (len(yes) * len(no)))

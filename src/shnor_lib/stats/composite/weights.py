"""Weight sets: equal, given, noisy, principal component, optimised; effective weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from shnor_lib.stats.arrays import Floats
from shnor_lib.stats.composite.aggregate import How, Plan, aggregate_arrays, code_weights
from shnor_lib.stats.composite.errors import StepError, shown
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.means import Arithmetic
from shnor_lib.stats.composite.panel import checked, column

STEP = "веса"


def original_weights(framework: Framework) -> pd.Series[float]:
    """Weights of the framework by code, as given."""
    return framework.weights.copy()


def equal_weights(framework: Framework) -> pd.Series[float]:
    """1 for every code: members of a group count the same."""
    return pd.Series(1.0, index=framework.weights.index, name="weight")


def noisy_weights(
    framework: Framework,
    *,
    noise: Mapping[int, float],
    draws: int,
    generator: np.random.Generator,
    weights: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Weights with independent relative errors: w (1 + e), e uniform in ±noise.

    Parameters
    ----------
    framework
        Structure and, unless ``weights`` are given, the weights.
    noise
        By level, 0 ≤ noise < 1; other levels keep their weights. As in COINr, an error of
        0.25 lets a weight be a quarter larger or smaller.
    draws
        Number of weight sets.
    generator
        Source of randomness.
    weights
        Weights to start from.

    Returns
    -------
    DataFrame
        Draws × codes.
    """
    start = (framework.weights if weights is None else weights).reindex(framework.weights.index)
    for level, size in noise.items():
        if not 1 <= level <= framework.n_levels:
            raise StepError(STEP, f"уровня {level} нет.")
        if not 0 <= size < 1:
            raise StepError(STEP, f"разброс весов уровня {level} должен быть от 0 до 1.")
    sizes = np.array([float(noise.get(framework.levels[str(code)], 0.0)) for code in start.index])
    errors = generator.uniform(-1.0, 1.0, (draws, len(start))) * sizes
    return pd.DataFrame(start.to_numpy() * (1 + errors), columns=start.index)


@dataclass(frozen=True)
class PrincipalWeights:
    """What :func:`pca_weights` gives.

    Attributes
    ----------
    weights
        Loadings of the first principal component of every group, adding up to 1 in a group;
        weights of other levels as in the framework.
    explained
        Share of its group's variance the first component explains, by group.
    n
        Rows without gaps the component was computed from, by group.
    """

    weights: pd.Series[float]
    explained: pd.Series[float]
    n: pd.Series[int]


def pca_weights(
    frame: pd.DataFrame, framework: Framework, *, level: int = 1, min_units: int = 30
) -> PrincipalWeights:
    """Weights by the first principal component of each group's correlation matrix.

    Parameters
    ----------
    frame
        Units (× times) × normalised (oriented) codes of the level.
    framework
        Structure.
    level
        Whose members are weighted.
    min_units
        Fewer rows without gaps do not carry a component.

    Raises
    ------
    StepError
        Too few rows, a member without spread, or loadings of both signs: then no weighted mean
        is the component.

    Notes
    -----
    OECD and JRC (2008), Handbook on constructing composite indicators, section 6.1.
    """
    data = checked(frame, STEP)
    weights = framework.weights.copy()
    explained, numbers = {}, {}
    for group in framework.level(level + 1):
        members = list(framework.children(group))
        rows = data[members].dropna()
        if len(rows) < min_units:
            raise StepError(
                STEP,
                f"для главной компоненты нужно не меньше {min_units} строк без пропусков, "
                f"есть {len(rows)}.",
                group,
            )
        values = rows.to_numpy()
        for position, code in enumerate(members):
            if values[:, position].min() == values[:, position].max():
                raise StepError(STEP, "у всех одно значение, главной компоненты нет.", code)
        roots, vectors = np.linalg.eigh(np.atleast_2d(np.corrcoef(values, rowvar=False)))
        loadings = vectors[:, -1] * np.sign(vectors[:, -1].sum() or 1.0)
        if (loadings < 0).any():
            code = members[int(np.argmin(loadings))]
            raise StepError(
                STEP,
                f"в главной компоненте группы «{group}» у него обратный знак, весом она быть не может.",
                code,
            )
        weights[members] = loadings / loadings.sum()
        explained[group], numbers[group] = float(roots[-1] / roots.sum()), len(rows)
    return PrincipalWeights(weights, pd.Series(explained), pd.Series(numbers))


@dataclass(frozen=True)
class BalancedWeights:
    """What :func:`balanced_weights` gives.

    Attributes
    ----------
    weights
        Weights of all codes; those of the level add up to 1 in every group.
    table
        ``code``, ``weight``, ``wanted`` and ``achieved`` (share of the sum of the
        correlations with the index), ``correlation``.
    """

    weights: pd.Series[float]
    table: pd.DataFrame


def balanced_weights(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    level: int,
    importance: Mapping[str, float] | None = None,
    how: How = Arithmetic(),  # noqa: B008  (frozen)
    centre: float | None = None,
    tolerance: float = 0.01,
    max_evaluations: int = 200,
) -> BalancedWeights:
    """Weights with which every code of a level correlates with the index as it should.

    A weight is not an importance: a member that correlates with the others weighs more than
    its weight says. Minimises Σ (r_j / Σ r − t_j)², r_j the Pearson correlation of code j with
    the index, t_j the wanted share (Becker, Saisana, Paruolo and Vandecasteele 2017,
    Ecological Indicators 80: 12–22; COINr's ``get_opt_weights``).

    Parameters
    ----------
    frame
        Units (× times) × normalised indicators.
    framework
        Structure and weights of the other levels.
    level
        Whose weights are sought, below the top.
    importance
        Wanted importance by code; equal if not given.
    how, centre
        As in :func:`~.aggregate.aggregate`.
    tolerance
        Largest difference between a wanted and an achieved share that is accepted.
    max_evaluations
        Of the search.

    Raises
    ------
    StepError
        No positive weights come that near; the message names the worst code.
    """
    if not 1 <= level < framework.n_levels:
        raise StepError(STEP, f"веса уровня {level} не подбираются.")
    codes = list(framework.level(level))
    given = pd.Series({c: float((importance or {}).get(c, 1.0)) for c in codes})
    wanted = (given / given.sum()).to_numpy()

    data = checked(frame, STEP)
    values = {code: column(data, code) for code in framework.indicators}
    plan = Plan.of(framework, how=how, centre=centre)
    base = code_weights(framework, None, data)

    def correlations(log_weights: Floats) -> Floats:
        own = np.exp(log_weights - log_weights.max())
        tried = base | dict(zip(codes, own[:, None], strict=True))
        scores, _ = aggregate_arrays(values, framework, plan, tried, data.index)
        return np.array([_correlation(scores[code], scores[framework.top]) for code in codes])

    def miss(log_weights: Floats) -> Floats:
        r = correlations(log_weights)
        return np.asarray(r / r.sum() - wanted)

    found = least_squares(miss, np.log(wanted), bounds=(-12, 3), max_nfev=max_evaluations)
    r = correlations(np.asarray(found.x))
    achieved = r / r.sum()
    worst = int(np.argmax(np.abs(achieved - wanted)))
    if not abs(achieved[worst] - wanted[worst]) <= tolerance:
        raise StepError(
            STEP,
            "веса, при которых показатели одинаково связаны с индексом (или так, как задано), "
            f"не нашлись: доля {shown(achieved[worst], 3)} вместо {shown(wanted[worst], 3)}.",
            codes[worst],
        )
    weights = framework.weights.copy()
    raw = dict(zip(codes, np.exp(np.asarray(found.x) - np.max(found.x)), strict=True))
    for group in framework.level(level + 1):
        members = framework.children(group)
        total = sum(raw[code] for code in members)
        for code in members:
            weights[code] = raw[code] / total
    table = pd.DataFrame(
        {
            "code": codes,
            "weight": [float(weights[code]) for code in codes],
            "wanted": wanted,
            "achieved": achieved,
            "correlation": r,
        }
    )
    return BalancedWeights(weights, table)


def _correlation(a: Floats, b: Floats) -> float:
    both = ~(np.isnan(a) | np.isnan(b))
    return float(np.corrcoef(a[both], b[both])[0, 1])


def effective_weights(
    framework: Framework, weights: Mapping[str, float] | pd.Series[float] | None = None
) -> pd.Series[float]:
    """Weight of every code in the index: product of the shares in the groups above it.

    The effective weights of each level add up to 1; those of an arithmetic index are what a
    point of the code adds to the index.

    Examples
    --------
    >>> effective_weights(Framework.flat(["a", "b"], weights={"a": 3})).to_dict()
    {'a': 0.75, 'b': 0.25, 'index': 1.0}
    """
    own = framework if weights is None else framework.with_weights(weights)
    result = pd.Series(1.0, index=own.weights.index, name="effective_weight")
    for level in range(own.n_levels, 1, -1):
        for group in own.level(level):
            members = list(own.children(group))
            share = own.weights[members] / own.weights[members].sum()
            result[members] = share * result[group]
    return result

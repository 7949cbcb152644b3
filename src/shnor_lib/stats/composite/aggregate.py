"""Aggregation over the levels of a framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Floats
from shnor_lib.stats.composite.errors import StepError, shown
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.means import STEP, Aggregation, Arithmetic
from shnor_lib.stats.composite.panel import checked, column, label, slices

T = TypeVar("T")
How: TypeAlias = Aggregation | Mapping[int, Aggregation]
Threshold: TypeAlias = float | Mapping[int, float]


@dataclass(frozen=True)
class Aggregated:
    """What :func:`aggregate` gives.

    Attributes
    ----------
    data
        Indicators and all aggregates, lowest level first; the last column is the index.
    available
        Share of the members (or of their weight) that had a value, for every aggregate.
    """

    data: pd.DataFrame
    available: pd.DataFrame


@dataclass(frozen=True)
class Plan:
    """The arguments of :func:`aggregate`, sorted out by level."""

    how: Mapping[int, Aggregation]
    min_share: Mapping[int, float]
    share_of: Literal["count", "weight"] = "count"
    missing: Literal["spread", "shrink"] = "spread"
    centre: float | None = None

    @classmethod
    def of(
        cls,
        framework: Framework,
        *,
        how: How = Arithmetic(),  # noqa: B008  (frozen)
        min_share: Threshold = 0.0,
        share_of: Literal["count", "weight"] = "count",
        missing: Literal["spread", "shrink"] = "spread",
        centre: float | None = None,
    ) -> Plan:
        """Parameters and errors as in :func:`aggregate`."""
        levels = range(2, framework.n_levels + 1)
        return cls(
            {level: of_level(how, level, "способ") for level in levels},
            {level: float(of_level(min_share, level, "доля данных")) for level in levels},
            share_of,
            missing,
            centre,
        )


def aggregate(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    how: How = Arithmetic(),  # noqa: B008  (frozen)
    weights: Mapping[str, float] | pd.Series[float] | None = None,
    row_weights: pd.DataFrame | None = None,
    min_share: Threshold = 0.0,
    share_of: Literal["count", "weight"] = "count",
    missing: Literal["spread", "shrink"] = "spread",
    centre: float | None = None,
    by_time: bool = False,
) -> Aggregated:
    """Aggregate normalised indicators up to the index (COINr's ``Aggregate``).

    Parameters
    ----------
    frame
        Units (× times) × normalised indicators.
    framework
        Structure and weights.
    how
        One aggregation for all levels, or one for each (key: level that is made, 2 and up).
    weights
        Weights of some or all codes instead of those of the framework.
    row_weights
        Factors of the indicators' weights, ≥ 0, row by row (e.g. the points an indicator is
        worth for this unit); 1 for indicators that are not among the columns.
    min_share
        An aggregate is only made where at least this share 0…1 of its members has a value;
        one for all levels, or one for each.
    share_of
        What the share counts: members, or their weights.
    missing
        Where members have no value, the group weighs in its parent as before and the other
        members take over (``spread``, COINr's way), or the group weighs as much less
        (``shrink``). With ``shrink`` and groups that weigh as much as their members together,
        an arithmetic index is Σ w p / Σ w over all indicators there are: the share of what
        the unit could have earned.
    centre
        Where the scale is turned round for aggregates of direction −1: x → 2·centre − x.
    by_time
        For aggregations that compare units (Copeland): whether a unit is compared only with
        units of the same time; by default with all times.

    Raises
    ------
    StepError
        Values that cannot be aggregated; an aggregation or threshold that is not given for a
        level; weights unknown or impossible; an aggregate to be turned and no centre.
    """
    data = checked(frame, STEP)
    for code in framework.indicators:
        if code not in data.columns:
            raise StepError(STEP, "такого показателя нет в данных.", code)
    own = framework if weights is None else framework.with_weights(weights)
    plan = Plan.of(
        own, how=how, min_share=min_share, share_of=share_of, missing=missing, centre=centre
    )
    table = code_weights(own, row_weights, data)
    columns = {code: np.full(len(data), np.nan) for code in own.codes}
    shares = {code: np.full(len(data), np.nan) for code in own.codes[len(own.indicators) :]}
    for _, rows in slices(data.index, by_time=by_time):
        scores, available = aggregate_arrays(
            {code: column(data, code)[rows] for code in own.indicators},
            own,
            plan,
            {code: w if w.size == 1 else w[rows] for code, w in table.items()},
            data.index[rows],
        )
        for code, points in scores.items():
            columns[code][rows] = points
        for code, share in available.items():
            shares[code][rows] = share
    return Aggregated(pd.DataFrame(columns, data.index), pd.DataFrame(shares, data.index))


def code_weights(
    framework: Framework, row_weights: pd.DataFrame | None, data: pd.DataFrame
) -> dict[str, Floats]:
    """Weights by code: one number, or one per row.

    Raises
    ------
    StepError
        A row's factor is missing where there is a value, or below zero.
    """
    table = {code: np.array([float(framework.weights[code])]) for code in framework.codes}
    if row_weights is None:
        return table
    factors = checked(row_weights, STEP).reindex(data.index)
    for code in factors.columns:
        if code not in framework.indicators:
            raise StepError(STEP, "вес строк задан для неизвестного показателя.", str(code))
        own = column(factors, code)
        wrong = (own < 0) | (np.isnan(own) & data[code].notna().to_numpy())
        if wrong.any():
            row = label(data.index[np.flatnonzero(wrong)[0]])
            raise StepError(STEP, "вес строки должен быть числом не меньше 0.", code, row)
        table[code] = table[code] * np.nan_to_num(own)
    return table


def aggregate_arrays(
    values: Mapping[str, Floats],
    framework: Framework,
    plan: Plan,
    weights: Mapping[str, Floats],
    rows: pd.Index | None = None,
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Aggregate columns or blocks of simulated columns.

    Parameters
    ----------
    values
        By indicator: (… × units).
    framework, plan
        Structure and arguments.
    weights
        By code: (… × 1), or (… × units) where units have their own.
    rows
        Labels of the units, for messages.

    Returns
    -------
    tuple
        Scores of all codes, and the shares available of the aggregates, (… × units).
    """
    scores = dict(values)
    available = {}
    left: dict[str, Floats] = {}  # what is left of the weight of a group with gaps
    for level in range(2, framework.n_levels + 1):
        for code in framework.level(level):
            members = framework.children(code)
            block = _stack([_turned(scores[m], m, framework, plan.centre) for m in members])
            own = _stack([weights[m] * left[m] if m in left else weights[m] for m in members])
            try:
                points = plan.how[level].combine(block, own)
            except StepError as error:
                raise _placed(error, plan.how[level], block, members, code, rows) from error
            share = _available(block, own, plan.share_of)
            if plan.min_share[level] > 0:
                points = np.where(share >= plan.min_share[level], points, np.nan)
            if plan.missing == "shrink":
                full = sum((float(framework.weights[m]) for m in members), 0.0)
                gaps = np.isnan(block)
                # Without gaps units that have one weight keep one: they can be compared.
                present = np.where(gaps, 0.0, own) if gaps.any() else own
                left[code] = present.sum(axis=-1) / full
            scores[code], available[code] = points, share
    return scores, available


def _turned(values: Floats, code: str, framework: Framework, centre: float | None) -> Floats:
    """An aggregate that enters its parent the other way round."""
    if framework.levels[code] == 1 or framework.directions[code] == 1:
        return values
    if centre is None:
        raise StepError(
            STEP, "у группы обратное направление, а середина шкалы (centre) не задана.", code
        )
    return 2 * centre - values


def _stack(parts: list[Floats]) -> Floats:
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def _available(block: Floats, weights: Floats, share_of: str) -> Floats:
    gaps = np.isnan(block)
    if not gaps.any():
        return np.ones(block.shape[:-1])
    if share_of == "count":
        return np.asarray((~gaps).mean(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(gaps, 0.0, weights).sum(axis=-1) / weights.sum(axis=-1)
    return np.asarray(share)


def _placed(
    error: StepError,
    how: Aggregation,
    block: Floats,
    members: tuple[str, ...],
    code: str,
    rows: pd.Index | None,
) -> StepError:
    """The error with the member and the unit it came from."""
    wrong = how.impossible(block)
    if wrong is None or not wrong.any():
        return StepError(STEP, error.problem, code)
    place = np.argwhere(wrong)[0]
    unit = label(rows[place[-2]]) if rows is not None else ""
    value = block[tuple(place)]
    here = "" if np.isnan(value) else f" (здесь {shown(float(value))})"
    return StepError(STEP, f"группа «{code}»: {how.reason}{here}.", members[place[-1]], unit)


def of_level(given: T | Mapping[int, T], level: int, what: str) -> T:
    """The argument of a level: the same for all, or its own.

    Raises
    ------
    StepError
        None is given for the level.
    """
    if not isinstance(given, Mapping):
        return given
    if level not in given:
        raise StepError(STEP, f"для уровня {level} не задано: {what}.")
    return given[level]

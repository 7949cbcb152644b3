"""Normalisation: all indicators on one scale, more being better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked, column, slices
from shnor_lib.stats.composite.scales import STEP, Column, Fitted, MinMax, Scale


@dataclass(frozen=True)
class Normalised:
    """What :func:`normalise` gives.

    Attributes
    ----------
    data
        The indicators on their scales; columns that are no indicators are left out.
    fitted
        Rule with its numbers by (indicator, time); the time is ``None`` where all times have
        the same.
    parameters
        ``code``, ``time`` (if by time), ``scale``, ``direction`` and the numbers.
    centre
        Where the common scale is turned round for aggregates of direction −1; ``None`` if
        the indicators have different scales.
    """

    data: pd.DataFrame
    fitted: Mapping[tuple[str, Any], Fitted]
    parameters: pd.DataFrame
    centre: float | None


def normalise(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    scale: Scale = MinMax(),  # noqa: B008  (frozen)
    special: Mapping[str, Scale] | None = None,
    reference: pd.DataFrame | Normalised | None = None,
    by_time: bool = False,
) -> Normalised:
    """Put the indicators on common scales (COINr's ``Normalise``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    framework
        Directions, targets, goalposts.
    scale, special
        Scale of all indicators and of some.
    reference
        Set that gives the numbers (minimum, mean, …): a table, or an earlier result whose
        numbers are used again. By default the table itself, **all times of a panel together**,
        so that the times can be compared.
    by_time
        Every time by its own numbers: then a unit's points in two times say nothing about a
        change. A time in which nobody has a value keeps its gaps.

    Raises
    ------
    StepError
        A normalisation is impossible; both ``reference`` and ``by_time`` are given.
    """
    data = checked(frame, STEP)
    own = dict(special or {})
    for code in own:
        if code not in framework.indicators:
            raise StepError(STEP, "такого показателя нет.", code)
    for code in framework.indicators:
        if code not in data.columns:
            raise StepError(STEP, "такого показателя нет в данных.", code)
    if by_time and reference is not None:
        raise StepError(STEP, "«по годам отдельно» и «по образцу» вместе не задаются.")
    if isinstance(reference, Normalised):
        return _again(data, framework, reference)
    base = data if reference is None else checked(reference, STEP)
    result = pd.DataFrame(index=data.index, columns=list(framework.indicators), dtype="float64")
    fitted: dict[tuple[str, Any], Fitted] = {}
    rows: list[dict[str, Any]] = []
    for code in framework.indicators:
        if code not in base.columns:
            raise StepError(STEP, "такого показателя нет в данных образца.", code)
        rule = own.get(code, scale)
        points = np.full(len(data), np.nan)
        for time, mine in slices(data.index, by_time=by_time):
            theirs = mine if reference is None else np.arange(len(base))
            if by_time and np.isnan(column(base, code)[theirs]).all():
                continue  # nobody to be compared in this time: the gaps stay gaps
            about = describe(framework, code, base.index[theirs])
            fit = rule.fit(column(base, code)[theirs], about)
            points[mine] = fit.apply(column(data, code)[mine])
            fitted[code, time] = fit
            rows.append(_row(code, time, rule, about, fit))
        result[code] = points
    return Normalised(result, fitted, _parameters(rows), _centre(framework, scale, own))


def describe(framework: Framework, code: str, rows: pd.Index) -> Column:
    """What the framework says about an indicator, for its scale."""
    meta: dict[Any, Any] = framework.table.loc[code].to_dict()
    return Column(
        code,
        int(meta["direction"]),
        float(meta["target"]),
        float(meta["goalpost_low"]),
        float(meta["goalpost_high"]),
        rows,
    )


def _again(data: pd.DataFrame, framework: Framework, earlier: Normalised) -> Normalised:
    points = {}
    for code in framework.indicators:
        if (code, None) not in earlier.fitted:
            raise StepError(STEP, "в прежней нормировке его нет (или она по годам).", code)
        points[code] = earlier.fitted[code, None].apply(column(data, code))
    result = pd.DataFrame(points, index=data.index)
    return Normalised(result, earlier.fitted, earlier.parameters, earlier.centre)


def _centre(framework: Framework, scale: Scale, special: Mapping[str, Scale]) -> float | None:
    centres = {special.get(code, scale).centre for code in framework.indicators}
    return centres.pop() if len(centres) == 1 else None


def _row(code: str, time: Any, rule: Scale, about: Column, fit: Fitted) -> dict[str, Any]:
    row = {"code": code, "time": time, "scale": rule.name, "direction": about.direction}
    return row | fit.parameters()


def _parameters(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    return table.drop(columns="time") if table["time"].isna().all() else table

"""Treatment of outliers: winsorise a few points; where that is not enough, transform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Bools, Floats, Ints
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.moments import kurtosis, skewness
from shnor_lib.stats.composite.panel import checked, column, is_panel, slices, units

STEP = "обработка выбросов"

Transform: TypeAlias = Literal["log_ct", "log", "log_gii", "boxcox"]


@dataclass(frozen=True)
class Treatment:
    """How one indicator is treated; the default is COINr's.

    Parameters
    ----------
    max_points
        Points that may be winsorised; ``None``: any number; 0: none.
    then
        Transformation of the original values where winsorising does not suffice; ``None``:
        the winsorised values stay.
    max_skew, max_kurt
        An indicator passes when |skewness| < ``max_skew`` or kurtosis < ``max_kurt``.
    combine
        Transform the winsorised values instead of the original ones.
    force
        Winsorise ``max_points`` points even if the indicator passes.
    boxcox_lambda
        Exponent for ``boxcox``.
    """

    max_points: int | None = 5
    then: Transform | None = "log_ct"
    max_skew: float = 2.0
    max_kurt: float = 3.5
    combine: bool = False
    force: bool = False
    boxcox_lambda: float | None = None

    def passes(self, values: Any) -> Bools:
        """The test along the last axis; equal values pass, there is nothing to treat."""
        skew, kurt = skewness(values), kurtosis(values)
        with np.errstate(invalid="ignore"):
            fails = (np.abs(skew) >= self.max_skew) & (kurt >= self.max_kurt)
        return np.asarray(~fails, dtype=np.bool_)


@dataclass(frozen=True)
class Treated:
    """What :func:`treat` gives.

    Attributes
    ----------
    data
        The treated table.
    details
        One row per indicator (and time, if treated by time): ``code``, ``time``, ``passed_0``,
        ``skew_0``, ``kurt_0`` (as they were), ``n_winsorised``, ``passed_1``, ``skew_1``,
        ``kurt_1`` (after winsorising), ``transform``, ``passed_2``, ``skew_2``, ``kurt_2``
        (after the transformation), ``passed`` (in the end). NA where a step was not needed.
    points
        One row per changed point: ``unit``, ``time``, ``code``, ``before``, ``after``, ``how``
        (``high``, ``low`` or the transformation, joined by ``+``).
    """

    data: pd.DataFrame
    details: pd.DataFrame
    points: pd.DataFrame


@dataclass(frozen=True)
class _Outcome:
    values: Floats
    how: list[str]
    details: dict[str, Any]


def treat(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    default: Treatment | None = Treatment(),  # noqa: B008  (frozen)
    special: Mapping[str, Treatment | None] | None = None,
    by_time: bool = False,
) -> Treated:
    """Treat the indicators that fail the test (COINr's ``Treat``).

    1. test; 2. who fails is winsorised; 3. test; 4. who still fails is transformed (from the
    original values, unless ``combine``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    framework
        Its indicators are treated.
    default, special
        Treatment of all indicators and of some; ``None`` leaves one as it is.
    by_time
        Treat every time by itself. Then a transformation may fall on one year and not on the
        next, and the years cannot be compared; by default all times are treated together.

    Raises
    ------
    StepError
        Fewer than 4 values, or an impossible transformation.
    """
    data = checked(frame, STEP)
    own = dict(special or {})
    for code in own:
        if code not in framework.indicators:
            raise StepError(STEP, "такого показателя нет.", code)
    details, points = [], []
    for code in framework.indicators:
        rule = own.get(code, default)
        if rule is None:
            continue
        before = column(data, code)
        after = before.copy()
        for time, rows in slices(data.index, by_time=by_time):
            outcome = _treat_one(before[rows], rule, code)
            after[rows] = outcome.values
            details.append({"code": code, "time": time, **outcome.details})
            if any(outcome.how):
                points.append(_points(data.index[rows], code, before[rows], outcome))
        data[code] = after
    return Treated(data, _details_frame(details), _points_frame(points))


def treat_arrays(values: Floats, rule: Treatment, code: str) -> Floats:
    """Treat many drawn columns at once: the last axis holds the units."""
    result = values.copy()
    flat = result.reshape(-1, values.shape[-1])
    todo = np.ones(len(flat), bool) if rule.force else ~rule.passes(flat)
    for row in np.flatnonzero(todo):
        flat[row] = _treat_one(flat[row], rule, code).values
    return flat.reshape(values.shape)


def winsorise(
    values: Floats, *, max_points: int | None = 5, rule: Treatment | None = None
) -> tuple[Floats, Ints, Ints, int]:
    """Pull in the farthest points one by one until the test is passed.

    While the test fails and fewer than ``max_points`` points are changed: with skewness ≥ 0
    all points at the maximum take the next highest value, otherwise all at the minimum the
    next lowest. Points that share the extreme move together, so that more than ``max_points``
    may be changed, as in COINr. It stops before all values are equal.

    Returns
    -------
    tuple
        New values, positions pulled down, positions pulled up, number counted as winsorised.
    """
    test = rule or Treatment()
    x = values.copy()
    high = low = np.empty(0, dtype=np.int64)
    counted = 0
    while (test.force or not test.passes(x)) and (max_points is None or counted < max_points):
        if np.unique(x[~np.isnan(x)]).size <= 2:
            break
        if skewness(x) >= 0:
            top = np.nanmax(x)
            high = np.flatnonzero(x == top).astype(np.int64)
            x[high] = np.nanmax(np.where(x == top, np.nan, x))
        else:
            bottom = np.nanmin(x)
            low = np.flatnonzero(x == bottom).astype(np.int64)
            x[low] = np.nanmin(np.where(x == bottom, np.nan, x))
        counted = len(high) + len(low)
    return x, high, low, counted


def log_ct(values: Floats, code: str = "") -> Floats:
    """ln(x − min + 0.01 (max − min)): the logarithm of the JRC's COIN Tool."""
    low, high = np.nanmin(values), np.nanmax(values)
    if low == high:
        raise StepError(STEP, "все значения равны, логарифм не взять.", code)
    return np.asarray(np.log(values - low + 0.01 * (high - low)), dtype=np.float64)


def log(values: Floats, code: str = "") -> Floats:
    """Natural logarithm; all values must be above zero."""
    if np.nanmin(values) <= 0:
        raise StepError(STEP, "логарифм берётся только от положительных чисел.", code)
    return np.asarray(np.log(values), dtype=np.float64)


def log_gii(values: Floats, code: str = "") -> Floats:
    """ln((max − 1)(x − min)/(max − min) + 1), as in the Global Innovation Index.

    With a maximum of 1 or less it would turn the order round, which is an error.
    """
    low, high = np.nanmin(values), np.nanmax(values)
    if low == high:
        raise StepError(STEP, "все значения равны, логарифм не взять.", code)
    if high <= 1:
        raise StepError(
            STEP, "логарифм log_gii перевернёт порядок: наибольшее значение не больше 1.", code
        )
    return np.asarray(np.log((high - 1) * (values - low) / (high - low) + 1), dtype=np.float64)


def boxcox(values: Floats, exponent: float, code: str = "") -> Floats:
    """Box–Cox of x − min + 1: (y^λ − 1)/λ, ln y for λ = 0 (Box and Cox 1964, JRSS B 26)."""
    if np.isnan(values).all():
        raise StepError(STEP, "нет ни одного значения.", code)
    y = values - np.nanmin(values) + 1
    return np.asarray(np.log(y) if exponent == 0 else (y**exponent - 1) / exponent)


def _transformed(values: Floats, rule: Treatment, code: str) -> Floats:
    if rule.then == "log_ct":
        return log_ct(values, code)
    if rule.then == "log":
        return log(values, code)
    if rule.then == "log_gii":
        return log_gii(values, code)
    if rule.boxcox_lambda is None:
        raise StepError(STEP, "для преобразования Бокса — Кокса нужен показатель степени.", code)
    return boxcox(values, rule.boxcox_lambda, code)


def _treat_one(values: Floats, rule: Treatment, code: str) -> _Outcome:
    n = int((~np.isnan(values)).sum())
    if n < 4:
        raise StepError(
            STEP, f"значений {n}, а для проверки на выбросы нужно не меньше четырёх.", code
        )
    if rule.force and rule.max_points is None:
        raise StepError(STEP, "для принудительной замены задайте число точек.", code)
    how = [""] * len(values)
    details = _tested(values, rule, 0)
    if details["passed_0"] and not rule.force:
        return _Outcome(values, how, {**details, "passed": True})
    result, high, low, counted = winsorise(values, max_points=rule.max_points, rule=rule)
    for position in high:
        how[position] = "high"
    for position in low:
        how[position] = "low"
    details |= {"n_winsorised": counted, **_tested(result, rule, 1)}
    passed = details["passed_1"]
    if not passed and rule.then is not None:
        result = _transformed(result if rule.combine else values, rule, code)
        kept = how if rule.combine else [""] * len(values)
        how = [
            "" if np.isnan(v) else f"{h}+{rule.then}" if h else str(rule.then)
            for h, v in zip(kept, values, strict=True)
        ]
        details |= {"transform": rule.then, **_tested(result, rule, 2)}
        passed = details["passed_2"]
    return _Outcome(result, how, {**details, "passed": passed})


def _tested(values: Floats, rule: Treatment, number: int) -> dict[str, Any]:
    return {
        f"passed_{number}": bool(rule.passes(values)),
        f"skew_{number}": float(skewness(values)),
        f"kurt_{number}": float(kurtosis(values)),
    }


def _details_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    dtypes = {"code": "string", "time": "object"}
    for number in range(3):
        if number == 1:
            dtypes["n_winsorised"] = "Int64"
        if number == 2:
            dtypes["transform"] = "string"
        dtypes |= {
            f"passed_{number}": "boolean",
            f"skew_{number}": "float64",
            f"kurt_{number}": "float64",
        }
    dtypes["passed"] = "boolean"
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)


def _points(index: pd.Index, code: str, before: Floats, outcome: _Outcome) -> pd.DataFrame:
    changed = np.flatnonzero(np.array(outcome.how, dtype=object) != "")
    times = index.get_level_values(1)[changed] if is_panel(index) else None
    return pd.DataFrame(
        {
            "unit": units(index)[changed],
            "time": times if times is not None else [pd.NA] * len(changed),
            "code": code,
            "before": before[changed],
            "after": outcome.values[changed],
            "how": [outcome.how[i] for i in changed],
        }
    )


def _points_frame(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if parts:
        return pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns=["unit", "time", "code", "before", "after", "how"])

"""Outcome of one criterion for all schools in one year, whatever kind the criterion is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.ruleset import Criterion

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OUTCOMES: tuple[str, ...] = ("met", "not_met", "no_data", "few", "no_threshold")
MET, NOT_MET, NO_DATA, FEW, NO_THRESHOLD = range(5)


def nothing(size: int) -> Floats:
    """An array of unknowns."""
    return np.full(size, np.nan)


@dataclass
class Outcome:
    """One criterion in one year; arrays over schools.

    Attributes
    ----------
    outcome
        Position in :data:`OUTCOMES`.
    value, n, numerator
        Of the deciding unit in the status year.
    probability
        Probability that the true value over the years used is beyond the threshold.
    formal
        The same with formal parts as facts: what the confidence is made of.
    beyond_latest, latest
        The criterion is beyond its threshold in the status year alone; with what probability.
    unit
        Position in ``units``; −1 where there is none.
    units
        One row per unit: ``procedure``, ``grade``, ``subject``, ``indicator``, ``years_used``.
    pooled_n, pooled_numerator, prior
        Of the deciding unit of a results criterion: counts over the years used together, and
        the prior of such shares; None for other criteria.
    """

    criterion: Criterion
    year: int
    outcome: npt.NDArray[np.int8]
    value: Floats
    n: Floats
    numerator: Floats
    probability: Floats
    formal: Floats
    beyond_latest: Flags
    latest: Floats
    unit: npt.NDArray[np.intp]
    units: pd.DataFrame
    units_met: npt.NDArray[np.int64]
    units_seen: npt.NDArray[np.int64]
    threshold: float | None
    operator: str
    interval: bool = False
    pooled_n: Floats | None = None
    pooled_numerator: Floats | None = None
    prior: npt.NDArray[np.object_] | None = None
    detail: Any = field(default=None, repr=False)


def compare(values: Floats, operator: str, threshold: float) -> Flags:
    """Element-wise comparison; unknown values compare as false."""
    with np.errstate(invalid="ignore"):
        if operator == ">=":
            return values >= threshold
        if operator == ">":
            return values > threshold
        if operator == "<":
            return values < threshold
        return values <= threshold


def years_text(years: Sequence[int]) -> str:
    """Years for people and columns: «2023, 2024»."""
    return ", ".join(str(year) for year in years)


def unit_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The ``units`` frame of an :class:`Outcome` with its dtypes."""
    columns = {
        "procedure": "string",
        "grade": "Int64",
        "subject": "string",
        "indicator": "string",
        "years_used": "string",
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.astype(columns)

"""Screening: leave out units that have too little data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Bools
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked, label, matching, units

STEP = "отбор единиц"


@dataclass(frozen=True)
class Screened:
    """What :func:`screen` gives.

    Attributes
    ----------
    data
        Rows that stayed.
    summary
        For every row: ``n_missing``, ``n_zero``, ``available`` (share of indicators with a
        value), ``nonzero`` (share of those that are not zero; NA where nothing is known),
        ``included``, ``reason`` (Russian; empty where a row stayed by the rule).
    """

    data: pd.DataFrame
    summary: pd.DataFrame

    @property
    def removed(self) -> pd.Index:
        """Rows that were left out."""
        return self.summary.index[~self.summary["included"]]


def screen(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    by: Literal["missing", "zeros", "both"] = "missing",
    min_available: float = 2 / 3,
    min_nonzero: float = 0.05,
    force_in: Iterable[Any] = (),
    force_out: Iterable[Any] = (),
) -> Screened:
    """Keep the rows with enough data (COINr's ``Screen``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    framework
        Its indicators are counted.
    by
        What is asked: values, values other than zero, or both.
    min_available, min_nonzero
        Shares 0…1. A row with exactly the share stays.
    force_in, force_out
        Units (or rows) that stay or go whatever the rule says.

    Raises
    ------
    StepError
        An unknown unit is forced, one is forced both in and out, or nothing is left.
    """
    data = checked(frame, STEP)
    values = data[list(framework.indicators)].to_numpy()
    known = (~np.isnan(values)).sum(axis=1)
    zero = (values == 0).sum(axis=1)
    available = known / values.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        nonzero = (known - zero) / known
    scarce = available < min_available
    # Where nothing is known there is nothing other than zero either.
    zeros = ~(nonzero >= min_nonzero)
    out = {"missing": scarce, "zeros": zeros, "both": scarce | zeros}[by]
    kept_in, kept_out = _forced(data.index, force_in), _forced(data.index, force_out)
    if (kept_in & kept_out).any():
        row = str(units(data.index)[kept_in & kept_out][0])
        raise StepError(STEP, "указана и оставить, и убрать.", unit=row)
    included = (~out | kept_in) & ~kept_out
    if not included.any():
        raise StepError(STEP, "не осталось ни одной единицы: требования слишком строгие.")
    reason = np.select(
        [kept_in, kept_out, ~out, scarce & (by != "zeros")],
        ["оставлена по решению", "убрана по решению", "", "мало данных"],
        default="почти одни нули",
    )
    summary = pd.DataFrame(
        {
            "n_missing": values.shape[1] - known,
            "n_zero": zero,
            "available": available,
            "nonzero": nonzero,
            "included": included,
            "reason": reason,
        },
        index=data.index,
    )
    return Screened(data[included], summary)


def _forced(index: pd.Index, wanted: Iterable[Any]) -> Bools:
    """Rows meant by unit codes or by whole row labels."""
    found = np.zeros(len(index), dtype=np.bool_)
    for item in wanted:
        rows = matching(index, item, whole=False)
        if not rows.any():
            raise StepError(STEP, "такой единицы нет.", unit=label(item))
        found |= rows
    return found

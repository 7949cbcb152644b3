"""Removal audit: what happens to the ranks when an indicator is taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.stats.composite.aggregate import aggregate
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.ranks import ranks


@dataclass(frozen=True)
class Audit:
    """What :func:`remove_each` gives.

    Attributes
    ----------
    table
        ``code``, ``mean_shift`` (mean absolute change of rank), ``max_shift``, ``n`` (units
        ranked with and without).
    ranks
        Units (× times) × removed code; the first column ``nominal`` holds the ranks with
        everything in.
    """

    table: pd.DataFrame
    ranks: pd.DataFrame


def remove_each(
    normalised: pd.DataFrame,
    framework: Framework,
    *,
    level: int = 1,
    target: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Audit:
    """Take the codes of a level away one by one and rank again (COINr's ``remove_elements``).

    COINr gives a removed code the weight zero; here it leaves the framework, which is the same
    for weighted means and right for the others too. A group that loses its last member goes.

    Parameters
    ----------
    normalised
        Units (× times) × normalised indicators: treatment and normalisation of the others do
        not depend on the removed one.
    framework
        Structure.
    level
        Whose codes are removed.
    target
        Code whose ranks are compared; the index by default.
    arguments
        Further arguments of :func:`~.aggregate.aggregate`. Weights of a removed code are left
        out.

    Raises
    ------
    StepError
        An aggregation is impossible, or nothing would be left.
    """
    goal = target or framework.top
    options = dict(arguments or {})
    given = options.pop("weights", None)
    own = framework if given is None else framework.with_weights(given)
    nominal = ranks(aggregate(normalised, own, **options).data[[goal]])[goal]
    columns = {"nominal": nominal}
    rows = []
    for code in own.level(level):
        rest = own.without([code])
        again = ranks(aggregate(normalised, rest, **options).data[[goal]])[goal]
        shift = (again - nominal).abs()
        columns[code] = again
        rows.append(
            {
                "code": code,
                "mean_shift": float(shift.mean()),
                "max_shift": float(shift.max()),
                "n": int(shift.notna().sum()),
            }
        )
    return Audit(pd.DataFrame(rows), pd.DataFrame(columns))

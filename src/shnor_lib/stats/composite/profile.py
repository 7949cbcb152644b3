"""Strengths and weaknesses of every unit, by its ranks in the indicators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked, is_panel, units
from shnor_lib.stats.composite.ranks import ranks


def strengths_and_weaknesses(
    normalised: pd.DataFrame,
    framework: Framework,
    *,
    best: int = 5,
    worst: int = 5,
    min_unique: float = 0.0,
) -> pd.DataFrame:
    """A unit's best and worst indicators among all units (COINr's ``get_str_weak``).

    Parameters
    ----------
    normalised
        Units (× times) × oriented indicators, more being better.
    framework
        Its indicators are looked at.
    best, worst
        How many of each at most. An indicator is listed once: as a strength only if the unit
        stands in the upper half, as a weakness only if it stands in the lower half. Half of
        all units at zero therefore are nobody's strength.
    min_unique
        Indicators with a smaller share of different values (yes/no) are left out.

    Returns
    -------
    DataFrame
        ``unit``, ``time`` (panels only), ``kind`` (``strength``, ``weakness``), ``place`` (1:
        the strongest or weakest), ``code``, ``value``, ``rank``, ``n`` (units compared).
    """
    data = checked(normalised, "сильные и слабые стороны")[list(framework.indicators)]
    unique = data.nunique() / data.notna().sum().clip(lower=1)
    data = data.loc[:, unique >= min_unique]
    places = ranks(data)
    times = data.index.get_level_values(1) if is_panel(data.index) else None
    counts = data.notna()
    n = counts.groupby(times).transform("sum") if times is not None else counts * counts.sum()
    stacked = pd.DataFrame(
        {
            "row": np.repeat(np.arange(len(data)), data.shape[1]),
            "code": np.tile(np.asarray(data.columns, dtype=object), len(data)),
            "value": data.to_numpy().ravel(),
            "rank": places.to_numpy().ravel(),
            "n": n.to_numpy().ravel(),
        }
    ).dropna(subset=["rank"])
    middle = (stacked["n"] + 1) / 2
    position = stacked["rank"] / stacked["n"]  # comparable between indicators with gaps
    parts = []
    for kind, chosen, order, number in (
        ("strength", stacked["rank"] < middle, position, best),
        ("weakness", stacked["rank"] > middle, -position, worst),
    ):
        part = stacked[chosen].assign(kind=kind, order=order[chosen])
        part = part.sort_values(["row", "order"], kind="stable")
        part["place"] = part.groupby("row").cumcount() + 1
        parts.append(part[part["place"] <= number])
    found = pd.concat(parts).sort_values(["row", "kind", "place"]).reset_index(drop=True)
    found.insert(0, "unit", units(data.index)[found["row"]])
    if times is not None:
        found.insert(1, "time", times[found["row"]])
    return found.drop(columns=["row", "order"])[
        [c for c in ("unit", "time", "kind", "place", "code", "value", "rank", "n") if c in found]
    ]

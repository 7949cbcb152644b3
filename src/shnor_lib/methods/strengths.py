"""Strengths and weaknesses of a school: where it stands high and low among all schools.

A place among schools is no verdict: it names where to look first. The number of participants
stands beside it, since the place of a small school is mostly chance.
"""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.ranking import RatingResult
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.stats.composite import Chain, strengths_and_weaknesses

QUARTER = 0.25
"""Part of the schools that counts as the upper or the lower end."""
LISTED = 3
"""Strengths and weaknesses named at most."""
MIN_SCHOOLS = 4
"""With fewer schools there is no quarter."""

_COLUMNS = {
    "school_id": "string", "kind": "string", "place": "Int64", "indicator": "string",
    "title": "string", "value": "Float64", "n": "Float64", "rank": "Float64",
    "n_schools": "Int64",
}  # fmt: skip


def strengths(rating: RatingResult, year: int) -> pd.DataFrame:
    """Indicators of the rating in which a school is in the best or the worst quarter.

    Parameters
    ----------
    rating
        From :func:`~.ranking.rate`.
    year
        Year of the places.

    Returns
    -------
    DataFrame
        ``school_id``, ``kind`` (``strength``, ``weakness``), ``place`` (1: the strongest, or the
        weakest), ``indicator``, ``title``, ``value`` (share 0…1, mean score or points earned),
        ``n`` (participants; NA for points), ``rank`` (1 = best of those who have the
        indicator), ``n_schools`` (how many have it). At most three of a kind; indicators fewer
        than four schools have are left out.
    """
    found = _places(rating.chain, year)
    rows = rating.indicators
    rows = rows.loc[rows["year"] == year, ["school_id", "indicator", "title", "value", "n"]]
    return _tidy(found.merge(rows, on=["school_id", "indicator"], how="left"))


def conditions(index: IndexResult, year: int) -> pd.DataFrame:
    """The same for the components of the wellbeing index: ``n`` is NA, ``value`` the share."""
    found = _places(index.chain, year)
    rows = index.components
    rows = rows.loc[rows["year"] == year, ["school_id", "component", "title", "share"]]
    rows = rows.rename(columns={"component": "indicator", "share": "value"})
    return _tidy(found.merge(rows, on=["school_id", "indicator"], how="left"))


def _places(chain: Chain | None, year: int) -> pd.DataFrame:
    names = ["school_id", "kind", "place", "indicator", "rank", "n_schools"]
    if chain is None:
        return pd.DataFrame(columns=names)
    stage = chain.stages[chain.log[-2].name]
    here = stage[stage.index.get_level_values(1) == year]
    every = len(chain.framework.indicators)
    found = strengths_and_weaknesses(here, chain.framework, best=every, worst=every)
    position = (found["rank"] - 0.5) / found["n"].clip(lower=1)
    ends = position.where(found["kind"] == "strength", 1 - position) <= QUARTER
    found = found[ends & (found["n"] >= MIN_SCHOOLS) & (found["place"] <= LISTED)]
    return found.rename(columns={"unit": "school_id", "code": "indicator", "n": "n_schools"})[
        names
    ].reset_index(drop=True)


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reindex(columns=list(_COLUMNS)).astype(_COLUMNS).reset_index(drop=True)


def component_gaps(index: IndexResult, year: int) -> pd.DataFrame:
    """What the schools with a low index lack, component by component.

    Returns
    -------
    DataFrame
        ``component``, ``title``, ``all``, ``lowest`` (mean normalised value, 0…1, of all
        schools with an index and of those at or below its lower quartile), ``n_all``,
        ``n_lowest`` (schools behind the means). Empty where the components have no common scale
        from 0 to 1.
    """
    names = ["component", "title", "all", "lowest", "n_all", "n_lowest"]
    scores = index.scores[(index.scores["year"] == year) & index.scores["index"].notna()]
    scale = index.mode == "weighted" and all(
        c.normalisation.unit for c in index.definition.components
    )
    if scores.empty or not scale:
        return pd.DataFrame(columns=names)
    low = scores.loc[scores["index"] <= scores["index"].quantile(QUARTER), "school_id"]
    rows = index.components[
        (index.components["year"] == year)
        & index.components["school_id"].isin(scores["school_id"])
        & index.components["normalised"].notna()
    ]
    lines = []
    for component in index.definition.components:
        own = rows[rows["component"] == component.id]
        lowest = own[own["school_id"].isin(low)]
        if len(own) and len(lowest):
            lines.append(
                {
                    "component": component.id,
                    "title": component.title,
                    "all": float(own["normalised"].mean()),
                    "lowest": float(lowest["normalised"].mean()),
                    "n_all": len(own),
                    "n_lowest": len(lowest),
                }
            )
    return pd.DataFrame(lines, columns=names)

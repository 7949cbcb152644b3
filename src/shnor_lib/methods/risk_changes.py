"""What became of each school's factors since its profile of the year before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.methods.risk_profile import DEAD

_RANK = {"low": 1, "medium": 2, "high": 3}

CHANGES: tuple[str, ...] = ("appeared", "rose", "same", "fell", "closed")
"""What may become of a factor: it was not a risk and is one now; its significance rose, stayed,
fell; it is no risk any more (rejected, removed or gone from the profile)."""


def risk_changes(factors: pd.DataFrame, year: int) -> pd.DataFrame:
    """Compare the profiles of a year with those of the year before.

    Only schools with a profile in both years are compared: a school without last year's profile
    has not got new risks, it was not asked.

    Parameters
    ----------
    factors
        :attr:`shnor_lib.methods.risk_profile.RiskProfiles.factors`.
    year
        The later year.

    Returns
    -------
    DataFrame
        ``school_id``, ``factor``, ``level_before``, ``level_now`` (NA: no risk in that year),
        ``change`` (:data:`CHANGES`). A factor that is a risk in neither year has no row.
    """
    given = factors[factors["level"].notna()]
    before, now = (given[given["year"] == each] for each in (year - 1, year))
    both = set(before["school_id"]) & set(now["school_id"])
    sides = []
    for name, rows in (("level_before", before), ("level_now", now)):
        alive = rows[rows["school_id"].isin(both) & ~rows["state"].isin(DEAD)]
        sides.append(
            alive[["school_id", "factor", "level"]].rename(columns={"level": name}).astype("string")
        )
    found = sides[0].merge(sides[1], on=["school_id", "factor"], how="outer")
    was, is_now = (
        found[name].map(_RANK).astype("Float64") for name in ("level_before", "level_now")
    )
    change = np.select(
        [
            found["level_before"].isna().to_numpy(dtype=bool),
            found["level_now"].isna().to_numpy(dtype=bool),
            (is_now > was).fillna(value=False).to_numpy(dtype=bool),
            (is_now < was).fillna(value=False).to_numpy(dtype=bool),
        ],
        ["appeared", "closed", "rose", "fell"],
        "same",
    )
    return found.assign(change=pd.array(change, dtype="string"))

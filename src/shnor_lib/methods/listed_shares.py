"""Formal status and confidence side by side: the share behind every status ШНОР."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.methods.frames import empty
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.outcomes import MET

LISTED_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "status": "string", "confidence": "string",
    "probability": "Float64", "criterion": "string", "procedure": "string", "grade": "Int64",
    "subject": "string", "indicator": "string", "years_used": "string", "n": "Int64",
    "n_low": "Int64", "share": "Float64", "shrunk": "Float64", "shrunk_low": "Float64",
    "shrunk_high": "Float64", "threshold": "Float64",
}  # fmt: skip


def listed_shares(identification: Identification, year: int) -> pd.DataFrame:
    """Every school with the status ШНОР, its surest ground, and what stands behind it.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    year
        Status year.

    Returns
    -------
    DataFrame
        One row per school, the least sure first: ``status``, ``confidence``, ``probability`` (of
        the status); of the met criterion with the highest probability ``criterion``,
        ``procedure``, ``grade``, ``subject``, ``indicator``, ``years_used``, ``n`` and ``n_low``
        over these years together, ``share``, ``shrunk``, ``shrunk_low``, ``shrunk_high``
        (95 % interval), ``threshold``. Shares 0…1; counts and shares are NA for criteria that
        are not shares of low results, the corrected ones also where fewer than ten schools
        wrote or subjects differ between the years (then counts and share are those of the
        status year).

    Raises
    ------
    ShnorError
        Statuses of this year were not asked for.
    """
    counting = identification.ruleset.counting("low_results")
    outcomes = [o for o in identification.outcomes_of(year) if o.criterion.id in counting]
    statuses = identification.statuses
    own = statuses[(statuses["year"] == year) & statuses["low_results"]]
    if own.empty or not outcomes:
        return empty(LISTED_DTYPES)
    chance = np.array([np.where(o.outcome == MET, np.nan_to_num(o.formal), -1) for o in outcomes])
    best = np.array([o.criterion.id for o in outcomes], dtype=object)[chance.argmax(axis=0)]
    surest = pd.DataFrame(
        {"school_id": identification.schools.array, "criterion": pd.array(best, dtype="string")}
    )
    criteria = identification.criteria
    rows = criteria[criteria["year"] == year].drop(columns=["probability", "year"])
    found = own.merge(surest, on="school_id").merge(rows, on=["school_id", "criterion"])
    share = pd.Series([o.interval for o in outcomes], index=[o.criterion.id for o in outcomes])
    is_share = found["criterion"].map(share).astype(bool)
    pooled = found["pooled_n"].notna()
    found["n"] = found["pooled_n"].where(pooled, found["n"]).where(is_share)
    found["n_low"] = found["pooled_numerator"].where(pooled, found["numerator"]).where(is_share)
    found["share"] = (found["n_low"] / found["n"]).astype("Float64")
    found = found.sort_values(["probability", "school_id"], kind="stable", ignore_index=True)
    return found[list(LISTED_DTYPES)].astype(LISTED_DTYPES)

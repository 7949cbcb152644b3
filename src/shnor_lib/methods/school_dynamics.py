"""What changes of single results add up to: verdict of a school, the municipal indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.stats.intervals import wilson

LISTED: tuple[str, ...] = ("low_results", "difficult", "both")
VERDICTS: tuple[str, ...] = ("positive", "negative", "no_change", "incomparable")


def school_verdicts(pairs: pd.DataFrame, *, net_share: float) -> pd.DataFrame:
    """Verdict of every school and year from its pairs.

    Parameters
    ----------
    pairs
        ``school_id``, ``year_to``, ``verdict`` (:data:`VERDICTS`).
    net_share
        As in :class:`~.dynamics.DynamicsRule`, 0…1.

    Returns
    -------
    DataFrame
        See :attr:`.dynamics.DynamicsResult.schools`.
    """
    codes = pd.Index(VERDICTS).get_indexer(pd.Index(pairs["verdict"]))
    counted = (
        pd.DataFrame({name: codes == code for code, name in enumerate(VERDICTS)})
        .groupby([pairs["school_id"], pairs["year_to"]], sort=True)
        .sum()
        .astype("Int64")
        .reset_index()
    )
    improved, worsened, same = (counted[name] for name in VERDICTS[:3])
    comparable = improved + worsened + same
    net = ((improved - worsened) / comparable.where(comparable > 0)).astype("Float64")
    # Whole numbers on both sides of the comparison; the share itself may be rounded.
    reach = net_share * comparable - 1e-9
    verdict = np.select(
        [
            (comparable == 0).to_numpy(dtype=bool),
            ((improved - worsened >= reach) & (improved > worsened)).to_numpy(dtype=bool),
            ((worsened - improved >= reach) & (worsened > improved)).to_numpy(dtype=bool),
        ],
        ["incomparable", "positive", "negative"],
        "no_change",
    )
    return pd.DataFrame(
        {
            "school_id": counted["school_id"].astype("string"),
            "year": counted["year_to"].astype("Int64"),
            "n_comparable": comparable,
            "n_improved": improved,
            "n_worsened": worsened,
            "n_no_change": same,
            "n_incomparable": counted["incomparable"],
            "net_share": net,
            "verdict": pd.array(verdict, dtype="string"),
        }
    )


def municipal_indicator(schools: pd.DataFrame, listed: pd.DataFrame | None = None) -> pd.DataFrame:
    """Share of schools with positive dynamics, by year.

    Parameters
    ----------
    schools
        :attr:`.dynamics.DynamicsResult.schools`, all or some of them.
    listed
        As for :func:`.dynamics.dynamics`.

    Returns
    -------
    DataFrame
        See :attr:`.dynamics.DynamicsResult.summary`.
    """
    if listed is not None:
        if "status" in listed:
            listed = listed[listed["status"].isin(LISTED)]
        keys = listed[["school_id", "year"]].drop_duplicates()
        schools = schools.merge(keys, on=["school_id", "year"])
    counted = (
        schools.groupby(["year", "verdict"], sort=True)
        .size()
        .unstack("verdict", fill_value=0)
        .reindex(columns=list(VERDICTS), fill_value=0)
        .astype("Int64")
        .reset_index()
    )
    total = counted["positive"] + counted["negative"] + counted["no_change"]
    low, high = wilson(counted["positive"], total)
    summary = pd.DataFrame(
        {
            "year": counted["year"].astype("Int64"),
            "n_schools": total,
            "n_positive": counted["positive"],
            "share_positive": (counted["positive"] / total.where(total > 0)).astype("Float64"),
            "low": pd.array(low, dtype="Float64"),
            "high": pd.array(high, dtype="Float64"),
            "n_negative": counted["negative"],
            "n_no_change": counted["no_change"],
            "n_incomparable": counted["incomparable"],
        }
    )
    for name in ("low", "high"):
        summary[name] = summary[name].mask(summary[name].isna())
    return summary

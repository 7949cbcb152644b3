"""Who enters the list and who leaves it when the rules change."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.identification import CONFIDENCES, STATUSES, Identification
from shnor_lib.report.labels import LISTED

MOVES: tuple[str, ...] = ("entered", "left", "status", "same")
"""Enters the list; leaves it; stays listed with another status; nothing of these."""

_DTYPES = {
    "school_id": "string", "status_before": "string", "status_after": "string",
    "confidence_before": "string", "confidence_after": "string",
    "probability_before": "Float64", "probability_after": "Float64", "move": "string",
}  # fmt: skip


def moves(before: Identification, after: Identification, year: int) -> pd.DataFrame:
    """Every school under two rule sets in one year.

    Parameters
    ----------
    before, after
        Identifications of the same data.
    year
        Status year.

    Returns
    -------
    DataFrame
        ``school_id``, ``status_before``, ``status_after`` (codes), ``confidence_before``,
        ``confidence_after``, ``probability_before``, ``probability_after`` (0…1), ``move``
        (:data:`MOVES`); by ``school_id``.

    Raises
    ------
    ShnorError
        One of them was not asked for this year.
    """
    sides = []
    for found, name in ((before, "before"), (after, "after")):
        found.outcomes_of(year)
        rows = found.statuses[found.statuses["year"] == year].set_index("school_id")
        sides.append(rows[["status", "confidence", "probability"]].add_suffix(f"_{name}"))
    table = sides[0].join(sides[1], how="outer").rename_axis("school_id").reset_index()
    was, now = table["status_before"].isin(LISTED), table["status_after"].isin(LISTED)
    move = pd.Series("same", index=table.index, dtype="string")
    move[now & ~was] = "entered"
    move[was & ~now] = "left"
    move[was & now & (table["status_before"] != table["status_after"])] = "status"
    table["move"] = move
    found_dtypes: pd.DataFrame = table[list(_DTYPES)].astype(_DTYPES)
    return found_dtypes.sort_values("school_id", ignore_index=True)


def counts(found: Identification, year: int) -> dict[str, int]:
    """How many schools there are of each kind in a year.

    Returns
    -------
    dict
        ``n_schools`` (those the rules do not apply to left out), ``n_listed``, every status of
        :data:`~shnor_lib.methods.identification.STATUSES`, and for the listed every confidence
        (``certain_listed`` … ``insufficient_listed``).
    """
    found.outcomes_of(year)
    rows = found.statuses[found.statuses["year"] == year]
    status = rows["status"]
    listed = rows[status.isin(LISTED)]
    return {
        "n_schools": int((status != "excluded").sum()),
        "n_listed": len(listed),
        **{code: int((status == code).sum()) for code in STATUSES},
        **{f"{code}_listed": int((listed["confidence"] == code).sum()) for code in CONFIDENCES},
    }

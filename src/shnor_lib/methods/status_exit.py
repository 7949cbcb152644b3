"""Schools of last year's list: who left it, among those with support and among the others."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from shnor_lib.methods.frames import empty
from shnor_lib.methods.group_shares import TwoGroups, group_share
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.school_dynamics import LISTED
from shnor_lib.methods.supported import supported_schools
from shnor_lib.store import Dataset

LEFT: tuple[str, ...] = ("risk_zone", "none")
"""Statuses with which a school has left the list."""
OUTCOMES: tuple[str, ...] = ("left", "stayed", "unknown")
"""What became of a school: off the list; still on it; not enough data, gone from the register or
not covered by the rules any more, which is no improvement."""
EXIT_DTYPES: dict[str, str] = {
    "school_id": "string", "status_before": "string", "status_now": "string", "outcome": "string",
    "support": "string",
}  # fmt: skip


@dataclass(frozen=True)
class StatusExit:
    """What :func:`status_exit` found.

    Attributes
    ----------
    year, before
        The year and the one whose list is followed; None when there is none.
    schools
        Schools of that list: ``school_id``, ``status_before``, ``status_now`` (NA: no row),
        ``outcome`` (:data:`OUTCOMES`), ``support`` in the year (``helped``, ``alone``, ``late``:
        begun too late for the results of the year).
    groups
        Share of those that left among schools with a known outcome: helped and alone; left out:
        late support and unknown outcomes.
    """

    year: int
    before: int | None
    schools: pd.DataFrame = field(repr=False)
    groups: TwoGroups


def status_exit(dataset: Dataset, identification: Identification, year: int) -> StatusExit:
    """Follow the schools of last year's list.

    Parameters
    ----------
    dataset
        Tables ``support_links``, ``mentor_centre``.
    identification
        With statuses of ``year`` and of the year before.
    year
        The year by whose end the status is asked.

    Notes
    -----
    Support is read as for the effect of support (:func:`~.supported.supported_schools`): anybody
    assigned to the school as a whole before March.
    """
    statuses = identification.statuses
    before = max((int(each) for each in statuses["year"].unique() if each < year), default=None)
    if before is None:
        return StatusExit(year, None, empty(EXIT_DTYPES), _groups(empty(EXIT_DTYPES)))
    was = statuses[(statuses["year"] == before) & statuses["status"].isin(LISTED)]
    now = statuses[statuses["year"] == year].drop_duplicates("school_id").set_index("school_id")
    who = supported_schools(dataset, pd.Index(was["school_id"]), [year], statuses)
    helped, late = who.supported[:, 0], who.apart[:, 0]
    if who.basis != "support":
        helped = np.zeros(len(was), dtype=bool)
    status = was["school_id"].map(now["status"]).astype("string")
    left = status.isin(LEFT).to_numpy(dtype=bool)
    stayed = status.isin(LISTED).to_numpy(dtype=bool)
    found = pd.DataFrame(
        {
            "school_id": was["school_id"].to_numpy(),
            "status_before": was["status"].to_numpy(),
            "status_now": status.to_numpy(),
            "outcome": np.select([left, stayed], ["left", "stayed"], "unknown"),
            "support": np.select([helped, late], ["helped", "late"], "alone"),
        }
    ).astype(EXIT_DTYPES)
    return StatusExit(year, before, found, _groups(found))


def _groups(schools: pd.DataFrame) -> TwoGroups:
    known = schools[schools["outcome"] != "unknown"]
    known = known.assign(is_left=(known["outcome"] == "left").astype(bool))
    helped, alone = (
        group_share(known[known["support"] == name], "is_left", ["school_id"])
        for name in ("helped", "alone")
    )
    return TwoGroups(helped, alone, len(schools) - helped.n - alone.n)

"""Who is on the list of a year, and who came to it and left it since another year."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.school_dynamics import LISTED


def listed_schools(statuses: pd.DataFrame, year: int) -> list[str]:
    """Schools on the list of a year, sorted.

    Parameters
    ----------
    statuses
        ``Identification.statuses``.
    year
        Status year.
    """
    rows = statuses[(statuses["year"] == year) & statuses["status"].isin(LISTED)]
    return sorted(str(key) for key in rows["school_id"])


def list_changes(statuses: pd.DataFrame, year: int, before: int) -> pd.DataFrame:
    """Schools whose place on or off the list changed between two years.

    Parameters
    ----------
    statuses
        ``Identification.statuses``.
    year, before
        The year and the one it is compared with.

    Returns
    -------
    DataFrame
        school_id, status_before, status_now (missing when the school has no row in that
        year), change (``entered`` or ``left``).
    """
    was = statuses[statuses["year"] == before].set_index("school_id")["status"]
    now = statuses[statuses["year"] == year].set_index("school_id")["status"]
    both = pd.DataFrame({"status_before": was, "status_now": now})
    listed_before = both["status_before"].isin(LISTED)
    listed_now = both["status_now"].isin(LISTED)
    both["change"] = "same"
    both.loc[listed_now & ~listed_before, "change"] = "entered"
    both.loc[listed_before & ~listed_now, "change"] = "left"
    return both[both["change"] != "same"].reset_index(names="school_id")

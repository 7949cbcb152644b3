"""In which years a school of the register is there to report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def open_in(schools: pd.DataFrame, year: int) -> pd.Series[bool]:
    """Which schools can be asked for data of a school year.

    A school opened in the calendar year 2023 begins on 1 September with the school year
    2023/2024, one closed in 2023 ends with 2022/2023. A school whose earlier results were given
    to its successor (``history`` «moves») is asked for nothing: they stand under the successor.

    Parameters
    ----------
    schools
        Tidy register: ``opened``, ``closed`` (calendar years, NA when not known), and, if there,
        ``merged_into`` and ``history``.
    year
        Year in which the school year ends.

    Returns
    -------
    Series of bool
        Index of ``schools``. A school without dates is open in every year.

    Examples
    --------
    >>> import pandas as pd
    >>> schools = pd.DataFrame({"opened": [None, 2023, None], "closed": [None, None, 2023]})
    >>> schools = schools.astype("Int64")
    >>> open_in(schools, 2023).tolist(), open_in(schools, 2024).tolist()
    ([True, False, True], [True, True, False])
    """
    begun = (schools["opened"] < year).fillna(value=True)
    ended = (schools["closed"] < year).fillna(value=False)
    there = (begun & ~ended).astype(bool)
    if {"merged_into", "history"} <= set(schools.columns):
        moved = (schools["history"] == "moves").fillna(value=False) & schools["merged_into"].notna()
        there &= ~moved.astype(bool)
    return there

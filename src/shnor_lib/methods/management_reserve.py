"""The register of the management reserve (S0 3.6.1, 4.5): who is ready to lead a school, and when.

S0 4.5.2: registers allow decisions on rotation, replacement and filling of vacancies. People are
codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from shnor_lib.methods.frames import empty
from shnor_lib.store import Dataset
from shnor_lib.tables.codes import RESERVE_STATES


@dataclass(frozen=True, eq=False)
class ManagementReserve:
    """What :func:`management_reserve` found.

    Attributes
    ----------
    day
        The day of the question.
    rows
        People who were in the reserve by the day: ``person`` (code), ``home_school_id``,
        ``municipality`` (of that school; NA), ``position``, ``target``, ``training``,
        ``first_date``, ``last_date``, ``state`` on the day (in_reserve, appointed, left),
        ``trained`` (some training is named), ``days`` in the reserve (NA without a first day).
    """

    day: dt.date
    rows: pd.DataFrame = field(repr=False)

    def sums(self, by: Sequence[str]) -> pd.DataFrame:
        """People by state within groups.

        Returns
        -------
        DataFrame
            ``by`` (missing values are a group of their own), ``n``, one column per state,
            ``trained`` (of those in the reserve).
        """
        names = [*by, "n", *RESERVE_STATES, "trained"]
        if self.rows.empty:
            return empty(dict.fromkeys(names, "object"))
        waiting = self.rows["state"] == "in_reserve"
        flags = pd.DataFrame(
            {
                **{name: self.rows[name].array for name in by},
                "n": 1,
                **{
                    state: (self.rows["state"] == state).astype(int).array
                    for state in RESERVE_STATES
                },
                "trained": (waiting & self.rows["trained"]).astype(int).array,
            }
        )
        counted = ["n", *RESERVE_STATES, "trained"]
        if not by:
            return flags[counted].sum().to_frame().T
        return flags.groupby(list(by), dropna=False, observed=True)[counted].sum().reset_index()


def management_reserve(dataset: Dataset, day: dt.date) -> ManagementReserve:
    """The reserve as it stood on a day.

    Parameters
    ----------
    dataset
        Tables ``management_reserve`` and ``schools``.
    day
        From :func:`~.as_of.as_of`. Who entered later is not there yet; who was appointed or left
        later is still in the reserve.
    """
    rows, today = dataset.management_reserve, pd.Timestamp(day)
    rows = rows[~(rows["first_date"] > today).fillna(value=False)]
    later = (rows["last_date"] > today).fillna(value=False)
    state = rows["state"].mask(later, "in_reserve")
    register = dataset.schools.drop_duplicates("school_id").set_index("school_id")
    until = rows["last_date"].where(state != "in_reserve").fillna(today)
    found = rows.assign(
        state=state,
        last_date=rows["last_date"].mask(later),
        municipality=rows["home_school_id"].map(register["municipality"]),
        trained=(rows["training"].fillna("").str.strip() != "").astype(bool),
        days=(until - rows["first_date"]).dt.days.astype("Int64"),
    )
    order = {code: place for place, code in enumerate(RESERVE_STATES)}
    place = found["state"].map(order).fillna(len(order)).astype(np.int64)
    found = found.assign(_place=place).sort_values(
        ["_place", "target", "person"], kind="stable", ignore_index=True
    )
    names = [
        "person", "home_school_id", "municipality", "position", "target", "training",
        "first_date", "last_date", "state", "trained", "days",
    ]  # fmt: skip
    return ManagementReserve(day, found[names])

"""Proactive management (S0 4.3): which risk waits for whose decision, by when, what is overdue.

Decisions on cyclic risks are carried out before the risk shows itself again (4.3.5), decisions on
risks of the new school year are taken not later than July (4.3.6); whichever comes first is due.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.methods.as_of import school_year_start
from shnor_lib.methods.risk_definition import RiskRules
from shnor_lib.methods.risk_measures import measures_by_factor
from shnor_lib.methods.risk_profile import DEAD, KEY, RiskProfiles
from shnor_lib.store import Dataset

OPEN_DEEDS = ("planned", "in_work")
"""States of a measure that is still to be done."""


@dataclass(frozen=True, eq=False)
class RiskRegister:
    """What :func:`risk_register` found.

    Attributes
    ----------
    day
        The day on which it is asked what is overdue.
    year
        The school year whose risks these are.
    rules
        Kind, manageability and levels of the factors.
    decisions
        One row per risk somebody has to act on; see :func:`risk_register`.
    measures
        Measures against these risks (:func:`~.risk_measures.measures_by_factor`) with ``overdue``.
    """

    day: dt.date
    year: int
    rules: RiskRules
    decisions: pd.DataFrame = field(repr=False)
    measures: pd.DataFrame = field(repr=False)

    @property
    def waiting(self) -> pd.DataFrame:
        """Risks nobody has decided on yet, the most urgent first."""
        return self.decisions[~self.decisions["decided"]].reset_index(drop=True)

    @property
    def overdue(self) -> pd.DataFrame:
        """Those of :attr:`waiting` whose day has passed."""
        return self.decisions[self.decisions["overdue"]].reset_index(drop=True)


def risk_register(
    profiles: RiskProfiles, dataset: Dataset, day: dt.date, *, year: int | None = None
) -> RiskRegister:
    """Who has to decide on what, and by when.

    Parameters
    ----------
    profiles
        From :func:`~.risk_profile.risk_profile`, with all years.
    dataset
        Tables ``measures`` and ``schools``.
    day
        From :func:`~.as_of.as_of`.
    year
        School year; default: the latest one with profiles.

    Returns
    -------
    RiskRegister
        Its ``decisions``: ``school_id``, ``municipality``, ``year``, ``factor``, ``level``,
        ``state``, ``kind``, ``manageability``, ``decides`` (the level whose decision is waited
        for), ``entitled`` (all levels that may act, «, » between them), ``carried`` (from the
        school's last profile, which is of an earlier year), ``basis`` (``cyclic`` or ``new_year``:
        which of the two days comes first), ``decide_by``, ``occurs`` (when a cyclic risk shows
        itself first after it became known), ``returns`` (when next after ``day``), ``decided``
        (in work, or at least one measure not dropped), ``note_only`` (unmanaged: may be taken
        note of, so never overdue), ``overdue``, ``days_left`` (negative: days late),
        ``n_measures``, ``n_done``, ``n_late`` (measures past their deadline). Ordered by
        decision (waiting first), day, level, municipality, school.

    Notes
    -----
    A factor counts when it is neither rejected nor removed and either its significance is one of
    ``act_on`` or it was confirmed or is in work. A risk is known from the day of the protocol;
    without one from the beginning of its school year.
    """
    chosen = year if year is not None else max(profiles.years, default=0)
    factors = _to_act_on(profiles, chosen)
    register = dataset.schools.drop_duplicates("school_id").set_index("school_id")
    found = factors.assign(municipality=factors["school_id"].map(register["municipality"]))
    measures = measures_by_factor(dataset, found)
    measures["overdue"] = _late(measures, day)
    found = _with_counts(found, measures)
    found = _with_days(found, profiles.rules, day)
    order = ["decided", "decide_by", "decides", "municipality", "school_id", "factor"]
    found = found.sort_values(order, kind="stable", na_position="last").reset_index(drop=True)
    return RiskRegister(day, chosen, profiles.rules, found, measures)


def _to_act_on(profiles: RiskProfiles, year: int) -> pd.DataFrame:
    """The risks of each school's latest profile up to the year that need somebody's action."""
    upto = profiles.factors[profiles.factors["year"] <= year]
    latest = upto.groupby("school_id", observed=True)["year"].transform("max")
    rows = upto[upto["year"] == latest]
    alive = ~rows["state"].isin(DEAD)
    serious = rows["level"].isin(profiles.rules.act_on)
    taken_up = rows["state"].isin(["confirmed", "in_work"])
    rows = rows[(alive & (serious | taken_up)).to_numpy(dtype=bool)]
    return rows.assign(carried=(rows["year"] < year).astype(bool))


def _late(measures: pd.DataFrame, day: dt.date) -> pd.Series:
    past = (measures["deadline"] < pd.Timestamp(day)).fillna(value=False)
    return (measures["state"].isin(OPEN_DEEDS) & past).astype(bool)


def _with_counts(found: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    late = measures[measures["overdue"]].groupby(KEY, observed=True).size().rename("n_late")
    found = found.merge(late.astype("Int64").reset_index(), on=KEY, how="left")
    found["n_late"] = found["n_late"].fillna(0)
    return found


def _with_days(found: pd.DataFrame, rules: RiskRules, day: dt.date) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("basis", "decide_by", "occurs", "returns", "entitled")
    }
    for factor, year, protocol in zip(found["factor"], found["year"], found["date"], strict=True):
        rule = rules.rule(str(factor))
        known = school_year_start(int(year)) if pd.isna(protocol) else protocol.date()
        by_july = rules.new_year.of(int(year))
        occurs = rule.cycle.after(known) if rule.cycle else None
        before = occurs - dt.timedelta(days=1) if occurs else None
        cyclic = before is not None and before < by_july
        columns["basis"].append("cyclic" if cyclic else "new_year")
        columns["decide_by"].append(before if cyclic else by_july)
        columns["occurs"].append(occurs)
        columns["returns"].append(rule.cycle.after(day) if rule.cycle else None)
        columns["entitled"].append(", ".join(rule.entitled))
    days = {
        name: pd.Series(pd.to_datetime(columns[name]), index=found.index).astype("datetime64[us]")
        for name in ("decide_by", "occurs", "returns")
    }
    decided = ((found["state"] == "in_work") | (found["n_measures"] > 0)).to_numpy(dtype=bool)
    note_only = (found["manageability"] == "unmanaged").to_numpy(dtype=bool)
    late = (days["decide_by"] < pd.Timestamp(day)).to_numpy(dtype=bool)
    return found.assign(
        basis=pd.array(columns["basis"], dtype="string"),
        entitled=pd.array(columns["entitled"], dtype="string"),
        **days,
        decided=decided,
        note_only=note_only,
        overdue=np.asarray(late & ~decided & ~note_only, dtype=bool),
        days_left=(days["decide_by"] - pd.Timestamp(day)).dt.days.astype("Int64"),
    )

"""The municipal mentor centre: plans and their completion, reports, feedback, who has no mentor.

S0 5.4(6) asks for the monitoring, 5.11 makes the municipality responsible, 5.12 names its sources
(self-analysis tables, reports, feedback of heads of schools); by 3.6.3 and 4.2.3 a mentor works by
a plan agreed with the school's management; S2 30 names the programme of the centre. No document
says which indicators are counted: these stand as a proposal («проект»).

Who is assigned to whom, and whose load is beyond the norm, is known by
:mod:`~shnor_lib.methods.support_network`; what became of results, by
:mod:`~shnor_lib.methods.effect`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.methods.as_of import school_year_end
from shnor_lib.methods.frames import empty
from shnor_lib.methods.support_network import SupportNetwork, mean_feedback, support_network
from shnor_lib.project import SupportNorm
from shnor_lib.store import Dataset

PLAN_DTYPES: dict[str, str] = {
    "supporter": "string", "school_id": "string", "single": "bool", "planned": "Int64",
    "done": "Int64", "in_time": "Int64", "feedback": "Float64", "feedback_n": "Int64",
}  # fmt: skip
TALLY_DTYPES: dict[str, str] = {
    "n": "Int64", "n_schools": "Int64", "planned": "Int64", "n_marked": "Int64",
    "planned_marked": "Int64", "done": "Int64", "share_done": "Float64", "done_timed": "Int64",
    "in_time": "Int64", "share_in_time": "Float64", "feedback": "Float64", "feedback_n": "Int64",
}  # fmt: skip
SCHOOL_DTYPES: dict[str, str] = {
    "school_id": "string", "due": "bool", "now_listed": "bool", "mentors": "string",
    "has_mentor": "bool", "has_plan": "bool", "planned": "Int64", "done": "Int64",
    "in_time": "Int64", "reports": "Int64", "no_report": "bool",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class MentorCentre:
    """What :func:`mentor_centre` found.

    Attributes
    ----------
    year, day
        School year; the day on which assignments are looked at.
    network
        Who supports whom; ``listed`` of it are the schools that ought to be helped.
    plans
        Rows of the centre in the year: ``supporter``, ``school_id``, ``single`` (for one teacher;
        such rows are only summed up), ``planned``, ``done`` (NA: not marked), ``in_time``,
        ``feedback``, ``feedback_n``.
    total, before
        :func:`tally` of all plans of the year and of the year before as a dictionary.
    reach, reach_before
        Of the schools of the list the year (the year before) began with: ``n``, ``mentor`` (with
        a mentor), ``plan`` (with a plan).
    schools
        Schools with a mentor or a plan, or on a list: ``due``, ``now_listed``; ``mentors`` (codes,
        «, » between them), ``has_mentor``, ``has_plan`` (agreed with the school, not with one
        teacher), ``planned``, ``done``, ``in_time`` (sums of its plans; NA: no plan, or nothing
        marked), ``reports`` handed in by its mentors, ``no_report`` (fewer than the norm).
    """

    year: int
    day: dt.date
    network: SupportNetwork = field(repr=False)
    plans: pd.DataFrame = field(repr=False)
    total: dict[str, Any] = field(repr=False)
    before: dict[str, Any] = field(repr=False)
    reach: dict[str, int] = field(repr=False)
    reach_before: dict[str, int] = field(repr=False)
    schools: pd.DataFrame = field(repr=False)

    @property
    def links(self) -> pd.DataFrame:
        """Links of mentors begun by the day, those with single teachers among them."""
        begun = self.network.begun
        return begun[begun["role"] == "mentor"].reset_index(drop=True)

    @property
    def mentor_network(self) -> SupportNetwork:
        """The network with mentors and their links only."""
        links, people = self.network.links, self.network.supporters
        return replace(
            self.network,
            links=links[links["role"] == "mentor"].reset_index(drop=True),
            supporters=people[people["role"] == "mentor"].reset_index(drop=True),
        )

    @property
    def mentors(self) -> pd.DataFrame:
        """Mentors in office on the day or with a link in the year (rows of the network)."""
        rows = self.network.supporters
        at_work = rows["in_office"] | (rows["links"] > 0).to_numpy(dtype=bool)
        return rows[(rows["role"] == "mentor") & at_work].reset_index(drop=True)

    def without(self, what: str, schools: str = "due") -> list[str]:
        """Schools of a list that lack something.

        Parameters
        ----------
        what
            ``has_mentor`` or ``has_plan``.
        schools
            ``due`` or ``now_listed``.
        """
        rows = self.schools[self.schools[schools] & ~self.schools[what]]
        return [str(key) for key in rows["school_id"]]


def mentor_centre(
    dataset: Dataset,
    year: int,
    day: dt.date,
    *,
    due: Iterable[str] = (),
    now_listed: Iterable[str] = (),
    due_before: Iterable[str] = (),
    norm: SupportNorm | None = None,
) -> MentorCentre:
    """How the mentor centre worked in a school year.

    Parameters
    ----------
    dataset
        Tables ``mentor_centre``, ``support_links``, ``supporters``.
    year
        School year.
    day
        From :func:`~.as_of.as_of`; plans have no dates and are taken as they stand.
    due
        Schools of the list with which the year began: mentors in it were meant for them.
    now_listed
        Schools of the list the year ended with.
    due_before
        Schools of the list with which the year before began.
    norm
        Load and reports that are expected; default: the project's proposal.
    """
    due, now_listed, due_before = (
        frozenset(map(str, schools)) for schools in (due, now_listed, due_before)
    )
    network = support_network(dataset, due, year, day, norm=norm)
    plans, earlier = plans_of(dataset, year), plans_of(dataset, year - 1)
    schools = _schools(network, plans, due, now_listed)
    then = support_network(dataset, due_before, year - 1, school_year_end(year - 1), norm=norm)
    return MentorCentre(
        year,
        day,
        network,
        plans,
        _one(plans),
        _one(earlier),
        _reach(schools),
        _reach(_schools(then, earlier, due_before, frozenset())),
        schools,
    )


def _reach(schools: pd.DataFrame) -> dict[str, int]:
    due = schools[schools["due"]]
    counts = {"mentor": due["has_mentor"], "plan": due["has_plan"]}
    return {"n": len(due), **{name: int(flags.sum()) for name, flags in counts.items()}}


def plans_of(dataset: Dataset, year: int) -> pd.DataFrame:
    """Plans of mentors of a year, in order of mentor and school; see :class:`MentorCentre`."""
    rows = dataset.mentor_centre
    rows = rows[(rows["year"] == year) & rows["planned"].notna()]
    found = rows.assign(single=rows["teacher"].notna()).sort_values(
        ["supporter", "school_id", "single"], kind="stable"
    )
    return found[list(PLAN_DTYPES)].astype(PLAN_DTYPES).reset_index(drop=True)


def tally(plans: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Plans counted within groups.

    Parameters
    ----------
    plans
        From :func:`plans_of`.
    by
        Columns to group by; none: one row for all.

    Returns
    -------
    DataFrame
        ``by``; ``n`` plans, ``n_schools``, ``planned`` points; ``n_marked`` plans with completion
        marked, ``planned_marked`` points of these, ``done`` of them, ``share_done`` = done /
        planned_marked; ``in_time`` of ``done_timed`` done points of plans that say it,
        ``share_in_time`` = in_time / done_timed (0…1, NA without any); ``feedback`` mean weighted
        by ``feedback_n`` answers.
    """
    names = list(by)
    if plans.empty:
        return empty({**dict.fromkeys(names, "string"), **TALLY_DTYPES})
    groups = plans.groupby(names, observed=True, dropna=False) if names else [((), plans)]
    rows = []
    for key, own in groups:
        marked = own[own["done"].notna()]
        timed = marked[marked["in_time"].notna()]
        planned, done = int(marked["planned"].sum()), int(marked["done"].sum())
        done_timed, in_time = int(timed["done"].sum()), int(timed["in_time"].sum())
        mark, answers = mean_feedback(own)
        rows.append(
            {
                **dict(zip(names, key if isinstance(key, tuple) else (key,), strict=True)),
                "n": len(own),
                "n_schools": own["school_id"].nunique(),
                "planned": int(own["planned"].sum()),
                "n_marked": len(marked),
                "planned_marked": planned,
                "done": done,
                "share_done": done / planned if planned else None,
                "done_timed": done_timed,
                "in_time": in_time,
                "share_in_time": in_time / done_timed if done_timed else None,
                "feedback": mark,
                "feedback_n": answers,
            }
        )
    return pd.DataFrame(rows, columns=[*names, *TALLY_DTYPES]).astype(TALLY_DTYPES)


def _one(plans: pd.DataFrame) -> dict[str, Any]:
    """:func:`tally` of all plans as a dictionary; None where there is nothing."""
    rows = tally(plans)
    if rows.empty:
        return {name: 0 if dtype == "Int64" else None for name, dtype in TALLY_DTYPES.items()}
    values = {name: rows[name].iloc[0] for name in TALLY_DTYPES}
    return {
        name: None if pd.isna(value) else (int if TALLY_DTYPES[name] == "Int64" else float)(value)
        for name, value in values.items()
    }


def _schools(
    network: SupportNetwork, plans: pd.DataFrame, due: frozenset[str], now_listed: frozenset[str]
) -> pd.DataFrame:
    begun = network.begun
    links = begun[(begun["role"] == "mentor") & begun["teacher"].isna()]
    whole = plans[~plans["single"]]
    linked = {str(key): rows for key, rows in links.groupby("school_id", observed=True)}
    planned = {str(key): rows for key, rows in whole.groupby("school_id", observed=True)}
    rows = []
    for key in sorted({*linked, *planned, *due, *now_listed}):
        own, plan = linked.get(key, links.head(0)), planned.get(key, whole.head(0))
        mentors = sorted({*map(str, own["supporter"]), *map(str, plan["supporter"])})
        rows.append(
            {
                "school_id": key,
                "due": key in due,
                "now_listed": key in now_listed,
                "mentors": ", ".join(mentors),
                "has_mentor": bool(mentors),
                "has_plan": bool(own["plan"].fillna(value=False).any())
                or bool((plan["planned"] > 0).any()),
                **{
                    name: int(plan[name].sum()) if plan[name].notna().any() else pd.NA
                    for name in ("planned", "done", "in_time")
                },
                "reports": int(own["reports"].fillna(0).sum()),
                "no_report": bool(own["no_report"].any()),
            }
        )
    found = pd.DataFrame(rows, columns=list(SCHOOL_DTYPES)).astype(SCHOOL_DTYPES)
    order = np.lexsort((found["school_id"], ~found["due"], ~found["now_listed"] & ~found["due"]))
    return found.iloc[order].reset_index(drop=True)

"""Who supports whom: schools of the list nobody is assigned to, load of mentors and tutors.

S0 4.2.1 has two kinds of support inside a municipality: mentors (heads of schools that work well)
for management teams and tutors (teachers) for teachers; 3.2 adds curators of the regional
institute; 3.6.2 says who assigns them to the schools of the list. What no document says – how
many schools one mentor can carry, how many reports are due – is a norm of the project
(:class:`~shnor_lib.project.SupportNorm`) with its standing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from shnor_lib.methods.as_of import school_year_end, school_year_start
from shnor_lib.methods.frames import empty
from shnor_lib.project import SupportNorm
from shnor_lib.store import Dataset
from shnor_lib.tables.codes import SUPPORT_ROLES

UNKNOWN_ROLE = "unknown"
"""Role of a supporter who is not in the table of supporters."""
STATES: tuple[str, ...] = ("now", "ended", "ahead")
"""A link on a day: goes on, is over, has not begun."""

LINK_DTYPES: dict[str, str] = {
    "supporter": "string", "role": "string", "school_id": "string", "teacher": "string",
    "first_date": "datetime64[us]", "last_date": "datetime64[us]", "state": "string",
    "listed": "bool", "plan": "boolean", "no_plan": "bool", "planned": "Int64", "done": "Int64",
    "reports": "Int64", "no_report": "bool", "feedback": "Float64", "feedback_n": "Int64",
    "origin": "string", "own_school": "bool", "after_term": "bool",
}  # fmt: skip
SUPPORTER_DTYPES: dict[str, str] = {
    "supporter": "string", "role": "string", "home_school_id": "string", "organisation": "string",
    "position": "string", "subject": "string", "display_name": "string", "first_date": "datetime64[us]",
    "last_date": "datetime64[us]", "in_office": "bool", "home_listed": "bool", "schools": "Int64",
    "schools_now": "Int64", "peak": "Int64", "teachers": "Int64", "norm": "Int64",
    "overloaded": "bool", "links": "Int64", "no_plan": "Int64", "no_report": "Int64",
    "reports": "Int64", "feedback": "Float64", "feedback_n": "Int64", "after_term": "Int64",
}  # fmt: skip
SCHOOL_DTYPES: dict[str, str] = {
    "school_id": "string", "listed": "bool", "n_supporters": "Int64",
    **dict.fromkeys(SUPPORT_ROLES, "Int64"), **{f"{role}_now": "Int64" for role in SUPPORT_ROLES},
    "covered": "bool", "missing": "string", "no_plan": "bool", "no_report": "bool",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class SupportNetwork:
    """What :func:`support_network` found.

    Attributes
    ----------
    year, day
        School year of the links; the day on which they are looked at.
    norm
        What is expected of support, with its standing.
    listed
        Schools of the list.
    links
        One row per supporter × school × teacher of the year: ``supporter``, ``role`` (mentor,
        tutor, curator, :data:`UNKNOWN_ROLE`), ``school_id``, ``teacher`` (NA: the school as a
        whole), ``first_date``, ``last_date``, ``state`` (:data:`STATES`), ``listed``, ``plan``
        (NA: nobody has said; a row of the mentor centre is a plan), ``no_plan`` (begun and no plan
        known), ``planned``, ``done`` (points of the mentor's plan), ``reports`` (handed in),
        ``no_report`` (begun and fewer reports than the norm, unknown counts as none), ``feedback``
        (1…5) by ``feedback_n`` people, ``origin`` (``link``; ``plan``: only the mentor centre
        knows of it), ``own_school`` (the supporter works there), ``after_term`` (support goes on
        after the supporter was released).
    supporters
        One row per person of the table or of the links: ``role``, ``home_school_id``,
        ``organisation``, ``position``, ``subject``, ``display_name``, ``first_date``,
        ``last_date``, ``in_office`` (on the day), ``home_listed`` (works at a school of the list);
        over links begun by the day ``schools``, ``teachers`` (different ones), ``links``,
        ``schools_now`` (on the day), ``peak`` (most schools at the same time so far this year),
        ``norm`` (NA: none), ``overloaded`` (peak above norm), ``no_plan``, ``no_report``,
        ``after_term`` (links), ``reports``, ``feedback`` (mean weighted by ``feedback_n``).
    schools
        Schools of the list, then others with support: ``listed``, ``n_supporters``, number of
        supporters by role in the year so far (``mentor``, ``tutor``, ``curator``) and on the day
        (``mentor_now`` …), ``covered`` (somebody at all), ``missing`` (roles the norm asks for
        and nobody has, «mentor, tutor»), ``no_plan``, ``no_report`` (any link).
    """

    year: int
    day: dt.date
    norm: SupportNorm
    listed: frozenset[str]
    links: pd.DataFrame = field(repr=False)
    supporters: pd.DataFrame = field(repr=False)
    schools: pd.DataFrame = field(repr=False)

    @property
    def begun(self) -> pd.DataFrame:
        """Links that have begun by the day."""
        return self.links[self.links["state"] != "ahead"]

    def uncovered(self, role: str | None = None) -> list[str]:
        """Schools of the list without a supporter of a role; None: without any."""
        rows = self.schools[self.schools["listed"]]
        nobody = rows["n_supporters"] == 0 if role is None else rows[role] == 0
        return [str(key) for key in rows.loc[nobody.to_numpy(dtype=bool), "school_id"]]

    @property
    def overloaded(self) -> pd.DataFrame:
        """Supporters with more schools at a time than the norm says, the heaviest load first."""
        rows = self.supporters[self.supporters["overloaded"]]
        return rows.sort_values(["peak", "supporter"], ascending=[False, True], ignore_index=True)

    @property
    def after_term(self) -> pd.DataFrame:
        """Links that go on after the supporter was released."""
        return self.links[self.links["after_term"]].reset_index(drop=True)


def support_network(
    dataset: Dataset,
    listed: Iterable[str],
    year: int,
    day: dt.date,
    *,
    norm: SupportNorm | None = None,
) -> SupportNetwork:
    """Who supports whom in a school year, seen on a day.

    Parameters
    ----------
    dataset
        Tables ``supporters``, ``support_links``, ``mentor_centre``.
    listed
        Schools that ought to be supported: those of the list.
    year
        School year of the links.
    day
        From :func:`~.as_of.as_of`. Links that begin later are shown as such and count for
        nothing; without dates a link holds all the school year.
    norm
        What is expected; default: the project's own proposal.

    Notes
    -----
    Links about single teachers count towards the load of the supporter and as support by a
    tutor; they are no support of the school as a whole in :mod:`~.supported`.
    """
    norm = SupportNorm() if norm is None else norm
    on_list = frozenset(str(key) for key in listed)
    people = dataset.supporters.drop_duplicates("supporter", keep="last")
    links = _links(dataset, people, year, day, norm, on_list)
    return SupportNetwork(
        year,
        day,
        norm,
        on_list,
        links,
        _supporters(people, links, year, day, norm, on_list),
        _schools(links, norm, on_list),
    )


def support_year(dataset: Dataset, year: int, day: dt.date) -> int:
    """School year whose links are looked at: that of the day, if it has any, else ``year``."""
    of_day = day.year + (day.month >= 9)
    held = {int(each) for each in dataset.support_links["year"].dropna().unique()}
    held |= {int(each) for each in dataset.mentor_centre["year"].dropna().unique()}
    return of_day if of_day > year and of_day in held else year


def _links(
    dataset: Dataset,
    people: pd.DataFrame,
    year: int,
    day: dt.date,
    norm: SupportNorm,
    listed: Collection[str],
) -> pd.DataFrame:
    key = ["supporter", "school_id", "teacher"]
    rows = dataset.support_links
    rows = rows[(rows["year"] == year) & rows["school_id"].notna() & rows["supporter"].notna()]
    rows = rows[[*key, "first_date", "last_date", "plan", "reports", "feedback", "feedback_n"]]
    plans = dataset.mentor_centre
    plans = plans[(plans["year"] == year) & plans["school_id"].notna() & plans["supporter"].notna()]
    plans = plans[[*key, "planned", "done"]].drop_duplicates(key)
    links = rows.assign(origin="link").merge(plans.assign(planned_by=True), on=key, how="outer")
    if links.empty:
        return empty(LINK_DTYPES)
    links["origin"] = links["origin"].fillna("plan")
    known = links.pop("planned_by").notna() & (links["planned"] > 0).fillna(value=False)
    known_plan = pd.Series(pd.NA, index=links.index, dtype="boolean").mask(known, other=True)
    links["plan"] = links["plan"].astype("boolean").combine_first(known_plan)
    register = people.set_index("supporter")
    # whoever has a plan in the mentor centre is a mentor
    # an empty register maps to a column of numbers
    known_role = links["supporter"].map(register["role"]).astype("string")
    links["role"] = known_role.mask(known_role.isna() & links["planned"].notna(), "mentor").fillna(
        UNKNOWN_ROLE
    )
    today = pd.Timestamp(day)
    ahead = (links["first_date"] > today).fillna(value=False).to_numpy(dtype=bool)
    over = (links["last_date"] < today).fillna(value=False).to_numpy(dtype=bool)
    over = over | (day > school_year_end(year))
    links["state"] = np.select([ahead, over], ["ahead", "ended"], "now")
    begun = ~ahead
    links["no_plan"] = begun & ~links["plan"].fillna(value=False).to_numpy(dtype=bool)
    few = (links["reports"].fillna(0) < norm.reports).to_numpy(dtype=bool)
    links["no_report"] = begun & few
    links["listed"] = links["school_id"].isin(list(listed))
    home = links["supporter"].map(register["home_school_id"]).astype("string")
    links["own_school"] = (home == links["school_id"]).fillna(value=False)
    until = links["last_date"].fillna(pd.Timestamp(school_year_end(year)))
    until = until.mask(until > today, today)
    # map() cannot take an empty register of dates
    released = register["last_date"].reindex(links["supporter"]).set_axis(links.index)
    links["after_term"] = begun & (until > released).fillna(value=False).to_numpy(dtype=bool)
    links = links.sort_values(["role", "supporter", "school_id", "teacher"], kind="stable")
    return links[list(LINK_DTYPES)].astype(LINK_DTYPES).reset_index(drop=True)


def _supporters(
    people: pd.DataFrame,
    links: pd.DataFrame,
    year: int,
    day: dt.date,
    norm: SupportNorm,
    listed: Collection[str],
) -> pd.DataFrame:
    own = ["role", "home_school_id", "organisation", "position", "subject", "display_name"]
    dates = ["first_date", "last_date"]
    known = people.set_index("supporter")[[*own, *dates]]
    begun = links[links["state"] != "ahead"]
    groups = dict(iter(begun.groupby("supporter", observed=True)))
    names = [*known.index, *(each for each in groups if each not in known.index)]
    if not names:
        return empty(SUPPORTER_DTYPES)
    today = pd.Timestamp(day)
    rows = []
    for name in names:
        person = known.loc[name].to_dict() if name in known.index else {}
        held = groups.get(name, begun.head(0))
        role = str(person["role"]) if person else str(held["role"].iloc[0])
        limit = norm.schools.get(role)  # type: ignore[call-overload]
        peak = _peak(held, year)
        mark, answers = mean_feedback(held)
        first, last = person.get("first_date"), person.get("last_date")
        rows.append(
            {
                "supporter": name,
                **person,
                "role": role,
                "in_office": not (_later(first, today) or _later(today, last)),
                "home_listed": str(person.get("home_school_id")) in listed,
                "schools": held["school_id"].nunique(),
                "schools_now": held.loc[held["state"] == "now", "school_id"].nunique(),
                "peak": peak,
                "teachers": len(held[["school_id", "teacher"]].dropna().drop_duplicates()),
                "norm": pd.NA if limit is None else limit,
                "overloaded": limit is not None and peak > limit,
                "links": len(held),
                "no_plan": int(held["no_plan"].sum()),
                "no_report": int(held["no_report"].sum()),
                "reports": int(held["reports"].fillna(0).sum()),
                "feedback": mark,
                "feedback_n": answers,
                "after_term": int(held["after_term"].sum()),
            }
        )
    found = pd.DataFrame(rows, columns=list(SUPPORTER_DTYPES)).astype(SUPPORTER_DTYPES)
    order = {role: place for place, role in enumerate((*SUPPORT_ROLES, UNKNOWN_ROLE))}
    place = found["role"].map(order)
    return found.assign(_place=place).sort_values(
        ["_place", "supporter"], kind="stable", ignore_index=True
    )[list(SUPPORTER_DTYPES)]


def _later(one: object, other: object) -> bool:
    """Whether both days are known and the first is the later one."""
    if pd.isna(one) or pd.isna(other):  # type: ignore[call-overload]
        return False
    return bool(one > other)  # type: ignore[operator]


def _peak(links: pd.DataFrame, year: int) -> int:
    """Most different schools at the same time; a link counts on its first and its last day."""
    first = links["first_date"].fillna(pd.Timestamp(school_year_start(year)))
    last = links["last_date"].fillna(pd.Timestamp(school_year_end(year)))
    most = 0
    for moment in first.unique():
        there = (first <= moment) & (last >= moment)
        most = max(most, int(links.loc[there.to_numpy(dtype=bool), "school_id"].nunique()))
    return most


def mean_feedback(rows: pd.DataFrame) -> tuple[float | None, int]:
    """Mean mark weighted by the number of answers, and that number.

    Parameters
    ----------
    rows
        ``feedback`` (1…5), ``feedback_n``. A mark without the number of people behind it has no
        weight and is left out.

    Examples
    --------
    >>> mean_feedback(pd.DataFrame({"feedback": [4.0, 5.0, 3.0], "feedback_n": [1, 3, None]}))
    (4.75, 4)
    """
    marks = rows["feedback"].astype("Float64")
    answers = rows["feedback_n"].astype("Int64")
    known = (marks.notna() & (answers > 0).fillna(value=False)).to_numpy(dtype=bool)
    weight = answers[known].to_numpy(dtype=float)
    if not weight.sum():
        return None, 0
    return float(np.average(marks[known].to_numpy(dtype=float), weights=weight)), int(weight.sum())


def _schools(links: pd.DataFrame, norm: SupportNorm, listed: Collection[str]) -> pd.DataFrame:
    begun = links[links["state"] != "ahead"]
    groups: Mapping[str, pd.DataFrame] = {
        str(key): rows for key, rows in begun.groupby("school_id", observed=True)
    }
    names = [*sorted(listed), *sorted(set(groups) - set(listed))]
    if not names:
        return empty(SCHOOL_DTYPES)
    rows = []
    for name in names:
        own = groups.get(name, begun.head(0))
        now = own[own["state"] == "now"]
        by_role = {
            role: own.loc[own["role"] == role, "supporter"].nunique() for role in SUPPORT_ROLES
        }
        missing = [role for role in norm.required if not by_role[role]]
        rows.append(
            {
                "school_id": name,
                "listed": name in listed,
                "n_supporters": own["supporter"].nunique(),
                **by_role,
                **{
                    f"{role}_now": now.loc[now["role"] == role, "supporter"].nunique()
                    for role in SUPPORT_ROLES
                },
                "covered": len(own) > 0,
                "missing": ", ".join(missing),
                "no_plan": bool(own["no_plan"].any()),
                "no_report": bool(own["no_report"].any()),
            }
        )
    return pd.DataFrame(rows, columns=list(SCHOOL_DTYPES)).astype(SCHOOL_DTYPES)

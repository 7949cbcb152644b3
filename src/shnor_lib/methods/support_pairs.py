"""Supporter and school: rows about single teachers become sums, so that nobody can be picked out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_lib.methods.frames import empty
from shnor_lib.methods.support_network import STATES, mean_feedback

PAIR_DTYPES: dict[str, str] = {
    "supporter": "string", "role": "string", "school_id": "string", "state": "string",
    "listed": "bool", "first_date": "datetime64[us]", "last_date": "datetime64[us]",
    "teachers": "Int64", "links": "Int64", "no_plan": "Int64", "planned": "Int64", "done": "Int64",
    "reports": "Int64", "no_report": "Int64", "feedback": "Float64", "feedback_n": "Int64",
    "own_school": "bool", "after_term": "bool",
}  # fmt: skip
SUM_DTYPES: dict[str, str] = {
    "supporters": "Int64", "schools": "Int64", "links": "Int64", "no_plan": "Int64",
    "share_plan": "Float64", "planned": "Int64", "done": "Int64", "share_done": "Float64",
    "reports": "Int64", "no_report": "Int64", "feedback": "Float64", "feedback_n": "Int64",
}  # fmt: skip


def support_pairs(links: pd.DataFrame) -> pd.DataFrame:
    """Links by supporter and school.

    Parameters
    ----------
    links
        :attr:`.support_network.SupportNetwork.links`.

    Returns
    -------
    DataFrame
        ``supporter``, ``role``, ``school_id``, ``state`` (the liveliest: now, ended, ahead),
        ``listed``, ``first_date`` and ``last_date`` (earliest and latest; NA where a link has
        none), ``teachers`` (different ones), ``links``, ``no_plan`` and ``no_report`` (links),
        ``planned``, ``done``, ``reports`` (sums; NA where nobody has said), ``feedback`` (weighted
        mean), ``feedback_n``, ``own_school``, ``after_term``.
    """
    rows = []
    for (supporter, school), own in links.groupby(["supporter", "school_id"], observed=True):
        mark, answers = mean_feedback(own)
        states = set(own["state"])
        rows.append(
            {
                "supporter": supporter,
                "role": own["role"].iloc[0],
                "school_id": school,
                "state": next(state for state in STATES if state in states),
                "listed": bool(own["listed"].any()),
                "first_date": own["first_date"].min() if own["first_date"].notna().all() else None,
                "last_date": own["last_date"].max() if own["last_date"].notna().all() else None,
                "teachers": own["teacher"].nunique(),
                "links": len(own),
                "no_plan": int(own["no_plan"].sum()),
                "planned": own["planned"].sum(min_count=1),
                "done": own["done"].sum(min_count=1),
                "reports": own["reports"].sum(min_count=1),
                "no_report": int(own["no_report"].sum()),
                "feedback": mark,
                "feedback_n": answers,
                "own_school": bool(own["own_school"].any()),
                "after_term": bool(own["after_term"].any()),
            }
        )
    if not rows:
        return empty(PAIR_DTYPES)
    return pd.DataFrame(rows, columns=list(PAIR_DTYPES)).astype(PAIR_DTYPES)


def support_sums(links: pd.DataFrame, by: Sequence[str] = ("role",)) -> pd.DataFrame:
    """Plans, reports and feedback of links that have begun, within groups.

    Parameters
    ----------
    links
        :attr:`.support_network.SupportNetwork.links`.
    by
        Columns to group by.

    Returns
    -------
    DataFrame
        ``by``; ``supporters``, ``schools`` (different ones), ``links``, ``no_plan``,
        ``share_plan`` = links with a plan / links (0…1), ``planned``, ``done`` (points of plans),
        ``share_done`` = done / planned (NA without points), ``reports``, ``no_report``,
        ``feedback`` (weighted mean), ``feedback_n``.
    """
    begun = links[links["state"] != "ahead"]
    rows = []
    for key, own in begun.groupby(list(by), observed=True, sort=True):
        known = own["planned"].notna() & own["done"].notna()
        planned, done = int(own.loc[known, "planned"].sum()), int(own.loc[known, "done"].sum())
        mark, answers = mean_feedback(own)
        rows.append(
            {
                **dict(zip(by, key, strict=True)),
                "supporters": own["supporter"].nunique(),
                "schools": own["school_id"].nunique(),
                "links": len(own),
                "no_plan": int(own["no_plan"].sum()),
                "share_plan": 1 - float(own["no_plan"].mean()),
                "planned": planned,
                "done": done,
                "share_done": done / planned if planned else None,
                "reports": int(own["reports"].fillna(0).sum()),
                "no_report": int(own["no_report"].sum()),
                "feedback": mark,
                "feedback_n": answers,
            }
        )
    dtypes = {**dict.fromkeys(by, "string"), **SUM_DTYPES}
    if not rows:
        return empty(dtypes)
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)

"""Recommendations that were issued: what is done and overdue, which proposals they carry out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from shnor_lib.methods.measures_status import with_standing
from shnor_lib.methods.recommend import Recommendations
from shnor_lib.store import Dataset


@dataclass(frozen=True, eq=False)
class RecommendationRegister:
    """What :func:`recommendation_register` found.

    Attributes
    ----------
    day
        The day on which it is asked what is overdue.
    rows
        The table ``recommendations`` of the year with ``overdue``, ``in_time``, ``days_late``
        (:func:`~.measures_status.with_standing`), by date and number.
    proposals
        ``Recommendations.issued`` with ``number`` and ``state`` of the latest recommendation of
        the year that carries it out (NA: not issued yet).
    """

    day: dt.date
    rows: pd.DataFrame = field(repr=False)
    proposals: pd.DataFrame = field(repr=False)

    @property
    def waiting(self) -> pd.DataFrame:
        """Proposals that were not issued yet."""
        return self.proposals[self.proposals["number"].isna()].reset_index(drop=True)


def recommendation_register(
    dataset: Dataset, proposed: Recommendations | None, year: int, day: dt.date
) -> RecommendationRegister:
    """The register of issued recommendations beside what is proposed now.

    Parameters
    ----------
    dataset
        Table ``recommendations``.
    proposed
        From :func:`~.recommend.recommend`; None: nothing is proposed.
    year
        School year of the register.
    day
        From :func:`~.as_of.as_of`.

    Notes
    -----
    A proposal counts as issued when a recommendation of the year that was not dropped names its
    rule and the same school (scope school), municipality (scope municipality) or neither (region).
    """
    rows = dataset.recommendations
    rows = rows[rows["year"] == year].sort_values(["date", "number"], kind="stable")
    rows = with_standing(rows.reset_index(drop=True), day)
    alive = rows[rows["rule"].notna() & (rows["state"] != "dropped").fillna(value=True)]
    issued: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    for rule, school, place, number, state in zip(
        *(alive[name] for name in ("rule", "school_id", "municipality", "number", "state")),
        strict=True,
    ):
        key = (str(rule), *_whom(school, place))
        issued[key] = (number, state)
    proposals = pd.DataFrame() if proposed is None else proposed.issued
    keys = [
        (
            str(row["rule"]),
            *_whom(row["school_id"], None if row["scope"] == "school" else row["municipality"]),
        )
        for row in proposals.to_dict("records")
    ]
    found = [issued.get(key, (None, None)) for key in keys]
    proposals = proposals.assign(
        number=pd.array([number for number, _ in found], dtype="string"),
        state=pd.array([state for _, state in found], dtype="string"),
    )
    return RecommendationRegister(day, rows, proposals)


def _whom(school: Any, municipality: Any) -> tuple[str, str]:
    """Whom a recommendation is about; the school's municipality does not matter."""
    if not pd.isna(school):
        return str(school), ""
    return "", "" if pd.isna(municipality) else str(municipality)

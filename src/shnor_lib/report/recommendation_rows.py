"""Proposed and issued recommendations arranged for pages and letters: grouped once for all."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from shnor_lib.methods.recommend import Recommendations
from shnor_lib.methods.recommendation_register import (
    RecommendationRegister,
    recommendation_register,
)
from shnor_lib.methods.recommendation_rules import RecommendationRule
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.labels import LISTED
from shnor_lib.report.recommendation_words import grounds_line
from shnor_lib.report.rows import BySchool, Row, records

ONE_SCHOOL = ("school", "teachers")
"""Addressees of recommendations about one school."""
MANY = ("municipality", "institute", "assessment")
"""Addressees of recommendations about several schools."""


class Proposals:
    """What is proposed and what was issued, ready to be shown.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.proposed: Recommendations | None = analysis.recommendations
        self.register: RecommendationRegister = recommendation_register(
            analysis.dataset, self.proposed, analysis.year, analysis.day
        )
        self.rules: dict[str, RecommendationRule] = (
            {} if self.proposed is None else {rule.id: rule for rule in self.proposed.rules.rules}
        )
        self.rows = records(self.register.proposals)
        self._grounds: dict[str, dict[str, list[Row]]] = {}
        if self.proposed is not None:
            for row in records(self.proposed.grounds):
                own = self._grounds.setdefault(str(row["key"]), {})
                own.setdefault(str(row["school_id"]), []).append(row)
        every = self.register.proposals
        self._by_school = BySchool(
            every[every["scope"] == "school"] if len(every) else pd.DataFrame(columns=["school_id"])
        )
        issued = self.register.rows
        self._issued = BySchool(issued[issued["school_id"].notna()])
        statuses = analysis.identification.statuses
        now = statuses[(statuses["year"] == analysis.year) & statuses["status"].isin(LISTED)]
        self.listed: frozenset[str] = frozenset(str(school) for school in now["school_id"])

    def of_school(self, school_id: str) -> list[Row]:
        """Proposals to a school and its teachers, in the order of the library."""
        return self._by_school[school_id]

    def issued_to(self, school_id: str) -> list[Row]:
        """Issued recommendations of the year about the school."""
        return self._issued[school_id]

    def to(self, addressee: str) -> list[Row]:
        """Proposals to one kind of addressee, in the order of the library."""
        return [row for row in self.rows if row["addressee"] == addressee]

    def schools(self, row: Row) -> dict[str, list[Row]]:
        """School → its grounds, of one proposal."""
        return self._grounds.get(str(row["key"]), {})

    def grounds(self, row: Row) -> str:
        """Grounds of a proposal about one school, in one line."""
        return "; ".join(grounds_line(rows) for rows in self.schools(row).values())

    def rule(self, row: Row) -> RecommendationRule:
        """The rule of a proposal."""
        return self.rules[str(row["rule"])]


@lru_cache(maxsize=1)
def proposals_of(analysis: Analysis) -> Proposals:
    """What is proposed and issued; made once for all pages."""
    return Proposals(analysis)

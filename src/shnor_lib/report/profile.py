"""Frames of an analysis arranged by school: what one profile page shows.

Only selecting, joining and adding up counts: shares get their intervals from ``stats``.
Everything is grouped once for all schools, so that a page costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, cast

import numpy as np
import pandas as pd

from shnor_lib.methods.ruleset import ResultsShare, SocialCount, SocialShare
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, TABLES

FEW_PEERS = 5
"""With fewer schools the middle of a municipality says nothing: all schools are taken."""

_KEY = ["procedure", "subject", "year", "season"]


class BySchool:
    """A frame split by school; an unknown school gives an empty frame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._empty = frame.head(0)
        self._parts: dict[str, pd.DataFrame] = {
            str(key): part for key, part in frame.groupby("school_id", sort=False, observed=True)
        }

    def __getitem__(self, school_id: str) -> pd.DataFrame:
        return self._parts.get(school_id, self._empty)


class Frames:
    """Everything about single schools, grouped on first use.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    # --- the register -----------------------------------------------------------------------

    @cached_property
    def register(self) -> dict[str, dict[str, Any]]:
        """School's id → row of the register; schools known only from results have their id."""
        rows = cast(
            list[dict[str, Any]],
            self.analysis.dataset.schools.drop_duplicates("school_id").to_dict("records"),
        )
        known = {str(row["school_id"]): row for row in rows}
        for school in self.analysis.identification.schools:
            known.setdefault(str(school), {"school_id": str(school)})
        return dict(sorted(known.items()))

    @cached_property
    def names(self) -> dict[str, str]:
        """School's id → name shown on pages."""
        return {key: fmt.one_line(row.get("name"), key) for key, row in self.register.items()}

    @cached_property
    def municipalities(self) -> dict[str, str]:
        """School's id → municipality; empty when it is not known."""
        return {
            key: fmt.one_line(row.get("municipality"), "") if row.get("municipality") else ""
            for key, row in self.register.items()
        }

    # --- grouped frames ---------------------------------------------------------------------

    @cached_property
    def statuses(self) -> BySchool:
        """Statuses by the rules in force."""
        return BySchool(self.analysis.identification.statuses)

    @cached_property
    def other_statuses(self) -> dict[str, BySchool]:
        """Statuses by the other rules."""
        return {name: BySchool(found.statuses) for name, found in self.analysis.others.items()}

    @cached_property
    def criteria(self) -> BySchool:
        """Outcomes of criteria."""
        return BySchool(self.analysis.identification.criteria)

    @cached_property
    def other_criteria(self) -> dict[str, BySchool]:
        """Outcomes of criteria of the other rules in the latest year."""
        return {
            name: BySchool(found.criteria[found.criteria["year"] == self.analysis.year])
            for name, found in self.analysis.others.items()
        }

    @cached_property
    def results(self) -> BySchool:
        """Results as they were read."""
        return BySchool(self.analysis.dataset.results)

    @cached_property
    def passports(self) -> BySchool:
        """Social passports."""
        return BySchool(self.analysis.dataset.social_passport)

    @cached_property
    def staff(self) -> BySchool:
        """Staff tables."""
        return BySchool(self.analysis.dataset.staff)

    @cached_property
    def pairs(self) -> BySchool | None:
        """Pairs of years of the dynamics; None when it was refused."""
        found = self.analysis.dynamics
        return None if found is None else BySchool(found.pairs)

    @cached_property
    def dynamics(self) -> BySchool | None:
        """Verdicts on dynamics; None when it was refused."""
        found = self.analysis.dynamics
        return None if found is None else BySchool(found.schools)

    @cached_property
    def scores(self) -> BySchool | None:
        """Scores of the project's rating."""
        found = self.analysis.rating
        return None if found is None else BySchool(found.scores)

    @cached_property
    def rating_latest(self) -> pd.DataFrame:
        """Scores of all rated schools in the latest year."""
        found = self.analysis.rating
        if found is None:
            return pd.DataFrame()
        scores = found.scores
        return scores[(scores["year"] == self.analysis.year) & scores["rank"].notna()]

    @cached_property
    def indicators(self) -> BySchool | None:
        """Indicators of the rating in the latest year."""
        found = self.analysis.rating
        if found is None:
            return None
        return BySchool(found.indicators[found.indicators["year"] == self.analysis.year])

    @cached_property
    def index_scores(self) -> BySchool | None:
        """Wellbeing index of all years."""
        found = self.analysis.index
        return None if found is None else BySchool(found.scores)

    @cached_property
    def index_components(self) -> BySchool | None:
        """Components of the index in the latest year."""
        found = self.analysis.index
        if found is None:
            return None
        return BySchool(found.components[found.components["year"] == self.analysis.year])

    @cached_property
    def index_rating(self) -> pd.DataFrame:
        """Index and share of the rating's maximum in the latest year: school_id, index, result."""
        if self.analysis.index is None or self.analysis.rating is None:
            return pd.DataFrame(columns=["school_id", "index", "result"])
        year = self.analysis.year
        index = self.analysis.index.scores
        scores = self.analysis.rating.scores
        return index.loc[index["year"] == year, ["school_id", "index"]].merge(
            scores.loc[scores["year"] == year, ["school_id", "share_of_max"]].rename(
                columns={"share_of_max": "result"}
            ),
            on="school_id",
        )

    # --- results over the years --------------------------------------------------------------

    @cached_property
    def pooled(self) -> BySchool:
        """Results with grades added up: school_id, procedure, subject, year, season, n, n_low,
        share, low, high (95 % Wilson interval), grades.
        """
        rows = self.analysis.dataset.results
        known = rows[rows["n_low"].notna() & (rows["n"] > 0)]
        grouped = known.groupby(["school_id", *_KEY], sort=True, observed=True, as_index=False)
        sums = grouped.agg(n=("n", "sum"), n_low=("n_low", "sum"))
        low, high = wilson(sums["n_low"], sums["n"])
        return BySchool(
            sums.assign(share=sums["n_low"] / sums["n"], low=np.asarray(low), high=np.asarray(high))
        )

    @cached_property
    def _medians(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        """(municipality or "", procedure, subject) → year, season, share, schools."""
        parts = [part for key in self.register if len(part := self.pooled[key])]
        if not parts:
            return {}
        rows = pd.concat(parts, ignore_index=True)
        rows["municipality"] = rows["school_id"].map(self.municipalities).fillna("")
        everyone = rows.assign(municipality="")
        both = pd.concat([rows[rows["municipality"] != ""], everyone], ignore_index=True)
        medians = both.groupby(["municipality", *_KEY], observed=True, as_index=False).agg(
            share=("share", "median"), schools=("school_id", "nunique")
        )
        by = ["municipality", "procedure", "subject"]
        return {
            (str(m), str(p), str(s)): part
            for (m, p, s), part in medians.groupby(by, sort=False, observed=True)
        }

    def peers(self, school_id: str) -> tuple[str, str]:
        """With whom a school is compared: key for :meth:`median`, Russian name."""
        place = self.municipalities.get(school_id, "")
        alike = [other for other, name in self.municipalities.items() if name == place]
        if place and len(alike) >= FEW_PEERS:
            return place, f"медиана: {place}"
        return "", "медиана всех школ"

    def median(self, peers: str, procedure: str, subject: str) -> pd.DataFrame | None:
        """Middle share of low results of the peers by year and season."""
        return self._medians.get((peers, procedure, subject))

    # --- social passport -----------------------------------------------------------------------

    @cached_property
    def passport_shares(self) -> pd.DataFrame:
        """Shares of all social passports: school_id, year, column, part, whole, share."""
        rows = self.analysis.dataset.social_passport
        parts = []
        for column in TABLES["social_passport"].columns:
            if not column.part_of:
                continue
            part, whole = rows[column.name], rows[column.part_of]
            known = part.notna() & (whole > 0).fillna(value=False)
            parts.append(
                rows.loc[known, ["school_id", "year"]].assign(
                    column=column.name,
                    part=part[known],
                    whole=whole[known],
                    share=part[known] / whole[known],
                )
            )
        if not parts:
            return pd.DataFrame(columns=["school_id", "year", "column", "part", "whole", "share"])
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def _passport_medians(self) -> dict[tuple[str, int, str], float]:
        rows = self.passport_shares.copy()
        rows["municipality"] = rows["school_id"].map(self.municipalities).fillna("")
        both = pd.concat(
            [rows[rows["municipality"] != ""], rows.assign(municipality="")], ignore_index=True
        )
        found = both.groupby(["municipality", "year", "column"], observed=True)["share"].median()
        return {
            (str(place), int(year), str(column)): float(value)
            for (place, year, column), value in found.items()  # type: ignore[misc]
        }

    @cached_property
    def _shares_by_school(self) -> BySchool:
        return BySchool(self.passport_shares)

    def passport(self, school_id: str, year: int) -> pd.DataFrame:
        """A school's social passport against thresholds.

        Columns: column, title, part, whole, share, threshold, operator, beyond, outcome,
        median.
        """
        own = self._shares_by_school[school_id]
        rows = own[own["year"] == year].copy()
        peers, _ = self.peers(school_id)
        criteria = self.criteria[school_id]
        criteria = criteria[criteria["year"] == year]
        judged: dict[str, dict[str, Any]] = {}
        rule = {c.id: c for c in self.analysis.ruleset.criteria}
        for row in cast(list[dict[str, Any]], criteria.to_dict("records")):
            criterion = rule.get(str(row["criterion"]))
            if isinstance(criterion, SocialShare) and criterion.counts:
                judged[criterion.numerator] = row
        columns = list(rows["column"])
        table = TABLES["social_passport"]
        rows["title"] = [table.column(name).title for name in columns]
        for name in ("threshold", "operator", "outcome"):
            rows[name] = [judged.get(column, {}).get(name) for column in columns]
        rows["beyond"] = [judged.get(column, {}).get("outcome") == "met" for column in columns]
        rows["median"] = [self._passport_medians.get((peers, year, name)) for name in columns]
        return rows

    # --- sources ---------------------------------------------------------------------------------

    def sources(self, school_id: str) -> pd.DataFrame:
        """Sheets from which a school's numbers come: file, sheet, table, years, rows."""
        found = []
        for name, frame in self._tables(school_id):
            known = frame[frame["source_file"].notna()]
            for (file, sheet), part in known.groupby(
                ["source_file", "source_sheet"], dropna=False, sort=True
            ):
                years = (
                    sorted({int(year) for year in part["year"].dropna()}) if "year" in part else []
                )
                found.append(
                    {
                        "file": file,
                        "sheet": sheet,
                        "table": TABLES[name].title,
                        "years": years,
                        "rows": len(part),
                    }
                )
        return pd.DataFrame(found, columns=["file", "sheet", "table", "years", "rows"])

    @cached_property
    def _points(self) -> BySchool:
        return BySchool(self.analysis.dataset.rating_points)

    @cached_property
    def _schools(self) -> BySchool:
        return BySchool(self.analysis.dataset.schools)

    def _tables(self, school_id: str) -> Iterator[tuple[str, pd.DataFrame]]:
        yield "results", self.results[school_id]
        yield "social_passport", self.passports[school_id]
        yield "staff", self.staff[school_id]
        yield "rating_points", self._points[school_id]
        yield "schools", self._schools[school_id]

    def own_dataset(self, school_id: str) -> Dataset:
        """The data set with this school's rows only: what a trace needs, and all it needs."""
        dataset = self.analysis.dataset
        own = Dataset(**dict(self._tables(school_id)), cells=dataset.cells)
        # the index of cell letters is the same for all schools: made once
        own._letter_index = dataset._letters()  # type: ignore[attr-defined]
        return own


@lru_cache(maxsize=1)
def frames_of(analysis: Analysis) -> Frames:
    """The frames of an analysis; made once for all pages of a build."""
    return Frames(analysis)


def low_threshold(analysis: Analysis, procedure: str, subject: str) -> float | None:
    """Threshold the rules in force set for the share of low results of a subject."""
    for criterion in analysis.ruleset.criteria:
        if isinstance(criterion, ResultsShare):
            for scope in criterion.scopes:
                if scope.procedure == procedure and (
                    not scope.subjects or subject in scope.subjects
                ):
                    return float(criterion.low.threshold)
    return None


def social_counts(analysis: Analysis) -> list[SocialCount]:
    """Criteria of the rules in force about plain counts (offences)."""
    return [c for c in analysis.ruleset.criteria if isinstance(c, SocialCount)]


def procedures_in_order(codes: set[str]) -> list[str]:
    """Procedures in the order of the data dictionary, unknown ones last."""
    return [code for code in PROCEDURES if code in codes] + sorted(codes - set(PROCEDURES))

"""An analysis arranged by school: what one profile page shows.

Only selecting, joining and adding up counts: shares get their intervals from ``stats``.
Everything is grouped once for all schools, so that a page costs milliseconds.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from shnor_lib.methods.ruleset import ResultsShare, SocialCount, SocialShare
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.rows import BySchool, Row, records
from shnor_lib.report.words import Reason
from shnor_lib.stats.intervals import wilson
from shnor_lib.tables import PROCEDURES, TABLES

FEW_PEERS = 5
"""With fewer schools the middle of a municipality says nothing: all schools are taken."""

_KEY = ["procedure", "subject", "year", "season"]
_ORDER = ["procedure", "subject", "grade", "year", "season"]


class Frames:
    """Everything about single schools, grouped on first use.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.reasons: dict[str, list[Reason]] = {}
        """School's id → reasons of the latest year's status, as far as they were asked for."""

    # --- the register -----------------------------------------------------------------------

    @cached_property
    def register(self) -> dict[str, Row]:
        """School's id → row of the register; schools known only from results have their id."""
        schools = self.analysis.dataset.schools.drop_duplicates("school_id")
        known = {str(row["school_id"]): row for row in records(schools)}
        for school in self.analysis.identification.schools:
            known.setdefault(str(school), {"school_id": str(school)})
        return dict(sorted(known.items()))

    @cached_property
    def names(self) -> dict[str, str]:
        """School's id → name shown on pages."""
        return {
            key: fmt.one_line(row.get("name"), fmt.one_line(key))
            for key, row in self.register.items()
        }

    @cached_property
    def municipalities(self) -> dict[str, str]:
        """School's id → municipality; empty when it is not known."""
        return {
            key: fmt.one_line(row.get("municipality"), "") for key, row in self.register.items()
        }

    # --- what the methods found ---------------------------------------------------------------

    @cached_property
    def statuses(self) -> BySchool:
        """Statuses by the rules in force."""
        return BySchool(self.analysis.identification.statuses, sort=["year"])

    @cached_property
    def other_statuses(self) -> dict[str, BySchool]:
        """Statuses by the other rules."""
        return {name: BySchool(found.statuses) for name, found in self.analysis.others.items()}

    @cached_property
    def criteria(self) -> BySchool:
        """Outcomes of criteria in the latest year."""
        rows = self.analysis.identification.criteria
        return BySchool(rows[rows["year"] == self.analysis.year])

    @cached_property
    def pairs(self) -> BySchool | None:
        """Comparisons with the latest year; None when the dynamics were refused."""
        found = self.analysis.dynamics
        if found is None:
            return None
        return BySchool(found.pairs[found.pairs["year_to"] == self.analysis.year])

    @cached_property
    def dynamics(self) -> BySchool | None:
        """Verdicts on dynamics; None when they were refused."""
        found = self.analysis.dynamics
        return None if found is None else BySchool(found.schools)

    @cached_property
    def deviations(self) -> BySchool:
        """Results given the conditions, one row per school of the model shown first."""
        found = self.analysis.contextual
        return BySchool(
            pd.DataFrame(columns=["school_id"]) if found is None else found.best.schools
        )

    @cached_property
    def resilient(self) -> BySchool:
        """Schools in hard conditions: whether their results are high."""
        found = self.analysis.resilient
        return BySchool(pd.DataFrame(columns=["school_id"]) if found is None else found.schools)

    @cached_property
    def directions(self) -> BySchool:
        """Direction of all results of a school together, up to the latest year."""
        found = self.analysis.trends
        return BySchool(pd.DataFrame(columns=["school_id"]) if found is None else found.schools)

    @cached_property
    def runs(self) -> BySchool:
        """Directions of single runs of results."""
        found = self.analysis.trends
        return BySchool(pd.DataFrame(columns=["school_id"]) if found is None else found.units)

    @cached_property
    def scores(self) -> BySchool | None:
        """Scores of the project's rating."""
        found = self.analysis.rating
        return None if found is None else BySchool(found.scores)

    @cached_property
    def other_scores(self) -> dict[str, BySchool]:
        """Scores of the other ratings by rating's id."""
        return {
            name: BySchool(found.scores)
            for name, found in self.analysis.ratings.items()
            if name != self.analysis.rating_id
        }

    @cached_property
    def rating_latest(self) -> list[Row]:
        """Scores of all rated schools in the latest year."""
        found = self.analysis.rating
        if found is None:
            return []
        scores = found.scores
        columns = ["school_id", "rank", "n_rated", "rank_low", "rank_high"]
        latest = scores.loc[
            (scores["year"] == self.analysis.year) & scores["rank"].notna(), columns
        ]
        return records(latest)

    @cached_property
    def indicators(self) -> BySchool | None:
        """Indicators of the rating in the latest year."""
        found = self.analysis.rating
        if found is None:
            return None
        return BySchool(found.indicators[found.indicators["year"] == self.analysis.year])

    @cached_property
    def strengths(self) -> BySchool:
        """Best and worst places of the schools in the latest year."""
        return BySchool(self.analysis.strengths)

    @cached_property
    def places(self) -> dict[str, Row]:
        """Places over all variants of the rating in the latest year by school; empty if refused."""
        found = self.analysis.uncertainty
        return {} if found is None else {row["school_id"]: row for row in records(found.schools)}

    @cached_property
    def index_scores(self) -> BySchool | None:
        """Wellbeing index of all years."""
        found = self.analysis.index
        return None if found is None else BySchool(found.scores, sort=["year"])

    @cached_property
    def index_latest(self) -> list[float]:
        """Index of all schools in the latest year, ascending."""
        found = self.analysis.index
        if found is None:
            return []
        latest = found.scores.loc[found.scores["year"] == self.analysis.year, "index"]
        return sorted(float(value) for value in latest.dropna())

    @cached_property
    def index_components(self) -> BySchool | None:
        """Components of the index in the latest year."""
        found = self.analysis.index
        if found is None:
            return None
        return BySchool(found.components[found.components["year"] == self.analysis.year])

    @cached_property
    def index_rating(self) -> list[Row]:
        """Index and share of the rating's maximum in the latest year, where both are known.

        Rows have ``school_id``, ``index`` and ``result``.
        """
        if self.analysis.index is None or self.analysis.rating is None:
            return []
        year = self.analysis.year
        index, scores = self.analysis.index.scores, self.analysis.rating.scores
        merged = index.loc[index["year"] == year, ["school_id", "index"]].merge(
            scores.loc[scores["year"] == year, ["school_id", "share_of_max"]], on="school_id"
        )
        merged = merged.rename(columns={"share_of_max": "result"})
        return records(merged.dropna(subset=["index", "result"]))

    @cached_property
    def effects(self) -> BySchool | None:
        """Effects of support by year; None when they were refused."""
        found = self.analysis.effect
        return None if found is None else BySchool(found.schools, sort=["year"])

    @cached_property
    def effect_units(self) -> BySchool | None:
        """Effects of support by subject."""
        found = self.analysis.effect
        return None if found is None else BySchool(found.units)

    @cached_property
    def forecast(self) -> BySchool | None:
        """Forecasts of next year's list; None when they were refused."""
        found = self.analysis.warning
        return None if found is None else BySchool(found.forecast)

    @cached_property
    def warning_reasons(self) -> BySchool | None:
        """What the forecasts are made of, largest contribution first."""
        found = self.analysis.warning
        return None if found is None else BySchool(found.reasons)

    # --- results over the years ---------------------------------------------------------------

    @cached_property
    def results(self) -> BySchool:
        """Results with known low results, by procedure, subject, grade and time, with share."""
        rows = self.analysis.dataset.results
        known = rows[rows["n_low"].notna() & (rows["n"] > 0)]
        return BySchool(known.assign(share=known["n_low"] / known["n"]), sort=_ORDER)

    @cached_property
    def _pooled(self) -> pd.DataFrame:
        rows = self.analysis.dataset.results
        known = rows[rows["n_low"].notna() & (rows["n"] > 0)]
        grouped = known.groupby(["school_id", *_KEY], sort=True, observed=True, as_index=False)
        sums = grouped.agg(n=("n", "sum"), n_low=("n_low", "sum"))
        low, high = wilson(sums["n_low"], sums["n"])
        return sums.assign(
            share=sums["n_low"] / sums["n"], low=np.asarray(low), high=np.asarray(high)
        )

    @cached_property
    def pooled(self) -> BySchool:
        """Results with grades added up: procedure, subject, year, season, n, n_low, share, low,
        high (95 % Wilson interval).
        """
        return BySchool(self._pooled)

    @cached_property
    def corrected(self) -> BySchool | None:
        """Shares of the latest year by subject, as counted and corrected for size; None: refused.

        Columns as :func:`~shnor_lib.methods.small_schools.subject_shares` gives them.
        """
        found = self.analysis.shares
        return None if found is None else BySchool(found[found["year"] == self.analysis.year])

    @cached_property
    def _medians(self) -> dict[tuple[str, str, str], list[Row]]:
        rows = self._pooled
        place = rows["school_id"].map(self.municipalities).fillna("")
        both = pd.concat(
            [rows.assign(municipality=place)[place != ""], rows.assign(municipality="")],
            ignore_index=True,
        )
        medians = both.groupby(["municipality", *_KEY], observed=True, as_index=False).agg(
            share=("share", "median")
        )
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in records(medians):
            key = (row["municipality"], row["procedure"], row["subject"])
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def _alike(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for place in self.municipalities.values():
            counts[place] = counts.get(place, 0) + 1
        return counts

    def peers(self, school_id: str) -> tuple[str, str]:
        """With whom a school is compared: key for :meth:`median`, Russian name."""
        place = self.municipalities.get(school_id, "")
        if place and len(self._alike) > 1 and self._alike[place] >= FEW_PEERS:
            return place, "медиана муниципалитета"
        return "", "медиана всех школ"

    def median(self, peers: str, procedure: str, subject: str) -> list[Row]:
        """Middle share of low results of the peers: year, season, share."""
        return self._medians.get((peers, procedure, subject), [])

    # --- social passport, staff ---------------------------------------------------------------

    @cached_property
    def passports(self) -> BySchool:
        """Social passports as they were read."""
        return BySchool(self.analysis.dataset.social_passport)

    @cached_property
    def staff(self) -> BySchool:
        """Staff tables as they were read."""
        return BySchool(self.analysis.dataset.staff)

    @cached_property
    def _passport_medians(self) -> dict[tuple[str, str], float]:
        rows = self.analysis.dataset.social_passport
        rows = rows[rows["year"] == self.analysis.year]
        place = rows["school_id"].map(self.municipalities).fillna("")
        found: dict[tuple[str, str], float] = {}
        for column in _shares():
            share = rows[column.name] / rows[column.part_of].where(rows[column.part_of] > 0)
            for key, values in [("", share), *share.groupby(place)]:
                known = values.dropna()
                if len(known):
                    found[str(key), column.name] = float(known.median())
        return found

    def passport(self, school_id: str) -> list[Row]:
        """Shares of a school's social passport of the latest year against their thresholds.

        Rows have ``column``, ``title``, ``part``, ``whole``, ``share``, ``threshold``,
        ``operator``, ``outcome``, ``beyond``, ``median``; what was not filled in is left out.
        """
        own = self.passports.year(school_id, self.analysis.year)
        if own is None:
            return []
        peers, _ = self.peers(school_id)
        judged = {row["criterion"]: row for row in self.criteria[school_id]}
        rules = {
            criterion.numerator: judged.get(criterion.id, {})
            for criterion in self.analysis.ruleset.criteria
            if isinstance(criterion, SocialShare) and criterion.counts
        }
        found = []
        for column in _shares():
            part, whole = own[column.name], own[column.part_of]
            if part is None or not whole:
                continue
            rule = rules.get(column.name, {})
            found.append(
                {
                    "column": column.name,
                    "title": column.title,
                    "part": part,
                    "whole": whole,
                    "share": part / whole,
                    "threshold": rule.get("threshold"),
                    "operator": rule.get("operator"),
                    "outcome": rule.get("outcome"),
                    "beyond": rule.get("outcome") == "met",
                    "median": self._passport_medians.get((peers, column.name)),
                }
            )
        return found

    # --- sources ------------------------------------------------------------------------------

    @cached_property
    def _sheets(self) -> BySchool:
        """Sheets by school: file, sheet, table, year, rows."""
        parts = []
        for name, table in TABLES.items():
            frame = getattr(self.analysis.dataset, name)
            if "school_id" not in frame:
                continue
            frame = frame[frame["source_file"].notna() & frame["school_id"].notna()]
            if "year" not in frame:
                frame = frame.assign(year=pd.array([None] * len(frame), dtype="Int64"))
            by = ["school_id", "source_file", "source_sheet", "year"]
            counts = frame.groupby(by, dropna=False, observed=True).size().rename("rows")
            parts.append(counts.reset_index().assign(table=table.title))
        return BySchool(pd.concat(parts, ignore_index=True))

    def sources(self, school_id: str) -> list[Row]:
        """Files from which a school's numbers come: file, sheets, table, years, rows."""
        found: dict[tuple[str, str], Row] = {}
        for row in self._sheets[school_id]:
            place = found.setdefault(
                (row["source_file"], row["table"]),
                {
                    "file": row["source_file"],
                    "table": row["table"],
                    "sheets": [],
                    "years": [],
                    "rows": 0,
                },
            )
            place["rows"] += row["rows"]
            for name, value in (("sheets", row["source_sheet"]), ("years", row["year"])):
                if value is not None and value not in place[name]:
                    place[name].append(value)
        return sorted(found.values(), key=lambda row: (row["table"], row["file"]))


class _Share(NamedTuple):
    """A count of the social passport that is a part of another."""

    name: str
    title: str
    part_of: str


def _shares() -> list[_Share]:
    return [
        _Share(column.name, column.title, column.part_of)
        for column in TABLES["social_passport"].columns
        if column.part_of
    ]


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

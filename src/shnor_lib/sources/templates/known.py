"""What a template of a year is filled with beforehand: structure, never last year's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from shnor_lib.store import Dataset
from shnor_lib.tables import RISK_FACTORS, TABLES, Table

FEW_SCHOOLS = 30
"""Up to so many schools each gets its rows where not every school needs them."""


def known_rows(table: Table, known: Dataset, year: int | None) -> pd.DataFrame:
    """Rows to write into a template.

    Parameters
    ----------
    table
        Whose template.
    known
        All tables read so far.
    year
        School year of the template; None leaves the years empty.

    Returns
    -------
    DataFrame
        Some or all template columns. Lasting tables come whole. Tables of a year hold the
        schools open in it and what is known of their structure: indicators with their maxima,
        factors, questions, teachers to be measured again, supporters still active, measures not
        done yet. Counts, points and answers of earlier years are never among them.
    """
    if table.lasting:
        return known.tables[table.name][[column.name for column in table.template_columns]]
    if table.name in _RUNNING:
        return table.empty()[[]]
    schools = open_schools(known.schools, year)[["school_id"]]
    maker = _STRUCTURES.get(table.name)
    rows = (
        schools
        if maker is None
        else maker(_Known(known, year, schools, _before(known, table, year)))
    )
    if year is not None and "year" in [column.name for column in table.template_columns]:
        rows = rows.assign(year=pd.array([year] * len(rows), dtype="Int64"))
    return rows.reset_index(drop=True)


@dataclass(frozen=True)
class _Known:
    """All tables, the year, the codes of its schools and the table's latest earlier rows."""

    data: Dataset
    year: int | None
    schools: pd.DataFrame
    before: pd.DataFrame

    def still(self, rows: pd.DataFrame | None = None) -> pd.DataFrame:
        """The earlier rows (or some of them) of schools that still work."""
        rows = self.before if rows is None else rows
        return rows[rows["school_id"].isin(self.schools["school_id"])]


def open_schools(schools: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """Schools of the register that work in a school year (all of them without a year)."""
    if year is None:
        return schools
    opened = schools["opened"].isna() | (schools["opened"] <= year)
    closed = schools["closed"].notna() & (schools["closed"] < year)
    return schools[(opened & ~closed).fillna(value=True).astype(bool)]


OPEN_RISKS = ("claimed", "confirmed", "in_work")
"""States of a risk that are not its end."""

OPEN_DEEDS = ("planned", "in_work")
"""States of a measure that are not its end."""

_RUNNING = frozenset(
    {
        "teacher_courses",
        "tutor_point",
        "recommendations",
        "interviews",
        "news",
        "events",
        "requests",
    }
)
"""Journals: a new year begins with an empty page."""


def _before(known: Dataset, table: Table, year: int | None) -> pd.DataFrame:
    """The latest rows of a table before ``year``."""
    frame = known.tables[table.name]
    if year is not None:
        frame = frame[(frame["year"] < year).fillna(value=False)]
    return frame[frame["year"] == frame["year"].max()] if len(frame) else frame


def _results(known: _Known) -> pd.DataFrame:
    """Procedures typed by hand last year; those of federal reports are not typed at all."""
    place = ["source_file", "source_sheet"]
    typed = known.data.cells.loc[known.data.cells["column"] == "procedure", place]
    rows = known.still().merge(typed.drop_duplicates(), on=place)
    return rows[["school_id", "season", "procedure", "grade", "subject"]]


def _rating(known: _Known) -> pd.DataFrame:
    """Last year's indicators with their maxima; a new school gets the usual ones."""
    if known.before.empty:
        return known.schools.head(0)
    own = known.still()[["school_id", "indicator", "points_max"]]
    usual = (
        known.before.groupby("indicator", sort=False)["points_max"]
        .agg(lambda maxima: maxima.mode().iloc[0])
        .reset_index()
    )
    new = known.schools[~known.schools["school_id"].isin(own["school_id"])]
    return pd.concat([own, new.merge(usual, how="cross")], ignore_index=True)


def _risk_profile(known: _Known) -> pd.DataFrame:
    """All factors of the schools that had a profile; in a small municipality, of every school."""
    factors = pd.DataFrame({"factor": pd.array(list(RISK_FACTORS), dtype="string")})
    schools = known.still()[["school_id"]].drop_duplicates()
    if schools.empty and len(known.schools) <= FEW_SCHOOLS:
        schools = known.schools
    return schools.merge(factors, how="cross")


def _risk_verification(known: _Known) -> pd.DataFrame:
    """Factors of this year's profile, and earlier ones still open with the state they are in."""
    row = ["school_id", "factor", "state"]
    left = known.still(known.before[known.before["state"].isin(OPEN_RISKS)])[row]
    profile = known.data.risk_profile
    new = known.still(profile[(profile["year"] == known.year).fillna(value=False)])
    return pd.concat([left, new.assign(state="claimed")[row]]).drop_duplicates(row[:2])


def _self_analysis(known: _Known) -> pd.DataFrame:
    """Last year's questions for every school."""
    questions = known.before[["section", "question"]].drop_duplicates()
    return known.schools.merge(questions, how="cross")


def _diagnostics(known: _Known) -> pd.DataFrame:
    """Teachers measured last time, to be measured again."""
    return known.still()[["school_id", "teacher", "subject", "instrument"]].drop_duplicates()


def _active(known: _Known, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of supporters who have not been relieved."""
    supporters = known.data.supporters
    gone = supporters.loc[supporters["last_date"].notna(), "supporter"]
    return rows[~rows["supporter"].isin(gone)]


def _links(known: _Known) -> pd.DataFrame:
    """Who still supports whom."""
    rows = known.still(known.before[known.before["last_date"].isna()])
    return _active(known, rows)[["supporter", "school_id", "teacher", "first_date"]]


def _mentor_plans(known: _Known) -> pd.DataFrame:
    """Whose plans there were."""
    return _active(known, known.still())[["supporter", "school_id", "teacher"]]


def _measures(known: _Known) -> pd.DataFrame:
    """Measures neither done nor dropped, as they stand."""
    kept = [c.name for c in TABLES["measures"].template_columns if c.name not in ("year", "done")]
    return known.before[known.before["state"].isin(OPEN_DEEDS)][kept]


_STRUCTURES: dict[str, Callable[[_Known], pd.DataFrame]] = {
    "results": _results,
    "rating_points": _rating,
    "risk_profile": _risk_profile,
    "risk_verification": _risk_verification,
    "self_analysis": _self_analysis,
    "teacher_diagnostics": _diagnostics,
    "support_links": _links,
    "mentor_centre": _mentor_plans,
    "measures": _measures,
}
"""Table → what is known of its structure; the other tables of a year get a row per school.

Where a school needs several rows and their structure is not known, there are none: the name
beside the code then follows the code that is chosen.
"""

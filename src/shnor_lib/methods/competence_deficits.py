"""Deficits of teachers: found, what was offered, closed or overdue, measured again; courses.

The personal card of S2 (17) follows a deficit from its finding to a second measurement; the same
steps are counted here.
"""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from shnor_lib.methods.as_of import school_year_start
from shnor_lib.methods.competence_pairs import WHO
from shnor_lib.store import Dataset

OFFERS: dict[str, str] = {
    "courses": r"курс|повышени\w* квалификации|программ|стажиров",
    "tutor": r"тьютор|консультац|наставни|куратор",
    "self": r"самообраз|самостоятельн",
}
"""Kind of help → words by which it is known in the free text of «Что предложено»."""
STATES: tuple[str, ...] = ("closed", "open", "overdue")
"""Where a deficit stands on a day: made up; not yet and in time; not yet and past its term."""


def deficit_states(dataset: Dataset, year: int, day: dt.date) -> pd.DataFrame:
    """Deficits a school year had to do with, and where each stands on a day.

    Parameters
    ----------
    dataset
        Tables ``teacher_deficits``, ``teacher_courses``, ``teacher_diagnostics``.
    year
        School year.
    day
        Nothing later counts; a term that ends on the day is not overdue yet.

    Returns
    -------
    DataFrame
        Rows found by the day and not closed before the year began (1 September): ``school_id``,
        ``teacher``, ``subject``, ``topic``, ``found``, ``offered``, ``due``, ``closed`` (NA when
        later than the day), ``evidence``; ``state`` (:data:`STATES`); ``is_offered``;
        ``by_courses``, ``by_tutor``, ``by_self``, ``by_other`` (words of the offer,
        :data:`OFFERS`); ``new`` (found in the year); ``course`` (date of a course of the same
        teacher on the same topic, not before the deficit was found); ``remeasured`` (date of the
        first diagnosis after it was found, in its subject; in any when the row names none).
    """
    now, start = pd.Timestamp(day), pd.Timestamp(school_year_start(year))
    rows = dataset.teacher_deficits
    rows = rows[(rows["found"] <= now).fillna(value=False)]
    closed = rows["closed"].where(rows["closed"] <= now)
    rows = rows.assign(closed=closed)[~(closed < start).fillna(value=False).to_numpy(dtype=bool)]
    names = [*WHO, "subject", "topic", "found", "offered", "due", "closed", "evidence"]
    rows = rows[names].sort_values([*WHO, "found", "topic"], ignore_index=True)
    late = (rows["closed"].isna() & (rows["due"] < now)).fillna(value=False)
    state = pd.Series("open", index=rows.index).mask(late, "overdue")
    rows["state"] = state.mask(rows["closed"].notna(), "closed").astype("string")
    said = rows["offered"].fillna("").str.strip().str.lower()
    rows["is_offered"] = (said != "").astype(bool)
    known = pd.Series(False, index=rows.index)
    for kind, words in OFFERS.items():
        rows[f"by_{kind}"] = said.str.contains(words, regex=True).astype(bool)
        known |= rows[f"by_{kind}"]
    rows["by_other"] = rows["is_offered"] & ~known
    rows["new"] = (rows["found"] >= start).astype(bool)
    rows["course"] = _course(rows, dataset.teacher_courses, now)
    rows["remeasured"] = _remeasured(rows, dataset.teacher_diagnostics, now)
    return rows


def courses_of(dataset: Dataset, year: int, day: dt.date) -> pd.DataFrame:
    """Courses that ended in a school year up to a day, one row per teacher, programme and date.

    Returns
    -------
    DataFrame
        ``school_id``, ``teacher``, ``programme``, ``provider``, ``hours``, ``date``, ``topic``
        and ``on_deficit``: the row names a deficit it was to make up.
    """
    rows = dataset.teacher_courses
    rows = rows[(rows["year"] == year) & (rows["date"] <= pd.Timestamp(day))]
    rows = rows[[*WHO, "programme", "provider", "hours", "date", "topic"]]
    rows = rows.sort_values([*WHO, "date", "programme"], ignore_index=True)
    return rows.assign(on_deficit=(topic_key(rows["topic"]) != "").astype(bool))


_SPACES = re.compile(r"\s+")


def topic_key(topics: pd.Series) -> pd.Series:
    """Topics so that spellings differing in case, spaces, «ё» or a full stop are the same."""
    said = topics.fillna("").astype("string").str.lower().str.replace("ё", "е")
    return said.str.replace(_SPACES, " ", regex=True).str.strip(" .")


def _course(rows: pd.DataFrame, courses: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """First course on the topic after the deficit was found."""
    taken = courses.loc[(courses["date"] <= now) & courses["topic"].notna(), [*WHO, "date"]]
    taken = taken.assign(key=topic_key(courses.loc[taken.index, "topic"]))
    asked = rows[[*WHO, "found"]].assign(key=topic_key(rows["topic"]), row=rows.index)
    return _first_after(asked.merge(taken, on=[*WHO, "key"]), rows, strictly=False)


def _remeasured(rows: pd.DataFrame, tests: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """First measurement with a result after the deficit was found."""
    scored = tests["subject_score"].notna() | tests["method_score"].notna()
    held = tests.loc[(tests["date"] <= now) & scored, [*WHO, "subject", "date"]]
    asked = rows[[*WHO, "subject", "found"]].assign(row=rows.index)
    both = asked.merge(held, on=WHO, suffixes=("", "_held"))
    both = both[both["subject"].isna() | (both["subject"] == both["subject_held"])]
    return _first_after(both, rows, strictly=True)


def _first_after(both: pd.DataFrame, rows: pd.DataFrame, *, strictly: bool) -> pd.Series:
    after = both["date"] > both["found"] if strictly else both["date"] >= both["found"]
    first = both[after.fillna(value=False).to_numpy(dtype=bool)].groupby("row")["date"].min()
    return first.reindex(rows.index).astype("datetime64[us]")

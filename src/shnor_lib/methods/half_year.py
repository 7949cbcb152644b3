"""A half of the school year, and the data as they were known when it ended.

S0 8.1 asks for the analysis of effectiveness «не реже 2 раз в год»: here on 31 December and on
31 August. What is said on 31 December must not know what came later, however late it is written
down: no results of that spring, no measure done in May.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from shnor_lib.methods.as_of import as_of, school_year_end
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

SPRING_TABLES: tuple[str, ...] = (
    "results", "score_distribution", "journal_comparison", "task_results", "planned_results",
    "result_sources", "rating_points", "context_general", "context_education",
)  # fmt: skip
"""Tables whose rows of a year come with its spring: results and what is made from them."""
COMPLETIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "measures": ("done", ("evidence",)),
    "recommendations": ("done", ("evidence",)),
    "interviews": ("done", ()),
    "tutor_point": ("done", ("in_time", "mark")),
    "teacher_deficits": ("closed", ("evidence",)),
}
"""Table → day on which a row was completed, and what is known only since."""
YEAR_TOTALS: dict[str, tuple[str, ...]] = {
    "support_links": ("reports", "feedback", "feedback_n"),
    "mentor_centre": ("done", "in_time", "feedback", "feedback_n"),
}
"""Table → sums over the whole school year without a day: not known in its middle."""


@dataclass(frozen=True, order=True)
class HalfYear:
    """One half of a school year.

    Parameters
    ----------
    year
        Calendar year in which the school year ends.
    half
        1: 1 September to 31 December; 2: 1 January to 31 August.

    Examples
    --------
    >>> HalfYear(2026, 1).last_day, HalfYear(2026, 1).previous, HalfYear(2026, 2).list_year
    (datetime.date(2025, 12, 31), HalfYear(year=2025, half=2), 2026)
    """

    year: int
    half: int

    def __post_init__(self) -> None:
        if self.half not in (1, 2):
            raise ValueError("half is 1 or 2")

    @property
    def last_day(self) -> dt.date:
        """31 December or 31 August."""
        return dt.date(self.year - 1, 12, 31) if self.half == 1 else school_year_end(self.year)

    @property
    def list_year(self) -> int:
        """Year of the latest list and the latest results known on the last day."""
        return self.year - 1 if self.half == 1 else self.year

    @property
    def due_year(self) -> int:
        """Year of the list by which support of this school year was given."""
        return self.year - 1

    @property
    def previous(self) -> HalfYear:
        """The half before."""
        return HalfYear(self.year - 1, 2) if self.half == 1 else HalfYear(self.year, 1)

    def day(self, dataset: Dataset, settings_date: dt.date | None = None) -> dt.date:
        """The day the half is seen from: its last, or the day of the data if that is earlier."""
        return min(self.last_day, as_of(dataset, settings_date, year=self.year))


def known_on(dataset: Dataset, half: HalfYear, day: dt.date) -> Dataset:
    """The data as they were known on a day of a half.

    Parameters
    ----------
    dataset
        Tidy tables; later years may be there.
    half
        Says which results are known.
    day
        Not later than the half's last day.

    Returns
    -------
    Dataset
        Without results after ``half.list_year``, without rows dated later than ``day``; what was
        completed later is not completed (a measure is «in work»). In the first half also without
        sums over the whole school year, and without the state of what is marked as done on an
        unknown day: whether that was before 31 December nobody has said.
    """
    today = pd.Timestamp(day)
    frames: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        frame = table.until(dataset.tables[name], half.year)
        if name in SPRING_TABLES:
            frame = frame[frame["year"] <= half.list_year]
        since = table.year_from or table.since
        if since and name != "events":
            frame = frame[~(frame[since] > today).fillna(value=False)]
        if name in COMPLETIONS:
            frame = _as_completed(frame, *COMPLETIONS[name], today, half)
        if half.half == 1 and name in YEAR_TOTALS:
            own = (frame["year"] == half.year).fillna(value=False)
            frame = frame.assign(
                **{column: frame[column].mask(own) for column in YEAR_TOTALS[name]}
            )
        frames[name] = frame.reset_index(drop=True)
    return dataset.replace(faults=None, **frames)


def _as_completed(
    frame: pd.DataFrame, completed: str, also: tuple[str, ...], today: pd.Timestamp, half: HalfYear
) -> pd.DataFrame:
    later = (frame[completed] > today).fillna(value=False)
    found = frame.assign(**{name: frame[name].mask(later) for name in (completed, *also)})
    if "state" not in frame:
        return found
    state = frame["state"].mask(later, "in_work")
    if half.half == 1:
        undated = (frame["state"] == "done") & frame[completed].isna()
        own = (frame["year"] == half.year).fillna(value=False)
        state = state.mask((undated & own).fillna(value=False))
    return found.assign(state=state)

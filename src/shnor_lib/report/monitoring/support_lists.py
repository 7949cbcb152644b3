"""Which schools help in a school year was meant for, and which the year itself has listed."""

from __future__ import annotations

from dataclasses import dataclass

from shnor_lib.methods.identification import Identification
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring.lists import of_year
from shnor_lib.store import Dataset


@dataclass(frozen=True)
class SupportLists:
    """Lists a year of support is seen against.

    Attributes
    ----------
    due
        Schools help in the year was meant for: those of the list the year began with, made of the
        results of the year before; without such a list, those of the year's own.
    due_year
        The year whose list that is.
    now
        Schools of the year's own list: it appears when the year is over.
    before
        Schools of the list the year before began with; none when there was no such list.
    """

    due: tuple[str, ...]
    due_year: int
    now: tuple[str, ...]
    before: tuple[str, ...]
    year: int

    @property
    def own(self) -> bool:
        """Whether there was no list of the year before and the year's own stands in."""
        return self.due_year == self.year

    @property
    def due_words(self) -> str:
        """«школ списка 2024/25 учебного года» without the noun: «списка 2024/25 учебного года»."""
        return f"списка {school_year(self.due_year)} учебного года"


def list_years(data: Dataset, year: int) -> list[int]:
    """Status years to ask for: the year and the two before it, where there are data."""
    return [each for each in (year - 2, year - 1, year) if each == year or each in data.years]


def support_lists(found: Identification, year: int) -> SupportLists:
    """Both lists of a year.

    Parameters
    ----------
    found
        With statuses of ``year`` and, if there are data, of the two years before.
    year
        School year of the support.
    """
    now = _listed(found, year)
    due_year = year - 1 if year - 1 in found.years else year
    before = _listed(found, year - 2) if year - 2 in found.years else ()
    return SupportLists(_listed(found, due_year), due_year, now, before, year)


def _listed(found: Identification, year: int) -> tuple[str, ...]:
    rows = of_year(found.statuses, year)
    return tuple(sorted(str(key) for key in rows.loc[rows["status"].isin(LISTED), "school_id"]))

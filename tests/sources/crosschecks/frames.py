"""Small joined tables for the cross-checks; all names are invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.project import Calendar
from shnor_lib.sources.crosschecks import Finding, Joined
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import CELLS_COLUMNS
from tests.methods.builders import result, table

USED = ("schools", "results", "social_passport", "staff", "rating_points")
"""Tables the cross-checks look at."""

Rows = Iterable[Mapping[str, Any]]


def joined(*, calendar: Calendar | None = None, **rows: Rows) -> Joined:
    """Joined tables of plain rows; «n» and «total» stand in column G of their sheets."""
    tables = {name: table(name, rows.get(name, ())) for name in USED}
    places = [(f"{name}.xlsx", "Лист", column, "G") for name in USED for column in ("n", "total")]
    cells = pd.DataFrame(places, columns=list(CELLS_COLUMNS), dtype="string")
    return Joined(tables, Letters(cells), calendar or Calendar())


def passport(school: str, year: int, total: int | None, **more: Any) -> dict[str, Any]:
    """A row of the social passport."""
    return {"school_id": school, "year": year, "total": total, **more}


def work(school: str, year: int, n: int, **more: Any) -> dict[str, Any]:
    """A result nobody wonders about: a tenth of «2», a tenth of «5»."""
    return result(school, year, n, n // 10, n // 10, **more)


def schools_of(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """School and year of every finding."""
    return sorted((str(one.row["school_id"]), int(one.row["year"])) for one in findings)


def only(findings: Iterable[Finding]) -> Finding:
    """The one finding."""
    (found,) = findings
    return found

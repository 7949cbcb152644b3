"""Small data sets and rule sets for the method tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.ruleset import RuleSet
from shnor_lib.project import Calendar
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

NO_CALENDAR = Calendar()
"""Everything was held, every year in spring."""

SOURCE = {"document": "Вымышленный порядок", "standing": "решение пользователя"}


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a tidy table; columns not given are missing."""
    empty = TABLES[name].empty()
    rows = list(rows)
    if not rows:
        return empty
    places = [
        {"source_file": f"{name}.xlsx", "source_sheet": "Лист", "source_row": number, **row}
        for number, row in enumerate(rows, start=2)
    ]
    return pd.DataFrame(places).reindex(columns=empty.columns).astype(empty.dtypes.to_dict())


def result(
    school: str,
    year: int,
    n: int,
    low: int | None,
    high: int | None,
    *,
    procedure: str = "vpr",
    grade: int = 5,
    subject: str = "математика",
    season: str = "spring",
    good: int = 0,
) -> dict[str, Any]:
    """One result row; ``good`` is the number of marks «4»."""
    row = {
        "school_id": school, "year": year, "season": season, "procedure": procedure,
        "grade": grade, "subject": subject, "n": n, "n_low": low, "n_high": high,
    }  # fmt: skip
    if procedure != "ege" and low is not None and high is not None:
        row |= {"n2": low, "n5": high, "n4": good, "n3": n - low - high - good}
    return row


def dataset(
    results: Iterable[Mapping[str, Any]] = (),
    *,
    schools: Iterable[Mapping[str, Any]] = (),
    social: Iterable[Mapping[str, Any]] = (),
    staff: Iterable[Mapping[str, Any]] = (),
    points: Iterable[Mapping[str, Any]] = (),
) -> Dataset:
    """A data set from plain rows."""
    return Dataset(
        results=table("results", results),
        schools=table("schools", schools),
        social_passport=table("social_passport", social),
        staff=table("staff", staff),
        rating_points=table("rating_points", points),
    )


def results_ruleset(
    *, threshold: float = 0.2, years: int = 2, scopes: list[dict[str, Any]] | None = None,
    criterion: Mapping[str, Any] | None = None, decision: Mapping[str, Any] | None = None,
    **switches: Any,
) -> RuleSet:  # fmt: skip
    """A rule set with one results criterion and the given switch values."""
    return RuleSet.model_validate(
        {
            "id": "test",
            "title": "Проверка",
            "source": SOURCE,
            "switches": {
                name: {"value": value, "options": [value], "question": "?"}
                for name, value in switches.items()
            },
            "criteria": [
                {
                    "id": "results",
                    "kind": "results_share",
                    "title": "Результаты",
                    "status_for": "low_results",
                    "scopes": scopes or [{"procedure": "vpr"}],
                    "low": {"threshold": threshold},
                    "years": years,
                    "source": SOURCE,
                    **(criterion or {}),
                }
            ],
            "decision": decision or {},
        }
    )


def status_of(statuses: pd.DataFrame, school: str, year: int) -> str:
    """The one status of a school in a year."""
    rows = statuses[(statuses["school_id"] == school) & (statuses["year"] == year)]
    assert len(rows) == 1
    return str(rows["status"].iloc[0])

"""The regulation's indicator of the second monitoring: listed schools with positive dynamics."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult, municipal_indicator
from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, text
from shnor_lib.report.charts import positive_share
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring.dynamics_pairs import NOTHING, has_past
from shnor_lib.report.words import SURE


def of_listed(
    change: DynamicsResult, found: Identification, year: int, *, listed_in: int
) -> pd.DataFrame:
    """Verdicts of the schools that were on the list in ``listed_in``."""
    statuses = found.statuses
    listed = statuses.loc[
        (statuses["year"] == listed_in) & statuses["status"].isin(LISTED), "school_id"
    ]
    schools = change.schools
    return schools[(schools["year"] == year) & schools["school_id"].isin(listed)]


def positive_row(schools: pd.DataFrame, year: int) -> dict[str, Any]:
    """Share of schools with positive dynamics among those with something comparable.

    Returns
    -------
    dict
        year, n_schools, n_positive, share_positive, low, high (95 % Wilson interval) as a row
        of ``DynamicsResult.summary``.
    """
    rows = municipal_indicator(schools[schools["year"] == year]).to_dict("records")
    if rows:
        return cast(dict[str, Any], rows[0])
    nothing = dict.fromkeys(("share_positive", "low", "high"))
    return {"year": year, "n_schools": 0, "n_positive": 0, **nothing}


def previous_year(found: Identification, year: int) -> int | None:
    """The status year before ``year``; None if there is none."""
    return max((y for y in found.years if y < year), default=None)


def support_sentence(change: DynamicsResult, found: Identification, year: int, before: int) -> str:
    """Share of the schools listed in ``before`` that have positive dynamics in ``year``."""
    schools = of_listed(change, found, year, listed_in=before)
    row = positive_row(schools, year)
    who = f"Из школ, которые были в списке в{fmt.NBSP}{school_year(before)} учебном году"
    if not row["n_schools"]:
        return f"{who}, ни одну нельзя сравнить с прошлым годом."
    return (
        f"{who}, положительная динамика у{fmt.NBSP}**{fmt.of(row['n_positive'], row['n_schools'])}** "
        f"({fmt.percent(row['share_positive'])}; {SURE} "
        f"{fmt.interval(row['low'], row['high'])})."
    )


def support_text(change: DynamicsResult, found: Identification, year: int) -> Text:
    """The regulation's indicator: share of listed schools with positive dynamics."""
    if not has_past(change, year):
        return text(NOTHING)
    before = previous_year(found, year)
    blocks = []
    if before is None:
        blocks.append("Списка прошлого года нет: показатель рассчитать не для кого.")
    else:
        blocks.append(support_sentence(change, found, year, before))
        row = positive_row(of_listed(change, found, year, listed_in=before), year)
        if row["n_schools"] and row["n_schools"] < 10:
            blocks.append(
                f"Школ всего {fmt.number(row['n_schools'])}, поэтому интервал широк: по одному "
                "году нельзя сказать, растёт этот показатель или падает."
            )
    now = positive_row(of_listed(change, found, year, listed_in=year), year)
    if now["n_schools"]:
        blocks.append(
            f"Для школ, которые в списке в{fmt.NBSP}{school_year(year)} учебном году, — "
            f"{fmt.of(now['n_positive'], now['n_schools'])} ({fmt.percent(now['share_positive'])}). "
            "Этот показатель всегда смещён вниз: в список попадают как раз те, у кого год вышел "
            "неудачным."
        )
    return text(*blocks)


def support_chart(change: DynamicsResult, found: Identification) -> Chart | None:
    """Share of the previous year's listed schools with positive dynamics, by year."""
    rows = []
    for year in sorted({int(y) for y in change.schools["year"].unique()}):
        before = previous_year(found, year)
        if before is not None:
            rows.append(positive_row(of_listed(change, found, year, listed_in=before), year))
    summary = pd.DataFrame(rows)
    if summary.empty or not (summary["n_schools"] > 0).any():
        return None
    return positive_share(summary)

"""Who is not on the list and why: risk zone, insufficient data."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import (
    school_year,
)
from shnor_lib.report.monitoring.lists import (
    listed_frame,
)
from shnor_lib.store import Dataset

ROWS = 40


def risk_zone_table(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Schools in the risk zone and what is beyond the threshold in the latest year."""
    table = listed_frame(found.statuses, year, data.schools, links, codes=("risk_zone",))
    rows = found.criteria
    rows = rows[(rows["year"] == year) & rows["beyond_latest"].fillna(value=False).astype(bool)]
    titles = {c.id: fmt.nice(c.title) for c in found.ruleset.criteria if c.counts}
    rows = rows[rows["criterion"].isin(titles)]
    beyond = rows.groupby("school_id")["criterion"].agg(
        lambda keys: "; ".join(titles[str(key)] for key in keys)
    )
    table["beyond"] = [beyond.get(key, "") for key in table["school_id"]]
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("beyond", "За порогом в этом году"),
            Col("confidence", "Насколько надёжно", "confidence"),
        ],
        caption=f"Зона риска, {school_year(year)} учебный год",
        most=most,
        nouns=("школы", "школ"),
        empty="В зоне риска нет ни одной школы.",
    )


def insufficient_table(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Schools that cannot be judged, and why."""
    table = listed_frame(found.statuses, year, data.schools, links, codes=("insufficient",))
    rows = found.criteria
    rows = rows[
        (rows["year"] == year)
        & rows["criterion"].isin(found.ruleset.counting("low_results"))
        & rows["school_id"].isin(table["school_id"])
    ]
    few = set(rows.loc[rows["outcome"] == "few", "school_id"])
    minimum = found.ruleset.switch_value("min_participants")
    table["why"] = [
        f"участников меньше {fmt.number(minimum)} в одном из нужных лет"
        if key in few
        else "нет результатов за нужные годы"
        for key in table["school_id"]
    ]
    return capped(
        table,
        [Col("name", "Школа", "link", href="href"), Col("why", "Почему судить нельзя")],
        caption=f"Недостаточно данных, {school_year(year)} учебный год",
        most=most,
        nouns=("школы", "школ"),
        empty="Школ, о которых нельзя судить, нет.",
    )

"""Formal status and confidence side by side: how much of the list may be chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, text
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import (
    CONFIDENCE,
    LISTED,
    STATUS,
)
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
    of_year,
    school_links,
)


def confidence_table(found: Identification, year: int) -> DataTable:
    """Formal status against statistical confidence: number of schools in each cell."""
    rows = of_year(found.statuses, year)
    rows = rows[rows["status"] != "excluded"]
    lines: list[dict[str, Any]] = []
    for code in STATUS:
        own = rows.loc[rows["status"] == code, "confidence"]
        if len(own):
            counts = {name: int((own == name).sum()) for name in CONFIDENCE}
            lines.append({"status": code, **counts, "total": len(own)})
    columns = [
        Col("status", "Формальный статус", "status"),
        *[Col(code, title.capitalize(), "int") for code, title in CONFIDENCE.items()],
        Col("total", "Всего школ", "int"),
    ]
    frame = pd.DataFrame(lines, columns=["status", *CONFIDENCE, "total"])
    return DataTable(frame, columns, caption="Формальный статус и надёжность вывода, число школ")


def confidence_text(
    found: Identification, year: int, names: Mapping[str, str], links: Mapping[str, str]
) -> Text:
    """What formal outcome and confidence together mean this year."""
    rows = of_year(found.statuses, year)
    listed = rows[rows["status"].isin(LISTED)]
    if listed.empty:
        return text("В списке никого нет, поэтому о надёжности статусов говорить не приходится.")
    sure = listed[listed["confidence"] == "certain"]
    weak = listed[listed["confidence"] == "borderline"]
    blocks = [
        f"Формально в списке {fmt.count_phrase(len(listed), *SCHOOLS)}. "
        + (
            f"Уверенно можно говорить о {fmt.number(len(sure))} из них: "
            f"{school_links(sure['school_id'], names, links)}."
            if len(sure)
            else "Ни об одной из них нельзя сказать «уверенно»."
        )
    ]
    if len(weak):
        blocks.append(
            f"На границе — {fmt.count_phrase(len(weak), *SCHOOLS)}: "
            f"{school_links(weak['school_id'], names, links)}. Прежде чем принимать решение, стоит "
            "поговорить со школой и посмотреть, сколько учеников стоит за каждой долей."
        )
    return text(*blocks)

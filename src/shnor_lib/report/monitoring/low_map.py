"""Map of the shares of low results: schools by subject."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, text
from shnor_lib.report.charts import share_map
from shnor_lib.report.charts.base import safe, school_labels
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import (
    STATUS,
    unit_label,
)
from shnor_lib.report.monitoring.lists import (
    natural,
    of_year,
    plain_name,
)
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES

MAP_ROWS, MAP_COLUMNS = 30, 6


def low_share_map(
    found: Identification, data: Dataset, year: int, names: Mapping[str, str]
) -> Chart | Text:
    """Map of the shares of low results: schools by subject, those on the list first."""
    rows = data.results
    rows = rows[(rows["year"] == year) & rows["n_low"].notna() & (rows["n"] > 0)]
    if rows.empty:
        return text("Результатов оценочных процедур за этот год нет.")
    pooled = rows.groupby(["school_id", "procedure", "subject"], observed=True, as_index=False)[
        ["n", "n_low"]
    ].sum()
    columns = _map_columns(pooled)
    chosen_units = list(columns)
    pooled["unit"] = list(zip(pooled["procedure"], pooled["subject"], strict=True))
    n_units = pooled["unit"].nunique()
    pooled = pooled[pooled["unit"].isin(chosen_units)]
    pooled["column"] = pooled["unit"].map(lambda unit: unit_label(unit[0], None, unit[1]))
    status = of_year(found.statuses, year).set_index("school_id")["status"]
    gravity = {code: i for i, code in enumerate(("both", "low_results", "difficult", *STATUS))}
    schools = sorted(
        pooled["school_id"].unique(),
        key=lambda key: (gravity.get(str(status.get(key)), 99), natural(names.get(key, key)), key),
    )
    chosen = schools[:MAP_ROWS]
    plain = {key: plain_name(names.get(key, key)) for key in chosen}
    labels = school_labels(chosen, plain)
    cells = pooled[pooled["school_id"].isin(chosen)].assign(row=pooled["school_id"].map(labels))
    chart = share_map(
        cells,
        what="доля низких результатов",
        rows=[labels[key] for key in chosen],
        columns=[unit_label(procedure, None, subject) for procedure, subject in columns],
    )
    caption = "Сначала школы из списка."
    if len(schools) > MAP_ROWS:
        total = fmt.count_of(len(schools), "школы", "школ")
        caption += f" Показаны первые {MAP_ROWS} из{fmt.NBSP}{total}."
    if n_units > len(columns):
        caption += (
            f" Столбцов {fmt.number(len(columns))} из{fmt.NBSP}{fmt.number(n_units)}: сначала "
            "русский язык (рус.) и математика (мат., на ЕГЭ — профильная)."
        )
    figure = chart.spec()
    # Two short lines stand side by side even on a phone; the whole name is in the hover text.
    figure["layout"]["xaxis"] |= {
        "ticktext": list(columns.values()),
        "tickangle": 0,
        "tickfont": {"size": 10},
    }
    return Chart(figure, chart.alt, caption)


def _map_columns(pooled: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Subjects of the map → short label: Russian and maths first, then the most written."""
    written = pooled.groupby(["procedure", "subject"], observed=True)["n"].sum()
    order = {code: i for i, code in enumerate(PROCEDURES)}

    def key(unit: tuple[str, str]) -> tuple[int, int, float]:
        procedure, subject = unit
        main = {"русский язык": 0, "математика": 1, "математика (профильная)": 1}.get(subject, 2)
        return (main == 2, order.get(procedure, 9) if main < 2 else 0, main - written[unit] / 1e9)

    units = sorted([(str(p), str(s)) for p, s in written.index], key=key)[:MAP_COLUMNS]
    return {
        (
            procedure,
            subject,
        ): f"{safe(PROCEDURES.get(procedure, procedure))}<br>{safe(subject[:3])}."
        for procedure, subject in units
    }

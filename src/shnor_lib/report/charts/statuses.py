"""Charts of the identification: how many schools have which status, and who when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import of, safe, school_labels, spec, whole_axis, year_axis
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import LISTED, STATUS, school_year
from shnor_lib.report.theme import STATUS_COLOURS

_STACK = ("both", "low_results", "difficult", "risk_zone", "insufficient", "excluded", "none")


def status_counts(statuses: pd.DataFrame) -> Chart:
    """Stacked columns: number of schools with each status by year.

    Parameters
    ----------
    statuses
        ``Identification.statuses``: school_id, year, status.
    """
    counts = (
        statuses.groupby(["year", "status"], observed=True).size().unstack(fill_value=0)
        if len(statuses)
        else pd.DataFrame()
    )
    years = [int(year) for year in counts.index]
    totals = counts.sum(axis=1)
    largest = int(totals.max()) if years else 0
    data = []
    for status in _STACK:
        if status not in counts or not counts[status].any():
            continue
        values = [int(value) for value in counts[status]]
        data.append(
            {
                "type": "bar",
                "name": STATUS[status],
                "x": years,
                "y": values,
                # a figure in a sliver of a bar cannot be read
                "text": [str(v) if v >= largest * 0.045 and v else "" for v in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": "#FFFFFF" if status != "risk_zone" else "#1F2933"},
                "hovertext": [
                    f"{school_year(year)}<br>{STATUS[status]}: {of(value, total)} "
                    f"({fmt.percent(value / total)})"
                    for year, value, total in zip(years, values, totals, strict=True)
                ],
                "hoverinfo": "text",
                "marker": {"color": STATUS_COLOURS[status]},
            }
        )
    layout = {
        "barmode": "stack",
        "xaxis": year_axis(years),
        "yaxis": whole_axis("школ", largest),
        "legend": {"traceorder": "normal"},
    }
    parts = []
    for year in years:
        listed = sum(int(counts[code][year]) for code in LISTED if code in counts)
        parts.append(f"{school_year(year)} — {of(listed, totals[year])}")
    alt = "Число школ с каждым статусом по годам. В списке: " + "; ".join(parts) + "."
    return Chart(spec(data, layout, 360), alt if parts else "Статусов ещё нет.")


def status_timeline(
    statuses: pd.DataFrame,
    names: Mapping[str, str],
    *,
    only_listed: bool = True,
    most: int = 60,
) -> Chart:
    """Which status every school had in every year: a row per school, a cell per year.

    Parameters
    ----------
    statuses
        ``Identification.statuses``.
    names
        School's id → name.
    only_listed
        Leave out schools that were never on the list or in the risk zone.
    most
        Schools shown at most, those listed in most years first.
    """
    table = statuses.pivot(index="school_id", columns="year", values="status")
    codes = list(STATUS)
    listed = table.isin(LISTED)
    if only_listed:
        table = table[listed.any(axis=1) | table.isin(["risk_zone"]).any(axis=1)]
    weight = listed.loc[table.index].sum(axis=1) + table.isin(["risk_zone"]).sum(axis=1) / 100
    order = sorted(table.index, key=lambda key: (-weight[key], names.get(key, key)))
    left_out = max(len(order) - most, 0)
    table = table.loc[order[:most]]
    years = [int(year) for year in table.columns]
    z: list[list[int | None]] = []
    hover: list[list[str]] = []
    for school, row in zip(table.index, table.itertuples(index=False), strict=True):
        z.append([codes.index(str(value)) if str(value) in codes else None for value in row])
        hover.append(
            [
                f"{safe(names.get(school, school))}<br>{school_year(year)}: "
                + (STATUS.get(str(value), fmt.NO_DATA))
                for year, value in zip(years, row, strict=True)
            ]
        )
    steps: list[list[Any]] = []
    for position, code in enumerate(codes):
        steps += [
            [position / len(codes), STATUS_COLOURS[code]],
            [(position + 1) / len(codes), STATUS_COLOURS[code]],
        ]
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "x": years,
            "y": list(range(len(table))),
            "z": z,
            "zmin": -0.5,
            "zmax": len(codes) - 0.5,
            "colorscale": steps,
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
            "hovertext": hover,
            "hoverinfo": "text",
        }
    ]
    # a heat map has no legend of its own
    data += [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": STATUS[code],
            "marker": {"symbol": "square", "size": 12, "color": STATUS_COLOURS[code]},
        }
        for code in codes
        if table.isin([code]).to_numpy().any()
    ]
    layout = {
        "xaxis": year_axis(years, side="top"),
        "yaxis": {
            "tickvals": list(range(len(table))),
            "ticktext": [safe(each) for each in school_labels(list(table.index), names).values()],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
    }
    shown = fmt.count_phrase(len(table), "школа", "школы", "школ")
    alt = f"Статусы школ по годам: {shown}, {fmt.count_phrase(len(years), 'год', 'года', 'лет')}."
    caption = (
        f"Показаны {fmt.number(most)} школ, чаще всего бывавших в списке; ещё "
        f"{fmt.count_phrase(left_out, 'школа', 'школы', 'школ')} — в таблице."
        if left_out
        else ""
    )
    return Chart(spec(data, layout, 170 + 26 * max(len(table), 1)), alt, caption)

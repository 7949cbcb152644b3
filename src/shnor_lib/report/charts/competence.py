"""Charts of teachers' competence: levels by subject, dynamics with intervals, the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
    year_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import school_year
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import ACCENT, LIMIT, OTHERS, SERIES

LEVELS: dict[str, tuple[str, str]] = {
    "low": ("низкий", "#D55E00"),
    "middle": ("средний", "#EFC084"),
    "high": ("высокий", "#2A9D78"),
}
"""Level → name, colour: a diverging scale, the low one warm."""
_TEACHERS = ("учитель", "учителя", "учителей")


def level_bars(rows: Rows, label: str) -> Chart:
    """Shares of teachers by level, one bar per row; widths are per cent, n stands in the label.

    Parameters
    ----------
    rows
        Of :func:`shnor_lib.methods.competence_groups.levels_by`, in the order of the chart; rows
        without numbers are left out.
    label
        Column with the row's name.
    """
    shown = [row for row in records(rows) if row["low"] is not None]
    if not shown:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [_label(row, label) for row in shown]
    data: list[Spec] = []
    for code, (name, colour) in LEVELS.items():
        shares = [row[code] / row["n"] for row in shown]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [hundred(value) for value in shares],
                "y": list(range(len(shown))),
                "width": 0.26,
                # a figure in a sliver of a bar cannot be read
                "text": [fmt.number(row[code]) if value >= 0.06 else "" for row, value in zip(shown, shares, strict=True)],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": "#1F2933" if code == "middle" else "#FFFFFF"},
                "hovertext": [
                    f"{safe(row[label])}<br>{name} уровень: {fmt.percent(value)} "
                    f"({fmt.of(row[code], row['n'])})"
                    for row, value in zip(shown, shares, strict=True)
                ],
                "hoverinfo": "text",
                "marker": {"color": colour},
            }
        )  # fmt: skip
    layout = {
        "barmode": "stack",
        "xaxis": percent_axis("учителей", range=[0, 100]),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "legend": {"traceorder": "normal"},
        "margin": {"l": 8},
    }
    told = "; ".join(
        f"{fmt.one_line(row[label])} — низкий у {fmt.percent(row['share_low'])} "
        f"({fmt.of(row['low'], row['n'])})"
        for row in shown[:SAID_AT_MOST]
    )
    alt = f"Уровни компетенций учителей: {told}{and_more(len(shown))}."
    caption = "В столбце — число учителей, в скобках — сколько их всего."
    return Chart(spec(data, layout, rows_height(labels, each=50, extra=170)), alt, caption)


def _label(row: Row, label: str) -> str:
    return row_label(f"{fmt.one_line(row[label])} ({fmt.count_phrase(row['n'], *_TEACHERS)})")


def better_points(rows: Rows, label: str, *, whole: Mapping[str, object] | None = None) -> Chart:
    """Share of teachers whose second result is better, with its interval, one point per row.

    Parameters
    ----------
    rows
        Of :func:`shnor_lib.methods.competence_groups.dynamics_by`; rows without numbers are left
        out.
    label
        Column with the row's name.
    whole
        The same of all teachers together; drawn as a line.
    """
    shown = [row for row in records(rows) if row["share"] is not None]
    if not shown:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [_label(row, label) for row in shown]
    values = [hundred(row["share"]) for row in shown]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": list(range(len(shown))),
            "marker": {"size": 10, "color": ACCENT},
            "error_x": error_bars(
                values,
                [hundred(row["ci_low"]) for row in shown],
                [hundred(row["ci_high"]) for row in shown],
                color=OTHERS,
            ),
            "hovertext": [
                f"{safe(row[label])}<br>лучше {fmt.percent(row['share'])} "
                f"({fmt.of(row['better'], row['n'])})<br>с вероятностью 95{fmt.NNBSP}% "
                f"{fmt.interval(row['ci_low'], row['ci_high'])}"
                for row in shown
            ],
            "hoverinfo": "text",
            "showlegend": False,
        }
    ]
    shapes = []
    caption = "Точка — доля учителей, чей второй результат лучше; отрезок — 95-процентный интервал."
    if whole is not None and whole["share"] is not None:
        place = hundred(whole["share"])
        shapes.append(
            {
                "type": "line", "xref": "x", "x0": place, "x1": place, "yref": "paper",
                "y0": 0, "y1": 1, "line": {"color": LIMIT, "width": 1.5, "dash": "dash"},
            }
        )  # fmt: skip
        caption += (
            f" Пунктир — все учителя, измеренные дважды: {fmt.percent(whole['share'])} "
            f"({fmt.of(whole['better'], whole['n'])})."
        )
    layout = {
        "xaxis": percent_axis("учителей со вторым результатом лучше", range=[0, 102]),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "shapes": shapes,
        "margin": {"l": 8},
    }
    told = "; ".join(
        f"{fmt.one_line(row[label])} — {fmt.percent(row['share'])} "
        f"({fmt.of(row['better'], row['n'])})"
        for row in shown[:SAID_AT_MOST]
    )
    alt = f"Доля учителей, чей второй результат лучше: {told}{and_more(len(shown))}."
    return Chart(spec(data, layout, rows_height(labels, each=44, extra=130)), alt, caption)


def year_lines(rows: Rows) -> Chart:
    """Share of low levels and share of those who did better, by year, with intervals.

    Parameters
    ----------
    rows
        Of :func:`shnor_lib.methods.competence_contrast.competence_years`.
    """
    known = records(rows)
    shown = [
        row for row in known if row["share_low"] is not None or row["share_better"] is not None
    ]
    if not shown:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    years = [int(row["year"]) for row in shown]
    lines: Sequence[tuple[str, str, str, str, str, str, str]] = (
        ("низкий уровень", "share_low", "ci_low", "ci_high", "low", "n", LEVELS["low"][1]),
        ("второй результат лучше", "share_better", "better_low", "better_high", "better",
         "n_pairs", SERIES[0]),
    )  # fmt: skip
    data: list[Spec] = []
    told = []
    for place, (name, share, low, high, top, n, colour) in enumerate(lines):
        own = [row for row in shown if row[share] is not None]
        if not own:
            continue
        values = [hundred(row[share]) for row in own]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [int(row["year"]) for row in own],
                "y": values,
                "line": {"color": colour, "dash": "solid" if not place else "dot"},
                "marker": {"size": 8, "symbol": "circle" if not place else "diamond"},
                "error_y": error_bars(
                    values,
                    [hundred(row[low]) for row in own],
                    [hundred(row[high]) for row in own],
                    color=colour,
                ),
                "hovertext": [
                    f"{school_year(row['year'])}: {name} — {fmt.percent(row[share])} "
                    f"({fmt.of(row[top], row[n])})"
                    for row in own
                ],
                "hoverinfo": "text",
            }
        )
        parts = ", ".join(
            f"{school_year(row['year'])} — {fmt.percent(row[share])} ({fmt.of(row[top], row[n])})"
            for row in own
        )
        told.append(f"{name}: {parts}")
    layout = {
        "xaxis": year_axis(years),
        "yaxis": percent_axis("учителей", range=[0, 102]),
        "legend": {"traceorder": "normal"},
        "showlegend": True,
    }
    return Chart(spec(data, layout, 340), f"По годам. {'; '.join(told)}.")

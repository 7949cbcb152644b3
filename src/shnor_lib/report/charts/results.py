"""Charts of results: share of low results over the years, marks, a map of schools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    limit_label,
    limit_line,
    of,
    percent_axis,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    short,
    spec,
    year_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import SEASONS_SHORT, school_year
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, MARK_COLOURS, OTHERS, SHARE_SCALE

WRITTEN_COLUMNS = 9
"""Up to so many columns a map has its figures written in the cells."""

_SYMBOL = {"spring": "circle", "autumn": "diamond"}


def low_share(
    series: Rows,
    *,
    title: str,
    years: Sequence[int],
    what: str = "доля «2»",
    threshold: float | None = None,
    threshold_label: str = "",
    median: Rows | None = None,
    median_name: str = "медиана школ",
    grades: Rows | None = None,
    breaks: Mapping[int, str] | None = None,
    height: int = 250,
) -> Chart:
    """Share of low results by year with its 95 % interval, for one subject of one school.

    Points are joined only within one season and never across a change of scale; autumn
    points are diamonds.

    Parameters
    ----------
    series
        Rows of the school: year, season, n, n_low, share, low, high (shares 0…1).
    title
        Subject.
    years
        Years of the axis.
    what
        Russian: what the share is of.
    threshold, threshold_label
        Line of the rule (share 0…1) and its words.
    median, median_name
        Comparison: year, season, share; and what it is.
    grades
        Rows of single grades shown as small rings: year, season, grade, n, n_low, share.
    breaks
        Year → note (may be empty): the scale changed in this year. The line stands in the
        figure, the note below it: a reader of paper cannot hover.
    height
        Pixels.
    """
    breaks = breaks or {}
    rows = sorted(records(series), key=_when)
    data: list[Spec] = []
    tops = [hundred(row["high"]) or 0 for row in rows]
    if threshold is not None:
        tops.append(threshold * 100)
    if median is not None and len(median):
        peers = sorted(records(median), key=_when)
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": median_name,
                **_joined(peers, breaks),
                "line": {"color": OTHERS, "width": 1.5, "dash": "dot"},
                "marker": {"size": 5, "color": OTHERS},
                "hoverinfo": "text",
                "hovertext": _joined_texts(
                    peers,
                    breaks,
                    lambda row: f"{median_name}: {fmt.percent(row['share'])}",
                ),
            }
        )
        tops += [hundred(row["share"]) or 0 for row in peers]
    if grades is not None and len(grades):
        single = records(grades)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "отдельные классы",
                "x": [int(row["year"]) for row in single],
                "y": [hundred(row["share"]) for row in single],
                "marker": {"size": 6, "color": ACCENT, "symbol": "circle-open", "opacity": 0.7},
                "hoverinfo": "text",
                "hovertext": [
                    f"{int(row['grade'])} класс: "
                    f"{fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})"
                    for row in single
                ],
            }
        )
        tops += [hundred(row["share"]) or 0 for row in single]
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "showlegend": False,
            **_joined(rows, breaks),
            "line": {"color": ACCENT, "width": 2},
            "hoverinfo": "skip",
        }
    )
    values = [hundred(row["share"]) for row in rows]
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "школа",
            # half a point at zero is not a point
            "cliponaxis": False,
            "x": [int(row["year"]) for row in rows],
            "y": values,
            "error_y": error_bars(
                values,
                [hundred(row["low"]) for row in rows],
                [hundred(row["high"]) for row in rows],
                color=ACCENT,
            ),
            "marker": {
                "size": 9,
                "color": ACCENT,
                "symbol": [_SYMBOL.get(str(row["season"]), "circle") for row in rows],
            },
            "hoverinfo": "text",
            "hovertext": [_point_text(row, what) for row in rows],
        }
    )
    shapes = []
    if threshold is not None:
        shapes.append(limit_line(threshold * 100))
    annotations = []
    if threshold is not None and threshold_label:
        annotations.append(limit_label(threshold * 100, threshold_label))
    changed = []
    for year, note in sorted(breaks.items()):
        if years and min(years) < year <= max(years):
            changed.append(school_year(year) + (f" — {note}" if note else ""))
            shapes.append(
                {
                    "type": "line",
                    "xref": "x",
                    "x0": year - 0.5,
                    "x1": year - 0.5,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": OTHERS, "width": 1, "dash": "dot"},
                }
            )
            annotations.append(
                {
                    "xref": "x",
                    "x": year - 0.5,
                    "yref": "paper",
                    "y": 1,
                    "yanchor": "top",
                    "xshift": 3,
                    "text": "смена шкалы",
                    "hovertext": safe(note or "смена шкалы"),
                    "font": {"size": 10},
                }
            )
    annotations += [
        {
            "xref": "x",
            "x": int(row["year"]),
            "y": hundred(row["share"]),
            "yanchor": "middle",
            "text": "осень",
            "xshift": 8,
            "font": {"size": 10},
        }
        for row in rows
        if str(row["season"]) == "autumn"
    ]
    top = min(max([*tops, 10]) * 1.12, 104)
    layout = {
        "title": {"text": safe(title)},
        "margin": {"l": 8, "r": 10, "t": 34, "b": 8},
        "xaxis": year_axis(years, room=0.18 * len(years) if threshold_label else 0),
        "yaxis": percent_axis("", range=[0, top]),
        "shapes": shapes,
        "annotations": annotations,
        "legend": {"font": {"size": 11}},
        "showlegend": len(data) > 2,
    }
    said = "; ".join(
        f"{school_year(row['year'])}{SEASONS_SHORT.get(str(row['season']), '')} — "
        f"{fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})"
        for row in rows
    )
    alt = f"{fmt.sentence_case(title)}, {what} по годам: {said}."
    if threshold is not None:
        alt += f" Порог — {fmt.percent(threshold, 0)}."
    caption = ""
    if changed:
        caption = f"Смена шкалы: {'; '.join(changed)}. Результаты до и после неё не сравниваются."
        alt += f" {caption}"
    return Chart(spec(data, layout, height), alt if rows else PLOT_ALT_EMPTY, caption)


def _when(row: Spec) -> tuple[int, bool]:
    """Order in time: a year's programme is written in spring, or in the autumn after it."""
    return int(row["year"]), str(row["season"]) == "autumn"


def _breaks_between(first: Spec, second: Spec, breaks: Mapping[int, str]) -> bool:
    """Whether two neighbouring points must not be joined."""
    if first["season"] != second["season"]:
        return True
    return any(first["year"] < year <= second["year"] for year in breaks)


def _joined(rows: list[Spec], breaks: Mapping[int, str]) -> Spec:
    """Coordinates of a line that is interrupted where points are not comparable."""
    x: list[int | None] = []
    y: list[float | None] = []
    for position, row in enumerate(rows):
        if position and _breaks_between(rows[position - 1], row, breaks):
            x.append(None)
            y.append(None)
        x.append(int(row["year"]))
        y.append(hundred(row["share"]))
    return {"x": x, "y": y}


def _joined_texts(rows: list[Spec], breaks: Mapping[int, str], text: Any) -> list[str]:
    """Hover texts at the places :func:`_joined` gives the points."""
    texts: list[str] = []
    for position, row in enumerate(rows):
        if position and _breaks_between(rows[position - 1], row, breaks):
            texts.append("")
        texts.append(text(row))
    return texts


def _point_text(row: Spec, what: str) -> str:
    season = SEASONS_SHORT.get(str(row["season"]), "")
    return (
        f"{school_year(row['year'])}{season}<br>{what}: {fmt.percent(row['share'])} "
        f"({of(row['n_low'], row['n'])})<br>с вероятностью 95{fmt.NNBSP}% "
        f"{fmt.interval(row['low'], row['high'])}"
    )


def mark_distribution(rows: Rows) -> Chart:
    """Stacked bars of 100 %: which marks the participants got, a bar per row.

    Parameters
    ----------
    rows
        label (Russian), n, n2, n3, n4, n5; rows without marks are left out.
    """
    marks = ("n2", "n3", "n4", "n5")
    items = [row for row in records(rows) if row["n"] and all(row[m] is not None for m in marks)]
    data: list[Spec] = []
    for name, mark in (("n2", "«2»"), ("n3", "«3»"), ("n4", "«4»"), ("n5", "«5»")):
        shares = [row[name] / row["n"] for row in items]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": mark,
                "y": list(range(len(items))),
                "x": [hundred(share) for share in shares],
                "width": 0.45,
                "marker": {"color": MARK_COLOURS[name]},
                "text": [
                    fmt.percent(share, 0).removesuffix(fmt.NNBSP + "%") if share >= 0.07 else ""
                    for share in shares
                ],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {
                    "size": 11,
                    "color": "#FFFFFF" if name in {"n2", "n5"} else "#1F2933",
                },
                "hoverinfo": "text",
                "hovertext": [
                    f"{mark}: {fmt.percent(share)} ({of(row[name], row['n'])})"
                    for row, share in zip(items, shares, strict=True)
                ],
            }
        )
    labels = [
        f"{short(row['label'], 40)} · {fmt.count_phrase(row['n'], 'ученик', 'ученика', 'учеников')}"
        for row in items
    ]
    layout = {
        "barmode": "stack",
        "xaxis": percent_axis("доля участников", range=[0, 100]),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "legend": {"traceorder": "normal"},
    }
    said = "; ".join(
        f"{row['label']}: «2» — {fmt.percent(row['n2'] / row['n'])}, "
        f"«4» и «5» — {fmt.percent((row['n4'] + row['n5']) / row['n'])} "
        f"({fmt.count_phrase(row['n'], 'участник', 'участника', 'участников')})"
        for row in items[:SAID_AT_MOST]
    )
    alt = f"Распределение отметок. {said}{and_more(len(items))}." if items else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, rows_height(labels, each=40)), alt)


def share_map(
    cells: Rows,
    *,
    row_title: str = "",
    what: str = "доля «2»",
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> Chart:
    """Heat map of shares of low results; n stands in the hover text of every cell.

    Parameters
    ----------
    cells
        row (label), column (label), n, n_low. One line per cell; a missing cell stays blank.
    row_title
        Russian: what the rows are.
    what
        Russian: what the share is of.
    rows, columns
        Order of labels; default: as they come.
    """
    found = records(cells)
    order_y = list(rows) if rows is not None else list(dict.fromkeys(c["row"] for c in found))
    order_x = (
        list(columns) if columns is not None else list(dict.fromkeys(c["column"] for c in found))
    )
    place_y = {name: position for position, name in enumerate(order_y)}
    place_x = {name: position for position, name in enumerate(order_x)}
    z: list[list[float | None]] = [[None] * len(order_x) for _ in order_y]
    hover = [[fmt.NO_DATA for _ in order_x] for _ in order_y]
    worst: tuple[float, str] = (-1.0, "")
    for cell in found:
        if cell["row"] not in place_y or cell["column"] not in place_x:
            continue
        if fmt.is_missing(cell["n"]) or fmt.is_missing(cell["n_low"]) or cell["n"] <= 0:
            continue
        share = cell["n_low"] / cell["n"]
        i, j = place_y[cell["row"]], place_x[cell["column"]]
        z[i][j] = hundred(share)
        hover[i][j] = (
            f"{safe(cell['row'])}<br>{safe(cell['column'])}: {fmt.percent(share)} "
            f"({of(cell['n_low'], cell['n'])})"
        )
        if share > worst[0]:
            worst = (share, f"{cell['row']}, {cell['column']}")
    data = [
        {
            "type": "heatmap",
            "x": list(range(len(order_x))),
            "y": list(range(len(order_y))),
            "z": z,
            "texttemplate": "%{z:.0f}" if len(order_x) <= WRITTEN_COLUMNS else "",
            "textfont": {"size": 11},
            "hovertext": hover,
            "hoverinfo": "text",
            "hoverongaps": True,
            "zmin": 0,
            "zmax": 60,
            "colorscale": SHARE_SCALE,
            "xgap": 2,
            "ygap": 2,
            "colorbar": {
                "title": {"text": f"{what}, %", "side": "right", "font": {"size": 11}},
                "thickness": 8,
                "outlinewidth": 0,
            },
            # figures in the cells say more than a scale, and leave the width to the map
            "showscale": len(order_x) > WRITTEN_COLUMNS,
        }
    ]
    layout = {
        "xaxis": {
            "tickvals": list(range(len(order_x))),
            "ticktext": [short(name, 18) for name in order_x],
            "side": "top",
            "showgrid": False,
            "zeroline": False,
            "tickangle": 0 if len(order_x) <= 6 and max(map(len, order_x), default=0) < 9 else -45,
        },
        "yaxis": {
            "title": {"text": row_title},
            "tickvals": list(range(len(order_y))),
            "ticktext": [short(name, 24) for name in order_y],
            "range": [len(order_y) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    }
    alt = (
        f"Карта: {what} — {fmt.count_phrase(len(order_y), 'строка', 'строки', 'строк')}, "
        f"{fmt.count_phrase(len(order_x), 'столбец', 'столбца', 'столбцов')}. "
        f"Наибольшее значение {fmt.percent(worst[0])}: {worst[1]}."
        if worst[0] >= 0
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, 110 + 26 * max(len(order_y), 1)), alt)

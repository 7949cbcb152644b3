"""Charts of the effect of support: what was, what was to be expected, what came."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    hundred,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.effect_words import verdict_words
from shnor_lib.report.labels import school_year
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, OTHERS, VERDICT_COLOURS

DRAWN_AT_MOST = 30
"""Rows of a chart; the table next to it has them all."""
_COLOURS = {
    "shown": VERDICT_COLOURS["positive"],
    "worse": VERDICT_COLOURS["negative"],
    "not_shown": ACCENT,
}
_SYMBOLS = {"shown": "triangle-left", "worse": "triangle-right", "not_shown": "circle"}


def effect_plot(rows: Rows, *, basis: str, names: Mapping[str, str] | None = None) -> Chart:
    """Expected interval, share before and observed share, a row per school.

    Parameters
    ----------
    rows
        ``EffectResult.schools`` of one year (or rows with a column ``label``); drawn with the
        largest improvement beyond expectation first.
    basis
        ``EffectResult.basis``: what verdicts are called.
    names
        School's id → name.
    """
    known = sorted(records(rows), key=lambda row: row["effect"])
    left = len(known) - DRAWN_AT_MOST
    known = known[:DRAWN_AT_MOST]
    titles = [
        str(row["label"])
        if "label" in row
        else (names or {}).get(row["school_id"], row["school_id"])
        for row in known
    ]
    labels = [row_label(title) for title in titles]
    at = list(range(len(known)))
    line_x: list[float | None] = []
    line_y: list[float | None] = []
    for position, row in enumerate(known):
        line_x += [hundred(row["expected_low"]), hundred(row["expected_high"]), None]
        line_y += [position, position, None]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"ожидалось (95{fmt.NNBSP}%)",
            "x": line_x,
            "y": line_y,
            "line": {"color": OTHERS, "width": 9},
            "opacity": 0.55,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "ожидалось, в среднем",
            "x": [hundred(row["expected"]) for row in known],
            "y": at,
            "marker": {"size": 13, "symbol": "line-ns", "line": {"width": 2.5, "color": "#6B7580"}},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "было до сопровождения" if basis == "support" else "было год назад",
            "x": [hundred(row["before"]) for row in known],
            "y": at,
            "marker": {
                "size": 10,
                "symbol": "circle-open",
                "color": "#8A6BBE",
                "line": {"width": 2},
            },
            "hoverinfo": "skip",
        },
    ]
    for verdict, colour in _COLOURS.items():
        chosen = [i for i in at if known[i]["verdict"] == verdict]
        if not chosen:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"стало: {verdict_words(verdict, basis)}",
                "x": [hundred(known[i]["observed"]) for i in chosen],
                "y": chosen,
                "marker": {"size": 11, "color": colour, "symbol": _SYMBOLS[verdict]},
                "hoverinfo": "text",
                "hovertext": [_hover(known[i], titles[i]) for i in chosen],
            }
        )
    layout: Spec = {
        "xaxis": percent_axis("доля низких результатов (меньше — лучше)"),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "showlegend": True,
    }
    said = "; ".join(
        f"{title}: было {fmt.percent(row['before'])}, ожидалось {fmt.percent(row['expected'])}, "
        f"стало {fmt.percent(row['observed'])} — {verdict_words(row['verdict'], basis)}"
        for title, row in zip(titles[:SAID_AT_MOST], known[:SAID_AT_MOST], strict=True)
    )
    alt = f"Доля низких результатов. {said}{and_more(len(known))}." if known else PLOT_ALT_EMPTY
    more = fmt.count_phrase(left, "школа", "школы", "школ") if left > 0 else ""
    caption = f"Не показаны ещё {more}: они есть в таблице." if more else ""
    return Chart(spec(data, layout, rows_height(labels, each=42, extra=150)), alt, caption)


def _hover(row: Spec, title: str) -> str:
    return (
        f"{safe(title)}<br>"
        f"до: {fmt.percent(row['before'])} из{fmt.NBSP}{fmt.number(row['n_before'])}<br>"
        f"{school_year(row['year'])}: {fmt.percent(row['observed'])} "
        f"из{fmt.NBSP}{fmt.number(row['n'])}<br>"
        f"ожидалось: {fmt.percent(row['expected'])} "
        f"({fmt.interval(row['expected_low'], row['expected_high'], 1)})<br>"
        f"сверх ожидаемого: {fmt.points(row['effect'])}"
    )

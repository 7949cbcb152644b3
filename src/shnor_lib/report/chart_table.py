"""What a chart shows, as a table: for paper without pictures and for readers who cannot see one.

The table is made from the figure itself, so it can say nothing the chart does not: rows are the
places of the category axis, columns are the series, cells are the texts shown on hovering
(which carry n and the interval) or, where there are none, the figures.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt

ROWS = 60
"""Rows shown at most."""
_TAG = re.compile(r"<[^>]*>")


def chart_table(spec: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a figure's data; both empty when it shows none.

    Parameters
    ----------
    spec
        ``Chart.spec()``: ``data`` and ``layout`` as plain values.

    Examples
    --------
    >>> chart_table({"data": [{"type": "bar", "name": "школ", "x": [2025], "y": [3]}],
    ...     "layout": {"xaxis": {"tickvals": [2025], "ticktext": ["2024/25"]}}})
    (['', 'школ'], [['2024/25', '3']])
    """
    layout = spec.get("layout", {})
    traces = [trace for trace in spec.get("data", []) if _shown(trace)]
    maps = [trace for trace in traces if trace.get("type") == "heatmap"]
    if maps:
        return _map_table(maps[0], layout)
    sideways = bool(_labels_above(layout)) or any(t.get("orientation") == "h" for t in traces)
    axis, values = ("y", "x") if sideways else ("x", "y")
    names = _axis_names(layout, axis)
    columns: list[str] = []
    order: dict[str, list[float]] = {}
    cells: dict[tuple[str, str], list[str]] = {}
    for trace in traces:
        name = _plain(trace.get("name") or _title(layout, values) or "значение")
        found = False
        for at, value, text in _points(trace, axis, values):
            row, words = _row(at, text, names)
            cell = _words(words, row, name) or _figure(value)
            order.setdefault(row, []).append(at if isinstance(at, int | float) else len(order))
            cells.setdefault((row, name), []).append(cell)
            found = True
        if found and name not in columns:
            columns.append(name)
    rows = sorted(order, key=lambda row: min(order[row]))
    table = [
        [row, *["; ".join(cells.get((row, name), [fmt.DASH])) for name in columns]] for row in rows
    ]
    return (["" if sideways else _title(layout, axis), *columns], table) if table else ([], [])


def chart_markdown(spec: Mapping[str, Any], caption: str) -> str:
    """The table of a figure as a Pandoc pipe table; empty when there is nothing to show."""
    head, rows = chart_table(spec)
    if not rows:
        return ""
    if len(rows) > ROWS:
        total = fmt.count_of(len(rows), "строки", "строк")
        caption = f"{caption} (показаны первые {fmt.number(ROWS)} из{fmt.NBSP}{total})"
    lines = [_line(head), "|" + ":---|" * len(head), *map(_line, rows[:ROWS])]
    return "\n".join([*lines, "", f": {fmt.escape_md(caption)}"])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(fmt.escape_md(cell, "") for cell in cells) + " |"


def _shown(trace: Mapping[str, Any]) -> bool:
    """Lines that join points and marks made for the legend say nothing of their own."""
    if trace.get("type") == "heatmap":
        return True
    values = [v for v in (trace.get("x") or []) if v is not None]
    if not values:
        return False
    return not (trace.get("mode") == "lines" and trace.get("hoverinfo") == "skip")


def _points(trace: Mapping[str, Any], axis: str, values: str) -> list[tuple[Any, Any, str]]:
    texts = trace.get("hovertext")
    at, value = trace.get(axis) or [], trace.get(values) or []
    if not isinstance(texts, list):
        texts = [texts or ""] * len(at)
    return [
        (a, v, str(t or ""))
        for a, v, t in zip(at, value, texts, strict=False)
        if a is not None and v is not None
    ]


def _row(at: Any, text: str, names: Mapping[float, str]) -> tuple[str, str]:
    """Name of a point's row, and what remains of its hover text."""
    if isinstance(at, int | float) and float(at) in names:
        return names[float(at)], text
    first, _, rest = text.partition("<br>")
    if rest:
        return _plain(first), rest
    return (_figure(at) if isinstance(at, int | float) else _plain(at)), text


def _words(text: str, row: str, name: str) -> str:
    """A hover text without what the row and the column already say."""
    lines = [_plain(line) for line in text.split("<br>")]
    kept = []
    for line in lines:
        if not line or line == row or (len(line) > 3 and row.startswith(line.rstrip("…"))):
            continue
        kept.append(line.removeprefix(f"{name}: "))
    return ", ".join(kept)


def _map_table(
    trace: Mapping[str, Any], layout: Mapping[str, Any]
) -> tuple[list[str], list[list[str]]]:
    xs, ys = list(trace.get("x") or []), list(trace.get("y") or [])
    names_x, names_y = _axis_names(layout, "x"), _axis_names(layout, "y")
    texts, hover, z = trace.get("text"), trace.get("hovertext"), trace.get("z") or []
    rows = []
    for i, y in enumerate(ys):
        cells = []
        for j, _ in enumerate(xs):
            if isinstance(texts, list):
                cells.append(_plain(texts[i][j]))
            elif isinstance(hover, list):
                last = _plain(str(hover[i][j]).rpartition("<br>")[2])
                cells.append(last.rpartition(": ")[2])
            else:
                cells.append(_figure(z[i][j]))
        rows.append([_name(y, names_y), *cells])
    return (["", *[_name(x, names_x) for x in xs]], rows) if rows and xs else ([], [])


def _name(at: Any, names: Mapping[float, str]) -> str:
    if isinstance(at, int | float):
        return names.get(float(at)) or _figure(at)
    return _plain(at)


def _axis_names(layout: Mapping[str, Any], axis: str) -> dict[float, str]:
    """Position → name: ticks of the axis, or the labels that stand above the rows."""
    own = layout.get(f"{axis}axis") or {}
    pairs = zip(own.get("tickvals") or [], own.get("ticktext") or [], strict=False)
    names = {float(at): _plain(name) for at, name in pairs if isinstance(at, int | float)}
    return names or (_labels_above(layout) if axis == "y" else {})


def _labels_above(layout: Mapping[str, Any]) -> dict[float, str]:
    """Labels made by ``charts.base.rows_above``: where they start is left to the theme."""
    return {
        float(note["y"]): _plain(note.get("text"))
        for note in layout.get("annotations") or []
        if "x" not in note and isinstance(note.get("y"), int | float)
    }


def _title(layout: Mapping[str, Any], axis: str) -> str:
    title = (layout.get(f"{axis}axis") or {}).get("title") or ""
    return _plain(title.get("text", "") if isinstance(title, Mapping) else title)


def _figure(value: Any) -> str:
    return fmt.number(value) if isinstance(value, int | float) else _plain(value)


def _plain(value: Any) -> str:
    """Text of a figure without plotly's few tags."""
    text = str("" if value is None else value).replace("<br>", " ")
    return fmt.one_line(html.unescape(_TAG.sub("", text)), "")

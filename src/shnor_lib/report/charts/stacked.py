"""Stacked bars by row and by month, marks of feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
    whole_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import ACCENT

GOOD, LATE, NEUTRAL, OPEN = "#2A9D78", "#D55E00", "#3B7DD8", "#B9BEC5"
"""Done in time; done late; done, nobody said when; not done."""

BAR = 0.34
"""Width of a horizontal bar, in rows."""

Parts = Mapping[str, tuple[str, str]]
"""Column with a number → its name in the legend, its colour."""

MONTHS: tuple[str, ...] = (
    "сен", "окт", "ноя", "дек", "янв", "фев", "мар", "апр", "май", "июн", "июл", "авг",
)  # fmt: skip
"""Months of a school year."""


def stacked_rows(
    rows: Rows,
    parts: Parts,
    *,
    label: str,
    axis: str,
    what: str,
    most: int = 25,
    nouns: tuple[str, str] = ("строки", "строк"),
) -> Chart:
    """Horizontal bars made of parts, a row each.

    Parameters
    ----------
    rows
        Have the columns of ``parts`` and the name of the row in ``label``.
    parts
        What a bar is made of, from the left.
    label
        Column with the row's name.
    axis
        Russian: what is counted, in the genitive: «обращений».
    what
        Russian: what the chart is, before the numbers.
    most
        Rows drawn at most.
    nouns
        What the rows are, in the genitive, singular and plural.
    """
    known = records(rows)
    shown = known[:most]
    if not shown:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row[label]) for row in shown]
    largest = max(_total(row, parts) for row in shown)
    layout = {
        "barmode": "stack",
        "xaxis": whole_axis(axis, largest),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels, bar=BAR),
        "legend": {"traceorder": "normal"},
        "showlegend": True,
        "margin": {"l": 8},
    }
    data = _bars(shown, parts, largest, across=True, names=[safe(row[label]) for row in shown])
    told = "; ".join(
        f"{fmt.one_line(row[label])} — {_said(row, parts)}" for row in shown[:SAID_AT_MOST]
    )
    caption = ""
    if len(known) > most:
        total = fmt.count_of(len(known), *nouns)
        caption = f"Показаны первые {fmt.number(most)} из{fmt.NBSP}{total}; остальные — в таблице."
    alt = f"{what}: {told}{and_more(len(shown))}."
    return Chart(spec(data, layout, rows_height(labels, each=50, extra=170)), alt, caption)


def month_bars(rows: Rows, parts: Parts, *, axis: str, what: str) -> Chart:
    """Vertical bars made of parts, one per month of the school year (September first).

    Parameters
    ----------
    rows
        ``month`` (1…12) and the columns of ``parts``.
    parts, axis, what
        As for :func:`stacked_rows`.
    """
    found = {int(row["month"]): row for row in records(rows)}
    if not found:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    nothing: Row = dict.fromkeys(parts, 0)
    months = [found.get((place + 8) % 12 + 1, nothing) for place in range(12)]
    largest = max(_total(row, parts) for row in months)
    layout = {
        "barmode": "stack",
        "xaxis": {
            "tickvals": list(range(12)),
            "ticktext": list(MONTHS),
            "range": [-0.6, 11.6],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": whole_axis(axis, largest),
        "legend": {"traceorder": "normal"},
        "showlegend": True,
        "margin": {"b": 76},
    }
    data = _bars(months, parts, largest, across=False, names=MONTHS)
    told = "; ".join(
        f"{name} — {_said(row, parts)}"
        for name, row in zip(MONTHS, months, strict=True)
        if _total(row, parts)
    )
    return Chart(spec(data, layout, 340), f"{what}: {told}.")


def mark_bars(counts: Mapping[int, int], *, what: str) -> Chart:
    """How many answers gave which mark.

    Parameters
    ----------
    counts
        Mark 1…5 → number of answers.
    what
        Russian: what the chart is, before the numbers.
    """
    total = sum(counts.values())
    if not total:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    marks = list(range(1, 6))
    values = [counts.get(mark, 0) for mark in marks]
    forms = ("отзыв", "отзыва", "отзывов")
    data: list[Spec] = [
        {
            "type": "bar",
            "x": marks,
            "y": values,
            "width": 0.6,
            "marker": {"color": ACCENT},
            "text": [str(n) if n else "" for n in values],
            "textposition": "outside",
            "cliponaxis": False,
            "hoverinfo": "text",
            "hovertext": [
                f"оценка {mark}: {fmt.count_phrase(n, *forms)} ({fmt.percent(n / total)})"
                for mark, n in zip(marks, values, strict=True)
            ],
        }
    ]
    layout = {
        "xaxis": {
            "title": {"text": "оценка"},
            "tickvals": marks,
            "range": [0.4, 5.6],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {**whole_axis("отзывов", max(values)), "range": [0, max(values) * 1.18]},
        "showlegend": False,
    }
    told = "; ".join(
        f"«{mark}» — {fmt.number(n)}" for mark, n in zip(marks, values, strict=True) if n
    )
    return Chart(spec(data, layout, 280), f"{what}: {told} (всего {fmt.number(total)}).")


def _total(row: Mapping[str, Any], parts: Parts) -> int:
    return sum(_whole(row, code) for code in parts)


def _whole(row: Mapping[str, Any], code: str) -> int:
    return 0 if fmt.is_missing(row[code]) else int(row[code])


def _of(part: int, whole: int) -> str:
    return fmt.of(part, whole) if whole else "нет"


def _said(row: Mapping[str, Any], parts: Parts) -> str:
    named = [(name, _whole(row, code)) for code, (name, _) in parts.items()]
    return ", ".join(f"{name} {fmt.number(n)}" for name, n in named if n) or "0"


def _bars(
    rows: Sequence[Mapping[str, Any]],
    parts: Parts,
    largest: int,
    *,
    across: bool,
    names: Sequence[str],
) -> list[Spec]:
    """One trace per part that any row has; a figure in a sliver of a bar is left out."""
    data: list[Spec] = []
    places = list(range(len(rows)))
    for code, (name, colour) in parts.items():
        values = [_whole(row, code) for row in rows]
        if not any(values):
            continue
        data.append(
            {
                "type": "bar",
                "name": name,
                "x": values if across else places,
                "y": places if across else values,
                **({"orientation": "h", "width": BAR} if across else {}),
                "text": [str(n) if n and n >= largest * 0.05 else "" for n in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": "#1F2933" if colour == OPEN else "#FFFFFF"},
                "hoverinfo": "text",
                "hovertext": [
                    f"{row_name}<br>{name}: {_of(n, _total(row, parts))}"
                    for row_name, n, row in zip(names, values, rows, strict=True)
                ],
                "marker": {"color": colour},
            }
        )
    return data

"""What all charts share: axes, hover texts, labels that stay readable on a phone.

Charts are plain plotly dictionaries wrapped into :class:`~shnor_lib.report.display.Chart`
together with the sentence that replaces them. Coordinates of shares are per cent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.format import of as of
from shnor_lib.report.theme import LIMIT

Spec = dict[str, Any]

PERCENT_SUFFIX = fmt.NNBSP + "%"


SAID_AT_MOST = 6
"""Rows a chart's words name one by one; the table next to it has them all."""


def and_more(count: int) -> str:
    """What the words add when a chart has more rows than they name."""
    rest = count - SAID_AT_MOST
    if rest <= 0:
        return ""
    return f"; и ещё {fmt.count_phrase(rest, 'строка', 'строки', 'строк')}"


def safe(value: Any) -> str:
    """Text from data for plotly, which reads a few HTML tags in its texts."""
    return html.escape(fmt.one_line(value), quote=False)


def short(value: Any, width: int = 46) -> str:
    """Text for a label, cut at a word's end if it is longer than ``width``."""
    shown = fmt.one_line(value)
    if len(shown) <= width:
        return safe(shown)
    cut = shown[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:«(—")
    return safe(cut) + "…"


_SETTLEMENT = re.compile(r"\b(?:с|п|пос|д|дер|х|ст|г)\. ?")


def school_labels(ids: Sequence[str], names: Mapping[str, str], width: int = 20) -> dict[str, str]:
    """School's id → its name cut to ``width`` characters for an axis; no two are the same.

    The kind of settlement is left out: the beginning of its name tells more. Two schools of one
    name are told apart by their ids; schools no cut tells apart are called by their ids.
    """
    shown = [_SETTLEMENT.sub("", names.get(key, key)) for key in ids]
    labels = {
        key: name if shown.count(name) == 1 else f"{key} {name}"
        for key, name in zip(ids, shown, strict=True)
    }
    cut = {
        key: name if len(name) <= width else name[: width - 1].rstrip() + "…"
        for key, name in labels.items()
    }
    return cut if len(set(cut.values())) == len(cut) else {key: key for key in ids}


def hundred(share: Any) -> float | None:
    """A share 0…1 in per cent for a coordinate; None stays None."""
    return None if fmt.is_missing(share) else round(float(share) * 100, 2)


def percent_axis(title: str, **more: Any) -> Spec:
    """Axis in per cent from zero."""
    return {
        "title": {"text": title},
        "ticksuffix": PERCENT_SUFFIX,
        "rangemode": "tozero",
        "nticks": 6,
        **more,
    }


def whole_axis(title: str, largest: float, **more: Any) -> Spec:
    """Axis of whole numbers from zero: no half schools on its ticks."""
    step = 1
    for candidate in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        step = candidate
        if largest / candidate <= 6:
            break
    return {
        "title": {"text": title},
        "dtick": step,
        "range": [0, max(largest, 1) * 1.08],
        **more,
    }


def year_axis(years: Sequence[int], *, room: float = 0, **more: Any) -> Spec:
    """Axis of school years; every year has its tick, also one without data.

    ``room``: free space after the last year (in years) for the words of a threshold.
    """
    from shnor_lib.report.labels import school_year

    return {
        "tickvals": list(years),
        "ticktext": [school_year(year) for year in years],
        "range": [min(years) - 0.5, max(years) + 0.5 + room] if years else None,
        "tickfont": {"size": 11},
        "showgrid": False,
        "zeroline": False,
        **more,
    }


def error_bars(
    values: Iterable[Any], lows: Iterable[Any], highs: Iterable[Any], **more: Any
) -> Spec:
    """Asymmetric error bars; a point without an interval gets none."""
    up, down = [], []
    for value, low, high in zip(values, lows, highs, strict=True):
        known = not any(fmt.is_missing(x) for x in (value, low, high))
        up.append(round(max(high - value, 0), 2) if known else None)
        down.append(round(max(value - low, 0), 2) if known else None)
    return {
        "array": up,
        "arrayminus": down,
        "thickness": 1.5,
        "width": 4,
        **more,
    }


LABEL_WIDTH = 46
"""Characters of a label that fit the width of a phone."""


def rows_above(labels: Sequence[str], *, bar: float = 0) -> list[Spec]:
    """Labels that stand above their bars, from the left edge: long names fit a phone.

    The theme says that they start at the left edge. Row 0 is the top one; use together with :func:`rows_axis` and :func:`rows_height`.
    ``bar``: how wide a bar is, in rows; the label stands on its upper edge.
    """
    return [
        {
            "y": position - bar / 2 if bar else position,
            **({} if bar else {"yshift": 9}),
            "text": text,
            **({"align": "left"} if "<br>" in text else {}),
        }
        for position, text in enumerate(labels)
    ]


def row_label(value: Any) -> str:
    """A row's label in one line or two; the rest is cut."""
    return wrapped(value, LABEL_WIDTH, 2)


def _two_lines(labels: Sequence[str]) -> bool:
    return any("<br>" in text for text in labels)


def rows_axis(labels: Sequence[str]) -> Spec:
    """Vertical axis for :func:`rows_above`."""
    return {
        "range": [len(labels) - 0.55, -1.0 if _two_lines(labels) else -0.85],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "tickvals": [],
    }


def rows_height(labels: Sequence[str], *, each: int = 38, extra: int = 104) -> int:
    """Height of a chart with labelled rows, in pixels; two-line labels need more."""
    return extra + (each + 14 if _two_lines(labels) else each) * max(len(labels), 1)


def limit_line(value: float, *, axis: str = "y") -> Spec:
    """A threshold across the whole plot as a shape; its words: :func:`limit_label`."""
    along = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": value, "y1": value}
    if axis == "x":
        along = {"yref": "paper", "y0": 0, "y1": 1, "xref": "x", "x0": value, "x1": value}
    return {"type": "line", **along, "line": {"color": LIMIT, "width": 1.5, "dash": "dash"}}


def limit_label(value: float, label: str) -> Spec:
    """Words of a horizontal threshold, above its right end."""
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "yref": "y",
        "y": value,
        "yanchor": "bottom",
        "text": label,
        "font": {"size": 11, "color": LIMIT},
    }


def wrapped(value: Any, width: int = 16, lines: int = 3) -> str:
    """Text of a label broken into short lines."""
    import textwrap

    found = textwrap.wrap(fmt.one_line(value), width)
    shown = [safe(line) for line in found[:lines]]
    if len(found) > lines:
        shown[-1] += "…"
    return "<br>".join(shown)


def spec(data: list[Spec], layout: Spec, height: int) -> Spec:
    """The figure; entries of ``layout`` that are None are left out."""
    kept = {key: value for key, value in layout.items() if value is not None}
    return {"data": data, "layout": {"height": height, **kept}}

"""What a notebook cell or a page shows: a chart and a table, each in all its forms.

One object serves JupyterLab, the site and documents: it carries HTML, the plotly JSON for
JupyterLab, and Markdown for print (of a chart, the table of its data: the build puts a picture in
its place when it can draw one). A chart's JSON for the site is without the
template (the site's script applies the light or the dark one) and without binary arrays, in
sorted keys: the same figure gives the same bytes.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from shnor_lib.report import exports
from shnor_lib.report import format as fmt
from shnor_lib.report.chart_table import chart_markdown
from shnor_lib.report.labels import CONFIDENCE, OUTCOME, STATUS, VERDICT, label, school_year
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import template_dict
from shnor_lib.tables import PROCEDURES, SEASONS

if TYPE_CHECKING:
    import plotly.graph_objects as go

PLOT_ALT_EMPTY = "Данных для диаграммы нет."
"""Words of a chart without data."""

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "locale": "ru",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}
"""Plotly configuration for JupyterLab; the site's script uses the same values."""


_AS_IT_IS = frozenset({str, int, bool, type(None)})
"""Types of most values of a figure; JSON has them too."""


def plain(value: Any) -> Any:
    """A figure's value as plain JSON: lists, six significant digits, null for missing."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        if not math.isfinite(value):
            return None
        short = float(f"{value:.6g}")
        return int(short) if short.is_integer() else short
    if kind is list or kind is tuple:
        return [item if type(item) in _AS_IT_IS else plain(item) for item in value]
    if kind is dict or isinstance(value, Mapping):
        if "bdata" in value and "dtype" in value:
            return plain(_decode(value))
        return {
            str(key): item if type(item) in _AS_IT_IS else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if fmt.is_missing(value) else str(value)


def _decode(spec: Mapping[str, Any]) -> list[Any]:
    """Values of plotly's base64 typed array."""
    array = np.frombuffer(base64.b64decode(spec["bdata"]), dtype=np.dtype(spec["dtype"]))
    if "shape" in spec:
        array = array.reshape([int(size) for size in str(spec["shape"]).split(",")])
    values: list[Any] = array.tolist()
    return values


_UNSAFE = re.compile(r"<(?=[/!a-z])(?!br>|b>|/b>)|(?<=\{)<|[&`\u2028\u2029]", re.IGNORECASE)


def html_json(value: Any) -> str:
    """JSON that may stand inside a ``script`` element and inside a Quarto page.

    Any ``<`` that could open or close an element, start a comment or a short code (``{{<``) is
    written as an escape; plotly's own ``<br>`` stays short.
    """
    dumped = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", dumped)


@dataclass(frozen=True)
class Chart:
    """A plotly figure with the words that replace it.

    Parameters
    ----------
    figure
        A plotly figure, or its plain ``{"data": …, "layout": …}`` (as :mod:`.charts` makes it:
        building plotly objects costs more than all the rest of a school's page).
    alt
        Russian: what is to be seen, in words; read aloud, and shown without JavaScript.
    caption
        Russian line under the chart; plain text.
    """

    figure: go.Figure | Mapping[str, Any] | Chart
    alt: str
    caption: str = ""

    def spec(self) -> dict[str, Any]:
        """The figure as plain data without its template."""
        if isinstance(self.figure, Chart):
            return self.figure.spec()
        raw = self.figure if isinstance(self.figure, Mapping) else self.figure.to_dict()
        whole = plain(raw)
        layout = dict(whole.get("layout", {}))
        layout.pop("template", None)
        return {"data": whole.get("data", []), "layout": layout}

    def to_figure(self) -> go.Figure:
        """The figure as a plotly object with the template of this package, to go on with."""
        import plotly.graph_objects as go

        figure = go.Figure(self.spec())
        figure.update_layout(template=template_dict("light"))
        return figure

    def html(self) -> str:
        """The chart for the site: ``charts.js`` draws it; without scripts its words show."""
        spec = self.spec()
        height = int(spec["layout"].get("height") or 360)
        alt = fmt.escape(self.alt)
        box = (
            f'<div class="shnor-chart" role="img" aria-label="{alt}" style="min-height:{height}px">'
            f'<script type="application/json">{html_json(spec)}</script></div>'
        )
        caption = f"<figcaption>{fmt.escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure class="shnor-figure">{box}{caption}</figure>'

    def markdown(self) -> str:
        """The chart in words and its data as a table, for a medium without pictures."""
        table = chart_markdown(self.spec(), self.caption or first_sentence(self.alt))
        said = [fmt.escape_md(text) for text in (self.alt, self.caption) if text]
        return "\n\n".join([*said, table] if table else said)

    def _for_lab(self) -> dict[str, Any]:
        spec = self.spec()
        layout = {**spec["layout"], "template": template_dict("light")}
        return {"data": spec["data"], "layout": layout, "config": CONFIG}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        del include, exclude
        return {
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.alt,
            "application/vnd.plotly.v1+json": self._for_lab(),
        }


def first_sentence(text: str) -> str:
    """What a chart is, without the numbers that follow: a caption where there is none.

    Examples
    --------
    >>> first_sentence("Места школ в рейтинге с интервалами. Эта школа: место 3.")
    'Места школ в рейтинге с интервалами'
    """
    return re.split(r"(?:\.|:|;)\s", text, maxsplit=1)[0].rstrip(" .:;")


ColKind = Literal[
    "text", "int", "decimal", "percent", "points", "year",
    "status", "confidence", "outcome", "verdict", "procedure", "season", "link", "html",
]  # fmt: skip


WIDE = 8
"""From more columns than this a table is set in smaller type."""


@dataclass(frozen=True)
class Col:
    """One column of a shown table.

    Parameters
    ----------
    name
        Column of the frame.
    title
        Russian heading.
    kind
        How its values are written: ``percent`` and ``points`` take shares 0…1; ``year`` a
        closing year; ``status``, ``confidence``, ``outcome``, ``verdict``, ``procedure`` and
        ``season`` take codes; ``link`` takes text and finds its address in column ``href``;
        ``html`` takes trusted HTML made by this package (its plain text in ``order``).
    help
        Russian explanation shown on the heading.
    href
        Column with the relative address, for ``link``.
    order
        Column by which the table is sorted instead of the shown value.
    digits
        Decimals of ``decimal``, ``percent`` and ``points``.
    missing
        What a missing value means, in words; empty when the caption says it.
    filter
        The site offers a drop-down of this column's values (sortable tables only).
    """

    name: str
    title: str
    kind: ColKind = "text"
    help: str = ""
    href: str = ""
    order: str = ""
    digits: int = 1
    missing: str = fmt.NO_DATA
    filter: bool = False

    @property
    def numeric(self) -> bool:
        """Whether values are aligned to the right and sorted as numbers."""
        return self.kind in {"int", "decimal", "percent", "points"}


_CODES: dict[str, dict[str, str]] = {
    "status": STATUS,
    "confidence": CONFIDENCE,
    "outcome": OUTCOME,
    "verdict": VERDICT,
    "procedure": PROCEDURES,
    "season": SEASONS,
}


_WRITERS: dict[str, Callable[[Any, int], str]] = {
    "int": lambda value, _: fmt.number(value),
    "decimal": fmt.decimal,
    "percent": fmt.percent,
    "points": fmt.points,
    "year": lambda value, _: school_year(value),
}


def badge(status: Any) -> str:
    """HTML badge of a status code."""
    # a school the rules do not cover looks like one that could not be judged
    code = str(status) if str(status) in STATUS and status != "excluded" else "insufficient"
    return f'<span class="shnor-badge status-{code}">{fmt.escape(label(STATUS, status))}</span>'


def _shown(col: Col, value: Any) -> str:
    """The value as plain Russian text; empty string when it is missing."""
    if fmt.is_missing(value) or (isinstance(value, str) and not value.strip()):
        return ""
    if col.kind in _WRITERS:
        return _WRITERS[col.kind](value, col.digits)
    if col.kind in _CODES:
        return label(_CODES[col.kind], value)
    return fmt.one_line(value)


@dataclass(frozen=True)
class DataTable:
    """A frame as an accessible HTML table and as a Markdown table.

    Parameters
    ----------
    frame
        Rows to show, in order: a frame or dictionaries.
    columns
        Columns to show, in order; the first one names the row. Default: all, as text.
    caption
        Russian heading of the table; plain text.
    sortable
        The site's script makes it sortable and filterable.
    empty
        Sentence shown instead of a table with no rows.
    export
        The table is also given as a sheet of the page's Excel workbook.
    """

    frame: Rows
    columns: Sequence[Col] = field(default_factory=tuple)
    caption: str = ""
    sortable: bool = False
    empty: str = "Нет данных."
    export: bool = True

    def _parts(self) -> tuple[Sequence[Col], list[Row]]:
        rows = records(self.frame)
        names = list(rows[0]) if rows else []
        return self.columns or [Col(name, name) for name in names], rows

    def html(self) -> str:
        """The table for pages; alignment and sorting keys are given explicitly."""
        columns, rows = self._parts()
        if not rows:
            return f'<p class="shnor-empty">{fmt.escape(self.empty)}</p>'
        head = "".join(_heading(col) for col in columns)
        body = "".join(
            "<tr>"
            + "".join(_cell(col, row, i == 0, self.sortable) for i, col in enumerate(columns))
            + "</tr>\n"
            for row in rows
        )
        caption = f"<caption>{fmt.escape(self.caption)}</caption>" if self.caption else ""
        kind = "shnor-table sortable" if self.sortable else "shnor-table"
        if len(columns) > WIDE:
            kind += " wide"
        return (
            '<div class="shnor-table-wrap" tabindex="0" role="region"'
            f' aria-label="{fmt.escape(self.caption or "Таблица")}">'
            f'<table class="{kind}" data-quarto-disable-processing="true">{caption}'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>{self._link()}"
        )

    def _link(self) -> str:
        """Link to the workbook of the page being made, if one is gathered."""
        book = exports.current()
        return book.add(self.sheet()) if book is not None and self.export else ""

    def sheet(self) -> exports.Sheet:
        """The table's values for Excel: numbers as numbers, codes in words."""
        columns, rows = self._parts()
        return exports.Sheet(
            self.caption or "Таблица",
            [
                exports.SheetColumn(
                    col.title,
                    col.kind if col.numeric else "text",
                    col.digits,
                    col.help,
                    col.missing,
                )
                for col in columns
            ],
            [[_stored(col, row) for col in columns] for row in rows],
        )

    def markdown(self) -> str:
        """The table as a Pandoc pipe table."""
        columns, rows = self._parts()
        if not rows:
            return fmt.escape_md(self.empty)
        lines = [
            "| " + " | ".join(fmt.escape_md(col.title) for col in columns) + " |",
            "|" + "|".join("---:" if col.numeric else ":---" for col in columns) + "|",
        ]
        for row in rows:
            cells = [_markdown_cell(col, row) for col in columns]
            lines.append("| " + " | ".join(cells) + " |")
        if self.caption:
            lines += ["", f": {fmt.escape_md(self.caption)}"]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        del include, exclude
        bundle: dict[str, Any] = {
            "text/html": _LAB_STYLE + self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.markdown(),
        }
        if self.export and len(self.frame):
            bundle[exports.MIME] = self.sheet().to_json()
        return bundle


# JupyterLab sets all cells of tables to the right; the selector is its own, sites ignore it.
_LAB_STYLE = (
    "<style>.jp-RenderedHTMLCommon .shnor-table :is(th,td):not(.num){text-align:left}"
    ".jp-RenderedHTMLCommon .shnor-table caption{text-align:left;font-weight:600}</style>"
)


def _heading(col: Col) -> str:
    title = f' title="{fmt.escape(col.help)}"' if col.help else ""
    kind = ' class="num"' if col.numeric else ""
    if col.filter:
        kind += ' data-filter="select"'
    return f'<th scope="col"{kind}{title}>{fmt.escape(col.title)}</th>'


def _cell(col: Col, row: dict[str, Any], first: bool, sortable: bool) -> str:
    value = row[col.name]
    shown = _shown(col, value)
    if not shown:
        meaning = fmt.escape(col.missing, "")
        inner = f'<abbr title="{meaning}">{fmt.DASH}</abbr>' if meaning else fmt.DASH
    elif col.kind == "html":
        inner = str(value)
    elif col.kind == "status":
        inner = badge(value)
    elif col.kind == "link" and not fmt.is_missing(row.get(col.href)):
        inner = f'<a href="{fmt.escape(row[col.href])}">{fmt.escape(shown)}</a>'
    else:
        inner = fmt.escape(shown)
    attributes = ' class="num"' if col.numeric else ""
    order = _order(col, row, value) if sortable else None
    if order is not None:
        attributes += f' data-order="{fmt.escape(order, "")}"'
    if first:
        return f'<th scope="row"{attributes}>{inner}</th>'
    return f"<td{attributes}>{inner}</td>"


def _order(col: Col, row: dict[str, Any], value: Any) -> str | None:
    """Sorting key of a cell, or None when the shown text sorts itself."""
    if col.order:
        key = row[col.order]
    elif col.numeric or col.kind == "year":
        key = value
    elif col.kind in _CODES:
        known = list(_CODES[col.kind])
        key = known.index(str(value)) if str(value) in known else len(known)
    else:
        return None
    if fmt.is_missing(key):
        return ""
    return f"{float(key):.6g}" if isinstance(key, int | float | np.number) else str(key)


def _stored(col: Col, row: dict[str, Any]) -> exports.Value:
    """A cell's value for Excel."""
    value = row[col.name]
    if col.kind == "html":
        value = row[col.order] if col.order else ""
    if fmt.is_missing(value):
        return None
    if col.numeric and isinstance(value, int | float | np.number):
        exact = float(value)
        if not math.isfinite(exact):
            return None
        return int(exact) if exact.is_integer() else exact
    return _shown(col, value) or None


def _markdown_cell(col: Col, row: dict[str, Any]) -> str:
    value = row[col.name]
    if col.kind == "html":
        value = row[col.order] if col.order else ""
    shown = _shown(col, value)
    if not shown:
        return fmt.DASH
    if col.kind == "link" and not fmt.is_missing(row.get(col.href)):
        return f"[{fmt.escape_md(shown)}]({fmt.one_line(row[col.href])})"
    return fmt.escape_md(shown)

"""The Markdown that is printed: of an executed notebook, of a page of the site.

Of a notebook's output the form for paper is taken (a picture, else Markdown); on a page, whose
charts and tables are HTML, every chart is replaced by its picture. Where there is no picture the
chart's data stand as a table in its place.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shnor_lib.publish.documents.pictures import CHART
from shnor_lib.publish.notebook_page import (
    CellOptions,
    notebook_to_markdown,
    output_for_site,
)
from shnor_lib.report import format as fmt
from shnor_lib.report.chart_table import ROWS, chart_table
from shnor_lib.report.display import first_sentence

NO_PICTURE = "shnor-nochart"
"""Class of what stands in place of a chart that could not be drawn."""

Save = Callable[[bytes], str]
"""Keeps a picture and gives its address for Pandoc."""


def print_notebook(path: Path, save: Save) -> str:
    """Markdown of an executed notebook for print.

    Parameters
    ----------
    path
        The ``.ipynb`` file.
    save
        Keeps a picture of the notebook; gives the address to print it from.

    Raises
    ------
    ShnorError
        See :func:`~shnor_lib.publish.notebook_page.notebook_to_markdown`.
    """
    return notebook_to_markdown(path, echo=False, show=lambda o, c: _output(o, c, save))


def print_page(text: str, pictures: Mapping[str, str]) -> str:
    """A page's Markdown with every chart replaced by its picture or its table.

    Parameters
    ----------
    text
        Source of the page; charts are raw HTML.
    pictures
        A chart's JSON → address of its picture; without those that could not be drawn.
    """

    def printed(match: Any) -> str:
        alt, figure, caption = (html.unescape(part or "") for part in match.groups())
        # The JSON of a figure is not HTML: what looks like an entity in it is text.
        figure = match.group(2)
        address = pictures.get(figure)
        if address is None:
            return _table_html(json.loads(figure), alt, caption)
        return (
            f'<div class="shnor-fig"><p><img src="{fmt.escape(address)}" alt="{fmt.escape(alt)}"></p>'
            f"<p>{fmt.escape(caption or first_sentence(alt))}</p></div>"
        )

    return CHART.sub(printed, text)


def picture_folder(folder: Path, address: str) -> Save:
    """Keep pictures in ``folder``, named by their bytes; ``address`` is the folder for Pandoc."""

    def save(data: bytes) -> str:
        name = f"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.png"
        target = folder / name
        if not target.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return f"{address}/{name}"

    return save


def _output(output: dict[str, Any], options: CellOptions, save: Save) -> str:
    if output.get("output_type") not in ("display_data", "execute_result"):
        return output_for_site(output, options)
    data = output.get("data") or {}
    page = "".join(data.get("text/html") or "")
    chart = CHART.search(page)
    if "image/png" in data:
        address = save(base64.b64decode("".join(data["image/png"])))
        alt, note = "", ""
        if chart is not None:
            alt, note = html.unescape(chart.group(1)), html.unescape(chart.group(3) or "")
        return _picture(address, alt or options.fig_alt, note, options)
    if "text/markdown" in data:
        text = "".join(data["text/markdown"])
        if chart is not None:
            return f":::: {{.{NO_PICTURE}}}\n{text}\n::::"
        if page.startswith('<div class="callout'):
            return f":::: {{.shnor-box}}\n{text}\n::::"
        return text
    return output_for_site(output, options)


def _picture(address: str, alt: str, note: str, options: CellOptions) -> str:
    """A picture that becomes a numbered figure; a cell's own caption goes around it."""
    image = f"![]({address}){{alt={json.dumps(_attribute(alt), ensure_ascii=False)}}}"
    if options.fig_cap or options.label.startswith("fig-"):
        return f"{image}\n\n::: {{.shnor-note}}\n{fmt.escape_md(note)}\n:::" if note else image
    caption = fmt.escape_md(note or first_sentence(alt), "")
    return f":::: {{.shnor-fig}}\n{image}\n\n{caption}\n::::"


def _attribute(text: str) -> str:
    return fmt.one_line(text, "").replace('"', "″").replace("\\", "")


def _table_html(spec: Mapping[str, Any], alt: str, caption: str) -> str:
    """A chart of a page as its words and a table."""
    head, rows = chart_table(spec)
    if not rows:
        return f'<div class="{NO_PICTURE}"><p>{fmt.escape(alt)}</p></div>'
    title = caption or first_sentence(alt)
    if len(rows) > ROWS:
        total = fmt.count_of(len(rows), "строки", "строк")
        title += f" (показаны первые {fmt.number(ROWS)} из{fmt.NBSP}{total})"
    cells = "".join(f"<th>{fmt.escape(cell, '')}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{fmt.escape(cell, '')}</td>" for cell in row) + "</tr>"
        for row in rows[:ROWS]
    )
    return (
        f'<div class="{NO_PICTURE}"><table><caption>{fmt.escape(title)}</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )

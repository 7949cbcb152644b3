"""Small widgets and pieces of HTML the explorer is put together from."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from shnor_lib.explore.style import chart_output
from shnor_lib.report import format as fmt
from shnor_lib.report.display import Chart


def text_field(description: str) -> Any:
    """A line to type in."""
    return widgets.Text(
        description=description,
        style={"description_width": "90px"},
        layout=widgets.Layout(width="auto", max_width="560px"),
    )


def chart_widget(chart: Chart) -> Any:
    """A chart as a widget."""
    return widgets.Output(outputs=chart_output(chart))


def label(text: str) -> Any:
    """A short heading."""
    return widgets.HTML(f'<span class="shnor-label">{fmt.escape(text)}</span>')


def paragraphs(texts: list[str]) -> str:
    """Texts as paragraphs, escaped; empty ones are left out."""
    return "".join(f"<p>{fmt.escape(text)}</p>" for text in texts if text)


def note(texts: list[str]) -> str:
    """Paragraphs in a quiet colour."""
    return f'<div class="shnor-note">{paragraphs(texts)}</div>'


def problem(text: str) -> str:
    """Why something cannot be done, a paragraph a line."""
    return f'<div class="shnor-problem" role="alert">{paragraphs(text.splitlines())}</div>'

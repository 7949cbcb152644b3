"""The look of all charts: one plotly template, light and dark, and the colours of meaning.

Figures made by :mod:`shnor_lib.report.charts` name only colours that read on both grounds;
everything else (text, grid, ground) comes from the template, which the site's script applies
according to the reader's setting. Colours of statuses and marks are told apart by people with
any colour vision (after Okabe and Ito) and are never the only sign: each also has its name.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

STATUS_COLOURS: dict[str, str] = {
    "low_results": "#D55E00",
    "difficult": "#3B7DD8",
    "both": "#9B3FA5",
    "risk_zone": "#E0A100",
    "none": "#2A9D78",
    "insufficient": "#8E959E",
    "excluded": "#B9BEC5",
}
"""Status code → colour."""

MARK_COLOURS: dict[str, str] = {
    "n2": "#D55E00",
    "n3": "#EFC084",
    "n4": "#8DBFE0",
    "n5": "#2B6CB0",
}
"""Marks «2»…«5» → colour: a diverging scale, the «2» warm."""

VERDICT_COLOURS: dict[str, str] = {
    "positive": "#2A9D78",
    "negative": "#D55E00",
    "no_change": "#8E959E",
    "incomparable": "#B9BEC5",
}
"""Verdict on a change → colour."""

ACCENT = "#3B7DD8"
"""The school (or line) the page is about."""
OTHERS = "#A3A9B1"
"""All the others: visible on both grounds, never in the foreground."""
LIMIT = "#C2410C"
"""Thresholds."""
ON_DARK: dict[str, str] = {LIMIT: "#FDBA74"}
"""Colours of words and lines too dark for a dark ground → what stands there instead."""
SERIES: tuple[str, ...] = ("#3B7DD8", "#D55E00", "#2A9D78", "#9B3FA5", "#E0A100", "#5FA8D3")
"""Colours of series without a meaning of their own."""

SHARE_SCALE: list[list[Any]] = [
    [0.0, "#F3F6F9"],
    [0.2, "#F6D9B8"],
    [0.4, "#EE9F5B"],
    [0.7, "#D55E00"],
    [1.0, "#7A2E00"],
]
"""Colour scale of the share of low results on heat maps."""

FONT = '"PT Sans", "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'

_GROUNDS: dict[str, dict[str, str]] = {
    "light": {
        "text": "#1F2933",
        "muted": "#52606D",
        "grid": "#E1E6EB",
        "ground": "#FFFFFF",
        "veil": "rgba(255,255,255,0.75)",
    },
    "dark": {
        "text": "#E6EAEF",
        "muted": "#A9B4C0",
        "grid": "#39434E",
        "ground": "#1B2129",
        "veil": "rgba(27,33,41,0.75)",
    },
}


def _layout(ground: str) -> dict[str, Any]:
    """Layout part of the template."""
    colours = _GROUNDS[ground]
    axis = {
        "automargin": True,
        "gridcolor": colours["grid"],
        "linecolor": colours["muted"],
        "zerolinecolor": colours["muted"],
        "zerolinewidth": 1,
        "tickcolor": colours["muted"],
        "tickfont": {"color": colours["text"], "size": 12},
        "title": {"font": {"color": colours["muted"], "size": 12}, "standoff": 8},
    }
    return {
        "font": {"family": FONT, "size": 13, "color": colours["text"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(SERIES),
        "separators": ",\u202f",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "hoverlabel": {
            "bgcolor": colours["ground"],
            "bordercolor": colours["muted"],
            "font": {"color": colours["text"], "size": 13, "family": FONT},
            "align": "left",
        },
        # under the plot, whatever its height
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "font": {"color": colours["text"], "size": 12},
        },
        # a small title: of a chart that stands in a row of charts
        "title": {
            "x": 0,
            "xanchor": "left",
            "yref": "container",
            "y": 0.98,
            "yanchor": "top",
            "font": {"size": 14},
        },
        # where a label above its row stands, if a note says nothing else (charts/base.py)
        "annotationdefaults": {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "y",
            "yanchor": "bottom",
            "font": {"color": colours["text"], "size": 12},
            "showarrow": False,
            # labels stand over the grid
            "bgcolor": colours["veil"],
        },
        "xaxis": axis,
        "yaxis": axis,
        "bargap": 0.35,
        "dragmode": False,
        "hovermode": "closest",
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": colours["muted"],
            "activecolor": colours["text"],
        },
        "coloraxis": {"colorbar": {"outlinewidth": 0}},
    }


@cache
def template_dict(ground: str = "light") -> dict[str, Any]:
    """The template as a plain dictionary, ``ground`` light or dark."""
    if ground not in _GROUNDS:
        raise ValueError(f"ground is one of {', '.join(_GROUNDS)}, not {ground!r}")
    return {"layout": _layout(ground)}


def theme_json() -> str:
    """What the site's script needs: ``{"dark": {"layout": …}, "light": …, "onDark": …}``."""
    both: dict[str, Any] = {ground: template_dict(ground) for ground in _GROUNDS}
    both["onDark"] = ON_DARK
    return json.dumps(both, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def register() -> None:
    """Make the templates known to plotly as ``shnor`` and ``shnor_dark``; ``shnor`` is used."""
    import plotly.graph_objects as go
    import plotly.io as pio

    for name, ground in (("shnor", "light"), ("shnor_dark", "dark")):
        pio.templates[name] = go.layout.Template(template_dict(ground))
    pio.templates.default = "shnor"

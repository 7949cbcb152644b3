"""Charts of risks: maps of schools and municipalities by factor, states over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    Spec,
    hundred,
    safe,
    school_labels,
    short,
    spec,
    whole_axis,
    year_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import school_year
from shnor_lib.report.risks.words import FACTOR_SHORT, factor, level, state
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import SHARE_SCALE
from shnor_lib.tables import RISK_FACTORS, RISK_STATES

LEVEL_COLOURS: dict[str, str] = {"high": "#D55E00", "medium": "#F2B872", "low": "#A9C0D6"}
"""Significance → colour; in a map it also has its letter."""
CLOSED_COLOUR = "#B9BEC5"
"""A factor that was rejected or removed."""
STATE_COLOURS: dict[str, str] = {
    "claimed": "#E0A100",
    "confirmed": "#D55E00",
    "in_work": "#3B7DD8",
    "removed": "#2A9D78",
    "rejected": "#B9BEC5",
}
"""Where a factor stands → colour."""

_LETTER = {"low": "Н", "medium": "С", "high": "В"}
_CODES = ("closed", "low", "medium", "high")
_SCALE = [CLOSED_COLOUR, *(LEVEL_COLOURS[code] for code in _CODES[1:])]
_CELL = 26
LETTERS = (
    "В — высокая значимость, С — средняя, Н — низкая, × — отклонён или снят; пусто — в профиле "
    "фактора нет."
)
"""What the letters of a map mean."""


def risk_map(
    cells: Rows, rows: Sequence[str], names: Mapping[str, str], *, caption: str = ""
) -> Chart:
    """Schools by factors: the significance of each, with its letter.

    Parameters
    ----------
    cells
        Rows of ``RiskProfiles.factors`` of one year.
    rows
        Schools in the order of the map.
    names
        School's id → name on the axis.
    caption
        Said before what the letters mean.
    """
    columns = list(RISK_FACTORS)
    found = {(str(c["school_id"]), str(c["factor"])): c for c in records(cells)}
    z: list[list[int | None]] = []
    text: list[list[str]] = []
    hover: list[list[str]] = []
    high = 0
    for school in rows:
        line = [found.get((school, code)) for code in columns]
        kinds = [_kind(cell) for cell in line]
        high += kinds.count("high")
        z.append([None if kind is None else _CODES.index(kind) for kind in kinds])
        text.append([{**_LETTER, "closed": "×"}.get(kind or "", "") for kind in kinds])
        hover.append(
            [
                _hover(names.get(school, school), code, cell)
                for code, cell in zip(columns, line, strict=True)
            ]
        )
    if not rows:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    steps = [[place / 4, colour] for i, colour in enumerate(_SCALE) for place in (i, i + 1)]
    data = [
        {
            "type": "heatmap",
            "x": list(range(len(columns))),
            "y": list(range(len(rows))),
            "z": z,
            "zmin": -0.5,
            "zmax": 3.5,
            "colorscale": steps,
            "showscale": False,
            "text": text,
            "texttemplate": "%{text}",
            "textfont": {"size": 11},
            "hovertext": hover,
            "hoverinfo": "text",
            "hoverongaps": True,
            "xgap": 2,
            "ygap": 2,
        }
    ]
    alt = (
        f"Карта рисков: {fmt.count_phrase(len(rows), 'школа', 'школы', 'школ')}, "
        f"{fmt.count_phrase(len(columns), 'фактор', 'фактора', 'факторов')}; "
        f"высокой значимости — {fmt.number(high)}."
    )
    labels = [safe(each) for each in school_labels(list(rows), names).values()]
    told = " ".join(part for part in (caption, LETTERS) if part)
    return Chart(spec(data, _map_layout(labels), 132 + _CELL * len(rows)), alt, told)


def _kind(cell: Mapping[str, Any] | None) -> str | None:
    """What a cell of the map shows; None where the profile says nothing."""
    if cell is None:
        return None
    if cell["state"] in {"rejected", "removed"}:
        return "closed"
    code = cell["level"]
    return None if fmt.is_missing(code) else str(code)


def _hover(name: str, code: str, cell: Mapping[str, Any] | None) -> str:
    head = f"{safe(name)}<br>{safe(factor(code))}"
    if cell is None:
        return f"{head}: в профиле нет"
    return f"{head}: значимость {level(cell['level'])}, {state(cell['state'])}"


def _map_layout(labels: Sequence[str]) -> Spec:
    return {
        "xaxis": {
            "tickvals": list(range(len(RISK_FACTORS))),
            "ticktext": [FACTOR_SHORT[code] for code in RISK_FACTORS],
            "side": "top",
            "showgrid": False,
            "zeroline": False,
            "tickangle": -90,
            "ticks": "",
            "tickfont": {"size": 11},
        },
        "yaxis": {
            "tickvals": list(range(len(labels))),
            "ticktext": list(labels),
            "range": [len(labels) - 0.5, -0.5],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": 11},
        },
    }


def risk_share_map(cells: Rows, rows: Sequence[str], *, caption: str = "") -> Chart:
    """Municipalities by factors: the share of schools in which the factor is of high significance.

    Parameters
    ----------
    cells
        ``municipality``, ``factor``, ``n_high``, ``n`` (schools with a profile).
    rows
        Municipalities in the order of the map.
    caption
        Russian line under the map.
    """
    found = {(str(c["municipality"]), str(c["factor"])): c for c in records(cells)}
    if not rows:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    z: list[list[float | None]] = []
    hover: list[list[str]] = []
    worst: tuple[float, str] = (-1.0, "")
    for place in rows:
        shares: list[float | None] = []
        texts: list[str] = []
        for code in RISK_FACTORS:
            cell = found.get((place, code))
            n = 0 if cell is None else int(cell["n"])
            if cell is None or not n:
                shares.append(None)
                texts.append(f"{safe(place)}<br>{safe(factor(code))}: {fmt.NO_DATA}")
                continue
            share = int(cell["n_high"]) / n
            shares.append(hundred(share))
            texts.append(
                f"{safe(place)}<br>{safe(factor(code))}: {fmt.percent(share)} "
                f"({fmt.number(cell['n_high'])} из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')})"
            )
            if share > worst[0]:
                worst = (share, f"{place}, {factor(code)}")
        z.append(shares)
        hover.append(texts)
    data = [
        {
            "type": "heatmap",
            "x": list(range(len(RISK_FACTORS))),
            "y": list(range(len(rows))),
            "z": z,
            "zmin": 0,
            "zmax": 100,
            "colorscale": SHARE_SCALE,
            "showscale": False,
            "texttemplate": "%{z:.0f}",
            "textfont": {"size": 10},
            "hovertext": hover,
            "hoverinfo": "text",
            "hoverongaps": True,
            "xgap": 2,
            "ygap": 2,
        }
    ]
    alt = (
        f"Карта: доля школ с высокой значимостью фактора — "
        f"{fmt.count_phrase(len(rows), 'муниципалитет', 'муниципалитета', 'муниципалитетов')}, "
        f"{fmt.count_phrase(len(RISK_FACTORS), 'фактор', 'фактора', 'факторов')}. "
        + (f"Наибольшее значение {fmt.percent(worst[0])}: {worst[1]}." if worst[0] >= 0 else "")
    ).rstrip()
    schools = {place: cell["n"] for (place, _), cell in found.items()}
    # a reader of paper cannot hover: the number of schools stands beside the name
    labels = [f"{short(place, 17)} ({fmt.number(schools.get(place, 0))})" for place in rows]
    layout = _map_layout(labels)
    layout["yaxis"]["ticktext"] = labels
    return Chart(spec(data, layout, 132 + _CELL * len(rows)), alt, caption)


def state_bars(counts: Rows, years: Sequence[int]) -> Chart:
    """Where the declared factors stand, by year.

    Parameters
    ----------
    counts
        ``year``, ``state``, ``n``.
    years
        Years of the axis.
    """
    found = {(int(c["year"]), str(c["state"])): int(c["n"]) for c in records(counts)}
    totals = {year: sum(found.get((year, code), 0) for code in STATE_COLOURS) for year in years}
    largest = max(totals.values(), default=0)
    data = []
    for code in STATE_COLOURS:
        numbers = [found.get((year, code), 0) for year in years]
        if not any(numbers):
            continue
        data.append(
            {
                "type": "bar",
                "name": RISK_STATES[code],
                "x": list(years),
                "y": numbers,
                "marker": {"color": STATE_COLOURS[code]},
                # a figure in a sliver of a bar cannot be read
                "text": [str(n) if n and n >= largest * 0.06 else "" for n in numbers],
                "textposition": "inside",
                "textangle": 0,
                "insidetextanchor": "middle",
                "hoverinfo": "text",
                "hovertext": [
                    f"{school_year(year)}: {RISK_STATES[code]} — "
                    f"{fmt.count_phrase(n, 'фактор', 'фактора', 'факторов')}"
                    for year, n in zip(years, numbers, strict=True)
                ],
            }
        )
    if not data:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    last = max(years)
    said = ", ".join(
        f"{RISK_STATES[code]} — {fmt.number(n)}"
        for code in STATE_COLOURS
        if (n := found.get((last, code), 0))
    )
    layout = {
        "barmode": "stack",
        "xaxis": year_axis(years),
        "yaxis": whole_axis("факторов", largest),
        "legend": {"traceorder": "normal"},
        "margin": {"b": 70},
    }
    return Chart(spec(data, layout, 330), f"Состояние факторов в {school_year(last)}: {said}.")

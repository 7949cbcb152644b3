"""Charts of results given the conditions: the line with its band, the residuals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.context_model import ContextModel
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    PERCENT_SUFFIX,
    Spec,
    hundred,
    short,
    spec,
)
from shnor_lib.report.context_words import deviation_words
from shnor_lib.report.display import Chart
from shnor_lib.report.rows import Row, records
from shnor_lib.report.theme import ACCENT, OTHERS, VERDICT_COLOURS

_SIDES = (
    ("as_expected", "в пределах случайного", OTHERS, 6),
    ("better", "уверенно лучше ожидаемого", VERDICT_COLOURS["positive"], 8),
    ("worse", "уверенно хуже ожидаемого", VERDICT_COLOURS["negative"], 8),
)
OTHERS_DRAWN = 150
"""Other schools drawn on a profile at most, evenly from the best to the worst."""
_SYMBOLS = {"as_expected": "circle", "better": "triangle-up", "worse": "triangle-down"}


def context_scatter(
    model: ContextModel,
    names: Mapping[str, str],
    *,
    title: str,
    highlight: str | None = None,
) -> Chart:
    """Index against results with the line, its band and the schools around it.

    The height over the line is the school's residual: a result is drawn as it would be in the
    average settlement and year.

    Parameters
    ----------
    model
        From :func:`~shnor_lib.methods.contextual_fit.fit_context`.
    names
        School's id → name.
    title
        Russian title of the results' axis.
    highlight
        The school the page is about; then the others go without names.
    """
    curve = records(model.curve)
    grid = [round(row["index"], 1) for row in curve]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "95" + fmt.NNBSP + "% школ в таких условиях",
            "x": grid + grid[::-1],
            "y": [hundred(row["band_high"]) for row in curve]
            + [hundred(row["band_low"]) for row in reversed(curve)],
            "fill": "toself",
            "fillcolor": "rgba(140,149,160,0.16)",
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "ожидаемый результат",
            "x": grid,
            "y": [hundred(row["expected"]) for row in curve],
            "line": {"color": ACCENT, "width": 2.5},
            "hoverinfo": "skip",
        },
    ]
    rows = records(model.schools)
    for verdict, name, colour, size in _SIDES:
        chosen = [
            row for row in rows if row["verdict"] == verdict and row["school_id"] != highlight
        ]
        if highlight is not None:
            # a profile stays small; the page of all schools has them all
            chosen = chosen[:: -(-len(rows) // OTHERS_DRAWN)]
        if chosen:
            data.append(_points(chosen, names, name, colour, size, verdict, highlight is None))
    own = [row for row in rows if row["school_id"] == highlight]
    if own:
        data.append(_points(own, names, "эта школа", ACCENT, 14, "as_expected", True))
    layout = {
        "xaxis": {"title": {"text": "индекс благополучия (больше — лучше)"}, "nticks": 7},
        "yaxis": {"title": {"text": title}, "ticksuffix": PERCENT_SUFFIX, "nticks": 7},
    }
    counted = {side: sum(row["verdict"] == side for row in rows) for side, *_ in _SIDES}
    alt = (
        f"Индекс благополучия и результаты, {fmt.count_phrase(len(rows), 'школа', 'школы', 'школ')}: "
        f"линия ожидаемого результата; уверенно лучше ожидаемого — "
        f"{fmt.number(counted['better'])}, уверенно хуже — {fmt.number(counted['worse'])}."
    )
    if own:
        alt = (
            f"Индекс благополучия и результаты. Эта школа: индекс {fmt.decimal(own[0]['index'])}, "
            f"результат {fmt.percent(own[0]['value'])}, ожидаемый {fmt.percent(own[0]['expected'])}; "
            f"{deviation_words(own[0])}."
        )
    caption = "Расстояние от линии — разница с ожидаемым; малые школы отходят от неё и случайно."
    if (model.coefficients["term"] != "index").sum() > 1:
        caption = (
            "Результат показан таким, каким он был бы при среднем составе населённых пунктов и лет: "
            "расстояние от линии — разница с ожидаемым. Малые школы отходят от линии и случайно."
        )
    step = -(-len(rows) // OTHERS_DRAWN)
    if highlight is not None and step > 1:
        caption += f" Из других школ показана каждая {step}-я."
    return Chart(spec(data, layout, 470), alt, caption)


def _points(
    rows: list[Row],
    names: Mapping[str, str],
    name: str,
    colour: str,
    size: int,
    verdict: str,
    named: bool,
) -> Spec:
    trace: Spec = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [round(row["index"], 1) for row in rows],
        "y": [round(row["at_mean"] * 100, 1) for row in rows],
        "marker": {
            "size": size,
            "color": colour,
            "symbol": _SYMBOLS[verdict],
            "opacity": 0.6 if verdict == "as_expected" and size < 10 else 0.95,
        },
        "hoverinfo": "skip",
    }
    if named:
        trace["hoverinfo"] = "text"
        trace["hovertext"] = [_hover(row, names) for row in rows]
    return trace


def _hover(row: Row, names: Mapping[str, Any]) -> str:
    return (
        f"{short(names.get(row['school_id'], row['school_id']), 40)}<br>"
        f"индекс {fmt.decimal(row['index'])}, участий {fmt.number(row['n'])}<br>"
        f"результат {fmt.percent(row['value'])}, ожидаемый {fmt.percent(row['expected'])}<br>"
        f"{deviation_words(row)}"
    )


def residual_plot(model: ContextModel, names: Mapping[str, str]) -> Chart:
    """Expected results against residuals: is the picture even along the line?

    Parameters
    ----------
    model, names
        As in :func:`context_scatter`.
    """
    rows = records(model.schools)
    reach = max((abs(row["residual"]) for row in rows), default=0.1) * 108
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [hundred(row["expected"]) for row in rows],
            "y": [round(row["residual"] * 100, 1) for row in rows],
            # area by participations: the weight of the school in the line
            "marker": {
                "size": [_size(row["n"], rows) for row in rows],
                "color": ACCENT,
                "opacity": 0.55,
            },
            "hoverinfo": "text",
            "hovertext": [_hover(row, names) for row in rows],
        }
    ]
    layout = {
        "xaxis": {
            "title": {"text": "ожидаемый результат"},
            "ticksuffix": PERCENT_SUFFIX,
            "nticks": 7,
        },
        "yaxis": {
            "title": {"text": "результат минус ожидаемый, п. п."},
            "zeroline": True,
            "nticks": 7,
            "range": [-reach, reach],
        },
        "showlegend": False,
    }
    largest = max(rows, key=lambda row: abs(row["residual"]), default=None)
    alt = "Остатки модели: " + (
        f"наибольший — {fmt.points(largest['residual'])} (участий {fmt.number(largest['n'])})."
        if largest
        else "нет школ."
    )
    return Chart(
        spec(data, layout, 380),
        alt,
        "Площадь кружка — число участий в работах. Если модель годится, кружки лежат ровной полосой "
        "вокруг нуля, без изгиба и без воронки для крупных школ.",
    )


def _size(n: int, rows: list[Row]) -> float:
    largest = max(row["n"] for row in rows)
    return float(round(max(4.0, 22 * (n / largest) ** 0.5), 1))

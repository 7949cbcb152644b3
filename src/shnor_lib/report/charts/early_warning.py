"""Charts of the early warning: does the forecast come true, what is it made of."""

from __future__ import annotations

from shnor_lib.methods.early_warning import PREDICTORS
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    Spec,
    error_bars,
    hundred,
    of,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    spec,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, OTHERS, VERDICT_COLOURS


def forecast_check(rows: Rows) -> Chart:
    """Stated probability against what happened in the held-back years, with intervals.

    Parameters
    ----------
    rows
        ``WarningResult.reliability``: n, predicted, observed, low, high.
    """
    known = records(rows)
    values = [hundred(row["observed"]) for row in known]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "если бы прогноз сбывался точно",
            "x": [0, 100],
            "y": [0, 100],
            "line": {"color": OTHERS, "width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "группа школ с близкой вероятностью",
            "x": [hundred(row["predicted"]) for row in known],
            "y": values,
            "marker": {"size": 9, "color": ACCENT},
            "error_y": error_bars(
                values,
                [hundred(row["low"]) for row in known],
                [hundred(row["high"]) for row in known],
                color=ACCENT,
            ),
            "hoverinfo": "text",
            "hovertext": [
                f"прогноз в среднем {fmt.percent(row['predicted'])}<br>"
                f"попали в список {fmt.percent(row['observed'])} "
                f"({of(round(row['observed'] * row['n']), row['n'])})<br>"
                f"95{fmt.NNBSP}%: {fmt.interval(row['low'], row['high'])}"
                for row in known
            ],
        },
    ]
    layout: Spec = {
        "xaxis": percent_axis("вероятность по прогнозу", range=[-3, 103]),
        "yaxis": percent_axis("действительно попали в список", range=[-3, 103]),
    }
    said = "; ".join(
        f"прогноз {fmt.percent(row['predicted'], 0)} — попали {fmt.percent(row['observed'], 0)} "
        f"(школ {fmt.number(row['n'])})"
        for row in known
    )
    alt = f"Прогноз и то, что произошло, по группам школ: {said}." if known else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, 380), alt)


def weight_bars(coefficients: Rows) -> Chart:
    """How much each predictor moves the odds, per standard deviation.

    Parameters
    ----------
    coefficients
        ``WarningResult.coefficients``: predictor, coefficient.
    """
    rows = sorted(records(coefficients), key=lambda row: -abs(row["coefficient"]))
    rows = [row for row in rows if row["coefficient"]]
    titles = [fmt.sentence_case(PREDICTORS[row["predictor"]]) for row in rows]
    labels = [row_label(title) for title in titles]
    times = [_times(row["coefficient"]) for row in rows]
    data: list[Spec] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [round(row["coefficient"], 3) for row in rows],
            "y": list(range(len(rows))),
            "width": 0.3,
            "marker": {
                "color": [
                    VERDICT_COLOURS["negative" if row["coefficient"] > 0 else "positive"]
                    for row in rows
                ]
            },
            "hoverinfo": "text",
            "hovertext": times,
            "showlegend": False,
        }
    ]
    layout: Spec = {
        "xaxis": {
            "title": {"text": "вправо — чаще попадают в список, влево — реже"},
            "zeroline": True,
            "showticklabels": False,
        },
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(f"{title}: {words}" for title, words in zip(titles, times, strict=True))
    alt = f"Признаки и шансы попасть в список: {said}." if rows else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, rows_height(labels, each=48, extra=70)), alt)


def _times(coefficient: float) -> str:
    factor = 2.718281828459045 ** abs(coefficient)
    how = "больше" if coefficient > 0 else "меньше"
    return f"если признак больше обычного, шансы {how} примерно в {fmt.decimal(factor)} раза"

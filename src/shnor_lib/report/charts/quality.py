"""Charts of data quality: how many faults there are of which kind."""

from __future__ import annotations

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
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

_SEVERITIES: dict[Severity, tuple[str, str]] = {
    Severity.ERROR: ("ошибки", "#D55E00"),
    Severity.WARNING: ("предупреждения", "#E0A100"),
    Severity.QUESTION: ("вопросы", "#3B7DD8"),
}


def fault_bars(counts: pd.DataFrame, *, of: str, most: int = 15) -> Chart:
    """Bars of faults by kind or by file, made up of errors, warnings and questions.

    Parameters
    ----------
    counts
        ``label`` (kind or file), ``severity`` (a :class:`~shnor_lib.faults.Severity`), ``n``.
    of
        What the bars are, for the words: «по видам», «по файлам».
    most
        Bars shown at most, the longest first; the caption says how many are left out.
    """
    table = counts.pivot_table(
        index="label", columns="severity", values="n", aggfunc="sum", fill_value=0
    )
    totals = table.sum(axis=1)
    order = sorted(table.index, key=lambda label: (-int(totals[label]), str(label)))
    left_out = max(len(order) - most, 0)
    order = order[:most]
    labels = [row_label(label) for label in order]
    data = []
    for severity, (name, colour) in _SEVERITIES.items():
        if severity not in table or not table.loc[order, severity].any():
            continue
        values = [int(table.loc[label, severity]) for label in order]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": list(range(len(order))),
                "x": values,
                "width": 0.34,
                "marker": {"color": colour},
                "hoverinfo": "text",
                "hovertext": [
                    f"{safe(label)}<br>{name}: {fmt.number(value)}"
                    for label, value in zip(order, values, strict=True)
                ],
            }
        )
    largest = max((int(totals[label]) for label in order), default=0)
    layout = {
        "barmode": "stack",
        "xaxis": whole_axis("замечаний", largest),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(
            [
                f"{label} — {fmt.number(totals[key])}"
                for label, key in zip(labels, order, strict=True)
            ]
        ),
        "legend": {"traceorder": "normal"},
        "showlegend": True,
    }
    said = "; ".join(f"{label} — {fmt.number(totals[label])}" for label in order[:SAID_AT_MOST])
    alt = f"Число замечаний {of}: {said}{and_more(len(order))}." if order else PLOT_ALT_EMPTY
    caption = f"Замечания {of}"
    if left_out:
        caption += (
            f": {fmt.number(most)} самых длинных полос, ещё "
            f"{fmt.count_phrase(left_out, 'строка', 'строки', 'строк')} — в таблице"
        )
    return Chart(spec(data, layout, rows_height(labels)), alt, caption)

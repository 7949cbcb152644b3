"""Chart of the load of supporters against the norm."""

from __future__ import annotations

from shnor_lib.methods.support_network import SupportNetwork
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
from shnor_lib.report.display import Chart
from shnor_lib.report.people import supporter_name
from shnor_lib.report.rows import Row, records
from shnor_lib.report.support import words as say
from shnor_lib.report.theme import ACCENT, LIMIT, OTHERS

MOST = 25
BAR = 0.34
"""Width of a bar, in rows."""
_PARTS = (
    ("within", "в пределах нормы", ACCENT),
    ("no_norm", "нормы нет", OTHERS),
    ("over", "больше нормы", "#E0A100"),
)


def load_chart(network: SupportNetwork) -> Chart | None:
    """Schools at the same time by supporter, the overloaded first; None without anybody.

    Parameters
    ----------
    network
        Supporters without schools are left out.
    """
    rows = network.supporters[network.supporters["peak"] > 0]
    rows = rows.sort_values(
        ["overloaded", "peak", "supporter"], ascending=[False, False, True], kind="stable"
    )
    all_ = records(rows)
    if not all_:
        return None
    shown = all_[:MOST]
    labels = [row_label(f"{supporter_name(row)} ({say.role(row['role'])})") for row in shown]
    data: list[Spec] = []
    for code, name, colour in _PARTS:
        values = [int(row["peak"]) if _part(row) == code else None for row in shown]
        if any(values):
            data.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": name,
                    "x": values,
                    "y": list(range(len(shown))),
                    "width": BAR,
                    "text": ["" if value is None else str(value) for value in values],
                    "textposition": "inside",
                    "insidetextanchor": "end",
                    "textangle": 0,
                    "textfont": {"color": "#1F2933" if code == "over" else "#FFFFFF"},
                    "hovertext": [
                        f"{safe(supporter_name(row))}<br>школ одновременно: "
                        f"{fmt.number(row['peak'])}, за год: {fmt.number(row['schools'])}"
                        for row in shown
                    ],
                    "hoverinfo": "text",
                    "marker": {"color": colour},
                }
            )
    norms = [
        (place, int(row["norm"])) for place, row in enumerate(shown) if row["norm"] is not None
    ]
    if norms:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "норма",
                "x": [norm for _, norm in norms],
                "y": [place for place, _ in norms],
                "marker": {
                    "symbol": "line-ns",
                    "size": 20,
                    "line": {"width": 3, "color": LIMIT},
                    "color": LIMIT,
                },
                "hoverinfo": "skip",
            }
        )
    largest = max(max(int(row["peak"]), int(row["norm"] or 0)) for row in shown)
    layout = {
        "barmode": "stack",
        "xaxis": whole_axis("школ одновременно", largest),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels, bar=BAR),
        "legend": {"traceorder": "normal"},
        "margin": {"l": 8},
    }
    said = [
        f"{fmt.one_line(supporter_name(row))} — {fmt.number(row['peak'])}"
        + (f" при норме {fmt.number(row['norm'])}" if row["norm"] is not None else "")
        for row in all_[:SAID_AT_MOST]
    ]
    alt = f"Сколько школ одновременно у каждого сопровождающего: {'; '.join(said)}"
    alt += f"{and_more(len(all_))}."
    caption = ""
    if len(all_) > MOST:
        total = fmt.count_of(len(all_), "человека", "человек")
        caption = f"Показаны первые {fmt.number(MOST)} из{fmt.NBSP}{total}."
    return Chart(spec(data, layout, rows_height(labels, each=50, extra=170)), alt, caption)


def _part(row: Row) -> str:
    if row["norm"] is None:
        return "no_norm"
    return "over" if row["overloaded"] else "within"

"""Charts of the rules themselves: readings of open questions, agreement of rule sets."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    Spec,
    of,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    short,
    spec,
    whole_axis,
    wrapped,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import STATUS
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, OTHERS, STATUS_COLOURS


def readings_bars(readings: Rows, *, option: str = "label") -> Chart:
    """How many schools each reading of the open questions puts on the list.

    Parameters
    ----------
    readings
        Result of ``count_readings``: switch, question, is_default, n_listed, n_schools and the
        option's words in the column ``option`` (or in ``"option"`` if there is none).
    option
        Column with the words of the option.
    """
    rows = records(readings)
    column = option if rows and option in rows[0] else "option"
    # Each question gets a row of its own above its answers, so that nothing covers a bar.
    places: list[int] = []
    notes: list[Spec] = []
    question = None
    line = 0
    for row in rows:
        if row["question"] != question:
            question = row["question"]
            notes.append(_label_at(line + 0.5, f"<b>{row_label(question)}</b>"))
            line += 1
        notes.append(_label_at(line, short(str(row[column]))))
        places.append(line)
        line += 1
    largest = max([int(row["n_listed"]) for row in rows], default=0)
    data: list[Spec] = []
    for default, name, colour in ((True, "принято в правилах", ACCENT), (False, "иначе", OTHERS)):
        chosen = [i for i, row in enumerate(rows) if bool(row["is_default"]) == default]
        if chosen:
            data.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": name,
                    "y": [places[i] for i in chosen],
                    "x": [int(rows[i]["n_listed"]) for i in chosen],
                    "text": [fmt.number(rows[i]["n_listed"]) for i in chosen],
                    "textposition": "outside",
                    "cliponaxis": False,
                    "width": 0.3,
                    "marker": {"color": colour},
                    "hoverinfo": "text",
                    "hovertext": [
                        f"{safe(rows[i]['question'])}<br>{safe(rows[i][column])}<br>в списке "
                        f"{of(rows[i]['n_listed'], rows[i]['n_schools'])}"
                        for i in chosen
                    ],
                }
            )
    layout = {
        "xaxis": whole_axis("школ в списке", largest * 1.08),
        "yaxis": {**rows_axis([""] * line), "range": [line - 0.55, -0.85]},
        "annotations": notes,
        "showlegend": True,
    }
    said = "; ".join(
        f"{row['question']} {row[column]}{' (принято)' if row['is_default'] else ''} — "
        f"{of(row['n_listed'], row['n_schools'])}"
        for row in rows
    )
    alt = (
        f"Сколько школ попадает в список при каждом прочтении правил: {said}."
        if rows
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, rows_height([""] * line)), alt)


def _label_at(line: float, text: str) -> Spec:
    """One label of :func:`rows_above`, at a row of its own choosing."""
    return {**rows_above([text])[0], "y": line}


def agreement_map(
    statuses: Mapping[str, pd.Series], titles: Mapping[str, str] | None = None
) -> Chart:
    """How many schools each rule set lists, and how many two of them list together.

    Parameters
    ----------
    statuses
        Rule set's id → status code by school_id, all of one year.
    titles
        Rule set's id → short Russian title.
    """
    from shnor_lib.report.labels import LISTED

    titles = titles or {}
    names = list(statuses)
    listed = {name: set(codes.index[codes.isin(LISTED)]) for name, codes in statuses.items()}
    shown = [wrapped(titles.get(name, name)) for name in names]
    z = [[len(listed[a] & listed[b]) for b in names] for a in names]
    data = [
        {
            "type": "heatmap",
            "x": list(range(len(names))),
            "y": list(range(len(names))),
            "z": z,
            "text": [[fmt.number(value) for value in line] for line in z],
            "texttemplate": "%{text}",
            "hoverinfo": "text",
            "hovertext": [
                [
                    f"{safe(titles.get(a, a))}: {len(listed[a])}<br>"
                    f"{safe(titles.get(b, b))}: {len(listed[b])}<br>"
                    f"по обоим правилам: {len(listed[a] & listed[b])}"
                    for b in names
                ]
                for a in names
            ],
            "colorscale": [[0, "#EEF3FA"], [1, ACCENT]],
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
        }
    ]
    layout = {
        "xaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": shown,
            "tickangle": 0,
            "tickfont": {"size": 11},
            "side": "top",
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "tickvals": list(range(len(names))),
            "ticktext": shown,
            "range": [len(names) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    }
    said = "; ".join(
        f"{titles.get(name, name)} — {fmt.count_phrase(len(listed[name]), 'школа', 'школы', 'школ')}"
        for name in names
    )
    both = (
        f" По всем правилам сразу — {fmt.number(len(set.intersection(*listed.values())))}."
        if len(names) > 1
        else ""
    )
    alt = f"Сколько школ в списке по каждым правилам: {said}.{both}" if names else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, 130 + 54 * max(len(names), 1)), alt)


def status_by_ruleset(
    statuses: Mapping[str, pd.Series], titles: Mapping[str, str] | None = None
) -> Chart:
    """Stacked bars: schools with each status by each rule set.

    Parameters are those of :func:`agreement_map`.
    """
    titles = titles or {}
    names = list(statuses)
    labels = [row_label(titles.get(name, name)) for name in names]
    totals = {name: len(codes) for name, codes in statuses.items()}
    largest = max(totals.values(), default=0)
    data: list[Spec] = []
    for code, title in STATUS.items():
        values = [int((statuses[name] == code).sum()) for name in names]
        if not any(values):
            continue
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "y": list(range(len(names))),
                "x": values,
                "width": 0.4,
                "text": [str(v) if v > largest * 0.05 else "" for v in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "marker": {"color": STATUS_COLOURS[code]},
                "textfont": {"color": "#1F2933" if code == "risk_zone" else "#FFFFFF"},
                "hoverinfo": "text",
                "hovertext": [
                    f"{safe(titles.get(name, name))}<br>{title}: {of(value, totals[name])}"
                    for name, value in zip(names, values, strict=True)
                ],
            }
        )
    layout = {
        "barmode": "stack",
        "xaxis": whole_axis("школ", largest),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "legend": {"traceorder": "normal"},
    }
    said = []
    for name in names:
        found = [
            f"{title} {int((statuses[name] == code).sum())}"
            for code, title in STATUS.items()
            if (statuses[name] == code).any()
        ]
        said.append(f"{titles.get(name, name)}: {', '.join(found)}")
    alt = f"Статусы школ по разным правилам. {'; '.join(said)}." if names else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, rows_height(labels, each=46, extra=116)), alt)

"""Charts that set a school among the others: rank, index and results, social passport."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    hundred,
    of,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    short,
    spec,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, LIMIT, OTHERS, SERIES
from shnor_lib.report.words import rank_words

NAMED_AT_MOST = 25
"""Beyond this number of schools the others go without a name: pages stay small."""
OTHERS_DRAWN = 60
"""Other schools drawn in a chart of places at most, evenly from the first to the last."""


def rank_plot(scores: Rows, names: Mapping[str, str], *, highlight: str | None = None) -> Chart:
    """Every school's place with its 95 % interval; one school stands out.

    Parameters
    ----------
    scores
        ``RatingResult.scores`` of one year: school_id, rank, rank_low, rank_high,
        share_of_max.
    names
        School's id → name.
    highlight
        The school the page is about.
    """
    known = [row for row in records(scores) if row["rank"] is not None]
    rows = sorted(known, key=lambda row: (row["rank"], row["school_id"]))
    named = len(rows) <= NAMED_AT_MOST
    others = [(i, row) for i, row in enumerate(rows) if row["school_id"] != highlight]
    # beyond some dozens the bars would merge into a band anyway, and weigh a page down
    step = -(-len(others) // OTHERS_DRAWN)
    others = others[::step] if step > 1 else others
    own = [(i, row) for i, row in enumerate(rows) if row["school_id"] == highlight]
    data: list[Spec] = []
    for chosen, name, colour, size in (
        (others, "другие школы" if highlight else "школы", OTHERS, 5),
        (own, "эта школа", ACCENT, 10),
    ):
        if not chosen:
            continue
        # one line with gaps is far lighter than error bars for hundreds of schools
        line_x: list[float | None] = []
        line_y: list[float | None] = []
        for position, row in chosen:
            line_x += [position + 1, position + 1, None]
            line_y += [_short(row["rank_low"]), _short(row["rank_high"]), None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": line_x,
                "y": line_y,
                "line": {"color": colour, "width": 2 if size < 10 else 4},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        point: Spec = {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [position + 1 for position, _ in chosen],
            "y": [_short(row["rank"]) for _, row in chosen],
            "marker": {"size": size, "color": colour},
        }
        if named or size == 10:
            point["hoverinfo"] = "text"
            point["hovertext"] = [
                f"{short(names.get(row['school_id'], row['school_id']), 40)}<br>{rank_words(row)}"
                for _, row in chosen
            ]
        else:
            point["hoverinfo"] = "skip"
        data.append(point)
    last = len(rows)
    layout = {
        "xaxis": {
            "title": {"text": "школы от первого места к последнему"},
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "range": [0, last + 1],
        },
        "yaxis": {
            "title": {"text": "место"},
            "range": [last + 0.8, 0.2],
            "tickvals": _rank_ticks(last),
            "zeroline": False,
        },
    }
    if own:
        row = own[0][1]
        alt = f"Места школ в рейтинге с интервалами. Эта школа: {rank_words(row)}."
    elif rows:
        alt = (
            "Места в рейтинге с интервалами: "
            f"{fmt.count_phrase(last, 'школа', 'школы', 'школ')}; полоса показывает, между какими "
            f"местами школа находится с вероятностью 95{fmt.NNBSP}%."
        )
    else:
        alt = PLOT_ALT_EMPTY
    caption = f"Из других школ показана каждая {step}-я." if step > 1 else ""
    return Chart(spec(data, layout, 300), alt, caption)


def _short(rank: float) -> float:
    return round(float(rank), 1)


def _rank_ticks(last: int) -> list[int]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / s <= 7), 1000)
    inner = [rank for rank in range(step, last, step) if last - rank >= step * 0.6]
    return sorted({1, *inner, last}) if last else []


def index_results(
    points: Rows,
    names: Mapping[str, str],
    *,
    highlight: str | None = None,
    result_title: str = "рейтинг, % от максимума",
) -> Chart:
    """Scatter: social wellbeing index against results; one school stands out.

    Parameters
    ----------
    points
        school_id, index (0…100), result (share 0…1); rows with a missing value are left out.
    names
        School's id → name.
    highlight
        The school the page is about.
    result_title
        Russian title of the result axis.
    """
    known = [
        row for row in records(points) if row["index"] is not None and row["result"] is not None
    ]
    named = len(known) <= NAMED_AT_MOST
    data: list[Spec] = []
    for own, name, colour, size in (
        (False, "другие школы" if highlight else "школы", OTHERS, 7),
        (True, "эта школа", ACCENT, 13),
    ):
        chosen = [row for row in known if (row["school_id"] == highlight) == own]
        if not chosen:
            continue
        trace: Spec = {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": [round(float(row["index"]), 1 if named else None) for row in chosen],
            "y": [round(float(row["result"]) * 100, 1 if named else None) for row in chosen],
            "marker": {"size": size, "color": colour, "opacity": 1 if own else 0.75},
            "hoverinfo": "skip",
        }
        if named or own:
            trace["hoverinfo"] = "text"
            trace["hovertext"] = [
                f"{short(names.get(row['school_id'], row['school_id']), 40)}<br>"
                f"индекс {fmt.decimal(row['index'])}<br>результаты {fmt.percent(row['result'])}"
                for row in chosen
            ]
        data.append(trace)
    layout = {
        "xaxis": {
            "title": {"text": "индекс благополучия (больше — лучше)"},
            "range": [-3, 103],
            "nticks": 6,
        },
        "yaxis": percent_axis(result_title, range=[-3, 103]),
    }
    here = [row for row in known if row["school_id"] == highlight]
    alt = (
        "Индекс социального благополучия и результаты: "
        f"{fmt.count_phrase(len(known), 'школа', 'школы', 'школ')}."
    )
    if here:
        alt += (
            f" Эта школа: индекс {fmt.decimal(here[0]['index'])}, "
            f"результаты {fmt.percent(here[0]['result'])}."
        )
    return Chart(spec(data, layout, 340), alt if len(known) else PLOT_ALT_EMPTY)


def passport_bars(rows: Rows, *, median_name: str = "медиана школ") -> Chart:
    """Shares of the social passport against thresholds and the middle of the others.

    Parameters
    ----------
    rows
        title (Russian), share 0…1, part, whole (counts), threshold (share or missing),
        median (share or missing), beyond (bool): the threshold is passed.
    median_name
        What the comparison is.
    """
    items = [row for row in records(rows) if row["share"] is not None]
    labels = [row_label(row["title"]) for row in items]
    places = list(range(len(items)))
    data: list[Spec] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "школа",
            "showlegend": False,
            "x": [hundred(row["share"]) for row in items],
            "y": places,
            "width": 0.36,
            "marker": {"color": [SERIES[1] if row["beyond"] else ACCENT for row in items]},
            "hoverinfo": "text",
            "hovertext": [
                f"{fmt.percent(row['share'])} ({of(row['part'], row['whole'])})"
                + (
                    f"<br>порог {fmt.percent(row['threshold'], 0)}"
                    if not fmt.is_missing(row["threshold"])
                    else ""
                )
                + (
                    f"<br>{median_name}: {fmt.percent(row['median'])}"
                    if not fmt.is_missing(row["median"])
                    else ""
                )
                for row in items
            ],
        }
    ]
    for column, name, colour, width in (
        ("median", median_name, OTHERS, 3),
        ("threshold", "порог", LIMIT, 3),
    ):
        chosen = [(i, row) for i, row in enumerate(items) if not fmt.is_missing(row[column])]
        if chosen:
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [hundred(row[column]) for _, row in chosen],
                    "y": [i for i, _ in chosen],
                    "marker": {
                        "symbol": "line-ns-open",
                        "size": 18,
                        "color": colour,
                        "line": {"width": width, "color": colour},
                    },
                    "hoverinfo": "text",
                    "hovertext": [f"{name}: {fmt.percent(row[column])}" for _, row in chosen],
                }
            )
    layout = {
        "xaxis": percent_axis("доля обучающихся"),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(
        f"{row['title']} — {fmt.percent(row['share'])}"
        + (
            f" при пороге {fmt.percent(row['threshold'], 0)}"
            if not fmt.is_missing(row["threshold"])
            else ""
        )
        for row in items[:SAID_AT_MOST]
    )
    alt = (
        f"Доли обучающихся по социальному паспорту: {said}{and_more(len(items))}."
        if items
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, rows_height(labels)), alt)


def contribution_bars(rows: Rows, *, title: str, unit: str = "") -> Chart:
    """Earned against possible, a bar per indicator: what a score is made of.

    Parameters
    ----------
    rows
        title (Russian), earned, possible (same unit, > 0), note (Russian, shown on hover).
    title
        Russian title of the axis.
    unit
        Unit after the numbers.
    """
    items = [row for row in records(rows) if row["possible"]]
    labels = [row_label(row["title"]) for row in items]
    places = list(range(len(items)))
    tail = f"{fmt.NBSP}{unit}" if unit else ""
    hover = [
        f"набрано {fmt.decimal(row['earned'], 2)} из "
        f"{fmt.decimal(row['possible'], 2)}{tail}"
        + (f"<br>{safe(row['note'])}" if row.get("note") else "")
        for row in items
    ]
    data: list[Spec] = []
    for column, name, colour, width in (
        ("possible", "можно было набрать", "rgba(140,149,160,0.30)", 0.42),
        ("earned", "набрано", ACCENT, 0.26),
    ):
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [round(float(row[column]), 3) for row in items],
                "y": places,
                "width": width,
                "marker": {"color": colour},
                # the lower, longer bar answers for both
                "hoverinfo": "text" if column == "possible" else "skip",
                **({"hovertext": hover} if column == "possible" else {}),
            }
        )
    layout = {
        "barmode": "overlay",
        "xaxis": {"title": {"text": title}, "rangemode": "tozero", "nticks": 6},
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "legend": {"traceorder": "reversed"},
    }
    said = "; ".join(
        f"{row['title']} — {fmt.decimal(row['earned'], 2)} из {fmt.decimal(row['possible'], 2)}"
        for row in items[:SAID_AT_MOST]
    )
    alt = f"{fmt.sentence_case(title)}: {said}{and_more(len(items))}." if items else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, rows_height(labels)), alt)

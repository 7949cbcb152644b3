"""Results of a school over the years, and how they changed."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from shnor_lib.report import charts
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import (
    PROCEDURE,
    SEASONS_SHORT,
    low_title,
    school_year,
    unit_label,
)
from shnor_lib.report.profile import Frames, low_threshold, procedures_in_order
from shnor_lib.report.school.head import row_of
from shnor_lib.report.words import dynamics_sentence, grades_words, of

CHARTS_SHOWN = 4
"""Subjects of a procedure that get a chart of their own; all are on the map and in the table."""
CHANGES_DRAWN = 16
"""Changes drawn, the largest first; all of them are in the table."""

_FIRST = ("русский язык", "математика")


def results_section(frames: Frames, school_id: str) -> list[str]:
    """Charts by procedure, marks of the latest year, all numbers in a folded table."""
    pooled = frames.pooled[school_id]
    if pooled.empty:
        return ["Результатов оценочных процедур по этой школе нет."]
    _, peers_name = frames.peers(school_id)
    blocks = [
        "Точка — доля учеников с низким результатом, вертикальная черта — интервал, в котором "
        "истинная доля лежит с вероятностью 95 %: чем меньше учеников, тем он шире. Классы "
        "сложены вместе, кружки — отдельные классы. Серым — "
        f"{fmt.escape_md(peers_name)}. Осенние работы с весенними не соединяются."
    ]
    for procedure in procedures_in_order({str(code) for code in pooled["procedure"]}):
        rows = pooled[pooled["procedure"] == procedure]
        blocks.append(f"### {PROCEDURE.get(procedure, fmt.escape_md(procedure))}")
        blocks.append(_charts(frames, school_id, procedure, rows))
        if rows["subject"].nunique() > CHARTS_SHOWN:
            blocks.append(show(_map(procedure, rows)))
    blocks += _marks(frames, school_id)
    blocks += _all_results(frames, school_id)
    return blocks


def chart_subjects(frames: Frames, school_id: str, procedure: str, rows: pd.DataFrame) -> list[str]:
    """Subjects that get a chart: those that decided, Russian, mathematics, then by n."""
    criteria = frames.criteria[school_id]
    deciding = criteria[
        criteria["year"].isin([frames.analysis.year])
        & criteria["procedure"].isin([procedure])
        & criteria["outcome"].isin(["met"])
    ]["subject"].dropna()
    by_n = rows.groupby("subject", observed=True)["n"].sum().sort_values(ascending=False)
    core = [name for name in by_n.index if str(name).startswith(_FIRST)]
    order = dict.fromkeys([*map(str, deciding), *sorted(map(str, core), reverse=True)])
    for name in by_n.index:
        order.setdefault(str(name), None)
    there = set(by_n.index)
    return [name for name in order if name in there][:CHARTS_SHOWN]


def _charts(frames: Frames, school_id: str, procedure: str, rows: pd.DataFrame) -> str:
    analysis = frames.analysis
    peers, peers_name = frames.peers(school_id)
    single = frames.results[school_id]
    single = single[(single["procedure"] == procedure) & (single["n"] > 0)]
    single = single[single["n_low"].notna()]
    years = _years(rows)
    drawn: list[Chart] = []
    for subject in chart_subjects(frames, school_id, procedure, rows):
        grades = single[single["subject"] == subject]
        many = grades["grade"].nunique() > 1
        median = frames.median(peers, procedure, subject)
        threshold = low_threshold(analysis, procedure, subject)
        title = fmt.sentence_case(subject)
        held = grades_words(grades["grade"])
        drawn.append(
            charts.low_share(
                rows[rows["subject"] == subject],
                title=f"{title} · {held}" if held else title,
                years=years,
                what=low_title(procedure),
                threshold=threshold,
                threshold_label=f"порог {fmt.percent(threshold, 0)}",
                median=None if median is None else median[median["year"].isin(years)],
                median_name=peers_name,
                grades=grades.assign(share=grades["n_low"] / grades["n"]) if many else None,
                breaks=_breaks(frames, procedure, subject),
            )
        )
    # charts stand side by side where there is room, one under another on a phone
    inner = "".join(chart.html() for chart in drawn)
    style = (
        "display:grid;gap:0 1.5rem;"
        "grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))"
    )
    return raw(f'<div class="shnor-chart-grid" style="{style}">{inner}</div>')


def _years(rows: pd.DataFrame) -> list[int]:
    found = [int(year) for year in rows["year"]]
    return list(range(min(found), max(found) + 1))


def _breaks(frames: Frames, procedure: str, subject: str) -> dict[int, str]:
    return {
        entry.year: entry.note or "смена шкалы"
        for entry in frames.analysis.calendar.scale_breaks
        if entry.procedure == procedure and (not entry.subjects or subject in entry.subjects)
    }


def _map(procedure: str, rows: pd.DataFrame) -> Chart:
    cells = pd.DataFrame(
        {
            "row": rows["subject"],
            "column": [
                school_year(year) + SEASONS_SHORT.get(str(season), "")
                for year, season in zip(rows["year"], rows["season"], strict=True)
            ],
            "n": rows["n"],
            "n_low": rows["n_low"],
        }
    )
    by_time = rows.assign(column=cells["column"]).sort_values(["year", "season"])
    latest = rows.sort_values("year").drop_duplicates("subject", keep="last")
    order = latest.sort_values("share", ascending=False)["subject"]
    chart = charts.share_map(
        cells,
        what=low_title(procedure),
        rows=[str(name) for name in order],
        columns=list(dict.fromkeys(by_time["column"])),
    )
    caption = (
        f"{PROCEDURE.get(procedure, procedure)}: {low_title(procedure)} по всем предметам, %. "
        "Сверху — предметы с наибольшей долей в последнем году."
    )
    return Chart(chart.figure, chart.alt, caption)


def _marks(frames: Frames, school_id: str) -> list[str]:
    rows = frames.results[school_id]
    rows = rows[(rows["year"] == frames.analysis.year) & (rows["n"] > 0)]
    rows = rows[rows[["n2", "n3", "n4", "n5"]].notna().all(axis=1)]
    rows = rows[rows["subject"].isin(_FIRST)].sort_values(["procedure", "subject", "grade"])
    if rows.empty:
        return []
    labels = [
        unit_label(row["procedure"], row["grade"], row["subject"], row["season"])
        for row in cast(list[dict[str, Any]], rows.to_dict("records"))
    ]
    return [
        f"### Распределение отметок, {school_year(frames.analysis.year)}",
        show(charts.mark_distribution(rows.assign(label=labels))),
    ]


def _all_results(frames: Frames, school_id: str) -> list[str]:
    rows = frames.results[school_id]
    rows = rows[(rows["n"] > 0) & rows["n_low"].notna()]
    if rows.empty:
        return []
    table = results_table(rows)
    years = [name for name in table.columns if name not in {"unit", "order"}]
    shown = DataTable(
        table,
        [Col("unit", "Процедура, предмет, класс"), *[Col(name, name) for name in years]],
        caption="Доля низких результатов (в скобках — учеников с низким результатом из участников)",
    )
    return [raw(f"<details><summary>Все результаты числами</summary>{shown.html()}</details>")]


def results_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Results with a row per procedure, subject and grade and a column per year."""
    known = cast(
        list[dict[str, Any]],
        rows.sort_values(["procedure", "subject", "grade", "year", "season"]).to_dict("records"),
    )
    years = sorted({int(row["year"]) for row in known})
    units: dict[str, dict[str, str]] = {}
    for row in known:
        unit = unit_label(row["procedure"], row["grade"], row["subject"])
        cell = f"{fmt.percent(row['n_low'] / row['n'])} ({of(row['n_low'], row['n'])})"
        cell += SEASONS_SHORT.get(str(row["season"]), "")
        place = units.setdefault(unit, {})
        year = school_year(row["year"])
        place[year] = f"{place[year]}; {cell}" if year in place else cell
    columns = [school_year(year) for year in years]
    return pd.DataFrame(
        [
            {"unit": unit, **{name: cells.get(name) for name in columns}}
            for unit, cells in units.items()
        ],
        columns=["unit", *columns],
    )


def dynamics_section(frames: Frames, school_id: str) -> list[str]:
    """Verdict, changes with their intervals, all pairs in a table."""
    analysis = frames.analysis
    if frames.dynamics is None or frames.pairs is None:
        reason = analysis.refusals.get("dynamics", "")
        return [f"Динамика не рассчитана. {fmt.escape_md(reason, '')}".strip()]
    verdict = row_of(frames.dynamics[school_id], analysis.year)
    pairs = frames.pairs[school_id]
    pairs = pairs[pairs["year_to"] == analysis.year]
    if verdict is None:
        return [
            f"Сравнить {school_year(analysis.year)} учебный год не с чем: сопоставимых результатов "
            "за прежние годы нет."
        ]
    blocks = [
        dynamics_sentence(verdict),
        "Сравнивается только сопоставимое: та же процедура, предмет, класс и время года. Изменение "
        "считается значимым, если его интервал не захватывает ноль.",
    ]
    drawn = pairs[pairs["verdict"] != "incomparable"]
    if len(drawn):
        size = drawn["delta_low"].abs().fillna(0)
        chosen = drawn.loc[size.sort_values(ascending=False).index[:CHANGES_DRAWN]]
        chart = charts.change_plot(chosen)
        caption = (
            f"Показаны {CHANGES_DRAWN} самых больших изменений из{fmt.NBSP}{len(drawn)}; "
            "остальные — в таблице."
            if len(drawn) > CHANGES_DRAWN
            else ""
        )
        blocks.append(show(Chart(chart.figure, chart.alt, caption)))
    if len(pairs):
        table = _pairs_table(pairs)
        blocks.append(
            raw(f"<details><summary>Все сравнения числами</summary>{table.html()}</details>")
        )
    return blocks


def _pairs_table(pairs: pd.DataFrame) -> DataTable:
    rows = cast(list[dict[str, Any]], pairs.to_dict("records"))
    frame = pd.DataFrame(
        {
            "unit": [
                unit_label(r["procedure"], r["grade"], r["subject"], r["season_to"]) for r in rows
            ],
            "before": [_measured(r["low_from"], r["n_from"], r["year_from"]) for r in rows],
            "after": [_measured(r["low_to"], r["n_to"], r["year_to"]) for r in rows],
            "delta": [
                ""
                if fmt.is_missing(r["delta_low"])
                else f"{fmt.points(r['delta_low'])} "
                f"({fmt.points_interval(r['delta_low_ci_low'], r['delta_low_ci_high'])})"
                for r in rows
            ],
            "verdict": [r["verdict"] for r in rows],
            "note": [fmt.text(r["note"], "") for r in rows],
        }
    )
    columns = [
        Col("unit", "Процедура, предмет, класс"),
        Col("before", "Было"),
        Col("after", "Стало"),
        Col("delta", "Изменение доли низких (95 % интервал)", missing="не сопоставимо"),
        Col("verdict", "Динамика", "verdict"),
    ]
    if frame["note"].str.strip().any():
        columns.append(Col("note", "Пояснение", missing="пояснения нет"))
    return DataTable(frame, columns, caption="Сравнение с прошлым сопоставимым годом")


def _measured(share: Any, n: Any, year: Any) -> str:
    if fmt.is_missing(share):
        return ""
    return f"{fmt.percent(share)} из{fmt.NBSP}{fmt.number(n)}, {school_year(year)}"

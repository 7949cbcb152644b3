"""A school's results given its conditions, and its direction over three years and more."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.charts.conditions import context_scatter
from shnor_lib.report.charts.trends import trend_plot
from shnor_lib.report.context_words import (
    TREND,
    deviation_sentence,
    resilient_words,
    third,
    trend_sentence,
    years_words,
)
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year, unit_label
from shnor_lib.report.profile import Frames
from shnor_lib.report.rows import Row
from shnor_lib.report.words import probability_words

DRAWN = 12
"""Runs of a school drawn at most; the table has them all."""


def conditions_section(frames: Frames, school_id: str) -> list[str]:
    """The school against schools in like conditions; whether it is resilient."""
    analysis = frames.analysis
    blocks: list[str] = []
    found = analysis.contextual
    if found is None:
        reason = analysis.refusals.get("contextual", "")
        if reason:
            blocks.append(fmt.escape_md(reason))
    else:
        model = found.best
        own = frames.deviations[school_id]
        if not own:
            blocks.append(
                f"За {years_words(model.years)} с{fmt.NBSP}условиями сравнить нельзя: нет индекса или "
                "достаточных результатов."
            )
        else:
            sentence = deviation_sentence(own[0], model.years, places=bool(model.base))
            blocks += [
                fmt.escape_md(sentence),
                "Это сравнение, а не оценка работы учителей: в разнице осталось всё, чего индекс не "
                "видит. Как считалось — на странице "
                "[«Результаты с учётом условий»](../context.qmd).",
                show(
                    context_scatter(
                        model,
                        frames.names,
                        title="результаты, % от максимума рейтинга"
                        if found.composite.kind == "rating"
                        else "доля результатов выше низких",
                        highlight=school_id,
                    )
                ),
            ]
    return [*blocks, *_resilient(frames, school_id)]


def _resilient(frames: Frames, school_id: str) -> list[str]:
    found = frames.analysis.resilient
    own = frames.resilient[school_id]
    if found is None or not own or not own[0]["resilient"]:
        return []
    row, rule = own[0], found.rule
    return [
        f"**Резильентная школа:** индекс в{fmt.NBSP}нижней {third(rule.index_share)}, результаты "
        f"в{fmt.NBSP}верхней {third(rule.result_share)} — лет: {fmt.of(row['n_both'], row['n_years'])} "
        f"({years_words(found.window)}). Вероятность, что истинные результаты были высокими не меньше "
        f"чем в{fmt.NBSP}{fmt.count_phrase(rule.min_years, 'году', 'годах', 'годах')}, — "
        f"{probability_words(row['probability'])} ({resilient_words(row)})."
    ]


def direction_section(frames: Frames, school_id: str) -> list[str]:
    """Direction of all results together and of single runs."""
    analysis = frames.analysis
    if analysis.trends is None:
        reason = analysis.refusals.get("trends", "")
        return [fmt.escape_md(reason)] if reason else []
    own = frames.directions[school_id]
    if not own:
        return [
            f"Рядов хотя бы в{fmt.NBSP}{fmt.count_phrase(analysis.trends.rule.min_years, 'год', 'года', 'лет')} "
            "подряд, которые можно сравнивать, у школы нет."
        ]
    blocks = [fmt.escape_md(trend_sentence(own[0]))]
    runs = frames.runs[school_id]
    if not runs:
        return blocks
    named = [
        {
            **row,
            "label": unit_label(row["procedure"], row["grade"], row["subject"], row["season"]),
        }
        for row in sorted(runs, key=lambda row: (row["p_value"], -abs(row["slope"])))
    ]
    chart = trend_plot(named[:DRAWN])
    said = (
        f"Показано рядов: {fmt.of(min(DRAWN, len(named)), len(named))} — самые заметные. "
        if len(named) > DRAWN
        else ""
    )
    proven = sum(row["verdict"] != "no_change" for row in named)
    said += (
        f"С поправкой на число проверок направление показано у{fmt.NBSP}{fmt.of(proven, len(named))} "
        f"{'ряда' if len(named) == 1 else 'рядов'}."
    )
    table = _runs_table(named, analysis.year)
    return [
        *blocks,
        show(chart),
        said,
        raw(f"<details><summary>Все ряды числами</summary>{table.html()}</details>"),
    ]


def _runs_table(rows: list[Row], year: int) -> DataTable:
    return DataTable(
        [
            {
                **row,
                "span": fmt.points_interval(row["slope_low"], row["slope_high"]),
                "way": TREND[row["verdict"]],
            }
            for row in rows
        ],
        [
            Col("label", "Процедура, предмет, класс"),
            Col("n_years", "Лет", "int"),
            Col("n", "Участий", "int"),
            Col("slope", "В год", "points"),
            Col("span", f"С вероятностью 95{fmt.NNBSP}%"),
            Col("way", "Направление"),
        ],
        caption=f"Доля низких результатов в сопоставимых рядах до {school_year(year)} учебного года",
    )

"""What was checked: every criterion with its outcome; the status over the years; other rules."""

from __future__ import annotations

from typing import Any

from shnor_lib.methods.ruleset import IndexBelow, RatingBelow, ResultsShare
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.display import Col, DataTable, badge
from shnor_lib.report.format import of
from shnor_lib.report.labels import CONFIDENCE, STATUS_FOR, label, school_year, unit_label
from shnor_lib.report.profile import Frames
from shnor_lib.report.rows import Row
from shnor_lib.report.words import operator_of, probability_words, threshold_words, value_words


def criteria_section(frames: Frames, school_id: str) -> list[str]:
    """All criteria of the rules in force with what was found."""
    analysis = frames.analysis
    rows = frames.criteria[school_id]
    if not rows:
        return ["В этом году показатели школы не проверялись."]
    table = DataTable(
        criteria_frame(frames, rows),
        [
            Col("title", "Показатель"),
            Col("status_for", "Признак"),
            Col("outcome", "Итог", "outcome"),
            Col("value", "Значение", help="Результат, на котором решился вопрос"),
            Col("threshold", "Порог", missing="порог не задан"),
            Col("interval", "95 % интервал", missing="для полного учёта интервала нет"),
            Col("probability", "Вероятность, что за порогом", missing="не оценивается"),
            Col("years", "Годы"),
        ],
        caption=f"Проверенные показатели, {school_year(analysis.year)} учебный год",
    )
    return [
        f"Правила: «{fmt.escape_md(analysis.ruleset.title)}». Откуда взят каждый порог и насколько "
        "он твёрд — на странице [«Методика»](../method.qmd).",
        show(table),
    ]


def criteria_frame(frames: Frames, rows: list[Row]) -> list[Row]:
    """Rows of the table of criteria in words."""
    rule = {criterion.id: criterion for criterion in frames.analysis.ruleset.criteria}
    found = []
    for row in rows:
        criterion = rule[str(row["criterion"])]
        results = isinstance(criterion, ResultsShare)
        value = ""
        if not fmt.is_missing(row["value"]):
            value = value_words(row["value"], criterion)
            if not fmt.is_missing(row["n"]):
                value += f" ({of(row['numerator'], row['n'])})"
            if results:
                unit = unit_label(row["procedure"], row["grade"], row["subject"])
                value = f"{unit}: {value}"
            elif isinstance(criterion, RatingBelow):
                value += " от максимума"
            elif isinstance(criterion, IndexBelow):
                value += " из 100"
        counted = criterion.counts
        found.append(
            {
                "title": fmt.nice(criterion.title),
                "status_for": label(STATUS_FOR, row["status_for"]),
                "outcome": row["outcome"],
                "value": value,
                "threshold": threshold_words(row["threshold"], operator_of(criterion), criterion)
                if counted
                else None,
                "interval": fmt.interval(row["low"], row["high"], missing=""),
                "probability": probability_words(row["probability"])
                if results and not fmt.is_missing(row["probability"])
                else "",
                "years": years_words(row["years_used"]),
            }
        )
    return found


def years_words(years: Any) -> str:
    """«2023, 2024» → «2022/23, 2023/24»."""
    if fmt.is_missing(years) or not str(years).strip():
        return ""
    return ", ".join(school_year(int(year)) for year in str(years).split(","))


def timeline_section(frames: Frames, school_id: str) -> list[str]:
    """Status year by year."""
    rows = frames.statuses[school_id]
    if not rows:
        return ["Статус школы ни за один год не определялся."]
    items = "".join(
        f'<li><span class="year">{school_year(row["year"])}</span>{badge(row["status"])}'
        f'<span class="shnor-source">{fmt.escape(_surely(row), "")}</span></li>'
        for row in rows
    )
    return [raw(f'<ol class="shnor-timeline">{items}</ol>')]


def _surely(row: Row) -> str:
    if row["status"] in {"insufficient", "excluded"}:
        return ""
    return label(CONFIDENCE, row["confidence"])


def compare_section(frames: Frames, school_id: str) -> list[str]:
    """How the other rules judge the school in the latest year."""
    analysis = frames.analysis
    if not analysis.others:
        return []
    found = []
    for name, identification in analysis.identifications.items():
        by_school = frames.statuses if name == analysis.ruleset.id else frames.other_statuses[name]
        row = by_school.year(school_id, analysis.year) or {}
        titles = {c.id: c.title for c in identification.ruleset.criteria}
        met = [one for one in str(row.get("criteria_met") or "").split(", ") if one]
        found.append(
            {
                "title": identification.ruleset.title,
                "status": row.get("status"),
                "confidence": row.get("confidence"),
                "met": "; ".join(fmt.nice(titles.get(one, one)) for one in met) or "нет",
                "standing": identification.ruleset.source.standing,
            }
        )
    table = DataTable(
        found,
        [
            Col("title", "Правила"),
            Col("status", "Статус", "status"),
            Col("confidence", "Уверенность", "confidence"),
            Col("met", "Выполненные показатели"),
            Col("standing", "Источник правил"),
        ],
        caption=f"Статус школы по разным правилам, {school_year(analysis.year)} учебный год",
    )
    agreed = len({str(row["status"]) for row in found}) == 1
    sentence = (
        "Все правила дают школе один и тот же статус."
        if agreed
        else "Правила расходятся: каждое смотрит на свои показатели и годы. Решение принимается по "
        "первым из них."
    )
    return [sentence, show(table)]

"""Sections of «Проверка методов» about its targets, what was missed, and what it cannot show."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets, callout, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.rows import Row
from shnor_lib.report.validation_figures import CHECKS, INTERVALS, PROBABILITIES, SCENARIOS

Figures = dict[str, Any]


def targets_section(figures: Figures) -> list[str]:
    """Every target with what was found; the missed ones with the reason."""
    names = {**PROBABILITIES, **INTERVALS, **SCENARIOS}
    rows = []
    for check in figures["checks"]:
        what = (PROBABILITIES if check["kind"] == "calibration" else names)[check["what"]]
        rows.append(
            {
                "kind": CHECKS[check["kind"]],
                "what": what,
                "value": _value(check, check["value"]),
                "bounds": _bounds(check),
                "met": "да" if check["met"] else "нет",
            }
        )
    table = DataTable(
        rows,
        [
            Col("what", "Что проверено"),
            Col("kind", "Цель"),
            Col("value", "Получено"),
            Col("bounds", "Нужно"),
            Col("met", "Достигнуто", filter=True),
        ],
        caption="Цели проверки",
    )
    return [
        "Цели названы до первого прогона и под ответ не подгонялись.",
        *_missed(figures, names),
        callout("note", "Все цели в таблице", show(table), level=3, folded=True),
    ]


def _value(check: Row, value: float | None) -> str:
    if check["kind"] in {"bias", "naive"}:
        return fmt.points(value, 2).removeprefix("+")
    if check["kind"] == "calibration":
        return fmt.points(value).removeprefix("+")
    return fmt.percent(value)


def _bounds(check: Row) -> str:
    low, high = check["low"], check["high"]
    if low is not None and high is not None:
        return fmt.interval(low, high)
    if low is not None:
        return f"не меньше {_value(check, low)}"
    return f"не больше {_value(check, high)}"


def _missed(figures: Figures, names: dict[str, str]) -> list[str]:
    reasons = [
        f"**{fmt.escape_md(fmt.sentence_case(CHECKS[c['kind']]))}: "
        f"{fmt.escape_md((PROBABILITIES if c['kind'] == 'calibration' else names)[c['what']])}.** "
        f"{WHY.get((c['kind'], c['what']), 'Причина выясняется.')}"
        for c in figures["checks"]
        if not c["met"]
    ]
    return (
        [callout("warning", "Чего достичь не удалось", bullets(reasons), level=3)]
        if reasons
        else []
    )


WHY: dict[tuple[str, str], str] = {}
"""Why a target is missed, for those that are."""


def limits() -> str:
    """What must not be concluded."""
    return bullets(
        [
            "Вымышленный регион честен: никто не подсказывал и не завышал отметок. О необъективных "
            "результатах эта проверка ничего не говорит.",
            "Если настоящие школы различаются совсем не так, как в четырёх мирах, цифры будут "
            "другими.",
            "Проверено, как методы справляются со случайностью. Верен ли сам порог и те ли "
            "показатели выбраны, расчёт не скажет: это решает методика.",
            "Вероятность нельзя проверить на одной школе: она сбывается в среднем по многим.",
        ]
    )

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
        "Границы целей заданы до первого прогона и не менялись. Уточнено, о чём говорят три величины: после "
        "пробных прогонов — вероятность критерия и статуса («хотя бы по одному предмету»), после первого "
        "полного прогона — отклонение по трём годам: сначала оно читалось как «надолго», но этого по трём "
        "годам не узнать, и теперь оно относится к самим этим годам. Прочие прочтения показаны рядом и "
        "целями не считаются. Отклонение от условий проверено на втрое большем числе регионов, статусы — на "
        "вдесятеро большем: в регионе у школы они одни, и в десятой доле вероятностей было бы двести-триста "
        "случаев — в них пять процентных пунктов расхождения даёт одна случайность. На прежнем числе регионов "
        "худшие десятые доли расходились на 5,1 п. п. (отклонение за один год), 7,1 п. п. (за три года) и "
        "7,3 п. п. (статус школы из списка); для статусов на втрое большем — на 5,9 п. п. Перед последним "
        "прогоном из правды о статусе исключены предметы, по которым есть результаты не за все годы критерия: "
        "выполнить его они не могут.",
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
    """The missed targets, those with one reason together."""
    by_reason: dict[str, list[str]] = {}
    for check in figures["checks"]:
        if check["met"]:
            continue
        kinds = PROBABILITIES if check["kind"] == "calibration" else names
        reason = WHY.get((check["kind"], check["what"]), "Причина выясняется.")
        found = f"{kinds[check['what']]} — {_value(check, check['value'])}, "
        found += f"нужно {_bounds(check)} ({CHECKS[check['kind']]})"
        by_reason.setdefault(reason, []).append(fmt.escape_md(found))
    if not by_reason:
        return []
    items = [f"{fmt.sentence_case('; '.join(found))}. {why}" for why, found in by_reason.items()]
    return [callout("warning", "Чего достичь не удалось", bullets(items), level=3)]


WHY: dict[tuple[str, str], str] = {}
"""Why a target is missed, for those that are (a test compares)."""


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

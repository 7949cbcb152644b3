"""Words, tables and charts of the first monitoring: who is on the list, why, how surely.

Here: the beginning and the end of the notebook, and under one name everything in between, which
stands in the neighbouring modules by subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification
from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.labels import (
    LISTED,
    audience_words,
    school_year,
)
from shnor_lib.report.monitoring.confidence import confidence_table, confidence_text
from shnor_lib.report.monitoring.criteria import (
    criteria_table,
    criteria_text,
    municipalities_table,
)
from shnor_lib.report.monitoring.gaps import insufficient_table, risk_zone_table
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
    change_blocks,
    confidence_sentence,
    count_statuses,
    of_year,
    school_links,
)
from shnor_lib.report.monitoring.low_map import low_share_map
from shnor_lib.report.monitoring.rating_index import (
    index_chart,
    index_table,
    index_text,
    rating_chart,
    rating_table,
    rating_text,
)
from shnor_lib.report.monitoring.readings import readings_chart, readings_table, readings_text
from shnor_lib.report.monitoring.reasons import reasons_list
from shnor_lib.report.monitoring.small_schools import (
    chance_text,
    funnel_view,
    model_chart,
    model_text,
    priors_table,
    shrinkage_chart,
    side_by_side,
    unlisted_table,
)
from shnor_lib.report.recommendation_words import low_first
from shnor_lib.report.words import year_summary
from shnor_lib.store import Dataset

__all__ = [
    "attempt",
    "chance_text",
    "confidence_table",
    "confidence_text",
    "criteria_table",
    "criteria_text",
    "funnel_view",
    "index_chart",
    "index_table",
    "index_text",
    "insufficient_table",
    "limits",
    "low_share_map",
    "main_points",
    "model_chart",
    "model_text",
    "municipalities_table",
    "next_steps",
    "parameters_line",
    "priors_table",
    "rating_chart",
    "rating_table",
    "rating_text",
    "readings_chart",
    "readings_table",
    "readings_text",
    "reasons_list",
    "risk_zone_table",
    "shrinkage_chart",
    "side_by_side",
    "unlisted_table",
    "year_changes",
]

T = TypeVar("T")


def attempt(compute: Callable[[], T]) -> tuple[T | None, str]:
    """The result and an empty reason, or None and the reason the method refused (Russian).

    Only refusals are caught: an error in the program stays an error.
    """
    try:
        return compute(), ""
    except ShnorError as error:
        return None, str(error)


def main_points(
    found: Identification,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> Box:
    """The year in a few lines: how many, how surely, what changed."""
    statuses = found.statuses
    counts = count_statuses(statuses, year)
    rows = of_year(statuses, year)
    weak = rows[rows["status"].isin(LISTED) & (rows["confidence"] == "borderline")]
    lines = [
        fmt.escape_md(year_summary(statuses, year, title=found.ruleset.title)),
        confidence_sentence(statuses, year),
    ]
    if len(weak):
        lines.append(
            f"На границе {fmt.plural(len(weak), 'находится', 'находятся', 'находятся')} "
            f"{school_links(weak['school_id'], names, links, most=10)}: правило выполнено, но "
            "при такой численности это могло получиться случайно."
        )
    zone = counts.by_status["risk_zone"]
    if zone:
        lines.append(
            f"В зоне риска {fmt.count_phrase(zone, *SCHOOLS)}: статуса нет, но в последнем году "
            "показатель за порогом."
        )
    return box(f"Главное за {school_year(year)} учебный год", *lines)


def year_changes(
    found: Identification, year: int, names: Mapping[str, str], links: Mapping[str, str]
) -> Text:
    """Who entered the list and who left it since the previous year."""
    return text(*change_blocks(found.statuses, year, names, links))


def limits(found: Identification, data: Dataset, year: int, calendar: Calendar) -> Text:
    """What cannot be concluded from this monitoring."""
    lines = [
        "Статус говорит о результатах и условиях, а не о качестве работы учителей и директора: "
        "у школ разный состав учеников.",
        "Отсутствие признаков не означает, что всё хорошо: правило смотрит только на те процедуры "
        "и показатели, которые в нём названы.",
        "Результаты ВПР могут быть завышены или занижены; проверка объективности — отдельный "
        "вопрос, на статус она не влияет.",
    ]
    rows = of_year(found.statuses, year)
    unknown = int((rows["status"] == "insufficient").sum())
    if unknown:
        lines.append(
            (
                "Об одной школе"
                if unknown == 1
                else f"О{fmt.NBSP}{fmt.number(unknown)} "
                + fmt.plural(unknown, "школе", "школах", "школах")
            )
            + " судить нельзя — ни хорошо, ни "
            "плохо: данных недостаточно."
        )
    if year == min(found.years):
        lines.append(
            f"{school_year(year)} — первый год с данными: критериям, которым нужны два года, "
            "опереться не на что, поэтому список неполон."
        )
    lines += [
        f"В{fmt.NBSP}{school_year(change.year)} изменилась шкала ({fmt.escape_md(change.note)}): "
        "критерии за несколько лет опираются здесь на разные шкалы, и вход в список или выход из "
        "него может быть следствием этой смены."
        for change in calendar.scale_breaks
        # A criterion looks at most two years back from the status year.
        if year - 2 < change.year <= year
    ]
    open_questions = [c.title for c in found.ruleset.criteria if not c.counts]
    if open_questions:
        lines.append(
            "Показатели без порога показаны, но статуса не дают: "
            f"{'; '.join(fmt.escape_md(low_first(title)) for title in open_questions)}."
        )
    if data.social_passport[data.social_passport["year"] == year].empty:
        lines.append(
            "Социальных паспортов за этот год нет: о сложных социальных условиях судить не по чему."
        )
    return text(bullets(lines))


def next_steps(
    found: Identification, year: int, names: Mapping[str, str], links: Mapping[str, str]
) -> Text:
    """What to do with the list, with the schools named."""
    rows = of_year(found.statuses, year)
    listed = rows[rows["status"].isin(LISTED)]

    def named(chosen: pd.DataFrame) -> str:
        return school_links(chosen["school_id"], names, links, most=10)

    firm = listed[listed["confidence"].isin(["certain", "likely"])]
    weak = listed[~listed["confidence"].isin(["certain", "likely"])]
    zone = rows[rows["status"] == "risk_zone"]
    unknown = rows[rows["status"] == "insufficient"]
    lines = []
    if len(firm):
        lines.append(
            f"**Назначить куратора и начать поддержку:** {named(firm)}. Причины и исходные ячейки "
            "— на странице школы."
        )
    if len(weak):
        lines.append(
            f"**Сначала проверить:** {named(weak)}. Правило выполнено, но вывод держится на малом "
            "числе участников или на самом пороге."
        )
    if len(zone):
        lines.append(
            f"**Держать под наблюдением:** {named(zone)}. Ещё один такой год — и критерий "
            "будет выполнен."
        )
    if len(unknown):
        lines.append(
            f"**Собрать данные:** {named(unknown)}. Решение по малочисленным школам принимает "
            "человек."
        )
    if not lines:
        lines.append("Школ, требующих решений, в этом году нет.")
    lines.append(
        "**Срок:** решения о рисках нового учебного года принимаются не позднее июля (п. 4.3.6 "
        "Положения, Оленёк)."
    )
    return text(bullets(lines))


def parameters_line(
    found: Identification, data: Dataset, year: int, audience: str, title: str
) -> Text:
    """What this copy of the notebook was run for."""
    return text(
        f"{fmt.escape_md(title)}. **{school_year(year)} учебный год**; свод правил "
        f"«{fmt.escape_md(found.ruleset.title)}» ({found.ruleset.source.standing}); "
        f"школ в реестре — {fmt.number(len(data.schools))}; {audience_words(audience)}."
    )

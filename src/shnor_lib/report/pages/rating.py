"""The page of the rating and the wellbeing index: places, and how far they can be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.identification import CERTAIN, LIKELY
from shnor_lib.methods.ranking import RatingResult
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, bullets, callout, capped, cards, front_matter, page, show
from shnor_lib.report.charts.rating import lowest_places
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.rating_checks import assumptions_section, coherence_section
from shnor_lib.report.pages.rating_index import index_section
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import Row, records
from shnor_lib.report.words import SURE, probability_words

LOWEST_SHOWN = 12
"""Schools in the chart of the lowest places."""
FEW_RESULTS = 50
"""With fewer results behind a score the page says that they are few."""


def page_of_rating(site: Site) -> bytes:
    """``rating.qmd``."""
    analysis = site.analysis
    year = school_year(analysis.year)
    return page(
        [
            front_matter(
                "Рейтинг и индекс",
                subtitle=f"{year} учебный год: места школ, их надёжность и условия работы",
            ),
            *_rating(analysis, site.names, site.links),
            f"## Индекс социального благополучия, {year}",
            *index_section(analysis, site.names, site.links),
        ]
    )


def _rating(analysis: Analysis, names: Mapping[str, str], links: Mapping[str, str]) -> list[str]:
    rating, refusals = analysis.rating, analysis.refusals
    if rating is None:
        reason = refusals.get(f"rating:{analysis.rating_id}", "")
        return ["## Рейтинг", f"Рейтинг не рассчитан. {fmt.escape_md(reason, '')}".strip()]
    rows = rated_rows(analysis, rating, names, links)
    if not rows:
        return [
            "## Рейтинг",
            f"За {school_year(analysis.year)} учебный год рейтинг рассчитать не для кого: ни у "
            "одной школы нет нужных показателей.",
        ]
    return [
        _headline(analysis, rating, rows),
        _cards(rows),
        _limits(rows),
        "## Школы с самыми низкими местами",
        *_lowest(rows, names, rating),
        "## Все школы",
        show(_table(rows, analysis)),
        "## От чего зависят места",
        *assumptions_section(analysis.uncertainty, refusals.get("uncertainty", "")),
        "## Веса и согласованность показателей",
        *coherence_section(
            analysis.rating_coherence,
            refusals.get("rating_coherence", ""),
            what="рейтинг",
        ),
    ]


def rated_rows(
    analysis: Analysis,
    rating: RatingResult,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> list[Row]:
    """Rated schools of the latest year from the last place up.

    Rows of ``RatingResult.scores`` with ``name``, ``href``, ``chance_low``, ``chance_high``
    (interval by chance alone) and, over all variants, ``low``, ``high``, ``rank_median``,
    ``p_quarter``, ``p_below``; without variants these come from chance alone.
    """
    scores = rating.scores
    scores = scores[(scores["year"] == analysis.year) & scores["rank"].notna()]
    varied: dict[str, Row] = {}
    if analysis.uncertainty is not None:
        varied = {row["school_id"]: row for row in records(analysis.uncertainty.schools)}
    found = []
    for row in records(scores.sort_values(["rank", "school_id"], ascending=[False, True])):
        key = row["school_id"]
        over_all = varied.get(key)
        found.append(
            {
                **row,
                "name": names.get(key, key),
                "href": links.get(key),
                "chance_low": row["rank_low"],
                "chance_high": row["rank_high"],
                "low": over_all["rank_low"] if over_all else row["rank_low"],
                "high": over_all["rank_high"] if over_all else row["rank_high"],
                "rank_median": over_all["rank_median"] if over_all else None,
                "p_quarter": over_all["p_lowest_quarter"] if over_all else row["p_lowest_quarter"],
                "p_below": over_all["p_below"] if over_all else None,
            }
        )
    return found


def sureness(probability: Any) -> str:
    """How sure it is that a school belongs to the lowest quarter, in words."""
    if fmt.is_missing(probability):
        return "не оценивается"
    p = float(probability)
    if p >= CERTAIN:
        return "уверенно да"
    if p >= LIKELY:
        return "вероятно да"
    if p > 1 - LIKELY:
        return "на границе"
    return "вероятно нет" if p > 1 - CERTAIN else "уверенно нет"


def _headline(analysis: Analysis, rating: RatingResult, rows: list[Row]) -> str:
    definition = rating.definition
    text = (
        f"**{fmt.escape_md(fmt.nice(definition.title))}**: "
        f"{fmt.count_phrase(len(rows), 'школа', 'школы', 'школ')}. Школа получает долю от "
        "максимума, который могла бы набрать; из чего он складывается — на странице "
        "[«Методика»](method.qmd). "
        if definition.has_maximum
        else f"**{fmt.escape_md(fmt.nice(definition.title))}**: "
        f"{fmt.count_phrase(len(rows), 'школа', 'школы', 'школ')}; общего максимума у баллов нет. "
    )
    if definition.source.standing != "норматив":
        text += (
            f"Веса показателей — {fmt.escape_md(definition.source.standing)}: документы их не "
            "приводят, поэтому ниже показано, что меняется при других весах. "
        )
    others = [r.definition.title for k, r in analysis.ratings.items() if k != analysis.rating_id]
    if others:
        listed = fmt.join_ru([f"«{fmt.escape_md(fmt.nice(title))}»" for title in others])
        text += f"Своды правил используют ещё {listed} — см. профили школ. "
    if rating.note:
        text += fmt.escape_md(rating.note)
    return text.strip()


def _cards(rows: list[Row]) -> str:
    items = [Card(fmt.number(len(rows)), fmt.plural(len(rows), "школа", "школы", "школ"))]
    widths = sorted(row["high"] - row["low"] + 1 for row in rows if row["low"] is not None)
    if widths:
        middle = round(widths[len(widths) // 2])
        items.append(
            Card(
                fmt.number(middle),
                fmt.plural(middle, "место", "места", "мест") + " — обычная ширина интервала",
                f"из{fmt.NBSP}{fmt.number(len(rows))} возможных",
            )
        )
    known = [row for row in rows if row["p_quarter"] is not None]
    if known:
        for title, low, high, hint in (
            ("в нижней четверти уверенно", CERTAIN, 2.0, "в 95\u202f% вариантов и чаще"),
            ("в нижней четверти вероятно", LIKELY, CERTAIN, "в 75–95\u202f% вариантов"),
            ("на границе нижней четверти", 1 - LIKELY, LIKELY, "в 25–75\u202f% вариантов"),
        ):
            count = sum(low <= float(row["p_quarter"]) < high for row in known)
            items.append(Card(fmt.number(count), title, hint))
    return cards(items)


def _limits(rows: list[Row]) -> str:
    few = sum(0 < (row["n_results"] or 0) < FEW_RESULTS for row in rows)
    small = (
        f"У {fmt.count_of(few, 'школы', 'школ')} за рейтингом стоит меньше "
        f"{fmt.number(FEW_RESULTS)} результатов: их место — в основном случайность."
        if few
        else ""
    )
    return callout(
        "important",
        "Чего из рейтинга заключать нельзя",
        bullets(
            [
                "Что школа с местом выше работает лучше, чем школа с местом ниже: если интервалы "
                "их мест перекрываются, различие могло получиться случайно или из-за выбора весов.",
                "Что низкое место — вина школы: рейтинг не знает, с какими детьми и в каких "
                "условиях она работает. Условия — в индексе ниже.",
                "Что школа стала лучше или хуже, если место изменилось: соседи тоже меняются, а "
                "интервалы мест широки. Об изменениях говорит динамика результатов.",
                "Рособрнадзор предостерегает от рейтингов по результатам ВПР: место не основание "
                "ни для наказания, ни для награды. Рейтинг нужен, чтобы направить помощь.",
                *([small] if small else []),
            ]
        ),
    )


def _lowest(rows: list[Row], names: Mapping[str, str], rating: RatingResult) -> list[str]:
    chosen = rows[:LOWEST_SHOWN]
    blocks = []
    if any(row["low"] is not None for row in chosen):
        blocks.append(
            "Серая полоса — между какими местами школа оказывается в 95\u202f% вариантов, когда меняется "
            "всё сразу: веса, перевод в баллы, способ сложения и случайный состав участников. "
            "Синяя — когда меняется только состав участников. Там, где полосы двух школ "
            "перекрываются, их порядок мало что значит."
        )
    else:
        blocks.append(f"Интервалов нет. {fmt.escape_md(rating.note, '')}".strip())
    shown = [row if row["low"] is not None else {**row, "low": row["rank"], "high": row["rank"]}
             for row in chosen]  # fmt: skip
    blocks.append(show(lowest_places(shown, names)))
    return blocks


def _table(rows: list[Row], analysis: Analysis) -> DataTable:
    uncertainty = analysis.uncertainty
    shown = pd.DataFrame(
        [
            {
                **row,
                "place": fmt.number(row["rank"]),
                "by_chance": _span(row["chance_low"], row["chance_high"]),
                "by_all": _span(row["low"], row["high"]),
                "quarter": f"{sureness(row['p_quarter'])} ({probability_words(row['p_quarter'])})"
                if row["p_quarter"] is not None
                else None,
                "below": probability_words(row["p_below"]) if row["p_below"] is not None else None,
            }
            for row in rows
        ]
    )
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col(
            "score",
            "Доля от максимума" if analysis.rating and analysis.rating.definition.has_maximum
            else "Баллы",
            "percent" if analysis.rating and analysis.rating.definition.has_maximum else "decimal",
        ),
        Col("place", f"Место из{fmt.NBSP}{fmt.number(len(rows))}", order="rank"),
        Col(
            "by_chance",
            "Интервал: случайность",
            order="chance_high",
            help=f"Между какими местами школа, {SURE}, если меняется только состав участников",
            missing="случайной ошибки нет",
        ),
    ]  # fmt: skip
    if uncertainty is not None:
        columns.append(
            Col(
                "by_all",
                "Интервал: случайность и методика",
                order="high",
                help="Между какими местами школа в 95 % вариантов, когда меняется всё сразу",
            )
        )
    columns.append(
        Col(
            "quarter",
            "В нижней четверти",
            order="p_quarter",
            help="Доля вариантов, в которых школа среди четверти с самыми низкими местами",
            missing="не оценивается",
        )
    )
    if uncertainty is not None and uncertainty.cutoff is not None:
        columns.append(
            Col(
                "below",
                f"Ниже {fmt.percent(uncertainty.cutoff, 0)} максимума",
                order="p_below",
                help="Доля вариантов с той же шкалой, в которых школа ниже границы, то есть в списке",
            )
        )
    columns.append(
        Col(
            "n_results",
            "Результатов учтено",
            "int",
            help="Сколько работ участников стоит за показателями; один ученик пишет несколько работ",
        )
    )
    return capped(
        shown,
        columns,
        caption=f"Рейтинг, {school_year(analysis.year)} учебный год: сначала школы, которым труднее",
        most=1000,
        nouns=("школы", "школ"),
        sortable=True,
    )


def _span(low: Any, high: Any) -> str | None:
    if fmt.is_missing(low) or fmt.is_missing(high):
        return None
    return fmt.range_words(fmt.decimal(low, 0), fmt.decimal(high, 0))

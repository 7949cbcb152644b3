"""The answer first: the status, why, how surely, and the key figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Card, callout, cards, raw
from shnor_lib.report.display import badge
from shnor_lib.report.labels import LISTED, STATUS_LONG, VERDICT, label, school_year
from shnor_lib.report.profile import Frames
from shnor_lib.report.rows import Row
from shnor_lib.report.words import (
    Reason,
    confidence_sentence,
    rank_words,
    reason_sentences,
    short_title,
    status_sentence,
)

REASONS_SHOWN = 6
"""Reasons shown at the top; the rest is folded."""

SUPPORT_NOTE = (
    "Статус и место в рейтинге нужны, чтобы вовремя помочь школе. Рособрнадзор предостерегает от "
    "рейтингов и наказаний по итогам ВПР: такие решения искажают сами результаты. Прежде чем "
    "делать выводы, поговорите со школой и посмотрите на исходные данные в конце страницы."
)


def reasons_of(frames: Frames, school_id: str) -> list[Reason]:
    """Reasons of the latest year's status; found once for the profile and the municipality."""
    analysis = frames.analysis
    if school_id not in frames.reasons:
        frames.reasons[school_id] = reason_sentences(
            analysis.identification, analysis.dataset, school_id, analysis.year
        )
    return frames.reasons[school_id]


def head(frames: Frames, school_id: str) -> list[str]:
    """Badge, sentence, reasons, key figures, what the page is for."""
    analysis = frames.analysis
    status = frames.statuses.year(school_id, analysis.year)
    if status is None:
        return [
            raw(f"<p>{badge('insufficient')}</p>"),
            f"За {school_year(analysis.year)} учебный год данных об этой школе нет, поэтому "
            "статус не определялся.",
        ]
    code = str(status["status"])
    blocks = [
        raw(f"<p>{badge(code)} {fmt.escape(fmt.sentence_case(STATUS_LONG.get(code, '')))}</p>"),
        fmt.escape_md(status_sentence(code, analysis.year, analysis.ruleset.title, status["n_met"]))
        + _how_sure(frames, school_id, status),
    ]
    if code in LISTED:
        blocks += _reasons(reasons_of(frames, school_id))
    elif code == "risk_zone":
        blocks += _near(frames, school_id)
    blocks.append(_figures(frames, school_id, status))
    blocks.append(callout("note", "Для поддержки, а не для наказания", SUPPORT_NOTE))
    return blocks


def _how_sure(frames: Frames, school_id: str, status: Row) -> str:
    """Confidence of a status; of one that could not be given, what was missing."""
    code = status["status"]
    if code == "excluded":
        return ""
    if code == "insufficient":
        return _missing(frames, school_id)
    said = confidence_sentence(code, status["confidence"], status["probability"])
    return " " + fmt.escape_md(said)


def _missing(frames: Frames, school_id: str) -> str:
    titles = {c.id: short_title(c) for c in frames.analysis.ruleset.criteria}
    parts = []
    for outcome, words in (("no_data", "Нет данных"), ("few", "Мало участников")):
        names = [
            str(titles.get(row["criterion"], row["criterion"]))
            for row in frames.criteria[school_id]
            if row["outcome"] == outcome and row["status_for"] == "low_results"
        ]
        if names:
            parts.append(f" {words} по показателям: {fmt.escape_md(', '.join(names))}.")
    if not parts:
        return ""
    return "".join(parts) + (
        " Показатель можно проверить, только если результаты есть за все годы, которых требуют "
        "правила."
    )


def _reasons(reasons: list[Reason]) -> list[str]:
    if not reasons:
        return []
    blocks = ["**Почему:**", raw(_list_html(reasons[:REASONS_SHOWN]))]
    rest = reasons[REASONS_SHOWN:]
    if rest:
        more = fmt.count_phrase(len(rest), "причина", "причины", "причин")
        blocks.append(
            raw(f"<details><summary>Ещё {fmt.escape(more)}</summary>{_list_html(rest)}</details>")
        )
    return blocks


def _list_html(reasons: list[Reason]) -> str:
    items = "".join(
        f'<li class="shnor-reason"><p>{fmt.escape(reason.text)}</p>{_chance(reason)}'
        + "".join(
            f'<span class="shnor-source">{fmt.escape(source.line())}</span>'
            for source in reason.sources
        )
        + "</li>"
        for reason in reasons
    )
    return f'<ul class="shnor-reasons">{items}</ul>'


def _chance(reason: Reason) -> str:
    words = reason.confidence
    return f'<span class="shnor-source">{fmt.escape(words)}.</span>' if words else ""


def _near(frames: Frames, school_id: str) -> list[str]:
    """What is beyond its threshold in the latest year alone."""
    analysis = frames.analysis
    titles = {criterion.id: criterion.title for criterion in analysis.ruleset.criteria}
    found = [
        f"- {fmt.escape_md(titles.get(str(row['criterion']), row['criterion']))}"
        for row in frames.criteria[school_id]
        if row["beyond_latest"]
    ]
    if not found:
        return []
    return [f"За порогом в {school_year(analysis.year)}:", "\n".join(found)]


def _figures(frames: Frames, school_id: str, status: Mapping[str, Any]) -> str:
    analysis = frames.analysis
    year = analysis.year
    items: list[Card] = []
    judged = sum(row["outcome"] in {"met", "not_met"} for row in frames.criteria[school_id])
    if judged and str(status["status"]) != "excluded":
        met = 0 if fmt.is_missing(status["n_met"]) else int(status["n_met"])
        items.append(
            Card(
                fmt.number(met),
                fmt.plural(
                    met, "показатель за порогом", "показателя за порогом", "показателей за порогом"
                ),
                f"из{fmt.NBSP}{fmt.count_of(judged, 'проверенного', 'проверенных')}",
                status=str(status["status"]) if met else "none",
            )
        )
    score = frames.scores.year(school_id, year) if frames.scores is not None else None
    if score is not None and not fmt.is_missing(score["share_of_max"]):
        items.append(
            Card(
                fmt.percent(score["share_of_max"]),
                "от максимума рейтинга",
                f"{analysis.rating.definition.title if analysis.rating else ''}: {rank_words(score)}",
            )
        )
    index = frames.index_scores.year(school_id, year) if frames.index_scores is not None else None
    if index is not None and not fmt.is_missing(index["index"]):
        items.append(
            Card(
                fmt.decimal(index["index"]),
                "индекс социального благополучия",
                "из 100; чем больше, тем благополучнее условия",
            )
        )
    change = frames.dynamics.year(school_id, year) if frames.dynamics is not None else None
    if change is not None and change["n_comparable"]:
        items.append(
            Card(
                f"{change['n_improved']} / {change['n_worsened']}",
                "улучшений / ухудшений",
                f"из{fmt.NBSP}"
                f"{fmt.count_of(change['n_comparable'], 'сопоставимого результата', 'сопоставимых результатов')}; "
                f"динамика: {label(VERDICT, change['verdict'])}",
            )
        )
    return cards(items) if items else ""

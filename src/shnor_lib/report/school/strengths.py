"""Strengths and weaknesses of a school by its places, and how steady its place is."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets
from shnor_lib.report.labels import school_year
from shnor_lib.report.profile import Frames
from shnor_lib.report.rows import Row, where
from shnor_lib.report.words import probability_words

FEW = 25
"""Participants below which a place in one indicator is said to be mostly chance."""


def strengths_section(frames: Frames, school_id: str) -> list[str]:
    """Where the school stands among the best and the worst quarter; nothing without a rating."""
    analysis = frames.analysis
    if analysis.rating is None or frames.scores is None:
        return []
    if frames.scores.year(school_id, analysis.year) is None:
        return []
    rows = frames.strengths[school_id]
    own = where(rows, about="rating")
    blocks = _steady(frames, school_id)
    if own:
        blocks += [
            *_listed("Сильнее, чем у большинства школ", where(own, kind="strength")),
            *_listed("Слабее, чем у большинства школ", where(own, kind="weakness")),
            "Названы показатели рейтинга, по которым школа в лучшей или в худшей четверти; рядом "
            "— сколько работ учеников за этим стоит. Место само по себе не объясняет причин.",
        ]
    else:
        blocks.append(
            f"Ни по одному показателю рейтинга за {school_year(analysis.year)} учебный год школа не "
            "попала ни в лучшую, ни в худшую четверть."
        )
    around = where(where(rows, about="index"), kind="weakness")
    blocks += _listed("Условия труднее, чем у большинства школ", around)
    return blocks


def _listed(title: str, rows: list[Row]) -> list[str]:
    if not rows:
        return []
    return [f"**{title}:**", bullets(_line(row) for row in rows)]


def _line(row: Row) -> str:
    text = f"{fmt.escape_md(fmt.nice(row['title']))}: {_value(row)}"
    place = f"место {fmt.of(row['rank'], row['n_schools'])}"
    text += f" — {place}"
    n = row["n"]
    if n is not None:
        people = fmt.count_phrase(n, "результат", "результата", "результатов")
        text += f" ({people}{', мало: место — в основном случайность' if n < FEW else ''})"
    return text + "."


def _value(row: Row) -> str:
    value = row["value"]
    if value is None:
        return "значение неизвестно"
    return fmt.percent(value) if 0 <= value <= 1 else fmt.decimal(value)


def _steady(frames: Frames, school_id: str) -> list[str]:
    """How the place changes when everything that could be decided otherwise is."""
    row = frames.places.get(school_id)
    if row is None:
        return []
    span = fmt.range_words(fmt.decimal(row["rank_low"], 0), fmt.decimal(row["rank_high"], 0))
    return [
        f"Если менять сразу и веса, и способ расчёта, и случайный состав участников, место школы — "
        f"{span} из{fmt.NBSP}{fmt.number(row['n_rated'])} (в 95{fmt.NNBSP}% вариантов); вероятность "
        f"оказаться в нижней четверти — {probability_words(row['p_lowest_quarter'])}. Подробнее — "
        "на странице [«Рейтинг и индекс»](../rating.qmd)."
    ]

"""Rating and wellbeing index of a year in the first monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from shnor_lib.methods.ranking import RatingResult
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, capped, text
from shnor_lib.report.charts import index_results, rank_plot
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import (
    school_year,
)
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
)
from shnor_lib.report.rule_words import quoted
from shnor_lib.report.words import (
    SURE,
    probability_words,
)

ROWS = 40


def rating_text(rating: RatingResult | None, why_not: str, year: int) -> Text:
    """What the rating is and how far its places can be told apart."""
    if rating is None:
        return text(f"Рейтинг не рассчитан: {fmt.escape_md(why_not)}")
    scores = _rated(rating, year)
    if scores.empty:
        return text(
            f"В {school_year(year)} учебном году рейтинг рассчитать не для кого: ни у одной школы "
            "нет нужных показателей."
        )
    wide = (scores["rank_high"] - scores["rank_low"] + 1).median()
    total = len(scores)
    blocks = [
        f"{fmt.escape_md(quoted(rating.definition.title))} — сумма показателей с весами; школа "
        "получает долю от максимума, который могла бы набрать. Рассчитан для "
        f"{fmt.count_of(total, 'школы', 'школ')}. Происхождение весов: "
        f"{rating.definition.source.standing}."
    ]
    if not fmt.is_missing(wide):
        half = fmt.plural(round(wide), "место", "места", "мест")
        blocks.append(
            f"Типичный интервал места — {fmt.number(round(wide))}{fmt.NBSP}{half} из"
            f"{fmt.NBSP}{fmt.number(total)}: соседние места, как правило, неразличимы, и рейтинг "
            "годится, чтобы увидеть, кому нужна помощь, но не чтобы выстроить школы по порядку."
        )
    elif rating.note:
        blocks.append(fmt.escape_md(rating.note))
    below = scores[scores["share_of_max"] < 0.5]
    if len(below):
        blocks.append(
            "Меньше половины возможного "
            f"{fmt.plural(len(below), 'набрала', 'набрали', 'набрало')} "
            f"{fmt.count_phrase(len(below), *SCHOOLS)}."
        )
    return text(*blocks)


def _rated(rating: RatingResult, year: int) -> pd.DataFrame:
    scores = rating.scores
    return scores[(scores["year"] == year) & scores["rank"].notna()]


def rating_chart(rating: RatingResult | None, year: int, names: Mapping[str, str]) -> Chart | None:
    """Places with their intervals."""
    if rating is None or _rated(rating, year).empty:
        return None
    return rank_plot(_rated(rating, year), names)


def rating_table(
    rating: RatingResult | None,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
    *,
    most: int = ROWS,
) -> DataTable | None:
    """Schools from the last place up, each place with its interval."""
    if rating is None or _rated(rating, year).empty:
        return None
    scores = _rated(rating, year).sort_values(["rank", "school_id"], ascending=[False, True])
    table = scores.assign(
        name=[names.get(key, key) for key in scores["school_id"]],
        href=scores["school_id"].map(dict(links)),
        chance=[probability_words(value) for value in scores["p_lowest_quarter"]],
        place=[_place(row) for row in cast(list[dict[str, Any]], scores.to_dict("records"))],
    )
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col(
            "place",
            f"Место из{fmt.NBSP}{fmt.number(len(scores))} и его интервал",
            order="rank",
            help=f"Интервал места, {SURE}",
        ),
        Col("share_of_max", "Доля от максимума", "percent", missing="максимума нет"),
        Col("chance", "Вероятность нижней четверти", order="p_lowest_quarter"),
    ]
    return capped(
        table,
        columns,
        caption=f"Рейтинг, {school_year(year)} учебный год: сначала школы, которым труднее",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
    )


def _place(row: Mapping[str, Any]) -> str:
    """A place with its interval; never one without the other."""
    if fmt.is_missing(row["rank_low"]) or fmt.is_missing(row["rank_high"]):
        return f"{fmt.number(row['rank'])} (интервал не рассчитан)"
    low, high = round(float(row["rank_low"])), round(float(row["rank_high"]))
    return f"{fmt.number(row['rank'])} (от{fmt.NBSP}{low} до{fmt.NBSP}{high})"


def index_text(index: IndexResult | None, why_not: str, year: int) -> Text:
    """What the index is and whom it concerns this year."""
    if index is None:
        return text(f"Индекс не рассчитан: {fmt.escape_md(why_not)}")
    scores = _indexed(index, year)
    total = index.scores.loc[index.scores["year"] == year, "school_id"].nunique()
    if scores.empty:
        return text(
            f"За {school_year(year)} учебный год индекс рассчитать не для кого: социальных "
            "паспортов нет или они заполнены меньше чем наполовину."
        )
    blocks = [
        f"{fmt.escape_md(quoted(index.definition.title))} описывает условия, в которых работает "
        "школа: от 0 до 100, **чем больше, тем благополучнее**. Рассчитан для "
        f"{fmt.number(len(scores))} из {fmt.count_of(total, 'школы', 'школ')} с социальным "
        "паспортом. Медиана — "
        f"{fmt.decimal(scores['index'].median())}, нижняя четверть — "
        f"до{fmt.NBSP}{fmt.decimal(scores['index'].quantile(0.25))}. Происхождение весов: "
        f"{index.definition.source.standing}."
    ]
    if index.explained is not None:
        blocks.append(
            f"Главная компонента объясняет {fmt.percent(index.explained)} различий между школами."
        )
    return text(*blocks)


def _indexed(index: IndexResult, year: int) -> pd.DataFrame:
    scores = index.scores
    return scores[(scores["year"] == year) & scores["index"].notna()]


def index_table(
    index: IndexResult | None,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
    *,
    most: int = ROWS,
) -> DataTable | None:
    """Schools by index, the hardest conditions first, with what weighs most on each."""
    if index is None or _indexed(index, year).empty:
        return None
    scores = _indexed(index, year).sort_values(["index", "school_id"])
    parts = index.components[index.components["year"] == year]
    parts = parts[parts["normalised"].notna() & parts["school_id"].isin(scores["school_id"])]
    # What a component takes away from the best possible index.
    lost = parts.assign(lost=parts["weight"] * (1 - parts["normalised"]))
    if index.mode == "pca":
        lost = parts.assign(lost=-parts["contribution"])
    directions = {c.id: c.direction for c in index.definition.components}
    lost["words"] = [
        f"{'мало' if directions.get(str(key)) == 1 else 'много'}: {str(title).lower()}"
        for key, title in zip(lost["component"], lost["title"], strict=True)
    ]
    worst = (
        lost.sort_values(["school_id", "lost"], ascending=[True, False])
        .groupby("school_id", sort=False)
        .head(2)
        .groupby("school_id", sort=False)["words"]
        .agg("; ".join)
    )
    table = scores.assign(
        name=[names.get(key, key) for key in scores["school_id"]],
        href=scores["school_id"].map(dict(links)),
        worst=[worst.get(key, "") for key in scores["school_id"]],
    )
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("index", "Индекс", "decimal", help="От 0 до 100, больше — благополучнее"),
            Col("worst", "Что сильнее всего снижает"),
        ],
        caption=f"Индекс социального благополучия, {school_year(year)} учебный год: "
        "сначала самые трудные условия",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
    )


def index_chart(
    index: IndexResult | None,
    rating: RatingResult | None,
    year: int,
    names: Mapping[str, str],
) -> Chart | None:
    """Conditions against results: who does better than the conditions suggest."""
    if index is None or rating is None:
        return None
    points = _indexed(index, year)[["school_id", "index"]].merge(
        _rated(rating, year)[["school_id", "share_of_max"]].rename(
            columns={"share_of_max": "result"}
        ),
        on="school_id",
    )
    points = points.dropna()
    if len(points) < 2:
        return None
    return index_results(points, names)

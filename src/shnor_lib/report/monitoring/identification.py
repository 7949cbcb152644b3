"""Words, tables and charts of the first monitoring: who is on the list, why, how surely."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.ranking import RatingResult
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Html, Text, box, bullets, capped, text
from shnor_lib.report.charts import index_results, rank_plot, readings_bars, share_map
from shnor_lib.report.charts.base import safe
from shnor_lib.report.display import Chart, Col, DataTable, badge
from shnor_lib.report.labels import (
    CONFIDENCE,
    LISTED,
    STATUS,
    STATUS_FOR,
    label,
    school_year,
    unit_label,
)
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
    change_blocks,
    confidence_sentence,
    count_statuses,
    listed_frame,
    natural,
    of_year,
    plain_name,
    school_links,
)
from shnor_lib.report.rule_words import quoted
from shnor_lib.report.words import (
    SURE,
    Reason,
    probability_words,
    reason_sentences,
    year_summary,
)
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES

REASONS_SHOWN = 40
"""Listed schools whose reasons are written out in the notebook; all have them on their pages."""
PER_SCHOOL = 3
"""Reasons written out per school."""
ROWS = 40
MAP_ROWS, MAP_COLUMNS = 30, 6
READING_HEIGHT = 68
"""Pixels of one bar with a question in two lines and its answer above it."""
LABEL = 20
"""Characters of a school's name on an axis."""


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


def reasons_list(
    found: Identification,
    data: Dataset,
    year: int,
    links: Mapping[str, str],
    *,
    most: int = REASONS_SHOWN,
) -> Html | Text:
    """The list: every school with its status, how sure it is, the reasons and their cells.

    Reasons are written out for the first ``most`` schools (gravest and surest first).
    """
    table = listed_frame(found.statuses, year, data.schools, links)
    if table.empty:
        return text("В списке нет ни одной школы.")
    shown = cast(list[dict[str, Any]], table.head(most).to_dict("records"))
    html, said = [], []
    for row in shown:
        reasons = reason_sentences(found, data, str(row["school_id"]), year)
        html.append(_school_html(row, reasons))
        sure = label(CONFIDENCE, row["confidence"])
        grounds = " ".join(fmt.escape_md(reason.text) for reason in reasons[:PER_SCHOOL])
        named = school_links([row["school_id"]], {row["school_id"]: row["name"]}, links)
        said.append(f"- {named} — {label(STATUS, row['status'])}, {sure}. {grounds}")
    rest = len(table) - len(shown)
    end = "</ol>"
    if rest > 0:
        total = fmt.count_of(len(table), "школы", "школ")
        more = f"Показаны первые {fmt.number(most)} из{fmt.NBSP}{total}; остальные — на странице "
        end += f'<p>{more}<a href="../schools/index.qmd">«Школы»</a>.</p>'
        said.append(f"\n{more}[«Школы»](../schools/index.qmd).")
    return Html(f'<ol class="shnor-reasons">{"".join(html)}{end}', "\n".join(said))


def _school_html(row: Mapping[str, Any], reasons: list[Reason]) -> str:
    """One school of the list."""
    name = fmt.escape(row["name"])
    if not fmt.is_missing(row["href"]):
        name = f'<a href="{fmt.escape(row["href"])}">{name}</a>'
    items = []
    for reason in reasons[:PER_SCHOOL]:
        cells = "".join(
            f'<span class="shnor-source">{fmt.escape(source.line())}</span>'
            for source in reason.sources
        )
        if cells:
            cells = f"<details><summary>исходные ячейки</summary>{cells}</details>"
        items.append(f"<li>{fmt.escape(reason.text)}{cells}</li>")
    rest = len(reasons) - PER_SCHOOL
    if rest > 0:
        more = fmt.count_phrase(rest, "причина", "причины", "причин")
        items.append(f"<li>ещё {more} — на странице школы</li>")
    sure = f"надёжность: {fmt.escape(label(CONFIDENCE, row['confidence']))}"
    grounds = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<li class="shnor-reason"><p><strong>{name}</strong> {badge(row["status"])} {sure}</p>'
        f"{grounds}</li>"
    )


def confidence_table(found: Identification, year: int) -> DataTable:
    """Formal status against statistical confidence: number of schools in each cell."""
    rows = of_year(found.statuses, year)
    rows = rows[rows["status"] != "excluded"]
    lines: list[dict[str, Any]] = []
    for code in STATUS:
        own = rows.loc[rows["status"] == code, "confidence"]
        if len(own):
            counts = {name: int((own == name).sum()) for name in CONFIDENCE}
            lines.append({"status": code, **counts, "total": len(own)})
    columns = [
        Col("status", "Формальный статус", "status"),
        *[Col(code, title.capitalize(), "int") for code, title in CONFIDENCE.items()],
        Col("total", "Всего школ", "int"),
    ]
    frame = pd.DataFrame(lines, columns=["status", *CONFIDENCE, "total"])
    return DataTable(frame, columns, caption="Формальный статус и надёжность вывода, число школ")


def confidence_text(
    found: Identification, year: int, names: Mapping[str, str], links: Mapping[str, str]
) -> Text:
    """What formal outcome and confidence together mean this year."""
    rows = of_year(found.statuses, year)
    listed = rows[rows["status"].isin(LISTED)]
    if listed.empty:
        return text("В списке никого нет, поэтому о надёжности статусов говорить не приходится.")
    sure = listed[listed["confidence"] == "certain"]
    weak = listed[listed["confidence"] == "borderline"]
    blocks = [
        f"Формально в списке {fmt.count_phrase(len(listed), *SCHOOLS)}. "
        + (
            f"Уверенно можно говорить о {fmt.number(len(sure))} из них: "
            f"{school_links(sure['school_id'], names, links)}."
            if len(sure)
            else "Ни об одной из них нельзя сказать «уверенно»."
        )
    ]
    if len(weak):
        blocks.append(
            f"На границе — {fmt.count_phrase(len(weak), *SCHOOLS)}: "
            f"{school_links(weak['school_id'], names, links)}. Прежде чем принимать решение, стоит "
            "поговорить со школой и посмотреть, сколько учеников стоит за каждой долей."
        )
    return text(*blocks)


def municipalities_table(found: Identification, data: Dataset, year: int) -> DataTable | Text:
    """Schools and listed schools by municipality; a sentence when there is only one."""
    register = data.schools.drop_duplicates("school_id").set_index("school_id")["municipality"]
    rows = of_year(found.statuses, year)
    rows = rows[rows["status"] != "excluded"]
    place = rows["school_id"].map(register).fillna("муниципалитет не указан").rename("municipality")
    if place.nunique() < 2:
        name = place.iloc[0] if len(place) else "нет данных"
        return text(f"Все школы — одного муниципалитета: {fmt.escape_md(name)}.")
    grouped = rows.assign(municipality=place, listed=rows["status"].isin(LISTED)).groupby(
        "municipality", sort=True
    )
    table = pd.DataFrame(
        {
            "n_schools": grouped.size(),
            "n_listed": grouped["listed"].sum(),
            **{
                code: (rows["status"] == code).groupby(place).sum()
                for code in (*LISTED, "risk_zone", "insufficient")
            },
        }
    ).reset_index()
    table["share"] = table["n_listed"] / table["n_schools"]
    low, high = wilson(table["n_listed"], table["n_schools"])
    table["interval"] = [fmt.interval(a, b) for a, b in zip(low, high, strict=True)]
    table = table.sort_values(["share", "municipality"], ascending=[False, True])
    return capped(
        table,
        [
            Col("municipality", "Муниципалитет"),
            Col("n_schools", "Школ", "int"),
            Col("n_listed", "В списке", "int"),
            Col("share", "Доля", "percent"),
            Col("interval", "Доля с учётом случайности", help=f"Интервал, {SURE}"),
            *[
                Col(code, fmt.sentence_case(STATUS[code]), "int")
                for code in (*LISTED, "risk_zone", "insufficient")
            ],
        ],
        caption=f"Школы в списке по муниципалитетам, {school_year(year)} учебный год",
        most=60,
        nouns=("муниципалитета", "муниципалитетов"),
        sortable=True,
    )


def criteria_table(found: Identification, year: int) -> DataTable:
    """How often each criterion was met, not met, or could not be judged."""
    rows = found.criteria[found.criteria["year"] == year]
    lines = []
    for criterion in found.ruleset.criteria:
        outcome = rows.loc[rows["criterion"] == criterion.id, "outcome"].value_counts()
        met, not_met = int(outcome.get("met", 0)), int(outcome.get("not_met", 0))
        lines.append(
            {
                "title": fmt.nice(criterion.title),
                "status_for": STATUS_FOR[criterion.status_for] if criterion.counts else None,
                "met": met if criterion.counts else None,
                "not_met": not_met if criterion.counts else None,
                "few": int(outcome.get("few", 0)),
                "no_data": int(outcome.get("no_data", 0)),
                "share": met / (met + not_met) if met + not_met and criterion.counts else None,
            }
        )
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("title", "Критерий"),
            Col("status_for", "Статус", missing="статуса не даёт"),
            Col("met", "Выполнен", "int", missing="порога нет"),
            Col("not_met", "Не выполнен", "int", missing="порога нет"),
            Col("few", "Мало участников", "int"),
            Col("no_data", "Нет данных", "int"),
            Col(
                "share",
                "Доля",
                "percent",
                help="Выполнен — из тех школ, у которых критерий удалось проверить",
                missing="проверить не у кого",
            ),
        ],
        caption=f"Какие критерии сработали, число школ, {school_year(year)} учебный год",
    )


def criteria_text(found: Identification, year: int) -> Text:
    """Which criteria put schools on the list, and which could not be judged."""
    rows = found.criteria[found.criteria["year"] == year]
    counting = {
        key
        for status in ("low_results", "difficult")
        for key in found.ruleset.counting(cast(Any, status))
    }
    met = rows[(rows["outcome"] == "met") & rows["criterion"].isin(counting)]
    counts = met["criterion"].value_counts()
    if counts.empty:
        return text("Ни один критерий ни у одной школы не выполнен.")
    titles = {criterion.id: criterion.title for criterion in found.ruleset.criteria}
    top = [
        f"{fmt.escape_md(quoted(fmt.nice(titles[str(key)])))} — {fmt.count_phrase(int(n), *SCHOOLS)}"
        for key, n in counts.head(3).items()
    ]
    blocks = [f"Чаще всего сработали: {'; '.join(top)}."]
    few = rows[(rows["outcome"] == "few") & rows["criterion"].isin(counting)]
    if len(few):
        n = few["school_id"].nunique()
        blocks.append(
            f"У{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} "
            "хотя бы один критерий не проверен из-за малого числа участников: решение по ним "
            "принимает человек."
        )
    return text(*blocks)


def low_share_map(
    found: Identification, data: Dataset, year: int, names: Mapping[str, str]
) -> Chart | Text:
    """Map of the shares of low results: schools by subject, those on the list first."""
    rows = data.results
    rows = rows[(rows["year"] == year) & rows["n_low"].notna() & (rows["n"] > 0)]
    if rows.empty:
        return text("Результатов оценочных процедур за этот год нет.")
    pooled = rows.groupby(["school_id", "procedure", "subject"], observed=True, as_index=False)[
        ["n", "n_low"]
    ].sum()
    columns = _map_columns(pooled)
    chosen_units = list(columns)
    pooled["unit"] = list(zip(pooled["procedure"], pooled["subject"], strict=True))
    n_units = pooled["unit"].nunique()
    pooled = pooled[pooled["unit"].isin(chosen_units)]
    pooled["column"] = pooled["unit"].map(lambda unit: unit_label(unit[0], None, unit[1]))
    status = of_year(found.statuses, year).set_index("school_id")["status"]
    gravity = {code: i for i, code in enumerate(("both", "low_results", "difficult", *STATUS))}
    schools = sorted(
        pooled["school_id"].unique(),
        key=lambda key: (gravity.get(str(status.get(key)), 99), natural(names.get(key, key)), key),
    )
    chosen = schools[:MAP_ROWS]
    labels = _unique_labels(chosen, names)
    cells = pooled[pooled["school_id"].isin(chosen)].assign(row=pooled["school_id"].map(labels))
    chart = share_map(
        cells,
        what="доля низких результатов",
        rows=[labels[key] for key in chosen],
        columns=[unit_label(procedure, None, subject) for procedure, subject in columns],
    )
    caption = "Сначала школы из списка."
    if len(schools) > MAP_ROWS:
        total = fmt.count_of(len(schools), "школы", "школ")
        caption += f" Показаны первые {MAP_ROWS} из{fmt.NBSP}{total}."
    if n_units > len(columns):
        caption += (
            f" Столбцов {fmt.number(len(columns))} из{fmt.NBSP}{fmt.number(n_units)}: сначала "
            "русский язык (рус.) и математика (мат., на ЕГЭ — профильная)."
        )
    figure = chart.spec()
    # Two short lines stand side by side even on a phone; the whole name is in the hover text.
    figure["layout"]["xaxis"] |= {
        "ticktext": list(columns.values()),
        "tickangle": 0,
        "tickfont": {"size": 10},
    }
    return Chart(figure, chart.alt, caption)


def _map_columns(pooled: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Subjects of the map → short label: Russian and maths first, then the most written."""
    written = pooled.groupby(["procedure", "subject"], observed=True)["n"].sum()
    order = {code: i for i, code in enumerate(PROCEDURES)}

    def key(unit: tuple[str, str]) -> tuple[int, int, float]:
        procedure, subject = unit
        main = {"русский язык": 0, "математика": 1, "математика (профильная)": 1}.get(subject, 2)
        return (main == 2, order.get(procedure, 9) if main < 2 else 0, main - written[unit] / 1e9)

    units = sorted([(str(p), str(s)) for p, s in written.index], key=key)[:MAP_COLUMNS]
    return {
        (
            procedure,
            subject,
        ): f"{safe(PROCEDURES.get(procedure, procedure))}<br>{safe(subject[:3])}."
        for procedure, subject in units
    }


def _unique_labels(ids: list[str], names: Mapping[str, str]) -> dict[str, str]:
    """Short names for the axis; two schools of the same name are told apart by their id."""
    shown = [
        re.sub(r"\b(?:с|п|пос|д|дер|х|ст|г)\. ?", "", plain_name(names.get(key, key)))
        for key in ids
    ]
    labels = {
        key: name if shown.count(name) == 1 else f"{key} {name}"
        for key, name in zip(ids, shown, strict=True)
    }
    cut = {
        key: name if len(name) <= LABEL else name[: LABEL - 1].rstrip() + "…"
        for key, name in labels.items()
    }
    return cut if len(set(cut.values())) == len(cut) else {key: key for key in ids}


# --- rating and index --------------------------------------------------------------------------


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


# --- open questions, risk zone, gaps -----------------------------------------------------------


def readings_text(readings: pd.DataFrame, year: int) -> Text:
    """How much the list depends on how the document is read."""
    if readings.empty:
        return text("Открытых вопросов действующие правила не содержат.")
    low, high = int(readings["n_listed"].min()), int(readings["n_listed"].max())
    default = readings.loc[readings["is_default"].astype(bool), "n_listed"]
    now = int(default.iloc[0]) if len(default) else low
    total = int(readings["n_schools"].max())
    head = (
        f"При принятых ответах на открытые вопросы в списке за {school_year(year)} учебный год "
        f"{fmt.of(now, total)} школ. "
    )
    if low == high:
        return text(head + "Ни одно другое прочтение этого числа не меняет.")
    far = readings.iloc[int((readings["n_listed"] - now).abs().to_numpy().argmax())]
    return text(
        head
        + f"Если менять ответы по одному, в списке окажется {fmt.number_range(low, high)}. "
        + f"Сильнее всего список меняет вопрос {fmt.escape_md(quoted(str(far['question'])))}: при ответе "
        + f"{fmt.escape_md(quoted(str(far['label'])))} — {fmt.of(far['n_listed'], total)}."
    )


def readings_chart(readings: pd.DataFrame) -> Chart | None:
    """Every reading as a bar; rows stand far enough apart for a question in two lines."""
    if readings.empty:
        return None
    chart = readings_bars(readings)
    figure = chart.spec()
    figure["layout"]["height"] = max(
        int(figure["layout"]["height"]), READING_HEIGHT * len(readings) + 104
    )
    return Chart(figure, chart.alt, chart.caption)


def readings_table(readings: pd.DataFrame, year: int) -> DataTable:
    """Every reading of the open questions with the number of schools it lists.

    Parameters
    ----------
    readings
        Result of ``count_readings``.
    year
        Its status year.
    """
    total = readings["n_schools"].where(readings["n_schools"] > 0)
    return DataTable(
        readings.assign(
            share=readings["n_listed"] / total,
            chosen=readings["is_default"].map({True: "принят", False: ""}),
        ),
        [
            Col("question", "Вопрос"),
            Col("label", "Ответ"),
            Col("chosen", "Принят", missing="нет"),
            Col("n_low_results", "ШНОР", "int"),
            Col("n_difficult", "ШССУ", "int"),
            Col("n_listed", "Всего в списке", "int"),
            Col("share", "Доля школ", "percent"),
            Col("n_schools", "Всего школ", "int"),
        ],
        caption=f"Прочтения правил, {school_year(year)} учебный год",
        empty="Открытых вопросов нет.",
    )


def risk_zone_table(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Schools in the risk zone and what is beyond the threshold in the latest year."""
    table = listed_frame(found.statuses, year, data.schools, links, codes=("risk_zone",))
    rows = found.criteria
    rows = rows[(rows["year"] == year) & rows["beyond_latest"].fillna(value=False).astype(bool)]
    titles = {c.id: fmt.nice(c.title) for c in found.ruleset.criteria if c.counts}
    rows = rows[rows["criterion"].isin(titles)]
    beyond = rows.groupby("school_id")["criterion"].agg(
        lambda keys: "; ".join(titles[str(key)] for key in keys)
    )
    table["beyond"] = [beyond.get(key, "") for key in table["school_id"]]
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("beyond", "За порогом в этом году"),
            Col("confidence", "Насколько надёжно", "confidence"),
        ],
        caption=f"Зона риска, {school_year(year)} учебный год",
        most=most,
        nouns=("школы", "школ"),
        empty="В зоне риска нет ни одной школы.",
    )


def insufficient_table(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Schools that cannot be judged, and why."""
    table = listed_frame(found.statuses, year, data.schools, links, codes=("insufficient",))
    rows = found.criteria
    rows = rows[
        (rows["year"] == year)
        & rows["criterion"].isin(found.ruleset.counting("low_results"))
        & rows["school_id"].isin(table["school_id"])
    ]
    few = set(rows.loc[rows["outcome"] == "few", "school_id"])
    minimum = found.ruleset.switch_value("min_participants")
    table["why"] = [
        f"участников меньше {fmt.number(minimum)} в одном из нужных лет"
        if key in few
        else "нет результатов за нужные годы"
        for key in table["school_id"]
    ]
    return capped(
        table,
        [Col("name", "Школа", "link", href="href"), Col("why", "Почему судить нельзя")],
        caption=f"Недостаточно данных, {school_year(year)} учебный год",
        most=most,
        nouns=("школы", "школ"),
        empty="Школ, о которых нельзя судить, нет.",
    )


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
            f"{'; '.join(fmt.escape_md(title) for title in open_questions)}."
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
    who = {"ministry": "полная внутренняя сборка"}.get(audience, audience)
    return text(
        f"{fmt.escape_md(title)}. **{school_year(year)} учебный год**; свод правил "
        f"«{fmt.escape_md(found.ruleset.title)}» ({found.ruleset.source.standing}); "
        f"школ в реестре — {fmt.number(len(data.schools))}; {who}."
    )

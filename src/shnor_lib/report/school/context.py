"""The school among the others: rating, wellbeing index, social passport, staff."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import charts
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.format import of
from shnor_lib.report.labels import OUTCOME, label, school_year
from shnor_lib.report.profile import Frames, social_counts
from shnor_lib.report.words import rank_words, threshold_words
from shnor_lib.tables import TABLES


def rating_section(frames: Frames, school_id: str) -> list[str]:
    """Share of the maximum, place with its interval, what it is made of."""
    analysis = frames.analysis
    if analysis.rating is None or frames.scores is None:
        return _refused("Рейтинг", analysis.refusals.get(f"rating:{analysis.rating_id}"))
    definition = analysis.rating.definition
    score = frames.scores.year(school_id, analysis.year)
    if score is None or fmt.is_missing(score["rank"]):
        return [
            f"Места в рейтинге за {school_year(analysis.year)} учебный год нет: у школы нет данных "
            "ни по одному показателю рейтинга."
        ]
    sentence = f"«{definition.title}», {school_year(analysis.year)}: {rank_words(score)}"
    if not fmt.is_missing(score["share_of_max"]):
        sentence += f", {fmt.percent(score['share_of_max'])} от возможного максимума"
        span = fmt.interval(score.get("share_low"), score.get("share_high"), missing="")
        sentence += f" ({span} с вероятностью 95{fmt.NNBSP}%)" if span else ""
    sentence += (
        ". Максимум считается только по показателям, которые к школе относятся: школа без "
        "10–11 классов ничего не теряет на ЕГЭ."
    )
    blocks = [fmt.escape_md(sentence)]
    if analysis.rating.note:
        blocks.append(fmt.escape_md(analysis.rating.note))
    blocks.append(_standing(definition.source.standing))
    if len(frames.rating_latest) > 1:
        blocks.append(
            show(charts.rank_plot(frames.rating_latest, frames.names, highlight=school_id))
        )
    blocks += _indicators(frames, school_id)
    blocks += _other_ratings(frames, school_id)
    return blocks


def _other_ratings(frames: Frames, school_id: str) -> list[str]:
    """Ratings the rules use besides the project's own, in a sentence each."""
    found = []
    for name, by_school in frames.other_scores.items():
        score = by_school.year(school_id, frames.analysis.year)
        if score is not None and score["rank"] is not None:
            rating = frames.analysis.ratings[name]
            share = (
                ""
                if score["share_of_max"] is None
                else f"{fmt.percent(score['share_of_max'])} от максимума, "
            )
            note = f". {rating.note}" if rating.note else ""
            found.append(
                f"- {fmt.escape_md(rating.definition.title)}: {share}{rank_words(score)}"
                f"{fmt.escape_md(note, '')}"
            )
    return ["Другие рейтинги, на которые опираются правила:", "\n".join(found)] if found else []


def _standing(standing: str) -> str:
    if standing == "норматив":
        return ""
    return (
        f"Веса показателей: {standing}. Другие веса дадут другой порядок, "
        "поэтому к соседним местам стоит относиться как к одинаковым."
    )


def _indicators(frames: Frames, school_id: str) -> list[str]:
    if frames.indicators is None:
        return []
    known = [
        {
            "title": row["title"],
            "earned": row["normalised"] * row["weight"],
            "possible": row["weight"],
            "note": "" if row["value"] is None else f"значение {fmt.decimal(row['value'], 3)}",
        }
        for row in frames.indicators[school_id]
        # z-scores have no maximum: there is nothing to draw against
        if row["applies"] and row["normalised"] is not None and 0 <= row["normalised"] <= 1
    ]
    if not known:
        return []
    return [
        show(charts.contribution_bars(known, title="баллы по показателям рейтинга")),
    ]


def index_section(frames: Frames, school_id: str) -> list[str]:
    """Wellbeing index with its components, and the index against results."""
    analysis = frames.analysis
    if analysis.index is None or frames.index_scores is None:
        return _refused("Индекс", analysis.refusals.get(f"index:{analysis.index_id}"))
    own = frames.index_scores[school_id]
    score = frames.index_scores.year(school_id, analysis.year)
    if score is None or fmt.is_missing(score["index"]):
        return [
            f"Индекс за {school_year(analysis.year)} учебный год не рассчитан: нет социального "
            "паспорта или в нём слишком много пропусков."
        ]
    peers = frames.index_latest
    below = sum(value < score["index"] for value in peers)
    lower = (
        f"ниже — у{fmt.NBSP}{fmt.number(below)} из{fmt.NBSP}"
        f"{fmt.count_of(len(peers), 'школы', 'школ')}"
        if below
        else f"это самый низкий индекс из{fmt.NBSP}{fmt.count_of(len(peers), 'школы', 'школ')}"
    )
    blocks = [
        f"Индекс социального благополучия — {fmt.decimal(score['index'])} из{fmt.NBSP}100 (больше — "
        f"благополучнее); {lower}. Индекс говорит об условиях, а не о качестве работы школы."
    ]
    before = [row for row in own if row["year"] < analysis.year and row["index"] is not None]
    if before:
        past = ", ".join(f"{school_year(r['year'])} — {fmt.decimal(r['index'])}" for r in before)
        blocks.append(f"В прежние годы: {past}.")
    blocks += _components(frames, school_id)
    points = frames.index_rating
    # With the model there is a better picture of the same, under «Результаты с учётом условий».
    drawn = analysis.contextual is None and len(points) > 2
    if drawn and any(row["school_id"] == school_id for row in points):
        blocks.append(show(charts.index_results(points, frames.names, highlight=school_id)))
    return blocks


def _components(frames: Frames, school_id: str) -> list[str]:
    if frames.analysis.index is None or frames.index_components is None:
        return []
    rows = [row for row in frames.index_components[school_id] if row["share"] is not None]
    if not rows:
        return []
    if frames.analysis.index.mode != "weighted":
        table = DataTable(
            sorted(rows, key=lambda row: row["contribution"]),
            [
                Col("title", "Составляющая"),
                Col("share", "Доля", "percent"),
                Col("contribution", "Вклад в индекс", "decimal"),
            ],
            caption="Из чего складывается индекс",
        )
        return [show(table)]
    total = sum(row["weight"] for row in rows)
    drawn = [
        {
            "title": row["title"],
            "earned": row["normalised"] * row["weight"] / total * 100,
            "possible": row["weight"] / total * 100,
            "note": f"значение {fmt.decimal(row['share'], 3)}",
        }
        for row in rows
    ]
    return [show(charts.contribution_bars(drawn, title="вклад в индекс, пунктов из 100"))]


def passport_section(frames: Frames, school_id: str) -> list[str]:
    """Social passport against thresholds and the middle of the other schools."""
    year = frames.analysis.year
    rows = frames.passport(school_id)
    own = frames.passports.year(school_id, year)
    if own is None:
        return [f"Социального паспорта за {school_year(year)} учебный год нет."]
    _, peers_name = frames.peers(school_id)
    total = fmt.count_phrase(own["total"], "обучающийся", "обучающихся", "обучающихся")
    blocks = [f"По социальному паспорту за {school_year(year)} учебный год: {total}."]
    drawn = [row for row in rows if row["threshold"] is not None]
    if drawn:
        chart = charts.passport_bars(drawn, median_name=peers_name)
        blocks.append(show(chart))
    blocks += _counts(frames, own)
    if rows:
        table = DataTable(
            [
                {
                    **row,
                    "counted": of(row["part"], row["whole"]),
                    "limit": None
                    if row["threshold"] is None
                    else f"{threshold_words(row['threshold'], row['operator'])} "
                    f"({label(OUTCOME, row['outcome'])})",
                }
                for row in rows
            ],
            [
                Col("title", "Показатель"),
                Col("share", "Доля", "percent"),
                Col("counted", "Человек"),
                Col("median", fmt.sentence_case(peers_name), "percent"),
                Col("limit", "Порог правил", missing="порога нет"),
            ],
            caption=f"Социальный паспорт, {school_year(year)} учебный год",
        )
        blocks.append(
            raw(f"<details><summary>Весь социальный паспорт</summary>{table.html()}</details>")
        )
    return blocks


def _counts(frames: Frames, own: dict[str, Any]) -> list[str]:
    found = []
    for criterion in social_counts(frames.analysis):
        value = own.get(criterion.column)
        title = TABLES["social_passport"].column(criterion.column).title
        limit = threshold_words(criterion.threshold, criterion.operator, criterion)
        shown = fmt.NO_DATA if fmt.is_missing(value) else fmt.number(value)
        found.append(f"{title}: {shown} (порог {limit}).")
    return [" ".join(found)] if found else []


def staff_section(frames: Frames, school_id: str) -> list[str]:
    """Teachers and vacancies; nothing when there is no staff table."""
    year = frames.analysis.year
    row = frames.staff.year(school_id, year)
    if row is None:
        return []
    parts = [fmt.count_phrase(row["teachers"], "учитель", "учителя", "учителей")]
    qualified = row["teachers_qualified"]
    if not fmt.is_missing(qualified) and row["teachers"]:
        parts.append(
            f"первой и высшей категории — {fmt.number(qualified)} "
            f"({fmt.percent(qualified / row['teachers'])})"
        )
    if not fmt.is_missing(row["vacancies"]):
        parts.append(fmt.count_phrase(row["vacancies"], "вакансия", "вакансии", "вакансий"))
    return ["## Кадры", f"{school_year(year)} учебный год: {', '.join(parts)}."]


def sources_section(frames: Frames, school_id: str) -> list[str]:
    """Files and sheets the numbers come from."""
    rows = frames.sources(school_id)
    if not rows:
        return ["Ни в одном из прочитанных файлов данных об этой школе нет."]
    table = DataTable(
        [
            {
                **row,
                "sheets": ", ".join(map(str, row["sheets"])),
                "years": ", ".join(school_year(year) for year in sorted(row["years"])),
            }
            for row in rows
        ],
        [
            Col("file", "Файл"),
            Col("sheets", "Листы", missing="в файле нет листов"),
            Col("table", "Что взято"),
            Col("years", "Годы", missing="не относится к году"),
            Col("rows", "Строк", "int"),
        ],
        caption="Файлы, из которых взяты числа этой страницы",
    )
    return [
        show(table),
        "Что в этих файлах вызвало вопросы — на странице [«Качество данных»](../data-quality.qmd).",
    ]


def _refused(what: str, reason: str | None) -> list[str]:
    text = f"{what} не рассчитан."
    return [f"{text} {fmt.escape_md(reason)}" if reason else text]

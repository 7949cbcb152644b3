"""«Результаты с учётом условий»: who does better and worse than schools in like conditions."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.context_model import ContextModel
from shnor_lib.methods.contextual import ContextualResult
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import (
    Card,
    bullets,
    callout,
    capped,
    cards,
    front_matter,
    page,
    raw,
    show,
)
from shnor_lib.report.charts.conditions import context_scatter, residual_plot
from shnor_lib.report.context_words import deviation_words, years_words
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.context_resilient import resilient_section
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import Row, records
from shnor_lib.report.words import SURE

TITLE = "Результаты с учётом условий"
SHOWN = 40
ALL_SHOWN = 1000
_ALL = "Все школы"
BENT = 0.01
"""From this p-value down a bend of the line is spoken of."""
HEAVY = 3.0
"""A school pulls the line when its leverage is so many times the average one."""


def page_of_context(site: Site) -> bytes:
    """``context.qmd``; says why when the model was refused."""
    analysis = site.analysis
    found = analysis.contextual
    blocks = [
        front_matter(TITLE, subtitle="Какие школы работают лучше и хуже, чем позволяют условия"),
        "Условия у школ разные: образование родителей, доходы семей, жильё, кадры, город или село. "
        "Поэтому здесь результаты каждой школы сравниваются не со средними по всем, а с результатами "
        "школ **в таких же условиях**.",
    ]
    if found is None:
        blocks += _refused(analysis)
    else:
        blocks += _model_section(site, found)
    blocks += resilient_section(site)
    if found is not None:
        blocks += _check_section(site, found)
    blocks.append(_is_not())
    return page(blocks)


def _refused(analysis: Analysis) -> list[str]:
    reason = analysis.refusals.get("contextual", "Нет данных.")
    return [
        "## Модель не рассчитана",
        fmt.escape_md(reason),
        "Это не мешает спросить проще: есть ли школы, которые при трудных условиях показывают высокие "
        "результаты, — об этом следующий раздел.",
    ]


def _model_section(site: Site, found: ContextualResult) -> list[str]:
    model = found.best
    rows = records(model.schools)
    blocks = [
        _figures(model),
        _what(found, model),
        "## Условия и результаты",
        show(context_scatter(model, site.names, title=_axis(found))),
        _in_words(model),
    ]
    for side, title, empty in (
        ("better", "Лучше школ в таких же условиях", "Уверенно лучше ожидаемого не работает ни одна школа."),
        ("worse", "Хуже школ в таких же условиях", "Уверенно хуже ожидаемого не работает ни одна школа."),
    ):  # fmt: skip
        chosen = [row for row in rows if row["verdict"] == side]
        if side == "worse":
            chosen.reverse()
        blocks += [f"## {title}", show(_schools_table(site, model, chosen, title, empty))]
    blocks += [
        f"«Уверенно» — вероятность не меньше 95{fmt.NNBSP}%, что истинная разница (та, что была бы при "
        "бесконечно больших классах в эти же годы, со школами этого же региона) имеет этот знак; "
        f"«вероятно» — не меньше 75{fmt.NNBSP}%. Интервал в{fmt.NBSP}таблице оставляет по 2,5{fmt.NNBSP}% "
        "с каждой стороны, он строже: у немногих школ он чуть задевает ноль. Чем меньше у школы "
        "участников, тем сильнее её разница притянута к нулю: одному удачному классу верить рано.",
        _all_schools(site, model, rows),
        "## Что весят условия",
        show(_coefficients_table(model)),
    ]
    if len(found.yearly) > 1:
        blocks.append(show(_years_table(found)))
    return blocks


def _axis(found: ContextualResult) -> str:
    if found.composite.kind == "rating":
        return "результаты, % от максимума рейтинга"
    return "доля результатов выше низких"


def _figures(model: ContextModel) -> str:
    better = int((model.schools["verdict"] == "better").sum())
    worse = int((model.schools["verdict"] == "worse").sum())
    out_of = f"из{fmt.NBSP}{fmt.count_of(model.n_schools, 'школы', 'школ')}"
    return cards(
        [
            Card(
                fmt.number(model.n_schools),
                f"{fmt.plural(model.n_schools, 'школа', 'школы', 'школ')} в модели",
                years_words(model.years),
            ),
            Card(
                fmt.percent(model.r2, 0),
                "различий между школами связаны с условиями",
                "остальное — работа школы, всё неучтённое и случай",
            ),
            Card(fmt.number(better), "уверенно лучше ожидаемого", out_of),
            Card(fmt.number(worse), "уверенно хуже ожидаемого", out_of),
            Card(
                fmt.number(model.n_schools - better - worse),
                "уверенно отличить от ожидаемого нельзя",
                out_of,
            ),
        ]
    )


def _what(found: ContextualResult, model: ContextModel) -> str:
    composite = found.composite
    parts = [
        f"**Что сравнивается.** Результат школы — {fmt.escape_md(composite.title)}. Условия — "
        f"«{fmt.escape_md(found.index_title)}» (от 0 до 100, больше — благополучнее)"
        + (" и тип населённого пункта" if model.base else "")
        + f". Годы: {years_words(model.years)}."
    ]
    if len(model.years) > 1:
        parts.append(
            "Годы взяты вместе: так меньше значит случай одного выпуска. Общая трудность работ "
            "каждого года вычтена. Разница школы — за эти годы; о следующих годах она не говорит: какая "
            "часть её сохранится, по трём годам не узнать."
        )
    parts += [fmt.escape_md(note) for note in (composite.note, model.note) if note]
    return " ".join(parts)


def _in_words(model: ContextModel) -> str:
    rows = {row["term"]: row for row in records(model.coefficients) if row["term"] == "index"}
    slope = rows["index"]
    said = (
        f"Каждые 10 пунктов индекса — это в{fmt.NBSP}среднем {fmt.points(slope['estimate'])} результата "
        f"({SURE} {fmt.points_interval(slope['low'], slope['high'])}). "
    )
    if slope["low"] <= 0 <= slope["high"]:
        said += "Интервал содержит ноль: связь индекса с результатами по этим данным не показана. "
    said += (
        "Истинные результаты школ в одинаковых условиях расходятся на "
        f"±{fmt.points(1.96 * model.spread).lstrip('+')} (95{fmt.NNBSP}% школ)."
    )
    if len(model.years) > 1:
        said += (
            " У одной и той же школы результат год от года отклоняется в среднем на "
            f"{fmt.points(model.year_sd).lstrip('+')} сверх случайности между учениками. Интервалы "
            "относятся к этим годам вместе и этих колебаний не включают: на столько же может отличаться "
            "следующий год."
        )
    return said


def _schools_table(
    site: Site, model: ContextModel, rows: list[Row], caption: str, empty: str
) -> DataTable:
    shown = [
        {
            **row,
            "name": site.names.get(str(row["school_id"]), str(row["school_id"])),
            "href": site.links.get(str(row["school_id"])),
            "span": fmt.points_interval(row["shrunk_low"], row["shrunk_high"]),
            "words": deviation_words(row),
        }
        for row in rows
    ]
    frame = pd.DataFrame(shown) if shown else pd.DataFrame(columns=["name"])
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("index", "Индекс", "decimal", help="Среднее за годы модели; больше — благополучнее"),
    ]
    if model.base:
        columns.append(Col("settlement", "Населённый пункт"))
    columns += [
        Col("value", "Результат", "percent"),
        Col("expected", "Ожидаемый", "percent", help="Среднее школ в таких же условиях"),
        Col("shrunk", "Разница", "points", help="С поправкой на случайность"),
        Col("span", f"С вероятностью 95{fmt.NNBSP}%", order="shrunk"),
    ]
    if caption == _ALL:
        columns.append(Col("words", "Вывод", filter=True))
    columns += [
        Col("n", "Участий", "int", help="Участий в работах за годы модели"),
    ]
    return capped(
        frame,
        columns,
        caption=f"{caption}, {years_words(model.years)}",
        most=ALL_SHOWN if caption == _ALL else SHOWN,
        nouns=("школы", "школ"),
        sortable=True,
        empty=empty,
    )


def _all_schools(site: Site, model: ContextModel, rows: list[Row]) -> str:
    table = _schools_table(site, model, rows, _ALL, "Школ нет.")
    return raw(f"<details><summary>Все школы модели</summary>{table.html()}</details>")


def _coefficients_table(model: ContextModel) -> DataTable:
    rows = []
    for row in records(model.coefficients):
        if row["term"] == "const":
            continue
        if row["term"] == "settlement":
            title = f"{fmt.sentence_case(row['level'])} (в сравнении с «{model.base}»)"
        elif row["term"] == "year":
            title = (
                f"{school_year(int(row['level']))} учебный год "
                f"(в сравнении с {school_year(model.years[-1])})"
            )
        else:
            title = "Каждые 10 пунктов индекса"
        rows.append({**row, "title": title, "span": fmt.points_interval(row["low"], row["high"])})
    return DataTable(
        rows,
        [
            Col("title", "Условие"),
            Col("estimate", "В среднем", "points"),
            Col("span", f"С вероятностью 95{fmt.NNBSP}%"),
            Col("n_schools", "Школ", "int"),
        ],
        caption="На сколько меняется ожидаемый результат",
    )


def _years_table(found: ContextualResult) -> DataTable:
    rows = []
    for year, model in sorted(found.yearly.items(), reverse=True):
        slope = next(row for row in records(model.coefficients) if row["term"] == "index")
        rows.append(
            {
                "year": year,
                "n_schools": model.n_schools,
                "r2": model.r2,
                "slope": slope["estimate"],
                "span": fmt.points_interval(slope["low"], slope["high"]),
                "better": int((model.schools["verdict"] == "better").sum()),
                "worse": int((model.schools["verdict"] == "worse").sum()),
            }
        )
    return DataTable(
        rows,
        [
            Col("year", "Учебный год", "year"),
            Col("n_schools", "Школ", "int"),
            Col("r2", "Объясняют условия", "percent", help="R²", digits=0),
            Col("slope", "10 пунктов индекса", "points"),
            Col("span", f"С вероятностью 95{fmt.NNBSP}%"),
            Col("better", "Уверенно лучше", "int"),
            Col("worse", "Уверенно хуже", "int"),
        ],
        caption="Та же модель по каждому году отдельно: здесь «лучше» и «хуже» — об одном годе",
    )


def _check_section(site: Site, found: ContextualResult) -> list[str]:
    model = found.best
    blocks = ["## Годится ли модель", show(residual_plot(model, site.names))]
    notes = []
    if not fmt.is_missing(model.curvature_p):
        if model.curvature_p < BENT:
            notes.append(
                "Связь заметно **изгибается**: прямая описывает её плохо, и у школ с самым низким и "
                "самым высоким индексом ожидаемый результат неточен."
            )
        else:
            notes.append(
                "Изгиба у связи не видно: прямая годится "
                f"(p{fmt.NBSP}={fmt.NBSP}{fmt.decimal(model.curvature_p, 2)})."
            )
    schools = model.schools
    typical = len(model.coefficients) / max(model.n_schools, 1)
    heavy = schools[schools["leverage"] > HEAVY * typical]
    if len(heavy):
        named = [
            fmt.escape_md(site.names.get(str(key), str(key)))
            for key in heavy.sort_values("leverage", ascending=False)["school_id"].head(5)
        ]
        rest = len(heavy) - len(named)
        tail = f" и ещё {fmt.number(rest)}" if rest > 0 else ""
        notes.append(
            f"Сильнее других линию {fmt.plural(len(heavy), 'тянет', 'тянут', 'тянут')} "
            f"{fmt.count_phrase(len(heavy), 'школа', 'школы', 'школ')} из-за размера или необычного "
            f"индекса: {'; '.join(named)}{tail}. Собственная разница таких школ может быть занижена."
        )
    else:
        notes.append("Школ, которые одни определяли бы линию, нет.")
    notes += [fmt.escape_md(text) for text in found.refusals.values()]
    notes.append(
        "Как посчитано: взвешенная регрессия, веса — участия в работах; интервалы коэффициентов не "
        "полагаются на равный разброс школ. Погрешность школы складывается из случайности между "
        "учениками и неточности линии; интервал отвечает на вопрос «отличается ли эта школа», а не "
        "«где окажется ещё одна»."
    )
    return [*blocks, bullets(notes)]


def _is_not() -> str:
    return callout(
        "important",
        "Чем это не является",
        bullets(
            [
                "**Это не оценка работы учителей.** В разнице осталось всё, чего индекс не видит: отбор "
                "детей, профильные классы, репетиторы, переезды, нехватка учителей.",
                "**Это не причина.** Связь индекса с результатами не означает, что, изменив один "
                "показатель паспорта, школа получит другие результаты.",
                "**Это не скидка.** Школа, которая «работает как ожидается» в трудных условиях, "
                "по-прежнему нуждается в помощи: низкие результаты детей от этого не выше.",
                "**Необычно высокий результат — повод посмотреть и на объективность:** вопросы к "
                "результатам ВПР собраны на странице "
                "[«Качество данных»](data-quality.qmd).",
                "**Это не таблица для наказания.** Сравнение нужно, чтобы найти, у кого учиться и "
                "кому помочь.",
            ]
        ),
    )

"""«Эффект поддержки»: what came of support beyond what would have come without it."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.effect import EffectResult
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
    show,
)
from shnor_lib.report.charts.effect import effect_plot
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.effect_words import (
    below_short,
    effect_sentence,
    refusal_words,
    similar_sentence,
    verdict_words,
)
from shnor_lib.report.labels import school_year, unit_label
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import Row, records
from shnor_lib.report.words import SURE

TITLE = "Эффект поддержки"
_LEAST_N = 10
"""Results of single subjects with fewer participants are not shown."""


def page_of_effect(site: Site) -> bytes:
    """``effect.qmd``; says why when nothing can be estimated."""
    analysis, found = site.analysis, site.analysis.effect
    blocks = [
        front_matter(TITLE, subtitle="Что дала помощь сверх того, что произошло бы и без неё")
    ]
    if found is None:
        blocks += _refused(analysis)
    else:
        blocks += [
            _answer(found),
            callout("warning", "Что надо знать об этих данных", bullets(found.notes)),
            _figures(found),
            _by_year(found),
            *_schools(site, found),
            *_subjects(site, found),
            *_similar(found),
            *_left_out(site, found),
            *_how(found),
        ]
    blocks.append(_limits())
    return page(blocks)


def _refused(analysis: Analysis) -> list[str]:
    return [
        "Изменение результатов сопровождаемых школ сравнивается с тем, которого следовало ждать "
        "и без помощи. Сейчас сравнить не с чем.",
        "## Почему эффект не рассчитан",
        fmt.escape_md(refusal_words(analysis.refusals.get("effect", "Нет данных."))),
    ]


def _overall(found: EffectResult) -> Row:
    (row,) = records(found.summary[found.summary["year"].isna()])
    return row


def _who(found: EffectResult) -> str:
    return "сопровождаемых школ" if found.basis == "support" else "школ прошлогоднего списка"


def _answer(found: EffectResult) -> str:
    """The answer in three sentences: what changed, what was to be expected, what is left."""
    return effect_sentence(_overall(found), found.basis)


def _figures(found: EffectResult) -> str:
    row = _overall(found)
    return cards(
        [
            Card(
                fmt.number(row["n_schools"]),
                fmt.plural(row["n_schools"], "школа", "школы", "школ"),
                "сопровождались" if found.basis == "support" else "были в списке годом раньше",
            ),
            Card(fmt.points(row["naive"]), "«было — стало»", "без поправки на случайность"),
            Card(
                fmt.points(row["effect"]),
                "сверх ожидаемого",
                f"{SURE} {fmt.points_interval(row['low'], row['high'])}",
            ),
            Card(
                f"{fmt.number(row['n_shown'])} / {fmt.number(row['n_worse'])}",
                "лучше / хуже ожидаемого",
                "случаев «школа и год», по отдельности",
            ),
        ]
    )


def _by_year(found: EffectResult) -> str:
    rows = [
        {
            **row,
            "when": school_year(row["year"]) if row["year"] else "все годы",
            "span": fmt.points_interval(row["low"], row["high"]),
            "verdict": verdict_words(row["verdict"], found.basis),
        }
        for row in records(found.summary)
    ]
    table = DataTable(
        rows,
        [
            Col("when", "Результаты года"),
            Col("n_schools", "Школ", "int"),
            Col("n", "Работ", "int", help="Участий в работах: ученик может писать несколько"),
            Col("before", "Было", "percent", help="Те же работы до начала сопровождения"),
            Col("expected", "Ожидалось", "percent", help="Без помощи, по прошлому самой школы"),
            Col("observed", "Стало", "percent"),
            Col("naive", "«Было — стало»", "points"),
            Col("effect", "Сверх ожидаемого", "points"),
            Col("span", f"95{fmt.NNBSP}% интервал"),
            Col("n_alone", "Школ без помощи", "int", help="По ним виден общий для всех сдвиг"),
            Col("verdict", "Вывод"),
        ],
        caption=f"Доля низких результатов {_who(found)} по годам",
    )
    return show(table)


def _schools(site: Site, found: EffectResult) -> list[str]:
    rows = records(found.schools)
    years = sorted({row["year"] for row in rows}, reverse=True)
    blocks = ["## Школы"]
    support = found.basis == "support"
    alone = "школе не помогали" if support else "всё шло как прежде"
    latest = [row for row in rows if row["year"] == years[0]]
    blocks += [
        f"Результаты {school_year(years[0])} учебного года. Серая полоса — где доля низких "
        f"результатов оказалась бы {SURE}, если бы {alone}; пустой кружок — где она "
        "была; закрашенный знак — где оказалась. Знак вне полосы — изменение больше случайного.",
        show(effect_plot(latest, basis=found.basis, names=site.names)),
    ]
    blocks.append(show(_school_table(site, found, rows)))
    cases = len(rows)
    if cases >= 8:
        by_chance = fmt.decimal(cases * (1 - found.rule.level) / 2, 1)
        kept = sum(row["verdict"] != "not_shown" and row["p_adjusted"] <= 0.05 for row in rows)
        blocks.append(
            f"Случаев здесь {fmt.number(cases)}, поэтому примерно {by_chance} из них вышли бы за "
            f"полосу в лучшую сторону и столько же в худшую просто случайно. С поправкой на число "
            f"случаев (Бенджамини — Хохберг) вывод сохраняется у{fmt.NBSP}{fmt.number(kept)}."
        )
    return blocks


def _school_table(site: Site, found: EffectResult, rows: list[Row]) -> DataTable:
    shown = [
        {
            **row,
            "name": site.names.get(row["school_id"], row["school_id"]),
            "href": site.links.get(row["school_id"]),
            "span": fmt.points_interval(row["low"], row["high"]),
            "verdict": verdict_words(row["verdict"], found.basis),
            "sure": below_short(row["probability"]),
            "when": school_year(row["year"])
            + (f", {row['support_year']}-й{fmt.NBSP}год" if found.basis == "support" else ""),
        }
        for row in sorted(rows, key=lambda row: (-row["year"], row["effect"]))
    ]
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("when", "Год", order="year", help="Учебный год и который это год сопровождения"),
        Col("before", "Было", "percent"),
        Col("expected", "Ожидалось", "percent"),
        Col("observed", "Стало", "percent"),
        Col("n", "Работ", "int"),
        Col("effect", "Сверх ожидаемого", "points"),
        Col("span", f"95{fmt.NNBSP}% интервал", order="low"),
        Col(
            "sure",
            "Ниже ли ожидаемого",
            order="probability",
            help="Уверенно — вероятность не меньше 95 %, вероятно — не меньше 75 %",
        ),
        Col("verdict", "Вывод", filter=True),
    ]
    return DataTable(
        shown,
        columns,
        caption="Школы: было, ожидалось без помощи, стало (доля низких результатов)",
        sortable=len(shown) > 12,
    )


def _subjects(site: Site, found: EffectResult) -> list[str]:
    rows = [row for row in records(found.units) if row["n"] >= _LEAST_N]
    if not rows:
        return []
    year = max(row["year"] for row in rows)
    rows = [row for row in rows if row["year"] == year]
    outside = [row for row in rows if row["verdict"] != "not_shown"]
    shown = [
        {
            **row,
            "name": site.names.get(row["school_id"], row["school_id"]),
            "href": site.links.get(row["school_id"]),
            "work": unit_label(row["procedure"], None, row["subject"]),
            "span": fmt.points_interval(row["low"], row["high"]),
            "verdict": verdict_words(row["verdict"], found.basis),
        }
        for row in sorted(rows, key=lambda row: row["effect"])
    ]
    table = capped(
        pd.DataFrame(shown),
        [
            Col("name", "Школа", "link", href="href"),
            Col("work", "Предмет", filter=True),
            Col("before", "Было", "percent"),
            Col("expected", "Ожидалось", "percent"),
            Col("observed", "Стало", "percent"),
            Col("n", "Участников", "int"),
            Col("effect", "Сверх ожидаемого", "points"),
            Col("span", f"95{fmt.NNBSP}% интервал", order="low"),
            Col("verdict", "Вывод", filter=True),
        ],
        caption=f"По предметам, {school_year(year)} учебный год (классы вместе)",
        nouns=("строки", "строк"),
        sortable=True,
    )
    return [
        "## По предметам",
        f"Каждый предмет сравнивается со своим прошлым так же, как школа в целом. Участников "
        f"меньше, поэтому и интервалы шире: за полосу вышли {fmt.of(len(outside), len(rows))}, "
        f"примерно {fmt.decimal(len(rows) * (1 - found.rule.level), 1)} вышли бы и случайно. "
        f"Предметы, в которых меньше {_LEAST_N} участников, не показаны.",
        show(table),
    ]


def _similar(found: EffectResult) -> list[str]:
    blocks = ["## Рядом с похожими школами, которым не помогали"]
    if found.matched is None:
        reason = found.refusals.get("matched", "Нет данных.")
        return [
            *blocks,
            f"Такое сравнение не проведено. {fmt.escape_md(refusal_words(reason))}",
        ]
    matched = found.matched
    blocks.append(similar_sentence(matched))
    table = DataTable(
        [
            {**row, "title": fmt.sentence_case(row["title"])}
            for row in records(matched.balance)
        ],
        [
            Col("title", "В чём похожи"),
            Col("supported", "Сопровождаемые", "decimal", digits=2),
            Col("similar", "Похожие", "decimal", digits=2),
            Col("all_alone", "Все без помощи", "decimal", digits=2),
            Col("difference_before", "Разница до подбора", "decimal", digits=2,
                help="В стандартных отклонениях"),
            Col("difference_after", "После подбора", "decimal", digits=2,
                help="В стандартных отклонениях; допустимо до 0,25"),
        ],
        caption="Насколько похожи группы (разница — в стандартных отклонениях, допустимо до 0,25)",
    )  # fmt: skip
    return [*blocks, show(table)]


def _left_out(site: Site, found: EffectResult) -> list[str]:
    rows = [
        {
            **row,
            "name": site.names.get(row["school_id"], row["school_id"]),
            "href": site.links.get(row["school_id"]),
        }
        for row in records(found.left_out)
    ]
    if not rows:
        return []
    table = DataTable(
        rows,
        [Col("name", "Школа", "link", href="href"), Col("year", "Год", "year"),
         Col("reason", "Почему оценить нельзя")],
        caption="Сопровождались, но в расчёт не вошли",
    )  # fmt: skip
    return ["## Кого оценить нельзя", show(table)]


def _how(found: EffectResult) -> list[str]:
    shares = found.schools["lasting_share"]
    fit = found.persistence
    if fit is None or shares.empty:
        return []
    model = fit.lasting
    return [
        callout(
            "note",
            "Как это посчитано",
            "Результаты школы сравниваются с результатами **всех остальных школ в тех же работах** "
            "(процедура, предмет, класс, время года): общий для всех сдвиг так не принимается за "
            "эффект. «Было» — те же работы в ближайшем году до начала сопровождения.",
            "Отставание школы состоит из устойчивой части и случайной: слабый год, слабый класс, "
            f"мало учеников. По {fmt.count_of(model.groups, 'школе', 'школам')} в годы **без "
            "помощи** оценено, какая часть отставания остаётся: у сопровождаемых школ — от "
            f"{fmt.percent(shares.min(), 0)} до {fmt.percent(shares.max(), 0)} (чем больше учеников "
            "и лет, тем больше). Остальное проходит само — это и есть возврат к среднему.",
            "Сверх ожидаемого = стало − ожидалось. Интервал учитывает случайность результатов "
            "школы, колебания от года к году и неточность самой оценки. "
            f"«{fmt.sentence_case(verdict_words('shown', found.basis))}» — весь "
            "интервал ниже нуля; «хуже ожидаемого» — весь выше; иначе показать ничего нельзя. "
            "Вероятность говорит об изменении, а не о его причине.",
            "Помощь одному учителю поддержкой школы не считается. Сопровождение, начатое в марте "
            "или позже, на результатах той же весны сказаться не могло и в расчёт не идёт.",
            folded=True,
        )
    ]


def _limits() -> str:
    return callout(
        "important",
        "Чего отсюда заключить нельзя",
        bullets(
            [
                "Что изменения вызвала именно помощь: в тот же год могли смениться учителя, "
                "дети, руководство школы.",
                "Что помощь бесполезна, если эффект не показан: при малом числе учеников заметно "
                "только большое изменение, а помощь может сказаться позже.",
                "Что одни наставники лучше других: у каждого школ слишком мало.",
            ]
        ),
    )

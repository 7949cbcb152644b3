"""The page of the method: every rule with its source, every open question with its answer.

All numbers come from the definitions in force and from the results; a project that changes a
threshold changes this page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.chain_definition import ArithmeticMean
from shnor_lib.methods.compare import compare_rulesets
from shnor_lib.methods.definition import Source
from shnor_lib.methods.identification import CERTAIN, LIKELY, Identification
from shnor_lib.methods.index_definition import Component, Index
from shnor_lib.methods.rating_definition import (
    Goalposts,
    Indicator,
    PassportIndicator,
    PointsIndicator,
    Rating,
    ResultsIndicator,
)
from shnor_lib.methods.ruleset import Criterion, RuleSet, Switch
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import bullets, callout, capped, front_matter, page, show
from shnor_lib.report.charts import agreement_map, status_by_ruleset
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import (
    LISTED,
    STANDING,
    STATUS,
    STATUS_FOR,
    STATUS_LONG,
    column_title,
    school_year,
)
from shnor_lib.report.monitoring.identification import (
    readings_chart,
    readings_table,
    readings_text,
)
from shnor_lib.report.pages.method_conditions import conditions_and_directions
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rule_words import (
    decision_sentence,
    quoted,
    rule_sentence,
    scope_of,
    scope_words,
    threshold_sign,
    years_of,
)

STANDING_MEANING: dict[str, str] = {
    "норматив": "стоит в тексте документа, который есть у нас целиком",
    "вторичный источник": "взято из пересказа документа, самого документа у нас нет",
    "по памяти": "документ найти не удалось, значение требует проверки",
    "проект": "предложение авторов программы: документ называет предмет, но не решает вопроса; "
    "значение правится в файле проекта",
    "решение пользователя": "документ вопрос не решает, выбор сделан при настройке",
}
"""What each standing means, in words."""


def method_page(analysis: Analysis, names: Mapping[str, str], links: Mapping[str, str]) -> bytes:
    """``method.qmd``.

    Parameters
    ----------
    analysis
        Results of all methods with their definitions.
    names, links
        School's id → name and → source path from this page.
    """
    ruleset, year = analysis.ruleset, analysis.year
    rating, index = analysis.rating, analysis.index
    refusals = analysis.refusals
    return page(
        [
            front_matter(
                "Методика",
                subtitle="По каким правилам школа попадает в список и откуда взят каждый порог",
            ),
            _headline(ruleset),
            _objectivity(),
            "## Критерии",
            *_criteria(ruleset, _titles(analysis)),
            "## Как из критериев складывается статус",
            *_decision(ruleset),
            "## Что документ оставляет открытым",
            *_switches(ruleset, analysis.readings, year),
            "## Сравнение сводов правил",
            *_comparison(ruleset, analysis.identifications, names, links, year),
            *_refused(refusals, "ruleset:", "Свод правил"),
            "## Рейтинг школ",
            *(_rating(rating.definition) if rating else []),
            *_refused(refusals, "rating:", "Рейтинг"),
            "## Индекс социального благополучия школ",
            *(_index(index.definition) if index else []),
            *_refused(refusals, "index:", "Индекс"),
            "## Как посчитана надёжность",
            *_confidence(),
            *conditions_and_directions(),
            "## Словарь",
            *_glossary(),
        ]
    )


def _refused(refusals: Mapping[str, str], prefix: str, what: str) -> list[str]:
    """Sentences about what could not be computed, with the reason."""
    return [
        f"{what} «{fmt.escape_md(key.removeprefix(prefix))}» не применён: {fmt.escape_md(reason)}"
        for key, reason in refusals.items()
        if key.startswith(prefix)
    ]


def standing_badge(standing: str) -> str:
    """HTML badge: how far a value can be relied on."""
    kind = STANDING.get(standing, "user")
    meaning = fmt.escape(STANDING_MEANING.get(standing, ""))
    return f'<span class="shnor-standing {kind}" title="{meaning}">{fmt.escape(standing)}</span>'


def _headline(ruleset: RuleSet) -> str:
    counting = [c for c in ruleset.criteria if c.counts]
    shown_only = len(ruleset.criteria) - len(counting)
    standings = pd.Series([c.source.standing for c in ruleset.criteria]).value_counts()
    parts = [f"{fmt.number(standings[name])} — «{name}»" for name in STANDING if name in standings]
    text = (
        f"Действует свод правил **{fmt.escape_md(ruleset.title)}**: "
        f"{fmt.count_phrase(len(counting), 'критерий', 'критерия', 'критериев')} с порогом"
    )
    if shown_only:
        text += (
            f" и ещё {fmt.count_phrase(shown_only, 'показатель', 'показателя', 'показателей')} "
            "без порога, "
            f"{fmt.plural(shown_only, 'который показывается', 'которые показываются', 'которые показываются')}"
            ", но статуса не "
            f"{fmt.plural(shown_only, 'даёт', 'дают', 'дают')}"
        )
    text += f". Происхождение порогов и показателей: {fmt.join_ru(parts)}."
    summary = fmt.escape_md(fmt.nice(ruleset.summary)) if ruleset.summary else ""
    return "\n\n".join(part for part in (text, summary, _source_line(ruleset.source)) if part)


def _source_line(source: Source) -> str:
    where = fmt.escape_md(source.document)
    if source.point:
        point = f"п. {source.point}" if source.point[0].isdigit() else source.point
        where += f", {fmt.escape_md(point)}"
    return f"**Источник:** {where}. `{standing_badge(source.standing)}`{{=html}}"


def _objectivity() -> str:
    return callout(
        "important",
        "Что можно и чего нельзя делать с этими списками",
        "Списки составляются, чтобы направить помощь. Рособрнадзор предостерегает от рейтингов "
        "по результатам ВПР: за место в них нельзя наказывать ни учителя, ни школу.",
        "Результаты ВПР бывают завышены. Признак завышения — вопрос к школе, а не доказательство; "
        "на статус такие признаки здесь не влияют.",
    )


# --- criteria ----------------------------------------------------------------------------------


def _titles(analysis: Analysis) -> dict[str, str]:
    """Titles of ratings and indices by id."""
    return {
        **{key: found.definition.title for key, found in analysis.ratings.items()},
        **{key: found.definition.title for key, found in analysis.indices.items()},
    }


def _criteria(ruleset: RuleSet, titles: Mapping[str, str]) -> list[str]:
    rows = pd.DataFrame(
        [
            {
                "title": fmt.nice(criterion.title),
                "status_for": STATUS_FOR[criterion.status_for] if criterion.counts else "",
                "threshold": threshold_sign(criterion),
                "years": years_of(ruleset, criterion),
                "scope": scope_of(criterion, titles),
                "standing": standing_badge(criterion.source.standing),
                "standing_text": criterion.source.standing,
            }
            for criterion in ruleset.criteria
        ]
    )
    table = DataTable(
        rows,
        [
            Col("title", "Критерий"),
            Col("status_for", "Говорит о статусе", missing="статуса не даёт"),
            Col("threshold", "Порог"),
            Col("years", "За какие годы"),
            Col("scope", "По каким данным"),
            Col("standing", "Происхождение", "html", order="standing_text"),
        ],
        caption="Критерии действующего свода правил",
    )
    return [show(table), *[_criterion(ruleset, criterion) for criterion in ruleset.criteria]]


def _criterion(ruleset: RuleSet, criterion: Criterion) -> str:
    source = criterion.source
    blocks = [
        f"### {fmt.escape_md(fmt.nice(criterion.title))} {{#{anchor(criterion.id)}}}",
        rule_sentence(ruleset, criterion),
    ]
    if source.quote:
        blocks.append(f"> «{fmt.escape_md(_unquoted(source.quote))}»")
    blocks.append(_source_line(source))
    if criterion.note:
        blocks.append(fmt.escape_md(criterion.note))
    return "\n\n".join(blocks)


def _unquoted(quote: str) -> str:
    text = quote.strip()
    if text.startswith("«") and text.endswith("»") and text.count("«") == 1:
        text = text[1:-1]
    return text


def anchor(criterion_id: str) -> str:
    """Name of a criterion's place on the page."""
    return f"criterion-{criterion_id}"


def _decision(ruleset: RuleSet) -> list[str]:
    zone = ruleset.decision.risk_zone
    lines = [
        decision_sentence(ruleset, "low_results"),
        decision_sentence(ruleset, "difficult"),
    ]
    if zone.rule == "latest_year":
        lines.append(
            "Зона риска: статуса нет, но в последнем году за порогом не менее "
            f"{fmt.count_phrase(zone.min_criteria, 'критерия', 'критериев', 'критериев')} "
            f"({zone.standing})."
        )
    else:
        lines.append("Зона риска этим сводом правил не предусмотрена.")
    lines.append(
        "Недостаточно данных: нет ни одного критерия по результатам, который можно было бы "
        "проверить (нет процедуры, нет нужных лет или участников меньше минимума). "
        "Это не «благополучно» и не «неблагополучно», а «неизвестно»."
    )
    if ruleset.exclude_kinds:
        lines.append(f"Правила не применяются к школам: {', '.join(ruleset.exclude_kinds)}.")
    note = [fmt.escape_md(zone.note)] if zone.note else []
    return [bullets(lines), *note]


# --- open questions ----------------------------------------------------------------------------


def _switches(ruleset: RuleSet, readings: pd.DataFrame | None, year: int) -> list[str]:
    switches: Mapping[str, Switch[Any]] = dict(ruleset.switches)  # type: ignore[arg-type]
    if not switches:
        return ["Открытых вопросов свод правил не содержит."]
    blocks = [
        "Документ допускает разные прочтения. Каждый вопрос вынесен в переключатель: видно, какой "
        "ответ принят, какие ещё возможны и почему выбран этот. Переключатель меняется одной "
        "строкой в файле правил."
    ]
    rows = pd.DataFrame(
        [
            {
                "question": switch.question,
                "value": switch.label(switch.value),
                "others": "; ".join(
                    switch.label(option) for option in switch.options if option != switch.value
                ),
                "note": switch.note,
                "standing": standing_badge(switch.standing),
                "standing_text": switch.standing,
            }
            for switch in switches.values()
        ]
    )
    blocks.append(
        show(
            DataTable(
                rows,
                [
                    Col("question", "Вопрос"),
                    Col("value", "Принято"),
                    Col("others", "Возможно иначе"),
                    Col("note", "Почему так", missing="пояснения нет"),
                    Col("standing", "Происхождение", "html", order="standing_text"),
                ],
                caption="Что документ оставляет открытым и как решено",
            )
        )
    )
    if readings is None or readings.empty:
        return blocks
    blocks += [
        "### Сколько школ в списке при каждом прочтении",
        readings_text(readings, year).markdown(),
        *([show(chart)] if (chart := readings_chart(readings)) else []),
        callout(
            "note",
            "Все прочтения в таблице",
            show(readings_table(readings, year)),
            level=4,
            folded=True,
        ),
    ]
    return blocks


# --- comparison --------------------------------------------------------------------------------


def _comparison(
    ruleset: RuleSet,
    compared: Mapping[str, Identification],
    names: Mapping[str, str],
    links: Mapping[str, str],
    year: int,
) -> list[str]:
    if len(compared) < 2:
        return ["Других сводов правил для сравнения в настройках нет."]
    comparison = compare_rulesets(compared, year)
    titles = {name: found.ruleset.title for name, found in compared.items()}
    table = comparison.schools.set_index("school_id")
    statuses = {name: table[name].dropna() for name in compared}
    listed = table[list(compared)].isin(LISTED)
    everywhere = int(listed.all(axis=1).sum())
    somewhere = int(listed.any(axis=1).sum())
    rows = pd.DataFrame(
        [
            {
                "title": titles[name],
                "standing": standing_badge(found.ruleset.source.standing),
                "standing_text": found.ruleset.source.standing,
                **{
                    code: int((statuses[name] == code).sum())
                    for code in (*LISTED, "risk_zone", "insufficient", "excluded")
                },
                "n_listed": int(listed[name].sum()),
                "share": float(listed[name].sum()) / len(statuses[name])
                if len(statuses[name])
                else None,
                "n_schools": len(statuses[name]),
            }
            for name, found in compared.items()
        ]
    )
    blocks = [
        "Один и тот же набор данных, разные методики. За "
        f"{school_year(year)} учебный год хотя бы по одному своду правил в списке "
        f"{fmt.count_phrase(somewhere, 'школа', 'школы', 'школ')}, по всем сразу — "
        f"{fmt.number(everywhere)}.",
        show(
            DataTable(
                rows,
                [
                    Col("title", "Свод правил"),
                    Col("standing", "Происхождение", "html", order="standing_text"),
                    *[
                        Col(code, fmt.sentence_case(STATUS[code]), "int")
                        for code in (*LISTED, "risk_zone", "insufficient", "excluded")
                        if rows[code].any()
                    ],
                    Col("n_listed", "Всего в списке", "int"),
                    Col("share", "Доля школ", "percent"),
                    Col("n_schools", "Всего школ", "int"),
                ],
                caption="Сколько школ в списке по каждому своду правил",
            )
        ),
        "### Статусы по каждому своду",
        show(status_by_ruleset(statuses, titles)),
        "### Согласие сводов",
        "В клетке — сколько школ вносят в список оба свода; на диагонали — сколько вносит один.",
        show(agreement_map(statuses, titles)),
        show(_agreement_table(comparison.agreement, titles)),
        "### О каких школах своды расходятся",
    ]
    differing = table[~table["agree"].astype(bool)]
    if differing.empty:
        blocks.append("Расхождений нет: списки по всем сводам совпадают.")
    else:
        blocks.append(show(_differing_table(differing, titles, names, links)))
    others = [found.ruleset for name, found in compared.items() if name != ruleset.id]
    blocks.append("### Что говорят другие своды")
    blocks += [
        callout(
            "note",
            fmt.escape_md(other.title),
            fmt.escape_md(fmt.nice(other.summary)) if other.summary else "",
            _source_line(other.source),
            bullets(
                f"**{fmt.escape_md(fmt.nice(c.title))}.** {rule_sentence(other, c)}"
                for c in other.criteria
            ),
            level=4,
            folded=True,
        )
        for other in others
    ]
    return blocks


def _agreement_table(agreement: pd.DataFrame, titles: Mapping[str, str]) -> DataTable:
    table = agreement.assign(
        first_title=agreement["first"].map(titles), second_title=agreement["second"].map(titles)
    )
    return DataTable(
        table,
        [
            Col("first_title", "Первый свод"),
            Col("second_title", "Второй свод"),
            Col("n_both", "Вносят оба", "int"),
            Col("n_only_first", "Только первый", "int"),
            Col("n_only_second", "Только второй", "int"),
            Col("n_neither", "Ни один", "int"),
            Col("n_schools", "Судят оба", "int"),
            Col("share_agree", "Согласны", "percent", missing="сравнить не о ком"),
            Col(
                "kappa",
                "Каппа Коэна",
                "decimal",
                digits=2,
                help="1 — полное согласие, 0 — не больше случайного",
                missing="не определена: один из сводов вносит всех или никого",
            ),
        ],
        caption="Согласие сводов правил попарно",
    )


def _differing_table(
    differing: pd.DataFrame,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> DataTable:
    shown = differing.reset_index()
    shown["name"] = [names.get(key, key) for key in shown["school_id"]]
    shown["href"] = [links.get(key) for key in shown["school_id"]]
    return capped(
        shown.sort_values(["name", "school_id"]).reset_index(drop=True),
        [
            Col("name", "Школа", "link", href="href"),
            *[
                Col(name, title, "status", missing="школы нет в этом своде")
                for name, title in titles.items()
            ],
        ],
        caption="Школы, которые одни правила вносят в список, а другие нет",
        nouns=("школы", "школ"),
        sortable=True,
    )


# --- rating and index --------------------------------------------------------------------------

_MEASURES = {
    "share_low": "доля низких результатов",
    "quality": "доля «4» и «5»",
    "share_high": "доля высоких результатов",
    "mean": "средний балл",
}


def _rating(rating: Rating) -> list[str]:
    total = sum(item.weight for _, item in rating.indicators)
    rows = pd.DataFrame(
        [
            {
                "group": group.title,
                "title": item.title,
                "what": _measure_words(item),
                "direction": _direction(item),
                "normalisation": _normalisation(item),
                "weight": item.weight,
                "share": item.weight / total if total else None,
            }
            for group, item in rating.indicators
        ]
    )
    text = (
        f"Используется рейтинг **{fmt.escape_md(rating.title)}**. Школа получает долю от "
        "максимума, который могла бы набрать: показатель, которого у школы быть не может "
        "(например, ЕГЭ без 11 класса), максимум не увеличивает. "
        + (
            "Результаты складываются за "
            f"{fmt.count_phrase(rating.pool_years, 'год', 'года', 'лет')}"
            if rating.pool_years > 1
            else "Берутся результаты отчётного года"
        )
        + "; показатель применяется, если участников не меньше "
        f"{fmt.number(rating.min_participants)}. {_steps(rating)}"
    ).strip()
    return [
        text,
        fmt.escape_md(fmt.nice(rating.summary)) if rating.summary else "",
        _source_line(rating.source),
        show(
            DataTable(
                rows,
                [
                    Col("title", "Показатель"),
                    Col("group", "Группа"),
                    Col("what", "Что измеряется"),
                    Col("direction", "Лучше, когда"),
                    Col("normalisation", "Как переводится в баллы"),
                    Col("weight", "Вес", "decimal"),
                    Col("share", "Доля веса", "percent"),
                ],
                caption="Показатели рейтинга и их веса",
            )
        ),
        "Место школы всегда показывается с интервалом: результаты разыгрываются заново "
        "с учётом численности, и интервал охватывает 95"
        f"{fmt.NNBSP}% полученных мест. Если интервалы двух школ сильно перекрываются, "
        "говорить, что одна лучше другой, нельзя.",
    ]


def _steps(rating: Rating | Index) -> str:
    """How points are added and what was done to the data before; empty for the usual way."""
    parts = []
    if not isinstance(rating.aggregation, ArithmeticMean):
        parts.append(f"Баллы складываются так: {rating.aggregation.title}.")
    if isinstance(rating, Rating) and rating.group_aggregation is not None:
        parts.append(f"Внутри групп — {rating.group_aggregation.title}.")
    if rating.treatment is not None:
        parts.append(f"Перед этим {rating.treatment.title}.")
    if rating.imputation is not None:
        parts.append("Пропуски заполняются.")
    return " ".join(parts)


def _measure_words(item: Indicator) -> str:
    if isinstance(item, ResultsIndicator):
        return f"{_MEASURES[item.measure]} ({scope_words(item.scopes)})"
    if isinstance(item, PassportIndicator):
        part = quoted(column_title(item.numerator, item.table))
        return f"{part} ÷ {quoted(column_title(item.denominator, item.table))}"
    assert isinstance(item, PointsIndicator)
    return "баллы муниципальной системы рейтингования"


def _direction(item: Indicator) -> str:
    if isinstance(item, PointsIndicator):
        return "больше"
    return "больше" if item.direction == 1 else "меньше"


def _normalisation(item: Indicator) -> str:
    if isinstance(item, PointsIndicator):
        return "доля от максимума показателя"
    rule = item.normalisation
    if isinstance(rule, Goalposts):
        share = not (isinstance(item, ResultsIndicator) and item.measure == "mean")
        return _goalposts(rule, share=share)
    return rule.title


def _goalposts(rule: Goalposts, *, share: bool) -> str:
    def shown(value: float) -> str:
        return fmt.percent(value, 0) if share else fmt.number(value)

    return f"постоянная шкала от {shown(rule.low)} до {shown(rule.high)}"


def _index(index: Index) -> list[str]:
    total = sum(component.weight for component in index.components)
    weighted = index.mode == "weighted"
    rows = pd.DataFrame(
        [
            {
                "title": component.title,
                "what": _component_words(component),
                "direction": "больше" if component.direction == 1 else "меньше",
                "scale": _component_scale(component),
                "weight": component.weight,
                "share": component.weight / total if total else None,
            }
            for component in index.components
        ]
    )
    columns = [
        Col("title", "Составляющая"),
        Col("what", "Как считается"),
        Col("direction", "Благополучнее, когда"),
    ]
    if weighted:
        columns += [
            Col("scale", "Шкала"),
            Col("weight", "Вес", "decimal"),
            Col("share", "Доля веса", "percent"),
        ]
    how = (
        "взвешенное среднее составляющих"
        if weighted
        else "первая главная компонента составляющих (не менее 30 школ)"
    )
    return [
        f"Используется индекс **{fmt.escape_md(index.title)}**: {how}, от 0 до 100, "
        "**чем больше, тем благополучнее**. Индекс описывает условия, в которых работает школа, "
        "а не качество её работы. Если у школы известны составляющие с весом меньше "
        f"{fmt.percent(index.min_weight_share, 0)} общего, индекс не рассчитывается. "
        f"{_steps(index)}".strip(),
        fmt.escape_md(fmt.nice(index.summary)) if index.summary else "",
        _source_line(index.source),
        show(DataTable(rows, columns, caption="Составляющие индекса")),
    ]


def _component_words(component: Component) -> str:
    part = quoted(column_title(component.numerator, component.table))
    if component.denominator is None:
        return part
    return f"{part} ÷ {quoted(column_title(component.denominator, component.table))}"


def _component_scale(component: Component) -> str:
    rule = component.normalisation
    if isinstance(rule, Goalposts):
        return _goalposts(rule, share=component.denominator is not None)
    return f"{rule.title} за все годы"


# --- uncertainty and glossary ------------------------------------------------------------------


def _confidence() -> list[str]:
    certain, likely = fmt.percent(CERTAIN, 0), fmt.percent(LIKELY, 0)
    return [
        "У каждого вывода две стороны, и они не смешиваются. **Формально** — что говорит правило, "
        "применённое к числам. **Надёжность** — насколько вероятно, что дело не в случайном "
        "составе учеников этого года.",
        bullets(
            [
                "Интервал доли (с вероятностью 95"
                f"{fmt.NNBSP}%) — интервал Уилсона: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) ÷ "
                "(1 + z²/n), где p — доля, n — число участников, z = 1,96.",
                "Вероятность того, что истинная доля за порогом, — по распределению "
                "Бета(α + x, β + n − x), где x — число низких результатов, а α и β описывают, как "
                "истинные доли различаются между школами; их оценивают по всем школам с этими "
                "результатами (бета-биномиальная модель, наибольшее правдоподобие; своя пара чисел "
                "для каждой процедуры, предмета и года). Чем меньше учеников, тем больше весит "
                "обычное для школ. Если школ меньше десяти, берётся слабое распределение Бета(½, ½). Если "
                "школ сто и больше и две группы школ описывают результаты явно лучше одной (критерий "
                "Шварца), берётся смесь двух бета-распределений.",
                "Критерий за несколько лет: ученики этих лет складываются, и вероятность относится к "
                "их общей доле; зона риска — к одному последнему году. Если правила позволяют "
                "разным годам опираться на разные предметы, берётся вероятность наименее надёжного "
                "года.",
                "Вероятность статуса относится к школе: хотя бы по одному предмету истинная доля за "
                "порогом. Она складывается по всем предметам критериев, в том числе по тем, где участников "
                "меньше, чем просит правило. Предметы одной школы похожи, поэтому вероятности не "
                "перемножаются: у школы есть одно общее слагаемое во всех предметах (однофакторная "
                "гауссова копула), а сила связи оценивается по школам региона. Если оценить её не по "
                "чему (школ меньше десяти), берётся самый явный предмет. Названный предмет — самый "
                "заметный из нескольких, и именно о нём вероятность статуса читать нельзя: для него "
                "она завышена.",
                "Доля с поправкой на численность — среднее того же распределения, "
                "(α + x) ÷ (α + β + n) (при смеси — среднее по двум её частям); её интервал отсекает по "
                f"2,5{fmt.NNBSP}% с каждой стороны. Формальный статус от неё не зависит.",
                "Разность двух лет — интервал Ньюкомба; динамика называется положительной или "
                "отрицательной, только если интервал не содержит нуля.",
                f"**Уверенно** — вероятность не меньше {certain}; **вероятно** — от {likely} до "
                f"{certain}; **на границе** — меньше {likely}; **недостаточно данных** — "
                "вероятность рассчитать не из чего.",
            ]
        ),
        "Условие «ни одного высокого результата» берётся как факт: вероятность относится только "
        "к доле низких результатов.",
    ]


def _glossary() -> list[str]:
    statuses = pd.DataFrame(
        [{"status": code, "meaning": STATUS_LONG.get(code, "")} for code in STATUS]
    )
    standings = pd.DataFrame(
        [
            {"badge": standing_badge(name), "name": name, "meaning": meaning}
            for name, meaning in STANDING_MEANING.items()
        ]
    )
    return [
        show(
            DataTable(
                statuses,
                [Col("status", "Статус", "status"), Col("meaning", "Что значит")],
                caption="Статусы школ",
            )
        ),
        show(
            DataTable(
                standings,
                [
                    Col("badge", "Происхождение порога", "html", order="name"),
                    Col("meaning", "Что значит"),
                ],
                caption="Насколько твёрдо установлен порог",
            )
        ),
    ]


def page_of_method(site: Site) -> bytes:
    """See :func:`method_page`."""
    return method_page(site.analysis, site.names, site.links)

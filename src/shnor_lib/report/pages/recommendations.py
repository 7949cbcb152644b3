"""Addressed recommendations: to whom, what, on what ground, by when; what came of those issued."""

from __future__ import annotations

from shnor_lib.methods.recommendation_rules import TOPICS, RecommendationRule
from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.labels import school_year
from shnor_lib.report.letters.many import schools_with_grounds
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import MANY, ONE_SCHOOL, Proposals, proposals_of
from shnor_lib.report.recommendation_tables import (
    addressees_table,
    issued_words,
    register_rows,
    register_table,
    schools_table,
    topics_table,
)
from shnor_lib.report.rows import Row
from shnor_lib.report.school.recommendations import proposed

SHOWN = 60
"""Schools named under one recommendation at most."""
LETTERS = 300
"""Letters linked from the page at most."""

_HEADINGS = {
    "school": "Школам",
    "teachers": "Педагогам",
    "municipality": "Муниципальным органам управления образованием",
    "institute": "Институту развития образования",
    "assessment": "Центру оценки качества образования",
}


def has_recommendations(analysis: Analysis) -> bool:
    """Whether something is proposed or was issued."""
    found = proposals_of(analysis)
    return bool(found.rows or len(found.register.rows))


def page_of_recommendations(site: Site) -> bytes:
    """``recommendations.qmd``."""
    analysis = site.analysis
    found = proposals_of(analysis)
    blocks = [
        front_matter(
            "Рекомендации",
            subtitle="Кому, что, на каком основании и к какому сроку",
        ),
        f"**{school_year(analysis.year)} учебный год.** {summary(analysis, found)}",
        _cards(found, analysis),
        callout(
            "note",
            "Это предложения, а не предписания",
            "Рекомендацию предлагает правило, когда все его условия известны и выполнены; чего в "
            "данных нет, то её не вызывает. Методическая служба просматривает предложенное, "
            "правит, подписывает и вносит в книгу «Адресные рекомендации» с кодом правила: тогда "
            "предложение помечается выданным, а страница следит за сроком (п. 6.2–6.4 Положения, "
            "Оленёк, 2021). Из чего что следует — на странице "
            "[«Правила рекомендаций»](recommendation-rules.qmd).",
        ),
    ]
    if analysis.recommendations is None:
        reason = fmt.escape_md(analysis.refusals.get("recommendations", "данных нет"))
        blocks.append(f"Рекомендации не составлены: {reason}")
    if found.rows:
        blocks += [
            "## Сколько и кому",
            show(addressees_table(found)),
            show(topics_table(found)),
        ]
    blocks += _letters(found, site)
    for code in ONE_SCHOOL:
        if found.to(code):
            blocks += [f"## {_HEADINGS[code]}", *_one_school(found, code, site)]
    for code in MANY:
        if found.to(code):
            blocks += [f"## {_HEADINGS[code]}", *_many(analysis, found, code)]
    blocks += ["## Выданные рекомендации", *_register(found, site)]
    return page(blocks)


def summary(analysis: Analysis, found: Proposals) -> str:
    """How many are proposed to whom, how many were issued and are overdue."""
    day = f"По данным на{fmt.NBSP}{fmt.date_ru(analysis.day)}"
    total = len(found.rows)
    if total:
        parts = [
            f"{say.to_whom(code, many=True)}{fmt.NBSP}— {fmt.number(n)}"
            for code in _HEADINGS
            if (n := len(found.to(code)))
        ]
        text = f"{day} {proposed(total)}: {', '.join(parts)}."
    else:
        text = f"{day} рекомендаций из правил не следует."
    rows = found.register.rows
    if len(rows):
        late = int(rows["overdue"].sum())
        verb = fmt.plural(len(rows), "Выдана", "Выданы", "Выдано")
        text += f" {verb} {say.counted(len(rows))}"
        text += f", просрочено: {fmt.number(late)}." if late else ", просроченных нет."
    else:
        text += " Выданных рекомендаций в данных за этот год нет."
    return text


def _cards(found: Proposals, analysis: Analysis) -> str:
    rows = found.register.rows
    waiting = len(found.register.waiting)
    schools = {str(row["school_id"]) for row in found.rows if row["scope"] == "school"}
    listed = len(schools & found.listed)
    items = [
        Card(
            fmt.number(len(found.rows)),
            fmt.plural(len(found.rows), *say.RECOMMENDATIONS_FORMS),
            "предлагается по правилам",
        ),
        Card(
            fmt.number(len(schools)),
            fmt.plural(len(schools), "школа", "школы", "школ"),
            f"с{fmt.NBSP}рекомендациями, из них в{fmt.NBSP}списке {fmt.number(listed)}",
        ),
        Card(fmt.number(waiting), "ещё не выдано", "из предложенных"),
    ]
    if len(rows):
        done = int((rows["state"] == "done").sum())
        items += [
            Card(fmt.number(len(rows)), "выдано", f"исполнено: {fmt.of(done, len(rows))}"),
            Card(
                fmt.number(int(rows["overdue"].sum())),
                "просрочено",
                f"на{fmt.NBSP}{fmt.date_ru(analysis.day)}",
            ),
        ]
    return cards(items)


def _one_school(found: Proposals, code: str, site: Site) -> list[str]:
    """Rules by topic; what is advised is said once, the schools and grounds are folded."""
    places = frames_of(site.analysis).municipalities
    by_rule: dict[str, list[Row]] = {}
    for row in found.to(code):
        by_rule.setdefault(str(row["rule"]), []).append(row)
    blocks = []
    for topic in TOPICS:
        rules = [found.rules[name] for name in by_rule if found.rules[name].topic == topic]
        if rules:
            blocks.append(f"### {fmt.escape_md(_HEADINGS[code])}: {TOPICS[topic]}")
        for rule in rules:
            rows = by_rule[rule.id]
            issued = sum(row["number"] is not None for row in rows)
            n = len(rows)
            text = fmt.nice(rule.text).replace("{matched}", "названы в основаниях у каждой школы")
            blocks += [
                f"#### {fmt.escape_md(rule.title)}",
                fmt.escape_md(text),
                _rule_line(rule),
                f"Форма: {say.form(rule.form)}. "
                f"**Срок: до{fmt.NBSP}{fmt.date_ru(rows[0]['deadline'])}.** "
                f"Контроль: {fmt.escape_md(rule.controller)}. Выдано: {fmt.of(issued, n)}.",
                callout(
                    "note",
                    f"Школы и основания ({fmt.count_phrase(n, 'школа', 'школы', 'школ')})",
                    show(schools_table(found, rows, site.names, site.links, places)),
                    level=5,
                    folded=True,
                ),
            ]
    return blocks


def _rule_line(rule: RecommendationRule) -> str:
    return (
        f"`{standing_badge(rule.ground.standing)}`{{=html}} "
        f"{fmt.escape_md(fmt.nice(rule.ground.reason))} "
        f"({fmt.escape_md(fmt.sentence_case(say.document_words(rule)))}.)"
    )


def _many(analysis: Analysis, found: Proposals, code: str) -> list[str]:
    rows = found.to(code)
    several = len({row["municipality"] for row in rows}) > 1
    blocks = []
    for row in sorted(rows, key=lambda each: (each["municipality"] or "", each["deadline"])):
        rule = found.rule(row)
        place = f"{row['municipality'] or 'Регион'}: " if several else ""
        blocks += [
            f"### {fmt.escape_md(place + str(row['title']))}",
            f"{fmt.escape_md(fmt.nice(row['text']))}",
            _rule_line(rule),
            f"Тема: {fmt.escape_md(say.topic(row['topic']).lower())}. Форма: {say.form(row['form'])}. "
            f"**Срок: до{fmt.NBSP}{fmt.date_ru(row['deadline'])}.** "
            f"Контроль: {fmt.escape_md(row['controller'])}. Выдана: {fmt.escape_md(issued_words(row))}.",
            callout(
                "note",
                f"Школы и основания ({fmt.count_phrase(int(row['n_schools']), 'школа', 'школы', 'школ')})",
                schools_with_grounds(analysis, found, row, most=SHOWN),
                level=4,
                folded=True,
            ),
        ]
    return blocks


def _register(found: Proposals, site: Site) -> list[str]:
    rows: list[Row] = register_rows(found)
    if not rows:
        return [
            "В книге «Адресные рекомендации» за этот год записей нет. Когда рекомендация выдана, "
            "впишите её туда с номером, сроком и кодом правила (он есть на странице "
            "[«Правила рекомендаций»](recommendation-rules.qmd))."
        ]
    return [show(register_table(found, rows, site.names, site.links))]


def _letters(found: Proposals, site: Site) -> list[str]:
    paths = letter_paths(found)
    if not len(paths):
        return []
    groups = [
        (
            "Муниципалитетам",
            {place or "МОУО": path for place, path in paths.municipalities.items()},
        ),
        (
            "Институту и центру оценки качества",
            {
                fmt.sentence_case(say.to_whom(code)): path
                for code, path in paths.institutions.items()
            },
        ),
        (
            "Школам списка",
            {site.names.get(school, school): path for school, path in paths.schools.items()},
        ),
    ]
    blocks = [
        "## Письма",
        f"По одному письму (Word) каждой школе списка, каждому муниципалитету, институту и центру "
        f"оценки качества, если им есть что рекомендовать: "
        f"{fmt.count_phrase(len(paths), 'письмо', 'письма', 'писем')}. Номер и подпись ставит "
        "методическая служба. Уже выданные рекомендации в письмах не повторяются.",
    ]
    for title, links in groups:
        if not links:
            continue
        shown = list(links.items())[:LETTERS]
        items = [f"[{fmt.escape_md(name)}]({path})" for name, path in shown]
        if len(links) > len(shown):
            items.append(
                "письма остальных школ — на их страницах "
                f"(ещё {fmt.number(len(links) - len(shown))})"
            )
        blocks += [f"**{title}**", bullets(items)]
    return blocks

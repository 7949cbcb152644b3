"""The library of recommendations: every rule, what it rests on and how often it applies now."""

from __future__ import annotations

from shnor_lib.methods.recommendation_rules import TOPICS
from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page, show
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.recommendation_rows import proposals_of
from shnor_lib.report.recommendation_tables import library_table


def has_rules(analysis: Analysis) -> bool:
    """Whether a library was applied."""
    return analysis.recommendations is not None


def page_of_rules(site: Site) -> bytes:
    """``recommendation-rules.qmd``."""
    found = proposals_of(site.analysis)
    assert found.proposed is not None  # the page is there only then
    rules = found.proposed.rules
    blocks = [
        front_matter("Правила рекомендаций", subtitle=rules.title),
        f"{fmt.sentence_case(fmt.count_phrase(len(rules.rules), 'правило', 'правила', 'правил'))}: "
        "из чего какая рекомендация следует, кому она адресована и на чём основана. "
        "Что предлагается школам сейчас — на странице [«Рекомендации»](recommendations.qmd).",
        f"`{standing_badge(rules.source.standing)}`{{=html}} {fmt.escape_md(fmt.nice(rules.summary))} "
        "Чтобы изменить правила, положите свой файл в папку `recommendations` проекта и "
        "назовите его в `shnor.yml`: `recommendations: имя`.",
    ]
    for topic in TOPICS:
        own = [rule for rule in rules.rules if rule.topic == topic]
        if own:
            name = say.topic(topic)
            blocks += [
                f"## {fmt.escape_md(name)}",
                show(library_table(own, found, caption=f"Правила по теме «{name}»")),
            ]
    return page(blocks)

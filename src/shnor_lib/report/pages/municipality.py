"""The working desk of one municipality: its schools, decisions, letters, what to do next."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from shnor_lib.methods.dynamics import municipal_indicator
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.charts.change import positive_share
from shnor_lib.report.charts.statuses import status_counts
from shnor_lib.report.labels import LISTED, STATUS, school_year
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.monitoring.dynamics_support import previous_year, support_sentence
from shnor_lib.report.monitoring.lists import SCHOOLS, change_blocks, natural
from shnor_lib.report.municipality import tables
from shnor_lib.report.municipality import words as say
from shnor_lib.report.municipality.desk import Desk, desks_of, measures_of_all
from shnor_lib.report.pages.cycle import analyses_made, cycle_anchor
from shnor_lib.report.pages.measures import measures_table
from shnor_lib.report.pages.measures import summary as measures_summary
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import proposals_of
from shnor_lib.report.recommendation_tables import register_table
from shnor_lib.report.risks.decision_tables import decisions_table, joint_table
from shnor_lib.report.risks.phrases import decisions_sentence, levels_of_decision_sentence
from shnor_lib.report.school.teachers import NO_ROWS, Sums, sums_blocks
from shnor_lib.report.support import tables as support_tables

UP = "../"
"""From a page in ``municipalities/`` to ``reports/``."""
DECISIONS = 40
"""Risks without a decision shown at most."""
LETTERS = 60
"""Letters to schools linked at most."""


def municipality_page(site: Site, place: str) -> bytes:
    """``municipalities/<slug>.qmd``: the working desk of one municipality.

    Parameters
    ----------
    site
        What pages are made of.
    place
        A key of :func:`~shnor_lib.report.pages.municipalities.municipality_pages`.

    Raises
    ------
    KeyError
        No such municipality.
    """
    analysis = site.analysis
    desk = desks_of(analysis, analyses_made(site))[place]
    here = replace(site, links={key: f"{UP}{path}" for key, path in site.links.items()})
    head = front_matter(
        desk.name,
        subtitle=f"{school_year(analysis.year)} учебный год, состояние на "
        f"{fmt.date_ru(analysis.day)}",
        description=f"Муниципалитет: {desk.name}",
    )
    back = "[Все муниципалитеты](index.qmd)"
    if not desk.here:
        return page([head, "В этом учебном году открытых школ здесь нет.", back])
    there = _there(analysis)
    todo = say.steps(desk, site.names, here.links)
    return page(
        [
            head,
            callout("important", "Главное", bullets(say.main_points(desk, analysis))),
            _desk_cards(desk),
            "## Что делать дальше",
            "\n".join(f"{i}. {step}" for i, step in enumerate(todo, 1))
            or "Срочных дел по данным нет. Следите за сроками в разделах ниже.",
            "## Школы",
            show(tables.schools_table(desk, analysis, here.links)),
            "## Кто вошёл в список и кто вышел",
            *_moves(desk, analysis, here),
            "## Динамика по годам",
            *_years(desk, analysis),
            *_titled("Риски и решения", "risks", _risks(desk, here, there)),
            *_titled("Рекомендации", "recommendations", _advice(desk, here, there)),
            *_titled("Меры дорожной карты", "measures", _measures(desk, here, there)),
            *_titled("Сопровождение", "support", _support(desk, here, there)),
            *_titled("Педагоги", "teachers", _teachers(desk, analysis)),
            "## Управленческий цикл {#cycle}",
            f"{say.cycle_sentence(desk.summary)} "
            "Что есть и чего не хватает — на странице "
            f"[«Управленческий цикл»]({UP}cycle.qmd#{cycle_anchor(place)}).",
            "## Чего по этим числам утверждать нельзя",
            bullets(say.limits(desk, analysis)),
            back,
        ]
    )


@lru_cache(maxsize=1)
def _there(analysis: Analysis) -> frozenset[str]:
    """Pages of the menu; every municipality asks for them."""
    return frozenset(section.path for section in sections_of(Site(analysis, {}, {})))


def _titled(title: str, anchor: str, blocks: list[str]) -> list[str]:
    blocks = [block for block in blocks if block]
    return [f"## {title} {{#{anchor}}}", *blocks] if blocks else []


def _desk_cards(desk: Desk) -> str:
    row = desk.summary
    items = [
        Card(
            fmt.number(row["listed"]),
            fmt.plural(row["listed"], "школа в списке", "школы в списке", "школ в списке"),
            f"из{fmt.NBSP}{fmt.count_of(row['ruled'], 'школы', 'школ')}",
        )
    ]
    items += [
        Card(fmt.number(row[code]), STATUS[code], status=code)
        for code in ("both", "low_results", "difficult", "risk_zone", "insufficient")
        if row[code]
    ]
    return cards(items)


def _moves(desk: Desk, analysis: Analysis, here: Site) -> list[str]:
    table = tables.moves_table(desk, analysis, here.names, here.links)
    blocks = change_blocks(desk.statuses, analysis.year, here.names, here.links)
    # names and reasons stand in the table
    return [blocks[0], show(table) if table is not None and len(table.frame) else ""]


def _years(desk: Desk, analysis: Analysis) -> list[str]:
    blocks = [show(status_counts(desk.statuses))]
    if desk.verdicts is not None:
        by_year = municipal_indicator(desk.verdicts)
        if (by_year["n_schools"] > 0).any():
            blocks += [
                "### Школы с положительной динамикой",
                _supported(desk, analysis),
                show(positive_share(by_year)),
            ]
    return blocks


def _supported(desk: Desk, analysis: Analysis) -> str:
    """The regulation's indicator: dynamics of the schools that were on the list a year ago."""
    before = previous_year(analysis.identification, analysis.year)
    if before is None or analysis.dynamics is None or desk.verdicts is None:
        return ""
    change = replace(analysis.dynamics, schools=desk.verdicts)
    found = replace(analysis.identification, statuses=desk.statuses)
    listed = desk.statuses[desk.statuses["year"] == before]["status"].isin(LISTED)
    return support_sentence(change, found, analysis.year, before) if listed.any() else ""


def _risks(desk: Desk, here: Site, there: frozenset[str]) -> list[str]:
    register = desk.register
    if register is None or "risks.qmd" not in there or register.decisions.empty:
        return []
    links = [f"[реестр рисков]({UP}risks.qmd)"]
    if desk.calendar:
        links.insert(0, f"[календарь решений (.ics)]({UP}{desk.calendar})")
    waiting = register.waiting
    shared = (waiting["decides"] == "municipality").any()
    return [
        f"{decisions_sentence(register)} {levels_of_decision_sentence(register)}",
        show(joint_table(register, "municipality", here.names)) if shared else "",
        show(decisions_table(register, here.names, here.links, brief=True, most=DECISIONS))
        if len(waiting)
        else "",
        _on_screen(f"Взять с собой: {', '.join(links)}."),
    ]


def _advice(desk: Desk, here: Site, there: frozenset[str]) -> list[str]:
    analysis = here.analysis
    if "recommendations.qmd" not in there or not (desk.proposals or len(desk.issued)):
        return []
    found = proposals_of(analysis)
    to_schools = any(row["addressee"] in ("school", "teachers") for row in desk.proposals)
    to_office = any(row["addressee"] == "municipality" for row in desk.proposals)
    still = tables.open_rows(desk)
    issued = register_table(
        found, still, here.names, here.links, without=("rule", "evidence", "controller", "form")
    )
    return [
        say.recommendations_sentence(desk, analysis),
        show(tables.office_table(desk, found, here.names)) if to_office else "",
        show(tables.advice_table(desk, here.names)) if to_schools else "",
        "### Выданы и ещё не исполнены {#issued}" if still else "",
        show(issued) if still else "",
        _on_screen(*_letters(desk, here)),
        f"Основания каждой рекомендации и все выданные — на странице "
        f"[«Рекомендации»]({UP}recommendations.qmd).",
    ]


def _on_screen(*paragraphs: str) -> str:
    """What only leads to files: left out on paper."""
    body = "\n\n".join(paragraphs)
    return f'::: {{.content-visible when-format="html"}}\n{body}\n:::' if body else ""


def _letters(desk: Desk, here: Site) -> list[str]:
    paths = letter_paths(proposals_of(here.analysis)).schools
    schools = [row for row in desk.schools if str(row["school_id"]) in paths]
    schools.sort(key=lambda row: natural(row["name"]))
    links = [f"[{fmt.escape_md(r['name'])}]({UP}{paths[str(r['school_id'])]})" for r in schools]
    if len(links) > LETTERS:
        rest = fmt.count_phrase(len(links) - LETTERS, *SCHOOLS)
        links = [*links[:LETTERS], f"ещё {rest} — на их страницах"]
    blocks = []
    if desk.letter:
        blocks.append(
            f"[Письмо МОУО с рекомендациями (Word)]({UP}{desk.letter}): его просматривают и правят "
            "до отправки."
        )
    if links:
        blocks.append(f"Письма школам списка (Word): {', '.join(links)}.")
    return blocks


def _measures(desk: Desk, here: Site, there: frozenset[str]) -> list[str]:
    rows = desk.measures.measures
    if "measures.qmd" not in there or rows.empty:
        return []
    late = rows[rows["overdue"]]
    common = measures_of_all(here.analysis)
    n = fmt.count_phrase(common, "мера", "меры", "мер")
    return [
        measures_summary(desk.measures),
        show(measures_table(late, here, "Просроченные меры", "", without=("evidence", "factor")))
        if len(late)
        else "",
        f"Все меры — на странице [«Меры и дорожная карта»]({UP}measures.qmd)."
        + (f" Там же {n} для всех муниципалитетов сразу: здесь они не учтены." if common else ""),
    ]


def _support(desk: Desk, here: Site, there: frozenset[str]) -> list[str]:
    network = desk.network
    if network is None or "support.qmd" not in there:
        return []
    frames = frames_of(here.analysis)
    years = {
        str(row["school_id"]): sum(
            one["status"] in LISTED
            for one in frames.statuses[str(row["school_id"])]
            if one["year"] <= here.analysis.year
        )
        for row in desk.listed
    }
    blocks = [say.help_sentence(desk)]
    if network.listed and desk.supported:
        blocks.append(
            show(
                support_tables.coverage_table(
                    network, here.names, here.links, frames.municipalities, years
                )
            )
        )
    blocks.append(f"Кто кого сопровождает — на странице [«Сопровождение»]({UP}support.qmd).")
    return blocks


@lru_cache(maxsize=1)
def _sums_of(analysis: Analysis) -> Sums:
    assert analysis.teachers is not None
    return Sums(analysis.teachers, "municipality")


def _teachers(desk: Desk, analysis: Analysis) -> list[str]:
    """Sums over the municipality's teachers; nothing when there are none."""
    if analysis.teachers is None:
        return []
    sums = _sums_of(analysis)
    blocks = sums_blocks(sums, desk.place, analysis.teachers, municipality=True)
    return [*blocks, NO_ROWS] if blocks else []

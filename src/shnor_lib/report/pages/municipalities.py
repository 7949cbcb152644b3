"""Municipalities: all of them side by side, and the working desk of each."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from shnor_lib.methods.dynamics import municipal_indicator
from shnor_lib.methods.municipal_summary import place_of_rows, places_of_schools
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.charts.change import positive_share
from shnor_lib.report.charts.municipalities import listed_shares
from shnor_lib.report.charts.statuses import status_counts
from shnor_lib.report.labels import LISTED, STATUS, school_year
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.monitoring.dynamics_support import previous_year, support_sentence
from shnor_lib.report.monitoring.lists import SCHOOLS, change_blocks, natural
from shnor_lib.report.municipality import comparison, tables
from shnor_lib.report.municipality import words as say
from shnor_lib.report.municipality.desk import Desk, desks_of
from shnor_lib.report.municipality.paths import FOLDER, place_path
from shnor_lib.report.pages.cycle import analyses_made, cycle_anchor
from shnor_lib.report.pages.measures import measures_table
from shnor_lib.report.pages.measures import summary as measures_summary
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import proposals_of
from shnor_lib.report.recommendation_tables import register_table
from shnor_lib.report.risks.decision_tables import decisions_table, joint_table
from shnor_lib.report.risks.phrases import decisions_sentence, levels_of_decision_sentence
from shnor_lib.report.rows import Row
from shnor_lib.report.school.teachers import NO_ROWS, Sums, sums_blocks
from shnor_lib.report.support import tables as support_tables
from shnor_lib.report.support import words as support
from shnor_lib.report.words import year_summary

UP = "../"
"""From a page in ``municipalities/`` to ``reports/``."""
DECISIONS = 40
"""Risks without a decision shown at most."""
LETTERS = 60
"""Letters to schools linked at most."""


def municipality_pages(analysis: Analysis) -> dict[str, str]:
    """Municipality (empty: not known) → address of its page below ``reports/``.

    Every municipality of the register has a page, one without open schools, too: notebooks of
    earlier years link to it.
    """
    places = set(places_of_schools(analysis.dataset, analysis.identification).values())
    return {place: place_path(place) for place in sorted(places)}


# --- all municipalities -----------------------------------------------------------------------


def page_of_municipalities(site: Site) -> bytes:
    """``municipalities/index.qmd``."""
    analysis = site.analysis
    desks = list(desks_of(analysis, analyses_made(site)).values())
    here = [desk for desk in desks if desk.here]
    gone = [desk for desk in desks if not desk.here]
    year = school_year(analysis.year)
    head = front_matter("Муниципалитеты", subtitle=f"{year} учебный год")
    if not here:
        return page([head, "В реестре нет ни одной открытой школы: сравнивать нечего."])
    rows = comparison.lines(here)
    listed, ruled = (sum(row[name] for row in rows) for name in ("listed", "ruled"))
    chart = listed_shares(rows, x=listed, n=ruled) if ruled and len(rows) > 1 else None
    network = analysis.network
    roles = []
    if network is not None and len(network.links):
        roles.append(("uncovered", "Без сопровождения"))
        roles += [
            (f"no_{code}", f"Без {support.ROLE_FORMS[code][1]}") for code in network.norm.required
        ]
    return page(
        [
            head,
            _lead(rows, analysis),
            callout(
                "important",
                "Это не рейтинг муниципалитетов" if len(rows) > 1 else "Один муниципалитет",
                ("Муниципалитеты стоят по алфавиту. " if len(rows) > 1 else "")
                + "Доля школ списка зависит от условий, в которых "
                "живут семьи, и от того, какие данные сданы; Рособрнадзор предостерегает от "
                "рейтингов, построенных на результатах ВПР.",
                _few(rows),
            ),
            _cards(rows),
            "## Школы и список",
            show(chart) if chart else "",
            show(comparison.list_table(rows, analysis.year)),
            "## Что изменилось и насколько это надёжно",
            show(comparison.change_table(rows, analysis.year)),
            *_work(rows, roles, analysis),
            _gone(gone),
            callout(
                "note",
                "Как читать таблицы",
                "Доля списка — от школ, на которые распространяются правила. Интервал показывает, "
                "какой доля могла бы быть при том же положении дел: пока интервалы двух "
                "муниципалитетов пересекаются, различать их доли не стоит.",
                "Положительная динамика — доля школ, у которых улучшилось больше сопоставимых "
                "результатов, чем ухудшилось (мониторинг 2). Решения, меры и помощь — то, что "
                "внесено в книги данных.",
                "Название ведёт на страницу муниципалитета: его школы, сроки, рекомендации и что "
                "делать дальше.",
            ),
        ]
    )


def _work(rows: list[Row], roles: list[tuple[str, str]], analysis: Analysis) -> list[str]:
    """What is decided, advised, done; who helps; what the cycle lacks."""
    work = comparison.work_table(rows, analysis.year)
    support_ = comparison.help_table(rows, analysis.year, roles=roles)
    blocks = []
    if work is not None:
        blocks += [
            "## Решения, рекомендации и меры",
            f"Состояние на{fmt.NBSP}{fmt.date_ru(analysis.day)}. {_common(analysis)}",
            show(work),
        ]
    if support_ is not None:
        blocks += [
            "## Сопровождение и управленческий цикл",
            "Сколько школ списка осталось без помощи и сколько из того, что нужно для замкнутого "
            "цикла управления, есть в данных ([что это](../cycle.qmd)).",
            show(support_),
        ]
    return blocks


def _lead(rows: list[Row], analysis: Analysis) -> str:
    named = [row for row in rows if row["municipality"]]
    n = len(named)
    text = f"**{fmt.count_phrase(n, 'муниципалитет', 'муниципалитета', 'муниципалитетов')}.** "
    if len(named) < len(rows):
        nobody = next(row for row in rows if not row["municipality"])
        text += (
            f"Ещё у{fmt.NBSP}{fmt.count_of(nobody['schools'] or nobody['ruled'], 'школы', 'школ')} "
            "муниципалитет не указан. "
        )
    return text + fmt.escape_md(year_summary(analysis.identification.statuses, analysis.year))


def _few(rows: list[Row]) -> str:
    """How small the municipalities are; how many intervals miss the share by chance alone."""
    sizes = [row["ruled"] for row in rows if row["ruled"]]
    if not sizes:
        return ""
    span = fmt.number_range(min(sizes), max(sizes))
    text = f"Школ в{fmt.NBSP}муниципалитете {span}: чем их меньше, тем шире интервал."
    if len(sizes) >= 20:
        text += (
            f" Из{fmt.NBSP}{fmt.number(len(sizes))} интервалов примерно каждый двадцатый и по "
            "случайности не накрывает истинную долю."
        )
    return text


def _cards(rows: list[Row]) -> str:
    def total(name: str) -> int:
        return sum(int(row[name] or 0) for row in rows)

    listed = total("listed")
    items = [
        Card(
            fmt.number(listed),
            fmt.plural(listed, "школа в списке", "школы в списке", "школ в списке"),
            f"из{fmt.NBSP}{fmt.count_of(total('ruled'), 'школы', 'школ')}",
        )
    ]
    if total("risks"):
        n = total("risks_waiting")
        label = f"{fmt.plural(n, 'риск', 'риска', 'рисков')} без решения"
        items.append(Card(fmt.number(n), label, _late(rows, "risks")))
    if total("issued"):
        n = total("issued")
        label = fmt.plural(n, "рекомендация", "рекомендации", "рекомендаций")
        done = f"исполнено: {fmt.number(total('issued_done'))}; {_late(rows, 'issued')}"
        items.append(Card(fmt.number(n), f"{label} в книге", done))
    if total("measures"):
        done = fmt.of(total("measures_done"), total("measures"))
        items.append(Card(done, "мер выполнено", _late(rows, "measures")))
    return cards(items)


def _late(rows: list[Row], name: str) -> str:
    late = sum(int(row[f"{name}_overdue"] or 0) for row in rows)
    where = sum(bool(row[f"{name}_overdue"]) for row in rows)
    if not late:
        return "просроченных нет"
    places = fmt.count_phrase(where, "муниципалитете", "муниципалитетах", "муниципалитетах")
    return f"просрочено: {fmt.number(late)}" + (f", в{fmt.NBSP}{places}" if len(rows) > 1 else "")


def _common(analysis: Analysis) -> str:
    """Measures of nobody in particular are in no row."""
    rows = _measures_of_all(analysis)
    if not rows:
        return ""
    n = fmt.count_phrase(rows, "мера", "меры", "мер")
    return f"Не учтено: {n} для всех муниципалитетов сразу."


@lru_cache(maxsize=1)
def _measures_of_all(analysis: Analysis) -> int:
    places = places_of_schools(analysis.dataset, analysis.identification)
    rows = analysis.dataset.measures
    rows = rows[(rows["year"] == analysis.year) & (rows["state"] != "dropped")]
    return int(place_of_rows(rows, places).isna().sum())


def _gone(desks: list[Desk]) -> str:
    if not desks:
        return ""
    links = ", ".join(
        f"[{fmt.escape_md(desk.name)}]({place_path(desk.place).removeprefix(f'{FOLDER}/')})"
        for desk in desks
    )
    return f"В{fmt.NBSP}этом учебном году открытых школ нет: {links}."


# --- one municipality -------------------------------------------------------------------------


def municipality_page(site: Site, place: str) -> bytes:
    """``municipalities/<slug>.qmd``: the working desk of one municipality.

    Parameters
    ----------
    site
        What pages are made of.
    place
        A key of :func:`municipality_pages`.

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
            f"[Что есть и чего не хватает]({UP}cycle.qmd#{cycle_anchor(place)}).",
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
        f"Взять с собой: {', '.join(links)}.",
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
        *_letters(desk, here),
        f"Основания каждой рекомендации и все выданные — на странице "
        f"[«Рекомендации»]({UP}recommendations.qmd).",
    ]


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
    common = _measures_of_all(here.analysis)
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
    blocks = [support.coverage_sentence(network)]
    if network.listed and len(network.links):
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

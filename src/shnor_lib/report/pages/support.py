"""Who supports whom: schools nobody is assigned to, load, plans, reports, feedback, the reserve."""

from __future__ import annotations

from shnor_lib.methods.management_reserve import ManagementReserve, management_reserve
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.charts.support import load_chart
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring.lists import school_links
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.people import supporter_name
from shnor_lib.report.profile import frames_of
from shnor_lib.report.rows import records
from shnor_lib.report.support import tables
from shnor_lib.report.support import words as say

NOTEBOOKS: dict[str, str] = {
    "05_tutor_point": "мониторинг 5: тьюторский консультационный пункт",
    "06_mentor_centre": "мониторинг 6: муниципальный наставнический центр",
}


def has_support(analysis: Analysis) -> bool:
    """Whether there are supporters, links, plans or a reserve."""
    data = analysis.dataset
    return any(
        len(data.tables[name])
        for name in ("supporters", "support_links", "mentor_centre", "management_reserve")
    )


def page_of_support(site: Site) -> bytes:
    """``support.qmd``."""
    analysis = site.analysis
    network = analysis.network
    assert network is not None
    reserve = management_reserve(analysis.dataset, analysis.day)
    head = front_matter(
        "Сопровождение",
        subtitle="Кто кому помогает, кто остался без помощи и у кого её слишком много",
    )
    blocks = [
        head,
        f"**{school_year(network.year)} учебный год.** {say.coverage_sentence(network)}",
    ]
    if len(network.links) or len(network.supporters):
        blocks += _network(site, network)
    blocks += _reserve(reserve)
    blocks.append(_rules(network))
    return page(blocks)


def _network(site: Site, network: SupportNetwork) -> list[str]:
    frames = frames_of(site.analysis)
    chart = load_chart(network)
    return [
        " ".join(
            part for part in (say.load_sentence(network), say.paper_sentence(network)) if part
        ),
        _cards(network),
        _uncovered(network, site),
        _overloaded(network),
        "## Школы списка",
        show(
            tables.coverage_table(
                network, site.names, site.links, frames.municipalities, _years_listed(site.analysis)
            )
        ),
        "## Нагрузка сопровождающих",
        show(chart) if chart else "",
        show(tables.supporters_table(network, site.names, site.links)),
        "## Планы, отчёты, отзывы",
        show(tables.sums_table(network)),
        _notebooks(site, network.year),
        "## Кто кого сопровождает",
        show(tables.pairs_table(network, site.names, site.links)),
        *_remarks(network),
    ]


def _years_listed(analysis: Analysis) -> dict[str, int]:
    rows = analysis.identification.statuses
    rows = rows[(rows["year"] <= analysis.year) & rows["status"].isin(LISTED)]
    return {str(key): int(n) for key, n in rows.groupby("school_id", observed=True).size().items()}


def _cards(network: SupportNetwork) -> str:
    n = len(network.listed)
    items = []
    if n:
        nobody = len(network.uncovered())
        items.append(
            Card(
                fmt.number(nobody),
                f"{fmt.plural(nobody, *say.SCHOOLS_FORMS)} списка без сопровождения",
                f"из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} списка",
            )
        )
        for code in network.norm.required:
            without = len(network.uncovered(code))
            items.append(
                Card(
                    fmt.number(without),
                    f"{fmt.plural(without, *say.SCHOOLS_FORMS)} списка без {say.ROLE_FORMS[code][1]}",
                    ""
                    if say.has_role(network, code)
                    else f"{say.ROLE_FORMS[code][2]} в данных нет",
                )
            )
    begun = network.begun
    items.append(
        Card(fmt.number(len(network.overloaded)), "с нагрузкой больше нормы", network.norm.standing)
    )
    if len(begun):
        hint = f"из{fmt.NBSP}{fmt.count_of(len(begun), 'закрепления', 'закреплений')}"
        items.append(Card(fmt.number(int(begun["no_plan"].sum())), "без плана", hint))
        if network.norm.reports:
            items.append(
                Card(fmt.number(int(begun["no_report"].sum())), "с отчётами меньше нормы", hint)
            )
    return cards(items)


def _uncovered(network: SupportNetwork, site: Site) -> str:
    nobody = network.uncovered()
    if not nobody or network.links.empty:
        return ""
    schools = school_links(nobody, site.names, site.links, most=15)
    one = len(nobody) == 1
    return callout(
        "important",
        "Школа списка без сопровождения" if one else "Школы списка без сопровождения",
        f"{schools}.",
        f"В{fmt.NBSP}данных нет ни наставника, ни тьютора, ни куратора "
        + ("этой школы. " if one else "этих школ. ")
        + "Распределяет их по школам территориальная методическая служба (п. 3.6.2 Положения).",
    )


def _overloaded(network: SupportNetwork) -> str:
    rows = network.overloaded
    if rows.empty:
        return ""
    items = [
        f"**{fmt.escape_md(supporter_name(row))}** ({say.role(row['role'])}): "
        f"{fmt.count_phrase(int(row['peak']), *say.SCHOOLS_FORMS)} одновременно при норме "
        f"{fmt.number(row['norm'])}."
        for row in records(rows.head(15))
    ]
    rest = len(rows) - len(items)
    if rest > 0:
        items.append(f"И ещё {fmt.count_phrase(rest, *say.SUPPORTERS_FORMS)}: в таблице ниже.")
    return callout(
        "warning",
        "Нагрузка больше нормы",
        bullets(items),
        "Часть школ можно передать тем, у кого нагрузка меньше.",
    )


def _notebooks(site: Site, year: int) -> str:
    there = [
        f"[{title}]({year}/{name}.ipynb)"
        for name, title in NOTEBOOKS.items()
        if name in site.years.get(year, ())
    ]
    return f"Подробнее: {', '.join(there)}." if there else ""


def _remarks(network: SupportNetwork) -> list[str]:
    lines = say.remarks(network)
    return ["## На что обратить внимание", bullets(lines)] if lines else []


def _reserve(reserve: ManagementReserve) -> list[str]:
    if reserve.rows.empty:
        return []
    return [
        "## Управленческий резерв",
        tables.reserve_sentence(reserve),
        "Реестр позволяет принимать решения о ротации, замене руководителей и заполнении вакансий "
        "(п. 4.5.2 Положения). Люди в нём обозначены кодами; где и кем они работают, на странице не "
        "сказано.",
        show(tables.reserve_sums_table(reserve)),
        show(tables.reserve_table(reserve)),
    ]


def _rules(network: SupportNetwork) -> str:
    norm = network.norm
    limits = ", ".join(
        f"{say.ROLE_FORMS[code][0]} — {fmt.count_phrase(most, *say.SCHOOLS_FORMS)}"
        for code, most in norm.schools.items()
    )
    required = fmt.join_ru([say.ROLE_FORMS[code][0] for code in norm.required])
    badge = f"`{standing_badge(norm.standing)}`{{=html}}"
    return callout(
        "note",
        "Что как считается",
        bullets(
            [
                "**Кто должен быть у школы списка:** "
                + (required or "не задано")
                + f" {badge}. Наставники помогают управленческим командам, тьюторы — учителям, "
                "кураторы — муниципалитету через наставников (п. 3.2, 3.6, 4.2.1 Положения, Оленёк, "
                "2021).",
                "**Нагрузка** — сколько школ сопровождающий ведёт одновременно: больше всего за "
                "учебный год до дня отчёта. Норма одновременно: "
                + (limits or "не задана")
                + f" {badge}. Документы такой нормы не называют; её меняют в `shnor.yml` "
                "(`support: schools`).",
                "**Без плана** — не отмечено «План утверждён» и нет плана в книге наставнического "
                "центра. План взаимодействия требуют п. 3.6.3, 3.6.4, 4.2.3, 4.2.6.",
                f"**Отчётов меньше нормы** — сдано меньше {fmt.number(norm.reports)} за учебный "
                f"год {badge}; не указано — значит, не сдано.",
                "**Отзывы** — средняя оценка от 1 до 5, взвешенная по числу отзывов; оценка без "
                "числа отзывов не учитывается, а оценка меньше чем трёх человек не показывается.",
                "Закрепление без дат считается действующим весь учебный год; то, что начнётся "
                "позже дня отчёта, ни в чём не учтено.",
            ]
        ),
    )

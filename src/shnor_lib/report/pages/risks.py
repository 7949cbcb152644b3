"""The register of risks: whose decision is waited for, by when, and the calendar to take away."""

from __future__ import annotations

from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, callout, cards, front_matter, page, show
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.risks import words as say
from shnor_lib.report.risks.calendar import ALL, calendars, municipality_path
from shnor_lib.report.risks.decision_tables import (
    decisions_table,
    joint_table,
    kinds_table,
    late_measures_table,
    levels_table,
)
from shnor_lib.report.risks.phrases import (
    decisions_sentence,
    levels_of_decision_sentence,
    note_sentence,
)
from shnor_lib.report.risks.profile_tables import contradictions_table, measures_table, rules_table

NOTEBOOK = "04_risk_factors"
ROWS = 200


def has_risks(analysis: Analysis) -> bool:
    """Whether there is a profile or a protocol."""
    data = analysis.dataset
    return bool(len(data.risk_profile) or len(data.risk_verification))


def risks_page(site: Site) -> bytes:
    """``risks.qmd``."""
    analysis = site.analysis
    profiles, register = analysis.risks, analysis.risk_register
    head = front_matter(
        "Реестр рисков",
        subtitle="Кто, что и к какому сроку решает, чтобы риск не проявился снова",
    )
    if profiles is None or register is None:
        reason = fmt.escape_md(analysis.refusals.get("risks", "данных нет"))
        return page([head, f"Реестр не составлен: {reason}"])
    year = register.year
    return page(
        [
            head,
            f"**{school_year(year)} учебный год.** "
            f"{decisions_sentence(register)} {levels_of_decision_sentence(register)}",
            _cards(register),
            note_sentence(register),
            _notebook(site, year),
            "## Решения по уровням",
            show(levels_table(register)),
            "## Общие решения муниципалитета",
            "Одно решение МОУО помогает сразу нескольким школам, поэтому школы с одним и тем же "
            "риском собраны вместе.",
            show(joint_table(register, "municipality", site.names)),
            "## Общие решения региона",
            show(joint_table(register, "region", site.names)),
            "## Все риски, по которым решения нет",
            show(decisions_table(register, site.names, site.links, most=ROWS)),
            "## Просроченные меры против рисков",
            show(late_measures_table(register, site.names, site.links)),
            "## Виды рисков и управляемость",
            show(kinds_table(register)),
            "## Противоречия в профилях и протоколах",
            show(contradictions_table(profiles, year, site.names, site.links, most=ROWS)),
            "## Календарь решений",
            *_calendar(register),
            "## По каким правилам",
            _rules(register),
            show(rules_table(register.rules)),
            show(measures_table(register.rules)),
        ]
    )


def _cards(register: RiskRegister) -> str:
    rows = register.decisions
    waiting, late = len(register.waiting), len(register.overdue)
    items = [
        Card(
            fmt.number(len(rows)),
            fmt.plural(
                len(rows), "риск требует решения", "риска требуют решения", "рисков требуют решения"
            ),
            f"в{fmt.NBSP}{fmt.count_phrase(rows['school_id'].nunique(), 'школе', 'школах', 'школах')}",
        ),
        Card(fmt.number(int(rows["decided"].sum())), "с решением", "фактор в работе или есть мера"),
        Card(
            fmt.number(waiting), fmt.plural(waiting, "ждёт решения", "ждут решения", "ждут решения")
        ),
        Card(
            fmt.number(late),
            fmt.plural(late, "просрочен", "просрочены", "просрочено"),
            say.day_words(register.day),
        ),
    ]
    return cards(items)


def _notebook(site: Site, year: int) -> str:
    if NOTEBOOK not in site.years.get(year, ()):
        return ""
    return f"Карта школ и факторов, ход верификации и выводы — в [мониторинге 4]({year}/{NOTEBOOK}.ipynb)."


def _calendar(register: RiskRegister) -> list[str]:
    waiting = register.waiting
    if waiting.empty:
        return ["Сроков впереди нет: решения есть по всем рискам."]
    places = sorted({str(place) for place in waiting["municipality"].dropna()})
    lines = [f"- [Все решения]({ALL}) — файл .ics"]
    lines += [f"- [{fmt.escape_md(place)}]({municipality_path(place)})" for place in places]
    return [
        "Файл открывают в Outlook, в календаре телефона или загружают в сетевой календарь. "
        "Напоминания стоят за 14 и за 3 дня. Новый файл заменяет прежние записи, а не добавляет "
        "вторые. Свой календарь есть и на странице каждой школы.",
        "\n".join(lines),
    ]


def _rules(register: RiskRegister) -> str:
    rules = register.rules
    return callout(
        "note",
        "Кто вправе решать и к какому сроку",
        "Управляемыми рисками занимаются субъекты всех уровней, слабоуправляемыми — муниципалитет "
        "и регион, неуправляемыми — регион, или их принимают к сведению (п. 4.3.2 Положения, "
        "Оленёк, 2021). Решения о циклических рисках принимают сразу и исполняют до ближайшего "
        "проявления (п. 4.3.5), решения о рисках нового учебного года — не позднее июля "
        "(п. 4.3.6). Из двух сроков действует тот, что раньше.",
        f"К какому виду и управляемости отнесён каждый фактор — "
        f"`{standing_badge(rules.standing)}`{{=html}}: {fmt.escape_md(rules.title)}.",
    )


def page_of_risks(site: Site) -> bytes:
    """See :func:`risks_page`."""
    return risks_page(site)


def calendar_files(site: Site) -> dict[str, bytes]:
    """Calendar files of the register: address below ``reports/`` → bytes."""
    register = site.analysis.risk_register
    return {} if register is None else calendars(register, site.names)

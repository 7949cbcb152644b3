"""Words, tables and charts of the fourth monitoring: which risks, checked how far, decided by whom."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.methods.risk_changes import risk_changes
from shnor_lib.methods.risk_profile import RiskProfiles
from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.charts.risks import risk_map, risk_share_map, state_bars
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import LISTED, audience_words, school_year
from shnor_lib.report.monitoring.lists import SCHOOLS, natural, of_year, plain_name, school_links
from shnor_lib.report.risks import words as say
from shnor_lib.report.risks.decision_tables import (
    decisions_table,
    joint_table,
    kinds_table,
    late_measures_table,
    levels_table,
)
from shnor_lib.report.risks.phrases import (
    agreement_sentence,
    changes_sentence,
    contradictions_sentence,
    coverage_sentence,
    decisions_sentence,
    levels_of_decision_sentence,
    levels_sentence,
    note_sentence,
    schools_with,
    verification_sentence,
)
from shnor_lib.report.risks.profile_tables import (
    contradictions_table,
    factors_table,
    measures_table,
    progress_table,
    rules_table,
    zones_table,
)
from shnor_lib.store import Dataset

__all__ = [
    "agreement_text",
    "by_municipality",
    "changes_text",
    "contradictions_table",
    "contradictions_text",
    "decisions_table",
    "decisions_text",
    "factors_table",
    "joint_table",
    "kinds_table",
    "kinds_text",
    "late_measures_table",
    "levels_table",
    "limits",
    "listed",
    "main_points",
    "measures_table",
    "next_steps",
    "parameters_line",
    "progress_table",
    "rules_table",
    "rules_text",
    "school_map",
    "self_analysis_text",
    "states_chart",
    "zones_table",
    "zones_text",
]

MAP_ROWS = 40
"""Schools on the map at most; more are shown by municipality."""

Names = Mapping[str, str]


def listed(found: Identification, year: int) -> list[str]:
    """Schools on the list of a year."""
    rows = of_year(found.statuses, year)
    return sorted(str(key) for key in rows.loc[rows["status"].isin(LISTED), "school_id"])


def parameters_line(
    profiles: RiskProfiles, year: int, audience: str, title: str, day: dt.date
) -> Text:
    """What this copy of the notebook was run for."""
    return text(
        f"{fmt.escape_md(title)}. **{say.year_words(year)}**; состояние {say.day_words(day)}; "
        f"{fmt.escape_md(profiles.rules.title)}; {audience_words(audience)}."
    )


def main_points(
    profiles: RiskProfiles, register: RiskRegister, year: int, on_list: list[str]
) -> Box:
    """The year in a few lines."""
    if profiles.factors[profiles.factors["year"] == year].empty:
        return box(
            f"Главное за {say.year_words(year)}",
            f"Рисковых профилей и протоколов верификации за {say.year_words(year)} нет: "
            "мониторинг рисковых факторов провести не по чему.",
        )
    return box(
        f"Главное за {say.year_words(year)}",
        coverage_sentence(profiles, year, on_list),
        levels_sentence(profiles, year),
        verification_sentence(profiles, year),
        contradictions_sentence(profiles, year),
        f"{decisions_sentence(register)} {levels_of_decision_sentence(register)}",
    )


def changes_text(profiles: RiskProfiles, year: int, names: Names, links: Names) -> Text:
    """What became of the factors since last year."""
    changes = risk_changes(profiles.factors, year)
    blocks = [changes_sentence(changes, year)]
    for change, words in (
        ("rose", "Значимость выросла"),
        ("fell", "Значимость снизилась"),
        ("appeared", "Новые риски"),
        ("closed", "Ушла часть рисков"),
    ):
        rows = changes[changes["change"] == change]
        if len(rows):
            schools = school_links(set(rows["school_id"].astype(str)), names, links, most=8)
            blocks.append(f"**{words}:** {schools}.")
    return text(*blocks)


def states_chart(profiles: RiskProfiles, year: int) -> Chart | Text:
    """Where the declared factors stand, by year."""
    rows = profiles.factors[profiles.factors["year"] <= year]
    if rows.empty:
        return text("Данных о состоянии факторов нет.")
    counts = rows.groupby(["year", "state"], observed=True).size().rename("n").reset_index()
    years = sorted(int(each) for each in rows["year"].unique())
    return state_bars(counts, years)


def school_map(profiles: RiskProfiles, year: int, on_list: list[str], names: Names) -> Chart | Text:
    """Schools by factors; when there are many, only those on the list."""
    rows = profiles.factors[profiles.factors["year"] == year]
    if rows.empty:
        return text(f"Рисковых профилей за {say.year_words(year)} нет.")
    wanted = {str(key) for key in rows["school_id"]}
    caption = ""
    if len(wanted) > MAP_ROWS:
        inside = wanted & set(on_list)
        if not inside:
            return text(
                f"Школ с профилем {fmt.number(len(wanted))}, в списке ШНОР и ШССУ из них никого: "
                "по школам карта не строится, по муниципалитетам — ниже."
            )
        wanted = inside
        caption = "Только школы из списка."
    burden = rows[rows["level"] == "high"].groupby("school_id", observed=True).size()
    order = sorted(
        wanted,
        key=lambda key: (-int(burden.get(key, 0)), natural(names.get(key, key)), key),
    )
    if len(order) > MAP_ROWS:
        total = fmt.count_of(len(order), "школы", "школ")
        caption = (
            f"Первые {fmt.number(MAP_ROWS)} из{fmt.NBSP}{total} списка: "
            "сначала те, у кого больше факторов высокой значимости."
        )
    plain = {key: plain_name(names.get(key, key)) for key in order}
    alike = Counter(plain.values())
    # two schools of the same name are told apart by their code
    short = {key: name if alike[name] == 1 else f"{key} {name}" for key, name in plain.items()}
    return risk_map(rows, order[:MAP_ROWS], short, caption=caption)


def by_municipality(profiles: RiskProfiles, year: int, municipalities: Names) -> Chart | Text:
    """Municipalities by factors: share of schools with high significance."""
    rows = profiles.factors[(profiles.factors["year"] == year) & profiles.factors["level"].notna()]
    place = rows["school_id"].map(lambda key: municipalities.get(str(key), "")).rename("place")
    if place[place != ""].nunique() < 2:
        return text("Школы с рисковыми профилями — из одного муниципалитета.")
    rows = rows.assign(municipality=place)[place.to_numpy() != ""]
    n = rows.groupby("municipality", observed=True)["school_id"].nunique().rename("n")
    live = rows[(rows["level"] == "high") & (rows["state"] != "rejected")]
    high = live.groupby(["municipality", "factor"], observed=True).size().rename("n_high")
    factors = list(dict.fromkeys(profiles.factors["factor"]))
    grid = pd.MultiIndex.from_product([n.index, factors], names=["municipality", "factor"])
    cells = high.reindex(grid, fill_value=0).reset_index().merge(n.reset_index(), on="municipality")
    total = cells.groupby("municipality")["n_high"].sum() / n
    order = sorted(n.index, key=lambda key: (-float(total[key]), natural(key)))[:MAP_ROWS]
    rest = len(n) - len(order)
    caption = (
        "Доля школ с профилем, у которых значимость фактора высокая и он не отклонён, %. В "
        "скобках — сколько школ муниципалитета с профилем."
    )
    if rest > 0:
        caption += f" Показаны первые {fmt.number(MAP_ROWS)} муниципалитетов."
    return risk_share_map(cells, [str(key) for key in order], caption=caption)


def agreement_text(profiles: RiskProfiles, year: int) -> Text:
    """How far the check has come and how often both sides agree."""
    return text(verification_sentence(profiles, year), agreement_sentence(profiles, year))


def contradictions_text(profiles: RiskProfiles, year: int, names: Names, links: Names) -> Text:
    """The contradictions in words, the gravest with their schools."""
    lines = []
    for code in ("curator_rejects", "school_rejects", "high_no_measure", "unverified_in_work"):
        schools = schools_with(profiles, year, code)
        if schools:
            said = fmt.sentence_case(say.CONTRADICTION[code])
            lines.append(f"**{said}:** {school_links(schools, names, links, most=10)}.")
    return text(contradictions_sentence(profiles, year), bullets(lines))


def kinds_text(register: RiskRegister) -> Text:
    """Which kind of risk weighs most, and what is outside the school's power."""
    rows = register.decisions
    if rows.empty:
        return text("Рисков, по которым нужны решения, нет.")
    counts = rows["kind"].value_counts()
    order = sorted(
        counts.items(), key=lambda pair: (-int(pair[1]), list(say.KIND).index(str(pair[0])))
    )
    parts = [f"{say.KIND[str(code)]} — {fmt.number(n)}" for code, n in order]
    beyond = int((rows["manageability"] != "managed").sum())
    share = fmt.percent(beyond / len(rows))
    text_beyond = (
        f"Сама школа может решить {fmt.number(len(rows) - beyond)} "
        f"из{fmt.NBSP}{fmt.count_of(len(rows), 'риска', 'рисков')}; "
        f"по слабоуправляемым и неуправляемым — их {fmt.number(beyond)} ({share}) — решения "
        "принимают МОУО и регион."
        if beyond
        else f"Все риски ({fmt.number(len(rows))}) управляемые: школа может решать их сама."
    )
    return text(
        f"По виду содержания (п. 4.3.3 Положения) риски делятся так: {', '.join(parts)}.",
        text_beyond,
    )


def decisions_text(register: RiskRegister) -> Text:
    """What the regulation asks and where things stand."""
    by_july = register.rules.new_year
    return text(
        "Решения о рисках нового учебного года принимаются не позднее июля (п. 4.3.6 Положения), "
        "решения о циклических рисках — сразу, чтобы исполнить их до следующего проявления "
        f"(п. 4.3.5). Последний день для первых здесь — {say.every_year(by_july)}; "
        "из двух сроков действует тот, что раньше.",
        decisions_sentence(register),
        note_sentence(register),
    )


def rules_text(profiles: RiskProfiles) -> Text:
    """Where the mapping comes from."""
    rules = profiles.rules
    return text(
        f"К какому виду относится фактор и кто по нему решает — {fmt.escape_md(rules.title)}. "
        f"Происхождение: **{rules.standing}**. Положение (п. {rules.source.point}) называет виды, "
        "управляемость и уровни, но не говорит, к чему отнести каждый фактор; таблицу можно "
        "изменить в файле проекта `risks/….yml`.",
        "Названия одиннадцати факторов — **по памяти** о проекте «500+»; значимость перенесена из "
        "профилей школ, программа её не назначает.",
    )


def zones_text(profiles: RiskProfiles, year: int, names: Names, links: Names) -> Text:
    """What the results say, beside what the profile says."""
    rows = profiles.zones
    rows = rows[rows["year"] == year]
    if rows.empty:
        return text("Результатов за порогом у школ нет.")
    schools = int(rows["school_id"].nunique())
    lasting = rows[rows["lasting"].astype(bool)]
    lines = [
        f"Результаты за порогом в{fmt.NBSP}{school_year(year)} есть у{fmt.NBSP}"
        f"{fmt.count_of(schools, 'школы', 'школ')}; во все годы, которых требует правило, — "
        f"у{fmt.NBSP}{fmt.number(int(lasting['school_id'].nunique()))}."
    ]
    silent = schools_with(profiles, year, "zone_not_claimed")
    if silent:
        lines.append(
            "Риск учебной неуспешности не заявлен, отклонён или назван низким, а результаты за порогом: "
            f"{school_links(silent, names, links, most=10)}."
        )
    return text(*lines)


def self_analysis_text(
    data: Dataset, year: int, on_list: list[str], names: Names, links: Names
) -> Text:
    """Which schools have handed in a self-analysis card."""
    rows = data.self_analysis[data.self_analysis["year"] == year]
    given = {str(key) for key in rows["school_id"].dropna()}
    if not given:
        return text(
            f"Карточек самоанализа за {say.year_words(year)} нет. Бланк карточки — на странице "
            "школы."
        )
    sections = int(rows["section"].nunique())
    who = (
        f"Карточки самоанализа {fmt.plural(len(given), 'сдала', 'сдали', 'сдали')} "
        f"{fmt.count_phrase(len(given), *SCHOOLS)}"
        if len(given) != 1
        else "Карточку самоанализа сдала одна школа"
    )
    line = f"{who}; разделов — {fmt.number(sections)}, ответов — {fmt.number(len(rows))}."
    missing = [key for key in on_list if key not in given]
    if missing:
        line += f" Нет карточки у школ списка: {school_links(missing, names, links, most=10)}."
    return text(line)


def limits(profiles: RiskProfiles, data: Dataset, year: int) -> Text:
    """What cannot be concluded from this monitoring."""
    rows = profiles.factors[profiles.factors["year"] == year]
    lines = [
        "Значимость фактора берётся из профиля, построенного по анкетам: анкета говорит о мнении "
        "директора, учителей, учеников и родителей, а не об измеренном факте.",
        "Фактор риска — не причина низких результатов: профиль показывает, где искать, но не "
        "доказывает, что дело именно в этом.",
        "Сравнивать школы по числу факторов нельзя: школы отвечали на анкеты с разной "
        "откровенностью, а часть факторов от школы не зависит.",
        "Вид, управляемость и уровень решения — проект: у конкретной школы тот же фактор может "
        "быть управляемым в другой мере.",
    ]
    if len(rows) and not bool(rows["measured"].any()):
        lines.append(
            "Мер дорожной карты за этот год в данных нет, поэтому «мер против риска нет» не "
            "проверяется: их отсутствие ни о чём не говорит."
        )
    elif not data.measures["factor"].notna().any() and len(data.measures):
        lines.append(
            "Ни у одной меры дорожной карты не указан фактор риска: связать меры с рисками нельзя."
        )
    undated = int(rows["date"].isna().sum())
    if undated:
        lines.append(
            f"У{fmt.NBSP}{fmt.count_of(undated, 'фактора', 'факторов')} нет даты протокола: срок "
            "решения отсчитан от начала учебного года."
        )
    return text(bullets(lines))


def next_steps(
    profiles: RiskProfiles,
    register: RiskRegister,
    year: int,
    on_list: list[str],
    names: Names,
    links: Names,
) -> Text:
    """What to do, with the schools named."""
    rows = profiles.factors[profiles.factors["year"] == year]
    given = {str(key) for key in rows.loc[rows["level"].notna(), "school_id"]}

    def named(keys: object) -> str:
        return school_links({str(key) for key in keys}, names, links, most=10)  # type: ignore[attr-defined]

    lines = []
    if late := list(register.overdue["school_id"]):
        lines.append(f"**Принять просроченные решения:** {named(late)}.")
    if absent := [key for key in on_list if key not in given]:
        lines.append(f"**Получить рисковые профили школ списка:** {named(absent)}.")
    undecided = rows[rows["verified"] != "both"]
    if len(undecided):
        lines.append(
            f"**Завершить верификацию:** {named(undecided['school_id'])}. Бланк протокола куратора "
            "— на странице школы."
        )
    disputed = schools_with(profiles, year, "curator_rejects")
    disputed += schools_with(profiles, year, "school_rejects")
    if disputed:
        lines.append(f"**Договориться школе и куратору:** {named(disputed)}.")
    if bare := schools_with(profiles, year, "high_no_measure"):
        lines.append(f"**Внести меры против рисков высокой значимости:** {named(bare)}.")
    if not lines:
        lines.append("Неотложных действий нет.")
    lines.append(
        "**Реестр рисков** с календарём решений — на странице "
        "[«Реестр рисков»](../risks.qmd); каждому уровню — свои сроки."
        if len(rows)
        else "**Собрать рисковые профили** и протоколы верификации: книга «Рисковые профили»."
    )
    return text(bullets(lines))

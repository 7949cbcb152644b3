"""Words, tables and charts of the third monitoring: teachers' subject and method competence.

S0 5.4(3), 5.10, 5.12; S2 «Показатели», 3). Nothing here speaks of a single teacher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from shnor_lib.methods.competence_contrast import competence_years, listed_better, listed_low
from shnor_lib.methods.competence_groups import (
    coverage_by,
    deficits_by,
    dynamics_by,
    levels_by,
    shared_topics,
)
from shnor_lib.methods.competence_regression import regression_to_mean
from shnor_lib.methods.list_changes import listed_schools
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.charts.competence import better_points, level_bars, year_lines
from shnor_lib.report.charts.stacked import LATE, OPEN, stacked_rows
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import audience_words, school_year
from shnor_lib.report.monitoring import competence_words as say
from shnor_lib.report.monitoring.competence_deficit_tables import (
    courses_table,
    rules_table,
    shared_table,
    topic_lines,
    topic_name,
    topics_table,
)
from shnor_lib.report.monitoring.competence_tables import (
    dynamics_table,
    levels_table,
    listed_table,
    moves_table,
    parts_table,
    places_table,
    schools_table,
    years_table,
)
from shnor_lib.report.monitoring.lists import school_links
from shnor_lib.report.risks.words import day_words
from shnor_lib.report.rows import records

__all__ = [
    "courses_table",
    "courses_text",
    "coverage_text",
    "deficits_text",
    "dynamics_chart",
    "dynamics_table",
    "dynamics_text",
    "levels_chart",
    "levels_table",
    "levels_text",
    "limits",
    "listed_schools",
    "listed_table",
    "listed_text",
    "main_points",
    "moves_table",
    "next_steps",
    "parameters_line",
    "parts_table",
    "places_table",
    "regression_text",
    "rules_table",
    "rules_text",
    "schools_table",
    "shared_table",
    "shared_text",
    "topics_chart",
    "topics_table",
    "years_chart",
    "years_table",
    "years_text",
]

Names = Mapping[str, str]
TOPICS = 15
"""Topics on the chart."""
NAMED = 10
"""Schools named in a sentence."""
OF_LIST = " школ списка"


def parameters_line(found: TeacherCompetence, audience: str, title: str) -> Text:
    """What this copy of the notebook was run for."""
    return text(
        f"{fmt.escape_md(title)}. **{school_year(found.year)} учебный год**; состояние "
        f"{day_words(found.day)}; {fmt.escape_md(found.rules.title)}; {audience_words(audience)}."
    )


def main_points(found: TeacherCompetence) -> Box:
    """The year in a few lines."""
    title = f"Главное за {school_year(found.year)} учебный год"
    if found.empty:
        return box(
            title,
            f"Диагностики, дефицитов и курсов педагогов за {school_year(found.year)} учебный год "
            "в данных нет: мониторинг провести не по чему.",
        )
    return box(
        title,
        say.coverage_sentence(found),
        "" if found.latest.empty else say.levels_sentence(_levels(found), found.rules),
        _indicator(found),
        say.deficits_sentence(say.totals(found), found),
    )


def _levels(found: TeacherCompetence) -> say.Row:
    return say.one(levels_by(found.latest, found.rules))


def _indicator(found: TeacherCompetence) -> str:
    """The indicator of S2: teachers of the schools on the list; without a list all teachers."""
    if not bool(found.coverage["listed"].any()):
        row = say.one(dynamics_by(found.pairs, found.rules, tested=False))
        return f"Школ в{fmt.NBSP}списке нет. {say.dynamics_sentence(row, found.rules)}"
    own = found.pairs[found.pairs["listed"]]
    row = say.one(dynamics_by(own, found.rules, tested=False))
    return f"**Школы списка.** {say.dynamics_sentence(row, found.rules, OF_LIST)}"


def coverage_text(found: TeacherCompetence, names: Names, links: Names) -> Text:
    """Who was diagnosed, and which schools of the list were not."""
    rows = found.coverage
    inside = rows[rows["listed"]]
    silent = [str(key) for key in inside.loc[inside["measured"] == 0, "school_id"]]
    if inside.empty:
        of_list = f"Школ в{fmt.NBSP}списке нет."
    elif not silent:
        of_list = f"Диагностика была во всех школах списка ({fmt.number(len(inside))})."
    else:
        of_list = (
            f"Из{fmt.NBSP}{fmt.count_of(len(inside), 'школы', 'школ')} списка диагностика была "
            f"{_in_so_many(len(inside) - len(silent))}; не было: "
            f"{school_links(silent, names, links, most=NAMED)}."
        )
    return text(say.coverage_sentence(found), say.gaps_sentence(found), of_list)


def _in_so_many(n: int) -> str:
    return f"в{fmt.NBSP}{fmt.number(n)}" if n else "ни в одной"


def levels_text(found: TeacherCompetence) -> Text:
    """Levels of all teachers, parts of the work, where the cut-offs come from."""
    subject, method = (
        say.one(levels_by(found.latest, found.rules, part=part)) for part in ("subject", "method")
    )
    return text(
        say.levels_sentence(_levels(found), found.rules),
        say.parts_sentence(subject, method),
        say.cutoffs_sentence(found.rules),
    )


def levels_chart(found: TeacherCompetence) -> Chart | Text:
    """Levels by subject."""
    rows = levels_by(found.latest, found.rules, ["subject"])
    shown = rows[rows["low"].notna()]
    if shown.empty:
        return text("Предметов, по которым учителей достаточно для долей, нет.")
    order = shown.sort_values(["share_low", "subject"], ascending=[False, True], kind="stable")
    return level_bars(order, "subject")


def listed_text(found: TeacherCompetence) -> Text:
    """Teachers of the schools on the list against the others."""
    said = [
        say.contrast_sentence(listed_low(found), "низкий уровень", found.rules),
        say.contrast_sentence(listed_better(found), "второй результат лучше", found.rules),
    ]
    if not any(said):
        said = [
            "Сравнить школы списка с остальными нельзя: в одной из двух групп учителей слишком мало."
        ]
    return text(*said)


def years_text(found: TeacherCompetence) -> Text:
    """What has changed since the year before."""
    rows = records(competence_years(found.measurements, found.rules, until=found.year))
    now = [row for row in rows if row["year"] == found.year and row["low"] is not None]
    before = [row for row in rows if row["year"] < found.year and row["low"] is not None]
    if not now or not before:
        return text(
            "Сравнить не с чем: результатов диагностики за прежние годы или за этот год нет."
        )
    then, row = before[-1], now[0]
    return text(
        f"Низкий уровень: в{fmt.NBSP}{school_year(then['year'])} — у{fmt.NBSP}"
        f"{say.share(then['low'], then['n'])} учителей, в{fmt.NBSP}{school_year(row['year'])} — "
        f"у{fmt.NBSP}{say.share(row['low'], row['n'])}. Это разные наборы учителей: о росте говорят "
        "только измеренные дважды."
    )


def years_chart(found: TeacherCompetence) -> Chart | Text:
    """The years side by side; nothing to draw for a single year."""
    rows = competence_years(found.measurements, found.rules, until=found.year)
    if int((rows["share_low"].notna() | rows["share_better"].notna()).sum()) < 2:
        return text("По годам показать нечего: есть только один год с достаточным числом учителей.")
    return year_lines(rows)


def dynamics_text(found: TeacherCompetence) -> Text:
    """The indicator, all teachers, what the paired test says, by subject."""
    whole = say.one(dynamics_by(found.pairs, found.rules))
    if not int(whole["n"]):
        return text(say.dynamics_sentence(whole, found.rules))
    return text(
        _indicator(found),
        f"**Все школы.** {say.dynamics_sentence(whole, found.rules)} {say.test_sentence(whole)}",
        say.subjects_sentence(records(dynamics_by(found.pairs, found.rules, ["subject"]))),
    )


def dynamics_chart(found: TeacherCompetence) -> Chart | Text:
    """Share of those who did better, by subject."""
    rows = dynamics_by(found.pairs, found.rules, ["subject"], tested=False)
    shown = rows[rows["share"].notna()].sort_values(
        ["share", "subject"], ascending=[False, True], kind="stable"
    )
    if shown.empty:
        return text("Предметов, в которых дважды измерено достаточно учителей, нет.")
    whole = say.one(dynamics_by(found.pairs, found.rules, tested=False))
    return better_points(shown, "subject", whole=whole)


def regression_text(found: TeacherCompetence) -> Text:
    """How much of the gain may be chance."""
    regression = regression_to_mean(found.measurements, found.pairs, found.rules, year=found.year)
    return text(*say.regression_sentences(regression))


def deficits_text(found: TeacherCompetence) -> Text:
    """Found, offered, closed, overdue, measured again."""
    row = say.totals(found)
    return text(
        say.deficits_sentence(row, found), say.offers_sentence(row), say.again_sentence(row)
    )


def topics_chart(found: TeacherCompetence) -> Chart | Text:
    """Topics by what became of their deficits."""
    lines = [{**line, "name": topic_name(line)} for line in topic_lines(found)]
    if not lines:
        return text("Тем, записанных у достаточного числа учителей, нет.")
    parts = {
        "closed": ("восполнен", "#2A9D78"),
        "open": ("срок не вышел или не назван", OPEN),
        "overdue": ("просрочен", LATE),
    }
    return stacked_rows(
        lines,
        parts,
        label="name",
        axis="дефицитов",
        what="Дефициты по темам и состоянию",
        most=TOPICS,
        nouns=("темы", "тем"),
    )


def shared_text(found: TeacherCompetence, names: Names, links: Names) -> Text:
    """Schools whose teachers share a deficit."""
    rows = shared_topics(found.deficits, found.rules)
    if rows.empty:
        return text(
            "Невосполненных дефицитов, общих для "
            f"{fmt.count_of(found.rules.shared_from, 'учителя', 'учителей')} одной школы и более, нет."
        )
    schools = {str(key) for key in rows["school_id"]}
    return text(
        "Если один и тот же дефицит не восполнен у нескольких учителей школы, это дело всей школы: "
        "нужны занятия в самой школе, а не курсы для каждого. Так у"
        f"{fmt.NBSP}{fmt.count_of(len(schools), 'школы', 'школ')}: "
        f"{school_links(schools, names, links, most=NAMED)}."
    )


def courses_text(found: TeacherCompetence) -> Text:
    """Courses finished in the year."""
    return text(say.courses_sentence(found))


def limits(found: TeacherCompetence) -> Text:
    """What cannot be concluded from this monitoring."""
    rules = found.rules
    lines = [
        "Диагностика — не аттестация: она показывает, чему учить, и не служит для оценки или "
        "увольнения учителя.",
        "Разные работы несравнимы: уровень учителей одного предмета нельзя ставить выше уровня "
        "другого, если они писали разные работы; динамика считается только по одной и той же работе.",
        "Рост у измеренных дважды не доказывает, что помогли курсы: сказываются знакомство с "
        "работой, отбор тех, кого измеряли снова, и регрессия к среднему.",
        "Учителя одной школы похожи друг на друга, а интервалы долей (кроме сравнения школ списка с "
        "остальными) считают их независимыми: на деле неопределённость больше названной.",
        f"Границы уровней — {rules.levels.source.standing}, правило положительной динамики — "
        f"{rules.dynamics.source.standing}: при других границах числа изменятся.",
        f"Если учителей меньше {fmt.number(rules.least_teachers)}, доли, средние и уровни не "
        "названы: они говорили бы о каждом. Учителя, сменившего школу, программа считает заново.",
    ]
    cover = say.one(coverage_by(found.coverage, rules))
    if int(cover["measured"]) and not fmt.is_missing(cover["share"]) and cover["share"] < 0.5:
        lines.append(
            f"Диагностику прошла меньшая часть учителей ({fmt.percent(cover['share'])}, "
            f"{fmt.of(cover['covered'], cover['n'])}): об остальных эти числа ничего не говорят."
        )
    return text(bullets(lines))


def next_steps(found: TeacherCompetence, names: Names, links: Names) -> Text:
    """What to do, with the schools named."""

    def named(keys: pd.Series) -> str:
        return school_links({str(key) for key in keys}, names, links, most=NAMED)

    lines = []
    cover, deficits = found.coverage, found.deficits
    silent = cover[cover["listed"] & (cover["measured"] == 0)]
    if len(silent):
        lines.append(f"**Провести диагностику в школах списка:** {named(silent['school_id'])}.")
    shared = shared_topics(deficits, found.rules)
    if len(shared):
        lines.append(f"**Провести занятия в самой школе:** {named(shared['school_id'])}.")
    late = _schools(deficits[deficits["state"] == "overdue"], found)
    if len(late):
        lines.append(f"**Восполнить просроченные дефициты:** {named(late)}.")
    bare = _schools(deficits[~deficits["is_offered"] & (deficits["state"] != "closed")], found)
    if len(bare):
        lines.append(f"**Предложить курсы или тьютора:** {named(bare)}.")
    unsure = deficits[(deficits["state"] == "closed") & deficits["remeasured"].isna()]
    again = _schools(unsure, found)
    if len(again):
        lines.append(f"**Проверить восполненное повторной диагностикой:** {named(again)}.")
    lines += [
        f"**Программы повышения квалификации** (ИРОиПК): {topic}." for topic in _wanted(found)
    ]
    if not lines:
        lines.append("Неотложных действий нет.")
    lines.append(
        "**Персональные карты дефицитов** — в папке проекта `reports/internal/teachers`, по файлу "
        "Word на школу; на сайт они не попадают."
        if len(found.deficits)
        else "**Записать дефициты по темам** (лист «Дефициты учителей»): без них карты не составить."
    )
    return text(bullets(lines))


def _schools(rows: pd.DataFrame, found: TeacherCompetence) -> pd.Series:
    """Schools of rows of enough teachers: a school is not named for one teacher's sake."""
    told = deficits_by(rows, found.rules, ["school_id"])
    return told.loc[told["n"].notna(), "school_id"]


def _wanted(found: TeacherCompetence) -> list[str]:
    """Topics of most teachers, for the institute: S0 6.1 asks for programmes against deficits."""
    open_ones = found.deficits[found.deficits["state"] != "closed"]
    lines = [
        line
        for line in topic_lines(replace(found, deficits=open_ones))
        if line["merged"] == 1 and line["subject"] != "разные"
    ][:3]
    if not lines:
        return []
    parts = [
        f"{fmt.escape_md(line['topic'])}"
        + (f" ({fmt.escape_md(line['subject'])})" if line["subject"] else "")
        + f" — {fmt.count_phrase(line['teachers'], *say.TEACHERS)}"
        for line in lines
    ]
    return ["; ".join(parts)]


def rules_text(found: TeacherCompetence) -> Text:
    """Where the numbers of this page come from."""
    return text(
        "Показатель назван в Порядке Тбилисского района («Показатели», 3): доля педагогов школ "
        "списка, показавших положительную динамику по независимой диагностике. Как его считать и "
        "где проходят границы уровней, документы не говорят; правила — в файле проекта "
        f"`competence/….yml` ({fmt.escape_md(found.rules.title)}).",
        "За мониторинг отвечает ИРОиПК (п. 5.10 Положения); источники — опросы, диагностические "
        "карты, наблюдения, результаты оценочных работ (п. 5.12).",
    )

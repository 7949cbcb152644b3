"""Words, tables and charts of the fifth monitoring: the tutor consultation point."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.group_shares import TwoGroups
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.methods.tutor_outcomes import TutorOutcomes
from shnor_lib.methods.tutor_point import TutorPoint
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.charts.stacked import (
    GOOD,
    LATE,
    NEUTRAL,
    OPEN,
    mark_bars,
    month_bars,
    stacked_rows,
)
from shnor_lib.report.display import Chart, DataTable
from shnor_lib.report.labels import audience_words, school_year
from shnor_lib.report.monitoring import tutors_words as words
from shnor_lib.report.monitoring import two_groups
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS
from shnor_lib.report.monitoring.lists import SCHOOLS, school_links
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.report.monitoring.tutors_tables import (
    NO_SUBJECT,
    definitions_table,
    forms_table,
    indicators_table,
    late_table,
    municipalities_table,
    schools_table,
    subjects_table,
    topics_table,
    tutors_table,
)
from shnor_lib.report.people import supporter_names

__all__ = [
    "changes_text",
    "coverage_text",
    "definitions_table",
    "feedback_chart",
    "feedback_text",
    "forms_table",
    "indicators_table",
    "late_table",
    "limits",
    "main_points",
    "months_chart",
    "municipalities_table",
    "next_steps",
    "outcomes_chart",
    "outcomes_table",
    "outcomes_text",
    "parameters_line",
    "schools_table",
    "source_text",
    "subjects_chart",
    "subjects_table",
    "time_text",
    "topics_table",
    "tutors_table",
    "tutors_text",
]

Names = Mapping[str, str]

STATES = {
    "in_time": ("в срок", GOOD),
    "late": ("с опозданием", LATE),
    "untimed": ("оказана, срок не отмечен", NEUTRAL),
    "waiting": ("ждут", OPEN),
}
"""Parts of a bar of requests."""

NOBODY = "Обращений за этот год в журнале нет."


def parameters_line(point: TutorPoint, audience: str, title: str) -> Text:
    """What this copy of the notebook was run for."""
    return text(
        f"{fmt.escape_md(title)}. **{school_year(point.year)} учебный год**; состояние "
        f"на{fmt.NBSP}{fmt.date_ru(point.day)}; показатели — проект; {audience_words(audience)}."
    )


def main_points(point: TutorPoint, outcomes: TutorOutcomes, lists: SupportLists) -> Box:
    """The year in a few lines."""
    title = f"Главное за {school_year(point.year)} учебный год"
    if not point.total["n"]:
        return box(title, words.received(point), words.changes(point))
    covered = words.schools_covered(point.coverage, lists.due_words)
    return box(
        title,
        words.received(point),
        words.in_time(point.total),
        f"{covered} {words.teachers_covered(point.coverage)}".strip(),
        words.feedback(point.total),
        two_groups.sentence(outcomes.deficits, words.DEFICITS),
    )


def source_text(defined: str = "в конце страницы") -> Text:
    """Where the data come from, what no document says, and where indicators are ``defined``."""
    return text(
        "Мониторинг предусмотрен п. 5.4 (5) Положения, проводит его муниципалитет (п. 5.11). "
        "Источники названы в п. 5.12: таблицы самоанализа школ, отчёты, отзывы учителей-"
        "предметников. Какие показатели считать, документы не говорят, поэтому все они здесь — "
        f"**проект**; как считается каждый, сказано {defined}."
    )


def changes_text(point: TutorPoint) -> Text:
    """The year against the one before."""
    return text(words.changes(point))


def months_chart(point: TutorPoint) -> Chart | Text:
    """Requests by the month in which they were made."""
    rows = point.by("month")
    if rows.empty:
        return text(NOBODY)
    return month_bars(rows, STATES, axis="обращений", what="Обращения по месяцам")


def time_text(point: TutorPoint) -> Text:
    """How quickly help comes, who waits."""
    if not point.total["n"]:
        return text(NOBODY)
    return text(words.in_time(point.total), words.waiting(point.total))


def subjects_chart(point: TutorPoint) -> Chart | Text:
    """Requests by subject and by how help came."""
    rows = point.by("subject")
    if rows.empty:
        return text(NOBODY)
    rows = rows.assign(subject=rows["subject"].fillna(NO_SUBJECT))
    return stacked_rows(
        rows,
        STATES,
        label="subject",
        axis="обращений",
        what="Обращения по предметам",
        most=15,
        nouns=("предмета", "предметов"),
    )


def coverage_text(point: TutorPoint, lists: SupportLists, names: Names, links: Names) -> Text:
    """Which schools of the list the point reached and which not."""
    blocks = [
        words.lists_note(lists),
        f"{words.schools_covered(point.coverage, lists.due_words)} "
        f"{words.teachers_covered(point.coverage)}".strip(),
    ]
    if point.coverage.silent:
        blocks.append(
            f"**Не обращались:** {school_links(point.coverage.silent, names, links, most=15)}."
        )
    beyond = point.coverage.schools
    wrong = [str(key) for key in beyond.loc[beyond["beyond"], "school_id"]]
    if wrong:
        blocks.append(
            "Учителей с помощью больше, чем в книге «Кадры»: "
            f"{school_links(wrong, names, links, most=10)}. Проверьте число учителей и журнал; в "
            "доле здесь взято не больше, чем учителей в школе."
        )
    if not lists.own:
        blocks.append(
            f"Для сравнения, новый список. {words.schools_covered(point.coverage_now, f'списка {school_year(lists.year)} учебного года')}"
        )
    return text(*blocks)


def tutors_text(point: TutorPoint, network: SupportNetwork) -> Text:
    """How many tutors there are, who had no requests, whose load is beyond the norm."""
    people = network.supporters
    tutors = people[(people["role"] == "tutor") & people["in_office"]]
    asked = {str(key) for key in point.requests["supporter"].dropna()}
    blocks = []
    n = len(tutors)
    if not n:
        blocks.append(
            f"Действующих тьюторов в листе «Сопровождающие» на{fmt.NBSP}{fmt.date_ru(point.day)} нет."
        )
    else:
        idle = [str(key) for key in tutors["supporter"] if str(key) not in asked]
        verb = fmt.plural(n, "действует", "действуют", "действуют")
        line = (
            f"На{fmt.NBSP}{fmt.date_ru(point.day)} {verb} "
            f"{fmt.count_phrase(n, 'тьютор', 'тьютора', 'тьюторов')}"
        )
        line += (
            f"; к{fmt.NBSP}{fmt.number(len(idle))} из них за год не обратился никто."
            if idle
            else "; обращения были к каждому."
        )
        blocks.append(line)
    named = supporter_names(people)
    heavy = network.overloaded[network.overloaded["role"] == "tutor"]
    if len(heavy):
        who = "; ".join(
            f"{fmt.escape_md(named[str(code)])} — {fmt.count_phrase(int(peak), *SCHOOLS)}"
            for code, peak in zip(heavy["supporter"], heavy["peak"], strict=True)
        )
        blocks.append(f"**Нагрузка выше нормы** ({network.norm.standing}): {who}.")
    nobody = int(point.requests["supporter"].isna().sum())
    if nobody:
        blocks.append(
            f"Тьютор не указан в{fmt.NBSP}{fmt.count_phrase(nobody, 'обращении', 'обращениях', 'обращениях')}."
        )
    return text(*blocks)


def feedback_text(point: TutorPoint) -> Text:
    """Mean mark with n, and what it is worth."""
    said = words.feedback(point.total)
    if not said:
        return text("Помощь ещё никому не оказана: отзывов быть не может.")
    note = ""
    if point.total["n_marks"] >= LEAST_ANSWERS:
        note = (
            "Отзыв ставит тот, кому помогли: он говорит об удовлетворённости, а не о том, стали ли "
            "лучше уроки."
        )
        if (point.requests["mark"].dropna() % 1 != 0).any():
            note += " На диаграмме дробная оценка отнесена к ближайшей целой, половина — к большей."
    return text(said, note)


def feedback_chart(point: TutorPoint) -> Chart | None:
    """Distribution of marks; None with fewer answers than a mean is shown of."""
    if point.total["n_marks"] < LEAST_ANSWERS:
        return None
    return mark_bars(point.marks, what="Оценки в отзывах")


def _compared(outcomes: TutorOutcomes) -> list[tuple[TwoGroups, two_groups.Words]]:
    return [(outcomes.deficits, words.DEFICITS), (outcomes.pairs, words.PAIRS)]


def outcomes_text(outcomes: TutorOutcomes) -> Text:
    """What the comparison shows, and what it cannot."""
    blocks = [two_groups.sentence(groups, said) for groups, said in _compared(outcomes)]
    early = outcomes.closed_before_help
    if early and outcomes.deficits.enough:
        forms = ("дефицит восполнен", "дефицита восполнены", "дефицитов восполнено")
        blocks.append(
            f"У{fmt.NBSP}получивших помощь {fmt.count_phrase(early, *forms)} раньше, чем пришла "
            "первая помощь года: её заслуги в этом нет."
        )
    blocks.append(
        "Сделать из этого вывод «пункт помог» или «не помог» нельзя: к тьютору обращаются не по "
        "жребию. Обращаются и те, кто усерднее, и те, кому труднее; у обратившихся могли быть и "
        "курсы, и другая помощь."
    )
    return text(*blocks)


def outcomes_chart(outcomes: TutorOutcomes) -> Chart | None:
    """Both comparisons with their intervals; None where nothing may be compared."""
    return two_groups.chart(
        _compared(outcomes), axis="доля", what="Дефициты и диагностики с помощью пункта и без неё"
    )


def outcomes_table(outcomes: TutorOutcomes) -> DataTable:
    """Both comparisons with n of units and of teachers."""
    return two_groups.table(
        _compared(outcomes),
        caption="Дефициты и повторные диагностики: с помощью пункта и без неё",
        clusters="Учителей",
    )


def limits(point: TutorPoint, outcomes: TutorOutcomes) -> Text:
    """What cannot be concluded from this monitoring."""
    lines = [
        "Число обращений не говорит о качестве: мало их бывает и там, где помощь не нужна, и там, "
        "где о пункте не знают.",
        "«В срок» — отметка самого пункта по его положению; сам срок в журнале не записан, поэтому "
        "проверить отметку по датам нельзя.",
        "Медиана времени считается по тем, кому уже помогли; те, кто ещё ждёт, сделают её больше.",
        "Отзывы оставляют не все, и чаще довольные: средняя оценка завышена, а насколько — "
        "неизвестно.",
        "Разница между обратившимися и остальными — не эффект пункта. Эффект поддержки школ с "
        "поправкой на возврат к среднему — на странице [«Эффект поддержки»](../effect.qmd).",
    ]
    groups = int(point.requests.loc[point.requests["fulfilled"], "teacher"].isna().sum())
    if groups:
        verb = fmt.plural(groups, "записано", "записаны", "записаны")
        lines.append(
            f"{fmt.count_phrase(groups, *words.REQUESTS)} с помощью {verb} без кодов учителей: "
            "этих людей нельзя связать с диагностикой, и часть «остальных» тоже могла получить "
            "помощь."
        )
    undated = int(point.requests["undated"].sum())
    if undated:
        counted = (
            "такое обращение считается ожидающим"
            if undated == 1
            else "такие обращения считаются ожидающими"
        )
        lines.append(
            f"В{fmt.NBSP}{fmt.count_phrase(undated, 'обращении', 'обращениях', 'обращениях')} отмечено, "
            f"в срок ли оказана помощь, но даты помощи нет: {counted}."
        )
    if outcomes.deficits.helped.n:
        lines.append(
            "К названному дню одни получили помощь давно, другие только что: у вторых времени "
            "восполнить дефицит ещё не было."
        )
    return text(bullets(lines))


def next_steps(
    point: TutorPoint, network: SupportNetwork, lists: SupportLists, names: Names, links: Names
) -> Text:
    """What to do, with the schools named."""

    def named(keys: pd.Series | list[str]) -> str:
        return school_links({str(key) for key in keys}, names, links, most=10)

    by_school = point.by("school_id")
    lines = []
    waiting = by_school.loc[(by_school["waiting"] > 0).to_numpy(dtype=bool), "school_id"]
    if len(waiting):
        lines.append(f"**Ответить на обращения, которые ждут:** {named(waiting)}.")
    late = by_school.loc[(by_school["late"] > 0).to_numpy(dtype=bool), "school_id"]
    if len(late):
        lines.append(f"**Выяснить, почему помощь опоздала:** {named(late)}.")
    if point.coverage.silent:
        lines.append(
            "**Узнать, нужна ли помощь школам списка, которые не обращались:** "
            f"{named(point.coverage.silent)}."
        )
    fresh = [key for key in point.coverage_now.silent if key not in lists.due]
    if fresh:
        lines.append(f"**Рассказать о пункте школам нового списка:** {named(fresh)}.")
    total = point.total
    if total["untimed"]:
        n = total["untimed"]
        lines.append(
            f"**Отметить в журнале, в срок ли оказана помощь:** не отмечено "
            f"в{fmt.NBSP}{fmt.count_phrase(n, 'обращении', 'обращениях', 'обращениях')}."
        )
    if not total["n"]:
        lines.append("**Завести журнал обращений:** лист «Обращения в тьюторский пункт».")
    if not lines:
        lines.append("Неотложных действий нет.")
    if network.supporters.empty:
        lines.append("**Заполнить лист «Сопровождающие»:** тьюторов в нём нет.")
    return text(bullets(lines))

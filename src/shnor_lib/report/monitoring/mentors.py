"""Words, tables and charts of the sixth monitoring: the municipal mentor centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shnor_lib.faults import ShnorError
from shnor_lib.methods.effect import EffectResult, effect_of_support
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.index_definition import load_index
from shnor_lib.methods.mentor_centre import MentorCentre
from shnor_lib.methods.status_exit import StatusExit
from shnor_lib.methods.wellbeing import IndexResult, wellbeing_index
from shnor_lib.project import Project
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.charts.stacked import GOOD, LATE, NEUTRAL, OPEN, stacked_rows
from shnor_lib.report.charts.support import load_chart as _load_chart
from shnor_lib.report.display import Chart
from shnor_lib.report.effect_words import effect_sentence, refusal_words, similar_sentence
from shnor_lib.report.labels import audience_words, school_year
from shnor_lib.report.monitoring import mentors_words as words
from shnor_lib.report.monitoring import two_groups
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS
from shnor_lib.report.monitoring.lists import SCHOOLS, school_links
from shnor_lib.report.monitoring.mentors_tables import (
    definitions_table,
    exit_table,
    indicators_table,
    mentors_table,
    municipalities_table,
    school_rows,
    schools_table,
)
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.report.people import supporter_names
from shnor_lib.report.rows import records
from shnor_lib.report.support.words import load_sentence
from shnor_lib.store import Dataset

__all__ = [
    "changes_text",
    "coverage_text",
    "definitions_table",
    "effect_or_why",
    "effect_text",
    "exit_chart",
    "exit_table",
    "exit_text",
    "feedback_text",
    "indicators_table",
    "limits",
    "load_chart",
    "load_text",
    "main_points",
    "mentors_table",
    "municipalities_table",
    "next_steps",
    "parameters_line",
    "plans_chart",
    "plans_text",
    "schools_table",
    "source_text",
]

Names = Mapping[str, str]

STATES = {
    "in_time": ("выполнено в срок", GOOD),
    "late": ("выполнено позже срока", LATE),
    "untimed": ("выполнено, срок не отмечен", NEUTRAL),
    "left": ("не выполнено", OPEN),
}
"""Parts of a bar of plan points."""


def parameters_line(centre: MentorCentre, audience: str, title: str) -> Text:
    """What this copy of the notebook was run for."""
    return text(
        f"{fmt.escape_md(title)}. **{school_year(centre.year)} учебный год**; состояние "
        f"на{fmt.NBSP}{fmt.date_ru(centre.day)}; показатели — проект; {audience_words(audience)}."
    )


def main_points(centre: MentorCentre, found: StatusExit, lists: SupportLists) -> Box:
    """The year in a few lines."""
    title = f"Главное за {school_year(centre.year)} учебный год"
    if not centre.total["n"] and centre.links.empty:
        return box(
            title,
            words.people(centre),
            words.plans(centre.total, centre.year),
            words.coverage(centre, lists),
            words.changes(centre),
        )
    return box(
        title,
        f"{words.people(centre)} {words.coverage(centre, lists)}",
        words.plans(centre.total, centre.year),
        _load(centre),
        f"{words.reports(centre)} {words.feedback(centre.total)}".strip(),
        words.exit_sentence(found),
    )


def source_text(defined: str = "в конце страницы") -> Text:
    """Where the data come from, what no document says, and where indicators are ``defined``."""
    return text(
        "Мониторинг предусмотрен п. 5.4 (6) Положения, проводит его муниципалитет (п. 5.11). "
        "Источники названы в п. 5.12: таблицы самоанализа школ, отчёты, отзывы руководителей ШНОР и "
        "ШССУ. Наставник работает по плану, согласованному с управленческой командой школы (п. 3.6.3, "
        "4.2.3). Какие показатели считать, документы не говорят, поэтому все они здесь — "
        f"**проект**; как считается каждый, сказано {defined}."
    )


def changes_text(centre: MentorCentre) -> Text:
    """The year against the one before."""
    return text(words.changes(centre))


def coverage_text(centre: MentorCentre, lists: SupportLists, names: Names, links: Names) -> Text:
    """Which schools of the list have a mentor and a plan, and which not."""
    note = (
        f"Списка прошлого года нет, поэтому школы взяты из списка самого {school_year(lists.year)} "
        "учебного года."
        if lists.own
        else f"Наставники в {school_year(lists.year)} учебном году предназначались школам "
        f"{lists.due_words}: новый список появляется, когда год уже прошёл."
    )
    blocks = [note, f"{words.people(centre)} {words.coverage(centre, lists)}"]
    bare = centre.without("has_mentor")
    if bare:
        blocks.append(f"**Без наставника:** {school_links(bare, names, links, most=15)}.")
    planless = [key for key in centre.without("has_plan") if key not in bare]
    if planless:
        blocks.append(
            f"**Наставник есть, плана нет:** {school_links(planless, names, links, most=15)}."
        )
    return text(*blocks)


def plans_text(centre: MentorCentre) -> Text:
    """Plans and their completion."""
    single = int(centre.plans["single"].sum())
    note = ""
    if single:
        forms = ("план составлен", "плана составлены", "планов составлено")
        whom = (
            "одного учителя: он вошёл только в сумму"
            if single == 1
            else "отдельных учителей: они вошли только в сумму"
        )
        note = f"Из них {fmt.count_phrase(single, *forms)} для {whom}."
    return text(words.plans(centre.total, centre.year), note)


def plans_chart(centre: MentorCentre, names: Names) -> Chart | Text:
    """Points of plans by school, the least complete first."""
    rows = [
        {
            "name": row["name"],
            "in_time": row["in_time"],
            "late": row["late"],
            "untimed": row["done"] if row["late"] is None else 0,
            "left": row["left"],
        }
        for row in school_rows(centre, names, {})
        if row["done"] is not None
    ]
    if not rows:
        return text("Планов с отметками о выполнении нет.")
    return stacked_rows(
        rows,
        STATES,
        label="name",
        axis="пунктов",
        what="Пункты планов наставников по школам",
        most=20,
        nouns=("школы", "школ"),
    )


def _load(centre: MentorCentre) -> str:
    network = centre.mentor_network
    said = load_sentence(network)
    named = supporter_names(network.supporters)
    heavy = records(network.overloaded)
    if heavy:
        who = "; ".join(
            f"{fmt.escape_md(named[row['supporter']])} — {fmt.count_phrase(row['peak'], *SCHOOLS)}"
            for row in heavy[:10]
        )
        said += f" Нагрузка выше нормы: {who}."
    return said


def load_text(centre: MentorCentre) -> Text:
    """Whose load is beyond the norm; reports."""
    return text(_load(centre), words.reports(centre))


def load_chart(centre: MentorCentre) -> Chart | None:
    """Schools at the same time by mentor; None without anybody."""
    return _load_chart(centre.mentor_network)


def feedback_text(centre: MentorCentre) -> Text:
    """Mean mark with n, and what it is worth."""
    note = ""
    if centre.total["feedback_n"] >= LEAST_ANSWERS:
        note = (
            "Распределения оценок в книге нет: школа передаёт среднее и число отзывов, поэтому "
            "среднее по району взвешено по числу отзывов."
        )
    return text(words.feedback(centre.total), note)


def exit_text(found: StatusExit, names: Names, links: Names) -> Text:
    """Who left last year's list, and what that does not mean."""
    blocks = [words.exit_sentence(found), words.exit_left_out(found)]
    gone = found.schools[found.schools["outcome"] == "left"]
    for title, helped in (("Вышли с сопровождением", True), ("Вышли без сопровождения", False)):
        own = gone[(gone["support"] == "helped") == helped]["school_id"]
        if len(own):
            said = school_links((str(key) for key in own), names, links, most=10)
            blocks.append(f"**{title}:** {said}.")
    if found.before is not None and len(found.schools):
        blocks.append(
            "Сопровождение дают не по жребию, а школам, которым труднее, и часть школ выходит из "
            "списка сама: плохой год редко повторяется. Поэтому разница долей — не эффект "
            "наставничества."
        )
    return text(*blocks)


def exit_chart(found: StatusExit) -> Chart | None:
    """Both shares with their intervals; None without schools."""
    if found.schools.empty:
        return None
    return two_groups.chart(
        [(found.groups, words.EXIT)],
        axis="доля вышедших из списка",
        what="Школы прошлогоднего списка, вышедшие из него",
    )


def effect_text(effect: EffectResult | None, year: int, refusal: str) -> Text:
    """What came of support beyond what was to be expected, in the results of the year.

    Parameters
    ----------
    effect
        Of all years up to this one; None when refused.
    year
        School year.
    refusal
        Why it was refused (Russian).
    """
    page = "Подробно, по школам и предметам, — на странице [«Эффект поддержки»](../effect.qmd)."
    if effect is None:
        return text(
            f"Эффект сопровождения не рассчитан. {fmt.escape_md(refusal_words(refusal))}", page
        )
    rows = [row for row in records(effect.summary) if row["year"] == year]
    blocks = []
    if rows:
        blocks.append(effect_sentence(rows[0], effect.basis))
    else:
        blocks.append(
            f"По результатам {school_year(year)} учебного года эффект не оценён ни для одной школы."
        )
    if effect.matched is not None:
        blocks.append(
            f"Рядом с похожими школами, все годы вместе. {similar_sentence(effect.matched)}"
        )
    elif "matched" in effect.refusals:
        blocks.append(
            "Сравнение с похожими школами без сопровождения не проведено. "
            f"{fmt.escape_md(refusal_words(effect.refusals['matched']))}"
        )
    blocks.append(
        "Сопровождение здесь — любое закрепление за школой в целом: наставника, тьютора или "
        f"куратора. {page}"
    )
    return text(*blocks)


def limits(centre: MentorCentre, found: StatusExit) -> Text:
    """What cannot be concluded from this monitoring."""
    lines = [
        "Доля выполненных пунктов говорит о дисциплине, а не о пользе: пункты разных планов не "
        "равны, и лёгкий план выполнить проще.",
        "Планы в книге без дат пунктов: пока учебный год не кончился, невыполненное — не "
        "обязательно просрочка, и сравнение с прошлым годом занижает этот год.",
        "Отзывы дают руководители школ, которым помогали: они говорят об удовлетворённости.",
        "Сравнивать наставников друг с другом по результатам школ нельзя: школ у каждого слишком "
        "мало, и достаются они не по жребию.",
    ]
    if found.before is not None:
        lines.append(
            "Выход из списка — не обязательно улучшение: порог могли перейти на одного ученика; "
            "насколько надёжен статус, сказано в мониторинге 1."
        )
    missing = int(centre.links["reports"].isna().sum()) if len(centre.links) else 0
    if missing:
        lines.append(
            f"В{fmt.NBSP}{fmt.count_phrase(missing, 'закреплении', 'закреплениях', 'закреплениях')} "
            "число отчётов не указано: считается, что их нет."
        )
    return text(bullets(lines))


def next_steps(centre: MentorCentre, lists: SupportLists, names: Names, links: Names) -> Text:
    """What to do, with schools and mentors named."""

    def named(keys: Iterable[str]) -> str:
        return school_links(keys, names, links, most=10)

    lines = []
    if not lists.own and (new := centre.without("has_mentor", "now_listed")):
        lines.append(f"**Назначить наставников школам нового списка:** {named(new)}.")
    elif bare := centre.without("has_mentor"):
        lines.append(f"**Назначить наставников:** {named(bare)}.")
    planless = set(centre.without("has_plan")) - set(centre.without("has_mentor"))
    if planless:
        lines.append(f"**Согласовать планы наставников со школами:** {named(planless)}.")
    people = supporter_names(centre.network.supporters)
    heavy = records(centre.mentor_network.overloaded)
    if heavy:
        who = ", ".join(fmt.escape_md(people[row["supporter"]]) for row in heavy[:10])
        lines.append(f"**Разгрузить наставников или пересмотреть норму:** {who}.")
    few = centre.schools[centre.schools["no_report"]]["school_id"]
    if len(few):
        lines.append(f"**Получить отчёты о работе со школами:** {named(str(key) for key in few)}.")
    behind = [
        str(row["school_id"])
        for row in school_rows(centre, names, links)
        if row["share"] is not None and row["share"] < _HALF
    ]
    if behind:
        lines.append(f"**Обсудить планы, где не выполнена и половина:** {named(behind)}.")
    if not centre.total["n"]:
        lines.append("**Заполнить планы наставников:** лист «Планы наставников».")
    if not lines:
        lines.append("Неотложных действий нет.")
    return text(bullets(lines))


_HALF = 0.5


def effect_or_why(
    data: Dataset, found: Identification, project: Project
) -> tuple[EffectResult | None, str]:
    """The effect of support, or why there is none; the index goes in where it can be computed."""
    try:
        definition = load_index(project.settings.wellbeing_index, project)
        index: IndexResult | None = wellbeing_index(data, definition)
    except ShnorError:
        index = None
    try:
        effect = effect_of_support(
            data, identification=found, index=index, calendar=project.calendar
        )
    except ShnorError as error:
        return None, str(error)
    return effect, ""

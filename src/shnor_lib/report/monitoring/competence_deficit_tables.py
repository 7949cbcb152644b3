"""Tables of deficits and courses, and where the indicators come from."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_groups import courses_by, shared_topics, topics
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring import competence_words as say
from shnor_lib.report.monitoring.competence_tables import ROWS, Names
from shnor_lib.report.risks.words import day_words
from shnor_lib.report.rows import Row, records

OTHERS = "прочие темы"
NO_SUBJECT = "предмет не указан"


def topics_table(found: TeacherCompetence) -> DataTable:
    """Deficits by topic, those of most teachers first."""
    lines = [
        {
            **row,
            "name": topic_name(row),
            "places": fmt.number(row["schools"]) + f" ({fmt.number(row['listed_schools'])})",
            **{name: fmt.of(row[name], row["n"]) for name in ("offered", "closed", "remeasured")},
        }
        for row in topic_lines(found)
    ]
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Дефицит"),
            Col("teachers", "Учителей", "int"),
            Col("places", "Школ (из них в списке)", order="schools"),
            Col("offered", "Помощь предложена"),
            Col("closed", "Восполнено"),
            Col("overdue", "Просрочено", "int"),
            Col("remeasured", "Измерены снова", help="Диагностика после выявления дефицита"),
        ],
        caption=f"Дефициты по темам, {day_words(found.day)}",
        most=ROWS,
        nouns=("темы", "тем"),
        sortable=True,
        empty="Тем, записанных у достаточного числа учителей, нет.",
    )


def topic_name(line: Row) -> str:
    """«задания с параметром (математика)»."""
    subject = line["subject"] if line["merged"] == 1 else ""
    return f"{line['topic']} ({subject})" if subject else str(line["topic"])


def topic_lines(found: TeacherCompetence) -> list[Row]:
    """Topics with their names; topics of a few teachers together, if even so there are enough."""
    lines = []
    for row in records(topics(found.deficits, found.rules)):
        if row["n"] is None:
            continue
        subject = str(row["subject"] or "")
        name = fmt.one_line(row["topic"], "")
        if not name:
            name = f"{OTHERS} ({fmt.number(row['merged'])})"
            subject = "разные"
        lines.append({**row, "topic": name, "subject": subject})
    return lines


def shared_table(found: TeacherCompetence, names: Names, links: Names) -> DataTable:
    """Deficits several teachers of one school share: the school's own matter."""
    lines = [
        {
            **row,
            "name": names.get(str(row["school_id"]), str(row["school_id"])),
            "href": links.get(str(row["school_id"])),
            "subject": str(row["subject"]) or NO_SUBJECT,
            "on_list": "да" if row["listed"] else "нет",
        }
        for row in records(shared_topics(found.deficits, found.rules))
    ]
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("on_list", "В списке", filter=True),
            Col("subject", "Предмет"),
            Col("topic", "Дефицит"),
            Col("teachers", "Учителей", "int", help="С невосполненным дефицитом"),
        ],
        caption=(
            "Невосполненные дефициты, общие для учителей школы "
            f"(от{fmt.NBSP}{fmt.count_of(found.rules.shared_from, 'учителя', 'учителей')}), "
            f"{day_words(found.day)}"
        ),
        most=ROWS,
        sortable=True,
        empty="Общих невосполненных дефицитов у учителей одной школы нет.",
    )


def courses_table(found: TeacherCompetence) -> DataTable:
    """Programmes finished by enough teachers."""
    rows = courses_by(found.courses, found.rules, ["programme"])
    enough = rows["teachers"] >= found.rules.least_teachers
    shown = rows[enough.to_numpy(dtype=bool)]
    lines = sorted(records(shown), key=lambda row: (-row["teachers"], str(row["programme"])))
    rest = len(rows) - len(shown)
    caption = f"Курсы, оконченные в {school_year(found.year)} учебном году"
    if rest:
        caption += (
            f" (ещё {fmt.count_phrase(rest, 'программу', 'программы', 'программ')} "
            f"{fmt.plural(rest, 'окончили', 'окончили', 'окончили')} {say.few(found.rules)})"
        )
    return capped(
        pd.DataFrame(lines),
        [
            Col("programme", "Программа"),
            Col("teachers", "Учителей", "int"),
            Col("on_deficit", "Назван дефицит", "int"),
            Col("hours", "Часов", "int", missing="не указано"),
        ],
        caption=caption,
        most=ROWS,
        nouns=("программы", "программ"),
        sortable=True,
        empty="Программ, оконченных достаточным числом учителей, нет.",
    )


def rules_table(rules: CompetenceRules) -> DataTable:
    """What is counted, by which rule, from where it comes."""
    cuts, change = rules.levels, rules.dynamics
    better = (
        "вырос уровень"
        if change.rule == "level"
        else "результат вырос"
        + (f" не менее чем на {fmt.number(change.least_gain)} п. п." if change.least_gain else "")
    )
    against = "предыдущим" if change.against == "previous" else "самым первым"
    parts = "слабейшая из двух частей" if rules.overall == "lower" else "среднее двух частей"
    lines = [
        {
            "what": "Доля педагогов с положительной динамикой",
            "how": "из учителей школ списка, измеренных дважды одной работой по тому же предмету",
            "from": f"Порядок Тбилисского района, «{rules.source.point}»",
            "standing": rules.source.standing,
        },
        {
            "what": "Положительная динамика",
            "how": f"{better} по сравнению с {against} измерением",
            "from": change.source.document,
            "standing": change.source.standing,
        },
        {
            "what": "Уровни",
            "how": (
                f"низкий — меньше {fmt.number(cuts.low_below)} %, высокий — от "
                f"{fmt.number(cuts.high_from)} % выполнения"
            ),
            "from": cuts.source.document,
            "standing": cuts.source.standing,
        },
        {
            "what": "Результат работы",
            "how": f"{parts}; по нескольким предметам учителя — среднее",
            "from": "предложение авторов программы",
            "standing": "проект",
        },
        {
            "what": "Охват",
            "how": "учителя, прошедшие диагностику в году, из учителей листа «Кадры»",
            "from": "предложение авторов программы",
            "standing": "проект",
        },
        {
            "what": "Наименьшее число учителей",
            "how": f"доли называются от {fmt.count_of(rules.least_teachers, 'учителя', 'учителей')}",
            "from": "защита персональных данных",
            "standing": "проект",
        },
    ]
    return DataTable(
        lines,
        [
            Col("what", "Показатель"),
            Col("how", "Как считается"),
            Col("from", "Откуда"),
            Col("standing", "Насколько твёрдо"),
        ],
        caption="Показатели мониторинга и их происхождение",
    )

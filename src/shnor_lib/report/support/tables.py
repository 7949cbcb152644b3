"""Tables of the support of schools."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.management_reserve import ManagementReserve
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.methods.support_pairs import support_pairs, support_sums
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.people import supporter_name
from shnor_lib.report.rows import Row, records
from shnor_lib.report.support import words as say
from shnor_lib.tables.codes import RESERVE_STATES, SUPPORT_ROLES

Names = Mapping[str, str]


def coverage_table(
    network: SupportNetwork,
    names: Names,
    links: Names,
    places: Names,
    years_listed: Mapping[str, int],
) -> DataTable:
    """Schools of the list with their supporters; those nobody is assigned to come first.

    ``years_listed``: school's id → years on the list so far, this one included.
    """
    rows = network.schools[network.schools["listed"]]
    lines: list[Row] = []
    for row in records(rows):
        school = str(row["school_id"])
        lines.append(
            {
                "school": names.get(school, school),
                "href": links.get(school),
                "place": places.get(school, ""),
                "years": years_listed.get(school, 0),
                **{code: row[code] for code in SUPPORT_ROLES},
                "state": _coverage(row),
                "order": 0 if not row["covered"] else 1 if row["missing"] else 2,
            }
        )
    lines.sort(key=lambda line: (line["order"], -line["years"], str(line["school"])))
    columns = [
        Col("school", "Школа", "link", href="href"),
        Col("state", "Чего не хватает", order="order", filter=True),
        Col("years", "Лет в списке", "int", help="Вместе с этим годом"),
        *[
            Col(
                code,
                fmt.sentence_case(say.ROLE_FORMS[code][2]),
                "int",
                help="Закреплено в этом учебном году",
            )
            for code in SUPPORT_ROLES
        ],
    ]
    if len({line["place"] for line in lines}) > 1:
        columns.insert(1, Col("place", "Муниципалитет", filter=True))
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Школы списка и их сопровождающие на {fmt.date_ru(network.day)}",
        nouns=("школы", "школ"),
        sortable=True,
        empty="Школ в списке нет.",
    )


def _coverage(row: Row) -> str:
    if not row["covered"]:
        return "никто не закреплён"
    if row["missing"]:
        return say.missing_words(str(row["missing"]))
    active = sum(int(row[f"{code}_now"]) for code in SUPPORT_ROLES)
    return "есть все" if active else "есть все, но сопровождение завершено"


def supporters_table(network: SupportNetwork, names: Names, links: Names) -> DataTable:
    """Everybody who supports, the overloaded first."""
    rows = network.supporters.sort_values(
        ["overloaded", "peak", "supporter"], ascending=[False, False, True], kind="stable"
    )
    lines = []
    for row in records(rows):
        home = row["home_school_id"]
        lines.append(
            {
                "who": supporter_name(row),
                "role": ", ".join(
                    part for part in (say.role(row["role"]), fmt.text(row["subject"], "")) if part
                ),
                "home": names.get(str(home), str(home))
                if home
                else fmt.text(row["organisation"], ""),
                "href": links.get(str(home)) if home else None,
                "load": _load(row),
                "peak": row["peak"],
                "schools": row["schools"],
                "teachers": row["teachers"],
                "no_plan": row["no_plan"],
                "no_report": row["no_report"],
                "mark": mark_words(row),
                "feedback": _mark_order(row),
                "office": "" if row["in_office"] else _office(row, network),
            }
        )
    columns = [
        Col("who", "Кто"),
        Col("role", "Роль"),
        Col("home", "Где работает", "link", href="href", missing="не указано"),
        Col("load", "Нагрузка", order="peak", help="Школ одновременно, больше всего за год"),
        Col("schools", "Школ за год", "int"),
        Col("teachers", "Учителей", "int", help="Закреплённых поимённо, за год"),
        Col("no_plan", "Без плана", "int", help="Закреплений"),
        Col("no_report", "Без отчёта", "int", help="Закреплений, где отчётов меньше нормы"),
        Col("mark", "Отзывы", order="feedback", missing="отзывов нет"),
    ]
    if any(line["office"] for line in lines):
        columns.append(Col("office", "Примечание", missing="работает"))
    return capped(
        pd.DataFrame(lines),
        columns,
        caption="Сопровождающие и их нагрузка",
        nouns=("человека", "человек"),
        sortable=True,
        empty="Сопровождающих в данных нет.",
    )


def _office(row: Row, network: SupportNetwork) -> str:
    if row["last_date"] is not None and row["last_date"] < pd.Timestamp(network.day):
        return f"освобождён {fmt.date_ru(row['last_date'])}"
    return f"назначен с{fmt.NBSP}{fmt.date_ru(row['first_date'])}"


def _load(row: Row) -> str:
    said = fmt.count_phrase(int(row["peak"]), *say.SCHOOLS_FORMS)
    if row["norm"] is None:
        return f"{said}, нормы нет"
    if row["overloaded"]:
        return f"{said}: больше нормы ({fmt.number(row['norm'])})"
    return f"{said} при норме {fmt.number(row['norm'])}"


LEAST_ANSWERS = 3
"""A mean mark of fewer people is not shown: it would tell what one of them has said."""


def mark_words(row: Row) -> str:
    """«4,6 (7 отзывов)»; empty without feedback; no mark of fewer than three people."""
    if row["feedback"] is None or not row["feedback_n"]:
        return ""
    answers = fmt.count_phrase(int(row["feedback_n"]), "отзыв", "отзыва", "отзывов")
    if row["feedback_n"] < LEAST_ANSWERS:
        return f"мало ({answers})"
    return f"{fmt.decimal(row['feedback'])} ({answers})"


def _mark_order(row: Row) -> float | None:
    shown = row["feedback"] is not None and row["feedback_n"] >= LEAST_ANSWERS
    return row["feedback"] if shown else None


def pairs_table(
    network: SupportNetwork, names: Names, links: Names, *, most: int = 200
) -> DataTable:
    """Who supports which school; rows about single teachers are summed up."""
    people = {str(row["supporter"]): row for row in records(network.supporters)}
    lines = []
    for row in records(support_pairs(network.links)):
        school = str(row["school_id"])
        lines.append(
            {
                "school": names.get(school, school),
                "href": links.get(school),
                **pair_line(row, people[str(row["supporter"])]),
                "listed": "да" if row["listed"] else "нет",
            }
        )
    lines.sort(key=lambda line: (line["listed"] != "да", str(line["school"]), str(line["who"])))
    return capped(
        pd.DataFrame(lines),
        [
            Col("school", "Школа", "link", href="href"),
            Col("listed", "В списке", filter=True),
            *PAIR_COLUMNS,
        ],
        caption="Кто кого сопровождает",
        most=most,
        nouns=("строки", "строк"),
        sortable=True,
        empty="Закреплений за этот учебный год в данных нет.",
    )


PAIR_COLUMNS: tuple[Col, ...] = (
    Col("who", "Сопровождающий"),
    Col("role", "Роль", filter=True),
    Col("when", "Когда"),
    Col(
        "teachers",
        "Учителей",
        help="Закреплённых поимённо; иначе помощь всей школе",
        missing="вся школа",
    ),
    Col("plan", "План"),
    Col("reports", "Отчётов", "int", missing="не указано"),
    Col("mark", "Отзывы", missing="отзывов нет"),
)


def pair_line(row: Row, person: Row) -> Row:
    """Cells of :data:`PAIR_COLUMNS` for one row of ``support_pairs``."""
    points = ""
    if row["planned"]:
        points = (
            f", выполнено {fmt.of(row['done'], row['planned'])}" if row["done"] is not None else ""
        )
    if row["state"] == "ahead":
        plan = "ещё не начато"
    elif row["no_plan"] == 0:
        plan = f"есть{points}"
    elif row["no_plan"] == row["links"]:
        plan = f"нет{points}"
    else:
        plan = f"нет у{fmt.NBSP}{fmt.of(row['no_plan'], row['links'])}{points}"
    state = say.STATE[str(row["state"])]
    if row["after_term"]:
        state += ", сопровождающий освобождён"
    return {
        "who": supporter_name(person),
        "role": say.role(row["role"]),
        "when": f"{say.period(row)}: {state}",
        "teachers": fmt.number(row["teachers"]) if row["teachers"] else "",
        "plan": plan,
        "reports": row["reports"],
        "mark": mark_words(row),
    }


def sums_table(network: SupportNetwork) -> DataTable:
    """Plans, reports and feedback by role."""
    order = {code: place for place, code in enumerate(say.ROLE)}
    rows = sorted(records(support_sums(network.links)), key=lambda row: order[str(row["role"])])
    lines = [
        {
            "role": fmt.sentence_case(say.role(row["role"])),
            "supporters": row["supporters"],
            "schools": row["schools"],
            "links": row["links"],
            "plan": f"{fmt.percent(row['share_plan'], 0)} ({fmt.of(row['links'] - row['no_plan'], row['links'])})",
            "points": f"{fmt.percent(row['share_done'], 0)} ({fmt.of(row['done'], row['planned'])})"
            if row["share_done"] is not None
            else "",
            "reports": row["reports"],
            "no_report": row["no_report"],
            "mark": mark_words(row),
        }
        for row in rows
    ]
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("role", "Роль"),
            Col("supporters", "Человек", "int"),
            Col("schools", "Школ", "int"),
            Col("links", "Закреплений", "int"),
            Col("plan", "С планом"),
            Col("points", "Пунктов плана выполнено", missing="планов с пунктами нет"),
            Col("reports", "Отчётов сдано", "int"),
            Col("no_report", "Без отчёта", "int", help="Закреплений, где отчётов меньше нормы"),
            Col("mark", "Отзывы", missing="отзывов нет"),
        ],
        caption="Планы, отчёты и отзывы по ролям",
        empty="Начатых закреплений нет.",
    )


def reserve_sums_table(reserve: ManagementReserve) -> DataTable:
    """People of the reserve by municipality and position."""
    lines = [
        {
            "place": fmt.text(row["municipality"], "муниципалитет не указан"),
            "target": fmt.text(row["target"]),
            **{name: row[name] for name in ("n", *RESERVE_STATES, "trained")},
        }
        for row in records(reserve.sums(["municipality", "target"]))
    ]
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("place", "Муниципалитет"),
            Col("target", "На какую должность"),
            Col("in_reserve", "В резерве", "int"),
            Col("trained", "из них с подготовкой", "int", help="Названа программа или стажировка"),
            Col("appointed", "Назначены", "int"),
            Col("left", "Выбыли", "int"),
            Col("n", "Всего", "int"),
        ],
        caption=f"Управленческий резерв на {fmt.date_ru(reserve.day)}",
        empty="Реестр резерва пуст.",
    )


def reserve_table(reserve: ManagementReserve) -> DataTable:
    """The register: codes and states; no schools and no present positions, which tell who it is."""
    lines = []
    for row in records(reserve.rows):
        state = RESERVE_STATES.get(str(row["state"]), str(row["state"]))
        until = fmt.date_ru(row["last_date"], missing="")
        lines.append(
            {
                "person": fmt.text(row["person"]),
                "place": fmt.text(row["municipality"], ""),
                "target": fmt.text(row["target"]),
                "state": state,
                "until": until,
                "until_order": "" if row["last_date"] is None else str(row["last_date"]),
                "since": fmt.date_ru(row["first_date"], missing=""),
                "order": "" if row["first_date"] is None else str(row["first_date"]),
                "trained": "указана" if row["trained"] else "не указана",
            }
        )
    return capped(
        pd.DataFrame(lines),
        [
            Col("person", "Код в резерве"),
            Col("place", "Муниципалитет", filter=True, missing="не указан"),
            Col("target", "На какую должность", filter=True),
            Col("state", "Состояние", filter=True),
            Col("since", "В резерве с", order="order", missing="не указано"),
            Col("until", "Назначен или выбыл", order="until_order", missing="в резерве"),
            Col("trained", "Подготовка"),
        ],
        caption="Реестр управленческого резерва",
        nouns=("человека", "человек"),
        sortable=True,
        empty="Реестр резерва пуст.",
    )


def reserve_sentence(reserve: ManagementReserve) -> str:
    """The reserve in one or two sentences."""
    if reserve.rows.empty:
        return ""
    all_ = records(reserve.sums(()))[0]
    text = (
        f"На{fmt.NBSP}{fmt.date_ru(reserve.day)} в{fmt.NBSP}реестре "
        f"{fmt.count_phrase(all_['n'], 'человек', 'человека', 'человек')}: "
        f"в{fmt.NBSP}резерве — {fmt.number(all_['in_reserve'])}, назначены — "
        f"{fmt.number(all_['appointed'])}, выбыли — {fmt.number(all_['left'])}."
    )
    if all_["in_reserve"]:
        text += (
            f" Подготовка указана у{fmt.NBSP}{fmt.of(all_['trained'], all_['in_reserve'])} из тех, "
            f"кто в{fmt.NBSP}резерве."
        )
    return text

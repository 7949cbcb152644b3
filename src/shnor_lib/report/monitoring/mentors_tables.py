"""Tables of the sixth monitoring: indicators, schools and their plans, mentors and their load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.mentor_centre import MentorCentre, tally
from shnor_lib.methods.status_exit import StatusExit
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring import mentors_words as words
from shnor_lib.report.monitoring import two_groups
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS, STANDING, mark_of, part_of
from shnor_lib.report.monitoring.lists import natural, place_href
from shnor_lib.report.people import supporter_names
from shnor_lib.report.risks.decision_tables import NO_PLACE
from shnor_lib.report.rows import Row, records

Names = Mapping[str, str]
ROWS = 60

DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("Планов", "Строки листа «Планы наставников» за учебный год; план для одного учителя входит только в сумму по всем."),
    ("Пунктов в планах", "Сумма по всем планам года."),
    ("Пунктов выполнено", "Выполненные пункты; доля — от пунктов тех планов, где выполнение отмечено."),
    ("Выполнено в срок", "Пункты, выполненные в срок; доля — от выполненных в тех планах, где срок отмечен."),
    ("Школы списка с наставником", "Школы списка, с которого начался год, за которыми к названному дню закреплён наставник; доля — от всех школ этого списка."),
    ("Школы списка с планом", "Те же школы, у которых план утверждён или есть его пункты."),
    ("Отчётов сдано", "Сумма по закреплениям наставников; меньше нормы — закрепления, где отчётов меньше, чем требует норма проекта."),
    ("Нагрузка", "Больше всего школ одновременно у одного наставника за год; норма задана в настройках проекта."),
    ("Средняя оценка в отзывах", "Среднее оценок от 1 до 5, взвешенное по числу отзывов."),
    ("Вышли из списка", "Доля школ прошлогоднего списка, у которых в этом году статуса нет, — с сопровождением школы в целом, начатым до марта, и без него."),
    ("Результаты сверх ожидаемых", "Доля низких результатов сопровождаемых школ за вычетом той, которой следовало ждать без помощи; см. страницу «Эффект поддержки»."),
)  # fmt: skip
"""Indicator → how it is counted."""


def indicators_table(centre: MentorCentre) -> DataTable:
    """Indicators of the year beside those of the year before, each with its n."""
    totals = [("now", centre.total, centre.reach)]
    if centre.before["n"]:
        totals.append(("then", centre.before, centre.reach_before))
    lines: dict[str, Callable[[Mapping[str, Any], Mapping[str, int]], str]] = {
        "Школы списка с наставником": lambda _, r: part_of(r["mentor"], r["n"]),
        "Школы списка с планом": lambda _, r: part_of(r["plan"], r["n"]),
        "Планов": lambda t, _: fmt.number(t["n"]),
        "Пунктов в планах": lambda t, _: fmt.number(t["planned"]),
        "Пунктов выполнено": lambda t, _: part_of(t["done"], t["planned_marked"]),
        "Выполнено в срок": lambda t, _: part_of(t["in_time"], t["done_timed"]),
        "Средняя оценка в отзывах": lambda t, _: mark_of(t["feedback"], t["feedback_n"]),
    }
    rows = [
        {"title": title, **{name: make(total, reach) for name, total, reach in totals}}
        for title, make in lines.items()
    ]
    columns = [Col("title", "Показатель"), Col("now", school_year(centre.year))]
    if len(totals) > 1:
        columns.append(Col("then", school_year(centre.year - 1)))
    return DataTable(
        rows,
        columns,
        caption="Показатели наставнического центра по учебным годам (происхождение: проект)",
    )


def definitions_table(centre: MentorCentre) -> DataTable:
    """How every indicator is counted, and its standing."""
    norm = centre.network.norm.standing
    rows = [
        {
            "title": title,
            "how": how,
            "standing": norm if title == "Нагрузка" else STANDING,
        }
        for title, how in DEFINITIONS
    ]
    return DataTable(
        rows,
        [Col("title", "Показатель"), Col("how", "Как считается"), Col("standing", "Происхождение")],
        caption="Определения и происхождение показателей",
    )


def school_rows(centre: MentorCentre, names: Names, links: Names) -> list[Row]:
    """Schools with a mentor, a plan or a right to them; those that lack something come first."""
    named = supporter_names(centre.network.supporters)
    rows = []
    for row in records(centre.schools):
        mentors = [named.get(code, code) for code in str(row["mentors"]).split(", ") if code]
        left = None if row["done"] is None else row["planned"] - row["done"]
        late = None
        if row["done"] is not None and row["in_time"] is not None:
            late = row["done"] - row["in_time"]
        state = (
            "наставника нет" if not row["has_mentor"] else "" if row["has_plan"] else "плана нет"
        )
        rows.append(
            {
                **row,
                "name": names.get(row["school_id"], row["school_id"]),
                "href": links.get(row["school_id"]),
                "who": "; ".join(mentors),
                "state": state,
                "done_words": None if row["done"] is None else fmt.of(row["done"], row["planned"]),
                "share": row["done"] / row["planned"]
                if row["done"] is not None and row["planned"]
                else None,
                "in_time_words": None if late is None else fmt.of(row["in_time"], row["done"]),
                "late": late,
                "left": left,
            }
        )
    rows = [row for row in rows if row["due"] or row["has_mentor"]]
    rows.sort(
        key=lambda row: (
            row["has_mentor"],
            row["has_plan"],
            2.0 if row["share"] is None else row["share"],
            natural(row["name"]),
        )
    )
    return rows


def schools_table(centre: MentorCentre, names: Names, links: Names) -> DataTable:
    """Schools, their mentors, plans and reports."""
    rows = school_rows(centre, names, links)
    return capped(
        pd.DataFrame(rows),
        [
            Col("name", "Школа", "link", href="href"),
            Col("state", "Чего нет", missing="наставник и план есть"),
            Col("who", "Наставник", missing="не назначен"),
            Col("done_words", "Выполнено", order="share", missing="не отмечено или плана нет"),
            Col("share", "Доля", "percent", missing="не отмечено или плана нет"),
            Col("in_time_words", "В срок", missing="не отмечено"),
            Col("reports", "Отчётов", "int"),
        ],
        caption=f"Школы, их наставники и планы, {school_year(centre.year)} учебный год",
        most=ROWS,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Ни школ списка, ни наставников в данных нет.",
    )


def mentors_table(centre: MentorCentre) -> DataTable:
    """Every mentor: load against the norm, plans, reports, feedback."""
    named = supporter_names(centre.network.supporters)
    own = {row["supporter"]: row for row in records(tally(_of_schools(centre), ["supporter"]))}
    rows: list[Row] = []
    for person in records(centre.mentors):
        plan = own.get(person["supporter"], {})
        rows.append(
            {
                "name": named[person["supporter"]],
                "peak": person["peak"],
                "over": bool(person["overloaded"]),
                "load": _load(person),
                "done": None
                if not plan.get("planned_marked")
                else fmt.of(plan["done"], plan["planned_marked"]),
                "share": plan.get("share_done"),
                "in_time": None
                if not plan.get("done_timed")
                else fmt.of(plan["in_time"], plan["done_timed"]),
                "reports": person["reports"],
                "mark": None
                if (plan.get("feedback_n") or 0) < LEAST_ANSWERS
                else f"{fmt.decimal(plan['feedback'])} ({fmt.number(plan['feedback_n'])})",
            }
        )
    rows.sort(key=lambda row: (not row["over"], -row["peak"], natural(row["name"])))
    return capped(
        pd.DataFrame(rows),
        [
            Col("name", "Наставник"),
            Col("load", "Школ одновременно", order="peak", help="Больше всего за год"),
            Col("done", "Пунктов выполнено", missing="планов нет", help="По планам школ"),
            Col("in_time", "В срок", missing="не отмечено"),
            Col("reports", "Отчётов", "int"),
            Col(
                "mark",
                "Оценка (отзывов)",
                missing="меньше трёх отзывов",
                help="Среднее показано, когда отзывов не меньше трёх",
            ),
        ],
        caption=f"Наставники, {school_year(centre.year)} учебный год",
        most=ROWS,
        nouns=("наставника", "наставников"),
        sortable=True,
        empty="Наставников в данных нет.",
    )


def _of_schools(centre: MentorCentre) -> pd.DataFrame:
    """Plans with schools: one for a single teacher would be a row about that teacher."""
    return centre.plans[~centre.plans["single"]].reset_index(drop=True)


def _load(person: Row) -> str:
    """«4 при норме 3: выше нормы»."""
    said = fmt.number(person["peak"])
    if person["norm"] is None:
        return said
    said += f" при норме {fmt.number(person['norm'])}"
    return f"{said}: выше нормы" if person["overloaded"] else said


def municipalities_table(centre: MentorCentre, places: Names) -> DataTable | None:
    """Schools of the list with mentor and plan by municipality; None where there is one only."""
    due = centre.schools[centre.schools["due"]]
    place = due["school_id"].map(lambda key: places.get(str(key), "") or NO_PLACE)
    if place.nunique() < 2:
        return None
    plan = _of_schools(centre)
    plan["place"] = plan["school_id"].map(lambda key: places.get(str(key), "") or NO_PLACE)
    done = {row["place"]: row for row in records(tally(plan, ["place"]))}
    rows = []
    for name, own in due.groupby(place.to_numpy(), sort=True):
        total = done.get(str(name), {})
        rows.append(
            {
                "place": str(name),
                "href": place_href("" if str(name) == NO_PLACE else name),
                "n": len(own),
                "mentor": int(own["has_mentor"].sum()),
                "plan": int(own["has_plan"].sum()),
                "done": part_of(total["done"], total["planned_marked"])
                if total.get("planned_marked")
                else None,
            }
        )
    rows.sort(key=lambda row: natural(row["place"]))
    return capped(
        pd.DataFrame(rows),
        [
            Col("place", "Муниципалитет", "link", href="href"),
            Col("n", "Школ списка", "int"),
            Col("mentor", "С наставником", "int"),
            Col("plan", "С планом", "int"),
            Col(
                "done",
                "Пунктов выполнено",
                missing="планов нет",
                help="По планам его школ",
            ),
        ],
        caption=f"Наставники и планы по муниципалитетам, {school_year(centre.year)} учебный год",
        most=ROWS,
        nouns=("муниципалитета", "муниципалитетов"),
        sortable=True,
        empty="Школ в списке нет.",
    )


def exit_table(found: StatusExit) -> DataTable:
    """Share of schools that left the list, with support and without."""
    if found.schools.empty:
        return DataTable([], empty="Школ прошлогоднего списка нет.")
    return two_groups.table(
        [(found.groups, words.EXIT)],
        caption=f"Школы списка {school_year(found.before)} учебного года: кто из него вышел",
        clusters="",
    )

"""Tables of the register: whose decision is waited for, by when, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.risk_definition import KINDS, LEVELS
from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.risks import words as say
from shnor_lib.report.rows import Row, records

Names = Mapping[str, str]
ROWS = 60
"""Rows of a table at most."""
NO_PLACE = "не указан"


def decisions_table(
    register: RiskRegister,
    names: Names,
    links: Names,
    *,
    brief: bool = False,
    most: int = ROWS,
) -> DataTable:
    """Risks that wait for a decision, the most urgent first.

    Parameters
    ----------
    register
        From :func:`shnor_lib.methods.risk_register.risk_register`.
    names, links
        School's id → name and → address.
    brief
        Without municipality, kind and manageability: for a narrow page.
    most
        Rows shown.
    """
    rows = register.waiting
    lines: list[Row] = [
        {
            "name": names.get(str(row["school_id"]), str(row["school_id"])),
            "href": links.get(str(row["school_id"])),
            "municipality": fmt.one_line(row["municipality"], NO_PLACE),
            "factor": say.factor(row["factor"]),
            "level": say.level(row["level"]),
            "kind": say.kind_of(row),
            "decides": say.WHO[str(row["decides"])],
            "due": say.due(row),
            "order": row["decide_by"].isoformat(),
        }
        for row in records(rows)
    ]
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("municipality", "Муниципалитет", filter=True),
        Col("factor", "Фактор риска", filter=True),
        Col("level", "Значимость", filter=True),
        Col("kind", "Вид и управляемость", filter=True),
        Col("decides", "Кто решает", filter=True),
        Col("due", "Срок решения", order="order"),
    ]
    if brief:
        columns = [col for col in columns if col.name not in {"municipality", "kind"}]
    elif len({line["municipality"] for line in lines}) < 2:
        columns = [col for col in columns if col.name != "municipality"]
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Риски, по которым нет решения, {say.day_words(register.day)}",
        most=most,
        nouns=("риска", "рисков"),
        sortable=True,
        empty="Рисков, ожидающих решения, нет.",
    )


def levels_table(register: RiskRegister) -> DataTable:
    """How many decisions each level has before it, how many are late, the nearest day."""
    lines = []
    for code in LEVELS:
        own = register.decisions[register.decisions["decides"] == code]
        waiting = own[~own["decided"]]
        ahead = waiting[~waiting["overdue"] & ~waiting["note_only"]]
        nearest = ahead["decide_by"].min() if len(ahead) else None
        lines.append(
            {
                "who": fmt.sentence_case(say.WHO[code]),
                "all": len(own),
                "decided": int(own["decided"].sum()),
                "waiting": len(waiting),
                "overdue": int(own["overdue"].sum()),
                "schools": int(waiting["school_id"].nunique()),
                "nearest": fmt.date_ru(nearest, missing=""),
            }
        )
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("who", "Кто решает"),
            Col("all", "Рисков", "int"),
            Col(
                "decided", "Решение есть", "int", help="Фактор в работе или есть хотя бы одна мера"
            ),
            Col("waiting", "Решения нет", "int"),
            Col("overdue", "Просрочено", "int"),
            Col("schools", "Школ", "int", help="Сколько школ ждут решения"),
            Col("nearest", "Ближайший срок", missing="сроков впереди нет"),
        ],
        caption=f"Решения по уровням управления, {say.day_words(register.day)}",
    )


def joint_table(register: RiskRegister, level: str, names: Names, *, most: int = ROWS) -> DataTable:
    """Decisions of the МОУО or of the region: one line per factor, the schools together.

    One decision about vacancies helps seven schools; seven lines would hide that.
    """
    by = (
        ("municipality", "factor", "decide_by")
        if level == "municipality"
        else ("factor", "decide_by")
    )
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in records(register.waiting):
        if row["decides"] == level:
            groups.setdefault(tuple(row[name] for name in by), []).append(row)
    lines: list[Row] = []
    for own in groups.values():
        first = own[0]
        schools = sorted(
            (names.get(str(row["school_id"]), str(row["school_id"])) for row in own), key=natural
        )
        shown = ", ".join(schools[:8])
        if len(schools) > 8:
            shown += f" и ещё {fmt.number(len(schools) - 8)}"
        lines.append(
            {
                "municipality": fmt.one_line(first["municipality"], NO_PLACE),
                "factor": say.factor(first["factor"]),
                "n": len(schools),
                "high": sum(row["level"] == "high" for row in own),
                "schools": shown,
                "due": say.due(first),
                "order": first["decide_by"].isoformat(),
            }
        )
    columns = [
        Col("factor", "Фактор риска"),
        Col("n", "Школ", "int"),
        Col("high", "Высокая", "int", help="Из них школ, где значимость фактора высокая"),
        Col("schools", "Какие школы"),
        Col("due", "Срок решения", order="order"),
    ]
    if level == "municipality" and len({line["municipality"] for line in lines}) > 1:
        columns.insert(0, Col("municipality", "Муниципалитет", filter=True))
    lines.sort(key=lambda line: (line["order"], -line["n"], line["municipality"], line["factor"]))
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Общие решения: {say.WHO[level]}, {say.day_words(register.day)}",
        most=most,
        nouns=("решения", "решений"),
        sortable=True,
        empty=f"Решений, которые принимает {say.WHO[level]}, сейчас никто не ждёт.",
    )


def kinds_table(register: RiskRegister) -> DataTable:
    """Risks somebody has to act on: kind by manageability."""
    rows = register.decisions
    lines = []
    for kind in KINDS:
        own = rows[rows["kind"] == kind]
        line: Row = {"kind": fmt.sentence_case(say.KIND[kind])}
        for code in say.MANAGEABILITY:
            line[code] = int((own["manageability"] == code).sum())
        line |= {
            "total": len(own),
            "waiting": int((~own["decided"]).sum()),
            "overdue": int(own["overdue"].sum()),
        }
        lines.append(line)
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("kind", "Вид риска"),
            Col("managed", "Управл.", "int", help="Управляемые"),
            Col("weak", "Слабоуправл.", "int", help="Слабоуправляемые"),
            Col("unmanaged", "Неуправл.", "int", help="Неуправляемые"),
            Col("total", "Всего", "int"),
            Col("waiting", "Решения нет", "int"),
            Col("overdue", "Просрочено", "int"),
        ],
        caption="Риски по виду (п. 4.3.3) и управляемости (п. 4.3.2)",
    )


def late_measures_table(
    register: RiskRegister, names: Names, links: Names, *, most: int = ROWS
) -> DataTable:
    """Measures against risks whose deadline has passed."""
    rows = register.measures[register.measures["overdue"]].sort_values(["deadline", "school_id"])
    lines: list[Row] = [
        {
            "name": names.get(str(row["school_id"]), str(row["school_id"])),
            "href": links.get(str(row["school_id"])),
            "number": row["number"],
            "measure": row["measure"],
            "factor": say.factor(row["factor"]),
            "deadline": fmt.date_ru(row["deadline"]),
            "order": row["deadline"].isoformat(),
            "days": (register.day - row["deadline"].date()).days,
        }
        for row in records(rows)
    ]
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("number", "№"),
            Col("measure", "Мера"),
            Col("factor", "Против какого риска"),
            Col("deadline", "Срок", order="order"),
            Col("days", "Дней сверх срока", "int"),
        ],
        caption=f"Меры против рисков с истёкшим сроком, {say.day_words(register.day)}",
        most=most,
        nouns=("меры", "мер"),
        sortable=True,
        empty="Мер с истёкшим сроком нет.",
    )

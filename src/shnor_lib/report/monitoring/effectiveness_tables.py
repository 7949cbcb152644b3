"""Tables of the analysis of effectiveness."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.effectiveness import Effectiveness, compare_halves
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.effect_words import verdict_words
from shnor_lib.report.effectiveness_words import (
    DEFINITION,
    TITLE,
    absent_words,
    change_words,
    half_title,
    indicator,
    interval_words,
    value_words,
)
from shnor_lib.report.labels import CONFIDENCE, STATUS, label, school_year
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.recommendation_words import state
from shnor_lib.report.rows import Row, records

Names = Mapping[str, str]


def moves_table(now: Effectiveness, names: Names, links: Names) -> DataTable:
    """Who entered and left, how surely, and whether support shows in it."""
    basis = now.effect.basis if now.effect else "support"
    lines: list[Row] = []
    for row in records(now.moves):
        school = str(row["school_id"])
        lines.append(
            {
                "school": names.get(school, school),
                "href": links.get(school),
                "change": "вошла" if row["change"] == "entered" else "вышла",
                "before": label(STATUS, row["status_before"], "не было в реестре"),
                "now": label(STATUS, row["status_now"], "нет в реестре"),
                "sure": label(CONFIDENCE, row["confidence"], ""),
                "effect": "" if row["verdict"] is None else verdict_words(row["verdict"], basis),
            }
        )
    lines.sort(key=lambda line: (line["change"] != "вошла", natural(line["school"])))
    return capped(
        pd.DataFrame(lines),
        [
            Col("school", "Школа", "link", href="href"),
            Col("change", "За год", filter=True),
            Col("before", "Было"),
            Col("now", "Стало"),
            Col(
                "sure", "Насколько надёжно", help="Статус, который стал", missing="судить не о чем"
            ),
            Col(
                "effect",
                "Сверх ожидаемого",
                missing="школа не сопровождалась или судить не по чему",
            ),
        ],
        caption="Вошли в список и вышли из него за год",
        nouns=("школы", "школ"),
        sortable=True,
        empty="За год состав списка не изменился или сравнить не с чем.",
    )


def overdue_table(now: Effectiveness, names: Names, links: Names) -> DataTable:
    """What is overdue on the day, the longest first."""
    lines: list[Row] = []
    for what, rows, column in (
        ("мера", now.measures, "measure"),
        ("рекомендация", now.recommendations, "recommendation"),
    ):
        for row in records(rows[rows["overdue"]]):
            school = row["school_id"]
            place = fmt.one_line(row["municipality"], "все муниципалитеты")
            lines.append(
                {
                    "text": fmt.nice(row[column]),
                    "what": what,
                    "about": names.get(str(school), str(school)) if school else place,
                    "href": links.get(str(school)) if school else None,
                    "deadline": fmt.date_ru(row["deadline"]),
                    "state": state(row["state"]),
                    "late": int(row["days_late"]),
                }
            )
    lines.sort(key=lambda line: (-line["late"], line["text"]))
    return capped(
        pd.DataFrame(lines),
        [
            Col("text", "Что"),
            Col("what", "Вид", filter=True),
            Col("about", "Кого касается", "link", href="href"),
            Col("deadline", "Срок", order="late"),
            Col("late", "Дней просрочки", "int"),
            Col("state", "Состояние"),
        ],
        caption=f"Просрочено на {fmt.date_ru(now.day)}",
        nouns=("записи", "записей"),
        sortable=True,
        empty="Просроченных мер и рекомендаций нет.",
    )


def effect_table(now: Effectiveness, names: Names, links: Names) -> DataTable:
    """Supported schools of the list's year: expected and observed."""
    lines: list[Row] = []
    basis = now.effect.basis if now.effect else "support"
    if now.effect is not None:
        rows = now.effect.schools[now.effect.schools["year"] == now.half.list_year]
        for row in records(rows.sort_values("effect", kind="stable")):
            school = str(row["school_id"])
            lines.append(
                {
                    **row,
                    "school": names.get(school, school),
                    "href": links.get(school),
                    "span": fmt.points_interval(row["low"], row["high"]),
                    "verdict": verdict_words(row["verdict"], basis),
                }
            )
    return capped(
        pd.DataFrame(lines),
        [
            Col("school", "Школа", "link", href="href"),
            Col("before", "Было", "percent"),
            Col("expected", "Ожидалось", "percent", help="Без помощи, по прошлому самой школы"),
            Col("observed", "Стало", "percent"),
            Col("effect", "Сверх ожидаемого", "points", help="Меньше нуля — лучше"),
            Col("span", f"95{fmt.NNBSP}% интервал"),
            Col("n", "Работ", "int", help="Участий в работах: ученик может писать несколько"),
            Col("verdict", "Вывод"),
        ],
        caption=f"Доля низких результатов по школам, {school_year(now.half.list_year)} учебный год",
        nouns=("школы", "школ"),
        sortable=True,
        empty="Школ, по которым можно судить, нет.",
    )


def numbers_table(now: Effectiveness, earlier: Effectiveness | None) -> DataTable:
    """All numbers beside those of the half before."""
    lines = []
    for row in records(compare_halves(now, earlier)):
        which = indicator(str(row["id"]))
        span = interval_words(row)
        lines.append(
            {
                "title": TITLE[which.id],
                "now": (value_words(row) + (f"; {span}" if span else ""))
                or absent_words(row["absent"]),
                "before": value_words(row, "_before") or absent_words(row["absent_before"]),
                "change": change_words(row),
                "better": {1: "рост", -1: "снижение"}[which.better],
            }
        )
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("title", "Показатель"),
            Col("now", "Значение", help=f"С интервалом 95{fmt.NNBSP}%, если это не полный учёт"),
            Col("before", "Полугодием раньше", missing="данных нет"),
            Col("change", "Изменение", missing="сравнить не с чем или нельзя"),
            Col("better", "Лучше"),
        ],
        caption=f"Показатели эффективности, {half_title(now.half)}",
    )


def definitions_table() -> DataTable:
    """How each number is counted, which point names it, how firm the definition is."""
    lines = [
        {
            "title": TITLE[name],
            "definition": fmt.sentence_case(DEFINITION[name]),
            "source": document_points(indicator(name).source),
            "standing": indicator(name).standing,
        }
        for name in TITLE
    ]
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("title", "Показатель"),
            Col("definition", "Как считается"),
            Col("source", "Где назван"),
            Col("standing", "Происхождение определения"),
        ],
        caption="Определения показателей",
    )


def document_points(source: str) -> str:
    """«S0 8.2» as people know the documents: Положение (Оленёк), Порядок (Тбилисский район)."""
    code, _, point = source.partition(" ")
    name = {"S0": "Положение, Оленёк, 2021", "S2": "Порядок, Тбилисский район"}[code]
    return f"{name}: п. {point}"

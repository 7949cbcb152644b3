"""Municipalities side by side: four tables with a line each, ordered by name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_lib.methods.municipal_summary import SURENESS
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import SORTABLE_FROM
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import CONFIDENCE, STATUS, school_year
from shnor_lib.report.municipality.desk import Desk
from shnor_lib.report.municipality.paths import FOLDER, place_path
from shnor_lib.report.rows import Row
from shnor_lib.report.words import SURE

_FIRST = Col("name", "Муниципалитет", "link", href="href")


def lines(desks: Sequence[Desk]) -> list[Row]:
    """Rows of all four tables."""
    return [
        {
            **desk.summary,
            "name": desk.name,
            "href": place_path(desk.place).removeprefix(f"{FOLDER}/"),
            "interval": fmt.interval(desk.summary["low"], desk.summary["high"], missing=""),
            **_dynamics(desk.summary),
            "measures_words": _of(desk.summary["measures_done"], desk.summary["measures"]),
        }
        for desk in desks
    ]


def _dynamics(row: Row) -> Row:
    if not row["comparable"]:
        return {"dynamics": "", "dynamics_interval": ""}
    return {
        "dynamics": f"{fmt.percent(row['positive_share'])} "
        f"({fmt.of(row['positive'], row['comparable'])})",
        "dynamics_interval": fmt.interval(row["positive_low"], row["positive_high"]),
    }


def _of(part: object, whole: object) -> str:
    return fmt.of(part, whole) if whole else ""


def list_table(rows: list[Row], year: int) -> DataTable:
    """Schools, the list by status, its share with the interval."""
    return _table(
        rows,
        [
            Col("schools", "Школ в реестре", "int", help="Открыты в этом учебном году"),
            Col("judged", "Судить можно", "int", help="О скольких школах данных достаточно"),
            Col("listed", "В списке", "int", help="ШНОР, ШССУ или то и другое"),
            *[
                Col(code, fmt.sentence_case(title), "int")
                for code, title in STATUS.items()
                if code in ("low_results", "difficult", "both", "risk_zone")
            ],
            Col(
                "share",
                "Доля списка",
                "percent",
                help="От школ, на которые распространяются правила",
                missing="школ нет",
            ),
            Col(
                "interval",
                "С учётом случайности",
                order="low",
                help=f"Интервал Уилсона, {SURE}",
                missing="школ нет",
            ),
        ],
        f"Школы и список по муниципалитетам, {school_year(year)} учебный год",
    )


def change_table(rows: list[Row], year: int) -> DataTable:
    """Who came and left, how sure the statuses are, positive dynamics."""
    return _table(
        rows,
        [
            Col("entered", "Вошли в список", "int", missing="прошлый год неизвестен"),
            Col("left", "Вышли из него", "int", missing="прошлый год неизвестен"),
            *[
                Col(
                    code,
                    fmt.sentence_case(CONFIDENCE[code]),
                    "int",
                    help="Школ списка с такой уверенностью в статусе",
                )
                for code in SURENESS
            ],
            Col(
                "dynamics",
                "Положительная динамика",
                order="positive_share",
                help="Доля школ от тех, чьи результаты можно сравнить с прошлым годом",
                missing="сравнить нечего",
            ),
            Col(
                "dynamics_interval",
                "С учётом случайности",
                order="positive_low",
                help=f"Интервал Уилсона, {SURE}",
                missing="сравнить нечего",
            ),
        ],
        f"Что изменилось и насколько это надёжно, {school_year(year)} учебный год",
    )


def work_table(rows: list[Row], year: int) -> DataTable | None:
    """Decisions on risks, recommendations, measures; None where there is nothing of them."""
    columns = []
    if any(row["risks"] for row in rows):
        columns += [
            Col("risks_waiting", "Рисков без решения", "int"),
            Col("risks_overdue", "Решений просрочено", "int"),
        ]
    if any(row["issued"] for row in rows):
        columns += [
            Col("issued", "Рекомендаций выдано", "int", help="МОУО, школам и педагогам"),
            Col("issued_overdue", "Рекомендаций просрочено", "int"),
        ]
    if any(row["measures"] for row in rows):
        columns += [
            Col(
                "measures_words",
                "Мер выполнено",
                order="measures_done",
                help="От тех, что не сняты; общие для всех муниципалитетов не учтены",
                missing="мер нет",
            ),
            Col("measures_overdue", "Мер просрочено", "int"),
        ]
    if not columns:
        return None
    return _table(rows, columns, f"Решения, рекомендации и меры, {school_year(year)} учебный год")


def help_table(rows: list[Row], year: int, *, roles: Sequence[tuple[str, str]]) -> DataTable | None:
    """Schools of the list without help, what is missing of the cycle; None where there is neither.

    ``roles``: columns of listed schools without somebody → heading; none: support is not known.
    """
    columns = []
    if roles:
        columns = [
            Col("listed", "Школ в списке", "int"),
            *(Col(code, title, "int", help="Школ списка") for code, title in roles),
        ]
    if any(row["cycle"] for row in rows):
        columns += [
            Col("cycle", "Нужно слагаемых цикла", "int", help="Слагаемых управленческого цикла"),
            Col("cycle_partial", "Есть частично", "int"),
            Col("cycle_missing", "Нет совсем", "int"),
        ]
    if not columns:
        return None
    return _table(
        rows, columns, f"Сопровождение и управленческий цикл, {school_year(year)} учебный год"
    )


def _table(rows: list[Row], columns: list[Col], caption: str) -> DataTable:
    return DataTable(
        pd.DataFrame(rows),
        [_FIRST, *columns],
        caption=caption,
        sortable=len(rows) >= SORTABLE_FROM,
        empty="В реестре нет ни одной школы.",
    )

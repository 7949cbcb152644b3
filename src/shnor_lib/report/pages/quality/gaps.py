"""What is missing: few participants, schools without a form, empty cells."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, TABLES

SMALL_N = 10
"""Fewer participants than this say little about a school."""


def small_numbers(results: pd.DataFrame, limit: int = SMALL_N) -> pd.DataFrame:
    """Share of results rows with few participants, by procedure.

    Parameters
    ----------
    results
        Tidy results.
    limit
        Fewer participants than this are few.

    Returns
    -------
    DataFrame
        procedure, n_rows (school × grade × subject × year), n_small, share (0…1), median_n.
    """
    known = results[results["n"].notna() & (results["n"] > 0)]
    grouped = known.assign(small=known["n"] < limit).groupby("procedure", observed=True)
    table = pd.DataFrame(
        {
            "n_rows": grouped.size(),
            "n_small": grouped["small"].sum(),
            "median_n": grouped["n"].median(),
        }
    ).reset_index()
    table["share"] = table["n_small"] / table["n_rows"]
    order = {code: i for i, code in enumerate(PROCEDURES)}
    return table.sort_values("procedure", key=lambda s: s.map(order)).reset_index(drop=True)


def small_number_blocks(results: pd.DataFrame) -> list[str]:
    """The section: how many results are of few participants."""
    table = small_numbers(results)
    if table.empty:
        return ["Результатов оценочных процедур нет."]
    small, rows = int(table["n_small"].sum()), int(table["n_rows"].sum())
    return [
        f"Меньше {SMALL_N} участников — в {fmt.number(small)} из "
        f"{fmt.count_of(rows, 'строки', 'строк')} результатов ({fmt.percent(small / rows)}). "
        "Чем меньше участников, тем сильнее доля отметок «2» меняется от года к году случайно: "
        "у десяти учеников одна отметка — это уже 10"
        f"{fmt.NNBSP}%. Поэтому рядом с каждой долей стоит число участников и интервал.",
        show(
            DataTable(
                table,
                [
                    Col("procedure", "Процедура", "procedure"),
                    Col(
                        "n_rows",
                        "Строк результатов",
                        "int",
                        help="Школа × класс × предмет × год",
                    ),
                    Col("n_small", f"Из них участников меньше {SMALL_N}", "int"),
                    Col("share", "Доля", "percent"),
                    Col("median_n", "Медиана участников", "decimal", digits=0),
                ],
                caption="Строки результатов с малым числом участников",
            )
        ),
    ]


def gap_blocks(dataset: Dataset) -> list[str]:
    """The section: schools without a form in the latest year, empty cells."""
    blocks = []
    years = dataset.years
    if years and len(dataset.schools):
        latest = years[-1]
        names = dataset.schools.set_index("school_id")["name"]
        rows = []
        for name, what in (
            ("results", "нет результатов"),
            ("social_passport", "нет социального паспорта"),
            ("staff", "нет сведений о кадрах"),
        ):
            frame: pd.DataFrame = getattr(dataset, name)
            if frame.empty:
                continue
            have = set(frame.loc[frame["year"] == latest, "school_id"])
            rows += [{"school": names[key], "gap": what} for key in names.index if key not in have]
        if rows:
            gaps = pd.DataFrame(rows).groupby("school", sort=True)["gap"].agg(", ".join)
            blocks.append(
                show(
                    capped(
                        gaps.reset_index(),
                        [Col("school", "Школа"), Col("gap", "Чего не хватает")],
                        caption=f"Школы с пробелами в данных за {school_year(latest)} учебный год",
                        nouns=("школы", "школ"),
                    )
                )
            )
        else:
            blocks.append(
                f"За {school_year(latest)} учебный год у каждой школы реестра есть все формы, "
                "которые сданы хотя бы одной школой."
            )
    blanks = unknown_values(dataset)
    if len(blanks):
        blocks.append(
            show(
                DataTable(
                    blanks,
                    [
                        Col("table", "Форма"),
                        Col("title", "Столбец"),
                        Col("n_blank", "Пустых ячеек", "int"),
                        Col("n_rows", "Всего строк", "int"),
                        Col("share", "Доля пустых", "percent"),
                    ],
                    caption="Пустые ячейки: значение неизвестно (это не ноль)",
                )
            )
        )
    elif len(dataset.social_passport) or len(dataset.staff):
        blocks.append("Пустых ячеек в социальном паспорте и в сведениях о кадрах нет.")
    return blocks or ["Данных нет."]


def unknown_values(dataset: Dataset) -> pd.DataFrame:
    """Empty cells of the social passport and the staff table, worst first.

    Returns
    -------
    DataFrame
        table, title (Russian), n_blank, n_rows, share (0…1); only columns with empty cells.
    """
    rows = []
    for name in ("social_passport", "staff"):
        frame: pd.DataFrame = getattr(dataset, name)
        for column in TABLES[name].template_columns:
            n_blank = int(frame[column.name].isna().sum())
            if n_blank:
                rows.append(
                    {
                        "table": TABLES[name].title,
                        "title": column.title,
                        "n_blank": n_blank,
                        "n_rows": len(frame),
                        "share": n_blank / len(frame),
                    }
                )
    table = pd.DataFrame(rows, columns=["table", "title", "n_blank", "n_rows", "share"])
    return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)

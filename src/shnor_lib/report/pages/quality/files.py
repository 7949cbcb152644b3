"""What was read: files, their rows and years."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.display import Col
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES


def files_read(dataset: Dataset) -> pd.DataFrame:
    """Rows taken from every file: file, table (Russian title), sheets, rows, years.

    Files that gave no rows are not here; what kept them out stands among the faults.
    """
    parts = []
    for name, table in TABLES.items():
        frame: pd.DataFrame = getattr(dataset, name)
        frame = frame[frame["source_file"].notna()]
        if frame.empty:
            continue
        grouped = frame.groupby("source_file", sort=True)
        part = pd.DataFrame(
            {
                "table": table.title,
                "sheets": grouped["source_sheet"].nunique(),
                "rows": grouped.size(),
                "years": grouped["year"].agg(years_span) if table.by_year else "все годы",
            }
        )
        parts.append(part.reset_index(names="file"))
    columns = ["file", "table", "sheets", "rows", "years"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts)[columns].sort_values(["file", "table"]).reset_index(drop=True)


def years_span(values: pd.Series) -> str:
    """«2020/21–2025/26», or the years one by one where some are left out."""
    found = sorted({int(value) for value in values.dropna()})
    if not found:
        return fmt.NO_DATA
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{school_year(found[0])}–{school_year(found[-1])}"
    return ", ".join(school_year(year) for year in found)


def file_blocks(dataset: Dataset) -> list[str]:
    """The section: every file with its rows."""
    return [
        "Каждое число на сайте можно проследить до ячейки: файл, лист и строка стоят у каждой "
        "причины на странице школы.",
        show(
            capped(
                files_read(dataset),
                [
                    Col("file", "Файл"),
                    Col("table", "Что в нём"),
                    Col("sheets", "Листов", "int"),
                    Col("rows", "Строк", "int"),
                    Col("years", "Учебные годы"),
                ],
                caption="Файлы из папки data/raw, строки которых вошли в расчёт",
                nouns=("записи", "записей"),
                sortable=True,
                empty="Ни одна строка не прочитана.",
            )
        ),
    ]

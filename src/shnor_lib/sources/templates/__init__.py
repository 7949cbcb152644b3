"""The project's own workbooks, made from the data dictionary.

Everything a person sees in them (headings, notes, drop-downs, ranges, examples) comes from
:data:`shnor_lib.tables.TABLES`; the readers match the same headings.

A template is a workbook to type into: it knows the schools, the year and last year's structure,
shows the school's name beside its code and what is wrong with a row, and keeps its headings from
being typed over.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.sources.files.excel import new_workbook, save
from shnor_lib.sources.templates.guide import write_help
from shnor_lib.sources.templates.known import known_rows
from shnor_lib.sources.templates.lists import Lists
from shnor_lib.sources.templates.marks import EXAMPLE_SHEET, HELP_SHEET, IGNORED_MARK
from shnor_lib.sources.templates.sheet import write_table
from shnor_lib.store import Dataset
from shnor_lib.tables import PROVENANCE, TABLES, Table

WORKBOOKS: dict[str, tuple[str, ...]] = {
    "Реестр школ": ("schools", "school_keys"),
    "Результаты": ("results",),
    "Социальный паспорт": ("social_passport",),
    "Кадры": ("staff",),
    "Показатели рейтинга": ("rating_points",),
    "Диагностика учителей": ("teacher_diagnostics", "teacher_courses"),
    "Дефициты учителей": ("teacher_deficits",),
    "Рисковые профили": ("risk_profile", "risk_verification"),
    "Самоанализ": ("self_analysis",),
    "Сопровождающие и резерв": ("supporters", "management_reserve"),
    "Сопровождение": ("support_links", "mentor_centre", "tutor_point"),
    "Дорожная карта": ("measures", "recommendations", "interviews"),
    "Сетевые договоры": ("agreements",),
    "Новости, мероприятия, заявки": ("news", "events", "requests"),
    "Документы, библиотека, контакты": ("documents", "library", "contacts"),
    "Вопросы и ответы": ("questions",),
}
"""One workbook per purpose: name → tables in it. Tables of a year and lasting ones never share a
workbook: the former get a new one every year, the latter one that takes the old one's place."""

__all__ = [
    "EXAMPLE_SHEET",
    "HELP_SHEET",
    "IGNORED_MARK",
    "WORKBOOKS",
    "workbook_name",
    "write_templates",
    "write_workbook",
]


def write_workbook(
    path: Path,
    tables: dict[str, pd.DataFrame | None],
    *,
    schools: pd.DataFrame | None = None,
    supporters: pd.DataFrame | None = None,
    example: bool = True,
    form: bool = False,
) -> None:
    """Write a workbook with one sheet per table.

    Parameters
    ----------
    path
        ``.xlsx`` to write; the same content always gives the same bytes.
    tables
        Table name → tidy rows to fill in (columns as in :mod:`shnor_lib.tables`; coded values by
        code; absent columns stay blank, provenance columns are not written), or None for an
        empty sheet.
    schools
        The register. The sheets whose rows are None are filled with its rows (the register
        itself) or its codes (every other table with schools).
    supporters
        Known supporters, for drop-downs.
    example
        Add the sheet «Как заполнять», with an example of every column; readers skip it.
    form
        Whether people will type into it: names beside the schools' codes, lists of known codes,
        control columns, headings that cannot be typed over.

    Raises
    ------
    ShnorError
        An unknown table, or a column the table does not have.
    """
    unknown = [name for name in tables if name not in TABLES]
    if unknown or not tables:
        raise ShnorError(f"Нет таблиц: {', '.join(unknown) or '—'}. Есть: {', '.join(TABLES)}.")
    wanted = [TABLES[name] for name in tables]
    book = new_workbook(path.stem)
    lists = Lists(schools if form else None, supporters if form else None, wanted)
    for table in wanted:
        write_table(book, table, _rows(table, tables[table.name], schools), lists, form=form)
    if example:
        write_help(book, wanted, form=form)
    lists.write(book)
    save(book, path)


def write_templates(
    folder: Path,
    *,
    known: Dataset | None = None,
    year: int | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Write the workbooks of :data:`WORKBOOKS` into ``folder``, filled with what is known.

    Parameters
    ----------
    folder
        Made if it does not exist.
    known
        Everything read so far: its schools, supporters, indicators, open measures and so on are
        filled in; see :func:`~.known.known_rows`.
    year
        School year (its end) the templates are for; it stands in the rows and in the file names.
    overwrite
        Replace workbooks that are already there. Otherwise they are left alone: someone may
        have filled them.

    Returns
    -------
    list of Path
        The workbooks written. The same content gives the same bytes.
    """
    written = []
    for stem, names in WORKBOOKS.items():
        path = folder / workbook_name(stem, year)
        if path.exists() and not overwrite:
            continue
        rows: dict[str, pd.DataFrame | None] = {
            name: None if known is None else known_rows(TABLES[name], known, year) for name in names
        }
        write_workbook(
            path,
            rows,
            schools=None if known is None else known.schools,
            supporters=None if known is None else known.supporters,
            form=True,
        )
        written.append(path)
    return written


def workbook_name(stem: str, year: int | None) -> str:
    """File name of a workbook of :data:`WORKBOOKS` for a school year.

    Examples
    --------
    >>> workbook_name("Кадры", 2026), workbook_name("Реестр школ", 2026)
    ('Кадры 2025-2026.xlsx', 'Реестр школ.xlsx')
    """
    lasting = all(TABLES[name].lasting for name in WORKBOOKS[stem])
    return f"{stem}.xlsx" if year is None or lasting else f"{stem} {year - 1}-{year}.xlsx"


def _rows(table: Table, frame: pd.DataFrame | None, schools: pd.DataFrame | None) -> pd.DataFrame:
    """Rows to fill in, one column per template column."""
    if frame is None and schools is not None and table.name == "schools":
        frame = schools
    elif frame is None and schools is not None and "school_id" in table.given:
        frame = schools[["school_id"]]
    if frame is None:
        frame = table.empty()
    known = {column.name for column in table.columns}
    strange = [name for name in frame.columns if name not in known and name not in PROVENANCE]
    if strange:
        raise ShnorError(f"В таблице «{table.title}» нет столбцов: {', '.join(strange)}.")
    rows = frame.reindex(columns=[column.name for column in table.template_columns])
    if table.name == "results":
        # The form asks for these two only where there are no marks; the reader derives the rest.
        for count, mark in (("n_low", "n2"), ("n_high", "n5")):
            same = (rows[count] == rows[mark]) & (rows["procedure"] != "ege")
            rows[count] = rows[count].mask(same.fillna(value=False).astype(bool))
    return rows

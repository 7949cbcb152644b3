"""Raw files as real offices have them: the register, ФИС ОКО's statistics, the offices' forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from shnor_lib.sources.files.excel import head_cell, new_workbook, save
from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import PROCEDURES

_VPR_HEADINGS = (
    "Год", "Класс", "Предмет", "Муниципалитет", "ОО", "Логин", "Кол-во участников",
    "2", "3", "4", "5",
)  # fmt: skip
_VPR_WIDTHS = (7, 7, 22, 28, 38, 13, 12, 9, 9, 9, 9)
_YEAR_FILES = (
    ("Социальный паспорт", "social_passport"),
    ("Кадры", "staff"),
    ("Показатели рейтинга", "rating_points"),
)
_SUPPORT_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Кто кого сопровождает", ("support_links",)),
    ("Планы наставников", ("mentor_centre",)),
    ("Журнал тьюторского пункта", ("tutor_point",)),
    ("Диагностика учителей", ("teacher_diagnostics", "teacher_courses")),
    ("Рисковые профили", ("risk_profile", "risk_verification")),
    ("Самоанализ", ("self_analysis",)),
    ("Дорожная карта", ("measures", "recommendations", "interviews")),
    ("Новости, мероприятия, заявки", ("news", "events", "requests")),
)
"""Kept by the methodical service, only in years with rows."""
_LASTING_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Сопровождающие", ("supporters",)),
    ("Управленческий резерв", ("management_reserve",)),
    ("Дефициты учителей", ("teacher_deficits",)),
    ("Сетевые договоры", ("agreements",)),
    ("Документы, библиотека, контакты", ("documents", "library", "contacts")),
    ("Вопросы и ответы", ("questions",)),
)
"""One workbook for all years."""


def write_raw(
    raw: Path, tables: dict[str, pd.DataFrame], progress: Callable[[str], None]
) -> list[Path]:
    """Write all workbooks of a synthetic region.

    Parameters
    ----------
    raw
        ``data/raw`` of the project.
    tables
        Tidy tables by name.
    progress
        Called with a Russian sentence before every year.

    Returns
    -------
    list of Path
        Workbooks, in the order written. The same tables give the same bytes.
    """
    schools = tables["schools"]
    register = raw / "Реестр школ.xlsx"
    progress("Запись: реестр школ…")
    _write(register, "schools", schools)
    written = [register]
    for title, names in _LASTING_FILES:
        held = {name: tables[name] for name in names if name in tables}
        if held:
            path = raw / f"{title}.xlsx"
            _write_tables(path, held)
            written.append(path)
    for year in sorted(int(year) for year in tables["results"]["year"].unique()):
        progress(f"Запись: файлы {year - 1}/{year % 100:02d} учебного года…")
        folder = raw / str(year)
        results = tables["results"][tables["results"]["year"] == year]
        vpr = results["procedure"] == "vpr"
        statistics = folder / f"{PROCEDURES['vpr']} статистика по отметкам {year}.xlsx"
        _write_statistics(statistics, results[vpr], schools, year)
        written.append(statistics)
        if (~vpr).any():
            exams = folder / f"ГИА {year}.xlsx"
            _write(exams, "results", results[~vpr])
            written.append(exams)
        for title, name in _YEAR_FILES:
            rows = tables[name][tables[name]["year"] == year]
            path = folder / f"{title} {year}.xlsx"
            _write(path, name, rows)
            written.append(path)
        for title, names in _SUPPORT_FILES:
            held = {
                name: rows
                for name in names
                if name in tables and len(rows := tables[name][tables[name]["year"] == year])
            }
            if held:
                path = folder / f"{title} {year}.xlsx"
                _write_tables(path, held)
                written.append(path)
    return written


def _write(path: Path, name: str, rows: pd.DataFrame) -> None:
    _write_tables(path, {name: rows})


def _write_tables(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, dict(tables), example=False)


def _write_statistics(path: Path, results: pd.DataFrame, schools: pd.DataFrame, year: int) -> None:
    """ФИС ОКО's «Статистика по отметкам» in the consolidated form of a region.

    Marks are per cent of the participants with two decimals, as the system exports them.
    """
    register = schools.set_index("school_id")[["municipality", "name", "fis_login"]]
    rows = results.join(register, on="school_id").sort_values(
        ["grade", "subject", "municipality", "fis_login"], kind="stable"
    )
    shares = [
        (rows[mark].astype(float) / rows["n"].astype(float) * 100).round(2).tolist()
        for mark in ("n2", "n3", "n4", "n5")
    ]
    book = new_workbook(path.stem)
    sheet = book.create_sheet(str(year))
    sheet.freeze_panes = "A2"
    for index, width in enumerate(_VPR_WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJK"[index]].width = width
    sheet.append([head_cell(sheet, heading) for heading in _VPR_HEADINGS])
    columns = [
        [year] * len(rows),
        rows["grade"].astype(int).tolist(),
        # ФИС ОКО writes subjects with a capital letter.
        rows["subject"].str.capitalize().tolist(),
        rows["municipality"].tolist(),
        rows["name"].tolist(),
        rows["fis_login"].tolist(),
        rows["n"].astype(int).tolist(),
        *shares,
    ]
    for row in zip(*columns, strict=True):
        sheet.append(row)
    save(book, path)

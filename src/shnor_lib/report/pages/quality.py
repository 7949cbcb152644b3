"""The page of data quality: what was read, what is wrong with it, what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Card, bullets, callout, capped, cards, front_matter, page, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, TABLES

FAULTS_SHOWN = 200
SMALL_N = 10
"""Fewer participants than this say little about a school."""

_SEVERITY_FORMS: dict[Severity, tuple[str, str, str]] = {
    Severity.ERROR: ("ошибка", "ошибки", "ошибок"),
    Severity.WARNING: ("предупреждение", "предупреждения", "предупреждений"),
    Severity.QUESTION: ("вопрос", "вопроса", "вопросов"),
}


def quality_page(dataset: Dataset, calendar: Calendar) -> bytes:
    """``data-quality.qmd``.

    Parameters
    ----------
    dataset
        Everything that was read, with its faults.
    calendar
        When procedures were held.
    """
    return page(
        [
            front_matter(
                "Качество данных",
                subtitle="Что прочитано, что в данных не так и чего не хватает",
            ),
            _headline(dataset),
            "## Замечания к данным",
            *_faults(dataset.faults),
            "## Охват: сколько школ дали результаты",
            *_coverage(dataset, calendar),
            "## Не проводилось и проводилось в другое время",
            *_calendar(dataset, calendar),
            "## Малая численность",
            *_small_numbers(dataset.results),
            "## Чего не хватает",
            *_gaps(dataset),
            "## Прочитанные файлы",
            *_files(dataset),
        ]
    )


def fault_counts(faults: Sequence[Fault]) -> dict[Severity, int]:
    """Number of faults of each severity; all severities are there."""
    return {severity: sum(f.severity is severity for f in faults) for severity in Severity}


def fault_phrase(faults: Sequence[Fault]) -> str:
    """«1 ошибка и 3 предупреждения»; empty when there is none."""
    parts = [
        fmt.count_phrase(n, *_SEVERITY_FORMS[severity])
        for severity, n in fault_counts(faults).items()
        if n
    ]
    return fmt.join_ru(parts)


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
                "years": grouped["year"].agg(_years) if table.by_year else "все годы",
            }
        )
        parts.append(part.reset_index(names="file"))
    columns = ["file", "table", "sheets", "rows", "years"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts)[columns].sort_values(["file", "table"]).reset_index(drop=True)


def _years(values: pd.Series) -> str:
    found = sorted({int(value) for value in values.dropna()})
    if not found:
        return fmt.NO_DATA
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{school_year(found[0])}–{school_year(found[-1])}"
    return ", ".join(school_year(year) for year in found)


def coverage(results: pd.DataFrame) -> pd.DataFrame:
    """Schools, rows and participations by procedure and year.

    Returns
    -------
    DataFrame
        procedure, year, n_schools (schools with at least one result), n_rows, n (sum of
        participants over subjects and grades).
    """
    grouped = results.groupby(["procedure", "year"], observed=True)
    return pd.DataFrame(
        {
            "n_schools": grouped["school_id"].nunique(),
            "n_rows": grouped.size(),
            "n": grouped["n"].sum(),
        }
    ).reset_index()


def _headline(dataset: Dataset) -> str:
    files = files_read(dataset)
    counts = fault_counts(dataset.faults)
    years = dataset.years
    n_files, n_rows = int(files["file"].nunique()), int(files["rows"].sum())
    n_schools = len(dataset.schools)
    by_kind = [
        f"{_SEVERITY_FORMS[severity][2]} — {fmt.number(n)}" for severity, n in counts.items()
    ]
    return cards(
        [
            Card(
                fmt.number(n_files),
                fmt.plural(n_files, "файл дал", "файла дали", "файлов дали") + " данные",
            ),
            Card(
                fmt.number(n_rows),
                fmt.plural(n_rows, "строка прочитана", "строки прочитаны", "строк прочитано"),
                _years(pd.Series(years)) if years else "",
            ),
            Card(
                fmt.number(n_schools),
                fmt.plural(n_schools, "школа", "школы", "школ") + " в реестре",
            ),
            Card(
                fmt.number(sum(counts.values())),
                fmt.plural(sum(counts.values()), "замечание", "замечания", "замечаний"),
                ", ".join(by_kind) if any(counts.values()) else "",
            ),
        ]
    )


def _faults(faults: Sequence[Fault]) -> list[str]:
    if not faults:
        return ["Замечаний к данным нет: все прочитанные строки прошли проверку."]
    counts = fault_counts(faults)
    blocks = []
    if counts[Severity.ERROR]:
        blocks.append(
            callout(
                "warning",
                "Книги с ошибками приняты не целиком",
                "Сборка выполнена с разрешением принять верные строки: "
                f"{fmt.count_phrase(counts[Severity.ERROR], *_SEVERITY_FORMS[Severity.ERROR])} "
                "в исходных книгах. Строки с ошибками в расчёт не вошли.",
                level=3,
            )
        )
    lost = sum(fault.rows for fault in faults)
    if lost:
        blocks.append(
            f"Из-за замечаний в расчёт не вошло {fmt.count_phrase(lost, 'строка', 'строки', 'строк')}."
        )
    by_file = pd.DataFrame([{"file": f.file, "severity": f.severity} for f in faults])
    table = by_file.value_counts(["file", "severity"]).unstack(fill_value=0)
    for severity in Severity:
        if severity not in table:
            table[severity] = 0
    table = table[list(Severity)].sort_values(list(Severity), ascending=False).reset_index()
    columns = [Col("file", "Файл")] + [
        Col(str(severity), _SEVERITY_FORMS[severity][2].capitalize(), "int")
        for severity in Severity
        if counts[severity]
    ]
    table.columns = pd.Index([str(name) for name in table.columns])
    blocks.append(
        show(capped(table, columns, caption="Замечания по файлам", nouns=("файла", "файлов")))
    )
    order = {severity: i for i, severity in enumerate(Severity)}
    rows = pd.DataFrame(
        [
            {
                "severity": str(f.severity).capitalize(),
                "place": f.place,
                "message": f.message,
                "todo": " ".join(
                    part for part in (f.expected and f"Ожидалось: {f.expected}", f.remedy) if part
                ),
            }
            for f in sorted(faults, key=lambda f: (order[f.severity], f))
        ]
    )
    blocks.append(
        show(
            capped(
                rows,
                [
                    Col("severity", "Вид"),
                    Col("place", "Где"),
                    Col("message", "Что не так"),
                    Col("todo", "Что сделать", missing="ничего делать не нужно"),
                ],
                caption="Все замечания",
                most=FAULTS_SHOWN,
                nouns=("замечания", "замечаний"),
                sortable=True,
            )
        )
    )
    if len(faults) > FAULTS_SHOWN:
        blocks.append("Полный список — в рабочей книге `faults.xlsx` в папке проекта.")
    return blocks


def _coverage(dataset: Dataset, calendar: Calendar) -> list[str]:
    found = coverage(dataset.results)
    if found.empty:
        return ["Результатов оценочных процедур нет."]
    years = dataset.years
    total = len(dataset.schools)
    rows = []
    for procedure in [code for code in PROCEDURES if (found["procedure"] == code).any()]:
        row = {"procedure": procedure}
        for year in years:
            here = found[(found["procedure"] == procedure) & (found["year"] == year)]
            row[str(year)] = _coverage_cell(here, total, calendar, procedure, year)
        rows.append(row)
    for name in ("social_passport", "staff", "rating_points"):
        frame: pd.DataFrame = getattr(dataset, name)
        if frame.empty:
            continue
        row = {"procedure": TABLES[name].title}
        for year in years:
            n = frame.loc[frame["year"] == year, "school_id"].nunique()
            row[str(year)] = f"{fmt.count_phrase(n, 'школа', 'школы', 'школ')}" if n else ""
        rows.append(row)
    columns = [Col("procedure", "Процедура или форма", "procedure")] + [
        Col(str(year), school_year(year), missing=fmt.NO_DATA) for year in years
    ]
    table = DataTable(
        pd.DataFrame(rows),
        columns,
        caption="Школ с данными по процедурам и годам; в скобках — результатов (ученик × предмет)",
    )
    latest = years[-1]
    with_data = dataset.results.loc[dataset.results["year"] == latest, "school_id"].nunique()
    return [
        f"В реестре {fmt.count_phrase(total, 'школа', 'школы', 'школ')}. За {school_year(latest)} "
        f"учебный год результаты есть у {fmt.count_of(with_data, 'школы', 'школ')} "
        f"({fmt.percent(with_data / total) if total else fmt.DASH}).",
        show(table),
    ]


def _coverage_cell(
    here: pd.DataFrame, total: int, calendar: Calendar, procedure: str, year: int
) -> str:
    if len(here):
        row = here.iloc[0]
        return f"{fmt.number(row['n_schools'])} из {fmt.number(total)} ({fmt.number(row['n'])})"
    if calendar.not_held_note(procedure, year) is not None:
        return "не проводилось"
    return ""


def _calendar(dataset: Dataset, calendar: Calendar) -> list[str]:
    years = set(dataset.years)
    held = set(dataset.results["procedure"].dropna().unique())
    absent = [
        f"{entry.note} ({entry.standing})."
        for entry in calendar.not_held
        if entry.year in years and entry.procedure in held
    ]
    moved = [
        f"{entry.note} ({entry.standing})."
        for entry in calendar.seasons
        if entry.year in years and entry.procedure in held
    ]
    breaks = [
        f"{PROCEDURES[entry.procedure]}, {school_year(entry.year)}: {entry.note} "
        f"({entry.standing})."
        for entry in calendar.scale_breaks
        if entry.procedure in held
    ]
    blocks = [
        "Процедура, которой не было, — это «не проводилось», а не ноль: такие годы не участвуют "
        "ни в пороговых правилах, ни в сравнении. Осенние работы не сравниваются с весенними."
    ]
    for title, notes in (
        ("Не проводилось:", absent),
        ("В другое время:", moved),
        ("Смена шкалы:", breaks),
    ):
        if notes:
            blocks += [title, bullets(fmt.escape_md(fmt.sentence_case(note)) for note in notes)]
    if len(blocks) == 1:
        blocks.append("За годы, по которым есть данные, отступлений от календаря не отмечено.")
    return blocks


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


def _small_numbers(results: pd.DataFrame) -> list[str]:
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


def _gaps(dataset: Dataset) -> list[str]:
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


def _files(dataset: Dataset) -> list[str]:
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

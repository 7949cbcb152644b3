"""Control columns: what a person sees while typing, long before the file is read.

Each check of a row is one condition with its words; the column «Проверка» shows the first that
holds. Shares are shown, because a share of 400 % catches the eye sooner than a wrong count.
"""

from __future__ import annotations

from collections.abc import Callable

from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.templates.layout import Control, SheetLayout
from shnor_lib.sources.templates.marks import CHECK
from shnor_lib.tables import TABLES

SPARE_FORMULAS = 200
"""Empty rows below the filled ones that already have their formulas."""

_SUMMED_ROWS = 2000
"""In longer sheets sums over the rows of a school would be felt at every key."""

FINE = "верно"
"""What «Проверка» says of a row nothing is wrong with."""

Cell = Callable[[str], str]
"""From a tidy column to the reference of its cell in the row concerned."""

_SHARES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "results": (("доля «2»", "n2", "n"), ("ниже минимума", "n_low", "n")),
    "social_passport": (
        ("неполные семьи", "incomplete", "total"),
        ("неблагоустроенное жильё", "poor_housing", "total"),
        ("«группа риска»", "at_risk", "total"),
        ("посещено уроков", "lessons_attended", "lessons_planned"),
    ),
    "staff": (("с категорией", "teachers_qualified", "teachers"),),
    "mentor_centre": (("план выполнен", "done", "planned"),),
}
"""Shares shown beside a table: words, part, whole."""

_MARKS = ("n2", "n3", "n4", "n5")


def controls_of(layout: SheetLayout) -> tuple[Control, ...]:
    """The control columns of a sheet, «Проверка» last."""
    shares = tuple(_share(layout, *share) for share in _SHARES.get(layout.table.name, ()))
    if layout.table is TABLES["rating_points"]:
        few = layout.rows <= _SUMMED_ROWS
        words = "доля максимума"
        shares = (
            _rating_of_school(layout) if few else _share(layout, words, "points", "points_max"),
        )
    return (*shares, _check(layout))


def _share(layout: SheetLayout, words: str, part: str, whole: str) -> Control:
    a, b = layout.letters[part], layout.letters[whole]
    titles = [quoted(layout.table.column(name).title) for name in (part, whole)]
    return Control(
        f"{CHECK}: {words}",
        f"{titles[0]} делённое на {titles[1]}. Считается само; программа этот столбец не читает.",
        lambda row: f'=IF(AND({a}{row}<>"",N({b}{row})>0),N({a}{row})/N({b}{row}),"")',
        "0.0%",
        18.0,
    )


def _rating_of_school(layout: SheetLayout) -> Control:
    last = layout.last_row + SPARE_FORMULAS
    school, year, points, most = (
        f"${layout.letters[name]}$2:${layout.letters[name]}${last}"
        for name in ("school_id", "year", "points", "points_max")
    )
    a, b = layout.letters["school_id"], layout.letters["year"]

    def formula(row: int) -> str:
        mine = f"{school},{a}{row},{year},{b}{row}"
        return (
            f'=IF({layout.letters["points"]}{row}="","",'
            f'IFERROR(SUMIFS({points},{mine})/SUMIFS({most},{mine},{points},"<>"),""))'
        )

    return Control(
        f"{CHECK}: школа набрала",
        "Сколько процентов от возможного набрала эта школа за год по всем заполненным "
        "показателям. Считается само; программа этот столбец не читает.",
        formula,
        "0.0%",
        18.0,
    )


def _check(layout: SheetLayout) -> Control:
    return Control(
        CHECK,
        f"Что не так в строке; «{FINE}» — замечаний нет. Считается само; программа этот столбец "
        "не читает и проверит всё ещё раз.",
        lambda row: _first_that_holds(layout, row),
        "General",
        44.0,
    )


def _first_that_holds(layout: SheetLayout, row: int) -> str:
    def cell(name: str) -> str:
        return f"{layout.letters[name]}{row}"

    formula = f'"{FINE}"'
    for condition, words in reversed(_conditions(layout, cell)):
        formula = f"IF({condition},{words},{formula})"
    typed = [c.name for c in layout.columns if c.name not in layout.table.given]
    counted = ",".join(cell(name) for name in typed or [c.name for c in layout.columns])
    return f'=IF(COUNTA({counted})=0,"",{formula})'


def _conditions(layout: SheetLayout, cell: Cell) -> list[tuple[str, str]]:
    """What may be wrong with a row, most basic first: condition, words (both as formulas)."""
    found = [
        (f'{cell(column.name)}=""', _words(f"заполните {quoted(column.title)}"))
        for column in layout.columns
        if column.required
    ]
    numbers = ",".join(cell(c.name) for c in layout.columns if c.kind in ("int", "float"))
    if numbers:
        found.append((f"COUNTA({numbers})<>COUNT({numbers})", _words("вместо числа стоит текст")))
    dates = ",".join(cell(c.name) for c in layout.columns if c.kind == "date")
    if dates:
        found.append((f"COUNTA({dates})<>COUNT({dates})", _words("вместо даты стоит текст")))
    for column in layout.columns:
        if column.part_of:
            found.append(
                (
                    f'AND({cell(column.part_of)}<>"",'
                    f"N({cell(column.name)})>N({cell(column.part_of)}))",
                    _words(
                        f"{quoted(column.title)} больше, чем "
                        f"{quoted(layout.table.column(column.part_of).title)}"
                    ),
                )
            )
        if column.not_before:
            found.append(
                (
                    f'AND({cell(column.name)}<>"",{cell(column.not_before)}<>"",'
                    f"N({cell(column.name)})<N({cell(column.not_before)}))",
                    _words(
                        f"{quoted(column.title)} раньше, чем "
                        f"{quoted(layout.table.column(column.not_before).title)}"
                    ),
                )
            )
    if layout.table is TABLES["results"]:
        marks = f"{cell(_MARKS[0])}:{cell(_MARKS[-1])}"
        found.append(
            (
                f"AND(COUNT({marks})>0,SUM({marks})<>N({cell('n')}))",
                f'"отметок вместе "&SUM({marks})&", а участников "&{cell("n")}',
            )
        )
    return found


def _words(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'

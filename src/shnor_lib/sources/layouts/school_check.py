"""«Сверка школ.xlsx», filled in: what the user decided about spellings of schools.

The program writes the workbook (:mod:`shnor_lib.sources.feedback.schools_workbook`), the user chooses in
«Решение» and puts the file into ``data/raw``. Its rows become rows of «Ключи школ»:

* «да» — it is «Похожая школа 1» (or the school chosen in «Школа из реестра»);
* «другая школа» — it is the school chosen in «Школа из реестра»;
* «нет» — it is none of the schools suggested: they are not suggested again;
* «новая школа» — it is no school of the register yet;
* «не из реестра» — it is none and will be none (a college, another region): rows are left out.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.convert import convert, data_rows
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    accepted,
    heading_problems,
    no_data,
    with_provenance,
)
from shnor_lib.sources.schools.school_words import key_system
from shnor_lib.tables import PROVENANCE, TABLES, Column

KEYS = TABLES["school_keys"]

YES, NO, OTHER, NEW, FOREIGN = "да", "нет", "другая школа", "новая школа", "не из реестра"
DECISIONS: tuple[str, ...] = (YES, NO, OTHER, NEW, FOREIGN)
"""What may stand in «Решение»."""

SEPARATOR = " | "
"""Between code, name and municipality of a school in one cell."""

WRITTEN = KEYS.column("written")
SUGGESTED: tuple[Column, ...] = tuple(
    Column(f"suggested_{k}", f"Похожая школа {k}", "text") for k in (1, 2, 3)
)
DECISION = Column(
    "answer", "Решение", "text", "Выберите из списка.", required=True, choices=dict(zip(DECISIONS, DECISIONS, strict=True))
)  # fmt: skip
CHOSEN = Column("chosen", "Школа из реестра", "text", "Для ответа «другая школа».")

FORM = Form(
    "school-check",
    "книга «Сверка школ»",
    (
        KEYS.column("system"),
        WRITTEN,
        KEYS.column("municipality"),
        *SUGGESTED,
        DECISION,
        CHOSEN,
        KEYS.column("first_year"),
        KEYS.column("last_year"),
        KEYS.column("note"),
    ),
    shared=frozenset({"system", "municipality", "note"}),
)

_READ = ("municipality", "first_year", "last_year", "note")


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the decisions of one sheet; rows without one are left for later."""
    numbers = data_rows(sheet.rows, match.row + 1, list(match.places.values()))
    problems = heading_problems(match, len(numbers))
    if problems:
        return SheetRead(KEYS.name, KEYS.empty(), len(numbers), problems, match.letters)
    rows_in = len(numbers)
    if not rows_in:
        problems.append(no_data(match))
    columns = tuple(column for column in FORM.columns if column.name != "system")
    frame, faulty = convert(sheet.rows, numbers, columns, match.places)
    frame = with_provenance(frame, context.file, sheet.name, numbers)
    problems += faulty
    frame = accepted(frame, problems)
    undecided = frame["answer"].isna() & frame["chosen"].isna()
    if undecided.any():
        problems.append(_undecided(frame[undecided], match))
    keys: list[dict[str, Any]] = []
    used = 0
    for values in frame[~undecided].to_dict("records"):
        row = {str(name): None if pd.isna(value) else value for name, value in values.items()}
        problem = _wrong(row, match)
        if problem is not None:
            problems.append(problem)
            continue
        used += 1
        keys += _keys(row)
    tidy = pd.DataFrame(keys, columns=list(KEYS.empty().columns))
    tidy = tidy.astype(dict(KEYS.empty().dtypes))
    letters = {
        **{name: letter for name, letter in match.letters.items() if name in (*_READ, "written")},
        "school_id": match.letters.get("chosen", match.letters.get("suggested_1", "A")),
        "decision": match.letters["answer"],
    }
    return SheetRead(KEYS.name, tidy, rows_in, problems, letters, rows_used=used)


def _keys(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the key table one decision makes."""
    system = key_system(row["written"])
    base = {name: row[name] for name in (*_READ, *PROVENANCE)}
    base |= {"system": system, "written": row["written"]}
    if system != "name":
        # A code is the same school's in every municipality.
        base["municipality"] = None
    answer = row["answer"]
    suggested = [code for k in (1, 2, 3) if (code := school_code(row[f"suggested_{k}"]))]
    if answer == NO:
        return [{**base, "school_id": code, "decision": False} for code in suggested]
    if answer == NEW:
        return [{**base, "school_id": None, "decision": False}]
    if answer == FOREIGN:
        return [{**base, "school_id": None, "decision": True}]
    chosen = school_code(row["chosen"]) or suggested[0]
    return [{**base, "school_id": chosen, "decision": True}]


def school_code(text: str | None) -> str | None:
    """Code at the start of a cell that names a school.

    Examples
    --------
    >>> school_code("ШК-01 | СОШ № 1 | Приозёрный район"), school_code("ШК-01"), school_code(None)
    ('ШК-01', 'ШК-01', None)
    """
    return text.split(SEPARATOR)[0].strip() or None if text else None


def _undecided(rows: pd.DataFrame, match: Match) -> Problem:
    return Problem(
        int(rows["source_row"].iloc[0]),
        match.places["answer"],
        "undecided-school",
        f"столбец «Решение» не заполнен (строк: {len(rows)}).",
        f"одно из: {', '.join(DECISIONS)}.",
        "Выберите решение; пока его нет, эти школы не присоединяются.",
        Severity.WARNING,
        refuses=False,
        rows=len(rows),
    )


def _wrong(row: dict[str, Any], match: Match) -> Problem | None:
    """What makes a decision impossible to follow."""
    number, answer = int(row["source_row"]), row["answer"]
    chosen, suggested = row["chosen"], school_code(row["suggested_1"])
    if row["written"] is None:
        return _problem(
            number,
            match.places["written"],
            "empty-required",
            f"пустая ячейка в столбце «{WRITTEN.title}»: неизвестно, о какой записи решение.",
            "запись так, как она стоит в файле.",
            "Верните запись на место или удалите строку.",
        )
    if answer is not None and fold(answer) not in map(fold, DECISIONS):
        return _problem(
            number,
            match.places["answer"],
            "not-in-list",
            f"в столбце «Решение» стоит «{answer}» — такого ответа нет.",
            f"одно из: {', '.join(DECISIONS)}.",
            "Выберите ответ из списка.",
        )
    if answer in (NO, NEW, FOREIGN) and chosen:
        return _problem(
            number,
            match.places["chosen"],
            "decision-contradicts",
            f"решение «{answer}», а школа из реестра указана.",
            f"либо решение «{OTHER}» и школа, либо «{answer}» без школы.",
            "Исправьте одно из двух.",
        )
    if answer == OTHER and not chosen:
        return _problem(
            number,
            match.places.get("chosen", match.places["answer"]),
            "decision-without-school",
            "решение «другая школа», а школа не указана.",
            "школа из списка в столбце «Школа из реестра».",
            "Выберите школу.",
        )
    if answer in (YES, NO) and not chosen and not suggested:
        return _problem(
            number,
            match.places["answer"],
            "decision-without-school",
            f"решение «{answer}», но похожих школ в строке нет.",
            f"«{OTHER}», «{NEW}» или «{FOREIGN}».",
            f"Выберите школу в столбце «Школа из реестра» или ответьте «{NEW}».",
        )
    return None


def _problem(
    row: int, col: int | None, code: str, message: str, expected: str, remedy: str
) -> Problem:
    return Problem(row, col, code, message, expected, remedy)

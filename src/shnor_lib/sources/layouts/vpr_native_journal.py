"""«ВПР. Сравнение отметок с отметками по журналу» as ФИС ОКО gives it, in two shapes.

* «Группы участников | Кол-во участников | %»: under the name of each group stand the rows
  «Понизили (Отметка < Отметка по журналу)», «Подтвердили …», «Повысили …», «Всего»
  (:mod:`.journal_lines`); where cells are merged, in a column of their own.
* «Группы участников | … | Понизили | Подтвердили | Повысили»: one row per school, in pupils or
  per cent or both.

Numbers of pupils win over percentages; percentages alone become whole pupils.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.project import Calendar
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.percents import Floats
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.results_rules import complete_unit
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, accepted
from shnor_lib.sources.layouts.fis_oko import Found, Part, Report, joined, schools_of, values_of
from shnor_lib.sources.layouts.fis_oko_blocks import (
    Block,
    Change,
    Heading,
    blocks,
    change_of,
    form,
)
from shnor_lib.sources.layouts.journal_lines import read_lines
from shnor_lib.sources.layouts.percent_rows import HUNDRED, SHARES, Words, pupils
from shnor_lib.sources.layouts.vpr import keys_of, seen_in
from shnor_lib.tables import TABLES, Column

FORM = form(
    "journal",
    "vpr-native-journal",
    "отчёт ФИС ОКО «ВПР. Сравнение отметок с отметками по журналу»",
)
Measure = Literal["count", "percent", "unknown"]
_CHANGES: tuple[Change, ...] = ("lower", "equal", "higher")
_TITLES = {"lower": "Понизили", "equal": "Подтвердили", "higher": "Повысили"}
WORDS = Words(
    "«Понизили», «Подтвердили», «Повысили»",
    "понизивших, подтвердивших и повысивших",
    "«Сравнение отметок с отметками по журналу»",
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every report on it, all of the shape of the first."""
    there = (block for block in blocks(sheet.rows, match) if block.kind == "journal")
    first = next(there, None)
    if first is None or not any(_change(head) for head in first.heads.values()):
        return read_lines(sheet, match, context, WORDS)
    report = schools_of(sheet, match, context, "journal", _columns)
    return joined(
        "journal_comparison",
        report,
        [_read_part(sheet, part, report, context.calendar) for part in report.parts],
    )


def _change(head: Heading) -> Change | None:
    found = change_of(head.above) or change_of(head.text)
    return None if found == "total" else found


def _measure(head: Heading) -> Measure:
    text = f"{head.above} {head.text}".casefold()
    if "%" in text or "дол" in text or "процент" in text:
        return "percent"
    return "count" if "кол" in text or "чел" in text or "числ" in text else "unknown"


def _columns(block: Block) -> Found:
    places: dict[str, list[int]] = {}
    titles: dict[str, str] = {}
    for place, head in sorted(block.heads.items()):
        change = _change(head)
        if change is not None:
            name = f"{change}_{_measure(head)}"
            places.setdefault(name, []).append(place)
            titles[name] = " ".join(text for text in (head.above, head.text) if text)
    found = [(_column(name, titles[name]), places[name]) for name in places]
    absent = [change for change in _CHANGES if not any(name.startswith(change) for name in places)]
    return [*found, *((_column(f"{change}_count", _TITLES[change]), []) for change in absent)]


def _column(name: str, title: str) -> Column:
    if name.endswith("_count"):
        return Column(name, title, "int", "число учеников.", minimum=0)
    maximum = 100 if name.endswith("_percent") else None
    return Column(name, title, "float", "число или процент учеников.", minimum=0, maximum=maximum)


def _read_part(sheet: Sheet, part: Part, report: Report, calendar: Calendar) -> SheetRead:
    values, places, problems = values_of(sheet, part)
    report.problems += problems
    refused = refused_rows(report.problems)
    n = part.frame["n"].to_numpy(dtype=float, na_value=np.nan)
    measure = _best(values)
    names = [f"{change}_{measure}" for change in _CHANGES]
    given = values.reindex(columns=names).to_numpy(dtype=float, na_value=np.nan)
    rows = part.frame["source_row"].to_numpy(dtype=np.int64)
    columns = [places.get(name, part.block.name) for name in names]
    if measure == "percent" or (measure == "unknown" and not _are_counts(given, n)):
        found = pupils(rows, n, given, part.places.get("n"), columns, WORDS)
        counts, known, problems = found.values.astype(float), found.known, found.problems
    else:
        counts, known = np.nan_to_num(given), ~np.isnan(given).any(axis=1)
        known &= (counts == np.rint(counts)).all(axis=1)
        problems = _wrong_counts(rows, n, given, known, columns)
        # Pupils without a mark in the journal are compared with nothing.
        n = np.where(known, counts.sum(axis=1), n)
    report.problems += [problem for problem in problems if problem.row not in refused]
    known &= n > 0
    table = TABLES["journal_comparison"]
    tidy = keys_of(table, part.frame)
    report.problems += complete_unit(tidy, places, calendar)
    tidy["n"] = pd.array(n, dtype="Float64").astype("Int64")
    for k, change in enumerate(_CHANGES):
        tidy[f"n_{change}"] = pd.arrays.IntegerArray(counts[:, k].astype(np.int64), ~known)
    refused = refused_rows(report.problems)
    tidy = tidy[~tidy["source_row"].isin(refused)].reset_index(drop=True)
    letters = {name: get_column_letter(place + 1) for name, place in part.places.items()}
    for change, place in zip(_CHANGES, columns, strict=True):
        letters[f"n_{change}"] = get_column_letter(place + 1)
    letters["name"] = letters["school_id"]
    return SheetRead(
        table.name, tidy, 0, [], letters, seen_in(accepted(part.frame, report.problems))
    )


def _best(values: pd.DataFrame) -> Measure:
    """Numbers of pupils where all three are there, else percentages."""
    there: dict[Measure, bool] = {
        measure: all(f"{change}_{measure}" in values for change in _CHANGES)
        for measure in ("count", "percent", "unknown")
    }
    if there["count"] and (
        values.filter(like="_count").notna().any(axis=None) or not there["percent"]
    ):
        return "count"
    return "percent" if there["percent"] else "unknown" if there["unknown"] else "count"


def _are_counts(given: Floats, n: Floats) -> bool:
    """Whether columns that do not say so hold pupils: they sum to n, not to a hundred."""
    total = np.nansum(given, axis=1)
    some = (n > 0) & (total > 0)
    hundred = (np.abs(total - 100) <= HUNDRED) | (np.abs(total - 1) <= SHARES)
    sums = total == n
    return bool(some.any()) and int((sums & some).sum()) >= int((hundred & some).sum())


def _wrong_counts(
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    n: Floats,
    given: Floats,
    known: np.ndarray[tuple[int], np.dtype[np.bool_]],
    places: list[int],
) -> list[Problem]:
    absent = [
        Problem(
            int(rows[i]),
            places[0],
            "incomplete-group",
            "нет всех трёх чисел: понизили, подтвердили, повысили.",
            "три целых числа учеников; если таких нет — 0.",
            "Сверьте строку с отчётом ФИС ОКО.",
        )
        for i in np.flatnonzero(~known & ~(n == 0))
    ]
    above = [
        Problem(
            int(rows[i]),
            places[0],
            "groups-above-total",
            f"понизили, подтвердили и повысили вместе {given[i].sum():g}, а участников {n[i]:g}.",
            "вместе не больше, чем участников.",
            "Сверьте строку с отчётом ФИС ОКО.",
        )
        for i in np.flatnonzero(known & (given.sum(axis=1) > n))
    ]
    return [*absent, *above]

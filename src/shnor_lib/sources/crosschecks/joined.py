"""What a cross-check looks at: the joined tables, and how a finding names both of its sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import Problem, to_faults
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import PROCEDURES, SEASONS

RESULT_KEY: tuple[str, ...] = ("school_id", "year", "season", "procedure")
"""One sitting of a procedure in one school."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing that looks odd, at the row it is said of.

    Parameters
    ----------
    row
        Row of a tidy table, with its provenance.
    column
        Tidy column to point at.
    message, expected, remedy
        As in :class:`~shnor_lib.faults.Fault`.
    severity
        Question unless it is logically impossible.
    """

    row: Row
    column: str
    message: str
    expected: str
    remedy: str
    severity: Severity = Severity.QUESTION


@dataclass(frozen=True)
class Joined:
    """All tables together.

    Parameters
    ----------
    tables
        Tidy frames by name, their index from 0.
    letters
        In which column of which sheet a tidy column stands.
    calendar
        When procedures were held, where scales changed.
    files
        Files there are to link to; None: nobody has looked.
    """

    tables: Mapping[str, pd.DataFrame]
    letters: Letters
    calendar: Calendar
    files: Collection[str] | None = None

    @cached_property
    def results(self) -> pd.DataFrame:
        """Results somebody took part in; the index is that of the table."""
        frame = self.tables["results"]
        known = frame[["school_id", "year", "season", "procedure", "grade", "subject"]].notna()
        return frame[known.all(axis=1) & (frame["n"] > 0).fillna(value=False)]

    @cached_property
    def _names(self) -> dict[str, str]:
        schools = self.tables["schools"]
        return dict(zip(schools["school_id"], schools["name"], strict=True))

    def row(self, table: str, index: Any) -> Row:
        """A row of a table by its index."""
        found: dict[str, Any] = self.tables[table].loc[index].to_dict()
        return found

    def school(self, code: Any) -> str:
        """«СОШ № 1 с. Светлое» (ШК-01); the code alone where that is all there is."""
        name = self._names.get(str(code), "")
        if pd.isna(name) or str(name) in ("", str(code)):
            return quoted(str(code))
        return f"{quoted(str(name))} ({code})"

    def cell(self, row: Row, column: str) -> str:
        """``G15``, or ``G15:G30`` where the row sums up several; empty without provenance."""
        if pd.isna(row["source_file"]) or pd.isna(row["source_row"]):
            return ""
        file, sheet = str(row["source_file"]), str(row["source_sheet"])
        spans = row.get("source_rows")
        if spans is None or pd.isna(spans):
            return self.letters.cell(file, sheet, int(row["source_row"]), column)
        first = str(spans).partition(",")[0]
        return ":".join(
            self.letters.cell(file, sheet, int(end), column) for end in first.split("-")
        )

    def other(self, row: Row, column: str, seen_from: Row | None = None) -> str:
        """Place of the other side in words, as far as it differs from the side of the fault."""
        if pd.isna(row["source_file"]):
            return "место в файлах неизвестно"
        parts = []
        same_file = seen_from is not None and seen_from["source_file"] == row["source_file"]
        if not same_file:
            parts.append(f"файл «{row['source_file']}»")
        same_sheet = same_file and seen_from is not None
        if not (same_sheet and seen_from["source_sheet"] == row["source_sheet"]) and not pd.isna(
            row["source_sheet"]
        ):
            parts.append(f"лист «{row['source_sheet']}»")
        cell = self.cell(row, column)
        if cell:
            parts.append(f"ячейки {cell}" if ":" in cell else f"ячейка {cell}")
        return ", ".join(parts)

    def faults(self, code: str, findings: Iterable[Finding]) -> list[Fault]:
        """Findings of one check as faults; a flood on one sheet is summed up."""
        by_sheet: dict[tuple[str, str], list[Problem]] = {}
        for finding in findings:
            row = finding.row
            known = not pd.isna(row["source_file"])
            file = str(row["source_file"]) if known else "data/raw"
            sheet = "" if not known or pd.isna(row["source_sheet"]) else str(row["source_sheet"])
            by_sheet.setdefault((file, sheet), []).append(
                Problem(
                    int(row["source_row"]) if known and not pd.isna(row["source_row"]) else 0,
                    None,
                    code,
                    finding.message,
                    finding.expected,
                    finding.remedy,
                    finding.severity,
                    refuses=False,
                    cell=self.cell(row, finding.column),
                )
            )
        return [
            fault
            for (file, sheet), problems in sorted(by_sheet.items())
            for fault in to_faults(file, sheet, problems)
        ]


def unit(row: Row, *, subject: bool = True) -> str:
    """«ВПР, 5 класс, математика»; the season is named when it is autumn."""
    parts = [PROCEDURES.get(str(row["procedure"]), str(row["procedure"]))]
    if row["season"] == "autumn":
        parts[0] += f" ({SEASONS['autumn']})"
    parts.append(f"{int(row['grade'])} класс")
    if subject:
        parts.append(str(row["subject"]))
    return ", ".join(parts)


def sitting(row: Row) -> str:
    """«ВПР», «ВПР (осень)»."""
    name = PROCEDURES.get(str(row["procedure"]), str(row["procedure"]))
    return f"{name} ({SEASONS['autumn']})" if row["season"] == "autumn" else name


def percent(share: float) -> str:
    """A share 0…1 as whole per cent: «45 %»."""
    return f"{share * 100:.0f}\u202f%"


def and_others(count: int, what: str) -> str:
    """« Так же ещё в классах: 2.» for a question that stands for several of its kind."""
    return f" {what}: {count}." if count > 0 else ""


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; ``Index`` is the index."""
    yield from frame.itertuples()


def worst_of(
    frame: pd.DataFrame, keys: Iterable[str], by: str
) -> tuple[pd.DataFrame, pd.Series[int]]:
    """One row of each group, that with the largest ``by``, and how many rows the group has."""
    names = list(keys)
    ordered = frame.sort_values([*names, by], ascending=[*[True] * len(names), False])
    groups = ordered.groupby(names, sort=False, dropna=False)
    first = ordered[~ordered.duplicated(names)]
    return first, groups[by].transform("size").loc[first.index]


def each_worst(frame: pd.DataFrame, keys: Iterable[str], by: str) -> Iterator[tuple[Any, int]]:
    """:func:`worst_of` row by row: the row and how many others its group has."""
    rows, sizes = worst_of(frame, keys, by)
    for row, size in zip(each(rows), sizes, strict=True):
        yield row, int(size) - 1

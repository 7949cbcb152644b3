"""How much of a file is read: what is beyond is refused before it can fill the memory.

The bounds are far above any real report (a million rows of fifteen columns pass) and far below
what makes a plain office computer stop answering. Formats that allow a small file to unfold into
a huge one (zip, repeated cells, one far cell that stretches a sheet) are measured first and
opened afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Fault, Severity

MAX_FILE_BYTES = 200 * 1024**2
"""Size of a file on the disk."""
MAX_CSV_BYTES = 100 * 1024**2
"""The same for text, of which every cell costs more."""
MAX_UNPACKED_BYTES = 1024**3
"""All parts of a workbook together, unpacked."""
FREE_UNPACKED_BYTES = 20 * 1024**2
"""Up to this the ratio of packing is not asked."""
MAX_RATIO = 200
"""Unpacked size over the size of the file; real reports reach some 30."""
MAX_PARTS = 10_000
"""Parts (files) inside a workbook."""
MAX_CELLS = 16_000_000
"""Cells between the first and the last used one, all sheets of a workbook together."""
MAX_COLUMNS = 2_000
"""Columns of a sheet; the widest forms have a few hundred."""
FREE_CELLS = 2_000_000
"""Up to this a sheet may be as empty as it likes."""
MAX_EMPTINESS = 8
"""Above that: cells between the first and the last used one per used cell."""
MAX_TEXT = 32_767
"""Characters of a cell: what Excel itself allows."""
MAX_TEXT_TOTAL = 500 * 1024**2
"""Characters of all cells of a workbook together."""
EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384

_SAVE_AGAIN = (
    "Откройте файл в Excel, скопируйте нужные строки на чистый лист новой книги и сохраните её."
)


@dataclass
class RefusalError(Exception):
    """A file or sheet that is not read; the texts are for the user.

    Parameters
    ----------
    code, message, expected, remedy, sheet, cell, severity
        As in :class:`~shnor_lib.faults.Fault`.
    """

    code: str
    message: str
    expected: str
    remedy: str
    sheet: str = ""
    cell: str = ""
    severity: Severity = Severity.ERROR

    def fault(self, file: str) -> Fault:
        """The fault the user sees."""
        return Fault(
            file,
            self.sheet,
            self.cell,
            self.code,
            self.message,
            self.expected,
            self.remedy,
            self.severity,
        )


def megabytes(size: float) -> str:
    """Size in a sentence.

    Examples
    --------
    >>> megabytes(200 * 1024**2), megabytes(1.5 * 1024**2)
    ('200 МБ', '1,5 МБ')
    """
    return f"{size / 1024**2:.3g} МБ".replace(".", ",")


def grouped(number: int) -> str:
    r"""A whole number with spaces between thousands.

    Examples
    --------
    >>> grouped(16000000).replace("\u00a0", " ")
    '16 000 000'
    """
    return f"{number:,}".replace(",", "\u00a0")


def check_size(size: int, limit: int) -> None:
    """Refuse a file larger than ``limit`` bytes.

    Raises
    ------
    RefusalError
        The file is larger.
    """
    if size > limit:
        raise RefusalError(
            "too-large-file",
            f"файл слишком большой: {megabytes(size)}.",
            f"не больше {megabytes(limit)}.",
            "Разделите данные на несколько файлов; часто место занимают рисунки и пустые "
            "оформленные строки — удалите их.",
        )


def broken() -> RefusalError:
    """The file cannot be opened: cut off, damaged, not what it says it is."""
    return RefusalError(
        "broken-file",
        "книга повреждена или скопирована не целиком.",
        "целая книга Excel (.xlsx).",
        "Скопируйте её заново из источника; если она открывается в Excel, сохраните её ещё раз.",
    )


def bomb(why: str) -> RefusalError:
    """The workbook unpacks into far more than it may."""
    return RefusalError(
        "unpacks-too-large",
        f"книга не открыта: {why}.",
        f"книга, которая распаковывается не более чем в {megabytes(MAX_UNPACKED_BYTES)} "
        f"и не более чем в {MAX_RATIO} раз.",
        "Файл испорчен или собран нарочно: " + _SAVE_AGAIN[:1].lower() + _SAVE_AGAIN[1:],
    )


def long_text(where: str = "в одной из ячеек", sheet: str = "", cell: str = "") -> RefusalError:
    """A cell holds more text than a cell can."""
    return RefusalError(
        "long-text",
        f"{where} стоит слишком длинный текст.",
        f"не больше {grouped(MAX_TEXT)} знаков в ячейке.",
        "Сократите текст или удалите его.",
        sheet,
        cell,
    )


def too_far(sheet: str, rows: int, columns: int, cells: int, format_hint: str = "") -> RefusalError:
    """A sheet whose used cells lie so far apart that it cannot be read.

    Parameters
    ----------
    sheet
        Its name.
    rows, columns
        Of the last used cell, from 1.
    cells
        Used cells.
    format_hint
        What else to do.
    """
    cell = f"{get_column_letter(min(columns, EXCEL_COLUMNS))}{rows}"
    full = rows * columns <= MAX_EMPTINESS * max(cells, 1)
    return RefusalError(
        "too-large-sheet",
        f"лист слишком большой: данные доходят до ячейки {cell}, заполнено ячеек — {grouped(cells)}.",
        f"лист не шире {grouped(MAX_COLUMNS)} столбцов, в книге не больше {grouped(MAX_CELLS)} ячеек.",
        ("Разделите данные на несколько книг." if full else _SAVE_AGAIN) + format_hint,
        sheet,
        cell,
    )


def is_sane(rows: int, columns: int, cells: int) -> bool:
    """Whether a sheet of this extent may be laid out as a full grid."""
    area = rows * columns
    return columns <= MAX_COLUMNS and area <= min(MAX_CELLS, max(FREE_CELLS, MAX_EMPTINESS * cells))


@dataclass(frozen=True)
class Used:
    """Where a sheet's used cells lie.

    Attributes
    ----------
    rows, columns
        Last used row and column, from 1; 0 on an empty sheet.
    cells
        Used cells, or more when they were not counted exactly.
    """

    rows: int
    columns: int
    cells: int

    @property
    def is_sane(self) -> bool:
        """See :func:`is_sane`."""
        return is_sane(self.rows, self.columns, self.cells)


def main_block(row_used: np.ndarray, column_used: np.ndarray, cells: int) -> tuple[int, int] | None:
    """Last row and column (from 1) of what is left when far-off cells are set aside.

    The sheet is cut at its widest gap of empty rows or empty columns, again and again, until a
    full grid of the rest is no longer absurd.

    Parameters
    ----------
    row_used, column_used
        Whether anything stands in each row and column, from the first on.
    cells
        Used cells.

    Returns
    -------
    tuple or None
        None when there is no gap to cut at.

    Examples
    --------
    >>> rows, columns = np.zeros(5_000_000, bool), np.zeros(3, bool)
    >>> rows[:100] = rows[-1] = columns[:] = True
    >>> main_block(rows, columns, 300)
    (100, 3)
    """
    rows, columns = np.flatnonzero(row_used) + 1, np.flatnonzero(column_used) + 1
    while not is_sane(int(rows[-1]), int(columns[-1]), cells):
        fewer = [(kept, columns) for kept in [_before_widest_gap(rows)] if kept.size] + [
            (rows, kept) for kept in [_before_widest_gap(columns)] if kept.size
        ]
        if not fewer:
            return None
        # The cut that suffices, else the one that leaves least.
        rows, columns = min(
            fewer,
            key=lambda cut: (
                not is_sane(int(cut[0][-1]), int(cut[1][-1]), cells),
                int(cut[0][-1]) * int(cut[1][-1]),
            ),
        )
    return int(rows[-1]), int(columns[-1])


_GAP = 10
"""Fewer empty rows or columns are no reason to cut."""


def _before_widest_gap(numbers: np.ndarray) -> np.ndarray:
    gaps = np.diff(numbers)
    if not gaps.size or gaps.max() <= _GAP:
        return numbers[:0]
    # Of equal gaps the last: the least is cut off.
    return numbers[: len(gaps) - int(np.argmax(gaps[::-1]))]

"""calamine, with its failures turned into refusals the user can read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from shnor_lib.sources.cells.headings import HEADER_ROWS
from shnor_lib.sources.cells.raw_cells import Unreadable
from shnor_lib.sources.files.limits import RefusalError, broken
from shnor_lib.sources.files.sheet import Range, Sheet, fill_down, put_in


def password() -> RefusalError:
    """The workbook is locked."""
    return RefusalError(
        "password",
        "книга защищена паролем.",
        "книга без пароля.",
        "Откройте её в Excel и снимите пароль: «Файл» → «Сведения» → «Защита книги» → "
        "«Зашифровать с использованием пароля», оставьте поле пустым и сохраните.",
    )


@contextmanager
def _calling() -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise password() from None
    except (CalamineError, OverflowError, ValueError):
        raise broken() from None
    except BaseException as error:
        # A panic inside calamine; its class derives from BaseException and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise broken() from None
        raise


def calamine_workbook(data: bytes) -> Any:
    """Open a workbook with calamine.

    Raises
    ------
    RefusalError
        It is locked or damaged.
    """
    with _calling():
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


def values(
    book: Any,
    index: int,
    special: Mapping[tuple[int, int], Unreadable],
    merged: list[Range] | None = None,
) -> Sheet:
    """One sheet as a grid, merged blocks filled.

    Parameters
    ----------
    book, index
        The workbook and the number of the sheet.
    special
        Cells calamine leaves empty.
    merged
        Merged blocks; calamine's own when None.

    Raises
    ------
    RefusalError
        The sheet is damaged.
    """
    item = book.sheets_metadata[index]
    hidden = item.visible is not SheetVisibleEnum.Visible
    with _calling():
        found = book.get_sheet_by_index(index)
        rows = found.to_python(skip_empty_area=False, nrows=HEADER_ROWS if hidden else None)
    sheet = Sheet(item.name, rows, hidden)
    if hidden:
        special = {place: value for place, value in special.items() if place[0] < len(rows)}
    put_in(sheet, special)
    fill_down(sheet, (found.merged_cell_ranges or []) if merged is None else merged)
    return sheet

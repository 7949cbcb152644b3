"""How readers know what in the project's own workbooks is not for them."""

from __future__ import annotations

from shnor_lib.sources.cells.values import fold

EXAMPLE_SHEET = "Пример"
HELP_SHEET = "Как заполнять"
LISTS_SHEET = "Списки"
IGNORED_MARK = "Этот лист программа не читает"
"""First words of the sheets that readers skip, whatever the sheet is called."""

SCHOOL_NAME = "Школа"
"""Heading of the column with the school's name beside its code."""

CHECK = "Проверка"
"""First word of the headings of control columns: what they hold is computed, never read."""


def is_control(heading: str) -> bool:
    """Whether a heading is that of a control column.

    Examples
    --------
    >>> is_control("Проверка"), is_control("Проверка: доля «2»"), is_control("Примечание")
    (True, True, False)
    """
    return fold(heading).startswith(fold(CHECK))

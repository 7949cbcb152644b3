"""Protocols of ВПР with one row per pupil, in six forms.

Participant codes, sexes, authors of textbooks and the names of those who uploaded stand in the
workbooks and may not come out.
"""

from __future__ import annotations

from pathlib import Path

from tests.sources.layouts.vpr_protocols import builders

SECRETS = ("7700151", "7700152", "7700153", "9900451", "Образцов", "Примерович")
"""Participant codes, a code of the system, a name."""

_BLANK = ["X"] * 10
_CODES = ("7700151", "7700152", "7700153")
_WORSE = [0, 1, 2, "X", 1, 0, 1, 0, 1, 0]


def write_f1(path: Path) -> None:
    """A report of one school."""
    first, second, third = _CODES
    builders.write_f1(
        path,
        [
            builders.row_f1(first),
            builders.row_f1(second, _WORSE, mark=2, journal=3),
            builders.row_f1(third, [2] * 10, mark=5, journal=5),
        ],
    )


def write_form(path: Path) -> None:
    """A form filled in by one school."""
    first, second, third = _CODES
    builders.write_form(
        path,
        [
            builders.row_form(first),
            builders.row_form(second, _WORSE, journal="нет отметки"),
            builders.row_form(third, [None] * 10, variant="отсутствовал"),
        ],
    )


def write_2022(path: Path) -> None:
    """Two schools of a region; «Пользователь» carries a login and a name."""
    first, second, third = _CODES
    builders.write_2022(
        path,
        [
            builders.row_2022(first, login="edu000001 Образцов Пример Примерович"),
            builders.row_2022(second, _WORSE, journal=3),
            builders.row_2022(third, login="edu000002", school="СОШ № 2"),
            builders.row_2022("7700154", _BLANK, login="edu000002", school="СОШ № 2", total=0),
        ],
    )


def write_2021(path: Path) -> None:
    """Two schools of a region."""
    first, second, third = _CODES
    builders.write_2021(
        path,
        [
            builders.row_2021(first, id="9900451"),
            builders.row_2021(second, [2] * 10, journal=5),
            builders.row_2021(third, _WORSE, login="sch000002", home="Заречный округ"),
            builders.row_2021("7700154", _BLANK, variant="отсутствовал", total=None),
        ],
    )


def write_2020(path: Path) -> None:
    """Two schools of a region in autumn."""
    first, second, third = _CODES
    builders.write_2020(
        path,
        [
            builders.row_2020(first),
            builders.row_2020(second, [2] * 10),
            builders.row_2020(third, [], login="sch000002", variant="отсутствовал", total=None),
        ],
    )


def write_research(path: Path) -> None:
    """Two schools, two subjects."""
    first, second, third = _CODES
    builders.write_csv(
        path,
        builders.HEAD_RESEARCH,
        [
            [5, 1, "sch000001", first, 30, 4, 2020],
            [5, 2, "sch000001", second, 8, 3, 2020],
            [5, 2, "sch000002", third, 20, 5, 2020],
        ],
        ",",
    )

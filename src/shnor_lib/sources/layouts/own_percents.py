"""Per cent typed where pupils are to be counted: one message for the row, not one per cell."""

from __future__ import annotations

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import parse_number
from shnor_lib.sources.files.grid import Sheet

MARKS = ("n2", "n3", "n4", "n5")
_WHOLES = ((99.0, 101.0), (0.99, 1.01))
"""Four per cents, or four shares, make about a hundred, or one."""


def percents_for_counts(sheet: Sheet, match: Match, numbers: list[int]) -> list[Problem]:
    """Rows of results whose marks are per cent or shares of the participants.

    Parameters
    ----------
    sheet, match
        The sheet and its headings.
    numbers
        Its data rows, from 0.
    """
    places = [match.places[name] for name in MARKS if name in match.places]
    n_place = match.places.get("n")
    if len(places) < len(MARKS) or n_place is None:
        return []
    problems = []
    for number in numbers:
        row = sheet.rows[number]
        marks = [parse_number(row[place]) for place in places]
        n = parse_number(row[n_place])
        given = [mark for mark in marks if mark is not None]
        total = sum(given)
        if (
            n is None
            or len(given) < 2
            or abs(total - n) < 0.5
            or not any(low <= total <= high for low, high in _WHOLES)
        ):
            continue
        problems.append(
            Problem(
                number + 1,
                places[0],
                "percents-for-counts",
                f"в столбцах «2»–«5» стоят, похоже, {'проценты' if total > 2 else 'доли'}: вместе "
                f"{_shown(total)}, а участников {_shown(n)}.",
                "сколько учеников получили каждую отметку: вместе столько же, сколько участников.",
                "Впишите числа учеников. Если есть только проценты, положите в data/raw сам отчёт "
                "ФИС ОКО «Статистика по отметкам»: из него программа возьмёт числа сама.",
            )
        )
    return problems


def _shown(value: float) -> str:
    return f"{value:.6g}".replace(".", ",")

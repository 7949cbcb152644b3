"""Which rows are pupils at all, and who of them was there."""

from __future__ import annotations

import numpy as np

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows, refuse, say
from shnor_lib.sources.layouts.vpr_protocols.tasks import scored


def without_school_or_code(rows: Rows, place: Place) -> list[Problem]:
    """Rows that are nobody's cannot enter."""
    found = refuse(
        rows,
        place,
        np.asarray(rows.code == ""),
        place.col("pupil"),
        "no-pupil-code",
        lambda _: f"в строке есть вариант или баллы, а в столбце {place.title('pupil')} пусто.",
        "код участника.",
        "Впишите код участника; если строка лишняя, удалите её целиком.",
    )
    return found + refuse(
        rows,
        place,
        np.asarray(rows.school == ""),
        place.col("school", "name"),
        "no-school",
        lambda _: "не указана школа: логина вида edu123456 в строке нет.",
        "логин школы в ФИС ОКО.",
        "Впишите логин школы в эту ячейку.",
    )


def part_missing(rows: Rows, place: Place) -> list[Problem]:
    """A partial score is no score: counted, it would be one «2» more."""
    return refuse(
        rows,
        place,
        rows.part_missing,
        place.col("variant2"),
        "part-missing",
        lambda _: (
            "ученик писал только одну из двух частей работы: балл неполный, "
            "отметку по нему ставить нельзя."
        ),
        "обе части работы.",
        "Ничего делать не нужно: строка не учтена, в том числе как «2».",
        Severity.WARNING,
    )


def presence(rows: Rows, place: Place, zero_is_absent: bool) -> list[Problem]:
    """Who was not there; «отсутствовал» with a score beside it is a question."""
    open_rows = ~rows.refused
    positive = np.asarray((np.nan_to_num(rows.points) > 0).any(axis=1))
    blank = ~scored(rows.points) & ~rows.strange_points.any(axis=1)
    nothing = blank & np.isnan(rows.mark) & ~rows.strange_score & ~rows.absent_word
    rows.absent |= open_rows & rows.absent_word & ~positive
    rows.absent |= open_rows & nothing & np.isnan(rows.score)
    if zero_is_absent and rows.points.shape[1]:
        rows.absent |= open_rows & nothing & (rows.score == 0)
    doubtful = open_rows & rows.absent_word & (positive | (rows.score > 0))
    wrote = int((doubtful & positive).sum())
    left = int(doubtful.sum()) - wrote
    return say(
        place,
        doubtful,
        place.col("variant"),
        "absent-with-score",
        f"«отсутствовал», а рядом стоят баллы (строк: {wrote + left}). С баллами за задания "
        f"ученик прочитан как писавший (строк: {wrote}), без них — как отсутствовавший "
        f"(строк: {left}).",
        "либо «отсутствовал», либо баллы.",
        "Уточните в школе, писали ли эти ученики работу.",
        Severity.QUESTION,
    )

"""What both forms of «ВПР. Статистика по отметкам» share: percentages of marks by school."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.project import Calendar
from shnor_lib.sources.layouts.base import SEEN_COLUMNS, SheetRead, accepted
from shnor_lib.sources.percents import counts_from_percents
from shnor_lib.sources.problems import Problem
from shnor_lib.sources.results_rules import complete_results
from shnor_lib.sources.values import fold
from shnor_lib.tables import PROVENANCE, TABLES, Column, Table

_WORD = re.compile(r"[^\W_]+")

PERCENTS = ("p2", "p3", "p4", "p5")


def percent_columns() -> tuple[Column, ...]:
    """The four columns «2» … «5» of the report, in per cent."""
    return tuple(
        Column(
            f"p{mark}",
            str(mark),
            "float",
            "процент учеников с этой отметкой.",
            minimum=0,
            maximum=100,
        )
        for mark in (2, 3, 4, 5)
    )


N_COLUMN = Column(
    "n",
    "Кол-во участников",
    "int",
    "число участников.",
    required=True,
    minimum=0,
    aliases=("Количество участников", "Участников"),
)
GRADE_COLUMN = Column("grade", "Класс", "int", "класс, 4–11.", required=True, minimum=1, maximum=12)
YEAR_COLUMN = Column(
    "year", "Год", "year", "год отчёта.", required=True, minimum=2000, maximum=2100
)
SUBJECT_COLUMN = Column("subject", "Предмет", "text", "название предмета.", required=True)
MUNICIPALITY_COLUMN = Column(
    "municipality",
    "Муниципалитет",
    "text",
    "муниципалитет школы.",
    required=True,
    aliases=("МО", "Муниципальное образование"),
)
NAME_COLUMN = Column(
    "name",
    "ОО",
    "text",
    "название школы.",
    required=True,
    aliases=("Название ОО", "Наименование ОО", "Образовательная организация"),
)
LOGIN_COLUMN = Column("school_id", "Логин", "text", "логин школы.", aliases=("Логин ОО",))

REPORT = Table(
    "vpr_statistics",
    "ВПР. Статистика по отметкам",
    "Доли отметок по школам, в процентах.",
    ("school_id", "year", "grade", "subject"),
    (
        YEAR_COLUMN,
        GRADE_COLUMN,
        SUBJECT_COLUMN,
        MUNICIPALITY_COLUMN,
        NAME_COLUMN,
        LOGIN_COLUMN,
        N_COLUMN,
        *percent_columns(),
    ),
)
"""The report as it is, before percentages become pupils."""


def with_school_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill empty logins with the school's name (and municipality where the name is not unique)."""
    bare = frame["school_id"].isna() & frame["name"].notna()
    if not bare.any():
        return frame
    homes = frame.loc[bare, ["name", "municipality"]].drop_duplicates()
    shared = set(homes.loc[homes["name"].duplicated(keep=False), "name"])
    names = frame.loc[bare, "name"]
    full = names + " (" + frame.loc[bare, "municipality"].fillna("") + ")"
    frame = frame.copy()
    frame.loc[bare, "school_id"] = names.mask(names.isin(shared), full)
    return frame


def to_results(
    frame: pd.DataFrame,
    problems: list[Problem],
    places: dict[str, int],
    rows_in: int,
    calendar: Calendar,
) -> SheetRead:
    """Turn typed report rows (columns of :data:`REPORT` with provenance) into tidy results."""
    frame = with_school_ids(frame)
    problems = [*problems]
    counts, faulty = _counts(accepted(frame, problems), places)
    problems += faulty
    frame = accepted(frame, problems)
    counts = counts.loc[frame["source_row"].to_numpy(dtype=np.int64)]
    table = TABLES["results"]
    tidy = table.empty().reindex(range(len(frame)))
    for name in ("school_id", "year", "grade", "subject", "n"):
        tidy[name] = frame[name].to_numpy()
    for name in PROVENANCE:
        tidy[name] = frame[name].to_numpy()
    for mark in (2, 3, 4, 5):
        tidy[f"n{mark}"] = counts[f"n{mark}"].to_numpy()
    tidy["procedure"] = "vpr"
    tidy = tidy.astype(dict(table.empty().dtypes))
    result_places = {
        name.replace("p", "n", 1) if name in PERCENTS else name: place
        for name, place in places.items()
    }
    tidy, contradictions = complete_results(tidy, result_places, calendar)
    problems += contradictions
    tidy = accepted(tidy, problems)
    letters = {name: get_column_letter(place + 1) for name, place in result_places.items()}
    letters.update(
        {
            count: letters[mark]
            for count, mark in (("n_low", "n2"), ("n_high", "n5"))
            if mark in letters
        }
    )
    seen = frame[list(SEEN_COLUMNS)].drop_duplicates("school_id").reset_index(drop=True)
    return SheetRead("results", tidy, rows_in, problems, letters, seen)


def _counts(frame: pd.DataFrame, places: dict[str, int]) -> tuple[pd.DataFrame, list[Problem]]:
    """Pupils per mark by ``source_row``; rows whose percentages are no pupils are problems."""
    rows = frame["source_row"].to_numpy(dtype=np.int64)
    n = frame["n"].to_numpy(dtype=float, na_value=np.nan)
    percent = frame[list(PERCENTS)].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(percent)
    total = np.nansum(percent, axis=1)
    # Cells formatted as per cent hold shares of one.
    shares = known.any(axis=1) & (np.abs(total - 1) <= 0.002) & (n > 0)
    percent[shares] *= 100
    total = np.nansum(percent, axis=1)
    # Some reports leave a cell empty instead of writing 0.
    full = np.abs(total - 100) <= 2.5
    percent[full] = np.nan_to_num(percent[full])
    asked = (n > 0) & known.any(axis=1)
    out = pd.DataFrame(
        {f"n{mark}": pd.array([pd.NA] * len(frame), dtype="Int64") for mark in (2, 3, 4, 5)},
        index=rows,
    )
    nobody = [
        Problem(
            int(rows[i]),
            places["n"],
            "percents-of-nobody",
            "участников 0, а доли отметок не нулевые.",
            "число участников, от которого посчитаны доли.",
            "Сверьте число участников с протоколом.",
        )
        for i in np.flatnonzero((n == 0) & (total > 0))
    ]
    if not asked.any():
        return out, nobody
    found = counts_from_percents(n[asked], percent[asked])
    good = np.flatnonzero(asked)[found.whole]
    out.iloc[good] = found.values[found.whole]
    problems = [
        _not_pupils(int(rows[i]), places, float(n[i]), percent[i], float(total[i]))
        for i in np.flatnonzero(asked)[~found.whole]
    ]
    return out.astype("Int64"), [*nobody, *problems]


def _not_pupils(
    row: int,
    places: dict[str, int],
    n: float,
    percent: np.ndarray[tuple[int], np.dtype[np.float64]],
    total: float,
) -> Problem:
    shown = "; ".join("пусто" if np.isnan(p) else f"{p:.6g}".replace(".", ",") for p in percent)
    if abs(total - n) < 1e-9 and abs(total - 100) > 2.5:
        return Problem(
            row,
            places["p2"],
            "counts-for-percents",
            f"в столбцах «2»–«5» стоят {shown}: похоже на числа учеников (вместе {n:g}), а не проценты.",
            "проценты, вместе 100.",
            "Выгрузите отчёт «Статистика по отметкам» заново или перенесите числа в книгу «Результаты».",
        )
    if abs(total - 100) > 2.5:
        reason = f"вместе они дают {total:.6g} %".replace(".", ",").replace(" %", "\u202f%")
    else:
        reason = f"из {n:g} участников целых чисел учеников с такими долями не получается"
    return Problem(
        row,
        places["p2"],
        "percents-not-whole",
        f"проценты отметок ({shown}) не переводятся в числа учеников: {reason}.",
        "проценты, которые вместе дают 100 и соответствуют числу участников.",
        "Сверьте строку с отчётом ФИС ОКО и выгрузите его заново.",
    )


def required_marks() -> tuple[Column, ...]:
    """The columns of marks as headings that must be there (their cells may be empty)."""
    return tuple(replace(column, required=True) for column in percent_columns())


def has_word(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of ``words`` (or phrases) stands in ``text`` whole.

    Examples
    --------
    >>> has_word("МБОУ «СОШ № 3 Приозёрного района»", ("район",))
    False
    """

    def spaced(piece: str) -> str:
        return f" {' '.join(_WORD.findall(fold(piece)))} "

    inside = spaced(text)
    return any(spaced(word) in inside for word in words)

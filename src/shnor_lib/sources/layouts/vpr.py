"""What both forms of «ВПР. Статистика по отметкам» share: percentages of marks by school."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.results_rules import complete_results
from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.layouts.base import SEEN_COLUMNS, SheetRead, accepted
from shnor_lib.sources.layouts.percent_rows import Words, pupils
from shnor_lib.sources.schools.municipalities import municipality_name
from shnor_lib.tables import PROVENANCE, TABLES, Column, Table

_WORD = re.compile(r"[^\W_]+")
_LOGIN = r"(?i:sch|edu|ksh|spo)\d{3,}"

PERCENTS = ("p2", "p3", "p4", "p5")
NO_MUNICIPALITY = "не указан"
_WORDS = Words(
    "«2»–«5»",
    "отметок",
    "«Статистика по отметкам»",
    " или перенесите числа в книгу «Результаты»",
)


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
    aliases=("Количество участников", "Участников", "Кол-во уч.", "Кол-во учащихся"),
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

KEYS = Table(
    "vpr_report",
    "ВПР. Отчёт ФИС ОКО",
    "Школы отчёта.",
    REPORT.key,
    tuple(column for column in REPORT.columns if column.name not in PERCENTS),
)
"""What the rows of all reports have: school, work, number of participants."""


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


def tidy_logins(frame: pd.DataFrame) -> pd.DataFrame:
    """Logins of ФИС ОКО in lower case, municipalities without their own login."""
    frame = frame.copy()
    logins = frame["school_id"]
    is_login = logins.str.fullmatch(_LOGIN).fillna(value=False).astype(bool)
    frame["school_id"] = logins.mask(is_login, logins.str.lower())
    homes = {name: municipality_name(name) for name in frame["municipality"].dropna().unique()}
    frame["municipality"] = frame["municipality"].map(homes).astype("string")
    return frame


def keys_of(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``table`` with the columns all ВПР reports share: school, work, n and provenance."""
    tidy = table.empty().reindex(range(len(frame)))
    for name in ("school_id", "year", "season", "grade", "subject", "n", *PROVENANCE):
        if name in frame and name in tidy:
            tidy[name] = frame[name].to_numpy()
    tidy["procedure"] = "vpr"
    return tidy.astype(dict(table.empty().dtypes))


def seen_in(frame: pd.DataFrame) -> pd.DataFrame:
    """Schools that report rows mention; a municipality nobody names is not known."""
    seen = frame[list(SEEN_COLUMNS)].drop_duplicates("school_id").reset_index(drop=True)
    homes = seen["municipality"]
    return seen.assign(municipality=homes.mask(homes == NO_MUNICIPALITY))


def to_results(
    frame: pd.DataFrame,
    problems: list[Problem],
    places: dict[str, int],
    rows_in: int,
    calendar: Calendar,
) -> SheetRead:
    """Turn typed report rows (columns of :data:`REPORT` with provenance) into tidy results."""
    frame = accepted(with_school_ids(frame), problems)
    found = pupils(
        frame["source_row"].to_numpy(dtype=np.int64),
        frame["n"].to_numpy(dtype=float, na_value=np.nan),
        frame[list(PERCENTS)].to_numpy(dtype=float, na_value=np.nan),
        places["n"],
        [places[name] for name in PERCENTS],
        _WORDS,
    )
    tidy = keys_of(TABLES["results"], frame)
    for k, mark in enumerate((2, 3, 4, 5)):
        tidy[f"n{mark}"] = pd.arrays.IntegerArray(found.values[:, k].copy(), ~found.known)
    problems = [*problems, *found.problems]
    frame, tidy = accepted(frame, problems), accepted(tidy, problems)
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
    return SheetRead("results", tidy, rows_in, problems, letters, seen_in(frame))


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

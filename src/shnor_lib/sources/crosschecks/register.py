"""What the register says of a school against what is reported of it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import (
    RESULT_KEY,
    Finding,
    Joined,
    Row,
    and_others,
    each_worst,
    sitting,
)
from shnor_lib.tables import TABLES

FORMS: tuple[str, ...] = ("social_passport", "staff", "rating_points")
"""Forms of a school beside its results."""


def grade_not_taught(data: Joined) -> Iterator[Finding]:
    """Results of a grade above the last one of the school (ЕГЭ in a nine-year school).

    A question: the register knows only the present, and the school may have had the grade then.
    """
    schools = data.tables["schools"]
    last = schools.loc[schools["last_grade"].notna(), ["school_id", "last_grade"]]
    left = data.results[[*RESULT_KEY, "grade", "n"]].assign(here=data.results.index)
    pairs = left.merge(last.assign(there=last.index), on="school_id")
    odd = pairs[pairs["grade"] > pairs["last_grade"]]
    for row, others in each_worst(odd, RESULT_KEY, "grade"):
        here, there = data.row("results", row.here), data.row("schools", row.there)
        yield Finding(
            here,
            "grade",
            f"{data.school(row.school_id)}, {sitting(here)}, {school_year(int(row.year))}: "
            f"результаты {int(row.grade)} класса (участников {int(row.n)}), а последний класс "
            f"школы по реестру — {int(row.last_grade)} ({data.other(there, 'last_grade', here)})."
            + and_others(others, "Таких работ школы за этот год ещё"),
            "результаты только тех классов, которые есть в школе.",
            "Проверьте код школы в этой строке и «Последний класс» в реестре.",
        )


def outside_its_life(data: Joined) -> Iterator[Finding]:
    """Results or forms of a year in which the school was not there.

    A work is written in the calendar year in which its school year ends, save for autumn works,
    which may be a year earlier. Results are an error: nobody was there to write them. A form is a
    question: it may have been sent by whoever took the school over.
    """
    schools = data.tables["schools"]
    known = schools["opened"].notna() | schools["closed"].notna()
    life = schools.loc[known, ["school_id", "opened", "closed"]]
    life = life.assign(there=life.index)
    if life.empty:
        return
    for name in ("results", *FORMS):
        frame = data.results if name == "results" else data.tables[name]
        left = frame[["school_id", "year"]].assign(here=frame.index)
        # A form is sent in at the start of the school year, an autumn work may be.
        early = pd.Series(1, index=frame.index)
        if name == "results":
            early = (frame["season"] == "autumn").astype(int)
        pairs = left.assign(earliest=frame["year"] - early).merge(life, on="school_id")
        after = (pairs["earliest"] > pairs["closed"]).fillna(value=False)
        before = (pairs["year"] < pairs["opened"]).fillna(value=False)
        odd = pairs.assign(after=after)[after | before]
        for _, rows in odd.groupby(["school_id", "after"], sort=True):
            first = rows.iloc[0]
            here, there = data.row(name, first["here"]), data.row("schools", first["there"])
            years = sorted(set(rows["year"].astype(int)))
            yield _outside(data, name, here, there, years, closed=bool(first["after"]))


def _outside(
    data: Joined, name: str, here: Row, there: Row, years: list[int], *, closed: bool
) -> Finding:
    column = "closed" if closed else "opened"
    said = f"{'закрыта' if closed else 'открыта'} в {int(there[column])} году"
    what = "результаты" if name == "results" else f"сведения формы «{TABLES[name].title}»"
    return Finding(
        here,
        "year",
        f"{data.school(here['school_id'])}: есть {what} за "
        f"{', '.join(school_year(year) for year in years)}, а школа {said} "
        f"({data.other(there, column, here)}).",
        "данные только тех лет, когда школа работала.",
        "Проверьте код школы и год в этих строках и год в реестре. Пока они противоречат друг "
        "другу, статус школы за эти годы не определяется.",
        Severity.ERROR if name == "results" else Severity.QUESTION,
    )

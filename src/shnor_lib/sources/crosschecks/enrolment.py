"""How many wrote against how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import (
    RESULT_KEY,
    Finding,
    Joined,
    and_others,
    each,
    each_worst,
    percent,
    unit,
    worst_of,
)

GRADE_SHARE = 0.35
"""One grade is about a ninth of a nine-year school; in 4 541 real school-grades the largest share
in a school of thirty or more was a third."""
EVEN_SHARES = 2.0
"""Times the even share of one of the grades that wrote: a lyceum may have grades 10 and 11 only."""
GRADE_SHARE_FROM = 30
"""Pupils from which :data:`GRADE_SHARE` is asked: in a tiny school one grade may be half of it."""
WRITERS_ABOVE = 1.1
"""Times more writers than pupils in a year: pupils come and go between autumn and spring."""
ENROLMENT_JUMP = 1.5
"""Real schools grow or shrink by a half within a year only when they are merged or moved."""
ENROLMENT_JUMP_FROM = 20
"""Pupils by which the enrolment must change: 6 instead of 4 is no jump."""
COHORT_JUMP = 2.0
"""Times more writers than the same pupils were a year ago (real: 4 of 1 587 school-grades)."""
COHORT_JUMP_FROM = 15
"""Pupils by which it must grow: a small class joined by another doubles."""
RECRUITING = (5, 10)
"""Grades to which schools take pupils from other schools: not compared with the grade before."""

_TOTAL = "Всего обучающихся"


def writers_above_enrolment(data: Joined) -> Iterator[Finding]:
    """One grade has more writers than the whole school has pupils, or too large a part of it."""
    found = _with_total(data)
    found = found.assign(share=(found["n"] / found["total"]).astype(float))
    limit = (EVEN_SHARES / found.groupby("school_id")["grade"].transform("nunique")).clip(
        lower=GRADE_SHARE
    )
    odd = (found["share"] > 1) | ((found["share"] > limit) & (found["total"] >= GRADE_SHARE_FROM))
    for row, others in each_worst(found[odd], ["school_id", "written"], "share"):
        here = data.row("results", row.Index)
        there = data.row("social_passport", row.passport)
        part = "" if row.share > 1 else f" — это {percent(float(row.share))} школы"
        yield Finding(
            here,
            "n",
            f"{data.school(row.school_id)}, {unit(here)}: участников {int(here['n'])}{part}, а "
            f"«{_TOTAL}» в социальном паспорте за {school_year(int(there['year']))} — "
            f"{int(there['total'])} ({data.other(there, 'total', here)})."
            + and_others(others, "Таких результатов школы за этот год ещё"),
            "в одном классе учится только часть школы.",
            f"Проверьте, той ли школы эти результаты, и сверьте «{_TOTAL}» с отчётом школы.",
        )


def all_writers_above_enrolment(data: Joined) -> Iterator[Finding]:
    """The grades of a year together have more writers than the school has pupils."""
    found = _with_total(data)
    # One grade is counted once, by its best attended work.
    by_grade = found.groupby(["school_id", "written", "season", "grade", "passport", "total"])["n"]
    sums = by_grade.max().groupby(["school_id", "written", "season", "passport", "total"]).sum()
    whole = sums.reset_index()
    odd = whole[whole["n"] > WRITERS_ABOVE * whole["total"]]
    # Whoever asks about a single grade has asked already.
    single = _oversized(found)
    for row, _ in each_worst(odd, ["school_id", "written"], "n"):
        if (row.school_id, row.written) in single:
            continue
        here = data.row("social_passport", row.passport)
        grades = found[(found["passport"] == row.passport) & (found["season"] == row.season)]
        listed = ", ".join(str(grade) for grade in sorted(set(grades["grade"].astype(int))))
        files = ", ".join(f"«{name}»" for name in sorted(set(grades["source_file"].dropna())))
        yield Finding(
            here,
            "total",
            f"{data.school(row.school_id)}, {school_year(int(here['year']))}: «{_TOTAL}» — "
            f"{int(row.total)}, а работы писали {int(row.n)} (классы {listed}; {files}).",
            "всех учеников школы не меньше, чем писавших работы.",
            f"Сверьте «{_TOTAL}» с отчётом школы; проверьте, той ли школы эти результаты.",
        )


def enrolment_jump(data: Joined) -> Iterator[Finding]:
    """The enrolment is more than one and a half times that of the year before, or less by as much."""
    passports = data.tables["social_passport"]
    rows = passports.loc[passports["total"].notna(), ["school_id", "year", "total"]]
    rows = rows.assign(here=rows.index)
    before = rows.assign(year=rows["year"] + 1)
    pairs = rows.merge(before, on=["school_id", "year"], suffixes=("", "_before"))
    large = pairs[["total", "total_before"]].max(axis=1).astype(float)
    small = pairs[["total", "total_before"]].min(axis=1).astype(float)
    jump = (large > ENROLMENT_JUMP * small) & (large - small >= ENROLMENT_JUMP_FROM)
    for row in each(pairs[jump]):
        here = data.row("social_passport", row.here)
        there = data.row("social_passport", row.here_before)
        yield Finding(
            here,
            "total",
            f"{data.school(row.school_id)}, {school_year(int(row.year))}: «{_TOTAL}» — "
            f"{int(row.total)}, а годом раньше было {int(row.total_before)} "
            f"({data.other(there, 'total', here)}).",
            "численность школы, которая за год меняется меньше чем в полтора раза.",
            "Проверьте оба числа; если школу присоединили или открыли новое здание, всё верно.",
        )


def cohort_grown(data: Joined) -> Iterator[Finding]:
    """Far more writers than the same pupils were a grade ago."""
    results = data.results[data.results["procedure"].isin(["vpr", "oge"])]
    keys = ["school_id", "year", "grade"]
    largest, _ = worst_of(results, keys, "n")
    rows = largest[[*keys, "n"]].assign(here=largest.index)
    before = rows.assign(year=rows["year"] + 1, grade=rows["grade"] + 1)
    pairs = rows.merge(before, on=keys, suffixes=("", "_before"))
    grown = (pairs["n"] > COHORT_JUMP * pairs["n_before"]) & (
        pairs["n"] - pairs["n_before"] >= COHORT_JUMP_FROM
    )
    odd = pairs[grown & ~pairs["grade"].isin(RECRUITING)]
    odd = odd.assign(growth=odd["n"] - odd["n_before"])
    for row, others in each_worst(odd, ["school_id", "year"], "growth"):
        here, there = data.row("results", row.here), data.row("results", row.here_before)
        yield Finding(
            here,
            "n",
            f"{data.school(row.school_id)}, {unit(here)}, {school_year(int(row.year))}: участников "
            f"{int(row.n)}, а годом раньше в этой же параллели — {int(row.n_before)} "
            f"({unit(there)}; {data.other(there, 'n', here)})."
            + and_others(others, "Таких классов школы за этот год ещё"),
            "параллель, которая за год не вырастает вдвое.",
            "Проверьте, той ли школы результаты обоих лет и все ли ученики писали год назад.",
        )


def _with_total(data: Joined) -> pd.DataFrame:
    """Results with the enrolment of the school year in which they were written.

    An autumn work on last year's programme is written in the school year after it. Index of
    the results; ``passport`` is the index of the row of the social passport.
    """
    results = data.results[[*RESULT_KEY, "grade", "subject", "n", "source_file"]]
    written = results["year"] + (results["season"] == "autumn").astype("Int64")
    passports = data.tables["social_passport"]
    totals = passports.loc[(passports["total"] > 0).fillna(value=False)]
    totals = totals[["school_id", "year", "total"]].rename(columns={"year": "written"})
    left = results.assign(written=written, row=results.index)
    joined = left.merge(totals.assign(passport=totals.index), on=["school_id", "written"])
    return joined.set_index("row")


def _oversized(found: pd.DataFrame) -> set[tuple[Any, Any]]:
    """Schools and years in which one grade alone is more than the school."""
    odd = found[found["n"] > found["total"]]
    return set(zip(odd["school_id"], odd["written"], strict=True))

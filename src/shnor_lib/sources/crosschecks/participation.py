"""Who took part: subjects of one grade against each other, and mass absence."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import (
    RESULT_KEY,
    Finding,
    Joined,
    and_others,
    each_worst,
    percent,
    sitting,
    unit,
    worst_of,
)

COMPULSORY: tuple[str, ...] = ("русский язык", "математика")
"""Subjects everybody of a grade writes in ВПР and in ОГЭ; others may be given to some classes."""
UNEVEN = 2.0
"""Times more writers of one compulsory subject than of the other (real: 36 of 3 826 grades)."""
UNEVEN_FROM = 15
"""Pupils by which they must differ: one class written, another not."""
ABOVE_COMPULSORY = 1.5
"""Times more writers of any subject than of a compulsory one (real: 24 of 13 362 works)."""
ABSENT = 0.30
"""Share of absent pupils from which it is asked (real: three schools in a hundred a year)."""
ABSENT_FROM = 10
"""Absent pupils per work from which it is asked: three of eight are no mass absence."""


def uneven_subjects(data: Joined) -> Iterator[Finding]:
    """Compulsory subjects of one grade with very different numbers of writers."""
    grade = [*RESULT_KEY, "grade"]
    results = data.results[data.results["procedure"].isin(["vpr", "oge"])]
    core = results[results["subject"].isin(COMPULSORY)]
    largest, _ = worst_of(core, grade, "n")
    most = largest[[*grade, "n"]].assign(there=largest.index).rename(columns={"n": "most"})
    left = results[[*grade, "subject", "n"]].assign(here=results.index)
    pairs = left.merge(most, on=grade)
    fewer = (
        pairs["subject"].isin(COMPULSORY)
        & (pairs["most"] >= UNEVEN * pairs["n"])
        & (pairs["most"] - pairs["n"] >= UNEVEN_FROM)
    )
    more = (pairs["n"] >= ABOVE_COMPULSORY * pairs["most"]) & (
        pairs["n"] - pairs["most"] >= UNEVEN_FROM
    )
    odd = pairs[fewer | more]
    odd = odd.assign(difference=(odd["n"] - odd["most"]).abs())
    for row, others in each_worst(odd, RESULT_KEY, "difference"):
        here, there = data.row("results", row.here), data.row("results", row.there)
        yield Finding(
            here,
            "n",
            f"{data.school(row.school_id)}, {unit(here, subject=False)}, "
            f"{school_year(int(row.year))}: «{row.subject}» — участников {int(row.n)}, "
            f"«{there['subject']}» — {int(row.most)} ({data.other(there, 'n', here)})."
            + and_others(others, "Таких расхождений у школы в этом году ещё"),
            "примерно одинаковое число участников: эти работы пишет вся параллель.",
            "Проверьте, все ли классы загрузили результаты и к тому ли классу они отнесены.",
        )


def mass_absence(data: Joined) -> Iterator[Finding]:
    """More than 30 % of a grade absent, all its works together."""
    results = data.results
    known = results[results["n_absent"].notna()]
    grade = [*RESULT_KEY, "grade"]
    groups = known.groupby(grade)
    sums = groups[["n", "n_absent"]].sum().assign(works=groups.size()).reset_index()
    largest, _ = worst_of(known, grade, "n_absent")
    joined = sums.merge(largest[grade].assign(here=largest.index), on=grade)
    joined = joined.assign(share=joined["n_absent"] / (joined["n"] + joined["n_absent"]))
    odd = joined[(joined["share"] > ABSENT) & (joined["n_absent"] >= ABSENT_FROM * joined["works"])]
    for row, others in each_worst(odd, RESULT_KEY, "share"):
        here = data.row("results", row.here)
        yield Finding(
            here,
            "n_absent",
            f"{data.school(row.school_id)}, {sitting(here)}, {school_year(int(row.year))}, "
            f"{int(row.grade)} класс: отсутствовали {percent(float(row.share))} (по всем "
            f"предметам; больше всего — «{here['subject']}»: отсутствовали "
            f"{int(here['n_absent'])}, писали {int(here['n'])})."
            + and_others(others, "Таких классов школы в этом году ещё"),
            f"отсутствует не больше {percent(ABSENT)} класса.",
            "Выясните причину: карантин, отмена занятий, выборочное участие. Результат такой "
            "параллели может не отражать уровень школы.",
        )

"""Social passports and staff: numbers that cannot be meant as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import Finding, Joined, each, percent
from shnor_lib.tables import TABLES

ZEROS_FROM = 30
"""Pupils from which a passport of nothing but zeros is asked about."""
ZEROS_COLUMNS = 4
"""Categories that must be zero."""
OTHERS_FILL = 0.8
"""Share of the other schools that fill something into the same form."""
PUPILS_PER_TEACHER = 40
"""Real schools have about ten pupils per teacher, 26 at the 95th per cent; from 66 on the number of
teachers was an entry error."""
TEACHERS_FROM = 15
"""Teachers from which it is asked why there are more of them than pupils."""

_CATEGORIES = [
    column.name for column in TABLES["social_passport"].columns if column.part_of == "total"
]


def zero_passports(data: Joined) -> Iterator[Finding]:
    """Nothing but zeros where nearly all other schools have something."""
    frame = data.tables["social_passport"]
    filled = frame[_CATEGORIES].notna().sum(axis=1)
    something = (frame[_CATEGORIES] > 0).fillna(value=False).any(axis=1)
    asked = filled >= ZEROS_COLUMNS
    zeros = asked & ~something & (frame["total"] >= ZEROS_FROM).fillna(value=False)
    years = frame.loc[asked].groupby("year")
    schools, with_something = years.size(), something[asked].groupby(frame["year"]).sum()
    for index in frame.index[zeros]:
        here = data.row("social_passport", index)
        others = int(schools[here["year"]]) - 1
        share = int(with_something[here["year"]]) / others if others else 0.0
        if share < OTHERS_FILL:
            continue
        yield Finding(
            here,
            "total",
            f"{data.school(here['school_id'])}, {school_year(int(here['year']))}: обучающихся "
            f"{int(here['total'])}, а во всех заполненных категориях "
            f"({int(filled[index])}) — нули; у других школ категории заполнены "
            f"({percent(share)} школ).",
            "числа учеников по категориям; если число неизвестно — пустая ячейка, а не ноль.",
            "Узнайте у школы, действительно ли таких учеников нет; если форма не заполнена, "
            "очистите нули.",
        )


def parents_counted_twice(data: Joined) -> Iterator[Finding]:
    """Both parents and exactly one parent with higher education exclude each other."""
    frame = data.tables["social_passport"]
    together = frame["higher_education_both"] + frame["higher_education_one"]
    odd = (together > frame["total"]).fillna(value=False)
    titles = TABLES["social_passport"]
    both = titles.column("higher_education_both").title
    one = titles.column("higher_education_one").title
    for index in frame.index[odd]:
        here = data.row("social_passport", index)
        yield Finding(
            here,
            "higher_education_one",
            f"{data.school(here['school_id'])}, {school_year(int(here['year']))}: «{both}» — "
            f"{int(here['higher_education_both'])}, «{one}» — "
            f"{int(here['higher_education_one'])}, вместе больше, чем обучающихся "
            f"({int(here['total'])}).",
            "ученик, у которого высшее образование у обоих родителей, стоит только в одном из "
            "этих столбцов.",
            f"Вычтите из «{one}» тех, кто уже посчитан в «{both}».",
        )


def teachers_against_pupils(data: Joined) -> Iterator[Finding]:
    """No teachers at all, far too few of them, or more of them than pupils."""
    staff, passports = data.tables["staff"], data.tables["social_passport"]
    keys = ["school_id", "year"]
    left = staff.loc[staff["teachers"].notna(), [*keys, "teachers"]].assign(here=lambda f: f.index)
    right = passports.loc[passports["total"].notna(), [*keys, "total"]]
    pairs = left.merge(right.assign(there=right.index), on=keys)
    few = (pairs["total"] > PUPILS_PER_TEACHER * pairs["teachers"]) & (pairs["total"] > 0)
    many = (pairs["teachers"] > pairs["total"]) & (pairs["teachers"] >= TEACHERS_FROM)
    for row in each(pairs[(few | many).fillna(value=False)]):
        here = data.row("staff", row.here)
        there = data.row("social_passport", row.there)
        yield Finding(
            here,
            "teachers",
            f"{data.school(row.school_id)}, {school_year(int(row.year))}: учителей "
            f"{int(row.teachers)}, обучающихся {int(row.total)} "
            f"({data.other(there, 'total', here)}).",
            f"не больше {PUPILS_PER_TEACHER} учеников на одного учителя и не больше учителей, "
            "чем учеников.",
            "Сверьте оба числа. Если число учителей неизвестно, оставьте ячейку пустой: ноль — "
            "это «учителей нет».",
        )

"""Who has not handed in what by the deadline.

The build has no clock: the page says the date, and ``page.js`` marks in the browser what has passed
by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_lib.project import Deadline
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.quality.coverage import LAST_GRADES, Coverage
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, TABLES


@dataclass(frozen=True)
class Due:
    """A deadline and who has met it.

    Attributes
    ----------
    deadline
        What, of which year, by when.
    expected
        Schools that are to hand it in: those open in that year (and with the grade).
    missing
        Those of them that have not.
    """

    deadline: Deadline
    expected: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def title(self) -> str:
        """«Социальный паспорт», «Результаты: ВПР»."""
        one = self.deadline
        title = TABLES[one.table].title
        return f"{title}: {PROCEDURES[one.procedure]}" if one.procedure else title

    @property
    def nobody(self) -> bool:
        """Whether not a single school has handed it in."""
        return bool(self.expected) and len(self.missing) == len(self.expected)


def dues(dataset: Dataset, known: Coverage, deadlines: Iterable[Deadline]) -> list[Due]:
    """Every deadline with the schools that have not met it, the earliest first."""
    found = []
    for one in sorted(deadlines, key=lambda one: (one.date, one.table, one.year)):
        frame = dataset.tables[one.table]
        frame = frame[frame["year"] == one.year]
        if one.procedure:
            frame = frame[frame["procedure"] == one.procedure]
        given = set(frame["school_id"].dropna())
        expected = tuple(
            str(school.school_id)
            for school in known.schools.itertuples(index=False)
            if school.school_id in known.open_in(one.year) and _has_grade(school, one)
        )
        missing = tuple(code for code in expected if code not in given)
        found.append(Due(one, expected, missing))
    return found


def _has_grade(school: object, deadline: Deadline) -> bool:
    needed = LAST_GRADES.get(deadline.procedure or "")
    last = getattr(school, "last_grade", None)
    return needed is None or fmt.is_missing(last) or int(str(last)) >= needed


def deadline_blocks(
    dataset: Dataset, known: Coverage, deadlines: Sequence[Deadline], names: dict[str, str]
) -> list[str]:
    """The section; without deadlines it says where they are set."""
    if not deadlines:
        return [
            "Сроки сдачи форм не заданы. Их вписывают в `shnor.yml`, например: "
            "`deadlines: [{table: social_passport, year: 2026, date: 2026-10-01}]`."
        ]
    found = dues(dataset, known, deadlines)
    rows = [
        {
            "form": due.title,
            "year": due.deadline.year,
            "date": _date(due),
            "order": due.deadline.date.isoformat(),
            "given": fmt.of(len(due.expected) - len(due.missing), len(due.expected)),
            "missing": len(due.missing),
        }
        for due in found
    ]
    table = DataTable(
        rows,
        [
            Col("form", "Форма"),
            Col("year", "Учебный год", "year"),
            Col("date", "Срок", "html", order="order"),
            Col("given", "Сдали"),
            Col("missing", "Не сдали, школ", "int"),
        ],
        caption="Формы со сроком сдачи",
    )
    nobody = [f"«{due.title}», {school_year(due.deadline.year)}" for due in found if due.nobody]
    blocks = [show(table)]
    if nobody:
        blocks.append(f"Не сдала ещё ни одна школа: {fmt.escape_md('; '.join(nobody))}.")
    late = _late(found, known, names)
    if len(late):
        several = late["municipality"].nunique() > 1
        columns = [
            Col("school", "Школа"),
            Col("forms", "Чего нет и к какому сроку", "html"),
            Col("count", "Форм", "int"),
        ]
        if several:
            columns.append(Col("municipality", "Муниципалитет", filter=True))
        blocks.append(
            show(
                capped(
                    late,
                    columns,
                    caption="Школы, от которых ждут формы",
                    nouns=("школы", "школ"),
                    sortable=True,
                )
            )
        )
    elif not nobody:
        blocks.append("Все формы со сроком сдачи есть у всех школ.")
    return blocks


def _late(found: Sequence[Due], known: Coverage, names: dict[str, str]) -> pd.DataFrame:
    """Schools and what they owe; forms nobody has handed in are said once for all."""
    rows = []
    owed = [(due, frozenset(due.missing)) for due in found if not due.nobody]
    for school in known.schools.itertuples(index=False):
        code = str(school.school_id)
        mine = [due for due, missing in owed if code in missing]
        if mine:
            forms = "<br>".join(
                f"{fmt.escape(due.title)}, {school_year(due.deadline.year)} — "
                f"{fmt.date_ru(due.deadline.date)}"
                for due in mine
            )
            rows.append(
                {
                    "school": names.get(code, code),
                    "municipality": fmt.one_line(school.municipality, ""),
                    "count": len(mine),
                    "forms": forms,
                }
            )
    return pd.DataFrame(rows)


def _date(due: Due) -> str:
    """The date for people and for ``page.js``; a form all have handed in is never late."""
    day = due.deadline.date
    mark = " data-shnor-deadline" if due.missing else ""
    return f'<time datetime="{day.isoformat()}"{mark}>{fmt.date_ru(day)}</time>'

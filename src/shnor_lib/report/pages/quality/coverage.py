"""Who gave what in which year: by procedure, by municipality, by school."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, TABLES
from shnor_lib.tables.life import open_in

FORMS: tuple[str, ...] = ("social_passport", "staff", "rating_points")
"""Forms every school hands in every year."""

GIVEN, MISSING, NOT_HELD, NOT_OPEN, NOT_ASKED = "f", "m", "h", "o", "a"
"""States of a school, a form and a year: given; missing; the procedure was not held; the school
was not open; nothing is expected (no such grades, or nobody gave it). Also classes of style.css."""
PARTLY = "p"
"""State of a municipality: some of its schools gave it."""

LAST_GRADES: dict[str, int] = {"oge": 9, "ege": 11}
"""Grade a school must have for a procedure to be expected of it."""


@dataclass(frozen=True)
class Item:
    """A procedure or a form: a column of the tables of coverage."""

    code: str
    title: str
    is_form: bool


@dataclass(frozen=True)
class Coverage:
    """What every school gave, and what was to be expected of it.

    Parameters
    ----------
    dataset
        Everything that was read.
    calendar
        When procedures were not held.
    """

    dataset: Dataset = field(repr=False)
    calendar: Calendar = field(repr=False)
    _open: dict[int, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def years(self) -> list[int]:
        """Years there are data of, ascending."""
        return self.dataset.years

    @cached_property
    def items(self) -> list[Item]:
        """Procedures and forms anybody gave, in the order of the data dictionary."""
        held = set(self.dataset.results["procedure"].dropna().unique())
        procedures = [Item(code, name, False) for code, name in PROCEDURES.items() if code in held]
        forms = [Item(name, TABLES[name].title, True) for name in FORMS if len(self._frame(name))]
        return procedures + forms

    @cached_property
    def schools(self) -> pd.DataFrame:
        """The register by municipality and name."""
        schools = self.dataset.schools.drop_duplicates("school_id")
        return schools.sort_values(["municipality", "name", "school_id"], ignore_index=True)

    @cached_property
    def given(self) -> dict[tuple[str, int], frozenset[str]]:
        """Item's code and year → schools that gave it."""
        results = self.dataset.results[(self.dataset.results["n"] > 0).fillna(value=False)]
        found = {
            (str(procedure), year): frozenset(
                results.loc[
                    (results["procedure"] == procedure) & (results["year"] == year), "school_id"
                ]
            )
            for procedure in results["procedure"].dropna().unique()
            for year in self.years
        }
        for name in FORMS:
            found |= {
                (name, int(str(year))): frozenset(schools)
                for year, schools in self._frame(name).groupby("year")["school_id"]
            }
        return found

    @cached_property
    def states(self) -> dict[tuple[str, str], str]:
        """School and item's code → its state in every year, one letter a year."""
        ever = {
            item.code: frozenset().union(*(self._of(item.code, year) for year in self.years))
            for item in self.items
        }
        found = {}
        for row in self.schools.itertuples(index=False):
            school = str(row.school_id)
            for item in self.items:
                expected = self._is_expected(item, row, school in ever[item.code])
                found[school, item.code] = "".join(
                    self._state(item, year, row, expected=expected) for year in self.years
                )
        return found

    def open_in(self, year: int) -> frozenset[str]:
        """Schools that can be asked for data of a school year."""
        if year not in self._open:
            there = open_in(self.schools, year)
            self._open[year] = frozenset(self.schools.loc[there, "school_id"])
        return self._open[year]

    def missing(self, item: str, year: int, schools: Iterable[str] | None = None) -> list[str]:
        """Schools of which the item was expected in the year and is not there."""
        if year not in self.years:
            return []
        at = self.years.index(year)
        known = self.schools["school_id"] if schools is None else schools
        return [s for s in known if self.states.get((s, item), "")[at : at + 1] == MISSING]

    def _frame(self, name: str) -> pd.DataFrame:
        return self.dataset.tables[name]

    def _of(self, code: str, year: int) -> frozenset[str]:
        return self.given.get((code, year), frozenset())

    def _is_expected(self, item: Item, school: object, ever: bool) -> bool:
        """Whether a school is asked for a procedure at all.

        A school that gave it once is; otherwise an ordinary school with the grade is.
        """
        if ever or item.is_form:
            return True
        kind = getattr(school, "kind", None)
        if not fmt.is_missing(kind) and kind != "общеобразовательная":
            return False
        needed = LAST_GRADES.get(item.code)
        last = getattr(school, "last_grade", None)
        return needed is None or (not fmt.is_missing(last) and int(str(last)) >= needed)

    def _state(self, item: Item, year: int, school: object, *, expected: bool) -> str:
        given = self._of(item.code, year)
        if getattr(school, "school_id", None) in given:
            return GIVEN
        if getattr(school, "school_id", None) not in self.open_in(year):
            return NOT_OPEN
        if not item.is_form and self.calendar.not_held_note(item.code, year) is not None:
            return NOT_HELD
        return MISSING if expected and given else NOT_ASKED


def coverage(results: pd.DataFrame) -> pd.DataFrame:
    """Schools, rows and participations by procedure and year.

    Returns
    -------
    DataFrame
        procedure, year, n_schools (schools with at least one result), n_rows, n (sum of
        participants over subjects and grades).
    """
    grouped = results.groupby(["procedure", "year"], observed=True)
    return pd.DataFrame(
        {
            "n_schools": grouped["school_id"].nunique(),
            "n_rows": grouped.size(),
            "n": grouped["n"].sum(),
        }
    ).reset_index()


def coverage_blocks(known: Coverage) -> list[str]:
    """The section: totals by year, municipalities, schools."""
    found = coverage(known.dataset.results)
    if found.empty:
        return ["Результатов оценочных процедур нет."]
    years, total = known.years, len(known.dataset.schools)
    latest = years[-1]
    results = known.dataset.results
    with_data = results.loc[results["year"] == latest, "school_id"].nunique()
    return [
        f"В реестре {fmt.count_phrase(total, 'школа', 'школы', 'школ')}. За {school_year(latest)} "
        f"учебный год результаты есть у {fmt.count_of(with_data, 'школы', 'школ')} "
        f"({fmt.percent(with_data / total) if total else fmt.DASH}).",
        show(_by_year(known, found, total)),
        *_maps(known),
    ]


def _by_year(known: Coverage, found: pd.DataFrame, total: int) -> DataTable:
    rows = []
    for item in known.items:
        row = {"procedure": item.title}
        for year in known.years:
            row[str(year)] = _year_cell(known, found, item, year, total)
        rows.append(row)
    return DataTable(
        pd.DataFrame(rows),
        [
            Col("procedure", "Процедура или форма"),
            *(Col(str(year), school_year(year), missing=fmt.NO_DATA) for year in known.years),
        ],
        caption="Школ с данными по процедурам и годам; в скобках — результатов (ученик × предмет)",
    )


def _year_cell(known: Coverage, found: pd.DataFrame, item: Item, year: int, total: int) -> str:
    if item.is_form:
        n = len(known.given.get((item.code, year), frozenset()))
        return fmt.count_phrase(n, "школа", "школы", "школ") if n else ""
    here = found[(found["procedure"] == item.code) & (found["year"] == year)]
    if len(here):
        row = here.iloc[0]
        return f"{fmt.number(row['n_schools'])} из {fmt.number(total)} ({fmt.number(row['n'])})"
    if known.calendar.not_held_note(item.code, year) is not None:
        return "не проводилось"
    return ""


# --- the maps -------------------------------------------------------------------------------

_COLOURS = {
    GIVEN: "var(--cov-given)", PARTLY: "var(--cov-partly)", MISSING: "var(--cov-missing)",
    NOT_HELD: "var(--cov-not-held)", NOT_OPEN: "#0000", NOT_ASKED: "#0000",
}  # fmt: skip
_WORDS: tuple[tuple[str, str], ...] = (
    (GIVEN, "данные есть"),
    (MISSING, "данных нет"),
    (NOT_HELD, "процедура не проводилась"),
    (NOT_OPEN, "пусто — школа не работала, таких классов в ней нет или данных нет ни у кого"),
)


def _maps(known: Coverage) -> list[str]:
    """Municipalities (if there are several) and schools, a strip of years in every cell."""
    styles: dict[str, str] = {}
    blocks = []
    municipalities = known.schools["municipality"].dropna().nunique()
    if municipalities > 1:
        blocks.append(_municipality_map(known, styles))
    blocks.append(_school_map(known, styles, municipalities > 1))
    years = known.years
    span = (
        school_year(years[0])
        if len(years) == 1
        else (f"слева направо — учебные годы с {school_year(years[0])} по {school_year(years[-1])}")
    )
    legend = "".join(
        f'<li><i class="shnor-cov-{code}"></i>{fmt.escape(words)}</li>' for code, words in _WORDS
    )
    partly = (
        f'<li><i class="shnor-cov-{PARTLY}"></i>данные есть у части школ района</li>'
        if municipalities > 1
        else ""
    )
    head = (
        "Полоска под числом — по одному делению на год: "
        f"{span}. Число — за сколько лет данные есть; если есть не за все, то рядом стоит, за сколько лет их "
        "следовало ждать."
    )
    rules = "".join(
        f".shnor-coverage .{name}{{background-image:{gradient(states)}}}"
        for states, name in styles.items()
    )
    return [
        "### Охват по школам",
        head,
        raw(f'<ul class="shnor-cov-legend">{legend}{partly}</ul><style>{rules}</style>'),
        *blocks,
    ]


def gradient(states: str) -> str:
    """CSS picture of a strip: one piece per state, a narrow gap after each."""
    width = 100 / len(states)
    pieces = []
    for at, state in enumerate(states):
        first, last = f"{at * width:.4g}%", f"{(at + 1) * width:.4g}%"
        pieces.append(f"{_COLOURS[state]} {first} calc({last} - 2px),#0000 0 {last}")
    return f"linear-gradient(90deg,{','.join(pieces)})"


def _strip(states: str, styles: dict[str, str], said: str, missing: Sequence[str]) -> str:
    name = styles.setdefault(states, f"s{len(styles)}")
    title = f' title="нет: {", ".join(missing)}"' if missing else ""
    return f"<i class={name}{title}>{said}</i>"


def _school_map(known: Coverage, styles: dict[str, str], several: bool) -> str:
    years = [school_year(year) for year in known.years]
    rows = []
    for school in known.schools.itertuples(index=False):
        code = str(school.school_id)
        row: dict[str, object] = {
            "name": fmt.one_line(school.name, code),
            "municipality": fmt.one_line(school.municipality, ""),
        }
        gaps = 0
        for item in known.items:
            states = known.states[code, item.code]
            have, lack = states.count(GIVEN), states.count(MISSING)
            gaps += lack
            missing = [year for year, state in zip(years, states, strict=True) if state == MISSING]
            said = f"{have} из {have + lack}" if lack else str(have) if have else fmt.DASH
            row[item.code] = _strip(states, styles, said, missing)
        rows.append({**row, "gaps": gaps})
    columns = [
        Col("name", "Школа"),
        Col("gaps", "Пробелов", "int", help="Сколько форм и процедур за все годы не хватает"),
        *(Col(item.code, item.title, "html") for item in known.items),
    ]
    if several:
        columns.append(Col("municipality", "Муниципалитет", filter=True))
    return _coverage_table(rows, columns, "Какие данные есть у школы")


def _municipality_map(known: Coverage, styles: dict[str, str]) -> str:
    rows = []
    latest = len(known.years) - 1
    for municipality, schools in known.schools.groupby("municipality", sort=True):
        codes = [str(code) for code in schools["school_id"]]
        row: dict[str, object] = {"name": fmt.one_line(municipality), "n": len(codes)}
        for item in known.items:
            by_year = [
                [known.states[code, item.code][at] for code in codes]
                for at in range(len(known.years))
            ]
            now = by_year[latest]
            have = now.count(GIVEN)
            expected = have + now.count(MISSING)
            said = f"{have} из {expected}" if expected else fmt.DASH
            row[item.code] = _strip("".join(map(_together, by_year)), styles, said, [])
        rows.append(row)
    columns = [
        Col("name", "Муниципалитет"),
        Col("n", "Школ", "int"),
        *(Col(item.code, item.title, "html") for item in known.items),
    ]
    return _coverage_table(
        rows,
        columns,
        f"Сколько школ района дали данные за {school_year(known.years[-1])} учебный год",
    )


def _together(states: Sequence[str]) -> str:
    """One state for a municipality in a year."""
    have, lack = states.count(GIVEN), states.count(MISSING)
    if have and lack:
        return PARTLY
    if have or lack:
        return GIVEN if have else MISSING
    return NOT_HELD if NOT_HELD in states else NOT_ASKED


def _coverage_table(
    rows: Sequence[Mapping[str, object]], columns: Sequence[Col], caption: str
) -> str:
    table = DataTable(
        [dict(row) for row in rows], columns, caption=caption, sortable=len(rows) > 12
    )
    return raw(f'<div class="shnor-coverage">{table.html()}</div>')

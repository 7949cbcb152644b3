"""Schools that were merged into others, and whose their earlier results are.

The register decides, explicitly: a school closed in year Y («Закрыта в году») with a successor
(«Правопреемник») either keeps its history («остаются у прежней школы», the default) or gives it
away («переходят к правопреемнику»). In the second case every row of the closed school up to year
Y becomes the successor's. Where the successor has a row of the same key the two are added up:

* numbers of people are summed; a number one part does not know is not known of the whole;
* means and shares are weighted by the participants they were computed from;
* what cannot be computed from two parts (a rank correlation, a share without its number) is empty;
* the place in the files is that of the larger part; the other part's place is kept in
  ``result_sources`` and in the question put to the user.

Rows whose years say otherwise stay where they are; :mod:`shnor_lib.sources.crosschecks` reports
results of schools that were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.values import quoted, school_year
from shnor_lib.sources.schools.school_names import Letters, SchoolNames
from shnor_lib.tables import PROCEDURES, PROVENANCE, TABLES, Table

WEIGHTED: dict[str, tuple[str, ...]] = {
    "results": ("mean_score",),
    "task_results": ("share",),
}
"""Table → columns that are means over its ``n`` pupils."""

ADDED: tuple[str, ...] = (
    "results",
    "score_distribution",
    "journal_comparison",
    "task_results",
    "social_passport",
    "staff",
)
"""Tables whose rows can be added up; of the others the successor's own row stays."""

_SIZE = {"social_passport": "total", "staff": "teachers"}
"""Column that says which part is larger; ``n`` elsewhere."""

_LISTED = 8


@dataclass(frozen=True)
class Merger:
    """One school whose history goes to another.

    Attributes
    ----------
    school, successor
        Codes of the register.
    closed
        Calendar year of closing: rows of school years up to it move.
    """

    school: str
    successor: str
    closed: int


@dataclass
class Merged:
    """Tables after the histories have moved.

    Attributes
    ----------
    tables
        Tidy tables by name.
    faults
        One question per merger that moved anything.
    """

    tables: dict[str, pd.DataFrame]
    faults: list[Fault] = field(default_factory=list)


def read_mergers(
    register: pd.DataFrame, names: SchoolNames, letters: Letters
) -> tuple[pd.DataFrame, list[Merger], list[Fault]]:
    """What the register says of mergers.

    Parameters
    ----------
    register
        Tidy schools; ``merged_into`` as written.
    names
        The register with confirmed keys: a successor may be named by any of its codes.
    letters
        For naming cells.

    Returns
    -------
    register, mergers, faults
        ``merged_into`` as codes of the register (empty where it is unknown or the school itself);
        mergers whose history moves, each before those of its successor; faults: unknown
        successors, schools merged into themselves or in a circle, mergers without a year.
    """
    faults: list[Fault] = []
    rows = {str(row["school_id"]): row for row in register.to_dict("records")}
    successors: dict[str, str] = {}
    for school, row in rows.items():
        written = row["merged_into"]
        if pd.isna(written):
            if row["history"] == "moves":
                faults.append(_without_successor(row, letters))
            continue
        code = names.code(written)
        if code is None:
            faults.append(_unknown_successor(row, names, letters))
        elif code == school:
            faults.append(_into_itself(row, letters))
        else:
            successors[school] = code
            if pd.isna(row["closed"]):
                faults.append(_without_year(row, letters))
    circle = _in_circles(successors)
    faults += [
        _circle(school, successors, rows[school], letters)
        for school in sorted(circle)
        if school == min(_walk(school, successors))
    ]
    successors = {s: code for s, code in successors.items() if s not in circle}
    out = register.assign(
        merged_into=pd.array(
            [successors.get(code, pd.NA) for code in register["school_id"]], dtype="string"
        )
    )
    moving = {
        school: Merger(school, code, int(rows[school]["closed"]))
        for school, code in successors.items()
        if rows[school]["history"] == "moves" and not pd.isna(rows[school]["closed"])
    }
    # A school that took over another gives both histories away.
    order = sorted(moving, key=lambda school: (-len(_walk(school, successors)), school))
    return out, [moving[school] for school in order], faults


def move_histories(
    tables: Mapping[str, pd.DataFrame], mergers: list[Merger], letters: Letters
) -> Merged:
    """Give the rows of closed schools to their successors.

    Parameters
    ----------
    tables
        Tidy tables by name, every key once.
    mergers
        In the order of :func:`read_mergers`.
    letters
        For naming cells.
    """
    out = dict(tables)
    faults = []
    for merger in mergers:
        moved: dict[str, int] = {}
        summed: dict[str, list[str]] = {}
        kept: dict[str, list[str]] = {}
        for name, table in TABLES.items():
            if not table.by_year or "school_id" not in table.key or name == "result_sources":
                continue
            out[name], count, both, sources = _move(table, out[name], merger)
            moved[name] = count
            if both:
                (summed if name in ADDED else kept)[name] = both
            if len(sources):
                out["result_sources"] = _with_sources(out["result_sources"], sources)
        out["result_sources"] = _relabelled(out["result_sources"], merger)
        if any(moved.values()) or summed or kept:
            faults.append(_moved(tables["schools"], merger, moved, summed, kept, letters))
    return Merged(out, faults)


def add_rows(table: Table, one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Two parts of one school as a whole.

    Parameters
    ----------
    table
        One of :data:`ADDED`.
    one, other
        Rows with the same keys in the same order and equal indices; the larger part of each
        pair gives the provenance and, where it cannot be added, nothing else.

    Returns
    -------
    DataFrame
        Columns of ``one``; keys of ``one``.
    """
    size = _SIZE.get(table.name, "n")
    weights = one[size].astype("Float64"), other[size].astype("Float64")
    first_larger = (weights[0].fillna(0) >= weights[1].fillna(0)).astype(bool)
    out = one.copy()
    for name in PROVENANCE:
        out[name] = one[name].where(first_larger, other[name])
    for column in table.columns:
        name = column.name
        if name in table.key:
            continue
        a, b = one[name], other[name]
        if name in WEIGHTED.get(table.name, ()):
            out[name] = _weighted(a, b, *weights)
        elif column.kind == "int" and not name.startswith("max"):
            # Nobody took part in one of them: it has nothing to add.
            a = a.fillna(0).where((weights[0] == 0).fillna(value=False), a)
            b = b.fillna(0).where((weights[1] == 0).fillna(value=False), b)
            out[name] = a + b
        elif column.kind == "float" and not name.startswith("max"):
            out[name] = pd.NA
        else:
            out[name] = a.where((a == b).fillna(value=False).astype(bool))
    if table.name == "task_results":
        # A share of other points is no share of these.
        scales = (one["max_score"] != other["max_score"]).fillna(value=False).astype(bool)
        out["share"] = out["share"].mask(scales)
    return out.astype(dict(one.dtypes))


def _weighted(
    a: pd.Series[Any], b: pd.Series[Any], of_a: pd.Series[Any], of_b: pd.Series[Any]
) -> pd.Series[Any]:
    """Mean over both parts; empty unless every part that somebody took part in knows its own."""
    a, b = a.mask((of_a == 0).fillna(value=False), 0), b.mask((of_b == 0).fillna(value=False), 0)
    total = of_a + of_b
    return ((a * of_a + b * of_b) / total.where((total > 0).fillna(value=False))).astype("Float64")


def _move(
    table: Table, frame: pd.DataFrame, merger: Merger
) -> tuple[pd.DataFrame, int, list[str], pd.DataFrame]:
    """A table with the closed school's rows given away.

    Returns
    -------
    frame, moved, both, sources
        The table, the number of rows that only changed their school, the rows both schools had
        in words, and the places of the smaller parts that were added.
    """
    none = frame.iloc[:0]
    going = (frame["school_id"] == merger.school) & (frame["year"] <= merger.closed)
    going = going.fillna(value=False).astype(bool)
    if not going.any():
        return frame, 0, [], none
    given = frame[going].assign(school_id=merger.successor)
    given = given.astype(dict(frame.dtypes))
    stay = frame[~going]
    own = stay[(stay["school_id"] == merger.successor).fillna(value=False).astype(bool)]
    if table.name == "score_distribution":
        joined, both = _distributions(table, own, given)
        rest = stay.drop(own.index)
        return (
            pd.concat([rest, joined], ignore_index=True),
            len(given) - len(both),
            both,
            none,
        )
    keys, mine = (pd.MultiIndex.from_frame(part[list(table.key)]) for part in (given, own))
    twice = keys.isin(mine)
    both = [_words(row) for row in given[twice].to_dict("records")]
    alone = given[~twice]
    if table.name not in ADDED or not twice.any():
        joined = pd.concat([stay, alone], ignore_index=True)
        return joined, len(alone), both, none
    place = pd.Series(own.index, index=mine)
    theirs = given[twice].reset_index(drop=True)
    ours = own.loc[place.loc[keys[twice]].to_numpy()].reset_index(drop=True)
    sums = add_rows(table, ours, theirs)
    smaller = (
        sums["source_row"].ne(ours["source_row"])
        | sums["source_file"].ne(ours["source_file"])
        | sums["source_sheet"].ne(ours["source_sheet"])
    )
    places = theirs.where(~smaller.fillna(value=False), ours)
    rest = stay.drop(place.loc[keys[twice]].to_numpy())
    joined = pd.concat([rest, sums, alone], ignore_index=True)
    return joined, len(alone), both, places if table.name == "results" else none


def _distributions(
    table: Table, own: pd.DataFrame, given: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Distributions of both schools; ``n`` is the participants of both in every row."""
    unit = [name for name in table.key if name != "score"]
    parts = pd.concat([own, given], ignore_index=True)
    both = sorted(
        set(map(tuple, own[unit].to_numpy())) & set(map(tuple, given[unit].to_numpy())), key=str
    )
    if not both:
        return parts, []
    whole = pd.concat([part.drop_duplicates(unit)[[*unit, "n"]] for part in (own, given)])
    whole = whole.groupby(unit, dropna=False)["n"].sum().rename("whole").reset_index()
    joined = parts.groupby([*unit, "score"], sort=False, dropna=False)
    rows = joined.first().reset_index()[list(parts.columns)]
    rows["n_score"] = joined["n_score"].sum().to_numpy()
    different = joined["max_score"].transform("nunique") > 1
    scales = set(map(tuple, parts.loc[different, unit].to_numpy()))
    rows = rows.merge(whole, on=unit)
    rows["n"] = rows.pop("whole")
    if scales:
        mixed = [tuple(key) in scales for key in rows[unit].to_numpy()]
        rows.loc[mixed, "max_score"] = pd.NA
    words = [_words(dict(zip(unit, key, strict=True))) for key in both]
    return rows.astype(dict(parts.dtypes)), words


def _with_sources(sources: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Places of the smaller parts, after those there are."""
    unit = [name for name in TABLES["result_sources"].key if name != "part"]
    rows = parts[[*unit, *PROVENANCE]].copy()
    known = sources.groupby(unit, dropna=False)["part"].max()
    keys = pd.MultiIndex.from_frame(rows[unit])
    last = known.reindex(keys).to_numpy(dtype=float, na_value=np.nan)
    rows["part"] = np.nan_to_num(last).astype(int) + 1
    rows["n"] = [_rows_in(spans) for spans in rows["source_rows"]]
    return pd.concat([sources, rows.astype(dict(sources.dtypes))], ignore_index=True)


def _rows_in(spans: Any) -> int:
    """How many rows «12-37,40» are; no spans are one row."""
    if pd.isna(spans):
        return 1
    ends = (span.partition("-") for span in str(spans).split(","))
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)


def _relabelled(sources: pd.DataFrame, merger: Merger) -> pd.DataFrame:
    """Further places of the closed school's results become the successor's."""
    going = (sources["school_id"] == merger.school) & (sources["year"] <= merger.closed)
    going = going.fillna(value=False).astype(bool)
    if not going.any():
        return sources
    sources = sources.copy()
    sources.loc[going, "school_id"] = merger.successor
    unit = [name for name in TABLES["result_sources"].key if name != "part"]
    sources["part"] = (sources.groupby(unit, dropna=False).cumcount() + 1).astype("Int64")
    return sources


def _words(row: Mapping[Any, Any]) -> str:
    """«2021/2022, ОГЭ, 9 класс, математика»."""
    parts = [school_year(int(row["year"]))]
    for name in ("procedure", "grade", "subject", "indicator"):
        value = row.get(name)
        if value is None or pd.isna(value):
            continue
        parts.append(
            f"{value} класс" if name == "grade" else PROCEDURES.get(str(value), str(value))
        )
    return ", ".join(dict.fromkeys(parts))


def _walk(school: str, successors: Mapping[str, str]) -> list[str]:
    """The school, its successor, the successor's successor …; every school once."""
    found = [school]
    while (following := successors.get(found[-1])) is not None and following not in found:
        found.append(following)
    return found


def _in_circles(successors: Mapping[str, str]) -> set[str]:
    return {
        school for school in successors if successors.get(_walk(school, successors)[-1]) == school
    }


def _place(row: Mapping[Any, Any], column: str, letters: Letters) -> tuple[str, str, str]:
    file, sheet = str(row["source_file"]), str(row["source_sheet"])
    return file, sheet, letters.cell(file, sheet, int(row["source_row"]), column)


def _title(column: str) -> str:
    return quoted(TABLES["schools"].column(column).title)


def _school(row: Mapping[Any, Any]) -> str:
    return f"школа «{row['school_id']}» ({row['name']})"


def _unknown_successor(row: Mapping[Any, Any], names: SchoolNames, letters: Letters) -> Fault:
    near = names.suggester.suggest(str(row["merged_into"]))
    return Fault(
        *_place(row, "merged_into", letters),
        "unknown-successor",
        f"{_school(row)}: правопреемника «{row['merged_into']}» в реестре нет.",
        "код школы из реестра.",
        f"Исправьте код. Похожа {near[0].sentence}."
        if near
        else "Исправьте код или добавьте школу в реестр.",
    )


def _into_itself(row: Mapping[Any, Any], letters: Letters) -> Fault:
    return Fault(
        *_place(row, "merged_into", letters),
        "merged-into-itself",
        f"{_school(row)} присоединена к самой себе.",
        "код другой школы.",
        "Исправьте код правопреемника или очистите ячейку.",
    )


def _circle(
    school: str, successors: Mapping[str, str], row: Mapping[Any, Any], letters: Letters
) -> Fault:
    steps = " → ".join(f"«{code}»" for code in [*_walk(school, successors), school])
    return Fault(
        *_place(row, "merged_into", letters),
        "merged-in-circle",
        f"школы присоединены друг к другу по кругу: {steps}.",
        "у последней школы правопреемника нет.",
        "Исправьте правопреемников: действующая школа ни к кому не присоединена.",
    )


def _without_year(row: Mapping[Any, Any], letters: Letters) -> Fault:
    return Fault(
        *_place(row, "closed", letters),
        "merger-without-year",
        f"{_school(row)} присоединена к школе «{row['merged_into']}», а в каком году закрыта, не "
        "сказано.",
        f"год в столбце {_title('closed')}.",
        "Впишите год.",
    )


def _without_successor(row: Mapping[Any, Any], letters: Letters) -> Fault:
    return Fault(
        *_place(row, "history", letters),
        "history-without-successor",
        f"{_school(row)}: прежние результаты переходят к правопреемнику, а правопреемник не указан.",
        f"код школы в столбце {_title('merged_into')}.",
        f"Впишите правопреемника или очистите столбец {_title('history')}.",
    )


def _moved(
    register: pd.DataFrame,
    merger: Merger,
    moved: Mapping[str, int],
    summed: Mapping[str, list[str]],
    kept: Mapping[str, list[str]],
    letters: Letters,
) -> Fault:
    rows = {str(row["school_id"]): row for row in register.to_dict("records")}
    row = rows[merger.school]
    text = (
        f"{_school(row)} закрыта в {merger.closed} году, её прежние результаты и сведения переданы "
        f"школе «{merger.successor}» ({rows[merger.successor]['name']}): "
    )
    parts = []
    plain = [f"{TABLES[n].title.lower()} — {count}" for n, count in moved.items() if count]
    if plain:
        parts.append(f"перенесено строк: {', '.join(plain)}")
    if summed:
        parts.append(f"сложено там, где данные есть у обеих школ: {_list(summed)}")
    if kept:
        parts.append(f"не сложено, оставлены строки правопреемника: {_list(kept)}")
    return Fault(
        *_place(row, "history", letters),
        "history-moved",
        f"{text}{'; '.join(parts)}.",
        "",
        "Проверьте, что так и задумано. Чтобы история осталась у прежней школы, измените столбец "
        f"{_title('history')} в реестре.",
        Severity.QUESTION,
        rows=sum(map(len, kept.values())),
    )


def _list(found: Mapping[str, list[str]]) -> str:
    texts = []
    for name, rows in found.items():
        shown = "; ".join(rows[:_LISTED])
        more = f"; и ещё {len(rows) - _LISTED}" if len(rows) > _LISTED else ""
        texts.append(f"{TABLES[name].title.lower()} ({shown}{more})")
    return ", ".join(texts)

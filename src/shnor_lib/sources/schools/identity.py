"""One register and known schools: the first step of assembling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.schools.context import (
    FORMS,
    completed_register,
    hints,
    one_form_each,
    sheets_about_the_same,
    staff_with_forms,
)
from shnor_lib.sources.schools.mergers import Merger, read_mergers
from shnor_lib.sources.schools.municipalities import one_name_each
from shnor_lib.sources.schools.open_schools import OpenSchool, one_question_each
from shnor_lib.sources.schools.resolve import resolve_schools
from shnor_lib.sources.schools.school_keys import checked_keys
from shnor_lib.sources.schools.school_names import Letters, SchoolNames
from shnor_lib.sources.schools.school_words import ONE_SCHOOL_PREFIXES, login_parts
from shnor_lib.tables import PROVENANCE, TABLES

NO_MUNICIPALITY = "не указан"


@dataclass
class Identified:
    """Tables whose schools are those of the register.

    Attributes
    ----------
    tables
        Tidy tables by name.
    rows
        The other rows (pupils), by name; their schools too are codes of the register.
    faults
        What did not join, and what is wrong with the register and the keys.
    open_schools
        One question to the user per spelling that joined nothing.
    mergers
        Schools whose history goes to their successors.
    """

    tables: dict[str, pd.DataFrame]
    rows: dict[str, pd.DataFrame]
    faults: list[Fault] = field(default_factory=list)
    open_schools: list[OpenSchool] = field(default_factory=list)
    mergers: list[Merger] = field(default_factory=list)


def identify_schools(
    tables: Mapping[str, pd.DataFrame],
    rows: Mapping[str, pd.DataFrame],
    seen: pd.DataFrame,
    letters: Letters,
    *,
    register_given: bool,
) -> Identified:
    """Find the school of every row.

    Parameters
    ----------
    tables
        Tidy tables of all files; no school twice in the register.
    rows
        Rows that become tables later (pupils), by names that are no tables.
    seen
        Schools the reports mention.
    letters
        For naming cells.
    register_given
        Whether some file is a register, even one full of faults. Without any, the register is
        derived from the data.
    """
    out = dict(tables)
    register = out["schools"]
    if not len(register):
        return _without_register(out, dict(rows), seen, letters, register_given=register_given)
    alone = SchoolNames(register)
    faults = alone.faults(letters)
    out["school_keys"], found = checked_keys(out["school_keys"], alone, letters)
    faults += found
    names = SchoolNames(register, out["school_keys"])
    # The questionnaire comes first: it may know the codes the other files use.
    near = hints(out["context_general"], names)
    forms = resolve_schools({name: out[name] for name in FORMS}, names, seen, letters, hints=near)
    for name in FORMS:
        out[name], found = one_form_each(name, forms.frames[name], letters)
        faults += found
    out["schools"], found = completed_register(register, out["context_general"], names, letters)
    faults += found
    names = SchoolNames(out["schools"], out["school_keys"])
    out["schools"], mergers, found = read_mergers(out["schools"], names, letters)
    faults += found
    rest = {name: frame for name, frame in out.items() if name not in FORMS}
    resolved = resolve_schools({**rest, **rows}, names, seen, letters, hints=near)
    out |= {name: resolved.frames[name] for name in rest}
    out["staff"], found = staff_with_forms(out["staff"], out["context_education"], letters)
    faults += [*found, *sheets_about_the_same(out, letters)]
    return Identified(
        out,
        {name: resolved.frames[name] for name in rows},
        [*faults, *forms.faults, *resolved.faults],
        one_question_each([*forms.open_schools, *resolved.open_schools]),
        mergers,
    )


def _without_register(
    tables: dict[str, pd.DataFrame],
    rows: dict[str, pd.DataFrame],
    seen: pd.DataFrame,
    letters: Letters,
    *,
    register_given: bool,
) -> Identified:
    """A register of every school the files mention; confirmed keys still join spellings."""
    keys = tables["school_keys"]
    faults: list[Fault] = []
    if len(keys):
        codes = keys["school_id"].dropna().unique()
        named = TABLES["schools"].empty().reindex(range(len(codes)))
        named["school_id"] = named["name"] = codes
        named = named.astype(dict(TABLES["schools"].empty().dtypes))
        tables["school_keys"], faults = checked_keys(keys, SchoolNames(named), letters)
        names = SchoolNames(named, tables["school_keys"])
        for name, table in TABLES.items():
            for column in table.school_columns:
                tables[name] = _by_keys(tables[name], column, names)
        rows = {name: _by_keys(frame, "school_id", names) for name, frame in rows.items()}
        seen = _by_keys(seen, "school_id", names)
    tables["schools"], found = _derived_register(tables, rows, seen)
    # A register that is there but full of faults has been reported already.
    return Identified(tables, rows, faults if register_given else [*faults, *found])


def _by_keys(frame: pd.DataFrame, column: str, names: SchoolNames) -> pd.DataFrame:
    """What confirmed keys say of a column; other texts stay."""
    if frame.empty:
        return frame
    years = frame["year"] if "year" in frame else [None] * len(frame)
    codes = [
        text
        if pd.isna(text)
        else names.find(text, year=None if pd.isna(year) else int(year)).code or text
        for text, year in zip(frame[column], years, strict=True)
    ]
    return frame.assign(**{column: pd.array(codes, dtype="string")})


def _derived_register(
    tables: Mapping[str, pd.DataFrame], rows: Mapping[str, pd.DataFrame], seen: pd.DataFrame
) -> tuple[pd.DataFrame, list[Fault]]:
    """A register of every school the files mention; names and municipalities from the reports."""
    table = TABLES["schools"]
    mentioned = [frame["school_id"] for frame in rows.values()] + [
        tables[name][column] for name, table in TABLES.items() for column in table.school_columns
    ]
    codes = sorted({str(code) for column in mentioned for code in column.dropna().unique()})
    if not codes:
        return table.empty(), []
    # The last file wins: municipalities are renamed now and then.
    homes_last = seen.sort_values("municipality", key=lambda homes: homes.notna(), kind="stable")
    known = homes_last.drop_duplicates("school_id", keep="last").set_index("school_id")
    known = known.reindex(codes)
    register = table.empty().reindex(range(len(codes)))
    register["school_id"] = codes
    register["name"] = known["name"].fillna(pd.Series(codes, index=codes)).to_numpy()
    # «Район», «муниципальный район» and «муниципальный округ» of one name are one municipality.
    homes = one_name_each(homes_last["municipality"].dropna())
    register["municipality"] = (
        known["municipality"].map(homes).astype("string").fillna(NO_MUNICIPALITY).to_numpy()
    )
    for name in PROVENANCE:
        register[name] = known[name].to_numpy()
    register = register.astype(dict(table.empty().dtypes))
    return register, [_no_register(len(codes)), *_two_logins(codes)]


def _no_register(count: int) -> Fault:
    return Fault(
        "data/raw",
        code="no-register",
        message=f"реестра школ нет: он составлен по самим данным (школ: {count}).",
        expected="книга «Реестр школ.xlsx».",
        remedy="Заполните реестр (команда shnor templates даёт пустую книгу): без него нельзя "
        "отличить опечатку в коде от новой школы и соединить коды разных систем.",
        severity=Severity.WARNING,
    )


def _two_logins(codes: list[str]) -> list[Fault]:
    """A warning where sch… and edu… with equal digits stand as two schools."""
    by_digits: dict[str, list[str]] = {}
    for code in codes:
        login = login_parts(code)
        if login and login[0] in ONE_SCHOOL_PREFIXES:
            by_digits.setdefault(login[1], []).append(code)
    pairs = [pair for pair in by_digits.values() if len(pair) > 1]
    if not pairs:
        return []
    return [
        Fault(
            "data/raw",
            code="two-logins",
            message=f"логины {' и '.join(f'«{code}»' for code in pairs[0])} отличаются только "
            f"приставкой (таких пар: {len(pairs)}): на деле это, скорее всего, одна и та же школа, "
            "а сейчас они считаются разными.",
            expected="одна школа под одним кодом.",
            remedy="Заполните реестр школ и подтвердите логины в книге «Сверка школ.xlsx» или "
            "впишите их в лист «Ключи школ».",
            severity=Severity.WARNING,
        )
    ]

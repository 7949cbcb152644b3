"""What the context questionnaire adds: codes and settlement for the register, numbers of teachers.

The register and «Кадры» always win: the questionnaire only fills what they leave empty, and says
so. A code two schools claim is given to neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.values import quoted, school_year
from shnor_lib.sources.schools.school_names import Exam, Letters, SchoolNames
from shnor_lib.sources.schools.school_words import code_key
from shnor_lib.tables import PROVENANCE, TABLES

FORMS: tuple[str, ...] = ("context_general", "context_education")
"""Tables of the questionnaire, one per sheet."""

_FILLED = (
    "ris_code",
    "ris_code_ege",
    "inn",
    "full_name",
    "settlement_type",
    "remoteness",
)
_RIS: tuple[tuple[str, Exam], ...] = (("ris_code", "oge"), ("ris_code_ege", "ege"))
_NAMES = frozenset({"name", "full_name", "settlement_band"})
_LISTED = 6

_Row = Mapping[Any, Any]


def hints(general: pd.DataFrame, names: SchoolNames) -> dict[str, tuple[str, ...]]:
    """Schools an unknown login may mean, because its questionnaire gives their codes.

    Parameters
    ----------
    general
        Rows of ``context_general`` before their schools are found.
    names
        The register with confirmed keys.

    Returns
    -------
    dict
        Login as written → codes of the register.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    columns = ["school_id", "ris_code", "ris_code_ege", "inn"]
    for login, oge, ege, inn in general[columns].itertuples(index=False, name=None):
        asked: tuple[tuple[Any, Exam | None], ...] = ((oge, "oge"), (ege, "ege"), (inn, None))
        for text, exam in asked:
            code = None if pd.isna(text) else names.find(text, exam=exam).code
            if code is not None:
                found[login].add(code)
    return {login: tuple(sorted(codes)) for login, codes in found.items()}


def one_form_each(
    name: str, frame: pd.DataFrame, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """One questionnaire per school and year; of several the first stays and each other is named.

    Parameters
    ----------
    name
        One of :data:`FORMS`.
    frame
        Its rows; schools are those of the register.
    letters
        For naming cells.
    """
    key = list(TABLES[name].key)
    repeated = frame.duplicated(key)
    if not repeated.any():
        return frame, []
    faults = []
    firsts = {_key(row, key): row for row in frame[~repeated].to_dict("records")}
    answers = [column.name for column in TABLES[name].columns if column.name not in key]
    for row in frame[repeated].to_dict("records"):
        first = firsts[_key(row, key)]
        differing = [
            f"{quoted(TABLES[name].column(column).title)} — {_shown(first[column])} "
            f"и {_shown(row[column])}"
            for column in answers
            if column not in _NAMES
            and not pd.isna(first[column])
            and not pd.isna(row[column])
            and first[column] != row[column]
        ]
        faults.append(_repeated_form(row, first, differing, letters))
    return frame[~repeated].reset_index(drop=True), faults


def completed_register(
    register: pd.DataFrame, general: pd.DataFrame, names: SchoolNames, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """The register with its empty cells filled from the latest questionnaire of each school.

    Parameters
    ----------
    register
        Tidy schools.
    general
        ``context_general``, one row per school and year, schools of the register.
    names
        The register with confirmed keys.
    letters
        For naming cells.

    Returns
    -------
    register, faults
        A code that another school has, in the register or in its own questionnaire, is not
        taken and named with both schools.
    """
    if general.empty:
        return register, []
    latest = general.sort_values("year", kind="stable").drop_duplicates("school_id", keep="last")
    latest = latest.set_index("school_id")
    answers, faults = _own_codes(latest, register, names, letters)
    out = register.set_index("school_id")
    for column in _FILLED:
        given = answers[column].reindex(out.index)
        if column == "ris_code_ege":
            # Only a code of its own: the one for ОГЭ serves both.
            given = given.mask((given == out["ris_code"]).fillna(value=False).astype(bool))
        filled = out[column].isna() & given.notna()
        if filled.any():
            out[column] = out[column].where(~filled, given)
            faults.append(_filled(column, out[filled], letters))
    return out.reset_index()[list(register.columns)].astype(dict(register.dtypes)), faults


def staff_with_forms(
    staff: pd.DataFrame, education: pd.DataFrame, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """«Кадры» with numbers of teachers from questionnaires where a school and year are missing.

    Parameters
    ----------
    staff
        Tidy «Кадры».
    education
        ``context_education``, one row per school and year.
    letters
        For naming cells.
    """
    given = education[education["teachers"].notna()]
    if given.empty:
        return staff, []
    key = ["school_id", "year"]
    both = given.merge(staff[[*key, "teachers", *PROVENANCE]], on=key, suffixes=("", "_staff"))
    differing = both[(both["teachers"] != both["teachers_staff"]).fillna(value=False)]
    faults = [_staff_differs(differing, letters)] if len(differing) else []
    known = pd.MultiIndex.from_frame(staff[key])
    new = given[~pd.MultiIndex.from_frame(given[key]).isin(known)]
    if new.empty:
        return staff, faults
    rows = new.reindex(columns=staff.columns).astype(dict(staff.dtypes))
    return pd.concat([staff, rows], ignore_index=True), faults


def sheets_about_the_same(tables: Mapping[str, pd.DataFrame], letters: Letters) -> list[Fault]:
    """Questions: schools that stand on one sheet of a questionnaire and not on the other."""
    general, education = (tables[name] for name in FORMS)
    faults = []
    for file in sorted(set(general["source_file"]) & set(education["source_file"])):
        here = general[general["source_file"] == file]
        there = education[education["source_file"] == file]
        for one, other in ((here, there), (there, here)):
            missing = one[~one["school_id"].isin(other["school_id"])]
            if missing.empty:
                continue
            first = missing.iloc[0].to_dict()
            faults.append(
                Fault(
                    *_place(first, "school_id", letters),
                    "one-sheet-only",
                    f"школы есть на листе «{first['source_sheet']}», но их нет на листе "
                    f"«{other['source_sheet'].iloc[0]}» этой же анкеты: {_list(missing['school_id'])}.",
                    "на обоих листах одни и те же школы.",
                    "Проверьте, целиком ли выгружена анкета. Прочитано то, что есть.",
                    Severity.QUESTION,
                )
            )
    return faults


def _own_codes(
    latest: pd.DataFrame, register: pd.DataFrame, names: SchoolNames, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """Answers of each school without the codes that are another's; those are named."""
    answers = latest[list(_FILLED)].copy()
    faults: list[Fault] = []
    rows = {str(row["school_id"]): row for row in latest.reset_index().to_dict("records")}
    own = {str(row["school_id"]): row for row in register.to_dict("records")}
    for column, exam in _RIS:
        given = {school: row[column] for school, row in rows.items() if not pd.isna(row[column])}
        claimed: defaultdict[str, list[str]] = defaultdict(list)
        for school, text in given.items():
            claimed[code_key(text)].append(school)
        for school, text in given.items():
            found = names.find(text, exam=exam)
            owner = next((c for c in (found.code, *found.schools) if c and c != school), None)
            others = [code for code in claimed[code_key(text)] if code != school]
            mine = own[school][column]
            if owner is not None:
                faults.append(
                    _claimed(rows[school], column, text, owner, second=None, letters=letters)
                )
            elif others and school > min(others):
                second = rows[min(others)]
                faults.append(
                    _claimed(
                        rows[school], column, text, min(others), second=second, letters=letters
                    )
                )
            elif not others and not pd.isna(mine) and code_key(mine) != code_key(text):
                faults.append(_code_differs(rows[school], column, text, mine, letters))
            if owner is not None or others:
                answers.loc[school, column] = pd.NA
    inn = answers["inn"]
    answers["inn"] = inn.mask(inn.isin([*inn[inn.duplicated()], *register["inn"].dropna()]))
    return answers, faults


def _key(row: _Row, key: list[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in key)


def _place(row: _Row, column: str, letters: Letters) -> tuple[str, str, str]:
    file, sheet = str(row["source_file"]), str(row["source_sheet"])
    return file, sheet, letters.cell(file, sheet, int(row["source_row"]), column)


def _shown(value: Any) -> str:
    return {True: "да", False: "нет"}[bool(value)] if isinstance(value, bool) else str(value)


def _list(codes: pd.Series[Any]) -> str:
    shown = ", ".join(f"«{code}»" for code in codes.iloc[:_LISTED])
    more = len(codes) - _LISTED
    return shown + (f" и ещё {more}" if more > 0 else "")


def _repeated_form(row: _Row, first: _Row, differing: list[str], letters: Letters) -> Fault:
    file, sheet, cell = _place(row, "school_id", letters)
    where = []
    if first["source_file"] != file:
        where.append(f"файл «{first['source_file']}»")
    if where or first["source_sheet"] != sheet:
        where.append(f"лист «{first['source_sheet']}»")
    where.append(f"строка {first['source_row']}")
    which = f"школа «{row['school_id']}», {school_year(int(row['year']))}"
    if differing:
        return Fault(
            file,
            sheet,
            cell,
            "forms-disagree",
            f"вторая анкета той же школы ({which}; первая — {', '.join(where)}), и ответы разные: "
            f"{'; '.join(differing)}.",
            "одна анкета школы за год.",
            "Выясните, какая из двух анкет верна, и удалите строку другой.",
            rows=1,
        )
    return Fault(
        file,
        sheet,
        cell,
        "repeated-form",
        f"вторая анкета той же школы ({which}; первая — {', '.join(where)}); ответы не расходятся.",
        "одна анкета школы за год.",
        "Лишнюю строку можно удалить. Взята первая.",
        Severity.WARNING,
        rows=1,
    )


def _claimed(
    row: _Row,
    column: str,
    text: str,
    other: str,
    *,
    second: _Row | None,
    letters: Letters,
) -> Fault:
    title = quoted(TABLES["context_general"].column(column).title)
    whose = f"по реестру это код школы «{other}»"
    if second is not None:
        whose = (
            f"тот же код указала школа «{other}» (файл «{second['source_file']}», "
            f"строка {second['source_row']})"
        )
    return Fault(
        *_place(row, column, letters),
        "code-claimed-twice",
        f"анкета школы «{row['school_id']}»: {title} — {text}, но {whose}.",
        "у каждой школы свой код.",
        "Уточните код и впишите его в реестр. Из анкеты он не взят ни для одной из двух школ."
        if second is not None
        else "Уточните код. Из анкеты он не взят.",
        Severity.WARNING,
    )


def _code_differs(row: _Row, column: str, text: str, mine: str, letters: Letters) -> Fault:
    title = quoted(TABLES["context_general"].column(column).title)
    return Fault(
        *_place(row, column, letters),
        "code-differs",
        f"анкета школы «{row['school_id']}»: {title} — {text}, а в реестре у неё — {mine}.",
        "один и тот же код.",
        "Уточните код. Действует код из реестра.",
        Severity.QUESTION,
    )


def _filled(column: str, rows: pd.DataFrame, letters: Letters) -> Fault:
    title = quoted(TABLES["schools"].column(column).title)
    first = rows.iloc[0].to_dict()
    values = [
        f"«{code}»" if column == "full_name" else f"«{code}» — {value}"
        for code, value in rows[column].iloc[:_LISTED].items()
    ]
    more = f" и ещё школ: {len(rows) - _LISTED}" if len(rows) > _LISTED else ""
    return Fault(
        *_place(first, column, letters),
        "filled-from-form",
        f"столбец {title} пуст (школ: {len(rows)}), значения взяты из анкеты ФИС ОКО: "
        f"{', '.join(values)}{more}.",
        "заполненный реестр.",
        "Проверьте значения и впишите их в реестр.",
        Severity.QUESTION,
    )


def _staff_differs(rows: pd.DataFrame, letters: Letters) -> Fault:
    first = rows.iloc[0].to_dict()
    shown = "; ".join(
        f"«{school}», {school_year(int(year))}: {form} и {own}"
        for school, year, form, own in rows[["school_id", "year", "teachers", "teachers_staff"]]
        .iloc[:_LISTED]
        .itertuples(index=False, name=None)
    )
    more = f" и ещё {len(rows) - _LISTED}" if len(rows) > _LISTED else ""
    return Fault(
        *_place(first, "teachers", letters),
        "staff-differs",
        f"число учителей в анкете не такое, как в таблице «{TABLES['staff'].title}» "
        f"(школ: {len(rows)}; в анкете и в таблице): {shown}{more}.",
        "одно и то же число.",
        f"Уточните. Взяты числа из таблицы «{TABLES['staff'].title}».",
        Severity.QUESTION,
    )

"""The register as calendar files: whose decision is due on which day, what shows itself when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.report import format as fmt
from shnor_lib.report.calendar_file import Entry, calendar_file
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.risks import words as say
from shnor_lib.report.rows import Row, records
from shnor_lib.report.slugs import slug

FOLDER = "downloads/risks"
ALL = f"{FOLDER}/decisions.ics"
"""Every decision that is waited for."""
REMIND = (14, 3)
"""Days before a deadline on which a calendar reminds."""

Names = Mapping[str, str]


def municipality_path(municipality: str) -> str:
    """Address of a municipality's calendar below ``reports/``."""
    return f"{FOLDER}/municipality-{slug(municipality)}.ics"


def school_path(school_id: str) -> str:
    """Address of a school's calendar below ``reports/``."""
    return f"{FOLDER}/school-{slug(school_id)}.ics"


def calendars(register: RiskRegister, names: Names) -> dict[str, bytes]:
    """All calendar files of the register.

    Parameters
    ----------
    register
        From :func:`shnor_lib.methods.risk_register.risk_register`.
    names
        School's id → name.

    Returns
    -------
    dict
        Address below ``reports/`` → bytes: one calendar of everything, one for every municipality
        and one for every school with decisions ahead or overdue. Empty when nothing is waited for.
    """
    rows = records(register.waiting)
    if not rows:
        return {}
    day = register.day
    found = {ALL: calendar_file("Решения о рисках", _joint(rows, names, register), stamp=day)}
    for place, own in sorted(_split(rows, "municipality").items()):
        found[municipality_path(place)] = calendar_file(
            f"Решения о рисках: {place}", _joint(own, names, register), stamp=day
        )
    for school, own in sorted(_split(rows, "school_id").items()):
        found[school_path(school)] = calendar_file(
            f"Решения о рисках: {names.get(school, school)}",
            _own(own, names, register),
            stamp=day,
        )
    return found


def _split(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Rows by the value of a column; those without one are left out."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row[column] is not None:
            found.setdefault(str(row[column]), []).append(row)
    return found


_SAME = ("decide_by", "decides", "factor", "municipality", "year", "basis")


def _joint(rows: Iterable[Row], names: Names, register: RiskRegister) -> list[Entry]:
    """One entry for every day × level × factor × municipality, its schools in the text.

    Within one profile year a factor has one day of each basis, so the day is no part of the
    identifier: an entry whose day was moved takes the place of the old one.
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] or "" for name in _SAME), []).append(row)
    entries = []
    for key in sorted(groups):
        first = groups[key][0]
        schools = sorted(
            (names.get(str(row["school_id"]), str(row["school_id"])) for row in groups[key]),
            key=natural,
        )
        factor, level = str(first["factor"]), str(first["decides"])
        place = fmt.one_line(first["municipality"], "")
        n = len(schools)
        text = [
            say.decide_sentence(first, register.rules),
            *([f"Муниципалитет: {place}."] if place else []),
            f"{'Школа' if n == 1 else 'Школы'}: {', '.join(schools)}.",
            *_suggested(factor, register),
        ]
        uid = slug(f"{first['year']}-{level}-{factor}-{first['basis']}-{place}")
        entries.append(
            Entry(
                uid=f"risk-{uid}",
                title=f"{_verb(first)}: {say.factor(factor)} — "
                f"{fmt.count_phrase(n, 'школа', 'школы', 'школ')}",
                first=first["decide_by"].date(),
                text="\n".join(text),
                categories=("Риски", fmt.sentence_case(say.WHO[level])),
                remind_days=REMIND,
            )
        )
    return entries


def _own(rows: Iterable[Row], names: Names, register: RiskRegister) -> list[Entry]:
    """The entries of one school: its deadlines, and when a cyclic risk shows itself again."""
    entries = []
    for row in rows:
        school, factor = str(row["school_id"]), str(row["factor"])
        base = slug(f"{register.year}-{school}-{factor}")
        name = names.get(school, school)
        entries.append(
            Entry(
                uid=f"risk-school-{base}",
                title=f"{_verb(row)}: {say.factor(factor)}",
                first=row["decide_by"].date(),
                text="\n".join(
                    [f"{name}.", say.decide_sentence(row, register.rules)]
                    + _suggested(factor, register)
                ),
                categories=("Риски", fmt.sentence_case(say.WHO[str(row["decides"])])),
                remind_days=REMIND,
            )
        )
        cycle = register.rules.rule(factor).cycle
        if cycle is not None and not fmt.is_missing(row["returns"]):
            entries.append(
                Entry(
                    uid=f"risk-returns-{base}",
                    title=f"Риск проявляется снова: {say.factor(factor)}",
                    first=row["returns"].date(),
                    text=f"{name}.\n{fmt.sentence_case(cycle.event)}.",
                    categories=("Риски",),
                )
            )
    return sorted(entries, key=lambda entry: (entry.first, entry.uid))


def _verb(row: Mapping[str, object]) -> str:
    return "Передать региону или принять к сведению" if row["note_only"] else "Решение о риске"


def _suggested(factor: str, register: RiskRegister) -> list[str]:
    measures = register.rules.rule(factor).measures
    return [f"Типовые меры: {'; '.join(measures)}."] if measures else []

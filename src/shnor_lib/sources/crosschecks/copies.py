"""The same numbers twice: of two schools, or of one school in two years."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import RESULT_KEY, Finding, Joined, each, sitting
from shnor_lib.tables import TABLES

COPIED_WORKS = 2
"""Works that must agree in every count; among hundreds of schools single ones agree by chance."""
COPIED_WRITERS = 30
"""Participations that must agree: schools with two or three pupils often have equal results (real:
no two of 393 schools with as many agree)."""
COPIED_FILLED = 6
"""Numbers above zero of a social passport that must agree."""

_COUNTS = ["n", "n2", "n3", "n4", "n5", "n_low", "n_high"]


def copied_results(data: Joined) -> Iterator[Finding]:
    """All counts of a sitting are those of another school or of another year of the same school."""
    sittings = _sittings(data)
    large = (sittings["works"] >= COPIED_WORKS) & (sittings["n"] >= COPIED_WRITERS)
    sittings = sittings[large].sort_values(["year", "season", "first"])
    same = ["procedure", "signature", "works", "n"]
    own = _earlier(sittings, [*same, "school_id"])
    alien = _earlier(sittings, [*same, "year", "season"])
    for row in each(sittings[own.notna() | alien.notna()]):
        of_itself = pd.notna(own[row.Index])
        origin = own[row.Index] if of_itself else alien[row.Index]
        here, there = data.row("results", row.first), data.row("results", int(origin))
        when = school_year(int(there["year"]))
        whose = (
            f"результаты этой же школы за {when} ({sitting(there)})"
            if of_itself
            else f"результаты школы {data.school(there['school_id'])} за этот же год"
        )
        yield Finding(
            here,
            "n",
            f"{data.school(row.school_id)}, {sitting(here)}, {school_year(int(row.year))}: все "
            f"числа ({int(row.works)} — столько работ, участий {int(row.n)}) те же, что "
            f"{whose}: {data.other(there, 'n', here)}.",
            "у разных школ и в разные годы — разные результаты.",
            "Проверьте, не скопированы ли строки и тот ли год указан.",
        )


def copied_passports(data: Joined) -> Iterator[Finding]:
    """All numbers of a social passport are those of another school or of the year before."""
    table = TABLES["social_passport"]
    frame = data.tables["social_passport"]
    counts = frame[[column.name for column in table.columns if column.name not in table.key]]
    enough = (counts > 0).fillna(value=False).sum(axis=1) >= COPIED_FILLED
    passports = frame.loc[enough, ["school_id", "year"]].assign(
        signature=pd.util.hash_pandas_object(counts[enough], index=False), first=frame.index[enough]
    )
    passports = passports.sort_values(["year", "first"])
    own = _earlier(passports, ["signature", "school_id"])
    alien = _earlier(passports, ["signature", "year"])
    for row in each(passports[own.notna() | alien.notna()]):
        of_itself = pd.notna(own[row.Index])
        origin = own[row.Index] if of_itself else alien[row.Index]
        here, there = data.row(table.name, row.first), data.row(table.name, int(origin))
        whose = (
            f"в паспорте этой же школы за {school_year(int(there['year']))}"
            if of_itself
            else f"в паспорте школы {data.school(there['school_id'])}"
        )
        yield Finding(
            here,
            "total",
            f"{data.school(row.school_id)}, {school_year(int(row.year))}: все числа социального "
            f"паспорта те же, что {whose} ({data.other(there, 'total', here)}).",
            "числа этой школы за этот год.",
            "Проверьте, не сдан ли прошлогодний или чужой паспорт.",
        )


def _sittings(data: Joined) -> pd.DataFrame:
    """Sittings with a signature of all their counts, the same in whatever order the rows stand."""
    results = data.results
    rows = results[results["n_low"].notna() & results["n_high"].notna()]
    hashed = pd.util.hash_pandas_object(rows[["grade", "subject", *_COUNTS]], index=False)
    parts = rows[[*RESULT_KEY, "n"]].assign(
        # The sum of hashes does not depend on the order; it may wrap around.
        signature=hashed.to_numpy().view("int64"),
        row=rows.index,
    )
    groups = parts.groupby(list(RESULT_KEY), sort=True)
    return pd.DataFrame(
        {
            "signature": groups["signature"].sum(),
            "works": groups.size(),
            "n": groups["n"].sum(),
            "first": groups["row"].min(),
        }
    ).reset_index()


def _earlier(frame: pd.DataFrame, keys: list[str]) -> pd.Series[float]:
    """``first`` of the first row with the same keys; missing for that row itself."""
    groups = frame.groupby(keys, sort=False)["first"]
    return groups.transform("first").where(groups.cumcount() > 0)

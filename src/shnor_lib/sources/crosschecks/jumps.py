"""Results that change from year to year more than chance and more than in other schools."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.crosschecks.joined import (
    RESULT_KEY,
    Finding,
    Joined,
    and_others,
    each_worst,
    percent,
    unit,
)

JUMP = 0.35
"""Change of the share of low results beyond that of the other schools (real: 5 of 13 826 pairs of
years; ten points, which ФИОКО calls negative dynamics, are an everyday thing in a single class)."""
JUMP_P = 1e-5
"""Probability of such a change by chance alone. One in a hundred thousand: a region compares tens of
thousands of results a year."""
JUMP_FROM = 15
"""Participants in both years; with fewer the share is hardly a number."""
OTHERS_FROM = 5
"""Other schools from which their change is known; with fewer it is taken to be none."""

Floats = npt.NDArray[np.float64]


def results_jump(data: Joined) -> Iterator[Finding]:
    """The share of low results jumps from one year to the next, like compared with like.

    Same school, procedure, grade, subject and season, neighbouring years, no change of scale in
    between. A test that was harder this year moves all schools: the change of all the others
    together is taken off first. What is left must be :data:`JUMP` and beyond chance (two-sided
    normal test with the pooled share; :data:`JUMP_P`).
    """
    pairs = _pairs(data)
    excess, p_value = _beyond_others(pairs)
    odd = (np.abs(excess) >= JUMP) & (p_value < JUMP_P)
    found = pairs.assign(excess=excess, size=np.abs(excess))[odd]
    for row, others in each_worst(found, RESULT_KEY, "size"):
        here, there = data.row("results", row.here), data.row("results", row.there)
        low, low_before = int(row.n_low), int(row.n_low_before)
        n, n_before = int(row.n), int(row.n_before)
        yield Finding(
            here,
            "n2" if here["procedure"] != "ege" else "n_low",
            f"{data.school(row.school_id)}, {unit(here)}: доля низких результатов была "
            f"{percent(low_before / n_before)} ({low_before} из {n_before}, "
            f"{school_year(int(row.year) - 1)}: {data.other(there, 'n', here)}), стала "
            f"{percent(low / n)} ({low} из {n}, {school_year(int(row.year))}). Изменение у других "
            f"школ за это время: {_points(row.others)}"
            + and_others(others, "Таких работ школы за этот год ещё"),
            f"изменение, которое отличается от других школ меньше чем на {JUMP * 100:.0f}\u00a0п.\u00a0п.",
            "Проверьте, тот ли класс и тот ли год указаны и не переставлены ли столбцы отметок. "
            "Если всё верно, выясните причину.",
        )


def _pairs(data: Joined) -> pd.DataFrame:
    """Results with those of the year before, as long as the two may be compared."""
    key = [*RESULT_KEY, "grade", "subject"]
    results = data.results
    known = results["n_low"].notna() & (results["n"] >= JUMP_FROM).fillna(value=False)
    rows = results.loc[known, [*key, "n", "n_low"]].assign(here=results.index[known])
    before = rows.assign(year=rows["year"] + 1).rename(columns={"here": "there"})
    pairs = rows.merge(before, on=key, suffixes=("", "_before"))
    comparable = np.ones(len(pairs), dtype=bool)
    for entry in data.calendar.scale_breaks:
        across = (pairs["procedure"] == entry.procedure) & (pairs["year"] == entry.year)
        if entry.grades:
            across &= pairs["grade"].isin(entry.grades)
        if entry.subjects:
            across &= pairs["subject"].isin(entry.subjects)
        comparable &= ~across.to_numpy(dtype=bool)
    pairs = pairs[comparable].reset_index(drop=True)
    return pairs.assign(others=_change_of_others(pairs))


def _change_of_others(pairs: pd.DataFrame) -> Floats:
    """Change of the share of low results in all other schools with both years; 0 if few."""
    work = ["year", "season", "procedure", "grade", "subject"]
    counts = ["n", "n_low", "n_before", "n_low_before"]
    groups = pairs.groupby(work)
    rest = groups[counts].transform("sum") - pairs[counts]
    with np.errstate(invalid="ignore", divide="ignore"):
        change = (rest["n_low"] / rest["n"] - rest["n_low_before"] / rest["n_before"]).to_numpy(
            dtype="float64", na_value=np.nan
        )
    enough = (groups["school_id"].transform("size") > OTHERS_FROM).to_numpy(dtype=bool)
    return np.where(enough & np.isfinite(change), change, 0.0)


def _beyond_others(pairs: pd.DataFrame) -> tuple[Floats, Floats]:
    """Change beyond that of the others, and its probability by chance."""
    x, n, x_before, n_before = (
        pairs[name].to_numpy(dtype="float64") for name in ("n_low", "n", "n_low_before", "n_before")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = x / n - x_before / n_before - pairs["others"].to_numpy(dtype="float64")
        pooled = (x + x_before) / (n + n_before)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_before))
        p_value = np.where(error > 0, 2 * special.ndtr(-np.abs(excess) / error), 1.0)
    return np.asarray(excess, dtype=np.float64), np.asarray(p_value, dtype=np.float64)


def _points(change: float) -> str:
    """«+5 п. п.»; a whole number of points."""
    sign = "+" if change >= 0.005 else "−" if change <= -0.005 else ""
    return f"{sign}{abs(change) * 100:.0f}\u00a0п.\u00a0п."

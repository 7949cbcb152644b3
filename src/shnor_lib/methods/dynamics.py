"""Change of results from year to year, comparing like with like.

A result is compared with the nearest earlier result of the same school, procedure, grade,
subject and season. What cannot be compared – another season, a change of scale in between, a
year without the procedure – is said to be incomparable with its reason, and nothing is tested
there. A change counts only when the interval of the difference excludes zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control

from shnor_lib.methods.result_rows import Flags, ResultRows, nullable
from shnor_lib.methods.school_dynamics import (
    LISTED,
    VERDICTS,
    municipal_indicator,
    school_verdicts,
)
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.stats.intervals import difference_p_value, newcombe
from shnor_lib.store import Dataset
from shnor_lib.tables import SEASONS

__all__ = [
    "LISTED",
    "VERDICTS",
    "DynamicsResult",
    "DynamicsRule",
    "dynamics",
    "municipal_indicator",
]

_PAIR_DTYPES: dict[str, str] = {
    "school_id": "string",
    "procedure": "string",
    "grade": "Int64",
    "subject": "string",
    "season_from": "string",
    "season_to": "string",
    "year_from": "Int64",
    "year_to": "Int64",
    "n_from": "Int64",
    "n_to": "Int64",
    "low_from": "Float64",
    "low_to": "Float64",
    "delta_low": "Float64",
    "delta_low_ci_low": "Float64",
    "delta_low_ci_high": "Float64",
    "quality_from": "Float64",
    "quality_to": "Float64",
    "delta_quality": "Float64",
    "p_value": "Float64",
    "p_adjusted": "Float64",
    "jump": "boolean",
    "verdict": "string",
    "note": "string",
}


@dataclass(frozen=True)
class DynamicsRule:
    """What a change and a school's verdict are; all of it is the user's decision.

    Parameters
    ----------
    level
        Coverage of the interval of the difference.
    max_gap
        How many years back a result of the same season may lie (2: a year without the
        procedure, or held in the other season, may lie between).
    net_share
        A school's dynamics are positive when (improved − worsened) / comparable is at least
        this share, negative when it is at most minus this share.
    jump
        Growth of the share of low results that is marked as a jump (ФИОКО 2026, secondary
        source: ten percentage points in a year).
    """

    level: float = 0.95
    max_gap: int = 2
    net_share: float = 0.1
    jump: float = 0.10


@dataclass
class DynamicsResult:
    """What :func:`dynamics` computed.

    Attributes
    ----------
    pairs
        One row per school × procedure × grade × subject × ``year_to``: ``season_from``,
        ``season_to``, ``year_from``, ``n_from``, ``n_to``, ``low_from``, ``low_to`` (shares
        0…1), ``delta_low`` with its Newcombe interval ``delta_low_ci_low``,
        ``delta_low_ci_high``, ``quality_from``, ``quality_to``, ``delta_quality`` (marks «4»
        and «5»; NA without marks), ``p_value`` (score test), ``p_adjusted``
        (Benjamini–Hochberg over all comparable pairs of the same ``year_to``), ``jump``,
        ``verdict`` (:data:`VERDICTS`), ``note`` (Russian: why incomparable, or over what
        years).
    schools
        ``school_id``, ``year``, ``n_comparable``, ``n_improved``, ``n_worsened``,
        ``n_no_change``, ``n_incomparable``, ``net_share``, ``verdict``.
    summary
        ``year``, ``n_schools`` (with something comparable), ``n_positive``,
        ``share_positive``, ``low``, ``high`` (95 % Wilson interval), ``n_negative``,
        ``n_no_change``, ``n_incomparable``.
    rule
        The rule applied.
    """

    pairs: pd.DataFrame
    schools: pd.DataFrame
    summary: pd.DataFrame
    rule: DynamicsRule


def dynamics(
    dataset: Dataset,
    *,
    calendar: Calendar | None = None,
    rule: DynamicsRule | None = None,
    listed: pd.DataFrame | None = None,
) -> DynamicsResult:
    """Compare every result with the nearest earlier one like it.

    Parameters
    ----------
    dataset
        Tidy tables.
    calendar
        Scale breaks and years without a procedure; the packaged calendar by default.
    rule
        Coverage, gap and the school's verdict.
    listed
        School-years the municipal indicator is about: ``school_id``, ``year`` and, if there,
        ``status`` (then only schools on the list count), e.g. ``identification.statuses``.
        Default: all schools.

    Notes
    -----
    Shares are of low results: fewer is better. A pair is «positive» when the whole interval
    of the difference lies below zero, «negative» when it lies above.
    """
    calendar = packaged_calendar() if calendar is None else calendar
    rule = DynamicsRule() if rule is None else rule
    rows = ResultRows.of(dataset)
    pairs = pd.concat([_pairs(rows, calendar, rule), _not_held(rows, calendar, rule)])
    # By school, procedure, grade, subject and year: the codes are in that order.
    pairs = pairs.sort_values(["_unit", "year_to"], kind="stable", ignore_index=True)
    pairs = pairs[list(_PAIR_DTYPES)]
    pairs["p_adjusted"] = _adjusted(pairs)
    schools = school_verdicts(pairs, net_share=rule.net_share)
    return DynamicsResult(pairs, schools, municipal_indicator(schools, listed), rule)


def _pairs(rows: ResultRows, calendar: Calendar, rule: DynamicsRule) -> pd.DataFrame:
    unit, year = rows.unit, rows.year
    key = pd.Index((unit * 8 + rows.season + 1) * 10_000 + year)
    before = np.full(len(unit), -1, dtype=np.intp)
    for gap in range(1, rule.max_gap + 1):
        found = key.get_indexer(key - gap)
        take = (before < 0) & (found >= 0)
        before[take] = found[take]
    source = np.where(before >= 0, before, _previous(unit, year))
    here = np.flatnonzero(source >= 0)
    source = source[here]
    breaks = [
        (entry.year, rows.covered(entry), entry.note or f"в {entry.year} году изменилась шкала")
        for entry in calendar.scale_breaks
    ]
    crossing = np.full(len(here), -1, dtype=np.intp)
    for position, (changed, covered, _) in enumerate(breaks):
        between = (year[source] < changed) & (changed <= year[here])
        crossing[covered[here] & between] = position
    c = (before[here] >= 0) & (crossing < 0)

    x_from, n_from, x_to, n_to = rows.low[source], rows.n[source], rows.low[here], rows.n[here]
    low_end, high_end, p_value = (np.full(len(here), np.nan) for _ in range(3))
    low_end[c], high_end[c] = newcombe(x_from[c], n_from[c], x_to[c], n_to[c], rule.level)
    p_value[c] = difference_p_value(x_from[c], n_from[c], x_to[c], n_to[c])
    low_from, low_to = x_from / n_from, x_to / n_to
    quality_from, quality_to = rows.good[source] / n_from, rows.good[here] / n_to
    with np.errstate(invalid="ignore"):
        verdict = np.select([~c, high_end < 0, low_end > 0], [3, 0, 1], 2)
    return rows.frame(here).assign(
        season_from=rows.seasons(source),
        season_to=rows.seasons(here),
        year_from=pd.array(year[source], dtype="Int64"),
        year_to=pd.array(year[here], dtype="Int64"),
        n_from=pd.array(n_from.astype(np.int64), dtype="Int64"),
        n_to=pd.array(n_to.astype(np.int64), dtype="Int64"),
        low_from=nullable(low_from),
        low_to=nullable(low_to),
        delta_low=nullable(np.where(c, low_to - low_from, np.nan)),
        delta_low_ci_low=nullable(low_end),
        delta_low_ci_high=nullable(high_end),
        quality_from=nullable(quality_from),
        quality_to=nullable(quality_to),
        delta_quality=nullable(np.where(c, quality_to - quality_from, np.nan)),
        p_value=nullable(p_value),
        p_adjusted=nullable(np.full(len(here), np.nan)),
        # Counts, not differences of rounded shares: ten points exactly are a jump.
        jump=pd.array(
            c & (x_to * n_from - x_from * n_to >= rule.jump * n_from * n_to - 1e-9),
            dtype="boolean",
        ),
        verdict=pd.array(VERDICTS, dtype="string").take(verdict),
        note=_notes(rows, c, crossing, [text for *_, text in breaks], source, here),
    )


def _previous(unit: npt.NDArray[Any], year: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Latest earlier row of the same unit in any season (rows sorted by unit and year)."""
    position = np.arange(len(unit), dtype=np.intp)
    # First row of each unit-year; the row before it is an earlier year, if the unit is the same.
    starts = np.r_[True, (unit[1:] != unit[:-1]) | (year[1:] != year[:-1])][: len(unit)]
    before = np.maximum.accumulate(np.where(starts, position, 0)) - 1
    same = (before >= 0) & (unit[np.maximum(before, 0)] == unit)
    return np.where(same, before, -1)


def _notes(
    rows: ResultRows,
    comparable: Flags,
    crossing: npt.NDArray[np.intp],
    breaks: list[str],
    source: npt.NDArray[np.intp],
    here: npt.NDArray[np.intp],
) -> pd.api.extensions.ExtensionArray:
    """Why not comparable, or across which years; written once for every different case."""
    year_from, gap = rows.year[source], rows.year[here] - rows.year[source]
    season = np.where(
        rows.season[source] == rows.season[here], 0,
        (rows.season[source] + 1) * 8 + rows.season[here] + 1,
    )  # fmt: skip
    key = ((crossing + 1) * 2 + comparable) * 64 + season
    key = (key * 10_000 + year_from) * 200 + gap
    _, first, back = np.unique(key, return_index=True, return_inverse=True)
    texts = []
    for at in first:
        before, after = source[at], here[at]
        if crossing[at] >= 0:
            texts.append(breaks[int(crossing[at])])
        elif comparable[at]:
            texts.append("" if gap[at] == 1 else f"сравнение с {year_from[at]} годом")
        elif season[at]:
            names = [
                SEASONS.get(str(name), str(name))
                for name in rows.seasons(np.array([before, after]))
            ]
            texts.append(f"работа проводилась в разное время года: {names[0]} и {names[1]}")
        else:
            texts.append(f"предыдущий результат — {year_from[at]} года, слишком давно")
    return pd.array(texts, dtype="string").take(back.reshape(-1))


def _not_held(rows: ResultRows, calendar: Calendar, rule: DynamicsRule) -> pd.DataFrame:
    """What was measured before a year in which the procedure was not held."""
    parts = []
    last = int(rows.year.max()) if len(rows.year) else 0
    for entry in calendar.not_held:
        if entry.year > last:
            continue
        covered = rows.covered(entry)
        held_after_all = rows.unit[covered & (rows.year == entry.year)]
        recent = (rows.year < entry.year) & (rows.year >= entry.year - rule.max_gap)
        at = np.flatnonzero(covered & recent)
        # Rows are sorted by unit and year: the last row of a unit is its latest.
        at = at[np.r_[rows.unit[at][1:] != rows.unit[at][:-1], True][: len(at)]]
        at = at[~np.isin(rows.unit[at], held_after_all)]
        if not len(at):
            continue
        frame = rows.frame(at).reindex(columns=["_unit", *_PAIR_DTYPES]).astype(_PAIR_DTYPES)
        parts.append(
            frame.assign(
                season_from=rows.seasons(at),
                year_from=pd.array(rows.year[at], dtype="Int64"),
                year_to=pd.array(np.full(len(at), entry.year), dtype="Int64"),
                n_from=pd.array(rows.n[at].astype(np.int64), dtype="Int64"),
                low_from=nullable(rows.low[at] / rows.n[at]),
                quality_from=nullable(rows.good[at] / rows.n[at]),
                jump=pd.array(np.zeros(len(at), dtype=bool), dtype="boolean"),
                verdict=pd.array(["incomparable"] * len(at), dtype="string"),
                note=pd.array([entry.note or "не проводилось"] * len(at), dtype="string"),
            )
        )
    if parts:
        return pd.concat(parts)
    empty = pd.DataFrame(columns=["_unit", *_PAIR_DTYPES])
    return empty.astype({"_unit": "int64", **_PAIR_DTYPES})


def _adjusted(pairs: pd.DataFrame) -> pd.Series:
    adjusted = pd.Series(pd.NA, index=pairs.index, dtype="Float64")
    known = pairs["p_value"].notna()
    for _, part in pairs.loc[known].groupby("year_to", sort=False):
        adjusted.loc[part.index] = false_discovery_control(
            part["p_value"].to_numpy(dtype="float64"), method="bh"
        )
    return adjusted

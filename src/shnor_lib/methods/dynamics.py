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

from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.stats.intervals import difference_p_value, newcombe, wilson
from shnor_lib.store import Dataset
from shnor_lib.tables import SEASONS

LISTED: tuple[str, ...] = ("low_results", "difficult", "both")
VERDICTS: tuple[str, ...] = ("positive", "negative", "no_change", "incomparable")

_UNIT = ["school_id", "procedure", "grade", "subject"]
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
    rows = dataset.results
    rows = rows[((rows["n"] > 0) & rows["n_low"].notna()).fillna(value=False)]
    rows = rows.sort_values([*_UNIT, "year", "season"], kind="stable").reset_index(drop=True)
    pairs = pd.concat([_pairs(rows, calendar, rule), _not_held(rows, calendar, rule)])
    pairs = pairs.reindex(columns=list(_PAIR_DTYPES)).astype(_PAIR_DTYPES)
    pairs = pairs.sort_values([*_UNIT, "year_to", "season_to"], kind="stable")
    pairs = pairs.reset_index(drop=True)
    pairs["p_adjusted"] = _adjusted(pairs)
    schools = _schools(pairs, rule)
    return DynamicsResult(pairs, schools, _summary(schools, listed), rule)


def _pairs(rows: pd.DataFrame, calendar: Calendar, rule: DynamicsRule) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame(columns=list(_PAIR_DTYPES))
    unit = rows.groupby(_UNIT, sort=False, dropna=False).ngroup().to_numpy(dtype="int64")
    year = rows["year"].to_numpy(dtype="int64")
    season = pd.factorize(rows["season"])[0]
    breaks = _breaks(rows, calendar)
    key = pd.Index((unit * 8 + season) * 10_000 + year)
    before = np.full(len(rows), -1, dtype=np.intp)
    for gap in range(1, rule.max_gap + 1):
        found = key.get_indexer(key - gap)
        take = (before < 0) & (found >= 0)
        before[take] = found[take]
    earlier = _previous(unit, year)
    source = np.where(before >= 0, before, earlier)
    here = np.flatnonzero(source >= 0)
    source = source[here]
    crossing = _crossing(breaks, year[source], year[here], here)
    same = before[here] >= 0
    comparable = same & (crossing < 0)

    seasons: npt.NDArray[Any] = np.asarray(rows["season"].fillna("").tolist(), dtype=object)

    def side(name: str, at: npt.NDArray[np.intp]) -> Any:
        return rows[name].array.take(at)

    x_from, n_from = _numbers(rows, "n_low", source), _numbers(rows, "n", source)
    x_to, n_to = _numbers(rows, "n_low", here), _numbers(rows, "n", here)
    nan = np.full(len(here), np.nan)
    low_end, high_end, p_value = nan.copy(), nan.copy(), nan.copy()
    c = comparable
    low_end[c], high_end[c] = newcombe(x_from[c], n_from[c], x_to[c], n_to[c], rule.level)
    p_value[c] = difference_p_value(x_from[c], n_from[c], x_to[c], n_to[c])
    low_from, low_to = x_from / n_from, x_to / n_to
    delta = np.where(comparable, low_to - low_from, np.nan)
    quality_from, quality_to = _quality(rows, source), _quality(rows, here)
    verdict = np.select(
        [~comparable, high_end < 0, low_end > 0], ["incomparable", "positive", "negative"],
        "no_change",
    )  # fmt: skip
    frame = pd.DataFrame({name: side(name, here) for name in _UNIT})
    return frame.assign(
        season_from=side("season", source),
        season_to=side("season", here),
        year_from=year[source],
        year_to=year[here],
        n_from=side("n", source),
        n_to=side("n", here),
        low_from=low_from,
        low_to=low_to,
        delta_low=delta,
        delta_low_ci_low=low_end,
        delta_low_ci_high=high_end,
        quality_from=quality_from,
        quality_to=quality_to,
        delta_quality=np.where(comparable, quality_to - quality_from, np.nan),
        p_value=p_value,
        # Counts, not differences of rounded shares: 10 points exactly is a jump.
        jump=comparable & (x_to * n_from - x_from * n_to >= rule.jump * n_from * n_to - 1e-9),
        verdict=verdict,
        note=_notes(
            comparable, same, crossing, breaks, year[source], year[here],
            seasons[source],
            seasons[here],
        ),
    )  # fmt: skip


def _numbers(rows: pd.DataFrame, name: str, at: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    return rows[name].to_numpy(dtype="float64", na_value=np.nan)[at]


def _quality(rows: pd.DataFrame, at: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    good = _numbers(rows, "n4", at) + _numbers(rows, "n5", at)
    return np.asarray(good / _numbers(rows, "n", at), dtype=np.float64)


def _previous(unit: npt.NDArray[Any], year: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Latest earlier row of the same unit in any season (rows sorted by unit and year)."""
    position = np.arange(len(unit), dtype=np.intp)
    # First row of each unit-year; the row before it is the previous year, if the unit is the same.
    starts = np.r_[True, (unit[1:] != unit[:-1]) | (year[1:] != year[:-1])]
    before = np.maximum.accumulate(np.where(starts, position, 0)) - 1
    same = (before >= 0) & (unit[np.maximum(before, 0)] == unit)
    return np.where(same, before, -1)


@dataclass(frozen=True)
class _Break:
    year: int
    rows: npt.NDArray[np.bool_]
    note: str


def _breaks(rows: pd.DataFrame, calendar: Calendar) -> list[_Break]:
    found = []
    for entry in calendar.scale_breaks:
        covered = rows["procedure"] == entry.procedure
        if entry.grades:
            covered &= rows["grade"].isin(entry.grades)
        if entry.subjects:
            covered &= rows["subject"].isin(entry.subjects)
        note = entry.note or f"в {entry.year} году изменилась шкала"
        found.append(_Break(entry.year, covered.fillna(value=False).to_numpy(dtype=bool), note))
    return found


def _crossing(
    breaks: list[_Break],
    year_from: npt.NDArray[np.int64],
    year_to: npt.NDArray[np.int64],
    here: npt.NDArray[np.intp],
) -> npt.NDArray[np.intp]:
    """Position of the break that lies between the two years; −1 if there is none."""
    crossing = np.full(len(here), -1, dtype=np.intp)
    for position, entry in enumerate(breaks):
        crossing[entry.rows[here] & (year_from < entry.year) & (entry.year <= year_to)] = position
    return crossing


def _notes(
    comparable: npt.NDArray[np.bool_],
    same: npt.NDArray[np.bool_],
    crossing: npt.NDArray[np.intp],
    breaks: list[_Break],
    year_from: npt.NDArray[np.int64],
    year_to: npt.NDArray[np.int64],
    season_from: npt.NDArray[Any],
    season_to: npt.NDArray[Any],
) -> pd.Series:
    """Built once for every different case."""
    cases = pd.DataFrame(
        {
            "comparable": comparable,
            "same": same,
            "crossing": crossing,
            "year_from": year_from,
            "year_to": year_to,
            "season_from": season_from,
            "season_to": season_to,
        }
    )
    codes = cases.groupby(list(cases.columns), sort=False, dropna=False).ngroup()
    different = cases[~codes.duplicated()]
    texts = [_note(case, breaks) for case in different.to_dict("records")]
    return pd.Series(pd.array(texts, dtype="string").take(codes.to_numpy()))


def _note(case: dict[Any, Any], breaks: list[_Break]) -> str:
    if case["crossing"] >= 0:
        return breaks[int(case["crossing"])].note
    gap = case["year_to"] - case["year_from"]
    if case["comparable"]:
        return "" if gap == 1 else f"сравнение с {case['year_from']} годом"
    if case["season_from"] != case["season_to"]:
        one, other = (SEASONS.get(case[k], "?") for k in ("season_from", "season_to"))
        return f"работа проводилась в разное время года: {one} и {other}"
    return f"предыдущий результат — {case['year_from']} года, слишком давно"


def _not_held(rows: pd.DataFrame, calendar: Calendar, rule: DynamicsRule) -> pd.DataFrame:
    """What was measured before a year in which the procedure was not held."""
    parts = []
    last = int(rows["year"].max()) if len(rows) else 0
    for entry in calendar.not_held:
        if entry.year > last:
            continue
        covered = rows["procedure"] == entry.procedure
        if entry.grades:
            covered &= rows["grade"].isin(entry.grades)
        if entry.subjects:
            covered &= rows["subject"].isin(entry.subjects)
        mine = rows[covered.fillna(value=False)]
        held_after_all = pd.MultiIndex.from_frame(mine.loc[mine["year"] == entry.year, _UNIT])
        before = mine[mine["year"].between(entry.year - rule.max_gap, entry.year - 1)]
        before = before.drop_duplicates(_UNIT, keep="last")
        before = before[~pd.MultiIndex.from_frame(before[_UNIT]).isin(held_after_all)]
        parts.append(
            before[_UNIT].assign(
                season_from=before["season"],
                year_from=before["year"],
                year_to=entry.year,
                n_from=before["n"],
                low_from=before["n_low"] / before["n"],
                quality_from=(before["n4"] + before["n5"]) / before["n"],
                jump=False,
                verdict="incomparable",
                note=entry.note or "не проводилось",
            )
        )
    parts = [part for part in parts if len(part)]
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(_PAIR_DTYPES))


def _adjusted(pairs: pd.DataFrame) -> pd.Series:
    adjusted = pd.Series(pd.NA, index=pairs.index, dtype="Float64")
    known = pairs["p_value"].notna()
    for _, part in pairs.loc[known].groupby("year_to", sort=False):
        adjusted.loc[part.index] = false_discovery_control(
            part["p_value"].to_numpy(dtype="float64"), method="bh"
        )
    return adjusted


def _schools(pairs: pd.DataFrame, rule: DynamicsRule) -> pd.DataFrame:
    counted = (
        pairs.groupby(["school_id", "year_to", "verdict"], sort=True)
        .size()
        .unstack("verdict", fill_value=0)
        .reindex(columns=list(VERDICTS), fill_value=0)
        .astype("Int64")
        .reset_index()
    )
    improved, worsened, same = (counted[name] for name in VERDICTS[:3])
    comparable = improved + worsened + same
    net = ((improved - worsened) / comparable.where(comparable > 0)).astype("Float64")
    # Whole numbers on both sides of the comparison; the share itself may be rounded.
    reach = rule.net_share * comparable - 1e-9
    verdict = np.select(
        [
            (comparable == 0).to_numpy(dtype=bool),
            ((improved - worsened >= reach) & (improved > worsened)).to_numpy(dtype=bool),
            ((worsened - improved >= reach) & (worsened > improved)).to_numpy(dtype=bool),
        ],
        ["incomparable", "positive", "negative"],
        "no_change",
    )
    return pd.DataFrame(
        {
            "school_id": counted["school_id"].astype("string"),
            "year": counted["year_to"].astype("Int64"),
            "n_comparable": comparable,
            "n_improved": improved,
            "n_worsened": worsened,
            "n_no_change": same,
            "n_incomparable": counted["incomparable"],
            "net_share": net,
            "verdict": pd.array(verdict, dtype="string"),
        }
    )


def _summary(schools: pd.DataFrame, listed: pd.DataFrame | None) -> pd.DataFrame:
    if listed is not None:
        if "status" in listed:
            listed = listed[listed["status"].isin(LISTED)]
        keys = listed[["school_id", "year"]].drop_duplicates()
        schools = schools.merge(keys, on=["school_id", "year"])
    counted = (
        schools.groupby(["year", "verdict"], sort=True)
        .size()
        .unstack("verdict", fill_value=0)
        .reindex(columns=list(VERDICTS), fill_value=0)
        .astype("Int64")
        .reset_index()
    )
    total = counted["positive"] + counted["negative"] + counted["no_change"]
    low, high = wilson(counted["positive"], total)
    summary = pd.DataFrame(
        {
            "year": counted["year"].astype("Int64"),
            "n_schools": total,
            "n_positive": counted["positive"],
            "share_positive": (counted["positive"] / total.where(total > 0)).astype("Float64"),
            "low": pd.array(low, dtype="Float64"),
            "high": pd.array(high, dtype="Float64"),
            "n_negative": counted["negative"],
            "n_no_change": counted["no_change"],
            "n_incomparable": counted["incomparable"],
        }
    )
    for name in ("low", "high"):
        summary[name] = summary[name].mask(summary[name].isna())
    return summary

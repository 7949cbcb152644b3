"""Resilient schools: hard conditions, high results, and not by luck of one year.

Formally: wellbeing index in the lower third and results in the upper third of the schools in at
least two years. Which third a small school lands in is partly chance, so every school also gets
the probability that its true results were in the upper third in so many years.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.result_composite import ResultComposite, as_floats
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.stats.rank_simulation import rank_arrays
from shnor_lib.stats.shrinkage import normal_shrinkage

Floats = npt.NDArray[np.float64]
SEED = 20260402
_LEAST_SD = 1e-3


@dataclass(frozen=True)
class ResilientRule:
    """What makes a school resilient; all of it is the user's decision.

    Parameters
    ----------
    index_share, result_share
        Part of the schools that counts as lower by the index and as upper by results, 0…1.
    min_years, window
        In how many of the last ``window`` years both must hold.
    min_schools
        With fewer schools in a year its thirds mean nothing.
    certain, likely
        From these probabilities a school is «уверенно» or «вероятно» resilient.
    """

    index_share: float = 1 / 3
    result_share: float = 1 / 3
    min_years: int = 2
    window: int = 3
    min_schools: int = 9
    certain: float = 0.95
    likely: float = 0.75


@dataclass
class ResilientResult:
    """What :func:`resilient_schools` computed.

    Attributes
    ----------
    years
        One row per school and year: ``school_id``, ``year``, ``index``, ``value`` (results,
        0…1), ``n``, ``hard`` (index in the lower part), ``high`` (results in the upper part),
        ``both``, ``p_high`` (probability that the true results are in the upper part).
    schools
        Schools in hard conditions in at least ``rule.min_years`` of the window:
        ``school_id``, ``n_years`` (years known), ``n_hard``, ``n_both``, ``n`` (participations
        in the window), ``resilient`` (formally), ``probability`` (true results high in at least
        ``min_years`` of the years of hard conditions), ``confidence`` (``certain``, ``likely``,
        ``borderline``, ``insufficient``). Formal ones first, then by probability.
    window
        Years looked at, ascending.
    expected
        Sum of the probabilities: how many such schools there truly are, on average.
    rule, note
        The rule applied; Russian note on years left out (may be empty).
    """

    years: pd.DataFrame
    schools: pd.DataFrame
    window: list[int]
    expected: float
    rule: ResilientRule
    note: str = ""


def resilient_schools(
    index: IndexResult,
    composite: ResultComposite,
    *,
    years: Iterable[int] | None = None,
    rule: ResilientRule | None = None,
    draws: int = 2000,
    seed: int = SEED,
) -> ResilientResult:
    """Find schools with high results in hard conditions.

    Parameters
    ----------
    index
        Wellbeing index.
    composite
        Results with their sampling error, from :func:`~.result_composite.result_composite`.
    years
        Up to which the window runs; default: the last ``rule.window`` years that have both.
    rule
        Parts, years, probabilities.
    draws, seed
        Of the simulation of true results.

    Raises
    ------
    ShnorError
        Fewer years or schools than the rule asks for.

    Notes
    -----
    True results of a year are drawn from the normal empirical Bayes posterior of the school
    (:func:`~shnor_lib.stats.shrinkage.normal_shrinkage`), ranked among the drawn results of all
    schools of the year, and counted over the years of hard conditions. A lower part holds the
    schools whose rank, ties sharing the mean, is at most ``share`` · number of schools.
    """
    rule = ResilientRule() if rule is None else rule
    rows = _rows(index, composite)
    counted = rows.groupby("year")["school_id"].nunique()
    usable = sorted(int(str(year)) for year in counted.index[counted >= rule.min_schools])
    known = sorted(int(str(year)) for year in counted.index)
    wanted = known if years is None else [y for y in sorted(set(map(int, years))) if y in known]
    window = [year for year in wanted if year > max(wanted) - rule.window] if wanted else []
    kept = [year for year in window if year in usable]
    if len(kept) < rule.min_years:
        raise ShnorError(
            f"Резильентные школы не определены: нужно не меньше {rule.min_years} лет, в которых индекс "
            f"и результаты известны хотя бы у {rule.min_schools} школ; таких лет — {len(kept)}."
        )
    generator = np.random.default_rng(seed)
    parts, drawn = [], []
    for year in kept:
        part = rows[rows["year"] == year].reset_index(drop=True)
        high = _drawn_high(part, rule, draws, generator)
        parts.append(_year(part, high, rule))
        drawn.append(high)
    table = pd.concat(parts, ignore_index=True)
    schools = _schools(table, np.concatenate(drawn, axis=1), rule)
    left = [str(year) for year in window if year not in kept]
    return ResilientResult(
        years=table,
        schools=schools,
        window=kept,
        expected=float(schools["probability"].sum()),
        rule=rule,
        note=f"Годы, в которых школ слишком мало, не учтены: {', '.join(left)}." if left else "",
    )


def _rows(index: IndexResult, composite: ResultComposite) -> pd.DataFrame:
    conditions = index.scores.loc[index.scores["index"].notna(), ["school_id", "year", "index"]]
    rows = composite.scores.merge(conditions, on=["school_id", "year"])
    return rows.sort_values(["year", "school_id"], ignore_index=True)


def _lowest(values: Floats, share: float) -> npt.NDArray[np.bool_]:
    """Which values are in the lower part of their number."""
    # rank_arrays gives 1 to the highest; the lowest of −values is the highest of values.
    return np.asarray(rank_arrays(-values) <= share * values.shape[-1] + 1e-9)


def _drawn_high(
    part: pd.DataFrame, rule: ResilientRule, draws: int, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Draws × schools: whether the drawn true results are in the upper part."""
    value, sd = as_floats(part["value"]), as_floats(part["sd"])
    known = ~np.isnan(sd)
    centre, spread = value.copy(), np.zeros(len(value))
    if known.sum() >= 4:
        # Loaded points have no sampling error: those schools stay where they are.
        shrunk = normal_shrinkage(value, np.where(known, np.maximum(sd, _LEAST_SD), np.nan))
        centre = np.where(known, shrunk.table["shrunk"].to_numpy(dtype=np.float64), value)
        spread = np.where(known, shrunk.table["sd"].to_numpy(dtype=np.float64), 0.0)
    drawn = centre + spread * generator.standard_normal((draws, len(value)))
    return _lowest(-drawn, rule.result_share)


def _year(part: pd.DataFrame, high: npt.NDArray[Any], rule: ResilientRule) -> pd.DataFrame:
    hard = _lowest(as_floats(part["index"]), rule.index_share)
    formal = _lowest(-as_floats(part["value"]), rule.result_share)
    chance = np.where(part["sd"].isna(), np.nan, high.mean(axis=0))
    return part.drop(columns="sd").assign(
        hard=hard, high=formal, both=hard & formal, p_high=pd.array(chance, dtype="Float64")
    )


def _schools(table: pd.DataFrame, drawn: npt.NDArray[Any], rule: ResilientRule) -> pd.DataFrame:
    """Schools in hard conditions; ``drawn`` has a column per row of the table."""
    hard = table["hard"].to_numpy(dtype=bool)
    code, ids = pd.factorize(table["school_id"])
    count = len(ids)
    times = np.zeros((drawn.shape[0], count))
    for position in np.flatnonzero(hard):
        times[:, code[position]] += drawn[:, position]
    unsure = np.bincount(code, (hard & table["p_high"].isna().to_numpy(dtype=bool)), count) > 0
    probability = np.where(unsure, np.nan, (times >= rule.min_years).mean(axis=0))
    n_hard = np.bincount(code, hard, count).astype(np.int64)
    n_both = np.bincount(code, table["both"].to_numpy(dtype=bool), count).astype(np.int64)
    words = np.select(
        [unsure, probability >= rule.certain, probability >= rule.likely],
        ["insufficient", "certain", "likely"],
        "borderline",
    )
    frame = pd.DataFrame(
        {
            "school_id": pd.Series(ids, dtype="string"),
            "n_years": pd.array(np.bincount(code), dtype="Int64"),
            "n_hard": pd.array(n_hard, dtype="Int64"),
            "n_both": pd.array(n_both, dtype="Int64"),
            "n": pd.array(np.bincount(code, as_floats(table["n"])).astype(int), dtype="Int64"),
            "resilient": n_both >= rule.min_years,
            "probability": pd.array(probability, dtype="Float64"),
            "confidence": pd.array(words, dtype="string"),
        }
    )
    return frame[n_hard >= rule.min_years].sort_values(
        ["resilient", "probability", "school_id"],
        ascending=[False, False, True],
        ignore_index=True,
    )

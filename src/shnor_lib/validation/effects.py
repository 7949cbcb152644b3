"""Is the effect of support what it is: nothing where help does nothing, and as much as it does?

Schools the rules list are helped at random, as if there were not enough mentors for all. «Before
and after» is counted beside: listed schools do better next year by themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.demo.effects import stream
from shnor_lib.faults import ShnorError
from shnor_lib.methods.effect import EffectResult, effect_of_support
from shnor_lib.methods.identification import identify
from shnor_lib.methods.wellbeing import load_index, wellbeing_index
from shnor_lib.validation.case import Case
from shnor_lib.validation.tallies import Tallies, added, coverage

SCENARIOS: dict[str, float] = {"nothing": 0.0, "helps": 0.3}
"""Part of the low results that help takes away."""

HELPED = 0.6
"""Share of the listed schools that get help."""


def effects(case: Case) -> Tallies:
    """Bias of the effect and of «before and after»; coverage of the intervals.

    Returns
    -------
    Tallies
        ``effects``: ``regions`` with an estimate, sums over them of ``estimate``, ``truth``,
        ``error`` (estimate − truth) and ``squared``, and ``covered`` (interval held the truth);
        ``coverage`` of the interval of a single school, where help does nothing and where it helps.
    """
    after = case.region.years[-3]
    statuses = case.identification.statuses
    listed = statuses[(statuses["year"] == after) & statuses["low_results"]]["school_id"]
    chosen = case.region.ids.get_indexer(pd.Index(listed))
    luck = stream(case.region.seed, "helped", case.world, case.region.number)
    helped = chosen[luck.random(len(chosen)) < HELPED]
    parts = [
        _scenario(name, Case(case.region.supported(helped, after, removed), case.draws))
        for name, removed in SCENARIOS.items()
    ]
    return added([*parts, _without_tables(case)])


def _scenario(name: str, case: Case) -> Tallies:
    found = _estimate(case)
    if found is None:
        return {}
    rows = found.schools
    truth = _truth(case.truth).reindex(pd.MultiIndex.from_frame(rows[["school_id", "year"]]))
    true = truth.to_numpy(dtype="float64")
    low, high = (rows[end].to_numpy(dtype="float64") for end in ("low", "high"))
    weight = 1 / (high - low) ** 2
    mean = float(np.average(true, weights=weight))
    total = found.summary[found.summary["year"].isna()].iloc[0]
    parts = [
        _tally(name, "net", case.world, total["effect"], total["low"], total["high"], mean),
        _tally(name, "naive", case.world, total["naive"], None, None, mean),
        coverage(
            f"effect_{name}",
            case.world,
            case.size_of.reindex(rows["school_id"]).to_numpy(),
            low,
            high,
            true,
        ),
    ]
    if found.matched is not None:
        pair = found.matched
        parts.append(_tally(name, "matched", case.world, pair.effect, pair.low, pair.high, mean))
    return added(parts)


def _without_tables(case: Case) -> Tallies:
    """Nobody wrote down who was helped: the schools of last year's list are looked at instead."""
    found = _estimate(case)
    if found is None:
        return {}
    total = found.summary[found.summary["year"].isna()].iloc[0]
    ends = total["low"], total["high"]
    return added(
        [
            _tally("no_tables", "net", case.world, total["effect"], *ends, 0.0),
            _tally("no_tables", "naive", case.world, total["naive"], None, None, 0.0),
        ]
    )


def _estimate(case: Case) -> EffectResult | None:
    """What the product says; None where it refuses."""
    index = wellbeing_index(case.dataset, load_index("proposal"))
    found = identify(case.dataset, case.ruleset)
    try:
        return effect_of_support(case.dataset, identification=found, index=index)
    except ShnorError:
        return None


def _truth(truth: pd.DataFrame) -> pd.Series:
    """What help really changed in a school's share of low results, by school and year."""
    change = truth.assign(change=truth["n"] * (truth["share"] - truth["unhelped"]))
    sums = change.groupby(["school_id", "year"])[["n", "change"]].sum()
    return sums["change"] / sums["n"]


def _tally(
    scenario: str,
    estimate: str,
    world: str,
    value: float,
    low: float | None,
    high: float | None,
    truth: float,
) -> Tallies:
    held = 0 if low is None or high is None else int(low <= truth <= high)
    row = {
        "scenario": scenario,
        "estimate": estimate,
        "world": world,
        "regions": 1,
        "estimated": float(value),
        "truth": truth,
        "error": float(value) - truth,
        "squared": (float(value) - truth) ** 2,
        "covered": held,
    }
    return {"effects": pd.DataFrame([row])}

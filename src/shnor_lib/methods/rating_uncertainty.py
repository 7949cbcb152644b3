"""How far the places of a rating hang on choices and on chance.

Weights, normalisation, treatment of outliers and aggregation could as well have been others,
and other pupils of the same schools might have written. All of it is varied at once and the
rating is computed a thousand times; what stays is what the rating really says about a school.
Saisana, Saltelli and Tarantola (2005, JRSS A 168: 307–323).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.chain_definition import (
    AlternativeNormalisation,
    GoalpostsMoved,
    VariantSet,
)
from shnor_lib.methods.normalisations import Goalposts
from shnor_lib.methods.ranking import SEED, RatingResult
from shnor_lib.methods.rating_chain import (
    TOP,
    Table,
    named_steps,
    of_own_year,
    sampler_of,
    stage_of,
    start_chain,
    treatment_arguments,
)
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.stats.composite import AsIs, Chain, Scale
from shnor_lib.stats.composite.variants import Assumption, Choice, Sampling, Variants, WeightNoise
from shnor_lib.stats.sensitivity import Uncertainty, monte_carlo, sobol

Floats = npt.NDArray[np.float64]

AS_IT_IS = "как в рейтинге"
"""Label of the alternative the rating itself takes."""

WEIGHTS, NORMALISATION, TREATMENT, AGGREGATION, CHANCE = (
    "веса показателей",
    "перевод в баллы",
    "крайние значения",
    "способ сложения",
    "случайность результатов",
)
"""Names of the assumptions."""

SOBOL_BASE = 256
"""Runs of the base sample of the sensitivity analysis, a power of 2."""


@dataclass(frozen=True)
class RatingUncertainty:
    """What :func:`rating_uncertainty` found.

    Attributes
    ----------
    definition, year, draws, seed
        What was varied.
    schools
        ``school_id``, ``year``, ``score``, ``rank``, ``n_rated`` (of the rating itself; rank 1
        = best), ``rank_median``, ``rank_low``, ``rank_high`` (95 % interval over all variants),
        ``p_lowest_quarter`` (share of variants in which the school is in the lowest quarter,
        0…1), ``p_below`` (share of the comparable variants in which its score is below the
        cut-off; NA without one).
    cutoff
        Share of the maximum, 0…1; None: none was given or there is no maximum.
    n_comparable
        Variants whose scores are measured with the rating's own scales, so that the cut-off
        means the same: the others are left out of ``p_below``.
    assumptions
        ``assumption``, ``alternative`` (Russian), ``share`` (of the variants, 0…1),
        ``rank_shift`` (mean absolute difference of rank from the rating itself in those
        variants).
    sensitivity
        ``assumption``, ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``,
        ``total_high``: Sobol' indices of the mean shift of rank with 95 % intervals; empty with
        fewer than two assumptions.
    mean_shift
        Mean absolute difference of rank over all schools and variants.
    """

    definition: Rating
    year: int
    draws: int
    seed: int
    schools: pd.DataFrame = field(repr=False)
    assumptions: pd.DataFrame = field(repr=False)
    sensitivity: pd.DataFrame = field(repr=False)
    mean_shift: float
    cutoff: float | None = None
    n_comparable: int = 0


def rating_uncertainty(
    rating: RatingResult,
    year: int,
    *,
    variants: VariantSet | None = None,
    cutoff: float | None = None,
    draws: int = 1000,
    base: int = SOBOL_BASE,
    seed: int = SEED,
) -> RatingUncertainty:
    """Vary everything the definition leaves to choice, and chance, all at once.

    Parameters
    ----------
    rating
        From :func:`~.ranking.rate`.
    year
        Whose places are looked at.
    variants
        What could as well have been assumed; that of the definition by default.
    cutoff
        Share of the maximum below which a school counts as listed, 0…1; that of ``variants`` by
        default.
    draws
        Variants drawn.
    base
        Size of the sensitivity analysis, a power of 2; it computes base · (assumptions + 2)
        variants. 0 leaves it out.
    seed
        The same seed gives the same numbers.

    Raises
    ------
    ShnorError
        No school was rated that year, there is nothing to vary, or a variant is impossible: it
        is named and never replaced by another.
    """
    definition = rating.definition
    chosen = variants or definition.variants
    wanted = chosen.cutoff if cutoff is None else cutoff
    limit = wanted if definition.has_maximum else None
    chain = _chain_of(rating, year)
    assumptions = _assumptions(rating, chosen, chain)
    with named_steps(definition):
        what = Variants(chain, assumptions, TOP)
        found = monte_carlo(what, draws=draws, seed=[seed, year])
        if base and len(assumptions) > 1:
            sensitivity = sobol(what, base=base, seed=seed)
            sensitivity = sensitivity.drop(columns="target")
        else:
            sensitivity = pd.DataFrame(columns=_SENSITIVITY)
    rows = np.flatnonzero((chain.data.index.get_level_values(1) == year) & ~np.isnan(found.nominal))
    comparable = _comparable(found, chosen)
    schools = _schools(found, rows, year, limit, comparable)
    shift = np.nanmean(np.abs(found.ranks[:, rows] - found.nominal_ranks[rows]), axis=1)
    return RatingUncertainty(
        definition=definition,
        year=year,
        draws=draws,
        seed=seed,
        schools=schools,
        assumptions=_tried(found, assumptions, shift, chosen),
        sensitivity=sensitivity.reset_index(drop=True),
        mean_shift=float(shift.mean()),
        cutoff=limit,
        n_comparable=int(comparable.sum()) if limit is not None else 0,
    )


_SENSITIVITY = [
    "assumption", "first", "first_low", "first_high", "total", "total_low", "total_high",
]  # fmt: skip


def _chain_of(rating: RatingResult, year: int) -> Chain:
    """The chain that holds the year: by itself where other years do not matter."""
    table = rating.table
    if table is None or year not in table.years:
        raise ShnorError(f"Рейтинг «{rating.definition.id}»: {year} года в данных нет.")
    alone = of_own_year(rating.definition)
    chain = start_chain(table, [year] if alone else None, treat=True)
    if chain is None or not (chain.data.index.get_level_values(1) == year).any():
        raise ShnorError(
            f"Рейтинг «{rating.definition.id}»: за {year} год не оценена ни одна школа."
        )
    return chain


def _assumptions(rating: RatingResult, chosen: VariantSet, chain: Chain) -> list[Assumption]:
    definition, table = rating.definition, rating.table
    assert table is not None
    found: list[Assumption] = []
    if chosen.weights:
        found.append(WeightNoise(WEIGHTS, {1: chosen.weights, 2: chosen.weights}))
    if chosen.normalisation:
        ways: dict[str, Mapping[str, Any]] = {AS_IT_IS: {}}
        for rule in chosen.normalisation:
            ways[rule.title] = {"normalise": {"special": _scales(table, rule)}}
        found.append(Choice(NORMALISATION, ways))
    if chosen.treatment:
        treated: dict[str, Mapping[str, Any]] = {AS_IT_IS: {}}
        by_time = definition.reference == "year"
        data = chain.stages[stage_of(chain)]
        for treatment in chosen.treatment:
            arguments = treatment_arguments(treatment, table, data, by_time=by_time)
            treated[treatment.title] = {"treat": arguments}
        found.append(Choice(TREATMENT, treated))
    if chosen.aggregation:
        added: dict[str, Mapping[str, Any]] = {AS_IT_IS: {}}
        for other in chosen.aggregation:
            how = other.how()
            added[other.title] = {"aggregate": {"how": {2: how, 3: how}}}
        found.append(Choice(AGGREGATION, added))
    sampler = sampler_of(table, chain) if chosen.sampling else None
    if sampler is not None:
        found.append(Sampling(CHANCE, sampler, stage=stage_of(chain), refit=True))
    if not found:
        raise ShnorError(
            f"Рейтинг «{definition.id}»: менять нечего — в variants нет ни разброса весов, ни "
            "других способов, а баллы внесены готовыми."
        )
    return found


def _scales(table: Table, rule: AlternativeNormalisation) -> dict[str, Scale]:
    """Scale of every indicator; those without fixed ends stay as they are when ends move."""
    scales: dict[str, Scale] = {}
    for item in table.used:
        own = item.normalisation
        if not isinstance(rule, GoalpostsMoved):
            scales[item.id] = rule.scale(item.id)
        elif isinstance(own, Goalposts):
            scales[item.id] = own.moved(rule.factor, item.direction).scale(item.id)
        else:
            scales[item.id] = AsIs() if own is None else own.scale(item.id)
    return scales


def _comparable(found: Uncertainty, chosen: VariantSet) -> npt.NDArray[np.bool_]:
    """Runs whose scores can be held against the rating's own cut-off."""
    same = np.ones(len(found.design), dtype=np.bool_)
    if NORMALISATION in found.design:
        moved = {r.title for r in chosen.normalisation if isinstance(r, GoalpostsMoved)}
        same &= found.design[NORMALISATION].isin({AS_IT_IS, *moved}).to_numpy()
    if AGGREGATION in found.design:
        kept = {r.title for r in chosen.aggregation if r.keeps_scale}
        same &= found.design[AGGREGATION].isin({AS_IT_IS, *kept}).to_numpy()
    return same


def _schools(
    found: Uncertainty,
    rows: npt.NDArray[np.intp],
    year: int,
    cutoff: float | None,
    comparable: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    summary = found.summary().iloc[rows]
    below = pd.array([pd.NA] * len(rows), dtype="Float64")
    if cutoff is not None and comparable.any():
        share = (found.scores[np.ix_(comparable, rows)] < cutoff).mean(axis=0)
        below = pd.array(share, dtype="Float64")
    return pd.DataFrame(
        {
            "school_id": found.rows[rows].get_level_values(0).astype("string"),
            "year": pd.array([year] * len(rows), dtype="Int64"),
            "score": summary["score"].to_numpy(),
            "rank": summary["rank"].to_numpy(),
            "n_rated": pd.array([len(rows)] * len(rows), dtype="Int64"),
            "rank_median": summary["rank_median"].to_numpy(),
            "rank_low": summary["rank_low"].to_numpy(),
            "rank_high": summary["rank_high"].to_numpy(),
            "p_lowest_quarter": summary["p_lowest"].to_numpy(),
            "p_below": below,
        }
    )


def _tried(
    found: Uncertainty, assumptions: list[Assumption], shift: Floats, chosen: VariantSet
) -> pd.DataFrame:
    lines: list[dict[str, Any]] = []
    for each in assumptions:
        if isinstance(each, Choice):
            for name in each.alternatives:
                runs = (found.design[each.name] == name).to_numpy()
                lines.append(
                    {
                        "assumption": each.name,
                        "alternative": name,
                        "share": float(runs.mean()),
                        "rank_shift": float(shift[runs].mean()) if runs.any() else np.nan,
                    }
                )
        else:
            percent = f"{100 * chosen.weights:g}".replace(".", ",")
            words = (
                f"каждый вес больше или меньше не более чем на {percent}\u202f%"
                if isinstance(each, WeightNoise)
                else "те же школы пишут те же работы ещё раз"
            )
            lines.append(
                {
                    "assumption": each.name,
                    "alternative": words,
                    "share": 1.0,
                    "rank_shift": float(shift.mean()),
                }
            )
    return pd.DataFrame(lines)

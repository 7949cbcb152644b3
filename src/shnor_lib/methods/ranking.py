"""Ratings: weighted indicators, share of the maximum, rank with its interval.

A rating is Σ w p / Σ w over the indicators that apply to the school, p in 0…1: a school
without grades 10–11 loses nothing for ЕГЭ. Other normalisations and aggregations can be asked
for in the definition. Ranks are computed on unrounded scores, ties share the mean rank. A bare
rank is never enough: with small schools most places are noise, so the place comes with the
interval it would take if the same school wrote the same tests again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from shnor_lib.methods.rating_chain import (
    TOP,
    Table,
    named_steps,
    of_own_year,
    sampler_of,
    stage_of,
    start_chain,
    table_of,
)
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.stats.composite import Chain
from shnor_lib.stats.composite.variants import Sampling, Variants
from shnor_lib.stats.sensitivity import Uncertainty, monte_carlo
from shnor_lib.store import Dataset

__all__ = ["Rating", "RatingResult", "load_rating", "rate"]

Floats = npt.NDArray[np.float64]

SEED = 20260401
"""Default seed: the same data give the same intervals."""

TIE_DIGITS = 12
"""Scores equal to so many decimals tie: the order of additions must not part them."""


@dataclass
class RatingResult:
    """What :func:`rate` computed.

    Attributes
    ----------
    definition
        The rating.
    scores
        ``school_id``, ``year``, ``score`` (share of the maximum, or whatever the definition's
        normalisation and aggregation make), ``points``, ``points_max``, ``share_of_max`` (0…1;
        NA where there is no maximum), ``rank`` (1 = best, ties share the mean rank),
        ``n_rated``, ``n_results`` (participants behind the shares of results, each indicator's
        results counted once; 0 where there are none), ``rank_low``, ``rank_high`` (95 % interval of the rank),
        ``p_lowest_quarter`` (probability of standing in the lowest quarter), ``share_low``,
        ``share_high`` (95 % interval of the share of the maximum), ``share_mean``,
        ``share_sd`` (mean and deviation of the drawn shares).
    note
        Russian: why there are no intervals; empty when there are.
    draws, seed
        Of the simulation.
    chain
        Steps with their arguments and tables, rows (school_id, year) of all years; None when
        no school could be rated. ``chain.replay(…)`` gives the rating with one thing changed.
    """

    definition: Rating
    scores: pd.DataFrame
    note: str = ""
    draws: int = 0
    seed: int = SEED
    chain: Chain | None = field(default=None, repr=False)
    table: Table | None = field(default=None, repr=False)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Every indicator of every rated school; made when first asked for.

        Columns: ``school_id``, ``year``, ``group``, ``indicator``, ``title``, ``value``,
        ``normalised``, ``weight``, ``applies``, ``n``.
        """
        wanted = sorted(int(year) for year in self.scores["year"].unique())
        return _indicator_rows(self.table, self.chain, wanted)


def rate(
    dataset: Dataset,
    definition: Rating,
    *,
    years: Iterable[int] | None = None,
    draws: int = 1000,
    seed: int = SEED,
) -> RatingResult:
    """Rate all schools.

    Parameters
    ----------
    dataset
        Tidy tables.
    definition
        From :func:`load_rating`.
    years
        Rated years; default: all years of the data. Normalisation by other schools uses all
        years of the data, unless the definition says ``reference: year``.
    draws
        Simulated repetitions for the intervals; 0 leaves them out. Time and memory grow with
        schools × draws: for tens of thousands of schools take 0 or 100.
    seed
        Of the simulation; the same seed gives the same intervals.

    Returns
    -------
    RatingResult

    Raises
    ------
    ShnorError
        A step is impossible: the message names the rating, the indicator and the step.

    Notes
    -----
    How results are drawn: :func:`~.rating_chain.sampler_of`. Scales set by other schools stay
    those of the real data, unless outliers are treated. Goldstein and Spiegelhalter (1996, JRSS
    A 159: 385–443) on why ranks need this.
    """
    wanted = sorted({int(y) for y in years} if years is not None else dataset.years)
    all_years = sorted({*dataset.years, *wanted})
    table = table_of(dataset, definition, all_years)
    chain = start_chain(table)
    sampled = [item for item in table.items if item.x is not None and not np.isnan(item.raw).all()]
    note = ""
    if chain is not None and not sampled:
        note = "Баллы рейтинга внесены готовыми, случайной ошибки измерения у них нет: интервала места нет."
    elif draws <= 0:
        note = "Интервалы мест не рассчитывались."
    done = draws if sampled and draws > 0 else 0
    frames = [_year_scores(table, chain, year) for year in wanted] if chain is not None else []
    if chain is not None and done:
        _add_intervals(frames, table, chain, wanted, done, seed)
    return RatingResult(
        definition=definition,
        scores=pd.concat(frames, ignore_index=True) if frames else _year_frame(0, 0),
        note=note,
        draws=done,
        seed=seed,
        chain=chain,
        table=table,
    )


def _year_scores(table: Table, chain: Chain, year: int) -> pd.DataFrame:
    """Scores of one year without intervals."""
    here = np.flatnonzero(chain.data.index.get_level_values(1) == year)
    score = chain.data[TOP].to_numpy()[here]
    normalised = chain.stages["normalise"].to_numpy()[here]
    weight = _weights(table, chain, here, normalised)
    rated = ~np.isnan(score)
    here, score = here[rated], score[rated]
    frame = _year_frame(len(here), year)
    if not len(here):
        return frame
    frame["school_id"] = chain.data.index.get_level_values(0)[here].array
    frame["score"] = score
    frame["points"] = np.nansum(weight * normalised, axis=1)[rated]
    if table.definition.has_maximum:
        frame["points_max"] = weight.sum(axis=1)[rated]
        frame["share_of_max"] = score
    frame["rank"] = rankdata(-np.round(score, TIE_DIGITS), method="average")
    frame["n_rated"] = len(here)
    frame["n_results"] = _participants(table, frame["school_id"], year)
    return frame


def _participants(table: Table, schools: pd.Series[str], year: int) -> npt.NDArray[np.int64]:
    """Participants behind the shares of results; high and low results are of the same people."""
    s, y = table.schools.get_indexer(pd.Index(schools)), table.years.index(year)
    total = np.zeros(len(s))
    for scope in {item.scope for item in table.used if item.scope}:
        parts = [
            np.where(np.isnan(item.raw[s, y]), 0.0, item.n[s, y])
            for item in table.used
            if item.scope == scope
        ]
        total += np.max(parts, axis=0)
    return total.astype(np.int64)


def _weights(table: Table, chain: Chain, here: npt.NDArray[np.intp], normalised: Floats) -> Floats:
    """Points the indicators are worth for the rows: 0 where there is no value."""
    weights = np.zeros(normalised.shape)
    maxima = chain.log[-1].arguments.get("row_weights")
    for position, item in enumerate(table.used):
        weights[:, position] = item.weight
        if maxima is not None and item.maximum is not None:
            weights[:, position] *= maxima[item.id].to_numpy()[here]
    return np.where(np.isnan(normalised), 0.0, weights)


def _add_intervals(
    frames: list[pd.DataFrame],
    table: Table,
    chain: Chain,
    years: list[int],
    draws: int,
    seed: int,
) -> None:
    """Columns of the intervals, year by year where a year can be drawn by itself."""
    definition = table.definition
    together = None if of_own_year(definition) else _drawn(table, chain, draws, seed)
    for frame, year in zip(frames, years, strict=True):
        if frame.empty:
            continue
        found = together
        if found is None:
            own = start_chain(table, [year])
            found = None if own is None else _drawn(table, own, draws, [seed, year])
        if found is None:
            continue
        place = pd.MultiIndex.from_product([frame["school_id"], [year]])
        rows = found.rows.get_indexer(place)
        summary = found.summary().iloc[rows]
        # Where nothing of a year is drawn there is nothing to be unsure of.
        if not table.sampled_in(year):
            continue
        # A small extreme school may stand beyond its own interval, which chance draws inwards:
        # the interval is opened to hold the place it is shown with.
        frame["rank_low"] = np.minimum(
            summary["rank_low"].to_numpy(), frame["rank"].to_numpy("float64")
        )
        frame["rank_high"] = np.maximum(
            summary["rank_high"].to_numpy(), frame["rank"].to_numpy("float64")
        )
        frame["p_lowest_quarter"] = summary["p_lowest"].to_numpy()
        if definition.has_maximum:
            drawn = found.scores[:, rows]
            ends = np.quantile(drawn, [0.025, 0.975], axis=0)
            frame["share_low"], frame["share_high"] = ends[0], ends[1]
            frame["share_mean"] = drawn.mean(axis=0)
            frame["share_sd"] = drawn.std(axis=0, ddof=1)


def _drawn(table: Table, chain: Chain, draws: int, seed: int | list[int]) -> Uncertainty | None:
    sampler = sampler_of(table, chain)
    if sampler is None:
        return None
    with named_steps(table.definition):
        sampling = Sampling(
            "случайная ошибка",
            sampler,
            stage=stage_of(chain),
            refit=table.definition.treatment is not None,
        )
        return monte_carlo(Variants(chain, [sampling], TOP), draws=draws, seed=seed)


def _year_frame(size: int, year: int) -> pd.DataFrame:
    numbers = (
        "score", "points", "points_max", "share_of_max", "rank", "n_rated", "n_results",
        "rank_low", "rank_high", "p_lowest_quarter", "share_low", "share_high", "share_mean", "share_sd",
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            "school_id": pd.Series(pd.NA, index=range(size), dtype="string"),
            "year": pd.Series(year, index=range(size), dtype="Int64"),
        }
    )
    for name in numbers:
        dtype = "Int64" if name in {"n_rated", "n_results"} else "Float64"
        frame[name] = pd.Series(pd.NA, index=range(size), dtype=dtype)
    return frame


def _indicator_rows(table: Table | None, chain: Chain | None, wanted: list[int]) -> pd.DataFrame:
    dtypes = {
        "school_id": "string", "year": "Int64", "group": "string", "indicator": "string",
        "title": "string", "value": "Float64", "normalised": "Float64", "weight": "Float64",
        "applies": "bool", "n": "Float64",
    }  # fmt: skip
    parts = []
    if table is not None and chain is not None:
        stage = chain.stages["normalise"]
        used = {item.id: number for number, item in enumerate(table.used)}
        for year in wanted:
            here = np.flatnonzero(chain.data.index.get_level_values(1) == year)
            here = here[~np.isnan(chain.data[TOP].to_numpy()[here])]
            ids = chain.data.index.get_level_values(0)[here]
            s, y = table.schools.get_indexer(ids), table.years.index(year)
            normalised = stage.to_numpy()[here]
            weights = _weights(table, chain, here, normalised)
            for item in table.items:
                place = used.get(item.id)
                weight = np.zeros(len(here)) if place is None else weights[:, place]
                parts.append(
                    pd.DataFrame(
                        {
                            "school_id": ids,
                            "year": year,
                            "group": item.group,
                            "indicator": item.id,
                            "title": item.title,
                            "value": item.value[s, y],
                            "normalised": np.nan if place is None else normalised[:, place],
                            "weight": weight,
                            "applies": weight > 0,
                            "n": item.n[s, y],
                        }
                    )
                )
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
    frame = pd.concat(parts, ignore_index=True).astype(dtypes)
    for name in ("value", "normalised", "n"):
        frame[name] = frame[name].mask(frame[name].isna())
    return frame

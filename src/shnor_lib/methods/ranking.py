"""Ratings: weighted indicators, share of the maximum, rank with its interval.

A rating is Σ w p / Σ w over the indicators that apply to the school, p in 0…1: a school
without grades 10–11 loses nothing for ЕГЭ. Ranks are computed on unrounded scores, ties share
the mean rank. A bare rank is never enough: with small schools most places are noise, so the
place comes with the interval it would take if the same school wrote the same tests again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from shnor_lib.methods.coded import code_results
from shnor_lib.methods.rating_definition import (
    Rating,
    ResultsIndicator,
    ZScore,
    load_rating,
)
from shnor_lib.methods.rating_items import Item, items_of, normalise, too_many
from shnor_lib.store import Dataset

__all__ = ["Rating", "RatingResult", "load_rating", "rate"]

Floats = npt.NDArray[np.float64]

SEED = 20260401
"""Default seed: the same data give the same intervals."""


@dataclass
class RatingResult:
    """What :func:`rate` computed.

    Attributes
    ----------
    definition
        The rating.
    scores
        ``school_id``, ``year``, ``score`` (share of the maximum; a weighted mean of z-scores
        for ratings normalised that way), ``points``, ``points_max``, ``share_of_max`` (0…1; NA
        for z-scores, which have no maximum), ``rank`` (1 = best, ties share the mean rank),
        ``n_rated``, ``rank_low``, ``rank_high`` (95 % interval of the rank),
        ``p_lowest_quarter`` (probability of standing in the lowest quarter), ``share_low``,
        ``share_high`` (95 % interval of the share of the maximum), ``share_sd``.
    note
        Russian: why there are no intervals; empty when there are.
    draws, seed
        Of the simulation.
    """

    definition: Rating
    scores: pd.DataFrame
    note: str = ""
    draws: int = 0
    seed: int = SEED
    _items: list[Item] = field(default_factory=list, repr=False)
    _schools: pd.Index = field(default_factory=lambda: pd.Index([], dtype="string"), repr=False)
    _years: list[int] = field(default_factory=list, repr=False)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Every indicator of every rated school; made when first asked for.

        Columns: ``school_id``, ``year``, ``group``, ``indicator``, ``title``, ``value``,
        ``normalised``, ``weight``, ``applies``, ``n``.
        """
        wanted = sorted(int(year) for year in self.scores["year"].unique())
        return _indicator_rows(self._items, self._schools, self._years, wanted)


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
        Simulated repetitions for the intervals; 0 leaves them out.
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
    Shares of results are drawn from their Jeffreys posteriors Beta(x + ½, n − x + ½),
    independently between scopes; high results of a scope are drawn given its low results, as
    the two exclude one another. Points, social and staff shares and mean scores are taken as
    they are. Goldstein and Spiegelhalter (1996, JRSS A 159: 385–443) on why ranks need this.
    """
    wanted = sorted({int(y) for y in years} if years is not None else dataset.years)
    all_years = sorted({*dataset.years, *wanted})
    schools = _schools(dataset)
    by_results = any(isinstance(item, ResultsIndicator) for _, item in definition.indicators)
    # Coding millions of rows costs a second; loaded points do not need it.
    rows = dataset.results if by_results else dataset.results.head(0)
    coded = code_results(rows, schools, all_years)
    items: list[Item] = []
    for group, indicator in definition.indicators:
        items.extend(items_of(dataset, definition, group.id, indicator, coded))
    for item in items:
        item.normalised = normalise(item, definition, item.value)
    has_maximum = not any(isinstance(item.normalisation, ZScore) for item in items)
    sampled = [item for item in items if item.x is not None and np.nansum(item.weight) > 0]
    note = ""
    if not sampled:
        note = "Баллы рейтинга внесены готовыми, случайной ошибки измерения у них нет: интервала места нет."
    elif draws <= 0:
        note = "Интервалы мест не рассчитывались."
    frames = []
    generator = np.random.default_rng(seed)
    for year in wanted:
        y = all_years.index(year)
        frames.append(
            _year_scores(
                items, schools, year, y, definition, has_maximum, draws if sampled else 0, generator
            )
        )
    return RatingResult(
        definition=definition,
        scores=pd.concat(frames, ignore_index=True) if frames else _year_frame(0, 0),
        note=note,
        draws=draws if sampled else 0,
        seed=seed,
        _items=items,
        _schools=schools,
        _years=all_years,
    )


def _schools(dataset: Dataset) -> pd.Index:
    known = pd.concat(
        [f["school_id"] for f in (dataset.schools, dataset.results, dataset.rating_points)]
    )
    schools: pd.Index = pd.Index(known.dropna().unique().astype("string")).sort_values()
    return schools


def _year_scores(
    items: list[Item],
    schools: pd.Index,
    year: int,
    y: int,
    definition: Rating,
    has_maximum: bool,
    draws: int,
    generator: np.random.Generator,
) -> pd.DataFrame:
    size = len(schools)
    weight = np.array([item.weight[:, y] for item in items]).reshape(len(items), size)
    normalised = np.array([item.normalised[:, y] for item in items]).reshape(len(items), size)
    points = np.nansum(weight * normalised, axis=0)
    maximum = weight.sum(axis=0)
    rated = np.flatnonzero(maximum > 0)
    frame = _year_frame(len(rated), year)
    if not len(rated):
        return frame
    share = points[rated] / maximum[rated]
    frame["school_id"] = schools.array.take(rated)
    frame["score"] = share
    frame["points"] = points[rated]
    if has_maximum:
        frame["points_max"] = maximum[rated]
        frame["share_of_max"] = share
    frame["rank"] = rankdata(-share, method="average")
    frame["n_rated"] = len(rated)
    if draws <= 0 or not any(i.x is not None and i.weight[rated, y].any() for i in items):
        return frame
    simulated = _simulate(items, rated, y, definition, draws, generator, schools)
    ranks = rankdata(-simulated, method="average", axis=0)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=1, method="inverted_cdf")
    frame["rank_low"], frame["rank_high"] = low, high
    frame["p_lowest_quarter"] = (ranks > 0.75 * len(rated)).mean(axis=1)
    if has_maximum:
        ends = np.quantile(simulated, [0.025, 0.975], axis=1)
        frame["share_low"], frame["share_high"] = ends[0], ends[1]
        frame["share_sd"] = simulated.std(axis=1, ddof=1)
    return frame


def _simulate(
    items: list[Item],
    rated: npt.NDArray[np.intp],
    y: int,
    definition: Rating,
    draws: int,
    generator: np.random.Generator,
    schools: pd.Index,
) -> Floats:
    """Scores of the rated schools in each draw (schools × draws)."""
    total = np.zeros((len(rated), draws))
    maximum = np.zeros(len(rated))
    low_drawn: dict[str, tuple[Floats, Floats, Floats]] = {}
    # Low results first: high ones of the same scope are drawn given them.
    for item in sorted(items, key=lambda i: i.measure != "share_low"):
        weight = item.weight[rated, y]
        maximum += weight
        on = weight > 0
        if not on.any():
            continue
        if item.x is None:
            total[on] += (weight[on] * item.normalised[rated[on], y])[:, None]
            continue
        x, n = item.x[rated, y], item.n[rated, y]
        before = low_drawn.get(item.scope)
        if before is not None and np.array_equal(before[1][on], n[on]):
            drawn_low, _, x_low = before
            rest = n - x - x_low
            if (rest[on] < 0).any():
                wrong = rated[np.flatnonzero(on & (rest < 0))[0]]
                raise too_many(definition, item.id, schools[wrong])
            drawn = (1 - drawn_low[on]) * generator.beta(
                (x[on] + 0.5)[:, None], (rest[on] + 0.5)[:, None], (int(on.sum()), draws)
            )
        else:
            drawn = generator.beta(
                (x[on] + 0.5)[:, None], (n[on] - x[on] + 0.5)[:, None], (int(on.sum()), draws)
            )
            if item.measure == "share_low":
                whole = np.zeros((len(rated), draws))
                whole[on] = drawn
                low_drawn[item.scope] = (whole, n, x)
        total[on] += weight[on][:, None] * normalise(item, definition, drawn, y)
    return total / maximum[:, None]


def _year_frame(size: int, year: int) -> pd.DataFrame:
    numbers = (
        "score", "points", "points_max", "share_of_max", "rank", "n_rated", "rank_low",
        "rank_high", "p_lowest_quarter", "share_low", "share_high", "share_sd",
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            "school_id": pd.Series(pd.NA, index=range(size), dtype="string"),
            "year": pd.Series(year, index=range(size), dtype="Int64"),
        }
    )
    for name in numbers:
        dtype = "Int64" if name == "n_rated" else "Float64"
        frame[name] = pd.Series(pd.NA, index=range(size), dtype=dtype)
    return frame


def _indicator_rows(
    items: list[Item], schools: pd.Index, all_years: list[int], wanted: list[int]
) -> pd.DataFrame:
    parts = []
    for year in wanted:
        y = all_years.index(year)
        maximum = sum((i.weight[:, y] for i in items), start=np.zeros(len(schools)))
        rated = np.flatnonzero(maximum > 0)
        for item in items:
            applies = item.weight[rated, y] > 0
            parts.append(
                pd.DataFrame(
                    {
                        "school_id": schools.array.take(rated),
                        "year": year,
                        "group": item.group,
                        "indicator": item.id,
                        "title": item.title,
                        "value": item.value[rated, y],
                        "normalised": item.normalised[rated, y],
                        "weight": item.weight[rated, y],
                        "applies": applies,
                        "n": item.n[rated, y],
                    }
                )
            )
    dtypes = {
        "school_id": "string", "year": "Int64", "group": "string", "indicator": "string",
        "title": "string", "value": "Float64", "normalised": "Float64", "weight": "Float64",
        "applies": "bool", "n": "Float64",
    }  # fmt: skip
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
    frame = pd.concat(parts, ignore_index=True).astype(dtypes)
    for name in ("value", "normalised", "n"):
        frame[name] = frame[name].mask(frame[name].isna())
    return frame

"""Values of a rating's indicators for all schools and years."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.coded import Coded, which_scope
from shnor_lib.methods.normalisations import Normalisation
from shnor_lib.methods.rating_definition import (
    Indicator,
    PassportIndicator,
    PointsIndicator,
    Rating,
    ResultsIndicator,
)
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]


@dataclass
class Item:
    """One indicator for all schools and years (arrays schools × years).

    Attributes
    ----------
    group, id, title, measure
        As in the definition; of a loaded indicator the title is its name.
    value
        As shown: a share 0…1, a mean score, points earned; NaN where there is none.
    raw
        What enters the chain: the value, or the share earned of the points there are.
    weight
        Points the indicator is worth in the definition.
    maximum
        Of loaded points: factor of the weight; else None.
    normalisation
        None: points already.
    direction
        1: more is better; −1: less is better.
    n, x
        Number counted and, for shares of results, number with the property; x is None where
        nothing is drawn by chance.
    scope
        Results the indicator is about: indicators of one scope exclude one another.
    """

    group: str
    id: str
    title: str
    value: Floats
    raw: Floats
    weight: float
    normalisation: Normalisation | None
    direction: int
    n: Floats = field(default_factory=lambda: np.empty((0, 0)))
    x: Floats | None = None
    measure: str = ""
    scope: str = ""
    maximum: Floats | None = None


def items_of(
    dataset: Dataset,
    definition: Rating,
    group: str,
    indicator: Indicator,
    coded: Coded,
) -> list[Item]:
    """One indicator of the definition (loaded points: every loaded indicator by itself).

    Raises
    ------
    ShnorError
        More points or marks than there can be.
    """
    schools, years = coded.schools, coded.years
    if isinstance(indicator, PointsIndicator):
        return _points_items(dataset.rating_points, group, indicator, schools, years)
    if isinstance(indicator, PassportIndicator):
        rows = getattr(dataset, indicator.table)
        top = _table(rows, indicator.numerator, schools, years, empty=np.nan)
        n = _table(rows, indicator.denominator, schools, years, empty=np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(n > 0, top / n, np.nan)
        x = None
    else:
        value, x, n = _results_value(coded, definition, indicator)
    return [
        Item(
            group=group,
            id=indicator.id,
            title=indicator.title,
            value=value,
            raw=value,
            weight=float(indicator.weight),
            normalisation=indicator.normalisation,
            direction=indicator.direction,
            n=n,
            x=x,
            measure=indicator.measure,
            scope=repr(indicator.scopes) if isinstance(indicator, ResultsIndicator) else "",
        )
    ]


def _points_items(
    points: pd.DataFrame,
    group: str,
    indicator: PointsIndicator,
    schools: pd.Index,
    years: list[int],
) -> list[Item]:
    """Every loaded indicator by itself: its maximum is its weight."""
    rows = points[(points["points_max"] > 0).fillna(value=False)]
    if indicator.indicators:
        rows = rows[rows["indicator"].isin(indicator.indicators)]
    over = rows[(rows["points"] > rows["points_max"]).fillna(value=False)]
    if len(over):
        first = over.iloc[0]
        raise ShnorError(
            f"Рейтинг, показатель «{first['indicator']}», школа «{first['school_id']}», "
            f"{first['year']} год: набрано больше максимума, рейтинг не рассчитать."
        )
    items = []
    for name, part in rows.groupby("indicator", sort=True, observed=True):
        earned = _table(part, "points", schools, years, empty=np.nan)
        maximum = _table(part, "points_max", schools, years, empty=np.nan)
        known = ~np.isnan(earned) & ~np.isnan(maximum)
        with np.errstate(invalid="ignore"):
            value = np.where(known, earned / maximum, np.nan)
        items.append(
            Item(
                group=group,
                id=f"{indicator.id}:{name}",
                title=str(name),
                value=np.where(known, earned, np.nan),
                raw=value,
                weight=float(indicator.weight),
                normalisation=None,
                direction=1,
                n=np.full(value.shape, np.nan),
                measure="rating_points",
                maximum=np.where(known, maximum, 0.0),
            )
        )
    return items


def _table(
    rows: pd.DataFrame, column: str, schools: pd.Index, years: list[int], *, empty: float = 0.0
) -> Floats:
    """Sum of a column by school and year; ``empty`` where there is no known value."""
    values = rows[column].to_numpy(dtype="float64", na_value=np.nan)
    s = schools.get_indexer(pd.Index(rows["school_id"]))
    y = pd.Index(years).get_indexer(pd.Index(rows["year"].astype("Int64").fillna(-1)))
    inside = (s >= 0) & (y >= 0) & ~np.isnan(values)
    flat = s[inside] * len(years) + y[inside]
    size = len(schools) * len(years)
    total = np.bincount(flat, weights=values[inside], minlength=size)
    if empty != 0.0:
        total[np.bincount(flat, minlength=size) == 0] = empty
    return np.asarray(total.reshape(len(schools), len(years)), dtype=np.float64)


def _results_value(
    coded: Coded, definition: Rating, indicator: ResultsIndicator
) -> tuple[Floats, Floats | None, Floats]:
    """Value, numerator and participants of a results indicator, years pooled."""
    covered = which_scope(coded.combinations, indicator.scopes) >= 0
    rows = covered[coded.combination] & (coded.school >= 0) & (coded.year >= 0)
    participants = coded.numbers("n")
    if indicator.measure == "mean":
        top = participants * coded.numbers("mean_score")
    elif indicator.measure == "quality":
        top = coded.numbers("n4") + coded.numbers("n5")
    else:
        top = coded.numbers("n_low" if indicator.measure == "share_low" else "n_high")
    inside = np.flatnonzero(rows & ~np.isnan(top))
    shape = (len(coded.schools), len(coded.years))
    flat = coded.school[inside] * shape[1] + coded.year[inside]

    def total(values: Floats) -> Floats:
        sums = np.bincount(flat, values[inside], shape[0] * shape[1]).reshape(shape)
        return _pooled(sums.astype(np.float64), coded.years, definition.pool_years)

    x, n = total(top), total(participants)
    if indicator.measure != "mean" and (x > n).any():
        raise too_many(definition, indicator.id, coded.schools[np.argwhere(x > n)[0][0]])
    enough = n >= definition.min_participants
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(enough, x / n, np.nan)
    return value, None if indicator.measure == "mean" else x, n


def _pooled(table: Floats, years: list[int], length: int) -> Floats:
    """Sum over the year and the ``length`` − 1 calendar years before it."""
    total = np.zeros_like(table)
    for position, year in enumerate(years):
        inside = [p for p, other in enumerate(years) if year - length < other <= year]
        total[:, position] = table[:, inside].sum(axis=1)
    return total


def too_many(definition: Rating, indicator: str, school: str) -> ShnorError:
    """The error for a school whose marks are more than its pupils."""
    return ShnorError(
        f"Рейтинг «{definition.id}», показатель «{indicator}», школа «{school}»: отметок больше, "
        "чем участников. Исправьте результаты школы."
    )

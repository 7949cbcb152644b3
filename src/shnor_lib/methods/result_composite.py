"""One number for a school's results in a year, with its sampling error.

Where the project's rating has indicators of results, it is their share of the maximum (what
the rating says of passports, staff or loaded points is left out: conditions must not stand on
both sides of a comparison). Where it has none, it is the share of results that are not low,
put right for the works a school writes (a school with classes 1–4 only has no ОГЭ).
Every year stands for itself: nothing is added up over years here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.ranking import SEED, rate
from shnor_lib.methods.rating_definition import Group, Rating, ResultsIndicator
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ResultComposite:
    """What :func:`result_composite` computed.

    Attributes
    ----------
    scores
        ``school_id``, ``year``, ``value`` (0…1, higher is better), ``sd`` (standard error by
        chance between pupils, same unit; NA where it is not known), ``n`` (participations
        counted, all works together).
    kind
        ``rating`` or ``not_low``.
    title
        Russian: what the value is.
    note
        Russian: what was left out or taken instead; may be empty.
    """

    scores: pd.DataFrame
    kind: Literal["rating", "not_low"]
    title: str
    note: str = ""


def result_composite(
    dataset: Dataset,
    rating: Rating | None = None,
    *,
    min_participants: int = 10,
    draws: int = 400,
    seed: int = SEED,
) -> ResultComposite:
    """One number per school and year.

    Parameters
    ----------
    dataset
        Tidy tables.
    rating
        The project's rating, if there is one.
    min_participants
        Fewest participations for the share of results that are not low; the rating has its own
        rule.
    draws, seed
        Of the simulation of the sampling error (rating only); 400 draws give it to 4 %.

    Raises
    ------
    ShnorError
        There are no results to make a number of.

    Notes
    -----
    The sampling error of the rating is the standard deviation of its draws from the Jeffreys
    posteriors of the shares (:func:`~.ranking.rate`). The share of results that are not low
    is 1 − (P + Σ(x − n p)/Σn): p the share of low results of all schools in the same work
    (year × procedure × season × grade × subject), P that of all works of the year (indirect
    standardisation); its error is √(p̃(1 − p̃)/(n + 2)), p̃ = (x + ½)/(n + 1), of the Jeffreys
    posterior. Pupils write several works; the error takes the works as independent, which is a
    little too small.
    """
    usable, note = _results_only(rating)
    if usable is not None:
        found = _of_rating(dataset, usable, draws=draws, seed=seed)
        if len(found):
            title = f"{usable.title}: доля от максимума"
            return ResultComposite(found, "rating", title, note)
        note = "Показателей рейтинга нет ни у одной школы; взята доля результатов выше низких."
    found = _not_low(dataset, min_participants)
    if found.empty:
        raise ShnorError(
            "Общего показателя результатов нет: ни показателей рейтинга, ни результатов с известным "
            f"числом низких хотя бы у {min_participants} участников."
        )
    return ResultComposite(
        found, "not_low", "доля результатов выше низких (с поправкой на состав работ)", note
    )


def _results_only(rating: Rating | None) -> tuple[Rating | None, str]:
    """The rating without what is not about results and without adding up years."""
    if rating is None:
        return None, "Рейтинга в проекте нет; взята доля результатов выше низких."
    groups: list[Group] = []
    left_out: list[str] = []
    for group in rating.groups:
        kept = [item for item in group.indicators if isinstance(item, ResultsIndicator)]
        left_out += [item.title for item in group.indicators if item not in kept]
        if any(item.weight > 0 for item in kept):
            groups.append(group.model_copy(update={"indicators": kept}))
    if not groups:
        return None, "В рейтинге нет показателей результатов; взята доля результатов выше низких."
    trimmed = rating.model_copy(update={"groups": groups, "pool_years": 1})
    if not trimmed.has_maximum:
        return None, (
            "У рейтинга с такой нормировкой или агрегированием нет максимума; взята доля результатов "
            "выше низких."
        )
    note = f"Из рейтинга взяты только результаты; не вошли: {'; '.join(left_out)}."
    return trimmed, note if left_out else ""


def _of_rating(dataset: Dataset, rating: Rating, *, draws: int, seed: int) -> pd.DataFrame:
    rated = rate(dataset, rating, draws=draws, seed=seed)
    scores = rated.scores[rated.scores["share_of_max"].notna()]
    if scores.empty:
        return _tidy(pd.DataFrame(columns=list(_DTYPES)))
    used = rated.indicators
    used = used[used["applies"] & used["n"].notna()]
    # Two indicators of one group may look at the same works: those are counted once.
    by_group = used.groupby(["school_id", "year", "group"], as_index=False)["n"].max()
    n = by_group.groupby(["school_id", "year"], as_index=False)["n"].sum()
    joined = scores.merge(n, on=["school_id", "year"], how="left")
    return _tidy(joined.rename(columns={"share_of_max": "value", "share_sd": "sd"}))


def _not_low(dataset: Dataset, min_participants: int) -> pd.DataFrame:
    results = dataset.results
    known = results[results["n_low"].notna() & (results["n"] > 0) & results["school_id"].notna()]
    work = ["year", "procedure", "season", "grade", "subject"]
    everywhere = known.groupby(work, dropna=False)[["n", "n_low"]].transform("sum")
    usual = everywhere["n_low"] / everywhere["n"] * known["n"]
    rows = known[["school_id", "year", "n", "n_low"]].assign(usual=usual)
    sums = rows.groupby(["school_id", "year"], sort=True, as_index=False).sum()
    of_year = sums.groupby("year")[["n", "n_low"]].transform("sum")
    sums = sums.assign(common=of_year["n_low"] / of_year["n"])
    sums = sums[sums["n"] >= min_participants]
    n, low = as_floats(sums["n"]), as_floats(sums["n_low"])
    middle = (low + 0.5) / (n + 1)
    spread = np.sqrt(middle * (1 - middle) / (n + 2))
    # What the school is above or below the same works of all schools, put on the common share.
    share = as_floats(sums["common"]) + (low - as_floats(sums["usual"])) / n
    return _tidy(sums.assign(value=1 - share, sd=spread))


_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "value": "Float64", "sd": "Float64", "n": "Int64",
}  # fmt: skip


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    tidy = frame[list(_DTYPES)].astype(_DTYPES)
    tidy["sd"] = tidy["sd"].mask(tidy["sd"].isna())
    return tidy.sort_values(["year", "school_id"], ignore_index=True)


def as_floats(values: Any) -> Floats:
    """A column as floats; missing becomes ``nan``."""
    return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)

"""Do the intervals of results given the conditions hold the true deviations?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from shnor_lib.methods.context_model import ContextModel, ContextRule
from shnor_lib.methods.contextual import contextual, contextual_of
from shnor_lib.methods.ranking import rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.result_composite import ResultComposite
from shnor_lib.methods.wellbeing import load_index, wellbeing_index
from shnor_lib.validation.case import Case, with_companions
from shnor_lib.validation.tables import MANY
from shnor_lib.validation.tallies import Tallies, added, calibration, coverage

FAR, MANY_YEARS = 2101, 40
"""Years, far from those the product sees, over which what does not last averages out."""

_NO_LUCK = 1e-3
"""Sampling error of an endless class."""


def conditions(case: Case) -> Tallies:
    """Coverage of a school's deviation from like schools, and of the shrunk one.

    True is what the same regression gives with endless classes and the same social passports: in
    the last year (``residual``) and over the last three (``residual_years``). What the intervals of
    those three years say of the long run is measured beside (``residual_lasting``, no target).
    """
    return added(
        tally
        for each in with_companions(case, case.deviation_times)
        for tally in _of_region(each, lasting=each is case)
    )


def _of_region(case: Case, *, lasting: bool = False) -> list[Tallies]:
    index = wellbeing_index(case.dataset, load_index("proposal"))
    years = case.region.years[-3:]
    seen = contextual(case.dataset, index, load_rating("proposal"), years=years, draws=case.draws)
    true = contextual_of(case.dataset, index, _without_luck(case, seen.composite), years=years)
    last = years[-1]
    parts = [_model("residual", case, seen.yearly[last], true.yearly[last])]
    if seen.pooled is not None and true.pooled is not None:
        parts.append(_model("residual_years", case, seen.pooled, true.pooled))
        later = _over_many_years(case) if lasting else None
        if later is not None:
            parts.append(_model("residual_lasting", case, seen.pooled, later))
    return parts


def _over_many_years(case: Case) -> ContextModel | None:
    """The same schools, conditions and lasting parts over years that have nothing else in common
    with those the product saw.
    """
    others = tuple(range(FAR, FAR + MANY_YEARS))
    later = Case(replace(case.region, years=others), case.draws)
    index = wellbeing_index(later.endless, load_index("proposal"))
    rated = rate(later.endless, _endless_rating(), draws=0).scores
    n = later.truth.groupby(["school_id", "year"])["n"].sum()
    scores = pd.DataFrame(
        {
            "school_id": rated["school_id"],
            "year": rated["year"],
            "value": rated["share_of_max"],
            "sd": _NO_LUCK,
            "n": n.reindex(pd.MultiIndex.from_frame(rated[["school_id", "year"]])).to_numpy(),
        }
    ).convert_dtypes()
    composite = ResultComposite(scores, "rating", "")
    rule = ContextRule(pool_years=MANY_YEARS)
    return contextual_of(later.endless, index, composite, rule=rule).pooled


def _without_luck(case: Case, seen: ResultComposite) -> ResultComposite:
    """The same composite of the same participants with endless classes."""
    rated = rate(case.endless, _endless_rating(), draws=0).scores
    true = rated.set_index(["school_id", "year"])["share_of_max"]
    keys = pd.MultiIndex.from_frame(seen.scores[["school_id", "year"]])
    scores = seen.scores.assign(value=true.reindex(keys).to_numpy(), sd=_NO_LUCK)
    return replace(seen, scores=scores.astype({"value": "Float64", "sd": "Float64"}))


def _endless_rating() -> Rating:
    """The rating year by year; the least number of participants grows with the classes."""
    rating = load_rating("proposal")
    return rating.model_copy(
        update={"min_participants": rating.min_participants * MANY, "pool_years": 1}
    )


def _model(name: str, case: Case, seen: ContextModel, true: ContextModel) -> Tallies:
    rows = seen.schools
    of_truth = true.schools.set_index("school_id")["residual"].astype("float64")
    own = of_truth.reindex(rows["school_id"]).to_numpy()
    size = case.size_of.reindex(rows["school_id"]).to_numpy()

    def numbers(column: str) -> pd.Series:
        return rows[column].astype("float64")

    return added(
        [
            coverage(name, case.world, size, numbers("low"), numbers("high"), own),
            coverage(
                f"{name}_shrunk",
                case.world,
                size,
                numbers("shrunk_low"),
                numbers("shrunk_high"),
                own,
            ),
            calibration(name, case.world, numbers("p_better"), own > 0),
        ]
    )

"""From the outcomes of the criteria to the status of each school and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.any_subject import any_subject
from shnor_lib.methods.frames import joined, words
from shnor_lib.methods.outcomes import FEW, MET, NO_DATA, Floats, Outcome
from shnor_lib.methods.ruleset import RuleSet, StatusFor
from shnor_lib.methods.units import Units

STATUSES: tuple[str, ...] = (
    "low_results", "difficult", "both", "risk_zone", "none", "insufficient", "excluded",
)  # fmt: skip
CONFIDENCES: tuple[str, ...] = ("certain", "likely", "borderline", "insufficient")
CERTAIN, LIKELY = 0.95, 0.75
"""Probabilities from which a status is «уверенно» and «вероятно»."""

STATUS_FOR: tuple[StatusFor, StatusFor] = ("low_results", "difficult")


def confidence_codes(probability: Floats) -> npt.NDArray[np.intp]:
    """Positions in :data:`CONFIDENCES` of probabilities 0…1; ``nan`` is «insufficient»."""
    return np.asarray(
        np.select(
            [np.isnan(probability), probability >= CERTAIN, probability >= LIKELY], [3, 0, 1], 2
        ),
        dtype=np.intp,
    )


def _kth_largest(values: list[Floats], k: int, size: int) -> Floats:
    if len(values) < k:
        return np.full(size, np.nan)
    ordered = np.sort(np.nan_to_num(np.array(values), nan=-1.0), axis=0)
    return np.asarray(np.where(ordered[-k] < 0, np.nan, ordered[-k]), dtype=np.float64)


def _larger(together: Floats | None, other: Floats) -> Floats:
    return other if together is None else np.fmax(together, other)


def statuses_of(
    ruleset: RuleSet,
    outcomes: list[Outcome],
    year: int,
    schools: pd.Index,
    there: npt.NDArray[np.bool_],
    excluded: npt.NDArray[np.bool_],
    units: Mapping[str, Units],
) -> pd.DataFrame:
    """Statuses of one year.

    Parameters
    ----------
    ruleset
        Says which criteria count for what, and how many are needed.
    outcomes
        Of all criteria in the year.
    year
        Status year.
    schools
        The order of the arrays.
    there, excluded
        The school was open in the year (others get no row); the rules do not apply to it.
    units
        Pooled results by criterion.

    Returns
    -------
    DataFrame
        :attr:`.identification.Identification.statuses` of the year.

    Notes
    -----
    The probability of a status for which one criterion is enough is that of all subjects of the
    results criteria together (:func:`~.any_subject.any_subject`), or that of the surest other
    criterion (rating, passport), whichever is larger; for several criteria it is that of the least
    sure of them. «No signs»: 1 less the probability of any.
    """
    size = len(schools)
    has: dict[str, npt.NDArray[np.bool_]] = {}
    chance: dict[str, Floats] = {}
    known: dict[tuple[str, ...], tuple[Floats | None, set[str]]] = {}

    def of_results(some: list[Outcome]) -> tuple[Floats | None, set[str]]:
        key = tuple(o.criterion.id for o in some if o.criterion.id in units)
        if key not in known:
            known[key] = any_subject([o for o in some if o.criterion.id in units], units)
        return known[key]

    for name in STATUS_FOR:
        counting = set(ruleset.counting(name))
        own = [outcome for outcome in outcomes if outcome.criterion.id in counting]
        needed = ruleset.needed(name)
        met_count = sum((o.outcome == MET for o in own), start=np.zeros(size, dtype=np.int64))
        has[name] = met_count >= needed
        together, within = of_results(own) if needed == 1 else (None, set[str]())
        apart = [o for o in own if o.criterion.id not in within]
        chance[name] = _larger(
            together,
            _kth_largest(
                [np.where(o.outcome == MET, o.formal, np.nan) for o in apart], needed, size
            ),
        )
    low, difficult = has["low_results"], has["difficult"]
    counted = {i for name in STATUS_FOR for i in ruleset.counting(name)}
    counting_outcomes = [o for o in outcomes if o.criterion.id in counted]
    zone = ruleset.decision.risk_zone
    beyond = sum((o.beyond_latest for o in counting_outcomes), start=np.zeros(size, dtype=np.int64))
    at_risk = (beyond >= zone.min_criteria) & (zone.rule == "latest_year")
    risk_chance = _kth_largest(
        [np.where(o.beyond_latest, o.latest, np.nan) for o in counting_outcomes],
        zone.min_criteria,
        size,
    )
    judged_results = np.zeros(size, dtype=np.bool_)
    for outcome in counting_outcomes:
        if outcome.criterion.status_for == "low_results":
            judged_results |= (outcome.outcome != NO_DATA) & (outcome.outcome != FEW)
    together, within = of_results(counting_outcomes)
    any_formal = _larger(
        together,
        _kth_largest(
            [o.formal for o in counting_outcomes if o.criterion.id not in within], 1, size
        ),
    )
    code = np.select(
        [excluded, low & difficult, low, difficult, at_risk, judged_results],
        [6, 2, 0, 1, 3, 4],
        5,
    )
    probability = np.select(
        [code == 2, code == 0, code == 1, code == 3, code == 4],
        [
            np.fmin(chance["low_results"], chance["difficult"]),
            chance["low_results"],
            chance["difficult"],
            risk_chance,
            1 - np.nan_to_num(any_formal),
        ],
        np.nan,
    )
    confidence = confidence_codes(probability)
    met = np.array([o.outcome == MET for o in counting_outcomes], dtype=np.bool_)
    met = met.reshape(len(counting_outcomes), size)
    met &= ~excluded
    frame = pd.DataFrame(
        {
            "school_id": pd.Series(schools, dtype="string"),
            "year": pd.Series(year, index=range(size), dtype="Int64"),
            "status": words(STATUSES, code),
            "low_results": low & ~excluded,
            "difficult": difficult & ~excluded,
            "n_met": pd.array(met.sum(axis=0), dtype="Int64"),
            "criteria_met": joined([o.criterion.id for o in counting_outcomes], met),
            "confidence": words(CONFIDENCES, confidence),
            "probability": pd.array(probability, dtype="Float64"),
        }
    )
    frame["probability"] = frame["probability"].where(~np.isnan(probability))
    return frame[there].reset_index(drop=True)

"""How much of teachers' gain would have come without help: regression to the mean.

Who did badly the first time does better the second time on average, without having learned
anything: part of a low first result was bad luck. A whole group measured twice gains nothing from
this; a group chosen for low first results does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_pairs import PAIR, WHO
from shnor_lib.stats.arrays import Floats

LEAST_PAIRS = 20
"""With fewer pairs the correlation of two measurements is too unsure to reckon with."""


@dataclass(frozen=True)
class CompetenceRegression:
    """Two questions to the pairs of a year.

    Attributes
    ----------
    n_again, n_once
        Teachers measured again in the year; other teachers, measured once or not again in it.
    first_again, first_once
        Mean result before the second measurement of the former and mean latest result of the
        latter (per cent); None with too few teachers. A lower result of those measured again
        means that they were chosen for it.
    n_low
        Teachers measured twice whose first level was low.
    gain_low, gain_rest
        Mean gain (percentage points) of those and of all others; None with too few.
    correlation
        Of first and second results; None with fewer than :data:`LEAST_PAIRS` teachers.
    expected
        Gain those low at first would have shown by chance alone: (1 − r) times how far their mean
        first result is below the mean of all; None without a correlation.
    """

    n_again: int
    n_once: int
    first_again: float | None
    first_once: float | None
    n_low: int
    gain_low: float | None
    gain_rest: float | None
    correlation: float | None
    expected: float | None


def regression_to_mean(
    measurements: pd.DataFrame, pairs: pd.DataFrame, rules: CompetenceRules, *, year: int
) -> CompetenceRegression:
    """What chance alone would do to the gains of a year.

    Parameters
    ----------
    measurements, pairs
        Of :class:`~.teacher_competence.TeacherCompetence`.
    rules
        Cut-off of the low level; the fewest teachers a mean is said of.
    year
        School year.

    Notes
    -----
    E[second | first] = μ + r·(first − μ) for two equally good measurements without any change:
    Galton (1886); Bland and Altman (1994, BMJ 308: 1499). The correlation also falls when teachers
    gain unequally, so that ``expected`` is rather too great than too small.
    """
    people = pairs.groupby(WHO, observed=True)[["overall_first", "overall_last"]].mean()
    first, last = (people[name].to_numpy(dtype=float) for name in people.columns)
    gain = last - first
    low = first < rules.levels.low_below
    before = measurements[measurements["year"] <= year]
    again = pd.MultiIndex.from_frame(pairs[PAIR])
    alone = before[~pd.MultiIndex.from_frame(before[PAIR]).isin(again)]
    starts = alone.sort_values("date").drop_duplicates(PAIR, keep="last")
    others = starts.groupby(WHO, observed=True)["overall_score"].mean()
    once = others[~others.index.isin(people.index)].to_numpy(dtype=float)
    correlation = expected = None
    if len(first) >= LEAST_PAIRS and np.ptp(first) > 0 and np.ptp(last) > 0:
        correlation = float(np.corrcoef(first, last)[0, 1])
        if low.sum() >= rules.least_teachers:
            expected = float((1 - correlation) * (first.mean() - first[low].mean()))

    def mean(values: Floats) -> float | None:
        return float(values.mean()) if len(values) >= rules.least_teachers else None

    return CompetenceRegression(
        n_again=len(first),
        n_once=len(once),
        first_again=mean(first),
        first_once=mean(once),
        n_low=int(low.sum()),
        gain_low=mean(gain[low]),
        gain_rest=mean(gain[~low]),
        correlation=correlation,
        expected=expected,
    )

"""How probable it is that a school is truly beyond a threshold in at least one subject.

A status rests on the surest of a school's subjects; how sure the status itself is depends on all of
them. Subjects of one school are alike, so that their probabilities can be neither multiplied as if
they had nothing in common nor replaced by the largest: they are put together by one factor of the
school, whose strength is estimated from the schools of the region
(:mod:`~shnor_lib.stats.one_factor`). For confidence only; no formal outcome depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shnor_lib.methods.outcomes import Floats, Outcome
from shnor_lib.methods.share_over_years import formal_chance, pooled_shares, years_there
from shnor_lib.methods.units import Units
from shnor_lib.stats.one_factor import Share, at_least, factor_correlation


def any_subject(
    outcomes: Sequence[Outcome], units: Mapping[str, Units]
) -> tuple[Floats | None, set[str]]:
    """Probability that a school truly meets at least one of several criteria.

    Parameters
    ----------
    outcomes
        Of results criteria in one status year.
    units
        Pooled results by criterion.

    Returns
    -------
    tuple
        Probability by school, 0…1 (``nan`` where no share is known), and the ids of the criteria it
        speaks of. None, and no ids, where it cannot be estimated how alike the subjects of a school
        are: with fewer than ten schools, or one subject only. Criteria are left out whose years may
        be of different subjects (there is no share over the years), and subjects with fewer than ten
        schools (there is no prior).

    Notes
    -----
    What is asked of a unit (subject) is what its ``formal`` chance is about: with «no high results»
    as a fact, a unit with high results does not count (with «и») or one without them is beyond for
    certain (with «или»).
    """
    questions: list[tuple[list[list[Share]], int]] = []
    named = set()
    for outcome in outcomes:
        of_criterion = units[outcome.criterion.id]
        sets = _shares(outcome, of_criterion)
        if sets is not None:
            questions.append((sets, of_criterion.rule.min_subjects))
            named.add(outcome.criterion.id)
    every = [share for sets, _ in questions for shares in sets for share in shares]
    correlation = factor_correlation(every)
    if np.isnan(correlation):
        return None, set()
    return at_least(questions, correlation), named


def _shares(outcome: Outcome, units: Units) -> list[list[Share]] | None:
    """Shares of the units of a criterion, those that count as one together."""
    detail = outcome.detail
    rule = units.rule
    if detail.year_by_year or rule.combine == "high_only":
        return None
    low, n, prior, chance, formal = (
        values.copy()
        for values in (
            detail.pooled_low, detail.pooled_n, detail.prior, detail.probability, detail.formal,
        )
    )  # fmt: skip
    for window, members in units.windows(outcome.year).items():
        if len(window) < rule.criterion.years:
            continue
        used = years_there(units, window, members) & np.isnan(formal[:, members])[:, :, None]
        if not used.any():
            continue
        rest = pooled_shares(units, members, window, used)
        of_rest = formal_chance(units, members, window, used, rest.probability)
        more = used.any(axis=2)
        for values, found in (
            (low, rest.low), (n, rest.n), (prior, rest.prior),
            (chance, rest.probability), (formal, of_rest),
        ):  # fmt: skip
            values[:, members] = np.where(more, found, values[:, members])
    between = (formal > 0) & (formal < 1)
    chance = np.where(between, formal, chance)
    sets: dict[int, list[Share]] = {}
    for unit, group in enumerate(units.keys["group"].tolist()):
        if all(one is None for one in prior[:, unit]):
            continue
        share = Share(
            low=low[:, unit],
            n=n[:, unit],
            prior=prior[:, unit],
            chance=chance[:, unit],
            threshold=rule.criterion.low.threshold,
            counts=between[:, unit] | (formal[:, unit] == chance[:, unit]),
            certain=(formal[:, unit] == 1) & (chance[:, unit] < 1),
        )
        sets.setdefault(group, []).append(share)
    return list(sets.values()) or None

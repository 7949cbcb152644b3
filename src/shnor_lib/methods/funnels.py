"""Schools against the funnel: who differs from the others by more than size explains."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import CONFIDENCES, Identification, confidence_codes
from shnor_lib.methods.outcomes import MET, Flags
from shnor_lib.methods.priors import same, shrunk
from shnor_lib.methods.ruleset import ResultsShare
from shnor_lib.stats.beta_binomial import MIN_GROUPS
from shnor_lib.stats.funnel import Overdispersion, exact_limits, funnel, normal_limits

LEVELS: tuple[float, float] = (0.95, 0.998)
"""Coverage of the inner and the outer limits (Spiegelhalter 2005)."""
_GRID = 60
_CORE = {"русский язык": 0, "математика": 1}


@dataclass(frozen=True)
class FunnelData:
    """One unit in one year, ready to be drawn.

    Attributes
    ----------
    criterion, procedure, grade, subject, year
        Which results; ``grade`` is None when grades are pooled.
    threshold
        Of the criterion, 0…1.
    spread
        Common share, dispersion factor φ, variance between schools τ².
    schools
        One row per school: ``school_id``, ``n``, ``n_low``, ``share``, ``shrunk``, ``z`` (chance
        only), ``z_od``, ``low``, ``high`` (95 % limits, chance only), ``low_od``, ``high_od``
        (with overdispersion), ``outside`` (``above``, ``below`` or empty: against the limits
        with overdispersion), ``met`` (the rule is met by these results in the status year),
        ``confidence`` (of that alone; empty where it is not met).
    limits
        The limits over a grid of sizes: ``n``, ``level``, ``low``, ``high``, ``low_od``,
        ``high_od``; shares 0…1.
    """

    criterion: str
    procedure: str
    grade: int | None
    subject: str
    year: int
    threshold: float
    spread: Overdispersion
    schools: pd.DataFrame = field(repr=False)
    limits: pd.DataFrame = field(repr=False)


def funnel_of(identification: Identification, criterion: str, unit: int, year: int) -> FunnelData:
    """Put the schools of one unit and year against the funnel.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    criterion
        Id of a results criterion.
    unit
        Position in its ``units[criterion].keys``.
    year
        Calendar year.

    Raises
    ------
    ShnorError
        No such results, fewer than ten schools, or nobody (everybody) has a low result.

    Notes
    -----
    Spiegelhalter (2005, Statistics in Medicine 24: 1185–1202): binomial limits around the
    common share, and θ ± z √(θ(1−θ)/n + τ²) with the variance between schools τ².
    """
    units = identification.units.get(criterion)
    if units is None or year not in units.years:
        raise ShnorError(f"Воронка: результатов по критерию «{criterion}» за {year} год нет.")
    position = units.years.index(year)
    title = units.title(unit, (position,))
    low, n = units.pooled(unit, (position,))
    rows = np.flatnonzero(~np.isnan(low))
    if len(rows) < MIN_GROUPS:
        raise ShnorError(
            f"Воронка: {title} — школ {len(rows)}, меньше {MIN_GROUPS}: границы провести не по чему."
        )
    some, many = low[rows], n[rows]
    try:
        table = funnel(some, many, level=LEVELS[0])
    except ValueError as error:
        raise ShnorError(f"Воронка: {title}. {error}") from error
    spread: Overdispersion = table.attrs["overdispersion"]
    prior = units.prior(unit, (position,))
    mean, _, _ = shrunk(some, many, same(prior, len(rows)))
    met, confidence = _met(identification, criterion, unit, year)
    schools = table.assign(
        school_id=identification.schools.array.take(rows),
        n=many,
        n_low=some,
        shrunk=mean,
        outside=np.select(
            [table["share"] > table["high_od"], table["share"] < table["low_od"]],
            ["above", "below"],
            "",
        ),
        met=met[rows],
        confidence=np.where(met, confidence, "")[rows],
    )
    key = units.keys.iloc[unit]
    return FunnelData(
        criterion=criterion,
        procedure=str(key["procedure"]),
        grade=None if pd.isna(key["grade"]) else int(key["grade"]),
        subject=str(key["subject"]),
        year=year,
        threshold=units.rule.criterion.low.threshold,
        spread=spread,
        schools=schools.reset_index(drop=True),
        limits=_limits(spread, float(many.min()), float(many.max())),
    )


def _met(
    identification: Identification, criterion: str, unit: int, year: int
) -> tuple[Flags, npt.NDArray[np.object_]]:
    """Which schools meet the rule by this unit in this status year, and how surely."""
    for outcome in identification.outcomes.get(year, []):
        if outcome.criterion.id == criterion:
            met = (outcome.detail.outcome[:, unit] == MET) & identification.judged[year]
            words = np.array(CONFIDENCES, dtype=object)
            return met, words[confidence_codes(outcome.detail.formal[:, unit])]
    nobody = np.zeros(len(identification.schools), dtype=np.bool_)
    return nobody, np.full(len(nobody), "", dtype=object)


def _limits(spread: Overdispersion, smallest: float, largest: float) -> pd.DataFrame:
    grid = np.unique(np.round(np.geomspace(max(smallest, 1), max(largest, 2), _GRID)))
    parts = []
    for level in LEVELS:
        low, high = exact_limits(spread.target, grid, level=level)
        low_od, high_od = normal_limits(spread.target, grid, level=level, tau2=spread.tau2)
        parts.append(
            pd.DataFrame(
                {
                    "n": grid, "level": level, "low": low, "high": high,
                    "low_od": low_od, "high_od": high_od,
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def telling_units(
    identification: Identification, year: int, *, most: int = 2
) -> list[tuple[str, int]]:
    """Units worth drawing: those that put most schools on the list, then the most written.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    year
        Status year.
    most
        Number of units at most.

    Returns
    -------
    list
        Criterion id and position of the unit; units of fewer than ten schools are left out.
    """
    ranked = []
    for outcome in identification.outcomes_of(year):
        if not isinstance(outcome.criterion, ResultsShare):
            continue
        units = identification.units[outcome.criterion.id]
        position = units.years.index(year)
        written = units.present[:, :, position].sum(axis=0)
        met = (outcome.detail.outcome == MET).sum(axis=0)
        for unit, subject in enumerate(units.keys["subject"]):
            if written[unit] >= MIN_GROUPS:
                core = _CORE.get(str(subject), 2)
                ranked.append(
                    (-int(met[unit]), core, -int(written[unit]), outcome.criterion.id, unit)
                )
    return [(criterion, unit) for *_, criterion, unit in sorted(ranked)[:most]]

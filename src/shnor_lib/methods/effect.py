"""Effect of support net of regression to the mean.

A school is supported because its results were bad. Bad results are partly bad luck – a weak
year, a weak class, few pupils – and luck is drawn anew: next year such a school does better
without any help. «Before and after» credits support with that. Here the later year is compared
with what was to be expected of it from the school's own past, as learned from schools without
support:

* the past is the deviation from the other schools in the same works
  (:mod:`~shnor_lib.methods.deviations`), so that a change common to all schools is no effect;
* of it, the part that lasts is expected to be there again
  (:mod:`~shnor_lib.stats.persistence`), estimated on schools and years without support;
* effect = observed − expected share of low results, with a 95 % interval of the school's own
  chance and of the estimation. Below zero is better.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from shnor_lib.faults import ShnorError
from shnor_lib.methods.deviations import Works, works
from shnor_lib.methods.effect_estimate import (
    EFFECT_VERDICTS,
    SCHOOL_DTYPES,
    EffectRule,
    Estimate,
    estimate,
    summarise,
)
from shnor_lib.methods.effect_matching import Matched, compare_matched
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.supported import Basis, Supported, supported_schools
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.stats.persistence import Persistence
from shnor_lib.store import Dataset

__all__ = ["EFFECT_VERDICTS", "EffectResult", "EffectRule", "effect_of_support"]

FEW_GROUPS = 30
"""With fewer schools to learn from it is said that estimates are rough."""


@dataclass
class EffectResult:
    """What :func:`effect_of_support` found.

    Attributes
    ----------
    schools
        One row per supported school and later year, all works together: ``school_id``,
        ``year`` (whose results are judged), ``support_year`` (1: first year of support),
        ``first_year`` (of support), ``n_before``, ``before`` (share of low results in the same
        works before support), ``n``, ``observed``, ``expected`` with its predictive interval
        ``expected_low``, ``expected_high``, ``naive`` = observed − before, ``effect`` =
        observed − expected with ``low``, ``high`` (shares, −1…1; below zero is better),
        ``p_value`` (two-sided) and ``p_adjusted`` (Benjamini–Hochberg within the year),
        ``probability`` (that the share is below the expected one), ``lasting_share`` (part of
        the past deviation that was expected to last, 0…1), ``verdict``
        (:data:`EFFECT_VERDICTS`).
    units
        The same by ``procedure`` and ``subject``; ``p_adjusted`` over all of them in a year.
    summary
        Supported schools together, by year; ``year`` is NA for all years: mean ``effect``
        (weights: how precisely each school's is known), ``naive`` with the same weights,
        ``n_schools``, ``n`` (participations), ``n_alone`` (schools without support),
        ``n_shown``, ``n_worse`` (schools with such a verdict), ``probability``, ``verdict``.
    left_out
        Supported school-years without an estimate: ``school_id``, ``year``, ``reason`` (Russian).
    basis
        ``support`` or ``listed`` (no support tables: schools of last year's list).
    persistence
        What was learned from schools without support.
    matched
        Comparison with similar schools; None when refused (``refusals["matched"]``).
    refusals
        What could not be computed → why (Russian).
    notes
        Russian: what to know about the estimate.
    rule
        The rule applied.
    """

    schools: pd.DataFrame
    units: pd.DataFrame
    summary: pd.DataFrame
    left_out: pd.DataFrame
    basis: Basis
    persistence: Persistence | None = field(repr=False, default=None)
    matched: Matched | None = field(repr=False, default=None)
    refusals: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rule: EffectRule = field(default_factory=EffectRule)


def effect_of_support(
    dataset: Dataset,
    *,
    identification: Identification,
    index: IndexResult | None = None,
    calendar: Calendar | None = None,
    rule: EffectRule | None = None,
) -> EffectResult:
    """Compare supported schools with what was to be expected of them.

    Parameters
    ----------
    dataset
        Tidy tables; support from ``support_links`` and ``mentor_centre``.
    identification
        Says which schools there are; its list stands in where there are no support tables.
    index
        Wellbeing index: a covariate, and one of the things similar schools are similar in.
    calendar
        Changes of scale, across which nothing is compared; the packaged calendar by default.
    rule
        What is compared with what.

    Raises
    ------
    ShnorError
        No supported school, no year before support, or too few schools without support.

    Notes
    -----
    Regression to the mean: Galton 1886; estimation of an effect net of it from a prediction by
    pre-period values: Barnett, van der Pols and Dobson 2005, Int. J. Epidemiology 34: 215–220.
    """
    rule = EffectRule() if rule is None else rule
    calendar = packaged_calendar() if calendar is None else calendar
    years = sorted({int(y) for y in dataset.results["year"].dropna().unique()})
    if len(years) < 2:
        raise ShnorError(
            "Эффект поддержки: результаты есть только за один год, сравнить их не с чем."
        )
    schools = identification.schools
    who = supported_schools(
        dataset, schools, years, identification.statuses, late_month=rule.late_month
    )
    if not who.supported[:, 1:].any():
        raise ShnorError(
            "Эффект поддержки: ни одна школа не сопровождалась в год, до которого есть результаты. "
            "Заполните листы «Кто кого сопровождает» и «Планы наставников»."
            if who.basis == "support"
            else "Эффект поддержки: листы «Кто кого сопровождает» и «Планы наставников» пусты, и "
            "ни одной школы не было в списке по результатам в прошлые годы."
        )
    everything = works(dataset, schools, years)
    whole = estimate(everything, who, calendar, rule, index=index)
    if whole.rows.empty:
        raise ShnorError(_why_nothing(whole, rule))
    parts = [whole.rows.head(0)]
    for procedure, subject in _subjects(everything, rule.min_subject_share):
        part = estimate(everything.only(procedure, subject), who, calendar, rule, coarse=True)
        parts.append(part.rows.assign(procedure=procedure, subject=subject))
    units = pd.concat(parts, ignore_index=True).astype(SCHOOL_DTYPES)
    order = ["year", "school_id", "procedure", "subject"]
    units = units.sort_values(order, ignore_index=True)
    units["p_adjusted"] = _adjusted(units)
    found = whole.rows.assign(p_adjusted=_adjusted(whole.rows))
    refusals: dict[str, str] = {}
    matched: Matched | None = None
    try:
        assert whole.fit is not None
        matched = compare_matched(
            whole.cases, whole.fit, schools, rule=rule.matching, level=rule.level
        )
    except ShnorError as error:
        refusals["matched"] = str(error)
    return EffectResult(
        schools=found.drop(columns=["procedure", "subject"]),
        units=units,
        summary=summarise(whole),
        left_out=_left_out(whole, schools),
        basis=who.basis,
        persistence=whole.fit,
        matched=matched,
        refusals=refusals,
        notes=tuple(_notes(whole, who)),
        rule=rule,
    )


def _subjects(found: Works, least: float) -> list[tuple[str, str]]:
    """Procedures and subjects of which enough schools have results, in order."""
    cells = found.cells[["procedure", "subject"]]
    rows = found.rows[["school", "cell", "year"]].join(cells, on="cell")
    rows = rows.drop_duplicates(["school", "procedure", "subject", "year"])
    years = rows.groupby(["procedure", "subject"]).size()
    wanted = years[years >= least * found.rows.drop_duplicates(["school", "year"]).shape[0]]
    return sorted((str(p), str(s)) for p, s in wanted.index)


def _adjusted(rows: pd.DataFrame) -> pd.Series:
    adjusted = pd.Series(np.nan, index=rows.index, dtype="Float64")
    for _, part in rows.groupby("year", sort=False):
        p = part["p_value"].to_numpy(dtype="float64")
        adjusted.loc[part.index] = false_discovery_control(p, method="bh")
    return adjusted


def _left_out(found: Estimate, schools: pd.Index) -> pd.DataFrame:
    missing = found.cases.missing
    return pd.DataFrame(
        {
            "school_id": schools.array.take(
                np.array([school for school, *_ in missing], dtype=np.intp)
            ),
            "year": pd.array([year for _, year, _ in missing], dtype="Int64"),
            "reason": pd.array([reason for *_, reason in missing], dtype="string"),
        }
    )


def _why_nothing(found: Estimate, rule: EffectRule) -> str:
    if found.refusal:
        return f"Эффект поддержки оценить не на чем: {found.refusal}"
    reasons = sorted({reason for *_, reason in found.cases.missing})
    text = "Эффект поддержки оценить не на чем: " + ("; ".join(reasons) or "нет данных") + "."
    if any("мало школ" in reason for reason in reasons):
        text += f" Нужно не меньше {rule.min_alone} школ без сопровождения с результатами."
    return text


def _notes(found: Estimate, who: Supported) -> list[str]:
    """What to know about the estimate, in Russian."""
    notes = []
    if who.basis == "listed":
        notes.append(
            "Листы «Кто кого сопровождает» и «Планы наставников» пусты, поэтому рассмотрены "
            "школы, которые в прошлом году были в списке по результатам. Это не эффект "
            "поддержки, а проверка: изменились ли школы списка сильнее, чем изменились бы сами."
        )
    if who.apart.any():
        notes.append(
            "Школы, сопровождение которых началось слишком поздно, чтобы сказаться на "
            "результатах того же года, в этот год не отнесены ни к сопровождаемым, ни к "
            "остальным."
        )
    assert found.fit is not None
    if (groups := found.fit.lasting.groups) < FEW_GROUPS:
        notes.append(
            f"Школ, по годам без сопровождения которых видно, как меняются результаты сами по "
            f"себе, {groups}: оценки грубые, интервалы широкие."
        )
    return notes

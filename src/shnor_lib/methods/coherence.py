"""Does a rating or an index measure what its weights say?

A weight is what the makers wanted; what an indicator really does depends on how it varies and
how it goes together with the others (Becker, Saisana, Paruolo and Vandecasteele 2017, Ecological
Indicators 80: 12–22). Checks of the handbook of OECD and JRC (2008) and of JRC's audits:
effective weights, correlations, Cronbach's alpha, and what happens when an indicator is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.stats.composite import (
    Chain,
    Framework,
    StepError,
    aggregate,
    correlation_flags,
    correlations,
    cronbach_alpha,
    effective_weights,
    ranks,
)

Floats = npt.NDArray[np.float64]

MIN_SCHOOLS = 10
"""With fewer schools correlations are not read: two schools more could turn them round."""

SIGNIFICANT = 0.05
"""Two-sided p below which a negative correlation of two indicators is named."""


@dataclass(frozen=True)
class Coherence:
    """What :func:`coherence` found.

    Attributes
    ----------
    year, n_schools
        Schools of the year that have a score.
    indicators
        ``code``, ``title``, ``group``, ``group_title``, ``nominal`` (share of the weight,
        0…1), ``effective`` (mean over the schools of the share it really has, 0…1: an
        indicator many schools lack weighs less), ``n`` (schools with a value), ``r_total``
        (correlation with the score), ``influence`` (r² as a share of the r² of all, 0…1),
        ``r_own`` (correlation with its own group), ``mean_shift``, ``max_shift`` (of rank when
        it is left out).
    groups
        ``code``, ``title``, ``n_indicators``, ``alpha`` (Cronbach's; NA with one member or when
        impossible), ``note`` (Russian: why there is none). The last row is the whole.
    flags
        ``code``, ``title``, ``other``, ``other_title``, ``r``, ``r_own``, ``flag``
        (``negative``: p < 0.05 only; ``collinear``, ``opposed``, ``weak``, ``elsewhere``; see
        :func:`~shnor_lib.stats.composite.correlation_flags`); empty with fewer than
        :data:`MIN_SCHOOLS` schools.
    """

    year: int
    n_schools: int
    indicators: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    flags: pd.DataFrame = field(repr=False)


def coherence(chain: Chain, year: int) -> Coherence:
    """Check the scores of one year.

    Parameters
    ----------
    chain
        Of a rating or an index: rows (school, year), normalised and aggregated.
    year
        Whose schools are looked at.

    Raises
    ------
    ShnorError
        No school has a score that year, or the rest cannot be aggregated when an indicator is
        left out.
    """
    framework, top = _weighted(chain), chain.framework.top
    at_year = chain.data.index.get_level_values(1) == year
    here = np.asarray(at_year & chain.data[top].notna().to_numpy())
    if not here.any():
        raise ShnorError(f"За {year} год не оценена ни одна школа: проверять нечего.")
    data = chain.data[here]
    try:
        shifts = _without_each(chain, framework, here)
    except StepError as error:
        raise ShnorError(f"Без одного из показателей сложить остальные нельзя. {error}") from error
    indicators = _indicators(chain, framework, here).merge(shifts, on="code", how="left")
    return Coherence(
        year=year,
        n_schools=int(here.sum()),
        indicators=indicators,
        groups=_groups(framework, data),
        flags=_flags(framework, data),
    )


def _weighted(chain: Chain) -> Framework:
    """The framework with the weights that were used."""
    given = chain.log[-1].arguments.get("weights")
    return chain.framework if given is None else chain.framework.with_weights(given)


def _indicators(chain: Chain, framework: Framework, here: npt.NDArray[np.bool_]) -> pd.DataFrame:
    codes = list(framework.indicators)
    data, top = chain.data[here], framework.top
    known = data[codes].notna()
    nominal = effective_weights(framework)[codes].to_numpy() * _worth(chain, codes, here)
    effective = _actual(chain, framework, here)
    pairs = correlations(data[[*codes, top]], codes, [top]).set_index("a")["r"]
    r_total = pairs.reindex(codes).to_numpy()
    square = np.where(np.isnan(r_total), 0.0, r_total) ** 2
    own = [_own_correlation(framework, data, code) for code in codes]
    names = framework.table["name"]
    parents = [framework.parents[code] for code in codes]
    return pd.DataFrame(
        {
            "code": codes,
            "title": [str(names[code]) for code in codes],
            "group": parents,
            "group_title": [str(names[parent]) for parent in parents],
            "nominal": nominal / nominal.sum(),
            "effective": effective,
            "n": known.sum().to_numpy(),
            "r_total": r_total,
            "influence": square / square.sum() if square.sum() > 0 else np.nan,
            "r_own": own,
        }
    )


def _worth(chain: Chain, codes: list[str], here: npt.NDArray[np.bool_]) -> Floats:
    """Points an indicator is worth on average where it applies; 1 unless rows have their own."""
    factors = chain.log[-1].arguments.get("row_weights")
    worth = np.ones(len(codes))
    for position, code in enumerate(codes):
        if factors is not None and code in factors.columns:
            own = factors[code].to_numpy()[here]
            worth[position] = own[own > 0].mean() if (own > 0).any() else 0.0
    return worth


def _actual(chain: Chain, framework: Framework, here: npt.NDArray[np.bool_]) -> Floats:
    """Mean share of the weight each indicator has in the schools' scores."""
    codes = list(framework.indicators)
    arguments = chain.log[-1].arguments
    weight = np.tile(effective_weights(framework)[codes].to_numpy(), (int(here.sum()), 1))
    factors = arguments.get("row_weights")
    if factors is not None:
        for position, code in enumerate(codes):
            if code in factors.columns:
                weight[:, position] *= np.nan_to_num(factors[code].to_numpy()[here])
    weight = np.where(chain.data[here][codes].isna().to_numpy(), 0.0, weight)
    return np.asarray((weight / weight.sum(axis=1, keepdims=True)).mean(axis=0))


def _own_correlation(framework: Framework, data: pd.DataFrame, code: str) -> float:
    """With the group the indicator belongs to; NaN where it is the only member."""
    parent = framework.parents[code]
    if len(framework.children(parent)) < 2:
        return float("nan")
    return float(correlations(data[[code, parent]])["r"].iloc[0])


def _groups(framework: Framework, data: pd.DataFrame) -> pd.DataFrame:
    names = framework.table["name"]
    lines: list[dict[str, Any]] = []
    for code in (c for c in framework.codes if framework.children(c)):
        members = list(framework.children(code))
        alpha, note = float("nan"), ""
        if len(members) > 1:
            try:
                alpha = cronbach_alpha(data[members])
            except StepError as error:
                note = error.problem
        else:
            note = "в группе один показатель"
        if np.isinf(alpha):
            alpha = float("nan")
        lines.append(
            {
                "code": code,
                "title": str(names[code]),
                "n_indicators": len(members),
                "alpha": alpha,
                "note": note,
            }
        )
    return pd.DataFrame(lines)


def _flags(framework: Framework, data: pd.DataFrame) -> pd.DataFrame:
    columns = ["code", "title", "other", "other_title", "r", "r_own", "flag"]
    if len(data) < MIN_SCHOOLS:
        return pd.DataFrame(columns=columns)
    names = framework.table["name"]
    found = correlation_flags(data, framework)
    # two indicators against one another are worth a word only where that is more than chance
    pairs = correlations(data[list(framework.indicators)]).set_index(["a", "b"])["p"]
    sure = [
        flag != "negative" or pairs[code, other] < SIGNIFICANT
        for code, other, flag in zip(found["code"], found["other"], found["flag"], strict=True)
    ]
    found = found[np.array(sure, dtype=np.bool_)]
    # the only member of a group is its group: there is nothing to compare
    alone = {c for c in framework.indicators if len(framework.children(framework.parents[c])) < 2}
    found = found[~(found["code"].isin(alone) & found["flag"].isin(["weak", "opposed"]))]
    return found.assign(
        title=found["code"].map(names).astype("string"),
        other_title=found["other"].map(names).astype("string"),
    )[columns].reset_index(drop=True)


def _without_each(chain: Chain, framework: Framework, here: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Ranks of the year with one indicator left out; its points are then not to be had."""
    top = framework.top
    normalised = chain.stages[chain.log[-2].name]
    arguments = {k: v for k, v in chain.log[-1].arguments.items() if k != "weights"}
    summed = framework.n_levels > 2
    nominal = ranks(chain.data[[top]])[top].to_numpy()[here]
    lines = []
    for code in framework.indicators:
        if len(framework.indicators) == 1:
            break
        rest = framework.without([code])
        rest = rest.with_summed_weights() if summed else rest
        options = dict(arguments)
        factors = options.get("row_weights")
        if factors is not None:
            options["row_weights"] = factors.drop(columns=code, errors="ignore")
        again = aggregate(normalised[list(rest.indicators)], rest, **options).data[[top]]
        shift = np.abs(ranks(again)[top].to_numpy()[here] - nominal)
        known = ~np.isnan(shift)
        lines.append(
            {
                "code": code,
                "mean_shift": float(shift[known].mean()) if known.any() else np.nan,
                "max_shift": float(shift[known].max()) if known.any() else np.nan,
            }
        )
    return pd.DataFrame(lines, columns=["code", "mean_shift", "max_shift"])

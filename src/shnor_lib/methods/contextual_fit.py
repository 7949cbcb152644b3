"""One regression of results on conditions; see :mod:`~.contextual`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.context_model import ContextModel, ContextRule
from shnor_lib.methods.result_composite import as_floats
from shnor_lib.stats.shrinkage import normal_shrinkage

Floats = npt.NDArray[np.float64]

UNKNOWN = "не указан"
"""Settlement type of schools the register says nothing of."""
OTHER = "прочие"
"""Types with few schools, taken together."""
INDEX_STEP = 10.0
"""Points of the index a coefficient is about."""
_CURVE = 41
_LEAST_SD = 1e-3
"""A share of the maximum drawn entirely beyond a goalpost has no spread; nothing is that sure."""


def fit_context(rows: pd.DataFrame, years: Sequence[int], rule: ContextRule) -> ContextModel:
    """Regress results on index, settlement type and year.

    Parameters
    ----------
    rows
        ``school_id``, ``year``, ``value``, ``sd`` (0…1), ``n``, ``index`` (0…100),
        ``settlement_type`` (may be missing).
    years
        Years to take.
    rule
        Fewest schools and so on.

    Raises
    ------
    ShnorError
        Too few schools; an index that is the same everywhere; no spread to shrink.

    Notes
    -----
    Weighted least squares (statsmodels WLS), weights = participations. The spread of the
    results is not of the form σ²/n the weights suppose, so the coefficients' covariance V is
    robust: HC3 for one year (MacKinnon and White 1985, J. of Econometrics 29: 305–325),
    clustered by school for several.

    «Is this school's result above or below those of schools in like conditions, in these years»
    is asked of the schools there are: the true deviation is what the same regression would give
    if every class were endless. Only luck between pupils stands between the two. With v = sd²,
    w_t = n_t/Σn the share of a year in the school's residual r = Σ w_t r_t, h = XᵀWX, x̄ the
    school's mean row, and g_j = x̄ᵀ h⁻¹ x_j n_j the influence of row j on the school's own
    expected value, the error of r is √(Σ_own (w_j − g_j)² v_j + Σ_others g_j² v_j). That other schools might
    have drawn another line (V) and that next year will be different (ω², the variance of a
    school's true results from year to year, by moments from the spread of its residuals) are no
    part of it: V is in the interval of the line and of its coefficients, ω is told beside. Shrunk:
    :func:`~shnor_lib.stats.shrinkage.normal_shrinkage`, with the spread τ between schools.
    """
    part = rows[rows["year"].isin(list(years))].reset_index(drop=True)
    ends = dict.fromkeys((min(years), max(years)))
    span = "–".join(f"{y - 1}/{y % 100:02d}" for y in ends)
    school, ids = pd.factorize(part["school_id"])
    count = len(ids)
    if count < rule.min_schools:
        raise ShnorError(
            f"Результаты с учётом условий ({span}): школ, у которых есть и результаты, и индекс, — "
            f"{count}, а для регрессии нужно не меньше {rule.min_schools}. По меньшему числу школ "
            "нельзя отличить влияние условий от случайности."
        )
    y, n, index = (as_floats(part[name]) for name in ("value", "n", "index"))
    sd = np.maximum(as_floats(part["sd"]), _LEAST_SD)
    if index.min() == index.max():
        raise ShnorError(
            f"Результаты с учётом условий ({span}): индекс у всех школ один и тот же, объяснять им "
            "нечего."
        )
    place, base, note = _settlements(part, rule)
    design = _design(index, place, base, as_floats(part["year"]))
    x = design.to_numpy(dtype=np.float64)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ShnorError(
            f"Результаты с учётом условий ({span}): индекс нельзя отделить от типа населённого "
            "пункта — у школ каждого типа он одинаков."
        )
    robust = _robust(school, several=len(years) > 1)
    fitted = sm.WLS(y, x, weights=n).fit(**robust)
    covariance = np.asarray(fitted.cov_params(), dtype=np.float64)
    residual = np.asarray(fitted.resid, dtype=np.float64)

    year_variance = _year_variance(residual, sd, school, count) if len(years) > 1 else np.nan
    v = sd**2
    weight = n / np.bincount(school, n)[school]
    mean_x = np.zeros((count, x.shape[1]))
    np.add.at(mean_x, school, weight[:, None] * x)
    inverse = np.linalg.inv((x * n[:, None]).T @ x)
    influence = np.einsum("ij,jk,ik->i", mean_x[school], inverse, x) * n
    own = np.bincount(school, (weight - influence) ** 2 * v)
    noise = inverse @ ((x * (n**2 * v)[:, None]).T @ x) @ inverse
    line = np.einsum("ij,jk,ik->i", mean_x, noise, mean_x)
    error = np.sqrt(own + np.maximum(line - np.bincount(school, influence**2 * v), 0.0))
    mine: Floats = np.bincount(school, weight * residual).astype(np.float64)
    try:
        shrunk = normal_shrinkage(mine, error, level=rule.level)
    except ValueError as wrong:
        raise ShnorError(f"Результаты с учётом условий ({span}): {wrong}") from wrong

    leverage: Floats = np.bincount(school, np.einsum("ij,jk,ik->i", x, inverse, x) * n).astype(
        np.float64
    )
    schools = _schools_frame(
        ids, school, n, weight, index, place, y, mine, error, shrunk.table, leverage, rule
    )
    curve = _curve(index, design, n, fitted.params, covariance, shrunk.tau2, rule)
    schools["at_mean"] = pd.array(
        np.interp(as_floats(schools["index"]), curve["index"], curve["expected"])
        + as_floats(schools["residual"]),
        dtype="Float64",
    )
    schools["studentised"] = _studentised(schools, shrunk.tau2)
    return ContextModel(
        years=[int(year) for year in sorted(years)],
        schools=schools.sort_values(
            ["shrunk", "school_id"], ascending=[False, True], ignore_index=True
        ),
        coefficients=_coefficients(design, fitted, school, rule),
        curve=curve,
        n_schools=count,
        n_rows=len(part),
        r2=_explained(y, residual, n, as_floats(part["year"])),
        spread=float(np.sqrt(shrunk.tau2)),
        year_sd=float(np.sqrt(year_variance)),
        curvature_p=_curvature(y, x, index, n, robust),
        base=base,
        note=note,
        rule=rule,
    )


def _settlements(part: pd.DataFrame, rule: ContextRule) -> tuple[pd.Series, str, str]:
    """Type of each row with rare types joined, the commonest type, what was joined."""
    place = part["settlement_type"].astype("string").fillna(UNKNOWN)
    counts = part["school_id"].groupby(place).nunique()
    rare = sorted(str(kind) for kind in counts.index[counts < rule.min_of_type])
    order = counts.sort_values(ascending=False, kind="stable")
    most = str(order.index[0])
    note = ""
    if rare:
        joined = int(counts[rare].sum())
        into = OTHER if joined >= rule.min_of_type else most
        place = place.where(~place.isin(rare), into)
        note = f"Типы, в которых школ меньше {rule.min_of_type} ({', '.join(rare)}), объединены" + (
            f" в группу «{OTHER}»." if into == OTHER else f" с типом «{most}»."
        )
    if place.nunique() == 1:
        return place, "", note
    return place, most, note


def _design(index: Floats, place: pd.Series, base: str, year: Floats) -> pd.DataFrame:
    """Columns of the regression, named «term|level»."""
    columns: dict[str, Any] = {"const|": np.ones(len(index)), "index|": index / INDEX_STEP}
    kinds = [kind for kind in sorted(place.unique()) if kind != base] if base else []
    for kind in kinds:
        columns[f"settlement|{kind}"] = (place == kind).to_numpy(dtype=np.float64)
    last = year.max()
    for one in sorted({float(value) for value in year} - {float(last)}):
        columns[f"year|{int(one)}"] = (year == one).astype(np.float64)
    return pd.DataFrame(columns)


def _robust(school: npt.NDArray[Any], *, several: bool) -> dict[str, Any]:
    if several:
        return {"cov_type": "cluster", "cov_kwds": {"groups": school}, "use_t": True}
    return {"cov_type": "HC3", "use_t": True}


def _year_variance(residual: Floats, sd: Floats, school: npt.NDArray[Any], count: int) -> float:
    """ω²: spread of a school's residuals between years beyond their sampling errors."""
    years = np.bincount(school, minlength=count)
    mean = np.bincount(school, residual, count) / years
    inside = np.bincount(school, (residual - mean[school]) ** 2, count)
    chance = np.bincount(school, sd**2, count) * (1 - 1 / years)
    free = int((years - 1).sum())
    return max(0.0, float((inside - chance).sum()) / free) if free else 0.0


def _schools_frame(
    ids: Any,
    school: npt.NDArray[Any],
    n: Floats,
    weight: Floats,
    index: Floats,
    place: pd.Series,
    y: Floats,
    residual: Floats,
    error: Floats,
    shrunk: pd.DataFrame,
    leverage: Floats,
    rule: ContextRule,
) -> pd.DataFrame:
    z = float(stats.norm.ppf((1 + rule.level) / 2))
    value = np.bincount(school, weight * y)
    spread = shrunk["sd"].to_numpy(dtype=np.float64)
    centre = shrunk["shrunk"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_better = np.where(spread > 0, stats.norm.cdf(centre / spread), 0.5)
    sure = np.maximum(p_better, 1 - p_better)
    verdict = np.select(
        [p_better >= rule.certain, p_better <= 1 - rule.certain], ["better", "worse"], "as_expected"
    )
    confidence = np.select(
        [sure >= rule.certain, sure >= rule.likely], ["certain", "likely"], "borderline"
    )
    # A school has one type; the last row's is taken.
    kind = np.empty(len(ids), dtype=object)
    kind[school] = place.to_numpy(dtype=object)
    columns = {
        "index": np.bincount(school, weight * index),
        "value": value,
        "expected": value - residual,
        "residual": residual,
        "error": error,
        "low": residual - z * error,
        "high": residual + z * error,
        "factor": shrunk["factor"].to_numpy(dtype=np.float64),
        "shrunk": centre,
        "shrunk_low": shrunk["low"].to_numpy(dtype=np.float64),
        "shrunk_high": shrunk["high"].to_numpy(dtype=np.float64),
        "p_better": p_better,
        "leverage": leverage,
    }
    return pd.DataFrame(
        {
            "school_id": pd.array(ids, dtype="string"),
            "n_years": pd.array(np.bincount(school), dtype="Int64"),
            "n": pd.array(np.bincount(school, n).astype(np.int64), dtype="Int64"),
            "settlement": pd.array(kind, dtype="string"),
            **{name: pd.array(values, dtype="Float64") for name, values in columns.items()},
            "verdict": pd.array(verdict, dtype="string"),
            "confidence": pd.array(confidence, dtype="string"),
        }
    )


def _studentised(schools: pd.DataFrame, tau2: float) -> pd.api.extensions.ExtensionArray:
    residual, error = as_floats(schools["residual"]), as_floats(schools["error"])
    return pd.array(residual / np.sqrt(tau2 + error**2), dtype="Float64")


def _curve(
    index: Floats,
    design: pd.DataFrame,
    n: Floats,
    params: Any,
    covariance: Floats,
    tau2: float,
    rule: ContextRule,
) -> pd.DataFrame:
    """The line at the mean of settlement types and years."""
    middle = np.average(design.to_numpy(dtype=np.float64), axis=0, weights=n)
    grid = np.linspace(index.min(), index.max(), _CURVE)
    at = np.tile(middle, (len(grid), 1))
    at[:, 1] = grid / INDEX_STEP
    expected = at @ np.asarray(params, dtype=np.float64)
    variance = np.einsum("ij,jk,ik->i", at, covariance, at)
    z = float(stats.norm.ppf((1 + rule.level) / 2))
    line, band = z * np.sqrt(variance), z * np.sqrt(variance + tau2)
    return pd.DataFrame(
        {
            "index": grid,
            "expected": expected,
            "low": expected - line,
            "high": expected + line,
            "band_low": expected - band,
            "band_high": expected + band,
        }
    )


def _coefficients(
    design: pd.DataFrame, fitted: Any, school: npt.NDArray[Any], rule: ContextRule
) -> pd.DataFrame:
    terms = [name.partition("|") for name in design.columns]
    ends = np.asarray(fitted.conf_int(alpha=1 - rule.level), dtype=np.float64)
    everywhere = len(set(school.tolist()))
    counted = [
        everywhere
        if not level
        else len(set(school[design.iloc[:, position].to_numpy(dtype=bool)].tolist()))
        for position, (_, _, level) in enumerate(terms)
    ]
    return pd.DataFrame(
        {
            "term": pd.array([term for term, _, _ in terms], dtype="string"),
            "level": pd.array([level for _, _, level in terms], dtype="string"),
            "estimate": np.asarray(fitted.params, dtype=np.float64),
            "error": np.asarray(fitted.bse, dtype=np.float64),
            "low": ends[:, 0],
            "high": ends[:, 1],
            "p_value": np.asarray(fitted.pvalues, dtype=np.float64),
            "n_schools": pd.array(counted, dtype="Int64"),
        }
    )


def _explained(y: Floats, residual: Floats, n: Floats, year: Floats) -> float:
    """Weighted R² beyond the means of the years."""
    _, group = np.unique(year, return_inverse=True)
    mean = np.bincount(group, n * y) / np.bincount(group, n)
    return float(1 - (n * residual**2).sum() / (n * (y - mean[group]) ** 2).sum())


def _curvature(y: Floats, x: Floats, index: Floats, n: Floats, robust: dict[str, Any]) -> float:
    centred = (index - np.average(index, weights=n)) / INDEX_STEP
    wider = np.column_stack([x, centred**2])
    if np.linalg.matrix_rank(wider) < wider.shape[1]:
        return np.nan
    return float(sm.WLS(y, wider, weights=n).fit(**robust).pvalues[-1])

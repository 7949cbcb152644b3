"""Which schools are likely to be on the list next year.

By July the results of a year are known; the list of the next year is drawn up a year later. The
probability of being on it *for its results* (ШНОР) is learned from past years by a logistic
regression with few predictors (:data:`~shnor_lib.methods.warning_predictors.PREDICTORS`), and
checked the only honest way: each past year is forecast from the years before it, as if it had
not come yet, and compared with what came. Beside it stand two forecasts anybody can make: the
same share for all, and «as this year».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.warning_predictors import PREDICTORS, Known, Predictors
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.stats.calibration import brier, log_score, reliability
from shnor_lib.stats.logistic import Logistic, auc, fit_logistic
from shnor_lib.store import Dataset

__all__ = ["PREDICTORS", "WarningResult", "WarningRule", "early_warning"]

Floats = npt.NDArray[np.float64]

MODELS: tuple[str, ...] = ("model", "as_now", "base_rate")
"""The forecast; «as this year» (share that stayed, share that came); the same share for all."""


@dataclass(frozen=True)
class WarningRule:
    """What is needed for a forecast; all of it is the user's decision.

    Parameters
    ----------
    min_schools
        Schools with known predictors, at least.
    min_events
        Listed and not listed school-years to learn from, at least each.
    min_checked
        Listed school-years among the held-back ones, at least.
    penalty
        Ridge penalty of :func:`~shnor_lib.stats.logistic.fit_logistic`.
    bins
        Groups of the calibration table.
    """

    min_schools: int = 50
    min_events: int = 20
    min_checked: int = 10
    penalty: float = 1.0
    bins: int = 10


@dataclass
class WarningResult:
    """What :func:`early_warning` found.

    Attributes
    ----------
    year
        Latest year with results; the forecast is for ``year`` + 1.
    forecast
        ``school_id``, ``year`` (forecast), ``probability`` (0…1), ``as_now`` (of the naive
        forecast), ``listed`` (now), the predictors, and of the result nearest to its threshold
        ``procedure``, ``subject``, ``share`` (shrunk), ``threshold``; most probable first.
    reasons
        ``school_id``, ``predictor``, ``value``, ``contribution`` (to the log-odds, against the
        mean school), largest first.
    backtest
        Held-back years: ``school_id``, ``year``, ``listed_before``, ``happened``,
        ``probability``, ``as_now``, ``base_rate``.
    scores
        ``year`` (NA: all held-back years), ``group`` (``all``, ``not_listed``: schools that were
        not on the list before), ``model`` (:data:`MODELS`), ``n``, ``events``, ``expected``
        (sum of probabilities), ``brier``, ``log_score`` (less is better), ``auc``, ``chosen``
        (schools with the largest probabilities, as many as were expected), ``hits`` (of them
        listed), ``precision`` = hits/chosen, ``recall`` = hits/events.
    reliability
        Stated against observed share by bins over all held-back years
        (:func:`shnor_lib.stats.calibration.reliability`).
    coefficients
        ``predictor``, ``coefficient`` (log-odds per standard deviation).
    fit
        The regression behind the forecast.
    notes
        Russian: what to know about the forecast.
    rule
        The rule applied.
    """

    year: int
    forecast: pd.DataFrame
    reasons: pd.DataFrame
    backtest: pd.DataFrame
    scores: pd.DataFrame
    reliability: pd.DataFrame
    coefficients: pd.DataFrame
    fit: Logistic = field(repr=False)
    notes: tuple[str, ...] = ()
    rule: WarningRule = field(default_factory=WarningRule)

    def score(self, group: str, model: str, year: int | None = None) -> pd.Series:
        """One row of :attr:`scores`; all held-back years by default."""
        rows = self.scores[(self.scores["group"] == group) & (self.scores["model"] == model)]
        rows = rows[rows["year"].isna()] if year is None else rows[rows["year"] == year]
        return rows.iloc[0]


def early_warning(
    dataset: Dataset,
    identification: Identification,
    *,
    index: IndexResult | None = None,
    rule: WarningRule | None = None,
) -> WarningResult:
    """Forecast next year's list of schools with low results.

    Parameters
    ----------
    dataset
        Tidy tables.
    identification
        Statuses of all years by the rules in force.
    index
        Wellbeing index, one of the predictors; without it the forecast does without.
    rule
        What is needed for a forecast.

    Raises
    ------
    ShnorError
        Too few schools, years or listed schools to learn from, or no year to check on.

    Notes
    -----
    Predictors of a year are made of that year and earlier ones only, except that the index is
    normalised over all years of the data.
    """
    rule = WarningRule() if rule is None else rule
    make = Predictors(dataset, identification, index)
    years = [year for year in identification.years if year in make.works.years]
    if len(years) < 3:
        raise ShnorError(
            f"Раннее предупреждение: статусы по результатам известны за {_years(len(years))}, "
            "нужно не меньше трёх: на одних прогноз строится, на других проверяется."
        )
    known = {year: make.known(year) for year in years}
    cases = _cases(known, identification)
    last = years[-1]
    if (schools := cases["school_id"].nunique()) < rule.min_schools:
        raise ShnorError(
            f"Раннее предупреждение: школ с результатами двух лет подряд {schools}, нужно не "
            f"меньше {rule.min_schools}. По такому числу школ вероятности не оценить."
        )
    fit = _fitted(cases, rule)
    backtest = _backtest(cases, rule)
    if backtest.empty or backtest["happened"].sum() < rule.min_checked:
        raise ShnorError(
            "Раннее предупреждение: проверить прогноз не на чем. Чтобы год предсказать по "
            "предыдущим и сравнить с тем, что было, нужны хотя бы два списка по результатам, и "
            f"в годах проверки в них должно быть не меньше {rule.min_checked} школ."
        )
    names = list(PREDICTORS)
    now = known[last]
    judged = now.values["listed"].notna() & now.values["distance"].notna()
    values = now.values[judged]
    contributions = fit.contributions(values[names])
    forecast = values.assign(
        year=last + 1,
        probability=fit.probability(values[names]),
        as_now=_as_now(cases, values["listed"].to_numpy(dtype=np.float64)),
        **{name: now.unit.loc[values.index, name] for name in now.unit.columns},
    )
    forecast = forecast.rename_axis("school_id").reset_index()
    forecast["listed"] = forecast["listed"] > 0
    forecast["beyond"] = forecast["beyond"] > 0
    forecast["year"] = forecast["year"].astype("Int64")
    order = ["probability", "school_id"]
    return WarningResult(
        year=last,
        forecast=forecast.sort_values(order, ascending=[False, True], ignore_index=True),
        reasons=_reasons(values, contributions),
        backtest=backtest,
        scores=_scores(backtest),
        reliability=reliability(backtest["probability"], backtest["happened"], bins=rule.bins),
        coefficients=pd.DataFrame({"predictor": names, "coefficient": fit.coefficients}),
        fit=fit,
        notes=_notes(cases),
        rule=rule,
    )


def _years(number: int) -> str:
    return {0: "ни один год", 1: "один год", 2: "два года"}.get(number, f"{number} года")


def _cases(known: dict[int, Known], identification: Identification) -> pd.DataFrame:
    """School-years with predictors and the outcome a year later.

    A year in which nobody is on the list for its results is none: the rules could not be
    applied yet, or nothing can be learned from it.
    """
    parts = []
    statuses = identification.statuses
    for year, before in known.items():
        after = statuses[(statuses["year"] == year + 1)].set_index("school_id")
        judged = after[~after["status"].isin(["insufficient", "excluded"])]
        if not judged["low_results"].any():
            continue
        rows = before.values[before.values["listed"].notna() & before.values["distance"].notna()]
        rows = rows[rows.index.isin(judged.index)]
        happened = judged["low_results"].astype(float).reindex(rows.index)
        parts.append(
            rows.assign(year=year + 1, happened=happened).rename_axis("school_id").reset_index()
        )
    if not parts:
        raise ShnorError(
            "Раннее предупреждение: ни в одном году, кроме первого, в списке по результатам нет "
            "ни одной школы. Учиться прогнозу не на чем."
        )
    return pd.concat(parts, ignore_index=True)


def _notes(cases: pd.DataFrame) -> tuple[str, ...]:
    if cases["year"].nunique() > 2:
        return ()
    return (
        "Лет мало: прогноз учится на двух переходах от года к году, а проверен на одном, "
        "предсказанном по единственному предыдущему. Особенности одного года он принимает за "
        "правило, поэтому вероятности резче, чем следует: большие — завышены, малые — занижены.",
    )


def _enough(cases: pd.DataFrame, rule: WarningRule) -> bool:
    events = int(cases["happened"].sum())
    return min(events, len(cases) - events) >= rule.min_events


def _fitted(cases: pd.DataFrame, rule: WarningRule) -> Logistic:
    if not _enough(cases, rule):
        events = int(cases["happened"].sum())
        raise ShnorError(
            f"Раннее предупреждение: за все годы школы попадали в список по результатам "
            f"{events} раз, не попадали {len(cases) - events} раз; чтобы учиться на прошлом, "
            f"нужно не меньше {rule.min_events} того и другого."
        )
    try:
        return fit_logistic(cases[list(PREDICTORS)], cases["happened"], penalty=rule.penalty)
    except ValueError as error:
        raise ShnorError(f"Раннее предупреждение: {error}") from None


def _backtest(cases: pd.DataFrame, rule: WarningRule) -> pd.DataFrame:
    """Each year forecast from the years before it, two of them at least if there are three.

    From a single year a forecast learns that year's peculiarities too and is too sharp.
    """
    parts = []
    years = sorted(int(each) for each in cases["year"].unique())
    for year in years[2 if len(years) > 2 else 1 :]:
        past, held = cases[cases["year"] < year], cases[cases["year"] == year]
        if not _enough(past, rule):
            continue
        fit = _fitted(past, rule)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": held["school_id"],
                    "year": pd.array([year] * len(held), dtype="Int64"),
                    "listed_before": held["listed"] > 0,
                    "happened": held["happened"] > 0,
                    "probability": fit.probability(held[list(PREDICTORS)]),
                    "as_now": _as_now(past, held["listed"].to_numpy(dtype=np.float64)),
                    "base_rate": past["happened"].mean(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _as_now(past: pd.DataFrame, listed: Floats) -> Floats:
    """«As this year»: the share that stayed for listed schools, that came for the others.

    One more of each is added to both sides (Laplace), so that nothing is impossible.
    """
    shares = []
    for flag in (0.0, 1.0):
        rows = past.loc[past["listed"] == flag, "happened"]
        shares.append((rows.sum() + 1) / (len(rows) + 2))
    return np.where(listed > 0, shares[1], shares[0])


def _scores(backtest: pd.DataFrame) -> pd.DataFrame:
    rows = []
    held: Sequence[int | None] = [None, *sorted(int(y) for y in backtest["year"].unique())]
    for year in held:
        part = backtest if year is None else backtest[backtest["year"] == year]
        for group in ("all", "not_listed"):
            chosen = part if group == "all" else part[~part["listed_before"]]
            if chosen.empty:
                continue
            for model in MODELS:
                column = "probability" if model == "model" else model
                rows.append(
                    {"year": year, "group": group, "model": model, **_score(chosen, column)}
                )
    return pd.DataFrame(rows).astype({"year": "Int64"})


def _score(cases: pd.DataFrame, column: str) -> dict[str, float]:
    p = cases[column].to_numpy(dtype=np.float64)
    y = cases["happened"].to_numpy(dtype=np.float64)
    # As many schools as are expected; equal probabilities share their places.
    places = min(len(p), max(1, round(p.sum())))
    cut = np.sort(p)[::-1][places - 1]
    above, equal = p > cut, p == cut
    hits = y[above].sum() + y[equal].mean() * (places - above.sum())
    return {
        "n": len(p),
        "events": int(y.sum()),
        "expected": float(p.sum()),
        "brier": brier(p, y),
        "log_score": log_score(p, y),
        "auc": auc(p, y),
        "chosen": places,
        "hits": float(hits),
        "precision": float(hits / places),
        "recall": float(hits / y.sum()) if y.any() else np.nan,
    }


def _reasons(values: pd.DataFrame, contributions: Floats) -> pd.DataFrame:
    names = list(PREDICTORS)
    size = len(values)
    rows = pd.DataFrame(
        {
            "school_id": np.repeat(values.index.to_numpy(dtype=object), len(names)),
            "predictor": names * size,
            "value": values[names].to_numpy(dtype=np.float64).ravel(),
            "contribution": contributions.ravel(),
        }
    )
    return rows.sort_values(
        ["school_id", "contribution"], ascending=[True, False], kind="stable", ignore_index=True
    )

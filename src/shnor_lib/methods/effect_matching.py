"""Supported schools beside similar schools without support.

A second look at the effect that leans less on the model: each supported school is set against
the few schools most like it before support. Where there are no schools like it – all weak ones
are supported – the comparison is refused rather than made with unlike ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.effect_cases import Cases, expect
from shnor_lib.stats.persistence import Expected, Persistence

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

COVARIATES: dict[str, str] = {
    "lasting": "устойчивая часть прежних результатов",
    "recent": "результаты последнего года до сопровождения",
    "index": "индекс социального благополучия",
    "size": "число работ (логарифм)",
}
"""What schools are similar in: code → Russian."""


@dataclass(frozen=True)
class Matching:
    """When the comparison is made.

    Parameters
    ----------
    neighbours
        Similar schools taken for each supported one.
    caliper
        How far the nearest may be, in standard deviations (root mean square over what they are
        similar in); a supported school without any as near is left out.
    min_schools
        Supported schools with similar ones, at least.
    min_alone
        Schools without support, at least.
    max_difference
        Difference of means after matching, in standard deviations, above which the groups are
        not comparable (Stuart 2010, Statistical Science 25: 1–21).
    """

    neighbours: int = 3
    caliper: float = 0.75
    min_schools: int = 5
    min_alone: int = 20
    max_difference: float = 0.25


@dataclass(frozen=True)
class Matched:
    """Comparison with similar schools.

    Attributes
    ----------
    effect, low, high, probability
        Mean difference of supported and similar schools in what was left after the expectation
        (shares, −1…1; below zero is better), its interval, and the probability that it is below
        zero. Taking residuals removes what is left of the difference in the past (Abadie and
        Imbens 2011, J. Business and Economic Statistics 29: 1–11).
    n_schools, n_unmatched, n_similar
        Supported school-years with and without similar schools; different similar school-years.
    balance
        ``covariate``, ``title``, ``supported``, ``similar``, ``all_alone`` (means),
        ``difference_before``, ``difference_after`` (in standard deviations).
    pairs
        ``school_id``, ``year``, ``similar_id``, ``distance``: who was compared with whom.
    """

    effect: float
    low: float
    high: float
    probability: float
    n_schools: int
    n_unmatched: int
    n_similar: int
    balance: pd.DataFrame
    pairs: pd.DataFrame = field(repr=False)


def compare_matched(
    cases: Cases,
    fit: Persistence,
    schools: pd.Index,
    *,
    rule: Matching,
    level: float,
) -> Matched:
    """Set each supported school against the schools most like it before support.

    Parameters
    ----------
    cases, fit
        Of all works together. Only first years of support are compared.
    schools
        What positions stand for.
    rule
        When the comparison is made.
    level
        Coverage of the interval.

    Raises
    ------
    ShnorError
        Too few schools, or no similar ones.
    """
    cases = cases.take((cases.frame["support_year"] == 1).to_numpy(dtype=bool))
    treated = cases.treated
    expected = expect(cases, fit)
    alone_schools = cases.frame.loc[~treated, "school"].nunique()
    if alone_schools < rule.min_alone:
        raise ShnorError(
            "Сравнение с похожими школами: школ, у которых хотя бы один год был без "
            f"сопровождения, — {alone_schools}, нужно не меньше {rule.min_alone}."
        )
    values = _covariates(cases, expected.lasting)
    spread = values.std(ddof=1)
    values = values.loc[:, (spread > 0).to_numpy()]
    standard = ((values - values.mean()) / values.std(ddof=1)).to_numpy(dtype=np.float64)
    pairs = _nearest(cases, treated, standard, rule)
    matched = np.unique(pairs[:, 0]).astype(np.intp)
    if len(matched) < rule.min_schools:
        raise ShnorError(
            f"Сравнение с похожими школами: похожие школы без сопровождения нашлись для "
            f"{len(matched)} из {int(treated.sum())} сопровождаемых, нужно не меньше "
            f"{rule.min_schools}. Школ с такими же результатами и условиями, которым не "
            "помогали, почти нет."
        )
    effect, error, weight, similar = _difference(cases, fit, expected, pairs, matched)
    balance = _balance(values, treated, weight, similar)
    worst = balance.iloc[int(balance["difference_after"].abs().to_numpy().argmax())]
    if abs(worst["difference_after"]) > rule.max_difference:
        raise ShnorError(
            "Сравнение с похожими школами: даже самые близкие школы без сопровождения "
            f"отличаются ({worst['title']}: разница {abs(worst['difference_after']):.2f}".replace(
                ".", ","
            )
            + " стандартного отклонения, допустимо "
            + f"{rule.max_difference:.2f}".replace(".", ",")
            + ")."
        )
    reach = float(stats.t.ppf((1 + level) / 2, fit.degrees)) * error
    frame = cases.frame
    first, second = pairs[:, 0].astype(np.intp), pairs[:, 1].astype(np.intp)
    return Matched(
        effect=effect,
        low=effect - reach,
        high=effect + reach,
        probability=float(stats.t.cdf(-effect / error, fit.degrees)),
        n_schools=len(matched),
        n_unmatched=int(treated.sum()) - len(matched),
        n_similar=int((similar > 0).sum()),
        balance=balance,
        pairs=pd.DataFrame(
            {
                "school_id": schools.array.take(frame["school"].to_numpy()[first]),
                "year": pd.array(frame["year"].to_numpy()[first], dtype="Int64"),
                "similar_id": schools.array.take(frame["school"].to_numpy()[second]),
                "distance": pairs[:, 2],
            }
        ),
    )


def _covariates(cases: Cases, lasting: Floats) -> pd.DataFrame:
    """What is similar, by case; the index only where nearly all schools have one."""
    low, n, level = cases.past
    # The latest known year before support.
    at = (np.arange(len(cases)), (n > 0).argmax(axis=1))
    columns = {
        "lasting": lasting,
        "recent": low[at] / n[at] - level[at],
        "size": np.log(n[at]),
    }
    unknown = np.isnan(cases.index)
    if len(cases) and unknown.mean() <= 0.1:
        columns["index"] = np.where(unknown, np.nanmean(cases.index), cases.index)
    return pd.DataFrame({name: columns[name] for name in COVARIATES if name in columns})


def _nearest(cases: Cases, treated: Flags, standard: Floats, rule: Matching) -> Floats:
    """Position of the supported case, of a similar one, and their distance."""
    year = cases.year
    found = []
    for here in np.flatnonzero(treated).tolist():
        others = np.flatnonzero(~treated & (year == year[here]))
        distance = np.sqrt(((standard[others] - standard[here]) ** 2).mean(axis=1))
        nearest = np.argsort(distance, kind="stable")[: rule.neighbours]
        nearest = nearest[distance[nearest] <= rule.caliper]
        found += [(here, others[i], distance[i]) for i in nearest.tolist()]
    return np.asarray(found, dtype=np.float64).reshape(-1, 3)


def _difference(
    cases: Cases, fit: Persistence, expected: Expected, pairs: Floats, matched: Positions
) -> tuple[float, float, Floats, Floats]:
    """Mean difference of residuals, its standard error, weights of supported and of similar."""
    weight = np.zeros(len(cases))
    weight[matched] = 1 / expected.own[matched]
    weight /= weight.sum()
    first, second = pairs[:, 0].astype(np.intp), pairs[:, 1].astype(np.intp)
    taken = np.bincount(first, minlength=len(cases))
    similar: Floats = np.zeros(len(cases))
    np.add.at(similar, second, weight[first] / taken[first])
    both = weight - similar
    row = both @ expected.gradient
    variance = float((both**2 * expected.own).sum() + row @ fit.covariance @ row)
    residual = cases.observed - expected.mean
    return float(both @ residual), float(np.sqrt(variance)), weight, similar


def _balance(values: pd.DataFrame, treated: Flags, weight: Floats, similar: Floats) -> pd.DataFrame:
    rows = []
    for name in values.columns:
        column = values[name].to_numpy(dtype=np.float64)
        spread = np.sqrt((column[treated].var(ddof=1) + column[~treated].var(ddof=1)) / 2)
        mean, near = float(weight @ column), float(similar @ column)
        rows.append(
            {
                "covariate": name,
                "title": COVARIATES[str(name)],
                "supported": mean,
                "similar": near,
                "all_alone": column[~treated].mean(),
                "difference_before": (column[treated].mean() - column[~treated].mean()) / spread,
                "difference_after": (mean - near) / spread,
            }
        )
    return pd.DataFrame(rows)

"""Results given the conditions: against statsmodels, plain loops and a known truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.outliers_influence import OLSInfluence

from shnor_lib.demo import simulate
from shnor_lib.faults import ShnorError
from shnor_lib.methods.context_model import ContextRule
from shnor_lib.methods.contextual import contextual
from shnor_lib.methods.contextual_fit import OTHER, UNKNOWN, fit_context
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.ranking import load_rating
from shnor_lib.methods.wellbeing import load_index, wellbeing_index
from shnor_lib.store import Dataset
from tests.adapters.nyc import read_nyc
from tests.methods.builders import SOURCE, table

RULE = ContextRule()


def _region(
    seed: int, *, schools: int = 80, years: int = 1, tau: float = 0.08, omega: float = 0.0
) -> tuple[pd.DataFrame, np.ndarray]:
    """School-years with known deviations, and the deviations."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, tau, schools)
    size = rng.lognormal(4.5, 0.8, schools).round().clip(8)
    index = rng.uniform(20, 90, schools)
    kind = rng.choice(["село", "город"], schools, p=[0.6, 0.4])
    rows = []
    for y in range(years):
        n = np.maximum(size * rng.uniform(0.7, 1.3, schools), 5).round()
        sd = 0.45 / np.sqrt(n)
        moved = index + rng.normal(0, 2, schools)
        value = (
            0.3 + 0.004 * moved + 0.05 * (kind == "город") + 0.02 * y
            + true + rng.normal(0, omega, schools)
        )  # fmt: skip
        luck = rng.normal(0, sd)
        rows.append(
            pd.DataFrame(
                {
                    "school_id": [f"S{i:03d}" for i in range(schools)], "year": 2024 + y,
                    "value": value + luck, "luck": luck, "sd": sd, "n": n, "index": moved, "settlement_type": kind,
                }
            )
        )  # fmt: skip
    frame = pd.concat(rows, ignore_index=True)
    return frame.astype({"school_id": "string", "settlement_type": "string"}), true


def test_one_year_is_weighted_least_squares_with_hc3() -> None:
    rows, _ = _region(1)
    model = fit_context(rows, [2024], RULE)
    frame = rows.assign(tens=rows["index"] / 10, kind=rows["settlement_type"].astype(object))
    oracle = smf.wls("value ~ tens + C(kind, Treatment('село'))", frame, weights=frame["n"]).fit(
        cov_type="HC3", use_t=True
    )
    names = ["Intercept", "tens", "C(kind, Treatment('село'))[T.город]"]
    found = model.coefficients
    np.testing.assert_allclose(found["estimate"], oracle.params[names], rtol=1e-9)
    np.testing.assert_allclose(found["error"], oracle.bse[names], rtol=1e-9)
    np.testing.assert_allclose(found[["low", "high"]], oracle.conf_int().loc[names], rtol=1e-7)
    assert model.r2 == pytest.approx(oracle.rsquared, abs=1e-12)
    assert (model.base, model.n_schools, model.n_rows) == ("село", 80, 80)
    schools = model.schools.set_index("school_id").loc[frame["school_id"]]
    np.testing.assert_allclose(schools["residual"].astype(float), oracle.resid, atol=1e-12)
    np.testing.assert_allclose(schools["expected"].astype(float), oracle.fittedvalues, atol=1e-12)
    assert found["n_schools"].tolist() == [80, 80, int((frame["kind"] == "город").sum())]
    # Leverage of the weighted model: ordinary least squares on rows times √n.
    root = np.sqrt(frame["n"].to_numpy())
    x = oracle.model.exog * root[:, None]
    plain = sm.OLS(frame["value"].to_numpy() * root, x).fit()
    np.testing.assert_allclose(
        schools["leverage"].astype(float), OLSInfluence(plain).hat_matrix_diag, atol=1e-10
    )


def test_years_together_are_clustered_by_school() -> None:
    rows, _ = _region(2, years=3, omega=0.03)
    model = fit_context(rows, [2024, 2025, 2026], RULE)
    frame = rows.assign(tens=rows["index"] / 10, kind=rows["settlement_type"].astype(object))
    groups = pd.factorize(frame["school_id"])[0]
    oracle = smf.wls(
        "value ~ tens + C(kind, Treatment('село')) + C(year, Treatment(2026))",
        frame,
        weights=frame["n"],
    ).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    ours = model.coefficients.sort_values("estimate")
    theirs = oracle.params.sort_values()
    np.testing.assert_allclose(ours["estimate"], theirs, rtol=1e-9)
    np.testing.assert_allclose(ours["error"], oracle.bse[theirs.index], rtol=1e-9)
    by_school = frame.assign(r=oracle.resid * frame["n"]).groupby("school_id")[["r", "n"]].sum()
    schools = model.schools.set_index("school_id").loc[by_school.index]
    np.testing.assert_allclose(
        schools["residual"].astype(float), by_school["r"] / by_school["n"], atol=1e-12
    )
    assert (model.n_schools, model.n_rows) == (80, 240)


@pytest.mark.parametrize("years", [1, 3])
def test_error_of_one_school_by_a_plain_loop(years: int) -> None:
    """Luck of every row moves the residual by what it does to the value less what to the line."""
    rows, _ = _region(3, schools=40, years=years, omega=0.05)
    model = fit_context(rows, sorted(set(rows["year"])), RULE)
    x = _columns(rows)
    n, sd = rows["n"].to_numpy(), rows["sd"].to_numpy()
    inverse = np.linalg.inv(sum(n[j] * np.outer(x[j], x[j]) for j in range(len(rows))))
    schools = model.schools.set_index("school_id")
    for school in sorted(set(rows["school_id"])):
        own = np.flatnonzero(rows["school_id"] == school)
        share = {j: n[j] / n[own].sum() for j in own}
        middle = sum(share[j] * x[j] for j in own)
        variance = sum(
            (share.get(j, 0.0) - middle @ inverse @ x[j] * n[j]) ** 2 * sd[j] ** 2
            for j in range(len(rows))
        )
        assert float(schools.loc[school, "error"]) == pytest.approx(np.sqrt(variance), rel=1e-9)


def _columns(rows: pd.DataFrame) -> np.ndarray:
    """Design of the regression: constant, tens of the index, town, years but the last."""
    years = sorted(set(rows["year"]))[:-1]
    columns = [np.ones(len(rows)), rows["index"] / 10, rows["settlement_type"] == "город"]
    return np.column_stack([*columns, *(rows["year"] == year for year in years)]).astype(float)


def _without_luck(rows: pd.DataFrame) -> pd.Series:
    """Deviation of every school in these years if its classes were endless."""
    root = np.sqrt(rows["n"].to_numpy())
    x, clean = _columns(rows), (rows["value"] - rows["luck"]).to_numpy()
    line = np.linalg.lstsq(x * root[:, None], clean * root, rcond=None)[0]
    weighted = rows.assign(r=(clean - x @ line) * rows["n"]).groupby("school_id")[["r", "n"]].sum()
    return weighted["r"] / weighted["n"]


@pytest.mark.parametrize(("years", "omega"), [(1, 0.0), (3, 0.0), (3, 0.04)])
def test_intervals_cover_the_true_deviation_of_those_years(years: int, omega: float) -> None:
    shrunk, plain, sides, spreads = [], [], [], []
    for seed in range(40):
        rows, _ = _region(100 + seed, years=years, omega=omega)
        model = fit_context(rows, sorted(set(rows["year"])), RULE)
        found = model.schools.sort_values("school_id")
        true = _without_luck(rows).sort_index().to_numpy()
        for name, into in (("shrunk", shrunk), ("", plain)):
            ends = ("shrunk_low", "shrunk_high") if name else ("low", "high")
            low, high = (found[end].to_numpy(dtype=float) for end in ends)
            into.append((low <= true) & (true <= high))
        p = found["p_better"].to_numpy(dtype=float)
        sides.append(np.column_stack([p, true > 0]))
        spreads.append((model.spread, np.std(true)))
    assert 0.93 < np.mean(shrunk) < 0.97
    assert 0.93 < np.mean(plain) < 0.97
    told = np.vstack(sides)
    for low, high in ((0.05, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1.01)):
        chosen = told[(told[:, 0] >= low) & (told[:, 0] < high)]
        assert chosen[:, 1].mean() == pytest.approx(chosen[:, 0].mean(), abs=0.06), (low, high)
    ours, theirs = np.mean(spreads, axis=0)
    assert ours == pytest.approx(theirs, abs=0.01)


def test_shrunk_residuals_are_nearer_to_the_truth() -> None:
    raw, better = [], []
    for seed in range(20):
        rows, true = _region(300 + seed)
        found = fit_context(rows, [2024], RULE).schools.sort_values("school_id")
        small = found["n"].to_numpy(dtype=float) < 60
        raw.append(((found["residual"].to_numpy(dtype=float) - true) ** 2)[small].mean())
        better.append(((found["shrunk"].to_numpy(dtype=float) - true) ** 2)[small].mean())
    assert np.mean(better) < 0.85 * np.mean(raw)


def test_jumps_from_year_to_year_are_measured() -> None:
    found = [
        fit_context(_region(s, schools=200, years=3, omega=0.05)[0], [2024, 2025, 2026], RULE)
        for s in range(10)
    ]
    assert np.mean([model.year_sd for model in found]) == pytest.approx(0.05, abs=0.005)
    assert np.isnan(fit_context(_region(1)[0], [2024], RULE).year_sd)


def test_a_bend_is_seen() -> None:
    rows, _ = _region(4, schools=200, tau=0.02)
    assert fit_context(rows, [2024], RULE).curvature_p > 0.01
    bent = rows.assign(value=rows["value"] + (rows["index"] - 55) ** 2 / 5000)
    assert fit_context(bent, [2024], RULE).curvature_p < 1e-4


def test_another_zero_of_the_results_moves_the_constant_only() -> None:
    rows, _ = _region(5)
    first = fit_context(rows, [2024], RULE)
    second = fit_context(rows.assign(value=rows["value"] + 0.2), [2024], RULE)
    moved = second.coefficients["estimate"] - first.coefficients["estimate"]
    np.testing.assert_allclose(moved, [0.2, 0, 0], atol=1e-12)
    for name in ("residual", "shrunk", "p_better"):
        np.testing.assert_allclose(
            first.schools[name].astype(float), second.schools[name].astype(float), atol=1e-9
        )


def test_refusals_name_the_reason() -> None:
    rows, _ = _region(6, schools=29)
    with pytest.raises(ShnorError, match=r"результаты, и индекс, — 29, .* не меньше 30"):
        fit_context(rows, [2024], RULE)
    rows, _ = _region(6)
    with pytest.raises(ShnorError, match="индекс у всех школ один и тот же"):
        fit_context(rows.assign(index=50.0), [2024], RULE)
    tied = rows.assign(index=np.where(rows["settlement_type"] == "город", 70.0, 40.0))
    with pytest.raises(ShnorError, match="нельзя отделить от типа"):
        fit_context(tied, [2024], RULE)


def test_rare_types_are_joined_and_said() -> None:
    rows, _ = _region(7)
    kinds = rows["settlement_type"].copy()
    kinds.iloc[:3] = "посёлок городского типа"
    kinds.iloc[3:6] = pd.NA
    model = fit_context(rows.assign(settlement_type=kinds), [2024], RULE)
    assert OTHER in set(model.schools["settlement"])
    assert UNKNOWN in model.note
    assert "посёлок городского типа" in model.note
    alone = rows["settlement_type"].copy()
    alone.iloc[:3] = "посёлок городского типа"
    model = fit_context(rows.assign(settlement_type=alone), [2024], RULE)
    assert set(model.schools["settlement"]) == {"село", "город"}
    one = fit_context(rows.assign(settlement_type="село"), [2024], RULE)
    assert one.base == ""
    assert one.coefficients["term"].tolist() == ["const", "index"]


@pytest.fixture(scope="module")
def region() -> tuple[Dataset, Any]:
    made = simulate(schools=120, municipalities=4)
    tables = {name: table(name, frame.to_dict("records")) for name, frame in made.tables.items()}
    return Dataset(**tables), made.truth


def test_the_planted_resilient_school_stands_out(region: tuple[Dataset, Any]) -> None:
    data, truth = region
    planted = truth.of_kind("resilient")[0]["school_id"]
    found = contextual(data, wellbeing_index(data, load_index("proposal")), load_rating("proposal"))
    assert sorted(found.yearly) == data.years
    assert found.pooled is not None
    assert found.pooled.years == data.years[-3:]
    assert found.best is found.pooled
    top = found.pooled.schools["school_id"].head(3).tolist()
    assert planted in top
    row = found.pooled.schools.set_index("school_id").loc[planted]
    assert (row["verdict"], row["confidence"]) == ("better", "certain")
    low = truth.of_kind("low")[0]["school_id"]
    assert found.pooled.schools.set_index("school_id").loc[low, "residual"] < 0
    assert set(found.schools["year"]) == set(data.years)


def test_loaded_points_are_not_results(region: tuple[Dataset, Any]) -> None:
    data, _ = region
    index = wellbeing_index(data, load_index("proposal"))
    found = contextual(data, index, load_rating("loaded-points"), years=data.years[-1:])
    assert found.composite.kind == "not_low"
    assert "нет показателей результатов" in found.composite.note
    assert found.pooled is None


def test_a_district_is_too_small() -> None:
    made = simulate()
    data = Dataset(
        **{name: table(name, frame.to_dict("records")) for name, frame in made.tables.items()}
    )
    with pytest.raises(ShnorError, match="— 11, а для регрессии нужно не меньше 30"):
        contextual(data, wellbeing_index(data, load_index("proposal")), load_rating("proposal"))


@pytest.mark.real
def test_new_york_poverty_and_results(shared: Any) -> None:
    """Share of free lunch against mathematics, recomputed from the tables by plain numpy."""
    nyc = read_nyc(shared)
    definition = Index.model_validate(
        {
            "id": "nyc", "title": "NYC", "source": SOURCE, "mode": "weighted",
            "components": [
                {"id": name, "title": name, "numerator": name, "denominator": "total",
                 "direction": -1, "weight": weight,
                 "normalisation": {"method": "goalposts", "low": 0.0, "high": 1.0}}
                for name, weight in (("low_income", 1), ("non_native", 0))
            ],
        }
    )  # fmt: skip
    found = contextual(nyc, wellbeing_index(nyc, definition))
    assert sorted(found.yearly) == [2006, 2007, 2008, 2009, 2010, 2011]
    for year, model in found.yearly.items():
        slope = model.coefficients.set_index("term").loc["index"]
        assert slope["low"] > 0, "richer schools do better"
        results = nyc.results[(nyc.results["year"] == year)]
        usual = results.groupby("grade")[["n", "n_low"]].sum()
        usual = (usual["n_low"] / usual["n"]).to_dict()
        sums: dict[str, list[float]] = {}
        for row in results[["school_id", "grade", "n", "n_low"]].itertuples(index=False):
            got = sums.setdefault(row.school_id, [0.0, 0.0])
            got[0] += row.n
            got[1] += row.n_low - row.n * usual[row.grade]
        lunch = nyc.social_passport[nyc.social_passport["year"] == year]
        share = (lunch["low_income"] / lunch["total"]).to_numpy(dtype=float, na_value=np.nan)
        poor = dict(zip(lunch["school_id"], share, strict=True))
        both = [s for s, (n, _) in sums.items() if n >= 10 and not np.isnan(poor.get(s, np.nan))]
        n = np.array([sums[s][0] for s in both])
        y = np.array([-sums[s][1] / sums[s][0] for s in both])
        x = np.array([1 - min(poor[s], 1.0) for s in both])
        mx, my = np.average(x, weights=n), np.average(y, weights=n)
        b = (n * (x - mx) * (y - my)).sum() / (n * (x - mx) ** 2).sum()
        r2 = b**2 * (n * (x - mx) ** 2).sum() / (n * (y - my) ** 2).sum()
        assert model.n_schools == len(both)
        assert slope["estimate"] == pytest.approx(b / 10, rel=1e-9)
        assert model.r2 == pytest.approx(r2, rel=1e-9)
        assert 0.1 < r2 < 0.6

"""The wellbeing index on the chain: recomputed in plain loops, other steps, refusals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.index_definition import Index, load_index
from shnor_lib.methods.strengths import component_gaps
from shnor_lib.methods.wellbeing import TOP, wellbeing_index
from shnor_lib.store import Dataset
from shnor_lib.yaml_source import YamlFaultsError
from tests.methods.builders import SOURCE, dataset

PARTS = (("higher_education_both", 1, 3.0), ("incomplete", -1, 2.0), ("low_income", -1, 1.0),
         ("poor_housing", -1, 1.0))  # fmt: skip


def _definition(
    normalisation: dict[str, Any] | None = None, mode: str = "weighted", **values: Any
) -> Index:
    components = [
        {
            "id": name, "title": f"Составляющая {name}", "numerator": name, "denominator": "total",
            "direction": direction, "weight": weight,
            "normalisation": normalisation or {"method": "goalposts", "low": 0.05, "high": 0.5},
        }
        for name, direction, weight in PARTS
    ]  # fmt: skip
    return Index.model_validate(
        {"id": "test", "title": "Проверка", "source": SOURCE, "mode": mode,
         "components": components, **values}
    )  # fmt: skip


def _data(schools: int, gaps: float = 0.15, seed: int = 5) -> Dataset:
    rng = np.random.default_rng(seed)
    rows = []
    for i, quality in enumerate(rng.normal(size=schools)):
        for year in (2023, 2024):
            total = int(rng.integers(60, 500))
            row: dict[str, Any] = {"school_id": f"Ш{i:03d}", "year": year, "total": total}
            for name, direction, _ in PARTS:
                if rng.random() >= gaps:
                    share = np.clip(0.25 + direction * 0.08 * quality + rng.normal(0, 0.04), 0, 1)
                    row[name] = int(total * share)
            rows.append(row)
    return dataset(social=rows)


def _shares(data: Dataset) -> pd.DataFrame:
    rows = data.social_passport.astype({name: "Float64" for name, *_ in PARTS})
    table = pd.DataFrame({name: rows[name] / rows["total"] for name, *_ in PARTS})
    table.index = pd.MultiIndex.from_frame(rows[["school_id", "year"]])
    return table.astype("float64")


def _expected(shares: pd.DataFrame, method: str) -> dict[tuple[str, int], float]:
    """Weighted mean of what is there, in loops; NaN below half of the weight."""
    found = {}
    whole = sum(weight for *_, weight in PARTS)
    for key, row in shares.iterrows():
        top = weights = 0.0
        for name, direction, weight in PARTS:
            value = float(row[name])
            if math.isnan(value):
                continue
            low, high = (
                (0.05, 0.5) if method == "goalposts" else (shares[name].min(), shares[name].max())
            )
            part = min(max((value - low) / (high - low), 0), 1)
            top += weight * (part if direction > 0 else 1 - part)
            weights += weight
        found[key] = 100 * top / weights if weights >= 0.5 * whole else math.nan
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("method", ["goalposts", "minmax"])
def test_weighted_index_equals_a_plain_recomputation(method: str) -> None:
    data = _data(40, gaps=0.3)
    found = wellbeing_index(
        data, _definition(None if method == "goalposts" else {"method": method})
    )
    expected = _expected(_shares(data), method)
    rows = found.scores.set_index(["school_id", "year"])
    assert len(rows) == len(expected) == 80
    missing = {key for key, value in expected.items() if math.isnan(value)}
    assert set(rows.index[rows["index"].isna()]) == missing
    assert 0 < len(missing) < 40
    for key, value in expected.items():
        if key not in missing:
            assert rows.loc[key, "index"] == pytest.approx(value, abs=1e-10)
    sums = found.components.groupby(["school_id", "year"])["contribution"].sum(min_count=1)
    np.testing.assert_allclose(
        sums.reindex(rows.index).astype(float), rows["index"].astype(float), atol=1e-10
    )
    assert found.chain is not None
    np.testing.assert_allclose(100 * found.chain.index, rows["index"].astype(float), atol=1e-10)
    spread = found.chain.replay({"aggregate": {"min_share": 0.0}})
    assert spread.index.notna().sum() > found.chain.index.notna().sum()


def test_a_component_nobody_counted_keeps_its_weight_in_what_is_missing() -> None:
    passports = _data(10, gaps=0.0)
    rows = passports.social_passport.drop(columns="higher_education_both")
    rows = rows.assign(higher_education_both=pd.array([pd.NA] * len(rows), dtype="Int64"))
    data = passports.replace(social_passport=rows[passports.social_passport.columns])
    for rule in (None, {"method": "minmax"}):
        found = wellbeing_index(data, _definition(rule))
        assert found.scores["index"].notna().all()  # 4 of 7
        strict = wellbeing_index(data, _definition(rule, min_weight_share=0.6))
        assert strict.scores["index"].isna().all()


def test_principal_component_with_gaps() -> None:
    data = _data(50, gaps=0.1)
    found = wellbeing_index(data, _definition(mode="pca"))
    shares = _shares(data)
    direction = np.array([d for _, d, _ in PARTS])
    standard = direction * (shares - shares.mean()) / shares.std(ddof=1)
    complete = standard.dropna()
    values, vectors = np.linalg.eigh(np.corrcoef(complete.to_numpy(), rowvar=False))
    loadings = np.abs(vectors[:, -1])
    np.testing.assert_allclose(found.loadings["loading"].astype(float), loadings, atol=1e-10)
    assert found.explained == pytest.approx(values[-1] / values.sum())
    present = standard.notna() * loadings
    score = (standard.fillna(0) * loadings).sum(axis=1) / present.sum(axis=1)
    score[present.sum(axis=1) < 0.5 * loadings.sum()] = np.nan
    expected = 100 * (score - score.min()) / (score.max() - score.min())
    rows = found.scores.set_index(["school_id", "year"])["index"].astype(float)
    np.testing.assert_allclose(rows, expected.reindex(rows.index), atol=1e-9)


def test_a_component_against_its_direction_is_refused() -> None:
    values = _definition(mode="pca").model_dump()
    values["components"][1]["direction"] = 1
    with pytest.raises(
        ShnorError, match=r"составляющая «Составляющая incomplete», шаг «веса»: .*обратный знак"
    ) as error:
        wellbeing_index(_data(60, gaps=0.0), Index.model_validate(values))
    assert "index total" not in str(error.value)


def test_other_scales_are_brought_to_0_100() -> None:
    data = _data(40, gaps=0.0)
    found = wellbeing_index(data, _definition({"method": "zscore"}))
    shares = _shares(data)
    z = (shares - shares.mean()) / shares.std(ddof=1) * [d for _, d, _ in PARTS]
    score = (z * [w for *_, w in PARTS]).sum(axis=1) / 7
    expected = 100 * (score - score.min()) / (score.max() - score.min())
    rows = found.scores.set_index(["school_id", "year"])["index"].astype(float)
    np.testing.assert_allclose(rows, expected.reindex(rows.index), atol=1e-9)
    assert component_gaps(found, 2024).empty


def test_other_aggregation_has_no_contributions() -> None:
    data = _data(30, gaps=0.0)
    scale = {"method": "goalposts", "low": 0.0, "high": 1.0, "floor": 0.01}
    found = wellbeing_index(data, _definition(scale, aggregation={"method": "geometric"}))
    assert found.components["contribution"].isna().all()
    wide = found.components.pivot(
        index=["school_id", "year"], columns="component", values="normalised"
    ).astype(float)
    expected = 100 * scipy_stats.gmean(
        wide[[n for n, *_ in PARTS]], axis=1, weights=np.array([w for *_, w in PARTS])
    )
    rows = found.scores.set_index(["school_id", "year"])["index"].astype(float)
    np.testing.assert_allclose(rows.reindex(wide.index), expected, atol=1e-9)


def test_gaps_filled_by_the_last_year() -> None:
    data = dataset(
        social=[
            {"school_id": "А", "year": 2023, "total": 100, "incomplete": 5, "low_income": 5,
             "higher_education_both": 50, "poor_housing": 5},
            {"school_id": "А", "year": 2024, "total": 100, "incomplete": 50},
        ]
    )  # fmt: skip
    plain = wellbeing_index(data, _definition()).scores.set_index("year")["index"]
    assert plain.isna().to_dict() == {2023: False, 2024: True}
    filled = wellbeing_index(data, _definition(imputation={"method": "latest"}))
    assert filled.scores.set_index("year").loc[2024, "index"] == pytest.approx(100 * 5 / 7)


def test_what_schools_with_a_low_index_lack() -> None:
    data = _data(40, gaps=0.0)
    found = wellbeing_index(data, _definition())
    gaps = component_gaps(found, 2024).set_index("component")
    rows = found.components[found.components["year"] == 2024]
    scores = found.scores[found.scores["year"] == 2024].set_index("school_id")["index"]
    lowest = scores.sort_values().index[:10]
    own = rows[rows["component"] == "incomplete"].set_index("school_id")["normalised"].astype(float)
    assert gaps.loc["incomplete", "lowest"] == pytest.approx(own[lowest].mean())
    assert gaps.loc["incomplete", "all"] == pytest.approx(own.mean())
    assert gaps["n_lowest"].tolist() == [10] * 4
    assert (gaps["lowest"] < gaps["all"]).all()


def test_faults_of_an_index_file(tmp_path: Path) -> None:
    text = (Path(str(load_index.__globals__["__file__"])).parent / "indices/pca.yml").read_text(
        "utf-8"
    )
    path = tmp_path / "own.yml"
    lines = len(text.splitlines())
    for line, message in (
        ("aggregation: {method: geometric}", "главная компонента — взвешенная сумма"),
        ("treatment: {skip: [x]}", "нет показателя «x»"),
    ):
        path.write_text(f"{text}{line}\n", encoding="utf-8")
        with pytest.raises(YamlFaultsError, match=message) as error:
            load_index(path)
        assert f"строка {lines + 1}" in str(error.value)
    assert TOP == "index total"


def test_mixed_scales_of_components_are_refused() -> None:
    values = _definition().model_dump()
    values["components"][0]["normalisation"] = {"method": "zscore"}
    with pytest.raises(ValueError, match="z-оценки нельзя складывать"):
        Index.model_validate(values)

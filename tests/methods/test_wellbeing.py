"""The wellbeing index by hand, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.index_definition import Index, IndexCutoff, load_index
from shnor_lib.methods.indicator_criteria import cutoff_value
from shnor_lib.methods.wellbeing import wellbeing_index
from shnor_lib.store import Dataset
from tests.methods.builders import SOURCE, dataset

PARTS = ("higher_education_both", "incomplete", "low_income")


def _definition(mode: str = "weighted", **values: Any) -> Index:
    components = [
        {
            "id": name, "title": name, "numerator": name, "denominator": "total",
            "direction": 1 if name.startswith("higher") else -1, "weight": weight,
            "normalisation": {"method": "goalposts", "low": 0.0, "high": 0.5},
        }
        for name, weight in zip(PARTS, (2, 1, 1), strict=True)
    ]  # fmt: skip
    return Index.model_validate(
        {"id": "test", "title": "Проверка", "source": SOURCE, "mode": mode,
         "components": components, **values}
    )  # fmt: skip


def _passport(*rows: tuple[Any, ...]) -> Dataset:
    """Rows of school, year and the three counts of a hundred pupils."""
    return dataset(
        social=[
            {"school_id": school, "year": year, "total": 100,
             **{k: v for k, v in zip(PARTS, parts, strict=True) if v is not None}}
            for school, year, *parts in rows
        ]
    )  # fmt: skip


def _many(n: int, seed: int = 1) -> Dataset:
    """Passports driven by one hidden quality, with noise."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    rows = []
    for i, q in enumerate(quality):
        shares = np.clip(
            [30 + 9 * q + rng.normal(0, 3), 30 - 7 * q + rng.normal(0, 3), 25 - 6 * q], 0, 100
        )
        rows.append((f"S{i:03d}", 2024, *(int(x) for x in shares)))
    return _passport(*rows)


def test_weighted_index_by_hand() -> None:
    data = _passport(("A", 2024, 25, 10, 50), ("B", 2024, 60, 0, 0), ("C", 2024, 0, 50, 80))
    result = wellbeing_index(data, _definition())
    rows = result.scores.set_index("school_id")
    # A: 0.5·2 + 0.8·1 + 0·1 of 4.
    assert rows.loc["A", "index"] == pytest.approx(100 * 1.8 / 4)
    assert rows.loc["B", "index"] == pytest.approx(100)
    assert rows.loc["C", "index"] == pytest.approx(0)
    parts = result.components
    np.testing.assert_allclose(
        parts.groupby("school_id")["contribution"].sum().astype(float), rows["index"].astype(float)
    )
    assert parts.set_index(["school_id", "component"]).loc[("A", "incomplete"), "share"] == 0.1
    assert rows["z"].mean() == pytest.approx(0, abs=1e-12)
    assert rows["z"].std() == pytest.approx(1)
    assert result.mode == "weighted"
    assert result.explained is None
    assert result.loadings["loading"].tolist() == [0.5, 0.25, 0.25]


def test_weights_of_missing_components_are_spread() -> None:
    data = _passport(
        ("A", 2024, 25, None, 50), ("B", 2024, None, 10, None), ("C", 2024, None, 10, 0)
    )
    rows = wellbeing_index(data, _definition()).scores.set_index("school_id")
    assert rows.loc["A", "index"] == pytest.approx(100 * (2 * 0.5 + 0) / 3)
    assert rows["n_components"].to_dict() == {"A": 2, "B": 1, "C": 2}
    # B has a quarter of the weight, C exactly half.
    assert rows["index"].isna().to_dict() == {"A": False, "B": True, "C": False}
    assert rows.loc["C", "index"] == pytest.approx(100 * (0.8 + 1) / 2)


def test_years_are_normalised_together() -> None:
    definition = _definition()
    values = definition.model_dump()
    for component in values["components"]:
        component["normalisation"] = {"method": "minmax"}
    data = _passport(
        ("A", 2023, 10, 20, 30), ("B", 2023, 20, 30, 10), ("A", 2024, 40, 10, 10),
        ("B", 2024, 30, 20, 20),
    )  # fmt: skip
    result = wellbeing_index(data, Index.model_validate(values))
    parts = result.components.set_index(["component", "school_id", "year"])["normalised"]
    assert parts["higher_education_both", "B", 2023] == pytest.approx(1 / 3)
    assert parts["higher_education_both", "A", 2024] == 1
    later = wellbeing_index(data, Index.model_validate(values), years=[2024])
    assert later.scores["year"].unique().tolist() == [2024]
    whole = result.scores.set_index(["school_id", "year"])["index"]
    assert later.scores.set_index("school_id").loc["B", "index"] == whole["B", 2024]


def test_principal_component_points_towards_better_off() -> None:
    data = _many(60)
    result = wellbeing_index(data, _definition("pca"))
    assert (result.loadings["loading"] > 0).all()
    assert np.linalg.norm(result.loadings["loading"].astype(float)) == pytest.approx(1)
    shares = data.social_passport[list(PARTS)].to_numpy(dtype=float)
    standard = (shares - shares.mean(axis=0)) / shares.std(axis=0, ddof=1) * [1, -1, -1]
    _, singular, axes = np.linalg.svd(standard, full_matrices=False)
    axis = axes[0] * np.sign(axes[0].sum())
    assert result.explained == pytest.approx(singular[0] ** 2 / (singular**2).sum())
    points = standard @ axis
    expected = 100 * (points - points.min()) / (points.max() - points.min())
    np.testing.assert_allclose(result.scores["index"].astype(float), expected, atol=1e-9)


def test_principal_component_needs_thirty_schools() -> None:
    assert wellbeing_index(_many(30), _definition("pca")).mode == "pca"
    with pytest.raises(ShnorError, match="по 29 школам ненадёжна, нужно не меньше 30"):
        wellbeing_index(_many(29), _definition("pca"))
    # Years do not make schools.
    few = _many(10).social_passport
    rows = [
        (row["school_id"], year, *(row[name] + k for name in PARTS))
        for k, year in enumerate(range(2021, 2025))
        for row in few.to_dict("records")
    ]
    with pytest.raises(ShnorError, match="по 10 школам"):
        wellbeing_index(_passport(*rows), _definition("pca"))


def test_what_is_the_same_everywhere_is_refused() -> None:
    rows = [(f"S{i}", 2024, 10 + i, 20, 5 + i) for i in range(40)]
    with pytest.raises(ShnorError, match="«incomplete», шаг «нормировка»: у всех одно значение"):
        wellbeing_index(_passport(*rows), _definition("pca"))


def test_no_passport_no_scores() -> None:
    result = wellbeing_index(dataset(), load_index("proposal"))
    assert result.scores.empty
    assert "index" in result.scores


def test_staff_and_register_join_the_passport() -> None:
    values = _definition().model_dump()
    values["components"] += [
        {"id": "vacancies", "title": "Вакансии", "table": "staff", "numerator": "vacancies",
         "denominator": "teachers", "direction": -1, "weight": 4,
         "normalisation": {"method": "goalposts", "low": 0, "high": 0.2}},
        {"id": "remote", "title": "Удалённость", "table": "schools", "numerator": "remoteness",
         "direction": -1, "weight": 4, "normalisation": {"method": "goalposts", "low": 1, "high": 4}},
    ]  # fmt: skip
    data = dataset(
        social=[{"school_id": "A", "year": 2024, "total": 100, "incomplete": 0,
                 "higher_education_both": 50, "low_income": 0}],
        staff=[{"school_id": "A", "year": 2024, "teachers": 20, "vacancies": 2}],
        schools=[{"school_id": "A", "name": "А", "remoteness": 4}],
    )  # fmt: skip
    rows = wellbeing_index(data, Index.model_validate(values)).scores
    assert rows["index"].iloc[0] == pytest.approx(100 * (4 + 4 * 0.5 + 0) / 12)


def test_cutoffs() -> None:
    values = wellbeing_index(_many(40), _definition()).scores["index"]
    numbers = values.astype(float)
    assert cutoff_value(values, IndexCutoff()) == pytest.approx(np.quantile(numbers, 0.25))
    assert cutoff_value(values, IndexCutoff(rule="mean_minus_sd")) == pytest.approx(
        numbers.mean() - numbers.std(ddof=1)
    )
    assert cutoff_value(values, IndexCutoff(rule="number", value=35)) == 35
    assert cutoff_value(values.head(0), IndexCutoff()) is None
    with pytest.raises(ValueError, match="нужно value"):
        IndexCutoff(rule="number")


def test_faults_of_an_index() -> None:
    values = _definition().model_dump()
    values["components"][1]["id"] = values["components"][0]["id"]
    with pytest.raises(ValueError, match="описана дважды"):
        Index.model_validate(values)
    values = _definition().model_dump()
    values["components"][0]["numerator"] = "доход"
    with pytest.raises(ValueError, match="нет столбца «доход»"):
        Index.model_validate(values)

"""Resilient schools and the composite of results they stand on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.demo import simulate
from shnor_lib.faults import ShnorError
from shnor_lib.methods.index_definition import load_index
from shnor_lib.methods.ranking import load_rating, rate
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.resilient import ResilientRule, resilient_schools
from shnor_lib.methods.result_composite import ResultComposite, result_composite
from shnor_lib.methods.wellbeing import IndexResult, wellbeing_index
from shnor_lib.store import Dataset
from tests.methods.builders import SOURCE, dataset, result, table


def _of(rows: list[tuple[str, int, float, float, float]]) -> tuple[IndexResult, ResultComposite]:
    """School, year, index, value, sd."""
    frame = pd.DataFrame(rows, columns=["school_id", "year", "index", "value", "sd"]).assign(n=50)
    frame = frame.astype(
        {"school_id": "string", "year": "Int64", "index": "Float64", "value": "Float64",
         "sd": "Float64", "n": "Int64"}
    )  # fmt: skip
    index = IndexResult(load_index("proposal"), frame, frame, "weighted", frame)
    return index, ResultComposite(frame.drop(columns="index"), "rating", "")


def _grid(sd: float = 0.001, years: tuple[int, ...] = (2024, 2025, 2026)) -> list[Any]:
    """Nine schools: A is hard up and good, the others' results follow their index."""
    rows = []
    for year in years:
        rows.append(("A", year, 10.0, 0.9, sd))
        rows += [(f"S{i}", year, 20.0 + 8 * i, 0.3 + 0.05 * i, sd) for i in range(8)]
    return rows


def test_rule_by_hand() -> None:
    index, composite = _of(_grid())
    found = resilient_schools(index, composite)
    assert found.window == [2024, 2025, 2026]
    now = found.years[found.years["year"] == 2026].set_index("school_id")
    assert set(now.index[now["hard"]]) == {"A", "S0", "S1"}
    assert set(now.index[now["high"]]) == {"A", "S6", "S7"}
    assert found.schools["school_id"].tolist() == ["A", "S0", "S1"]
    row = found.schools.iloc[0]
    assert (row["n_both"], row["n_hard"], row["resilient"]) == (3, 3, True)
    assert (row["probability"], row["confidence"]) == (1.0, "certain")
    assert found.schools["probability"].tolist()[1:] == [0, 0]
    assert found.expected == pytest.approx(1.0)


def test_one_good_year_is_not_enough() -> None:
    rows = [
        (s, y, i, 0.2 if (s, y) in {("A", 2024), ("A", 2025)} else v, sd)
        for s, y, i, v, sd in _grid()
    ]
    found = resilient_schools(*_of(rows)).schools.set_index("school_id")
    assert found.loc["A", "n_both"] == 1
    assert not found.loc["A", "resilient"]
    once = resilient_schools(*_of(rows), rule=ResilientRule(min_years=1)).schools
    assert once.set_index("school_id").loc["A", "resilient"]


def test_chance_is_named() -> None:
    """Equal true results, large errors: the third a school lands in is luck."""
    rng = np.random.default_rng(5)
    rows = [
        (f"S{i:02d}", year, float(i), 0.5 + rng.normal(0, 0.1), 0.1)
        for year in (2024, 2025, 2026)
        for i in range(60)
    ]
    found = resilient_schools(*_of(rows))
    formal = found.schools[found.schools["resilient"]]
    assert len(formal) > 0
    assert (formal["confidence"] != "certain").all()
    # P(two of three years in the upper third) by luck is 0.26.
    mean = found.schools["probability"].astype(float).mean()
    assert mean == pytest.approx(0.26, abs=0.12)


def test_probabilities_are_calibrated() -> None:
    """Known truth: of schools said to be so with p, the part p is so."""
    told = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        true = rng.normal(0.6, 0.08, 60)
        index = rng.permutation(60).astype(float)
        sd = rng.uniform(0.02, 0.12, 60)
        rows = [
            (f"S{i:02d}", y, index[i], true[i] + rng.normal(0, sd[i]), sd[i])
            for y in (2024, 2025, 2026)
            for i in range(60)
        ]
        found = resilient_schools(*_of(rows), draws=500, seed=seed).schools
        really = set(np.argsort(-true)[:20])
        told += [
            (float(row["probability"]), int(row["school_id"][1:]) in really)
            for row in found.to_dict("records")
        ]
    p, so = (np.array(column, dtype=float) for column in zip(*told, strict=True))
    assert len(p) == 600
    assert so.mean() == pytest.approx(p.mean(), abs=0.05)
    assert so[p < 0.2].mean() < 0.2
    assert so[p > 0.9].mean() > 0.85


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 0.6), st.integers(9, 30), st.integers(0, 1000))
def test_parts_have_their_size(share: float, schools: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"S{i}", year, rng.normal(), rng.normal(), 0.1)
        for year in (2025, 2026)
        for i in range(schools)
    ]
    rule = ResilientRule(index_share=share, result_share=share)
    years = resilient_schools(*_of(rows), rule=rule, draws=50).years
    for _, part in years.groupby("year"):
        assert part["hard"].sum() == int(share * schools + 1e-9)
        assert part["high"].sum() == int(share * schools + 1e-9)
        assert (part["both"] == (part["hard"] & part["high"])).all()


def test_too_little_to_say() -> None:
    with pytest.raises(ShnorError, match=r"не меньше 2 лет.* таких лет — 1"):
        resilient_schools(*_of(_grid(years=(2026,))))
    with pytest.raises(ShnorError, match="хотя бы у 10 школ"):
        resilient_schools(*_of(_grid()), rule=ResilientRule(min_schools=10))
    few = [row for row in _grid() if row[1] != 2024 or row[0] in {"A", "S0"}]
    found = resilient_schools(*_of(few))
    assert found.window == [2025, 2026]
    assert "2024" in found.note


def test_results_without_an_error_have_no_probability() -> None:
    rows = [(s, y, i, v, np.nan) for s, y, i, v, _ in _grid()]
    index, composite = _of(rows)
    composite.scores["sd"] = pd.array([pd.NA] * len(rows), dtype="Float64")
    found = resilient_schools(index, composite).schools
    assert found["resilient"].tolist() == [True, False, False]
    assert found["probability"].isna().all()
    assert set(found["confidence"]) == {"insufficient"}


def test_the_planted_school_of_the_demo() -> None:
    made = simulate()
    data = Dataset(
        **{name: table(name, frame.to_dict("records")) for name, frame in made.tables.items()}
    )
    composite = result_composite(data, load_rating("proposal"))
    found = resilient_schools(wellbeing_index(data, load_index("proposal")), composite)
    formal = found.schools[found.schools["resilient"]]
    assert formal["school_id"].tolist() == [made.truth.of_kind("resilient")[0]["school_id"]]
    assert formal["confidence"].tolist() == ["certain"]


# --- the composite ------------------------------------------------------------------------------


def test_composite_is_the_rating_of_one_year() -> None:
    rows = [
        result("A", 2025, 40, 10, 5, good=15, subject="математика"),
        result("A", 2026, 50, 5, 10, good=20, subject="математика"),
        result("B", 2026, 30, 3, 3, good=10, subject="русский язык"),
    ]
    data = dataset(rows)
    found = result_composite(data, load_rating("proposal"))
    assert found.kind == "rating"
    scores = found.scores.set_index(["school_id", "year"])
    # vpr_low: 1 − 0.1/0.4 of 3 points; vpr_quality: (0.6 − 0.1)/0.6 of 2; nothing of 2025.
    expected = (3 * (1 - 0.1 / 0.4) + 2 * (30 / 50 - 0.1) / 0.6) / 5
    assert scores.loc[("A", 2026), "value"] == pytest.approx(expected)
    assert scores.loc[("A", 2026), "n"] == 50, "works are counted once"
    pooled = rate(data, load_rating("proposal")).scores.set_index(["school_id", "year"])
    assert pooled.loc[("A", 2026), "share_of_max"] != pytest.approx(expected)
    # Jeffreys: sd of Beta(5.5, 45.5) moves the first part by 3/0.4/5 and so on: about a tenth.
    assert 0.03 < scores.loc[("A", 2026), "sd"] < 0.15


def test_conditions_do_not_stand_on_both_sides() -> None:
    rating = load_rating("proposal").model_dump()
    rating["groups"].append(
        {
            "id": "social", "title": "Паспорт",
            "indicators": [
                {"id": "poor", "title": "Малообеспеченные", "measure": "social_share",
                 "numerator": "low_income", "denominator": "total", "direction": -1, "weight": 5,
                 "normalisation": {"method": "goalposts", "low": 0, "high": 1}}
            ],
        }
    )  # fmt: skip
    data = dataset(
        [result("A", 2026, 40, 10, 5, good=15)],
        social=[{"school_id": "A", "year": 2026, "total": 100, "low_income": 90}],
    )
    plain = result_composite(data, load_rating("proposal"))
    mixed = result_composite(data, Rating.model_validate(rating))
    assert "Малообеспеченные" in mixed.note
    pd.testing.assert_frame_equal(plain.scores, mixed.scores)


def test_not_low_is_put_right_for_the_works() -> None:
    """B writes only the work that is hard for everybody; as good in it as the others."""
    rows = [
        result("A", 2026, 50, 5, 5, subject="лёгкая"),
        result("A", 2026, 50, 25, 5, subject="трудная"),
        result("B", 2026, 50, 25, 5, subject="трудная"),
        result("C", 2026, 50, 5, 5, subject="лёгкая"),
        result("D", 2026, 5, 5, 0, subject="лёгкая"),
        result("E", 2026, 40, None, None, subject="лёгкая"),
    ]
    found = result_composite(dataset(rows))
    scores = found.scores.set_index("school_id")
    assert found.kind == "not_low"
    assert set(scores.index) == {"A", "B", "C"}, "five participations are too few"
    total = 65 / 205
    easy = 15 / 105
    for school, low, usual, n in (
        ("A", 30, 50 * easy + 25, 100), ("B", 25, 25, 50), ("C", 5, 50 * easy, 50),
    ):  # fmt: skip
        expected = 1 - (total + (low - usual) / n)
        assert scores.loc[school, "value"] == pytest.approx(expected)
        middle = (low + 0.5) / (n + 1)
        spread = np.sqrt(middle * (1 - middle) / (n + 2))
        assert scores.loc[school, "sd"] == pytest.approx(spread)


def test_ratings_without_results_or_maximum() -> None:
    rows = [result("A", 2026, 40, 10, 5, good=15)]
    assert (
        "нет показателей результатов"
        in result_composite(dataset(rows), load_rating("loaded-points")).note
    )
    z = Rating.model_validate(
        {
            "id": "z", "title": "z", "source": SOURCE,
            "groups": [
                {"id": "g", "title": "g",
                 "indicators": [
                     {"id": "low", "title": "l", "measure": "share_low", "direction": -1,
                      "weight": 1, "scopes": [{"procedure": "vpr"}],
                      "normalisation": {"method": "zscore"}}
                 ]}
            ],
        }
    )  # fmt: skip
    found = result_composite(dataset(rows), z)
    assert found.kind == "not_low"
    assert "нет максимума" in found.note
    with pytest.raises(ShnorError, match="Общего показателя результатов нет"):
        result_composite(dataset([result("A", 2026, 40, None, None)]))

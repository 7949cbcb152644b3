"""Weights against influence, alpha, flags, what is left out; strengths of schools."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.coherence import coherence
from shnor_lib.methods.index_definition import load_index
from shnor_lib.methods.ranking import rate
from shnor_lib.methods.rating_chain import group_code
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.strengths import conditions, strengths
from shnor_lib.methods.wellbeing import wellbeing_index
from shnor_lib.store import Dataset
from tests.methods.builders import SOURCE, dataset, result


def _points(rows: dict[str, list[float | None]], top: float = 10) -> Dataset:
    """Loaded points: indicator → points of schools А00, А01 …"""
    return dataset(
        points=[
            {"school_id": f"А{i:02d}", "year": 2024, "indicator": name, "points": value,
             "points_max": top}
            for name, values in rows.items() for i, value in enumerate(values)
            if value is not None
        ]
    )  # fmt: skip


def _loaded() -> Rating:
    return load_rating("loaded-points")


def test_weights_influence_and_what_is_left_out_by_hand() -> None:
    rng = np.random.default_rng(4)
    wide = rng.uniform(0, 10, 20)
    narrow = 5 + 0.1 * rng.normal(size=20)
    part = [float(x) if i % 2 else None for i, x in enumerate(rng.uniform(0, 10, 20))]
    data = _points({"а": list(wide), "б": list(narrow), "в": part})
    rated = rate(data, _loaded())
    assert rated.chain is not None
    found = coherence(rated.chain, 2024)
    rows = found.indicators.set_index("title")
    assert found.n_schools == 20
    np.testing.assert_allclose(rows["nominal"], 1 / 3)
    # half of the schools have three indicators, half have two
    np.testing.assert_allclose(rows["effective"], [(1 / 3 + 1 / 2) / 2] * 2 + [1 / 6])
    assert rows["n"].tolist() == [20, 20, 10]
    score = rated.scores["score"].astype(float).to_numpy()
    r = np.corrcoef(wide, score)[0, 1]
    assert rows.loc["а", "r_total"] == pytest.approx(r)
    assert rows.loc["а", "influence"] > 3 * rows.loc["б", "influence"]
    assert rows["influence"].sum() == pytest.approx(1)
    without = pd.Series(
        [np.nanmean([b, np.nan if c is None else c]) for b, c in zip(narrow, part, strict=True)]
    )
    shift = (without.rank(ascending=False) - pd.Series(score).rank(ascending=False)).abs()
    assert rows.loc["а", "mean_shift"] == pytest.approx(shift.mean())
    assert rows.loc["а", "max_shift"] == shift.max()


def test_alpha_of_groups_by_the_formula() -> None:
    rng = np.random.default_rng(6)
    quality = rng.beta(2, 2, 30)
    data = dataset(
        [
            result(f"Ш{i:02d}", 2024, 200, int(200 * 0.5 * (1 - q)), int(20 * q), procedure=p,
                   subject="математика", good=int(80 * q))
            for p in ("vpr", "oge") for i, q in enumerate(quality)
        ]
    )  # fmt: skip
    rated = rate(data, load_rating("proposal"), draws=0)
    assert rated.chain is not None
    found = coherence(rated.chain, 2024)
    rows = found.groups.set_index("code")
    own = rated.chain.data[["vpr_low", "vpr_quality"]]
    variance = own.var(ddof=1).sum() / own.sum(axis=1).var(ddof=1)
    assert rows.loc[group_code("vpr"), "alpha"] == pytest.approx(2 * (1 - variance))
    assert rows.loc[group_code("vpr"), "alpha"] > 0.8
    assert set(rows["n_indicators"]) == {2}
    assert (found.indicators["r_own"] > 0.9).all()
    assert set(found.flags["flag"]) <= {"collinear", "elsewhere"}


def test_flags_are_beyond_chance_and_need_enough_schools() -> None:
    rng = np.random.default_rng(9)
    one = rng.uniform(0, 10, 40)
    rows: dict[str, list[Any]] = {
        "а": list(one),
        "почти а": list(np.clip(one + 0.05, 0, 10)),
        "против": list(10 - one),
        "шум": list(rng.uniform(0, 10, 40)),
    }
    rated = rate(_points(rows), _loaded())
    assert rated.chain is not None
    flags = coherence(rated.chain, 2024).flags
    pairs = {(r["title"], r["other_title"], r["flag"]) for r in flags.to_dict("records")}
    assert ("а", "почти а", "collinear") in pairs
    assert ("а", "против", "negative") in pairs
    assert not any("шум" in pair[:2] and pair[2] == "negative" for pair in pairs)
    few = rate(_points({k: v[:9] for k, v in rows.items()}), _loaded())
    assert few.chain is not None
    assert coherence(few.chain, 2024).flags.empty


def test_a_year_nobody_was_rated_in_is_refused() -> None:
    rated = rate(_points({"а": [1.0, 2.0]}), _loaded())
    assert rated.chain is not None
    with pytest.raises(ShnorError, match="За 2020 год не оценена ни одна школа"):
        coherence(rated.chain, 2020)
    # the only indicator cannot be left out
    assert coherence(rated.chain, 2024).indicators["mean_shift"].isna().all()


def test_index_is_checked_too() -> None:
    rng = np.random.default_rng(2)
    names = ("higher_education_both", "incomplete", "low_income", "unemployed", "poor_housing")
    data = dataset(
        social=[
            {"school_id": f"Ш{i:02d}", "year": 2024, "total": 100,
             **{name: int(x) for name, x in zip(names, rng.integers(0, 40, 5), strict=True)}}
            for i in range(25)
        ]
    )  # fmt: skip
    index = wellbeing_index(data, load_index("proposal"))
    assert index.chain is not None
    found = coherence(index.chain, 2024)
    rows = found.indicators.set_index("code")
    assert rows.loc["incomplete", "title"] == "Неполные семьи"
    assert rows.loc["vacancies", "n"] == 0
    assert rows.loc["vacancies", "effective"] == 0
    assert rows.loc["incomplete", "effective"] == pytest.approx(2 / 10)
    assert rows.loc["incomplete", "nominal"] == pytest.approx(2 / 15)
    places = conditions(index, 2024)
    assert set(places["kind"]) == {"strength", "weakness"}
    assert places["n"].isna().all()


def _definition() -> Rating:
    indicators = [
        {
            "id": name, "title": f"Показатель {name}", "measure": measure,
            "scopes": [{"procedure": "vpr"}], "direction": direction, "weight": 1,
            "normalisation": {"method": "goalposts", "low": 0, "high": 1},
        }
        for name, measure, direction in (("low", "share_low", -1), ("high", "share_high", 1))
    ]  # fmt: skip
    return Rating.model_validate(
        {"id": "test", "title": "Проверка", "source": SOURCE,
         "groups": [{"id": "g", "title": "Группа", "indicators": indicators}]}
    )  # fmt: skip


def test_strengths_are_the_ends_of_the_places() -> None:
    # 8 schools: the more «2», the more «5»: what is the best in one is the worst in the other
    data = dataset([result(f"Ш{i}", 2024, 100 + i, 10 * i, i) for i in range(8)])
    found = strengths(rate(data, _definition(), draws=0), 2024)
    rows = found.set_index(["school_id", "kind"])
    assert set(found["school_id"]) == {"Ш0", "Ш1", "Ш6", "Ш7"}
    best = rows.loc[("Ш0", "strength")]
    assert best["indicator"] == "low"
    assert (best["rank"], best["n_schools"], best["n"], best["value"]) == (1, 8, 100, 0)
    worst = rows.loc[("Ш7", "weakness")]
    assert (worst["indicator"], worst["rank"], worst["n"]) == ("low", 8, 107)
    assert worst["value"] == pytest.approx(70 / 107)
    assert rows.loc[("Ш7", "strength")]["indicator"] == "high"


def test_half_of_all_schools_at_zero_are_nobodys_strength() -> None:
    data = dataset([result(f"Ш{i}", 2024, 100, 5 if i < 6 else 30 + i, 0) for i in range(8)])
    found = strengths(rate(data, _definition(), draws=0), 2024)
    low = found[found["indicator"] == "low"]
    assert set(low["kind"]) == {"weakness"}
    assert set(low["school_id"]) == {"Ш6", "Ш7"}
    assert found[found["indicator"] == "high"].empty
    three = dataset([result(f"Ш{i}", 2024, 100, 10 * i, 0) for i in range(3)])
    assert strengths(rate(three, _definition(), draws=0), 2024).empty

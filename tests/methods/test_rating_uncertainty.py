"""Uncertainty of a rating: everything at once, one thing alone, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.ranking import rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.rating_uncertainty import (
    AGGREGATION,
    AS_IT_IS,
    CHANCE,
    NORMALISATION,
    TREATMENT,
    WEIGHTS,
    RatingUncertainty,
    rating_uncertainty,
)
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result

STILL: dict[str, Any] = {"weights": 0, "sampling": False}


def _data(schools: int = 24, seed: int = 2, years: tuple[int, ...] = (2023, 2024)) -> Dataset:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(schools):
        for year in years:
            for procedure in ("vpr", "oge", *(("ege",) if i % 3 else ())):
                n = int(rng.integers(15, 90))
                low, _, good, high = rng.multinomial(n, [0.08 + i * 0.012, 0.45, 0.3 - i * 0.008,
                                                         0.17 - i * 0.004])  # fmt: skip
                subject = "математика"
                rows.append(
                    result(f"Ш{i:02d}", year, n, int(low), int(high), procedure=procedure,
                           subject=subject, good=int(good))
                )  # fmt: skip
    return dataset(rows)


def _proposal(variants: dict[str, Any] | None = None, **values: Any) -> Rating:
    own = load_rating("proposal").model_dump() | {"pool_years": 1} | values
    return Rating.model_validate(own | ({} if variants is None else {"variants": variants}))


def _found(rating: Rating, data: Dataset | None = None, **options: Any) -> RatingUncertainty:
    return rating_uncertainty(rate(data or _data(), rating, draws=0), 2024, **options)


def test_everything_at_once() -> None:
    found = _found(_proposal(), cutoff=0.5, draws=600)
    rows = found.schools
    assert len(rows) == rows["n_rated"].iloc[0] == 24
    assert (rows["rank_low"] <= rows["rank_median"]).all()
    assert (rows["rank_median"] <= rows["rank_high"]).all()
    # A quarter of the places, whatever the variant; ties at the edge apart.
    assert rows["p_lowest_quarter"].sum() == pytest.approx(6, abs=0.2)
    assert rows["p_lowest_quarter"].corr(rows["rank"]) > 0.7
    assert set(found.assumptions["assumption"]) == {
        WEIGHTS, NORMALISATION, TREATMENT, AGGREGATION, CHANCE,
    }  # fmt: skip
    shares = found.assumptions[found.assumptions["assumption"] == NORMALISATION]["share"]
    assert shares.sum() == pytest.approx(1)
    assert shares.between(0.12, 0.28).all()
    # Two of five normalisations are relative: the cut-off means nothing there.
    assert 0.5 < found.n_comparable / found.draws < 0.7
    assert rows["p_below"].between(0, 1).all()
    table = found.sensitivity
    assert set(table["assumption"]) == set(found.assumptions["assumption"])
    assert (table["total"] >= table["first"] - 0.1).all()
    # No school of this region lies beyond the fixed scales: nothing to be drawn in.
    assert table.set_index("assumption").loc[TREATMENT, "total"] < 0.02
    assert table["total"].sum() > 0.8


def test_the_rating_itself_is_the_nominal_one() -> None:
    data = _data()
    for values in ({}, {"reference": "year"}):
        rating = _proposal(**values)
        rated = rate(data, rating, draws=0)
        found = rating_uncertainty(rated, 2024, draws=20, base=0)
        own = rated.scores[rated.scores["year"] == 2024].set_index("school_id")
        rows = found.schools.set_index("school_id")
        np.testing.assert_allclose(rows["score"], own["score"].astype(float), atol=1e-12)
        np.testing.assert_allclose(rows["rank"], own["rank"].astype(float))


def test_years_together_when_scales_are_set_by_all_years() -> None:
    data = _data()
    values = _proposal().model_dump()
    for group in values["groups"]:
        for indicator in group["indicators"]:
            indicator["normalisation"] = {"method": "minmax"}
    rating = Rating.model_validate(values | {"variants": {"weights": 0.25}})
    rated = rate(data, rating, draws=200)
    found = rating_uncertainty(rated, 2024, draws=100, base=0)
    own = rated.scores[rated.scores["year"] == 2024].set_index("school_id")
    rows = found.schools.set_index("school_id")
    np.testing.assert_allclose(rows["score"], own["score"].astype(float), atol=1e-12)
    assert own["rank_low"].notna().all()
    assert set(rows.index) == set(own.index)


def test_one_alternative_is_the_replayed_chain() -> None:
    rating = _proposal(STILL | {"normalisation": [{"method": "percentile"}]})
    data = _data()
    found = _found(rating, data, draws=400, base=0)
    values = rating.model_dump()
    for group in values["groups"]:
        for indicator in group["indicators"]:
            indicator["normalisation"] = {"method": "percentile"}
    one_year = data.replace(results=data.results[data.results["year"] == 2024])
    other = rate(one_year, Rating.model_validate(values), draws=0).scores.set_index("school_id")
    rows = found.schools.set_index("school_id")
    both = pd.concat([rows["rank"], other["rank"].astype(float)], axis=1)
    np.testing.assert_allclose(rows["rank_low"], both.min(axis=1))
    np.testing.assert_allclose(rows["rank_high"], both.max(axis=1))
    tried = found.assumptions.set_index("alternative")
    assert tried.loc[AS_IT_IS, "rank_shift"] == 0
    shift = (both.iloc[:, 0] - both.iloc[:, 1]).abs().mean()
    assert tried.drop(AS_IT_IS)["rank_shift"].iloc[0] == pytest.approx(shift)
    assert found.sensitivity.empty


def test_moved_scales_keep_the_better_end_and_the_meaning_of_the_cutoff() -> None:
    data = dataset(
        [
            result(s, 2024, 1000, low, 10, subject="математика")
            for s, low in (("А", 200), ("Б", 100))
        ]
    )
    rating = _proposal(STILL | {"normalisation": [{"method": "goalposts_moved", "factor": 2}]})
    values = rating.model_dump()
    values["groups"] = [values["groups"][0]]
    values["groups"][0]["indicators"] = [values["groups"][0]["indicators"][0]]
    found = _found(Rating.model_validate(values), data, draws=200, base=0, cutoff=0.6)
    rows = found.schools.set_index("school_id")
    # 20 % of «2» earn 0.5 between 0 and 40 %, 0.75 between 0 and 80 %.
    doubled = found.assumptions.set_index("alternative").drop(AS_IT_IS)["share"].iloc[0]
    assert rows.loc["А", "p_below"] == pytest.approx(1 - doubled)
    assert rows.loc["Б", "p_below"] == 0
    assert found.n_comparable == 200


def test_chance_alone_agrees_with_the_rating_s_own_intervals() -> None:
    data = _data()
    rating = _proposal({"weights": 0})
    rated = rate(data, rating, draws=4000)
    found = rating_uncertainty(rated, 2024, draws=4000, base=0)
    own = rated.scores[rated.scores["year"] == 2024].set_index("school_id")
    rows = found.schools.set_index("school_id")
    np.testing.assert_allclose(
        rows["p_lowest_quarter"], own["p_lowest_quarter"].astype(float), atol=0.04
    )
    assert (rows["rank_high"] - own["rank_high"].astype(float)).abs().max() <= 1


def test_loaded_points_have_no_chance_but_choices() -> None:
    rng = np.random.default_rng(1)
    data = dataset(
        points=[
            {"school_id": f"Ш{i}", "year": 2024, "indicator": name, "points_max": top,
             "points": float(rng.uniform(0, top))}
            for i in range(12) for name, top in (("ГИА", 20), ("ВПР", 10), ("Олимпиады", 5))
            if i or name != "ГИА"
        ]
    )  # fmt: skip
    found = _found(load_rating("loaded-points"), data, draws=200)
    assert set(found.assumptions["assumption"]) == {WEIGHTS, NORMALISATION, AGGREGATION}
    assert (found.schools["rank_high"] > found.schools["rank_low"]).any()
    values = load_rating("loaded-points").model_dump() | {"variants": STILL}
    with pytest.raises(ShnorError, match="менять нечего"):
        _found(Rating.model_validate(values), data)


def test_impossible_variants_are_named_not_replaced() -> None:
    rating = _proposal(STILL | {"aggregation": [{"method": "geometric"}]})
    # Nobody above 80 points: the indicator earns nothing and has no geometric mean.
    data = dataset([result(f"Ш{i}", 2024, 40, 4 + i, 0, subject="математика") for i in range(6)])
    with pytest.raises(
        ShnorError, match="«proposal»: Вариант «способ сложения: среднее геометрическое» невозможен"
    ):
        _found(rating, data)
    with pytest.raises(ShnorError, match="2019 года в данных нет"):
        rating_uncertainty(rate(data, _proposal(), draws=0), 2019)


def test_the_same_seed_gives_the_same_numbers() -> None:
    data = _data()
    one, other = (_found(_proposal(), data, draws=100, base=32) for _ in range(2))
    pd.testing.assert_frame_equal(one.schools, other.schools)
    pd.testing.assert_frame_equal(one.sensitivity, other.sensitivity)
    third = _found(_proposal(), data, draws=100, base=32, seed=1)
    assert not one.schools["p_lowest_quarter"].equals(third.schools["p_lowest_quarter"])


def test_a_thousand_variants_of_640_schools() -> None:
    data = _big()
    found = _found(_proposal(), data, draws=1000, base=0)
    assert len(found.schools) == 640
    assert found.schools["p_lowest_quarter"].sum() == pytest.approx(160, rel=0.02)


def _big() -> Dataset:
    rng = np.random.default_rng(3)
    return dataset(
        [
            result(f"Ш{i:03d}", 2024, n, int(rng.binomial(n, p)), 2, procedure=procedure, good=5,
                   subject="математика")
            for procedure in ("vpr", "oge", "ege")
            for i, (n, p) in enumerate(zip(rng.integers(15, 90, 640).tolist(),
                                           rng.beta(3, 15, 640).tolist(), strict=True))
        ]
    )  # fmt: skip

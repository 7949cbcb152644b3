"""Weight sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.stats.composite import (
    Framework,
    StepError,
    aggregate,
    balanced_weights,
    effective_weights,
    equal_weights,
    noisy_weights,
    original_weights,
    pca_weights,
)

OWN = Framework.from_table(
    pd.DataFrame(
        {
            "code": ["a", "b", "c", "d", "A", "B", "index"],
            "level": [1, 1, 1, 1, 2, 2, 3],
            "parent": ["A", "A", "B", "B", "index", "index", None],
            "weight": [1, 3, 2, 2, 1, 4, 1],
        }
    )
)


def correlated(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    common = rng.normal(size=(n, 1))
    return pd.DataFrame(
        common * [1, 0.6, 0.9, 0.5] + rng.normal(size=(n, 4)) * [0.3, 1, 0.5, 1.2],
        columns=list("abcd"),
    )


def test_equal_and_original() -> None:
    assert set(equal_weights(OWN)) == {1.0}
    assert original_weights(OWN).to_dict()["b"] == 3
    equal = aggregate(correlated(), OWN, weights=equal_weights(OWN)).data
    np.testing.assert_allclose(equal["A"], equal[["a", "b"]].mean(axis=1))


def test_effective_weights_are_what_a_point_adds_to_the_index() -> None:
    weights = effective_weights(OWN)
    assert weights.to_dict() == {
        "a": 0.05, "b": pytest.approx(0.15), "c": 0.4, "d": 0.4, "A": 0.2, "B": 0.8, "index": 1,
    }  # fmt: skip
    data = correlated(5)
    for code in "abcd":
        more = data.copy()
        more[code] += 1
        added = aggregate(more, OWN).data["index"] - aggregate(data, OWN).data["index"]
        np.testing.assert_allclose(added, weights[code])


def test_noise_stays_in_its_bounds_and_levels() -> None:
    drawn = noisy_weights(OWN, noise={1: 0.25}, draws=2000, generator=np.random.default_rng(1))
    ratio = drawn / original_weights(OWN)
    assert (ratio[["A", "B", "index"]] == 1).all().all()
    inside = ratio[list("abcd")]
    assert inside.min().min() >= 0.75 and inside.max().max() <= 1.25
    np.testing.assert_allclose(inside.mean(), 1, atol=0.02)
    np.testing.assert_allclose(inside.std(), 0.5 / np.sqrt(12), rtol=0.05)
    again = noisy_weights(OWN, noise={1: 0.25}, draws=2000, generator=np.random.default_rng(1))
    pd.testing.assert_frame_equal(drawn, again)


def test_impossible_noise() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(StepError, match="уровня 7 нет"):
        noisy_weights(OWN, noise={7: 0.1}, draws=1, generator=rng)
    with pytest.raises(StepError, match="от 0 до 1"):
        noisy_weights(OWN, noise={1: 1.0}, draws=1, generator=rng)


def test_pca_weights_are_the_first_eigenvector() -> None:
    data = correlated()
    result = pca_weights(data, OWN)
    for group in ("A", "B"):
        members = list(OWN.children(group))
        r = data[members].corr().iloc[0, 1]
        # Of two members the loadings are equal and the component explains (1 + r)/2.
        np.testing.assert_allclose(result.weights[members], 0.5)
        assert result.explained[group] == pytest.approx((1 + r) / 2)
        assert result.n[group] == 200
    four = Framework.flat(list("abcd"))
    weights = pca_weights(data, four).weights[list("abcd")]
    roots, vectors = np.linalg.eig(data.corr())
    first = vectors[:, np.argmax(roots)]
    np.testing.assert_allclose(weights, first / first.sum())


def test_pca_weights_that_cannot_be_are_refused() -> None:
    data = correlated()
    with pytest.raises(StepError, match="не меньше 30 строк без пропусков, есть 29"):
        pca_weights(data.iloc[:29], OWN)
    with pytest.raises(StepError, match="«b»: у всех одно значение"):
        pca_weights(data.assign(b=1.0), OWN)
    with pytest.raises(StepError, match="обратный знак"):
        pca_weights(data.assign(d=-data["d"]), Framework.flat(list("abcd")))


def test_balanced_weights_balance_the_correlations() -> None:
    data = correlated()
    start = aggregate(data, OWN).data
    unbalanced = [start[c].corr(start["index"]) for c in ("A", "B")]
    assert abs(unbalanced[0] - unbalanced[1]) > 0.01
    result = balanced_weights(data, OWN, level=2)
    after = aggregate(data, OWN, weights=result.weights).data
    achieved = [after[c].corr(after["index"]) for c in ("A", "B")]
    assert achieved[0] == pytest.approx(achieved[1], abs=1e-3)
    assert (result.weights > 0).all()
    assert result.weights[["A", "B"]].sum() == pytest.approx(1)
    np.testing.assert_allclose(result.table["correlation"], achieved, atol=1e-9)


def test_importance_can_be_asked_for() -> None:
    result = balanced_weights(
        correlated(), OWN, level=2, importance={"A": 1.0, "B": 1.1}, tolerance=1e-3
    )
    share = result.table.set_index("code")["achieved"]
    assert share["B"] / share["A"] == pytest.approx(1.1, rel=0.01)


def test_a_balance_that_does_not_exist_is_an_error() -> None:
    data = correlated()
    noise = data.assign(b=np.random.default_rng(3).normal(size=200) * 0.01)
    with pytest.raises(StepError, match="не нашлись"):
        balanced_weights(noise, OWN, level=1)
    with pytest.raises(StepError, match="уровня 3 не подбираются"):
        balanced_weights(data, OWN, level=3)

"""Scales by hand, direction, references, panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.stats.composite import (
    Ampi,
    AsIs,
    Bands,
    Borda,
    DistanceToMaximum,
    DistanceToReference,
    DistanceToTarget,
    FractionOfMaximum,
    Framework,
    Goalposts,
    MiddlePercentile,
    MinMax,
    PercentileRank,
    Rank,
    Scale,
    StepError,
    ZScore,
    normalise,
)

UP = Framework.flat(["a"])
DOWN = Framework.flat(["a"], directions={"a": -1})
X = [2.0, 4.0, 4.0, 10.0]


def points(scale: Scale, values: list[float] = X, own: Framework = UP, **more: object) -> list:
    data = pd.DataFrame({"a": values}, index=list("pqrs")[: len(values)])
    return normalise(data, own, scale=scale, **more).data["a"].tolist()


BY_HAND = [
    (MinMax(), [0, 25, 25, 100]),
    (MinMax(1, 2), [1, 1.25, 1.25, 2]),
    (ZScore(), [(x - 5) / np.std(X, ddof=1) for x in X]),
    (ZScore(100, 10, ddof=0), [100 + 10 * (x - 5) / np.std(X) for x in X]),
    (Rank(), [1, 2, 2, 4]),
    (Borda(), [0, 1, 1, 3]),
    (PercentileRank(), [0, 1 / 3, 1 / 3, 1]),
    (MiddlePercentile(), [1 / 8, 1 / 2, 1 / 2, 7 / 8]),
    (Goalposts(0, 8), [0.25, 0.5, 0.5, 1]),
    (Goalposts(0, 8, scale=10, truncate=False), [2.5, 5, 5, 12.5]),
    (DistanceToTarget(6), [0, 0.5, 0.5, 2]),
    (DistanceToTarget(6, cap=True), [0, 0.5, 0.5, 1]),
    (DistanceToReference("q"), [0, 1, 1, 4]),
    (DistanceToReference("q", cap=True), [0, 1, 1, 1]),
    (DistanceToMaximum(), [0, 0.25, 0.25, 1]),
    (FractionOfMaximum(), [0.2, 0.4, 0.4, 1]),
    (Bands((4, 8), (0, 5, 10)), [0, 5, 5, 10]),
    (Ampi(), [70, 85, 85, 130]),
    (Ampi({"a": 4}), [85, 100, 100, 145]),
    (AsIs(), X),
]
LESS_IS_BETTER = [
    (MinMax(), [100, 75, 75, 0]),
    (ZScore(), [(5 - x) / np.std(X, ddof=1) for x in X]),
    (Rank(), [4, 2, 2, 1]),
    (Borda(), [3, 1, 1, 0]),
    (PercentileRank(), [1, 1 / 3, 1 / 3, 0]),
    (MiddlePercentile(), [7 / 8, 1 / 2, 1 / 2, 1 / 8]),
    (Goalposts(0, 8), [0.75, 0.5, 0.5, 0]),
    (DistanceToTarget(3), [8 / 7, 6 / 7, 6 / 7, 0]),
    (DistanceToReference("q"), [8 / 6, 1, 1, 0]),
    (DistanceToMaximum(), [1, 0.75, 0.75, 0]),
    (FractionOfMaximum(), [1, 0.5, 0.5, 0.2]),
    (Bands((4, 8), (10, 5, 0)), [10, 5, 5, 0]),
    (Ampi(), [130, 115, 115, 70]),
    (Ampi({"a": 4}), [115, 100, 100, 55]),
    (AsIs(), [-x for x in X]),
]


@pytest.mark.parametrize(("scale", "expected"), BY_HAND, ids=lambda v: repr(v)[:40])
def test_more_is_better(scale: Scale, expected: list[float]) -> None:
    np.testing.assert_allclose(points(scale), expected, atol=1e-12)


@pytest.mark.parametrize(("scale", "expected"), LESS_IS_BETTER, ids=lambda v: repr(v)[:40])
def test_less_is_better(scale: Scale, expected: list[float]) -> None:
    np.testing.assert_allclose(points(scale, own=DOWN), expected, atol=1e-12)


@pytest.mark.parametrize("scale", [s for s, _ in BY_HAND[:-1]], ids=repr)
def test_gaps_stay_gaps_and_count_for_nothing(scale: Scale) -> None:
    data = pd.DataFrame({"a": [*X, np.nan]}, index=list("pqrst"))
    result = normalise(data, UP, scale=scale).data["a"]
    np.testing.assert_allclose(result.iloc[:4], points(scale), atol=1e-12)
    assert np.isnan(result.iloc[4])


@pytest.mark.parametrize("scale", [s for s, _ in BY_HAND], ids=repr)
@pytest.mark.parametrize("own", [UP, DOWN], ids=["up", "down"])
def test_the_reference_of_the_data_itself_changes_nothing(scale: Scale, own: Framework) -> None:
    if own is DOWN and isinstance(scale, (Bands, DistanceToTarget)):
        scale = {Bands: Bands((4,), (1, 0)), DistanceToTarget: DistanceToTarget(3)}[type(scale)]
    data = pd.DataFrame({"a": X}, index=list("pqrs"))
    first = normalise(data, own, scale=scale)
    for reference in (data, first):
        again = normalise(data, own, scale=scale, reference=reference)
        np.testing.assert_allclose(again.data, first.data, atol=1e-12)


def test_parameters_of_another_set() -> None:
    base = pd.DataFrame({"a": [0.0, 10.0, 20.0]})
    new = pd.DataFrame({"a": [5.0, 30.0, -10.0]})
    assert normalise(new, UP, reference=base).data["a"].tolist() == [25, 150, -50]
    cut = normalise(new, UP, reference=base, scale=MinMax(truncate=True))
    assert cut.data["a"].tolist() == [25, 100, 0]
    fitted = normalise(base, UP)
    assert normalise(new, UP, reference=fitted).data["a"].tolist() == [25, 150, -50]
    ranks = normalise(new, UP, reference=base, scale=Rank()).data["a"]
    assert ranks.tolist() == [2, 4, 1]
    row = fitted.parameters.iloc[0]
    assert (row["at_low"], row["at_high"], row["low"], row["high"]) == (0, 20, 0, 100)


def test_special_scales_and_the_framework_s_own_numbers() -> None:
    table = Framework.flat(["a", "b", "c"], directions={"b": -1}).table.reset_index()
    table["goalpost_low"], table["goalpost_high"] = [0, 1, None, None], [10, 5, None, None]
    table["target"] = [None, None, 3, None]
    own = Framework.from_table(table)
    data = pd.DataFrame({"a": [5.0, 1], "b": [2.0, 9], "c": [1.0, 2]})
    result = normalise(data, own, scale=Goalposts(), special={"c": DistanceToTarget()})
    assert result.data["a"].tolist() == [0.5, 0.1]
    assert result.data["b"].tolist() == [0.75, 0.0]
    assert result.data["c"].tolist() == [0.0, 0.5]
    assert result.centre is None
    assert normalise(data, own, scale=Goalposts(0, 10)).centre == 0.5
    with pytest.raises(StepError, match="показатель «c»: не заданы границы"):
        normalise(data, own, scale=Goalposts())
    with pytest.raises(StepError, match="показатель «a»: не задана цель"):
        normalise(data, own, scale=DistanceToTarget())


def panel() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["x", "y"], [2023, 2024]])
    return pd.DataFrame({"a": [0.0, 20.0, 10.0, 40.0]}, index=index)


def test_a_panel_is_normalised_with_all_times_together() -> None:
    assert normalise(panel(), UP).data["a"].tolist() == [0, 50, 25, 100]
    result = normalise(panel(), UP, by_time=True)
    assert result.data["a"].tolist() == [0, 0, 100, 100]
    assert result.parameters["time"].tolist() == [2023, 2024]
    with pytest.raises(StepError, match="по годам"):
        normalise(panel(), UP, reference=result)
    with pytest.raises(StepError, match="вместе не задаются"):
        normalise(panel(), UP, reference=panel(), by_time=True)
    best = normalise(panel(), UP, scale=DistanceToReference(("y", 2024)))
    assert best.data["a"].tolist() == [0, 0.5, 0.25, 1]
    with pytest.raises(StepError, match="назовите единицу и время"):
        normalise(panel(), UP, scale=DistanceToReference("y"))


@pytest.mark.parametrize(
    ("scale", "values", "own", "words"),
    [
        (MinMax(), [3, 3, 3], UP, "показатель «a»: у всех одно значение, размах"),
        (ZScore(), [0.1, 0.1, 0.1], UP, "у всех одно значение, z-оценку"),
        (ZScore(), [1.0], UP, "у всех одно значение"),
        (Ampi(), [3, 3], UP, "у всех одно значение"),
        (DistanceToMaximum(), [3, 3], UP, "у всех одно значение"),
        (MinMax(), [np.nan, np.nan], UP, "нет ни одного значения"),
        (PercentileRank(), [1.0], UP, "значение одно"),
        (Rank(), [np.nan], UP, "нет ни одного значения"),
        (Goalposts(5, 1), [1, 2], UP, "меньше верхней"),
        (DistanceToTarget(1), [1, 2], UP, "цель не лучше худшего"),
        (DistanceToTarget(3), [1, 2], DOWN, "цель не лучше худшего"),
        (DistanceToReference("z"), [1, 2], UP, "такой единицы нет"),
        (DistanceToReference("p"), [1, 2], UP, "сам хуже всех"),
        (DistanceToReference("p"), [np.nan, 2], UP, "нет значения"),
        (FractionOfMaximum(), [-1, 2], UP, "не меньше 0"),
        (FractionOfMaximum(), [0, 2], DOWN, "больше 0"),
        (Bands((1, 1), (0, 1, 2)), [1, 2], UP, "границы должны возрастать"),
        (Bands((1,), (0, 1, 2)), [1, 2], UP, "на один больше"),
        (Bands((1,), (1, 0)), [1, 2], UP, "против направления"),
        (Bands((1,), (0, 1)), [1, 2], DOWN, "против направления"),
        (Ampi({"b": 1}), [1, 2], UP, "нет опорного значения"),
    ],
)
def test_impossible_normalisations_are_errors(
    scale: Scale, values: list[float], own: Framework, words: str
) -> None:
    with pytest.raises(StepError, match=words):
        points(scale, values, own)


def test_unknown_columns_are_errors() -> None:
    data = pd.DataFrame({"b": [1.0, 2]})
    with pytest.raises(StepError, match="«a»: такого показателя нет в данных"):
        normalise(data, UP)
    with pytest.raises(StepError, match="«z»"):
        normalise(pd.DataFrame({"a": [1.0, 2]}), UP, special={"z": Rank()})
    with pytest.raises(StepError, match="нет в данных образца"):
        normalise(pd.DataFrame({"a": [1.0, 2]}), UP, reference=data)


@pytest.mark.parametrize("scale", [s for s, _ in BY_HAND], ids=repr)
def test_a_block_of_columns_is_normalised_line_by_line(scale: Scale) -> None:
    from shnor_lib.stats.composite.normalise import describe

    about = describe(UP, "a", pd.Index(list("pqrs")))
    block = np.array([X, X[::-1], [3.0, 5.0, 9.0, 1.0]])
    if isinstance(scale, DistanceToReference):
        block[:, 0] = 0.5  # the reference unit must not be the worst
    together = scale.own(block, about)
    for line, own in zip(block, together, strict=True):
        np.testing.assert_allclose(scale.own(line, about), own, atol=1e-12)
        np.testing.assert_allclose(scale.fit(line, about).apply(line), own, atol=1e-12)


def test_goalposts_with_a_floor_leave_something_at_the_worse_end() -> None:
    frame = pd.DataFrame({"a": [0.0, 0.2, 0.4, 0.9]})
    framework = Framework.flat(["a"], directions={"a": -1})
    scale = Goalposts(0.0, 0.4, scale=100.0, floor=1.0)
    points = normalise(frame, framework, scale=scale).data["a"]
    np.testing.assert_allclose(points, [100, 50.5, 1, 1])
    assert scale.ends == (1.0, 100.0)


def test_a_time_in_which_nobody_has_a_value_keeps_its_gaps() -> None:
    index = pd.MultiIndex.from_product([["x", "y"], [2023, 2024]])
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0, np.nan], "b": [1.0, 2, 3, 4]}, index=index)
    framework = Framework.flat(["a", "b"])
    found = normalise(frame, framework, scale=MinMax(0, 1), by_time=True)
    assert found.data["a"].isna().tolist() == [False, True, False, True]
    assert ("a", 2024) not in found.fitted
    frame["a"] = np.nan
    with pytest.raises(StepError, match="нет ни одного значения"):
        normalise(frame, framework)

"""The table of metadata: a tree, checked as a whole."""

from __future__ import annotations

import pandas as pd
import pytest

from shnor_lib.stats.composite import Framework, StepError


def table(**changes: object) -> pd.DataFrame:
    base = pd.DataFrame(
        {
            "code": ["a", "b", "c", "A", "B", "index", "people"],
            "type": [None, None, None, None, None, None, "denominator"],
            "level": [1, 1, 1, 2, 2, 3, None],
            "parent": ["A", "A", "B", "index", "index", "", None],
            "weight": [1, 3, 1, 2, 2, 1, None],
            "direction": [1, -1, 1, 1, 1, 1, None],
        }
    )
    for name, values in changes.items():
        base[name] = values
    return base


def test_structure() -> None:
    own = Framework.from_table(table())
    assert own.indicators == ("a", "b", "c")
    assert own.codes == ("a", "b", "c", "A", "B", "index")
    assert own.top == "index" and own.n_levels == 3
    assert own.children("A") == ("a", "b") and own.children("a") == ()
    assert own.indicators_of("index") == ("a", "b", "c") and own.indicators_of("b") == ("b",)
    assert own.ancestor("b", 3) == "index" and own.ancestor("b", 1) == "b"
    assert own.parents == {"a": "A", "b": "A", "c": "B", "A": "index", "B": "index"}
    assert own.directions.to_dict()["b"] == -1
    assert own.table.loc["a", "name"] == "a"


def test_the_order_of_rows_does_not_matter_for_the_tree() -> None:
    shuffled = Framework.from_table(table().iloc[::-1])
    assert set(shuffled.indicators) == {"a", "b", "c"}
    assert shuffled.codes[-1] == "index" == shuffled.top


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": ["a", "a", "c", "A", "B", "index", "people"]}, "встречается дважды"),
        ({"code": ["a", None, "c", "A", "B", "index", "people"]}, "без кода"),
        ({"level": [1, 1, 1, 2, 2, 2.5, None]}, "целым числом"),
        ({"level": [1, 1, None, 2, 2, 3, None]}, "целым числом"),
        ({"type": ["aggregate", *[None] * 5, "other"]}, "у группы 2 и выше"),
        ({"type": ["pupil", *[None] * 5, "other"]}, "тип «pupil» неизвестен"),
        ({"parent": ["A", "A", "C", "index", "index", "", None]}, "родителя «C» нет"),
        ({"parent": ["A", "A", "index", "index", "index", "", None]}, "уровнем выше"),
        ({"parent": ["A", "A", "A", "index", "index", "", None]}, "«B»: в группе нет ни одного"),
        ({"parent": ["A", "A", "B", "index", "", "", None]}, "Вершина"),
        ({"direction": [1, 0, 1, 1, 1, 1, None]}, "направление"),
        ({"weight": [1, -3, 1, 2, 2, 1, None]}, "не меньше 0"),
        ({"weight": [0, 0, 1, 2, 2, 1, None]}, "«A»: все веса группы равны нулю"),
        ({"goalpost_low": [1, *[None] * 6]}, "только одна из двух границ"),
        ({"goalpost_low": [1.0] * 7, "goalpost_high": [0.0] * 7}, "меньше верхней"),
    ],
)
def test_faults_are_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(StepError, match=words):
        Framework.from_table(table(**changes))


def test_all_faults_come_at_once() -> None:
    broken = table(direction=[1, 5, 7, 1, 1, 1, None])
    with pytest.raises(StepError) as caught:
        Framework.from_table(broken)
    assert "«b»" in str(caught.value) and "«c»" in str(caught.value)


def test_missing_columns_are_named() -> None:
    with pytest.raises(StepError, match="level, parent"):
        Framework.from_table(pd.DataFrame({"code": ["a"]}))


def test_without_takes_empty_groups_along() -> None:
    own = Framework.from_table(table())
    assert own.without(["c"]).codes == ("a", "b", "A", "index")
    assert own.without(["B"]).codes == ("a", "b", "A", "index")
    assert own.without(["a"]).children("A") == ("b",)
    with pytest.raises(StepError, match="ничего не остаётся"):
        own.without(["a", "b", "c"])
    with pytest.raises(StepError, match="такого показателя нет"):
        own.without(["z"])


def test_with_weights() -> None:
    own = Framework.from_table(table())
    assert own.with_weights({"a": 5}).weights["a"] == 5
    assert own.weights["a"] == 1
    with pytest.raises(StepError, match="неизвестного"):
        own.with_weights({"z": 1})


def test_flat() -> None:
    own = Framework.flat(["x", "y"], directions={"y": -1}, weights={"x": 2}, top="total")
    assert own.top == "total" and own.children("total") == ("x", "y")
    assert own.directions.to_dict() == {"x": 1, "y": -1, "total": 1}
    assert own.weights["x"] == 2


def test_error_survives_pickling() -> None:
    import pickle

    error = StepError("нормировка", "не вышло.", "a", "школа, 2024")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.unit == "школа, 2024"

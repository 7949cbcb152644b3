"""The chain keeps its steps and can be replayed with something changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.stats.composite import (
    Arithmetic,
    Chain,
    Framework,
    Geometric,
    MinMax,
    Rank,
    StepError,
    Treatment,
    ZScore,
    aggregate,
    impute,
    normalise,
    treat,
)

CODES = list("abcd")
OWN = Framework.from_table(
    pd.DataFrame(
        {
            "code": [*CODES, "A", "B", "index"],
            "level": [1, 1, 1, 1, 2, 2, 3],
            "parent": ["A", "A", "B", "B", "index", "index", None],
            "direction": [1, -1, 1, 1, 1, 1, 1],
        }
    )
)


def data() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(np.exp(rng.normal(0, 1, (40, 4))), columns=CODES)
    frame.loc[3, "b"] = np.nan
    return frame


@pytest.fixture
def chain() -> Chain:
    start = Chain.start(data(), OWN)
    return start.impute(method="median").treat().normalise(scale=MinMax(1, 100)).aggregate()


def test_the_chain_is_its_steps(chain: Chain) -> None:
    table = impute(data(), OWN, method="median").data
    table = treat(table, OWN).data
    table = normalise(table, OWN, scale=MinMax(1, 100)).data
    pd.testing.assert_frame_equal(chain.data, aggregate(table, OWN).data)
    assert [step.verb for step in chain.log] == ["impute", "treat", "normalise", "aggregate"]
    assert list(chain.stages) == ["raw", "impute", "treat", "normalise", "aggregate"]
    assert len(chain.results["impute"].cells) == 1


def test_replay_of_nothing_changes_nothing(chain: Chain) -> None:
    pd.testing.assert_frame_equal(chain.replay().data, chain.data)
    pd.testing.assert_frame_equal(chain.replay(data=data()).data, chain.data)


def test_replay_with_one_thing_changed(chain: Chain) -> None:
    other = chain.replay({"normalise": {"scale": Rank()}})
    by_hand = aggregate(normalise(chain.stages["treat"], OWN, scale=Rank()).data, OWN).data
    pd.testing.assert_frame_equal(other.data, by_hand)
    assert other.stages["treat"] is chain.stages["treat"]  # earlier steps are not done again
    assert chain.index.equals(chain.replay().index)  # the first chain is as it was


def test_replay_leaves_a_step_out(chain: Chain) -> None:
    plain = chain.replay({"treat": None})
    assert [step.name for step in plain.log] == ["impute", "normalise", "aggregate"]
    table = normalise(chain.stages["impute"], OWN, scale=MinMax(1, 100)).data
    pd.testing.assert_frame_equal(plain.data, aggregate(table, OWN).data)


def test_several_changes_at_once(chain: Chain) -> None:
    other = chain.replay(
        {
            "treat": {"default": Treatment(max_points=1)},
            "aggregate": {"how": Geometric(), "weights": {"a": 2.0}},
        }
    )
    treated = treat(chain.stages["impute"], OWN, default=Treatment(max_points=1)).data
    table = normalise(treated, OWN, scale=MinMax(1, 100)).data
    expected = aggregate(table, OWN, how=Geometric(), weights={"a": 2.0}).data
    pd.testing.assert_frame_equal(other.data, expected)


def test_replay_with_other_data_or_structure(chain: Chain) -> None:
    doubled = chain.replay(data=data() * 2)
    np.testing.assert_allclose(doubled.index, chain.index)  # min-max knows no units
    smaller = chain.replay(framework=OWN.without(["d"]))
    assert "d" not in smaller.data.columns
    np.testing.assert_allclose(smaller.data["B"], smaller.data["c"])


def test_impossible_replays_name_the_step(chain: Chain) -> None:
    with pytest.raises(StepError, match="Шаг «screen»: такого шага в цепочке нет"):
        chain.replay({"screen": {"by": "zeros"}})
    with pytest.raises(StepError, match="Шаг «агрегирование».*геометрическое"):
        chain.replay({"normalise": {"scale": ZScore()}, "aggregate": {"how": Geometric()}})


def test_a_verb_done_twice_needs_two_names(chain: Chain) -> None:
    start = Chain.start(data(), OWN).impute(method="median").treat()
    with pytest.raises(StepError, match="уже есть"):
        start.treat()
    twice = start.then("treat", "again", default=Treatment(max_points=0))
    assert list(twice.stages)[-1] == "again"
    with pytest.raises(StepError, match="такого шага нет"):
        start.then("polish")


def test_the_centre_follows_the_normalisation() -> None:
    table = OWN.table.reset_index()
    table.loc[table["code"] == "B", "direction"] = -1
    own = Framework.from_table(table)
    full = data().fillna(1.0)
    chain = Chain.start(full, own).normalise(scale=MinMax(0, 10)).aggregate()
    assert chain.log[-1].arguments["centre"] == 5
    expected = (chain.data["A"] + 10 - chain.data["B"]) / 2
    np.testing.assert_allclose(chain.index, expected)
    scores = chain.replay({"normalise": {"scale": ZScore()}})
    np.testing.assert_allclose(scores.index, (scores.data["A"] - scores.data["B"]) / 2)
    given = chain.replay({"aggregate": {"centre": 0.0}})
    np.testing.assert_allclose(given.index, (given.data["A"] - given.data["B"]) / 2)


def test_ranks_are_of_unrounded_scores_and_ties_share_the_mean() -> None:
    """COINr once ranked rounded scores (NEWS 1.1.9)."""
    own = Framework.flat(["a"])
    frame = pd.DataFrame({"a": [0.5, 0.5 + 1e-9, 0.2, 0.2, 0.9]})
    chain = Chain.start(frame, own).aggregate(how=Arithmetic())
    assert chain.ranks().tolist() == [3, 2, 4.5, 4.5, 1]


def test_scores_before_aggregation_are_an_error() -> None:
    start = Chain.start(data(), OWN)
    with pytest.raises(StepError, match="ещё не агрегирована"):
        _ = start.index
    with pytest.raises(StepError, match="«c»: такого показателя нет"):
        Chain.start(data().drop(columns="c"), OWN)


def test_the_log_can_be_printed(chain: Chain) -> None:
    table = chain.table()
    row = table[(table["step"] == "normalise") & (table["argument"] == "scale")].iloc[0]
    assert row["value"] == "MinMax(low=1, high=100, truncate=False)"
    assert set(table["step"]) == {"impute", "treat", "normalise", "aggregate"}

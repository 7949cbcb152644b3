"""Readings and comparisons on small cases."""

from __future__ import annotations

import pandas as pd
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.compare import compare_rulesets
from shnor_lib.methods.identification import identify
from shnor_lib.methods.readings import count_readings
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result, results_ruleset


def _data() -> Dataset:
    """A: listed under «и»; B: only under «или»; C: under neither; D: too few pupils."""
    marks = {"A": (30, 12, 0), "B": (30, 12, 2), "C": (30, 2, 2), "D": (6, 5, 0)}
    return dataset(
        [result(s, y, n, low, high) for s, (n, low, high) in marks.items() for y in (2023, 2024)],
        social=[{"school_id": "C", "year": 2024, "total": 100, "offences": 1}],
    )


def test_each_option_is_counted_with_all_else_unchanged() -> None:
    table = count_readings(_data(), load_ruleset("tbilissky-2021"))
    rows = table.set_index(["switch", "option"])
    assert rows.loc[("combine", "and"), "n_low_results"] == 1
    assert rows.loc[("combine", "or"), "n_low_results"] == 2
    assert rows.loc[("combine", "low_only"), "n_low_results"] == 2
    assert rows.loc[("min_participants", "5"), "n_low_results"] == 2
    assert set(rows["n_schools"]) == {4}
    assert set(rows["n_difficult"].drop(("min_criteria", "2"))) == {1}
    assert rows.loc[("min_criteria", "2"), "n_listed"] == 0
    assert rows.loc[("combine", "or"), "n_listed"] == 3
    assert rows.loc[("same_subject", "true"), "is_default"]
    assert rows.loc[("same_subject", "false"), "label"] == "предметы могут различаться"
    assert table.groupby("switch")["is_default"].sum().eq(1).all()
    earlier = count_readings(_data(), load_ruleset("tbilissky-2021"), year=2023)
    assert set(earlier["n_low_results"]) == {0}


def test_rules_without_open_questions_have_no_readings() -> None:
    table = count_readings(_data(), load_ruleset("olenek-2021"))
    assert table.empty
    assert "n_listed" in table


def test_readings_need_data() -> None:
    with pytest.raises(ShnorError, match="Данных нет"):
        count_readings(dataset(), load_ruleset("tbilissky-2021"))


def test_side_by_side() -> None:
    data = _data()
    found = {
        "и": identify(data, results_ruleset(combine="and")),
        "или": identify(data, results_ruleset(combine="or")),
        "мало": identify(data, results_ruleset(combine="and", min_participants=5)),
    }
    result_ = compare_rulesets(found, 2024)
    schools = result_.schools.set_index("school_id")
    assert schools["и"].to_dict() == {
        "A": "low_results", "B": "none", "C": "none", "D": "insufficient",
    }  # fmt: skip
    assert schools["n_listing"].to_dict() == {"A": 3, "B": 1, "C": 0, "D": 1}
    # D is judged by one rule set only, and that one lists it: nobody disagrees.
    assert schools["agree"].to_dict() == {"A": True, "B": False, "C": True, "D": True}
    pairs = result_.agreement.set_index(["first", "second"])
    row = pairs.loc[("и", "или")]
    assert row[["n_both", "n_only_first", "n_only_second", "n_neither", "n_schools"]].tolist() == [
        1, 0, 1, 1, 3,
    ]  # fmt: skip
    assert row["share_agree"] == pytest.approx(2 / 3)
    # Cohen: chance agreement 1/3·2/3 + 2/3·1/3 = 4/9.
    assert row["kappa"] == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert len(pairs) == 3


def test_kappa_is_unknown_where_nobody_is_listed() -> None:
    data = dataset([result("A", y, 30, 1, 3) for y in (2023, 2024)])
    one = identify(data, results_ruleset())
    row = compare_rulesets({"а": one, "б": one}, 2024).agreement.iloc[0]
    assert (row["n_neither"], row["share_agree"]) == (1, 1)
    assert pd.isna(row["kappa"])


def test_what_cannot_be_compared() -> None:
    one = identify(_data(), results_ruleset(), years=[2024])
    with pytest.raises(ShnorError, match="хотя бы два"):
        compare_rulesets({"а": one}, 2024)
    with pytest.raises(ShnorError, match="«б» к 2023 году не применялись"):
        other = identify(_data(), results_ruleset())
        compare_rulesets({"а": other, "б": one}, 2023)

"""The funnel of one unit: limits, who is outside, which units are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.funnels import funnel_of, telling_units
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.stats.funnel import exact_limits, normal_limits, overdispersion
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset


def _rows(schools: int = 60) -> list[dict]:
    rng = np.random.default_rng(7)
    rows = []
    for i in range(schools):
        true = rng.beta(3.0, 17.0)
        for year in (2023, 2024):
            n = int(rng.integers(10, 120))
            rows.append(result(f"S{i:02d}", year, n, int(rng.binomial(n, true)), 0))
    rows += [result("Ш", year, 60, 50, 0) for year in (2023, 2024)]
    rows += [result("S00", 2024, 30, 9, 0, subject="химия")]
    return rows


def _found(rows: list[dict]) -> Identification:
    return identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR)


def test_limits_are_those_of_the_whole_region() -> None:
    rows = _rows()
    found = _found(rows)
    data = funnel_of(found, "results", 0, 2024)
    own = [row for row in rows if row["year"] == 2024 and row["subject"] == "математика"]
    low = np.array([row["n_low"] for row in own])
    n = np.array([row["n"] for row in own])
    spread = overdispersion(low, n)
    assert data.spread == pytest.approx(spread) or data.spread.tau2 == pytest.approx(spread.tau2)
    assert data.spread.target == pytest.approx(low.sum() / n.sum())
    assert data.spread.phi > 2
    table = data.schools.set_index("school_id")
    assert len(table) == len(own)
    theirs = normal_limits(spread.target, n, tau2=spread.tau2)
    for i, row in enumerate(own):
        assert table.loc[row["school_id"], "high_od"] == pytest.approx(theirs[1][i])
    assert table.loc["Ш", "outside"] == "above"
    outside = table["share"] > table["high_od"]
    assert (table["outside"] == "above").tolist() == outside.tolist()
    # without overdispersion chance alone would call many more schools different
    assert (table["share"] > table["high"]).sum() > outside.sum()
    grid = data.limits[data.limits["level"] == 0.998]
    first, last = exact_limits(spread.target, grid["n"].to_numpy(), level=0.998)
    np.testing.assert_allclose(grid["high"], last)
    np.testing.assert_allclose(grid["low"], first)
    assert (grid["n"].min(), grid["n"].max()) == (n.min(), n.max())


def test_the_list_is_marked_with_its_confidence() -> None:
    found = _found(_rows())
    table = funnel_of(found, "results", 0, 2024).schools.set_index("school_id")
    listed = found.statuses[(found.statuses["year"] == 2024) & found.statuses["low_results"]]
    assert set(table.index[table["met"]]) == set(listed["school_id"])
    words = listed.set_index("school_id")["confidence"]
    for school in words.index:
        assert table.loc[school, "confidence"] == words[school]
    assert set(table.loc[~table["met"], "confidence"]) == {""}
    # in a year without two years of data nobody meets the rule
    assert not funnel_of(found, "results", 0, 2023).schools["met"].any()


def test_what_cannot_be_drawn_says_why() -> None:
    found = _found(_rows())
    assert telling_units(found, 2024) == [("results", 0)]
    chemistry = int(np.flatnonzero(found.units["results"].keys["subject"] == "химия")[0])
    with pytest.raises(ShnorError, match="ВПР, химия, 2024 — школ 1, меньше 10"):
        funnel_of(found, "results", chemistry, 2024)
    with pytest.raises(ShnorError, match="«нет»"):
        funnel_of(found, "нет", 0, 2024)
    with pytest.raises(ShnorError, match="2019"):
        funnel_of(found, "results", 0, 2019)
    nobody = _found([result(f"S{i}", 2024, 20, 0, 1) for i in range(12)])
    with pytest.raises(ShnorError, match="ВПР, математика, 2024. Общая доля"):
        funnel_of(nobody, "results", 0, 2024)


def test_the_unit_that_lists_most_schools_comes_first() -> None:
    rows = _rows()
    rows += [
        result(f"S{i:02d}", year, 40, 20, 0, subject="физика")
        for i in range(20)
        for year in (2023, 2024)
    ]
    found = _found(rows)
    keys = found.units["results"].keys
    drawn = [str(keys["subject"].iloc[unit]) for _, unit in telling_units(found, 2024)]
    assert drawn == ["физика", "математика"]
    assert len(telling_units(found, 2024, most=1)) == 1

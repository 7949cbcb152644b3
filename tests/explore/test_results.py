"""Numbers of the explorer against plain loops over what the methods found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from shnor_lib import identify, load_rating, rate
from shnor_lib.explore.funnel import BANDS, by_size
from shnor_lib.explore.moves import counts, moves
from shnor_lib.explore.words import MINE, is_in_force, summary, titles, why
from shnor_lib.explore.workbench import CHOSEN, Workbench
from shnor_lib.faults import ShnorError
from shnor_lib.methods import pooled as pooled_module
from shnor_lib.methods.pooled import Pooled
from shnor_lib.store import Dataset

LISTED = {"low_results", "difficult", "both"}


def _status(found: Any, year: int) -> dict[str, str]:
    rows = found.statuses[found.statuses["year"] == year]
    return dict(zip(rows["school_id"], rows["status"], strict=True))


def test_moves_are_what_a_plain_loop_finds(bench: Workbench) -> None:
    choice = replace(bench.start(), switches={"combine": "or"}, ignored=frozenset({"offences"}))
    result = bench.result(choice)
    before = _status(identify(bench.dataset, bench.in_force, calendar=bench.calendar), 2026)
    after = _status(identify(bench.dataset, result.ruleset, calendar=bench.calendar), 2026)
    expected = {}
    for school in sorted({*before, *after}):
        was, now = before[school] in LISTED, after[school] in LISTED
        if now and not was:
            expected[school] = "entered"
        elif was and not now:
            expected[school] = "left"
        else:
            both = was and now and before[school] != after[school]
            expected[school] = "status" if both else "same"
    table = result.moves
    assert dict(zip(table["school_id"], table["move"], strict=True)) == expected
    assert {"entered", "same"} <= set(expected.values())
    assert dict(zip(table["school_id"], table["status_after"], strict=True)) == after
    # There and back.
    back = moves(result.found, result.in_force, 2026)
    assert (back["move"] == "left").sum() == (table["move"] == "entered").sum()


def test_counts_add_up(bench: Workbench) -> None:
    result = bench.result(bench.start())
    found = result.counts
    statuses = _status(result.found, 2026).values()
    assert found["n_schools"] == sum(status != "excluded" for status in statuses)
    assert found["n_listed"] == sum(status in LISTED for status in statuses)
    sure = ("certain", "likely", "borderline", "insufficient")
    assert sum(found[f"{name}_listed"] for name in sure) == found["n_listed"]
    with pytest.raises(ShnorError, match="1999"):
        counts(result.found, 1999)


@pytest.mark.parametrize(
    "more",
    [
        {"thresholds": {"vpr": 0.3}},
        {"min_participants": 3},
        {"switches": {"unit": "subject_grade", "same_subject": False}},
    ],
)
def test_a_remembered_result_is_that_of_identify(bench: Workbench, more: dict[str, Any]) -> None:
    """After other choices have filled the memory, all frames are those of a fresh call."""
    start = bench.start()
    for other in ({"thresholds": {"ege": 0.1}}, more, {"min_participants": 15}, more):
        result = bench.result(replace(start, **other))
    result = bench.result(replace(start, **more))
    fresh = identify(bench.dataset, result.ruleset, calendar=bench.calendar, years=[2026])
    for name in ("statuses", "criteria", "priors"):
        pd.testing.assert_frame_equal(getattr(result.found, name), getattr(fresh, name))


def test_rating_years_are_enough_for_the_status(bench: Workbench) -> None:
    """Only the years a criterion looks at are simulated; formal outcomes are the same."""
    choice = replace(bench.start(ruleset="olenek-2021"), thresholds={"rating": 0.55})
    result = bench.result(choice)
    whole = {"proposal": rate(bench.dataset, load_rating("proposal"))}
    fresh = identify(
        bench.dataset, result.ruleset, ratings=whole, calendar=bench.calendar, years=[2026]
    )
    assert _status(result.found, 2026) == _status(fresh, 2026)
    assert result.counts["n_listed"] > 0


def test_only_what_changed_is_pooled_again(read_demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench.open(read_demo)
    start = bench.start()
    bench.result(start)
    calls: list[str] = []
    real = pooled_module.pool

    def counted(coded: Any, rule: Any, *args: Any, **more: Any) -> Any:
        calls.append(rule.criterion.id)
        return real(coded, rule, *args, **more)

    monkeypatch.setattr(pooled_module, "pool", counted)
    bench.result(replace(start, thresholds={"vpr": 0.33}))
    assert calls == ["vpr"]
    bench.result(replace(start, thresholds={"vpr": 0.33}))
    bench.result(start)
    bench.result(replace(start, thresholds={"offences": 2.0}))
    assert calls == ["vpr"]


def test_memory_is_bounded_and_other_data_empty_it(bench: Workbench) -> None:
    memory = Pooled(max_bytes=1)
    identify(bench.dataset, bench.in_force, calendar=bench.calendar, years=[2026], pooled=memory)
    assert len(memory._units) == 1
    whole = Pooled()
    identify(bench.dataset, bench.in_force, calendar=bench.calendar, years=[2026], pooled=whole)
    assert len(whole._units) == 3
    few = bench.dataset.results[bench.dataset.results["procedure"] == "vpr"]
    other = Dataset(**{**bench.dataset.tables, "results": few})
    found = identify(other, bench.in_force, calendar=bench.calendar, years=[2026], pooled=whole)
    fresh = identify(other, bench.in_force, calendar=bench.calendar, years=[2026])
    pd.testing.assert_frame_equal(found.criteria, fresh.criteria)


def test_size_bands_count_every_school_once(bench: Workbench) -> None:
    result = bench.result(bench.start())
    unit = next(u for u in result.units if (u.procedure, u.label) == ("vpr", "математика"))
    schools = result.funnel(unit).schools
    listed = set(result.listed["school_id"])
    table = by_size(schools, listed, set())
    rows = bench.dataset.results.query(
        "year == 2026 and procedure == 'vpr' and subject == 'математика'"
    )
    sums = rows.groupby("school_id")["n"].sum()
    for first, last in BANDS:
        inside = [s for s, n in sums.items() if n >= first and (last is None or n <= last)]
        row = table[table["first"] == first]
        if not inside:
            assert row.empty
            continue
        assert row["n_schools"].item() == len(inside)
        assert row["n_listed"].item() == len(listed & set(inside))
    assert table["n_schools"].sum() == len(sums) == len(schools)
    assert (table["n_sure"] == 0).all()


def test_funnels_are_offered_for_rules_without_results_too(bench: Workbench) -> None:
    """A rating-only rule set borrows the units of the rules it is compared with."""
    result = bench.result(bench.start(ruleset="olenek-2021"))
    assert not result.found.units
    assert {unit.procedure for unit in result.units} == {"vpr", "oge", "ege"}
    assert [unit.procedure for unit in result.units][0] == "vpr"
    assert len({(u.procedure, u.label) for u in result.units}) == len(result.units)


def test_the_choice_stands_beside_the_other_rule_sets(bench: Workbench) -> None:
    plain = bench.result(bench.start())
    assert CHOSEN not in plain.side_by_side
    assert is_in_force(plain)
    changed = bench.result(replace(bench.start(), thresholds={"vpr": 0.9}))
    names = list(changed.side_by_side)
    assert names == [CHOSEN, "tbilissky-2021", "olenek-2021", "rosobrnadzor-847"]
    assert len(changed.comparison.agreement) == 6
    pair = changed.comparison.agreement.iloc[0]
    mine, force = set(changed.listed["school_id"]), set(plain.listed["school_id"])
    assert (pair["n_both"], pair["n_only_first"]) == (len(mine & force), len(mine - force))
    assert titles(changed)[CHOSEN] == MINE
    assert titles(changed)["tbilissky-2021"].endswith("(действуют)")


def test_the_summary_counts_in_words(bench: Workbench) -> None:
    plain = summary(bench.result(bench.start()))
    force = bench.result(bench.start()).counts["n_listed"]
    assert plain[0].startswith(f"2025/26 учебный год: в списке {force} из")
    assert plain[0].endswith("это действующие правила.")
    result = bench.result(replace(bench.start(), switches={"combine": "or"}))
    told = summary(result)
    assert f"по действующим правилам — {force}" in told[0]
    entered = int((result.moves["move"] == "entered").sum())
    assert entered > 1
    assert told[1].split()[1].split("\u00a0")[0] == str(entered)


def test_every_listed_school_has_its_figures(bench: Workbench) -> None:
    for name in bench.names():
        result = bench.result(bench.start(ruleset=name))
        listed = list(result.listed["school_id"])
        found = why(result.found, 2026, listed)
        assert set(found) == set(listed)
        assert all(
            ("(" in text and "\u00a0из\u00a0" in text) or "рейтинг" in text or "индекс" in text
            or "правонарушения" in text
            for text in found.values()
        )  # fmt: skip


def test_what_cannot_be_started_is_refused(bench: Workbench) -> None:
    with pytest.raises(ShnorError, match="За 1999 год данных нет"):
        bench.start(year=1999)
    with pytest.raises(ShnorError, match=r"Нет файла «nothing\.yml»"):
        bench.start(ruleset="nothing")
    with pytest.raises(ShnorError, match="нет ни одного года"):
        Workbench(bench.project, Dataset())

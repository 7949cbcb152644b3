"""Spikes at the borders of marks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from shnor_lib.methods import score_spikes as module
from shnor_lib.methods.score_spikes import MIN_PUPILS, OTHERS, score_spikes
from shnor_lib.project import Calendar
from tests.methods.builders import table

# «2» up to 5, «3» up to 9, «4» up to 14 of 20.
CALENDAR = Calendar.model_validate(
    {"mark_scales": [{"grade": 5, "subject": "математика", "max_score": 20, "upto": [5, 9, 14]}]}
)
BORDERS = {6: 3, 10: 4, 15: 5}
FLAT = [4] * 21


def histogram(school: str, counts: list[int], *, top: int | None = 20, **more):
    return [
        {
            "school_id": school, "year": 2021, "season": "spring", "procedure": "vpr", "grade": 5,
            "subject": "математика", "n": sum(counts), "score": score, "n_score": count,
            "max_score": top, **more,
        }
        for score, count in enumerate(counts) if count
    ]  # fmt: skip


def found(*rows) -> pd.DataFrame:
    return score_spikes(
        table("score_distribution", [row for part in rows for row in part]), CALENDAR
    )


def with_peak(score: int, more: int) -> list[int]:
    counts = list(FLAT)
    counts[score] += more
    counts[score - 1] = 0
    return counts


def test_a_flat_histogram_has_no_spike() -> None:
    rows = found(histogram("А", FLAT))
    assert rows[["score", "mark"]].to_numpy().tolist() == [[s, m] for s, m in BORDERS.items()]
    assert (rows["neighbours"].astype(float) - 4).abs().max() < 1e-9
    assert not rows["marked"].any() and set(rows["n"]) == {84}


@pytest.mark.parametrize("border", BORDERS)
def test_a_peak_at_a_border_is_found_there_and_only_there(border: int) -> None:
    rows = found(histogram("А", with_peak(border, 16)))
    assert rows.loc[rows["marked"], "score"].tolist() == [border]
    row = rows[rows["score"] == border].iloc[0]
    assert (row["n_score"], row["expected"]) == (20, pytest.approx(4))
    assert row["p_value"] == pytest.approx(binom.sf(19, 96, 4 / 96))


def test_a_peak_elsewhere_is_none() -> None:
    # Not even at the border beside it, whose neighbour it is.
    for score in (1, 8, 12, 18):
        assert not found(histogram("А", with_peak(score, 20)))["marked"].any()


def test_a_slope_is_no_spike() -> None:
    rows = found(histogram("А", list(range(1, 22))))
    expected = rows["neighbours"].astype(float)
    assert np.allclose(expected, rows["n_score"].astype(float))
    assert not rows["marked"].any()


def test_few_pupils_are_not_looked_at() -> None:
    counts = [1] * 21
    counts[6] = MIN_PUPILS - 1 - 20
    assert found(histogram("А", counts)).empty
    counts[6] += 1
    assert len(found(histogram("А", counts))) == 3


def test_a_peak_all_schools_have_is_not_held_against_one() -> None:
    common = [histogram(f"Ш{i}", with_peak(6, 16)) for i in range(OTHERS + 2)]
    rows = found(*common)
    assert not rows["marked"].any()
    assert rows.loc[rows["score"] == 6, "usual"].astype(float).round(9).unique().tolist() == [5.0]
    worse = found(*common, histogram("А", with_peak(6, 76)))
    assert worse.loc[worse["marked"], ["school_id", "score"]].to_numpy().tolist() == [["А", 6]]


def test_with_few_schools_the_usual_peak_is_not_known() -> None:
    rows = found(*[histogram(f"Ш{i}", with_peak(6, 16)) for i in range(OTHERS)])
    assert set(rows["usual"]) == {1.0}
    assert rows["marked"].sum() == OTHERS


def test_works_without_scale_or_maximum_are_left_out() -> None:
    assert found(histogram("А", FLAT, top=None)).empty
    assert found(histogram("А", FLAT, grade=6)).empty
    assert found(histogram("А", FLAT, top=21)).empty
    assert list(found().columns) == list(module._COLUMNS)


def test_the_expected_number_is_that_of_a_fitted_line() -> None:
    counts = [3, 9, 2, 7, 5, 0, 11, 8, 4, 6, 2, 9, 3, 5, 7, 1, 8, 2, 6, 4, 5]
    rows = found(histogram("А", counts)).set_index("score")
    for border in BORDERS:
        places = [border - 4, border - 3, border - 2, border + 1, border + 2, border + 3]
        line = np.polyfit(places, [counts[p] for p in places], 1)
        expected = max(np.polyval(line, border), 0.5)
        assert rows.loc[border, "neighbours"] == pytest.approx(expected)


def test_at_the_ends_two_neighbours_on_each_side_are_enough() -> None:
    counts = np.array([FLAT], dtype=float)
    assert module._neighbours(counts, 2, 20) is None
    assert module._neighbours(counts, 3, 20) == pytest.approx([4])
    assert module._neighbours(counts, 18, 20) == pytest.approx([4])
    assert module._neighbours(counts, 19, 20) is None

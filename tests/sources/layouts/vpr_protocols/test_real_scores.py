"""Real scores of 2021, written as protocols and read again, give the real marks."""

import numpy as np
import pandas as pd
import pytest

from shnor_lib.sources.read import read_file
from tests.adapters.half_a import half_a_dir
from tests.sources.books import CALENDAR, accounted, only
from tests.sources.layouts.vpr_protocols.builders import HEAD_2021

pytestmark = pytest.mark.real

WORKS = [
    (4, "математика"),
    (6, "математика"),
    (8, "математика"),
    (5, "русский язык"),
    (7, "русский язык"),
]
DATIVE = {"математика": "математике", "русский язык": "русскому языку"}
KEY = ["school_id", "grade", "subject"]


@pytest.fixture(scope="module")
def pupils(shared, tmp_path_factory):
    """Pupils of five works as the reader gives them back, one csv per work."""
    raw = tmp_path_factory.mktemp("raw")
    scores = pd.read_csv(half_a_dir(shared) / "scores.csv")
    parts = []
    for grade, subject in WORKS:
        rows = scores[(scores["grade"] == grade) & (scores["subject"] == subject)]
        maximum = CALENDAR.mark_scale("vpr", 2021, grade, subject).max_score
        path = raw / f"Проведение работы по {DATIVE[subject]}, {grade} класс. ВПР 2021.csv"
        _write(path, rows, maximum)
        found = read_file(path, raw_dir=raw, calendar=CALENDAR)
        assert accounted(found) and found.rows_used == rows["n"].sum()
        assert found.layouts == ["vpr-protocol-2021"]
        # Few schools reach the maximum of mathematics 8, so tasks dealt out here have none.
        assert {fault.code for fault in found.faults} <= {"task-maxima-unknown"}
        parts.append(found.pupils)
    return pd.concat(parts)


def _write(path, rows, maximum):
    """Every pupil of the histogram, the score dealt out over three tasks."""
    tasks = np.full(3, 20)
    lines = [";".join([*HEAD_2021[:9], "балл за 1", "балл за 2", "балл за 3", "Учебник"])]
    for school, score, n in rows[["school", "score", "n"]].itertuples(index=False):
        points = np.clip(score - np.r_[0, np.cumsum(tasks)[:-1]], 0, tasks)
        assert points.sum() == score <= maximum
        first, dealt = len(lines), ";".join(map(str, points))
        lines += [f"{school};;{k};{k};;;;1;{score};{dealt};" for k in range(first, first + n)]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_marks_by_the_scales_are_the_real_ones(shared, pupils):
    marks = pd.read_csv(half_a_dir(shared) / "marks.csv").rename(columns={"school": "school_id"})
    work = pd.MultiIndex.from_frame(marks[["grade", "subject"]])
    marks = marks[(marks["year"] == 2021) & work.isin(WORKS)]
    counted = pupils.groupby([*KEY, "mark"]).size().unstack(fill_value=0)
    expected = marks.set_index(KEY)[["n2", "n3", "n4", "n5"]].sort_index()
    counted = counted.rename(columns={mark: f"n{mark}" for mark in (2, 3, 4, 5)}).sort_index()
    assert len(expected) > 1800
    assert counted.index.tolist() == expected.index.tolist()
    assert (counted[expected.columns].to_numpy() == expected.to_numpy()).all()


def test_means_and_spread_are_the_real_ones(shared, pupils):
    marks = pd.read_csv(half_a_dir(shared) / "marks.csv").rename(columns={"school": "school_id"})
    marks = marks[marks["year"] == 2021].set_index(KEY)
    percent = (100 * pupils["score"] / pupils["max_score"]).astype(float)
    found = percent.groupby([pupils[name] for name in KEY]).agg(["mean", "std"])
    both = found.join(marks[["mean_score_pct", "sd_score_pct"]])
    assert len(both) > 1800
    assert (both["mean"] - both["mean_score_pct"]).abs().max() < 1e-3
    assert (both["std"] - both["sd_score_pct"]).abs().max() < 1e-3
    assert (both["std"].isna() == both["sd_score_pct"].isna()).all()


def test_scales_are_those_of_the_data(shared):
    """Every scale of the calendar is one of the data, and every one of the data is there."""
    cutoffs = pd.read_csv(shared / "data/vpr_real/cutoffs.csv")
    for row in cutoffs.itertuples():
        scale = CALENDAR.mark_scale("vpr", row.year, row.grade, row.subject, row.max_score)
        if np.isnan(row.max_score_2):
            assert scale is None, row
        else:
            assert scale.upto == (row.max_score_2, row.max_score_3, row.max_score_4), row
    known = {(row.grade, row.subject, row.max_score) for row in cutoffs.itertuples()}
    for scale in CALENDAR.mark_scales:
        assert (scale.grade, scale.subject, scale.max_score) in known
        assert scale.standing == "вторичный источник" and "документом ФИОКО" in scale.note


def test_scale_of_another_work_is_noticed(shared, tmp_path):
    """Scores of Russian 6 (51 points) in a file said to be mathematics 6 (16) are refused."""
    scores = pd.read_csv(half_a_dir(shared) / "scores.csv")
    rows = scores[(scores["grade"] == 6) & (scores["subject"] == "русский язык")].head(300)
    path = tmp_path / "Проведение работы по математике, 6 класс. ВПР 2021.csv"
    _write(path, rows, 51)
    found = read_file(path, raw_dir=tmp_path, calendar=CALENDAR)
    assert only(found.faults, "another-work").rows == found.rows_in == rows["n"].sum()

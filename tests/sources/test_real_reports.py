"""Real ВПР numbers written as reports of ФИС ОКО come back as they were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.adapters.half_a import half_a_dir

from .books import VPR_HEAD, accounted, book, read_one
from .fis_oko_books import HEAD, LINES_HEAD, lines

pytestmark = pytest.mark.real

CHANGES = ["n_journal_lower", "n_journal_equal", "n_journal_higher"]


def as_integers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "int64" for name in frame if frame[name].dtype == "Int64"}).astype(
        {name: object for name in ("school_id", "subject") if name in frame}
    )


def test_score_distributions(shared, tmp_path):
    """Percentages of two decimals give back every count of 2021, maths and Russian of grade 5."""
    scores = pd.read_csv(half_a_dir(shared) / "scores.csv")
    scores = scores[scores["grade"] == 5]
    key = ["year", "grade", "subject", "school"]
    wide = scores.pivot_table(index=key, columns="score", values="n", fill_value=0)
    wide = wide.reindex(columns=range(int(scores["score"].max()) + 1), fill_value=0)
    n = wide.sum(axis=1)
    percent = (100 * wide.div(n, axis=0)).round(2)
    rows = [
        [year, grade, subject, "МО", school, school, int(count), *shares]
        for (year, grade, subject, school), count, shares in zip(
            wide.index, n, percent.to_numpy().tolist(), strict=True
        )
    ]
    path = book(tmp_path / "2021.xlsx", [[*VPR_HEAD[:7], *wide.columns], *rows], sheet="2021")
    read = read_one(path)
    assert read.faults == [] and read.rows_used == len(rows) > 700
    order = ["year", "grade", "subject", "school_id", "score"]
    ours = read.tables["score_distribution"][[*order, "n_score"]]
    theirs = scores.rename(columns={"school": "school_id", "n": "n_score"})[[*order, "n_score"]]
    theirs = theirs[theirs["n_score"] > 0]
    assert_frame_equal(
        as_integers(ours).sort_values(order).reset_index(drop=True),
        as_integers(theirs).sort_values(order).reset_index(drop=True),
        check_dtype=False,
    )


@pytest.fixture(scope="module")
def marks(shared):
    frame = pd.read_csv(half_a_dir(shared) / "marks.csv")
    frame = frame[
        (frame["year"] == 2021) & (frame["grade"] == 5) & (frame["subject"] == "математика")
    ]
    return frame.assign(compared=frame[CHANGES].sum(axis=1), name="Школа " + frame["school"])


@pytest.mark.parametrize("shape", ["lines", "columns"])
def test_comparison_with_the_journal(marks, tmp_path, shape):
    compared = marks[marks["compared"] > 0]
    values = compared[CHANGES].astype(int).to_numpy().tolist()
    if shape == "lines":
        body = [LINES_HEAD]
        for name, counts in zip(compared["name"], values, strict=True):
            body += lines(name, *counts)
    else:
        body = [[*HEAD, "Понизили, %", "Подтвердили, %", "Повысили, %"]]
        for name, counts in zip(compared["name"], values, strict=True):
            shares = np.round(100 * np.array(counts) / sum(counts), 2).tolist()
            body.append([name, 1, sum(counts), *shares])
    read = read_one(book(tmp_path / "a.xlsx", [["ВПР 2021 Математика 5 класс"], *body]))
    assert read.faults == [] and accounted(read)
    frame = read.tables["journal_comparison"]
    assert frame["school_id"].tolist() == compared["name"].tolist() and len(frame) > 300
    assert frame[["n_lower", "n_equal", "n_higher"]].to_numpy().tolist() == values
    assert frame["n"].tolist() == [sum(counts) for counts in values]

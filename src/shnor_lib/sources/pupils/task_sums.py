"""Task results of a school from the parts several sheets give."""

from __future__ import annotations

import pandas as pd

from shnor_lib.sources.pupils.sittings import EXAMS, KEY
from shnor_lib.tables import TABLES

_EXAM = [name for name in KEY if name != "school_id"]


def sum_tasks(parts: pd.DataFrame, pupils: pd.DataFrame) -> pd.DataFrame:
    """Sum parts of ``task_results`` weighted by pupils.

    A part is left out when no pupil of its sheet counts for its school and exam: then the sheet
    is a copy, or a second sitting that does not count. Otherwise all who wrote on the sheet are
    in it, also the few whose other sitting counts.

    Exam protocols say nothing of the most points for a task with a short answer; what counts is
    the most that any school got for it.

    Parameters
    ----------
    parts
        Rows of ``task_results``; several may have one key.
    pupils
        Pupils that count (:class:`~.sittings.Sittings`).

    Returns
    -------
    DataFrame
        Tidy, one row per key. Its source is the sheet with most pupils.
    """
    table = TABLES["task_results"]
    if parts.empty:
        return parts
    place = [*KEY, "source_file", "source_sheet"]
    counted = pupils[place].drop_duplicates()
    frame = parts.merge(counted, on=place, how="inner").reset_index(drop=True)
    if frame.empty:
        return table.empty()
    most = frame.groupby([*_EXAM, "task"], dropna=False)["max_score"].transform("max")
    largest = frame["max_score"].mask(frame["procedure"].isin(EXAMS), most)
    known = frame["share"].notna()
    points = frame["share"] * frame["n"] * frame["max_score"].fillna(1)
    possible = (frame["n"] * largest.fillna(1)).where(known)
    frame = frame.assign(max_score=largest, points=points, possible=possible)
    # The sheet with most pupils gives level and source.
    order = [True] * len(table.key) + [False]
    frame = frame.sort_values([*table.key, "n"], ascending=order, kind="stable")
    groups = frame.groupby(list(table.key), sort=True, dropna=False)
    sums = groups.agg(
        n=("n", "sum"), max_score=("max_score", "max"), points=("points", "sum"),
        possible=("possible", "sum"),
    )  # fmt: skip
    out = groups.head(1).set_index(list(table.key)).sort_index()
    share = (sums["points"] / sums["possible"].mask(sums["possible"] == 0)).clip(0, 1)
    out = out.assign(n=sums["n"], max_score=sums["max_score"], share=share)
    empty = table.empty()
    return out.reset_index().reindex(columns=list(empty.columns)).astype(dict(empty.dtypes))

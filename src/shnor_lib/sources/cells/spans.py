"""Rows of a sheet as spans: «12-37,40»."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def spans_by_group(groups: npt.NDArray[Any], rows: npt.NDArray[Any]) -> pd.DataFrame:
    """First row and spans of the rows of every group.

    Parameters
    ----------
    groups
        Number of the group each row belongs to.
    rows
        Rows as Excel counts them, in any order.

    Returns
    -------
    DataFrame
        Indexed by group, ascending: ``source_row`` (the first one), ``source_rows``
        («12-37,40»; NA where the group has one row only), ``size`` (rows).

    Examples
    --------
    >>> found = spans_by_group(np.array([1, 1, 2, 1]), np.array([12, 14, 9, 13]))
    >>> found["source_rows"].tolist(), found["source_row"].tolist()
    (['12-14', <NA>], [12, 9])
    """
    if not len(rows):
        return _frame([], [], [], [])
    order = np.lexsort((rows, groups))
    group, row = groups[order], rows[order]
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = (group[1:] != group[:-1]) | (row[1:] - row[:-1] > 1)
    at = np.flatnonzero(begins)
    first, last = row[at].tolist(), row[np.append(at[1:], len(row)) - 1].tolist()
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in zip(first, last, strict=True)]
    owner = group[at]
    heads = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])).tolist()
    ends = [*heads[1:], len(texts)]
    sizes = np.unique(group, return_counts=True)[1].tolist()
    joined = [
        ",".join(texts[a:b]) if size > 1 else None
        for a, b, size in zip(heads, ends, sizes, strict=True)
    ]
    return _frame(owner[heads].tolist(), [first[a] for a in heads], joined, sizes)


def _frame(
    groups: list[int], first: list[int], joined: list[str | None], sizes: list[int]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source_row": pd.array(first, dtype="Int64"),
            "source_rows": pd.array(joined, dtype="string"),
            "size": pd.array(sizes, dtype="int64"),
        },
        index=pd.Index(groups, dtype="int64"),
    )

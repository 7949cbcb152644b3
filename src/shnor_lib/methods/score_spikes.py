"""Spikes of the histogram of primary scores at the scores that just give the next mark.

ФИОКО (2026, secondary source) calls pronounced peaks at the borders of marks a possible sign that
needs further analysis and a histogram informative from 50 pupils on; it gives no number. The
definition here is this program's own (standing «решение пользователя»):

For a border score ``c`` (the lowest score of the next mark) the number of pupils the neighbours
suggest is the value at ``c`` of the straight line fitted by least squares through the numbers of
pupils at the :data:`WIDTH` scores above ``c`` and the :data:`WIDTH` scores below ``c − 1``. The score
``c − 1`` is left out, because that is where pupils would have been lifted from. In real data most
schools have more pupils at the border than that (2.7 times as many at the border of «3» in
mathematics 5), so the number is multiplied by how many times more all other schools together have
there, if that is more than once and there are :data:`OTHERS` of them. It is a spike when at least
:data:`TIMES` times as many pupils as expected have exactly ``c`` points and as many or more would come
about by chance with probability below :data:`CHANCE` (binomial, ``n`` pupils).
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from shnor_lib.project import Calendar

MIN_PUPILS = 50
"""Pupils from which a histogram is looked at (ФИОКО 2026, secondary source)."""
WIDTH = 3
"""Scores on each side the expected number comes from; at least two must exist."""
TIMES = 2.0
"""Times the expected number from which it is a spike."""
CHANCE = 1e-4
"""Probability by chance below which it is a spike: a region has thousands of borders (real: 82 of
3 402 are beyond it)."""
OTHERS = 10
"""Other schools from which it is known how large the peak at a border usually is."""

_WORK = ["year", "season", "procedure", "grade", "subject", "max_score"]
_COLUMNS: dict[str, str] = {
    "school_id": "string", "year": "Int64", "season": "string", "procedure": "string",
    "grade": "Int64", "subject": "string", "score": "Int64", "mark": "Int64", "n": "Int64",
    "n_score": "Int64", "neighbours": "Float64", "usual": "Float64", "expected": "Float64",
    "p_value": "Float64", "marked": "boolean",
}  # fmt: skip

Floats = npt.NDArray[np.float64]


def score_spikes(score_distribution: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Number of pupils at every border score against the number its neighbours suggest.

    Parameters
    ----------
    score_distribution
        Tidy table: ``school_id``, ``year``, ``season``, ``procedure``, ``grade``, ``subject``,
        ``score``, ``n_score`` (pupils with exactly this score), ``max_score``. Rows without a
        maximum are left out: their scale is not known.
    calendar
        Knows the border scores (``mark_scales``); a work without a scale is left out.

    Returns
    -------
    DataFrame
        One row per school × work × border with at least :data:`MIN_PUPILS` pupils: the key,
        ``score`` (the border), ``mark`` (3, 4 or 5: what it gives), ``n`` (pupils), ``n_score``
        (with exactly this score), ``neighbours`` (number its neighbours suggest), ``usual`` (times
        more than that in the other schools, at least 1), ``expected`` (their product),
        ``p_value`` (0…1), ``marked``.
    """
    rows = score_distribution[score_distribution["max_score"].notna()]
    parts = []
    for key, work in rows.groupby(_WORK, sort=True):
        year, season, procedure, grade, subject, max_score = cast("tuple[Any, ...]", key)
        top = int(max_score)
        scale = calendar.mark_scale(str(procedure), int(year), int(grade), str(subject), top)
        if scale is None:
            continue
        schools, counts = _histograms(work, top)
        n = counts.sum(axis=1)
        large = n >= MIN_PUPILS
        if not large.any():
            continue
        for mark, highest in zip((3, 4, 5), scale.upto, strict=True):
            border = highest + 1
            neighbours = _neighbours(counts[large], border, top)
            if neighbours is None:
                continue
            seen = counts[large][:, border]
            usual = _usual(seen, neighbours)
            expected = neighbours * usual
            p_value = binom.sf(seen - 1, n[large], np.minimum(expected / n[large], 1))
            parts.append(
                pd.DataFrame(
                    {
                        "school_id": schools[large],
                        "year": year,
                        "season": season,
                        "procedure": procedure,
                        "grade": grade,
                        "subject": subject,
                        "score": border,
                        "mark": mark,
                        "n": n[large].astype(np.int64),
                        "n_score": seen.astype(np.int64),
                        "neighbours": neighbours,
                        "usual": usual,
                        "expected": expected,
                        "p_value": p_value,
                        "marked": (seen >= TIMES * expected) & (p_value < CHANCE),
                    }
                )  # fmt: skip
            )
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _COLUMNS.items()})
    return pd.concat(parts, ignore_index=True).astype(_COLUMNS)


def _histograms(work: pd.DataFrame, top: int) -> tuple[npt.NDArray[Any], Floats]:
    """Schools of a work and their numbers of pupils at the scores 0…top."""
    inside = work[work["score"].between(0, top)]
    table = inside.pivot_table(
        index="school_id", columns="score", values="n_score", aggfunc="sum", fill_value=0
    ).reindex(columns=range(top + 1), fill_value=0)
    return table.index.to_numpy(), table.to_numpy(dtype="float64")


def _neighbours(counts: Floats, border: int, top: int) -> Floats | None:
    """Number of pupils the neighbours of ``border`` suggest there; None with too few of them."""
    below = [score for score in range(border - 1 - WIDTH, border - 1) if score >= 0]
    above = [score for score in range(border + 1, border + 1 + WIDTH) if score <= top]
    if min(len(below), len(above)) < 2:
        return None
    places = np.array([*below, *above])
    design = np.column_stack([np.ones(len(places)), places - border])
    # The value of the fitted line at the border is a weighted sum of the neighbours.
    weights = np.linalg.pinv(design)[0]
    # Half a pupil at least: a line may run below zero, and nothing is expected to be impossible.
    return np.asarray(np.maximum(counts[:, places] @ weights, 0.5), dtype=np.float64)


def _usual(seen: Floats, neighbours: Floats) -> Floats:
    """How many times more pupils all other schools have at the border than their neighbours say."""
    if len(seen) <= OTHERS:
        return np.ones(len(seen))
    return np.asarray(
        np.maximum((seen.sum() - seen) / (neighbours.sum() - neighbours), 1), dtype=np.float64
    )

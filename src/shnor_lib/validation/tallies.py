"""Counting what came true, so that thousands of regions add up to one small table.

Every measure returns frames of counts by kind; :func:`added` sums them, :mod:`.figures` turns the
sums into shares.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Floats

Tallies = dict[str, pd.DataFrame]
"""Kind of figure → counts; the columns named in :data:`KEYS` identify a row, the others add up."""

KEYS: dict[str, list[str]] = {
    "coverage": ["interval", "world", "band"],
    "errors": ["estimate", "world", "band"],
    "calibration": ["what", "world", "bin"],
    "words": ["what", "world", "word"],
    "lists": ["reading", "world", "band"],
    "effects": ["scenario", "estimate", "world"],
    "warnings": ["forecast", "world"],
}

EDGES: tuple[int, ...] = (1, 10, 15, 30, 60)
"""Least number of participants of each band of size."""

BANDS: tuple[str, ...] = ("1–9", "10–14", "15–29", "30–59", "60+")
SMALLEST = BANDS[0]

BINS = 10
"""Probabilities are looked at in tenths: 0–0.1, 0.1–0.2, …"""


def band_of(n: Any) -> Any:
    """Band of size of each number of participants.

    Examples
    --------
    >>> band_of([1, 9.9, 10, 400]).tolist()
    ['1–9', '1–9', '10–14', '60+']
    """
    place = np.searchsorted(EDGES, np.asarray(n, dtype=np.float64), side="right") - 1
    return np.array(BANDS, dtype=object)[np.maximum(place, 0)]


def coverage(interval: str, world: str, n: Any, low: Any, high: Any, truth: Any) -> Tallies:
    """How often an interval held the truth, by band of size.

    Parameters
    ----------
    interval, world
        Which interval in which world.
    n
        Size by which the band is chosen.
    low, high, truth
        Ends and truth; cases where any is missing are left out.

    Returns
    -------
    Tallies
        ``coverage``: ``cases``, ``covered``, ``below`` (truth below the interval), ``above``,
        ``width`` (sum).
    """
    ends = [np.asarray(values, dtype=np.float64) for values in (low, high, truth)]
    known = ~np.isnan(np.array(ends)).any(axis=0)
    bottom, top, true = (values[known] for values in ends)
    # An end that equals the truth but for rounding covers it.
    below, above = true < bottom - 1e-9, true > top + 1e-9
    frame = pd.DataFrame(
        {
            "band": band_of(np.asarray(n, dtype=np.float64)[known]),
            "cases": 1,
            "covered": (~below & ~above).astype(int),
            "below": below.astype(int),
            "above": above.astype(int),
            "width": top - bottom,
        }
    ).assign(interval=interval, world=world)
    return added([{"coverage": frame}])


def squared_errors(estimate: str, world: str, n: Any, value: Any, truth: Any) -> Tallies:
    """Sums of squared errors by band: ``errors`` with ``cases`` and ``squared``."""
    guess, true = np.asarray(value, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    known = ~(np.isnan(guess) | np.isnan(true))
    frame = pd.DataFrame(
        {
            "band": band_of(np.asarray(n, dtype=np.float64)[known]),
            "cases": 1,
            "squared": (guess - true)[known] ** 2,
        }
    ).assign(estimate=estimate, world=world)
    return added([{"errors": frame}])


def calibration(what: str, world: str, probability: Any, happened: Any) -> Tallies:
    """Stated probabilities and what came true: ``cases``, ``stated`` (sum), ``happened``."""
    stated, came = np.asarray(probability, dtype=np.float64), np.asarray(happened)
    known = ~np.isnan(stated)
    stated, came = stated[known], came[known].astype(int)
    frame = pd.DataFrame(
        {
            "bin": np.minimum((stated * BINS).astype(int), BINS - 1),
            "cases": 1,
            "stated": stated,
            "happened": came,
        }
    ).assign(what=what, world=world)
    return added([{"calibration": frame}])


def words(what: str, world: str, word: Any, probability: Any, happened: Any) -> Tallies:
    """The same by the word that was printed («уверенно» …)."""
    stated = np.asarray(probability, dtype=np.float64)
    known = ~np.isnan(stated)
    frame = pd.DataFrame(
        {
            "word": np.asarray(word, dtype=object)[known],
            "cases": 1,
            "stated": stated[known],
            "happened": np.asarray(happened)[known].astype(int),
        }
    ).assign(what=what, world=world)
    return added([{"words": frame}])


def lists(reading: str, world: str, n: Any, listed: Any, true: Any) -> Tallies:
    """A list against the truth by band: ``schools``, ``listed``, ``true``, ``both``."""
    on, right = np.asarray(listed, dtype=bool), np.asarray(true, dtype=bool)
    frame = pd.DataFrame(
        {
            "band": band_of(n),
            "schools": 1,
            "listed": on.astype(int),
            "true": right.astype(int),
            "both": (on & right).astype(int),
        }
    ).assign(reading=reading, world=world)
    return added([{"lists": frame}])


def added(parts: Iterable[Tallies]) -> Tallies:
    """Sums over all parts, rows in a fixed order."""
    collected: dict[str, list[pd.DataFrame]] = {}
    for part in parts:
        for kind, frame in part.items():
            collected.setdefault(kind, []).append(frame)
    found: Tallies = {}
    for kind, frames in sorted(collected.items()):
        whole = pd.concat(frames, ignore_index=True)
        found[kind] = whole.groupby(KEYS[kind], sort=True).sum().reset_index()
    return found


def over_worlds(tallies: Tallies) -> Tallies:
    """The same with rows for all worlds together, ``world`` = «all»."""
    return {
        kind: added([{kind: frame}, {kind: frame.assign(world="all")}])[kind]
        for kind, frame in tallies.items()
    }


def share(part: Any, whole: Any) -> Floats:
    """One count over another; ``nan`` where nothing was counted."""
    top, bottom = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)

"""Strings of answers in protocols, and the points for tasks they give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SPACES = re.compile(r"[\s;,|]+")
_SHORT = re.compile(r"[+\-0-9]+")
_LONG = re.compile(r"(?:\d{1,2}\(\d{1,2}\))+")
_PAIR = re.compile(r"(\d{1,2})\((\d{1,2})\)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Points for tasks.

    Attributes
    ----------
    points
        Pupils × tasks; NaN rows for pupils whose string is not among the understood ones.
    largest
        Most points for each task: what the protocol says, else the most anybody got, at least 1.
    odd
        Pupils with a string that is unlike those of the others, or not understood.
    """

    points: Floats
    largest: Floats
    odd: Flags


def understand(texts: Sequence[str], *, long: bool) -> Answers:
    """Strings of one exam as a matrix of points.

    Short answers are «++-2»: «+» is 1 point, «-» none, a digit so many points. Long ones are
    «1(2)0(3)»: got (most). The commonest number of tasks is taken as the exam's; pupils with
    another number are ``odd`` and stay out. Empty strings and a lone dash are no answers at all.

    Parameters
    ----------
    texts
        One per pupil.
    long
        Which of the two they are.

    Examples
    --------
    >>> found = understand(["+-", "2+", "+", ""], long=False)
    >>> found.points.tolist()[:2], found.largest.tolist(), found.odd.tolist()
    ([[1.0, 0.0], [2.0, 1.0]], [2.0, 1.0], [False, False, True, False])
    >>> understand(["1(2)0(3)", "3(2)"], long=True).odd.tolist()
    [False, True]
    """
    lines = [_SPACES.sub("", text).translate(_DASHES) for text in texts]
    written = np.array([line not in ("", "-") for line in lines], dtype=bool)
    pattern = _LONG if long else _SHORT
    lengths = [
        (line.count("(") if long else len(line)) if given and pattern.fullmatch(line) else 0
        for line, given in zip(lines, written.tolist(), strict=True)
    ]
    common = Counter(length for length in lengths if length)
    if not common:
        return Answers(np.full((len(lines), 0), np.nan), np.zeros(0), written)
    width = max(common, key=lambda length: (common[length], length))
    whole = np.array(lengths) == width
    chosen = [line for line, fits in zip(lines, whole.tolist(), strict=True) if fits]
    got, most = _long(chosen, width) if long else _short(chosen, width)
    # More points than there are: the string is not what it seems.
    sound = (got <= most).all(axis=1)
    largest = most[sound].max(axis=0, initial=0)
    points = np.full((len(lines), width), np.nan)
    points[np.flatnonzero(whole)[sound]] = got[sound]
    return Answers(points, largest, written & np.isnan(points[:, 0]))


def _short(lines: Sequence[str], width: int) -> tuple[Floats, Floats]:
    signs = np.array(lines, dtype=f"U{width}").view("U1").reshape(len(lines), width)
    digits = np.where(signs == "+", "1", np.where(signs == "-", "0", signs))
    got = digits.astype(np.float64)
    return got, np.maximum(got, 1.0)


def _long(lines: Sequence[str], width: int) -> tuple[Floats, Floats]:
    pairs = np.array([_PAIR.findall(line) for line in lines], dtype="U2")
    numbers = pairs.reshape(len(lines), width, 2).astype(np.float64)
    return numbers[:, :, 0], numbers[:, :, 1]

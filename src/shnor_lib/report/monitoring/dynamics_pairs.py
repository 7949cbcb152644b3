"""Which pairs of results of the second monitoring are spoken of."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult
from shnor_lib.report import format as fmt

ALPHA = 0.05
NOTHING = "Сравнивать не с чем."


def has_past(change: DynamicsResult, year: int) -> bool:
    """Whether anything of ``year`` can be set against an earlier year at all."""
    return bool((change.pairs["year_to"] == year).any())


def pairs_of(change: DynamicsResult, year: int) -> pd.DataFrame:
    """Pairs that end in ``year``."""
    return change.pairs[change.pairs["year_to"] == year]


def comparable(change: DynamicsResult, year: int) -> pd.DataFrame:
    """Comparable pairs that end in ``year``."""
    pairs = pairs_of(change, year)
    return pairs[pairs["verdict"] != "incomparable"]


def reasons(pairs: pd.DataFrame, most: int = 2) -> str:
    """Why pairs cannot be compared, the commonest reasons first."""
    notes = pairs.loc[pairs["verdict"] == "incomparable", "note"].value_counts()
    named = [fmt.escape_md(note) for note in notes.index[:most]]
    if len(notes) > most:
        named.append("другие причины")
    return "; ".join(named)

"""Rows about single pupils, and how they become results of schools.

Readers of protocols give rows of :data:`PUPILS`. They live only between reading and assembling:
no table of pupils is ever written. All files are needed first, because an appeal in one file
replaces a mark in another, and a pupil may sit twice.
"""

from __future__ import annotations

import pandas as pd

from shnor_lib.tables import PROVENANCE_DTYPES

PUPILS: dict[str, str] = {
    "school_id": "string",
    "year": "Int64",
    "season": "string",
    "procedure": "string",
    "grade": "Int64",
    "subject": "string",
    "date": "string",
    "pupil": "string",
    "present": "boolean",
    "score": "Float64",
    "max_score": "Float64",
    "test_score": "Float64",
    "mark": "Int64",
    "journal_mark": "Int64",
    "appeal": "boolean",
    **PROVENANCE_DTYPES,
}
"""Columns of a pupil's row.

``school_id`` as the file writes it (login, РИС code); ``grade`` of the programme; ``date`` ISO,
NA when the file has none; ``pupil`` a code, unique within school and procedure, never a name;
``present`` false for absent pupils (no score, no mark); ``score`` primary score out of
``max_score``; ``test_score`` 0–100 (ЕГЭ); ``mark`` 2–5; ``journal_mark`` 2–5 in the journal;
``appeal`` the row replaces an earlier one.
"""


def no_pupils() -> pd.DataFrame:
    """An empty frame of pupils."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PUPILS.items()})

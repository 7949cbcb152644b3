"""The frames of an identification, built column by column from its arrays.

Text is taken from short lists of words by position: a region has millions of rows and few
different words.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.outcomes import OUTCOMES, Floats, Outcome, nothing
from shnor_lib.methods.priors import same, shrunk
from shnor_lib.stats.intervals import wilson

STATUSES_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "status": "string", "low_results": "bool",
    "difficult": "bool", "n_met": "Int64", "criteria_met": "string", "confidence": "string",
    "probability": "Float64",
}  # fmt: skip
CRITERIA_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "criterion": "string", "status_for": "string",
    "outcome": "string", "value": "Float64", "n": "Int64", "numerator": "Int64",
    "threshold": "Float64", "operator": "string", "low": "Float64", "high": "Float64",
    "probability": "Float64", "beyond_latest": "bool", "unit": "string",
    "procedure": "string", "grade": "Int64", "subject": "string", "indicator": "string",
    "units_met": "Int64", "units_seen": "Int64", "years_used": "string",
    "pooled_n": "Int64", "pooled_numerator": "Int64", "shrunk": "Float64",
    "shrunk_low": "Float64", "shrunk_high": "Float64",
}  # fmt: skip


def empty(dtypes: dict[str, str]) -> pd.DataFrame:
    """A frame without rows, with the right columns and dtypes."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})


def words(words: Iterable[str], codes: npt.NDArray[np.integer]) -> pd.api.extensions.ExtensionArray:
    """Codes as text, built once for each different word."""
    return pd.array(list(words), dtype="string").take(codes)


def joined(names: list[str], flags: npt.NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    """Names of the flagged rows of each column, joined; each combination is built once."""
    if not names:
        return pd.array([""] * flags.shape[1], dtype="string")
    weights = 1 << np.arange(len(names), dtype=np.int64)
    codes, combinations = pd.factorize((flags * weights[:, None]).sum(axis=0))
    texts = [
        ", ".join(name for bit, name in enumerate(names) if mask >> bit & 1)
        for mask in combinations.tolist()
    ]
    return pd.array(texts, dtype="string").take(codes)


def _float(values: Floats) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.FloatingArray(np.nan_to_num(values), np.isnan(values))


def _count(values: Floats) -> pd.api.extensions.ExtensionArray:
    whole = np.nan_to_num(values).astype(np.int64)
    return pd.arrays.IntegerArray(whole, np.isnan(values))


def criterion_frame(
    outcome: Outcome, schools: pd.Index, judged: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Rows of one criterion in one year; see :attr:`.identification.Identification.criteria`.

    Parameters
    ----------
    outcome
        Outcome of the criterion.
    schools
        Schools in the order of its arrays.
    judged
        Which of them get a row.
    """
    keep = np.flatnonzero(judged)
    size = len(keep)
    criterion = outcome.criterion
    unit = outcome.unit[keep]
    n, numerator = outcome.n[keep], outcome.numerator[keep]
    if outcome.interval:
        low, high = wilson(numerator, n)
    else:
        low = high = np.full(size, np.nan)
    pooled_n, pooled_low = (
        nothing(size) if values is None else values[keep]
        for values in (outcome.pooled_n, outcome.pooled_numerator)
    )
    priors = same(None, size) if outcome.prior is None else outcome.prior[keep]
    mean, mean_low, mean_high = shrunk(pooled_low, pooled_n, priors)
    units = outcome.units
    labels = [
        "|".join("" if pd.isna(v) else str(v) for v in row)
        for row in units[["procedure", "grade", "subject"]].itertuples(index=False, name=None)
    ]
    keys = [
        str(i) if not pd.isna(i) else label
        for i, label in zip(units["indicator"], labels, strict=True)
    ]

    def of_unit(values: pd.api.extensions.ExtensionArray) -> pd.api.extensions.ExtensionArray:
        return values.take(unit, allow_fill=True)

    def one(text: str) -> pd.api.extensions.ExtensionArray:
        return pd.array([text], dtype="string").take(np.zeros(size, dtype=np.intp))

    threshold = np.full(size, np.nan if outcome.threshold is None else outcome.threshold)
    return pd.DataFrame(
        {
            "school_id": schools.array.take(keep),
            "year": pd.array(np.full(size, outcome.year), dtype="Int64"),
            "criterion": one(criterion.id),
            "status_for": one(criterion.status_for),
            "outcome": words(OUTCOMES, outcome.outcome[keep]),
            "value": _float(outcome.value[keep]),
            "n": _count(n),
            "numerator": _count(numerator),
            "threshold": _float(threshold),
            "operator": one(outcome.operator),
            "low": _float(low),
            "high": _float(high),
            "probability": _float(outcome.probability[keep]),
            "beyond_latest": outcome.beyond_latest[keep],
            "unit": of_unit(pd.array(keys, dtype="string")),
            **{
                name: of_unit(units[name].array)
                for name in ("procedure", "grade", "subject", "indicator")
            },
            "units_met": pd.array(outcome.units_met[keep], dtype="Int64"),
            "units_seen": pd.array(outcome.units_seen[keep], dtype="Int64"),
            "years_used": of_unit(units["years_used"].array),
            "pooled_n": _count(pooled_n),
            "pooled_numerator": _count(pooled_low),
            "shrunk": _float(mean),
            "shrunk_low": _float(mean_low),
            "shrunk_high": _float(mean_high),
        }
    )

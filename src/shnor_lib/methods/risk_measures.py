"""Which measures of the road map are taken against which factor of which school."""

from __future__ import annotations

import pandas as pd

from shnor_lib.store import Dataset

_SHOWN = ["number", "measure", "responsible", "deadline", "state", "done", "evidence"]


def measures_by_factor(dataset: Dataset, factors: pd.DataFrame) -> pd.DataFrame:
    """Measures that name a factor, each repeated for every school it is about.

    A measure without a school is about all schools of its municipality; one without both is
    refused while reading (``tables/measures.py``).

    Parameters
    ----------
    dataset
        Tables ``measures`` and ``schools``.
    factors
        ``school_id``, ``year``, ``factor``: measures are looked for these.

    Returns
    -------
    DataFrame
        ``school_id``, ``year``, ``factor``, ``scope`` (school, municipality: whose measure it is), ``number``, ``measure``, ``responsible``, ``deadline``, ``state``, ``done``,
        ``evidence``.
    """
    wanted = factors[["school_id", "year", "factor"]].drop_duplicates()
    register = dataset.schools.drop_duplicates("school_id").set_index("school_id")
    wanted = wanted.assign(municipality=wanted["school_id"].map(register["municipality"]))
    rows = dataset.measures[dataset.measures["factor"].notna()]
    of_school = rows["school_id"].notna()
    parts = []
    for scope, mask, by in (
        ("school", of_school, ["school_id", "year", "factor"]),
        ("municipality", ~of_school, ["municipality", "year", "factor"]),
    ):
        own = rows.loc[mask, [*by, *_SHOWN]]
        found = wanted.merge(own, on=by, how="inner")
        parts.append(found.assign(scope=scope)[["school_id", "year", "factor", "scope", *_SHOWN]])
    return pd.concat(parts, ignore_index=True).astype({"scope": "string"})

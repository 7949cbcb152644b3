"""A simulated region as the tables the product reads; and the same region with endless classes.

Where the truth of a formula is wanted (a rating, a residual), the same public function is applied
to the region with classes so large that luck plays no part: :data:`MANY` copies of every class,
each result exactly as often as its true share says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shnor_lib.stats.arrays import Floats
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from shnor_lib.validation.region import CELLS, Ints, Region

MANY = 1000
"""How many times as large an endless class is."""

# Column of the social passport → (mean share, slope on the hardness of conditions, logit scale).
_PASSPORT = {
    "incomplete": (0.20, 0.26),
    "many_children": (0.16, 0.20),
    "low_income": (0.14, 0.35),
    "unemployed": (0.07, 0.40),
    "poor_housing": (0.04, 0.45),
    "non_native": (0.03, 0.25),
    "higher_education_both": (0.20, -0.45),
    "school_register": (0.012, 0.45),
}


def observed(region: Region) -> Dataset:
    """What the product gets to see."""
    rng = region._stream("marks")
    high_share, good_share = region.marks
    high = rng.binomial(region.n - region.low, high_share)
    good = rng.binomial(region.n - region.low - high, good_share)
    return _dataset(region, region.n, region.low, high, good)


def endless(region: Region) -> Dataset:
    """The same region with :data:`MANY` times as many pupils and no luck."""
    high_share, good_share = region.marks
    n = region.n * MANY
    low = _whole(n * region.shares)
    high = _whole((n - low) * high_share)
    return _dataset(region, n, low, high, _whole((n - low - high) * good_share))


def truth(region: Region) -> pd.DataFrame:
    """True share of every result: ``school_id``, ``year``, ``procedure``, ``grade``, ``subject``,
    ``n``, ``share``, ``unhelped`` (the share if there had been no help), ``size`` (pupils of one
    age).
    """
    i, c, y = np.nonzero(region.n)
    frame = _keys(region, i, c, y)
    frame["n"] = region.n[i, c, y]
    frame["share"] = region.shares[i, c, y]
    frame["unhelped"] = region.unhelped[i, c, y]
    frame["size"] = region.parallel[i]
    return frame


def _dataset(region: Region, n: Ints, low: Ints, high: Ints, good: Ints) -> Dataset:
    i, c, y = np.nonzero(n)
    rows = _keys(region, i, c, y)
    counts = {
        name: values[i, c, y] for name, values in (("n", n), ("n_low", low), ("n_high", high))
    }
    marked = (rows["procedure"] != "ege").to_numpy()
    rest = counts["n"] - counts["n_low"] - counts["n_high"]
    marks = {
        "n2": counts["n_low"], "n3": rest - good[i, c, y], "n4": good[i, c, y], "n5": counts["n_high"],
    }  # fmt: skip
    for name, values in counts.items():
        rows[name] = values
    for name, values in marks.items():
        rows[name] = pd.array(values, dtype="Int64")
        rows.loc[~marked, name] = pd.NA
    rows["season"] = "spring"
    return Dataset(
        results=_tidy("results", rows),
        schools=_tidy("schools", _register(region)),
        social_passport=_tidy("social_passport", _passports(region)),
        support_links=_tidy("support_links", _links(region)),
    )


def _keys(region: Region, i: Ints, c: Ints, y: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "school_id": region.ids.array.take(i),
            "year": np.array(region.years)[y],
            "procedure": np.array([cell.procedure for cell in CELLS])[c],
            "grade": np.array([cell.grade for cell in CELLS])[c],
            "subject": np.array([cell.subject for cell in CELLS])[c],
        }
    )


def _register(region: Region) -> pd.DataFrame:
    town, village = list(TABLES["schools"].column("settlement_type").choices)[1::2]
    return pd.DataFrame(
        {
            "school_id": region.ids,
            "name": [f"Школа {code}" for code in region.ids],
            "municipality": [f"Район {i % 12 + 1}" for i in range(region.size)],
            "settlement_type": np.where(region.parallel > 35, town, village),
        }
    )


def _passports(region: Region) -> pd.DataFrame:
    rows: dict[str, Any] = {
        "school_id": np.tile(region.ids, len(region.years)),
        "year": np.repeat(region.years, region.size),
        "total": np.tile(region.pupils, len(region.years)),
    }
    for name, (mean, slope) in _PASSPORT.items():
        lasting = 0.25 * region._stream("passport", name).standard_normal(region.size)
        share = special.expit(special.logit(mean) + slope * region.social + lasting)
        rows[name] = np.concatenate(
            [
                region._stream("passport", name, year).binomial(region.pupils, share)
                for year in region.years
            ]
        )
    return pd.DataFrame(rows)


def _links(region: Region) -> pd.DataFrame:
    """Who supports whom: one mentor for every supported school in every year of help."""
    if region.support is None:
        return pd.DataFrame({"school_id": pd.Series(dtype="string")})
    return pd.DataFrame(
        [
            {"supporter": f"Н-{number:03}", "school_id": region.ids[school], "year": year}
            for year in region.years
            if year > region.support.after
            for number, school in enumerate(region.support.schools, start=1)
        ]
    )


def _tidy(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns and types of the data dictionary."""
    empty = TABLES[name].empty()
    return frame.reindex(columns=empty.columns).astype(empty.dtypes.to_dict())


def _whole(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)

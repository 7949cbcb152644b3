"""Who supports whom: mentors sent to schools that were on the list, help that works and that does not.

Support itself changes nothing here: which schools really recover was planted before
(:mod:`~shnor_lib.demo.planted`). So the truth about every supported school is known: one
recovers, one would have come back to its mean anyway, one stays as weak as it was; in a large
region half of the other schools with low results are supported too, without any effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.demo.effects import stream
from shnor_lib.demo.planted import OGE_LOW, VPR_LOW, Planted
from shnor_lib.demo.region import Region
from shnor_lib.tables import PROVENANCE, TABLES

LARGE = 100
"""From this many schools other schools are supported besides the planted ones."""
SCHOOLS_PER_MENTOR = 3

EFFECTS: dict[str, str] = {
    "recovers": "results really improved",
    "regression": "no effect: back to its own mean",
    "low": "no effect: as weak as before",
    "other": "no effect",
}
"""What is true about a supported school, by what was planted in it."""
_YEARS_OF_SUPPORT = {"recovers": 2, "regression": 1, "low": 2, "other": 1}


def supported(
    region: Region,
    planted: Sequence[Planted],
    results: pd.DataFrame,
    years: Sequence[int],
    seed: int,
) -> list[dict[str, Any]]:
    """Schools with support by year, and what is true about each.

    Parameters
    ----------
    region, planted, results, years, seed
        Of the demonstration; support begins in the third year, when there are two years to
        choose by.

    Returns
    -------
    list of dict
        ``school_id``, ``kind`` (key of :data:`EFFECTS`), ``years``.
    """  # fmt: skip
    if len(years) < 3:
        return []
    ids = region.schools["school_id"]
    chosen: dict[str, str] = {}
    for item in planted:
        if item.kind in EFFECTS:
            chosen[str(ids[item.school])] = item.kind
    found = [
        {
            "school_id": school,
            "kind": kind,
            "years": list(years[2 : 2 + _YEARS_OF_SUPPORT[kind]]),
        }
        for school, kind in chosen.items()
    ]
    if len(region) >= LARGE:
        own = {str(ids[item.school]) for item in planted}
        for position in range(2, len(years)):
            weak = _twice_low(results, years[position - 2], years[position - 1])
            draw = stream(seed, "support", years[position])
            for school in weak:
                # Drawn for every weak school, so that one more or less changes no other.
                lucky = draw.random() < 0.5
                if lucky and school not in own and school not in chosen:
                    chosen[school] = "other"
                    found.append({"school_id": school, "kind": "other", "years": [years[position]]})
    return found


def _twice_low(results: pd.DataFrame, first: int, second: int) -> list[str]:
    """Schools low in the same subject in two years, by Tbilissky's thresholds."""
    rows = results[
        results["year"].isin([first, second]) & results["procedure"].isin(["vpr", "oge"])
    ]
    keys = ["school_id", "procedure", "subject", "year"]
    sums = rows.groupby(keys, observed=True)[["n", "n_low", "n_high"]].sum().astype(float)
    limit = np.where(sums.index.get_level_values("procedure") == "vpr", VPR_LOW, OGE_LOW)
    low = (sums["n"] >= 10) & (sums["n_low"] >= limit * sums["n"]) & (sums["n_high"] == 0)
    both = low[low].groupby(["school_id", "procedure", "subject"]).size()
    return sorted({str(school) for school in both[both == 2].index.get_level_values("school_id")})


def support_tables(
    region: Region, chosen: Sequence[dict[str, Any]], seed: int
) -> dict[str, pd.DataFrame]:
    """Tables ``supporters``, ``support_links`` and ``mentor_centre``; empty without support.

    Parameters
    ----------
    region
        Mentors are heads of its better-off schools.
    chosen
        From :func:`supported`.
    seed
        Of the demonstration.
    """
    if not chosen:
        return {}
    pairs = [(each["school_id"], year) for each in chosen for year in each["years"]]
    by_year: dict[int, list[str]] = {}
    for school, year in pairs:
        by_year.setdefault(year, []).append(school)
    most = max(len(schools) for schools in by_year.values())
    mentors = [f"Н-{i + 1:02d}" for i in range(-(-most // SCHOOLS_PER_MENTOR))]
    start = min(by_year) - 1
    helped = {school for school, _ in pairs}
    calm = np.argsort(region.social, kind="stable")
    homes = [str(region.schools["school_id"][i]) for i in calm]
    homes = [school for school in homes if school not in helped] or homes
    supporters = [
        {
            "supporter": mentor,
            "role": "mentor",
            "home_school_id": homes[number % len(homes)],
            "position": "директор",
            "order": f"№ {140 + number} от 18.11.{start}",
            "first_date": pd.Timestamp(start, 11, 18),
        }
        for number, mentor in enumerate(mentors)
    ]
    links, plans = [], []
    for year, schools in sorted(by_year.items()):
        for number, school in enumerate(schools):
            rng = stream(seed, "mentor", school, year)
            planned = int(rng.integers(9, 15))
            done = planned - int(rng.integers(0, 3))
            key = {
                "supporter": mentors[number // SCHOOLS_PER_MENTOR],
                "school_id": school,
                "year": year,
            }
            links.append(
                {
                    **key,
                    "first_date": pd.Timestamp(year - 1, 12, 1),
                    "last_date": pd.Timestamp(year, 5, 31),
                    "plan": True,
                    "reports": 2,
                    "feedback": round(float(rng.uniform(4.0, 5.0)), 1),
                    "feedback_n": int(rng.integers(3, 12)),
                }
            )
            plans.append(
                {
                    **key,
                    "planned": planned,
                    "done": done,
                    "in_time": done - int(rng.integers(0, 3)),
                    "feedback": round(float(rng.uniform(4.0, 5.0)), 1),
                    "feedback_n": int(rng.integers(2, 5)),
                }
            )
    return {
        "supporters": _tidy("supporters", supporters),
        "support_links": _tidy("support_links", links),
        "mentor_centre": _tidy("mentor_centre", plans),
    }


def _tidy(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    table = TABLES[name]
    columns = [c for c in table.empty().columns if c not in PROVENANCE]
    types = {column.name: column.dtype for column in table.columns}
    return pd.DataFrame(rows).reindex(columns=columns).astype(types)

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
from shnor_lib.demo.planted import Planted
from shnor_lib.demo.region import Region
from shnor_lib.demo.scene import tidy, twice_low

LARGE = 100
"""From this many schools other schools are supported besides the planted ones."""
SCHOOLS_PER_MENTOR = 3
OVERLOAD = 4
"""Schools the first mentor has at the same time in the last year."""

EFFECTS: dict[str, str] = {
    "recovers": "results really improved",
    "regression": "no effect: back to its own mean",
    "low": "no effect: as weak as before",
    "resilient": "no effect: results were good before",
    "other": "no effect",
}
"""What is true about a supported school, by what was planted in it."""
_YEARS_OF_SUPPORT = {"recovers": 2, "regression": 2, "low": 2, "other": 1}
_LAST_YEAR_ONLY = ("resilient",)
"""Kinds supported in the last year only: a hard social situation."""


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
        if item.kind in _YEARS_OF_SUPPORT:
            chosen[str(ids[item.school])] = item.kind
    found = [
        {
            "school_id": school,
            "kind": kind,
            # A school that stays weak is helped until the end.
            "years": list(years[2:] if kind == "low" else years[2 : 2 + _YEARS_OF_SUPPORT[kind]]),
        }
        for school, kind in chosen.items()
    ]
    found += [
        {"school_id": str(ids[item.school]), "kind": item.kind, "years": [years[-1]]}
        for item in planted
        if item.kind in _LAST_YEAR_ONLY
    ]
    if len(region) >= LARGE:
        own = {str(ids[item.school]) for item in planted}
        for position in range(2, len(years)):
            weak = twice_low(results, years[position - 2], years[position - 1])
            draw = stream(seed, "support", years[position])
            for school in weak:
                # Drawn for every weak school, so that one more or less changes no other.
                lucky = draw.random() < 0.5
                if lucky and school not in own and school not in chosen:
                    chosen[school] = "other"
                    found.append({"school_id": school, "kind": "other", "years": [years[position]]})
    return found


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
    last = max(by_year)
    taken = max(_mentor_of(len(schools) - 1, year == last) for year, schools in by_year.items())
    # One mentor more than there are groups of schools: who is overloaded could be relieved.
    mentors = [f"Н-{i + 1:02d}" for i in range(taken + 2)]
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
                "supporter": mentors[_mentor_of(number, year == last)],
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
        "supporters": tidy("supporters", supporters),
        "support_links": tidy("support_links", links),
        "mentor_centre": tidy("mentor_centre", plans),
    }


def _mentor_of(number: int, last: bool) -> int:
    """Position of the mentor of a year's school with this number, from 0."""
    if not last:
        return number // SCHOOLS_PER_MENTOR
    return 0 if number < OVERLOAD else 1 + (number - OVERLOAD) // SCHOOLS_PER_MENTOR

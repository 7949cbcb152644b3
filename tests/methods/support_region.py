"""Generated regions with a known truth about support: a lasting part, a yearly part, chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from shnor_lib.methods.identification import Identification, identify
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.methods.builders import NO_CALENDAR, results_ruleset, table

FIRST = 2020
RULES = results_ruleset(
    threshold=0.2,
    years=2,
    combine="low_only",
    criterion={"scopes": [{"procedure": "vpr", "subjects": ["математика"]}]},
)
"""Share of low results in maths ≥ 20 % in two years running."""


@dataclass(frozen=True)
class World:
    """How schools differ (log-odds) and what support does to the share of low results.

    Parameters
    ----------
    effect
        Added to the true share of supported schools while they are supported.
    given
        Part of the listed schools that is supported; they are chosen by lot.
    shock
        Spread of the change common to all schools in a year (log-odds).
    """

    schools: int = 200
    years: int = 5
    lasting: float = 0.7
    yearly: float = 0.3
    of_class: float = 0.35
    effect: float = 0.0
    given: float = 0.5
    size: float = 30.0
    shock: float = 0.15
    subjects: tuple[str, ...] = ("математика", "русский язык")
    with_support_tables: bool = True


def region(seed: int, world: World) -> Dataset:
    """Results, register and support links; a school is helped after two bad years in maths."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(np.log(world.size), 0.7, world.schools)).clip(4, 200)
    lasting = rng.normal(-2.0, world.lasting, world.schools)
    low_before = np.zeros((world.schools, world.years), dtype=bool)
    frames, links = [], []
    ids = [f"S{i:04d}" for i in range(world.schools)]
    for t in range(world.years):
        year = FIRST + t
        helped = np.zeros(world.schools, dtype=bool)
        if t >= 2:
            listed = low_before[:, t - 1] & low_before[:, t - 2]
            helped = listed & (rng.random(world.schools) < world.given)
        links += [
            {"supporter": "Н-1", "school_id": ids[i], "year": year} for i in np.flatnonzero(helped)
        ]
        level = lasting + rng.normal(0, world.yearly, world.schools) + rng.normal(0, world.shock)
        maths = np.zeros((2, world.schools))
        for grade in (5, 6, 7, 8):
            for subject in world.subjects:
                odds = level + rng.normal(0, world.of_class, world.schools)
                share = np.clip(special.expit(odds) + world.effect * helped, 0, 1)
                n = rng.poisson(size).clip(1)
                low = rng.binomial(n, share)
                if subject == "математика":
                    maths += np.stack([low, n])
                frames.append(
                    pd.DataFrame(
                        {"school_id": ids, "year": year, "season": "spring", "procedure": "vpr",
                         "grade": grade, "subject": subject, "n": n, "n_low": low,
                         "n_high": rng.binomial(n - low, 0.2)}
                    )
                )  # fmt: skip
        low_before[:, t] = maths[0] / maths[1] >= 0.2
    empty = TABLES["results"].empty()
    results = pd.concat(frames, ignore_index=True).reindex(columns=empty.columns)
    return Dataset(
        results=results.astype(empty.dtypes.to_dict()),
        schools=table(
            "schools", [{"school_id": i, "name": f"Школа {i}", "municipality": "М"} for i in ids]
        ),
        support_links=table("support_links", links if world.with_support_tables else []),
    )


def identified(data: Dataset) -> Identification:
    """The list by :data:`RULES`."""
    return identify(data, RULES, calendar=NO_CALENDAR)

"""Points of the municipal rating system, from the very results, passports and staff generated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.demo.effects import stream
from shnor_lib.demo.region import Region
from shnor_lib.tables import PROVENANCE, TABLES

_STEP = 0.5
"""Points are given in halves."""


def rating_points(
    region: Region,
    seed: int,
    year: int,
    *,
    results: pd.DataFrame,
    passports: pd.DataFrame,
    staff: pd.DataFrame,
) -> pd.DataFrame:
    """Seven indicators with points and maximum for every school it applies to.

    Parameters
    ----------
    region, seed, year
        Whose points, and of which school year.
    results, passports, staff
        Tidy tables of the same year.

    Returns
    -------
    DataFrame
        Tidy rows of the table ``rating_points``. A school without results in a procedure (no
        grade 11, say) has no row for it, so that its maximum does not grow.
    """
    schools = region.schools.set_index("school_id").index
    rng = stream(seed, "rating", year)
    lasting = stream(seed, "rating").normal(size=(2, len(schools)))
    passports = passports.set_index("school_id").reindex(schools)
    staff = staff.set_index("school_id").reindex(schools)
    marks = results.assign(good=results["n4"] + results["n5"])
    marks = marks[marks["procedure"].isin(["vpr", "oge"])]
    sums = marks.groupby(["procedure", "school_id"])[["good", "n_low", "n"]].sum()
    ege = results[(results["procedure"] == "ege") & results["mean_score"].notna()]
    total = (ege["mean_score"] * ege["n"]).groupby(ege["school_id"]).sum()
    mean = total / ege.groupby("school_id")["n"].sum()

    def quality(procedure: str) -> pd.Series:
        if procedure not in sums.index.get_level_values(0):
            return pd.Series(np.nan, index=schools)
        good, low, n = sums.loc[procedure].reindex(schools).to_numpy(dtype=float).T
        return pd.Series((good - 0.6 * low) / n, index=schools)

    enrolled = passports["total"].astype(float)
    register = passports["school_register"].astype(float) / enrolled
    qualified = staff["teachers_qualified"].astype(float) / staff["teachers"].astype(float)
    activity = quality("vpr").fillna(0.35).to_numpy()
    # Title → (maximum, value per school, value that earns nothing, value that earns everything).
    indicators: dict[str, tuple[float, pd.Series, float, float]] = {
        "Результаты ВПР": (15.0, quality("vpr"), -0.25, 0.65),
        "Результаты ОГЭ": (20.0, quality("oge"), -0.20, 0.75),
        "Результаты ЕГЭ": (20.0, mean.reindex(schools).astype(float), 30.0, 78.0),
        "Участие в олимпиадах и конкурсах": (
            15.0,
            pd.Series(activity + 0.08 * lasting[0] + rng.normal(0, 0.03, len(schools)), schools),
            -0.30,
            0.70,
        ),
        "Учителя первой и высшей категории": (10.0, qualified, 0.3, 0.95),
        "Профилактика правонарушений": (10.0, -register, -0.05, 0.0),
        "Воспитательная работа и дополнительное образование": (
            10.0,
            pd.Series(0.65 + 0.12 * lasting[1] + rng.normal(0, 0.05, len(schools)), schools),
            0.0,
            1.0,
        ),
    }
    frames = []
    for title, (maximum, value, nothing, everything) in indicators.items():
        known = value[value.notna()]
        share = np.clip((known - nothing) / (everything - nothing), 0, 1)
        frames.append(
            pd.DataFrame(
                {
                    "school_id": known.index,
                    "year": year,
                    "indicator": title,
                    "points": np.rint(share.to_numpy() * maximum / _STEP) * _STEP,
                    "points_max": maximum,
                }
            )
        )
    rows = pd.concat(frames, ignore_index=True)
    order = {school: place for place, school in enumerate(schools)}
    rows = rows.sort_values("school_id", key=lambda ids: ids.map(order), kind="stable")
    types = {column.name: column.dtype for column in TABLES["rating_points"].columns}
    columns = [c for c in TABLES["rating_points"].empty().columns if c not in PROVENANCE]
    return rows.reindex(columns=columns).astype(types).reset_index(drop=True)

"""Social passports and staff: counts that go with the social situation of the school."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.demo.calibration import FloatArray
from shnor_lib.demo.effects import stream
from shnor_lib.demo.pupils import Pupils
from shnor_lib.demo.region import VILLAGE, Region
from shnor_lib.tables import PROVENANCE, TABLES

# Column → (share in towns, share in villages, slope on the social situation and sd of the
# school's own deviation, both on the logit scale). Assumed values.
_SHARES: dict[str, tuple[float, float, float, float]] = {
    "incomplete": (0.20, 0.185, 0.26, 0.20),
    "many_children": (0.13, 0.20, 0.20, 0.20),
    "low_income": (0.10, 0.19, 0.35, 0.20),
    "guardianship": (0.015, 0.025, 0.30, 0.30),
    "disabled": (0.018, 0.020, 0.05, 0.30),
    "special_needs": (0.045, 0.060, 0.25, 0.40),
    "non_native": (0.04, 0.02, 0.25, 0.70),
    "higher_education_both": (0.24, 0.09, -0.45, 0.25),
    "higher_education_one": (0.26, 0.20, -0.20, 0.15),
    "unemployed": (0.04, 0.11, 0.40, 0.25),
    "poor_housing": (0.02, 0.07, 0.45, 0.45),
    "school_register": (0.012, 0.012, 0.45, 0.30),
    "at_risk": (0.035, 0.045, 0.40, 0.25),
}
# Part of another count → (of which, share at an average school, slope).
_PARTS: dict[str, tuple[str, float, float]] = {
    "police_register": ("school_register", 0.35, 0.10),
    "commission_register": ("school_register", 0.20, 0.10),
    "dangerous_situation": ("at_risk", 0.15, 0.15),
    "at_risk_covered": ("at_risk", 0.88, -0.30),
}
_CALM = {"incomplete": 0.26, "poor_housing": 0.15}
"""Largest shares of a school that is to stay clear of the usual thresholds (0.30 and 0.20)."""
OFFENCES_PER_PUPIL = 0.00022
"""Offences a year for each pupil of an average school: a rare event (assumed)."""
LESSONS = 1020
"""Lessons a year for each pupil."""


def social_passports(
    region: Region,
    pupils: Pupils,
    seed: int,
    year: int,
    *,
    shares: dict[int, dict[str, float]] | None = None,
    calm: Collection[int] = (),
) -> pd.DataFrame:
    """Social passports of all schools for one school year.

    Parameters
    ----------
    region, pupils, seed, year
        Whose passports, and of which school year.
    shares
        Position of a school → column → mean share (0…1) instead of the drawn one;
        ``offences`` is the expected number.
    calm
        Positions of schools that stay clear of the usual thresholds.

    Returns
    -------
    DataFrame
        Tidy rows of the table ``social_passport`` without provenance.
    """
    count = len(region)
    total = pupils.enrolment(year)
    village = (region.schools["settlement_type"] == VILLAGE).to_numpy()
    frame = pd.DataFrame({"school_id": region.schools["school_id"], "total": total})
    frame["year"] = year
    for name, (town_share, village_share, slope, own) in _SHARES.items():
        base = special.logit(np.where(village, village_share, town_share))
        lasting = own * stream(seed, "passport", name).normal(size=count)
        noise = 0.05 * stream(seed, "passport", name, year).normal(size=count)
        level = base + slope * region.social + lasting
        for school, given in (shares or {}).items():
            if name in given:
                level[school] = special.logit(given[name])
        share = special.expit(level + noise)
        if name in _CALM:
            quiet = list(calm)
            share[quiet] = np.minimum(share[quiet], _CALM[name])
        frame[name] = _counts(share, total)
    # Parents with one degree and with two are different pupils.
    frame["higher_education_one"] = np.minimum(
        frame["higher_education_one"], total - frame["higher_education_both"]
    )
    rng = stream(seed, "passport_counts", year)
    for name, (whole, average, slope) in _PARTS.items():
        share = special.expit(special.logit(average) + slope * region.social)
        frame[name] = rng.binomial(frame[whole].to_numpy(dtype=np.int64), share)
    expected = OFFENCES_PER_PUPIL * total * np.exp(0.5 * region.social)
    for school, given in (shares or {}).items():
        expected[school] = given.get("offences", expected[school])
    expected[list(calm)] = 0.0
    frame["offences"] = rng.poisson(expected)
    frame["lessons_planned"] = total * LESSONS
    attended = 0.935 - 0.012 * region.social + rng.normal(0, 0.008, count)
    frame["lessons_attended"] = np.rint(frame["lessons_planned"] * np.clip(attended, 0.7, 0.99))
    carried = np.where(village, 0.20, 0.01) * np.exp(stream(seed, "carried").normal(0, 0.6, count))
    frame["transported"] = _counts(np.clip(carried, 0, 0.7), total)
    houses = (stream(seed, "boarding").random(count) < 0.04) & village
    frame["boarding"] = np.where(houses, _counts(np.full(count, 0.12), total), 0)
    return _tidy(frame, "social_passport")


def staff(region: Region, pupils: Pupils, seed: int, year: int) -> pd.DataFrame:
    """Teachers and vacancies of all schools for one school year.

    The number of teachers follows the size (median about 24 teachers at 214 pupils); the median
    share with a first or highest category is about 0.79, a tenth of schools is below 0.55.
    """
    count = len(region)
    lasting = stream(seed, "teachers").normal(0, 0.08, count)
    teachers = np.maximum(3, np.rint(2.5 * pupils.enrolment(year) ** 0.42 * np.exp(lasting)))
    own = 0.75 * stream(seed, "qualified").normal(size=count)
    noise = 0.15 * stream(seed, "qualified", year).normal(size=count)
    qualified = special.expit(1.25 - 0.15 * region.social + own + noise)
    frame = pd.DataFrame({"school_id": region.schools["school_id"], "teachers": teachers})
    frame["year"] = year
    frame["teachers_qualified"] = np.rint(teachers * qualified)
    open_posts = 0.03 * teachers * np.exp(0.3 * region.social)
    frame["vacancies"] = stream(seed, "vacancies", year).poisson(open_posts)
    return _tidy(frame, "staff")


def _counts(share: FloatArray, total: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.rint(share * total).astype(np.int64)


def _tidy(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Columns in order, with the dtypes of the data dictionary."""
    types = {column.name: column.dtype for column in TABLES[name].columns}
    columns = [column for column in TABLES[name].empty().columns if column not in PROVENANCE]
    return frame.reindex(columns=columns).astype(types)

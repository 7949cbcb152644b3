"""The schools of a synthetic region: where they are, how large, how well off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.demo.calibration import Calibration, FloatArray
from shnor_lib.demo.names import district_centre, municipality_names, school_name, villages
from shnor_lib.tables import PROVENANCE, TABLES

IntArray = npt.NDArray[np.int64]
CAPITAL, TOWN, URBAN, VILLAGE = TABLES["schools"].column("settlement_type").choices
_SIZE_SHIFT = {CAPITAL: 1.9, TOWN: 1.7, URBAN: 1.0, VILLAGE: 0.0}
"""How much larger schools are by settlement type, in sd of size within a type."""
_CENTRE_SHIFT = 1.6
_REGION_FOR_SPECIAL = 100
"""From this many schools the region has a correctional and an evening school."""


@dataclass
class Region:
    """Schools of the region; arrays run parallel to the rows of ``schools``.

    Attributes
    ----------
    schools
        Tidy register (:data:`shnor_lib.tables.SCHOOLS`), no provenance columns.
    pupils
        Number of pupils the school was planned with.
    social
        Social situation, standard normal over the region; higher = harder.
    german
        Share of pupils who learn German (0…1); the others learn English.
    ordinary
        Whether the school writes ВПР (special and evening schools do not).
    """

    schools: pd.DataFrame
    pupils: IntArray
    social: FloatArray
    german: FloatArray
    ordinary: npt.NDArray[np.bool_]

    @property
    def last_grade(self) -> IntArray:
        """Last grade of every school: 4, 9 or 11."""
        return np.asarray(self.schools["last_grade"].to_numpy(dtype=np.int64))

    def __len__(self) -> int:
        return len(self.schools)


def build_region(
    calibration: Calibration,
    rng: np.random.Generator,
    *,
    schools: int,
    municipalities: int,
    years: tuple[int, int],
) -> Region:
    """Draw the register of a synthetic region.

    Parameters
    ----------
    calibration, rng
        Sizes and languages; the generator everything is drawn from.
    schools, municipalities
        How many; every municipality gets at least one school.
    years
        First and last school year of the demonstration; in a large region a few schools open
        or close in between.
    """
    places = _places(rng, schools, municipalities)
    kinds = places["settlement_type"].to_numpy()
    shift = np.array([_SIZE_SHIFT[kind] for kind in kinds]) + np.where(
        places["centre"] & (kinds == VILLAGE), _CENTRE_SHIFT, 0.0
    )
    order = np.argsort(shift + rng.normal(0, 0.65, schools), kind="stable")
    share = np.empty(schools)
    # A single district has no schools of city size.
    share[order] = (np.arange(schools) + 0.5) / schools * (1.0 if municipalities >= 10 else 0.93)
    pupils = np.rint(calibration.size_quantile(share)).astype(np.int64)

    # A place has some seven inhabitants for every pupil of its schools, or more.
    of_place = pd.Series(pupils).groupby(places["settlement"].to_numpy()).transform("sum")
    least = (of_place * 7 / 1000).round(1)
    places["settlement_size"] = places["settlement_size"].clip(lower=least)

    last_grade = np.full(schools, 11)
    last_grade[rng.random(schools) < np.clip(0.45 - pupils / 500, 0.0, 0.4)] = 9
    last_grade[(rng.random(schools) < 0.02) & (pupils < 120)] = 4
    social = rng.normal(0, 1, schools)
    social = (social - social.mean()) / max(social.std(), 1e-9)  # one school: sd 0
    languages = calibration.region["languages"]
    # German only is a rural matter: small schools come first.
    rank = np.argsort(np.argsort(pupils + rng.normal(0, 150, schools))) / schools
    german = np.where(
        rank < languages["german"], 1.0, np.where(rank < 1 - languages["english"], 0.35, 0.0)
    )
    special = _special(rng, kinds, pupils, schools)
    last_grade[special != ""] = 9
    frame = _register(rng, places, pupils, last_grade, special)
    if schools >= _REGION_FOR_SPECIAL:
        _openings(rng, frame, special, years)
    return Region(frame, pupils, social, german, special == "")


def _places(rng: np.random.Generator, schools: int, municipalities: int) -> pd.DataFrame:
    """Municipality and settlement of every school, sorted by municipality."""
    towns, districts = municipality_names(municipalities)
    weights = np.concatenate(
        [
            np.linspace(6.0, 1.5, len(towns)) if towns else np.empty(0),
            rng.uniform(0.7, 1.3, len(districts)),
        ]
    )
    counts = _apportion(weights, schools)
    names = iter(villages())
    rows: list[tuple[str, str, str, bool, float, int]] = []  # in the order of `columns` below
    for index, count in enumerate(counts):
        if index < len(towns):
            kind = CAPITAL if index == 0 else TOWN
            size = 420.0 if index == 0 else round(float(rng.uniform(25, 110)), 1)
            name = f"г. {towns[index]}"
            rows += [(f"городской округ {towns[index]}", name, kind, True, size, 1)] * count
            continue
        district = index - len(towns)
        centre, urban = district_centre(district)
        in_centre = max(1, round(count * 0.26))
        size = round(float(rng.uniform(6, 14)), 1)
        kind = URBAN if urban else VILLAGE
        far = int(rng.integers(2, 4))
        rows += [(districts[district], centre, kind, True, size, far)] * in_centre
        for _ in range(count - in_centre):
            rows.append(
                (
                    districts[district],
                    next(names),
                    VILLAGE,
                    False,
                    round(float(np.exp(rng.normal(-0.2, 0.6))), 1),
                    min(4, far + int(rng.integers(0, 2))),
                )
            )
    columns = [
        "municipality", "settlement", "settlement_type", "centre", "settlement_size", "remoteness",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _apportion(weights: FloatArray, total: int) -> list[int]:
    """Whole numbers that add up to ``total``, at least 1 each, near the weights."""
    spare = total - len(weights)
    exact = weights / weights.sum() * spare
    counts = np.floor(exact).astype(int)
    rest = np.argsort(counts - exact, kind="stable")[: spare - counts.sum()]
    counts[rest] += 1
    return [int(count) + 1 for count in counts]


def _special(
    rng: np.random.Generator, kinds: npt.NDArray[np.object_], pupils: IntArray, schools: int
) -> npt.NDArray[np.str_]:
    """Kind of the few schools that are not ordinary ones; empty text for the rest."""
    special = np.full(schools, "", dtype="<U12")
    if schools < _REGION_FOR_SPECIAL:
        return special
    fits = np.flatnonzero((kinds != VILLAGE) & (pupils > 60) & (pupils < 700))
    chosen = rng.choice(fits, min(len(fits), 2 + schools // 200), replace=False)
    special[chosen] = "correctional"
    special[chosen[-1:]] = "evening"
    return special


def _register(
    rng: np.random.Generator,
    places: pd.DataFrame,
    pupils: IntArray,
    last_grade: IntArray,
    special: npt.NDArray[np.str_],
) -> pd.DataFrame:
    """The tidy register with names and codes."""
    count = len(places)
    width = max(3, len(str(count)))
    number = places.groupby("municipality", sort=False).cumcount() + 1
    legal = rng.choice(["Б", "К", "А"], count, p=[0.84, 0.09, 0.07])
    types = np.where(last_grade == 4, "nosh", np.where(last_grade == 9, "oosh", "sosh"))
    types = types.astype("<U12")
    upmarket = (
        (pupils > 600)
        & places["settlement_type"].isin([CAPITAL, TOWN]).to_numpy()
        & (last_grade == 11)
    )
    types[upmarket & (rng.random(count) < 0.15)] = "gymnasium"
    types[upmarket & (rng.random(count) < 0.08)] = "lyceum"
    types = np.where(special != "", special, types)
    named = [
        school_name(str(t), int(n), str(s), str(form))
        for t, n, s, form in zip(types, number, places["settlement"], legal, strict=True)
    ]
    kind = np.select(
        [special == "correctional", special == "evening"],
        ["коррекционная", "вечерняя"],
        "общеобразовательная",
    )
    frame = TABLES["schools"].empty().drop(columns=list(PROVENANCE))
    frame["school_id"] = pd.Series([f"ШК-{i + 1:0{width}d}" for i in range(count)], dtype="string")
    frame["name"] = [short for short, _ in named]
    frame["full_name"] = [full for _, full in named]
    for column in (
        "municipality",
        "settlement",
        "settlement_type",
        "settlement_size",
        "remoteness",
    ):
        frame[column] = places[column]
    frame["kind"] = kind
    frame["last_grade"] = last_grade
    frame["fis_login"] = [f"edu9{i + 1:05d}" for i in range(count)]
    frame["ris_code"] = [f"9{i + 1:05d}" for i in range(count)]
    table = TABLES["schools"]
    return frame.astype({c.name: c.dtype for c in table.columns})


def _openings(
    rng: np.random.Generator,
    frame: pd.DataFrame,
    special: npt.NDArray[np.str_],
    years: tuple[int, int],
) -> None:
    """Let a few schools of a large region open or close within the years."""
    first, last = years
    if last - first < 2:
        return
    chosen = rng.choice(np.flatnonzero(special == ""), 4, replace=False)
    frame.loc[chosen[:2], "opened"] = first + 1
    frame.loc[chosen[2:], "closed"] = last - 1

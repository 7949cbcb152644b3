"""Planted truths: schools of which we know what a good method has to find.

Each has a true effect, stated in the truth file, and, where its point is what *chance* shows,
a requirement on the drawn marks: they are drawn again, from the same true shares, until the
tables show it (a school on the list by bad luck, or one that came back to its own mean).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.demo.calibration import FloatArray
from shnor_lib.demo.effects import Plant, stream
from shnor_lib.demo.region import Region
from shnor_lib.demo.results import Sitting

VPR_LOW, OGE_LOW = 0.20, 0.30
"""Shares of «2» from which Tbilissky's rule of 2021 counts a result as low."""
_MARKS = ["n2", "n3", "n4", "n5"]
_DRAWS, _ROUNDS = 4000, 60


@dataclass(frozen=True)
class Requirement:
    """What the pooled marks of one subject must show.

    Parameters
    ----------
    procedure, subject, year
        Which results; the classes are pooled.
    low
        True: share of «2» at or above the threshold and not one «5»; False: not that.
    ceiling
        Share of «2» above which chance would be a poor explanation; only with ``low``.
    """

    procedure: str
    subject: str
    year: int
    low: bool
    ceiling: float = 1.0

    def met(self, marks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether counts of 2, 3, 4, 5 (last axis) show it."""
        limit = VPR_LOW if self.procedure == "vpr" else OGE_LOW
        total = marks.sum(axis=-1)
        low = (marks[..., 0] >= limit * total) & (marks[..., 3] == 0) & (total > 0)
        if self.low:
            low &= marks[..., 0] <= self.ceiling * total
        return np.asarray(low if self.low else ~low)


@dataclass
class Planted:
    """One planted truth.

    Attributes
    ----------
    kind
        ``low``, ``resilient``, ``small_chance``, ``recovers``, ``regression``, ``missing`` or
        ``worsening``.
    title
        Russian: what was planted.
    school
        Position in the register.
    targets
        (procedure, subject, year) → true share of «2», 0…1, pooled over classes.
    requirements
        What the drawn marks must show.
    baseline
        Year → effect in everything that ``targets`` does not name, in between-school sd; a
        year that is not named: as drawn.
    shares
        Social passport: column → share (``offences``: expected number a year).
    calm
        Keep the school clear of the social thresholds, so that only its results speak.
    missing
        Table name → years without a row.
    """

    kind: str
    title: str
    school: int
    targets: dict[tuple[str, str, int], float] = field(default_factory=dict)
    requirements: list[Requirement] = field(default_factory=list)
    baseline: dict[int, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    calm: bool = False
    missing: dict[str, list[int]] = field(default_factory=dict)


_MATHS, _RUSSIAN = "математика", "русский язык"
# Kind → number of pupils the school should have about; in order of importance.
_SIZES = {
    "low": 125,
    "resilient": 160,
    "small_chance": 45,
    "worsening": 300,
    "recovers": 240,
    "regression": 67,
    "missing": 95,
}


def plan(region: Region, years: list[int]) -> list[Planted]:
    """Choose schools and say what is planted in them.

    A district gets one of each kind, a large region one for every 160 schools; a region with
    few schools gets the first kinds only and keeps at least one school as drawn. Kinds that
    need a course over time come only with three years or more.
    """
    lasting = region.schools[["opened", "closed"]].isna().all(axis=1).to_numpy()
    fits = region.ordinary & (region.last_grade >= 9) & lasting
    usable = [int(index) for index in np.flatnonzero(fits)]
    kinds = list(_SIZES) if len(years) >= 3 else ["low", "resilient", "small_chance"]
    each = max(1, len(region) // 160)
    planted: list[Planted] = []
    for kind in (kind for _ in range(each) for kind in kinds):
        if len(usable) <= 1:
            break
        sizes = np.log(region.pupils[usable] / _SIZES[kind])
        school = usable.pop(int(np.argmin(np.abs(sizes))))
        planted.append(_MAKERS[kind](school, years))
    return planted


def _low(school: int, years: list[int]) -> Planted:
    targets = {("vpr", _MATHS, year): 0.48 for year in years}
    targets |= {("oge", _MATHS, year): 0.50 for year in years}
    return Planted(
        "low",
        "Устойчиво низкие результаты по математике (ВПР и ОГЭ) во все годы",
        school,
        targets,
        [Requirement(*key, low=True) for key in targets],
        baseline=dict.fromkeys(years, -1.0),
        calm=True,
    )


def _resilient(school: int, years: list[int]) -> Planted:
    return Planted(
        "resilient",
        "Трудные социальные условия, но хорошие результаты (резильентная школа)",
        school,
        {},
        [
            Requirement("vpr", subject, year, low=False)
            for subject in (_MATHS, _RUSSIAN)
            for year in years
        ],
        baseline=dict.fromkeys(years, 1.3),
        shares={
            "incomplete": 0.38,
            "poor_housing": 0.29,
            "low_income": 0.46,
            "unemployed": 0.27,
            "higher_education_both": 0.03,
            "higher_education_one": 0.10,
            "many_children": 0.31,
            "at_risk": 0.10,
            "offences": 0.4,
        },
    )


def _small_chance(school: int, years: list[int]) -> Planted:
    targets = {("vpr", _MATHS, year): 0.155 for year in years}
    return Planted(
        "small_chance",
        "Малочисленная школа: низкий результат двух последних лет по математике объясняется "
        "случайностью",
        school,
        targets,
        [Requirement("vpr", _MATHS, year, year in years[-2:], ceiling=0.3) for year in years],
        baseline=dict.fromkeys(years, 0.0),
        calm=True,
    )


def _recovers(school: int, years: list[int]) -> Planted:
    bad = years[: max(2, len(years) // 2)] if len(years) > 3 else years[:2]
    targets = {("vpr", _MATHS, year): 0.42 if year in bad else 0.08 for year in years}
    targets |= {("oge", _MATHS, year): 0.45 if year in bad else 0.05 for year in years}
    return Planted(
        "recovers",
        "Была в списке, затем результаты действительно выросли, прежде всего по математике",
        school,
        targets,
        [Requirement("oge", _MATHS, year, low=year in bad) for year in years],
        baseline={year: -1.5 if year in bad else 0.6 for year in years},
        calm=True,
    )


def _regression(school: int, years: list[int]) -> Planted:
    bad = years[: 2 if len(years) > 3 else 1]
    targets = {("vpr", _RUSSIAN, year): 0.185 for year in years}
    return Planted(
        "regression",
        "Низкий результат первых лет по русскому языку случаен: без всяких изменений школа "
        "вернулась к своему среднему уровню",
        school,
        targets,
        [Requirement("vpr", _RUSSIAN, year, year in bad, ceiling=0.3) for year in years],
        baseline=dict.fromkeys(years, 0.0),
        calm=True,
    )


def _missing(school: int, years: list[int]) -> Planted:
    return Planted(
        "missing",
        "Нет данных: за предпоследний год — результатов и баллов рейтинга, за последний — "
        "социального паспорта",
        school,
        missing={
            "results": [years[-2]],
            "rating_points": [years[-2]],
            "social_passport": [years[-1]],
        },
    )


def _worsening(school: int, years: list[int]) -> Planted:
    course = [float(share) for share in np.linspace(0.0, 1.0, len(years)) ** 2]
    targets = {
        ("vpr", _RUSSIAN, year): 0.12 + 0.33 * step
        for year, step in zip(years, course, strict=True)
    }
    bad = years[-2:]
    targets |= {("oge", _RUSSIAN, year): 0.48 if year in bad else 0.06 for year in years}
    return Planted(
        "worsening",
        "Результаты ухудшаются из года в год, прежде всего по русскому языку; два последних "
        "года низкие на ОГЭ",
        school,
        targets,
        [Requirement("oge", _RUSSIAN, year, low=year in bad) for year in years],
        baseline={year: 0.5 - 2.3 * step for year, step in zip(years, course, strict=True)},
        calm=True,
    )


_MAKERS = {
    "low": _low,
    "resilient": _resilient,
    "small_chance": _small_chance,
    "recovers": _recovers,
    "regression": _regression,
    "missing": _missing,
    "worsening": _worsening,
}


def effects_of(planted: Iterable[Planted], sitting: Sitting) -> Iterator[Plant]:
    """Effects that give the planted true shares.

    Parameters
    ----------
    planted
        What :func:`plan` returned.
    sitting
        Gives the composition of the year and the region's distributions.
    """
    for item in planted:
        for year, effect in item.baseline.items():
            yield Plant(item.school, effect, years=frozenset({year}))
        for (procedure, subject, year), share in item.targets.items():
            grades = [9] if procedure == "oge" else _grades(sitting, subject, year)
            if not grades or (procedure == "oge" and sitting.calendar.not_held_note("oge", year)):
                continue
            sizes = [int(sitting.pupils.sizes(grade, year)[item.school]) for grade in grades]
            effect = _solve(sitting, procedure, subject, year, grades, sizes, share)
            yield Plant(
                item.school, effect, frozenset({subject}), frozenset(grades), frozenset({year})
            )


def _grades(sitting: Sitting, subject: str, year: int) -> list[int]:
    """Classes in which everybody writes the subject."""
    return [
        grade
        for grade, plan_ in sitting.calibration.composition(year).items()
        if subject in plan_["all"] and not sitting.calendar.not_held_note("vpr", year, grade)
    ]


def _solve(
    sitting: Sitting,
    procedure: str,
    subject: str,
    year: int,
    grades: list[int],
    sizes: list[int],
    share: float,
) -> float:
    """Effect at which the pooled true share of «2» is ``share``, by bisection."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        parts = [
            sitting.distribution(procedure, grade, subject).shares_at(
                middle, sitting.shift(procedure, grade, subject, year)
            )[0]
            for grade in grades
        ]
        if np.average(parts, weights=np.maximum(sizes, 1e-6)) > share:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 3)


def enforce(
    results: pd.DataFrame, planted: Iterable[Planted], sitting: Sitting, seed: int
) -> pd.DataFrame:
    """Draw marks again until the requirements of the year hold.

    Parameters
    ----------
    results
        Tidy results of one school year; changed in place.
    planted, sitting, seed
        What :func:`plan` returned, where the true shares come from, and the seed.

    Returns
    -------
    DataFrame
        ``results``.
    """
    year = int(results["year"].iloc[0])
    ids = sitting.region.schools["school_id"]
    for item in planted:
        mine = results["school_id"] == ids[item.school]
        for need in item.requirements:
            if need.year != year:
                continue
            rows = results[
                mine
                & (results["procedure"] == need.procedure)
                & (results["subject"] == need.subject)
            ]
            if rows.empty or need.met(rows[_MARKS].to_numpy(dtype=np.int64).sum(axis=0)):
                continue
            chances = [
                sitting.true_shares(need.procedure, int(grade), need.subject, year, item.school)
                for grade in rows["grade"]
            ]
            rng = stream(seed, "again", item.school, need)
            drawn = _draw(rng, rows["n"].to_numpy(dtype=np.int64), chances, need)
            results.loc[rows.index, _MARKS] = drawn
            results.loc[rows.index, "n_low"] = drawn[:, 0]
            results.loc[rows.index, "n_high"] = drawn[:, 3]
    return results


def _draw(
    rng: np.random.Generator,
    n: npt.NDArray[np.int64],
    chances: list[FloatArray],
    need: Requirement,
) -> npt.NDArray[np.int64]:
    """Marks of every class from its true shares, such that together they show what is needed.

    If a quarter of a million draws do not show it, the draw that comes nearest is taken: fewest
    «5», then most «2». The truth file states what the tables show in any case.
    """
    best: npt.NDArray[np.int64] | None = None
    for _ in range(_ROUNDS):
        draws = np.stack(
            [rng.multinomial(k, p, size=_DRAWS) for k, p in zip(n, chances, strict=True)], axis=1
        )
        pooled = draws.sum(axis=1)
        good = np.flatnonzero(need.met(pooled))
        if len(good):
            return np.asarray(draws[good[0]])
        first = np.lexsort((-pooled[:, 0], pooled[:, 3]))[0]
        if best is None or pooled[first, 3] < best.sum(axis=0)[3]:
            best = np.asarray(draws[first])
    assert best is not None
    return best

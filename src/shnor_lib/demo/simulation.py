"""The tables of a synthetic region and the truth behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.demo.calibration import calibration
from shnor_lib.demo.context import social_passports, staff
from shnor_lib.demo.effects import SchoolEffects, stream
from shnor_lib.demo.planted import Planted, effects_of, enforce, plan
from shnor_lib.demo.pupils import Pupils
from shnor_lib.demo.rating import rating_points
from shnor_lib.demo.region import Region, build_region
from shnor_lib.demo.registers import register_tables
from shnor_lib.demo.results import Sitting
from shnor_lib.demo.scene import Scene
from shnor_lib.demo.support import EFFECTS, support_tables, supported
from shnor_lib.faults import ShnorError
from shnor_lib.project import packaged_calendar

DEFAULT_SEED = 20262044
Progress = Callable[[str], None]
_MISSING_VPR = 0.01
"""Share of school-years of a large region without ВПР (assumed)."""
_LARGE = 100


@dataclass
class DemoTruth:
    """What is true about a synthetic region; see :func:`shnor_lib.demo.write_demo_truth`.

    Attributes
    ----------
    seed, years
        Arguments that gave it.
    planted
        One entry per planted truth: kind, Russian title, school_id, name, true shares, what
        the tables show.
    schools
        True parameters per school: lasting effect in classes 1–4 and 5–11 (between-school sd,
        higher = better results) and social situation (sd, higher = harder).
    parameters
        True parameters of the region: variance components, year effects on the latent scale of
        pupils (standard normal; ``autumn_shift`` comes on top in autumn sittings).
    support
        Supported schools: ``school_id``, ``kind``, ``years`` of support, and what is true about
        the effect (no effect unless planted).
    deeds
        Planted in the registers (teachers, support, risks, measures, requests): kind, Russian
        title, school or person, and what a good method has to find.
    files
        Files written, relative to the project; empty when only tables were made.
    """

    seed: int
    years: list[int]
    planted: list[dict[str, Any]]
    schools: list[dict[str, Any]]
    parameters: dict[str, Any]
    support: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Planted truths of one kind, those of the registers too."""
        return [item for item in (*self.planted, *self.deeds) if item["kind"] == kind]


@dataclass
class Demo:
    """Tidy tables (without provenance) of a synthetic region and the truth behind them."""

    tables: dict[str, pd.DataFrame]
    truth: DemoTruth


def simulate(
    *,
    schools: int = 12,
    municipalities: int = 1,
    years: int = 4,
    last_year: int = 2026,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> Demo:
    """Make the tables of a synthetic region.

    Parameters
    ----------
    schools, municipalities
        Size of the region; one municipality is a rural district.
    years, last_year
        How many school years, and the last of them.
    seed
        The same arguments always give the same tables.
    progress
        Called with a Russian sentence before every step.

    Returns
    -------
    Demo
        Tables ``schools``, ``results``, ``social_passport``, ``staff``, ``rating_points`` and the
        registers of the platform; from three years on those of teachers, support, risks and
        measures.

    Raises
    ------
    ShnorError
        Arguments that make no region.
    """
    _check(schools, municipalities, years, last_year)
    tell = progress or (lambda _: None)
    span = list(range(last_year - years + 1, last_year + 1))
    tell("Школы и муниципалитеты…")
    numbers = calibration()
    region = build_region(
        numbers,
        stream(seed, "region"),
        schools=schools,
        municipalities=municipalities,
        years=(span[0], span[-1]),
    )
    pupils = Pupils(region, seed)
    effects = SchoolEffects(region, numbers, seed)
    sitting = Sitting(region, numbers, effects, pupils, packaged_calendar(), seed)
    planted = plan(region, span)
    effects.plants = list(effects_of(planted, sitting))
    shares = {item.school: item.shares for item in planted if item.shares}
    calm = [item.school for item in planted if item.calm]

    parts: dict[str, list[pd.DataFrame]] = {}
    for year in span:
        tell(f"Результаты {year - 1}/{year % 100:02d} учебного года…")
        results = enforce(sitting.year_results(year), planted, sitting, seed)
        results = _without_some(results, region, planted, year, seed)
        works = set(region.schools.loc[sitting.works(year), "school_id"])
        passports = social_passports(region, pupils, seed, year, shares=shares, calm=calm)
        people = staff(region, pupils, seed, year)
        points = rating_points(
            region, seed, year, results=results, passports=passports, staff=people
        )
        for name, frame in (
            ("results", results),
            ("social_passport", passports),
            ("staff", people),
            ("rating_points", points),
        ):
            kept = _drop(frame, name, region, planted, year)
            parts.setdefault(name, []).append(kept[kept["school_id"].isin(works)])
    tables = {"schools": region.schools}
    tables |= {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    helped = supported(region, planted, tables["results"], span, seed)
    tables |= support_tables(region, helped, seed)
    scene = Scene(
        region,
        planted,
        tables["results"],
        tables["staff"],
        tables["social_passport"],
        span,
        seed,
        helped,
    )
    tables |= register_tables(scene, tables, tell)
    truth = _truth(seed, span, planted, sitting, tables)
    truth.deeds = scene.found
    truth.support = [{**each, "truth": EFFECTS[each["kind"]]} for each in helped]
    return Demo(tables, truth)


def _check(schools: int, municipalities: int, years: int, last_year: int) -> None:
    if not 1 <= municipalities <= schools:
        raise ShnorError(
            f"Школ должно быть не меньше, чем муниципалитетов, и хотя бы одна: задано школ "
            f"{schools}, муниципалитетов {municipalities}."
        )
    if schools > 9999:
        raise ShnorError(f"Школ может быть не больше 9999, задано {schools}.")
    if not 1 <= years <= 15:
        raise ShnorError(f"Лет может быть от 1 до 15, задано {years}.")
    first_year = last_year - years + 1
    if first_year < 2015 or last_year > 2100:
        raise ShnorError(f"Годы должны лежать между 2015 и 2100, задано {first_year}–{last_year}.")


def _drop(
    frame: pd.DataFrame, name: str, region: Region, planted: list[Planted], year: int
) -> pd.DataFrame:
    """Leave out the rows planted as missing."""
    ids = region.schools["school_id"]
    gone = {ids[item.school] for item in planted if year in item.missing.get(name, [])}
    return frame[~frame["school_id"].isin(gone)]


def _without_some(
    results: pd.DataFrame, region: Region, planted: list[Planted], year: int, seed: int
) -> pd.DataFrame:
    """In a large region a few schools have no ВПР in a year, as in the real one."""
    if len(region) < _LARGE:
        return results
    draw = stream(seed, "missing", year).random(len(region)) < _MISSING_VPR
    draw[[item.school for item in planted]] = False
    gone = results["school_id"].isin(region.schools.loc[draw, "school_id"])
    return results[~(gone & results["procedure"].eq("vpr"))].reset_index(drop=True)


def _truth(
    seed: int,
    span: list[int],
    planted: list[Planted],
    sitting: Sitting,
    tables: dict[str, pd.DataFrame],
) -> DemoTruth:
    region, effects = sitting.region, sitting.effects
    ids, names = region.schools["school_id"], region.schools["name"]
    subjects = sorted(tables["results"]["subject"].unique())
    schools = [
        {
            "school_id": str(ids[i]),
            "effect_primary": round(float(effects.lasting_primary[i]), 4),
            "effect_basic": round(float(effects.lasting[i]), 4),
            "social": round(float(region.social[i]), 4),
        }
        for i in range(len(region))
    ]
    parameters = {
        "school_effect": sitting.calibration.region["school_effect"],
        "participation": sitting.calibration.region["participation"],
        "year_shift": {
            str(year): {s: round(effects.shift(s, year), 4) for s in subjects} for year in span
        },
        "autumn_shift": sitting.calibration.region["year_effect"]["autumn"],
    }
    entries = []
    for item in planted:
        school = str(ids[item.school])
        entries.append(
            {
                "kind": item.kind,
                "title": item.title,
                "school_id": school,
                "name": str(names[item.school]),
                "baseline_effect": {
                    str(y): round(effect, 4) for y, effect in item.baseline.items()
                },
                "true_share_of_2": [
                    {"procedure": p, "subject": s, "year": y, "share": round(share, 4)}
                    for (p, s, y), share in item.targets.items()
                ],
                "tables_show": _shown(item, school, tables["results"]),
                "passport_shares": item.shares,
                "missing": item.missing,
            }
        )
    return DemoTruth(seed, span, entries, schools, parameters)


def _shown(item: Planted, school: str, results: pd.DataFrame) -> list[dict[str, Any]]:
    """What the tables show for every result with a planted truth or requirement."""
    keys = sorted({*item.targets, *((r.procedure, r.subject, r.year) for r in item.requirements)})
    mine = results[results["school_id"] == school]
    shown = []
    for procedure, subject, year in keys:
        rows = mine[
            (mine["procedure"] == procedure) & (mine["subject"] == subject) & (mine["year"] == year)
        ]
        if rows.empty:
            continue
        n, n2, n5 = (int(np.sum(rows[c].to_numpy(dtype=np.int64))) for c in ("n", "n2", "n5"))
        shown.append(
            {"procedure": procedure, "subject": subject, "year": year, "n": n, "n2": n2, "n5": n5}
        )
    return shown

"""Risk profiles, their verification and self-analysis cards of the schools followed.

Truths: a confirmed risk of high significance nobody does anything about; one the school rejects
and the curator confirms; a cyclic one whose day to decide has passed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_lib.demo.scene import Row, Scene, day, tidy, words, working
from shnor_lib.tables import RISK_FACTORS

PROTOCOL = (11, 12)
"""Month and day of the curators' protocols."""
_DRAWN = {
    "equipment": 0.35, "competence": 0.30, "adaptability": 0.25, "training": 0.25,
    "wellbeing": 0.20, "motivation": 0.40, "parents": 0.30,
}  # fmt: skip
"""Chance that a factor no table speaks of matters."""
Key = tuple[str, int, str]


def planted_risks(scene: Scene) -> dict[str, Key]:
    """Kind of the planted truth → school, year, factor; what the region has no school for is left out."""
    wanted = {
        "risk_high_no_measure": ("low", "competence"),
        "risk_school_rejects": ("small_chance", "failure"),
        "risk_cyclic_overdue": ("worsening", "failure"),
    }
    if not scene.told:
        return {}
    found = {}
    for kind, (school_kind, factor) in wanted.items():
        school = scene.school(school_kind)
        if school in scene.followed(scene.last) and school is not None:
            found[kind] = (school, scene.last, factor)
    return found


def risk_tables(scene: Scene) -> dict[str, pd.DataFrame]:
    """Tables ``risk_profile``, ``risk_verification``, ``self_analysis`` of the two latest years."""
    planted = {key: kind for kind, key in planted_risks(scene).items()}
    profile: list[Row] = []
    protocol: list[Row] = []
    cards: list[Row] = []
    for year in scene.told[-2:]:
        for school in scene.followed(year):
            levels = _levels(scene, school, year, planted)
            for factor, level in levels.items():
                key = {"school_id": school, "year": year, "factor": factor}
                profile.append({**key, "level": level, "source": words("risks")["source"]})
                said = _said(scene, (school, year, factor), level, planted)
                if said:
                    protocol.append({**key, **said, "date": working(day(year, *PROTOCOL))})
            cards += _card(scene, school, year)
    _plant(scene)
    return {
        "risk_profile": tidy("risk_profile", profile),
        "risk_verification": tidy("risk_verification", protocol),
        "self_analysis": tidy("self_analysis", cards),
    }


def _levels(scene: Scene, school: str, year: int, planted: dict[Key, str]) -> dict[str, str]:
    """Significance of the eleven factors: from the tables where they speak of it, else drawn."""
    rng = scene.draw("risk", school, year)
    drawn = {factor: float(rng.random()) for factor in RISK_FACTORS}
    well = scene.kinds("resilient")
    vacancies = scene.vacancies(school, year)
    found = {}
    for factor in RISK_FACTORS:
        if (school, year, factor) in planted:
            level = (
                "high" if planted[(school, year, factor)] == "risk_high_no_measure" else "medium"
            )
        elif factor == "staff_shortage":
            level = _step(vacancies, 1, 2)
        elif factor == "special_needs":
            level = _step(scene.share(school, year, "special_needs"), 0.06, 0.10)
        elif factor == "language":
            level = _step(scene.share(school, year, "non_native"), 0.05, 0.10)
        elif factor == "failure":
            level = "low" if school in well else "high" if drawn[factor] < 0.5 else "medium"
        else:
            chance = _DRAWN[factor] + 0.8 * scene.share(school, year, "at_risk")
            level = _step(chance - drawn[factor], 0.0, 0.2)
        found[factor] = level
    return found


def _step(value: float, medium: float, high: float) -> str:
    return "high" if value >= high else "medium" if value >= medium else "low"


def _said(scene: Scene, key: Key, level: str, planted: dict[Key, str]) -> Row:
    """What school and curator say of a factor, and where it stands."""
    about = words("risks")
    kind = planted.get(key)
    if kind == "risk_school_rejects":
        return {
            "school_decision": "rejects",
            "school_reason": about["plant_rejected"]["school"],
            "curator_decision": "accepts",
            "curator_reason": about["plant_rejected"]["curator"],
            "state": "confirmed",
        }
    if kind is not None:
        return {"school_decision": "accepts", "curator_decision": "accepts", "state": "confirmed"}
    if level == "low":
        # The school nobody supports has not gone through its low factors yet.
        return {} if key[0] == scene.school("worsening") else _turned_down("low")
    draw = float(scene.draw("verification", *key).random())
    if level == "medium" and key[2] != "failure" and draw < 0.25:
        return _turned_down("rejected")
    over = key[1] < scene.last and draw > (0.7 if level == "high" else 0.5)
    state = "removed" if over else "in_work"
    return {"school_decision": "accepts", "curator_decision": "accepts", "state": state}


def _turned_down(why: str) -> Row:
    reasons = words("risks")[why]
    return {
        "school_decision": "rejects",
        "school_reason": reasons["school"],
        "curator_decision": "rejects",
        "curator_reason": reasons["curator"],
        "state": "rejected",
    }


def _card(scene: Scene, school: str, year: int) -> Sequence[Row]:
    rng = scene.draw("self_analysis", school, year)
    rows: list[Row] = []
    for section in words("risks")["sections"]:
        for each in section["questions"]:
            row: Row = {
                "school_id": school,
                "year": year,
                "section": section["section"],
                "question": each["question"],
            }
            if "values" in each:
                least, most = each["values"]
                row["value"] = float(rng.integers(least, most + 1))
            elif "staff" in each:
                row["value"] = float(scene.vacancies(school, year))
            else:
                row["answer"] = str(rng.choice(each["answers"]))
            rows.append(row)
    return rows


def _plant(scene: Scene) -> None:
    told = {
        "risk_high_no_measure": (
            "Риск высокой значимости подтвердили и школа, и куратор, но ни одной меры нет",
            "Значимый риск без мер ждёт решения",
        ),
        "risk_school_rejects": (
            "Школа отклонила риск, куратор его подтвердил",
            "Расхождение школы и куратора",
        ),
        "risk_cyclic_overdue": (
            "Цикличный риск подтверждён, день решения (до 1 марта) прошёл, решения нет",
            "Просроченное решение по цикличному риску",
        ),
    }
    for kind, (school, year, factor) in planted_risks(scene).items():
        title, find = told[kind]
        scene.plant(kind, title, find, school_id=school, year=year, factor=factor)

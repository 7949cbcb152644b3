"""Road map, recommendations, interviews and agreements.

Every risk that is confirmed or in work has its measures, but for the two planted ones. One measure
is overdue, one was done late.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_lib.demo.risks import planted_risks
from shnor_lib.demo.scene import Row, Scene, day, records, tidy, words, working, working_before

_NO_MEASURE = ("risk_high_no_measure", "risk_cyclic_overdue")
LATE = 17
"""Days by which the planted measure was late."""


def measure_tables(scene: Scene, verification: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables ``measures``, ``recommendations``, ``interviews``, ``agreements``.

    Parameters
    ----------
    scene
        The region.
    verification
        Tidy ``risk_verification``: risks in work or confirmed get measures.
    """
    measures = _of_municipalities(scene) + _against_risks(scene, verification)
    _plant(scene, measures)
    return {
        "measures": tidy("measures", measures),
        "recommendations": tidy("recommendations", _recommendations(scene)),
        "interviews": tidy("interviews", _interviews(scene)),
        "agreements": tidy("agreements", _agreements(scene)),
    }


def _places(scene: Scene, year: int) -> list[str]:
    """Municipalities with at least one school followed in the year."""
    return sorted({scene.municipality[school] for school in scene.followed(year)})


def _standing(scene: Scene, rng: Any, year: int, deadline: pd.Timestamp) -> Row:
    """State of a deed with this deadline: done in time, or still to be done if it lies ahead."""
    if deadline > scene.today:
        return {"state": "in_work" if rng.random() < 0.6 else "planned"}
    if year < scene.last and rng.random() < 0.04:
        return {"state": "dropped"}
    early = int(rng.integers(0, 13))
    return {"state": "done", "done": working_before(deadline - pd.Timedelta(days=early))}


def _of_municipalities(scene: Scene) -> list[Row]:
    rows = []
    for year in scene.told:
        for place in _places(scene, year):
            for number, each in enumerate(words("measures")["municipality"], start=1):
                rng = scene.draw("municipal", place, year, number)
                deadline = day(year, *each["due"])
                said = _standing(scene, rng, year, deadline)
                rows.append(
                    {
                        "number": f"1.{number}",
                        "year": year,
                        "municipality": place,
                        "direction": each["direction"],
                        "factor": each.get("factor"),
                        "measure": each["measure"],
                        "responsible": each["who"],
                        "deadline": deadline,
                        **said,
                        "evidence": each["proof"] if said["state"] == "done" else None,
                    }
                )
    return rows


def _against_risks(scene: Scene, verification: pd.DataFrame) -> list[Row]:
    about = words("measures")
    without = {planted_risks(scene).get(kind) for kind in _NO_MEASURE}
    rows = []
    numbers: dict[tuple[str, int], int] = {}
    for row in records(verification):
        school, year, factor = str(row["school_id"]), int(row["year"]), str(row["factor"])
        if row["state"] == "rejected" or (school, year, factor) in without:
            continue
        for each in about["school"][factor]:
            number = numbers.get((school, year), 0) + 1
            numbers[(school, year)] = number
            rng = scene.draw("measure", school, year, factor, number)
            deadline = day(year, *each["due"])
            said = _standing(scene, rng, year, deadline)
            if row["state"] == "removed":
                # A risk is removed when what was planned against it is done.
                said = {"state": "done", "done": working_before(deadline)}
            rows.append(
                {
                    "number": f"2.{number}",
                    "year": year,
                    "school_id": school,
                    "direction": about["directions"][about["direction_of"][factor]],
                    "factor": factor,
                    "measure": each["measure"],
                    "responsible": each["who"],
                    "deadline": deadline,
                    **said,
                    "evidence": each["proof"] if said["state"] == "done" else None,
                }
            )
    return rows


def _plant(scene: Scene, measures: list[Row]) -> None:
    """Make one measure of the last year overdue and one late, at two different schools."""
    late_school, other = scene.school("low"), scene.school("recovers")
    followed = scene.followed(scene.last)
    if other not in followed:
        other = next((school for school in followed if school != late_school), None)
    for kind, school in (("measure_overdue", other), ("measure_late", late_school)):
        mine = [
            row
            for row in measures
            if school is not None
            and row.get("school_id") == school
            and row["year"] == scene.last
            and row["state"] == "done"
        ]
        if not mine:
            continue
        row = mine[0]
        if kind == "measure_overdue":
            row.update(state="in_work", done=None, evidence=None)
        else:
            row["done"] = working(row["deadline"] + pd.Timedelta(days=LATE))
        late = kind == "measure_late"
        scene.plant(
            kind,
            "Мера выполнена позже срока" if late else "Срок меры прошёл, она не выполнена",
            "Мера, выполненная не в срок" if late else "Просроченная мера",
            school_id=school,
            year=scene.last,
            number=row["number"],
        )


def _recommendations(scene: Scene) -> list[Row]:
    about = words("measures")
    rows: list[Row] = []
    for year in scene.told:
        for place in _places(scene, year):
            rows += [
                _recommended(scene, year, each, each["addressee"], municipality=place)
                for each in about["recommendations"]
            ]
        for school in scene.followed(year):
            rows += [
                _recommended(scene, year, each, "school", school_id=school)
                for each in about["for_school"]
                if each["due"][0] != 8 or year == scene.last
            ]
    for school in scene.kinds("missing") if scene.told else []:
        each = {
            "form": "letter", "text": about["missing"], "controller": "МОУО",
            "given": [6, 18], "due": [7, 17],
        }  # fmt: skip
        rows.append(_recommended(scene, scene.last, each, "school", school_id=school))
    rows.sort(
        key=lambda row: (row["date"], row.get("municipality") or "", row.get("school_id") or "")
    )
    counted: dict[int, int] = {}
    for row in rows:
        year = row["date"].year + (row["date"].month >= 9)
        counted[year] = counted.get(year, 0) + 1
        row["number"] = str(counted[year])
    return rows


def _recommended(scene: Scene, year: int, each: Row, addressee: str, **whose: str) -> Row:
    given, due = working(day(year, *each["given"])), day(year, *each["due"])
    rng = scene.draw("recommendation", year, each["text"], *whose.values())
    ahead = due > scene.today
    row: Row = {
        "date": given,
        "addressee": addressee,
        **whose,
        "form": each["form"],
        "recommendation": each["text"],
        "deadline": due,
        "controller": each["controller"],
        "state": "in_work" if ahead else "done",
    }
    if not ahead:
        row["done"] = max(given, working_before(due - pd.Timedelta(days=int(rng.integers(0, 9)))))
        row["evidence"] = "письмо об исполнении" if rng.random() < 0.8 else None
    return row


def _interviews(scene: Scene) -> list[Row]:
    about = words("measures")
    rows: list[Row] = []
    for year in scene.told:
        for school in scene.followed(year):
            rng = scene.draw("interview", school, year)
            for each in about["interviews"]:
                date = working(
                    day(year, *each["date"]) + pd.Timedelta(days=int(rng.integers(0, 7)))
                )
                due = day(year, *each["due"])
                rows.append(
                    {
                        "date": date,
                        "school_id": school,
                        "participants": str(rng.choice(about["participants"])),
                        "topic": each["topic"],
                        "decision": each["decision"],
                        "deadline": due,
                        "done": working_before(due - pd.Timedelta(days=int(rng.integers(0, 10)))),
                    }
                )
    rows.sort(key=lambda row: (row["date"], row["school_id"]))
    counted: dict[int, int] = {}
    for row in rows:
        year = row["date"].year + (row["date"].month >= 9)
        counted[year] = counted.get(year, 0) + 1
        row["number"] = str(counted[year])
    return rows


def _agreements(scene: Scene) -> list[Row]:
    about = words("measures")
    rows: list[Row] = []
    if not scene.told:
        return rows
    first = scene.told[0]
    for place in sorted(set(scene.municipality.values())):
        for number, each in enumerate(about["agreements"], start=1):
            since = day(first, *each["since"])
            rows.append(
                {
                    "municipality": place,
                    "partner": each["partner"],
                    "number": f"{number}/{first - 1}",
                    "date": since,
                    "last_date": since + pd.DateOffset(years=each["years"], days=-1)
                    if each["years"]
                    else None,
                    "subject_matter": each["subject"],
                    "results": each["results"],
                }
            )
    for school in scene.supported(scene.last):
        since = day(scene.last, 12, 4)
        rows.append(
            {
                "school_id": school,
                "partner": about["of_school"]["partner"],
                "date": since,
                "last_date": day(scene.last, 5, 31) + pd.DateOffset(years=1),
                "subject_matter": about["of_school"]["subject"],
                "results": about["of_school"]["results"],
            }
        )
    return rows

"""Diagnostics, deficits and courses of the teachers of schools that are followed.

Truths: teachers of Russian gain from every school year, teachers of history do not; the maths
teachers of the weak school share two deficits nobody has closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.demo.scene import Row, Scene, day, tidy, words, working

MATHS, GAINING, LEVEL = "математика", "русский язык", "история"
"""Subject of the weak school; the one whose teachers gain; one whose teachers do not."""
RECOVERY = 8
"""Gain of a year in maths at the school whose results recover, per cent of the work."""
_LOST = 2
"""What is lost over summer of a gain, per cent."""
_NOISE = 3.5
"""Standard deviation of one measurement, per cent."""
PASSED = 60
"""Result from which no deficit is written down."""
AUTUMN, SPRING = (10, 14), (4, 22)
"""Month and day of the two diagnoses of a school year."""


@dataclass(frozen=True)
class Teacher:
    """One invented teacher: a code, never a name."""

    code: str
    school: str
    subject: str
    since: int


def teachers_of(scene: Scene) -> list[Teacher]:
    """Teachers of the diagnosed subjects at all schools followed in one of the years told."""
    found = []
    schools = sorted({school for year in scene.told for school in scene.followed(year)})
    for school in schools:
        number = 0
        staff = scene.teachers.get((school, scene.last), 0)
        rng = scene.draw("teachers", school)
        for subject, about in words("teachers")["subjects"].items():
            for _ in range(max(1, round(about["part"] * staff))):
                number += 1
                since = scene.last if rng.random() < 0.06 else scene.years[0]
                found.append(Teacher(f"{school}-У{number:02d}", school, subject, since))
    return found


def teacher_tables(scene: Scene) -> dict[str, pd.DataFrame]:
    """Tables ``teacher_diagnostics``, ``teacher_deficits``, ``teacher_courses``."""
    people = teachers_of(scene)
    # One year more than the registers: the first diagnosis came before the first help.
    years = list(scene.years[-(len(scene.told) + 1) :])
    diagnostics, deficits, courses = [], [], []
    for teacher in people:
        rows = list(_diagnoses(scene, teacher, years))
        diagnostics += rows
        lacks = list(_deficits(scene, teacher, rows, years))
        deficits += lacks
        courses += list(_courses(scene, teacher, lacks, years))
    deficits += _shared(scene, people)
    _plant(scene)
    return {
        "teacher_diagnostics": tidy("teacher_diagnostics", diagnostics),
        "teacher_deficits": tidy("teacher_deficits", deficits),
        "teacher_courses": tidy("teacher_courses", courses),
    }


def _diagnoses(scene: Scene, teacher: Teacher, years: list[int]) -> list[Row]:
    about = words("teachers")["subjects"][teacher.subject]
    gain = float(about["gain"])
    weak = teacher.subject == MATHS and teacher.school == scene.school("low")
    if teacher.subject == MATHS and teacher.school == scene.school("recovers"):
        gain = RECOVERY
    rng = scene.draw("diagnosis", teacher.code)
    level = rng.normal(53 if weak else 63, 8)
    method = level - 4 + rng.normal(0, 5)
    rows = []
    for year in (year for year in years if year >= teacher.since):
        for month, number in (AUTUMN, SPRING):
            spring = (month, number) == SPRING
            level, method = (value + (gain if spring else 0.0) for value in (level, method))
            noise = rng.normal(0, _NOISE, 2)
            if rng.random() > (0.08 if spring else 0.04):
                subject_score, method_score = np.clip(
                    np.rint([level + noise[0], method + noise[1]]), 18, 98
                )
                rows.append(
                    {
                        "school_id": teacher.school,
                        "teacher": teacher.code,
                        "subject": teacher.subject,
                        "instrument": words("teachers")["instrument"],
                        "date": working(day(year, month, number)),
                        "subject_score": float(subject_score),
                        "method_score": float(method_score),
                    }
                )
        lost = min(_LOST, gain)
        level, method = level - lost, method - lost
    return rows


def _deficits(scene: Scene, teacher: Teacher, diagnosed: list[Row], years: list[int]) -> list[Row]:
    """Deficits written down after a weak result in autumn, closed where spring was better."""
    about = words("teachers")
    rng = scene.draw("deficits", teacher.code)
    topics = [str(topic) for topic in about["subjects"][teacher.subject]["topics"]]
    if teacher.subject == MATHS and teacher.school == scene.school("low"):
        topics = topics[2:]  # The first two are the ones the whole school shares.
    left = [topics[i] for i in rng.permutation(len(topics))]
    score = {row["date"]: row["subject_score"] for row in diagnosed}
    rows = []
    for year in years:
        before, after = (working(day(year, *at)) for at in (AUTUMN, SPRING))
        if score.get(before, 100.0) >= PASSED or not left:
            continue
        row = {
            "school_id": teacher.school,
            "teacher": teacher.code,
            "subject": teacher.subject,
            "topic": left.pop(),
            "found": before,
            "offered": str(rng.choice(about["offers"])),
            "due": pd.Timestamp(year, 5, 31),
        }
        late = int(rng.integers(0, 40))
        better = score.get(after, 0.0) >= min(PASSED, score[before] + 3)
        if better:
            row["closed"] = working(after + pd.Timedelta(days=late % 25))
            row["evidence"] = about["evidence"][late % 2]
        elif year < scene.last:
            row["due"] = pd.Timestamp(year, 12, 25)
            row["closed"] = working(pd.Timestamp(year, 10, 20) + pd.Timedelta(days=late))
            row["evidence"] = about["evidence"][2]
        else:
            row["due"] = pd.Timestamp(year, 12, 25)
        rows.append(row)
    return rows


def _shared(scene: Scene, people: list[Teacher]) -> list[Row]:
    """Two deficits of all maths teachers of the weak school; the first should be closed by now."""
    school = scene.school("low")
    mine = [each for each in people if each.school == school and each.subject == MATHS]
    if not mine or not scene.told:
        return []
    topics = words("teachers")["subjects"][MATHS]["topics"][:2]
    due = (pd.Timestamp(scene.last, 3, 31), pd.Timestamp(scene.last, 11, 30))
    offers = words("teachers")["offers"]
    found = working(day(scene.last, *AUTUMN))
    rows = [
        {
            "school_id": school,
            "teacher": each.code,
            "subject": MATHS,
            "topic": topic,
            "found": found,
            "offered": offers[2 if number else 0],
            "due": until,
        }
        for each in mine
        for number, (topic, until) in enumerate(zip(topics, due, strict=True))
    ]
    for topic, until, kind in zip(topics, due, ("deficit_overdue", "deficit_shared"), strict=True):
        late = kind == "deficit_overdue"
        scene.plant(
            kind,
            f"Дефицит «{topic}» у всех учителей математики слабой школы"
            + (", срок восполнения прошёл" if late else ", срок впереди"),
            "Общий невосполненный дефицит школы" + ("; просрочен" if late else ""),
            school_id=school,
            subject=MATHS,
            topic=topic,
            teachers=[each.code for each in mine],
            due=until.date().isoformat(),
        )
    return rows


def _courses(scene: Scene, teacher: Teacher, lacks: list[Row], years: list[int]) -> list[Row]:
    about = words("teachers")
    rng = scene.draw("courses", teacher.code)
    programmes = about["subjects"][teacher.subject]["programmes"]
    often = 0.9 if teacher.subject == GAINING else 0.45
    rows: list[Row] = []
    for number, lack in enumerate(lacks):
        if rng.random() >= often or number >= len(programmes):
            continue
        start = lack["found"] + pd.Timedelta(days=int(rng.integers(30, 150)))
        rows.append(
            {
                "school_id": teacher.school,
                "teacher": teacher.code,
                "programme": programmes[number],
                "provider": about["provider"],
                "hours": int(rng.choice([24, 36, 72])),
                "date": working(start),
                "topic": lack["topic"],
            }
        )
    if rng.random() < 0.25:
        year = max(int(rng.choice(years)), teacher.since)
        rows.append(
            {
                "school_id": teacher.school,
                "teacher": teacher.code,
                "programme": str(rng.choice(about["general"])),
                "provider": about["provider"],
                "hours": int(rng.choice([16, 24, 36])),
                "date": working(day(year, 3, int(rng.integers(2, 26)))),
            }
        )
    return rows


def _plant(scene: Scene) -> None:
    if not scene.told:
        return
    scene.plant(
        "teachers_gain",
        f"Учителя предмета «{GAINING}» за учебный год действительно прибавляют "
        f"{words('teachers')['subjects'][GAINING]['gain']} процентных пунктов",
        "Положительная динамика компетенций по этому предмету",
        subject=GAINING,
    )
    scene.plant(
        "teachers_level",
        f"Учителя предмета «{LEVEL}» не прибавляют: разница двух диагностик случайна",
        "Динамики по этому предмету нет",
        subject=LEVEL,
    )

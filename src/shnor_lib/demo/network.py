"""Tutors, curators, the tutor point and the management reserve.

Truths: help comes late in one school; the listed school with the planted worsening has nobody.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.demo.scene import Row, Scene, day, records, tidy, words, working, working_before
from shnor_lib.demo.support import OVERLOAD
from shnor_lib.tables import TABLES

IN_TIME = 10
"""Days within which the tutor point helps (invented regulation of the demonstration)."""
_FORMS = tuple(TABLES["tutor_point"].column("form").choices)
_SCHOOLS_PER_CURATOR = 8
_TEACHERS_PER_TUTOR = 9


def network_tables(
    scene: Scene, tables: dict[str, pd.DataFrame], deficits: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Tables of support: those of the mentors with tutors and curators, and three more.

    Parameters
    ----------
    scene
        The region.
    tables
        From :func:`~.support.support_tables`: ``supporters``, ``support_links``; their rows come
        first and stay as they are.
    deficits
        Tidy ``teacher_deficits``: who has one is helped.

    Returns
    -------
    dict
        ``supporters``, ``support_links``, ``tutor_point``, ``management_reserve``; empty without
        support.
    """
    if "supporters" not in tables or not scene.told:
        return {}
    pairs = _helped(scene, deficits)
    tutors = _tutors(scene, pairs)
    curators, visits = _curators(scene)
    people = [each for group in tutors.values() for each in group] + curators
    links = _tutor_links(pairs, tutors, scene)
    _plant_gaps(scene, tables["support_links"])
    return {
        "supporters": _with(tables["supporters"], "supporters", people),
        "support_links": _with(tables["support_links"], "support_links", links + visits),
        "tutor_point": tidy("tutor_point", _journal(scene, deficits, tutors)),
        "management_reserve": tidy("management_reserve", _reserve(scene)),
    }


def _with(frame: pd.DataFrame, name: str, rows: list[Row]) -> pd.DataFrame:
    return pd.concat([frame, tidy(name, rows)], ignore_index=True)


def _helped(scene: Scene, deficits: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """School, teacher, subject and year of teachers with a deficit at supported schools."""
    found: dict[tuple[str, str, str, int], None] = {}
    for row in records(deficits.sort_values(["found", "teacher"], kind="stable")):
        year = int(row["found"].year) + int(row["found"].month >= 9)
        if year in scene.told and row["school_id"] in _tutored(scene, year):
            found[(str(row["school_id"]), str(row["teacher"]), str(row["subject"]), year)] = None
    return list(found)


def _tutored(scene: Scene, year: int) -> set[str]:
    """Schools whose teachers have tutors: supported ones and, without a mentor, the small one."""
    small = scene.kinds("small_chance") if year == scene.last else []
    return {*scene.supported(year), *small}


def _tutors(scene: Scene, pairs: list[tuple[str, str, str, int]]) -> dict[str, list[Row]]:
    """Subject → tutors: teachers of schools that are not followed themselves."""
    followed = {school for year in scene.told for school in scene.followed(year)}
    homes = [str(code) for code in scene.region.schools["school_id"]]
    homes = [
        code for code in homes if code not in followed and (code, scene.last) in scene.teachers
    ]
    homes = homes or [code for code, _ in scene.teachers]
    start = scene.told[0] - 1
    found: dict[str, list[Row]] = {}
    number = 0
    for subject in words("teachers")["subjects"]:
        of_year = [sum(p[2] == subject and p[3] == year for p in pairs) for year in scene.told]
        for _ in range(max(1, -(-max(of_year) // _TEACHERS_PER_TUTOR))):
            number += 1
            found.setdefault(subject, []).append(
                {
                    "supporter": f"Т-{number:02d}",
                    "role": "tutor",
                    "home_school_id": homes[(number * 2 + 1) % len(homes)],
                    "position": words("network")["tutor_position"],
                    "subject": subject,
                    "order": f"№ {160 + number} от 02.10.{start}",
                    "first_date": pd.Timestamp(start, 10, 2),
                }
            )
    return found


def _curators(scene: Scene) -> tuple[list[Row], list[Row]]:
    """Curators of the regional institute: one for every few supported schools."""
    about = words("network")
    most = max(len(scene.supported(year)) for year in scene.told)
    codes = [f"К-{i + 1:02d}" for i in range(-(-most // _SCHOOLS_PER_CURATOR))]
    start = scene.told[0] - 1
    people = [
        {
            "supporter": code,
            "role": "curator",
            "organisation": about["curator_organisation"],
            "position": about["curator_position"],
            "order": f"№ {57 + number} от 07.11.{start}",
            "first_date": pd.Timestamp(start, 11, 7),
        }
        for number, code in enumerate(codes)
    ]
    visits = []
    for year in scene.told:
        for number, school in enumerate(scene.supported(year)):
            rng = scene.draw("curator", school, year)
            visits.append(
                {
                    "supporter": codes[number // _SCHOOLS_PER_CURATOR],
                    "school_id": school,
                    "year": year,
                    "first_date": pd.Timestamp(year - 1, 12, 1),
                    "last_date": pd.Timestamp(year, 5, 31),
                    "plan": True,
                    "reports": int(rng.integers(1, 3)),
                    "feedback": round(float(rng.uniform(4.1, 5.0)), 1),
                    "feedback_n": int(rng.integers(2, 6)),
                }
            )
    return people, visits


def _tutor_links(
    pairs: list[tuple[str, str, str, int]], tutors: dict[str, list[Row]], scene: Scene
) -> list[Row]:
    given: dict[tuple[str, int], int] = {}
    rows = []
    for school, teacher, subject, year in pairs:
        number = given.get((subject, year), 0)
        given[(subject, year)] = number + 1
        mine = tutors[subject]
        rng = scene.draw("tutor", teacher, year)
        rows.append(
            {
                "supporter": mine[min(number // _TEACHERS_PER_TUTOR, len(mine) - 1)]["supporter"],
                "school_id": school,
                "teacher": teacher,
                "year": year,
                "first_date": working(day(year, 11, 10)),
                "last_date": pd.Timestamp(year, 5, 29),
                "plan": bool(rng.random() < 0.92),
                "reports": int(rng.integers(1, 3)) if rng.random() < 0.94 else 0,
                "feedback": float(rng.integers(4, 6)),
                "feedback_n": 1,
            }
        )
    return rows


def _journal(scene: Scene, deficits: pd.DataFrame, tutors: dict[str, list[Row]]) -> list[Row]:
    """Requests to the tutor point by those who have a deficit, and of groups of teachers."""
    slow = scene.school("resilient")
    rows: list[Row] = []
    for row in records(deficits):
        year = int(row["found"].year) + int(row["found"].month >= 9)
        if year not in scene.told or row["school_id"] not in _served(scene, year):
            continue
        rng = scene.draw("consultation", row["teacher"], row["topic"])
        asked = working(row["found"] + pd.Timedelta(days=int(rng.integers(16, 190))))
        subject = str(row["subject"])
        mine = tutors[subject]
        rows.append(
            {
                "date": asked,
                "school_id": str(row["school_id"]),
                "teacher": str(row["teacher"]),
                "people": 1,
                "subject": subject,
                "topic": str(row["topic"]),
                "form": _FORMS[int(rng.integers(0, len(_FORMS)))],
                "supporter": mine[int(rng.integers(0, len(mine)))]["supporter"],
                **_help(asked, late=row["school_id"] == slow, rng=rng, scene=scene),
            }
        )
    rows += _groups(scene, tutors, slow)
    rows.sort(key=lambda row: (row["date"], row["school_id"], row.get("teacher") or ""))
    counted: dict[tuple[str, int], int] = {}
    for row in rows:
        key = (scene.municipality[row["school_id"]], row["date"].year + (row["date"].month >= 9))
        counted[key] = counted.get(key, 0) + 1
        row["number"] = str(counted[key])
    if slow and any(row["school_id"] == slow for row in rows):
        scene.plant(
            "help_late",
            f"Тьюторский пункт помогает этой школе позже {IN_TIME} дней",
            "Помощь не в срок именно в этой школе",
            school_id=slow,
        )
    return rows


def _served(scene: Scene, year: int) -> set[str]:
    """Schools whose teachers ask the tutor point: followed ones but the one left alone."""
    return set(scene.followed(year)) - set(scene.kinds("worsening"))


def _groups(scene: Scene, tutors: dict[str, list[Row]], slow: str | None) -> list[Row]:
    rows = []
    topics = words("teachers")["group_topics"]
    for year in scene.told:
        for school in sorted(_served(scene, year)):
            rng = scene.draw("group", school, year)
            subject = ("математика", "русский язык")[int(rng.integers(0, 2))]
            asked = working(day(year, 1, 13) + pd.Timedelta(days=int(rng.integers(0, 90))))
            rows.append(
                {
                    "date": asked,
                    "school_id": school,
                    "people": int(rng.integers(3, 8)),
                    "subject": subject,
                    "topic": str(rng.choice(topics)),
                    "form": "workshop",
                    "supporter": tutors[subject][int(rng.integers(0, len(tutors[subject])))][
                        "supporter"
                    ],
                    **_help(asked, late=school == slow, rng=rng, scene=scene),
                }
            )
    return rows


def _help(asked: pd.Timestamp, *, late: bool, rng: np.random.Generator, scene: Scene) -> Row:
    """When help came, whether in time, and the mark given."""
    days = int(rng.integers(21, 45)) if late else int(rng.integers(2, IN_TIME - 1))
    mark = float(rng.integers(3, 5) if late else rng.integers(4, 6))
    answered = rng.random() < 0.8
    done = working(asked + pd.Timedelta(days=days))
    if not late and (done - asked).days > IN_TIME:
        done = working_before(asked + pd.Timedelta(days=IN_TIME))
    if done > scene.today:
        return {}
    found: Row = {"done": done, "in_time": bool((done - asked).days <= IN_TIME)}
    return {**found, "mark": mark} if answered else found


def _reserve(scene: Scene) -> list[Row]:
    """The management reserve: a few persons for every municipality."""
    rows = []
    start = scene.told[0] - 1
    number = 0
    for place in dict.fromkeys(scene.municipality.values()):
        homes = [
            code
            for code, name in scene.municipality.items()
            if name == place and (code, scene.last) in scene.teachers
        ]
        listed = words("network")["reserve"]
        for position, each in enumerate(listed[: max(2, min(len(listed), len(homes) // 2))]):
            number += 1
            since = pd.Timestamp(start, 9, 1)
            row = {
                **each,
                "person": f"Р-{number:02d}",
                "home_school_id": homes[(position * 3 + 1) % len(homes)] if homes else None,
                "first_date": since,
            }
            if each["state"] != "in_reserve":
                row["last_date"] = pd.Timestamp(scene.last - 1, 12, 15 + position % 10)
            rows.append(row)
    return rows


def _plant_gaps(scene: Scene, links: pd.DataFrame) -> None:
    last = links[links["year"] == scene.last]
    heavy = last.groupby("supporter", observed=True)["school_id"].nunique()
    if len(heavy) and int(heavy.max()) >= OVERLOAD:
        scene.plant(
            "mentor_overloaded",
            f"У одного наставника {OVERLOAD} школы сразу, другой в списке ни за кем не закреплён",
            "Наставник перегружен",
            supporter=str(heavy.idxmax()),
            year=scene.last,
        )
    alone = scene.school("worsening")
    if alone is not None:
        scene.plant(
            "without_support",
            "Школа попала в список, но ни наставника, ни тьютора, ни куратора у неё нет",
            "Школа списка без поддержки",
            school_id=alone,
            year=scene.last,
        )

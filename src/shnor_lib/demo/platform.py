"""Registers of the information platform: documents, news, events, library, requests, contacts.

Truth: one request has been waiting for months.
"""

from __future__ import annotations

import pandas as pd

from shnor_lib.demo.scene import Row, Scene, day, tidy, words, working

_YEARS = 2
"""News, events and requests are kept for so many of the latest years."""


def platform_tables(scene: Scene) -> dict[str, pd.DataFrame]:
    """Tables of the sections of the site (S0 4.6.1)."""
    rows = {
        "documents": _documents(scene),
        "news": _dated(scene, "news"),
        "events": _events(scene),
        "library": _library(scene),
        "requests": _requests(scene),
        "contacts": [dict(each) for each in words("platform")["contacts"]],
        "questions": _questions(scene),
    }
    return {name: tidy(name, found) for name, found in rows.items()}


def _years(scene: Scene) -> list[int]:
    return list(scene.years[-_YEARS:])


def _documents(scene: Scene) -> list[Row]:
    rows = []
    for each in words("platform")["documents"]:
        row = {key: value for key, value in each.items() if key not in ("date", "year")}
        row["date"] = working(day(scene.last - each["year"], *each["date"]))
        row["valid"] = each.get("valid", True)
        rows.append(row)
    return rows


def _dated(scene: Scene, name: str) -> list[Row]:
    """Every entry once, the earlier year with every second one of them."""
    rows = []
    for year in _years(scene):
        listed = words("platform")[name][:: 1 if year == scene.last else 2]
        rows += [{**each, "date": day(year, *each["date"])} for each in listed]
    return rows


def _events(scene: Scene) -> list[Row]:
    rows = []
    for row in _dated(scene, "events"):
        days, part = row.pop("days", 1), row.pop("part", None)
        if row["date"].weekday() > 4 and row["title"] != "Родительский форум":
            row["date"] = working(row["date"])
        if part:
            row["title"] = f"{row['title']}, {part}"
        if days > 1:
            row["last_date"] = row["date"] + pd.Timedelta(days=days - 1)
        if row["date"] > scene.today:
            row.pop("materials", None)
        if row["date"] > scene.today and row["date"].year < scene.last:
            continue
        rows.append(row)
    return rows


def _library(scene: Scene) -> list[Row]:
    return [
        {**each, "published": scene.last - each["published"]}
        for each in words("platform")["library"]
    ]


def _requests(scene: Scene) -> list[Row]:
    about = words("platform")
    rows: list[Row] = []
    for year in [year for year in _years(scene) if year in scene.told]:
        schools = scene.followed(year)
        for number, each in enumerate(about["requests"] if schools else []):
            date = working(day(year, *each["date"]))
            row = {**each, "date": date, "school_id": schools[number % len(schools)]}
            if year < scene.last and each["state"] == "accepted":
                row["state"] = "done"
            rows.append(row)
    school = scene.school("recovers") or next(iter(scene.followed(scene.last)), None)
    if school is not None and scene.told:
        each = about["waiting"]
        row = {**each, "date": working(day(scene.last, *each["date"])), "school_id": school}
        rows.append(row)
    rows.sort(key=lambda row: row["date"])
    counted: dict[int, int] = {}
    for row in rows:
        year = row["date"].year + (row["date"].month >= 9)
        counted[year] = counted.get(year, 0) + 1
        row["number"] = str(counted[year])
        if row["state"] == "new":
            scene.plant(
                "request_waiting",
                "Заявка подана в феврале и до конца июня не рассмотрена",
                "Заявка, которая ждёт дольше других",
                school_id=row["school_id"],
                number=row["number"],
                date=row["date"].date().isoformat(),
            )
    return rows


def _questions(scene: Scene) -> list[Row]:
    rows = []
    for each in words("platform")["questions"]:
        date = working(day(scene.last, *each["date"]))
        row = {
            "date": date,
            "section": each["section"],
            "question": each["question"],
            "answer": each.get("answer"),
            "answered_by": each["by"],
            "published": each["published"],
        }
        if "after" in each:
            row["answered"] = working(date + pd.Timedelta(days=each["after"]))
        rows.append(row)
    return rows

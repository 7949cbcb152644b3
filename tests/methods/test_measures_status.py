"""Measures and issued recommendations: counted again by plain loops."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from shnor_lib.methods.measures_status import TALLY, measures_status, tally, with_standing
from shnor_lib.methods.recommend import RECOMMENDATION_DTYPES
from shnor_lib.methods.recommendation_register import recommendation_register
from shnor_lib.store import Dataset
from shnor_lib.tables.codes import DEED_STATES
from tests.methods.builders import table

YEAR, DAY = 2026, dt.date(2026, 3, 10)
Row = dict[str, Any]


def day(c: random.Random) -> Any:
    return c.choice(
        [pd.Timestamp(DAY) + pd.Timedelta(days=d) for d in (-90, -1, 0, 1, 60)] + [None]
    )


def measures(seed: int, n: int = 60) -> list[Row]:
    c = random.Random(seed)
    return [
        {
            "number": str(i), "year": c.choice([2025, YEAR, YEAR]), "measure": "мера",
            "school_id": c.choice(["Ш-1", "Ш-2", None]), "direction": c.choice(["учёба", "кадры", None]),
            "state": c.choice(list(DEED_STATES)), "deadline": day(c), "done": day(c),
        }
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("by", [(), ("school_id",), ("direction", "school_id")])
def test_tally_counted_again(seed: int, by: tuple[str, ...]) -> None:
    rows = measures(seed)
    status = measures_status(Dataset(measures=table("measures", rows)), YEAR, DAY)
    found = tally(status.measures, by)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if row["year"] == YEAR:
            groups.setdefault(tuple(row[name] for name in by), []).append(row)
    assert len(found) == len(groups)
    for line in found.to_dict("records"):
        own = groups[tuple(None if pd.isna(line[name]) else line[name] for name in by)]
        assert line["n"] == len(own)
        for state in DEED_STATES:
            assert line[state] == sum(r["state"] == state for r in own)
        open_ = [r for r in own if r["state"] in ("planned", "in_work") and r["deadline"]]
        assert line["overdue"] == sum(r["deadline"].date() < DAY for r in open_)
        done = [r for r in own if r["state"] == "done"]
        alive = [r for r in own if r["state"] != "dropped"]
        assert line["counted"] == len(alive)
        if alive:
            assert line["share_done"] == pytest.approx(len(done) / len(alive))
        else:
            assert pd.isna(line["share_done"])
        dated = [r for r in done if r["done"] and r["deadline"]]
        in_time = sum(r["done"] <= r["deadline"] for r in dated)
        assert (line["n_dated"], line["in_time"]) == (len(dated), in_time)
        if dated:
            assert line["share_in_time"] == pytest.approx(in_time / len(dated))
        else:
            assert pd.isna(line["share_in_time"])


def test_days_late_only_of_what_is_overdue() -> None:
    rows = measures(7)
    found = with_standing(table("measures", rows), DAY)
    for row, line in zip(rows, found.to_dict("records"), strict=True):
        open_ = row["state"] in ("planned", "in_work")
        if open_ and row["deadline"] and row["deadline"].date() < DAY:
            assert line["days_late"] == (DAY - row["deadline"].date()).days > 0
        else:
            assert pd.isna(line["days_late"]) and not line["overdue"]


def test_nothing_kept_nothing_counted() -> None:
    status = measures_status(Dataset(), YEAR, DAY)
    assert status.measures.empty and status.interviews.empty and status.agreements.empty
    empty = tally(status.measures, ["direction"])
    assert empty.empty and list(empty.columns) == ["direction", *TALLY]


def test_interviews_of_the_year_and_agreements_of_the_day() -> None:
    at = pd.Timestamp
    interviews = [
        {"school_id": "Ш-1", "number": "1", "date": at("2025-08-31"), "decision": "старое"},
        {"school_id": "Ш-1", "number": "2", "date": at("2025-09-01"), "deadline": at("2025-10-01")},
        {"school_id": "Ш-1", "number": "3", "date": at("2025-10-01"), "deadline": at("2025-11-01"),
         "done": at("2025-12-01")},
        {"school_id": "Ш-2", "number": "4", "date": at(DAY), "deadline": at(DAY)},
        {"school_id": "Ш-2", "number": "5", "date": at(DAY) + pd.Timedelta(days=1)},
    ]  # fmt: skip
    agreements = [
        {"school_id": "Ш-1", "partner": "А", "date": at("2025-09-10")},
        {"school_id": "Ш-1", "partner": "Б", "date": at("2024-09-10"), "last_date": at(DAY)},
        {
            "school_id": "Ш-2",
            "partner": "В",
            "date": at("2024-09-10"),
            "last_date": at("2026-03-09"),
        },
        {"school_id": "Ш-2", "partner": "Г", "date": at("2026-03-11")},
    ]
    status = measures_status(
        Dataset(
            interviews=table("interviews", interviews), agreements=table("agreements", agreements)
        ),
        YEAR,
        DAY,
    )
    assert status.interviews["number"].tolist() == ["2", "3", "4"]
    assert status.interviews["overdue"].tolist() == [True, False, False]
    valid = dict(zip(status.agreements["partner"], status.agreements["valid"], strict=True))
    assert valid == {"А": True, "Б": True, "В": False, "Г": False}


def proposal(rule: str, scope: str, school: str | None, place: str | None) -> Row:
    return {"rule": rule, "scope": scope, "school_id": school, "municipality": place}


def test_a_proposal_is_issued_when_its_rule_and_its_addressee_are_in_the_register() -> None:
    proposals = [
        proposal("a", "school", "Ш-1", "Район"),
        proposal("a", "school", "Ш-2", "Район"),
        proposal("b", "municipality", None, "Район"),
        proposal("b", "municipality", None, "Город"),
        proposal("c", "region", None, None),
        proposal("d", "school", "Ш-1", None),
        proposal("e", "school", "Ш-1", None),
    ]
    issued = pd.DataFrame(proposals).reindex(columns=list(RECOMMENDATION_DTYPES))
    base = {"year": YEAR, "recommendation": "совет", "addressee": "school"}
    register = [
        {**base, "number": "1", "rule": "a", "school_id": "Ш-1", "municipality": "Район",
         "state": "planned", "deadline": pd.Timestamp("2026-03-09"), "date": pd.Timestamp("2026-01-01")},
        {**base, "number": "2", "rule": "b", "municipality": "Район", "state": "done"},
        {**base, "number": "3", "rule": "c", "state": "in_work"},
        {**base, "number": "4", "rule": "d", "school_id": "Ш-1", "state": "dropped"},
        {**base, "number": "5", "rule": "e", "school_id": "Ш-1", "state": "done", "year": 2025},
        {**base, "number": "6", "school_id": "Ш-2", "state": "planned"},
    ]  # fmt: skip
    found = recommendation_register(
        Dataset(recommendations=table("recommendations", register)),
        cast(Any, SimpleNamespace(issued=issued.astype(RECOMMENDATION_DTYPES))),
        YEAR,
        DAY,
    )
    numbers = [None if pd.isna(x) else x for x in found.proposals["number"]]
    assert numbers == ["1", None, "2", None, "3", None, None]
    assert found.waiting["rule"].tolist() == ["a", "b", "d", "e"]
    assert found.rows.loc[found.rows["overdue"], "number"].tolist() == ["1"]
    assert len(found.rows) == 5


def test_no_proposals_no_register() -> None:
    found = recommendation_register(Dataset(), None, YEAR, DAY)
    assert found.rows.empty and found.proposals.empty and found.waiting.empty

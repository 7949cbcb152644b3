"""Facts of schools: every one counted again by plain loops over the rows of the tables."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.objectivity import SIGN_DTYPES
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import RiskProfiles, risk_profile
from shnor_lib.methods.school_facts import FACTS, FACTS_DTYPES, LISTED, fact_of, school_facts
from shnor_lib.store import Dataset
from shnor_lib.tables import RISK_FACTORS, TABLES
from shnor_lib.tables.codes import DEED_STATES, RISK_LEVELS, RISK_STATES
from tests.conftest import ROOT
from tests.methods.builders import NO_CALENDAR, result, results_ruleset, table

YEAR = 2026
DAY = dt.date(2026, 3, 10)
SCHOOLS = [f"Ш-{n}" for n in range(6)]
SUBJECTS = ("математика", "русский язык")

Row = dict[str, Any]
Known = dict[tuple[str, str], Any]


def records(frame: pd.DataFrame) -> list[Row]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def some(chance: random.Random, values: list[Any]) -> Any:
    return chance.choice([*values, None])


def day(chance: random.Random, first: str = "2025-06-01", last: str = "2026-12-01") -> Any:
    days = pd.date_range(first, last, freq="11D")
    return chance.choice([*days, None, pd.Timestamp(DAY)])


def world(seed: int) -> Dataset:
    """Six schools, two years, every table facts are made of; the last school has results only."""
    c = random.Random(seed)
    results, social, staff = [], [], []
    for school in SCHOOLS:
        for year in (2025, YEAR):
            for procedure, grade in (("vpr", 5), ("vpr", 6), ("oge", 9), ("ege", 11)):
                for subject in SUBJECTS:
                    if c.random() < 0.2:
                        continue
                    n = c.randint(1, 30)
                    low = some(c, [0, n // 3, n // 2, n])
                    high = None if low is None else (n - low) // 2
                    results.append(
                        result(
                            school, year, n, low, high,
                            procedure=procedure, grade=grade, subject=subject,
                        )
                    )  # fmt: skip
            if school == SCHOOLS[-1]:
                continue
            social.append(
                {
                    "school_id": school, "year": year, "total": some(c, [0, 80, 200]),
                    "incomplete": some(c, [0, 10]), "non_native": some(c, [5, 50]),
                    "offences": some(c, [0, 2]), "at_risk": some(c, [0, 10]),
                    "at_risk_covered": some(c, [0, 7]), "lessons_planned": some(c, [0, 1000]),
                    "lessons_attended": some(c, [870, 990]),
                }
            )  # fmt: skip
            staff.append(
                {
                    "school_id": school, "year": year, "teachers": some(c, [0, 3, 10]),
                    "teachers_qualified": some(c, [0, 2]), "teachers_young": some(c, [1]),
                    "vacancies": some(c, [0, 3]),
                }
            )  # fmt: skip
    known = SCHOOLS[:-1]
    tables: dict[str, list[Row]] = {
        "results": results,
        "schools": [{"school_id": s, "name": s, "municipality": "Район"} for s in SCHOOLS],
        "social_passport": social,
        "staff": staff,
        "teacher_diagnostics": [
            {
                "school_id": c.choice(known), "year": c.choice([2025, YEAR, YEAR]),
                "teacher": f"У{c.randint(1, 6)}", "subject": "химия", "instrument": f"Р{i}",
                "date": pd.Timestamp(2025, 9, 1) + pd.Timedelta(days=i),
                "subject_score": some(c, [40.0, 60.0, 80.0]), "method_score": some(c, [59.0, 90.0]),
            }
            for i in range(25)
        ],
        "teacher_deficits": [
            {
                "school_id": c.choice(known), "teacher": f"У{i}", "topic": "тема",
                "found": day(c) or pd.Timestamp(2025, 9, 9), "due": day(c), "closed": day(c),
            }
            for i in range(25)
        ],
        "teacher_courses": [
            {"school_id": c.choice(known), "year": c.choice([2025, YEAR]), "teacher": f"У{i % 5}",
             "programme": f"П{i}", "date": day(c)}
            for i in range(12)
        ],
        "supporters": [
            {"supporter": f"С{i}", "role": role}
            for i, role in enumerate(["mentor", "tutor", "tutor", "curator"])
        ],
        "support_links": [
            {"supporter": f"С{c.randint(0, 3)}", "school_id": c.choice(known), "teacher": f"У{i}",
             "year": c.choice([2025, YEAR])}
            for i in range(15)
        ],
        "mentor_centre": [
            {"school_id": c.choice(known), "year": c.choice([2025, YEAR]), "supporter": "С0",
             "planned": some(c, [0, 5, 8]), "done": some(c, [0, 3])}
            for i in range(10)
        ],
        "tutor_point": [
            {"school_id": c.choice(known), "year": c.choice([2025, YEAR]), "number": str(i),
             "date": day(c), "done": day(c), "topic": "тема"}
            for i in range(12)
        ],
        "measures": [
            {"school_id": some(c, known), "year": c.choice([2025, YEAR]), "number": str(i),
             "measure": "мера", "deadline": day(c), "state": c.choice(list(DEED_STATES)),
             "factor": some(c, list(RISK_FACTORS)[:3])}
            for i in range(40)
        ],
        "recommendations": [
            {"school_id": some(c, known), "year": c.choice([2025, YEAR]), "number": str(i),
             "recommendation": "совет", "deadline": day(c), "state": c.choice(list(DEED_STATES))}
            for i in range(30)
        ],
        "interviews": [
            {"school_id": c.choice(known), "year": YEAR, "number": str(i), "date": day(c)}
            for i in range(15)
        ],
        "agreements": [
            {"school_id": some(c, known), "partner": f"П{i}", "date": day(c), "last_date": day(c)}
            for i in range(15)
        ],
        "self_analysis": [
            {"school_id": c.choice(known), "year": c.choice([2025, YEAR]), "section": "А",
             "question": str(i)}
            for i in range(10)
        ],
        "risk_profile": [
            {"school_id": school, "year": year, "factor": factor,
             "level": c.choice(list(RISK_LEVELS))}
            for school in known
            for year in (2025, YEAR)
            for factor in list(RISK_FACTORS)[:4]
            if c.random() < 0.7
        ],
    }  # fmt: skip
    tables["risk_verification"] = [
        {**row, "state": c.choice(list(RISK_STATES)), "school_decision": some(c, ["accepts"]),
         "curator_decision": some(c, ["accepts", "rejects"])}
        for row in tables["risk_profile"]
        if c.random() < 0.6
    ]  # fmt: skip
    return Dataset(**{name: table(name, rows) for name, rows in tables.items()})


def others(seed: int) -> dict[str, Any]:
    """Results of the methods facts are taken from, as plain frames."""
    c = random.Random(seed)
    signs = pd.DataFrame(
        [
            {"school_id": c.choice(SCHOOLS), "year": c.choice([2025, YEAR]), "sign": "fall",
             "marked": c.choice([True, False, None])}
            for _ in range(12)
        ]
    ).reindex(columns=list(SIGN_DTYPES)).astype(SIGN_DTYPES)  # fmt: skip
    rows = [{"school_id": s, "year": y} for s in SCHOOLS for y in (2025, YEAR)]
    return {
        "dynamics": SimpleNamespace(
            schools=pd.DataFrame(
                [{**r, "verdict": c.choice(["positive", "negative"])} for r in rows]
            )
        ),
        "index": SimpleNamespace(
            scores=pd.DataFrame([{**r, "index": some(c, [30.0, 50.5, 70.0])} for r in rows])
        ),
        "warning": SimpleNamespace(
            year=YEAR,
            forecast=pd.DataFrame(
                [{"school_id": s, "probability": c.random()} for s in SCHOOLS[:3]]
            ),
        ),
        "objectivity": signs,
    }


# --- the same by plain loops ----------------------------------------------------------------------


def late(row: Row) -> bool:
    past = row["deadline"] is not None and row["deadline"].date() < DAY
    return bool(row["state"] in {"planned", "in_work"} and past)


def recount(
    data: Dataset, found: Identification, risks: RiskProfiles | None, more: dict[str, Any]
) -> Known:
    """(school, fact) → word, number or (numerator, n)."""
    known: Known = {}
    rows = {name: records(frame) for name, frame in data.tables.items()}
    now = {
        name: [r for r in rows[name] if r["year"] == YEAR]
        for name in rows
        if TABLES[name].by_year or "year" in data.tables[name]
    }
    schools = [r["school_id"] for r in records(found.statuses) if r["year"] == YEAR]

    def counts(fact: str, own: list[Row], kept: bool) -> None:
        if kept:
            tally = Counter(r["school_id"] for r in own)
            known.update({(s, fact): tally[s] for s in schools})

    for row in records(found.statuses):
        if row["year"] == YEAR:
            known[row["school_id"], "status"] = row["status"]
            if row["confidence"] is not None:
                known[row["school_id"], "confidence"] = row["confidence"]
    listed = [r for r in records(found.statuses) if r["status"] in LISTED]
    counts("years_listed", [r for r in listed if YEAR - 3 < r["year"] <= YEAR], True)
    met = [r for r in records(found.criteria) if r["year"] == YEAR and r["outcome"] == "met"]
    counts("criteria_results", [r for r in met if r["status_for"] == "low_results"], True)
    counts("criteria_social", [r for r in met if r["status_for"] == "difficult"], True)

    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in now["results"]:
        if row["n_low"] is not None and row["n"]:
            pair = sums[row["school_id"], f"share_low.{row['procedure']}.{row['subject']}"]
            pair[0] += row["n_low"]
            pair[1] += row["n"]
    known.update({key: (low, n) for key, (low, n) in sums.items()})

    for name, whole in (("social_passport", "total"), ("staff", "teachers")):
        parts = [c.name for c in TABLES[name].columns if c.part_of == whole]
        for row in now[name]:
            prefix = name.partition("_")[0]
            for part in parts:
                if row[part] is not None and row[whole]:
                    known[row["school_id"], f"{prefix}.{part}"] = (row[part], row[whole])
            for column in ("offences", "vacancies", "internet"):
                if row.get(column) is not None:
                    known[row["school_id"], column] = row[column]
    for row in now["social_passport"]:
        for fact, part, whole in (
            ("at_risk_covered", "at_risk_covered", "at_risk"),
            ("attended", "lessons_attended", "lessons_planned"),
        ):
            if row[part] is not None and row[whole]:
                known[row["school_id"], fact] = (row[part], row[whole])

    last: dict[tuple[str, str], Row] = {}
    for row in sorted(now["teacher_diagnostics"], key=lambda r: r["date"]):
        last[row["school_id"], row["teacher"]] = row
    teachers = {r["school_id"]: r["teachers"] for r in now["staff"]}
    for school in schools if last else []:
        own = [r for (s, _), r in last.items() if s == school]
        if teachers.get(school):
            known[school, "diagnosed"] = (min(len(own), teachers[school]), teachers[school])
        scores = [
            min(x for x in (r["subject_score"], r["method_score"]) if x is not None)
            for r in own
            if r["subject_score"] is not None or r["method_score"] is not None
        ]
        if scores:
            known[school, "level_low"] = (sum(s < 60 for s in scores), len(scores))
    seen = [r for r in rows["teacher_deficits"] if r["found"].date() <= DAY]
    still = [r for r in seen if r["closed"] is None or r["closed"].date() > DAY]
    counts("deficits_open", still, bool(seen))
    overdue = [r for r in still if r["due"] is not None and r["due"].date() < DAY]
    counts("deficits_overdue", overdue, bool(seen))
    people = {(r["school_id"], r["teacher"]) for r in now["teacher_courses"]}
    counts("courses", [{"school_id": s} for s, _ in people], bool(people))

    role = {r["supporter"]: r["role"] for r in rows["supporters"]}
    links = {(r["school_id"], r["supporter"]) for r in now["support_links"]}
    for each in ("mentor", "tutor", "curator"):
        own = [{"school_id": s} for s, who in links if role.get(who) == each]
        counts(f"support.{each}", own, bool(links))
    for school in {r["school_id"] for r in now["mentor_centre"]}:
        own = [r for r in now["mentor_centre"] if r["school_id"] == school]
        planned = [r["planned"] for r in own if r["planned"] is not None]
        done = [r["done"] for r in own if r["done"] is not None]
        if sum(planned) > 0 and done:
            known[school, "mentor_done"] = (sum(done), sum(planned))
    asked = now["tutor_point"]
    counts("tutor_requests", asked, bool(asked))
    counts("tutor_unanswered", [r for r in asked if r["done"] is None], bool(asked))

    for name, fact in (("measures", "measures_overdue"), ("recommendations", "recommendations_overdue")):  # fmt: skip
        own = [r for r in now[name] if r["school_id"] is not None and r["state"] != "dropped"]
        if name == "measures":
            counts("measures", own, bool(now[name]))
        counts(fact, [r for r in own if late(r)], bool(now[name]))
    autumn, autumn_after = dt.date(YEAR - 1, 9, 1), dt.date(YEAR, 9, 1)
    own = [r for r in rows["interviews"] if r["date"] and autumn <= r["date"].date() < autumn_after]
    counts("interviews", own, bool(own))
    counts("self_analysis", now["self_analysis"], bool(now["self_analysis"]))
    valid = [
        r
        for r in rows["agreements"]
        if (r["date"] is None or r["date"].date() <= DAY)
        and (r["last_date"] is None or r["last_date"].date() >= DAY)
    ]
    counts("agreements", valid, bool(rows["agreements"]))

    if risks is not None:
        own = [r for r in records(risks.factors) if r["year"] == YEAR]
        for row in own:
            if row["level"] is not None:
                known[row["school_id"], f"risk.{row['factor']}"] = row["level"]
            known[row["school_id"], f"risk_state.{row['factor']}"] = row["state"]
        alive = [r for r in own if r["state"] not in {"rejected", "removed"}]
        high = [r for r in alive if r["level"] == "high"]
        counts("risks_high", high, bool(own))
        counts("risks_unverified", [r for r in alive if r["verified"] != "both"], bool(own))
        bare = [r for r in high if r["measured"] and not r["n_measures"]]
        counts("risks_without_measures", bare, any(r["measured"] for r in own))
    if more:
        for row in records(more["dynamics"].schools):
            if row["year"] == YEAR:
                known[row["school_id"], "dynamics"] = row["verdict"]
        index = [r for r in records(more["index"].scores) if r["year"] == YEAR and r["index"]]
        for row in index:
            known[row["school_id"], "index"] = row["index"]
            below = sum(other["index"] < row["index"] for other in index)
            known[row["school_id"], "index_place"] = (below, len(index))
        for row in records(more["warning"].forecast):
            known[row["school_id"], "warning"] = row["probability"]
        signs = [r for r in records(more["objectivity"]) if r["year"] == YEAR]
        for school in {r["school_id"] for r in signs}:
            marked = [r for r in signs if r["school_id"] == school and r["marked"] is True]
            known[school, "objectivity"] = len(marked)
    return {key: value for key, value in known.items() if key[0] in schools}


def as_known(facts: pd.DataFrame) -> Known:
    found: Known = {}
    for row in records(facts):
        key = row["school_id"], row["fact"]
        assert key not in found
        if row["n"] is not None:
            assert row["number"] == pytest.approx(row["numerator"] / row["n"])
            assert row["n"] > 0
            found[key] = (row["numerator"], row["n"])
        else:
            found[key] = row["word"] if row["word"] is not None else row["number"]
    return found


def with_risks(data: Dataset, found: Identification) -> RiskProfiles:
    return risk_profile(data, load_risk_rules("proposal"), identification=found)


@pytest.mark.parametrize("seed", range(6))
def test_every_fact_counted_again(seed: int) -> None:
    data = world(seed)
    found = identify(data, results_ruleset(threshold=0.3, years=2), calendar=NO_CALENDAR)
    risks, more = with_risks(data, found), others(seed)
    facts = school_facts(data, found, YEAR, DAY, risks=risks, **cast(Any, more))
    assert facts.dtypes.astype(str).to_dict() == FACTS_DTYPES
    assert as_known(facts) == recount(data, found, risks, more)
    for row in records(facts):
        described = fact_of(row["fact"])
        assert described is not None, row["fact"]
        if described[1].kind == "word":
            assert row["word"] in described[1].words
        else:
            assert row["number"] is not None


def test_together_the_worlds_hold_every_kind_of_fact() -> None:
    patterns = set()
    for seed in range(6):
        data = world(seed)
        found = identify(data, results_ruleset(threshold=0.3, years=2), calendar=NO_CALENDAR)
        facts = school_facts(
            data, found, YEAR, DAY, risks=with_risks(data, found), **cast(Any, others(seed))
        )
        patterns |= {described[0] for name in set(facts["fact"]) if (described := fact_of(name))}
    # the table of staff of these worlds has no column for it
    assert patterns | {"internet"} == set(FACTS)


def test_a_register_that_is_not_kept_says_nothing() -> None:
    data = Dataset(results=table("results", [result("Ш-0", YEAR, 20, 5, 2)]))
    found = identify(data, results_ruleset(years=1), calendar=NO_CALENDAR)
    facts = school_facts(data, found, YEAR, DAY)
    assert set(facts["fact"]) == {
        "status", "confidence", "years_listed", "criteria_results", "criteria_social",
        "share_low.vpr.математика",
    }  # fmt: skip


def test_signs_that_were_looked_at_and_not_found_are_zero_not_questions() -> None:
    data = Dataset(results=table("results", [result(s, YEAR, 20, 5, 2) for s in SCHOOLS[:3]]))
    found = identify(data, results_ruleset(years=1), calendar=NO_CALENDAR)
    signs = pd.DataFrame(
        [
            {"school_id": "Ш-0", "year": YEAR, "marked": False},
            {"school_id": "Ш-1", "year": YEAR, "marked": True},
        ]
    )
    facts = school_facts(data, found, YEAR, DAY, objectivity=signs)
    own = facts[facts["fact"] == "objectivity"].set_index("school_id")["number"]
    assert own.to_dict() == {"Ш-0": 0.0, "Ш-1": 1.0}


def test_every_fact_of_the_demo_counted_again() -> None:
    from shnor_lib.methods.ruleset import load_ruleset
    from shnor_lib.project import open_project
    from shnor_lib.sources.assemble import read_folder

    project = open_project(ROOT)
    data = read_folder(ROOT / "data/raw", calendar=project.calendar)
    found = identify(data, load_ruleset("olenek-2021"), calendar=project.calendar)
    risks = with_risks(data, found) if len(data.risk_profile) else None
    facts = school_facts(data, found, YEAR, DAY, risks=risks)
    assert as_known(facts) == recount(data, found, risks, {})

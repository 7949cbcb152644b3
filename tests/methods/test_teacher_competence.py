"""Teachers' competence recomputed row by row, and the edges: nobody, few, all listed, none listed."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.methods.competence_contrast import competence_years, listed_better, listed_low
from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_groups import (
    courses_by,
    coverage_by,
    deficits_by,
    dynamics_by,
    level_moves,
    levels_by,
    shared_topics,
    topics,
)
from shnor_lib.methods.competence_regression import regression_to_mean
from shnor_lib.methods.teacher_competence import TeacherCompetence, teacher_competence
from tests.methods.teacher_region import (
    DAY,
    LISTED,
    YEAR,
    drawn,
    lacking,
    measured,
    rules_with,
    teachers_dataset,
)

Row = dict[str, Any]
RULES = {
    "packaged": rules_with(),
    "mean": rules_with(overall="mean"),
    "first": rules_with(dynamics={"against": "first"}),
    "level": rules_with(dynamics={"rule": "level"}),
    "by-ten": rules_with(dynamics={"least_gain": 10.0}, least_teachers=2),
}


@pytest.fixture(scope="module", params=[3])
def region(request: pytest.FixtureRequest) -> tuple:
    return drawn(request.param)


_KNOWN: dict[tuple[int, str], TeacherCompetence] = {}


def found_with(region: tuple, rules: CompetenceRules) -> TeacherCompetence:
    """The monitoring of a region, computed once for all tests."""
    key = (id(region), next(name for name, each in RULES.items() if each is rules))
    if key not in _KNOWN:
        _KNOWN[key] = teacher_competence(region[0], rules, year=YEAR, day=DAY, listed=LISTED)
    return _KNOWN[key]


# --- by hand ------------------------------------------------------------------------------------


def whole(row: Row, rules: CompetenceRules, parts: tuple[str, ...] = ("subject", "method")) -> float | None:  # fmt: skip
    known = [row[f"{part}_score"] for part in parts if row[f"{part}_score"] is not None]
    if not known:
        return None
    return min(known) if rules.overall == "lower" else sum(known) / len(known)


def level(score: float) -> str:
    return "low" if score < 60 else "high" if score >= 80 else "middle"


def seen(tests: list[Row]) -> list[Row]:
    return [
        row for row in tests
        if row["date"].date() <= DAY
        and (row["subject_score"] is not None or row["method_score"] is not None)
    ]  # fmt: skip


def latest_scores(tests: list[Row], rules: CompetenceRules) -> dict[tuple, float]:
    """(school, teacher, subject) → result of the last day of the year."""
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in seen(tests):
        if row["year"] == YEAR:
            groups[row["school_id"], row["teacher"], row["subject"]].append(row)
    found = {}
    for key, rows in groups.items():
        last = max(row["date"] for row in rows)
        values = [whole(row, rules) for row in rows if row["date"] == last]
        found[key] = sum(values) / len(values)
    return found


def pairs_of(tests: list[Row], rules: CompetenceRules) -> dict[tuple, tuple[float, float]]:
    """(school, teacher, subject, work) → result before, result after."""
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in seen(tests):
        if row["year"] <= YEAR:
            key = (row["school_id"], row["teacher"], row["subject"], row["instrument"])
            groups[key].append(row)
    found = {}
    for key, rows in groups.items():
        rows.sort(key=lambda row: row["date"])
        if len(rows) < 2 or rows[-1]["year"] != YEAR:
            continue
        then = rows[-2] if rules.dynamics.against == "previous" else rows[0]
        both = tuple(
            part for part in ("subject", "method")
            if then[f"{part}_score"] is not None and rows[-1][f"{part}_score"] is not None
        )  # fmt: skip
        if both:
            found[key] = (whole(then, rules, both), whole(rows[-1], rules, both))
    return found


def change(then: float, now: float, rules: CompetenceRules) -> str:
    if rules.dynamics.rule == "level":
        order = ["low", "middle", "high"]
        gain = order.index(level(now)) - order.index(level(then))
        return "better" if gain > 0 else "worse" if gain < 0 else "same"
    gain, least = now - then, rules.dynamics.least_gain
    if gain > 1e-9 and gain >= least - 1e-9:
        return "better"
    return "worse" if gain < -1e-9 and gain <= -least + 1e-9 else "same"


def wilson(x: int, n: int) -> tuple[float, float]:
    z, p = 1.959963984540054, x / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


GROUPS = {
    "all": ((), lambda school, subject: ()),
    "subject": (("subject",), lambda school, subject: (subject,)),
    "school": (("school_id",), lambda school, subject: (school,)),
    "place": (("municipality",), lambda school, _: ("Район А" if int(school[1:]) < 4 else "Район Б",)),
    "listed": (("listed",), lambda school, _: (school in LISTED,)),
}  # fmt: skip


def per_teacher(values: dict[tuple, float], group: str) -> dict[tuple, dict[tuple, float]]:
    gathered: dict[tuple, dict[tuple, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key, value in values.items():
        gathered[GROUPS[group][1](key[0], key[2])][key[:2]].append(value)
    return {
        g: {who: sum(v) / len(v) for who, v in people.items()} for g, people in gathered.items()
    }


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", ["packaged", "mean", "by-ten"])
def test_levels_recomputed(region: tuple, name: str, group: str) -> None:
    rules, by = RULES[name], list(GROUPS[group][0])
    table = levels_by(found_with(region, rules).latest, rules, by)
    wanted = per_teacher(latest_scores(region[1], rules), group)
    assert len(table) == len(wanted)
    for _, row in table.iterrows():
        people = wanted[tuple(row[name] for name in by)]
        assert row["n"] == len(people)
        if len(people) < rules.least_teachers:
            assert row.drop([*by, "n"]).isna().all()
            continue
        counts = [level(round(score, 9)) for score in people.values()]
        assert [row[code] for code in ("low", "middle", "high")] == [
            counts.count(code) for code in ("low", "middle", "high")
        ]
        assert row["mean"] == pytest.approx(sum(people.values()) / len(people))
        assert row["share_low"] == pytest.approx(counts.count("low") / len(people))
        ends = wilson(counts.count("low"), len(people))
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(ends)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", RULES)
def test_dynamics_recomputed(region: tuple, name: str, group: str) -> None:
    rules, by = RULES[name], list(GROUPS[group][0])
    table = dynamics_by(found_with(region, rules).pairs, rules, by)
    pairs = pairs_of(region[1], rules)
    before = per_teacher({key: pair[0] for key, pair in pairs.items()}, group)
    after = per_teacher({key: pair[1] for key, pair in pairs.items()}, group)
    assert len(table) == len(before)
    for _, row in table.iterrows():
        key = tuple(row[name] for name in by)
        then, now = before[key], after[key]
        assert row["n"] == len(then)
        if len(then) < rules.least_teachers:
            assert row.drop([*by, "n"]).isna().all()
            continue
        moves = [change(then[who], now[who], rules) for who in then]
        assert [row[code] for code in ("better", "same", "worse")] == [
            moves.count(code) for code in ("better", "same", "worse")
        ]
        gains = [now[who] - then[who] for who in then]
        assert row["gain"] == pytest.approx(sum(gains) / len(gains), abs=1e-6)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(
            wilson(moves.count("better"), len(then))
        )


def test_moves_between_levels_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    pairs = pairs_of(region[1], rules)
    then = per_teacher({key: pair[0] for key, pair in pairs.items()}, "all")[()]
    now = per_teacher({key: pair[1] for key, pair in pairs.items()}, "all")[()]
    wanted: dict[tuple, int] = defaultdict(int)
    for who, score in then.items():
        wanted[level(score), level(now[who])] += 1
    moves = level_moves(found_with(region, rules).pairs, rules)
    assert len(moves) == 9
    assert {(r["from"], r["to"]): r["n"] for _, r in moves.iterrows() if r["n"]} == dict(wanted)


def key_of(topic: str) -> str:
    return topic.lower().replace("ё", "е").strip(" .")


def states(region: tuple) -> list[Row]:
    """Deficits of the year with what became of them."""
    _, tests, deficits, courses, _ = region
    found = []
    for row in deficits:
        closed = row["closed"] if row["closed"] and row["closed"].date() <= DAY else None
        if row["found"].date() > DAY or (closed and closed < dt.datetime(2025, 9, 1)):
            continue
        who = (row["school_id"], row["teacher"])
        late = closed is None and row["due"] is not None and row["due"].date() < DAY
        again = any(
            (t["school_id"], t["teacher"]) == who
            and t["date"] > row["found"]
            and row["subject"] in (None, t["subject"])
            for t in seen(tests)
        )
        course = any(
            (c["school_id"], c["teacher"]) == who and c["topic"] is not None
            and key_of(c["topic"]) == key_of(row["topic"])
            and row["found"] <= c["date"] and c["date"].date() <= DAY
            for c in courses
        )  # fmt: skip
        found.append(
            {**row, "state": "closed" if closed else "overdue" if late else "open",
             "offered": bool((row["offered"] or "").strip()), "remeasured": again, "course": course}
        )  # fmt: skip
    return found


def doubtful(row: Row, tests: list[Row], rules: CompetenceRules) -> bool:
    """Closed, measured before and after with the same work, and never better."""
    if row["state"] != "closed":
        return False
    runs: dict[tuple, list[Row]] = defaultdict(list)
    for test in sorted(seen(tests), key=lambda t: t["date"]):
        same = (test["school_id"], test["teacher"]) == (row["school_id"], row["teacher"])
        if same and row["subject"] in (None, test["subject"]):
            runs[test["subject"], test["instrument"]].append(test)
    moves = []
    for run in runs.values():
        before = [t for t in run if t["date"] <= row["found"]]
        after = [t for t in run if t["date"] > row["found"]]
        if before and after:
            moves.append(change(whole(before[-1], rules), whole(after[0], rules), rules))
    return bool(moves) and "better" not in moves


@pytest.mark.parametrize("group", ["all", "school", "listed"])
def test_deficits_recomputed(region: tuple, group: str) -> None:
    rules, by = RULES["packaged"], list(GROUPS[group][0])
    table = deficits_by(found_with(region, rules).deficits, rules, by)
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in states(region):
        groups[GROUPS[group][1](row["school_id"], row["subject"])].append(row)
    assert len(table) == len(groups)
    for _, row in table.iterrows():
        own = groups[tuple(row[name] for name in by)]
        assert row["teachers"] == len({(r["school_id"], r["teacher"]) for r in own})
        if row["teachers"] < rules.least_teachers:
            assert row.drop([*by, "teachers"]).isna().all()
            continue
        assert row["n"] == len(own)
        for state in ("closed", "open", "overdue"):
            assert row[state] == sum(r["state"] == state for r in own), state
        assert row["offered"] == sum(r["offered"] for r in own)
        assert row["not_offered"] == sum(not r["offered"] and r["state"] != "closed" for r in own)
        assert row["remeasured"] == sum(r["remeasured"] for r in own)
        assert row["closed_remeasured"] == sum(
            r["remeasured"] and r["state"] == "closed" for r in own
        )
        assert row["course"] == sum(r["course"] for r in own)
        assert row["not_better"] == sum(doubtful(r, region[1], rules) for r in own)


def test_topics_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in states(region):
        groups[row["subject"] or "", key_of(row["topic"])].append(row)
    people = {k: {(r["school_id"], r["teacher"]) for r in rows} for k, rows in groups.items()}
    big = {k for k in groups if len(people[k]) >= 5}
    table = topics(found_with(region, rules).deficits, rules)
    named = table[table["topic"].notna()]
    assert {(r["subject"], key_of(r["topic"])) for _, r in named.iterrows()} == big
    assert list(named["teachers"]) == sorted(named["teachers"], reverse=True)
    for _, row in named.iterrows():
        own = groups[row["subject"], key_of(row["topic"])]
        assert (row["n"], row["teachers"]) == (len(own), len(people[row["subject"], key_of(row["topic"])]))  # fmt: skip
        assert row["schools"] == len({r["school_id"] for r in own})
        assert row["listed_schools"] == len({r["school_id"] for r in own} & set(LISTED))
    rest = [row for key, rows in groups.items() if key not in big for row in rows]
    last = table[table["topic"].isna()]
    assert len(last) == (1 if rest else 0)
    if rest:
        assert last["merged"].item() == len(groups) - len(big)
        assert last["teachers"].item() == len({(r["school_id"], r["teacher"]) for r in rest})


def test_coverage_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    diagnosed = defaultdict(set)
    for school, teacher, _ in latest_scores(region[1], rules):
        diagnosed[school].add(teacher)
    staff = {row["school_id"]: row["teachers"] for row in region[4]}
    sound = {s for s, n in staff.items() if len(diagnosed[s]) <= n}
    assert "S4" not in sound, "more diagnosed than there are"
    row = coverage_by(found_with(region, rules).coverage, rules).iloc[0]
    assert row["schools"] == 8
    assert row["reached"] == sum(bool(diagnosed[f"S{i}"]) for i in range(8))
    assert row["measured"] == sum(map(len, diagnosed.values()))
    assert row["n"] == sum(staff[s] for s in sound)
    assert row["covered"] == sum(len(diagnosed[s]) for s in sound)
    assert row["share"] == pytest.approx(row["covered"] / row["n"])


def test_courses_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    own = [c for c in region[3] if c["year"] == YEAR and c["date"].date() <= DAY]
    row = courses_by(found_with(region, rules).courses, rules).iloc[0]
    assert row["teachers"] == len({(c["school_id"], c["teacher"]) for c in own})
    assert row["n"] == len(own)
    assert row["on_deficit"] == sum(c["topic"] is not None for c in own)
    hours = sorted(c["hours"] for c in own if c["hours"] is not None)
    middle = (hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2
    assert row["hours"] == middle


def test_list_against_the_others(region: tuple) -> None:
    rules = RULES["packaged"]
    found = found_with(region, rules)
    people = per_teacher(latest_scores(region[1], rules), "listed")
    both = listed_low(found)
    for flag, group in ((True, both.helped), (False, both.others)):
        assert group.n == len(people[flag,])
        assert group.x == sum(level(score) == "low" for score in people[flag,].values())
    assert not both.enough, "two schools on the list are too few to compare"
    assert listed_better(found).helped.n == dynamics_by(found.pairs, rules, ["listed"]).set_index("listed").at[True, "n"]  # fmt: skip


def test_years_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    table = competence_years(found_with(region, rules).measurements, rules, until=YEAR)
    assert list(table["year"]) == [2024, 2025, 2026]
    now = table.set_index("year").loc[YEAR]
    people = per_teacher(latest_scores(region[1], rules), "all")[()]
    assert now["n"] == len(people)
    assert now["low"] == sum(level(score) == "low" for score in people.values())
    assert pd.isna(table["share_better"].iloc[0]) == (table["n_pairs"].iloc[0] < 5)


def test_regression_recomputed(region: tuple) -> None:
    rules = RULES["packaged"]
    found = found_with(region, rules)
    pairs = pairs_of(region[1], rules)
    then = per_teacher({key: pair[0] for key, pair in pairs.items()}, "all")[()]
    now = per_teacher({key: pair[1] for key, pair in pairs.items()}, "all")[()]
    got = regression_to_mean(found.measurements, found.pairs, rules, year=YEAR)
    low = [who for who in then if then[who] < 60]
    assert (got.n_again, got.n_low) == (len(then), len(low))
    assert got.first_again == pytest.approx(sum(then.values()) / len(then))
    assert got.gain_low == pytest.approx(sum(now[w] - then[w] for w in low) / len(low))
    first, last = list(then.values()), [now[who] for who in then]
    mx, my = sum(first) / len(first), sum(last) / len(last)
    r = sum((a - mx) * (b - my) for a, b in zip(first, last, strict=True)) / math.sqrt(
        sum((a - mx) ** 2 for a in first) * sum((b - my) ** 2 for b in last)
    )
    assert got.correlation == pytest.approx(r)
    assert got.expected == pytest.approx((1 - r) * (mx - sum(then[w] for w in low) / len(low)))
    assert got.n_once + got.n_again <= len({(t["school_id"], t["teacher"]) for t in seen(region[1])})  # fmt: skip


# --- edges --------------------------------------------------------------------------------------

AUTUMN, SPRING = dt.datetime(2025, 10, 1), dt.datetime(2026, 4, 1)


def so_many(n: int, **more: Any) -> TeacherCompetence:
    """``n`` teachers of one school, each better the second time, each with a deficit."""
    tests = [m for i in range(n) for m in (measured("S1", f"У{i}", AUTUMN, 50.0), measured("S1", f"У{i}", SPRING, 70.0))]  # fmt: skip
    data = teachers_dataset(
        tests,
        [lacking("S1", f"У{i}", AUTUMN) for i in range(n)],
        schools=[{"school_id": "S1", "name": "Школа"}],
        staff=[{"school_id": "S1", "year": YEAR, "teachers": max(n, 1)}],
    )
    return teacher_competence(data, rules_with(), year=YEAR, day=DAY, **more)


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_of_a_few_teachers_nothing_is_said(n: int) -> None:
    found = so_many(n)
    for row in (
        levels_by(found.latest, found.rules).iloc[0].drop("n"),
        dynamics_by(found.pairs, found.rules).iloc[0].drop("n"),
        deficits_by(found.deficits, found.rules).iloc[0].drop("teachers"),
    ):
        assert row.isna().all()
    assert coverage_by(found.coverage, found.rules)["share"].isna().all()
    assert level_moves(found.pairs, found.rules).empty
    assert topics(found.deficits, found.rules)["n"].isna().all()


@pytest.mark.parametrize("n", [5, 21])
def test_of_enough_teachers_everything_is_said(n: int) -> None:
    found = so_many(n, listed=["S1"])
    level_row = levels_by(found.latest, found.rules).iloc[0]
    assert (level_row["n"], level_row["low"], level_row["middle"]) == (n, 0, n)
    row = dynamics_by(found.pairs, found.rules).iloc[0]
    assert (row["n"], row["better"], row["share"], row["gain"]) == (n, n, 1.0, 20.0)
    assert pd.isna(row["p_value"]) == (n < 6)
    assert topics(found.deficits, found.rules)["topic"].tolist() == ["дроби"]
    assert found.coverage["listed"].all()
    assert listed_low(found).others.n == 0


def test_nothing_at_all() -> None:
    found = teacher_competence(teachers_dataset(), rules_with(), year=YEAR, day=DAY)
    assert found.empty
    for by in ([], ["subject"], ["school_id"]):
        assert len(levels_by(found.latest, found.rules, by)) == (0 if by else 1)
        assert len(dynamics_by(found.pairs, found.rules, by)) == (0 if by else 1)
    assert topics(found.deficits, found.rules).empty
    assert shared_topics(found.deficits, found.rules).empty
    assert competence_years(found.measurements, found.rules, until=YEAR).empty
    assert regression_to_mean(found.measurements, found.pairs, found.rules, year=YEAR).n_again == 0


def test_other_works_and_other_subjects_make_no_pair() -> None:
    tests = [
        measured("S1", "У1", AUTUMN, 50.0),
        measured("S1", "У1", SPRING, 70.0, instrument="Лига"),
        measured("S1", "У2", AUTUMN, 50.0),
        measured("S1", "У2", SPRING, 70.0, subject="физика"),
        measured("S2", "У3", AUTUMN, 50.0),
        measured("S1", "У3", SPRING, 70.0),
        measured("S1", "У4", AUTUMN, 50.0, None),
        measured("S1", "У4", SPRING, None, 70.0),
        measured("S1", "У5", AUTUMN, None, None),
        measured("S1", "У5", SPRING, 70.0),
    ]
    found = teacher_competence(teachers_dataset(tests), rules_with(), year=YEAR, day=DAY)
    assert found.pairs.empty


def test_only_parts_measured_both_times_are_compared() -> None:
    tests = [measured("S1", "У1", AUTUMN, 60.0, 20.0), measured("S1", "У1", SPRING, 65.0, None)]
    found = teacher_competence(teachers_dataset(tests), rules_with(), year=YEAR, day=DAY)
    (row,) = found.pairs.to_dict("records")
    assert (row["overall_first"], row["overall_last"], row["improved"]) == (60.0, 65.0, True)
    assert pd.isna(row["method_change"])


def test_the_first_of_all_may_lie_years_back_and_miss_a_part() -> None:
    tests = [
        measured("S1", "У1", dt.datetime(2023, 10, 1), None, 40.0),
        measured("S1", "У1", AUTUMN, 80.0, 80.0),
        measured("S1", "У1", SPRING, 70.0, 70.0),
    ]
    rules = rules_with(dynamics={"against": "first"})
    found = teacher_competence(teachers_dataset(tests), rules, year=YEAR, day=DAY)
    (row,) = found.pairs.to_dict("records")
    assert row["date_first"] == pd.Timestamp(2023, 10, 1)
    assert (row["overall_first"], row["overall_last"]) == (40.0, 70.0)
    assert pd.isna(row["subject_first"])


def test_a_term_that_ends_today_is_not_overdue_and_later_closing_does_not_count() -> None:
    today, after = dt.datetime(2026, 5, 1), dt.datetime(2026, 5, 2)
    deficits = [
        lacking("S1", "У1", AUTUMN, due=today),
        lacking("S1", "У2", AUTUMN, due=today - dt.timedelta(days=1)),
        lacking("S1", "У3", AUTUMN, closed=after),
        lacking("S1", "У4", after),
        lacking("S1", "У5", dt.datetime(2024, 10, 1), closed=dt.datetime(2025, 8, 31)),
        lacking("S1", "У6", dt.datetime(2024, 10, 1), closed=dt.datetime(2025, 9, 1)),
    ]
    data = teachers_dataset(deficits=deficits)
    found = teacher_competence(data, rules_with(), year=YEAR, day=DAY).deficits
    assert dict(zip(found["teacher"], found["state"], strict=True)) == {
        "У1": "open", "У2": "overdue", "У3": "open", "У6": "closed",
    }  # fmt: skip
    assert dict(zip(found["teacher"], found["new"], strict=True))["У6"] is False


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("Курсы ИРО и консультации тьютора", {"by_courses", "by_tutor"}),
        ("самообразование", {"by_self"}),
        ("беседа", {"by_other"}),
        ("Программа повышения квалификации", {"by_courses"}),
        (None, set()),
    ],
)
def test_offers_are_known_by_their_words(said: str | None, kinds: set[str]) -> None:
    data = teachers_dataset(deficits=[lacking("S1", "У1", AUTUMN, offered=said)])
    row = teacher_competence(data, rules_with(), year=YEAR, day=DAY).deficits.iloc[0]
    assert {n for n in ("by_courses", "by_tutor", "by_self", "by_other") if row[n]} == kinds
    assert row["is_offered"] == bool(said)


@pytest.mark.parametrize(("n", "there"), [(2, False), (3, True)])
def test_a_deficit_shared_by_teachers_of_one_school(n: int, there: bool) -> None:
    deficits = [lacking("S1", f"У{i}", AUTUMN, topic="Дроби" if i else "дроби.") for i in range(n)]
    deficits += [lacking("S2", f"У{i}", AUTUMN, closed=SPRING) for i in range(9)]
    data = teachers_dataset(deficits=deficits)
    found = teacher_competence(data, rules_with(), year=YEAR, day=DAY, listed=["S1"])
    rows = shared_topics(found.deficits, found.rules).to_dict("records")
    assert [(r["school_id"], r["teachers"], r["listed"]) for r in rows] == ([("S1", n, True)] if there else [])  # fmt: skip


# --- properties ---------------------------------------------------------------------------------

scores = st.one_of(st.none(), st.integers(0, 100).map(float))
people = st.lists(st.tuples(st.sampled_from(["S1", "S2"]), st.integers(0, 8), scores, scores, scores, scores), max_size=30)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(people)
def test_groups_add_up_and_the_order_of_rows_changes_nothing(rows: list[tuple]) -> None:
    tests = {}
    for school, teacher, *four in rows:
        who = f"{school}-У{teacher}"
        tests[who, AUTUMN] = measured(school, who, AUTUMN, *four[:2])
        tests[who, SPRING] = measured(school, who, SPRING, *four[2:])
    rules = rules_with(least_teachers=1)
    plain = list(tests.values())
    one, two = (
        teacher_competence(teachers_dataset(order), rules, year=YEAR, day=DAY)
        for order in (plain, plain[::-1])
    )
    pd.testing.assert_frame_equal(one.pairs, two.pairs)
    pd.testing.assert_frame_equal(one.latest, two.latest)
    whole_row = dynamics_by(one.pairs, rules).iloc[0]
    by_school = dynamics_by(one.pairs, rules, ["school_id"])
    for name in ("n", "better", "same", "worse"):
        total = 0 if pd.isna(whole_row[name]) else whole_row[name]
        assert by_school[name].sum() == total
    for _, row in by_school.iterrows():
        assert row["better"] + row["same"] + row["worse"] == row["n"]
        assert row["ci_low"] - 1e-12 <= row["share"] <= row["ci_high"] + 1e-12

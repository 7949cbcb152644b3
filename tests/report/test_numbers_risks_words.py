"""Sentences, captions and control numbers of monitoring 4, recomputed from the workbooks.

The rows and the rules are those of :mod:`test_numbers_risks`; here is what the page says of them
outside its tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from tests.report import test_numbers_identification as first
from tests.report import test_numbers_risks as fourth
from tests.report.executed import Page, percent
from tests.report.workbook_rows import PROCEDURES, pooled, results

data, day, shown = fourth.data, fourth.day, fourth.shown  # fixtures
YEAR, FACTORS, DECIDES, LEVELS = fourth.YEAR, fourth.FACTORS, fourth.DECIDES, fourth.LEVELS


def waiting(data: fourth.Data) -> list[fourth.Factor]:
    return [each for each in data.risks() if not each.decided]


def test_profiles_and_commonest_factors(shown: Page, data: fourth.Data) -> None:
    text = shown.text("say.main_points(profiles")
    listed = re.search(r"в том числе у всех школ списка \((\d+)\)", text).group(1)
    # The list itself: test_numbers_identification.
    other = first.read(data.raw)
    units = other.units(first.Reading())
    status = {
        school: first.status(other, units, school, YEAR, first.Reading()) for school in data.schools
    }
    on_list = {school for school, each in status.items() if each in first.LISTED}
    assert int(listed) == len(on_list) and on_list <= {each.school for each in data.now()}
    high = Counter(each.factor for each in data.now() if each.level == "высокая")
    told = re.findall(r"«([^»]+)» — (\d+) школ", text)
    assert len(told) == 3 and all(high[factor] == int(n) for factor, n in told)
    assert sorted(high.values(), reverse=True)[:3] == [int(n) for _, n in told]


def test_contradictions_by_kind(shown: Page, data: fourth.Data) -> None:
    found = fourth.contradictions(data)
    kinds = Counter(what for _, what in found)
    schools = {each.school for each, _ in found}
    for call in ("say.main_points(profiles", "say.contradictions_text("):
        text = shown.text(call)
        assert f"Найдены {len(found)} противоречия у {len(schools)} школ" in text
        for what, n in kinds.items():
            assert f"{what} — {n}" in text
    both = [each for each in data.now() if each.both]
    same = sum(each.said["Решение школы"] == each.said["Решение куратора"] for each in both)
    assert f"({percent(same / len(both))})" in shown.text("say.agreement_text(")


def test_decisions_and_their_days(shown: Page, data: fourth.Data, day: dt.date) -> None:
    open_ = waiting(data)
    ahead = [each.decide_by for each in open_ if each.decide_by >= day]
    nearest = ahead.count(min(ahead))
    for call in ("say.main_points(profiles", "say.decisions_text("):
        text = shown.text(call)
        assert f"На {day:%d.%m.%Y} решения ждут {len(open_)} риска" in text
        assert f"{min(ahead):%d.%m.%Y} ({nearest} риск)" in text
    by = Counter(DECIDES[FACTORS[each.factor][1]] for each in open_)
    assert set(by) == {"Школа"}
    assert f"Чьё решение нужно: школы — {by['Школа']}." in shown.text("say.main_points(profiles")
    for call in ("say.levels_table(", "say.decisions_table(", "say.late_measures_table("):
        assert f", на {day:%d.%m.%Y}" in shown.text(call)
    deadlines = {
        (row["Номер меры"], data.schools[row["Код школы"]]): row["Срок"]
        for row in data.measures
        if row["Код школы"]
    }
    for row in shown.rows("say.late_measures_table("):
        assert row[4] == f"{deadlines[row[1], row[0]]:%d.%m.%Y}"


def test_charts_in_words(shown: Page, data: fourth.Data) -> None:
    states = Counter(each.state for each in data.now())
    line = shown.text("say.states_chart(").split("\n")[0]
    told = {state: int(n) for state, n in re.findall(r"[:,] (\S+(?: \S+)?) — (\d+)", line)}
    assert told == dict(states)
    schools = {each.school for each in data.now()}
    factors = {each.factor for each in data.now()}
    assert f"{len(schools)} школ, {len(factors)} факторов;" in shown.text("say.school_map(")


def test_kinds_in_words(shown: Page, data: fourth.Data) -> None:
    text = shown.text("say.kinds_text(")
    kinds = Counter(FACTORS[each.factor][0].lower() for each in data.risks())
    told = re.findall(r"(образовательной неуспешности|[а-я-]+ые|[а-я-]+-технические) — (\d+)", text)
    assert {kind: int(n) for kind, n in told} == dict(kinds)
    rest = sum(FACTORS[each.factor][1] != "Управл." for each in data.risks())
    assert f"— их {rest} (" in text
    undated = sum(not each.said.get("Дата протокола") for each in data.now())
    assert f"У {undated} факторов нет даты протокола" in shown.text("say.limits(")


def test_zones_that_are_not_named(shown: Page, data: fourth.Data) -> None:
    """Of many subjects four are named, the largest shares first, and the rest counted."""
    units = pooled(results(data.raw), "school", "procedure", "subject", "year")
    codes = {name: code for code, name in data.schools.items()}
    for name, n, _, which, _ in shown.rows("say.zones_table("):
        shares = sorted(
            (
                unit.low / unit.n
                for (school, procedure, _, year), unit in units.items()
                if (school, year) == (codes[name], YEAR) and procedure in PROCEDURES
                and unit.n >= 10 and unit.high == 0
                and unit.low >= fourth.LIMIT[procedure] * unit.n - 1e-12
            ),
            reverse=True,
        )  # fmt: skip
        told = re.findall(r"[:] ([\d,]+ %) \(", which)
        assert int(n) == len(shares) and told == [percent(s) for s in shares[: len(told)]], name
        more = re.search(r" и ещё (\d+)$", which)
        assert len(told) + (int(more.group(1)) if more else 0) == int(n), name


def test_control_numbers(shown: Page, data: fourth.Data, day: dt.date) -> None:
    now = data.now()
    levels = dict(zip(("high", "medium", "low"), LEVELS, strict=True))
    states = {
        "claimed": "заявлен", "confirmed": "подтверждён", "in_work": "в работе",
        "rejected": "отклонён", "lifted": "снят",
    }  # fmt: skip
    by_level = Counter(each.level for each in now)
    by_state = Counter(each.state for each in now)
    open_ = waiting(data)
    late = [e for e in open_ if e.decide_by < day and FACTORS[e.factor][1] != "Неуправл."]
    assert shown.text("NBVAL_CHECK_OUTPUT").strip().splitlines() == [
        f"факторов: {len(now)}",
        f"по значимости: {dict(sorted((c, by_level[n]) for c, n in levels.items() if by_level[n]))}",
        f"по состоянию: {dict(sorted((c, by_state[n]) for c, n in states.items() if by_state[n]))}",
        f"противоречий: {len(fourth.contradictions(data))}",
        f"ждут решения: {len(open_)} просрочено: {len(late)}",
    ]


def named(data: fourth.Data, line: str) -> set[str]:
    return {school for school, name in data.schools.items() if name in line}


def test_schools_named_in_sentences(shown: Page, data: fourth.Data, day: dt.date) -> None:
    """Whose profile changed and how; who contradicts whom; who has to do what."""
    rank = {level: place for place, level in enumerate(reversed(LEVELS))}
    before, now = (
        {(e.school, e.factor): e.level for e in data.factors[y] if e.state not in fourth.DEAD}
        for y in (YEAR - 1, YEAR)
    )
    both = {e.school for e in data.factors[YEAR - 1]} & {e.school for e in data.now()}
    words = ("выросла", "снизилась", "Новые риски", "Ушла")
    moves: dict[str, set[str]] = {each: set() for each in words}
    for key in {*before, *now}:
        if key[0] not in both:
            continue
        if key not in before:
            moves["Новые риски"].add(key[0])
        elif key not in now:
            moves["Ушла"].add(key[0])
        elif rank[now[key]] != rank[before[key]]:
            up = rank[now[key]] > rank[before[key]]
            moves["выросла" if up else "снизилась"].add(key[0])
    lines = shown.text("say.changes_text(").splitlines()
    for start, schools in moves.items():
        (line,) = [each for each in lines if each.startswith("**") and start in each]
        assert named(data, line) == schools, start

    found = fourth.contradictions(data)
    lines = [x for x in shown.text("say.contradictions_text(").splitlines() if x.startswith("- ")]
    assert {x.removeprefix("- **").split(":**")[0].lower(): named(data, x) for x in lines} == {
        kind: {each.school for each, what in found if what == kind} for _, kind in found
    }

    open_ = waiting(data)
    late = {e.school for e in open_ if e.decide_by < day and FACTORS[e.factor][1] != "Неуправл."}
    steps = {
        "Принять просроченные решения": late,
        "Завершить верификацию": {each.school for each in data.now() if not each.both},
        "Договориться школе и куратору": {
            each.school for each, what in found if "отклоняет" in what
        },
        "Внести меры против рисков": {each.school for each, what in found if "мер" in what},
    }
    lines = shown.text("say.next_steps(").splitlines()
    for start, schools in steps.items():
        (line,) = [each for each in lines if each.startswith(f"- **{start}")]
        assert named(data, line) == schools, start

"""Directions over three years and more in monitoring 2, recomputed from the workbooks.

A series alone is judged by the test of Cochran and Armitage (1954, 1955; with few in it, by
counting out all that could have happened), the series of a school together by Mantel's extension of
it (1963). Both are widened by the jumps from year to year that the same data show (Williams 1982,
by moments), and the many answers are corrected after Benjamini and Hochberg (1995). All of that is
written down here anew, series by series; no method of the library is called.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from statistics import median

import numpy as np
import pytest
from scipy import stats

from tests.report import test_numbers_dynamics as second
from tests.report.executed import Page, close, number

data, runs, shown = second.data, second.runs, second.shown  # fixtures
Data, Key, Run = second.Data, second.Key, second.Run

YEAR, Z, ALPHA = second.YEAR, second.Z, 0.05
WAYS = {-1: "к лучшему", 0: "не показано", 1: "к худшему"}
BEYOND = {-1: "лучше, чем у других", 0: "как у других", 1: "хуже, чем у других"}


@dataclass(frozen=True)
class Together:
    """Some series as one: what they say above their own totals, and how far chance goes."""

    runs: tuple[Run, ...]

    @cached_property
    def years(self) -> list[int]:
        return sorted({year for run in self.runs for year in run.years})

    @cached_property
    def rest(self) -> np.ndarray:
        """Low results of every year beyond what the total of each series gives it."""
        found = dict.fromkeys(self.years, 0.0)
        for run in self.runs:
            share = sum(run.low) / sum(run.n)
            for year, low, n in zip(run.years, run.low, run.n, strict=True):
                found[year] += low - n * share
        return np.array(list(found.values()))

    @cached_property
    def chance(self) -> np.ndarray:
        """Covariance of that when only the order of the pupils is accidental."""
        place = {year: i for i, year in enumerate(self.years)}
        found = np.zeros((len(place), len(place)))
        for run in self.runs:
            total, low = sum(run.n), sum(run.low)
            each = low * (total - low) / total / max(total - 1, 1)
            for (year, n), (other, m) in product(zip(run.years, run.n, strict=True), repeat=2):
                found[place[year], place[other]] += each * (n * (year == other) - n * m / total)
        return found

    @property
    def spread(self) -> float:
        return sum(run.parts()[1] for run in self.runs)

    @property
    def slope(self) -> float:
        return sum(run.parts()[0] for run in self.runs) / self.spread

    @property
    def error(self) -> float:
        away = np.array(self.years) - YEAR
        return float(np.sqrt(max(away @ self.chance @ away, 0.0))) / self.spread

    @property
    def flat(self) -> bool:
        return all(run.flat for run in self.runs)

    @property
    def z(self) -> float:
        return self.slope / self.error

    @property
    def room(self) -> int:
        """Years beyond the two ends that a line needs."""
        return 0 if self.flat else len(self.years) - 2

    @property
    def lack(self) -> float:
        """What the line leaves: chi-square of all years less that of the line."""
        if self.flat:
            return 0.0
        whole = self.rest[1:] @ np.linalg.solve(self.chance[1:, 1:], self.rest[1:])
        return max(float(whole) - self.z**2, 0.0)

    @property
    def size(self) -> float:
        """Pupils counted in a year."""
        return sum(sum(run.n) for run in self.runs) / len(self.years)


def jumps(groups: list[Together]) -> float:
    """How alike pupils of one year are beyond the line."""
    room = sum(each.room * (each.size - 1) for each in groups)
    return max(0.0, sum(each.lack - each.room for each in groups) / room)


def wider(group: Together, rho: float) -> float:
    return math.sqrt(1 + (group.size - 1) * rho)


def counted_out(run: Run) -> float:
    """Chance of a sum of years of low results as far from its mean, every possibility counted."""
    steps = [year - run.years[0] for year in run.years]
    ways: Counter[tuple[int, int]] = Counter({(0, 0): 1})
    for n, step in zip(run.n, steps, strict=True):
        after: Counter[tuple[int, int]] = Counter()
        for (taken, value), many in ways.items():
            for k in range(min(n, sum(run.low) - taken) + 1):
                after[taken + k, value + k * step] += many * math.comb(n, k)
        ways = after
    last = {value: many for (taken, value), many in ways.items() if taken == sum(run.low)}
    whole = sum(last.values())
    # Whole numbers all the way: equal distances are equal.
    middle = sum(value * many for value, many in last.items())
    seen = abs(whole * sum(x * s for x, s in zip(run.low, steps, strict=True)) - middle)
    return sum(many for value, many in last.items() if abs(whole * value - middle) >= seen) / whole


def by_chance(run: Run) -> float:
    """p-value of one series if pupils were all the chance there is."""
    top, spread = run.parts()
    low, total = sum(run.low), sum(run.n)
    z = top / math.sqrt(low / total * (1 - low / total) * spread)
    p = math.erfc(abs(z) / math.sqrt(2))
    few = min(low, total - low) * min(run.n) / total < 5
    return counted_out(run) if few and p < 0.25 else p


def widened(p: float, factor: float) -> float:
    return min(1.0, 2 * stats.norm.sf(stats.norm.isf(p / 2) / factor))


def firm(p_values: dict[object, float]) -> set[object]:
    """What Benjamini and Hochberg let stand: all up to the last p ≤ α · rank / number."""
    ordered = sorted(p_values, key=lambda key: p_values[key])
    last = max(
        (i for i, key in enumerate(ordered, 1) if p_values[key] <= ALPHA * i / len(ordered)),
        default=0,
    )
    return set(ordered[:last])


@dataclass(frozen=True)
class Found:
    """Answers for every series and every school."""

    alone: dict[Key, Together]
    schools: dict[str, Together]
    others: dict[str, float]
    grown_alone: dict[Key, float]
    grown: dict[str, float]
    p_alone: dict[Key, float]
    p_naive: dict[Key, float]
    p: dict[str, float]
    firm_alone: set[Key]
    way: dict[str, int]
    beyond: dict[str, int]

    def interval(self, school: str) -> tuple[float, float]:
        own = self.schools[school]
        reach = Z * own.error * self.grown[school]
        return own.slope - reach, own.slope + reach


@pytest.fixture(scope="module")
def found(runs: dict[Key, Run]) -> Found:
    alone = {key: Together((run,)) for key, run in runs.items()}
    mine: dict[str, list[Key]] = defaultdict(list)
    works: dict[Key, list[Key]] = defaultdict(list)
    for key in runs:
        mine[key[0]].append(key)
        works[key[1:]].append(key)
    schools = {school: Together(tuple(runs[k] for k in keys)) for school, keys in mine.items()}
    rho, rho_schools = jumps(list(alone.values())), jumps(list(schools.values()))
    grown_alone = {key: wider(each, rho) for key, each in alone.items() if not each.flat}
    grown = {school: wider(each, rho_schools) for school, each in schools.items()}
    p_naive = {key: by_chance(runs[key]) for key in grown_alone}
    p_alone = {key: widened(p, grown_alone[key]) for key, p in p_naive.items()}
    p = {
        school: math.erfc(abs(each.z) / grown[school] / math.sqrt(2))
        for school, each in schools.items()
    }

    others, p_beyond, away = {}, {}, {}
    for school, keys in mine.items():
        top = doubt = 0.0
        shared = []
        for key in keys:
            rest = [alone[k] for k in works[key[1:]] if k != key]
            if not rest:
                continue
            shared.append(runs[key])
            weights = sum(each.spread for each in rest)
            expected = sum(each.spread * each.slope for each in rest) / weights
            unsure = sum((each.spread * each.error) ** 2 for each in rest) / weights**2
            top += alone[key].spread * expected
            doubt += alone[key].spread ** 2 * unsure
        own = Together(tuple(shared))
        others[school] = top / own.spread
        error = math.sqrt(own.error**2 + doubt / own.spread**2) * grown[school]
        away[school] = own.slope - others[school]
        p_beyond[school] = math.erfc(abs(away[school]) / error / math.sqrt(2))

    def sides(p_values: dict[str, float], slopes: dict[str, float]) -> dict[str, int]:
        stand = firm(p_values)
        return {s: (1 if slopes[s] > 0 else -1) if s in stand else 0 for s in slopes}

    return Found(
        alone, schools, others, grown_alone, grown, p_alone, p_naive, p, firm(p_alone),
        sides(p, {school: each.slope for school, each in schools.items()}),
        sides(p_beyond, away),
    )  # fmt: skip


def test_what_is_said_of_single_series(shown: Page, found: Found) -> None:
    text = shown.text("say_trends.summary_text(")
    n = len(found.p_alone)
    single = sum(p < ALPHA for p in found.p_alone.values())
    assert f"около {math.ceil(ALPHA * n)} из {n} рядов" in text
    assert f"случайно; найдено {single}." in text
    schools = len({key[0] for key in found.p_alone})
    assert f"Проверено: {n} рядов у {schools} школ." in text
    assert "не меньше 3 сопоставимых лет" in text and "Берутся последние 5 лет" in text
    better = sum(found.alone[key].slope < 0 for key in found.firm_alone)
    assert f"направление показывают {len(found.firm_alone)} рядов результатов" in text
    assert f"к лучшему — {better}, к худшему — {len(found.firm_alone) - better}." in text
    naive = sum(p < ALPHA for p in found.p_naive.values())
    assert f"Без неё «значимых» рядов было бы {naive}." in text
    # Neither of the counts hangs on a p-value that rounding could move across 5 %.
    assert all(abs(p - ALPHA) > 1e-6 for p in [*found.p_alone.values(), *found.p_naive.values()])


def test_how_far_the_years_jump(shown: Page, found: Found) -> None:
    text = shown.text("say_trends.summary_text(")
    schools, series = re.search(r"в ([\d,]+) раза \(одного ряда — в ([\d,]+) раза\)", text).groups()
    assert close(schools, median(found.grown.values()))
    assert close(series, median(found.grown_alone.values()))


def test_what_is_said_of_schools(shown: Page, found: Found) -> None:
    text = shown.text("say_trends.summary_text(")
    ways = Counter(found.way.values())
    assert (
        f"Направление показано у {ways[-1] + ways[1]} из {len(found.way)} школ: "
        f"к лучшему — {ways[-1]}, к худшему — {ways[1]}." in text
    )
    apart = sum(side != 0 for side in found.beyond.values())
    assert f"От других школ в тех же работах отличаются {apart}." in text
    control = shown.text("NBVAL_CHECK_OUTPUT").split("направления школ: ")[1]
    names = {-1: "positive", 1: "negative", 0: "no_change"}
    assert ast.literal_eval(control) == {names[side]: n for side, n in ways.items()}


def test_directions_and_intervals_of_schools(shown: Page, data: Data, found: Found) -> None:
    codes = {name: code for code, name in data.schools.items()}
    rows = shown.rows("say_trends.schools_table(")
    for name, way, change, span, others, against, *_ in rows:
        school = codes[name]
        assert close(change, 100 * found.schools[school].slope), name
        said = re.fullmatch(r"от (\S+) до (\S+) п\. п\.", span).groups()
        for end, exact in zip(said, found.interval(school), strict=True):
            assert close(end, 100 * exact), (name, end, exact)
        assert close(others, 100 * found.others[school]), name
        assert (way, against) == (WAYS[found.way[school]], BEYOND[found.beyond[school]]), name
    # Worse first, then better, then the rest; the surest first in each.
    places = {1: 0, -1: 1, 0: 2}
    order = sorted(found.p, key=lambda s: (places[found.way[s]], found.p[s]))
    assert [codes[row[0]] for row in rows] == order


def test_chart_of_directions(shown: Page, data: Data, found: Found) -> None:
    short = {re.sub(r"М[БАК]ОУ |[«»]", "", name): code for code, name in data.schools.items()}
    heads = shown.heading("say_trends.trend_chart(")
    rows = shown.rows("say_trends.trend_chart(")
    assert heads[1:4] == ["к худшему", "направление не показано", "к лучшему"]
    slopes = []
    for label, *cells, others in rows:
        school = short[label]
        (place,) = [i for i, cell in enumerate(cells) if cell != "—"]
        assert place == 1 - found.way[school], label
        change, low, high = re.match(
            r"(\S+) п\. п\. в год, с вероятностью 95 % от (\S+) до (\S+) п\. п\.", cells[place]
        ).groups()
        exact = (found.schools[school].slope, *found.interval(school))
        for said, value in zip((change, low, high), exact, strict=True):
            assert close(said, 100 * value), label
        assert close(others.removeprefix("другие школы: "), 100 * found.others[school]), label
        slopes.append(exact[0])
    assert slopes == sorted(slopes, reverse=True)
    told = re.findall(
        r"([^:;]+) — (\S+) п\. п\. в год, (?:направление )?(к \w+|не показано)",
        shown.text("say_trends.trend_chart(").split("\n")[0].split("лучше): ")[1],
    )
    assert [short[label.strip()] for label, *_ in told] == [short[row[0]] for row in rows[:6]]
    alt = shown.text("say_trends.trend_chart(").split("\n")[0]
    assert f"и ещё {len(rows) - 6} строк" in alt
    for label, change, way in told:
        school = short[label.strip()]
        assert close(change, 100 * found.schools[school].slope), label
        assert way == WAYS[found.way[school]], label


def test_which_series_have_a_direction(shown: Page, data: Data, found: Found) -> None:
    codes = {name: code for code, name in data.schools.items()}
    told = []
    for name, label, way, *_ in shown.rows("say_trends.units_table("):
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", label).groups()
        key = (codes[name], procedure, int(grade), subject)
        told.append(key)
        assert way == WAYS[1 if found.alone[key].slope > 0 else -1], label
    assert told == sorted(found.firm_alone, key=lambda key: found.p_alone[key])


def test_series_nothing_can_be_said_of(shown: Page, data: Data, runs: dict[Key, Run]) -> None:
    """A series of the year that is too short: cut by a pause, or young."""
    series: dict[Key, set[int]] = defaultdict(set)
    for row in data.rows:
        series[row["school"], row["procedure"], row["grade"], row["subject"]].add(row["year"])
    short = {key: years for key, years in series.items() if YEAR in years and key not in runs}
    cut, young = [], []
    for key, years in short.items():
        own, known = YEAR, sorted(years, reverse=True)
        for year in known[1:]:
            if own - year > 2:
                cut.append(key)
                break
            own = year
        else:
            young.append(key)
    rows = {row[0]: [int(cell) for cell in row[1:]] for row in shown.rows("untested_table(")}
    for start, keys in (("Сопоставимых лет меньше", young), ("Между результатами", cut)):
        (cells,) = [cells for why, cells in rows.items() if why.startswith(start)]
        assert cells == [len(keys), len({key[0] for key in keys})], start
    assert len(rows) == 3
    # The years of the demonstration are all of one scale.
    assert not any("шкала" in why for why in rows)


def test_changes_that_are_shown_are_the_surest(shown: Page, data: Data) -> None:
    """The thirty pairs of the chart of one year, by the p-value of the score test."""
    lines = shown.rows("say.change_chart(")
    short = {re.sub(r"М[БАК]ОУ |[«»]", "", name): code for code, name in data.schools.items()}
    told = set()
    for label, *_ in lines:
        school, rest = label.split(": ", 1)
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", rest).groups()
        told.add((short[school], procedure, int(grade), subject))
    pairs = {pair.key: pair.p_value for pair in data.good(YEAR)}
    edge = sorted(pairs.values())[len(lines) - 1]
    assert {key for key, p in pairs.items() if p < edge - 1e-12} <= told
    assert all(pairs[key] <= edge + 1e-12 for key in told) and len(told) == len(lines)
    changes = {pair.key: pair.change for pair in data.good(YEAR)}
    text = shown.text("say.change_chart(")
    assert text.count(f"Показаны {len(lines)} самых заметных изменений из {len(pairs)} ") == 2
    alt = text.split("\n")[0].split("лучше): ")[1]
    assert all(
        label in [row[0] for row in lines[:6]]
        for label in re.findall(r"(?:^|; )(С.+?|О.+?) —", alt)
    )
    first = [number(each) for each in re.findall(r"— (\S+) п\. п\., динамика", alt)]
    largest = sorted((changes[key] for key in told), reverse=True)[: len(first)]
    assert len(first) == 6 and f"и ещё {len(lines) - 6} строки" in alt
    assert all(abs(said - 100 * exact) <= 0.051 for said, exact in zip(first, largest, strict=True))

"""Monitoring 2 of the demonstration, recomputed from the workbooks by plain loops.

A pair is the nearest earlier result of the same school, procedure, class and subject, at most two
years back; it is better or worse when Newcombe's interval of the difference leaves zero out. Slopes over
three years and more are least squares weighted by participants; their errors, widened by jumps from
year to year, are recomputed in tests/methods and tests/stats.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.report.executed import Page, close, number, page
from tests.report.workbook_rows import register, results

YEAR = 2026
Z = 1.959963984540054


def wilson(x: int, n: int) -> tuple[float, float]:
    p, z = x / n, Z
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


@dataclass(frozen=True)
class Pair:
    """Two results that may be compared, or the first of them too long ago."""

    key: tuple[Any, ...]
    year: int
    before: int
    low: tuple[int, int]
    n: tuple[int, int]

    @property
    def comparable(self) -> bool:
        return self.year - self.before <= 2

    @property
    def change(self) -> float:
        return self.low[1] / self.n[1] - self.low[0] / self.n[0]

    @property
    def interval(self) -> tuple[float, float]:
        """Newcombe's method 10."""
        p1, p2 = self.low[0] / self.n[0], self.low[1] / self.n[1]
        (l1, u1), (l2, u2) = wilson(self.low[0], self.n[0]), wilson(self.low[1], self.n[1])
        return (
            self.change - math.sqrt((p2 - l2) ** 2 + (u1 - p1) ** 2),
            self.change + math.sqrt((u2 - p2) ** 2 + (p1 - l1) ** 2),
        )

    @property
    def verdict(self) -> str:
        low, high = self.interval
        return "better" if high < 0 else "worse" if low > 0 else "same"

    @property
    def p_value(self) -> float:
        """Score test with the pooled variance."""
        pool = sum(self.low) / sum(self.n)
        if pool in (0, 1):
            return 1.0
        z = self.change / math.sqrt(pool * (1 - pool) * (1 / self.n[0] + 1 / self.n[1]))
        return math.erfc(abs(z) / math.sqrt(2))


def pairs_of(rows: list[dict[str, Any]], year: int) -> list[Pair]:
    series: dict[tuple[Any, ...], dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        key = (row["school"], row["procedure"], row["grade"], row["subject"])
        series[key][row["year"]] = (row["low"], row["n"])
    found = []
    for key, of in series.items():
        earlier = [y for y in of if y < year]
        if year in of and earlier:
            before = max(earlier)
            (a, n), (b, m) = of[before], of[year]
            found.append(Pair(key, year, before, (a, b), (n, m)))
    return found


@dataclass(frozen=True)
class Data:
    """Schools and pairs that end in every year."""

    schools: dict[str, str]
    rows: list[dict[str, Any]]
    pairs: dict[int, list[Pair]]

    def good(self, year: int) -> list[Pair]:
        return [pair for pair in self.pairs[year] if pair.comparable]

    def verdicts(self, year: int) -> dict[str, str]:
        """Dynamics of every school: at least a tenth of its pairs more better than worse."""
        found = {}
        for school in self.schools:
            own = Counter(pair.verdict for pair in self.good(year) if pair.key[0] == school)
            if not own.total():
                continue
            net = (own["better"] - own["worse"]) / own.total()
            found[school] = (
                "положительная" if net >= 0.1 else "отрицательная" if net <= -0.1 else ""
            )
        return found


@pytest.fixture(scope="module")
def data(built_demo: Path) -> Data:
    raw = built_demo / "data/raw"
    rows = results(raw)
    return Data(
        {row["Код школы"]: row["Краткое наименование"] for row in register(raw)},
        rows,
        {year: pairs_of(rows, year) for year in (2024, 2025, YEAR)},
    )


@pytest.fixture(scope="module")
def shown(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/02_dynamics.ipynb")


def cell(page_: Page, text: str) -> str:
    """What the first cell shows that shows ``text``."""
    return next(said for _, said in page_.cells if text in said)


def table(page_: Page, *headings: str) -> list[list[str]]:
    """Rows of the table with these first headings, wherever it stands."""
    for _, said in page_.cells:
        lines = [line for line in said.splitlines() if line.startswith("|")]
        if lines and [c.strip() for c in lines[0].strip("|").split("|")][: len(headings)] == [
            *headings
        ]:
            return [[c.strip() for c in line.strip("|").split("|")] for line in lines[2:]]
    raise AssertionError(headings)


def test_how_many_pairs_and_against_which_years(shown: Page, data: Data) -> None:
    pairs = data.pairs[YEAR]
    by_year = Counter(pair.before for pair in data.good(YEAR))
    text = cell(shown, "сравнивается с")
    assert f"2024/25 ({by_year[2025]} пары)" in text
    assert f"2023/24 ({by_year[2024]} пар)" in text
    assert f"Ещё {len(pairs) - len(data.good(YEAR))} пар несопоставимы" in text


def test_main_points(shown: Page, data: Data) -> None:
    text = cell(shown, "Главное за")
    good = data.good(YEAR)
    verdicts = Counter(pair.verdict for pair in good)
    schools = data.verdicts(YEAR)
    positive = sum(each == "положительная" for each in schools.values())
    assert f"положительная у {positive} из {len(schools)} школ" in text
    low, high = wilson(positive, len(schools))
    assert f"от {round(100 * low)} до {round(100 * high)} %" in text
    assert f"Сопоставимых пар результатов {len(good)} из {len(data.pairs[YEAR])}" in text
    assert (
        f"значимо лучше стало в {verdicts['better']}, значимо хуже — в {verdicts['worse']}" in text
    )
    jumps = sum(pair.change >= 0.10 - 1e-12 for pair in good)
    assert f"на 10 п. п. и больше в {jumps} из {len(good)} пар" in text


def test_summary_of_schools(shown: Page, data: Data) -> None:
    counts = Counter(data.verdicts(YEAR).values())
    rows = {row[0]: row[1:] for row in table(shown, "Динамика", "Школ")}
    for title, key in (
        ("положительная", "положительная"),
        ("отрицательная", "отрицательная"),
        ("без значимых изменений", ""),
    ):
        assert int(rows[title][0]) == counts[key]
        assert close(rows[title][1], 100 * counts[key] / counts.total())
    assert rows["не сопоставимо"] == ["0", "0,0 %"]


def test_every_school(shown: Page, data: Data) -> None:
    codes = {name: code for code, name in data.schools.items()}
    rows = table(shown, "Школа", "Статус", "Динамика", "Лучше")
    assert {row[0] for row in rows} == {data.schools[school] for school in data.verdicts(YEAR)}
    for name, _, way, better, worse, whole in rows:
        own = Counter(p.verdict for p in data.good(YEAR) if p.key[0] == codes[name])
        assert (int(better), int(worse), int(whole)) == (own["better"], own["worse"], own.total())
        assert way == (data.verdicts(YEAR)[codes[name]] or "без значимых изменений")


def test_listed_schools_by_year(shown: Page, data: Data) -> None:
    """Of the schools on last year's list: the list itself is recomputed for monitoring 1."""
    points = re.findall(
        r"(\d{4})/\d\d: [\d,]+ % \((\d+) из (\d+)\), с вероятностью 95 % от (\d+) до (\d+) %",
        cell(shown, "школ с положительной динамикой |"),
    )
    assert [int(start) + 1 for start, *_ in points] == [2024, 2025, YEAR]
    for _, x, n, low, high in points:
        ends = wilson(int(x), int(n))
        assert [round(100 * max(end, 0)) for end in ends] == [int(low), int(high)]
    last = cell(shown, "Из школ, которые были в списке в 2024/25")
    assert f"**{points[-1][1]} из {points[-1][2]}**" in last


def test_largest_changes(shown: Page, data: Data) -> None:
    text = cell(shown, "самых заметных изменений")
    good = data.good(YEAR)
    assert f"Показаны 30 самых заметных изменений из {len(good)} сопоставимых пар" in text
    lines = [line for line in text.splitlines() if line.startswith("| ") and "из " in line]
    assert len(lines) == 30
    short = {re.sub(r"М[БАК]ОУ |[«»]", "", name): code for code, name in data.schools.items()}
    for line in lines:
        label, *cells = [each.strip() for each in line.strip("|").split("|")]
        school, rest = label.split(": ", 1)
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", rest).groups()
        (place,) = [i for i, each in enumerate(cells) if each != "—"]
        pair = next(p for p in good if p.key == (short[school], procedure, int(grade), subject))
        assert pair.verdict == ("worse", "same", "better")[place]
        first, n, second, m, change, low, high = re.fullmatch(
            r"\d{4}/\d\d: ([\d,]+) % из (\d+), 2025/26: ([\d,]+) % из (\d+), (\S+) п\. п\."
            r" \(от (\S+) до (\S+) п\. п\.\)",
            cells[place],
        ).groups()
        assert (int(n), int(m)) == pair.n
        for said, exact in (
            (first, pair.low[0] / pair.n[0]), (second, pair.low[1] / pair.n[1]),
            (change, pair.change), (low, pair.interval[0]), (high, pair.interval[1]),
        ):  # fmt: skip
            assert close(said, 100 * exact), (label, said, exact)


def test_subjects_and_classes(shown: Page, data: Data) -> None:
    groups: dict[tuple[str, str, int], list[Pair]] = defaultdict(list)
    for pair in data.good(YEAR):
        _, procedure, grade, subject = pair.key
        groups[(procedure, subject, grade)].append(pair)
    rows = table(shown, "Процедура, предмет, класс", "Школ")
    assert len(rows) == len(groups)
    for label, schools, pupils, before, after, change, better, worse in rows:
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", label).groups()
        own = groups[(procedure, subject, int(grade))]
        verdicts = Counter(pair.verdict for pair in own)
        n = [sum(pair.n[i] for pair in own) for i in (0, 1)]
        shares = [100 * sum(pair.low[i] for pair in own) / n[i] for i in (0, 1)]
        assert int(schools) == len({pair.key[0] for pair in own})
        assert int(pupils.replace(" ", "")) == n[1]
        assert close(before, shares[0]) and close(after, shares[1])
        assert close(change, shares[1] - shares[0]), label
        assert (int(better), int(worse)) == (verdicts["better"], verdicts["worse"])


def test_many_comparisons(shown: Page, data: Data) -> None:
    good = data.good(YEAR)
    text = cell(shown, "Проверено ")
    found = sum(pair.verdict != "same" for pair in good)
    assert f"Проверено {len(good)} пар сразу" in text
    assert f"до {math.ceil(len(good) * 0.05)} из них" in text and f"найдено {found}." in text
    ordered = sorted(pair.p_value for pair in good)
    proven = any(p <= 0.05 * rank / len(ordered) for rank, p in enumerate(ordered, start=1))
    assert ("ни одно отдельное изменение не остаётся" in text) == (not proven)


def test_incomparable(shown: Page, data: Data) -> None:
    old = [pair for pair in data.pairs[YEAR] if not pair.comparable]
    rows = table(shown, "Почему нельзя сравнить")
    assert len(rows) == len({pair.before for pair in old}) == 1
    assert rows[0][0].startswith(f"Предыдущий результат — {old[0].before} года")
    assert [int(number(each)) for each in rows[0][1:3]] == [len(old), len({p.key[0] for p in old})]


Key = tuple[Any, ...]


@dataclass(frozen=True)
class Run:
    """A series of comparable years: years, low results and participants in each."""

    years: tuple[int, ...]
    low: tuple[int, ...]
    n: tuple[int, ...]

    @property
    def flat(self) -> bool:
        return sum(self.low) in (0, sum(self.n))

    def parts(self) -> tuple[float, float]:
        """Numerator and denominator of the slope of the share on the year."""
        mean = sum(y * n for y, n in zip(self.years, self.n, strict=True)) / sum(self.n)
        return (
            sum((y - mean) * low for y, low in zip(self.years, self.low, strict=True)),
            sum(n * (y - mean) ** 2 for y, n in zip(self.years, self.n, strict=True)),
        )


def slope(runs: list[Run]) -> float:
    """Common slope, percentage points a year: every series keeps its own level."""
    tops, bottoms = zip(*(run.parts() for run in runs), strict=True)
    return 100 * sum(tops) / sum(bottoms)


@pytest.fixture(scope="module")
def runs(data: Data) -> dict[Key, Run]:
    """Series of at least three years that end in the year; a gap of two years breaks one."""
    series: dict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in data.rows:
        key = (row["school"], row["procedure"], row["grade"], row["subject"])
        series[key][row["year"]] = (row["low"], row["n"])
    found = {}
    for key, of in series.items():
        own = [YEAR] if YEAR in of else []
        for year in sorted((y for y in of if y < YEAR and own), reverse=True):
            if own[-1] - year > 2:
                break
            own.append(year)
        if len(own) >= 3:
            own.sort()
            found[key] = Run(tuple(own), tuple(of[y][0] for y in own), tuple(of[y][1] for y in own))
    return found


def whole(text: str) -> int:
    return int(text.replace(" ", ""))


def test_how_many_series(shown: Page, runs: dict[Key, Run]) -> None:
    text = cell(shown, "Рядов, в которых")
    flat = [key for key, run in runs.items() if run.flat]
    assert f"— {len(runs)}; в {len(flat)} из них" in text
    assert f"Проверено: {len(runs) - len(flat)} ряд" in text
    rows = {row[0]: row[1:] for row in shown.rows("say_trends.untested_table(")}
    cells = rows["Низких результатов нет ни в одном году либо они у всех"]
    assert [int(each) for each in cells] == [len(flat), len({key[0] for key in flat})]


def test_direction_of_every_school(shown: Page, data: Data, runs: dict[Key, Run]) -> None:
    short = {re.sub(r"М[БАК]ОУ |[«»]", "", name): name for name in data.schools.values()}
    chart = {}
    for label, *cells in shown.rows("say_trends.trend_chart("):
        chart[short[label]] = next(each for each in cells if each != "—")
    rows = shown.rows("say_trends.schools_table(")
    codes = {name: code for code, name in data.schools.items()}
    assert {row[0] for row in rows} == set(chart) == set(codes)
    for name, way, change, span, _, _, count, people in rows:
        mine = [run for key, run in runs.items() if key[0] == codes[name]]
        n = sum(sum(run.n) for run in mine)
        assert (int(count), whole(people)) == (len(mine), n), name
        assert close(change, slope(mine)), name
        low, high = (number(each) for each in re.findall(r"[−+]?\d+,\d", span))
        assert low < slope(mine) < high
        if way != "не показано":
            assert low * high > 0 and (high < 0) == (way == "к лучшему")
        years = max(len(run.years) for run in mine)
        assert chart[name].startswith(f"{change} в год, с вероятностью 95 % {span}, {years} ")
        assert chart[name].endswith(f"участий {n}")


def test_direction_of_single_series(shown: Page, data: Data, runs: dict[Key, Run]) -> None:
    codes = {name: code for code, name in data.schools.items()}
    rows = shown.rows("say_trends.units_table(")
    for name, label, way, change, first, last, years, people in rows:
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", label).groups()
        run = runs[(codes[name], procedure, int(grade), subject)]
        assert close(change, slope([run])) and (slope([run]) < 0) == (way == "к лучшему")
        assert close(first, 100 * run.low[0] / run.n[0]) and close(
            last, 100 * run.low[-1] / run.n[-1]
        )
        assert (int(years), whole(people)) == (len(run.years), sum(run.n))
    text = cell(shown, "Рядов, в которых")
    assert f"направление показывают {len(rows)} ряд" in text


def test_direction_of_all_schools_together(shown: Page, runs: dict[Key, Run]) -> None:
    works: dict[Key, list[Run]] = defaultdict(list)
    for (_, procedure, grade, subject), run in runs.items():
        works[(procedure, subject, grade)].append(run)
    rows = shown.rows("say_trends.works_table(")
    assert len(rows) == len(works)
    for label, schools, people, since, change in rows:
        procedure, subject, grade = re.fullmatch(r"(\S+), (.+), (\d+) класс", label).groups()
        own = works[(procedure, subject, int(grade))]
        assert (int(schools), whole(people)) == (len(own), sum(sum(run.n) for run in own)), label
        first = min(run.years[0] for run in own)
        assert since == f"{first - 1}/{first % 100}" and close(change, slope(own)), label

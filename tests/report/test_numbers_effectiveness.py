"""Analysis of effectiveness (monitoring 7) of both halves, recomputed from the workbooks.

Lists, verdicts on dynamics and teachers' measurements come from the modules that recompute
monitorings 1, 2 and 3; who supports whom, measures and recommendations are read here with openpyxl
and put back to what was known on the day. What was to be expected of a supported school comes from a
model that is checked by simulation in tests/methods/test_effect.py; here the shares before and after
are recomputed, and that the effect is what is observed less what was expected.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.report import test_numbers_competence as third
from tests.report import test_numbers_dynamics as second
from tests.report import test_numbers_identification as first
from tests.report.executed import Page, close, day_of, number, page, percent
from tests.report.test_numbers_competence import ends
from tests.report.workbook_rows import Row, yearly

data, statuses = first.data, first.statuses  # fixtures
changes, teachers = second.data, third.teachers
shown_third = third.shown

YEAR = 2026
Statuses = dict[int, dict[str, str]]


@pytest.fixture(scope="module")
def shown(built_demo: Path) -> Page:
    """Of monitoring 3, from whose day the teachers' measurements are cut."""
    return page(built_demo / f".shnor/executed/{YEAR}/03_teacher_competence.ipynb")


@pytest.fixture(scope="module", params=[1, 2])
def half(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def seen(built_demo: Path, half: int) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/07_effectiveness-{half}.ipynb")


@dataclass(frozen=True)
class Region:
    """Workbooks of all years, and what other modules made of them."""

    raw: Path
    statuses: Statuses
    changes: second.Data
    teachers: third.Teachers
    links: dict[int, list[Row]]
    plans: dict[int, list[Row]]
    passports: dict[tuple[str, int], Row]

    def listed(self, year: int) -> set[str]:
        return {school for school, each in self.statuses[year].items() if each in first.LISTED}


@pytest.fixture(scope="module")
def region(
    built_demo: Path,
    data: first.Data,
    statuses: Statuses,
    changes: second.Data,
    teachers: third.Teachers,
) -> Region:
    raw = built_demo / "data/raw"
    return Region(
        raw, statuses, changes, teachers,
        yearly(raw, "Кто кого сопровождает"), yearly(raw, "Планы наставников"), data.passports,
    )  # fmt: skip


@dataclass(frozen=True)
class Half:
    """One half of a school year as it was known on its day."""

    region: Region
    year: int
    half: int
    day: dt.datetime

    @property
    def list_year(self) -> int:
        return self.year if self.half == 2 else self.year - 1

    @property
    def now(self) -> set[str]:
        return self.region.listed(self.list_year)

    @property
    def before(self) -> set[str]:
        return self.region.listed(self.list_year - 1)

    @property
    def due(self) -> set[str]:
        """Schools support of the school year was meant for."""
        return self.region.listed(self.year - 1)

    @property
    def left(self) -> set[str]:
        own = self.region.statuses[self.list_year]
        return {school for school in self.before - self.now if own[school] in first.LEFT}

    @cached_property
    def positive(self) -> tuple[int, int]:
        ways = self.region.changes.verdicts(self.list_year)
        own = [school for school in self.before if school in ways]
        return sum(ways[school] == "положительная" for school in own), len(own)

    @cached_property
    def measured(self) -> tuple[int, int]:
        """Teachers of the schools support was meant for: better, measured twice."""
        works = [each for each in self.region.teachers.works if each.day <= self.day]
        pairs = replace(self.region.teachers, works=works).pairs(self.year)
        counts = third.changes_of(pair for pair in pairs if pair.who[0] in self.due)
        return counts[0], sum(counts)

    @cached_property
    def links(self) -> dict[tuple[Any, ...], Row]:
        """Begun links by supporter, school, teacher; a plan without a link is one, too."""
        found = {}
        for row in self.region.links.get(self.year, []):
            begun = row["Сопровождение с"]
            if begun is None or begun <= self.day:
                found[row["Код сопровождающего"], row["Код школы"], row["Код учителя"]] = row
        for row in self.region.plans.get(self.year, []):
            key = (row["Код сопровождающего"], row["Код школы"], row["Код учителя"])
            assert key in found  # the demonstration has no plan without its link
        return found

    def covered(self, letter: str = "") -> int:
        """Schools of last year's list with a supporter (Н mentor, Т tutor)."""
        return len({k[1] for k in self.links if k[1] in self.due and k[0].startswith(letter)})

    @property
    def risk(self) -> tuple[int, int]:
        own = [self.region.passports.get((school, self.year)) for school in self.due]
        rows = [row for row in own if row]
        return (
            sum(row["«Группа риска»: охвачены сопровождением"] for row in rows),
            sum(row["«Группа риска»"] for row in rows),
        )

    def deeds(self, title: str, state: str, done: str, deadline: str) -> tuple[int, int, int, int]:
        """Done of those due, due, overdue, all; what was done later is not done yet."""
        rows = []
        for row in yearly(self.region.raw, "Дорожная карта", title)[self.year]:
            told = row.get("Дата рекомендации *".removesuffix(" *"))
            if told is None or told <= self.day:
                rows.append(row)
        ready = [
            row[state] == "выполнено" and (row[done] is None or row[done] <= self.day)
            for row in rows
        ]
        assert all(row[done] for row in rows if row[state] == "выполнено")
        due = [
            bool(row[deadline] and row[deadline] <= self.day and row[state] != "снято")
            for row in rows
        ]
        late = [
            bool(row[deadline] and row[deadline] < self.day and row[state] != "снято" and not has)
            for row, has in zip(rows, ready, strict=True)
        ]
        both = sum(a and b for a, b in zip(ready, due, strict=True))
        return both, sum(due), sum(late), len(rows)

    @cached_property
    def measures(self) -> tuple[int, int, int, int]:
        return self.deeds("Меры дорожной карты", "Состояние", "Дата выполнения", "Срок")

    @cached_property
    def recommendations(self) -> tuple[int, int, int, int]:
        return self.deeds(
            "Адресные рекомендации", "Исполнение", "Дата исполнения", "Срок исполнения"
        )

    @cached_property
    def numbers(self) -> dict[str, tuple[int, int, bool]]:
        """Indicator → number or numerator, of how many, whether it is a share."""
        n, links = len(self.due), self.links.values()
        done, due, late, all_ = self.measures
        kept, asked, gone, told = self.recommendations
        return {
            "Школ в списке": (len(self.now), len(self.region.statuses[self.list_year]), False),
            "Вошли в список за год": (len(self.now - self.before), len(self.now), False),
            "Вышли из списка за год": (len(self.left), len(self.before), False),
            "Школы прошлого списка с положительной динамикой": (*self.positive, True),
            "Педагоги школ списка с положительной динамикой компетенций": (*self.measured, True),
            "Школы списка, за которыми кто-нибудь закреплён": (self.covered(), n, True),
            "Школы списка с наставником": (self.covered("Н"), n, True),
            "Школы списка с тьютором": (self.covered("Т"), n, True),
            "Закрепления с планом работы": (
                sum(row["План утверждён"] == "да" for row in links), len(links), True,
            ),
            "Охват учеников «группы риска» сопровождением": (*self.risk, True),
            "Меры, выполненные к сроку отчёта": (done, due, True),
            "Просроченные меры": (late, all_, False),
            "Рекомендации, исполненные к сроку отчёта": (kept, asked, True),
            "Просроченные рекомендации": (gone, told, False),
        }  # fmt: skip


@pytest.fixture(scope="module")
def now(region: Region, seen: Page, half: int) -> Half:
    day = day_of(seen.text("parameters_line("))
    assert half == 2 or day == dt.datetime(YEAR - 1, 12, 31)
    return Half(region, YEAR, half, day)


@pytest.fixture(scope="module")
def earlier(region: Region, seen: Page, half: int) -> Half:
    day = day_of(seen.text("say.comparison_text("))
    return Half(region, YEAR, 1, day) if half == 2 else Half(region, YEAR - 1, 2, day)


WITH_INTERVAL = ("Школы прошлого списка", "Педагоги школ списка")


def test_every_indicator_of_both_halves(seen: Page, now: Half, earlier: Half) -> None:
    rows = {row[0]: row[1:4] for row in seen.rows("say.numbers_table(")}
    past = earlier.numbers
    assert [*rows][:-1] == [*now.numbers]
    for name, (x, n, is_share) in now.numbers.items():
        y, m, _ = past[name]
        cells = []
        for part, whole in ((x, n), (y, m)):
            if is_share and not whole:
                cells.append("ни один срок ещё не наступил")
            elif is_share:
                cells.append(f"{percent(part / whole)} ({part} из {whole})")
            else:
                cells.append(f"{part} (из {whole})")
        if name.startswith(WITH_INTERVAL):
            cells[0] += f"; {ends(x, n)}"
        assert rows[name][:2] == cells, name
        change = rows[name][2]
        if name.startswith("Педагоги") or (is_share and not (n and m)):
            assert change == "—", name
        elif is_share:
            away = 100 * (x / n - y / m)
            assert change == "без изменений" if away == 0 else close(change, away), name
        else:
            assert change == "без изменений" if x == y else number(change) == x - y, name


def test_main_points_and_lists(seen: Page, now: Half) -> None:
    n, was = len(now.now), len(now.before)
    day = f"{now.day:%d.%m.%Y}"
    label = f"{now.list_year - 1}/{now.list_year % 100}"
    all_ = len(now.region.statuses[now.list_year])
    step = f"на {abs(n - was)} {'больше' if n > was else 'меньше'}"
    entered, left = now.now - now.before, now.left
    for call in ("say.main_points(", "say.status_text("):
        text = seen.text(call)
        assert (
            f"На {day} в последнем списке ({label} учебный год) {n} из {all_} школ, "
            f"годом раньше — {was}: {step}." in text
        )
        assert f"Вошли {len(entered)} школы" in text if entered else "Новых школ нет" in text
        assert f"вышли {len(left)} школы" in text if left else "никто не вышел" in text
    names = now.region.changes.schools
    rows = {row[0]: row[1:5] for row in seen.rows("say.moves_table(")}
    own = now.region.statuses
    assert set(rows) == {names[school] for school in entered | left}
    surely = 0
    for school in entered | left:
        way, before, after, sure_ = rows[names[school]]
        assert way == ("вошла" if school in entered else "вышла")
        assert (before, after) == (own[now.list_year - 1][school], own[now.list_year][school])
        surely += sure_ == "уверенно"
        assert names[school] in seen.text("say.status_text(")
    shaky = {s for s in left if rows[names[s]][3] != "уверенно"}
    for line in seen.text("say.next_steps(").splitlines():
        if "выход из списка ненадёжен" in line:
            assert {school for school, name in names.items() if name in line} == shaky
    for call in ("say.main_points(", "say.status_text("):
        assert f"(уверенно — {surely})" in seen.text(call)
    control = seen.text("NBVAL_CHECK_OUTPUT")
    numbers = now.numbers
    for code, name in (
        ("listed", "Школ в списке"), ("entered", "Вошли в список за год"),
        ("left", "Вышли из списка за год"), ("measures_overdue", "Просроченные меры"),
    ):  # fmt: skip
        x, of, _ = numbers[name]
        assert f"{code} {x:.4f} из {of}\n" in control
    x, of, _ = numbers["Школы списка, за которыми кто-нибудь закреплён"]
    assert f"anybody {x / of:.4f} из {of}\n" in control
    missing = sum(share and not n for _, n, share in numbers.values())
    assert f"состояние на {now.day:%Y-%m-%d} без значения: {missing}" in control
    assert f"Школ всего {all_}:" in seen.text("say.limits(")


def test_sentences_of_results_teachers_and_access(seen: Page, now: Half) -> None:
    up, n = now.positive
    share = f"**{up} из {n}** ({percent(up / n)}; с вероятностью 95 % {ends(up, n)})"
    assert f"положительная динамика результатов {now.list_year - 1}/{now.list_year % 100}" in (
        seen.text("say.results_text(")
    )
    assert share in seen.text("say.results_text(")
    better, n = now.measured
    told = f"**{better} из {n}** ({percent(better / n)}; с вероятностью 95 % {ends(better, n)})"
    assert told in seen.text("say.competence_text(")
    who = [f"{now.covered(letter)} из {len(now.due)}" for letter in ("", "Н", "Т")]
    line = (
        f"кто-нибудь — за {who[0]}, наставник — за {who[1]}, тьютор — за {who[2]} "
        f"(на {now.day:%d.%m.%Y}, с начала учебного года)"
    )
    text = seen.text("say.access_text(")
    assert line in text and line in seen.text("say.main_points(")
    links = now.links.values()
    planned = sum(row["План утверждён"] == "да" for row in links)
    assert f"План работы есть у {planned} из {len(links)} начатых закреплений" in text
    x, n = now.risk
    assert f"охвачено {x} из {n} учеников" in text and f"({percent(x / n)})" in text
    if now.half == 2:
        silent = sum((row["Отчётов сдано"] or 0) < 1 for row in links)
        assert f"Начатых закреплений {len(links)}: план есть у каждого" in text
        assert f"отчётов меньше нормы у {silent} (норма — 1 отчёт" in text


def test_sentences_of_deeds_and_what_is_overdue(seen: Page, now: Half) -> None:
    done, due, late, all_ = now.measures
    measures = (
        f"В дорожной карте {all_} мер; из тех, чей срок наступил, выполнено {done} из {due} "
        f"({percent(done / due)}), на {now.day:%d.%m.%Y} просрочено {late}."
    )
    text = seen.text("say.deeds_text(")
    assert measures in text and measures in seen.text("say.main_points(")
    done, due, gone, all_ = now.recommendations
    kept = f"исполнено {done} из {due} ({percent(done / due)})" if due else "ни один срок"
    assert f"Выдано {all_} рекомендаций;" in text and kept in text
    assert gone == 0 and "просроченных нет" in text
    wanted = []
    for row in yearly(now.region.raw, "Дорожная карта", "Меры дорожной карты")[YEAR]:
        ready = row["Дата выполнения"] and row["Дата выполнения"] <= now.day
        if row["Срок"] and row["Срок"] < now.day and row["Состояние"] != "снято" and not ready:
            days = (now.day - row["Срок"]).days
            school = now.region.changes.schools[row["Код школы"]]
            wanted.append([row["Мера"], school, f"{row['Срок']:%d.%m.%Y}", str(days)])
    rows = seen.rows("say.overdue_table(")
    assert [[row[0], *row[2:5]] for row in rows] == wanted and len(wanted) == late
    assert f"Просрочено на {now.day:%d.%m.%Y}" in seen.text("say.overdue_table(")
    assert f"**Решить судьбу просроченного** ({late})" in seen.text("say.next_steps(")
    schools: dict[str, set[str]] = defaultdict(set)
    for supporter, school, _ in now.links:
        schools[supporter].add(school)
    # A mentor may have three schools at a time; all links of the demonstration overlap.
    heavy = sum(len(own) > 3 for supporter, own in schools.items() if supporter[0] == "Н")
    assert f"больше нормы** ({heavy})" in seen.text("say.next_steps(")


def supported(region: Region, year: int, *, late: bool = False) -> set[str]:
    """Schools with somebody for the school as a whole before March, or at all."""
    return {
        row["Код школы"]
        for row in region.links.get(year, [])
        if row["Код учителя"] is None and (late or row["Сопровождение с"] < dt.datetime(year, 3, 1))
    }


def works(region: Region, year: int) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Low results and participants by school and work where two others have ten pupils."""
    rows = [row for row in region.changes.rows if row["year"] == year]
    same: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        same[row["procedure"], row["grade"], row["subject"]].append(row)
    found = {}
    for work, own in same.items():
        for row in own:
            others = [each for each in own if each is not row]
            if len(others) >= 2 and sum(each["n"] for each in others) >= 10:
                found[row["school"], *work] = (row["low"], row["n"])
    return found


def alone(region: Region, year: int) -> set[str]:
    """Schools nobody was assigned to for three years and in the year, with works in both."""
    touched = set().union(*(supported(region, y, late=True) for y in range(year - 3, year + 1)))
    past = {**works(region, year - 2), **works(region, year - 1)}
    return {key[0] for key in works(region, year) if key in past} - touched


def test_schools_to_compare_with(built_demo: Path, region: Region) -> None:
    """Of all years together: every school that was without support in one of them."""
    later = [alone(region, year) for year in range(YEAR - 2, YEAR + 1)]
    assert min(map(len, later)) >= 8  # fewer in a year would not count
    n = len(set().union(*later))
    text = page(built_demo / f".shnor/executed/{YEAR}/06_mentor_centre.ipynb").text(
        "say.effect_text("
    )
    assert f"хотя бы один год был без сопровождения, — {n}, нужно не меньше 20." in text


def test_effect_table(seen: Page, now: Half) -> None:
    region, year = now.region, now.list_year
    after = works(region, year)
    names = {name: code for code, name in region.changes.schools.items()}
    rows = seen.rows("say.effect_table(")
    helped = supported(region, year)
    assert {names[row[0]] for row in rows} == helped
    whole = 0
    for name, was, expected, become, effect, span, n, verdict in rows:
        school, start = names[name], year
        while school in supported(region, start - 1):
            start -= 1
        past = {**works(region, start - 2), **works(region, start - 1)}
        own = [key for key in after if key[0] == school and key in past]
        sums = [sum(of[key][i] for key in own) for of in (past, after) for i in (0, 1)]
        assert close(was, 100 * sums[0] / sums[1]), name
        assert close(become, 100 * sums[2] / sums[3]) and int(n) == sums[3], name
        assert abs(number(effect) - (number(become) - number(expected))) < 0.11, name
        low, high = (number(each) for each in re.findall(r"[−+]?\d+,\d", span))
        assert low < number(effect) < high
        shown_ = "показан" if high < 0 else "показать нельзя"
        assert verdict == f"эффект {shown_}", name
        whole += sums[3]
    text = seen.text("say.effect_text(")
    was, become, moved, n = re.search(
        r"была ([\d,]+) %, стала ([\d,]+) % \((\S+) п\. п\.; работ (\d+)\)", text
    ).groups()
    assert int(n) == whole and f"(всего {len(rows)})" in text
    assert abs(number(moved) - (number(become) - number(was))) < 0.11
    expected, beyond, low, high, least = re.search(
        r"ждать ([\d,]+) %.*\*\*(\S+) п\. п\.\*\* \(с вероятностью 95 % от (\S+) до (\S+) п\. п\.;"
        r".*примерно от ([\d,]+) п\. п\.",
        text,
    ).groups()
    assert abs(number(beyond) - (number(become) - number(expected))) < 0.11
    assert abs((number(high) - number(low)) / 2 - number(least)) < 0.11  # half of the interval
    assert number(low) < 0 < number(high) and "Показать эффект по этим данным нельзя" in text
    assert f"видно по {len(alone(region, year))} школам без сопровождения" in text
    said = f"{beyond} п. п. (с вероятностью 95 % от {low} до {high} п. п.; школ {len(rows)};"
    assert said in seen.text("say.main_points(")
    cells = {row[0]: row[1:] for row in seen.rows("say.numbers_table(")}
    now_, before, moved, _ = cells["Эффект сопровождения сверх ожидаемого"]
    assert now_ == f"{beyond} п. п. (школ {len(rows)}); от {low} до {high} п. п."
    away = number(beyond) - number(before)
    assert moved == "без изменений" if away == 0 else abs(number(moved) - away) < 0.11
    if now.half == 1:
        assert (before, moved) == (now_.split(";")[0], "без изменений")  # the same results

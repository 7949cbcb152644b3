"""Monitoring 5 of the demonstration (tutor consultation point), recomputed from the workbooks.

The journal is read with openpyxl; which schools are on the list comes from
:mod:`test_numbers_identification`, deficits and diagnoses from :mod:`test_numbers_competence`.
Several deficits of one teacher are not several teachers: intervals are those of so many independent
ones as the variance between teachers leaves (Kish 1965, 5.4 and 8.2). No method of the library is
called.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import pytest

from tests.report import test_numbers_competence as third
from tests.report import test_numbers_identification as first
from tests.report.executed import Page, close, day_of, number, page, percent, share, tenths
from tests.report.test_numbers_dynamics import wilson
from tests.report.workbook_rows import Row, sheet, yearly

data, statuses = first.data, first.statuses  # fixtures
shown, teachers = third.shown, third.teachers

YEAR = 2026
Statuses = dict[int, dict[str, str]]


def of(x: int, n: int) -> str:
    return f"{x} из {n}"


@dataclass(frozen=True)
class Point:
    """The journal of one school year as it stood on a day."""

    year: int
    day: dt.datetime
    rows: list[Row]
    due: set[str]
    listed: set[str]
    staff: dict[str, int]
    names: dict[str, str]

    @property
    def helped(self) -> list[Row]:
        return [row for row in self.rows if self.ready(row)]

    def ready(self, row: Row) -> bool:
        return bool(row["Помощь оказана"] and row["Помощь оказана"] <= self.day)

    @staticmethod
    def days(rows: list[Row]) -> list[int]:
        return [(row["Помощь оказана"] - row["Дата обращения"]).days for row in rows]

    def in_time(self, rows: list[Row]) -> int:
        assert all(row["Оказана в срок"] in ("да", "нет") for row in rows if self.ready(row))
        return sum(row["Оказана в срок"] == "да" for row in rows if self.ready(row))

    @property
    def marks(self) -> list[int]:
        return [row["Оценка обратившегося"] for row in self.helped if row["Оценка обратившегося"]]

    def reached(self, school: str) -> tuple[int, int]:
        """Different teachers with help: at least, at most."""
        own = [row for row in self.helped if row["Код школы"] == school]
        codes = {row["Код учителя"] for row in own if row["Код учителя"]}
        groups = [row["Учителей получили помощь"] for row in own if not row["Код учителя"]]
        return max([len(codes), *groups]), len(codes) + sum(groups)

    @property
    def indicators(self) -> dict[str, str]:
        n, helped = len(self.rows), self.helped
        asked = {row["Код школы"] for row in self.rows}
        ends = [sum(self.reached(school)[i] for school in self.due) for i in (0, 1)]
        people = sum(self.staff[school] for school in self.due)
        shares = [tenths(100 * x / people) for x in ends]
        return {
            "Поступило обращений": str(n),
            "Помощь оказана": share(len(helped), n),
            "Ждут помощи": share(n - len(helped), n),
            "Медиана времени до помощи": f"{median(self.days(helped)):g} дней (n = {len(helped)})",
            "Оказана в срок": share(self.in_time(self.rows), len(helped)),
            "Учителей получили помощь, человеко-раз": str(
                sum(row["Учителей получили помощь"] or 1 for row in helped)
            ),
            "Школ обращалось": str(len(asked)),
            "Обращались школы списка": share(len(asked & self.due), len(self.due)),
            "Охвачено учителей этих школ": (
                f"от {shares[0]} до {shares[1]} % (от {ends[0]} до {ends[1]} из {people})"
            ),
            "Средняя оценка в отзывах": f"{tenths(mean(self.marks))} (n = {len(self.marks)})",
        }


@pytest.fixture(scope="module")
def seen(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/05_tutor_point.ipynb")


@pytest.fixture(scope="module")
def points(
    built_demo: Path, seen: Page, statuses: Statuses, data: first.Data
) -> tuple[Point, Point, Point]:
    """This year; last year to the same day; the whole of last year."""
    raw = built_demo / "data/raw"
    day = day_of(seen.text("parameters_line("))
    journal = yearly(raw, "Журнал тьюторского пункта")
    staff = yearly(raw, "Кадры")
    lists = {
        y: {s for s, each in own.items() if each in first.LISTED} for y, own in statuses.items()
    }

    def point(year: int, until: dt.datetime) -> Point:
        return Point(
            year,
            until,
            [row for row in journal[year] if row["Дата обращения"] <= until],
            lists[year - 1],
            lists[year],
            {row["Код школы"]: row["Учителей"] for row in staff[year]},
            data.schools,
        )

    earlier = day.replace(year=day.year - 1)
    end = dt.datetime(YEAR - 1, 8, 31)
    return point(YEAR, day), point(YEAR - 1, earlier), point(YEAR - 1, end)


@pytest.fixture(scope="module")
def now(points: tuple[Point, ...]) -> Point:
    return points[0]


def test_indicators_of_both_years(seen: Page, points: tuple[Point, ...]) -> None:
    wanted = [
        [name, *(point.indicators[name] for point in points)] for name in points[0].indicators
    ]
    assert seen.rows("say.indicators_table(") == wanted
    assert seen.heading("say.indicators_table(")[1].endswith(f"{points[0].day:%d.%m.%Y}")
    text = seen.text("say.changes_text(")
    new, old = points[0].indicators, points[1].indicators
    assert f"обращений — {old['Поступило обращений']}, сейчас — {new['Поступило обращений']};" in (
        text
    )
    for name, words in (
        ("Медиана времени до помощи", "медиана времени до помощи"),
        ("Оказана в срок", "в срок"),
    ):
        assert f"{words} — {old[name]}, сейчас — {new[name]}" in text


def test_main_points(seen: Page, now: Point) -> None:
    text = seen.text("say.main_points(")
    n, helped = len(now.rows), now.helped
    schools = {row["Код школы"] for row in now.rows}
    assert f"С 01.09.{YEAR - 1} по {now.day:%d.%m.%Y} в пункт поступило {n} обращений" in text
    assert f"из {len(schools)} школ. Помощь оказана по всем ({n}), никто не ждёт" in text
    assert len(helped) == n
    speed = (
        f"{median(now.days(helped)):g} дней (n = {n}). Помощь пришла в срок в {now.in_time(now.rows)} "
        f"из {n} случаев ({percent(now.in_time(now.rows) / n)}), с опозданием — "
        f"{n - now.in_time(now.rows)}."
    )
    assert speed in text and speed in seen.text("say.time_text(")
    ends = [sum(now.reached(school)[i] for school in now.due) for i in (0, 1)]
    people = sum(now.staff[school] for school in now.due)
    shares = [tenths(100 * x / people) for x in ends]
    reach = (
        f"обращались все школы списка {YEAR - 2}/{YEAR % 100 - 1} учебного года ({len(now.due)}). "
        f"Помощь получили от {ends[0]} до {ends[1]} из {people} учителей этих школ "
        f"(от {shares[0]} до {shares[1]} %)"
    )
    assert now.due <= schools
    marks = (
        f"{tenths(mean(now.marks))} из 5 ({len(now.marks)} отзыва; отзыв есть после "
        f"{percent(len(now.marks) / n)} оказанной помощи)"
    )
    for said, call in ((reach, "say.coverage_text("), (marks, "say.feedback_text(")):
        assert said in text and said in seen.text(call)
    asked = now.listed & schools
    assert (
        f"Из {len(now.listed)} школ списка {YEAR - 1}/{YEAR % 100} учебного года в пункт обращались "
        f"{len(asked)} ({percent(len(asked) / len(now.listed))})" in seen.text("say.coverage_text(")
    )
    steps = seen.text("say.next_steps(").splitlines()
    silent = next(line for line in steps if "Рассказать о пункте" in line)
    assert {s for s, name in now.names.items() if name in silent} == now.listed - schools
    late = {row["Код школы"] for row in helped if row["Оказана в срок"] == "нет"}
    told = next(line for line in steps if "почему помощь опоздала" in line)
    assert {s for s, name in now.names.items() if name in told} == late


MONTHS = ["сен", "окт", "ноя", "дек", "янв", "фев", "мар", "апр", "май", "июн", "июл", "авг"]


def test_months_subjects_and_late_schools(seen: Page, now: Point) -> None:
    def groups(key: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in now.rows:
            day = row["Дата обращения"]
            found[MONTHS[(day.month - 9) % 12] if key == "месяц" else row[key]].append(row)
        return found

    for call, key in (("say.months_chart(", "месяц"), ("say.subjects_chart(", "Предмет")):
        own = groups(key)
        assert seen.heading(call)[1:] == ["в срок", "с опозданием"]
        rows = {row[0]: row[1:] for row in seen.rows(call)}
        assert set(rows) == set(MONTHS if key == "месяц" else own)
        for name, cells in rows.items():
            n, good = len(own.get(name, [])), now.in_time(own.get(name, []))
            assert cells == ([of(good, n), of(n - good, n)] if n else ["нет", "нет"]), name
            if n:
                late = f", с опозданием {n - good}" if n > good else ""
                assert re.search(rf"{name} — в срок {good}{late}[;.]", seen.text(call)), name
    own = groups("Предмет")
    for subject, n, helped, good, middle, wait, longest in seen.rows("say.subjects_table("):
        rows = own[subject]
        assert (int(n), int(helped)) == (len(rows), len(rows))
        assert good == of(now.in_time(rows), len(rows)) and (wait, longest) == ("0", "—")
        assert close(middle, median(now.days(rows)))
    schools = groups("Код школы")
    late = {s: r for s, r in schools.items() if now.in_time(r) < len(r)}
    rows = seen.rows("say.late_table(")
    assert {row[0] for row in rows} == {now.names[school] for school in late}
    for (name, n, behind, middle, wait, longest), own_ in zip(rows, late.values(), strict=True):
        assert name == now.names[own_[0]["Код школы"]]
        assert (int(n), int(behind)) == (len(own_), len(own_) - now.in_time(own_))
        assert close(middle, median(now.days(own_))) and (wait, longest) == ("0", "—")


def test_topics_and_forms(seen: Page, now: Point) -> None:
    topics: dict[str, list[Row]] = defaultdict(list)
    forms: dict[str, list[Row]] = defaultdict(list)
    for row in now.rows:
        topics[row["Тема обращения"]].append(row)
        forms[row["Форма помощи"]].append(row)
    several = {topic: own for topic, own in topics.items() if len(own) > 1}
    once = len(topics) - len(several)
    wanted = [
        [topic, str(len(own)), str(len({row["Код школы"] for row in own})), str(len(own))]
        for topic, own in sorted(several.items(), key=lambda each: (-len(each[1]), each[0]))
    ]
    wanted.append([f"темы, названные по одному разу ({once})", str(once), "—", str(once)])
    assert seen.rows("say.topics_table(") == wanted
    n = len(now.helped)
    assert seen.heading("say.forms_table(")[2] == f"Доля (из {n})"
    rows = {row[0]: row[1:] for row in seen.rows("say.forms_table(")}
    assert rows == {
        form: [
            str(len(own)),
            percent(len(own) / n),
            str(sum(row["Учителей получили помощь"] or 1 for row in own)),
        ]
        for form, own in forms.items()
    }


def test_schools_and_tutors(seen: Page, now: Point, built_demo: Path) -> None:
    raw = built_demo / "data/raw"
    rows = {row[0]: row[1:] for row in seen.rows("say.schools_table(")}
    assert set(rows) == {now.names[school] for school in now.due}
    for school in now.due:
        own = [row for row in now.rows if row["Код школы"] == school]
        low, high = now.reached(school)
        n = str(len(own))
        assert rows[now.names[school]] == [
            n, n, "0", f"от {low} до {high}", str(now.staff[school]),
        ]  # fmt: skip
    links = yearly(raw, "Кто кого сопровождает")[YEAR]
    tutors = [row for row in sheet(raw / "Сопровождающие.xlsx") if row["Роль"] == "тьютор"]
    assert f"На {now.day:%d.%m.%Y} действуют {len(tutors)} тьютора; обращения были к каждому" in (
        seen.text("say.tutors_text(")
    )
    rows = {row[0].split(",")[0]: row[1:] for row in seen.rows("say.tutors_table(")}
    assert set(rows) == {row["Код сопровождающего"] for row in tutors}
    for code, (subject, n, good, middle, wait, linked, mark) in rows.items():
        own = [row for row in now.rows if row["Код сопровождающего"] == code]
        assert {subject} == {row["Предмет"] for row in own}
        assert (int(n), good, wait) == (len(own), of(now.in_time(own), len(own)), "0")
        assert close(middle, median(now.days(own)))
        mine = [row for row in links if row["Код сопровождающего"] == code]
        schools = len({row["Код школы"] for row in mine})
        people = len({row["Код учителя"] for row in mine if row["Код учителя"]})
        numbers = [int(each) for each in re.findall(r"\d+", linked)]
        assert numbers == ([schools, people] if people else [schools]), code
        marks = [row["Оценка обратившегося"] for row in own if row["Оценка обратившегося"]]
        # Of fewer than five answers nothing is said: they would speak of each.
        assert mark == (f"{tenths(mean(marks))} ({len(marks)})" if len(marks) >= 5 else "—"), code


def test_marks(seen: Page, now: Point) -> None:
    own = Counter(now.marks)
    n = own.total()
    text = seen.text("say.feedback_chart(")
    assert f"(всего {n})" in text
    for mark, (label, cell) in zip(range(1, 6), seen.rows("say.feedback_chart("), strict=True):
        assert label == str(mark)
        assert re.fullmatch(
            rf"оценка {mark}: {own[mark]} отзыв\S* \({percent(own[mark] / n)}\)", cell
        )
        assert (f"«{mark}» — {own[mark]}" in text) == (own[mark] > 0)


@dataclass(frozen=True)
class Group:
    """Units with and without a property, by teacher."""

    units: dict[tuple[str, str], list[bool]]

    @property
    def x(self) -> int:
        return sum(map(sum, self.units.values()))

    @property
    def n(self) -> int:
        return sum(map(len, self.units.values()))

    @property
    def design(self) -> float:
        """How many times the variance grows because units come by teacher; at least once."""
        p, k = self.x / self.n, len(self.units)
        between = sum((sum(own) - p * len(own)) ** 2 for own in self.units.values())
        return max(1.0, k / (k - 1) * between / self.n**2 / (p * (1 - p) / (self.n - 1)))

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.x / self.design, self.n / self.design)


def split(units: list[tuple[tuple[str, str], bool, bool]]) -> list[Group]:
    """Groups with help and without, of (teacher, helped, property)."""
    found: list[dict[tuple[str, str], list[bool]]] = [defaultdict(list), defaultdict(list)]
    for who, helped, good in units:
        found[not helped][who].append(good)
    return [Group(each) for each in found]


def test_outcomes(seen: Page, now: Point, teachers: third.Teachers, built_demo: Path) -> None:
    """Deficits closed and second results better, of teachers with the point's help and without."""
    given: dict[tuple[str, str], list[dt.datetime]] = defaultdict(list)
    for rows in yearly(built_demo / "data/raw", "Журнал тьюторского пункта").values():
        for row in rows:
            if row["Код учителя"] and now.ready(row):
                given[row["Код школы"], row["Код учителя"]].append(row["Помощь оказана"])
    start = dt.datetime(YEAR - 1, 9, 1)
    deficits, too_soon = [], 0
    for row in teachers.deficits:
        who = (row["Код школы"], row["Код учителя"])
        help_ = [day for day in given.get(who, []) if day >= start]
        shut = teachers.state(row) == "восполнен"
        deficits.append((who, bool(help_), shut))
        too_soon += bool(help_ and shut and row["Дефицит восполнен"] < min(help_))
    pairs = []
    series: dict[tuple[object, ...], list[third.Measured]] = defaultdict(list)
    for work in teachers.works:
        series[work.key].append(work)
    for own in series.values():
        own.sort(key=lambda work: work.day)
        if len(own) >= 2 and third.school_year(own[-1].day) == YEAR:
            before, after = own[-2], own[-1]
            help_ = [d for d in given.get(after.who, []) if before.day < d <= after.day]
            pairs.append((after.who, bool(help_), after.whole > before.whole))
    text = seen.text("say.outcomes_text(")
    table = seen.rows("say.outcomes_table(")
    charted = [row[1] for row in seen.rows("say.outcomes_chart(")]
    assert len(table) == len(charted) == 4
    said = re.findall(
        r"Разница (\S+) п\. п\. \(с вероятностью 95 % от (\S+) до (\S+) п\. п\.\)", text
    )
    for place, units in enumerate((deficits, pairs)):
        both = split(units)
        for i, group in enumerate(both):
            low, high = (round(100 * end) for end in group.interval)
            what, _, people, told, span, _ = table[2 * place + i]
            assert (int(people), told) == (len(group.units), share(group.x, group.n)), what
            assert span == f"от {low} до {high} %", what
            assert charted[2 * place + i] == f"{told}, интервал {span}"
            noun = "дефицитов" if place == 0 else "пар диагностик"
            assert f"{of(group.x, group.n)} {noun} ({percent(group.x / group.n)})" in text
            assert f"{told}, интервал {span}" in seen.text("say.outcomes_chart(").split("\n")[0]
        ours, rest = both
        away = ours.x / ours.n - rest.x / rest.n
        ends = [
            away + sign * math.hypot(
                *(
                    ((ours.x / ours.n) - ours.interval[side], rest.interval[1 - side] - rest.x / rest.n)
                )
            )
            for sign, side in ((-1, 0), (1, 1))
        ]  # fmt: skip
        for shown_, exact in zip(said[place], (away, *ends), strict=True):
            assert close(shown_, 100 * exact), (place, shown_, exact)
        assert close(table[2 * place][5], 100 * away)
        assert number(said[place][1]) < 0 < number(said[place][2])
        assert "разница не больше случайной" in table[2 * place][5]
    assert text.count("такая разница могла возникнуть случайно") == 2
    assert f"У получивших помощь {too_soon} дефицитов восполнено раньше" in text
    assert seen.text("say.outcomes_text(").split("\n")[0] in seen.text("say.main_points(")
    unnamed = sum(not row["Код учителя"] for row in now.helped)
    assert f"{unnamed} обращений с помощью записаны без кодов" in seen.text("say.limits(")


def test_control_numbers(seen: Page, now: Point) -> None:
    n, good = len(now.rows), now.in_time(now.rows)
    ends = [sum(now.reached(school)[i] for school in now.due) for i in (0, 1)]
    lines = seen.text("NBVAL_CHECK_OUTPUT").strip().splitlines()
    asked = now.due & {row["Код школы"] for row in now.rows}
    assert lines[:5] == [
        f"обращений: {n} с помощью: {n} ждут: 0",
        f"в срок: {good} из {n} медиана дней: {float(median(now.days(now.helped)))}",
        f"школ списка: {len(now.due)} обратились: {len(asked)}",
        f"учителей с помощью: {ends[0]} {ends[1]}",
        f"отзывов: {len(now.marks)}",
    ]
    table = [row[3] for row in seen.rows("say.outcomes_table(")[:2]]
    for line, cell in zip(lines[5:], table, strict=True):
        assert re.findall(r"\d+", line) == re.findall(r"\d+", cell.split("(")[1])

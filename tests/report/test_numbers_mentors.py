"""Monitoring 6 of the demonstration (mentor centre), recomputed from the workbooks.

Plans, links and people are read with openpyxl; which schools are on the list comes from
:mod:`test_numbers_identification`. The effect of support on this page is that of monitoring 7, where
it is recomputed. No method of the library is called.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.report import test_numbers_identification as first
from tests.report.executed import Page, day_of, page, percent, share, tenths
from tests.report.test_numbers_competence import ends
from tests.report.workbook_rows import Row, sheet, yearly

data, statuses = first.data, first.statuses  # fixtures

YEAR = 2026
NORM = 3  # schools at a time, of the product's proposal
Statuses = dict[int, dict[str, str]]


def of(x: int, n: int) -> str:
    return f"{x} из {n}"


def feedback(rows: list[Row]) -> tuple[float, int]:
    """Mean weighted by the number of answers."""
    known = [row for row in rows if row["Отзывов"]]
    n = sum(row["Отзывов"] for row in known)
    return sum(row["Средняя оценка в отзывах"] * row["Отзывов"] for row in known) / n, n


@dataclass(frozen=True)
class Centre:
    """Plans and links of mentors of one school year."""

    year: int
    plans: list[Row]
    links: list[Row]
    due: set[str]

    def sum(self, name: str) -> int:
        return sum(row[name] for row in self.plans)

    @property
    def mentored(self) -> set[str]:
        return {row["Код школы"] for row in [*self.links, *self.plans]}

    @property
    def planned(self) -> set[str]:
        """Schools whose plan is approved or has points."""
        with_plan = {row["Код школы"] for row in self.links if row["План утверждён"] == "да"}
        return with_plan | {row["Код школы"] for row in self.plans if row["Пунктов в плане"]}

    @property
    def indicators(self) -> dict[str, str]:
        n = len(self.due)
        points, done = self.sum("Пунктов в плане"), self.sum("Пунктов выполнено")
        mark, answers = feedback(self.plans)
        return {
            "Школы списка с наставником": share(len(self.due & self.mentored), n),
            "Школы списка с планом": share(len(self.due & self.planned), n),
            "Планов": str(len(self.plans)),
            "Пунктов в планах": str(points),
            "Пунктов выполнено": share(done, points),
            "Выполнено в срок": share(self.sum("Выполнено в срок"), done),
            "Средняя оценка в отзывах": f"{tenths(mark)} (n = {answers})",
        }


@pytest.fixture(scope="module")
def seen(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/06_mentor_centre.ipynb")


@pytest.fixture(scope="module")
def lists(statuses: Statuses) -> dict[int, set[str]]:
    return {
        y: {s for s, each in own.items() if each in first.LISTED} for y, own in statuses.items()
    }


@pytest.fixture(scope="module")
def day(seen: Page) -> dt.datetime:
    return day_of(seen.text("parameters_line("))


@pytest.fixture(scope="module")
def centres(built_demo: Path, lists: dict[int, set[str]], day: dt.datetime) -> list[Centre]:
    """This year and the year before."""
    raw = built_demo / "data/raw"
    plans, links = yearly(raw, "Планы наставников"), yearly(raw, "Кто кого сопровождает")
    found = []
    for year in (YEAR, YEAR - 1):
        own = [row for row in links[year] if row["Код сопровождающего"].startswith("Н-")]
        # Nobody mentors a single teacher here, and all links have begun by the day.
        assert all(row["Код учителя"] is None for row in [*own, *plans[year]])
        assert all(row["Сопровождение с"] <= day for row in own)
        found.append(Centre(year, plans[year], own, lists[year - 1]))
    return found


@pytest.fixture(scope="module")
def now(centres: list[Centre]) -> Centre:
    return centres[0]


@pytest.fixture(scope="module")
def people(built_demo: Path) -> list[Row]:
    rows = sheet(built_demo / "data/raw/Сопровождающие.xlsx")
    return [row for row in rows if row["Роль"] == "наставник" and row["Освобождён"] is None]


def peak(links: list[Row]) -> int:
    """Most schools at the same time."""
    days = [row["Сопровождение с"] for row in links]
    return max(
        (
            len({
                row["Код школы"]
                for row in links
                if row["Сопровождение с"] <= at <= row["Сопровождение по"]
            })
            for at in days
        ),
        default=0,
    )  # fmt: skip


def test_indicators_of_both_years(seen: Page, centres: list[Centre]) -> None:
    now, before = (centre.indicators for centre in centres)
    wanted = [[name, now[name], before[name]] for name in now]
    assert seen.rows("say.indicators_table(") == wanted
    text = seen.text("say.changes_text(")
    for name, words in (
        ("Планов", "планов"),
        ("Пунктов выполнено", "пунктов выполнено"),
        ("Выполнено в срок", "в срок"),
    ):
        assert f"{words} — {before[name]}, сейчас — {now[name]}" in text


def test_main_points(seen: Page, now: Centre, people: list[Row], day: dt.datetime) -> None:
    text = seen.text("say.main_points(")
    begun = {row["Код школы"] for row in now.links}
    reach = (
        f"На {day:%d.%m.%Y} действуют {len(people)} наставника; за учебный год сопровождались "
        f"{len(begun)} школы. Наставник и план есть у всех школ списка "
        f"{YEAR - 2}/{YEAR % 100 - 1} учебного года ({len(now.due)})."
    )
    assert now.due <= now.mentored & now.planned
    n, points, done = len(now.plans), now.sum("Пунктов в плане"), now.sum("Пунктов выполнено")
    good = now.sum("Выполнено в срок")
    plans = (
        f"{n} плана ({points} пунктов): выполнено {of(done, points)} пунктов "
        f"({percent(done / points)}). Из выполненного в срок — {of(good, done)} "
        f"({percent(good / done)})."
    )
    by: dict[str, list[Row]] = defaultdict(list)
    for row in now.links:
        by[row["Код сопровождающего"]].append(row)
    heavy = {code: peak(own) for code, own in by.items() if peak(own) > NORM}
    ((code, most),) = heavy.items()
    load = (
        f"Перегружен {len(heavy)} наставник (норма одновременно: наставник — {NORM} школы; проект). "
        f"Нагрузка выше нормы: {code}, директор — {most} школы."
    )
    reports = sum(row["Отчётов сдано"] for row in now.links)
    assert all(row["Отчётов сдано"] >= 1 for row in now.links)
    told = (
        f"Отчётов сдано {reports}; норма (1 отчёт за учебный год, проект) соблюдена во всех "
        f"закреплениях, их {len(now.links)}."
    )
    mark, answers = feedback(now.plans)
    said = f"{tenths(mark)} из 5 ({answers} отзывов)"
    for line, call in (
        (reach, "say.coverage_text("), (plans, "say.plans_text("), (load, "say.load_text("),
        (told, "say.load_text("), (said, "say.feedback_text("),
    ):  # fmt: skip
        assert line in text and line in seen.text(call), line
    assert f"норму:** {code}, директор" in seen.text("say.next_steps(")


def test_schools_and_their_plans(seen: Page, now: Centre, data: first.Data) -> None:
    names = {name: code for code, name in data.schools.items()}
    rows = seen.rows("say.schools_table(")
    assert {names[row[0]] for row in rows} == now.mentored | now.due
    charted = {row[0]: row[1:] for row in seen.rows("say.plans_chart(")}
    alt = seen.text("say.plans_chart(").split("\n")[0]
    assert seen.heading("say.plans_chart(")[1:] == [
        "выполнено в срок", "выполнено позже срока", "не выполнено",
    ]  # fmt: skip
    assert set(charted) == {row[0] for row in rows}
    for name, missing, mentor, done_of, part, good_of, reports in rows:
        (plan,) = [row for row in now.plans if row["Код школы"] == names[name]]
        (link,) = [row for row in now.links if row["Код школы"] == names[name]]
        assert missing == "—" and mentor.split(",")[0] == plan["Код сопровождающего"]
        points, done, good = (
            plan[key] for key in ("Пунктов в плане", "Пунктов выполнено", "Выполнено в срок")
        )
        assert (done_of, part) == (of(done, points), percent(done / points)), name
        assert good_of == of(good, done) and int(reports) == link["Отчётов сдано"], name
        parts = (good, done - good, points - done)
        assert charted[name] == [of(x, points) for x in parts], name
        words = ("выполнено в срок", "выполнено позже срока", "не выполнено")
        said = ", ".join(f"{word} {x}" for word, x in zip(words, parts, strict=True) if x)
        assert f"{name} — {said}" in alt


def test_mentors(seen: Page, now: Centre, people: list[Row]) -> None:
    rows = {row[0].split(",")[0]: row[1:] for row in seen.rows("say.mentors_table(")}
    assert set(rows) == {row["Код сопровождающего"] for row in people}
    charted = seen.rows("say.load_chart(")
    for code, (load, done_of, good_of, reports, mark) in rows.items():
        plans = [row for row in now.plans if row["Код сопровождающего"] == code]
        links = [row for row in now.links if row["Код сопровождающего"] == code]
        most = peak(links)
        above = ": выше нормы" if most > NORM else ""
        assert load == f"{most} при норме {NORM}{above}", code
        assert int(reports) == sum(row["Отчётов сдано"] for row in links), code
        if not plans:
            assert (done_of, good_of, mark) == ("—", "—", "—"), code
            continue
        points, done, good = (
            sum(row[key] for row in plans)
            for key in ("Пунктов в плане", "Пунктов выполнено", "Выполнено в срок")
        )
        assert (done_of, good_of) == (of(done, points), of(good, done)), code
        value, answers = feedback(plans)
        assert mark == f"{tenths(value)} ({answers})", code
        year = len({row["Код школы"] for row in links})
        (row,) = [row for row in charted if row[0].startswith(code)]
        assert row[1] == f"школ одновременно: {most}, за год: {year}"
        said = seen.text("say.load_chart(").split("\n")[0]
        assert f"{row[0]} — {most} при норме {NORM}." in said
    assert charted[-1] == ["0", "—", str(NORM)]  # the line of the norm


def test_who_left_the_list(
    seen: Page, lists: dict[int, set[str]], statuses: Statuses, now: Centre, built_demo: Path
) -> None:
    """Schools of last year's list with support of the school as a whole since before March."""
    links = yearly(built_demo / "data/raw", "Кто кого сопровождает")[YEAR]
    helped = {
        row["Код школы"]
        for row in links
        if row["Код учителя"] is None and row["Сопровождение с"] < dt.datetime(YEAR, 3, 1)
    }
    was = lists[YEAR - 1]
    left = {school for school in was if statuses[YEAR][school] in first.LEFT}
    assert was <= helped
    first_, second = seen.rows("say.exit_table(")
    x, n = len(left), len(was)
    assert first_[2:4] == [share(x, n), ends(x, n)] and second[2:4] == ["—", "—"]
    line = f"Школа вышла из списка: {of(x, n)} школ ({percent(x / n)}) с сопровождением;"
    for call in ("say.main_points(", "say.exit_text("):
        assert line in seen.text(call)
    steps = seen.text("say.next_steps(")
    new = {school for school in lists[YEAR] if school not in now.mentored}
    told = next(row for row in steps.splitlines() if "школам нового списка" in row)
    names = first_names(built_demo)
    assert {school for school, name in names.items() if name in told} == new


def first_names(built_demo: Path) -> dict[str, str]:
    rows = sheet(built_demo / "data/raw/Реестр школ.xlsx")
    return {row["Код школы"]: row["Краткое наименование"] for row in rows}


def test_effect_is_that_of_monitoring_7(seen: Page, built_demo: Path) -> None:
    """Recomputed there: the same numbers, word for word."""
    other = page(built_demo / f".shnor/executed/{YEAR}/07_effectiveness-2.ipynb")
    mine, theirs = (
        re.search(r"В сопровождаемых школах.*?не исключает", text).group()
        for text in (seen.text("say.effect_text("), other.text("say.effect_text("))
    )
    assert mine == theirs


def test_control_numbers(seen: Page, now: Centre, people: list[Row]) -> None:
    points, done = now.sum("Пунктов в плане"), now.sum("Пунктов выполнено")
    lines = seen.text("NBVAL_CHECK_OUTPUT").strip().splitlines()
    left = seen.rows("say.exit_table(")[0][2]
    assert lines == [
        f"планов: {len(now.plans)} пунктов: {points} выполнено: {done}",
        f"в срок: {now.sum('Выполнено в срок')} из {done}",
        f"школ списка: {len(now.due)} без наставника: {len(now.due - now.mentored)}",
        f"наставников: {len(people)} перегружено: 1",
        "вышли с сопровождением: {} {}".format(*re.search(r"\((\d+) из (\d+)\)", left).groups()),
        "вышли без него: 0 0",
        "эффект рассчитан: True",
    ]

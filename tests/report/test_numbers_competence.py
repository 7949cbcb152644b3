"""Monitoring 3 of the demonstration, recomputed from the workbooks by plain loops.

Diagnoses, deficits, courses and numbers of teachers are read with openpyxl. The result of a work is
the weaker of its two parts; a teacher measured twice by the same work is compared with the
measurement before; the list of schools is that of :mod:`test_numbers_identification`. Student's and
Wilcoxon's tests are scipy's. No method of the library is called.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.report import test_numbers_identification as first
from tests.report.executed import Page, close, day_of, page, percent, share, tenths
from tests.report.test_numbers_dynamics import wilson
from tests.report.workbook_rows import Row, register, sheet, yearly

data, statuses = first.data, first.statuses  # fixtures

YEAR = 2026
LEVELS = ("низкий", "средний", "высокий")
FEWEST = 5
Teacher = tuple[str, str]


def school_year(day: dt.datetime) -> int:
    return day.year + (day.month >= 9)


def level(score: float) -> str:
    return LEVELS[0] if score < 60 else LEVELS[1] if score < 80 else LEVELS[2]


@dataclass(frozen=True)
class Measured:
    """One work of one teacher; a part that was not measured is None."""

    who: Teacher
    subject: str
    work: str
    day: dt.datetime
    parts: tuple[int | None, int | None]

    @property
    def whole(self) -> float:
        return min(part for part in self.parts if part is not None)

    @property
    def key(self) -> tuple[Any, ...]:
        return self.who, self.subject, self.work


@dataclass(frozen=True)
class Pair:
    """Results of one teacher in one subject before and after."""

    who: Teacher
    subject: str
    before: float
    after: float


@dataclass(frozen=True)
class Teachers:
    """The workbooks as rows; nothing later than the day of the page."""

    day: dt.datetime
    schools: dict[str, str]
    listed: set[str]
    works: list[Measured]
    staff: dict[str, int]
    deficits: list[Row]
    courses: list[Row]

    def latest(self, year: int) -> list[Measured]:
        found = {}
        for each in sorted(self.works, key=lambda work: work.day):
            if school_year(each.day) == year:
                found[each.who, each.subject] = each
        return list(found.values())

    def pairs(self, year: int) -> list[Pair]:
        series: dict[tuple[Any, ...], list[Measured]] = defaultdict(list)
        for each in self.works:
            if school_year(each.day) <= year:
                series[each.key].append(each)
        found = []
        for own in series.values():
            own.sort(key=lambda work: work.day)
            if len(own) >= 2 and school_year(own[-1].day) == year:
                both = [
                    (a, b)
                    for a, b in zip(own[-2].parts, own[-1].parts, strict=True)
                    if a is not None and b is not None
                ]
                before, after = (min(each) for each in zip(*both, strict=True))
                found.append(Pair(own[-1].who, own[-1].subject, before, after))
        return found

    def state(self, row: Row) -> str:
        if row["Дефицит восполнен"] and row["Дефицит восполнен"] <= self.day:
            return "восполнен"
        late = row["Срок восполнения"] and row["Срок восполнения"] < self.day
        return "просрочен" if late else "срок не вышел или не назван"

    def again(self, row: Row) -> bool:
        """Whether the teacher was measured in the subject after the deficit was found."""
        who = (row["Код школы"], row["Код учителя"])
        return any(
            each.who == who and each.subject == row["Предмет"]
            and each.day > row["Дефицит выявлен"]
            for each in self.works
        )  # fmt: skip


@pytest.fixture(scope="module")
def shown(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/03_teacher_competence.ipynb")


@pytest.fixture(scope="module")
def teachers(built_demo: Path, shown: Page, statuses: dict[int, dict[str, str]]) -> Teachers:
    raw = built_demo / "data/raw"
    day = day_of(shown.text("parameters_line("))
    works = [
        Measured(
            (row["Код школы"], row["Код учителя"]),
            row["Предмет"],
            row["Диагностическая работа"],
            row["Дата диагностики"],
            (row["Предметные, %"], row["Методические, %"]),
        )
        for rows in yearly(raw, "Диагностика учителей", "Диагностика учителей").values()
        for row in rows
        if row["Дата диагностики"] <= day
    ]
    start = dt.datetime(YEAR - 1, 9, 1)
    deficits = [
        row
        for row in sheet(raw / "Дефициты учителей.xlsx")
        if row["Дефицит выявлен"] <= day
        and not (row["Дефицит восполнен"] and row["Дефицит восполнен"] < start)
    ]
    courses = [
        row
        for rows in yearly(raw, "Диагностика учителей", "Курсы учителей").values()
        for row in rows
        if start <= row["Дата окончания курсов"] <= day
    ]
    return Teachers(
        day,
        {row["Код школы"]: row["Краткое наименование"] for row in register(raw)},
        {school for school, each in statuses[YEAR].items() if each in first.LISTED},
        works,
        {row["Код школы"]: row["Учителей"] for row in yearly(raw, "Кадры")[YEAR]},
        deficits,
        courses,
    )


def ends(x: int, n: int) -> str:
    low, high = (round(100 * min(max(end, 0), 1)) for end in wilson(x, n))
    return f"от {low} до {high} %"


def sure(x: int, n: int) -> str:
    return f"{percent(x / n)} ({x} из {n}; с вероятностью 95 % {ends(x, n)})"


def by_teacher(works: Iterable[Measured], part: int | None = None) -> dict[Teacher, float]:
    """One result of each teacher: the mean over subjects."""
    found: dict[Teacher, list[float]] = defaultdict(list)
    for each in works:
        value = each.whole if part is None else each.parts[part]
        if value is not None:
            found[each.who].append(value)
    return {who: mean(values) for who, values in found.items()}


def counts_of(scores: Iterable[float]) -> list[int]:
    own = Counter(level(score) for score in scores)
    return [own[each] for each in LEVELS]


def changes_of(pairs: Iterable[Pair]) -> list[int]:
    """Teachers better, the same, worse; several subjects of one are averaged."""
    gains: dict[Teacher, list[float]] = defaultdict(list)
    for pair in pairs:
        gains[pair.who].append(pair.after - pair.before)
    whole = [mean(own) for own in gains.values()]
    return [sum(g > 0 for g in whole), sum(g == 0 for g in whole), sum(g < 0 for g in whole)]


def test_levels_of_all_teachers(shown: Page, teachers: Teachers) -> None:
    latest = teachers.latest(YEAR)
    scores = by_teacher(latest)
    low, middle, high = counts_of(scores.values())
    schools = {who[0] for who in scores}
    cover = (
        f"{len(scores)} учителя из {len(schools)} школ; "
        f"охват — {share(len(scores), sum(teachers.staff.values()))}"
    )
    for call in ("say.main_points(", "say.coverage_text("):
        assert cover in shown.text(call)
    for call in ("say.main_points(", "say.levels_text("):
        said = f"Низкий уровень — у {sure(low, len(scores))} учителей, средний — у {middle}, "
        assert said + f"высокий — у {high} ({percent(high / len(scores))})" in shown.text(call)
    assert share(len(scores), sum(teachers.staff.values())).replace(" (", ", ", 1)[:-1] in (
        shown.text("say.limits(").replace("(", "").replace(")", "")
    )
    assert teachers.listed <= schools
    text = shown.text("say.coverage_text(")
    assert f"Диагностика была во всех школах списка ({len(teachers.listed)})" in text
    parts = [mean(by_teacher(latest, part).values()) for part in (0, 1)]
    n = [len(by_teacher(latest, part)) for part in (0, 1)]
    assert (
        f"в среднем на {percent(parts[0] / 100)} ({n[0]} учителя), методическая — "
        f"на {percent(parts[1] / 100)} ({n[1]} учителя)" in shown.text("say.levels_text(")
    )
    for call in ("say.levels_text(", "say.rules_table("):
        assert "60 %" in shown.text(call) and "80 %" in shown.text(call)


def line_of(scores: list[float]) -> list[str]:
    low, middle, high = counts_of(scores)
    return [
        str(len(scores)),
        f"{low} / {middle} / {high}",
        f"{percent(low / len(scores))} ({ends(low, len(scores))})",
        percent(mean(scores) / 100),
    ]


def test_levels_by_subject_and_part(shown: Page, teachers: Teachers) -> None:
    latest = teachers.latest(YEAR)
    subjects: dict[str, list[float]] = defaultdict(list)
    for each in latest:
        subjects[each.subject].append(each.whole)
    assert all(len(own) >= FEWEST for own in subjects.values())
    order = sorted(subjects, key=lambda s: (-counts_of(subjects[s])[0] / len(subjects[s]), s))
    everyone = list(by_teacher(latest).values())
    wanted = [[subject, *line_of(subjects[subject])] for subject in order]
    wanted.append(["Все предметы, каждый учитель один раз", *line_of(everyone)])
    assert shown.rows("say.levels_table(") == wanted
    wanted = [["Работа в целом", *line_of(everyone)]]
    for part, name in enumerate(("Предметная часть", "Методическая часть")):
        wanted.append([name, *line_of(list(by_teacher(latest, part).values()))])
    assert shown.rows("say.parts_table(") == wanted
    alt = shown.text("say.levels_chart(").split("\n")[0]
    rows = shown.rows("say.levels_chart(")
    assert [row[0].split(" (")[0] for row in rows] == order
    for subject, (label, *cells) in zip(order, rows, strict=True):
        own = counts_of(subjects[subject])
        n = sum(own)
        assert re.fullmatch(rf"{subject} \({n} учител[ьяей]+\)", label)
        told = [f"{name} уровень: {share(x, n)}" for name, x in zip(LEVELS, own, strict=True)]
        assert cells == told
        assert f"{subject} — низкий у {share(own[0], n)}" in alt


def test_schools_and_places(shown: Page, teachers: Teachers) -> None:
    """One line of sums over any set of schools."""

    def line(schools: set[str]) -> list[str]:
        measured = by_teacher(each for each in teachers.latest(YEAR) if each.who[0] in schools)
        better = changes_of(pair for pair in teachers.pairs(YEAR) if pair.who[0] in schools)
        rows = [row for row in teachers.deficits if row["Код школы"] in schools]
        states = Counter(teachers.state(row) for row in rows)
        told = len({(row["Код школы"], row["Код учителя"]) for row in rows}) >= FEWEST
        all_ = sum(teachers.staff.get(school, 0) for school in schools)
        return [
            f"{len(measured)} из {all_} ({percent(len(measured) / all_)})",
            share(counts_of(measured.values())[0], len(measured)),
            share(better[0], sum(better)),
            f"{states['восполнен']} из {len(rows)}" if told else "—",
            str(states["просрочен"]) if told else "—",
        ]

    ((_, *cells),) = shown.rows("say.places_table(")
    assert cells == line(set(teachers.schools))
    names = {"Школы списка (ШНОР, ШССУ)": teachers.listed}
    names["Остальные школы"] = set(teachers.schools) - teachers.listed
    assert shown.rows("say.listed_table(") == [[name, *line(own)] for name, own in names.items()]
    rows = shown.rows("say.schools_table(")
    codes = {name: code for code, name in teachers.schools.items()}
    there = {each.who[0] for each in teachers.latest(YEAR)} | teachers.listed
    assert {codes[row[0]] for row in rows} == there
    for name, listed, *cells in rows:
        assert cells == line({codes[name]}), name
        assert (listed == "да") == (codes[name] in teachers.listed), name


def test_list_against_the_rest(shown: Page, teachers: Teachers) -> None:
    inside = teachers.listed
    text = shown.text("say.listed_text(")
    level_ = [
        by_teacher(w for w in teachers.latest(YEAR) if (w.who[0] in inside) == side)
        for side in (True, False)
    ]
    lows = [share(counts_of(own.values())[0], len(own)) for own in level_]
    assert (
        f"Низкий уровень: в школах списка — у {lows[0]} учителей, в остальных — у {lows[1]};"
        in (text)
    )
    moved = [
        changes_of(pair for pair in teachers.pairs(YEAR) if (pair.who[0] in inside) == side)
        for side in (True, False)
    ]
    better = [share(own[0], sum(own)) for own in moved]
    assert f"лучше: в школах списка — у {better[0]} учителей, в остальных — у {better[1]};" in text
    # Fewer than five schools on one side: no difference is told.
    assert min(len({who[0] for who in own}) for own in level_) < 5
    assert text.count("сравнивать эти доли нельзя: в одной из групп меньше 5 школ") == 2


def test_dynamics(shown: Page, teachers: Teachers) -> None:
    pairs = teachers.pairs(YEAR)
    better, same, worse = changes_of(p for p in pairs if p.who[0] in teachers.listed)
    n = better + same + worse
    listed = (
        f"дважды прошли {n} учителя школ списка; второй раз результат лучше "
        f"у {sure(better, n)}, такой же — у {same}, хуже — у {worse}."
    )
    for call in ("say.main_points(", "say.dynamics_text("):
        assert listed in shown.text(call)
    better, same, worse = changes_of(pairs)
    n = better + same + worse
    text = shown.text("say.dynamics_text(")
    assert f"дважды прошли {n} учителя; второй раз результат лучше у {sure(better, n)}" in text
    assert f"такой же — у {same}, хуже — у {worse}. В среднем" in text
    gains = np.array([pair.after - pair.before for pair in pairs], dtype=float)
    assert len({pair.who for pair in pairs}) == len(pairs)  # one subject each
    reach = stats.t.ppf(0.975, n - 1) * gains.std(ddof=1) / np.sqrt(n)
    told = re.search(
        r"вырос на (\S+) п\. п\. \(с вероятностью 95 % от (\S+) до (\S+) п\. п\.\).*p = (\S+)\)",
        text,
    ).groups()
    p = stats.wilcoxon(gains[gains != 0], correction=True).pvalue
    for said, exact in zip(
        told[:3], (gains.mean(), gains.mean() - reach, gains.mean() + reach), strict=True
    ):
        assert close(said, exact)
    assert close(told[3], p, 3) and p < 0.05


def test_dynamics_by_subject(shown: Page, teachers: Teachers) -> None:
    subjects: dict[str, list[Pair]] = defaultdict(list)
    for pair in teachers.pairs(YEAR):
        subjects[pair.subject].append(pair)
    gains = {s: np.array([p.after - p.before for p in own]) for s, own in subjects.items()}
    p = {s: stats.wilcoxon(g[g != 0], correction=True).pvalue for s, g in gains.items()}
    ordered = sorted(p, key=lambda s: p[s])
    last = max((i for i, s in enumerate(ordered, 1) if p[s] < 0.05 * i / len(p)), default=0)
    firm = set(ordered[:last])
    rows = shown.rows("say.dynamics_table(")
    assert [row[0] for row in rows] == sorted(subjects, key=lambda s: -gains[s].mean())
    charted = {row[0].split(" (")[0]: row for row in shown.rows("say.dynamics_chart(")}
    text = shown.text("say.dynamics_chart(")
    for subject, n, counts, best, gain, verdict in rows:
        better, same, worse = changes_of(subjects[subject])
        assert (int(n), counts) == (len(subjects[subject]), f"{better} / {same} / {worse}")
        assert best == f"{percent(better / int(n))} ({ends(better, int(n))})"
        assert close(gain, gains[subject].mean()), subject
        way, value = verdict.split(", p ")
        grows = gains[subject].mean() > 0
        sure_ = (
            ("рост" if grows else "снижение") if subject in firm else "не отличить от случайного"
        )
        assert way == sure_, subject
        assert p[subject] < 0.001 if value == "< 0,001" else close(value[2:], p[subject], 3)
        label, cell = charted[subject]
        assert label.startswith(f"{subject} ({n} учител")
        said = share(better, int(n))
        assert cell == f"лучше {said}, с вероятностью 95 % {ends(better, int(n))}"
        assert f"{subject} — {said}" in text.split("\n")[0]
    better, *rest = changes_of(teachers.pairs(YEAR))
    assert text.count(f"измеренные дважды: {share(better, better + sum(rest))}") == 2
    grown = [s for s in firm if gains[s].mean() > 0]
    text = shown.text("say.dynamics_text(")
    (subject,) = grown
    value = tenths(gains[subject].mean())
    assert f"случайного: {subject} (+{value} п. п., {len(subjects[subject])} учителя)" in text
    assert f"В остальных предметах ({len(subjects) - 1}) изменение нельзя" in text


def test_moves_between_levels(shown: Page, teachers: Teachers) -> None:
    pairs = teachers.pairs(YEAR)
    moves = Counter((level(pair.before), level(pair.after)) for pair in pairs)
    for before, row in zip(LEVELS, shown.rows("say.moves_table("), strict=True):
        own = [moves[before, after] for after in LEVELS]
        assert row == [f"был {before}", *map(str, own), str(sum(own))]


def test_regression_to_the_mean(shown: Page, teachers: Teachers) -> None:
    """What chance alone gives those who began low: (1 − r) times their distance from all."""
    pairs = teachers.pairs(YEAR)
    before, after = np.array([(p.before, p.after) for p in pairs], dtype=float).T
    low = before < 60
    a, b = before - before.mean(), after - after.mean()
    r = (a @ b) / np.sqrt((a @ a) * (b @ b))
    numbers = re.search(
        r"\((\d+) учител\S+\) результат вырос на (\S+) п\. п\., у остальных \((\d+)\) — вырос на"
        r" (\S+) п\. п\..*корреляция (\S+)\) одна случайность дала бы первым прирост до (\S+) п\. п\.",
        shown.text("say.regression_text("),
    ).groups()
    assert (int(numbers[0]), int(numbers[2])) == (low.sum(), (~low).sum())
    gain = after - before
    assert close(numbers[1], gain[low].mean()) and close(numbers[3], gain[~low].mean())
    assert close(numbers[4], r, 2)
    assert close(numbers[5], (1 - r) * (before.mean() - before[low].mean()))


def test_years(shown: Page, teachers: Teachers) -> None:
    years = sorted({school_year(each.day) for each in teachers.works})
    rows = shown.rows("say.years_table(")
    charted = shown.rows("say.years_chart(")
    alt = shown.text("say.years_chart(").split("\n")[0]
    told = shown.text("say.years_text(")
    for year, row, points in zip(years, rows, charted, strict=True):
        scores = by_teacher(teachers.latest(year))
        low, n = counts_of(scores.values())[0], len(scores)
        moved = changes_of(teachers.pairs(year))
        twice = sum(moved)
        label = f"{year - 1}/{year % 100}"
        assert row == [
            label,
            str(n),
            f"{percent(low / n)} ({ends(low, n)})",
            str(twice),
            f"{percent(moved[0] / twice)} ({ends(moved[0], twice)})",
        ]
        lows, best = share(low, n), share(moved[0], twice)
        assert points == [
            label,
            f"{label}: низкий уровень — {lows}",
            f"{label}: второй результат лучше — {best}",
        ]
        assert f"{label} — {lows}" in alt and f"{label} — {best}" in alt
        if year >= YEAR - 1:
            assert f"{label} — у {lows.replace(' (', ' (', 1)}".split(" (")[0] in told
            assert f"({low} из {n})" in told


HELP = {
    "курсы или стажировка": ("курс", "стажировка"),
    "тьютор или наставник": ("тьютор", "консультац", "наставник"),
    "самообразование": ("самообраз",),
}


def test_deficits(shown: Page, teachers: Teachers) -> None:
    rows = teachers.deficits
    states = Counter(teachers.state(row) for row in rows)
    people = {(row["Код школы"], row["Код учителя"]) for row in rows}
    main = (
        f"В работе было {len(rows)} дефицитов у {len(people)} учителей; на {teachers.day:%d.%m.%Y} "
        f"восполнено {states['восполнен']} ({percent(states['восполнен'] / len(rows))}), "
        f"просрочено {states['просрочен']}, срок не вышел или не назван "
        f"у {states['срок не вышел или не назван']}."
    )
    text = shown.text("say.deficits_text(")
    assert main in text and main in shown.text("say.main_points(")
    offered = [row for row in rows if row["Что предложено"]]
    kinds = ", ".join(
        f"{kind} — {sum(any(word in row['Что предложено'] for word in words) for row in offered)}"
        for kind, words in HELP.items()
    )
    assert f"предложена по {len(offered)} из {len(rows)} (названы {kinds})" in text
    again = [row for row in rows if teachers.again(row)]
    shut = [row for row in again if teachers.state(row) == "восполнен"]
    assert f"повторена по {len(again)} из {len(rows)}; все восполненные ({len(shut)})" in text
    assert len(shut) == states["восполнен"]
    flat = 0
    for row in shut:
        own = sorted(
            (w for w in teachers.works
             if w.who == (row["Код школы"], row["Код учителя"]) and w.subject == row["Предмет"]),
            key=lambda work: work.day,
        )  # fmt: skip
        before = [work for work in own if work.day <= row["Дефицит выявлен"]]
        after = [work for work in own if work.day > row["Дефицит выявлен"]]
        assert len({work.work for work in own}) == 1
        flat += bool(before) and after[0].whole <= before[-1].whole
    assert f"У {flat} из восполненных результат той же работы после этого не вырос" in text


def test_topics_of_deficits(shown: Page, teachers: Teachers) -> None:
    topics: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in teachers.deficits:
        topics[row["Предмет"], row["Дефицит"]].append(row)

    def people(rows: list[Row]) -> int:
        return len({(row["Код школы"], row["Код учителя"]) for row in rows})

    named = {f"{t} ({s})": own for (s, t), own in topics.items() if people(own) >= FEWEST}
    few = [own for own in topics.values() if people(own) < FEWEST]
    named[f"прочие темы ({len(few)})"] = [row for own in few for row in own]
    rows = shown.rows("say.topics_table(")
    charted = {row[0]: row[1:] for row in shown.rows("say.topics_chart(")}
    heads = shown.heading("say.topics_chart(")[1:]
    alt = shown.text("say.topics_chart(").split("\n")[0]
    assert {row[0] for row in rows} == set(named) == set(charted)
    assert [int(row[1]) for row in rows[:-1]] == sorted(
        (int(row[1]) for row in rows[:-1]), reverse=True
    )
    for name, *cells in rows:
        own = named[name]
        n, states = len(own), Counter(teachers.state(row) for row in own)
        schools = {row["Код школы"] for row in own}
        assert cells == [
            str(people(own)),
            f"{len(schools)} ({len(schools & teachers.listed)})",
            f"{sum(bool(row['Что предложено']) for row in own)} из {n}",
            f"{states['восполнен']} из {n}",
            str(states["просрочен"]),
            f"{sum(teachers.again(row) for row in own)} из {n}",
        ], name
        assert charted[name] == [f"{states[head]} из {n}" for head in heads], name
        said = ", ".join(f"{head} {states[head]}" for head in heads if states[head])
        assert f"{name} — {said}" in alt, name
    assert f"на {teachers.day:%d.%m.%Y}" in shown.text("say.topics_table(")


def test_deficits_shared_by_a_school(shown: Page, teachers: Teachers) -> None:
    shared: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in teachers.deficits:
        if teachers.state(row) != "восполнен":
            shared[row["Код школы"], row["Предмет"], row["Дефицит"]].add(row["Код учителя"])
    wanted = sorted(
        [
            teachers.schools[s],
            "да" if s in teachers.listed else "нет",
            subject,
            topic,
            str(len(own)),
        ]
        for (s, subject, topic), own in shared.items()
        if len(own) >= 3
    )
    assert sorted(shown.rows("say.shared_table(")) == wanted
    schools = {row[0] for row in wanted}
    for call in ("say.shared_text(", "say.next_steps("):
        text = shown.text(call)
        assert {name for name in teachers.schools.values() if name in text} == schools
    assert f"Так у {len(schools)} школы" in shown.text("say.shared_text(")
    for call in ("say.shared_table(", "parameters_line("):
        assert f"на {teachers.day:%d.%m.%Y}" in shown.text(call)
    assert "(от 3 учителей)" in shown.text("say.shared_table(")


def test_courses(shown: Page, teachers: Teachers) -> None:
    rows = teachers.courses
    people = {(row["Код школы"], row["Код учителя"]) for row in rows}
    hours = median(row["Часов"] for row in rows)
    on = sum(bool(row["Какой дефицит восполняли"]) for row in rows)
    text = shown.text("say.courses_text(")
    assert f"окончили {len(people)} учителей ({len(rows)} удостоверений; " in text
    assert f"обычный объём — {hours:g} ч)" in text and f"назван у {on} из {len(rows)}." in text
    programmes: dict[str, set[Teacher]] = defaultdict(set)
    for row in rows:
        programmes[row["Программа курсов"]].add((row["Код школы"], row["Код учителя"]))
    assert max(map(len, programmes.values())) < FEWEST
    assert "достаточным числом учителей, нет" in shown.text("say.courses_table(")


def test_control_numbers(shown: Page, teachers: Teachers) -> None:
    scores = by_teacher(teachers.latest(YEAR))
    better, same, worse = changes_of(teachers.pairs(YEAR))
    states = Counter(teachers.state(row) for row in teachers.deficits)
    codes = {
        "closed": states["восполнен"],
        "open": states["срок не вышел или не назван"],
        "overdue": states["просрочен"],
    }
    assert shown.text("NBVAL_CHECK_OUTPUT").strip().splitlines() == [
        f"диагностированы: {len(scores)}",
        f"по уровням: [{counts_of(scores.values())}]",
        f"измерены дважды: [[{better + same + worse}, {better}]]",
        f"дефициты: {codes}",
        f"курсов: {len(teachers.courses)}",
    ]

"""Monitoring 4 of the demonstration, recomputed from the workbooks by plain loops.

Profiles, protocols, measures and self-analysis cards are read with openpyxl; kinds, manageability
and cycles of the factors are written down here from the regulation's point 4.3 and the product's
proposal, so that a changed table of factors is noticed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.report.executed import Page, close, page
from tests.report.workbook_rows import PROCEDURES, pooled, register, results, sheet, sheets, yearly

YEAR = 2026
LEVELS = ("высокая", "средняя", "низкая")
DEAD = ("отклонён", "снят")
LIMIT = {"ВПР": 0.20, "ОГЭ": 0.30, "ЕГЭ": 0.30}
# Factor → kind (4.3.3), manageability (4.3.2), month and day of its next occurrence.
FACTORS: dict[str, tuple[str, str, tuple[int, int] | None]] = {
    "Низкий уровень оснащения школы": ("Материально-технические", "Слабоуправл.", (9, 1)),
    "Дефицит педагогических кадров": ("Кадровые", "Слабоуправл.", (9, 1)),
    "Недостаточная предметная и методическая компетентность педагогических работников": (
        "Кадровые", "Управл.", None,
    ),
    "Риски низкой адаптивности учебного процесса": (
        "Образовательной неуспешности", "Управл.", None,
    ),
    "Несформированность внутришкольной системы повышения квалификации": (
        "Кадровые", "Управл.", (9, 1),
    ),
    "Высокая доля обучающихся с ОВЗ": ("Социальные", "Неуправл.", None),
    "Низкое качество преодоления языковых и культурных барьеров": (
        "Социальные", "Слабоуправл.", (9, 1),
    ),
    "Пониженный уровень школьного благополучия": ("Социальные", "Управл.", None),
    "Низкая учебная мотивация обучающихся": ("Образовательной неуспешности", "Управл.", None),
    "Высокая доля обучающихся с рисками учебной неуспешности": (
        "Образовательной неуспешности", "Управл.", (3, 1),
    ),
    "Низкий уровень вовлечённости родителей": ("Социальные", "Управл.", None),
}  # fmt: skip
FAILURE = "Высокая доля обучающихся с рисками учебной неуспешности"
DECIDES = {"Управл.": "Школа", "Слабоуправл.": "МОУО", "Неуправл.": "Регион"}


@dataclass(frozen=True)
class Factor:
    """A declared factor with what the protocol says and the measures against it."""

    school: str
    factor: str
    level: str
    said: dict[str, Any]
    measures: tuple[dict[str, Any], ...]

    @property
    def state(self) -> str:
        return str(self.said.get("Состояние риска") or "заявлен")

    @property
    def both(self) -> bool:
        return bool(self.said.get("Решение школы") and self.said.get("Решение куратора"))

    @property
    def alive(self) -> bool:
        """Somebody has to act on it."""
        serious = self.level in ("высокая", "средняя")
        return self.state not in DEAD and (serious or self.state in ("подтверждён", "в работе"))

    @property
    def decided(self) -> bool:
        return self.state == "в работе" or bool(self.measures)

    @property
    def decide_by(self) -> dt.date:
        known = self.said.get("Дата протокола")
        known = known.date() if known else dt.date(YEAR - 1, 9, 1)
        days = [dt.date(YEAR, 7, 31)]
        cycle = FACTORS[self.factor][2]
        if cycle:
            next_ = dt.date(known.year, *cycle)
            if next_ <= known:
                next_ = dt.date(known.year + 1, *cycle)
            days.append(next_ - dt.timedelta(days=1))
        return min(days)


@dataclass(frozen=True)
class Data:
    """The workbooks as rows."""

    raw: Path
    schools: dict[str, str]
    places: dict[str, str]
    factors: dict[int, list[Factor]]
    measures: list[dict[str, Any]]
    cards: list[dict[str, Any]]

    def now(self) -> list[Factor]:
        return self.factors[YEAR]

    def risks(self) -> list[Factor]:
        return [each for each in self.now() if each.alive]


@pytest.fixture(scope="module")
def data(built_demo: Path) -> Data:
    raw = built_demo / "data/raw"
    schools = register(raw)
    places = {row["Код школы"]: row["Муниципалитет"] for row in schools}
    factors = {}
    road_maps = yearly(raw, "Дорожная карта", "Меры дорожной карты")
    for year, rows in yearly(raw, "Рисковые профили", "Рисковый профиль школы").items():
        path = raw / str(year) / f"Рисковые профили {year}.xlsx"
        protocol = {
            (row["Код школы"], row["Фактор риска"]): row
            for row in sheet(path, "Верификация рисков")
        }
        measures = [row for row in road_maps[year] if row["Состояние"] != "снято"]
        factors[year] = [
            Factor(
                row["Код школы"],
                row["Фактор риска"],
                row["Значимость"],
                protocol.get((row["Код школы"], row["Фактор риска"]), {}),
                tuple(
                    each
                    for each in measures
                    if each["Фактор риска"] == row["Фактор риска"]
                    and (
                        each["Код школы"] == row["Код школы"]
                        or (
                            each["Код школы"] is None
                            and each["Муниципалитет"] == places[row["Код школы"]]
                        )
                    )
                ),
            )
            for row in rows
        ]
    return Data(
        raw,
        {row["Код школы"]: row["Краткое наименование"] for row in schools},
        places,
        factors,
        road_maps[YEAR],
        yearly(raw, "Самоанализ")[YEAR],
    )


@pytest.fixture(scope="module")
def shown(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/04_risk_factors.ipynb")


@pytest.fixture(scope="module")
def day(shown: Page) -> dt.date:
    """The day the page looks at: the last on which something is told to have happened."""
    text = shown.text("as_of,")
    number, month, year = re.search(r"состояние на (\d\d)\.(\d\d)\.(\d{4})", text).groups()
    return dt.date(int(year), int(month), int(number))


AHEAD = re.compile("Срок|Сопровождение по|Договор действует до")
"""Headings of dates that are planned when they are written down."""


def test_the_day_is_the_last_that_has_happened(data: Data, day: dt.date) -> None:
    known = [
        value.date()
        for path in sorted(data.raw.rglob("*.xlsx"))
        for title, rows in sheets(path).items()
        if title != "Мероприятия"
        for row in rows
        for heading, value in row.items()
        if isinstance(value, dt.datetime) and not AHEAD.match(heading)
    ]
    assert day == max(known) < dt.date(YEAR, 8, 31)


def test_main_points(shown: Page, data: Data) -> None:
    text = shown.text("say.main_points(profiles")
    now = data.now()
    levels = Counter(each.level for each in now)
    schools = {each.school for each in now}
    assert f"есть у {len(schools)} школ" in text
    assert f"Заявлено {len(now)} факторов риска" in text
    for level in LEVELS:
        words = {"высокая": "высокой значимости", "средняя": "средней", "низкая": "низкой"}[level]
        assert f"{words} — {levels[level]}" in text
    both = sum(each.both for each in now)
    agreement = shown.text("say.agreement_text(")
    for said in (text, agreement):
        share = f"{100 * both / len(now):.1f}".replace(".", ",")
        assert f"по {both} из {len(now)} факторов ({share} %)" in said
        one = sum(
            bool(each.said.get("Решение школы")) != bool(each.said.get("Решение куратора"))
            for each in now
        )
        assert (
            f"без решений осталось {len(now) - both - one}, с решением одной стороны — {one}"
            in said
        )
    same = sum(
        each.both and each.said["Решение школы"] == each.said["Решение куратора"] for each in now
    )
    assert f"совпали в {same} из {both} случаев" in agreement


def test_risks_that_wait(shown: Page, data: Data, day: dt.date) -> None:
    risks = data.risks()
    waiting = [each for each in risks if not each.decided]
    late = [
        each for each in waiting if each.decide_by < day and FACTORS[each.factor][1] != "Неуправл."
    ]
    for call in ("say.main_points(profiles", "say.decisions_text("):
        text = shown.text(call)
        assert (
            f"решения ждут {len(waiting)} риска из {len(risks)}, из них просрочен {len(late)}"
            in text
        )
        next_ = min(each.decide_by for each in waiting if each.decide_by >= day)
        assert f"ближайший срок — {next_:%d.%m.%Y}" in text
    rows = shown.rows("say.decisions_table(")
    assert len(rows) == len(waiting)
    for school, factor, level, decides, deadline in rows:
        (risk,) = [w for w in waiting if (data.schools[w.school], w.factor) == (school, factor)]
        assert level == risk.level and decides == DECIDES[FACTORS[factor][1]].lower()
        days = (risk.decide_by - day).days
        assert f"{risk.decide_by:%d.%m.%Y}" in deadline and f"{abs(days)} д" in deadline
        assert deadline.startswith("просрочено") == (risk in late)


def test_states_by_year(shown: Page, data: Data) -> None:
    rows = {row[0]: row[1:] for row in shown.rows("say.states_chart(")}
    for year, own in data.factors.items():
        counts = Counter(each.state for each in own)
        for cell in rows[f"{year - 1}/{year % 100}"]:
            state, n = re.search(r": (.+?) — (\d+) фактор", cell).groups()
            assert counts[state] == int(n), (year, state)
        assert set(counts) <= {"заявлен", "подтверждён", "в работе", "снят", "отклонён"}


def test_map_of_schools(shown: Page, data: Data) -> None:
    text = shown.text("say.school_map(")
    high = sum(each.level == "высокая" and each.state not in DEAD for each in data.now())
    assert f"высокой значимости — {high}" in text
    numbers = {re.search(r"№ \d+", name).group(): code for code, name in data.schools.items()}
    mine = {(each.school, each.factor): each for each in data.now()}
    rows = shown.rows("say.school_map(")
    assert {numbers[re.search(r"№ \d+", row[0]).group()] for row in rows} == {s for s, _ in mine}
    for label, *cells in rows:
        school = numbers[re.search(r"№ \d+", label).group()]
        for factor, cell in zip(FACTORS, cells, strict=True):
            each = mine[(school, factor)]
            letter = {"высокая": "В", "средняя": "С", "низкая": "Н"}[each.level]
            assert cell == ("×" if each.state in DEAD else letter), (label, factor)


def test_every_factor(shown: Page, data: Data) -> None:
    rows = {row[0]: [int(cell) for cell in row[1:]] for row in shown.rows("say.factors_table(")}
    assert set(rows) == {each.factor for each in data.now()}
    for factor, numbers in rows.items():
        own = [each for each in data.now() if each.factor == factor]
        states = Counter(each.state for each in own)
        levels = Counter(each.level for each in own)
        taken = states["подтверждён"] + states["в работе"] + states["снят"]
        work = states["в работе"] + states["снят"]
        wanted = [*(levels[level] for level in LEVELS), taken, states["отклонён"], work]
        assert numbers == wanted, factor


def test_verification_by_school(shown: Page, data: Data) -> None:
    rows = {row[0]: row[1:] for row in shown.rows("say.progress_table(")}
    assert set(rows) == {data.schools[each.school] for each in data.now()}
    found = contradictions(data)
    for name, (n, school, curator, both, share, odd) in rows.items():
        own = [each for each in data.now() if data.schools[each.school] == name]
        counts = [
            sum(bool(each.said.get(who)) for each in own)
            for who in ("Решение школы", "Решение куратора")
        ]
        together = sum(each.both for each in own)
        assert [int(x) for x in (n, school, curator, both)] == [len(own), *counts, together]
        assert close(share, 100 * together / len(own))
        assert int(odd) == sum(data.schools[each.school] == name for each, _ in found)


def contradictions(data: Data) -> list[tuple[Factor, str]]:
    found = []
    for each in data.now():
        school, curator = each.said.get("Решение школы"), each.said.get("Решение куратора")
        if (school, curator) == ("отклоняет", "подтверждает"):
            found.append((each, "школа отклоняет, куратор подтверждает"))
        if (school, curator) == ("подтверждает", "отклоняет"):
            found.append((each, "школа подтверждает, куратор отклоняет"))
        if each.level == "высокая" and each.state not in DEAD and not each.measures:
            found.append((each, "высокая значимость, а мер против риска нет"))
        if each.level != "высокая" and each.state == "в работе" and not each.measures:
            found.append((each, "в работе, а мер нет"))
    return found


def test_contradictions(shown: Page, data: Data) -> None:
    wanted = {(data.schools[each.school], each.factor, what) for each, what in contradictions(data)}
    rows = shown.rows("say.contradictions_table(")
    assert {tuple(row[:3]) for row in rows} == wanted and len(rows) == len(wanted)
    text = shown.text("say.contradictions_text(")
    schools = {name for name, *_ in wanted}
    assert f"Найдены {len(wanted)} противоречия у {len(schools)} школ" in text


def test_zones(shown: Page, data: Data) -> None:
    """Subjects beyond the threshold of monitoring 1, this year and in both years."""
    units = pooled(results(data.raw), "school", "procedure", "subject", "year")

    def beyond(key: tuple[str, str, str], year: int) -> bool:
        unit = units.get((*key, year))
        enough = unit is not None and unit.n >= 10 and unit.high == 0
        return bool(enough and unit.low >= LIMIT[key[1]] * unit.n - 1e-12)

    keys = {key[:3] for key in units if key[1] in PROCEDURES}
    now = {key for key in keys if beyond(key, YEAR)}
    lasting = {key for key in now if beyond(key, YEAR - 1)}
    text = shown.text("say.zones_text(")
    assert f"есть у {len({key[0] for key in now})} школ" in text
    assert f"— у {len({key[0] for key in lasting})}." in text
    claimed = {e.school: e for e in data.now() if e.factor == FAILURE}
    rows = shown.rows("say.zones_table(")
    assert {row[0] for row in rows} == {data.schools[key[0]] for key in now}
    codes = {name: code for code, name in data.schools.items()}
    for name, n, both, which, profile in rows:
        school = codes[name]
        own = {key for key in now if key[0] == school}
        assert (int(n), int(both)) == (len(own), len({k for k in lasting if k[0] == school}))
        for procedure, subject, share, low, people in re.findall(
            r"(ВПР|ОГЭ|ЕГЭ), ([^:;]+): ([\d,]+) % \((\d+) из (\d+)\)", which
        ):
            unit = units[(school, procedure, subject, YEAR)]
            assert (school, procedure, subject) in own
            assert (unit.low, unit.n) == (int(low), int(people))
            assert close(share, 100 * unit.low / unit.n)
        level = claimed[school].level if school in claimed else "нет в профиле"
        assert profile == level


def test_self_analysis(shown: Page, data: Data) -> None:
    schools = {row["Код школы"] for row in data.cards}
    sections = {row["Раздел карточки"] for row in data.cards}
    assert (
        f"сдали {len(schools)} школ; разделов — {len(sections)}, ответов — {len(data.cards)}."
        in shown.text("say.self_analysis_text(")
    )


def test_kinds_and_levels(shown: Page, data: Data, day: dt.date) -> None:
    risks = data.risks()
    waiting = [each for each in risks if not each.decided]

    def late(rows: list[Factor]) -> int:
        return sum(each.decide_by < day and FACTORS[each.factor][1] != "Неуправл." for each in rows)

    heads = shown.heading("say.kinds_table(")
    rows = shown.rows("say.kinds_table(")
    assert {row[0] for row in rows} == {FACTORS[each.factor][0] for each in risks}
    for row in rows:
        own = [each for each in risks if FACTORS[each.factor][0] == row[0]]
        open_ = [each for each in own if each in waiting]
        by = Counter(FACTORS[each.factor][1] for each in own)
        wanted = [by[head] for head in heads[1:4]]
        assert [int(cell) for cell in row[1:]] == [*wanted, len(own), len(open_), late(open_)]
    managed = sum(FACTORS[each.factor][1] == "Управл." for each in risks)
    rest = len(risks) - managed
    share = f"{100 * rest / len(risks):.1f}".replace(".", ",")
    text = shown.text("say.kinds_text(")
    assert f"{managed} из {len(risks)}" in text and f"({share} %)" in text
    for name, n, has, open_n, overdue, schools, next_ in shown.rows("say.levels_table("):
        own = [each for each in risks if DECIDES[FACTORS[each.factor][1]] == name]
        open_ = [each for each in own if each in waiting]
        assert [int(x) for x in (n, has, open_n, overdue, schools)] == [
            len(own), len(own) - len(open_), len(open_), late(open_), len({e.school for e in open_}),
        ]  # fmt: skip
        ahead = [each.decide_by for each in open_ if each.decide_by >= day]
        assert next_ == (f"{min(ahead):%d.%m.%Y}" if ahead else "—")


def test_late_measures(shown: Page, data: Data, day: dt.date) -> None:
    risks = {(each.school, each.factor) for each in data.risks()}
    wanted = {
        (row["Номер меры"], data.schools[row["Код школы"]], (day - row["Срок"].date()).days)
        for row in data.measures
        if row["Состояние"] in ("запланировано", "выполняется")
        and row["Срок"].date() < day
        and (row["Код школы"], row["Фактор риска"]) in risks
    }
    rows = shown.rows("say.late_measures_table(")
    assert {(row[1], row[0], int(row[5])) for row in rows} == wanted and len(rows) == len(
        wanted
    ) > 0


def test_changes_since_last_year(shown: Page, data: Data) -> None:
    rank = {level: place for place, level in enumerate(reversed(LEVELS))}
    sides = [
        {(e.school, e.factor): e.level for e in data.factors[y] if e.state not in DEAD}
        for y in (YEAR - 1, YEAR)
    ]
    both = {e.school for e in data.factors[YEAR - 1]} & {e.school for e in data.now()}
    counts: Counter[str] = Counter()
    for key in set(sides[0]) | set(sides[1]):
        if key[0] not in both:
            continue
        before, now = sides[0].get(key), sides[1].get(key)
        if before is None or now is None:
            counts["new" if before is None else "closed"] += 1
        else:
            step = rank[now] - rank[before]
            counts["rose" if step > 0 else "fell" if step < 0 else "same"] += 1
    text = shown.text("say.changes_text(")
    assert text.startswith(f"У {len(both)} школ")
    for words, key in (
        ("новых факторов", "new"), ("ставших значимее", "rose"), ("ставших менее значимыми", "fell"),
        ("отклонённых, снятых или ушедших из профиля", "closed"), ("без изменений", "same"),
    ):  # fmt: skip
        assert re.search(rf"{words} — {counts[key]}[,.]", text), (words, counts[key])


def test_table_of_the_factors(shown: Page) -> None:
    words = {
        "Материально-технические": "материально-технический",
        "Кадровые": "кадровый",
        "Образовательной неуспешности": "образовательной неуспешности",
        "Социальные": "социальный",
    }
    manage = {
        "Управл.": "управляемый", "Слабоуправл.": "слабоуправляемый", "Неуправл.": "неуправляемый",
    }  # fmt: skip
    rows = shown.rows("say.rules_table(")
    assert [row[0] for row in rows] == list(FACTORS)
    for factor, kind, levels, cycle in rows:
        own, way, again = FACTORS[factor]
        assert kind == f"{words[own]}, {manage[way]}"
        assert levels.split(", ")[0].lower() == DECIDES[way].lower()
        assert (cycle == "—") == (again is None)

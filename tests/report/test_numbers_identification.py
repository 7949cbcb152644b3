"""Monitoring 1 of the demonstration, recomputed from the workbooks by plain loops.

The rule of Tbilissky (S2 «Показатели»), its other readings, the sums behind every share: all of it
is computed here anew from rows read with openpyxl and compared with what the executed notebook of
2025/26 shows. What a model or a simulation gives (corrected shares, probabilities, intervals of
places) is recomputed in tests/methods and tests/stats.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.report.executed import Page, close, page
from tests.report.workbook_rows import PROCEDURES, Row, Sum, pooled, register, results, yearly

YEAR = 2026
LIMIT = {"ВПР": 0.20, "ОГЭ": 0.30, "ЕГЭ": 0.30}
SOCIAL = {"Из неполных семей": 0.30, "В неблагоустроенном жилье": 0.20}
LISTED = ("ШНОР", "ШССУ", "оба")
LEFT = ("зона риска", "нет признаков")
STATUSES = ("ШНОР", "ШССУ", "зона риска", "недостаточно данных", "нет признаков")


@dataclass(frozen=True)
class Reading:
    """One set of answers to what the document leaves open."""

    combine: str = "and"
    by_grade: bool = False
    same_subject: bool = True
    consecutive: bool = True
    subjects: int = 1
    participants: int = 10
    criteria: int = 1


@dataclass(frozen=True)
class Data:
    """The workbooks as rows."""

    schools: dict[str, str]
    results: list[Row]
    passports: dict[tuple[str, int], Row]
    points: dict[tuple[str, int], float]

    def units(self, reading: Reading) -> dict[tuple, Sum]:
        by = ("school", "procedure", "year", "subject", *(["grade"] if reading.by_grade else []))
        return pooled(self.results, *by)


def read(raw: Path) -> Data:
    """Rows of the workbooks in a folder ``data/raw``."""
    rating: dict[tuple[str, int], tuple[float, float]] = {}
    for year, rows in yearly(raw, "Показатели рейтинга").items():
        for row in rows:
            got, most = rating.get((row["Код школы"], year), (0.0, 0.0))
            got, most = got + row["Набрано баллов"], most + row["Максимум баллов"]
            rating[(row["Код школы"], year)] = got, most
    return Data(
        {row["Код школы"]: row["Краткое наименование"] for row in register(raw)},
        results(raw),
        {
            (row["Код школы"], year): row
            for year, rows in yearly(raw, "Социальный паспорт").items()
            for row in rows
        },
        {key: got / most for key, (got, most) in rating.items()},
    )


@pytest.fixture(scope="module")
def data(built_demo: Path) -> Data:
    return read(built_demo / "data/raw")


@pytest.fixture(scope="module")
def shown(built_demo: Path) -> Page:
    return page(built_demo / f".shnor/executed/{YEAR}/01_identification.ipynb")


def flagged(unit: Sum, procedure: str, combine: str) -> bool:
    low = unit.low >= LIMIT[procedure] * unit.n - 1e-12
    no_high = unit.high == 0  # None: nobody can have a high result, so nothing is missing
    return {
        "and": low and no_high,
        "or": low or no_high,
        "low_only": low,
        "no_high_only": no_high,
    }[combine]


def by_results(
    data: Data, units: dict, school: str, procedure: str, year: int, reading: Reading
) -> tuple[str, list[tuple]]:
    """Outcome of a results criterion and the units that meet it."""
    window = [year - 1, year] if reading.consecutive else [year - 2, year - 1, year]
    own: dict[tuple, dict[int, Sum]] = {}
    for key, unit in units.items():
        # Without high results the whole condition cannot be asked.
        asked = unit.high is not None or reading.combine == "low_only"
        if key[:2] == (school, procedure) and key[2] in window and asked:
            own.setdefault(key[3:], {})[key[2]] = unit
    if not reading.same_subject:
        hit = [
            y
            for y in window
            if any(
                y in of
                and of[y].n >= reading.participants
                and flagged(of[y], procedure, reading.combine)
                for of in own.values()
            )
        ]
        return ("met" if len(hit) >= 2 else "not_met"), []
    met, judged, few = [], 0, 0
    for subject, of in own.items():
        enough = [y for y in window if y in of and of[y].n >= reading.participants]
        hit = [y for y in enough if flagged(of[y], procedure, reading.combine)]
        if len(hit) >= 2:
            met.append(subject)
        if len(enough) >= 2:
            judged += 1
        elif len(of) >= 2:
            few += 1
    if len(met) >= reading.subjects:
        return "met", met
    return ("not_met" if judged else "few" if few else "no_data"), met


def rated(data: Data, school: str, year: int) -> str:
    values = [data.points.get((school, y)) for y in (year - 1, year)]
    if None in values:
        return "no_data"
    return "met" if all(value < 0.5 for value in values) else "not_met"


def social(data: Data, school: str, year: int) -> dict[str, str]:
    passport = data.passports.get((school, year))
    if passport is None:
        return dict.fromkeys([*SOCIAL, "Правонарушений за год"], "no_data")
    found = {
        name: "met" if passport[name] / passport["Всего обучающихся"] > limit else "not_met"
        for name, limit in SOCIAL.items()
    }
    found["Правонарушений за год"] = "met" if passport["Правонарушений за год"] > 0 else "not_met"
    return found


def status(data: Data, units: dict, school: str, year: int, reading: Reading) -> str:
    outcomes = [by_results(data, units, school, p, year, reading)[0] for p in PROCEDURES]
    outcomes.append(rated(data, school, year))
    hard = social(data, school, year)
    low = outcomes.count("met") >= reading.criteria
    difficult = list(hard.values()).count("met") >= reading.criteria
    if low or difficult:
        return "оба" if low and difficult else "ШНОР" if low else "ШССУ"
    if zone(data, units, school, year, reading):
        return "зона риска"
    return "нет признаков" if {"met", "not_met"} & set(outcomes) else "недостаточно данных"


def zone(data: Data, units: dict, school: str, year: int, reading: Reading) -> set[str]:
    """Criteria that are beyond their threshold in the last year alone."""
    found = {
        key[1]
        for key, unit in units.items()
        if key[0] == school
        and key[2] == year
        and unit.n >= reading.participants
        and unit.high is not None
        and flagged(unit, key[1], reading.combine)
    }
    if data.points.get((school, year), 1.0) < 0.5:
        found.add("рейтинг")
    return found


@pytest.fixture(scope="module")
def statuses(data: Data) -> dict[int, dict[str, str]]:
    units = data.units(Reading())
    return {
        year: {school: status(data, units, school, year, Reading()) for school in data.schools}
        for year in range(2023, YEAR + 1)
    }


def named(data: Data, statuses: dict[str, str], *wanted: str) -> set[str]:
    return {data.schools[school] for school, each in statuses.items() if each in wanted}


def test_statuses_of_all_years(shown: Page, statuses: dict[int, dict[str, str]]) -> None:
    assert tuple(shown.heading("status_counts(")[1:]) == STATUSES
    rows = {row[0]: row[1:] for row in shown.rows("status_counts(")}
    for year, own in statuses.items():
        counts = Counter(own.values())
        cells = rows[f"{year - 1}/{year % 100}"]
        for name, cell in zip(STATUSES, cells, strict=True):
            part, whole, share = re.fullmatch(r"(\d+) из (\d+) \((.*) %\)", cell).groups()
            assert (int(part), int(whole)) == (counts[name], len(own)), (year, name)
            assert close(share, 100 * counts[name] / len(own))


def test_main_points(shown: Page, data: Data, statuses: dict[int, dict[str, str]]) -> None:
    text = shown.text("say.main_points(found")
    now, before = statuses[YEAR], statuses[YEAR - 1]
    on_list = {school for school, each in now.items() if each in LISTED}
    earlier = {school for school, each in before.items() if each in LISTED}
    counts = Counter(now.values())
    share = f"{100 * len(on_list) / len(now):.1f}".replace(".", ",")
    assert text.startswith("**Главное за 2025/26 учебный год**")
    assert f"в списке {len(on_list)} из {len(now)} школ ({share} %)" in text
    assert f"{counts['ШНОР']} ШНОР, {counts['ШССУ']} ШССУ" in text
    assert f"добавились {len(on_list - earlier)} школы" in text
    assert not earlier - on_list and "никто не вышел" in text
    assert f"В зоне риска {counts['зона риска']} школа" in text
    changes = shown.text("say.year_changes(")
    assert f"было {len(earlier)} из 12 школ, стало {len(on_list)} из 12" in changes
    assert f"Вошли {len(on_list - earlier)} школы" in changes
    assert f"остались {len(on_list & earlier)} школы" in changes
    for school in data.schools:
        assert (data.schools[school] in changes) == (school in on_list - earlier)


def test_confidence_adds_up(shown: Page, statuses: dict[int, dict[str, str]]) -> None:
    rows = {row[0]: [int(cell) for cell in row[1:]] for row in shown.rows("say.confidence_table(")}
    counts = Counter(statuses[YEAR].values())
    assert {name: cells[-1] for name, cells in rows.items()} == dict(counts)
    assert all(sum(cells[:-1]) == cells[-1] for cells in rows.values())
    text = shown.text("say.confidence_text(")
    listed = [rows[name] for name in ("ШНОР", "ШССУ") if name in rows]
    assert f"Уверенно можно говорить о {sum(cells[0] for cells in listed)} из них" in text


def test_pooled_shares_side_by_side(shown: Page, data: Data) -> None:
    units = data.units(Reading())
    rows = shown.rows("say.side_by_side(")
    assert {row[0] for row in rows} == named(
        data, {s: status(data, units, s, YEAR, Reading()) for s in data.schools}, "ШНОР", "оба"
    )
    codes = {name: code for code, name in data.schools.items()}
    for name, _, basis, share, *_ in rows:
        procedure, subject = basis.split(", ", 1)
        both = [units[(codes[name], procedure, year, subject)] for year in (YEAR - 1, YEAR)]
        low, n = sum(each.low for each in both), sum(each.n for each in both)
        assert share.endswith(f"({low} из {n})") and close(share, 100 * low / n)


def test_least_sure_shares_and_usual_shares(shown: Page, data: Data) -> None:
    units = data.units(Reading())
    pooled_ = {}
    for school, procedure, year, subject in units:
        both = [units.get((school, procedure, y, subject)) for y in (YEAR - 1, YEAR)]
        if year == YEAR and None not in both and all(unit.n >= 10 for unit in both):
            low, n = sum(u.low for u in both), sum(u.n for u in both)
            pooled_[(school, procedure, subject)] = (low, n)
    numbers = {re.search(r"№ \d+", name).group(): code for code, name in data.schools.items()}
    for label, _, share in shown.rows("say.shrinkage_chart("):
        procedure, subject = label.split(": ")[1].split(", ", 1)
        low, n = pooled_[(numbers[re.search(r"№ \d+", label).group()], procedure, subject)]
        assert share.endswith(f"({low} из {n})")
        assert close(share.removeprefix("по подсчёту "), 100 * low / n)


def test_funnel(shown: Page, data: Data) -> None:
    units = data.units(Reading())
    text = shown.text("say.funnel_view(")
    procedure, subject = re.match(r"(ВПР|ОГЭ|ЕГЭ), ([^,]+), 2025/26", text).groups()
    mine = {key[0]: u for key, u in units.items() if key[1:] == (procedure, YEAR, subject)}
    total = 100 * sum(u.low for u in mine.values()) / sum(u.n for u in mine.values())
    said, schools = re.search(r"у (\d+) школ, общая доля — ([\d,]+) %", text).group(2, 1)
    assert int(schools) == len(mine) and close(said, total)
    met = [
        s for s in mine if (subject,) in by_results(data, units, s, procedure, YEAR, Reading())[1]
    ]
    assert f"Правило по этому предмету выполнено у {len(met)}" in text
    pairs = re.findall(r"([\d,]+) % \((\d+) из (\d+)\)", text)
    assert sorted((int(a), int(b)) for _, a, b in pairs) == sorted(
        (u.low, u.n) for u in mine.values()
    )
    assert all(close(share, 100 * int(a) / int(b)) for share, a, b in pairs)


def test_criteria(shown: Page, data: Data) -> None:
    units = data.units(Reading())
    outcomes: dict[str, list[str]] = {
        procedure: [by_results(data, units, s, procedure, YEAR, Reading())[0] for s in data.schools]
        for procedure in PROCEDURES
    }
    outcomes["Рейтинг"] = [rated(data, school, YEAR) for school in data.schools]
    titles = ("Неполные семьи", "Неблагоустроенные условия", "Правонарушения")
    for title, key in zip(titles, [*SOCIAL, "Правонарушений за год"], strict=True):
        outcomes[title] = [social(data, school, YEAR)[key] for school in data.schools]
    rows = {row[0].split(" — ")[0]: row for row in shown.rows("say.criteria_table(")}
    for title, own in outcomes.items():
        counts = Counter(own)
        wanted = [counts[each] for each in ("met", "not_met", "few", "no_data")]
        assert [int(cell) for cell in rows[title][2:6]] == wanted, title
        assert close(rows[title][6], 100 * wanted[0] / (wanted[0] + wanted[1])), title
    text = shown.text("say.criteria_text(")
    most = max(len([o for o in own if o == "met"]) for own in outcomes.values())
    assert text.startswith("Чаще всего сработали: «ВПР") and f"— {most} школы" in text
    few = {
        school
        for place, school in enumerate(data.schools)
        if any(own[place] == "few" for own in outcomes.values())
    }
    assert f"У {len(few)} школ хотя бы один критерий не проверен" in text


def test_low_share_map(shown: Page, data: Data) -> None:
    units = data.units(Reading())
    subjects = {"рус.": "русский язык", "мат.": "математика"}
    columns = []
    for heading in shown.heading("say.low_share_map(")[1:]:
        procedure, short = heading.split()
        subject = subjects[short]
        if procedure == "ЕГЭ" and short == "мат.":
            subject = "математика (профильная)"
        columns.append((procedure, subject))
    numbers = {re.search(r"№ \d+", name).group(): code for code, name in data.schools.items()}
    rows = shown.rows("say.low_share_map(")
    assert len(rows) == len(data.schools)
    for label, *cells in rows:
        school = numbers[re.search(r"№ \d+", label).group()]
        for (procedure, subject), cell in zip(columns, cells, strict=True):
            unit = units.get((school, procedure, YEAR, subject))
            if unit is None:
                assert cell == "нет данных", (label, procedure, subject)
                continue
            assert cell.endswith(f"({unit.low} из {unit.n})"), (label, cell)
            assert close(cell, 100 * unit.low / unit.n)


CORE = ("русский язык", "математика")
# Procedure, counted, subjects (none: all), direction, weight, ends of the scale.
RATING: tuple[tuple[str, str, tuple[str, ...], int, float, float, float], ...] = (
    ("ВПР", "low", CORE, -1, 3, 0.0, 0.4),
    ("ВПР", "good", CORE, 1, 2, 0.1, 0.7),
    ("ОГЭ", "low", CORE, -1, 3, 0.0, 0.6),
    ("ОГЭ", "good", CORE, 1, 2, 0.1, 0.9),
    ("ЕГЭ", "low", (), -1, 2, 0.0, 0.6),
    ("ЕГЭ", "high", (), 1, 1, 0.0, 0.4),
)
INDEX: tuple[tuple[str, int, float, float, float], ...] = (
    ("Оба родителя с высшим образованием", 1, 3, 0.0, 0.5),
    ("Из неполных семей", -1, 2, 0.05, 0.5),
    ("Из малообеспеченных семей", -1, 2, 0.0, 0.6),
    ("Родители не работают", -1, 2, 0.0, 0.4),
    ("Из многодетных семей", -1, 1, 0.0, 0.6),
    ("В неблагоустроенном жилье", -1, 1, 0.0, 0.5),
    ("Русский язык — неродной", -1, 1, 0.0, 0.5),
    ("На внутришкольном учёте", -1, 1, 0.0, 0.1),
    ("Вакансий", -1, 1, 0.0, 0.2),
    ("Первой и высшей категории", 1, 1, 0.2, 1.0),
)


def on_scale(value: float, direction: int, low: float, high: float) -> float:
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part if direction == 1 else 1 - part


def rating_of(data: Data, school: str) -> float:
    """Share of the maximum over three years together; what a school does not have does not count."""
    got = most = 0.0
    for procedure, counted, subjects, direction, weight, low, high in RATING:
        rows = [
            row
            for row in data.results
            if row["school"] == school
            and row["procedure"] == procedure
            and YEAR - 2 <= row["year"] <= YEAR
            and (not subjects or row["subject"] in subjects)
            and row[counted] is not None
        ]
        n = sum(row["n"] for row in rows)
        if n >= 10:
            share = sum(row[counted] for row in rows) / n
            got += weight * on_scale(share, direction, low, high)
            most += weight
    return 100 * got / most


def index_of(passport: Row, staff: Row) -> float:
    """Mean of the parts by weight, 0…100."""
    total = weights = 0.0
    for name, direction, weight, low, high in INDEX:
        own = staff if name in staff else passport
        whole = own["Учителей"] if name in staff else own["Всего обучающихся"]
        total += weight * on_scale(own[name] / whole, direction, low, high)
        weights += weight
    return 100 * total / weights


def test_rating(shown: Page, data: Data) -> None:
    scores = {data.schools[school]: rating_of(data, school) for school in data.schools}
    ordered = sorted(scores, key=lambda name: -scores[name])
    rows = {row[0]: row for row in shown.rows("say.rating_table(")}
    chart = dict(shown.rows("say.rating_chart("))
    assert set(rows) == set(chart) == set(scores)
    for place, name in enumerate(ordered, start=1):
        _, shown_place, share, _ = rows[name]
        assert close(share, scores[name]), name
        number_, low, high = re.fullmatch(r"(\d+) \(от (\d+) до (\d+)\)", shown_place).groups()
        assert int(number_) == place and int(low) <= place <= int(high), name
        span = f"именно {low}" if low == high else f"от {low} до {high}"
        assert chart[name] == f"место {place} из {len(ordered)} (с вероятностью 95 % {span})"
    below = sum(score < 50 for score in scores.values())
    text = shown.text("say.rating_text(")
    assert f"Меньше половины возможного набрала {below} школа" in text
    assert f"Рассчитан для {len(scores)} школ" in text


def test_index(shown: Page, data: Data, built_demo: Path) -> None:
    staff = {row["Код школы"]: row for row in yearly(built_demo / "data/raw", "Кадры")[YEAR]}
    values = {
        data.schools[school]: index_of(passport, staff[school])
        for (school, year), passport in data.passports.items()
        if year == YEAR
    }
    rows = shown.rows("say.index_table(")
    assert [row[0] for row in rows] == sorted(values, key=lambda name: values[name])
    chart = dict(shown.rows("say.index_chart("))
    scores = {data.schools[school]: rating_of(data, school) for school in data.schools}
    for name, value, _ in rows:
        assert close(value, values[name]), name
        index, result = re.fullmatch(
            r"индекс ([\d,]+), результаты ([\d,]+) %", chart[name]
        ).groups()
        assert close(index, values[name]) and close(result, scores[name]), name
    text = next(said for _, said in shown.cells if "описывает условия" in said)
    assert f"для {len(values)} из {len(data.schools)} школ" in text
    middle = sorted(values.values())[len(values) // 2]
    assert close(re.search(r"Медиана — ([\d,]+)", text).group(1), middle)


VARIANTS: dict[tuple[str, str], Reading] = {
    ("Как читать", "и доля низких, и нет высоких"): Reading(),
    ("Как читать", "доля низких или нет высоких"): Reading(combine="or"),
    ("Как читать", "только доля низких"): Reading(combine="low_only"),
    ("Как читать", "только отсутствие высоких"): Reading(combine="no_high_only"),
    ("Что значит", "предмет, классы вместе"): Reading(),
    ("Что значит", "предмет в каждом классе отдельно"): Reading(by_grade=True),
    ("Должен ли", "тот же предмет"): Reading(),
    ("Должен ли", "предметы могут различаться"): Reading(same_subject=False),
    ("Должны ли", "годы подряд"): Reading(),
    ("Должны ли", "любые два года из трёх последних"): Reading(consecutive=False),
    **{("Сколько предметов", str(k)): Reading(subjects=k) for k in (1, 2, 3)},
    **{("При скольких", str(k)): Reading(participants=k) for k in (1, 5, 10, 15, 20)},
    **{("Сколько показателей", str(k)): Reading(criteria=k) for k in (1, 2)},
}


def test_every_reading_of_the_rules(shown: Page, data: Data) -> None:
    rows = {}
    for row in shown.rows("say.readings_table("):
        start = next(key for key, _ in VARIANTS if row[0].startswith(key))
        rows[(start, row[1])] = row
    assert set(rows) == set(VARIANTS)
    totals = {}
    for key, reading in VARIANTS.items():
        units = data.units(reading)
        own = Counter(status(data, units, school, YEAR, reading) for school in data.schools)
        low, hard = own["ШНОР"] + own["оба"], own["ШССУ"] + own["оба"]
        total = own["ШНОР"] + own["ШССУ"] + own["оба"]
        totals[key] = total
        *_, shown_low, shown_hard, shown_total, share, whole = rows[key]
        assert (int(shown_low), int(shown_hard), int(shown_total)) == (low, hard, total), key
        assert int(whole) == len(data.schools) and close(share, 100 * total / len(data.schools))
        assert (rows[key][2] == "принят") == (reading == replace(Reading()))
    text = shown.text("readings = count_readings(")
    assert f"от {min(totals.values())} до {max(totals.values())}" in text
    assert (
        f"за 2025/26 учебный год {totals['Как читать', 'и доля низких, и нет высоких']} из 12"
        in text
    )
    chart = shown.text("say.readings_chart(")
    for (question, answer), total in totals.items():
        said = re.findall(
            rf"{question}[^?]*\? {re.escape(answer)}(?: \(принято\))? — (\d+) из (\d+)", chart
        )
        assert said == [(str(total), str(len(data.schools)))], (question, answer)


def test_zone_and_insufficient(
    shown: Page, data: Data, statuses: dict[int, dict[str, str]]
) -> None:
    units = data.units(Reading())
    rows = shown.rows("say.risk_zone_table(")
    assert {row[0] for row in rows} == named(data, statuses[YEAR], "зона риска")
    codes = {name: code for code, name in data.schools.items()}
    for name, criteria, _ in rows:
        told = {part.split(" — ")[0].strip() for part in criteria.split(";")}
        assert told == zone(data, units, codes[name], YEAR, Reading())
    missing = {row[0] for row in shown.rows("say.insufficient_table(")}
    assert missing == named(data, statuses[YEAR], "недостаточно данных")


def test_next_steps_name_the_right_schools(
    shown: Page, data: Data, statuses: dict[int, dict[str, str]]
) -> None:
    lines = shown.text("say.next_steps(").splitlines()
    told = {
        key: {
            name for name in data.schools.values() for line in lines if key in line and name in line
        }
        for key in ("Назначить куратора", "Сначала проверить", "Держать под", "Собрать данные")
    }
    now = statuses[YEAR]
    both = told["Назначить куратора"] | told["Сначала проверить"]
    assert both == named(data, now, *LISTED)
    assert not told["Назначить куратора"] & told["Сначала проверить"]
    assert told["Держать под"] == named(data, now, "зона риска")
    assert told["Собрать данные"] == named(data, now, "недостаточно данных")


def test_control_numbers(shown: Page, data: Data, statuses: dict[int, dict[str, str]]) -> None:
    text = shown.text("NBVAL_CHECK_OUTPUT")
    assert f"школ: {len(data.schools)}\n" in text
    assert f"строк результатов: {len(data.results)}\n" in text
    codes = {
        "ШССУ": "difficult", "недостаточно данных": "insufficient", "ШНОР": "low_results",
        "нет признаков": "none", "зона риска": "risk_zone", "оба": "both",
    }  # fmt: skip
    counts = Counter(codes[each] for each in statuses[YEAR].values())
    assert f"по статусам: {dict(sorted(counts.items()))}" in text

"""Sentences, captions and charts of monitoring 1, recomputed from the workbooks.

Statuses, ratings, indices and readings of the rules are those of :mod:`test_numbers_identification`;
words of confidence are recomputed in :mod:`test_numbers_uncertainty`. Here is what the page says of
them outside its tables, and what its charts say.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from tests.report import test_numbers_identification as first
from tests.report.executed import Page, close, percent
from tests.report.workbook_rows import PROCEDURES, yearly

data, shown, statuses = first.data, first.shown, first.statuses  # fixtures

YEAR = 2026
Statuses = dict[int, dict[str, str]]


def classes(grades: set[int]) -> str:
    """«4, 6–8 и 10 классы»: three in a row and more as a span."""
    runs: list[list[int]] = []
    for grade in sorted(grades):
        if runs and grade == runs[-1][-1] + 1:
            runs[-1].append(grade)
        else:
            runs.append([grade])
    said = []
    for run in runs:
        said += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run)
    whole = " и ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    return f"{whole} {'класс' if len(grades) == 1 else 'классы'}"


def test_reasons_word_for_word(shown: Page, data: first.Data, statuses: Statuses) -> None:
    units = data.units(first.Reading())
    items = shown.text("say.reasons_list(").strip().split("\n- ")
    assert len(items) == sum(each in first.LISTED for each in statuses[YEAR].values())
    for school, name in data.schools.items():
        if statuses[YEAR][school] not in first.LISTED:
            continue
        (item,) = [each for each in items if name in each]
        told = 0
        for procedure in PROCEDURES:
            _, subjects = first.by_results(data, units, school, procedure, YEAR, first.Reading())
            for (subject,) in subjects:
                rows = [
                    row for row in data.results
                    if (row["school"], row["procedure"], row["subject"])
                    == (school, procedure, subject) and row["year"] in (YEAR - 1, YEAR)
                ]  # fmt: skip
                both = [units[school, procedure, year, subject] for year in (YEAR - 1, YEAR)]
                shares = [f"{percent(u.low / u.n)} ({u.low} из {u.n})" for u in both]
                assert (
                    f"{procedure}, {subject} ({classes({row['grade'] for row in rows})}): отметку "
                    f"«2» получили {shares[0]} в 2024/25 и {shares[1]} в 2025/26 — порог "
                    f"{100 * first.LIMIT[procedure]:.0f} %; отметок «5» нет." in item
                )
                told += 1
        hard = first.social(data, school, YEAR)
        for title, key in (
            ("Неполные семьи", "Из неполных семей"),
            ("Неблагоустроенные условия", "В неблагоустроенном жилье"),
        ):
            if hard[key] == "met":
                passport = data.passports[school, YEAR]
                part, whole = passport[key], passport["Всего обучающихся"]
                assert (
                    f"{title}: {percent(part / whole)} обучающихся ({part} из {whole}) в 2025/26 — "
                    f"порог более {100 * first.SOCIAL[key]:.0f} %." in item
                )
                told += 1
        if hard["Правонарушений за год"] == "met":
            n = data.passports[school, YEAR]["Правонарушений за год"]
            assert f"Правонарушения: {n} в 2025/26 — порог более 0." in item
            told += 1
        assert item.count("порог") == told, name


def test_list_of_every_year_in_words(shown: Page, statuses: Statuses) -> None:
    line = shown.text("status_counts(found").split("\n")[0]
    told = {
        int(year) + 1: (int(x), int(n))
        for year, x, n in re.findall(r"(\d{4})/\d\d — (\d+) из (\d+)", line)
    }
    assert told == {
        year: (sum(each in first.LISTED for each in own.values()), len(own))
        for year, own in statuses.items()
    }
    n = len(statuses[YEAR])
    assert f"школ в реестре — {n};" in shown.text("say.parameters_line(")
    assert "с вероятностью 95 %" in shown.text("say.rating_chart(")


def test_how_many_are_sure(shown: Page, data: first.Data, statuses: Statuses) -> None:
    """Numbers of schools behind the words of confidence: those of the table beside them."""
    rows = {row[0]: [int(cell) for cell in row[1:]] for row in shown.rows("say.confidence_table(")}
    now = Counter(statuses[YEAR].values())
    listed = sum(now[each] for each in first.LISTED)
    border = sum(rows[each][2] for each in first.LISTED if each in rows)
    text = shown.text("say.confidence_text(")
    assert f"Формально в списке {listed} школы." in text
    assert f"На границе — {border} школа" in text
    # Who that is: test_numbers_uncertainty recomputes it for this sentence.
    doubtful = {name for name in data.schools.values() if name in text.split("На границе")[1]}
    main = shown.text("say.main_points(found").split("На границе находится")[1]
    assert {name for name in data.schools.values() if name in main} == doubtful
    low = now["ШНОР"] + now["оба"]
    text = shown.text("say.chance_text(")
    assert f"Статус ШНОР по правилу — у {low} школ:" in text
    assert f"столько школ из {low} следует ожидать" in text and "меньше 75 %" in text
    control = shown.text("NBVAL_CHECK_OUTPUT")
    assert f"'insufficient': {now['недостаточно данных']}" in control.split("надёжности")[1]


def test_criteria_in_words_and_all_outcomes(
    shown: Page, data: first.Data, statuses: Statuses
) -> None:
    units = data.units(first.Reading())

    def met(year: int) -> Counter[str]:
        found: Counter[str] = Counter()
        for school in data.schools:
            for procedure in PROCEDURES:
                own = first.by_results(data, units, school, procedure, year, first.Reading())
                found[procedure] += own[0] == "met"
            found["Рейтинг"] += first.rated(data, school, year) == "met"
            hard = first.social(data, school, year)
            for title, key in (
                ("Неполные семьи", "Из неполных семей"),
                ("Неблагоустроенные условия", "В неблагоустроенном жилье"),
                ("Правонарушения", "Правонарушений за год"),
            ):
                found[title] += hard[key] == "met"
        return found

    now = met(YEAR)
    told = re.findall(r"«([А-Яа-яЁё ]+) — [^»]*» — (\d+) школ", shown.text("say.criteria_text("))
    assert len(told) == 3 and all(now[title] == int(n) for title, n in told)
    assert [int(n) for _, n in told] == sorted(now.values(), reverse=True)[:3]
    total = sum(met(year).total() for year in statuses)
    assert f"выполнено критериев: {total}" in shown.text("NBVAL_CHECK_OUTPUT")
    # Thresholds as S2 has them, wherever a criterion is named.
    wanted = {
        "ВПР": "доля отметок «2» 20 % и более и нет отметок «5», 2 года",
        "ОГЭ": "доля отметок «2» 30 % и более и нет отметок «5», 2 года",
        "ЕГЭ": "доля не преодолевших порог 30 % и более и нет 81 балла и выше, 2 года",
        "Рейтинг": "менее 50 % от максимально возможного, 2 года",
        "Неполные семьи": "более 30 % обучающихся",
        "Неблагоустроенные условия": "более 20 % обучающихся",
        "Правонарушения": "хотя бы одно за год",
    }
    rows = dict(row[0].split(" — ") for row in shown.rows("say.criteria_table(") if " — " in row[0])
    assert rows == wanted
    inner = {title: words.replace("«", "„").replace("»", "“") for title, words in wanted.items()}
    for title, _ in told:
        assert f"«{title} — {inner[title]}»" in shown.text("say.criteria_text(")
    for _, criteria, _ in shown.rows("say.risk_zone_table("):
        for part in criteria.split("; "):
            title, words = part.split(" — ")
            assert words == wanted[title]
    # Criteria without a threshold are never met and never not met.
    for row in shown.rows("say.criteria_table("):
        if row[0] not in [f"{title} — {words}" for title, words in wanted.items()]:
            assert row[1:5] == ["—", "—", "—", "0"] and row[6] == "—"
            missing = sum((school, YEAR) not in data.passports for school in data.schools)
            assert int(row[5]) == missing


def test_map_in_words(shown: Page, data: first.Data) -> None:
    units = data.units(first.Reading())
    own = {key: unit for key, unit in units.items() if key[2] == YEAR}
    kinds = {(procedure, subject) for _, procedure, _, subject in own}
    text = shown.text("say.low_share_map(")
    columns = len(shown.heading("say.low_share_map(")) - 1
    rows = len(shown.rows("say.low_share_map("))
    assert f"{rows} строк, {columns} столбцов. Наибольшее значение" in text
    assert text.count(f"Столбцов {columns} из {len(kinds)}:") == 2
    shares = [
        float(cell.split(" %")[0].replace(",", "."))
        for row in shown.rows("say.low_share_map(")
        for cell in row[1:]
        if "%" in cell
    ]
    most, school = re.search(r"Наибольшее значение ([\d,]+) %: (.+?), ", text).groups()
    assert close(most, max(shares))
    (row,) = [row for row in shown.rows("say.low_share_map(") if row[0] == school]
    assert any(cell.startswith(f"{most} %") for cell in row[1:])


def test_least_sure_shares_in_words(shown: Page) -> None:
    """The sentence repeats the chart, whose shares are recomputed elsewhere."""
    text = shown.text("say.shrinkage_chart(").split("\n")[0]
    rows = shown.rows("say.shrinkage_chart(")
    for label, corrected, counted in rows:
        assert f"{label} — {counted}, {corrected.split(' (')[0]}" in text
    assert text.count("— по подсчёту") == len(rows)


def test_funnel_by_size(shown: Page) -> None:
    """Schools stand by the number of participants, all of them on one line each."""
    sizes = [
        int(re.search(r"\(\d+ из (\d+)\)", " ".join(row)).group(1))
        for row in shown.rows("say.funnel_view(")
    ]
    assert sizes == sorted(sizes)
    for row in shown.rows("say.funnel_view("):
        if row[0].isdigit():
            assert int(row[0]) == sizes[shown.rows("say.funnel_view(").index(row)]
    text = shown.text("say.funnel_view(")
    assert text.count("доля «2»") == len(sizes) + 1


def test_rating_and_index_in_words(shown: Page, data: first.Data, built_demo: Path) -> None:
    n = len(data.schools)
    assert re.search(rf"Типичный интервал места — \d+ мест\S* из {n}:", shown.text("rating_text("))
    assert f"интервалами: {n} школ;" in shown.text("say.rating_chart(")
    staff = {row["Код школы"]: row for row in yearly(built_demo / "data/raw", "Кадры")[YEAR]}
    values = [
        first.index_of(passport, staff[school])
        for (school, year), passport in data.passports.items()
        if year == YEAR
    ]
    text = shown.text("say.index_text(")
    assert "от 0 до 100, **чем больше, тем благополучнее**" in text
    quarter = re.search(r"нижняя четверть — до ([\d,]+)", text).group(1)
    assert close(quarter, float(np.quantile(values, 0.25)))
    assert f"результаты: {len(values)} школ." in shown.text("say.index_chart(")


def test_readings_in_words(shown: Page, data: first.Data) -> None:
    """The question that moves the list most, and the chart's cells, are those of the table."""
    totals = {(row[0], row[1]): int(row[5]) for row in shown.rows("say.readings_table(")}
    chosen = {
        row[0]: int(row[5]) for row in shown.rows("say.readings_table(") if row[2] == "принят"
    }
    (base,) = set(chosen.values())
    question, answer, total, n = re.search(
        r"меняет вопрос «(.+?\?)»: при ответе «(.+?)» — (\d+) из (\d+)",
        shown.text("say.readings_text(").replace("„", "«").replace("“", "»"),
    ).groups()
    found = {(key[0].replace("„", "«").replace("“", "»"), key[1]): x for key, x in totals.items()}
    assert found[question, answer] == int(total) and int(n) == len(data.schools)
    assert abs(int(total) - base) == max(abs(x - base) for x in totals.values())
    seen = set()
    heads = shown.heading("say.readings_chart(")
    assert heads[1:] == ["принято в правилах", "иначе"]
    for answer, *cells in shown.rows("say.readings_chart("):
        for place, cell in enumerate(cells):
            for said in cell.split("; ") if cell != "—" else []:
                asked, x, n = re.fullmatch(r"(.+\?), в списке (\d+) из (\d+)", said).groups()
                assert totals[asked, answer] == int(x) and int(n) == len(data.schools)
                is_chosen = [
                    row[2] == "принят"
                    for row in shown.rows("say.readings_table(")
                    if row[:2] == [asked, answer]
                ]
                assert is_chosen == [place == 0]
                seen.add((asked, answer))
    assert seen == set(totals)

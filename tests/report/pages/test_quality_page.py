"""The page of data quality, part by part."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pandas as pd
import pytest

from shnor_lib.faults import Fault, Severity
from shnor_lib.methods.objectivity import SIGN_DTYPES, SIGNS
from shnor_lib.project import Calendar, Deadline, NotHeldEntry
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.quality import quality_page
from shnor_lib.report.pages.quality.coverage import Coverage, coverage_blocks, gradient
from shnor_lib.report.pages.quality.deadlines import deadline_blocks, dues
from shnor_lib.report.pages.quality.faults import FAULTS_SHOWN, fault_blocks
from shnor_lib.report.pages.quality.objectivity import objectivity_blocks
from shnor_lib.report.pages.quality.questions import QUESTIONS_SHOWN, question_blocks
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result, table

CALENDAR = Calendar(not_held=[NotHeldEntry(procedure="oge", year=2023, note="ОГЭ отменён")])
YEARS = (2022, 2023, 2024)


def school(code: str, **more):
    return {
        "school_id": code, "name": f"Школа {code}", "municipality": "Приозёрный район",
        "last_grade": 11, **more,
    }  # fmt: skip


def held(code: str, year: int, procedure: str = "vpr", grade: int = 5):
    return result(code, year, 20, 2, 2, procedure=procedure, grade=grade)


def small() -> Dataset:
    """What everybody gave, save for what the names of the schools say."""
    schools = [
        school("все"), school("пробел"), school("ООШ", last_grade=9),
        school("закрыта", closed=2022), school("новая", opened=2023),
        school("ушла", closed=2023, merged_into="все", history="moves"),
        school("вечерняя", kind="вечерняя"), school("неизвестно", last_grade=None),
    ]  # fmt: skip
    rows = []
    for year in YEARS:
        rows += [held("все", year), held("все", year, "ege", 11)]
        if year != 2023:
            rows += [held("все", year, "oge", 9), held("ООШ", year, "oge", 9)]
        rows.append(held("ООШ", year))
    rows += [held("пробел", 2022), held("пробел", 2024), held("закрыта", 2022), held("новая", 2024)]
    social = [{"school_id": code, "year": 2024, "total": 90} for code in ("все", "ООШ")]
    return dataset(rows, schools=schools, social=social)


@pytest.fixture(scope="module")
def known() -> Coverage:
    return Coverage(small(), CALENDAR)


def test_items_are_what_anybody_gave(known: Coverage) -> None:
    assert [item.code for item in known.items] == ["vpr", "oge", "ege", "social_passport"]


@pytest.mark.parametrize(
    ("code", "item", "states"),
    [
        ("все", "vpr", "fff"), ("все", "oge", "fhf"), ("все", "ege", "fff"),
        # Nobody gave a passport in the first two years.
        ("все", "social_passport", "aaf"),
        ("пробел", "vpr", "fmf"), ("пробел", "oge", "mhm"), ("пробел", "social_passport", "aam"),
        ("ООШ", "ege", "aaa"), ("ООШ", "oge", "fhf"),
        ("закрыта", "vpr", "foo"), ("новая", "vpr", "oof"), ("новая", "oge", "oom"),
        # Its results stand under the school it was merged into.
        ("ушла", "vpr", "ooo"),
        # The rules do not ask an evening school for ВПР, the forms do.
        ("вечерняя", "vpr", "aaa"), ("вечерняя", "social_passport", "aam"),
        # Without a last grade nobody knows whether it has graduates.
        ("неизвестно", "ege", "aaa"), ("неизвестно", "vpr", "mmm"),
    ],
)  # fmt: skip
def test_states(known: Coverage, code: str, item: str, states: str) -> None:
    assert known.states[code, item] == states


def test_missing_schools(known: Coverage) -> None:
    assert set(known.missing("vpr", 2023)) == {"пробел", "неизвестно"}
    assert known.missing("oge", 2023) == []
    assert known.missing("vpr", 1999) == []
    assert known.missing("vpr", 2023, ["все", "пробел"]) == ["пробел"]


def visible(blocks: list[str]) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", "\n".join(blocks), flags=re.S)
    return re.sub(r"<[^>]*>", " ", text)


def test_gaps_are_said_in_numbers_and_years(known: Coverage) -> None:
    html = "\n".join(coverage_blocks(known))
    row = re.search(r'<tr><th scope="row">Школа пробел</th>.*?</tr>', html)
    assert row is not None
    # ВПР 2023, ОГЭ 2022 and 2024, ЕГЭ in three years, the passport of 2024.
    assert '<td class="num">7</td>' in row[0]
    assert 'title="нет: 2022/23">2 из 3</i>' in row[0]
    assert 'title="нет: 2021/22, 2023/24">0 из 2</i>' in row[0]
    full = re.search(r'<tr><th scope="row">Школа все</th>.*?</tr>', html)
    assert full is not None and "title=" not in full[0] and ">3</i>" in full[0]
    for words in ("данных нет", "процедура не проводилась", "школа не работала"):
        assert words in html
    # One municipality needs no table of its own.
    assert "Сколько школ района" not in html and "Муниципалитет" not in html


def test_municipalities_are_summed_up() -> None:
    schools = [school("А"), school("Б"), school("В", municipality="Заречный округ")]
    rows = [held("А", 2023), held("Б", 2023), held("А", 2024), held("В", 2024)]
    html = "\n".join(coverage_blocks(Coverage(dataset(rows, schools=schools), CALENDAR)))
    one = re.search(r'<tr><th scope="row">Приозёрный район</th>.*?</tr>', html)
    other = re.search(r'<tr><th scope="row">Заречный округ</th>.*?</tr>', html)
    assert one is not None and other is not None
    assert ">1 из 2</i>" in one[0] and ">1 из 1</i>" in other[0]
    name = re.search(r"<i class=(s\d+)>1 из 2", one[0])
    assert name is not None
    assert f".shnor-coverage .{name[1]}{{background-image:{gradient('fp')}}}" in html


def test_a_strip_has_a_piece_for_every_year() -> None:
    found = gradient("fmho")
    assert re.findall(r"(var\([^)]+\)|#0000) (\d+)%", found) == [
        ("var(--cov-given)", "0"), ("var(--cov-missing)", "25"),
        ("var(--cov-not-held)", "50"), ("#0000", "75"),
    ]  # fmt: skip


def test_a_region_without_results_says_so() -> None:
    data = dataset(schools=[school("А")], social=[{"school_id": "А", "year": 2024, "total": 9}])
    assert coverage_blocks(Coverage(data, CALENDAR)) == ["Результатов оценочных процедур нет."]


# --- deadlines ----------------------------------------------------------------------------------


def due(table: str, year: int, day: str, procedure: str | None = None) -> Deadline:
    return Deadline(table=table, year=year, date=dt.date.fromisoformat(day), procedure=procedure)


def test_who_has_not_handed_in(known: Coverage) -> None:
    found = dues(
        known.dataset,
        known,
        [
            due("results", 2024, "2024-06-10", "ege"),
            due("social_passport", 2024, "2023-10-01"),
            due("results", 2022, "2024-06-10"),
        ],
    )
    assert [one.deadline.date.isoformat() for one in found] == [
        "2023-10-01", "2024-06-10", "2024-06-10",
    ]  # fmt: skip
    passports, earlier, exams = found
    # A closed school owes nothing.
    assert set(passports.missing) == {"пробел", "новая", "вечерняя", "неизвестно"}
    assert len(passports.expected) == 6 and passports.title == "Социальный паспорт"
    # The school was not open in 2021/22 yet.
    assert "новая" not in earlier.expected and "закрыта" in earlier.expected
    # A nine-year school has no ЕГЭ.
    assert "ООШ" not in exams.expected and exams.title == "Результаты: ЕГЭ"


def test_deadlines_on_the_page(known: Coverage) -> None:
    names = {code: f"Школа {code}" for code in known.schools["school_id"]}
    blocks = deadline_blocks(
        known.dataset,
        known,
        [due("social_passport", 2024, "2023-10-01"), due("staff", 2024, "2023-10-15")],
        names,
    )
    html, text = "\n".join(blocks), visible(blocks)
    # The mark for the script stands only where somebody owes something.
    assert '<time datetime="2023-10-01" data-shnor-deadline>01.10.2023</time>' in html
    assert "Не сдала ещё ни одна школа: «Кадры», 2023/24" in text.replace("\\", "")
    rows = re.findall(r'<tr><th scope="row">(Школа \w+)</th>', html)
    assert rows == ["Школа вечерняя", "Школа неизвестно", "Школа новая", "Школа пробел"]
    assert "Социальный паспорт, 2023/24 — 01.10.2023" in text


def test_all_handed_in_is_said_and_never_late() -> None:
    data = dataset(
        [held("А", 2024)],
        schools=[school("А")],
        social=[{"school_id": "А", "year": 2024, "total": 9}],
    )
    blocks = deadline_blocks(
        data, Coverage(data, CALENDAR), [due("social_passport", 2024, "2023-10-01")], {}
    )
    assert "data-shnor-deadline" not in "\n".join(blocks)
    assert blocks[-1] == "Все формы со сроком сдачи есть у всех школ."


def test_without_deadlines_it_is_said_where_they_are_set(known: Coverage) -> None:
    (said,) = deadline_blocks(known.dataset, known, [], {})
    assert "`shnor.yml`" in said and "`deadlines:" in said


# --- faults and questions -----------------------------------------------------------------------


def test_faults_by_kind_and_by_file_and_cross_checks_apart() -> None:
    faults = [
        Fault("a.xlsx", "Лист1", "A1", "missing-column", "нет столбца.", severity=Severity.ERROR),
        Fault("b.xlsx", "Лист1", "B7", "not-held", "не держали.", severity=Severity.QUESTION),
        Fault("b.xlsx", "Лист1", "G7", "mass-absence", "многих не было.", "не больше 30 %.",
              "Выясните причину.", Severity.QUESTION),
    ]  # fmt: skip
    html = "\n".join(fault_blocks(faults))
    assert html.count('class="shnor-chart"') == 2
    assert "Число замечаний по видам: Процедура, предмет или класс — 1" in html
    assert "Таблицы не согласуются — 1" in html
    assert "нет столбца." in html and "не держали." in html
    assert "многих не было." not in html
    questions = "\n".join(question_blocks(faults))
    assert "Массовое отсутствие" in questions and "многих не было." in questions
    assert "b.xlsx, лист «Лист1», ячейка G7" in questions
    assert "Ожидалось: не больше 30 %. Выясните причину." in questions
    assert "нет столбца" not in questions


def test_one_kind_in_one_file_needs_no_chart() -> None:
    html = "\n".join(fault_blocks([Fault("a.xlsx", code="no-data", message="пусто.")]))
    assert "shnor-chart" not in html and "Замечания по файлам" in html


def test_no_questions_are_said() -> None:
    assert question_blocks([])[0].endswith("Вопросов не возникло.")


def test_long_lists_are_cut_and_say_where_the_rest_is() -> None:
    many = [
        Fault("a.xlsx", "Лист", f"A{i}", "mass-absence", f"вопрос {i}.", severity=Severity.QUESTION)
        for i in range(250)
    ]
    assert "faults.xlsx" in question_blocks(many)[-1]
    assert f"показаны первые {QUESTIONS_SHOWN} из" in "\n".join(question_blocks(many))
    other = [dataclasses.replace(fault, code="not-held") for fault in many]
    assert f"показаны первые {FAULTS_SHOWN} из" in "\n".join(fault_blocks(other))
    assert "faults.xlsx" in fault_blocks(other)[-1]


# --- objectivity --------------------------------------------------------------------------------


def sign(code: str, name: str, year: int = 2024, **more):
    return {
        "school_id": code, "year": year, "season": "spring", "procedure": "vpr", "grade": 5,
        "subject": "математика", "sign": name, "value": 0.7, "low": 0.65, "high": 0.75,
        "bound_low": 0.2, "bound_high": 0.5, "n": 24, "n_before": 25, "score": 7, "marked": True,
        **more,
    }  # fmt: skip


def signs(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows).reindex(columns=list(SIGN_DTYPES)).astype(SIGN_DTYPES)


NAMES = {"А": "Школа А", "Б": "Школа Б"}


def test_signs_are_questions_with_their_numbers() -> None:
    found = signs(
        sign("А", "inflated"), sign("А", "inflated", 2023), sign("А", "mismatch", value=-0.21),
        sign("А", "fall", value=2.25), sign("А", "rise", value=0.1),
        sign("А", "spike", value=0.5, bound_high=0.125),
        sign("Б", "inflated", marked=False), sign("Б", "inflated", 2023),
    )  # fmt: skip
    blocks = objectivity_blocks(found, NAMES, dict.fromkeys(NAMES, "Приозёрный район"),
                                {"А": "schools/a.qmd"})  # fmt: skip
    html = "\n".join(blocks)
    text = visible(blocks).replace("\u202f", " ").replace("\u00a0", " ")
    assert "вопросы к проверке, а не вывод" in text and "На статусы ШНОР и ШССУ" in text
    for words in (
        "70,0 % (от 65,0 до 75,0 %; все школы — до 50,0 %), участников 24",
        "корреляция −0,21, пар 24",
        "K = 2,25 при границах от 0,20 до 0,50, участников 24, годом раньше 25",
        "ровно 7 баллов набрали 12 из 24, ожидалось около 3",
        "50,0 % (1 из 2)", "Проверьте: Перепроверьте несколько работ",
    ):  # fmt: skip
        assert words in text, words
    assert '<a href="schools/a.qmd">Школа А</a>' in html
    # Only schools with a question in the latest year are listed, with the years before.
    listed = html.split("Школы, о которых есть вопросы за 2023/24")[-1].split("</table>")[0]
    assert "Школа Б" not in listed and "2022/23" in listed
    assert "Муниципалитет" not in listed


def test_nobody_marked_and_nothing_known() -> None:
    html = "\n".join(objectivity_blocks(signs(sign("А", "rise", marked=False)), NAMES, {}, {}))
    assert "Ни одна школа ни одним признаком не отмечена." in html
    assert "0,0\u202f% (0\u00a0из\u00a01)" in html
    for nothing in (None, signs()):
        (said,) = objectivity_blocks(nothing, NAMES, {}, {})
        assert "распределения первичных баллов" in said


# --- the whole page -----------------------------------------------------------------------------


def test_the_page_of_a_large_region_stays_light(analysis: Analysis) -> None:
    """640 schools × 34 municipalities × 5 years, many gaps, many questions."""
    codes = [f"ШК-{i:03d}" for i in range(640)]
    schools = [
        school(
            code,
            name=f"МБОУ «СОШ № {i} с. Нижнеозёрное»",
            municipality=f"Приозёрный {i % 34} район",
        )
        for i, code in enumerate(codes)
    ]
    rows = [
        held(code, year, procedure, grade)
        for i, code in enumerate(codes)
        for year in range(2020, 2025)
        for procedure, grade in (("vpr", 5), ("oge", 9), ("ege", 11))
        if (i * 7 + year) % 11
    ]  # fmt: skip
    social = [
        {"school_id": code, "year": year, "total": 90}
        for i, code in enumerate(codes) for year in range(2020, 2025) if (i + year) % 9
    ]  # fmt: skip
    data = dataset(rows, schools=schools, social=social, staff=[
        {"school_id": row["school_id"], "year": row["year"], "teachers": 9} for row in social
    ])  # fmt: skip
    data.tables["rating_points"] = table(
        "rating_points",
        [
            {"school_id": c, "year": 2024, "indicator": "x", "points": 1, "points_max": 2}
            for c in codes
        ],
    )
    message = "«МБОУ „СОШ № 1 с. Нижнеозёрное“» (ШК-001), 2023/2024: " + "слово и число " * 12
    data.faults = [
        Fault(f"2024/Файл {i % 20}.xlsx", "Лист", f"G{i}", code, message, "число.", "Проверьте " * 9,
              Severity.QUESTION)
        for i in range(400) for code in ("mass-absence", "not-held")
    ]  # fmt: skip
    marked = signs(*(
        sign(code, name, year)
        for i, code in enumerate(codes) if i % 2 for name in SIGNS[: 1 + i % 3]
        for year in (2023, 2024)
    ))  # fmt: skip
    whole = dataclasses.replace(
        analysis, dataset=data, objectivity=marked, calendar=CALENDAR,
        deadlines=(due("social_passport", 2024, "2023-10-01"),),
    )  # fmt: skip
    links = {code: f"schools/{code.lower()}.qmd" for code in codes}
    page = quality_page(whole, links)
    parts = {
        p[:40].decode(errors="ignore").split("\n")[0]: len(p) for p in re.split(rb"\n(?=## )", page)
    }
    assert len(page) < 600_000, parts
    assert page == quality_page(whole, links)

"""A person who cannot program types the data of a small district into the templates.

First without a mistake; then each of the mistakes people make, alone and all together. For each
the test holds the very words the person reads: what is wrong, where, and what to do.
"""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from shnor_lib.cli import app
from shnor_lib.faults import Fault, Severity
from shnor_lib.pipeline import check, last_faults
from shnor_lib.project import open_project
from shnor_lib.scaffold import new_project
from shnor_lib.sources.assemble import assemble, read_folder
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.read import read_file
from shnor_lib.sources.templates import write_templates

from .books import CALENDAR

YEAR = 2026
REGISTER = [
    ("ШК-01", "МБОУ «СОШ № 1 с. Светлое»", "Приозёрный район"),
    ("ШК-02", "МБОУ «СОШ № 2 с. Дальнее»", "Приозёрный район"),
    ("ШК-03", "МБОУ «ООШ д. Заречная»", "Приозёрный район"),
]
SECRET = "Образцова Аврора Примеровна"

Typed = dict[str, list[dict[str, Any]]]
"""Sheet → rows, each heading → value."""

DATA: dict[str, Typed] = {
    "Результаты 2025-2026.xlsx": {
        "Результаты": [
            {
                "Код школы": code, "Учебный год": "2025/2026", "Процедура": "ОГЭ", "Класс": 9,
                "Предмет": subject, "Участников": 20 + i, "«2»": 2, "«3»": 8 + i, "«4»": 7,
                "«5»": 3,
            }
            for i, (code, *_) in enumerate(REGISTER)
            for subject in ("математика", "русский язык")
        ]
    },
    "Социальный паспорт 2025-2026.xlsx": {
        "Социальный паспорт": [
            {
                "Код школы": code, "Учебный год": "2025/2026", "Всего обучающихся": 210 + 15 * i,
                "Из неполных семей": 50 + i, "В неблагоустроенном жилье": 20 + i,
                "Правонарушений за год": i,
            }
            for i, (code, *_) in enumerate(REGISTER)
        ]
    },
    "Кадры 2025-2026.xlsx": {
        "Кадры": [
            {
                "Код школы": code, "Учебный год": "2025/2026", "Учителей": 20 + i,
                "Первой и высшей категории": 12 + i, "Вакансий": 1,
            }
            for i, (code, *_) in enumerate(REGISTER)
        ]
    },
    "Показатели рейтинга 2025-2026.xlsx": {
        "Показатели рейтинга": [
            {
                "Код школы": code, "Учебный год": "2025/2026", "Показатель": "Олимпиады",
                "Набрано баллов": 2.5 + i, "Максимум баллов": 5,
            }
            for i, (code, *_) in enumerate(REGISTER)
        ]
    },
    "Диагностика учителей 2025-2026.xlsx": {
        "Диагностика учителей": [
            {
                "Код школы": code, "Код учителя": f"{code}-У0{k}", "Предмет": "математика",
                "Диагностическая работа": "Диагностика ИРО", "Дата диагностики": f"1{k}.10.2025",
                "Предметные, %": 60 + k, "Методические, %": 55 + k,
            }
            for code, *_ in REGISTER
            for k in (1, 2)
        ]
    },
    "Дорожная карта 2025-2026.xlsx": {
        "Меры дорожной карты": [
            {
                "Номер меры": f"2.{i}", "Учебный год": "2025/2026", "Код школы": code,
                "Мера": "Посещение уроков", "Ответственный": "заместитель директора",
                "Срок": "25.12.2025", "Состояние": "выполняется",
            }
            for i, (code, *_) in enumerate(REGISTER, start=1)
        ]
    },
}  # fmt: skip


def columns(sheet: Worksheet) -> dict[str, int]:
    """Heading → column."""
    return {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[1] if cell.value}


def type_in(sheet: Worksheet, rows: list[dict[str, Any]]) -> None:
    """Type rows under the headings, over whatever is filled in."""
    place = columns(sheet)
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, place[heading]).value = value


@pytest.fixture(scope="module")
def district(tmp_path_factory) -> Path:
    """A project whose templates have been filled without a mistake."""
    root = new_project(tmp_path_factory.mktemp("район") / "проект", title="Приозёрный район")
    raw = root / "data" / "raw"
    book = openpyxl.load_workbook(root / "templates" / "Реестр школ.xlsx")
    headings = ("Код школы", "Краткое наименование", "Муниципалитет")
    type_in(book["Реестр школ"], [dict(zip(headings, school, strict=True)) for school in REGISTER])
    book.save(raw / "Реестр школ.xlsx")
    known = read_folder(raw, calendar=CALENDAR)
    folder = root / "templates" / "2025-2026"
    write_templates(folder, known=known, year=YEAR)
    for name, sheets in DATA.items():
        book = openpyxl.load_workbook(folder / name)
        for title, rows in sheets.items():
            type_in(book[title], rows)
        book.save(raw / name)
    return root


@pytest.fixture(scope="module")
def clean(district) -> dict[str, FileRead]:
    """The filled workbooks, read: the files a mistake does not touch need no second reading."""
    raw = district / "data" / "raw"
    return {path.name: read_file(path, raw_dir=raw, calendar=CALENDAR) for path in raw.iterdir()}


def told(reads: Iterable[FileRead]) -> list[Fault]:
    """Everything that is said of the workbooks together."""
    return assemble(reads, calendar=CALENDAR).faults


# --- mistakes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mistake:
    """A mistake, and what the person reads of it."""

    how: Callable[[Path], None]
    place: str
    """Workbook, sheet and cells."""
    code: str
    says: str
    todo: str
    severity: Severity = Severity.ERROR


def change(raw: Path, title: str, how: Callable[[Worksheet], None]) -> None:
    """Open the workbook with a sheet, change it, save."""
    name = next(name for name, sheets in DATA.items() if title in sheets)
    book = openpyxl.load_workbook(raw / name)
    how(book[title])
    book.save(raw / name)


def put(title: str, **cells: Any) -> Callable[[Path], None]:
    """A mistake that is a few cells: their values by reference."""

    def how(sheet: Worksheet) -> None:
        for reference, value in cells.items():
            sheet[reference] = value

    return lambda raw: change(raw, title, how)


def shifted(raw: Path) -> None:
    """Codes pasted one row too low: every school gets the numbers of another."""

    def how(sheet: Worksheet) -> None:
        codes = [sheet.cell(row, 1).value for row in (2, 3, 4)]
        for row, code in zip((2, 3, 4), [codes[-1], *codes[:-1]], strict=True):
            sheet.cell(row, 1).value = code

    change(raw, "Социальный паспорт", how)


def without_column(raw: Path) -> None:
    def how(sheet: Worksheet) -> None:
        sheet.delete_cols(columns(sheet)["Максимум баллов"])

    change(raw, "Показатели рейтинга", how)


def heading_again(raw: Path) -> None:
    """Headings copied between the rows, the last of them overwritten."""

    def how(sheet: Worksheet) -> None:
        for cell in sheet[1]:
            sheet.cell(9, cell.column).value = cell.value
        sheet.cell(9, columns(sheet)["«5»"]).value = "Отметка 5"

    change(raw, "Результаты", how)


MISTAKES: dict[str, Mistake] = {
    "проценты вместо чисел": Mistake(
        put("Результаты", I2=10, J2="40 %", K2=35, L2=15),
        "Результаты 2025-2026.xlsx, лист «Результаты», ячейка I2",
        "percents-for-counts",
        "в столбцах «2»–«5» стоят, похоже, проценты: вместе 100, а участников 20.",
        "Впишите числа учеников. Если есть только проценты, положите в data/raw сам отчёт ФИС ОКО "
        "«Статистика по отметкам»: из него программа возьмёт числа сама.",
    ),
    "доля вместо числа": Mistake(
        put("Социальный паспорт", F3=0.25),
        "Социальный паспорт 2025-2026.xlsx, лист «Социальный паспорт», ячейка F3",
        "fractional-count",
        "в столбце «Из многодетных семей» стоит дробное число 0,25.",
        "Впишите количество целым числом: сколько человек, а не какая их часть.",
    ),
    "часть больше целого": Mistake(
        put("Социальный паспорт", D2=40),
        "Социальный паспорт 2025-2026.xlsx, лист «Социальный паспорт», ячейка E2",
        "part-above-whole",
        "часть больше целого: в столбце «Из неполных семей» стоит 50, а в столбце «Всего "
        "обучающихся» — 40.",
        "Сверьте оба числа и исправьте неверное.",
    ),
    "2025 вместо 2025/2026": Mistake(
        put("Кадры", C2="2025"),
        "Кадры 2025-2026.xlsx, лист «Кадры», ячейка C2",
        "one-year",
        "стоит 2025, и программа понимает это как 2024/2025 учебный год (по году окончания), а "
        "книга — за 2025/2026 (таких строк: 1).",
        "Если имелся в виду 2025/2026, впишите его целиком; сейчас строки отнесены к 2024/2025 "
        "году.",
        Severity.WARNING,
    ),
    "слово вместо числа": Mistake(
        put("Кадры", L2="двадцать"),
        "Кадры 2025-2026.xlsx, лист «Кадры», ячейка L2",
        "text-for-number",
        "в столбце «Компьютеров для учеников» стоит «двадцать» — это не число.",
        "Впишите число цифрами; если данных нет, оставьте ячейку пустой.",
    ),
    "«нет данных» в обязательном столбце": Mistake(
        put("Результаты", H4="нет данных"),
        "Результаты 2025-2026.xlsx, лист «Результаты», ячейка H4",
        "empty-required",
        "пустая ячейка в обязательном столбце «Участников».",
        "Заполните ячейку; если данных нет или строка лишняя, удалите её целиком.",
    ),
    "код школы из другого столбца": Mistake(
        put("Меры дорожной карты", C4="101001"),
        "Дорожная карта 2025-2026.xlsx, лист «Меры дорожной карты», ячейка C4",
        "unknown-school",
        "школы «101001» нет в реестре школ (строк: 1).",
        "Добавьте школу в реестр или исправьте код.",
    ),
    "строки сдвинуты": Mistake(
        shifted,
        "Социальный паспорт 2025-2026.xlsx, лист «Социальный паспорт», ячейка B2",
        "other-school-beside",
        "рядом с кодом «ШК-03» (МБОУ «ООШ д. Заречная») стоит название другой школы — «МБОУ „СОШ "
        "№ 1 с. Светлое“». Так же в других строках (всего таких: 3): похоже, строки или столбцы "
        "сдвинуты.",
        "Проверьте, чьи числа в этих строках. Если верен код, сотрите название; если верно "
        "название, исправьте код. Сейчас строки прочитаны по коду.",
        Severity.WARNING,
    ),
    "обязательный столбец удалён": Mistake(
        without_column,
        "Показатели рейтинга 2025-2026.xlsx, лист «Показатели рейтинга», ячейки A1:G1",
        "missing-column",
        "нет столбца «Максимум баллов» (таблица «Показатели рейтинга»).",
        "Добавьте столбец с этим заголовком и заполните его.",
    ),
    "«Математка»": Mistake(
        put("Результаты", G6="Математка"),
        "Результаты 2025-2026.xlsx, лист «Результаты», ячейка G6",
        "unknown-subject",
        "предмет «Математка» программе неизвестен (строк: 1).",
        "Если это «математика», исправьте название; иначе предмет останется отдельным.",
        Severity.WARNING,
    ),
    "дата без года": Mistake(
        put("Меры дорожной карты", J2="5 сентября"),
        "Дорожная карта 2025-2026.xlsx, лист «Меры дорожной карты», ячейка J2",
        "not-a-date",
        "в столбце «Срок» стоит «5 сентября» — это не дата.",
        "Не хватает года: впишите дату цифрами, с годом, например 05.09.2025.",
    ),
    "срок словами": Mistake(
        put("Меры дорожной карты", J3="в течение года"),
        "Дорожная карта 2025-2026.xlsx, лист «Меры дорожной карты», ячейка J3",
        "not-a-date",
        "в столбце «Срок» стоит «в течение года» — это не дата.",
        "Впишите дату цифрами, с годом, например 05.09.2025; срок — его последний день.",
    ),
    "фамилия вместо кода": Mistake(
        put("Диагностика учителей", C2=SECRET),
        "Диагностика учителей 2025-2026.xlsx, лист «Диагностика учителей», ячейка C2",
        "name-for-code",
        "в столбце «Код учителя» стоит не код: похоже на фамилию. Строка не прочитана, содержимое "
        "ячейки нигде не сохранено.",
        "Замените на код; кому он принадлежит, пусть знает только школа.",
    ),
    "фамилия не в том столбце": Mistake(
        put("Диагностика учителей", G4=SECRET),
        "Диагностика учителей 2025-2026.xlsx, лист «Диагностика учителей», ячейка G4",
        "text-for-number",
        "в столбце «Предметные, %» стоит «…» — это не число.",
        "Впишите число цифрами; если данных нет, оставьте ячейку пустой.",
    ),
    "скопированные заголовки": Mistake(
        heading_again,
        "Результаты 2025-2026.xlsx, лист «Результаты», ячейка A9",
        "repeated-heading",
        "среди строк с данными снова стоят заголовки (строка 9).",
        "Удалите лишнюю строку заголовков; сейчас она пропущена, остальные строки прочитаны.",
        Severity.WARNING,
    ),
    "объединённые ячейки": Mistake(
        lambda raw: change(raw, "Кадры", lambda sheet: sheet.merge_cells("E3:E4")),
        "Кадры 2025-2026.xlsx, лист «Кадры», ячейка E4",
        "merged-cells",
        "в столбце «Первой и высшей категории» объединены ячейки нескольких строк: число стоит в "
        "первой из них, остальным его не видно (строка 4).",
        "Выделите эти ячейки, снимите объединение («Главная» → «Объединить и поместить в "
        "центре») и впишите число в каждую строку.",
    ),
    "столбец формул": Mistake(
        put("Диагностика учителей", H5="=G5", H6="=G6", H7="=G7"),
        "Диагностика учителей 2025-2026.xlsx, лист «Диагностика учителей», ячейка H5",
        "formula",
        "в столбце «Методические, %» стоит формула, результат которой в файле не сохранён.",
        "Откройте книгу в Excel и сохраните её; надёжнее вставить вместо формул значения.",
    ),
}


def same(fault: Fault, mistake: Mistake) -> bool:
    """Whether these are the words the mistake should bring."""
    return mistake == Mistake(
        mistake.how, fault.place, fault.code, fault.message, fault.remedy, fault.severity
    )


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_in_words_that_help(name, district, clean, tmp_path):
    mistake = MISTAKES[name]
    file = mistake.place.split(",")[0]
    shutil.copy(district / "data" / "raw" / file, tmp_path / file)
    mistake.how(tmp_path)
    again = read_file(tmp_path / file, raw_dir=tmp_path, calendar=CALENDAR)
    faults = told({**clean, file: again}.values())
    texts = [fault.sentence() for fault in faults]
    assert any(same(fault, mistake) for fault in faults), texts
    # Nothing else is said but the rest of the same flood.
    assert {fault.code for fault in faults} == {mistake.code}, texts
    assert all(fault.expected.endswith(".") and fault.remedy.endswith(".") for fault in faults)
    assert again.rows_in == again.rows_used + sum(fault.rows for fault in again.faults)


def test_harmless_habits_are_understood(district, tmp_path):
    """Commas, spaces, dates in words, a dash for «nobody knows», headings copied whole."""
    raw = tmp_path / "raw"
    shutil.copytree(district / "data" / "raw", raw)
    put("Кадры", D2="20,0", D3=" 21 ", L2="—", M2="1 024,5")(raw)
    put("Меры дорожной карты", J2="25 декабря 2025 г.", J3=dt.datetime(2025, 12, 25))(raw)
    put("Результаты", G2="Математике", E2="огэ", A2="шк-01")(raw)

    def headings(sheet: Worksheet) -> None:
        for cell in sheet[1]:
            sheet.cell(9, cell.column).value = cell.value

    change(raw, "Результаты", headings)
    dataset = read_folder(raw, calendar=CALENDAR)
    assert [fault.sentence() for fault in dataset.faults] == []
    tables = dataset.tables
    assert tables["staff"]["teachers"].tolist() == [20, 21, 22]
    assert tables["staff"]["internet"].dropna().tolist() == [1024.5]
    assert set(tables["measures"]["deadline"]) == {pd.Timestamp("2025-12-25")}
    assert len(tables["results"]) == 6


def test_all_mistakes_at_once_are_all_told(district, tmp_path, capsys):
    root = tmp_path / "проект"
    shutil.copytree(district, root)
    for mistake in MISTAKES.values():
        mistake.how(root / "data" / "raw")
    with pytest.raises(SystemExit) as stopped:
        app(["check", "--project", str(root)])
    assert stopped.value.code == 1
    faults = last_faults(open_project(root))
    missed = [
        name for name, mistake in MISTAKES.items() if not any(same(f, mistake) for f in faults)
    ]
    assert missed == []
    printed = " ".join("".join(capsys.readouterr()).split())
    for mistake in MISTAKES.values():
        if mistake.severity is Severity.ERROR:
            assert " ".join(mistake.says.split()) in printed
            assert " ".join(mistake.todo.split()) in printed
    # The name is nowhere but in the workbook it was typed into.
    for part in SECRET.split():
        assert part not in printed
        for path in root.rglob("*"):
            if path.is_file() and "raw" not in path.parts:
                assert part.encode() not in contents(path), path


def contents(path: Path) -> bytes:
    """Bytes of a file, those inside a workbook too."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_careful_person_reads_no_word(district):
    report = check(open_project(district))
    assert report.failures == {}
    assert [fault.sentence() for fault in report.faults] == []
    dataset = read_folder(district / "data" / "raw", calendar=CALENDAR)
    assert {
        name: len(frame) for name, frame in dataset.tables.items() if len(frame)
    } == {
        "schools": 3, "results": 6, "social_passport": 3, "staff": 3, "rating_points": 3,
        "teacher_diagnostics": 6,
        "measures": 3,
    }  # fmt: skip

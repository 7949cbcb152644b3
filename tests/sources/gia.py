"""Invented protocols of ГИА, in the layouts of РИС; nobody in them exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sources.books import book

OGE = [
    "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Код регистрации/гос. номер", "Фамилия", "Имя",
    "Отчество", "Серия", "Номер", "Задания с кратким ответом", "Задания с развёрнутым ответом",
    "Первичный балл", "Оценка",
]  # fmt: skip
EGE = [
    "№", "Код МСУ", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Серия",
    "Номер", "Задания с кратким ответом", "Задания с развёрнутым ответом", "Первичный балл", "Балл",
]  # fmt: skip
SHORT_ONLY = [heading for heading in EGE if heading != "Задания с развёрнутым ответом"]
LANGUAGE = [
    *EGE[:13], "Устная часть", "Первичный балл письменной части", "Первичный балл устной части",
    "Первичный балл", "Балл",
]  # fmt: skip
SPARSE_EGE = [
    "№", None, "Код МСУ", None, "Код ОО", None, "Класс", None, "Код ППЭ", None, "Аудитория", None,
    "Фамилия", "Имя", "Отчество", None, "Задания с кратким ответом", None,
    "Задания с развёрнутым ответом", None, "Первичный балл", None, "Тестовый балл",
]  # fmt: skip
SPARSE_OGE = [
    "№", "Код ОО", "Класс", None, "Код ППЭ", None, "Аудитория", None, "Код МСУ", None, "Фамилия",
    None, "Имя", "Отчество", "Задания с кратким ответом", None, None,
    "Задания с развёрнутым ответом", "Первичный балл", None, "Оценка",
]  # fmt: skip
COMPACT = [
    "№", "Код ППЭ", "Код ОО", "Класс", "Код ООП", "Профиль", "Фамилия", "Имя", "Отчество",
    "Вариант", "Код участника", "№ бланка", "Ответы в краткой форме", "Ответы в развернутой форме",
    "Первичный балл", "Итоговый балл",
]  # fmt: skip
NORMALISED = [
    "SchoolCode", "ClassCode", "SurnameCell", "NameCell", "SecondNameCell", "TestResultBCell",
    "TestResultCCell", "PrimaryMark", "Mark5", "DocumentSeriesCode", "DocumentNumberCode",
    "GovernmentCell",
]  # fmt: skip
APPEALS = [
    "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "ФИО", "Экзамен", "апелляция",
    "Первичный балл", "Оценка",
]  # fmt: skip

SURNAMES = ("Небылицын", "Вымыслова", "Образцов", "Придумкина", "Выдумкин", "Сочинялова")
FIRST_NAMES = ("Всемир", "Заряна", "Добрыня", "Купава", "Яромир", "Забава")
PATRONYMICS = ("Примерович", "Образцовна", "Примеровна", "Образцович")
SERIES = "9623"
FIRST_NUMBER = 907311
SECRETS = (
    *SURNAMES,
    *FIRST_NAMES,
    *PATRONYMICS,
    *(str(FIRST_NUMBER + i) for i in range(len(SURNAMES))),
)
"""Names and document numbers of all invented pupils."""


@dataclass(frozen=True)
class Pupil:
    """An invented pupil; ``number`` is the document's, empty for none."""

    surname: str
    name: str
    patronymic: str
    number: str = ""

    @property
    def full(self) -> str:
        return f"{self.surname} {self.name} {self.patronymic}"


def pupil(i: int) -> Pupil:
    """The ``i``-th invented pupil, from 0; from the seventh on surnames get a number in words."""
    tail = "" if i < len(SURNAMES) else "-" + "абвгдежзик"[i // len(SURNAMES) % 10] * (i // 60 + 1)
    return Pupil(
        SURNAMES[i % len(SURNAMES)] + tail,
        FIRST_NAMES[i % len(FIRST_NAMES)],
        PATRONYMICS[i % len(PATRONYMICS)],
        str(FIRST_NUMBER + i),
    )


def row(head: Sequence[str | None], values: dict[str, Any]) -> list[Any]:
    """A row under some headings; headings nobody gives a value for stay empty."""
    unknown = set(values) - {text for text in head if text}
    assert not unknown, unknown
    return [None if text is None else values.get(text) for text in head]


def oge(
    i: int,
    who: Pupil,
    school: Any = "101001",
    *,
    score: Any = 17,
    mark: Any = 4,
    short: str = "++-2",
    long: str = "1(2)0(3)",
    grade: Any = "9А",
    head: Sequence[str | None] = OGE,
    **more: Any,
) -> list[Any]:
    """A row of a protocol of ОГЭ."""
    values = {
        "№": i,
        "Код ОО": school,
        "Класс": grade,
        "Код ППЭ": 1301,
        "Аудитория": "0102",
        "Фамилия": who.surname,
        "Имя": who.name,
        "Отчество": who.patronymic,
        "Серия": SERIES if who.number else None,
        "Номер": who.number or None,
        "Задания с кратким ответом": short,
        "Задания с развёрнутым ответом": long,
        "Первичный балл": score,
        "Оценка": mark,
        **more,
    }
    return row(head, {key: value for key, value in values.items() if key in head})


def ege(
    i: int,
    who: Pupil,
    school: Any = "101001",
    *,
    score: Any = 20,
    test: Any = 55,
    short: str = "+-+2",
    long: str | None = "1(2)0(3)",
    head: Sequence[str | None] = EGE,
    **more: Any,
) -> list[Any]:
    """A row of a protocol of ЕГЭ."""
    last = next(text for text in ("Балл", "Тестовый балл", "Итоговый балл") if text in head)
    values = {
        "№": i,
        "Код МСУ": 213,
        "Код ОО": school,
        "Класс": "11",
        "Код ППЭ": 1301,
        "Аудитория": "0102",
        "Фамилия": who.surname,
        "Имя": who.name,
        "Отчество": who.patronymic,
        "Серия": SERIES if who.number else None,
        "Номер": who.number or None,
        "Задания с кратким ответом": short,
        "Ответы в краткой форме": short,
        "Задания с развёрнутым ответом": long,
        "Ответы в развернутой форме": long,
        "Первичный балл": score,
        last: test,
        **more,
    }
    return row(head, {key: value for key, value in values.items() if key in head})


def title(line: str) -> list[list[Any]]:
    """What stands above the first table."""
    return [["Протокол проверки результатов"], ["20 - Приозёрная область"], [], [line], []]


def average(head: Sequence[str | None], **values: Any) -> list[Any]:
    """The row «Средние»."""
    return ["Средние", *row(head, values)[1:]]


def protocol(
    path: Path, line: str, head: Sequence[str | None], rows: Sequence[Sequence[Any]]
) -> Path:
    """A sheet with one exam."""
    return book(path, [*title(line), list(head), *rows], sheet="Page 1")


def appeal(
    i: int,
    who: Pupil,
    exam: str = "Математика(2026.06.02)",
    school: Any = "101001",
    *,
    score: Any = 22,
    mark: Any = 5,
    grade: Any = "9А",
) -> list[Any]:
    """A row of the protocol of appeals."""
    return [i, school, grade, 1301, "0102", who.full, exam, "Апелляция удовлетворена", score, mark]


def appeals(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A sheet of appeals."""
    return book(
        path,
        [
            ["Протокол проверки результатов государственной итоговой аттестации 2026 г."],
            ["20 - Приозёрная область"],
            [],
            APPEALS,
            *rows,
        ],
        sheet="Page 1",
    )


def write_csv(
    path: Path,
    head: Sequence[str | None],
    rows: Sequence[Sequence[Any]],
    encoding: str = "utf-8-sig",
) -> Path:
    """The same as a csv with semicolons."""
    lines = [";".join("" if cell is None else str(cell) for cell in line) for line in [head, *rows]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    return path


def write_xls(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Page 1") -> Path:
    """A real .xls (BIFF8)."""
    import xlwt

    workbook = xlwt.Workbook()
    target = workbook.add_sheet(sheet)
    for i, line in enumerate(rows):
        for j, value in enumerate(line):
            if value is not None:
                target.write(i, j, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(str(path))
    return path

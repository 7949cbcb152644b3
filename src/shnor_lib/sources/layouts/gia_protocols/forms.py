"""Headings of the protocols of ГИА, in all their spellings."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.sources.cells.headings import Form
from shnor_lib.sources.cells.values import fold
from shnor_lib.tables import Column


def _text(name: str, title: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, title, "text", "", required=required, aliases=aliases)


def _person(name: str, title: str, *aliases: str) -> Column:
    return replace(_text(name, title, *aliases), personal=True)


_PLACE = (
    _text("order", "№", "№ п/п", "№п/п", "п/п"),
    _text("municipality_code", "Код МСУ", "МСУ", "Код АТЕ", "АТЕ"),
    _text(
        "school_id", "Код ОО", "Код ОУ", "Код организации", "Код образовательной организации",
        "SchoolCode", required=True,
    ),
    _text("school_name", "Наименование ОО", "Название ОО", "ОО"),
    _text("grade", "Класс", "ClassCode"),
    _text("station", "Код ППЭ", "ППЭ", "StationCode"),
    _text("room", "Аудитория", "Код аудитории", "AuditoriumCode"),
)  # fmt: skip
_PERSON = (
    _person("participant", "Код участника", "Код участника ГИА"),
    _person(
        "registration", "Код регистрации/гос. номер", "Код регистрации", "Гос. номер", "Гос номер",
        "GovernmentCell",
    ),
    _person("surname", "Фамилия", "SurnameCell"),
    _person("first_name", "Имя", "NameCell"),
    _person("patronymic", "Отчество", "SecondNameCell"),
    _person("full_name", "ФИО", "Ф.И.О.", "ФИО участника", "Фамилия, имя, отчество",
            "Фамилия Имя Отчество"),
    _person("series", "Серия", "Серия документа", "Серия паспорта", "DocumentSeriesCode"),
    _person("number", "Номер", "Номер документа", "Номер паспорта", "DocumentNumberCode"),
)  # fmt: skip
_RESULT = (
    _text("score", "Первичный балл", "Общий первичный балл", "Итоговый первичный балл",
          "Сумма первичных баллов", "PrimaryMark", required=True),
    _text("test_score", "Тестовый балл", "Балл", "Итоговый балл", "Тестовый балл (100)",
          "Балл (100)", "Mark100"),
    _text("mark", "Оценка", "Отметка", "Итоговая оценка", "Итоговая отметка", "Mark5"),
    _text("status", "Статус", "Примечание", "Примечания", "Состояние", "Особые отметки"),
)  # fmt: skip
_ANSWERS = (
    _text("short", "Задания с кратким ответом", "Ответы в краткой форме", "Краткие ответы",
          "TestResultBCell"),
    _text("long", "Задания с развёрнутым ответом", "Ответы в развернутой форме",
          "Развёрнутые ответы", "TestResultCCell"),
    _text("oral", "Устная часть", "Задания устной части", "Ответы устной части",
          "TestResultDCell"),
    _text("written_score", "Первичный балл письменной части"),
    _text("oral_score", "Первичный балл устной части"),
)  # fmt: skip

PERSONAL: tuple[str, ...] = tuple(column.name for column in _PERSON)
"""Columns that say who the pupil is: turned into codes, never kept."""

_SHARED = frozenset(
    {"school_id", "school_name", "grade", "order", "status", "exam", "station", "room", *PERSONAL}
)
_NOT_OURS = frozenset(
    fold(text)
    for text in (
        "Отметка по журналу",
        "Название ОО",
        "Логин",
        "Логин ОО",
        "Процедура",
        "Группы участников",
    )
)

FORM = Form(
    "gia-protocol",
    "протокол проверки результатов ГИА",
    (*_PLACE, *_PERSON, _text("exam", "Экзамен"), *_ANSWERS, *_RESULT),
    shared=_SHARED,
    never=_NOT_OURS | {fold("Апелляция")},
    personal=True,
)
"""Protocols of ОГЭ, ЕГЭ and ГВЭ, dense and sparse; the csv with English headings as well."""

APPEALS = Form(
    "gia-appeals",
    "протокол результатов апелляций ГИА",
    (
        *_PLACE,
        *_PERSON,
        _text("exam", "Экзамен", required=True),
        _text("appeal", "Апелляция", "Состояние апелляции", "Результат апелляции",
              "Статус апелляции", required=True),
        *(column for column in _RESULT if column.name in ("test_score", "mark")),
        _text("score", "Первичный балл", "PrimaryMark"),
    ),
    shared=_SHARED,
    never=_NOT_OURS,
    personal=True,
)  # fmt: skip
"""Results after appeal: a row per appeal, the exam in a cell of its own."""

_STARTS: dict[str, tuple[str, ...]] = {
    "short": ("задания с кратк", "ответы в кратк", "ответы на задания с кратк"),
    "long": ("задания с разверн", "ответы в разверн", "ответы на задания с разверн"),
    "oral": ("устная часть", "задания устн", "ответы устн"),
    "test_score": ("тестовый балл", "итоговый балл", "балл по 100"),
    "score": ("первичный балл (", "первичный балл за"),
}
"""How longer headings of the same columns begin."""


def place_strange(places: dict[str, int], strange: dict[int, str]) -> dict[str, int]:
    """Columns with those headings that begin like known ones."""
    found = dict(places)
    for index, text in strange.items():
        key = fold(text)
        for name, starts in _STARTS.items():
            if name not in found and key.startswith(tuple(fold(start) for start in starts)):
                found[name] = index
                break
    return found

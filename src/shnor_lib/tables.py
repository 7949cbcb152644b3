"""The data dictionary: every table the product reads, with its columns.

One place from which the checks (pandera), the workbook templates, the readers' heading
matching and the documentation are all derived. A column knows its Russian heading, what a
person should put there, its range and the headings under which other systems export it.

Three columns of provenance close every tidy table: ``source_file`` (path relative to
``data/raw``), ``source_sheet`` and ``source_row`` (the row as Excel counts it). Together with
the ``cells`` table (which tidy column stands in which column letter of which sheet) they lead
from any number back to its cell.

Shares are 0…1 everywhere in data and code. ``year`` is the calendar year in which the school
year ends (2023/24 → 2024); for results it is the school year of the *programme* tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

Kind = Literal["text", "int", "float", "year"]

PROCEDURES: dict[str, str] = {
    "vpr": "ВПР",
    "oge": "ОГЭ",
    "ege": "ЕГЭ",
    "gve": "ГВЭ",
    "niko": "НИКО",
    "municipal": "Муниципальный мониторинг",
    "functional_literacy": "Функциональная грамотность",
}
"""Assessment procedures: code → name for people."""

SEASONS: dict[str, str] = {"spring": "весна", "autumn": "осень"}
"""Season in which a procedure was held: code → name for people."""

SCHOOL_KINDS: tuple[str, ...] = (
    "общеобразовательная",
    "коррекционная",
    "вечерняя",
    "закрытого типа",
    "санаторная или при больнице",
)
SETTLEMENT_TYPES: tuple[str, ...] = (
    "административный центр субъекта",
    "город",
    "посёлок городского типа",
    "село",
)

PROVENANCE: tuple[str, ...] = ("source_file", "source_sheet", "source_row")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Identifier in code and parquet.
    title
        Russian heading in templates and on pages.
    kind
        ``text``, ``int`` (count), ``float`` or ``year``.
    note
        Russian: what to enter. Becomes the note on the template's heading.
    required
        The heading must be present and no cell of it may be empty.
    minimum, maximum
        Inclusive range.
    choices
        Allowed values as ``{code: what people write}``; drop-down in the template. Text is
        stored by code.
    aliases
        Other headings under which the same column arrives.
    example
        Value for the example sheet.
    part_of
        Name of the column this count cannot exceed.
    """

    name: str
    title: str
    kind: Kind = "int"
    note: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: dict[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    example: Any = None
    part_of: str | None = None

    @property
    def dtype(self) -> str:
        """Pandas dtype of the tidy column."""
        return {"text": "string", "int": "Int64", "float": "Float64", "year": "Int64"}[self.kind]

    def headings(self) -> tuple[str, ...]:
        """Every heading this column is known under, own title first."""
        return (self.title, *self.aliases)


@dataclass(frozen=True)
class Table:
    """One table of the data dictionary.

    Parameters
    ----------
    name
        Identifier in code; parquet folder and attribute of :class:`shnor_lib.store.Dataset`.
    title
        Russian; name of the template's sheet.
    note
        Russian: what the table is for and who fills it.
    key
        Columns that identify a row; repeated keys are a fault.
    columns
        All columns in template order.
    computed
        Names of columns the reader derives; they are not in the template.
    """

    name: str
    title: str
    note: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    computed: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def by_year(self) -> bool:
        """Whether rows belong to a year (and parquet is split by it)."""
        return any(column.name == "year" for column in self.columns)

    @property
    def template_columns(self) -> tuple[Column, ...]:
        """Columns a person fills in."""
        return tuple(column for column in self.columns if column.name not in self.computed)

    def schema(self) -> pa.DataFrameSchema:
        """Pandera schema of the tidy table (provenance included).

        Failures carry a Russian ``error`` text; use ``validate(lazy=True)`` to get all of
        them at once.
        """
        columns: dict[str, pa.Column] = {}
        for column in self.columns:
            checks: list[pa.Check] = []
            if column.minimum is not None:
                checks.append(pa.Check.ge(column.minimum, error=f"не меньше {column.minimum:g}"))
            if column.maximum is not None:
                checks.append(pa.Check.le(column.maximum, error=f"не больше {column.maximum:g}"))
            if column.choices:
                checks.append(
                    pa.Check.isin(
                        list(column.choices), error=f"одно из: {', '.join(column.choices.values())}"
                    )
                )
            columns[column.name] = pa.Column(
                column.dtype,
                checks=checks,
                nullable=not column.required,
                title=column.title,
                description=column.note,
            )
        for name, dtype in zip(PROVENANCE, ("string", "string", "Int64"), strict=True):
            columns[name] = pa.Column(dtype, nullable=True)
        wide = [
            pa.Check(
                lambda frame, part=column.name, whole=column.part_of: (
                    ~(frame[part] > frame[whole]).fillna(value=False)
                ),
                name=f"part:{column.name}:{column.part_of}",
                error=f"«{column.title}» не больше, чем «{self.column(column.part_of).title}»",
            )
            for column in self.columns
            if column.part_of
        ]
        return pa.DataFrameSchema(columns, checks=wide, strict=True, ordered=False)

    def empty(self) -> pd.DataFrame:
        """An empty tidy frame with the right columns and dtypes."""
        frame = pd.DataFrame(
            {column.name: pd.Series(dtype=column.dtype) for column in self.columns}
        )
        frame["source_file"] = pd.Series(dtype="string")
        frame["source_sheet"] = pd.Series(dtype="string")
        frame["source_row"] = pd.Series(dtype="Int64")
        return frame


_SCHOOL = Column(
    "school_id",
    "Код школы",
    "text",
    "Код, под которым школа стоит в реестре школ. Один и тот же во всех таблицах.",
    required=True,
    aliases=("Код ОО", "Логин", "Логин ОО"),
    example="ШК-01",
)
_YEAR = Column(
    "year",
    "Учебный год",
    "year",
    "Год окончания учебного года (2024) или весь учебный год (2023/2024).",
    required=True,
    minimum=2000,
    maximum=2100,
    aliases=("Год",),
    example="2023/2024",
)


def _count(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a whole number ≥ 0."""
    return Column(name, title, "int", note, minimum=0, **more)


SCHOOLS = Table(
    "schools",
    "Реестр школ",
    "Все школы с кодами, под которыми их знают федеральные системы. Ведёт МОУО.",
    ("school_id",),
    (
        _SCHOOL,
        Column(
            "name",
            "Краткое наименование",
            "text",
            "Как школу называют в отчётах.",
            required=True,
            aliases=("ОО", "Наименование ОО", "Название ОО"),
            example="МБОУ «СОШ № 1 с. Светлое»",
        ),
        Column("full_name", "Полное наименование", "text", "По уставу."),
        Column(
            "municipality",
            "Муниципалитет",
            "text",
            "Муниципальный район или округ.",
            required=True,
            aliases=("МО", "Муниципальное образование"),
            example="Приозёрный район",
        ),
        Column(
            "settlement", "Населённый пункт", "text", "Где находится школа.", example="с. Светлое"
        ),
        Column(
            "settlement_type",
            "Тип населённого пункта",
            "text",
            "Выберите из списка.",
            choices={value: value for value in SETTLEMENT_TYPES},
            example="село",
        ),
        Column(
            "settlement_size",
            "Жителей, тыс.",
            "float",
            "Число жителей населённого пункта, тысяч человек.",
            minimum=0,
            maximum=20000,
            example=1.2,
        ),
        Column(
            "remoteness",
            "Удалённость от крупного города",
            "int",
            "1 — рядом с городом более 100 тыс. жителей … 4 — далеко, нет регулярного транспорта.",
            minimum=1,
            maximum=4,
            example=3,
        ),
        Column(
            "kind",
            "Вид школы",
            "text",
            "Выберите из списка. Пусто — общеобразовательная.",
            choices={value: value for value in SCHOOL_KINDS},
            example="общеобразовательная",
        ),
        Column(
            "last_grade",
            "Последний класс",
            "int",
            "4, 9 или 11.",
            minimum=1,
            maximum=12,
            example=11,
        ),
        Column(
            "fis_login",
            "Логин ФИС ОКО",
            "text",
            "Например edu123456.",
            aliases=("Логин", "Логин ОО"),
            example="edu000001",
        ),
        Column(
            "ris_code",
            "Код ОО в РИС ГИА",
            "text",
            "Код организации, не код муниципалитета.",
            aliases=("Код ОО",),
            example="101001",
        ),
        Column("inn", "ИНН", "text", "10 цифр."),
        Column(
            "opened",
            "Открыта в году",
            "int",
            "Если школа открыта недавно.",
            minimum=1700,
            maximum=2100,
        ),
        Column(
            "closed",
            "Закрыта в году",
            "int",
            "Если школа закрыта или присоединена.",
            minimum=1700,
            maximum=2100,
        ),
    ),
)

RESULTS = Table(
    "results",
    "Результаты",
    "Итоги оценочных процедур: строка — школа, год, процедура, класс и предмет. Заполняется "
    "числами учеников, не процентами.",
    ("school_id", "year", "season", "procedure", "grade", "subject"),
    (
        _SCHOOL,
        _YEAR,
        Column(
            "season",
            "Сезон",
            "text",
            "Когда проводилась работа. Пусто — по календарю процедур, обычно весна.",
            choices=SEASONS,
            example="весна",
        ),
        Column(
            "procedure",
            "Процедура",
            "text",
            "Выберите из списка.",
            required=True,
            choices=PROCEDURES,
            example="ОГЭ",
        ),
        Column(
            "grade",
            "Класс",
            "int",
            "Класс программы, по которой написана работа: 4–8, 10 для ВПР, 9 для ОГЭ, 11 для ЕГЭ.",
            required=True,
            minimum=1,
            maximum=12,
            example=9,
        ),
        Column(
            "subject",
            "Предмет",
            "text",
            "Именительный падеж: «русский язык».",
            required=True,
            example="математика",
        ),
        _count(
            "n",
            "Участников",
            "Сколько учеников получили результат.",
            required=True,
            aliases=("Кол-во участников",),
            example=24,
        ),
        _count(
            "n2", "«2»", "Получили отметку «2», человек.", aliases=("2",), example=3, part_of="n"
        ),
        _count(
            "n3", "«3»", "Получили отметку «3», человек.", aliases=("3",), example=9, part_of="n"
        ),
        _count(
            "n4", "«4»", "Получили отметку «4», человек.", aliases=("4",), example=8, part_of="n"
        ),
        _count(
            "n5", "«5»", "Получили отметку «5», человек.", aliases=("5",), example=4, part_of="n"
        ),
        _count(
            "n_low",
            "Ниже минимума",
            "Только ЕГЭ и процедуры без отметок: не набрали минимальный балл, человек.",
            aliases=("Не преодолели порог", "Не переступили порог"),
            part_of="n",
        ),
        _count(
            "n_high",
            "Высокие результаты",
            "Только ЕГЭ и процедуры без отметок: 81 балл и выше, человек.",
            aliases=("81 балл и выше", "81–100 баллов"),
            part_of="n",
        ),
        Column("mean_score", "Средний балл", "float", "Если известен.", minimum=0, maximum=100),
    ),
)

SOCIAL_PASSPORT = Table(
    "social_passport",
    "Социальный паспорт",
    "Числа учеников по категориям на начало учебного года. Числа, не доли: доли программа "
    "считает сама, от «Всего обучающихся» этой же формы.",
    ("school_id", "year"),
    (
        _SCHOOL,
        _YEAR,
        _count("total", "Всего обучающихся", "Численность школы.", required=True, example=214),
        _count("incomplete", "Из неполных семей", "Учеников.", part_of="total", example=51),
        _count("many_children", "Из многодетных семей", "Учеников.", part_of="total", example=60),
        _count("low_income", "Из малообеспеченных семей", "Учеников.", part_of="total", example=38),
        _count("guardianship", "Под опекой, сироты", "Учеников.", part_of="total", example=5),
        _count("disabled", "Дети-инвалиды", "Учеников.", part_of="total", example=4),
        _count(
            "special_needs",
            "С ОВЗ",
            "Учеников с ограниченными возможностями здоровья.",
            part_of="total",
            example=12,
        ),
        _count("non_native", "Русский язык — неродной", "Учеников.", part_of="total", example=9),
        _count(
            "higher_education_both",
            "Оба родителя с высшим образованием",
            "Учеников.",
            part_of="total",
            example=31,
        ),
        _count(
            "higher_education_one",
            "Один родитель с высшим образованием",
            "Учеников.",
            part_of="total",
            example=49,
        ),
        _count(
            "unemployed",
            "Родители не работают",
            "Учеников, у которых хотя бы один из родителей безработный.",
            part_of="total",
            example=27,
        ),
        _count(
            "poor_housing", "В неблагоустроенном жилье", "Учеников.", part_of="total", example=33
        ),
        _count(
            "school_register", "На внутришкольном учёте", "Учеников.", part_of="total", example=6
        ),
        _count("police_register", "На учёте в ПДН", "Учеников.", part_of="total", example=2),
        _count("commission_register", "На учёте в КДНиЗП", "Учеников.", part_of="total", example=1),
        _count(
            "dangerous_situation",
            "В социально опасном положении",
            "Учеников.",
            part_of="total",
            example=2,
        ),
        _count("offences", "Правонарушений за год", "Случаев, не учеников.", example=1),
        _count("at_risk", "«Группа риска»", "Учеников.", part_of="total", example=14),
        _count(
            "at_risk_covered",
            "«Группа риска»: охвачены сопровождением",
            "Учеников.",
            part_of="at_risk",
            example=12,
        ),
        _count(
            "lessons_planned", "Уроков по учебному плану", "Ученико-уроков за год.", example=218000
        ),
        _count(
            "lessons_attended",
            "Уроков посещено",
            "Ученико-уроков за год.",
            part_of="lessons_planned",
            example=199000,
        ),
        _count("transported", "На подвозе", "Учеников.", part_of="total", example=41),
        _count("boarding", "В интернате при школе", "Учеников.", part_of="total", example=0),
    ),
)

STAFF = Table(
    "staff",
    "Кадры",
    "Учителя и вакансии по школам и годам.",
    ("school_id", "year"),
    (
        _SCHOOL,
        _YEAR,
        _count("teachers", "Учителей", "Без совместителей.", required=True, example=24),
        _count(
            "teachers_qualified",
            "Первой и высшей категории",
            "Учителей.",
            part_of="teachers",
            example=19,
        ),
        _count("vacancies", "Вакансий", "Открытых ставок учителей.", example=1),
    ),
)

RATING_POINTS = Table(
    "rating_points",
    "Показатели рейтинга",
    "Баллы школы в муниципальной системе рейтингования: показатель, набрано, максимум. "
    "Показатель, который к школе не относится, не заполняется: максимум не растёт.",
    ("school_id", "year", "indicator"),
    (
        _SCHOOL,
        _YEAR,
        Column(
            "indicator",
            "Показатель",
            "text",
            "Название показателя рейтинга.",
            required=True,
            example="Участие в олимпиадах",
        ),
        Column(
            "points",
            "Набрано баллов",
            "float",
            "Сколько баллов получила школа.",
            required=True,
            minimum=0,
            part_of="points_max",
            example=3.5,
        ),
        Column(
            "points_max",
            "Максимум баллов",
            "float",
            "Сколько можно было получить.",
            required=True,
            minimum=0,
            example=5,
        ),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (SCHOOLS, RESULTS, SOCIAL_PASSPORT, STAFF, RATING_POINTS)
}
"""Every table by name."""

CELLS_COLUMNS: tuple[str, ...] = ("source_file", "source_sheet", "column", "letter")
"""Columns of the ``cells`` table: in which column letter of which sheet a tidy column stands."""

"""What schools say of themselves in the context questionnaire of ФИС ОКО.

«Сбор контекстных данных об ОО» has two sheets; each is a table, so that every answer keeps the
cell it comes from. The director's name, telephone, e-mail and the address are never read.
"""

from __future__ import annotations

from shnor_lib.tables.codes import SETTLEMENT_TYPES
from shnor_lib.tables.common import SCHOOL, YEAR, count, text
from shnor_lib.tables.model import Column, Table

CONTEXT_GENERAL = Table(
    "context_general",
    "Контекстная анкета: общие сведения",
    "Коды школы в разных системах и населённый пункт: из анкеты ФИС ОКО.",
    ("school_id", "year"),
    (
        SCHOOL,
        YEAR,
        text("full_name", "Полное наименование", "По уставу."),
        text("name", "Сокращённое наименование", "Как в анкете."),
        text("inn", "ИНН", "10 цифр."),
        text("ris_code", "Код ОГЭ", "Код ОО в РИС ГИА-9."),
        text("ris_code_ege", "Код ЕГЭ", "Код ОО в РИС ГИА-11."),
        Column("branch", "Филиал", "flag", "Организация — филиал."),
        Column("has_branches", "Есть филиалы", "flag", "У организации есть филиалы."),
        text(
            "settlement_type",
            "Тип населённого пункта",
            "Из списка.",
            choices={value: value for value in SETTLEMENT_TYPES},
        ),
        text("settlement_band", "Размер населённого пункта", "Как в анкете, тысяч жителей."),
        Column(
            "remoteness",
            "Удалённость от крупного города",
            "int",
            "1 — рядом с городом более 100 тыс. жителей … 4 — далеко, нет регулярного транспорта.",
            minimum=1,
            maximum=4,
        ),
    ),
    template=False,
)

CONTEXT_EDUCATION = Table(
    "context_education",
    "Контекстная анкета: обучение",
    "Обучающиеся и учителя: из анкеты ФИС ОКО.",
    ("school_id", "year"),
    (
        SCHOOL,
        YEAR,
        count("pupils", "Обучающихся", "Всего в школе."),
        count("teachers", "Учителей", "Всего в школе."),
        count("teachers_5_9", "Учителей 5–9 классов", "Из них.", part_of="teachers"),
        count(
            "teachers_qualified",
            "Первой и высшей категории",
            "Учителей, вместе.",
            part_of="teachers",
        ),
    ),
    template=False,
)

"""The register of schools, and how other systems write them."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables.codes import HISTORIES, KEY_SYSTEMS, SCHOOL_KINDS, SETTLEMENT_TYPES
from shnor_lib.tables.common import SCHOOL
from shnor_lib.tables.model import Column, Table

SCHOOLS = Table(
    "schools",
    "Реестр школ",
    "Все школы с кодами, под которыми их знают федеральные системы. Ведёт МОУО.",
    ("school_id",),
    (
        SCHOOL,
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
            aliases=("Код ОО", "Код ОГЭ", "Код ОО в РИС ГИА (ОГЭ)"),
            example="101001",
        ),
        Column(
            "ris_code_ege",
            "Код ОО в РИС ГИА (ЕГЭ)",
            "text",
            "Только если для ЕГЭ у школы другой код, чем для ОГЭ.",
            aliases=("Код ЕГЭ",),
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
        Column(
            "merged_into",
            "Правопреемник",
            "text",
            "Код школы, к которой эту школу присоединили.",
            refers_to="schools",
        ),
        Column(
            "history",
            "Прежние результаты",
            "text",
            "Только если школа присоединена: чьими считать её прежние результаты.",
            choices=HISTORIES,
            aliases=("История",),
        ),
    ),
    lasting=True,
)

SCHOOL_KEYS = Table(
    "school_keys",
    "Ключи школ",
    "Как школу записывают другие системы, если по реестру этого не понять: другой код, другое "
    "написание названия, код прежних лет. Ведёт МОУО; программа предлагает строки сама.",
    ("system", "written", "municipality", "school_id", "first_year"),
    (
        Column(
            "system",
            "Система",
            "text",
            "Чья это запись. Выберите из списка.",
            required=True,
            choices=KEY_SYSTEMS,
            example="ФИС ОКО",
        ),
        Column(
            "written",
            "Как записана школа",
            "text",
            "Логин, код, ИНН или название точно так, как в файле этой системы.",
            required=True,
            aliases=("Запись в файле",),
            example="edu000091",
        ),
        Column(
            "municipality",
            "Муниципалитет",
            "text",
            "Если то же название есть у школ разных муниципалитетов.",
            aliases=("МО", "Муниципальное образование"),
            example="Приозёрный район",
        ),
        replace(
            SCHOOL,
            required=False,
            note="Код школы в реестре. Пусто — это не школа реестра.",
            aliases=(),
        ),
        Column(
            "decision",
            "Это она",
            "flag",
            "«Да» — это эта школа, «нет» — другая; пусто — ещё не решено, программа спросит.",
            example="да",
        ),
        Column(
            "first_year",
            "С учебного года",
            "year",
            "С какого учебного года запись верна. Пусто — всегда.",
            minimum=2000,
            maximum=2100,
            example="2021/2022",
        ),
        Column(
            "last_year",
            "По учебный год",
            "year",
            "По какой учебный год запись верна. Пусто — до сих пор.",
            minimum=2000,
            maximum=2100,
        ),
        Column("note", "Примечание", "text", "Почему так решили.", example="школу переименовали"),
    ),
    given=(),
    lasting=True,
)

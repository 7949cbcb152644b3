"""The register of schools."""

from __future__ import annotations

from shnor_lib.tables.codes import SCHOOL_KINDS, SETTLEMENT_TYPES
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

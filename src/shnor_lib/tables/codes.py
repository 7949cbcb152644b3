"""Closed lists of values: code → what people write."""

from __future__ import annotations

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

HISTORIES: dict[str, str] = {
    "stays": "остаются у прежней школы",
    "moves": "переходят к правопреемнику",
}
"""Whose are the earlier results of a school merged into another."""

KEY_SYSTEMS: dict[str, str] = {
    "fis_oko": "ФИС ОКО",
    "ris_gia": "РИС ГИА",
    "inn": "ИНН",
    "name": "название",
}
"""Systems that write schools in their own way: code → name for people."""

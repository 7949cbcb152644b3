"""Abbreviations of the field and what they stand for: an official paper explains those it uses."""

from __future__ import annotations

import re

ABBREVIATIONS: dict[str, str] = {
    "ШНОР": "школы с низкими образовательными результатами",
    "ШССУ": "школы, функционирующие в сложных социальных условиях",
    "ВПР": "всероссийские проверочные работы",
    "ОГЭ": "основной государственный экзамен",
    "ЕГЭ": "единый государственный экзамен",
    "ГИА": "государственная итоговая аттестация",
    "МОУО": "муниципальный орган управления образованием",
    "ИРОиПК": "институт развития образования и повышения квалификации",
    "ЦОКО": "центр оценки качества образования",
    "ДПП": "дополнительные профессиональные программы",
    "ОВЗ": "ограниченные возможности здоровья",
    "ПДН": "подразделение по делам несовершеннолетних",
    "КДНиЗП": "комиссия по делам несовершеннолетних и защите их прав",
}
"""In the order in which they are explained."""


def used_in(text: str) -> dict[str, str]:
    """Those of :data:`ABBREVIATIONS` that stand in a text as words of their own.

    Examples
    --------
    >>> list(used_in("Контроль: МОУО. ВПР и ВПРы"))
    ['ВПР', 'МОУО']
    """
    return {
        short: meaning
        for short, meaning in ABBREVIATIONS.items()
        if re.search(rf"\b{short}\b", text)
    }


def explained(text: str) -> str:
    """«ВПР — всероссийские проверочные работы; …» for those used in a text; empty if there are none."""
    return "; ".join(f"{short} — {meaning}" for short, meaning in used_in(text).items())

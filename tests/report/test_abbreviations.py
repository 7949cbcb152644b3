"""Abbreviations are found as words of their own and explained in one order."""

from __future__ import annotations

import pytest

from shnor_lib.report.abbreviations import ABBREVIATIONS, explained, used_in


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("Контроль: МОУО. Итоги ВПР.", ["ВПР", "МОУО"]),
        ("ВПРы, вШНОР и ОГЭ-9", ["ОГЭ"]),
        ("«ШНОР», (ШССУ) и ШНОР", ["ШНОР", "ШССУ"]),
    ],
    ids=("nothing", "two", "parts-of-words", "in-quotes"),
)
def test_found_as_words(text: str, wanted: list[str]) -> None:
    assert list(used_in(text)) == wanted
    assert explained(text) == "; ".join(f"{each} — {ABBREVIATIONS[each]}" for each in wanted)

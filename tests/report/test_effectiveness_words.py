"""Sentences of the analysis of effectiveness for 0, 1, 2, 5 and 21 schools."""

from __future__ import annotations

import re
from functools import cache

import pytest

from shnor_lib.methods.effectiveness import INDICATORS, Effectiveness
from shnor_lib.methods.half_year import HalfYear
from shnor_lib.report import effectiveness_words as words
from shnor_lib.report.monitoring import effectiveness as say
from tests.methods.test_effectiveness import analysed, little

NAMES: dict[str, str] = {}


@cache
def moved(entered: int, left: int, stayed: int = 0) -> Effectiveness:
    """So many schools entered, left and stayed; ten were never on the list."""
    low = {f"E{i:02d}": (1, 1, 30) for i in range(entered)}
    low |= {f"L{i:02d}": (30, 30, 1) for i in range(left)}
    low |= {f"S{i:02d}": (30, 30, 30) for i in range(stayed)}
    low |= {f"N{i:02d}": (1, 1, 1) for i in range(10)}
    return analysed(little(low=low), 2)


def visible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("n", "wanted"),
    [(0, "Новых школ нет"), (1, "Вошла 1 школа"), (2, "Вошли 2 школы"), (5, "Вошло 5 школ"),
     (21, "Вошла 21 школа")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_entered(n: int, wanted: str) -> None:
    assert visible(say.moves_sentence(moved(n, 0))).startswith(wanted)


@pytest.mark.parametrize(
    ("n", "wanted"),
    [(0, "никто не вышел."), (1, "вышла 1 школа (уверенно — 1)."), (2, "вышли 2 школы (уверенно — 2)."),
     (5, "вышло 5 школ (уверенно — 5)."), (21, "вышла 21 школа (уверенно — 21).")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_left(n: int, wanted: str) -> None:
    assert visible(say.moves_sentence(moved(0, n))).endswith(wanted)


@pytest.mark.parametrize(
    ("entered", "left", "stayed", "wanted"),
    [
        (0, 0, 0, "0 из 10 школ — столько же, сколько годом раньше."),
        (1, 0, 0, "1 из 11 школ, годом раньше — 0: на 1 больше."),
        (0, 2, 0, "0 из 12 школ, годом раньше — 2: на 2 меньше."),
        (5, 5, 1, "6 из 21 школы — столько же, сколько годом раньше."),
    ],
    ids=["nobody", "one", "two", "21"],
)
def test_list_against_a_year_ago(entered: int, left: int, stayed: int, wanted: str) -> None:
    assert visible(say.listed_sentence(moved(entered, left, stayed))).endswith(wanted)


@pytest.mark.parametrize("half", [1, 2])
@pytest.mark.parametrize("low", [{}, dict.fromkeys("AB", (30, 30, 30))], ids=["empty", "all"])
def test_every_block_speaks_russian(low: dict[str, tuple[int, ...]], half: int) -> None:
    now = analysed(little(low=low) if low else little(low={"A": (1, 1, 1)}), half)
    blocks = [
        say.parameters_line(now, "ministry", "Проба"), say.main_points(now),
        say.comparison_text(now, None), say.status_text(now, NAMES, NAMES),
        say.results_text(now), say.competence_text(now), say.access_text(now, NAMES, NAMES),
        say.deeds_text(now), say.effect_text(now), say.limits(now),
        say.next_steps(now, NAMES, NAMES), say.definitions_text(),
    ]  # fmt: skip
    tables = [
        say.moves_table(now, NAMES, NAMES), say.overdue_table(now, NAMES, NAMES),
        say.effect_table(now, NAMES, NAMES), say.numbers_table(now, now), say.definitions_table(),
    ]  # fmt: skip
    for text in [each.markdown() for each in (*blocks, *tables)]:
        assert text.strip()
        assert not re.search(r"\b(nan|NaN|None|NaT|no_\w+)\b|<NA>", text), text
    said = visible(" ".join(each.markdown() for each in blocks))
    assert "анные не позволяют показать эффект" in said
    if half == 1:
        assert "появятся весной" in said


def test_every_indicator_has_title_definition_and_source() -> None:
    names = {each.id for each in INDICATORS}
    assert names == set(words.TITLE) == set(words.DEFINITION)
    table = visible(say.definitions_table().markdown())
    for each in INDICATORS:
        assert words.TITLE[each.id] in table
        assert each.standing in table


@pytest.mark.parametrize(
    ("half", "wanted"),
    [
        (1, "в первом полугодии 2025/26 учебного года"),
        (2, "во втором полугодии 2025/26 учебного года"),
    ],
)
def test_halves_in_words(half: int, wanted: str) -> None:
    assert visible(words.in_half(HalfYear(2026, half))) == wanted


def test_a_number_is_never_shown_without_what_stands_behind_it() -> None:
    now = moved(5, 5, 1)
    for row in now.numbers.to_dict("records"):
        said = visible(words.value_words({str(k): v for k, v in row.items()}))
        assert bool(said) == (row["absent"] == "")
        assert not said or re.search(r"\d+ из \d+|\(из \d+\)|\(школ \d+\)", said), said

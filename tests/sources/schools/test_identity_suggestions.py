"""Suggestions: what a name is taken apart into, and who is suggested first."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

from shnor_lib.demo import simulate
from shnor_lib.sources.schools.school_suggestions import Suggester, Why
from shnor_lib.sources.schools.school_words import code_key, name_parts, same_municipality
from tests.sources.schools.test_identity import SCHOOLS, register


@pytest.mark.parametrize(
    "name",
    [
        "МБОУ «СОШ № 1 с. Светлое»",
        "МKOУ СОШ №1 с.Светлое",
        "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная "
        "школа № 1 с. Светлое»",
        "Муниципальное общеобразовательное бюджетное учреждение средняя школа N1, село Светлое",
        "СОШ № 1 имени Героя Советского Союза И. И. Образцова с. Светлое",
        "СОШ №1 им. И.И. Образцова с. Светлое Приозёрного муниципального района",
        "СОШ-01 с. Светлое",
        "МОУ Светлое СШ номер 1",
    ],
)
def test_one_name_in_many_spellings(name: str) -> None:
    parts = name_parts(name)
    assert (parts.kind, parts.numbers, parts.words) == ("сош", {"1"}, "светлое")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Основная общеобразовательная школа с. Дальнее", "оош"),
        ("Начальная школа", "нош"),
        ("Гимназия № 2", "гимназия"),
        ("МАОУ Гимнаия № 2", "гимназия"),
        ("Вечерняя (сменная) общеобразовательная школа", "всош"),
        ("Специальная (коррекционная) школа № 3", "коррекционная"),
        ("Светлая", ""),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert name_parts(name).kind == kind


def test_codes_and_municipalities() -> None:
    assert code_key("0101") == code_key(" 101 ") != code_key("1010")
    assert same_municipality("Приозёрный р-н", "Приозёрный муниципальный округ")
    assert not same_municipality("город Светлый", "Светлый район")


def _first(frame: pd.DataFrame, text: str, **more: str) -> list[str]:
    return [s.school_id for s in Suggester(frame).suggest(text, **more)]


def test_numbers_must_agree() -> None:
    frame = register(
        *(
            {"school_id": f"ШК-{k}", "name": f"СОШ № {k} г. Лучеград"}
            for k in (1, 2, 10, 11, 21, 111)
        )
    )
    for number in ("1", "11", "21"):
        assert _first(frame, f"СОШ №{number} г. Лучегад")[0] == f"ШК-{number}"
    # No school has this number: none is suggested, however like the name is.
    assert _first(frame, "СОШ № 12 г. Лучеград") == []


def test_a_name_without_its_number_is_suggested_with_less_certainty() -> None:
    frame = register({"school_id": "ШК-1", "name": "СОШ № 5 с. Тихозаливное"})
    (found,) = Suggester(frame).suggest("СОШ с. Тихозаливное")
    assert found.why in (Why.NEARLY, Why.LIKE)
    assert "%" not in found.sentence and not re.search(r"\d\d", found.sentence)


def test_the_municipality_decides_between_equal_names() -> None:
    frame = register(
        {"school_id": "А", "name": "СОШ № 1 с. Светлое", "municipality": "Заречный округ"},
        {"school_id": "Б", "name": "СОШ № 1 с. Светлое", "municipality": "Приозёрный район"},
    )
    assert _first(frame, "СОШ 1 Светлое", municipality="Приозёрный муниципальный округ")[0] == "Б"
    assert _first(frame, "СОШ 1 Светлое", municipality="Заречный район")[0] == "А"


def test_logins_with_one_number() -> None:
    sch, ksh = (Suggester(SCHOOLS).suggest(text)[0] for text in ("sch000002", "ksh000002"))
    assert (sch.school_id, sch.why) == ("ШК-02", Why.PREFIX)
    assert (ksh.school_id, ksh.why) == ("ШК-02", Why.SAME_DIGITS)


def test_codes_in_a_row_suggest_nothing() -> None:
    frame = register(
        *(
            {"school_id": f"ШК-{k:03}", "name": f"Школа {k}", "ris_code": f"101{k:03}"}
            for k in range(40)
        )
    )
    assert _first(frame, "101999") == []
    # Two digits changed places.
    assert _first(SCHOOLS, "110002") == ["ШК-02"]


def test_at_most_three_and_room_for_refusals() -> None:
    frame = register(
        *({"school_id": f"ШК-{k}", "name": f"СОШ с. Светлое {chr(1072 + k) * 2}"} for k in range(6))
    )
    suggester = Suggester(frame)
    first = [s.school_id for s in suggester.suggest("Светлое СОШ")]
    second = [s.school_id for s in suggester.suggest("Светлое СОШ", refused=set(first))]
    assert len(first) == 3 and second and not set(first) & set(second)


@cache
def _region() -> pd.DataFrame:
    return simulate(schools=640, municipalities=30, years=2).tables["schools"]


def _typo(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + rng.choice("абвгдежзиклмнопрстуфхцчшыэюя") + word[at + 1 :],
        ]
    )


def _misspelt(name: str, rng: random.Random) -> str:
    word = max(re.findall(r"[А-ЯЁа-яё]{5,}", name), key=len)
    return name.replace(word, _typo(word, rng))


def _legal(name: str, rng: random.Random) -> str:
    inner = name[name.index("«") + 1 : -1]
    forms = ("МОУ {}", "{}", "МКОУ «{}»", "Муниципальное общеобразовательное учреждение «{}»")
    return rng.choice(forms).format(inner)


def _number(name: str, rng: random.Random) -> str:
    return re.sub(r"№ (\d+)", lambda m: rng.choice(("№{}", "N {}", "№  0{}")).format(m[1]), name)


def _honour(name: str, _: random.Random) -> str:
    return re.sub(r"(№ \d+)", r"\1 имени И. И. Образцова", name)


def _kind(name: str, _: random.Random) -> str:
    return name.replace("СОШ", "средняя общеобразовательная школа").replace("ООШ", "основная школа")


def _home(name: str, rng: random.Random) -> str:
    kinds = ("район", "муниципальный район", "муниципальный округ")
    return name.replace("район", rng.choice(kinds)).replace("городской округ", "г.")


_ALL = (_honour, _number, _kind, _legal, _misspelt)


@pytest.mark.parametrize(
    ("changes", "at_least", "at_least_blind"),
    [
        ((_misspelt,), 0.99, 0.98),
        ((_misspelt, _misspelt), 0.98, 0.96),
        ((_legal, _number), 0.99, 0.98),
        (_ALL, 0.98, 0.96),
    ],
    ids=["one slip", "two slips", "legal form and number", "everything at once"],
)
def test_the_right_school_comes_first(
    changes: tuple[Callable[[str, random.Random], str], ...],
    at_least: float,
    at_least_blind: float,
) -> None:
    """Share of 640 invented schools suggested first, with the municipality and without it."""
    frame, rng = _region(), random.Random(20261122)
    suggester = Suggester(frame)
    hits = blind = 0
    for code, name, home in frame[["school_id", "name", "municipality"]].itertuples(
        index=False, name=None
    ):
        text = name
        for change in changes:
            text = change(text, rng)
        found = suggester.suggest(text, title=text, municipality=_home(home, rng))
        hits += [s.school_id for s in found][:1] == [code]
        blind += [s.school_id for s in suggester.suggest(text, title=text)][:1] == [code]
    assert len(frame) == 640
    assert hits / 640 >= at_least and blind / 640 >= at_least_blind, (hits / 640, blind / 640)


def test_a_wrong_number_never_brings_its_neighbour_first() -> None:
    """«СОШ № 1» for «СОШ № 11»: with the number changed the named school is not suggested."""
    frame = _region()
    suggester = Suggester(frame)
    for code, name, home in (
        frame[["school_id", "name", "municipality"]].head(200).itertuples(index=False, name=None)
    ):
        changed = re.sub(r"№ (\d+)", r"№ \g<1>\g<1>7", name)
        found = suggester.suggest(changed, title=changed, municipality=home)
        assert code not in [s.school_id for s in found]

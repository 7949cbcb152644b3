"""Grounds and conditions of recommendations in Russian."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shnor_lib.methods.recommendation_rules import Condition, Deadline, load_recommendations
from shnor_lib.methods.school_facts import FACTS
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.school.recommendations import proposed

LIBRARY = load_recommendations("proposal")
CODES = re.compile(r"[a-z_]{3,}|\{|\bNone\b|nan|\*")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def ground(fact: str, value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"fact": fact, "word": None, "number": None, "numerator": None, "n": None}
    if isinstance(value, tuple):
        return row | {"numerator": value[0], "n": value[1], "number": value[0] / value[1]}
    return row | {"word" if isinstance(value, str) else "number": value}


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("share_low.oge.математика", (10, 29), "ОГЭ, математика: доля «2» — 34,5 % (10 из 29)"),
        ("share_low.ege.химия", (1, 5), "ЕГЭ, химия: доля ниже минимума — 20,0 % (1 из 5)"),
        ("status", "both", "Статус школы — ШНОР и ШССУ"),
        ("confidence", "borderline", "Уверенность в статусе — на границе"),
        ("dynamics", "negative", "Динамика результатов за год — отрицательная"),
        (
            "risk.parents",
            "high",
            "Значимость фактора «Низкий уровень вовлечённости родителей» — высокая",
        ),
        (
            "risk_state.parents",
            "in_work",
            "Состояние фактора «Низкий уровень вовлечённости родителей» — в работе",
        ),
        ("years_listed", 2.0, "Лет в списке из последних трёх — 2"),
        ("support.mentor", 0.0, "Закреплено за школой наставников — 0"),
        (
            "social.non_native",
            (30, 100),
            "Социальный паспорт, «Русский язык — неродной» — 30,0 % (30 из 100)",
        ),
        ("staff.teachers_young", (3, 9), "Кадры, «Молодых учителей» — 33,3 % (3 из 9)"),
        ("warning", 0.634, "Вероятность попасть в список в следующем году — 63 %"),
        ("index", 41.26, "Индекс социального благополучия — 41,3"),
        ("index_place", (3, 11), "Доля школ с меньшим индексом — 27,3 % (3 из 11)"),
        ("internet", 12.5, "Скорость интернета, Мбит/с — 12,5"),
    ],
)
def test_a_ground_has_its_number_and_n(fact: str, value: Any, expected: str) -> None:
    assert plain(say.ground_sentence(ground(fact, value))) == expected


def test_every_kind_of_fact_is_said_without_codes() -> None:
    for name, fact in FACTS.items():
        for code in fact.words or [1.0]:
            one = name.replace("share_low.*.*", "share_low.vpr.химия")
            one = {"social.*": "social.at_risk", "staff.*": "staff.teachers_young"}.get(one, one)
            one = one.replace("support.*", "support.tutor").replace(".*", ".failure")
            said = say.ground_sentence(ground(one, (1, 4) if fact.kind == "share" else code))
            assert not CODES.search(said), said
            assert said[0].isupper()
            assert not said.endswith(".")


def test_grounds_follow_each_other_as_one_sentence() -> None:
    rows = [ground("status", "low_results"), ground("vacancies", 2.0), ground("share_low.vpr.химия", (1, 4))]  # fmt: skip
    assert plain(say.grounds_line(rows)) == (
        "Статус школы — ШНОР; вакансий учителей — 2; ВПР, химия: доля «2» — 25,0 % (1 из 4)"
    )
    assert say.grounds_line([]) == ""


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_every_rule_is_said_without_codes(rule) -> None:
    said = plain(say.when_words(rule))
    assert not CODES.search(said), said
    assert said.count("(") == said.count(")")
    if rule.schools is not None:
        assert f"не менее {rule.schools.at_least}" in said
    for text in (
        say.deadline_words(rule.deadline),
        say.document_words(rule),
        say.topic(rule.topic),
    ):
        assert not CODES.search(text)
    # half-spaces of «20 %» and no ASCII quotation marks in what people read
    for text in (rule.title, rule.text, rule.ground.reason, rule.controller):
        assert '"' not in text and "  " not in text and " - " not in text, text


def test_conditions_in_words() -> None:
    def words(**given: Any) -> str:
        return plain(say.condition_words(Condition.model_validate(given)))

    low = {"fact": "share_low.oge.*", "at_least": 0.2, "min_n": 5}
    bad = {"fact": "status", "is": ["both"]}
    assert words(**low) == "ОГЭ, любой предмет: доля «2» — не менее 20 % (участников не менее 5)"
    assert words(all=[bad, {"any": [low, {"fact": "measures", "at_most": 0}]}]) == (
        "статус школы — «ШНОР и ШССУ»; (ОГЭ, любой предмет: доля «2» — не менее 20 % "
        "(участников не менее 5); либо мер дорожной карты — 0)"
    )
    assert words(none=[bad]) == "неверно, что статус школы — «ШНОР и ШССУ»"
    assert (
        words(fact="attended", less_than=0.855) == "уроков учебного плана посещено — менее 85,5 %"
    )
    assert words(fact="vacancies", more_than=1, at_most=3) == (
        "вакансий учителей — более 1 и не более 3"
    )


def test_deadlines_in_words() -> None:
    assert [plain(say.deadline_words(Deadline(days=n))) for n in (1, 2, 5, 21)] == [
        "1 день", "2 дня", "5 дней", "21 день",
    ]  # fmt: skip
    day = Deadline.model_validate({"day": {"month": 5, "day": 1}})
    assert plain(say.deadline_words(day)) == "до 1 мая"


def test_counted_in_agreement() -> None:
    assert [plain(proposed(n)) for n in (0, 1, 2, 5, 21)] == [
        "предлагается 0 рекомендаций", "предлагается 1 рекомендация", "предлагаются 2 рекомендации",
        "предлагается 5 рекомендаций", "предлагается 21 рекомендация",
    ]  # fmt: skip

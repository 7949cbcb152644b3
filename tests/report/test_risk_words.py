"""Sentences about risks: right for 0, 1, 2, 5 and 21 of everything."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from shnor_lib.methods.risk_changes import risk_changes
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import CONTRADICTIONS, RiskProfiles, risk_profile
from shnor_lib.methods.risk_register import risk_register
from shnor_lib.report.charts.risks import risk_map, risk_share_map, state_bars
from shnor_lib.report.risks import phrases, words
from shnor_lib.tables import RISK_FACTORS, RISK_STATES
from tests.methods.builders import dataset, table

RULES = load_risk_rules("proposal")
DAY = dt.date(2026, 4, 15)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def profiles(
    n: int, *, factor: str = "motivation", level: str = "high", **check: object
) -> RiskProfiles:
    """Profiles of ``n`` schools, each of one factor."""
    rows = [
        {"school_id": f"S{i}", "year": 2026, "factor": factor, "level": level} for i in range(n)
    ]
    checks = [
        {"school_id": f"S{i}", "year": 2026, "factor": factor, "state": "claimed", **check}
        for i in range(n)
        if check
    ]
    return risk_profile(
        dataset().replace(
            risk_profile=table("risk_profile", rows),
            risk_verification=table("risk_verification", checks),
        ),
        RULES,
    )


def register_of(found: RiskProfiles, day: dt.date = DAY):
    return risk_register(found, dataset(), day)


COVERAGE = {
    (0, 0): "Рисковых профилей за 2025/26 учебный год нет.",
    (1, 0): "есть у 1 школы; в списке ШНОР и ШССУ школ нет.",
    (1, 1): "есть у 1 школы, в том числе у всех школ списка (1).",
    (2, 3): "есть у 2 школ, в том числе у 2 из 3 школ списка; без профиля остаётся 1 школа.",
    (5, 7): "есть у 5 школ, в том числе у 5 из 7 школ списка; без профиля остаются 2 школы.",
    (21, 26): "есть у 21 школы, в том числе у 21 из 26 школ списка; без профиля остаётся 5 школ.",
    (5, 5): "есть у 5 школ, в том числе у всех школ списка (5).",
}


@pytest.mark.parametrize(("numbers", "said"), COVERAGE.items())
def test_coverage(numbers: tuple[int, int], said: str) -> None:
    n, listed = numbers
    got = plain(phrases.coverage_sentence(profiles(n), 2026, [f"S{i}" for i in range(listed)]))
    assert got.endswith(said)


@pytest.mark.parametrize(
    ("n", "start"),
    [
        (1, "Заявлен 1 фактор риска: высокой значимости — 1."),
        (2, "Заявлены 2 фактора риска: высокой значимости — 2."),
        (5, "Заявлено 5 факторов риска: высокой значимости — 5."),
        (21, "Заявлен 21 фактор риска: высокой значимости — 21."),
    ],
)
def test_levels(n: int, start: str) -> None:
    got = plain(phrases.levels_sentence(profiles(n), 2026))
    assert got.startswith(start)
    assert "у фактора «Низкая учебная мотивация обучающихся» — " in got


def test_levels_of_nothing() -> None:
    assert phrases.levels_sentence(profiles(0), 2026) == ""
    assert phrases.verification_sentence(profiles(0), 2026) == ""


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "ни школы, ни кураторы решений не приняли (0 из 1 фактора)."),
        (5, "ни школы, ни кураторы решений не приняли (0 из 5 факторов)."),
        (21, "ни школы, ни кураторы решений не приняли (0 из 21 фактора)."),
    ],
)
def test_verification_not_begun(n: int, said: str) -> None:
    assert plain(phrases.verification_sentence(profiles(n), 2026)).endswith(said)


def test_verification_done() -> None:
    found = profiles(5, school_decision="accepts", curator_decision="accepts")
    assert plain(phrases.verification_sentence(found, 2026)) == (
        "Верификация: обе стороны приняли решение по 5 из 5 факторов (100,0 %), то есть проверено всё."
    )
    assert plain(phrases.agreement_sentence(found, 2026)).endswith("они совпали (5 из 5).")
    disputed = profiles(1, school_decision="accepts", curator_decision="rejects")
    assert plain(phrases.agreement_sentence(disputed, 2026)).endswith(
        "они совпали в 0 из 1 случая (0,0 %)."
    )


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Противоречий в профилях и протоколах нет."),
        (1, "Найдено 1 противоречие у 1 школы: "),
        (2, "Найдены 2 противоречия у 2 школ: "),
        (5, "Найдено 5 противоречий у 5 школ: "),
        (21, "Найдено 21 противоречие у 21 школы: "),
    ],
)
def test_contradictions(n: int, said: str) -> None:
    found = profiles(n, school_decision="accepts", curator_decision="accepts", state="rejected")
    assert plain(phrases.contradictions_sentence(found, 2026)).startswith(said)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Рисков, по которым нужны решения, нет."),
        (1, "На 15.04.2026 решения ждёт 1 риск из 1; ближайший срок — 31.07.2026 (1 риск)."),
        (2, "На 15.04.2026 решения ждут 2 риска из 2; ближайший срок — 31.07.2026 (2 риска)."),
        (5, "На 15.04.2026 решения ждут 5 рисков из 5; ближайший срок — 31.07.2026 (5 рисков)."),
        (21, "На 15.04.2026 решения ждёт 21 риск из 21; ближайший срок — 31.07.2026 (21 риск)."),
    ],
)
def test_decisions(n: int, said: str) -> None:
    assert plain(phrases.decisions_sentence(register_of(profiles(n)))) == said


@pytest.mark.parametrize(
    ("n", "late"),
    [(1, "из них просрочен 1."), (2, "из них просрочены 2."), (5, "из них просрочено 5.")],
)
def test_overdue(n: int, late: str) -> None:
    got = plain(phrases.decisions_sentence(register_of(profiles(n), dt.date(2026, 9, 1))))
    assert got.endswith(late)


def test_all_decided() -> None:
    found = profiles(5, state="in_work")
    assert plain(phrases.decisions_sentence(register_of(found))) == (
        "На 15.04.2026 решения есть по всем рискам (5)."
    )
    assert phrases.levels_of_decision_sentence(register_of(found)) == ""


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 риск неуправляем:"), (2, "2 риска неуправляемы:"), (5, "5 рисков неуправляемы:"),
     (21, "21 риск неуправляем:")],
)  # fmt: skip
def test_unmanaged(n: int, said: str) -> None:
    assert plain(
        phrases.note_sentence(register_of(profiles(n, factor="special_needs")))
    ).startswith(said)


def test_unmanaged_none() -> None:
    assert phrases.note_sentence(register_of(profiles(3))) == ""


@pytest.mark.parametrize(("n", "who"), [(1, "У одной школы, профиль которой есть"),
                                        (5, "У 5 школ, профили которых есть"),
                                        (21, "У 21 школы, профили которых есть")])  # fmt: skip
def test_changes(n: int, who: str) -> None:
    found = profiles(n)
    before = found.factors.assign(year=2025, level="low")
    both = pd.concat([before, found.factors]).astype(found.factors.dtypes.to_dict())
    got = plain(phrases.changes_sentence(risk_changes(both, 2026), 2026))
    assert got == f"{who} и за 2024/25, и за 2025/26, ставших значимее — {n}."


def test_nothing_to_compare_with() -> None:
    got = phrases.changes_sentence(risk_changes(profiles(2).factors, 2026), 2026)
    assert got.startswith("Сравнить не с чем")


@pytest.mark.parametrize(
    ("days", "said"),
    [(-46, "просрочено на 46 дней (срок 28.02.2026)"), (-1, "просрочено на 1 день (срок 28.02.2026)"),
     (-22, "просрочено на 22 дня (срок 28.02.2026)")],
)  # fmt: skip
def test_due_in_the_past(days: int, said: str) -> None:
    row = {"decide_by": pd.Timestamp(2026, 2, 28), "days_left": days, "decided": False,
           "note_only": False, "overdue": True}  # fmt: skip
    assert plain(words.due(row)) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [(107, "до 31.07.2026 (107 дней)"), (1, "до 31.07.2026 (1 день)"), (2, "до 31.07.2026 (2 дня)"),
     (0, "до 31.07.2026 (сегодня последний день)")],
)  # fmt: skip
def test_due_ahead(days: int, said: str) -> None:
    row = {"decide_by": pd.Timestamp(2026, 7, 31), "days_left": days, "decided": False,
           "note_only": False, "overdue": False}  # fmt: skip
    assert plain(words.due(row)) == said


def test_every_code_has_its_words() -> None:
    assert set(words.CONTRADICTION) == set(words.TO_DO) == set(CONTRADICTIONS)
    assert set(words.FACTOR_SHORT) == set(RISK_FACTORS)


def test_counted_levels() -> None:
    assert words.counted_levels({"high": 3, "low": 1}) == "высокой значимости — 3, низкой — 1"
    assert words.counted_levels({"low": 1}) == "низкой значимости — 1"
    assert words.counted_levels({}) == ""


# --- charts ------------------------------------------------------------------------------------


def test_map_has_a_letter_for_every_level_and_a_cross_for_what_is_closed() -> None:
    rows = [
        {"school_id": "A", "factor": f, "level": level, "state": state}
        for f, level, state in (
            ("equipment", "high", "claimed"), ("staff_shortage", "medium", "confirmed"),
            ("competence", "low", "in_work"), ("training", "high", "rejected"),
            ("parents", "high", "removed"), ("failure", None, "confirmed"),
        )
    ]  # fmt: skip
    chart = risk_map(rows, ["A"], {"A": "Школа <b>"})
    heat = chart.spec()["data"][0]
    place = list(RISK_FACTORS).index
    letters = heat["text"][0]
    assert letters[place("equipment")] == "В"
    assert letters[place("staff_shortage")] == "С"
    assert letters[place("competence")] == "Н"
    assert letters[place("training")] == letters[place("parents")] == "×"
    assert letters[place("failure")] == letters[place("motivation")] == ""
    assert heat["z"][0][place("motivation")] is None
    assert "<b>" not in heat["hovertext"][0][0].replace("&lt;b&gt;", "")
    assert chart.alt.startswith(
        "Карта рисков: 1\u00a0школа, 11\u00a0факторов; высокой значимости — 1"
    )


def test_shares_have_their_n() -> None:
    cells = [{"municipality": "Район", "factor": "equipment", "n_high": 1, "n": 3}]
    chart = risk_share_map(cells, ["Район"])
    heat = chart.spec()["data"][0]
    assert heat["z"][0][0] == pytest.approx(33.33)
    assert plain(heat["hovertext"][0][0]).endswith("33,3 % (1 из 3 школ)")
    assert heat["z"][0][1] is None


def test_empty_charts_say_so() -> None:
    for chart in (risk_map([], [], {}), risk_share_map([], []), state_bars([], [2026])):
        assert chart.alt == "Данных для диаграммы нет."


def test_states_by_year() -> None:
    counts = [
        {"year": 2026, "state": "claimed", "n": 9},
        {"year": 2025, "state": "removed", "n": 1},
    ]
    chart = state_bars(counts, [2025, 2026])
    assert {bar["name"]: bar["y"] for bar in chart.spec()["data"]} == {
        RISK_STATES["claimed"]: [0, 9],
        RISK_STATES["removed"]: [1, 0],
    }
    assert chart.alt == "Состояние факторов в 2025/26: заявлен — 9."

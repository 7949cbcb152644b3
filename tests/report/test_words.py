from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scipy import stats

from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.report import words
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.format import NBSP, NNBSP
from tests.report.frames import frame


def plain(text: str) -> str:
    return text.replace(NNBSP, " ").replace(NBSP, " ")


def year_of(codes: list[str], year: int) -> list[tuple[str, int, str]]:
    return [(f"S{i:03}", year, code) for i, code in enumerate(codes)]


def statuses(now: list[str], before: list[str] | None = None) -> pd.DataFrame:
    rows = year_of(now, 2024) + (year_of(before, 2023) if before else [])
    return frame("school_id year status", rows)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (
            ["low_results", "low_results", "difficult"] + ["none"] * 9,
            ["none", "low_results", "difficult", "low_results"] + ["none"] * 8,
            "По правилам «П» в списке 3 из 12 школ (25,0 %): 2 ШНОР, 1 ШССУ; по сравнению с "
            "2022/23 добавилась 1 школа, вышла 1 школа.",
        ),
        (
            ["none"] * 21,
            ["low_results"] * 2 + ["none"] * 19,
            "По правилам «П» в списке нет ни одной из 21 школы; по сравнению с 2022/23 новых школ "
            "нет, вышли 2 школы.",
        ),
        (
            ["both"] * 5,
            ["none"] * 5,
            "По правилам «П» в списке все 5 школ: 5 ШНОР и ШССУ сразу; по сравнению с 2022/23 "
            "добавилось 5 школ, никто не вышел.",
        ),
        (
            ["low_results"] * 21 + ["none"] * 21,
            ["none"] * 42,
            "По правилам «П» в списке 21 из 42 школ (50,0 %): 21 ШНОР; по сравнению с 2022/23 "
            "добавилась 21 школа, никто не вышел.",
        ),
        (
            ["low_results"] * 11 + ["insufficient"],
            ["low_results"] * 11 + ["none"],
            "По правилам «П» в списке 11 из 12 школ (91,7 %): 11 ШНОР; по сравнению с 2022/23 "
            "состав списка не изменился. Об одной школе судить нельзя: недостаточно данных.",
        ),
        (
            ["risk_zone"],
            None,
            "По правилам «П» в списке нет ни одной школы: данные есть об одной.",
        ),
        (
            ["none"] + ["insufficient"] * 2 + ["excluded"] * 3,
            None,
            "По правилам «П» в списке нет ни одной из 3 школ. О 2 школах судить нельзя: "
            "недостаточно данных.",
        ),
        (["excluded"], None, "Данных о школах за 2023/24 учебный год нет."),
    ],
)
def test_year_in_one_sentence(now: list[str], before: list[str] | None, expected: str) -> None:
    assert plain(words.year_summary(statuses(now, before), 2024, title="П")) == expected


def test_year_without_data() -> None:
    empty = statuses(["none"]).head(0)
    assert plain(words.year_summary(empty, 2024)) == "Данных о школах за 2023/24 учебный год нет."


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"rank": 9.0, "n_rated": 12, "rank_low": 6, "rank_high": 12},
         "место 9 из 12 (с вероятностью 95 % от 6 до 12)"),
        ({"rank": 3.5, "n_rated": 12, "rank_low": 3, "rank_high": 5},
         "место 3,5 из 12 (с вероятностью 95 % от 3 до 5)"),
        ({"rank": 12.0, "n_rated": 12, "rank_low": 12, "rank_high": 12},
         "место 12 из 12 (с вероятностью 95 % именно 12)"),
        ({"rank": 2.0, "n_rated": 12, "rank_low": None, "rank_high": pd.NA},
         "место 2 из 12 (интервал не рассчитан)"),
        ({"rank": pd.NA, "n_rated": 12, "rank_low": None, "rank_high": None},
         "места нет: недостаточно данных"),
    ],
)  # fmt: skip
def test_no_bare_rank(row: dict[str, Any], expected: str) -> None:
    assert plain(words.rank_words(row)) == expected


def dynamics(verdict: str, improved: int, worsened: int, same: int, apart: int) -> dict[str, Any]:
    return {
        "verdict": verdict, "n_comparable": improved + worsened + same, "n_improved": improved,
        "n_worsened": worsened, "n_no_change": same, "n_incomparable": apart,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (dynamics("positive", 3, 1, 4, 2),
         "Динамика положительная: из 8 сопоставимых результатов улучшились 3, ухудшился 1, у 4 "
         "значимых изменений нет; ещё 2 сравнить нельзя."),
        (dynamics("negative", 0, 21, 0, 0),
         "Динамика отрицательная: из 21 сопоставимого результата ни один не улучшился, "
         "ухудшился 21."),
        (dynamics("no_change", 5, 0, 0, 0),
         "В целом значимых изменений нет: из 5 сопоставимых результатов улучшилось 5, ни один не "
         "ухудшился."),
        (dynamics("incomparable", 0, 0, 0, 1),
         "О динамике судить нельзя: ни один результат сравнить не с чем (1 несопоставимая пара)."),
        (dynamics("incomparable", 0, 0, 0, 0),
         "О динамике судить нельзя: результатов за два года нет."),
    ],
)  # fmt: skip
def test_verdict_on_dynamics(row: dict[str, Any], expected: str) -> None:
    assert plain(words.dynamics_sentence(row)) == expected


def test_summary_of_dynamics() -> None:
    row = {"year": 2024, "n_schools": 5, "n_positive": 3, "share_positive": 0.6, "low": 0.23,
           "high": 0.88}  # fmt: skip
    assert plain(words.dynamics_summary(row)) == (
        "В 2023/24 учебном году динамика положительная у 3 из 5 школ (60,0 %); с вероятностью "
        "95 % доля таких школ — от 23 до 88 %."
    )
    none = {**row, "n_positive": 0, "share_positive": 0.0, "low": 0.0, "high": 0.43}
    assert "нет ни у одной из 5 школ" in plain(words.dynamics_summary(none))
    assert "судить нельзя" in words.dynamics_summary({**row, "n_schools": 0, "n_positive": 0})


def test_grades() -> None:
    assert plain(words.grades_words([5])) == "5 класс"
    assert plain(words.grades_words([6, 5])) == "5 и 6 классы"
    assert plain(words.grades_words([4, 5, 6, 7, 8, 10, pd.NA, 5])) == "4–8 и 10 классы"
    assert words.grades_words([]) == ""


def test_thresholds() -> None:
    rules = load_ruleset("tbilissky-2021")
    assert plain(words.threshold_words(0.2, ">=")) == "20 % и более"
    assert plain(words.threshold_words(0.3, ">")) == "более 30 %"
    assert plain(words.threshold_words(0.125, "<")) == "менее 12,5 %"
    assert plain(words.threshold_words(0, ">", rules.criterion("offences"))) == "более 0"
    assert words.threshold_words(pd.NA, ">") == "не задан"
    assert words.value_words(pd.NA) == "нет данных"


def test_confidence() -> None:
    say = words.confidence_sentence
    assert plain(say("low_results", "borderline", 0.523)).startswith(
        "На границе: вероятность, что хотя бы один показатель действительно за порогом, — 52 %;"
    )
    assert "не за порогом, — 97 %" in plain(say("none", "certain", 0.97))
    assert "более 99 %" in plain(say("low_results", "certain", 0.9999))
    assert "100" not in say("low_results", "certain", 0.9999)
    assert "полного подсчёта" in say("difficult", "certain", 1.0)
    assert "сказать нельзя" in say("insufficient", "insufficient", pd.NA)


def test_reasons_carry_the_numbers_and_the_cells(analysis: Analysis) -> None:
    reasons = words.reason_sentences(analysis.identification, analysis.dataset, "A", 2024)
    assert [plain(reason.text) for reason in reasons] == [
        "ВПР, математика (5 класс): отметку «2» получили 34,5 % (10 из 29) в 2022/23 и 31,0 % "
        "(9 из 29) в 2023/24 — порог 20 %; отметок «5» нет."
    ]
    (reason,) = reasons
    assert reason.criterion == "vpr"
    rows = analysis.dataset.results
    own = rows[
        (rows["school_id"] == "A") & (rows["subject"] == "математика") & (rows["year"] > 2022)
    ]
    expected = "; ".join(f"G{row}, H{row}, K{row}" for row in own["source_row"])
    assert reason.cells == f"results.xlsx · лист «Лист» · {expected}"
    evidence = analysis.identification.evidence_of("A", 2024)
    chances = evidence[(evidence["subject"] == "математика") & (evidence["criterion"] == "vpr")]
    # 2023 and 2024 together, 19 of 58: few schools, so that the prior is the weak one
    assert set(chances["pooled_probability"].round(9)) == {round(reason.probability, 9)}
    assert reason.probability == pytest.approx(stats.beta.sf(0.2, 19.5, 39.5))
    assert words.probability_words(reason.probability) in reason.confidence


def test_reasons_of_social_criteria(analysis: Analysis) -> None:
    reasons = words.reason_sentences(analysis.identification, analysis.dataset, "E", 2024)
    assert [plain(reason.text) for reason in reasons] == [
        "Неполные семьи: 36,0 % обучающихся (77 из 214) в 2023/24 — порог более 30 %.",
        "Правонарушения: 2 в 2023/24 — порог более 0.",
    ]
    assert reasons[0].probability is None
    assert reasons[0].confidence == ""
    # only one of the two columns has a known letter here
    row = analysis.dataset.social_passport.query("school_id == 'E'")["source_row"].iloc[0]
    assert reasons[0].cells == f"social_passport.xlsx · лист «Лист» · D{row}"
    assert reasons[1].cells == f"social_passport.xlsx · лист «Лист» · строка {row}"


def test_no_reasons_without_a_met_criterion(analysis: Analysis) -> None:
    assert words.reason_sentences(analysis.identification, analysis.dataset, "B", 2024) == []


def unit(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return frame(
        "procedure season grade subject used_year n numerator value threshold n_high beyond no_high",
        rows,
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("ege", "spring", None, "химия", 2023, 10, 4, 0.4, 0.3, 1, True, False),
             ("ege", "spring", None, "химия", 2024, 9, 3, 1 / 3, 0.3, 0, True, True)],
            "ЕГЭ, химия: минимальный балл не набрали 40,0 % (4 из 10) в 2022/23 и 33,3 % (3 из 9) "
            "в 2023/24 — порог 30 %; результатов от 81 балла нет в 2023/24.",
        ),
        (
            [("vpr", "autumn", 5, "химия", 2022, 20, 1, 0.05, 0.2, 0, False, True)],
            "ВПР, химия, 5 класс: отметку «2» получили 5,0 % (1 из 20) в 2021/22 (осень) — ниже "
            "порога 20 %; отметок «5» нет.",
        ),
        (
            [("oge", "spring", None, "химия", 2023, 20, 1, 0.05, 0.3, 0, False, True),
             ("oge", "spring", None, "химия", 2024, 20, 9, 0.45, 0.3, 0, True, True)],
            "ОГЭ, химия: отметку «2» получили 5,0 % (1 из 20) в 2022/23 и 45,0 % (9 из 20) в "
            "2023/24 — порог 30 % достигнут в 2023/24; отметок «5» нет.",
        ),
    ],
)  # fmt: skip
def test_results_in_words(rows: list[tuple[Any, ...]], expected: str) -> None:
    assert plain(words.results_sentence(unit(rows))) == expected


@pytest.mark.parametrize(
    ("status", "n_met", "expected"),
    [
        ("low_results", 1, "В 2023/24 учебном году школа в списке по правилам «П» как ШНОР: по 1 "
         "показателю."),
        ("both", 21, "В 2023/24 учебном году школа в списке по правилам «П» как ШНОР и ШССУ: по 21 "
         "показателю."),
        ("difficult", 5, "В 2023/24 учебном году школа в списке по правилам «П» как ШССУ: по 5 "
         "показателям."),
        ("none", 0, "В 2023/24 учебном году по правилам «П» признаков ШНОР и ШССУ нет."),
        ("excluded", 0, "Правила «П» на школы этого вида не распространяются."),
    ],
)  # fmt: skip
def test_status_in_words(status: str, n_met: int, expected: str) -> None:
    assert plain(words.status_sentence(status, 2024, "П", n_met)) == expected

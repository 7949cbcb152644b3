"""The page «Рейтинг и индекс»: what it says, and what it says when there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.rating import page_of_rating, rated_rows, sureness
from shnor_lib.report.pages.rating_checks import alpha_words
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.profile import frames_of
from shnor_lib.report.school.strengths import strengths_section


@pytest.fixture(scope="module")
def analysis(demo_analysis: Analysis) -> Analysis:
    """The demonstration region: a small one is refused most of what the page shows."""
    return demo_analysis


def _page(analysis: Analysis) -> str:
    names = frames_of(analysis).names
    return page_of_rating(
        Site(analysis, names, {key: f"schools/{key}.qmd" for key in names})
    ).decode()


def _seen(text: str) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]*>", " ", text))


def test_page_stands_in_the_menu(analysis: Analysis) -> None:
    found = {s.path: s for s in sections_of(Site(analysis, {}, {}))}
    assert found["rating.qmd"].group == "Анализ"


def test_every_school_has_its_place_with_both_intervals(analysis: Analysis) -> None:
    assert analysis.rating is not None and analysis.uncertainty is not None
    names = frames_of(analysis).names
    rows = rated_rows(analysis, analysis.rating, names, {})
    scores = analysis.rating.scores
    latest = scores[scores["year"] == analysis.year]
    assert {row["school_id"] for row in rows} == set(latest["school_id"])
    assert [row["rank"] for row in rows] == sorted((row["rank"] for row in rows), reverse=True)
    varied = analysis.uncertainty.schools.set_index("school_id")
    own = latest.set_index("school_id")
    for row in rows:
        assert row["high"] == varied.loc[row["school_id"], "rank_high"]
        assert row["chance_high"] == own.loc[row["school_id"], "rank_high"]
        assert row["p_quarter"] == varied.loc[row["school_id"], "p_lowest_quarter"]
    page = _seen(_page(analysis))
    for row in rows:
        assert row["name"] in page


def test_the_cutoff_is_that_of_the_rules(analysis: Analysis) -> None:
    assert analysis.uncertainty is not None
    assert analysis.uncertainty.cutoff == 0.5
    assert "Ниже 50\u202f% максимума" in _page(analysis)


def test_what_cannot_be_concluded_is_said(analysis: Analysis) -> None:
    page = _seen(_page(analysis))
    assert "Чего из рейтинга заключать нельзя" in page
    assert "не основание ни для наказания, ни для награды" in page
    for word in ("Альфа Кронбаха", "От чего зависят места", "Если убрать один показатель"):
        assert word in page
    assert "nan" not in page.lower().split()


def test_refusals_are_shown_with_their_reason(analysis: Analysis) -> None:
    refused = replace(
        analysis,
        uncertainty=None,
        rating_coherence=None,
        refusals={"uncertainty": "Вариант «х» невозможен.", "rating_coherence": "Мало школ."},
    )
    page = _seen(_page(refused))
    assert "Проверка не выполнена. Вариант «х» невозможен." in page
    assert "Проверка не выполнена. Мало школ." in page
    assert "Интервал: случайность и методика" not in page
    bare = replace(
        analysis,
        ratings={},
        indices={},
        refusals={
            f"rating:{analysis.rating_id}": "Нет показателей.",
            f"index:{analysis.index_id}": "Нет паспортов.",
        },
    )
    page = _seen(_page(bare))
    assert "Рейтинг не рассчитан. Нет показателей." in page
    assert "Индекс не рассчитан. Нет паспортов." in page


def test_no_data_no_page_full_of_nothing(analysis: Analysis) -> None:
    assert analysis.rating is not None and analysis.index is not None
    empty = replace(
        analysis,
        ratings={
            analysis.rating_id: replace(analysis.rating, scores=analysis.rating.scores.head(0))
        },
        indices={analysis.index_id: replace(analysis.index, scores=analysis.index.scores.head(0))},
    )
    page = _seen(_page(empty))
    assert "рейтинг рассчитать не для кого" in page
    assert "индекс рассчитать не для кого" in page


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1.0, "уверенно да"), (0.95, "уверенно да"), (0.94, "вероятно да"), (0.75, "вероятно да"),
     (0.5, "на границе"), (0.25, "вероятно нет"), (0.05, "уверенно нет"), (pd.NA, "не оценивается")],
)  # fmt: skip
def test_words_for_the_lowest_quarter(probability: object, words: str) -> None:
    assert sureness(probability) == words


def test_words_for_alpha() -> None:
    assert alpha_words(0.9).startswith("показатели согласованы")
    assert alpha_words(0.6).startswith("согласованы слабо")
    assert alpha_words(0.2).startswith("не согласованы")
    assert alpha_words(-0.5).startswith("противоречат")
    assert alpha_words(None) == "не определена"


def test_school_page_names_strengths_with_n(analysis: Analysis) -> None:
    frames = frames_of(analysis)
    found = analysis.strengths[analysis.strengths["about"] == "rating"]
    row = found[found["n"].notna()].iloc[0]
    text = "\n".join(strengths_section(frames, str(row["school_id"])))
    assert str(row["title"]).split(" — ")[0] in text
    assert f"из\u00a0{row['n_schools']}" in text
    assert re.search(r"\d+\u00a0результат", text)
    assert "в нижней четверти" in text
    assert strengths_section(frames_of(replace(analysis, ratings={})), str(row["school_id"])) == []


def test_page_is_written_as_russian_readers_expect(analysis: Analysis) -> None:
    nasty = "СОШ «<script>alert(1)</script>» | *1* {{< meta x >}} `a` [b](c) & $x$ ```"
    schools = analysis.dataset.schools.assign(name=nasty)
    for case in (analysis, replace(analysis, dataset=analysis.dataset.replace(schools=schools))):
        text = _page(case)
        shown = re.sub(r"\]\([^)]*\)", "", _seen(text))
        for word in ("nan", "None", "<NA>", "inf", "True", "False"):
            assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", shown), word
        assert not re.search(r"\d\.\d", shown)
        assert not re.search(r"\d[ \u00a0]?%", shown)
        assert not re.search(r"[:,\[]NaN", text)
        assert "<script>alert" not in text
        assert shown.count("«") == shown.count("»")

"""School profiles and the list of schools on a small data set with hostile names."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
import pytest
import yaml

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.letters import letters_of
from shnor_lib.report.pages.municipalities import municipality_pages
from shnor_lib.report.pages.school import school_page
from shnor_lib.report.pages.schools import schools_page, schools_rows, slug
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.profile import frames_of

SCHOOLS = ["A", "B", "C", "D", "E", "F", "G"]


def visible(text: str) -> str:
    """The page without identifiers that only machines read."""
    return re.sub(r"status-none|\"none\"", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def figures(text: str) -> list[dict]:
    return [
        json.loads(found)
        for found in re.findall(r'<script type="application/json">(.*?)</script>', text)
    ]


@pytest.mark.parametrize("school", SCHOOLS)
def test_no_programmers_words(analysis: Analysis, school: str) -> None:
    text = visible(school_page(analysis, school))
    assert not re.search(r"\b(nan|NaN|None|NaT|inf)\b|<NA>|&lt;NA&gt;", text)
    assert not re.search(r"\b\d+\.\d+ ?%", text)  # decimal comma
    assert not re.search(r"\b(low_results|risk_zone|not_met|no_data|incomparable|vpr)\b",
                         re.sub(r'class="[^"]*"', "", text))  # fmt: skip


@pytest.mark.parametrize("school", SCHOOLS)
def test_pages_are_well_formed_and_small(analysis: Analysis, school: str) -> None:
    text = school_page(analysis, school)
    assert len(text.encode()) < 100_000
    assert text == school_page(analysis, school)
    head, body = text.removeprefix("---\n").split("\n---\n", 1)
    assert set(yaml.safe_load(head)) >= {"title", "subtitle"}
    assert not re.search(r"^# ", body, re.MULTILINE)
    assert body.count("```{=html}") * 2 == len(re.findall(r"^```", body, re.MULTILINE))
    for figure in figures(text):
        go.Figure(figure)
    for tag in ("div", "table", "details", "ul", "ol", "figure"):
        assert text.count(f"<{tag}") == text.count(f"</{tag}>"), tag
    there = {f"../{letter.path}" for letter in letters_of(analysis)}
    there |= {f"../{page.path}" for page in sections_of(Site(analysis, {}, {}))}
    there |= {f"../{path}" for path in municipality_pages(analysis).values()}
    for link in re.findall(r"\]\(([^)]+)\)", body):
        assert link in there | {"index.qmd"}


@pytest.mark.parametrize("make", [lambda a: school_page(a, "A"), schools_page])
def test_hostile_names_do_nothing(analysis: Analysis, make) -> None:
    text = make(analysis)
    assert "<script>alert" not in text
    assert "{{<" not in text
    assert "alert(1)" in text  # it is shown, as text
    outside = re.sub(r"```\{=html\}.*?\n```", "", text, flags=re.DOTALL)
    assert "*1*" not in outside
    assert "[b](c)" not in outside
    for figure in figures(text):
        assert "<script" not in json.dumps(figure)


def test_answer_first(analysis: Analysis) -> None:
    text = visible(school_page(analysis, "A"))
    top = text.split("## Статус по годам")[0]
    assert 'class="shnor-badge status-low_results">ШНОР<' in top
    assert "34,5 % (10 из 29) в 2022/23 и 31,0 % (9 из 29) в 2023/24 — порог 20 %" in top
    assert "results.xlsx · лист «Лист» · G2, H2, K2" in top
    assert "а не для наказания" in top
    assert top.index("ШНОР") < top.index("Почему") < top.index("наказания")


def test_numbers_of_the_frames_are_on_the_page(analysis: Analysis) -> None:
    text = visible(school_page(analysis, "A"))
    score = analysis.rating.scores.query("school_id == 'A' and year == 2024").iloc[0]
    assert f"{score['share_of_max'] * 100:.1f}".replace(".", ",") + " %" in text
    assert f"место {int(score['rank'])} из {score['n_rated']} (с вероятностью 95 %" in text
    assert "36,7 % (11 из 30) (осень)" in text  # autumn is named
    criteria = analysis.identification.criteria.query("school_id == 'A' and year == 2024")
    section = text.split("## Что проверено")[1].split("## Результаты")[0]
    assert section.count('<th scope="row">') == len(criteria)


def test_school_without_data_says_so_and_draws_nothing(analysis: Analysis) -> None:
    text = school_page(analysis, "C")
    assert "## Данных нет" in text
    assert "shnor-chart" not in text
    assert "<table" not in text
    assert "недостаточно данных" in text


def test_school_with_few_participants(analysis: Analysis) -> None:
    assert "мало участников" in school_page(analysis, "D")


def test_school_beyond_social_thresholds(analysis: Analysis) -> None:
    text = visible(school_page(analysis, "E"))
    assert "status-difficult" in text
    assert "Правонарушений за год: 2 (порог более 0)." in text
    passport = text.split("## Социальный паспорт")[1]
    assert "36,0 %" in passport and "77 из 214" in passport
    assert "более 30 % (выполнен)" in passport


def test_refused_index_is_explained(analysis: Analysis) -> None:
    section = school_page(analysis, "A").split("## Социальное благополучие")[1]
    assert "не рассчитан" in section.split("##")[0]


def test_unknown_school(analysis: Analysis) -> None:
    with pytest.raises(KeyError):
        school_page(analysis, "нет такой")


def test_list_of_schools(analysis: Analysis) -> None:
    rows = schools_rows(frames_of(analysis))
    ids = [row["school_id"] for row in rows]
    assert "F" not in ids  # closed before the year
    assert set(ids) == {"A", "B", "C", "D", "E", "G"}
    by_id = {row["school_id"]: row for row in rows}
    statuses = analysis.identification.statuses.query("year == 2024").set_index("school_id")
    for school, row in by_id.items():
        if school in statuses.index:
            assert row["status"] == statuses.loc[school, "status"]
    assert visible(by_id["A"]["maths"]) == "31,0 % (29)"
    assert by_id["A"]["href"] == f"{slug('A')}.qmd"
    assert by_id["A"]["reason"] == "ВПР"
    assert by_id["C"]["status"] == "insufficient"
    assert rows[0]["school_id"] == "A"


def test_list_page(analysis: Analysis) -> None:
    text = visible(schools_page(analysis))
    assert 'class="shnor-table sortable wide"' in text
    assert "Как читать таблицу" in text
    assert not re.search(r"\b(nan|None|NaT)\b|<NA>", text)
    assert text.count("<tr>") == 1 + 6
    assert "Район | &lt;b&gt;" in text


def test_insufficient_data_says_what_is_missing(analysis: Analysis) -> None:
    top = school_page(analysis, "D").split("## Статус по годам")[0]
    assert "Мало участников по показателям: ВПР." in top
    assert "Нет данных по показателям: ЕГЭ, ОГЭ, Рейтинг." in top

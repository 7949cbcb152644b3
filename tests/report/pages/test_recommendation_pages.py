"""Pages of recommendations and measures, letters: recounted from the rows they are made of."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.project import open_project
from shnor_lib.publish.documents.forms import make_forms
from shnor_lib.publish.documents.reference import reference_docx
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.forms.model import Form
from shnor_lib.report.letters import letters_of
from shnor_lib.report.pages.measures import has_measures, page_of_measures
from shnor_lib.report.pages.recommendation_rules import page_of_rules
from shnor_lib.report.pages.recommendations import has_recommendations, page_of_recommendations
from shnor_lib.report.pages.school import school_page
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import proposals_of
from shnor_lib.report.rows import records
from shnor_lib.report.slugs import slug
from shnor_lib.sources.assemble import read_folder
from tests.methods.builders import NO_CALENDAR, dataset, result
from tests.report import measures_project as planted
from tests.report.frames import NASTY
from tests.report.risk_project import LISTED, SCHOOLS

CODES = re.compile(
    r"\b(nan|NaN|None|NaT|planned|in_work|municipality|low_results)\b|<NA>|\{codes\}"
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    root: Path = planted.write(tmp_path_factory.mktemp("measures") / "project")
    return analyse(open_project(root), read_folder(root / "data/raw", calendar=NO_CALENDAR))


@pytest.fixture(scope="module")
def letters(found: Analysis) -> dict[str, Form]:
    return {letter.path: letter for letter in letters_of(found)}


def site_of(analysis: Analysis) -> Site:
    names = frames_of(analysis).names
    return Site(analysis, names, {key: f"schools/{slug(key)}.qmd" for key in names})


def visible(text: str) -> str:
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"[ \n\u00a0\u202f]+", " ", text.replace("\\", ""))


def test_the_page_says_how_many_to_whom_and_what_is_overdue(found: Analysis) -> None:
    assert found.recommendations is not None
    rows = records(found.recommendations.issued)
    source = page_of_recommendations(site_of(found)).decode()
    text = visible(source)
    count = {
        code: sum(r["addressee"] == code for r in rows) for code in {r["addressee"] for r in rows}
    }
    assert f" {len(rows)} рекомендаци" in text
    assert f"школам — {count['school']}" in text
    assert f"МОУО — {count['municipality']}" in text
    # № 1 was due the day before, № 3 is due today, № 2 was done too late
    assert "Выданы 3 рекомендации, просрочено: 1." in text
    assert "выполняется, просрочено на 1 день" in text
    assert "выполнено позже срока" in text
    for row in rows:
        assert visible(row["title"]) in text
        assert row["deadline"].strftime("%d.%m.%Y") in text
    for school in {r["school_id"] for r in rows if r["school_id"]}:
        assert f'href="schools/{slug(school)}.qmd"' in source
    assert "№ 1, выполняется" in text, "the proposal that was issued is marked"
    assert "№ 2, выполнено" in text
    assert not CODES.search(re.sub(r"\]\([^)]*\)", "", text))


def test_the_library_names_every_rule_once_and_how_often_it_applies(found: Analysis) -> None:
    assert found.recommendations is not None
    rules = found.recommendations.rules.rules
    source = page_of_rules(site_of(found)).decode()
    assert f"{len(rules)} правил" in visible(source)
    lines = dict(re.findall(r"<br><code>([\w-]+)</code></th>(.*?)</tr>", source, re.DOTALL))
    assert sorted(lines) == sorted(rule.id for rule in rules)
    issued = [row["rule"] for row in records(found.recommendations.issued)]
    shown = {rule: int(re.findall(r">(\d+)</td>", line)[-1]) for rule, line in lines.items()}
    assert shown == {rule.id: issued.count(rule.id) for rule in rules}
    assert sum(shown.values()) == len(issued) > 0


def test_the_pages_are_in_the_menu_when_there_is_something_to_say(found: Analysis) -> None:
    paths = {section.path for section in sections_of(site_of(found))}
    assert {"recommendations.qmd", "recommendation-rules.qmd", "measures.qmd"} <= paths
    assert has_recommendations(found) and has_measures(found)


def test_measures_counted_again(found: Analysis) -> None:
    text = visible(page_of_measures(site_of(found)).decode())
    rows = [r for r in records(found.dataset.measures) if r["year"] == found.year]
    alive = [r for r in rows if r["state"] != "dropped"]
    done = [r for r in rows if r["state"] == "done"]
    late = [
        r
        for r in rows
        if r["state"] in {"planned", "in_work"}
        and not pd.isna(r["deadline"])
        and r["deadline"].date() < found.day
    ]
    assert f"В дорожной карте {len(rows)} мер: выполнено — {len(done)}" in text
    assert f"({len(done)} из {len(alive)})" in text
    assert f"просрочены {len(late)} меры" in text
    assert "31.01.2026 выполнено 05.02.2026, позже срока" in text
    assert "просрочено на 14 дней" in text
    assert "За учебный год оформлены 2 протокола собеседований с командами 2 школ." in text
    assert "Решения выполнены: 1 из 2, просрочено: 1." in text
    assert "с командами которых собеседований не было: 1." in text
    assert "действует 1 договор, школ с договорами: 1." in text
    assert not CODES.search(re.sub(r"\{\"data.*?\}\}", "", text))


def test_the_school_sees_its_own_recommendations_only(found: Analysis) -> None:
    proposals = proposals_of(found)
    for school in SCHOOLS:
        page = school_page(found, school)
        own = proposals.of_school(school)
        section = page.partition("## Рекомендации\n")[2].partition("\n## ")[0]
        assert bool(section) == bool(own or proposals.issued_to(school))
        for row in own:
            assert visible(row["title"]) in visible(section)
        assert section.count("<tr>") == (
            len(own) + (1 if own else 0)
            + len(proposals.issued_to(school)) + (1 if proposals.issued_to(school) else 0)
        )  # fmt: skip
        assert ("downloads/letters/" in section) == (school in LISTED)


def test_one_letter_to_every_listed_school_and_office(found: Analysis, letters) -> None:
    proposals = proposals_of(found)
    waiting = records(proposals.register.waiting)
    offices = {r["municipality"] for r in waiting if r["addressee"] == "municipality"}
    schools = {r["school_id"] for r in waiting if r["school_id"]} & set(LISTED)
    others = {r["addressee"] for r in waiting} & {"institute", "assessment"}
    assert len(letters) == len(schools) + len(offices) + len(others)
    for school in schools:
        letter = letters[f"downloads/letters/school-{slug(school)}.docx"]
        text = visible(letter.markdown.replace("**", ""))
        own = [r for r in waiting if r["school_id"] == school]
        numbers = [int(n) for n in re.findall(r"^\*\*(\d+)\.", letter.markdown, re.M)]
        assert numbers == list(range(1, len(own) + 1))
        for row in own:
            assert f"{visible(row['title'])}. " in text
            assert row["deadline"].strftime("%d.%m.%Y") in text
        assert "данные на 15.04.2026" in text
        assert frames_of(found).names[school] in text
        assert not CODES.search(text)
    first = visible(letters[f"downloads/letters/school-{slug('ШК-01')}.docx"].markdown)
    assert "Программа перехода" not in first, "it was issued"
    assert "Ранее выдана 1 рекомендация; она здесь не повторяется." in first


def test_letters_about_many_schools_name_them_with_numbers(found: Analysis, letters) -> None:
    proposals = proposals_of(found)
    names = frames_of(found).names
    for row in records(proposals.register.waiting):
        if row["addressee"] != "municipality":
            continue
        path = f"downloads/letters/municipality-{slug(row['municipality'])}.docx"
        text = visible(letters[path].markdown)
        assert row["municipality"] in text
        for school in proposals.schools(row):
            assert names[school] in text


def test_a_letter_is_an_office_letter(found: Analysis, letters) -> None:
    proposals = proposals_of(found)
    assert len(letters) > 3
    for path, letter in letters.items():
        text = visible(letter.markdown.replace("**", "").replace("\\_", "_"))
        # the addressee in the nominative, lines for name, date, number, salutation, who wrote it
        assert re.search(r"Руководителю\\? _{20,}", text), path
        assert re.search(r"_{10,} № _{8,}", text), path
        assert re.search(r"Уважаемый\(-ая\) _{20,}!", text), path
        assert re.search(r"Исполнитель: _{20,}, тел. _{10,}", text), path
        assert text.count("(подпись)") == 1 and "20__ г." not in text, "its date is at the head"
        assert "Предложение авторов программы.)" not in text
        assert "Основание: положение" not in text and "Основание: порядок" not in text
        lists = re.findall(r"(Школ[аы]):\n:::\n\n((?:- .+\n?)+)", letter.markdown)
        assert bool(lists) == ("/school-" not in path)
        for one in lists:
            assert one[0] == ("Школа" if one[1].strip().count("\n") == 0 else "Школы")
        assert not re.search(r"\.\.|\. \.|: \.| ,", text), path
    one = letters[f"downloads/letters/school-{slug('ШК-01')}.docx"]
    text = visible(one.markdown)
    assert "(Положение, Оленёк, п. 5.12)." in text or "(ср.: Положение, Оленёк, п. " in text
    # full names of the documents, meanings of the abbreviations
    assert "Положение, Оленёк — Положение о муниципальной системе работы" in text
    assert "Сокращения: ШНОР — школы с низкими образовательными результатами" in text
    assert "школа отнесена к школам с низкими образовательными результатами (ШНОР) по своду" in text
    # codes of the register by the numbers of the letter; documents with their points
    waiting = [r for r in proposals.of_school("ШК-01") if r["number"] is None]
    for each in waiting:
        ground = proposals.rule(each).ground
        if ground.document and ground.point[0].isdigit():
            near = "" if ground.standing == "норматив" else "ср.: "
            assert f"({near}{ground.document}, п. {ground.point})." in text
    codes = re.search(r"код рекомендации: (.+?)\.\s", text.replace("\\", "") + " ")
    assert codes is not None
    pairs = [pair.split(" — ") for pair in codes.group(1).split("; ")]
    assert [number for number, _ in pairs] == [str(n) for n in range(1, len(waiting) + 1)]
    assert {code for _, code in pairs} == {row["rule"] for row in waiting}
    for number, code in pairs:
        title = re.search(rf"\*\*{number}\.\s(.+?)\.\*\*", one.markdown)
        assert title is not None
        assert visible(title.group(1)) == visible(proposals.rules[code].title)


def test_the_same_letters_have_the_same_bytes(tmp_path: Path, letters) -> None:
    chosen = list(letters.values())[:2]
    made = []
    for name in ("a", "b"):
        root = tmp_path / name
        paths = make_forms(root, chosen, reference=reference_docx(), organisation="Управление")
        made.append([path.read_bytes() for path in paths])
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0][0])) as archive:
        document = archive.read("word/document.xml").decode()
    assert "Об адресных рекомендациях" in re.sub(r"<[^>]+>", "", document)


def plain_analysis(tmp_path: Path, name: str, low: int) -> Analysis:
    (tmp_path / "shnor.yml").write_text("title: Проверка\n", encoding="utf-8")
    rows = [
        result(school, year, 40, low, 0 if low else 2)
        for school in ("Ш-1", "Ш-2")
        for year in (2025, 2026)
    ]  # fmt: skip
    data = dataset(
        rows, schools=[{"school_id": s, "name": name, "municipality": name} for s in ("Ш-1", "Ш-2")]
    )
    return analyse(open_project(tmp_path), data)


def test_nobody_listed_nothing_kept(tmp_path: Path) -> None:
    analysis = plain_analysis(tmp_path, "Школа", 0)
    assert not has_measures(analysis)
    assert not letters_of(analysis)
    text = visible(page_of_recommendations(site_of(analysis)).decode())
    assert (
        "рекомендаций из правил не следует. Выданных рекомендаций в данных за этот год нет." in text
    )


def test_names_from_data_are_text(tmp_path: Path) -> None:
    analysis = plain_analysis(tmp_path, NASTY, 20)
    letters = letters_of(analysis)
    assert letters
    page = page_of_recommendations(site_of(analysis)).decode()
    for text in (page, *(letter.markdown for letter in letters)):
        assert not re.search(r"(?<!\\)<script", text)
        assert "{{<" not in text

"""A build with teachers: the monitoring, profiles, the annual report, the cards; nobody's code published."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.pipeline import build
from shnor_lib.project import open_project
from shnor_lib.report.cards import FOLDER, card_path
from tests.report import teachers_project as planted
from tests.report.executed import shown

NAME = "03_teacher_competence"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = planted.write(tmp_path_factory.mktemp("teachers-build") / "project")
    project = open_project(root)
    report = build(project, only=[NAME], engine="embedded", documents="none")
    assert not report.failures, report.failures
    return root


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _text_of(path: Path) -> str:
    """All a file holds, unpacked."""
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return "\n".join(archive.read(n).decode("utf-8", "ignore") for n in archive.namelist())
    return path.read_text("utf-8", "ignore")


@pytest.mark.slow
def test_the_monitoring_says_what_was_planted(built: Path) -> None:
    assert not (built / f"reports/2025/{NAME}.ipynb").exists(), "no diagnosis in 2024/25"
    text = shown(built / f"reports/2026/{NAME}.ipynb")
    # by hand: everything is planted, the list is ШК-01, ШК-02, ШК-04
    people = [(s, i) for s, size in planted.SIZES.items() for i in range(size)]
    last = {who: min(planted.first_score(who[1]) + planted.gain(*who), 90) for who in people}
    low = sum(score < 60 for score in last.values())
    assert len(people) == 34
    assert "диагностику прошли 34 учителя из 4 школ" in text
    assert f"({low} из 34; с вероятностью 95 %" in text
    listed = [who for who in people if who[0] in planted.LISTED]
    better = sum(planted.gain(*who) > 0 for who in listed)
    assert (len(listed), better) == (26, 15)
    assert "дважды прошли 26 учителей школ списка" in text
    assert "второй раз результат лучше у 57,7 % (15 из 26;" in text
    everybody = sum(planted.gain(*who) > 0 for who in people)
    assert f"({everybody} из 34; с вероятностью 95 %" in text
    # 28 teachers in the four schools whose staff is known (ШК-05 is not)
    known = {school: size + 3 for school, size in planted.SIZES.items() if school != "ШК-05"}
    whole = sum(known.values()) + 3 * 5
    assert f"(28 из {whole})" in text
    assert "у 1 школы диагностика была, а число учителей не указано" in text
    assert "Из 3 школ списка диагностика была в 2; не было: " in text
    assert "В работе было 11 дефицитов у 11 учителей; на 15.04.2026 восполнено 5 (45,5 %), просрочено 4" in text  # fmt: skip
    assert "Не восполнены и остались без предложения 4." in text
    assert planted.SHARED in text, "named with the school: four of its teachers share it"
    assert "Курсы окончили 6 учителей (6 удостоверений; обычный объём — 36 ч)" in text
    assert not re.search(r">nan<|>None<|<NA>|NaT|\bnan\b|Traceback|Warning", text)


@pytest.mark.slow
def test_no_teacher_is_on_the_site_in_a_notebook_or_in_the_annual_report(built: Path) -> None:
    seen = 0
    for top in (built / "_site", built / "reports"):
        for path in top.rglob("*"):
            if not path.is_file() or built / "reports" / FOLDER in path.parents:
                continue
            seen += 1
            assert planted.CODE not in _text_of(path), path.relative_to(built)
    assert seen > 50
    annual = _plain((built / "reports/2026/annual.qmd").read_text("utf-8"))
    assert "## Предметные компетенции педагогов" in annual
    assert "второй раз результат лучше у 57,7 % (15 из 26;" in annual
    assert "Диагностика — не аттестация" in annual


@pytest.mark.slow
def test_cards_are_word_files_for_schools_and_nothing_of_the_site(built: Path) -> None:
    folder = built / "reports" / FOLDER
    made = {path.name for path in folder.iterdir()}
    weak = {
        school
        for school, size in planted.SIZES.items()
        for i in range(size)
        if min(planted.first_score(i) + planted.gain(school, i), 90) < 60
    }
    assert made == {Path(card_path(school)).name for school in weak | {"ШК-01", "ШК-02"}}
    text = _text_of(built / "reports" / card_path("ШК-02"))
    assert text.count("ПЕРСОНАЛЬНАЯ КАРТА") == 4
    assert text.count("<w:pageBreakBefore/>") >= 3
    assert planted.code("ШК-02", 0) in text
    assert planted.SHARED in text
    assert "срок прошёл" in text
    assert not list((built / "_site").rglob("*internal*"))
    for page in (built / "_site").rglob("*.html"):
        html = page.read_text("utf-8")
        assert not re.search(r'(href|src)="[^"]*internal/', html), page.name


@pytest.mark.slow
def test_profiles_give_sums_only(built: Path) -> None:
    def section(school: str) -> str:
        page = next((built / "reports/schools").glob(f"{Path(card_path(school)).stem}.qmd"))
        text = _plain(page.read_text("utf-8"))
        found = re.search(r"^## Педагоги\n(.*?)^## ", text, re.M | re.S)
        return found.group(1) if found else ""

    first = section("ШК-01")
    assert "диагностику компетенций прошёл 21 учитель из 24 (87,5 %)." in first
    assert "второй раз результат лучше у 47,6 % (10 из 21;" in first
    assert "В работе было 7 дефицитов у 7 учителей" in first
    assert "Дефициты записаны у менее чем 5 учителей" in section("ШК-02")
    assert "прошли меньше 5 учителей: уровни и доли не называются" in section("ШК-03")
    assert "%" not in section("ШК-03")
    assert "для школ списка её предусматривает п. 5.4 (3) Положения" in section("ШК-04")
    assert "сколько учителей в школе всего, в данных не указано" in section("ШК-05")
    assert section("ШК-06").strip() == (
        "В 2025/26 учебном году диагностику компетенций учителя школы не проходили; дефицитов и "
        "курсов на 15.04.2026 не записано."
    )


@pytest.mark.slow
def test_no_teacher_of_the_demonstration_is_on_its_site(built_demo: Path) -> None:
    codes = set(
        pd.concat(
            pd.read_parquet(path)["teacher"]
            for table in ("teacher_diagnostics", "teacher_deficits", "teacher_courses")
            for path in (built_demo / "data/processed" / table).glob("*.parquet")
        )
    )
    assert len(codes) > 50
    code = re.compile("|".join(re.escape(each) for each in sorted(codes, reverse=True)))
    assert any(code.search(_text_of(path)) for path in (built_demo / "reports" / FOLDER).iterdir())
    for path in (built_demo / "_site").rglob("*"):
        if path.is_file() and path.suffix != ".pdf":
            found = code.search(_text_of(path))
            assert not found, (path.relative_to(built_demo), found)

"""A build of three districts with risk profiles: the monitoring, its page, calendars, forms."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from shnor_lib.pipeline import BuildReport, build
from shnor_lib.project import open_project
from tests.report import risk_project as planted
from tests.report.executed import shown

NAME = "04_risk_factors"


def _build(root: Path) -> BuildReport:
    return build(open_project(root), only=[NAME], engine="embedded", documents="none")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = planted.write(tmp_path_factory.mktemp("risk-build") / "project")
    report = _build(root)
    assert not report.failures, report.failures
    return root


@pytest.mark.slow
def test_monitoring_of_both_years(built: Path) -> None:
    for year in (2025, 2026):
        assert (built / f"_site/reports/{year}/{NAME}.html").is_file()
    now, before = (shown(built / f"reports/{year}/{NAME}.ipynb") for year in (2026, 2025))
    assert "в том числе у всех школ списка (3)" in now
    assert "состояние на 15.04.2026" in now
    assert "решения ждут 10 рисков из 14, из них просрочены 2" in now
    assert "состояние на 31.08.2025" in before, "an earlier year is seen from its own end"
    assert "Сравнить не с чем" in before
    for text in (now, before):
        assert not re.search(r">nan<|>None<|<NA>|NaT|\bnan\b|Traceback|Warning", text)


@pytest.mark.slow
def test_the_annual_report_says_the_same_of_risks(built: Path) -> None:
    text = (built / "reports/2026/annual.qmd").read_text("utf-8")
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    main, chapter = text.index("\n## Главное за год"), text.index("\n## Рисковые факторы")
    rest = text.index("\n## ", chapter + 1)
    said = "решения ждут 10 рисков из 14, из них просрочены 2"
    assert said in text[main:chapter], "the box of the first chapter"
    assert said in text[chapter:rest]
    assert "### Верификация и противоречия" in text[chapter:rest]
    assert "### Рисковые факторы" in text[rest:], "remarks and next steps of the monitoring"
    assert "не удалось" not in text


@pytest.mark.slow
def test_register_calendars_and_forms_are_on_the_site(built: Path) -> None:
    page = (built / "_site/reports/risks.html").read_text("utf-8")
    links = set(re.findall(r'href="(downloads/risks/[^"]+\.ics)"', page))
    assert links
    for link in links:
        assert (built / "_site/reports" / link).read_bytes().startswith(b"BEGIN:VCALENDAR")
    home = (built / "_site/index.html").read_text("utf-8")
    assert "Реестр рисков" in home
    school = next((built / "_site/reports/schools").glob("shk-01-*.html"))
    forms = re.findall(r'href="\.\./(downloads/forms/[^"]+\.docx)"', school.read_text("utf-8"))
    assert len(forms) == 2
    for form in forms:
        assert (built / "_site/reports" / form).read_bytes().startswith(b"PK")


@pytest.mark.slow
def test_nothing_to_do_the_second_time_and_everything_gone_without_profiles(
    built: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(built, root)
    assert _build(root).ran == [], "not even in another folder"
    (root / "data/raw/Рисковые профили.xlsx").unlink()
    report = _build(root)
    assert not report.failures
    assert not list((root / "reports").glob(f"*/{NAME}.ipynb"))
    assert not (root / "_site/reports/2026" / f"{NAME}.html").exists()
    assert not list((root / "reports/downloads").rglob("*.ics"))
    assert not list((root / "reports/downloads/forms").glob("*.docx"))
    assert "Реестр рисков" not in (root / "_site/index.html").read_text("utf-8")
    text = (root / "reports/monitorings.qmd").read_text("utf-8")
    assert "4. Рисковые факторы" in text, "named as one there are no data for"
    assert NAME not in text


@pytest.mark.slow
def test_profiles_of_one_year_give_one_monitoring(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "project"))
    (root / "data/raw/Рисковые профили.xlsx").unlink()
    rows = [row for row in planted.profiles() if row["year"] == 2025]
    planted.write_book(root, "Рисковые профили", {"risk_profile": rows})
    report = _build(root)
    assert not report.failures
    made = {path.parent.name for path in (root / "reports").glob(f"*/{NAME}.ipynb")}
    assert made == {"2025"}
    assert "не проведён" in (root / "reports/monitorings.qmd").read_text("utf-8")
    state = json.loads((root / ".shnor/data.json").read_text("utf-8"))
    assert state["years"] == [2025, 2026]

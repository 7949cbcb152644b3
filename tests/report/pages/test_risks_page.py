"""The register of risks, its calendars and the school's section, on three districts."""

from __future__ import annotations

import re
from pathlib import Path

import icalendar
import pytest

from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import risk_profile
from shnor_lib.methods.risk_register import risk_register
from shnor_lib.project import open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.pages.risks import calendar_files, has_risks, risks_page
from shnor_lib.report.pages.school import school_page
from shnor_lib.report.pages.sections import Site, downloads, sections_of
from shnor_lib.report.profile import frames_of
from shnor_lib.report.risks.calendar import ALL, municipality_path, school_path
from shnor_lib.report.slugs import slug
from shnor_lib.sources.assemble import read_folder
from tests.methods.builders import NO_CALENDAR, dataset, result, table
from tests.report import risk_project as planted
from tests.report.frames import NASTY


@pytest.fixture(scope="module")
def risky(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    root: Path = planted.write(tmp_path_factory.mktemp("pages") / "project")
    return analyse(open_project(root), read_folder(root / "data/raw", calendar=NO_CALENDAR))


def site_of(analysis: Analysis) -> Site:
    names = frames_of(analysis).names
    years = {year: ["04_risk_factors"] for year in analysis.years}
    return Site(analysis, names, {key: f"schools/{slug(key)}.qmd" for key in names}, years)


def visible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_page_says_who_decides_what_by_when(risky: Analysis) -> None:
    text = visible(risks_page(site_of(risky)).decode())
    register = risky.risk_register
    assert register is not None
    waiting, late = len(register.waiting), len(register.overdue)
    assert f"решения ждут {waiting} рисков из {len(register.decisions)}" in text
    assert f'<span class="value">{late}</span>' in text
    assert "просрочено на 46 дней (срок 28.02.2026)" in text
    assert "до 31.07.2026: передать региону или принять к сведению" in text
    assert "п. 4.3.2" in text
    assert "п. 4.3.6" in text
    assert 'shnor-standing user" title="предложение авторов программы' in text
    assert "[мониторинге 4](2026/04_risk_factors.ipynb)" in text
    for school in set(register.waiting["school_id"]):
        assert f'href="schools/{slug(school)}.qmd"' in text
    assert not re.search(r"\b(nan|NaN|None|NaT|claimed|weak|in_work)\b|<NA>", text)


def test_page_is_in_the_menu_only_with_profiles(risky: Analysis, analysis: Analysis) -> None:
    assert has_risks(risky)
    assert not has_risks(analysis)
    assert "risks.qmd" in {each.path for each in sections_of(site_of(risky))}
    assert "risks.qmd" not in {each.path for each in sections_of(site_of(analysis))}
    assert downloads(site_of(analysis)) == {}


def test_page_without_mapping_says_why(risky: Analysis) -> None:
    from dataclasses import replace

    broken = replace(
        risky, risks=None, risk_register=None, refusals={"risks": "«factors»: не описаны факторы"}
    )
    text = risks_page(site_of(broken)).decode()
    assert r"Реестр не составлен: «factors»\: не описаны факторы" in text
    assert school_page(broken, "ШК-01")


def test_calendars_hold_every_waiting_decision(risky: Analysis) -> None:
    register = risky.risk_register
    assert register is not None
    files = calendar_files(site_of(risky))
    schools = set(register.waiting["school_id"])
    places = set(register.waiting["municipality"])
    assert set(files) == (
        {ALL} | {municipality_path(p) for p in places} | {school_path(s) for s in schools}
    )
    for school in schools:
        events = icalendar.Calendar.from_ical(files[school_path(school)]).walk("VEVENT")
        days = {
            (e.decoded("DTSTART"), str(e["SUMMARY"]).split(": ", 1)[1])
            for e in events
            if str(e["UID"]).startswith("risk-school-")
        }
        own = register.waiting[register.waiting["school_id"] == school]
        from shnor_lib.report.risks import words

        assert days == {(r.decide_by.date(), words.factor(r.factor)) for r in own.itertuples()}
        again = [e for e in events if str(e["UID"]).startswith("risk-returns-")]
        assert len(again) == int(own["cyclic"].sum())
    joint = icalendar.Calendar.from_ical(files[ALL]).walk("VEVENT")
    keys = register.waiting[["municipality", "factor", "year", "basis"]].drop_duplicates()
    assert len(joint) == len(keys)
    assert len({str(e["UID"]) for e in joint}) == len(joint)
    for event in joint:
        assert event.decoded("DTSTAMP").date() == planted.AS_OF
    assert calendar_files(site_of(risky)) == files


def test_links_of_the_page_lead_to_files_that_are_made(risky: Analysis) -> None:
    site = site_of(risky)
    text = risks_page(site).decode()
    made = set(calendar_files(site))
    linked = set(re.findall(r"\((downloads/[^)]+)\)", text))
    assert linked
    assert linked <= made


def test_school_section(risky: Analysis) -> None:
    text = visible(school_page(risky, "ШК-01"))
    part = text.split("## Рисковый профиль")[1].split("\n## ")[0]
    assert "4 фактора: высокой значимости — 3, низкой — 1" in part
    assert "Проверены школой и куратором: 3 из 4" in part
    assert "отклоняет: охват занятиями полный" in part
    assert "решения нет" in part
    assert "школа подтверждает, куратор отклоняет" in part
    assert "кадровый, слабоуправляемый" in part
    assert "Прежние профили: в 2024/25 — высокой значимости — 2, средней — 1, низкой — 1" in part
    for kind in ("protocol", "self-analysis"):
        assert f"../downloads/forms/{slug('ШК-01')}-{kind}.docx" in part
    assert f"../{school_path('ШК-01')}" in part


def test_measures_of_the_school_and_of_its_district(risky: Analysis) -> None:
    parts = {
        school: visible(school_page(risky, school)).split("## Рисковый профиль")[1]
        for school in ("ШК-02", "ШК-04")
    }
    assert "Родительский клуб района" in parts["ШК-02"]
    assert "Целевой договор с педагогическим колледжем" in parts["ШК-04"]
    assert "выполняется, срок прошёл" in parts["ШК-04"]
    assert "Родительский клуб района" not in parts["ШК-04"]


def test_school_without_profile_has_no_section(risky: Analysis) -> None:
    assert "## Рисковый профиль" not in school_page(risky, "ШК-09")


def test_hostile_names_and_reasons_do_nothing(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\ncompare: []\n", encoding="utf-8")
    data = dataset(
        [result("A", year, 30, 12, 0) for year in (2025, 2026)],
        schools=[{"school_id": "A", "name": NASTY, "municipality": NASTY}],
    ).replace(
        risk_profile=table(
            "risk_profile", [{"school_id": "A", "year": 2026, "factor": "failure", "level": "high"}]
        ),
        risk_verification=table(
            "risk_verification",
            [{"school_id": "A", "year": 2026, "factor": "failure", "school_decision": "rejects",
              "school_reason": NASTY, "curator_decision": "accepts", "state": "claimed"}],
        ),
    )  # fmt: skip
    found = analyse(open_project(tmp_path), data)
    for text in (risks_page(site_of(found)).decode(), school_page(found, "A")):
        assert "<script>alert" not in text
        assert "{{<" not in text
        outside = re.sub(r"```\{=html\}.*?\n```", "", text, flags=re.DOTALL)
        assert "*1*" not in outside
    for path, data_ in calendar_files(site_of(found)).items():
        assert re.fullmatch(r"downloads/risks/[a-z0-9.-]+\.ics", path)
        (first, *_) = icalendar.Calendar.from_ical(data_).walk("VEVENT")
        assert first["SUMMARY"]


def test_nothing_waiting_gives_no_calendar(risky: Analysis) -> None:
    from dataclasses import replace

    rules = load_risk_rules("proposal")
    empty = dataset()
    profiles = risk_profile(empty, rules)
    none = replace(
        risky, risks=profiles, risk_register=risk_register(profiles, empty, planted.AS_OF)
    )
    assert calendar_files(site_of(none)) == {}
    text = visible(risks_page(site_of(none)).decode())
    assert "Рисков, по которым нужны решения, нет." in text
    assert "Сроков впереди нет" in text
    assert not re.search(r"\b(nan|NaT|None)\b|<NA>", text)

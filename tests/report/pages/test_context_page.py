"""The page of conditions, the school's block and the notebook's section on real shapes of data."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from shnor_lib.demo import simulate
from shnor_lib.project import Calendar, ScaleBreak, open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.display import Chart, DataTable
from shnor_lib.report.monitoring import trends as say
from shnor_lib.report.pages.context import page_of_context
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import Frames
from shnor_lib.report.school.conditions import conditions_section, direction_section
from shnor_lib.store import Dataset
from tests.methods.builders import table

SHOWN_BY_MISTAKE = ("nan", "None", "<NA>", "Traceback", "certain", "borderline", "no_change")


def _dataset(**region: int) -> Dataset:
    tables = simulate(**region).tables
    return Dataset(
        **{name: table(name, frame.to_dict("records")) for name, frame in tables.items()}
    )


def _analysis(root: Path, data: Dataset) -> Analysis:
    (root / "shnor.yml").write_text("title: Проба\ncompare: []\n", encoding="utf-8")
    return analyse(open_project(root), data)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return _analysis(tmp_path_factory.mktemp("large"), _dataset(schools=40, municipalities=2))


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return _analysis(tmp_path_factory.mktemp("district"), _dataset())


def _page(analysis: Analysis) -> str:
    frames = Frames(analysis)
    links = {key: f"schools/{key}.qmd" for key in frames.names}
    return page_of_context(Site(analysis, frames.names, links)).decode("utf-8")


def _words(page: str) -> str:
    """What a reader sees."""
    page = re.sub(r"<script.*?</script>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page).replace("\\", ""))


def test_numbers_of_the_page_are_those_of_the_method(large: Analysis) -> None:
    assert large.contextual is not None
    model = large.contextual.best
    page = _words(_page(large))
    assert f"{model.n_schools} школ в модели" in page
    counts = model.schools["verdict"].value_counts()
    for side, words in (("better", "уверенно лучше"), ("worse", "уверенно хуже")):
        assert f"{counts.get(side, 0)} {words} ожидаемого" in page
    best = model.schools.iloc[0]
    assert f"{best['value'] * 100:.1f}".replace(".", ",") in page
    for heading in ("Лучше школ", "Хуже школ", "Что весят условия", "Резильентные", "Годится"):
        assert heading in page
    for wrong in SHOWN_BY_MISTAKE:
        assert not re.search(rf"(?<![\w-]){re.escape(wrong)}(?![\w-])", page), wrong


def test_every_school_of_the_model_is_in_the_whole_table(large: Analysis) -> None:
    assert large.contextual is not None
    page = _page(large)
    whole = page[page.index("Все школы модели") :].split("</details>")[0]
    names = Frames(large).names
    assert whole.count("<tr>") == large.contextual.best.n_schools + 1
    for school in large.contextual.best.schools["school_id"]:
        assert names[school].replace("«", "").split("»")[0][:4] in whole


def test_a_district_gets_the_reason_and_its_resilient_school(district: Analysis) -> None:
    assert district.contextual is None
    page = _words(_page(district))
    assert "Модель не рассчитана" in page
    assert "нужно не меньше 30" in page
    assert "По правилу таких школ 1, из них уверенно — 1." in page.replace("\xa0", " ")
    assert "Годится ли модель" not in page
    assert "Чем это не является" in page


def test_no_index_is_a_reason_too(district: Analysis) -> None:
    without = dataclasses.replace(
        district,
        resilient=None,
        refusals={"contextual": "Нет индекса.", "resilient": "Нет индекса."},
    )
    page = _words(_page(without))
    assert page.count("Нет индекса.") == 2


def test_names_are_escaped(large: Analysis) -> None:
    frames = Frames(large)
    nasty = dict.fromkeys(frames.names, "<script>alert(1)</script> | *a* {{< x >}} `b`")
    page = page_of_context(Site(large, nasty, {})).decode("utf-8")
    assert "<script>alert" not in page
    assert "{{<" not in page


def test_block_of_a_school(large: Analysis) -> None:
    assert large.contextual is not None
    assert large.trends is not None
    frames = Frames(large)
    school = str(large.contextual.best.schools["school_id"].iloc[0])
    said = _words("\n".join(conditions_section(frames, school))).replace("\xa0", " ")
    assert "лучше ожидаемого" in said
    said = _words("\n".join(direction_section(frames, school))).replace("\xa0", " ")
    row = large.trends.schools.set_index("school_id").loc[school]
    assert f"рядов {row['n_units']}," in said
    assert "Все ряды числами" in said
    assert "Направление" in said


def test_block_of_a_resilient_school(district: Analysis) -> None:
    assert district.resilient is not None
    frames = Frames(district)
    school = str(district.resilient.schools["school_id"].iloc[0])
    said = "\n".join(conditions_section(frames, school)).replace("\xa0", " ")
    assert "**Резильентная школа:** индекс в нижней трети, результаты в верхней трети" in said
    other = str(district.resilient.schools["school_id"].iloc[-1])
    assert "Резильентная школа" not in "\n".join(conditions_section(frames, other))


def test_block_of_an_unknown_school(large: Analysis) -> None:
    frames = Frames(large)
    assert "сравнить нельзя" in conditions_section(frames, "нет такой")[0]
    assert "у школы нет" in direction_section(frames, "нет такой")[0]


def test_section_of_the_notebook(district: Analysis) -> None:
    frames = Frames(district)
    way = say.directions(district.dataset, district.year, calendar=district.calendar)
    assert way.found is not None
    tested = way.found.units
    said = say.summary_text(way).markdown().replace("\xa0", " ")
    flat = way.found.untested.set_index("reason")["n_units"].get("flat", 0)
    assert f"— {len(tested) + flat}; в {flat} из них" in said
    assert f"Проверено: {len(tested)} ряд" in said and "у 12 школ." in said
    assert f"найдено {(tested['p_value'] < 0.05).sum()}." in said
    assert f"рядов было бы {(tested['p_chance'] < 0.05).sum()}." in said
    chart = say.trend_chart(way, frames.names)
    assert isinstance(chart, Chart)
    assert "п. п. в год" in chart.alt.replace("\xa0", " ").replace("\u202f", " ")
    for made in (
        say.schools_table(way, frames.names, {}),
        say.works_table(way),
        say.untested_table(way),
    ):
        assert isinstance(made, DataTable)
        shown = _words(made.html())
        for wrong in SHOWN_BY_MISTAKE:
            assert not re.search(rf"(?<![\w-]){re.escape(wrong)}(?![\w-])", shown), wrong
    units = say.units_table(way, frames.names, {})
    assert isinstance(units, DataTable)
    assert units.html().count("<tr>") == 1 + (tested["verdict"] != "no_change").sum()


def test_section_without_enough_years(district: Analysis) -> None:
    first = district.dataset.until(district.dataset.years[1])
    way = say.directions(first, district.dataset.years[1], calendar=district.calendar)
    assert "самый длинный сопоставимый ряд — 2" in say.summary_text(way).markdown().replace(
        "\\", ""
    )
    assert say.trend_chart(way, {}) is None
    assert say.schools_table(way, {}, {}) is None
    assert say.units_table(way, {}, {}) is None
    assert say.works_table(way) is None
    assert say.untested_table(way) is None


def test_section_after_a_change_of_scale(district: Analysis) -> None:
    year = district.year
    broken = Calendar(
        scale_breaks=[ScaleBreak(procedure=name, year=year - 1) for name in ("vpr", "oge", "ege")]
    )
    way = say.directions(district.dataset, year, calendar=broken)
    assert way.found is None
    assert "ряд — 2" in way.refusal

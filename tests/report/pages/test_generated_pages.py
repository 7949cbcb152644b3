"""Every generated page, on ordinary and on extreme data: whole, true and readable."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import yaml

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Project, open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.forms import forms_of
from shnor_lib.report.letters import letters_of
from shnor_lib.report.pages import write_pages
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.runs import all_runs
from shnor_lib.store import Dataset, load_dataset

RUNS = all_runs()
LISTED = ["low_results", "difficult", "both"]


@pytest.fixture(scope="module")
def project(read_demo: Path) -> Project:
    return open_project(read_demo)


@pytest.fixture(scope="module")
def data(project: Project) -> Dataset:
    return load_dataset(project.processed_dir)


def _without(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.head(0)


def _everybody_listed(data: Dataset) -> Dataset:
    """Every school has a social passport in every year, and an offence in each."""
    one = data.social_passport.head(1).drop(columns=["school_id", "year"]).assign(offences=1)
    keys = data.schools[["school_id"]].merge(pd.DataFrame({"year": data.years}), how="cross")
    passports = keys.astype({"year": "Int64"}).merge(one, how="cross")
    return data.replace(social_passport=passports[list(data.social_passport.columns)])


def _nobody_listed(data: Dataset) -> Dataset:
    """One year only: no criterion that needs two years can be met, and no social passports."""
    first = data.years[0]
    one_year = data.until(first)
    return one_year.replace(
        social_passport=_without(data.social_passport), rating_points=_without(data.rating_points)
    )


def _one_school(data: Dataset) -> Dataset:
    school = data.results["school_id"].iloc[0]
    tables = {
        name: frame[frame["school_id"] == school].reset_index(drop=True)
        for name in ("schools", "results", "social_passport", "staff", "rating_points")
        for frame in (getattr(data, name),)
    }
    return Dataset(**tables, cells=data.cells)


def _no_results(data: Dataset) -> Dataset:
    return data.replace(results=_without(data.results), rating_points=_without(data.rating_points))


def _nasty_names(data: Dataset) -> Dataset:
    nasty = "СОШ «<script>alert(1)</script>» | *1* {{< meta x >}} `a` [b](c) & $x$ ```"
    return data.replace(schools=data.schools.assign(name=nasty))


CASES: dict[str, Callable[[Dataset], Dataset] | None] = {
    "demo": None,
    "everybody": _everybody_listed,
    "nobody": _nobody_listed,
    "one school": _one_school,
    "no results": _no_results,
    "nasty names": _nasty_names,
}


@pytest.fixture(scope="module")
def demo_pages(demo_analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages of the demonstration project. Do not write into it."""
    reports = tmp_path_factory.mktemp("pages") / "reports"
    write_pages(demo_analysis, reports, notebooks=list(RUNS))
    return reports


@pytest.fixture(scope="module", params=list(CASES))
def case(
    request: pytest.FixtureRequest,
    project: Project,
    data: Dataset,
    demo_analysis: Analysis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Analysis, Path, list[str]]]:
    change = CASES[request.param]
    analysis = demo_analysis if change is None else analyse(project, change(data))
    reports = tmp_path_factory.mktemp("case") / "reports"
    yield (
        request.param,
        analysis,
        reports,
        write_pages(analysis, reports, notebooks=list(RUNS)),
    )


Case = tuple[str, Analysis, Path, list[str]]


def test_all_pages_are_there_and_reported(case: Case) -> None:
    _, analysis, reports, written = case
    on_disk = sorted(
        path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file()
    )
    assert written == on_disk
    fixed = {
        "_home.md", "_website.yml", "monitorings.qmd", "method.qmd", "data-quality.qmd",
        "schools/index.qmd", "rating.qmd",
        "context.qmd",
    }  # fmt: skip
    assert fixed <= set(written)
    fixed |= {section.path for section in sections_of(Site(analysis, {}, {}))}
    pages = [path for path in written if not path.startswith("downloads/")]
    register = analysis.dataset.schools
    own = register["school_id"].nunique() + register["municipality"].fillna("").nunique()
    assert len(pages) == len(fixed) + own


def _visible(text: str) -> str:
    """What a reader sees of a page: no scripts with figures, no styles, no tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    return re.sub(r"<[^>]*>", " ", text)


def test_nothing_technical_is_visible(case: Case) -> None:
    _, _, reports, written = case
    for path in (p for p in written if not p.endswith(".xlsx")):
        text = (reports / path).read_text("utf-8")
        for word in ("nan", "NaN", "None", "NaT", "<NA>", "inf", "True", "False", "DataFrame"):
            found = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", _visible(text))
            assert not found, (path, word, _visible(text)[found.start() - 80 : found.end() + 40])
        # Plotly data too: a bare NaN is not JSON.
        assert not re.search(r"[:,\[]NaN", text), path


def test_no_decimal_points_and_no_bare_percent_signs(case: Case) -> None:
    name, _, reports, _ = case
    if name == "nasty names":
        return
    for path in ("_home.md", "data-quality.qmd", "monitorings.qmd", "rating.qmd"):
        shown = re.sub(r"\]\([^)]*\)|`[^`]*`\{=html\}", "", _visible((reports / path).read_text()))
        assert not re.search(r"\d\.\d+ ?%", shown), path
        assert not re.search(r"\d[ \u00a0]?%", re.sub(r"«[^»]*(«[^»]*»[^»]*)*»", "", shown)), path


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]


def _links(text: str) -> set[str]:
    parser = _Links()
    parser.feed(re.sub(r"<script.*?</script>", " ", text, flags=re.S))
    markdown = re.findall(r"(?<!\\)\]\(([^)\s]+)\)", text)
    outside = re.compile(r"[a-z]+:", re.IGNORECASE)
    return {link for link in (*parser.found, *markdown) if not outside.match(link)}


def test_every_internal_link_leads_to_a_page(case: Case) -> None:
    _, analysis, reports, written = case
    there = {f"reports/{path}" for path in written} | {"index.qmd"}
    there |= {f"reports/{y}/{name}.ipynb" for y in analysis.years for name in RUNS}
    # Workbooks of notebooks and Word files are made by steps of their own.
    there |= {f"reports/downloads/tables/{y}/{name}.xlsx" for y in analysis.years for name in RUNS}
    there |= {f"reports/{form.path}" for form in (*letters_of(analysis), *forms_of(analysis))}
    seen = 0
    for path in (p for p in written if not p.endswith((".xlsx", ".xml", ".js"))):
        # The home page is included by a page at the project's root.
        folder = Path() if path == "_home.md" else Path("reports") / Path(path).parent
        for link in _links((reports / path).read_text("utf-8")):
            if link in ("c", "#") or link.startswith("#"):
                continue
            seen += 1
            target = (Path("/") / folder / link.partition("#")[0]).as_posix()
            target = str(Path(target)).lstrip("/")
            parts: list[str] = []
            for part in target.split("/"):
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in there, (path, link)
    assert seen > 5


def test_side_menu_names_every_year(case: Case) -> None:
    _, analysis, reports, _ = case
    menu = yaml.safe_load((reports / "_website.yml").read_text("utf-8"))["website"]
    assert menu["title"] == analysis.title
    contents = menu["sidebar"][0]["contents"]
    hrefs = {entry["href"] for part in contents[1:] for entry in part["contents"]}
    assert hrefs == {f"reports/{y}/{n}.ipynb" for y in analysis.years for n in RUNS}


def test_front_matter_is_yaml_with_a_title(case: Case) -> None:
    _, _, reports, written = case
    for path in written:
        if not path.endswith(".qmd"):
            continue
        text = (reports / path).read_text("utf-8")
        assert text.startswith("---\n")
        head = yaml.safe_load(text.split("---\n")[1])
        assert head["title"]


def test_writing_again_changes_nothing(case: Case, project: Project) -> None:
    _, analysis, reports, written = case
    before = {path: (reports / path).stat().st_mtime_ns for path in written}
    assert write_pages(analysis, reports, notebooks=list(RUNS)) == written
    assert {path: (reports / path).stat().st_mtime_ns for path in written} == before


def _cards(home: str) -> dict[str, int]:
    found = re.findall(
        r'<span class="value">([^<]+)</span><span class="label">([^<]+)</span>', home
    )
    return {label: int("".join(char for char in value if char.isdigit())) for value, label in found}


def test_home_counts_are_those_of_the_statuses(case: Case) -> None:
    _, analysis, reports, _ = case
    rows = analysis.identification.statuses
    rows = rows[rows["year"] == analysis.year]
    codes = rows["status"].value_counts()
    cards = _cards((reports / "_home.md").read_text("utf-8"))
    assert cards["ШНОР"] == codes.get("low_results", 0)
    assert cards["ШССУ"] == codes.get("difficult", 0)
    assert cards["ШНОР и ШССУ"] == codes.get("both", 0)
    assert cards["зона риска"] == codes.get("risk_zone", 0)
    assert cards["недостаточно данных"] == codes.get("insufficient", 0)
    total = next(value for label, value in cards.items() if "всего" in label)
    assert total == len(rows) - codes.get("excluded", 0)


def test_extreme_lists_are_said_in_words(case: Case) -> None:
    name, analysis, reports, _ = case
    home = (reports / "_home.md").read_text("utf-8")
    rows = analysis.identification.statuses
    listed = rows[(rows["year"] == analysis.year) & rows["status"].isin(LISTED)]
    if name == "nobody":
        assert listed.empty
        assert "нет ни одной" in home
        assert "Сравнить не с чем" in home
    if name == "everybody":
        total = int((rows["year"] == analysis.year).sum())
        assert len(listed) == total
        assert f"В списке все {total}\u00a0школ" in home


def test_demo_home_agrees_with_plain_counting(
    project: Project, demo_analysis: Analysis, demo_pages: Path
) -> None:
    """The rule of Тбилисский район on incomplete families, counted with nothing but pandas."""
    analysis = demo_analysis
    passports = pd.concat(
        [
            pd.read_parquet(path)
            for path in (project.processed_dir / "social_passport").glob("*.parquet")
        ]
    )
    now = passports[passports["year"] == analysis.year]
    difficult = now[
        ((now["incomplete"] / now["total"]) > 0.30).fillna(False)
        | ((now["poor_housing"] / now["total"]) > 0.20).fillna(False)
        | (now["offences"] > 0).fillna(False)
    ]
    results = pd.concat(
        [pd.read_parquet(path) for path in (project.processed_dir / "results").glob("*.parquet")]
    )
    low = _low_by_hand(results, analysis.year)
    cards = _cards((demo_pages / "_home.md").read_text("utf-8"))
    hard = set(difficult["school_id"])
    assert cards["ШССУ"] + cards["ШНОР и ШССУ"] == len(hard)
    assert cards["ШНОР"] + cards["ШНОР и ШССУ"] == len(low)
    assert cards["ШНОР и ШССУ"] == len(hard & low)


def _low_by_hand(results: pd.DataFrame, year: int) -> set[str]:
    """Share of low results beyond the threshold and no high ones, n ≥ 10, two years running."""
    found: set[str] = set()
    for procedure, threshold in (("vpr", 0.20), ("oge", 0.30), ("ege", 0.30)):
        rows = results[(results["procedure"] == procedure) & results["year"].isin([year, year - 1])]
        pooled = rows.groupby(["school_id", "subject", "year"])[["n", "n_low", "n_high"]].sum()
        bad = pooled[
            (pooled["n"] >= 10)
            & (pooled["n_low"] / pooled["n"] >= threshold)
            & (pooled["n_high"] == 0)
        ].reset_index()
        bad = bad[bad["subject"] != "математика (базовая)"]
        both = bad.groupby(["school_id", "subject"])["year"].nunique()
        found |= {school for school, _ in both[both == 2].index}
    return found


def test_quality_page_tells_every_fault_with_its_place(
    demo_analysis: Analysis, tmp_path: Path
) -> None:
    faults = [
        Fault("a.xlsx", "Лист1", "H15", "x", "доля больше 100 %.", remedy="Исправьте.", rows=2),
        Fault("b.xlsx", message="нет года.", severity=Severity.WARNING),
        Fault("b.xlsx", "Итоги", "B2:D2", message="чьё это?", severity=Severity.QUESTION),
    ]
    data = demo_analysis.dataset.replace(faults=faults)
    analysis = dataclasses.replace(demo_analysis, dataset=data)
    write_pages(analysis, tmp_path, notebooks=list(RUNS))
    page = (tmp_path / "data-quality.qmd").read_text("utf-8")
    for fault in faults:
        assert fault.place in page
        assert fault.message in page
    assert "не вошло 2\u00a0строки" in page
    assert "1\u00a0ошибка, 1\u00a0предупреждение и 1\u00a0вопрос" in (
        tmp_path / "_home.md"
    ).read_text("utf-8")


def test_quality_page_counts_files_and_rows(project: Project, data: Dataset, case: Case) -> None:
    name, _, reports, _ = case
    if name != "demo":
        return
    cards = _cards((reports / "data-quality.qmd").read_text("utf-8"))
    raw = list(project.raw_dir.rglob("*.xlsx"))
    assert next(v for k, v in cards.items() if "файл" in k) == len(raw)
    rows = sum(len(frame) for frame in data.tables.values())
    assert next(v for k, v in cards.items() if "строк" in k) == rows


def test_method_page_quotes_every_criterion_with_its_standing(case: Case) -> None:
    name, analysis, reports, _ = case
    if name != "demo":
        return
    page = (reports / "method.qmd").read_text("utf-8")
    plain = re.sub(r"\\(.)", r"\1", page).replace("\u202f", " ")
    for criterion in analysis.ruleset.criteria:
        assert f"{{#criterion-{criterion.id}}}" in page
        assert criterion.title in plain
        assert criterion.source.quote in plain
    for switch in analysis.ruleset.switches.values():
        assert switch.question in plain
    for found in analysis.others.values():
        assert found.ruleset.title in plain
    assert "shnor-standing norm" in page
    assert "shnor-standing memory" in page
    assert "shnor-standing user" in page


def test_unavailable_notebooks_are_not_linked(demo_analysis: Analysis, tmp_path: Path) -> None:
    analysis = demo_analysis
    latest = analysis.year
    write_pages(analysis, tmp_path, notebooks=list(RUNS), available=lambda year, _: year == latest)
    for name in ("monitorings.qmd", "_website.yml", "_home.md"):
        text = (tmp_path / name).read_text("utf-8")
        assert f"{latest}/{RUNS[0]}.ipynb" in text
        assert f"{latest - 1}/{RUNS[0]}.ipynb" not in text
    assert "не проведён" in (tmp_path / "monitorings.qmd").read_text("utf-8")

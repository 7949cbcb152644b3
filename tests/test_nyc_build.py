"""The whole build on New York's counts: hidden cells, thousands, a renamed column, a new scale."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from shnor_lib import dynamics, load_dataset
from shnor_lib.faults import Severity
from shnor_lib.pipeline import build
from shnor_lib.project import open_project
from shnor_lib.report.slugs import slug
from shnor_lib.sources.crosschecks import CHECKS
from tests.adapters.nyc import DEMOGRAPHICS, FOLDER, MATHS, SUPPRESSED, build_project
from tests.publish.browser import open_site

pytestmark = [pytest.mark.real, pytest.mark.slow]

DISTRICTS = ("10", "75")
"""A district of the Bronx; the small special schools, where most of the hidden counts are."""
BREAK = 2010
NOTE = "в 2010 году подняты пороги уровней"
LEVELS = {f"Level {level} #": f"n{level + 1}" for level in (1, 2, 3, 4)}


@pytest.fixture(scope="module")
def nyc(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The built project on two districts."""
    root = build_project(tmp_path_factory.mktemp("nyc") / "project", shared, districts=DISTRICTS)
    report = build(open_project(root), documents="none")
    assert not report.failures, {name: str(error) for name, error in report.failures.items()}
    assert report.exit_code == 0
    # Real schools grow, shrink and change: the cross-checks ask, and nothing else is wrong.
    assert {fault.severity for fault in report.faults} <= {Severity.QUESTION}
    assert {fault.code for fault in report.faults} <= set(CHECKS)
    assert len(report.faults) < 25
    return root


@pytest.fixture(scope="module")
def maths(shared: Path) -> pd.DataFrame:
    """Rows of the districts in the raw file, everything as text."""
    raw = pd.read_csv(shared / FOLDER / MATHS, dtype=str, encoding="utf-8-sig")
    return raw[raw["DBN"].str[:2].isin(DISTRICTS)]


@pytest.fixture(scope="module")
def grades(maths: pd.DataFrame) -> pd.DataFrame:
    """Rows of single grades with ``hidden``."""
    rows = maths[maths["Grade"] != "All Grades"]
    return rows.assign(hidden=(rows[["Number Tested", *LEVELS]] == SUPPRESSED).any(axis=1))


@pytest.fixture(scope="module")
def results(nyc: Path) -> pd.DataFrame:
    """What the build made of them."""
    return _processed(nyc, "results")


def _processed(root: Path, table: str) -> pd.DataFrame:
    files = sorted((root / "data/processed" / table).glob("*.parquet"))
    return pd.concat([pd.read_parquet(path) for path in files], ignore_index=True)


def _number(column: pd.Series) -> pd.Series:
    return column.str.replace(",", "").astype("int64")


def _page(root: Path, page: str) -> str:
    return (root / "_site" / page).read_text(encoding="utf-8")


def _words(html: str) -> str:
    """What a reader of the page sees, in one line, without its charts."""
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<script.*?</script>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _figures(html: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/json">(.*?)</script>', html, flags=re.DOTALL)
    return [figure for text in found if "layout" in (figure := json.loads(text))]


def _marks(figure: dict[str, Any]) -> list[dict[str, Any]]:
    notes = figure["layout"].get("annotations", [])
    return [note for note in notes if note.get("text") == "смена шкалы"]


def test_totals_equal_the_raw_file(results: pd.DataFrame, grades: pd.DataFrame) -> None:
    shown = grades[~grades["hidden"]]
    theirs = pd.DataFrame(
        {
            "year": shown["Year"].astype("int64"),
            "grade": shown["Grade"].astype("int64"),
            **{ours: _number(shown[raw]) for raw, ours in {"Number Tested": "n", **LEVELS}.items()},
        }
    )
    counts = ["n", "n2", "n3", "n4", "n5"]
    expected = theirs.groupby(["year", "grade"])[counts].sum()
    ours = results.groupby(["year", "grade"])[counts].sum().astype("int64")
    pd.testing.assert_frame_equal(ours, expected, check_index_type=False)
    assert len(results) == len(shown) > 2000
    assert set(results["year"]) == set(range(2006, 2012))
    assert results["n_low"].equals(results["n2"].rename("n_low"))


def test_thousands_are_read_whole(
    results: pd.DataFrame, maths: pd.DataFrame, grades: pd.DataFrame
) -> None:
    """«1,384» of all grades is what the grades of this school come to in the parquet."""
    key = ["DBN", "Year"]
    pooled = maths[(maths["Grade"] == "All Grades") & maths["Number Tested"].str.contains(",")]
    large = _number(pooled.set_index(key)["Number Tested"])
    hidden = _number(grades[grades["hidden"]].set_index(key)["Number Tested"])
    ours = results.assign(DBN=results["school_id"], Year=results["year"].astype(str))
    read = ours.groupby(key)["n"].sum().add(hidden.groupby(key).sum(), fill_value=0)
    assert len(large) > 10
    assert large.min() > 999
    assert read.reindex(large.index).to_dict() == large.to_dict()


def test_hidden_counts_are_absent_and_not_zero(
    nyc: Path, results: pd.DataFrame, grades: pd.DataFrame
) -> None:
    hidden = {
        (row.DBN, int(row.Year), int(row.Grade)) for row in grades[grades["hidden"]].itertuples()
    }
    ours = set(results[["school_id", "year", "grade"]].itertuples(index=False, name=None))
    assert len(hidden) > 300
    assert not hidden & ours
    assert (results["n"] > 0).all()

    # Schools of which nothing may be known stand in the register, and nothing is said of them.
    closed = set(grades["DBN"]) - set(results["school_id"])
    assert len(closed) > 3
    register = pd.read_parquet(nyc / "data/processed/schools/all.parquet")
    assert set(register["school_id"]) == set(grades["DBN"])
    statuses = pd.read_parquet(nyc / "data/processed/analysis/statuses.parquet")
    of_closed = statuses[statuses["school_id"].isin(closed)]
    assert set(of_closed["school_id"]) == closed
    assert set(of_closed["status"]) == {"insufficient"}
    for school in closed:
        words = _words(_page(nyc, f"reports/schools/{slug(school)}.html"))
        assert "Данных недостаточно, чтобы судить" in words
        assert "0,0" not in words


def test_renamed_column_leaves_no_gap(nyc: Path, shared: Path, results: pd.DataFrame) -> None:
    raw = pd.read_csv(shared / FOLDER / DEMOGRAPHICS, dtype=str, encoding="utf-8-sig")
    raw["year"] = raw["schoolyear"].str[4:].astype("int64")
    schools = set(pd.read_parquet(nyc / "data/processed/schools/all.parquet")["school_id"])
    raw = raw[raw["DBN"].isin(schools) & raw["year"].between(2006, 2011)]
    lunch = raw["fl_percent"].where(raw["year"] < BREAK, raw["frl_percent"])
    raw["percent"] = pd.to_numeric(lunch.str.strip())
    known = raw.dropna(subset="percent").set_index(["DBN", "year"])["percent"]

    passports = _processed(nyc, "social_passport").set_index(["school_id", "year"])
    shares = (passports["low_income"] / passports["total"] * 100).dropna().astype("float64")
    assert set(shares.index) == set(known.index)
    # The form counts pupils, the file has per cent of them: half a pupil apart at most.
    apart = (shares - known.reindex(shares.index)).abs()
    assert (apart <= 50 / passports["total"].reindex(shares.index).astype("float64") + 1e-9).all()
    before, after = ({s for s, y in shares.index if y == year} for year in (BREAK - 1, BREAK))
    assert len(before & after) > 50
    assert not {s for s, y in passports.index if y == BREAK} - after


def test_nothing_is_judged_across_the_new_scale(nyc: Path) -> None:
    project = open_project(nyc)
    change = dynamics(load_dataset(project.processed_dir), calendar=project.calendar)
    schools = change.schools
    assert set(schools.loc[schools["year"] == BREAK, "verdict"]) == {"incomparable"}
    for year in (BREAK - 1, BREAK + 1):
        # Beside the break the same schools are judged.
        judged = schools.loc[schools["year"] == year, "verdict"]
        assert {"positive", "negative"} <= set(judged)
    pairs = change.pairs
    across = pairs[(pairs["year_from"] < BREAK) & (pairs["year_to"] >= BREAK)]
    assert set(across["verdict"]) == {"incomparable"}
    assert set(across["note"]) == {NOTE}
    assert across["delta_low"].isna().all()

    # And the published notebook has the same numbers.
    notebook = nbformat.read(nyc / f"reports/{BREAK}/02_dynamics.ipynb", as_version=4)
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    numbers = "".join(output.text for output in last.outputs)
    listed = (schools["year"] == BREAK).sum()
    assert f"школы по вердиктам: {{'incomparable': {listed}}}" in numbers
    assert "твёрдо доказано: 0" in numbers


def test_dynamics_page_says_why_nothing_is_compared(nyc: Path, results: pd.DataFrame) -> None:
    # Pairs of one year: results with an earlier one of the same school and grade.
    now, then = (
        set(part[["school_id", "grade"]].itertuples(index=False, name=None))
        for part in (results[results["year"] == BREAK], results[results["year"] < BREAK])
    )
    words = _words(_page(nyc, f"reports/{BREAK}/02_dynamics.html"))
    head, rest = words.split("Что с чем сравнивается Сравнивается", 1)
    assert f"Несопоставимы все пары результатов ({len(now & then)}): {NOTE}." in head
    assert "Ни одна пара результатов не сопоставима" in rest
    assert NOTE[:1].upper() + NOTE[1:] in rest
    assert "Не делать выводов о динамике" in rest
    assert "Дособрать данные" not in rest
    for year in (BREAK - 1, BREAK + 1):
        other = _words(_page(nyc, f"reports/{year}/02_dynamics.html"))
        assert "Несопоставимы все пары" not in other
    assert NOTE not in _words(_page(nyc, f"reports/{BREAK - 1}/02_dynamics.html"))


def test_list_of_both_years_of_the_break_warns(nyc: Path) -> None:
    for year in (BREAK - 1, BREAK, BREAK + 1, BREAK + 2):
        path = f"reports/{year}/01_identification.html"
        if (nyc / "_site" / path).is_file():
            assert ("изменилась шкала" in _words(_page(nyc, path))) == (year in (BREAK, BREAK + 1))


def test_school_pages_mark_the_break(nyc: Path, results: pd.DataFrame) -> None:
    years = results.groupby("school_id")["year"].agg(["min", "max"])
    crossing = set(years.index[(years["min"] < BREAK) & (years["max"] >= BREAK)])
    marked: set[str] = set()
    for school in years.index:
        html = _page(nyc, f"reports/schools/{slug(school)}.html")
        charts = [figure for figure in _figures(html) if _marks(figure)]
        if not charts:
            assert "Смена шкалы" not in _words(html)
            continue
        marked.add(school)
        assert "Смена шкалы: 2009/10 — " + NOTE in _words(html)
        for figure in charts:
            assert [mark["x"] for mark in _marks(figure)] == [BREAK - 0.5]
            for line in figure["data"]:
                if "lines" in line["mode"]:
                    assert not _joined_across(line["x"])
    assert marked == crossing
    assert len(crossing) > 80
    assert len(crossing) < len(years)


def _joined_across(x: list[float | None]) -> bool:
    return any(
        first is not None and second is not None and first < BREAK <= second
        for first, second in zip(x, x[1:], strict=False)
    )


@pytest.mark.browser
def test_pages_open(nyc: Path, results: pd.DataFrame) -> None:
    schools = sorted(results["school_id"].unique())
    hidden = pd.read_parquet(nyc / "data/processed/schools/all.parquet")["school_id"]
    silent = sorted(set(hidden) - set(schools))
    pages = [
        "index.html",
        "reports/schools/index.html",
        *(f"reports/schools/{slug(s)}.html" for s in (schools[0], schools[-1], silent[0])),
        *(f"reports/{BREAK}/{name}.html" for name in ("01_identification", "02_dynamics")),
    ]
    reports = open_site(nyc / "_site", pages)
    faults = [report.sentence() for report in reports if not report.is_clean]
    assert not faults, "\n".join(faults)

"""New York's school mathematics test 2006–2011 as a data set and as a project, for tests only.

Counts at four levels become the marks «2»–«5», the demographic snapshot becomes the social
passport. Traps of the files: thousands commas, «s» in place of suppressed counts, a column
that changes its name in 2010 (free lunch → free or reduced lunch), «All Grades» rows beside
the grades, and new cut scores in 2010, across which nothing may be compared.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd
import yaml

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import SETTINGS_FILE, Calendar, ScaleBreak
from shnor_lib.scaffold import new_project
from shnor_lib.sources.templates import write_workbook
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

FOLDER = Path("data/nyc_math_2006_2011")
MATHS, DEMOGRAPHICS = "math_test_results.csv", "demographics.csv"
SUPPRESSED = "s"
LEVELS = {"Level 1 #": "n2", "Level 2 #": "n3", "Level 3 #": "n4", "Level 4 #": "n5"}

CALENDAR = Calendar(
    scale_breaks=[
        ScaleBreak(procedure="municipal", year=2010, note="в 2010 году подняты пороги уровней")
    ]
)

TITLE = "Нью-Йорк: математика, 2006–2011"
RULESET = "nyc"
_RULES = """\
id: nyc
title: Проверка на результатах Нью-Йорка
source: &source {document: правило для проверки, standing: решение пользователя}
switches:
  min_participants:
    value: 10
    options: [5, 10, 20]
    question: При скольких участниках результат принимается во внимание?
    note: Выбрано для проверки.
criteria:
  - id: maths
    kind: results_share
    title: Математика — доля отметок «2» 20 % и более и нет отметок «5», 2 года
    status_for: low_results
    scopes: [{procedure: municipal}]
    low: {threshold: 0.20, operator: ">="}
    years: 2
    source: *source
  - id: low_income
    kind: social_share
    title: Бесплатное питание — более 80 % обучающихся
    status_for: difficult
    numerator: low_income
    threshold: 0.80
    operator: ">"
    source: *source
decision: {}
"""
"""The packaged rules are about ВПР, ОГЭ and ЕГЭ; this test is none of them."""


def read_nyc(shared: Path) -> Dataset:
    """Read both files; every refused row is a warning of ``dataset.faults``."""
    maths, snapshots = (_rows(shared / FOLDER / name) for name in (MATHS, DEMOGRAPHICS))
    results, faults = _results(maths)
    social = _social(snapshots)
    # A name from the latest snapshot; a school without one goes by its code. Schools all of
    # whose counts are hidden are schools too.
    names = snapshots.groupby("DBN")["Name"].last().str.strip()
    schools = pd.DataFrame({"school_id": sorted(set(maths["DBN"]))}).assign(
        name=lambda frame: frame["school_id"].map(names).fillna(frame["school_id"]),
        municipality=lambda frame: "Округ " + frame["school_id"].str[:2],
    )
    return Dataset(
        schools=_tidy("schools", schools),
        results=results,
        social_passport=social,
        faults=faults,
    )


def build_project(root: Path, shared: Path, *, districts: Collection[str]) -> Path:
    """Make a project of the schools of some districts and return its folder.

    Parameters
    ----------
    root
        New folder.
    shared
        Folder with the real data.
    districts
        First two digits of the schools' codes.
    """
    data = read_nyc(shared)
    root = new_project(root, title=TITLE, templates=False)
    settings = {
        "title": TITLE,
        "ruleset": RULESET,
        "compare": [],
        "calendar": CALENDAR.model_dump(include={"scale_breaks"}),
    }
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (root / SETTINGS_FILE).write_text(text, encoding="utf-8")
    rules = root / "rulesets" / f"{RULESET}.yml"
    rules.parent.mkdir()
    rules.write_text(_RULES, encoding="utf-8")

    raw = root / "data" / "raw"
    schools = data.schools[data.schools["school_id"].str[:2].isin(districts)]
    write_workbook(raw / "Реестр школ.xlsx", {"schools": schools}, example=False)
    for year in sorted(data.results["year"].unique()):
        (raw / str(year)).mkdir()
        # The snapshot also knows high schools, which do not sit this test, and the year after.
        for title, name in (("Результаты", "results"), ("Социальный паспорт", "social_passport")):
            frame = getattr(data, name)
            rows = frame[(frame["year"] == year) & frame["school_id"].isin(schools["school_id"])]
            write_workbook(raw / str(year) / f"{title} {year}.xlsx", {name: rows}, example=False)
    return root


def _tidy(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    empty = TABLES[name].empty()
    return frame.reindex(columns=empty.columns).astype(empty.dtypes.to_dict())


def _rows(path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path, dtype="string", encoding="utf-8-sig")
    return raw.assign(source_row=range(2, len(raw) + 2))


def _results(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    raw = raw[raw["Grade"] != "All Grades"]
    columns = {"Number Tested": "n", **LEVELS}
    hidden = (raw[list(columns)] == SUPPRESSED).any(axis=1)
    faults = [
        Fault(
            MATHS,
            cell=f"A{row}",
            code="suppressed",
            message="вместо чисел стоит «s»: данные скрыты.",
            severity=Severity.WARNING,
            rows=1,
        )
        for row in raw.loc[hidden, "source_row"]
    ]
    good = raw[~hidden].rename(columns={**columns, "DBN": "school_id", "Year": "year"})
    for name in columns.values():
        good[name] = pd.to_numeric(good[name].str.replace(",", "")).astype("Int64")
    good = good.assign(
        year=good["year"].astype("Int64"),
        season="spring",
        procedure="municipal",
        grade=good["Grade"].astype("Int64"),
        subject="математика",
        n_low=good["n2"],
        n_high=good["n5"],
        source_file=MATHS,
        source_sheet="",
    )
    return _tidy("results", good).reset_index(drop=True), faults


def _social(raw: pd.DataFrame) -> pd.DataFrame:
    # Until 2009 free lunch, from 2010 free or reduced: one column, one name each.
    lunch = pd.to_numeric(raw["frl_percent"].str.strip(), errors="coerce").fillna(
        pd.to_numeric(raw["fl_percent"].str.strip(), errors="coerce")
    )
    total = pd.to_numeric(raw["total_enrollment"].str.strip(), errors="coerce")
    frame = pd.DataFrame(
        {
            "school_id": raw["DBN"],
            "year": raw["schoolyear"].str[-4:].astype("Int64"),
            "total": total.astype("Int64"),
            "low_income": (lunch * total / 100).round().astype("Int64"),
            "non_native": pd.to_numeric(raw["ell_num"], errors="coerce").astype("Int64"),
            "special_needs": pd.to_numeric(raw["sped_num"], errors="coerce").astype("Int64"),
            "source_file": DEMOGRAPHICS,
            "source_sheet": "",
            "source_row": raw["source_row"],
        }
    )
    frame = frame[frame["total"].notna()].drop_duplicates(["school_id", "year"])
    return _tidy("social_passport", frame).reset_index(drop=True)

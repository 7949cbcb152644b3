"""A small analysed project with known numbers and hostile names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.project import open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result
from tests.report.frames import NASTY


def small_dataset() -> Dataset:
    """Seven schools.

    A is on the list (10 of 29 and 9 of 29 with «2», no «5»), B is fine, C has no rows at all,
    D has few participants, E has results of one year and a social passport beyond the
    thresholds, F was closed, G is a school for which the rules do not ask.
    """
    rows = []
    for year, low in ((2023, 10), (2024, 9)):
        rows.append(result("A", year, 29, low, 0, good=6))
        rows.append(result("A", year, 25, 2, 4, subject="русский язык", good=9))
        rows.append(result("A", year, 12, 1, 2, procedure="ege", grade=11, subject="химия"))
        rows.append(result("B", year, 40, 2, 8, good=16))
        rows.append(result("B", year, 40, 3, 6, subject="русский язык", good=15))
        rows.append(result("D", year, 4, 2, 0))
    rows.append(result("A", 2022, 30, 11, 0, season="autumn"))
    rows.append(result("E", 2024, 20, 1, 3))
    rows.append(result("F", 2022, 20, 1, 3))
    social = [
        {"school_id": "A", "year": 2024, "total": 214, "incomplete": 20, "offences": 0},
        {"school_id": "E", "year": 2024, "total": 214, "incomplete": 77, "poor_housing": 21,
         "offences": 2, "many_children": 0},
    ]  # fmt: skip
    schools = [
        {"school_id": "A", "name": NASTY, "municipality": "Район | <b>"},
        *({"school_id": s, "name": f"Школа {s}", "municipality": "Район"} for s in "BCDE"),
        {"school_id": "F", "name": "Школа F", "municipality": "Район", "closed": 2023},
        {"school_id": "G", "name": "Школа G", "municipality": "Район", "kind": "вечерняя"},
    ]
    found = dataset(rows, schools=schools, social=social)
    found.cells = pd.DataFrame(
        [
            ("results.xlsx", "Лист", column, letter)
            for column, letter in (("n", "G"), ("n2", "H"), ("n5", "K"))
        ]
        + [("social_passport.xlsx", "Лист", "incomplete", "D")],
        columns=["source_file", "source_sheet", "column", "letter"],
        dtype="string",
    )
    return found


@pytest.fixture(scope="session")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """The small data set under the packaged rules."""
    root: Path = tmp_path_factory.mktemp("small")
    (root / "shnor.yml").write_text(
        "title: Проба\nwellbeing_index: pca\nrating: proposal\n", encoding="utf-8"
    )
    return analyse(open_project(root), small_dataset())

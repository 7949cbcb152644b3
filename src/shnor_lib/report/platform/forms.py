"""Forms of requests to download: the project's own template with what is already known."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from shnor_lib.methods.platform import Platform
from shnor_lib.report import format as fmt
from shnor_lib.report.platform.events import FOLDER, form_path, with_form
from shnor_lib.sources.templates import write_workbook
from shnor_lib.sources.templates.known import open_schools
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

REQUEST = f"{FOLDER}/request.xlsx"
"""The common form of a request."""


def request_forms(platform: Platform, dataset: Dataset, year: int) -> dict[str, bytes]:
    """Address below ``reports/`` → workbook: the common form, and one for every event people sign
    up for with a request, whose topic is filled in.

    Parameters
    ----------
    platform
        Events ahead.
    dataset
        The register of schools, for the list of codes.
    year
        School year: closed schools are not offered.
    """
    schools = open_schools(dataset.schools, year)
    blank = TABLES["requests"].empty()
    found = {REQUEST: _workbook("Заявка", blank, schools)}
    for key, row in with_form(platform).items():
        topic = f"Участие: {fmt.one_line(row['title'])}, {fmt.date_ru(row['date'])}"
        filled = pd.DataFrame({"topic": pd.array([topic], dtype="string")})
        found[form_path(key)] = _workbook("Заявка на участие", filled, schools)
    return found


def _workbook(name: str, rows: pd.DataFrame, schools: pd.DataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.xlsx"
        write_workbook(path, {"requests": rows}, schools=schools, form=True)
        return path.read_bytes()

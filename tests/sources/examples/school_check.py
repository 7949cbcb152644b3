"""«Сверка школ.xlsx» with decisions, as the user puts it into data/raw."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from shnor_lib.sources.feedback.schools_workbook import write_schools_workbook
from shnor_lib.sources.schools.open_schools import OpenSchool

NEAR = (
    {
        "school_id": "ШК-01",
        "name": "СОШ № 1 с. Светлое",
        "municipality": "Приозёрный район",
        "full_name": "Средняя общеобразовательная школа № 1 с. Светлое",
        "why": "название похоже",
    },
)
SCHOOLS = [
    ("ШК-01", "СОШ № 1 с. Светлое", "Приозёрный район"),
    ("ШК-02", "СОШ № 2", "Приозёрный район"),
]


def question(written: str, system: str = "fis_oko", suggestions: tuple = NEAR) -> OpenSchool:
    """A spelling that joined nothing."""
    return OpenSchool(
        system, written, "", "Приозёрный район", "a.xlsx", "Лист1", "A2", 3, suggestions=suggestions
    )


def fill(path: Path, decisions: dict[str, dict[str, str]]) -> None:
    """Type into a workbook: what is written → heading → what to type."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=2):
        for heading, text in decisions.get(
            str(row[heads["Как записана школа"] - 1].value), {}
        ).items():
            sheet.cell(row[0].row, heads[heading], text)
    book.save(path)


def write(path: Path) -> None:
    """Every decision there is."""
    folder = path.parent / "root"
    folder.mkdir(parents=True)
    texts = ["sch000001", "sch000002", "sch000003", "sch000004", "sch000005"]
    written = write_schools_workbook(folder, [question(text) for text in texts], SCHOOLS)
    assert written.path is not None
    fill(
        written.path,
        {
            "sch000001": {"Решение": "да"},
            "sch000002": {
                "Решение": "другая школа",
                "Школа из реестра": "ШК-02 | СОШ № 2 | Приозёрный район",
            },
            "sch000003": {"Решение": "нет"},
            "sch000004": {"Решение": "новая школа"},
            "sch000005": {"Решение": "не из реестра", "Примечание": "колледж"},
        },
    )
    written.path.rename(path)
    folder.rmdir()

"""The data dictionary: every table the product reads, with its columns.

One place from which the checks (pandera), the workbook templates, the readers' heading
matching and the documentation are all derived. A column knows its Russian heading, what a
person should put there, its range and the headings under which other systems export it.

Columns of provenance close every tidy table: ``source_file`` (path relative to ``data/raw``),
``source_sheet``, ``source_row`` (the row as Excel counts it) and, where a row sums up several rows
of a file, ``source_rows``. Together with
the ``cells`` table (which tidy column stands in which column letter of which sheet) they lead
from any number back to its cell.

Shares are 0…1 everywhere in data and code. ``year`` is the calendar year in which the school
year ends (2023/24 → 2024); for results it is the school year of the *programme* tested.
"""

from __future__ import annotations

from shnor_lib.tables.codes import (
    HISTORIES,
    KEY_SYSTEMS,
    PROCEDURES,
    RISK_FACTORS,
    RISK_LEVELS,
    RISK_STATES,
    SCHOOL_KINDS,
    SEASONS,
    SETTLEMENT_TYPES,
)
from shnor_lib.tables.context import CONTEXT_EDUCATION, CONTEXT_GENERAL
from shnor_lib.tables.measures import AGREEMENTS, INTERVIEWS, MEASURES, RECOMMENDATIONS
from shnor_lib.tables.model import DTYPES, PROVENANCE, PROVENANCE_DTYPES, Column, Kind, Table
from shnor_lib.tables.passport import SOCIAL_PASSPORT
from shnor_lib.tables.platform import (
    CONTACTS,
    DOCUMENTS,
    EVENTS,
    LIBRARY,
    NEWS,
    QUESTIONS,
    REQUESTS,
)
from shnor_lib.tables.rating import RATING_POINTS
from shnor_lib.tables.results import (
    JOURNAL_COMPARISON,
    PLANNED_RESULTS,
    RESULT_SOURCES,
    RESULTS,
    SCORE_DISTRIBUTION,
    TASK_RESULTS,
)
from shnor_lib.tables.risks import RISK_PROFILE, RISK_VERIFICATION, SELF_ANALYSIS
from shnor_lib.tables.schools import SCHOOL_KEYS, SCHOOLS
from shnor_lib.tables.staff import STAFF
from shnor_lib.tables.support import (
    MANAGEMENT_RESERVE,
    MENTOR_CENTRE,
    SUPPORT_LINKS,
    SUPPORTERS,
    TUTOR_POINT,
)
from shnor_lib.tables.teachers import TEACHER_COURSES, TEACHER_DEFICITS, TEACHER_DIAGNOSTICS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SCHOOLS,
        SCHOOL_KEYS,
        RESULTS,
        SCORE_DISTRIBUTION,
        JOURNAL_COMPARISON,
        TASK_RESULTS,
        PLANNED_RESULTS,
        RESULT_SOURCES,
        SOCIAL_PASSPORT,
        STAFF,
        CONTEXT_GENERAL,
        CONTEXT_EDUCATION,
        RATING_POINTS,
        TEACHER_DIAGNOSTICS,
        TEACHER_DEFICITS,
        TEACHER_COURSES,
        RISK_PROFILE,
        RISK_VERIFICATION,
        SELF_ANALYSIS,
        SUPPORTERS,
        SUPPORT_LINKS,
        TUTOR_POINT,
        MENTOR_CENTRE,
        MANAGEMENT_RESERVE,
        MEASURES,
        RECOMMENDATIONS,
        INTERVIEWS,
        AGREEMENTS,
        DOCUMENTS,
        NEWS,
        EVENTS,
        LIBRARY,
        REQUESTS,
        CONTACTS,
        QUESTIONS,
    )
}
"""Every table by name."""

CELLS_COLUMNS: tuple[str, ...] = ("source_file", "source_sheet", "column", "letter")
"""Columns of the ``cells`` table: in which column letter of which sheet a tidy column stands."""

__all__ = [
    "CELLS_COLUMNS",
    "DTYPES",
    "HISTORIES",
    "KEY_SYSTEMS",
    "PROCEDURES",
    "PROVENANCE",
    "PROVENANCE_DTYPES",
    "RISK_FACTORS",
    "RISK_LEVELS",
    "RISK_STATES",
    "SCHOOL_KINDS",
    "SEASONS",
    "SETTLEMENT_TYPES",
    "TABLES",
    "Column",
    "Kind",
    "Table",
]

"""The build: what depends on what, and nothing done twice.

Two pytask sessions, because the years are known only after the workbooks are read::

    data      raw file → read (one task per file) → assemble → data/processed/<table>/<year>.parquet
    reports   parquet → analysis → pages ──────────→ documents of schools ┐
              parquet → annual report × year ──────→ its PDF, Word ───────┤
              parquet → notebook × year ───────────→ its PDF, Word, Excel ┴→ site (built beside,
                                                                           swapped in at the end)

pytask compares contents, not times: a touched file costs nothing, and a task whose inputs come
out byte-equal is not run. The library's own code is an input too.

Modules that cost time to import (pandas, plotly, papermill) are imported inside the tasks, so
that a build with nothing to do stays under a second or two.
"""

from __future__ import annotations

from shnor_lib.pipeline.building import build, check
from shnor_lib.pipeline.data import last_faults, open_schools
from shnor_lib.pipeline.files import library_fingerprint
from shnor_lib.pipeline.outcome import BuildReport, Documents, Engine, Reporter, Silent
from shnor_lib.runs import NEEDS, NOTEBOOKS

__all__ = [
    "NEEDS",
    "NOTEBOOKS",
    "BuildReport",
    "Documents",
    "Engine",
    "Reporter",
    "Silent",
    "build",
    "check",
    "last_faults",
    "library_fingerprint",
    "open_schools",
]

"""Which notebooks there are, and which runs of them: once a year, or once in each half of it.

A run has a name of its own – the notebook's, with the half behind it – and that name is the file's
in ``reports/<year>``: ``07_effectiveness-1.ipynb`` (on 31 December of the school year),
``07_effectiveness-2.ipynb`` (on 31 August). Everything that links to executed notebooks speaks of
runs. Nothing heavy is imported: the graph of the build is made with this.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from shnor_lib.faults import ShnorError

NOTEBOOKS: tuple[str, ...] = (
    "01_identification",
    "02_dynamics",
    "03_teacher_competence",
    "04_risk_factors",
    "05_tutor_point",
    "06_mentor_centre",
    "07_effectiveness",
)
"""Notebooks by name, in the order of the regulations (S0 5.4, then VIII)."""

NEEDS: dict[str, tuple[str, ...]] = {
    "03_teacher_competence": ("teacher_diagnostics", "teacher_courses"),
    "04_risk_factors": ("risk_profile", "risk_verification"),
    "05_tutor_point": ("tutor_point",),
    "06_mentor_centre": ("mentor_centre", "support_links"),
}
"""Notebook → tables it is about: it is run for a year that has rows in one of them at least. A
notebook that is not named here is run for every year."""

HALVES: dict[str, tuple[int, ...]] = {"07_effectiveness": (1, 2)}
"""Notebook → halves of the school year it is run for (S0 8.1: «не реже 2 раз в год»): 1 ends on
31 December, 2 on 31 August. Its parameter is ``half``."""

LIST_TABLES: tuple[str, ...] = ("results", "social_passport", "rating_points")
"""Tables from which the list of a year is made."""


def runs_of(notebook: str) -> tuple[str, ...]:
    """Names of the runs of a notebook in one year.

    Examples
    --------
    >>> runs_of("02_dynamics"), runs_of("07_effectiveness")
    (('02_dynamics',), ('07_effectiveness-1', '07_effectiveness-2'))
    """
    halves = HALVES.get(notebook)
    return tuple(f"{notebook}-{half}" for half in halves) if halves else (notebook,)


def all_runs() -> tuple[str, ...]:
    """Names of all runs of one year, in order."""
    return tuple(run for notebook in NOTEBOOKS for run in runs_of(notebook))


def notebook_of(run: str) -> str:
    """The notebook a run is made from.

    Examples
    --------
    >>> notebook_of("07_effectiveness-1"), notebook_of("02_dynamics")
    ('07_effectiveness', '02_dynamics')
    """
    return next((name for name in HALVES if run in runs_of(name)), run)


def half_of(run: str) -> int | None:
    """Half of the school year a run is about; None: the year as a whole."""
    notebook = notebook_of(run)
    return None if notebook == run else int(run.removeprefix(f"{notebook}-"))


def chosen_runs(names: Iterable[str] | None) -> set[str]:
    """Runs a user asks for by notebook or by run; none named: all.

    Raises
    ------
    ShnorError
        No such notebook or run.

    Examples
    --------
    >>> sorted(chosen_runs(["07_effectiveness", "02_dynamics"]))
    ['02_dynamics', '07_effectiveness-1', '07_effectiveness-2']
    """
    wanted = set(names or ())
    runs = all_runs()
    if unknown := wanted - set(runs) - set(NOTEBOOKS):
        raise ShnorError(
            f"Нет тетради «{', '.join(sorted(unknown))}». Есть: "
            f"{', '.join(dict.fromkeys((*NOTEBOOKS, *runs)))}."
        )
    return {run for run in runs if not wanted or run in wanted or notebook_of(run) in wanted}


def conducted(files: Iterable[PurePath], year: int, run: str) -> bool:
    """Whether a run has something to be about in a year.

    Parameters
    ----------
    files
        Processed tables, ``<table>/<year>.parquet``.
    year
        School year.
    run
        Its name.

    Notes
    -----
    The half that ends on 31 December speaks of the list of the year before: results of its own
    year come in spring. The half that ends on 31 August waits for those results.
    """
    held = {(path.parent.name, path.stem) for path in files}
    tables = NEEDS.get(notebook_of(run))
    if tables is not None and not any((table, str(year)) in held for table in tables):
        return False
    half = half_of(run)
    if half is None:
        return True
    if half == 1:
        return any((table, str(year - 1)) in held for table in LIST_TABLES)
    return ("results", str(year)) in held or ("rating_points", str(year)) in held

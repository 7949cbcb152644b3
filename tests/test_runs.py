"""Which runs of notebooks there are, and when a run has something to be about."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from shnor_lib import runs
from shnor_lib.faults import ShnorError

EFFECT = "07_effectiveness"


def files(*names: str) -> list[PurePath]:
    return [PurePath("data/processed") / f"{name}.parquet" for name in names]


def test_runs_of_a_notebook_run_twice_have_their_own_names() -> None:
    names = runs.all_runs()
    assert len(set(names)) == len(names)
    assert [name for name in names if name.startswith(EFFECT)] == [f"{EFFECT}-1", f"{EFFECT}-2"]
    for name in names:
        assert runs.notebook_of(name) in runs.NOTEBOOKS
        assert (runs.half_of(name) is None) == (name in runs.NOTEBOOKS)
    assert set(runs.HALVES) | set(runs.NEEDS) <= set(runs.NOTEBOOKS)


def test_choice_by_notebook_or_by_run() -> None:
    assert runs.chosen_runs(None) == set(runs.all_runs())
    assert runs.chosen_runs([EFFECT]) == {f"{EFFECT}-1", f"{EFFECT}-2"}
    assert runs.chosen_runs([f"{EFFECT}-1", "02_dynamics"]) == {f"{EFFECT}-1", "02_dynamics"}
    with pytest.raises(ShnorError, match="Нет тетради «07_effectiveness-3»"):
        runs.chosen_runs([f"{EFFECT}-3"])


@pytest.mark.parametrize(
    ("held", "year", "first", "second"),
    [
        (("results/2025",), 2025, False, True),
        (("results/2025",), 2026, True, False),
        (("social_passport/2025", "support_links/2026"), 2026, True, False),
        (("results/2025", "results/2026"), 2026, True, True),
        (("rating_points/2026",), 2026, False, True),
        ((), 2026, False, False),
    ],
)
def test_halves_wait_for_the_list_they_speak_of(
    held: tuple[str, ...], year: int, first: bool, second: bool
) -> None:
    assert runs.conducted(files(*held), year, f"{EFFECT}-1") == first
    assert runs.conducted(files(*held), year, f"{EFFECT}-2") == second


def test_notebooks_with_tables_of_their_own() -> None:
    held = files("results/2026", "risk_profile/2025")
    assert runs.conducted(held, 2026, "01_identification")
    assert runs.conducted(held, 2025, "04_risk_factors")
    assert not runs.conducted(held, 2026, "04_risk_factors")

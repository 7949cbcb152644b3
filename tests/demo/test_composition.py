"""What was written in which year."""

from __future__ import annotations

import numpy as np
import pytest

from shnor_lib.demo import simulate
from shnor_lib.demo.calibration import Distribution, calibration
from shnor_lib.faults import ShnorError

_SMALL = {"schools": 14, "municipalities": 2}


@pytest.fixture(scope="module")
def long() -> dict[tuple[int, str], set[str]]:
    """(year, procedure) → «grade subject» held, 2019–2026."""
    results = simulate(**_SMALL, years=8).tables["results"]
    return {
        (int(year), str(procedure)): {
            f"{g} {s}" for g, s in zip(rows["grade"], rows["subject"], strict=True)
        }
        for (year, procedure), rows in results.groupby(["year", "procedure"])
    }


def test_oge_was_not_held_in_2020(long: dict[tuple[int, str], set[str]]) -> None:
    assert (2020, "oge") not in long
    assert (2019, "oge") in long


def test_oge_of_2021_was_compulsory_subjects_only(long: dict[tuple[int, str], set[str]]) -> None:
    assert long[2021, "oge"] == {"9 русский язык", "9 математика"}
    assert len(long[2022, "oge"]) > 5


def test_basic_maths_of_ege_was_not_held_in_2021(long: dict[tuple[int, str], set[str]]) -> None:
    assert "11 математика (базовая)" not in long[2021, "ege"]
    assert "11 математика (базовая)" in long[2022, "ege"]
    assert "11 математика (профильная)" in long[2021, "ege"]


def test_composition_of_vpr(long: dict[tuple[int, str], set[str]]) -> None:
    assert not any(name.startswith("8 ") for name in long[2019, "vpr"])
    assert "8 химия" in long[2020, "vpr"]
    assert "7 английский язык" in long[2022, "vpr"] and "7 английский язык" not in long[2023, "vpr"]
    assert not any(name.startswith("10 ") for name in long[2024, "vpr"])
    assert any(name.startswith("10 ") for name in long[2025, "vpr"])
    assert "6 обществознание" not in long[2026, "vpr"]
    assert "7 обществознание" not in long[2026, "vpr"]
    for year in range(2019, 2027):
        assert {f"{g} математика" for g in range(4, 8)} <= long[year, "vpr"]


def test_autumn_sittings_are_marked_and_lower() -> None:
    results = simulate(schools=120, municipalities=3, years=4, last_year=2023).tables["results"]
    vpr = results[(results["procedure"] == "vpr") & results["grade"].between(4, 8)]
    assert set(vpr.loc[vpr["year"].isin([2020, 2022]), "season"]) == {"autumn"}
    assert set(vpr.loc[vpr["year"].isin([2021, 2023]), "season"]) == {"spring"}
    for subject in ("русский язык", "математика"):
        rows = vpr[vpr["subject"] == subject]
        sums = rows.groupby("season")[["n2", "n"]].sum().astype(float)
        share = sums["n2"] / sums["n"]
        assert share["autumn"] > share["spring"] + 0.005


def test_random_choice_takes_about_its_part_of_pupils() -> None:
    results = simulate(schools=120, municipalities=3, years=1, last_year=2023).tables["results"]
    sixth = results[(results["procedure"] == "vpr") & (results["grade"] == 6)]
    n = sixth.groupby("subject")["n"].sum().astype(float)
    for subject in ("история", "биология", "география", "обществознание"):
        assert n[subject] / n["математика"] == pytest.approx(0.5, abs=0.12)


def test_true_shares_move_with_the_effect() -> None:
    dist = calibration().marks["vpr", 5, "математика"]
    low, even, high = (dist.shares_at(effect) for effect in (-2.0, 0.0, 2.0))
    for shares in (low, even, high):
        assert shares.sum() == pytest.approx(1.0)
    assert low[0] > even[0] > high[0] and low[3] < even[3] < high[3]
    # Averaged over schools the shares of the region come back.
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    mean = sum(w * dist.shares_at(x) for x, w in zip(nodes, weights / weights.sum(), strict=True))
    assert mean == pytest.approx(np.array(dist.shares), abs=1e-9)
    assert Distribution((0.25, 0.25, 0.25, 0.25), 0.1).cuts == pytest.approx(
        [-0.6745, 0, 0.6745], abs=1e-3
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"schools": 0},
        {"schools": 3, "municipalities": 4},
        {"years": 0},
        {"municipalities": 90, "schools": 900},
        {"last_year": 2300},
        {"years": 15, "last_year": 2026, "schools": 12345},
    ],
)
def test_impossible_regions_are_refused_in_russian(arguments: dict[str, int]) -> None:
    with pytest.raises(ShnorError, match="[а-я]{4}"):
        simulate(**arguments)


@pytest.mark.parametrize(("schools", "years"), [(1, 1), (2, 1), (3, 2), (5, 3), (12, 6)])
def test_every_size_of_region_works(schools: int, years: int) -> None:
    demo = simulate(schools=schools, municipalities=1, years=years, seed=5)
    assert len(demo.tables["schools"]) == schools
    assert sorted(demo.tables["results"]["year"].unique()) == demo.truth.years
    planted = {item["school_id"] for item in demo.truth.planted}
    assert len(planted) == len(demo.truth.planted) < max(schools, 2)

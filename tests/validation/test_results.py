"""The stored figures are those of the code, meet the targets, and are what readers are shown."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from shnor_lib.report import validation_figures as shown
from shnor_lib.report.pages.validation import validation_page
from shnor_lib.report.pages.validation_targets import WHY
from shnor_lib.validation.document import document
from shnor_lib.validation.plan import FULL, SMALL
from shnor_lib.validation.results import results_of, stored, with_checks
from shnor_lib.validation.run import run
from shnor_lib.validation.tallies import BANDS
from shnor_lib.validation.targets import INTERVALS, PROBABILITIES, checks, one, worst_bin

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    return stored()


@pytest.mark.slow
def test_small_run_repeats_its_stored_figures() -> None:
    """Counts to the last one; shares as near as another processor's last digits allow."""
    found, kept = results_of(SMALL, run(SMALL)), stored(small=True)
    assert found.keys() == kept.keys()
    assert found["about"] == kept["about"]
    for kind in found.keys() - {"about", "worlds"}:
        assert len(found[kind]) == len(kept[kind]), kind
        for new, old in zip(found[kind], kept[kind], strict=True):
            assert new == pytest.approx(old, abs=2e-4, nan_ok=True), kind


def test_stored_figures_are_those_of_the_full_run(full: dict[str, Any]) -> None:
    assert full["about"] == FULL.about()


def test_every_target_is_met_or_its_miss_is_explained_to_the_reader(full: dict[str, Any]) -> None:
    missed = {(check["kind"], check["what"]) for check in full["checks"] if not check["met"]}
    assert missed == set(WHY)


def test_stored_checks_follow_from_the_stored_figures(full: dict[str, Any]) -> None:
    figures = {key: value for key, value in full.items() if key != "checks"}
    assert with_checks(figures)["checks"] == full["checks"]
    kinds = [check["kind"] for check in full["checks"]]
    assert kinds.count("coverage") == kinds.count("smallest") == len(INTERVALS)
    assert kinds.count("calibration") == len(PROBABILITIES)


def test_a_worse_figure_misses_its_target(full: dict[str, Any]) -> None:
    worse = copy.deepcopy(full)
    one(worse, "coverage", interval="shrunk", band="all")["covered"] = 0.9
    row = next(
        r
        for r in worse["calibration"]
        if (r["what"], r["world"]) == ("share", "all") and r["cases"] >= 200
    )
    row["observed"] = row["stated"] + 0.2
    one(worse, "effects", scenario="nothing", estimate="net")["error"] = -0.02
    missed = {(check.kind, check.what) for check in checks(worse) if not check.met}
    assert {("coverage", "shrunk"), ("calibration", "share"), ("bias", "nothing")} <= missed
    assert worst_bin(worse, "share") == pytest.approx(0.2)


def test_document_is_the_stored_run(full: dict[str, Any]) -> None:
    assert (ROOT / "docs" / "validation.md").read_text("utf-8") == document(full)


def test_page_names_everything_there_is(full: dict[str, Any]) -> None:
    assert shown.BANDS == BANDS
    assert set(shown.INTERVALS) == {row["interval"] for row in full["coverage"]}
    assert set(shown.PROBABILITIES) == {row["what"] for row in full["calibration"]}
    assert set(shown.SCENARIOS) == {row["scenario"] for row in full["effects"]}
    assert set(shown.CHECKS) == {check["kind"] for check in full["checks"]}


def test_page_says_what_the_figures_say(full: dict[str, Any]) -> None:
    text = validation_page(full).decode("utf-8").replace("\u202f", " ").replace("\u00a0", " ")
    met = sum(check["met"] for check in full["checks"])
    assert f"достигнуто {met}" in text
    covered = one(full, "coverage", interval="shrunk", band="all")["covered"]
    assert f"{100 * covered:.1f} %".replace(".", ",") in text
    assert "Чего эта проверка не показывает" in text
    assert "nan" not in text
    assert ("Чего достичь не удалось" in text) == (met < len(full["checks"]))


def test_page_explains_a_miss(full: dict[str, Any]) -> None:
    worse = copy.deepcopy(full)
    for check in worse["checks"]:
        if (check["kind"], check["what"]) == ("coverage", "shrunk"):
            check.update(value=0.8, met=False)
    assert "Чего достичь не удалось" in validation_page(worse).decode("utf-8")

from __future__ import annotations

import pickle

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.project import open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.store import Dataset


def test_bundles_what_the_methods_say(analysis: Analysis) -> None:
    assert analysis.year == 2024
    assert analysis.years == [2022, 2023, 2024]
    assert list(analysis.identifications) == ["tbilissky-2021", "olenek-2021", "rosobrnadzor-847"]
    assert analysis.rating is not None
    assert analysis.rating.definition.id == "proposal"
    assert analysis.readings is not None and len(analysis.readings)
    assert analysis.dynamics is not None


def test_refusals_are_kept_with_their_reason(analysis: Analysis) -> None:
    """Seven schools do not carry a principal component."""
    assert analysis.index is None
    assert "30" in analysis.refusals["index:pca"]


def test_survives_the_cache_of_the_build(analysis: Analysis) -> None:
    again = pickle.loads(pickle.dumps(analysis))
    assert again.ruleset == analysis.ruleset
    assert again.identification.statuses.equals(analysis.identification.statuses)
    assert again.ruleset.with_switch("combine", "or").switch_value("combine") == "or"
    assert len(again.identification.trace("A", 2024, again.dataset)) == len(
        analysis.identification.trace("A", 2024, analysis.dataset)
    )


def test_nothing_to_analyse(tmp_path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\n", encoding="utf-8")
    with pytest.raises(ShnorError, match="ни одного года"):
        analyse(open_project(tmp_path), Dataset())

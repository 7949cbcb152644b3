"""Every correct example is read wholly; a small mutation run over all readers.

``SHNOR_MUTATIONS`` sets the number of damaged files per layout; by default they are 25, and 10 of each
of the project's own tables: all of those are read by the same module.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_lib.sources.layouts import READERS
from tests.mutation.cases import case, damaged
from tests.mutation.invariants import examine
from tests.sources.examples import EXAMPLES

PER_LAYOUT = int(os.environ.get("SHNOR_MUTATIONS", "0"))


def test_every_layout_has_an_example() -> None:
    assert set(READERS) <= set(EXAMPLES)


@pytest.mark.parametrize("layout", EXAMPLES)
def test_correct_example_is_read_wholly(layout: str, tmp_path: Path) -> None:
    correct = case(layout)
    outcome = examine(tmp_path, correct.file, correct.data, correct.secrets)
    assert not outcome.violations
    assert outcome.recognised
    assert outcome.rows_in == outcome.rows_used > 0 or layout == "vpr-groups"


@pytest.mark.parametrize("layout", EXAMPLES)
def test_damaged_examples_keep_the_invariants(
    layout: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")

    @settings(
        max_examples=PER_LAYOUT or (10 if layout.startswith("own:") else 25),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        assert damaged(layout, seed, folder).violations == []

    run()

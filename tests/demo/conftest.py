"""The demonstration, made once for all its tests. Nobody writes into its tables."""

from __future__ import annotations

import pytest

from shnor_lib.demo import Demo, simulate
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES


def dataset_of(demo: Demo) -> Dataset:
    tables = {
        name: frame.reindex(columns=TABLES[name].empty().columns).astype(
            TABLES[name].empty().dtypes.to_dict()
        )
        for name, frame in demo.tables.items()
    }
    return Dataset(**tables)


@pytest.fixture(scope="session")
def demo() -> Demo:
    """The default: 12 schools, four years."""
    return simulate()


@pytest.fixture(scope="session")
def region() -> Demo:
    """130 schools in four municipalities, another seed."""
    return simulate(schools=130, municipalities=4, years=4, seed=3)

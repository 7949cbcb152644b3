"""Do the intervals of shares hold the true shares, and is the shrunk share nearer to them?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.small_schools import school_shares
from shnor_lib.validation.case import Case, by_class, pooled
from shnor_lib.validation.tallies import Tallies, added, calibration, coverage, squared_errors


def shares(case: Case) -> Tallies:
    """Wilson's and the shrunk interval, errors of both shares, P(beyond the threshold).

    Every class on its own (many have few pupils), and the classes of ВПР pooled by subject as the
    rules have it.
    """
    alone = identify(case.dataset, by_class(case.ruleset))
    classes = _with_truth(case, alone, ["school_id", "procedure", "grade", "subject", "year"])
    subjects = _with_truth(case, case.identification, ["school_id", "procedure", "subject", "year"])
    subjects = subjects[subjects["procedure"] == "vpr"]
    parts = [_errors(case.world, classes)]
    for rows in (classes, subjects):
        parts += _intervals(case.world, rows)
    return added(parts)


def _with_truth(case: Case, found: Identification, key: list[str]) -> pd.DataFrame:
    rows = school_shares(found)
    true = pooled(case.truth, key)["share"]
    own = true.reindex(pd.MultiIndex.from_frame(rows[key]))
    return rows.assign(true=own.to_numpy())


def _numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    return rows[name].to_numpy(dtype="float64", na_value=np.nan)


def _intervals(world: str, rows: pd.DataFrame) -> list[Tallies]:
    n, true = _numbers(rows, "n"), _numbers(rows, "true")
    beyond = true >= _numbers(rows, "threshold")
    return [
        coverage("wilson", world, n, _numbers(rows, "low"), _numbers(rows, "high"), true),
        coverage(
            "shrunk", world, n, _numbers(rows, "shrunk_low"), _numbers(rows, "shrunk_high"), true
        ),
        calibration("share", world, _numbers(rows, "probability"), beyond),
    ]


def _errors(world: str, rows: pd.DataFrame) -> Tallies:
    n, true = _numbers(rows, "n"), _numbers(rows, "true")
    return added(
        [
            squared_errors("raw", world, n, _numbers(rows, "share"), true),
            squared_errors("shrunk", world, n, _numbers(rows, "shrunk"), true),
        ]
    )

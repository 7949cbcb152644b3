"""Do the intervals of changes hold the true changes?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.methods.dynamics import dynamics
from shnor_lib.validation.case import Case
from shnor_lib.validation.tallies import Tallies, coverage


def changes(case: Case) -> Tallies:
    """Coverage of Newcombe's interval of the change from one year to the next."""
    pairs = dynamics(case.dataset).pairs
    key = ["school_id", "procedure", "grade", "subject"]
    true = case.truth.set_index([*key, "year"])["share"]
    shares = [
        true.reindex(pd.MultiIndex.from_frame(pairs[[*key, column]])).to_numpy()
        for column in ("year_from", "year_to")
    ]
    smaller = np.minimum(pairs["n_from"].to_numpy("float64"), pairs["n_to"].to_numpy("float64"))
    ends = [
        pairs[name].to_numpy("float64", na_value=np.nan)
        for name in ("delta_low_ci_low", "delta_low_ci_high")
    ]
    low, high = ends
    return coverage("difference", case.world, smaller, low, high, shares[1] - shares[0])

"""Does early warning come true, and is it worth more than «the same as last year»?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.early_warning import early_warning
from shnor_lib.methods.identification import identify
from shnor_lib.methods.wellbeing import load_index, wellbeing_index
from shnor_lib.validation.case import Case
from shnor_lib.validation.tallies import Tallies, added, calibration


def forecasts(case: Case) -> Tallies:
    """Calibration and Brier score of the forecast of the last year's list.

    The product sees everything up to the year before; the list foretold is the formal one.

    Returns
    -------
    Tallies
        ``calibration`` of ``early_warning``, of all schools and of those not on the list before
        (``newcomers``); ``warnings``: ``cases``, ``happened`` and ``squared`` (sum of squared
        differences) of the ``model``, of «as this year» (``same``: share that stayed, share that
        came) and of the ``base`` rate.
    """
    *_, last, next_year = case.region.years
    before = case.dataset.until(last)
    index = wellbeing_index(before, load_index("proposal"))
    past = identify(before, case.ruleset)
    try:
        forecast = early_warning(before, past, index=index).forecast
    except ShnorError:
        return {}  # too few listed schools to learn from: nothing is stated
    statuses = case.identification.statuses
    judged = statuses[(statuses["year"] == next_year) & (statuses["status"] != "insufficient")]
    came = judged.set_index("school_id")["low_results"]
    told = forecast[forecast["school_id"].isin(came.index)]
    happened = came.reindex(told["school_id"]).to_numpy(dtype=bool)
    model = told["probability"].to_numpy(dtype="float64")
    usual = statuses[statuses["year"].between(last - 1, last)]["low_results"].mean()
    stated = {
        "model": model,
        "same": told["as_now"].to_numpy(dtype="float64"),
        "base": np.full(len(told), float(usual)),
    }
    rows = [
        {
            "forecast": name,
            "world": case.world,
            "cases": len(told),
            "happened": int(happened.sum()),
            "squared": float(((value - happened) ** 2).sum()),
        }
        for name, value in stated.items()
    ]
    fresh = ~told["listed"].to_numpy(dtype=bool)
    return added(
        [
            {"warnings": pd.DataFrame(rows)},
            calibration("early_warning", case.world, model, happened),
            calibration("newcomers", case.world, model[fresh], happened[fresh]),
        ]
    )

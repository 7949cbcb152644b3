"""Do the intervals of ranks hold the true places?"""

from __future__ import annotations

import numpy as np

from shnor_lib.methods.ranking import rate
from shnor_lib.methods.rating_definition import load_rating
from shnor_lib.validation.case import Case
from shnor_lib.validation.tables import MANY
from shnor_lib.validation.tallies import Tallies, added, calibration, coverage


def places(case: Case) -> Tallies:
    """Coverage of the interval of the rank and of the share of the maximum; P(lowest quarter).

    True is what the same rating gives with endless classes.
    """
    definition = load_rating("proposal")
    year = case.region.years[-1]
    seen = rate(case.dataset, definition, years=[year], draws=case.draws).scores
    # The least number of participants grows with the classes, so that the same indicators apply.
    endless = definition.model_copy(update={"min_participants": definition.min_participants * MANY})
    true = rate(case.endless, endless, years=[year], draws=0).scores.set_index("school_id")
    true = true.reindex(seen["school_id"])
    size = case.size_of.reindex(seen["school_id"]).to_numpy()

    def numbers(name: str) -> object:
        return seen[name].to_numpy("float64", na_value=np.nan)

    rank = true["rank"].to_numpy("float64")
    lowest = rank > 0.75 * len(seen)
    return added(
        [
            coverage("rank", case.world, size, numbers("rank_low"), numbers("rank_high"), rank),
            coverage(
                "rating",
                case.world,
                size,
                numbers("share_low"),
                numbers("share_high"),
                true["share_of_max"].to_numpy("float64"),
            ),
            calibration("lowest_quarter", case.world, numbers("p_lowest_quarter"), lowest),
        ]
    )

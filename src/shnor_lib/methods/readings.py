"""How many schools each reading of a rule set's open questions puts on the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.ranking import RatingResult
from shnor_lib.methods.ruleset import RuleSet, Switch
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.project import Calendar
from shnor_lib.store import Dataset

_DTYPES: dict[str, str] = {
    "switch": "string",
    "option": "string",
    "label": "string",
    "question": "string",
    "note": "string",
    "standing": "string",
    "is_default": "bool",
    "n_low_results": "Int64",
    "n_difficult": "Int64",
    "n_listed": "Int64",
    "n_risk_zone": "Int64",
    "n_schools": "Int64",
}


def count_readings(
    dataset: Dataset,
    ruleset: RuleSet,
    *,
    year: int | None = None,
    ratings: Mapping[str, RatingResult] | None = None,
    index: IndexResult | Mapping[str, IndexResult] | None = None,
    calendar: Calendar | None = None,
) -> pd.DataFrame:
    """Apply the rule set once for every option of every switch, all else unchanged.

    Parameters
    ----------
    dataset, ruleset, ratings, index, calendar
        As for :func:`~.identification.identify`.
    year
        Status year; default: the latest of the data.

    Returns
    -------
    DataFrame
        ``switch``, ``option`` (as written in the file), ``label`` (Russian), ``question``,
        ``note``, ``standing``, ``is_default`` (the option in force), ``n_low_results``,
        ``n_difficult``, ``n_listed`` (either or both), ``n_risk_zone``, ``n_schools`` (judged
        at all). Empty for a rule set without switches.

    Raises
    ------
    ShnorError
        There are no data, or no such year.
    """
    if year is None:
        if not dataset.years:
            raise ShnorError("Данных нет: читать правила не на чем.")
        year = dataset.years[-1]
    base = identify(dataset, ruleset, ratings=ratings, index=index, calendar=calendar, years=[year])
    rows: list[dict[str, Any]] = []
    switches: Mapping[str, Switch[Any]] = ruleset.switches  # type: ignore[assignment]
    for name, switch in switches.items():
        for option in switch.options:
            default = option == switch.value
            found = (
                base
                if default
                else identify(
                    dataset,
                    ruleset.with_switch(name, option),
                    ratings=base.ratings,
                    index=base.index if base.index is not None else index,
                    calendar=calendar,
                    years=[year],
                )
            )
            rows.append(
                {
                    "switch": name,
                    "option": str(option).lower() if isinstance(option, bool) else str(option),
                    "label": switch.label(option),
                    "question": switch.question,
                    "note": switch.note,
                    "standing": switch.standing,
                    "is_default": default,
                    **_counts(found),
                }
            )
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)


def _counts(identification: Identification) -> dict[str, int]:
    statuses = identification.statuses
    judged = statuses[statuses["status"] != "excluded"]
    return {
        "n_low_results": int(judged["low_results"].sum()),
        "n_difficult": int(judged["difficult"].sum()),
        "n_listed": int((judged["low_results"] | judged["difficult"]).sum()),
        "n_risk_zone": int((judged["status"] == "risk_zone").sum()),
        "n_schools": len(judged),
    }

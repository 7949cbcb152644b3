"""From counts to the figures that are stored, shown and held against the targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.validation.tallies import BANDS, BINS, KEYS, Tallies, added, over_worlds, share

DIGITS = 4
"""Decimals stored: a figure of a share is not known better than that."""

Figures = dict[str, list[dict[str, Any]]]


def figures(tallies: Tallies) -> Figures:
    """Shares of every kind, by world and for all worlds («all»), by band and for all («all»).

    Returns
    -------
    dict
        Kind → rows. ``coverage``: ``cases``, ``covered``, ``below``, ``above``, ``width`` (mean).
        ``errors``: ``cases``, ``mse``. ``calibration``: ``bin`` (0…9), ``cases``, ``stated``,
        ``observed``. ``words``: the same by word. ``lists``: ``schools``, ``listed``, ``true``,
        ``both``, ``precision``, ``recall``. ``effects``: ``regions`` and means over them of
        ``estimated``, ``truth``, ``error`` (with half its 95 % interval ``error_reach``) and
        ``covered``. ``warnings``: ``cases``, ``happened``, ``brier``.
    """
    whole = over_worlds(tallies)
    for kind, frame in whole.items():
        if "band" in KEYS[kind]:
            whole[kind] = added([{kind: frame}, {kind: frame.assign(band="all")}])[kind]
    return {kind: _rows(kind, frame) for kind, frame in whole.items()}


def _rows(kind: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    shown = _MAKERS[kind](frame)
    rows = [
        {str(name): _plain(value) for name, value in row.items()}
        for row in shown.to_dict("records")
    ]
    place = {name: i for i, name in enumerate((*BANDS, "all"))}
    names = KEYS[kind]
    return sorted(rows, key=lambda row: [str(place.get(row[k], row[k])) for k in names])


def _coverage(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        **{name: share(frame[name], frame["cases"]) for name in ("covered", "below", "above")},
        width=share(frame["width"], frame["cases"]),
    )


def _errors(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(mse=share(frame["squared"], frame["cases"])).drop(columns="squared")


def _stated(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        stated=share(frame["stated"], frame["cases"]),
        observed=share(frame["happened"], frame["cases"]),
    ).drop(columns="happened")


def _lists(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        precision=share(frame["both"], frame["listed"]), recall=share(frame["both"], frame["true"])
    )


def _effects(frame: pd.DataFrame) -> pd.DataFrame:
    regions = frame["regions"]
    means = {n: share(frame[n], regions) for n in ("estimated", "truth", "error", "covered")}
    variance = share(frame["squared"], regions) - means["error"] ** 2
    reach = 1.96 * np.sqrt(np.maximum(variance, 0) / regions)
    return frame.assign(**means, error_reach=reach).drop(columns="squared")


def _warnings(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        happened=share(frame["happened"], frame["cases"]),
        brier=share(frame["squared"], frame["cases"]),
    ).drop(columns="squared")


_MAKERS = {
    "coverage": _coverage,
    "errors": _errors,
    "calibration": _stated,
    "words": _stated,
    "lists": _lists,
    "effects": _effects,
    "warnings": _warnings,
}


def _plain(value: Any) -> Any:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    return None if np.isnan(number) else round(number, 6 if abs(number) < 0.01 else DIGITS)


def bin_edges(number: int) -> tuple[float, float]:
    """Probabilities of a bin of calibration.

    Examples
    --------
    >>> bin_edges(9)
    (0.9, 1.0)
    """
    return number / BINS, (number + 1) / BINS

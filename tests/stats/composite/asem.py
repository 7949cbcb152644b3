"""The ASEM index as COINr computed it, and the same chain here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from shnor_lib.stats.composite import Chain, Framework

STAGES = {
    "raw": "raw",
    "denominated": "denominate",
    "imputed": "impute",
    "screened": "screen",
    "treated": "treat",
    "normalised": "normalise",
    "aggregated": "aggregate",
}
"""COINr's name of a stage → name of ours."""


def read(folder: Path, name: str, index: str) -> pd.DataFrame:
    # The country code of Namibia is not a missing value.
    return pd.read_csv(folder / name, keep_default_na=False, na_values=["NA"]).set_index(index)


@cache
def framework(folder: Path) -> Framework:
    meta = read(folder, "input_iMeta.csv", "iCode").reset_index()
    meta = meta.rename(columns=lambda name: name.removeprefix("i").lower())
    meta["type"] = meta["type"].str.lower()
    return Framework.from_table(meta)


@cache
def data(folder: Path) -> pd.DataFrame:
    return read(folder, "input_iData.csv", "uCode")


@cache
def chain(folder: Path) -> Chain:
    """``build_example_coin()``, step by step."""
    own, frame = framework(folder), data(folder)
    return (
        Chain.start(frame[list(own.indicators)], own)
        .denominate(denominators=frame[["Area", "Energy", "GDP", "Population"]])
        .impute(method="group_mean", groups=frame["EurAsia_group"])
        .screen(min_available=0.9)
        .treat()
        .normalise()
        .aggregate()
    )

"""Municipalities named by the tables of support, spelt as the register spells them.

A measure or a recommendation of a whole municipality has no school, so that only the name joins
it to the others: «Светлый р-н» has to become the register's «Светлый район».
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.schools.municipalities import one_name_each

TABLES_WITH_PLACES: tuple[str, ...] = ("measures", "recommendations", "agreements")
"""Tables whose column ``municipality`` says whom a row without a school concerns."""

_EVERYWHERE = frozenset(
    fold(text) for text in ("все", "все муниципалитеты", "регион", "весь регион", "вся республика")
)


def register_places(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with every known municipality under the register's name.

    Parameters
    ----------
    tables
        Tidy tables by name; ``schools`` has its final names.

    Returns
    -------
    dict
        The same tables; of :data:`TABLES_WITH_PLACES` the column ``municipality`` is as in the
        register, and missing where «все муниципалитеты» or the like was written. A name the register does
        not have stays as written.
    """  # fmt: skip
    official = list(dict.fromkeys(tables["schools"]["municipality"].dropna().astype(str)))
    changed = dict(tables)
    for name in TABLES_WITH_PLACES:
        written = tables[name]["municipality"]
        if written.notna().any():
            known = one_name_each([*written.dropna().astype(str).unique(), *official])
            # The register's spelling stays even where the other says the kind of place.
            spelt = {known[place]: place for place in official}
            new = {
                text: pd.NA if fold(text) in _EVERYWHERE else spelt.get(known[text], text)
                for text in written.dropna().astype(str).unique()
            }
            column = written.map(new).astype("string")
            changed[name] = tables[name].assign(municipality=column)
    return changed

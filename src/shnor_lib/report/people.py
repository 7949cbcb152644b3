"""How supporters are named on pages: their display name where they gave one, else code and position."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.rows import Row, records


def supporter_names(supporters: pd.DataFrame) -> dict[str, str]:
    """Supporter's code → name for pages.

    Parameters
    ----------
    supporters
        Rows of the table ``supporters`` (or of
        :attr:`shnor_lib.methods.support_network.SupportNetwork.supporters`).

    Returns
    -------
    dict
        «Н-01, директор»; the display name in place of both when there is one (it is published only
        with the person's consent); the bare code when nothing else is known.
    """
    return {str(row["supporter"]): supporter_name(row) for row in records(supporters)}


def supporter_name(row: Row) -> str:
    """See :func:`supporter_names`."""
    code = fmt.one_line(row["supporter"])
    if shown := fmt.one_line(row["display_name"], ""):
        return f"{shown} ({code})"
    position = fmt.one_line(row["position"], "")
    return f"{code}, {position}" if position else code

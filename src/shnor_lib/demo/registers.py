"""All registers of a synthetic region: what was found, who helps, what was done."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from shnor_lib.demo.measures import measure_tables
from shnor_lib.demo.network import network_tables
from shnor_lib.demo.platform import platform_tables
from shnor_lib.demo.risks import risk_tables
from shnor_lib.demo.scene import Scene
from shnor_lib.demo.teachers import teacher_tables


def register_tables(
    scene: Scene, support: dict[str, pd.DataFrame], tell: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    """Every table beyond results, passports, staff, rating and mentors.

    Parameters
    ----------
    scene
        The region.
    support
        From :func:`~.support.support_tables`; tutors and curators join its rows.
    tell
        Called with a Russian sentence before every step.

    Returns
    -------
    dict
        Name → tidy rows without provenance; tables without rows are left out.
    """
    tell("Педагоги, риски, меры, площадка…")
    tables = teacher_tables(scene)
    tables |= network_tables(scene, support, tables["teacher_deficits"])
    tables |= risk_tables(scene)
    tables |= measure_tables(scene, tables["risk_verification"])
    tables |= platform_tables(scene)
    return {name: frame for name, frame in tables.items() if len(frame)}

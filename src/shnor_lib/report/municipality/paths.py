"""Where the pages of municipalities lie."""

from __future__ import annotations

from shnor_lib.methods.municipal_summary import place_name
from shnor_lib.report.slugs import slug

FOLDER = "municipalities"
INDEX = f"{FOLDER}/index.qmd"
NOBODY = "bez--munitsipaliteta"
"""File of schools whose municipality is not known: no slug has two hyphens in a row."""
NO_NAME = "Муниципалитет не указан"


def place_path(place: object) -> str:
    """Address of a municipality's page below ``reports/``.

    Examples
    --------
    >>> place_path("center"), place_path(None)
    ('municipalities/center.qmd', 'municipalities/bez--munitsipaliteta.qmd')
    """
    name = place_name(place)
    return f"{FOLDER}/{slug(name) if name else NOBODY}.qmd"


def shown_name(place: object) -> str:
    """Name of a municipality as pages show it."""
    return place_name(place) or NO_NAME

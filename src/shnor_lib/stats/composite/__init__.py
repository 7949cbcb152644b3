"""Composite indices: from a table of units × indicators (× times) to scores and ranks.

One file per step, each a pure function ``step(table, framework, **arguments)`` with a result
whose ``.data`` is the next table: :func:`screen`, :func:`denominate`, :func:`impute`,
:func:`treat`, :func:`normalise`, :func:`aggregate`. :class:`Chain` does them in a row, keeps
the arguments, and can be replayed with something changed. Definitions are those of COINr
(Becker, Caperna, Del Sorbo, Norlén, Papadimitriou and Saisana 2022, JOSS 7(78): 4567) and of
the handbook of OECD and JRC (2008); where they differ, the docstring says so.

Three rules hold everywhere. More is better once an indicator is normalised. A panel is
normalised and treated with all its times together, unless asked otherwise. What cannot be
computed is a :class:`StepError` that names step, indicator and unit — never another method.
"""

from shnor_lib.stats.composite.aggregate import Aggregated, aggregate
from shnor_lib.stats.composite.audit import Audit, remove_each
from shnor_lib.stats.composite.chain import Chain, Step
from shnor_lib.stats.composite.consistency import (
    correlation_flags,
    correlations,
    cronbach_alpha,
    cronbach_by_group,
)
from shnor_lib.stats.composite.denominate import Denominated, denominate
from shnor_lib.stats.composite.describe import describe_indicators
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.impute import Imputed, impute
from shnor_lib.stats.composite.means import (
    Aggregation,
    Arithmetic,
    Copeland,
    Geometric,
    Harmonic,
    MazziottaPareto,
    Power,
    outranking,
)
from shnor_lib.stats.composite.normalise import Normalised, normalise
from shnor_lib.stats.composite.profile import strengths_and_weaknesses
from shnor_lib.stats.composite.ranks import ranks
from shnor_lib.stats.composite.scales import (
    Ampi,
    AsIs,
    Bands,
    Borda,
    DistanceToMaximum,
    DistanceToReference,
    DistanceToTarget,
    FractionOfMaximum,
    Goalposts,
    MiddlePercentile,
    MinMax,
    PercentileRank,
    Rank,
    Scale,
    ZScore,
)
from shnor_lib.stats.composite.screen import Screened, screen
from shnor_lib.stats.composite.treat import Treated, Treatment, treat
from shnor_lib.stats.composite.weights import (
    balanced_weights,
    effective_weights,
    equal_weights,
    noisy_weights,
    original_weights,
    pca_weights,
)

__all__ = [
    "Aggregated",
    "Aggregation",
    "Ampi",
    "Arithmetic",
    "AsIs",
    "Audit",
    "Bands",
    "Borda",
    "Chain",
    "Copeland",
    "Denominated",
    "DistanceToMaximum",
    "DistanceToReference",
    "DistanceToTarget",
    "FractionOfMaximum",
    "Framework",
    "Geometric",
    "Goalposts",
    "Harmonic",
    "Imputed",
    "MazziottaPareto",
    "MiddlePercentile",
    "MinMax",
    "Normalised",
    "PercentileRank",
    "Power",
    "Rank",
    "Scale",
    "Screened",
    "Step",
    "StepError",
    "Treated",
    "Treatment",
    "ZScore",
    "aggregate",
    "balanced_weights",
    "correlation_flags",
    "correlations",
    "cronbach_alpha",
    "cronbach_by_group",
    "denominate",
    "describe_indicators",
    "effective_weights",
    "equal_weights",
    "impute",
    "noisy_weights",
    "normalise",
    "original_weights",
    "outranking",
    "pca_weights",
    "ranks",
    "remove_each",
    "screen",
    "strengths_and_weaknesses",
    "treat",
]

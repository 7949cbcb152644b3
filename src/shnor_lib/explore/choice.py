"""What the user of the explorer chose: a rule set and what is to be different in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

IndexMode = Literal["weighted", "pca"]
CutoffRule = Literal["lower_quartile", "mean_minus_sd", "number"]


@dataclass(frozen=True)
class Choice:
    """A state of the explorer. What is left out stays as the rule set has it.

    Parameters
    ----------
    ruleset
        Id of the rule set chosen.
    year
        Status year.
    thresholds
        Criterion → threshold: share 0…1 for shares and ratings, number of cases for counts,
        0…100 for an index.
    cutoffs
        Criterion on an index → how its cut-off is set; ``number`` takes its value from
        ``thresholds``.
    ignored
        Criteria that are not to count.
    switches
        Switch → value.
    min_participants
        Fewest participants with which a result counts: in results criteria and in the ratings
        the rules use.
    rating_weights, index_weights
        Rating (index) → indicator (component) → weight ≥ 0. A component of weight 0 is taken out
        of an index by principal component, whose other weights the data give.
    index_modes
        Index → ``weighted`` or ``pca``.
    """

    ruleset: str
    year: int
    thresholds: Mapping[str, float] = field(default_factory=dict)
    cutoffs: Mapping[str, CutoffRule] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    switches: Mapping[str, Any] = field(default_factory=dict)
    min_participants: int | None = None
    rating_weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    index_weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    index_modes: Mapping[str, IndexMode] = field(default_factory=dict)

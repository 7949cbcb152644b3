"""Find, explain, support and follow up schools with low results and in difficult conditions.

Everything a notebook needs is importable from here::

    from shnor_lib import open_project, load, identify, rate, wellbeing_index, dynamics

Names are loaded on first use, so that ``import shnor_lib`` (and a build with nothing to do)
stays quick.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

# Matrices here are small: threads of the linear algebra only get in each other's way (analysis of 640
# schools on two busy cores: a fifth of the processor time without them). Counts where numpy is not
# imported yet; whoever sets the variables is left alone.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

__version__ = "0.1.0"

_WHERE: dict[str, str] = {
    "open_project": "project",
    "Project": "project",
    "load_dataset": "store",
    "Dataset": "store",
    "load_ruleset": "methods.ruleset",
    "RuleSet": "methods.ruleset",
    "identify": "methods.identification",
    "Identification": "methods.identification",
    "load_rating": "methods.ranking",
    "rate": "methods.ranking",
    "load_index": "methods.wellbeing",
    "wellbeing_index": "methods.wellbeing",
    "rating_uncertainty": "methods.rating_uncertainty",
    "coherence": "methods.coherence",
    "strengths": "methods.strengths",
    "dynamics": "methods.dynamics",
    "effect_of_support": "methods.effect",
    "early_warning": "methods.early_warning",
    "school_shares": "methods.small_schools",
    "subject_shares": "methods.small_schools",
    "chance_summary": "methods.small_schools",
    "probably_beyond": "methods.small_schools",
    "listed_shares": "methods.listed_shares",
    "model_check": "methods.model_check",
    "funnel_of": "methods.funnels",
    "trends": "methods.trends",
    "contextual": "methods.contextual",
    "resilient_schools": "methods.resilient",
    "result_composite": "methods.result_composite",
    "as_of": "methods.as_of",
    "load_competence_rules": "methods.competence_definition",
    "teacher_competence": "methods.teacher_competence",
    "load_risk_rules": "methods.risk_definition",
    "risk_profile": "methods.risk_profile",
    "risk_register": "methods.risk_register",
    "support_network": "methods.support_network",
    "tutor_point": "methods.tutor_point",
    "tutor_outcomes": "methods.tutor_outcomes",
    "mentor_centre": "methods.mentor_centre",
    "status_exit": "methods.status_exit",
    "Fault": "faults",
    "ShnorError": "faults",
    "TABLES": "tables",
}

__all__ = [*_WHERE, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"shnor_lib.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'shnor_lib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

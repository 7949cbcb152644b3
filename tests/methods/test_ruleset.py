"""Faults of a rule set are named with their lines; switches and thresholds change one thing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from shnor_lib.faults import ShnorError
from shnor_lib.methods.index_definition import load_index
from shnor_lib.methods.rating_definition import load_rating
from shnor_lib.methods.ruleset import RuleSet, load_ruleset
from shnor_lib.project import Project, Settings
from shnor_lib.yaml_source import YamlFaultsError
from tests.methods.builders import results_ruleset

GOOD = """\
id: local
title: Местные правила
source: {document: Приказ, standing: норматив}
exclude_kinds: []
switches:
  combine:
    value: and
    options: [and, or]
    question: Как читать «и/или»?
criteria:
  - id: vpr
    kind: results_share
    title: ВПР
    status_for: low_results
    scopes:
      - procedure: vpr
    low:
      threshold: 0.2
    years: 2
    source: {document: Приказ, standing: норматив}
  - id: families
    kind: social_share
    title: Неполные семьи
    status_for: difficult
    numerator: incomplete
    threshold: 0.3
    source: {document: Приказ, standing: норматив}
decision:
  low_results:
    of: [vpr]
"""

FAULTS = [
    ("threshold: 0.2", "threshold: 1.3", 18, "criteria.0.low.threshold"),
    ("threshold: 0.2", "threshold: 130 %", 18, "criteria.0.low.threshold"),
    ("threshold: 0.2", "threshold: -0.1", 18, "criteria.0.low.threshold"),
    ("threshold: 0.3", "threshold: 30", 26, "criteria.1.threshold"),
    ("    years: 2", "    years: 2\n    subjects: all", 20, "subjects"),
    ("    years: 2", "    years: 0", 19, "criteria.0.years"),
    ("    years: 2", "    years: 2.5", 19, "criteria.0.years"),
    ("numerator: incomplete", "numerator: incompleet", 25, "incompleet"),
    ("procedure: vpr", "procedure: впр", 16, "впр"),
    ("kind: social_share", "kind: social_shares", 21, "criteria.1"),
    ("status_for: difficult", "status_for: ШССУ", 24, "criteria.1.status_for"),
    ("    value: and", "    value: xor", 7, "switches.combine.value"),
    ("    value: and", "    value: low_only", 6, "low_only"),
    ("  combine:", "  combined:", 6, "switches.combined"),
    ("id: families", "id: vpr", 21, "описан дважды"),
    ("of: [vpr]", "of: [oge]", 30, "oge"),
    ("exclude_kinds: []", "exclude_kinds: [частная]", 4, "частная"),
    ("standing: норматив}\nexclude", "standing: закон}\nexclude", 3, "source.standing"),
    ("title: Местные правила", "titel: Местные правила", 2, "titel"),
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def _write(text: str) -> Path:
        path = tmp_path / "local.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_the_sample_is_sound(write: Callable[[str], Path]) -> None:
    ruleset = load_ruleset(write(GOOD))
    assert ruleset.counting("low_results") == ["vpr"]
    assert ruleset.counting("difficult") == ["families"]


@pytest.mark.parametrize(("old", "new", "line", "named"), FAULTS)
def test_a_fault_names_its_line(
    write: Callable[[str], Path], old: str, new: str, line: int, named: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(YamlFaultsError) as caught:
        load_ruleset(write(GOOD.replace(old, new)))
    cells = {fault.cell for fault in caught.value.faults}
    assert f"строка {line}" in cells, str(caught.value)
    assert named in str(caught.value)
    assert "local.yml" in str(caught.value)


def test_off_may_be_written_bare(write: Callable[[str], Path]) -> None:
    ruleset = load_ruleset(write(GOOD + "  risk_zone: {rule: off}\n"))
    assert ruleset.decision.risk_zone.rule == "off"


@pytest.mark.parametrize("name", ["tbilissky-2021", "olenek-2021", "rosobrnadzor-847"])
def test_a_rule_set_survives_pickling(name: str) -> None:
    ruleset = load_ruleset(name)
    again = pickle.loads(pickle.dumps(ruleset))
    assert again == ruleset
    assert again._ratings == ruleset._ratings


def test_per_cent_is_explained(write: Callable[[str], Path]) -> None:
    with pytest.raises(
        YamlFaultsError, match=r"доля пишется числом от 0 до 1, например 30 % — это 0\.3"
    ):
        load_ruleset(write(GOOD.replace("threshold: 0.2", "threshold: 1.3")))


def test_all_faults_come_at_once(write: Callable[[str], Path]) -> None:
    text = GOOD.replace("threshold: 0.2", "threshold: 1.3").replace("years: 2", "years: 0")
    with pytest.raises(YamlFaultsError) as caught:
        load_ruleset(write(text.replace("numerator: incomplete", "numerator: total_")))
    assert {f.cell for f in caught.value.faults} == {"строка 18", "строка 19", "строка 25"}


def test_negative_weights_are_refused(tmp_path: Path) -> None:
    text = """\
id: local
title: Рейтинг
source: {document: Приказ, standing: норматив}
groups:
  - id: g
    title: Группа
    indicators:
      - id: low
        title: Низкие
        measure: share_low
        scopes: [{procedure: vpr}]
        direction: -1
        weight: -2
        normalisation: {method: goalposts, low: 0.4, high: 0.0}
"""
    path = tmp_path / "local.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YamlFaultsError) as caught:
        load_rating(path)
    assert {fault.cell for fault in caught.value.faults} == {"строка 13", "строка 14"}


@pytest.mark.parametrize("text", ["", "- a\n- b\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YamlFaultsError, match="нет описания"):
        load_index(path)


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(ShnorError, match="olenek-2021, rosobrnadzor-847, tbilissky-2021"):
        load_ruleset("tbilisi")
    with pytest.raises(ShnorError, match="Нет файла"):
        load_ruleset("nowhere/rules.yml")


def test_the_projects_own_definitions_win(tmp_path: Path) -> None:
    folder = tmp_path / "rulesets"
    folder.mkdir()
    own = GOOD.replace("id: local", "id: tbilissky-2021").replace("0.2", "0.25")
    (folder / "tbilissky-2021.yml").write_text(own, encoding="utf-8")
    project = Project(tmp_path, Settings(title="Проверка"))
    assert load_ruleset("tbilissky-2021", project).criteria[0].low.threshold == 0.25
    assert load_ruleset("olenek-2021", project).id == "olenek-2021"


def test_a_switch_changes_and_nothing_else() -> None:
    ruleset = load_ruleset("tbilissky-2021")
    changed = ruleset.with_switch("combine", "or")
    assert changed.switches["combine"].value == "or"
    assert ruleset.switches["combine"].value == "and"
    rest = {k: v for k, v in changed.model_dump().items() if k != "switches"}
    assert rest == {k: v for k, v in ruleset.model_dump().items() if k != "switches"}
    assert set(changed._ratings) == {"loaded-points"}
    assert ruleset.with_switch("min_participants", 7).switches["min_participants"].value == 7


def test_a_threshold_changes_and_nothing_else() -> None:
    ruleset = load_ruleset("tbilissky-2021")
    assert ruleset.with_threshold("vpr", 0.25).criterion("vpr").low.threshold == 0.25
    assert ruleset.with_threshold("rating", 0.4).criterion("rating").cutoff == 0.4
    assert ruleset.with_threshold("offences", 3).criterion("offences").threshold == 3
    olenek = load_ruleset("olenek-2021").with_threshold("wellbeing", 40)
    assert (olenek.criterion("wellbeing").cutoff.rule, olenek.criterion("wellbeing").cutoff.value) == (
        "number", 40,
    )  # fmt: skip
    assert ruleset.with_threshold("vpr", 0.25).with_threshold("vpr", 0.2) == ruleset


@pytest.mark.parametrize(
    ("name", "value"), [("combine", "xor"), ("min_subjects", 0), ("same_subject", "да"), ("x", 1)]
)
def test_a_switch_refuses_nonsense(name: str, value: object) -> None:
    with pytest.raises(ShnorError):
        load_ruleset("tbilissky-2021").with_switch(name, value)


def test_a_threshold_refuses_nonsense() -> None:
    ruleset = load_ruleset("tbilissky-2021")
    with pytest.raises(ShnorError, match="не может быть 20"):
        ruleset.with_threshold("vpr", 20)
    with pytest.raises(ShnorError, match="нет показателя «впр»"):
        ruleset.with_threshold("впр", 0.2)


def test_a_criterion_overrides_the_switch() -> None:
    ruleset = results_ruleset(min_participants=10, combine="and", criterion={"min_participants": 5})
    (criterion,) = ruleset.criteria
    assert ruleset.setting(criterion, "min_participants") == 5
    assert ruleset.setting(criterion, "combine") == "and"
    assert ruleset.setting(criterion, "unit") == "subject"


def test_a_rule_set_built_in_code_is_checked_too() -> None:
    with pytest.raises(ValidationError, match="в окне 2 года не найти 3"):
        results_ruleset(years=3, consecutive=False, criterion={"window": 2})
    assert isinstance(results_ruleset(years=3, consecutive=False), RuleSet)

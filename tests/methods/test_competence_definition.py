"""Rules of teachers' competence: the packaged proposal and a file of the project's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from shnor_lib.faults import ShnorError
from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.project import open_project

PACKAGED = Path(__file__).parents[2] / "src/shnor_lib/methods/competence/proposal.yml"


def test_packaged_rules_say_how_far_they_can_be_relied_on() -> None:
    rules = load_competence_rules("proposal")
    assert (rules.levels.low_below, rules.levels.high_from) == (60, 80)
    assert rules.levels.source.standing == "по памяти"
    assert rules.dynamics.source.standing == "проект"
    assert rules.source.standing == "норматив", "the indicator itself is S2's"
    assert rules.source.quote.startswith("процентная доля педагогических работников")
    assert rules.least_teachers == 5


@pytest.mark.real
def test_the_indicator_is_quoted_word_for_word(shared: Path) -> None:
    text = (shared / "seeds/002_220ce84e027891e6.txt").read_text("utf-8")
    assert load_competence_rules("proposal").source.quote in text


def own(tmp_path: Path, change: dict[str, Any]) -> Path:
    values = yaml.safe_load(PACKAGED.read_text("utf-8"))
    for key, value in change.items():
        where = values
        *way, last = key.split(".")
        for step in way:
            where = where[step]
        where[last] = value
    path = tmp_path / "own.yml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_a_project_may_have_its_own(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\ncompetence: own\n", encoding="utf-8")
    (tmp_path / "competence").mkdir()
    path = own(tmp_path, {"id": "own", "levels.low_below": 50, "least_teachers": 3})
    path.rename(tmp_path / "competence/own.yml")
    project = open_project(tmp_path)
    rules = load_competence_rules(project.settings.competence, project)
    assert (rules.id, rules.levels.low_below, rules.least_teachers) == ("own", 50, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levels.low_below": 80}, "low_below"),
        ({"levels.high_from": 120}, "high_from"),
        ({"dynamics.rule": "luck"}, "rule"),
        ({"dynamics.least_gain": -1}, "least_gain"),
        ({"overall": "best"}, "overall"),
        ({"least_teachers": 0}, "least_teachers"),
        ({"shared_from": 1}, "shared_from"),
        ({"levls": 1}, "levls"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_file_is_refused_with_its_key(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ShnorError, match=said):
        load_competence_rules(own(tmp_path, change))

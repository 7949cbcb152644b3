"""The mapping of risk factors: the packaged proposal, and a file of the project's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from shnor_lib.faults import ShnorError
from shnor_lib.methods.risk_definition import ENTITLED, Day, load_risk_rules
from shnor_lib.project import open_project
from shnor_lib.tables import RISK_FACTORS

PACKAGED = Path(__file__).parents[2] / "src/shnor_lib/methods/risks/proposal.yml"


def own(tmp_path: Path, change: Any) -> Path:
    """A file made from the packaged one by a change of its values."""
    values = yaml.safe_load(PACKAGED.read_text("utf-8"))
    change(values)
    path = tmp_path / "own.yml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_packaged_mapping_is_whole_and_says_that_it_is_a_proposal() -> None:
    rules = load_risk_rules("proposal")
    assert [rule.factor for rule in rules.factors] == list(RISK_FACTORS)
    assert rules.standing == "проект"
    assert not rules.cutoffs, "a level is never invented"
    assert {rule.kind for rule in rules.factors} == {"staff", "equipment", "failure", "social"}
    assert {rule.manageability for rule in rules.factors} == set(ENTITLED)
    for rule in rules.factors:
        assert rule.measures
        assert rule.questions
    assert rules.rule("staff_shortage").cycle is not None
    assert (rules.new_year.month, rules.new_year.day) == (7, 31)


def test_levels_follow_the_regulation() -> None:
    rules = load_risk_rules("proposal")
    assert rules.rule("motivation").entitled == ("school", "municipality", "region")
    assert rules.rule("equipment").entitled == ("municipality", "region")
    assert rules.rule("special_needs").entitled == ("region",)


def test_project_may_have_its_own(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\nrisks: own\n", encoding="utf-8")
    (tmp_path / "risks").mkdir()

    def change(values: dict) -> None:
        values["id"] = "own"
        values["factors"][4]["levels"] = ["municipality"]

    own(tmp_path, change).rename(tmp_path / "risks/own.yml")
    project = open_project(tmp_path)
    rules = load_risk_rules(project.settings.risks, project)
    assert rules.rule("training").decides == "municipality"
    with pytest.raises(
        ShnorError, match="Нет файла «other.yml» в папке «risks». Есть: own, proposal"
    ):
        load_risk_rules("other", project)


FAULTS: list[tuple[Any, str]] = [
    (lambda v: v["factors"][5].update(levels=["school"]), "при управляемости unmanaged решения"),
    (lambda v: v["factors"].pop(), "не описаны факторы: parents"),
    (lambda v: v["factors"].append(v["factors"][0]), "фактор «equipment» описан дважды"),
    (lambda v: v["factors"][0].update(factor="money"), "фактора «money» нет; есть: equipment"),
    (lambda v: v["factors"][0].update(kind="деньги"), "такого значения нет"),
    (lambda v: v["new_year"].update(month=13), "слишком большое число"),
    (lambda v: v["new_year"].update(month=6, day=31), "в 6-м месяце нет 31-го числа"),
    (lambda v: v["factors"][0].update(measure=["x"]), "неизвестный ключ"),
    (lambda v: v.update(cutoffs=[CUTOFF | {"medium": 0.5}]), "high должно быть больше, чем medium"),
    (lambda v: v.update(cutoffs=[CUTOFF | {"numerator": "vacances"}]), "нет столбца «vacances»"),
    (lambda v: v.update(cutoffs=[CUTOFF, CUTOFF]), "границы заданы дважды"),
    (lambda v: v.update(cutoffs=[CUTOFF | {"table": "self_analysis"}]), "нужен question"),
]  # fmt: skip
CUTOFF: dict[str, Any] = {
    "factor": "staff_shortage", "title": "Вакансий на учителя", "table": "staff",
    "numerator": "vacancies", "denominator": "teachers", "high": 0.1, "medium": 0.05,
    "source": {"document": "Приказ", "standing": "решение пользователя"},
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), FAULTS, ids=[words[:24] for _, words in FAULTS])
def test_faults_are_told_in_russian_with_their_line(tmp_path: Path, change, words: str) -> None:
    with pytest.raises(ShnorError) as error:
        load_risk_rules(own(tmp_path, change))
    assert words in str(error.value)
    assert "own.yml, строка " in str(error.value)


def test_the_first_such_day_later_than_another() -> None:
    march = Day(month=3, day=1)
    for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 12, 31)):
        found = march.after(day)
        # independently: go on day by day
        probe = day + dt.timedelta(days=1)
        while (probe.month, probe.day) != (3, 1):
            probe += dt.timedelta(days=1)
        assert found == probe
    assert Day(month=2, day=29).of(2025) == dt.date(2025, 2, 28)

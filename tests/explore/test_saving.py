"""What is saved reads back as what was chosen, says who decided, and overwrites nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_lib import identify, load_ruleset, open_project
from shnor_lib.explore import saving
from shnor_lib.explore.apply import apply, indices_of, ratings_of
from shnor_lib.explore.choice import Choice
from shnor_lib.explore.saving import free_name, plan, save, saved_words
from shnor_lib.explore.workbench import Result, Workbench
from shnor_lib.explore.yaml_text import yaml_text
from shnor_lib.faults import ShnorError
from shnor_lib.project import Project
from shnor_lib.yaml_source import load_yaml

EVERYTHING: dict[str, Any] = {
    "thresholds": {"rating": 0.45, "wellbeing": 40.0},
    "min_participants": 6,
    "rating_weights": {"proposal": {"vpr_low": 4.5}},
    "index_weights": {"proposal": {"vacancies": 2.0}},
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project to save into."""
    (tmp_path / "shnor.yml").write_text("title: Проверка\n", encoding="utf-8")
    return open_project(tmp_path)


@pytest.fixture
def result(bench: Workbench) -> Result:
    """A choice with two changes."""
    choice = replace(
        bench.start(), thresholds={"vpr": 0.25}, switches={"combine": "low_only"},
        ignored=frozenset({"rating", "offences"}),
    )  # fmt: skip
    return bench.result(choice)


def _tree(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file()
    }


def test_the_file_reads_back_and_gives_the_same_list(
    bench: Workbench, project: Project, result: Result
) -> None:
    saved = save(result, project, "raion-2026", "Правила района: вариант «А»")
    assert set(_tree(project)) == {"shnor.yml", "rulesets/raion-2026.yml"}
    again = load_ruleset("raion-2026", project)
    assert again == saved.ruleset
    assert (again.id, again.title) == ("raion-2026", "Правила района: вариант «А»")
    found = identify(bench.dataset, again, calendar=bench.calendar, years=[2026])
    assert found.statuses.equals(result.found.statuses)


def test_what_was_changed_has_the_users_standing_and_the_former_value(
    project: Project, result: Result
) -> None:
    saved = save(result, project, "raion-2026", "Правила района").ruleset
    base = result.base
    changed = {"vpr", "offences"}
    for criterion in saved.criteria:
        before = base.criterion(criterion.id)
        if criterion.id in changed:
            assert criterion.source.standing == "решение пользователя"
            assert criterion.note.startswith(before.note)
            assert "Изменено пользователем: было" in criterion.note
            assert criterion.source.quote == before.source.quote
        else:
            assert criterion.source == before.source
            assert criterion.note == before.note
    assert "было ≥ 20 %, стало ≥ 25 %" in saved.criterion("vpr").note
    assert saved.source.standing == "решение пользователя"
    assert "не учитывается" in saved.summary
    # The document's own summary is not repeated where it is no longer so.
    assert base.summary not in saved.summary
    assert "было «и доля низких, и нет высоких»" in saved.switches["combine"].note


def test_the_file_is_commented(project: Project, result: Result) -> None:
    save(result, project, "raion-2026", "Правила района")
    text = (project.root / "rulesets/raion-2026.yml").read_text("utf-8")
    lines = text.splitlines()
    top = " ".join(line.removeprefix("# ") for line in lines[: lines.index("id: raion-2026")])
    assert "В основе — свод «tbilissky-2021»" in top
    assert "ВПР, порог: было ≥ 20 %, стало ≥ 25 %." in top
    assert "Рейтинг: было < 50 % от максимума, стало не учитывается." in top
    assert "ruleset: raion-2026" in top
    above = lines[lines.index("  - id: vpr") - 1]
    assert above == "  # ВПР, порог: было ≥ 20 %."
    assert lines[lines.index("  combine:") - 1].startswith("  # ")
    # Ordinary spaces only: people edit this.
    assert "\u00a0" not in text
    assert "\u202f" not in text


def test_changed_ratings_and_indices_get_files_of_their_own(
    bench: Workbench, project: Project
) -> None:
    result = bench.result(replace(bench.start(ruleset="olenek-2021"), **EVERYTHING))
    saved = save(result, project, "olenek-b", "Вариант Б")
    assert set(_tree(project)) == {
        "shnor.yml",
        "rulesets/olenek-b.yml",
        "ratings/olenek-b-proposal.yml",
        "indices/olenek-b-proposal.yml",
    }
    again = load_ruleset("olenek-b", project)
    assert again == saved.ruleset
    rating = ratings_of(again)["olenek-b-proposal"]
    assert rating.min_participants == 6
    assert {i.id: i.weight for _, i in rating.indicators}["vpr_low"] == 4.5
    assert indices_of(again)["olenek-b-proposal"].source.standing == "решение пользователя"
    assert "# Было 3." in (project.root / "ratings/olenek-b-proposal.yml").read_text("utf-8")
    assert "# Было 1." in (project.root / "indices/olenek-b-proposal.yml").read_text("utf-8")
    found = identify(bench.dataset, again, calendar=bench.calendar, years=[2026]).statuses
    expected = result.found.statuses
    columns = ["school_id", "status", "criteria_met"]
    assert found[columns].equals(expected[columns])


def test_a_variant_of_a_variant_under_the_same_name_keeps_its_names(
    bench: Workbench, project: Project
) -> None:
    first = bench.result(replace(bench.start(ruleset="olenek-2021"), **EVERYTHING))
    save(first, project, "mine", "Мой")
    own = Workbench(project, bench.dataset)
    choice = replace(own.start(ruleset="mine"), rating_weights={"mine-proposal": {"oge_low": 1.0}})
    saved = save(own.result(choice), project, "mine", "Мой", replace=True)
    assert set(ratings_of(saved.ruleset)) == {"mine-proposal"}
    assert len(_tree(project)) == 4
    weights = {i.id: i.weight for _, i in ratings_of(saved.ruleset)["mine-proposal"].indicators}
    assert (weights["vpr_low"], weights["oge_low"]) == (4.5, 1.0)


def test_nothing_is_overwritten_unless_asked(project: Project, result: Result) -> None:
    save(result, project, "raion-2026", "Первый")
    before = _tree(project)
    with pytest.raises(ShnorError, match="Уже есть «rulesets/raion-2026.yml»"):
        save(result, project, "raion-2026", "Второй")
    assert _tree(project) == before
    save(result, project, "raion-2026", "Второй", replace=True)
    assert load_ruleset("raion-2026", project).title == "Второй"


def test_an_existing_rating_stops_the_whole_save(bench: Workbench, project: Project) -> None:
    result = bench.result(replace(bench.start(ruleset="olenek-2021"), **EVERYTHING))
    (project.root / "ratings").mkdir()
    (project.root / "ratings/olenek-b-proposal.yml").write_text("чужое", encoding="utf-8")
    with pytest.raises(ShnorError, match=r"ratings/olenek-b-proposal\.yml"):
        save(result, project, "olenek-b", "Вариант Б")
    assert set(_tree(project)) == {"shnor.yml", "ratings/olenek-b-proposal.yml"}


def test_a_save_that_fails_leaves_everything_as_it_was(
    project: Project, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(result, project, "raion-2026", "Первый")
    before = _tree(project)

    def damaged(*args: Any, **more: Any) -> str:
        return yaml_text(*args, **more).replace("threshold: 0.25", "threshold: 0.26")

    monkeypatch.setattr(saving, "yaml_text", damaged)
    with pytest.raises(ShnorError, match="читается иначе"):
        save(result, project, "raion-2026", "Второй", replace=True)
    assert _tree(project) == before
    monkeypatch.setattr(saving, "yaml_text", lambda *a, **k: "id: [\n")
    with pytest.raises(ShnorError):
        save(result, project, "another", "Третий")
    assert _tree(project) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tbilissky-2021", "идёт с программой"),
        ("Район", "строчные латинские"),
        ("../x", "строчные латинские"),
        ("a.yml", "строчные латинские"),
        ("-a", "строчные латинские"),
        ("a" * 49, "не больше 48"),
        ("con", "Windows"),
        ("", "строчные латинские"),
    ],
)
def test_names_that_no_file_should_have(
    project: Project, result: Result, name: str, said: str
) -> None:
    with pytest.raises(ShnorError, match=said):
        plan(result, project, name, "Название")
    assert set(_tree(project)) == {"shnor.yml"}


def test_a_title_is_asked_for(project: Project, result: Result) -> None:
    with pytest.raises(ShnorError, match="Напишите название"):
        plan(result, project, "raion", "  \n ")


def test_free_names_are_free(project: Project, result: Result) -> None:
    assert free_name(project, "tbilissky-2021") == "tbilissky-2021-v2"
    save(result, project, "tbilissky-2021-v2", "Вариант")
    assert free_name(project, "tbilissky-2021") == "tbilissky-2021-v3"
    assert free_name(project, "tbilissky-2021-v2") == "tbilissky-2021-v3"


def test_an_unchanged_copy_keeps_the_standing(bench: Workbench, project: Project) -> None:
    saved = save(bench.result(bench.start()), project, "copy", "Копия").ruleset
    assert saved.source == bench.in_force.source
    assert saved.summary == "Копия свода «Правила Тбилисского района» без изменений."
    assert saved.criteria == bench.in_force.criteria


def test_saved_words_say_how_to_put_it_in_force(project: Project, result: Result) -> None:
    saved = save(result, project, "raion-2026", "Правила района")
    told = saved_words(saved, project)
    assert "«rulesets/raion-2026.yml»" in told
    assert "«ruleset: raion-2026»" in told


_TITLES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60
).filter(lambda text: text.strip())


@st.composite
def _choices(draw: st.DrawFn) -> Choice:
    name = draw(st.sampled_from(["tbilissky-2021", "olenek-2021", "rosobrnadzor-847"]))
    share = st.integers(0, 1000).map(lambda k: k / 1000)
    if name == "olenek-2021":
        weight = st.sampled_from([0.5, 1.0, 2.5, 7.0])
        return Choice(
            name,
            2026,
            thresholds=draw(st.fixed_dictionaries({}, optional={"rating": share})),
            cutoffs=draw(
                st.fixed_dictionaries({}, optional={"wellbeing": st.just("mean_minus_sd")})
            ),
            rating_weights={"proposal": draw(st.dictionaries(
                st.sampled_from(["vpr_low", "oge_quality", "ege_high"]), weight))},
            index_weights={"proposal": draw(st.dictionaries(
                st.sampled_from(["incomplete", "qualified"]), weight))},
            min_participants=draw(st.none() | st.integers(1, 30)),
        )  # fmt: skip
    ids = {"tbilissky-2021": ["vpr", "ege", "incomplete_families", "at_risk"]}
    switches: dict[str, Any] = {"same_subject": st.booleans(), "consecutive": st.booleans()}
    return Choice(
        name,
        2026,
        thresholds=draw(st.dictionaries(st.sampled_from(ids.get(name, ["low_procedures"])), share)),
        switches=draw(st.fixed_dictionaries({}, optional=switches)),
        min_participants=draw(st.none() | st.integers(1, 30)),
        ignored=draw(st.frozensets(st.sampled_from(["oge", "offences"])))
        if name == "tbilissky-2021"
        else frozenset(),
    )


@given(choice=_choices(), title=_TITLES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_choice_reads_back_equal(project: Project, choice: Choice, title: str) -> None:
    """Whatever the title and the values, YAML gives back what was meant."""
    base = load_ruleset(choice.ruleset)
    changed = apply(base, choice)
    nothing: Any = None
    result = Result(choice, base, changed, nothing, nothing, dict)
    saved = save(result, project, "any", title, replace=True)
    assert load_ruleset("any", project) == saved.ruleset
    values, lines = load_yaml(project.root / "rulesets/any.yml")
    assert values["title"] == " ".join(title.split())
    assert yaml.safe_load((project.root / "rulesets/any.yml").read_text("utf-8")) == values
    # Apart from names and words nothing but the choice has changed.
    again = load_ruleset("any", project)
    for before, after in zip(changed.criteria, again.criteria, strict=True):
        words = {"title", "note", "source", "rating", "index"}
        assert before.model_dump(exclude=words) == after.model_dump(exclude=words)
    assert again.decision == changed.decision

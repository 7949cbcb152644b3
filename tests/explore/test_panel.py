"""The widgets: what is moved is what is computed and shown."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shnor_lib import identify, load_ruleset

widgets = pytest.importorskip("ipywidgets")

from shnor_lib.explore import explore  # noqa: E402
from shnor_lib.explore.panel import VIEWS, Explorer  # noqa: E402
from shnor_lib.explore.workbench import Workbench  # noqa: E402
from shnor_lib.faults import ShnorError  # noqa: E402
from shnor_lib.report.labels import LISTED  # noqa: E402
from shnor_lib.report.monitoring.lists import school_names  # noqa: E402


@pytest.fixture
def explorer(bench: Workbench) -> Explorer:
    """A fresh explorer on the demonstration district."""
    return Explorer(bench, bench.start())


@pytest.fixture
def own(read_demo: Path, tmp_path: Path) -> Explorer:
    """An explorer on a project of its own, to save into."""
    root = tmp_path / "project"
    shutil.copytree(read_demo, root)
    return explore(root)


def _all(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all(child)


def _texts(explorer: Explorer) -> str:
    """Everything the explorer shows, tags taken out."""
    parts = [w.value for w in _all(explorer.root) if isinstance(w, widgets.HTML)]
    text = re.sub(r"<style>.*?</style>", "", " ".join(parts), flags=re.DOTALL)
    text = re.sub(r'<[^>]*?title="([^"]*)"[^>]*>', r" \1 ", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def _shown_schools(explorer: Explorer) -> set[str]:
    """Names of the schools in the first column of the tables shown."""
    tables = "".join(w.value for w in _all(explorer.content) if isinstance(w, widgets.HTML))
    heads = re.findall(r'<th scope="row">(.*?)<br>', tables)
    return {html.unescape(text) for text in heads}


def _expected(explorer: Explorer, rules: Any) -> set[str]:
    """Names of the schools that identify lists by these rules."""
    bench = explorer.bench
    statuses = identify(bench.dataset, rules, calendar=bench.calendar).statuses
    rows = statuses[(statuses["year"] == explorer.years.value) & statuses["status"].isin(LISTED)]
    names = school_names(bench.dataset.schools)
    return {names[school] for school in rows["school_id"]}


def test_the_list_shown_is_that_of_identify(explorer: Explorer) -> None:
    rules = load_ruleset("tbilissky-2021")
    assert _shown_schools(explorer) == _expected(explorer, rules)
    explorer.controls.thresholds["vpr"].slider.value = 45
    rules = rules.with_threshold("vpr", 0.45)
    assert _shown_schools(explorer) == _expected(explorer, rules)
    explorer.controls.switches["combine"].value = "or"
    rules = rules.with_switch("combine", "or")
    assert _shown_schools(explorer) == _expected(explorer, rules)
    explorer.controls.minimum.value = 3
    rules = rules.with_switch("min_participants", 3)
    assert _shown_schools(explorer) == _expected(explorer, rules)
    assert len(_shown_schools(explorer)) > 5
    explorer.years.value = 2025
    assert _shown_schools(explorer) == _expected(explorer, rules)


def test_who_enters_and_who_leaves_is_shown(explorer: Explorer) -> None:
    rules = load_ruleset("tbilissky-2021")
    before = _expected(explorer, rules)
    explorer.controls.thresholds["vpr"].slider.value = 60
    explorer.controls.switches["same_subject"].value = False
    after = _expected(explorer, rules.with_threshold("vpr", 0.6).with_switch("same_subject", False))
    explorer.view.value = "Входят и выходят"
    moves = explorer.result.moves
    names = school_names(explorer.bench.dataset.schools)
    for move, schools in (("entered", after - before), ("left", before - after)):
        assert {names[s] for s in moves[moves["move"] == move]["school_id"]} == schools
    assert _shown_schools(explorer) >= (before ^ after)
    assert before - after


def test_reset_brings_the_rules_back(explorer: Explorer) -> None:
    untouched = explorer.choice
    explorer.controls.thresholds["ege"].slider.value = 5
    explorer.controls.thresholds["offences"].used.value = False
    explorer.controls.switches["unit"].value = "subject_grade"
    assert explorer.choice.ignored == {"offences"}
    explorer.reset.click()
    assert explorer.choice == untouched
    assert explorer.result.differences == []
    # Moving away and back by hand is the same as never having moved.
    explorer.controls.thresholds["ege"].slider.value = 5
    explorer.controls.thresholds["ege"].slider.value = 30
    assert explorer.choice == untouched


def test_a_criterion_without_a_threshold_can_be_given_one(explorer: Explorer) -> None:
    row = explorer.controls.thresholds["at_risk"]
    assert row.slider.disabled
    row.slider.value = 4
    assert explorer.result.differences == []
    row.used.value = True
    assert not row.slider.disabled
    rules = load_ruleset("tbilissky-2021").with_threshold("at_risk", 0.04)
    assert _shown_schools(explorer) == _expected(explorer, rules)
    assert "было порог не задан, стало >\u00a04\u202f%" in _texts(explorer)


def test_an_impossible_choice_shows_the_reason_and_no_list(explorer: Explorer) -> None:
    explorer.rulesets.value = "olenek-2021"
    explorer.controls.index_modes["proposal"].value = "pca"
    # The district has fewer than thirty schools.
    assert "не меньше 30 школ" in _texts(explorer)
    assert _shown_schools(explorer) == set()
    with pytest.raises(ShnorError, match="не меньше 30 школ"):
        _ = explorer.result
    for view in VIEWS:
        explorer.view.value = view
        assert explorer.content.children == ()
    explorer.save.click()
    assert "Не сохранено" in explorer.message.value
    explorer.controls.index_modes["proposal"].value = "weighted"
    explorer.view.value = "Список"
    assert _shown_schools(explorer) == _expected(explorer, load_ruleset("olenek-2021"))


def test_weights_move_the_list(explorer: Explorer) -> None:
    explorer.rulesets.value = "olenek-2021"
    for name, field in explorer.controls.rating_weights["proposal"].items():
        field.value = 0 if name != "ege_high" else 1
    choice = explorer.choice.rating_weights["proposal"]
    assert choice["vpr_low"] == 0
    assert "ege_high" not in choice  # as in the file
    weights = {c.what: c.after for c in explorer.result.differences}
    assert list(weights.values()) == ["0"] * 5


def test_every_view_of_every_rule_set_and_year_shows_something(explorer: Explorer) -> None:
    for _, ruleset in explorer.rulesets.options:
        explorer.rulesets.value = ruleset
        for _, year in explorer.years.options:
            explorer.years.value = year
            for view in VIEWS:
                explorer.view.value = view
                assert explorer.content.children, (ruleset, year, view)
    outputs = [w for w in _all(explorer.root) if isinstance(w, widgets.Output)]
    explorer.view.value = "Согласие сводов"
    outputs = [w for w in _all(explorer.content) if isinstance(w, widgets.Output)]
    (shown,) = outputs[0].outputs
    figure = shown["data"]["application/vnd.plotly.v1+json"]
    assert figure["layout"]["paper_bgcolor"] == "#FFFFFF"
    assert "каппа" in shown["data"]["text/plain"]


def test_the_funnel_can_be_chosen(explorer: Explorer) -> None:
    explorer.view.value = "Размер школ"
    assert explorer.procedure.value == "vpr"
    first = _texts(explorer)
    assert "Размер школы и список: ВПР, " in first
    explorer.subject.value = "русский язык"
    assert "Размер школы и список: ВПР, русский язык" in _texts(explorer)
    explorer.procedure.value = "oge"
    assert "ОГЭ, " in _texts(explorer)


def test_everything_shown_is_russian_and_whole(explorer: Explorer) -> None:
    explorer.controls.thresholds["vpr"].slider.value = 25
    for view in VIEWS:
        explorer.view.value = view
        for heading in explorer.controls.sections:
            explorer.section.value = heading
            text = _texts(explorer)
            for word in ("nan", "None", "<NA>", "met", "low_results", "certain", "%%", " ,"):
                assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text), (view, word)
            # Per cent with its space, decimals with a comma.
            assert not re.search(r"\d%|\d\.\d", text.replace("22.11.2026", "")), view


def test_only_widgets_that_the_keyboard_reaches_are_used(explorer: Explorer) -> None:
    """JupyterLab keeps the arrow keys from lists and radio buttons."""
    unreachable = (
        widgets.Dropdown, widgets.RadioButtons, widgets.Select, widgets.Accordion, widgets.Tab,
        widgets.SelectionSlider,
    )  # fmt: skip
    for _, ruleset in explorer.rulesets.options:
        explorer.rulesets.value = ruleset
        for view in VIEWS:
            explorer.view.value = view
            shown = [*_all(explorer.root)]
            for heading in explorer.controls.sections.values():
                shown += [*_all(heading)]
            assert not [w for w in shown if isinstance(w, unreachable)]


def test_saving_from_the_panel(own: Explorer) -> None:
    own.controls.thresholds["vpr"].slider.value = 26
    own.view.value = "Сохранить"
    assert own.name.value == "tbilissky-2021-v2"
    own.name.value, own.title.value = "raion", "Правила района"
    own.save.click()
    assert "«rulesets/raion.yml»" in own.message.value
    assert ("Правила района", "raion") in own.rulesets.options
    path = own.bench.project.root / "rulesets/raion.yml"
    before = path.read_bytes()
    own.controls.thresholds["vpr"].slider.value = 27
    assert own.message.value == ""
    own.save.click()
    assert "Уже есть" in own.message.value
    assert path.read_bytes() == before
    own.replace.value = True
    own.save.click()
    assert "Сохранено" in own.message.value
    assert not own.replace.value
    own.rulesets.value = "raion"
    assert own.result.differences == []
    assert own.controls.thresholds["vpr"].slider.value == 27
    # Saved over itself, the rule set chosen is read again.
    own.controls.thresholds["vpr"].slider.value = 28
    own.name.value, own.replace.value = "raion", True
    own.save.click()
    assert "Сохранено" in own.message.value
    assert own.result.differences == []
    assert load_ruleset("raion", own.bench.project).criterion("vpr").low.threshold == 0.28


def test_a_faulty_file_of_the_project_is_named_not_hidden(own: Explorer) -> None:
    root = own.bench.project.root
    (root / "rulesets").mkdir(exist_ok=True)
    (root / "rulesets/broken.yml").write_text("id: broken\n", encoding="utf-8")
    again = explore(root)
    assert "Свод «broken» не читается" in _texts(again)
    assert "broken" not in dict(again.rulesets.options).values()


def test_without_ipywidgets_the_reason_is_said(
    read_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "shnor_lib.explore.panel":
            raise ModuleNotFoundError("No module named 'ipywidgets'", name="ipywidgets")
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ShnorError, match="pip install ipywidgets"):
        explore(read_demo)

"""What the user moves: sliders, buttons and numbers of one rule set.

Only widgets that work from the keyboard inside a notebook are used: JupyterLab takes the arrow
keys away from drop-down lists and radio buttons, but not from sliders, buttons and number
fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets

from shnor_lib.explore.apply import indices_of, minimum_participants, ratings_of
from shnor_lib.explore.choice import Choice
from shnor_lib.explore.titles import head
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.ruleset import (
    Criterion,
    IndexBelow,
    RatingBelow,
    ResultsShare,
    RuleSet,
    SocialCount,
    Switch,
)
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import OPERATOR_WORDS

Changed = Callable[[Any], None]

_CUTOFFS = (
    ("нижняя четверть", "lower_quartile"),
    ("среднее минус σ", "mean_minus_sd"),
    ("число", "number"),
)
_MODES = (("заданные веса", "weighted"), ("главная компонента", "pca"))
_WIDE = widgets.Layout(width="auto")


@dataclass
class Threshold:
    """Slider of one criterion and whether the criterion counts.

    ``scale``: what the slider's number is divided by (100 for shares, which it shows in per
    cent); ``base``: the threshold as the rule set has it, None if it has none.
    """

    criterion: Criterion
    slider: Any
    used: Any
    scale: float
    base: float | None
    cutoff: Any = None

    @property
    def value(self) -> float:
        """The threshold chosen, as the rules write it."""
        shown = float(self.slider.value)
        if self.base is not None and shown == _shown(self.base, self.scale):
            return self.base
        return round(shown / self.scale, 6)


@dataclass
class Controls:
    """All controls of one rule set.

    Attributes
    ----------
    base
        The rule set as it is in its file.
    thresholds, switches
        By criterion and by switch.
    minimum
        Slider of the fewest participants; None where it does not apply.
    rating_weights, index_weights
        Rating (index) → indicator (component) → number field.
    index_modes
        Index → buttons.
    sections
        Russian heading → widgets under it.
    """

    base: RuleSet
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    switches: dict[str, Any] = field(default_factory=dict)
    minimum: Any = None
    rating_weights: dict[str, dict[str, Any]] = field(default_factory=dict)
    index_weights: dict[str, dict[str, Any]] = field(default_factory=dict)
    index_modes: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)

    def choice(self, ruleset: str, year: int) -> Choice:
        """The state of the controls; what stands as in the file is left out."""
        thresholds, cutoffs, ignored = {}, {}, set()
        for name, row in self.thresholds.items():
            if not row.used.value:
                if row.criterion.counts:
                    ignored.add(name)
                continue
            rule = "number"
            if row.cutoff is not None:
                assert isinstance(row.criterion, IndexBelow)
                rule = row.cutoff.value
                if rule != row.criterion.cutoff.rule and rule != "number":
                    cutoffs[name] = rule
            if rule == "number" and row.value != row.base:
                thresholds[name] = row.value
        return Choice(
            ruleset=ruleset,
            year=year,
            thresholds=thresholds,
            cutoffs=cutoffs,
            ignored=frozenset(ignored),
            switches={
                name: buttons.value
                for name, buttons in self.switches.items()
                if buttons.value != self.base.switch_value(name)
            },
            min_participants=self._minimum(),
            rating_weights=_moved(self.rating_weights),
            index_weights=_moved(self.index_weights),
            index_modes={
                name: buttons.value
                for name, buttons in self.index_modes.items()
                if buttons.value != indices_of(self.base)[name].mode
            },
        )

    def _minimum(self) -> int | None:
        if self.minimum is None or minimum_participants(self.base) == [self.minimum.value]:
            return None
        # Several minimums at once stand at the smallest until the slider is moved.
        if not self.minimum.shnor_moved:
            return None
        return int(self.minimum.value)


def make_controls(base: RuleSet, changed: Changed) -> Controls:
    """Controls of a rule set, standing as the rule set has it.

    Parameters
    ----------
    base
        The rule set.
    changed
        Called with the widgets' change whenever one of them is moved.
    """
    found = Controls(base)
    rows: list[Any] = []
    for criterion in base.criteria:
        row = found.thresholds[criterion.id] = _threshold(criterion)
        rows += _threshold_widgets(row, changed)
    found.sections["Пороги"] = _box(rows)
    rows = []
    least = minimum_participants(base)
    if least:
        found.minimum = _minimum_slider(least)
        _watch(found.minimum, changed)
        rows += [_text("Не меньше участников в каждом учитываемом результате"), found.minimum]
    for name, switch in base.switches.items():
        assert isinstance(switch, Switch)
        if name != "min_participants":
            found.switches[name] = buttons = _buttons(
                [(fmt.nice(switch.label(each)), each) for each in switch.options], switch.value
            )
            _watch(buttons, changed)
            rows += [_text(fmt.nice(switch.question), fmt.nice(switch.note)), buttons]
    if rows:
        found.sections["Прочтение"] = _box(rows)
    _rating_section(found, changed)
    _index_section(found, changed)
    return found


def _rating_section(found: Controls, changed: Changed) -> None:
    rows: list[Any] = []
    for name, rating in ratings_of(found.base).items():
        items = [item for _, item in rating.indicators]
        if len(items) > 1:  # the weight of a single indicator changes nothing
            found.rating_weights[name] = {
                item.id: _weight(item.weight, fmt.nice(item.title), changed) for item in items
            }
            rows.append(_text(f"Веса: {fmt.nice(rating.title)}"))
            rows += _labelled(found.rating_weights[name], rating)
    if rows:
        found.sections["Рейтинг"] = _box(rows)


def _index_section(found: Controls, changed: Changed) -> None:
    rows: list[Any] = []
    for name, index in indices_of(found.base).items():
        found.index_modes[name] = modes = _buttons(list(_MODES), index.mode)
        _watch(modes, changed)
        found.index_weights[name] = {
            c.id: _weight(c.weight, fmt.nice(c.title), changed) for c in index.components
        }
        rows += [
            _text(f"Откуда веса: {fmt.nice(index.title)}"),
            modes,
            _text(
                "Веса составляющих. При главной компоненте веса дают данные; вес 0 убирает "
                "составляющую."
            ),
            *_labelled(found.index_weights[name], index),
        ]
    if rows:
        found.sections["Индекс"] = _box(rows)


def _threshold(criterion: Criterion) -> Threshold:
    base, scale, highest = _range(criterion)
    start = _shown(50.0 / scale if base is None else base, scale)
    whole = float(start).is_integer()
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    slider = kind(
        value=int(start) if whole else start,
        min=0,
        max=int(max(highest, start)),
        step=1 if whole else 0.1,
        continuous_update=False,
        tooltip=fmt.nice(criterion.title),
        layout=widgets.Layout(width="auto", flex="1 1 auto"),
    )
    used = widgets.Checkbox(
        value=criterion.counts,
        description="учитывать",
        indent=False,
        tooltip=f"Учитывать: {fmt.nice(criterion.title)}",
        layout=widgets.Layout(width="110px", flex="0 0 auto"),
    )
    cutoff = None
    if isinstance(criterion, IndexBelow):
        cutoff = _buttons(list(_CUTOFFS), criterion.cutoff.rule)
    row = Threshold(criterion, slider, used, scale, base, cutoff)
    _enable(row)
    return row


def _range(criterion: Criterion) -> tuple[float | None, float, float]:
    """Threshold in force, what the slider's number is divided by, and its largest number."""
    if isinstance(criterion, ResultsShare):
        return criterion.low.threshold, 100.0, 100.0
    if isinstance(criterion, RatingBelow):
        return criterion.cutoff, 100.0, 100.0
    if isinstance(criterion, IndexBelow):
        return criterion.cutoff.value, 1.0, 100.0
    if isinstance(criterion, SocialCount):
        return criterion.threshold, 1.0, 30.0
    return criterion.threshold, 100.0, 100.0


def _shown(value: float, scale: float) -> float:
    return round(value * scale, 4)


def _threshold_widgets(row: Threshold, changed: Changed) -> list[Any]:
    def moved(change: Any) -> None:
        _enable(row)
        changed(change)

    found = [_text(_threshold_label(row.criterion), fmt.nice(row.criterion.title))]
    if row.cutoff is not None:
        _watch(row.cutoff, moved)
        found.append(row.cutoff)
    _watch(row.slider, changed)
    _watch(row.used, moved)
    found.append(widgets.HBox([row.slider, row.used], layout=widgets.Layout(width="100%")))
    return found


def _enable(row: Threshold) -> None:
    by_number = row.cutoff is None or row.cutoff.value == "number"
    row.slider.disabled = not (row.used.value and by_number)
    if row.cutoff is not None:
        row.cutoff.disabled = not row.used.value


def _threshold_label(criterion: Criterion) -> str:
    about = fmt.nice(head(criterion))
    if isinstance(criterion, IndexBelow):
        return f"{about}: где граница (число — не выше, из 100)"
    if isinstance(criterion, ResultsShare):
        return f"{about}: доля низких результатов {OPERATOR_WORDS[criterion.low.operator]}, %"
    words = OPERATOR_WORDS[criterion.operator]
    if isinstance(criterion, RatingBelow):
        return f"{about}: {words}, % от максимума"
    return f"{about}: {words}" + ("" if isinstance(criterion, SocialCount) else ", %")


def _minimum_slider(least: list[int]) -> Any:
    slider = widgets.IntSlider(
        value=least[0],
        min=1,
        max=max(30, least[-1]),
        continuous_update=False,
        tooltip="Не меньше участников",
        layout=_WIDE,
    )
    slider.shnor_moved = False

    def moved(_: Any) -> None:
        slider.shnor_moved = True

    _watch(slider, moved)
    return slider


def _weight(value: float, title: str, changed: Changed) -> Any:
    number = widgets.BoundedFloatText(
        value=value,
        min=0,
        max=100,
        step=0.5,
        tooltip=f"Вес: {title}",
        layout=widgets.Layout(width="72px", flex="0 0 auto"),
    )
    number.shnor_base = value
    _watch(number, changed)
    return number


def _labelled(fields: dict[str, Any], definition: Rating | Index) -> list[Any]:
    """Number fields with their titles beside them."""
    items: Iterable[Any] = (
        [item for _, item in definition.indicators]
        if isinstance(definition, Rating)
        else definition.components
    )
    return [
        widgets.HBox([fields[item.id], widgets.HTML(fmt.escape(fmt.nice(item.title)))])
        for item in items
    ]


def _moved(fields: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Weights that differ from those of the file."""
    found = {
        name: {key: float(w.value) for key, w in own.items() if w.value != w.shnor_base}
        for name, own in fields.items()
    }
    return {name: own for name, own in found.items() if own}


def _buttons(options: list[tuple[str, Any]], value: Any) -> Any:
    # Compared one by one: «1» and «yes» are equal to Python, and options may be either.
    index = [type(each) is type(value) and each == value for _, each in options].index(True)
    return widgets.ToggleButtons(
        options=options, index=index, style={"button_width": "auto"}, layout=_WIDE
    )


def _text(text: str, title: str = "") -> Any:
    hint = f' title="{fmt.escape(title)}"' if title else ""
    return widgets.HTML(f'<span class="shnor-label"{hint}>{fmt.escape(text)}</span>')


def _box(children: list[Any]) -> Any:
    return widgets.VBox(children, layout=widgets.Layout(width="100%"))


def _watch(widget: Any, changed: Changed) -> None:
    widget.observe(changed, names="value")

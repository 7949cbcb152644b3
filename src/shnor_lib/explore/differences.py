"""What a changed rule set says otherwise than the one it was made from, item by item."""

from __future__ import annotations

from dataclasses import dataclass

from shnor_lib.explore.apply import indices_of, ratings_of
from shnor_lib.explore.titles import head
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.ruleset import Criterion, ResultsShare, RuleSet, Switch
from shnor_lib.report import format as fmt
from shnor_lib.report.rule_words import quoted, threshold_sign

IGNORED = "не учитывается"
_MODES = {"weighted": "заданные веса", "pca": "главная компонента"}


@dataclass(frozen=True)
class Difference:
    """One thing that was changed.

    Parameters
    ----------
    place
        Where in the definition: ``("criteria", id)``, ``("switches", name)``,
        ``("ratings", id, indicator or key)``, ``("indices", id, component or key)``.
    what
        Russian: what was changed.
    before, after
        Russian: as it was and as it is.
    """

    place: tuple[str, ...]
    what: str
    before: str
    after: str

    def line(self) -> str:
        """«ВПР: порог — было ≥ 20 %, стало ≥ 25 %»."""
        return f"{self.what}: было {self.before}, стало {self.after}"


def differences(base: RuleSet, changed: RuleSet) -> list[Difference]:
    """What ``changed`` says otherwise than ``base``, in the order of the file.

    Titles and everything else that is words is not compared.
    """
    found: list[Difference] = []
    for name, switch in base.switches.items():
        assert isinstance(switch, Switch)
        found += _switch(name, switch, changed.switch_value(name))
    left = {criterion.id: criterion for criterion in changed.criteria}
    for criterion in base.criteria:
        found += _criterion(base, criterion, changed, left.get(criterion.id))
    others = ratings_of(changed)
    for name, rating in ratings_of(base).items():
        if name in others:
            found += _rating(rating, others[name])
    other_indices = indices_of(changed)
    for name, index in indices_of(base).items():
        if name in other_indices:
            found += _index(index, other_indices[name])
    return found


def _switch(name: str, switch: Switch[object], value: object) -> list[Difference]:
    if switch.value == value:
        return []
    before, after = (quoted(switch.label(each)) for each in (switch.value, value))
    if name == "min_participants":
        before, after = (fmt.number(each) for each in (switch.value, value))
    question = f"Ответ на вопрос {quoted(fmt.nice(switch.question))}"
    return [Difference(("switches", name), question, before, after)]


def _criterion(
    base: RuleSet, criterion: Criterion, changed: RuleSet, other: Criterion | None
) -> list[Difference]:
    place = ("criteria", criterion.id)
    about = fmt.nice(head(criterion))
    before = threshold_sign(criterion)
    if other is None or (criterion.counts and not other.counts):
        return [Difference(place, about, before, IGNORED)]
    found = []
    after = threshold_sign(other)
    if before != after or _exact(criterion) != _exact(other):
        found.append(Difference(place, f"{about}, порог", before, after))
    if isinstance(criterion, ResultsShare) and isinstance(other, ResultsShare):
        own = (criterion.min_participants, other.min_participants)
        if own[0] != own[1]:
            was = base.setting(criterion, "min_participants")
            now = changed.setting(other, "min_participants")
            found.append(
                Difference(
                    place, f"{about}, не меньше участников", fmt.number(was), fmt.number(now)
                )
            )
    return found


def _exact(criterion: Criterion) -> object:
    """The threshold unrounded: 0,2 and 0,2001 look alike."""
    return criterion.model_dump(include={"low", "cutoff", "threshold"})


def _rating(rating: Rating, other: Rating) -> list[Difference]:
    found = []
    weights = {item.id: item.weight for _, item in other.indicators}
    for _, item in rating.indicators:
        if weights[item.id] != item.weight:
            found.append(
                Difference(
                    ("ratings", rating.id, item.id),
                    f"Рейтинг, вес показателя {quoted(fmt.nice(item.title))}",
                    fmt.number(item.weight),
                    fmt.number(weights[item.id]),
                )
            )
    if rating.min_participants != other.min_participants:
        found.append(
            Difference(
                ("ratings", rating.id, "min_participants"),
                "Рейтинг, не меньше участников",
                fmt.number(rating.min_participants),
                fmt.number(other.min_participants),
            )
        )
    return found


def _index(index: Index, other: Index) -> list[Difference]:
    found = []
    if index.mode != other.mode:
        found.append(
            Difference(
                ("indices", index.id, "mode"),
                "Индекс, откуда веса",
                _MODES[index.mode],
                _MODES[other.mode],
            )
        )
    weights = {component.id: component.weight for component in other.components}
    for component in index.components:
        if component.id not in weights:
            found.append(
                Difference(
                    ("indices", index.id, component.id),
                    f"Индекс, составляющая {quoted(fmt.nice(component.title))}",
                    "учитывается",
                    IGNORED,
                )
            )
        elif weights[component.id] != component.weight:
            found.append(
                Difference(
                    ("indices", index.id, component.id),
                    f"Индекс, вес составляющей {quoted(fmt.nice(component.title))}",
                    fmt.number(component.weight),
                    fmt.number(weights[component.id]),
                )
            )
    return found

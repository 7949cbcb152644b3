"""A rule set with the user's choice in it.

Everything goes through the same validation as a file, so that nothing can be tried that could
not be saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from shnor_lib.explore.choice import Choice
from shnor_lib.explore.titles import renamed
from shnor_lib.faults import ShnorError
from shnor_lib.methods.definition import Definition
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.rating_definition import Rating, ResultsIndicator
from shnor_lib.methods.ruleset import IndexBelow, RatingBelow, ResultsShare, RuleSet
from shnor_lib.yaml_source import explain

Values = dict[str, Any]
D = TypeVar("D", bound=Definition)


def apply(base: RuleSet, choice: Choice) -> RuleSet:
    """The rule set as the user wants to try it.

    Parameters
    ----------
    base
        The rule set chosen, with its ratings and indices.
    choice
        What is to be different. An empty choice gives an equal rule set.

    Returns
    -------
    RuleSet
        With ``base``'s id, also in its ratings and indices; criteria whose rule changed have a
        title that says the new rule.

    Raises
    ------
    ShnorError
        The choice names what the rules do not have, or gives a value it cannot take.
    """
    values = base.model_dump()
    criteria = {item["id"]: item for item in values["criteria"]}
    _known(base, "показателя", {*choice.thresholds, *choice.cutoffs, *choice.ignored}, criteria)
    _known(base, "переключателя", choice.switches, values["switches"])
    for name, cutoff in choice.cutoffs.items():
        _set_cutoff(base, criteria[name], cutoff)
    for name, threshold in choice.thresholds.items():
        if choice.cutoffs.get(name, "number") == "number":
            _set_threshold(criteria[name], threshold)
    for name, value in choice.switches.items():
        _set_switch(values["switches"][name], value)
    if choice.min_participants is not None:
        _set_minimum(base, values, choice.min_participants)
    _ignore(base, values, choice.ignored)
    changed = _validated(RuleSet, values)
    changed._ratings = _ratings(base, choice)
    changed._indices = _indices(base, choice)
    return renamed(base, changed)


def ratings_of(ruleset: RuleSet) -> dict[str, Rating]:
    """Ratings the criteria refer to, by id."""
    used = {c.rating for c in ruleset.criteria if isinstance(c, RatingBelow)}
    return {name: rating for name, rating in ruleset._ratings.items() if name in used}


def indices_of(ruleset: RuleSet) -> dict[str, Index]:
    """Indices the criteria refer to, by id."""
    used = {c.index for c in ruleset.criteria if isinstance(c, IndexBelow)}
    return {name: index for name, index in ruleset._indices.items() if name in used}


def minimum_participants(ruleset: RuleSet) -> list[int]:
    """The different minimum numbers of participants in force, ascending; empty if none apply."""
    found = {
        int(ruleset.setting(criterion, "min_participants"))
        for criterion in ruleset.criteria
        if isinstance(criterion, ResultsShare)
    }
    found |= {r.min_participants for r in ratings_of(ruleset).values() if _measures_results(r)}
    return sorted(found)


def _known(base: RuleSet, what: str, names: Iterable[str], there: Mapping[str, Any]) -> None:
    for name in names:
        if name not in there:
            raise ShnorError(
                f"В правилах «{base.id}» нет {what} «{name}». "
                f"Есть: {', '.join(there) or 'ни одного'}."
            )


def _set_threshold(entry: Values, value: float) -> None:
    if entry["kind"] == "results_share":
        entry["low"]["threshold"] = value
    elif entry["kind"] == "rating":
        entry["cutoff"] = value
    elif entry["kind"] == "index":
        entry["cutoff"] = {"rule": "number", "value": value}
    else:
        entry["threshold"] = value


def _set_cutoff(base: RuleSet, entry: Values, rule: str) -> None:
    if entry["kind"] != "index":
        raise ShnorError(
            f"Правила «{base.id}»: у показателя «{entry['id']}» порог задаётся только числом."
        )
    value = entry["cutoff"]["value"] if rule == "number" else None
    entry["cutoff"] = {"rule": rule, "value": value}


def _set_switch(entry: Values, value: Any) -> None:
    entry["value"] = value
    if value not in entry["options"]:
        entry["options"] = [*entry["options"], value]


def _set_minimum(base: RuleSet, values: Values, least: int) -> None:
    if not minimum_participants(base):
        raise ShnorError(
            f"В правилах «{base.id}» нет показателей по результатам: "
            "наименьшее число участников в них не применяется."
        )
    switch = values["switches"].get("min_participants")
    if switch is not None:
        _set_switch(switch, least)
    for entry in values["criteria"]:
        own = entry.get("min_participants") is not None
        if entry["kind"] == "results_share" and (own or switch is None):
            entry["min_participants"] = least


def _ignore(base: RuleSet, values: Values, ignored: frozenset[str]) -> None:
    """Take criteria out; those of the social passport stay to be shown, without a threshold."""
    kept = []
    for entry in values["criteria"]:
        if entry["id"] not in ignored:
            kept.append(entry)
        elif entry["kind"] in {"social_share", "social_count"}:
            kept.append({**entry, "threshold": None})
    if not kept:
        raise ShnorError(f"Правила «{base.id}»: должен остаться хотя бы один показатель.")
    values["criteria"] = kept
    for status_for in ("low_results", "difficult"):
        rule = values["decision"][status_for]
        left = [name for name in rule["of"] if name not in ignored]
        if rule["of"] and not left:
            # An empty list would mean «all»: another rule than the user asked for.
            raise ShnorError(
                f"Правила «{base.id}»: статус дают только показатели "
                f"{', '.join(rule['of'])}; хотя бы один из них должен учитываться."
            )
        rule["of"] = left


def _ratings(base: RuleSet, choice: Choice) -> dict[str, Rating]:
    found = ratings_of(base)
    _known(base, "рейтинга", choice.rating_weights, found)
    for name, rating in found.items():
        values = rating.model_dump()
        items = {item["id"]: item for group in values["groups"] for item in group["indicators"]}
        weights = choice.rating_weights.get(name, {})
        _known_part(f"рейтинге «{name}»", "показателя", weights, items)
        for indicator, weight in weights.items():
            items[indicator]["weight"] = weight
        if choice.min_participants is not None and _measures_results(rating):
            values["min_participants"] = choice.min_participants
        found[name] = _validated(Rating, values)
    return found


def _indices(base: RuleSet, choice: Choice) -> dict[str, Index]:
    found = indices_of(base)
    _known(base, "индекса", {*choice.index_weights, *choice.index_modes}, found)
    for name, index in found.items():
        values = index.model_dump()
        items = {item["id"]: item for item in values["components"]}
        weights = choice.index_weights.get(name, {})
        _known_part(f"индексе «{name}»", "составляющей", weights, items)
        for component, weight in weights.items():
            items[component]["weight"] = weight
        values["mode"] = choice.index_modes.get(name, values["mode"])
        if values["mode"] == "pca":
            # The data give the weights there; the only thing a weight can say is «not this one».
            out = {component for component, weight in weights.items() if weight == 0}
            values["components"] = [c for c in values["components"] if c["id"] not in out]
        found[name] = _validated(Index, values)
    return found


def _known_part(where: str, what: str, names: Iterable[str], there: Mapping[str, Any]) -> None:
    for name in names:
        if name not in there:
            raise ShnorError(f"В {where} нет {what} «{name}». Есть: {', '.join(there)}.")


def _measures_results(rating: Rating) -> bool:
    return any(isinstance(item, ResultsIndicator) for _, item in rating.indicators)


def _places(value: Any, where: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], int]:
    """Every path of keys, as reading a file gives them: messages then name the whole path."""
    found = {where: 1}
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inside:
        found |= _places(item, (*where, key))
    return found


def _validated(model: type[D], values: Values) -> D:
    """The definition, or what is wrong with it in the words of a faulty file."""
    problems: list[Any] = []
    try:
        found = model.model_validate(values, context={"problems": problems})
    except ValidationError as error:
        faults = explain(error, Path(f"{values['id']}.yml"), _places(values))
        raise ShnorError(
            f"«{values['title']}», такой выбор невозможен: "
            + "; ".join(f"{fault.message} {fault.expected}".strip() for fault in faults)
        ) from None
    if problems:
        texts = "; ".join(text for _, text in problems)
        raise ShnorError(f"«{values['title']}», такой выбор невозможен: {texts}.")
    return found

"""A choice as definitions of its own: what is to stand in the saved files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shnor_lib.explore.apply import indices_of, ratings_of
from shnor_lib.explore.differences import Difference
from shnor_lib.explore.workbench import Result
from shnor_lib.methods.definition import Definition
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.ruleset import RuleSet
from shnor_lib.report import format as fmt
from shnor_lib.report.rule_words import quoted

USER = "решение пользователя"

D = TypeVar("D", bound=Definition)


@dataclass(frozen=True)
class Variant:
    """A rule set with an id and a title of its own, and what it needs.

    Attributes
    ----------
    ruleset
        As it will be read again, with its ratings and indices. What the user changed has the
        standing «решение пользователя» and a note with the value it had.
    ratings, indices
        Those that were changed, by their new id.
    origin
        New id of a rating or index → id of the one it was made from.
    """

    ruleset: RuleSet
    ratings: dict[str, Rating] = field(default_factory=dict)
    indices: dict[str, Index] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)


def variant(result: Result, name: str, title: str) -> Variant:
    """The rule set of a result under a new id and title.

    Parameters
    ----------
    result
        The choice with its results.
    name, title
        Of the new rule set.
    """
    changes, base, chosen = result.differences, result.base, result.ruleset
    ratings, indices = ratings_of(chosen), indices_of(chosen)
    new_ratings = _new_ids(name, ratings_of(base), ratings)
    new_indices = _new_ids(name, indices_of(base), indices)
    own_ratings = {
        new: _own(Rating, ratings[old], new, changes, "ratings") for old, new in new_ratings.items()
    }
    own_indices = {
        new: _own(Index, indices[old], new, changes, "indices") for old, new in new_indices.items()
    }
    values = chosen.model_dump()
    values |= {"id": name, "title": title, "summary": _summary(base, changes)}
    if changes:
        values["source"]["standing"] = USER
    for entry in values["criteria"]:
        places: list[tuple[str, ...]] = [("criteria", entry["id"])]
        if entry["kind"] == "rating":
            places.append(("ratings", entry["rating"]))
            entry["rating"] = new_ratings.get(entry["rating"], entry["rating"])
        if entry["kind"] == "index":
            places.append(("indices", entry["index"]))
            entry["index"] = new_indices.get(entry["index"], entry["index"])
        _mark(entry, [d for d in changes if d.place[:2] in places])
    for key, entry in values["switches"].items():
        own = [d for d in changes if d.place == ("switches", key)]
        if own:
            entry["standing"] = USER
            entry["note"] = _with_note(entry["note"], own)
    ruleset = RuleSet.model_validate(values)
    ruleset._ratings = _replaced(ratings, new_ratings, own_ratings)
    ruleset._indices = _replaced(indices, new_indices, own_indices)
    origin = {new: old for old, new in {**new_ratings, **new_indices}.items()}
    return Variant(ruleset, own_ratings, own_indices, origin)


def plain(text: str) -> str:
    """Text for a file people edit: ordinary spaces only."""
    return text.replace(fmt.NBSP, " ").replace(fmt.NNBSP, " ")


def _summary(base: RuleSet, changes: list[Difference]) -> str:
    # The base's own summary is not repeated: it tells what is no longer so.
    if not changes:
        return plain(f"Копия свода {quoted(base.title)} без изменений.")
    told = "; ".join(change.line() for change in changes)
    return plain(f"Вариант свода {quoted(base.title)}. Изменено пользователем. {told}.")


def _mark(entry: dict[str, Any], changes: list[Difference]) -> None:
    if changes:
        entry["source"]["standing"] = USER
        entry["note"] = _with_note(entry["note"], changes)


def _with_note(note: str, changes: list[Difference]) -> str:
    told = "; ".join(f"было {change.before}, стало {change.after}" for change in changes)
    return plain(f"{note} Изменено пользователем: {told}.".strip())


def _new_ids(name: str, before: Mapping[str, D], after: Mapping[str, D]) -> dict[str, str]:
    """Id → new id of the definitions that were changed."""
    return {
        key: key if key.startswith(f"{name}-") else f"{name}-{key}"
        for key, definition in after.items()
        if definition != before[key]
    }


def _own(model: type[D], definition: D, new: str, changes: list[Difference], kind: str) -> D:
    own = [change for change in changes if change.place[:2] == (kind, definition.id)]
    told = "; ".join(change.line() for change in own)
    values = definition.model_dump()
    values |= {
        "id": new,
        "title": plain(f"{definition.title.removesuffix(_CHANGED)}{_CHANGED}"),
        "summary": plain(f"{definition.summary} Изменено пользователем. {told}.".strip()),
    }
    values["source"]["standing"] = USER
    return model.model_validate(values)


_CHANGED = ", изменено пользователем"


def _replaced(found: Mapping[str, D], new: Mapping[str, str], own: Mapping[str, D]) -> dict[str, D]:
    return {new.get(key, key): own.get(new.get(key, key), item) for key, item in found.items()}

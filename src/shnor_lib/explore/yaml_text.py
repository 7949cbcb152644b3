"""A definition as a YAML file people can read and go on editing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from shnor_lib.methods.definition import Definition

Place = tuple[str, ...]
"""Keys on the way to a value; items of a list by their ``id``."""

_WIDTH = 98


class _Dumper(yaml.SafeDumper):
    """Blocks, lists of plain values on one line, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _sequence(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    plain = not any(isinstance(item, dict | list) for item in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=plain)


_Dumper.add_representer(list, _sequence)


def yaml_text(
    definition: Definition,
    *,
    header: Iterable[str] = (),
    comments: Mapping[Place, str] | None = None,
) -> str:
    """The definition as text; reading it gives an equal definition.

    Parameters
    ----------
    definition
        A rule set, rating or index.
    header
        Paragraphs of the comment at the top.
    comments
        Place → comment on the lines above it, e.g. ``("criteria", "vpr")``.
    """
    top = "".join(_comment(paragraph, 0) for paragraph in header)
    return top + _emit(plain_values(definition), (), 0, dict(comments or {}))


def plain_values(value: Any) -> Any:
    """A definition as dictionaries and lists, without what is empty by default.

    Defaults that say something are written out: the file must not change its meaning with
    the program.
    """
    if isinstance(value, BaseModel):
        found = {}
        for name, field in type(value).model_fields.items():
            item = getattr(value, name)
            empty = item is None or item in ("", [], {}, ())
            if (
                empty
                and not field.is_required()
                and item == field.get_default(call_default_factory=True)
            ):
                continue
            found[name] = plain_values(item)
        return found
    if isinstance(value, Mapping):
        return {str(key): plain_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_values(item) for item in value]
    return value


def _emit(value: Any, place: Place, indent: int, comments: dict[Place, str]) -> str:
    """Text of a value; only what has a comment inside is taken apart."""
    lines = ""
    if isinstance(value, dict):
        for key, item in value.items():
            here = (*place, key)
            lines += _comment(comments.get(here, ""), indent)
            if _inside(here, comments):
                lines += f"{' ' * indent}{key}:\n" + _emit(item, here, indent + 2, comments)
            else:
                lines += _dump({key: item}, indent)
        return lines
    if isinstance(value, list):
        for item in value:
            here = (*place, str(item.get("id", ""))) if isinstance(item, dict) else place
            lines += _comment(comments.get(here, ""), indent)
            if isinstance(item, dict) and _inside(here, comments):
                text = _emit(item, here, indent + 2, comments)
                lines += f"{' ' * indent}- " + text[indent + 2 :]
            else:
                lines += _dump([item], indent)
        return lines
    return _dump(value, indent)


def _inside(place: Place, comments: Mapping[Place, str]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in comments)


def _dump(value: Any, indent: int) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=_WIDTH - indent,
    )
    if isinstance(value, list):
        # The items of a list stand two deeper than their key; here they already do.
        text = textwrap.dedent(text)
    return textwrap.indent(text, " " * indent)


def _comment(text: str, indent: int) -> str:
    words = " ".join(text.split())
    if not words:
        return ""
    start = " " * indent + "# "
    return textwrap.fill(words, _WIDTH, initial_indent=start, subsequent_indent=start) + "\n"

"""YAML files that people edit: values together with the line each key stands on.

Settings and rule sets are checked by pydantic, which names the key; people need the line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from shnor_lib.faults import Fault, ShnorError

try:  # libyaml reads ten times as fast; wheels have it, a build from source may not
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

Lines = dict[tuple[str | int, ...], int]
"""Path of keys and list positions → line number, counted from 1."""


class YamlFaultsError(ShnorError):
    """A YAML file has faults; carries them all."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(fault.sentence() for fault in faults))


class _UniqueKeyLoader(SafeLoader):
    """SafeLoader; duplicates are found by :func:`_walk` so that all come at once."""


def _date_or_text(loader: SafeLoader, node: yaml.ScalarNode) -> Any:
    """A date; the text as it stands where there is no such day, for the check of its key."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)


def packaged_yaml(text: str) -> Any:
    """The value of a YAML text that comes with the library: nothing in it needs a check."""
    return yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a SafeLoader


def load_yaml(path: Path) -> tuple[Any, Lines]:
    """Read a YAML file; return its value and the line of every key.

    Raises
    ------
    YamlFaultsError
        The file is not YAML, or a key stands twice; with the lines.
    """
    text = path.read_text(encoding="utf-8-sig")
    try:
        node = yaml.compose(text, Loader=_UniqueKeyLoader)
        value = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlFaultsError(
            [
                Fault(
                    path.name,
                    cell=f"строка {mark.line + 1}" if mark else "",
                    code="yaml-syntax",
                    message="файл не читается как YAML.",
                    expected="«ключ: значение» с одинаковыми отступами из пробелов.",
                    remedy="Сравните эту строку и строку над ней с соседними.",
                )
            ]
        ) from None
    lines: Lines = {}
    faults: list[Fault] = []
    if node is not None:
        _walk(node, (), lines, faults, path.name)
    if faults:
        raise YamlFaultsError(faults)
    return value, lines


def _walk(
    node: yaml.Node,
    where: tuple[str | int, ...],
    lines: Lines,
    faults: list[Fault],
    file: str,
) -> None:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                faults.append(
                    Fault(
                        file,
                        cell=f"строка {line}",
                        code="yaml-duplicate",
                        message=f"ключ «{name}» стоит дважды.",
                        expected="каждый ключ один раз.",
                        remedy="Оставьте одну из строк.",
                    )
                )
            seen.add(name)
            lines[(*where, name)] = line
            _walk(value, (*where, name), lines, faults, file)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*where, index), lines, faults, file)


_RUSSIAN = {
    "extra_forbidden": ("неизвестный ключ", "один из описанных ключей"),
    "missing": ("не хватает ключа", "ключ обязателен"),
    "greater_than_equal": ("слишком малое число", "не меньше {ge}"),
    "greater_than": ("слишком малое число", "больше {gt}"),
    "less_than_equal": ("слишком большое число", "не больше {le}"),
    "less_than": ("слишком большое число", "меньше {lt}"),
    "literal_error": ("такого значения нет", "{expected}"),
    "enum": ("такого значения нет", "{expected}"),
    "int_parsing": ("не целое число", "целое число"),
    "int_type": ("не целое число", "целое число"),
    "int_from_float": ("не целое число", "целое число"),
    "float_parsing": ("не число", "число"),
    "float_type": ("не число", "число"),
    "string_type": ("не текст", "текст в кавычках"),
    "bool_parsing": ("не да/нет", "true или false"),
    "bool_type": ("не да/нет", "true или false"),
    "list_type": ("не список", "список"),
    "dict_type": ("не набор ключей", "«ключ: значение»"),
    "model_type": ("не набор ключей", "«ключ: значение»"),
    "too_short": ("слишком мало значений", "не меньше {min_length}"),
    "union_tag_invalid": ("такого значения нет", "{expected_tags}"),
    "union_tag_not_found": ("не хватает ключа", "{discriminator}"),
}


def explain(error: ValidationError, path: Path, lines: Lines) -> list[Fault]:
    """Pydantic's errors as faults in Russian, each with its line.

    An unknown key, a value out of range and a missing key are named with the key's full path
    and the line on which it (or, if missing, its parent) stands.
    """
    faults = []
    for item in error.errors():
        # Tags of discriminated unions are not keys of the file.
        where: tuple[str | int, ...] = ()
        for part in item["loc"]:
            if (*where, part) in lines or part == item["loc"][-1]:
                where = (*where, part)
        line, known = 1, where
        while known and known not in lines:
            known = known[:-1]
        line = lines.get(known, 1)
        what, expected = _RUSSIAN.get(
            item["type"], (str(item["msg"]).removeprefix("Value error, "), "")
        )
        key = ".".join(str(part) for part in where) or "файл"
        shown = item.get("input")
        value = (
            f" (задано: {shown})"
            if isinstance(shown, str | int | float | bool) and item["type"] != "missing"
            else ""
        )
        context = {
            key_: str(val).replace("' or '", "' или '")
            for key_, val in (item.get("ctx") or {}).items()
        }
        faults.append(
            Fault(
                path.name,
                cell=f"строка {line}",
                code=f"yaml-{item['type']}",
                message=f"«{key}»: {what}{value}.",
                expected=(expected.format_map(_Blank(context)) + ".") if expected else "",
                remedy="Исправьте строку и запустите сборку снова.",
            )
        )
    return faults


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""

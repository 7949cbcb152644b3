"""A choice as files of the project; nothing is ever overwritten in silence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from shnor_lib.explore.differences import IGNORED, Difference
from shnor_lib.explore.variant import Variant, plain, variant
from shnor_lib.explore.workbench import Result
from shnor_lib.explore.yaml_text import Place, yaml_text
from shnor_lib.faults import ShnorError
from shnor_lib.methods.ruleset import RuleSet, load_ruleset
from shnor_lib.project import SETTINGS_FILE, Project
from shnor_lib.report.format import join_ru
from shnor_lib.report.rule_words import quoted
from shnor_lib.store import write_atomically

LONGEST = 48
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
# Windows does not take these for file names.
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


@dataclass(frozen=True)
class Plan:
    """What would be saved.

    Attributes
    ----------
    ruleset
        The rule set as it will be read again.
    files
        Path → text; the rule set's own file first.
    """

    ruleset: RuleSet
    files: dict[Path, str] = field(repr=False)

    @property
    def existing(self) -> list[Path]:
        """Those of the files that are there already."""
        return [path for path in self.files if path.exists()]


def plan(result: Result, project: Project, name: str, title: str) -> Plan:
    """Prepare the files of a choice; nothing is written.

    Parameters
    ----------
    result
        The choice with its results.
    project
        Where to save.
    name
        Id of the new rule set and name of its file: small Latin letters, digits, hyphens.
    title
        Its Russian title.

    Raises
    ------
    ShnorError
        The name cannot be a file's name or is that of a packaged rule set, or there is no
        title.
    """
    _check_name(name)
    title = " ".join(title.split())
    if not title:
        raise ShnorError("Напишите название свода правил: оно печатается на страницах.")
    made = variant(result, name, title)
    changes = result.differences
    files = {
        project.root / "rulesets" / f"{name}.yml": yaml_text(
            made.ruleset, header=_header(result, name), comments=_ruleset_comments(changes)
        )
    }
    for kind, definitions in (("ratings", made.ratings), ("indices", made.indices)):
        for new, definition in definitions.items():
            files[project.root / kind / f"{new}.yml"] = yaml_text(
                definition,
                header=[f"Нужно своду правил {quoted(title)} (rulesets/{name}.yml)."],
                comments=_part_comments(made, kind, new, changes),
            )
    return Plan(made.ruleset, files)


def save(result: Result, project: Project, name: str, title: str, *, replace: bool = False) -> Plan:
    """Write a choice into the project and read it again.

    Parameters
    ----------
    result, project, name, title
        As for :func:`plan`.
    replace
        Overwrite files that are there.

    Returns
    -------
    Plan
        What was written.

    Raises
    ------
    ShnorError
        As for :func:`plan`; a file is there and ``replace`` was not asked for; or what was
        written does not read as what was meant (then the files are as they were before).
    """
    prepared = plan(result, project, name, title)
    if prepared.existing and not replace:
        names = join_ru([quoted(_inside(path, project)) for path in prepared.existing])
        raise ShnorError(f"Уже есть {names}. Возьмите другое имя или разрешите заменить прежнее.")
    before = {p: p.read_bytes() if p.exists() else None for p in prepared.files}
    try:
        for path, text in prepared.files.items():
            write_atomically(path, text.encode("utf-8"))
        again = load_ruleset(name, project)
    except BaseException:
        _restore(before)
        raise
    if again != prepared.ruleset:
        _restore(before)
        raise ShnorError(f"Свод «{name}» после записи читается иначе; файлы не сохранены.")
    return prepared


def _restore(before: dict[Path, bytes | None]) -> None:
    for path, data in before.items():
        if data is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, data)


def saved_words(saved: Plan, project: Project) -> str:
    """Russian: where the files are and how to put the rules in force."""
    files = join_ru([quoted(_inside(path, project)) for path in saved.files])
    return (
        f"Сохранено: {files}. Чтобы свод стал действующим, впишите в {SETTINGS_FILE} строку "
        f"«ruleset: {saved.ruleset.id}» и запустите сборку; чтобы он показывался рядом, "
        f"добавьте «{saved.ruleset.id}» в строку compare."
    )


def free_name(project: Project, base: str) -> str:
    """A name for a variant of ``base`` that is not taken: ``tbilissky-2021-v2``."""
    stem = re.sub(r"-v\d+$", "", base)[: LONGEST - 4]
    number = 2
    while _taken(project, f"{stem}-v{number}"):
        number += 1
    return f"{stem}-v{number}"


def _taken(project: Project, name: str) -> bool:
    return (project.root / "rulesets" / f"{name}.yml").exists() or _packaged(name)


def _packaged(name: str) -> bool:
    folder = Path(str(resources.files("shnor_lib") / "methods" / "rulesets"))
    return (folder / f"{name}.yml").exists()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise ShnorError(
            f"Имя файла «{name}» не подходит: нужны строчные латинские буквы, цифры и дефис, "
            f"не больше {LONGEST} знаков, первой — буква или цифра. Например: raion-2026."
        )
    if _RESERVED.fullmatch(name):
        raise ShnorError(f"Имя «{name}» занято системой Windows; возьмите другое.")
    if _packaged(name):
        raise ShnorError(
            f"Имя «{name}» у свода, который идёт с программой: он перестал бы быть виден. "
            "Возьмите другое имя."
        )


def _header(result: Result, name: str) -> list[str]:
    found = [
        f"Свод правил записан исследователем правил (тетрадь explore). В основе — свод "
        f"«{result.base.id}»: {result.base.title}."
    ]
    if result.differences:
        found.append("Изменено пользователем:")
        found += [f"- {plain(change.line())}." for change in result.differences]
    found.append(f"Сделать действующим: строка «ruleset: {name}» в {SETTINGS_FILE}.")
    return found


def _ruleset_comments(changes: list[Difference]) -> dict[Place, str]:
    found: dict[Place, list[str]] = {}
    for change in changes:
        gone = change.place[0] == "criteria" and change.after == IGNORED
        if change.place[0] in {"criteria", "switches"} and not gone:
            found.setdefault(change.place, []).append(f"{change.what}: было {change.before}.")
    return {place: plain(" ".join(texts)) for place, texts in found.items()}


def _part_comments(
    made: Variant, kind: str, new: str, changes: list[Difference]
) -> dict[Place, str]:
    """Comments of a rating's indicators and an index's components."""
    places: dict[str, Place] = {}
    if kind == "ratings":
        for group, item in made.ratings[new].indicators:
            places[item.id] = ("groups", group.id, "indicators", item.id)
    else:
        for component in made.indices[new].components:
            places[component.id] = ("components", component.id)
    return {
        places.get(change.place[2], (change.place[2],)): f"Было {plain(change.before)}."
        for change in changes
        if change.place[:2] == (kind, made.origin[new])
    }


def _inside(path: Path, project: Project) -> str:
    return path.relative_to(project.root).as_posix()

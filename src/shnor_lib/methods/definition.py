"""What all definitions have in common: rule sets, ratings and indices are YAML files.

A definition is data with a source: a document, its point, the words quoted and how far the
words can be relied on. A key nobody knows, a share above 1 or a negative weight is refused
with the line it stands on.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shnor_lib.faults import Fault, ShnorError
from shnor_lib.project import Project
from shnor_lib.tables import PROCEDURES
from shnor_lib.yaml_source import YamlFaultsError, explain, load_yaml

Kind = Literal["rulesets", "ratings", "indices", "risks", "recommendations", "competence"]
Standing = Literal["норматив", "вторичный источник", "по памяти", "проект", "решение пользователя"]

Problem = tuple[tuple[str | int, ...], str]
"""Path of keys in the file and, in Russian, what is wrong there."""


class Strict(BaseModel):
    """Base of every part of a definition: unknown keys are refused, nothing is changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(
            f"доля пишется числом от 0 до 1, например 30 % — это 0.3 (задано: {value:g})"
        )
    return value


Share = Annotated[float, AfterValidator(_share)]
"""A share 0…1."""


def _procedure(value: str) -> str:
    if value not in PROCEDURES:
        raise ValueError(f"нет процедуры «{value}»; есть: {', '.join(PROCEDURES)}")
    return value


ProcedureCode = Annotated[str, AfterValidator(_procedure)]
"""Code of an assessment procedure."""

Weight = Annotated[float, Field(ge=0)]
"""A weight, not negative."""


class Source(Strict):
    """Where a rule comes from.

    Parameters
    ----------
    document, point, quote
        Title of the document, its point, the exact words.
    standing
        How far it can be relied on; printed next to the rule on every page.
    """

    document: str
    point: str = ""
    quote: str = ""
    standing: Standing


class Definition(Strict):
    """Base of rule sets, ratings and indices."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    summary: str = ""
    source: Source

    def problems(self) -> list[Problem]:
        """What is wrong across keys; empty when all is well."""
        return []


D = TypeVar("D", bound=Definition)


def definition_path(kind: Kind, name: str | Path, project: Project | None = None) -> Path:
    """Path of a definition given by path, by a project's name for it or by packaged name.

    Raises
    ------
    ShnorError
        There is none; the message lists those there are.
    """
    path = Path(name)
    if path.suffix in {".yml", ".yaml"}:
        if path.is_file():
            return path
        raise ShnorError(f"Нет файла «{path}».")
    if project is not None:
        return project.definition_path(kind, str(name))
    folder = Path(str(resources.files("shnor_lib") / "methods" / kind))
    path = folder / f"{name}.yml"
    if path.is_file():
        return path
    known = ", ".join(sorted(p.stem for p in folder.glob("*.yml")))
    raise ShnorError(f"Нет файла «{name}.yml» в папке «{kind}». Есть: {known}.")


def load_definition(
    model: type[D], kind: Kind, name: str | Path, project: Project | None = None
) -> D:
    """Read and check one definition.

    Raises
    ------
    YamlFaultsError
        With every fault of the file, each with its line.
    """
    path = definition_path(kind, name, project)
    values, lines = load_yaml(path)
    if not isinstance(values, dict):
        raise YamlFaultsError(
            [
                Fault(
                    path.name,
                    cell="строка 1",
                    code="yaml-empty",
                    message="в файле нет описания.",
                    expected="строки «ключ: значение».",
                    remedy="Возьмите за образец файл, который идёт с программой.",
                )
            ]
        )
    problems: list[Problem] = []
    try:
        definition = model.model_validate(values, context={"problems": problems})
    except ValidationError as error:
        raise YamlFaultsError(explain(error, path, lines)) from None
    if problems:
        raise YamlFaultsError([_fault(path, lines, problem) for problem in problems])
    return definition


def report_problems(definition: Definition, context: Any) -> None:
    """Hand a definition's problems to the loader (which knows the lines) or raise them.

    Raises
    ------
    ValueError
        There are problems and nobody collects them.
    """
    problems = definition.problems()
    if isinstance(context, dict) and "problems" in context:
        context["problems"].extend(problems)
    elif problems:
        raise ValueError("; ".join(f"{_dotted(where)}: {text}" for where, text in problems))


def _dotted(where: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in where) or "файл"


def _fault(path: Path, lines: dict[tuple[str | int, ...], int], problem: Problem) -> Fault:
    where, text = problem
    known = where
    while known and known not in lines:
        known = known[:-1]
    return Fault(
        path.name,
        cell=f"строка {lines.get(known, 1)}",
        code="yaml-problem",
        message=f"«{_dotted(where)}»: {text}.",
        remedy="Исправьте строку и запустите сборку снова.",
    )

"""A project: the folder a methodologist works in, and its settings.

A project is any folder with a ``shnor.yml``. Everything the build reads or writes lies inside
it: ``data/raw``, ``data/processed``, ``notebooks``, ``reports``, ``_quarto.yml``, ``_site``.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from shnor_lib.faults import ShnorError
from shnor_lib.tables import PROCEDURES, TABLES
from shnor_lib.yaml_source import YamlFaultsError, explain, load_yaml, packaged_yaml

SETTINGS_FILE = "shnor.yml"
Season = Literal["spring", "autumn"]
Audience = Literal["ministry"]
"""Who a build is for. Only the full internal build exists so far."""
SupportRole = Literal["mentor", "tutor", "curator"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Scope(_Strict):
    """Which rows of the results a calendar entry is about; empty list means all."""

    procedure: str
    year: int = Field(ge=2000, le=2100)
    grades: list[int] = Field(default_factory=list)
    subjects: list[str] = Field(default_factory=list)
    note: str = ""
    standing: str = "решение пользователя"

    def covers(self, procedure: str, year: int, grade: int | None, subject: str | None) -> bool:
        """Whether the entry is about this procedure, year, grade and subject."""
        return (
            self.procedure == procedure
            and self.year == year
            and (not self.grades or grade in self.grades)
            and (not self.subjects or subject in self.subjects)
        )


class SeasonEntry(_Scope):
    """A procedure held in a season of its own."""

    season: Season


class NotHeldEntry(_Scope):
    """A procedure not held: «не проводилось», never zero."""


class ScaleBreak(_Scope):
    """The scale changed in ``year``: nothing is compared across it."""


class MinimumScore(_Strict):
    """Fewest points with which a procedure is passed (ЕГЭ: test score, «база»: the mark)."""

    procedure: str = "ege"
    subject: str
    minimum: float = Field(ge=0, le=100)
    first_year: int = Field(default=2000, ge=2000, le=2100)
    last_year: int = Field(default=2100, ge=2000, le=2100)
    note: str = ""
    standing: str = "решение пользователя"


class MarkScale(_Strict):
    """Primary scores by mark: highest score that gives «2», «3» and «4»."""

    procedure: str = "vpr"
    grade: int = Field(ge=1, le=12)
    subject: str
    max_score: int = Field(ge=1)
    upto: tuple[int, int, int]
    first_year: int = Field(default=2000, ge=2000, le=2100)
    last_year: int = Field(default=2100, ge=2000, le=2100)
    note: str = ""
    standing: str = "решение пользователя"

    @model_validator(mode="after")
    def _rising(self) -> MarkScale:
        if not 0 <= self.upto[0] < self.upto[1] < self.upto[2] < self.max_score:
            raise ValueError("границы отметок должны возрастать и быть меньше максимального балла")
        return self


class Calendar(_Strict):
    """What is known of procedures by year: when held, what passes, which score is which mark.

    See ``calendar.yml``. Earlier rows win.
    """

    seasons: list[SeasonEntry] = Field(default_factory=list)
    not_held: list[NotHeldEntry] = Field(default_factory=list)
    scale_breaks: list[ScaleBreak] = Field(default_factory=list)
    minimum_scores: list[MinimumScore] = Field(default_factory=list)
    mark_scales: list[MarkScale] = Field(default_factory=list)
    second_sitting: Literal["first", "last"] = "first"
    """Which result counts of a pupil who sat an exam of ГИА twice in a year."""

    def minimum_score(self, procedure: str, year: int, subject: str) -> MinimumScore | None:
        """The minimum of a subject in a year, or None when it is not known."""
        for entry in self.minimum_scores:
            if (entry.procedure, entry.subject) == (procedure, subject) and (
                entry.first_year <= year <= entry.last_year
            ):
                return entry
        return None

    def mark_scale(
        self, procedure: str, year: int, grade: int, subject: str, max_score: float | None = None
    ) -> MarkScale | None:
        """The scale of a work, or None when none is known (for this maximum, if one is given)."""
        for entry in self.mark_scales:
            if (
                (entry.procedure, entry.grade, entry.subject) == (procedure, grade, subject)
                and entry.first_year <= year <= entry.last_year
                and (max_score is None or entry.max_score == max_score)
            ):
                return entry
        return None

    def season(self, procedure: str, year: int, grade: int | None = None) -> Season:
        """Season in which the procedure on the programme of ``year`` was held."""
        for entry in self.seasons:
            if entry.covers(procedure, year, grade, None):
                return entry.season
        return "spring"

    def not_held_note(
        self, procedure: str, year: int, grade: int | None = None, subject: str | None = None
    ) -> str | None:
        """Why the procedure was not held, or None if it was."""
        for entry in self.not_held:
            if entry.covers(procedure, year, grade, subject):
                return entry.note
        return None

    def over(self, base: Calendar) -> Calendar:
        """Return a calendar with these rows first, then those of ``base``."""
        return Calendar(
            seasons=self.seasons + base.seasons,
            not_held=self.not_held + base.not_held,
            scale_breaks=self.scale_breaks + base.scale_breaks,
            minimum_scores=self.minimum_scores + base.minimum_scores,
            mark_scales=self.mark_scales + base.mark_scales,
            second_sitting=self.second_sitting,
        )


def _day(value: Any) -> dt.date:
    """A date as YAML or a person writes it."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(TypeError, ValueError):
            return dt.datetime.strptime(value, form).date()
    raise ValueError("не дата; дату пишут так: 2026-10-01 или 01.10.2026")


class Deadline(_Strict):
    """By when the schools are to hand in a form (or the results of a procedure) of a year."""

    table: str
    year: int = Field(ge=2000, le=2100)
    date: dt.date
    procedure: str | None = None

    @field_validator("table")
    @classmethod
    def _handed_in_by_schools(cls, name: str) -> str:
        forms = [t for t in TABLES.values() if t.template and t.by_year and "school_id" in t.key]
        if name not in {table.name for table in forms}:
            known = ", ".join(f"{table.name} ({table.title})" for table in forms)
            raise ValueError(f"такой формы нет; есть: {known}")
        return name

    @field_validator("date", mode="before")
    @classmethod
    def _written_as_a_date(cls, value: Any) -> dt.date:
        return _day(value)

    @model_validator(mode="after")
    def _procedure_of_results(self) -> Deadline:
        if self.procedure is None:
            return self
        if self.table != "results":
            raise ValueError("процедуру (procedure) указывают только для формы results")
        if self.procedure not in PROCEDURES:
            known = ", ".join(f"{code} ({name})" for code, name in PROCEDURES.items())
            raise ValueError(f"процедуры «{self.procedure}» нет; есть: {known}")
        return self


class SupportNorm(_Strict):
    """What is expected of support (``support:`` in ``shnor.yml``).

    No document says how many schools one mentor can carry or how many reports are due (S0 3.6.3,
    4.2.3 and S2 27–30 ask for plans and reports without numbers), so the default is a proposal.

    Parameters
    ----------
    schools
        Role → most schools at the same time for one supporter; a role that is not named has no
        norm, and nobody in it counts as overloaded.
    reports
        Reports due for each link in a school year.
    required
        Roles every school of the list must have (S0 3.6.2: наставники и тьюторы).
    """

    schools: dict[SupportRole, Annotated[int, Field(ge=1)]] = {"mentor": 3}
    reports: int = Field(default=1, ge=0, le=12)
    required: list[SupportRole] = ["mentor", "tutor"]

    @property
    def standing(self) -> str:
        """«проект» as shipped, «решение пользователя» once anything is changed."""
        return "проект" if self == SupportNorm() else "решение пользователя"


class Settings(_Strict):
    """What ``shnor.yml`` may say. Unknown keys are refused with their line."""

    title: str
    subtitle: str = ""
    organisation: str = ""
    ruleset: str = "tbilissky-2021"
    compare: list[str] = Field(default_factory=lambda: ["olenek-2021", "rosobrnadzor-847"])
    rating: str = "proposal"
    wellbeing_index: str = "proposal"
    years: list[int] = Field(default_factory=list)
    audience: Audience = "ministry"
    documents: Literal["none", "listed", "all"] = "listed"
    """Which PDF and Word files a build makes; see :data:`shnor_lib.pipeline.Documents`."""
    browser: str = ""
    """Program that draws charts for them: name or path; ``none``: tables instead of charts."""
    calendar: Calendar = Field(default_factory=Calendar)
    deadlines: list[Deadline] = Field(default_factory=list)
    risks: str = "proposal"
    recommendations: str = "proposal"
    competence: str = "proposal"
    """Levels and dynamics of teachers' competence; a file of ``competence/``."""
    as_of: dt.date | None = None
    """The day on which it is asked what is overdue; see :func:`shnor_lib.methods.as_of.as_of`."""
    support: SupportNorm = Field(default_factory=SupportNorm)
    forum: str = ""
    """Address of a forum the site links to beside its questions and answers (S0 4.6.1, 8)."""

    @field_validator("forum")
    @classmethod
    def _address_of_a_forum(cls, value: str) -> str:
        found = value.strip()
        if found and not re.fullmatch(r"https?://[^\s<>\"'`\\]+\.[^\s<>\"'`\\]+", found):
            raise ValueError("не адрес форума; адрес начинается с https://")
        return found

    @field_validator("as_of", mode="before")
    @classmethod
    def _written_as_a_date(cls, value: Any) -> dt.date | None:
        return None if value is None else _day(value)

    @field_validator("deadlines")
    @classmethod
    def _each_form_once(cls, deadlines: list[Deadline]) -> list[Deadline]:
        seen = set()
        for one in deadlines:
            key = (one.table, one.year, one.procedure)
            if key in seen:
                raise ValueError(f"срок формы {one.table} за {one.year} год задан дважды")
            seen.add(key)
        return deadlines


@dataclass(frozen=True)
class Project:
    """An opened project.

    Parameters
    ----------
    root
        Absolute path of the folder.
    settings
        Validated contents of ``shnor.yml``.
    """

    root: Path
    settings: Settings

    @property
    def raw_dir(self) -> Path:
        """What people and federal systems give."""
        return self.root / "data" / "raw"

    @property
    def processed_dir(self) -> Path:
        """Tidy parquet tables."""
        return self.root / "data" / "processed"

    @property
    def notebooks_dir(self) -> Path:
        """The monitorings, one notebook each."""
        return self.root / "notebooks"

    @property
    def reports_dir(self) -> Path:
        """Executed notebooks and generated pages."""
        return self.root / "reports"

    @property
    def site_dir(self) -> Path:
        """The published site."""
        return self.root / "_site"

    @property
    def state_dir(self) -> Path:
        """What the build remembers between runs; may be deleted at any time."""
        return self.root / ".shnor"

    @property
    def calendar(self) -> Calendar:
        """The packaged calendar with the project's own rows on top."""
        return self.settings.calendar.over(packaged_calendar())

    def definition_path(
        self,
        kind: Literal["rulesets", "ratings", "indices", "risks", "recommendations", "competence"],
        name: str,
    ) -> Path:
        """Where a rule set, rating or index definition lies.

        The project's own folder (``rulesets/`` and so on at its root) wins over the packaged
        one.

        Raises
        ------
        ShnorError
            No such definition; the message lists those there are.
        """
        own = self.root / kind / f"{name}.yml"
        if own.is_file():
            return own
        packaged = Path(str(resources.files("shnor_lib") / "methods" / kind))
        path = packaged / f"{name}.yml"
        if path.is_file():
            return path
        known = sorted(
            {p.stem for folder in (self.root / kind, packaged) for p in folder.glob("*.yml")}
        )
        raise ShnorError(
            f"Нет файла «{name}.yml» в папке «{kind}». Есть: {', '.join(known)}. "
            f"Исправьте имя в {SETTINGS_FILE} или положите файл в «{self.root / kind}»."
        )


def packaged_calendar() -> Calendar:
    """The calendar that comes with the library."""
    text = (resources.files("shnor_lib") / "calendar.yml").read_text(encoding="utf-8")
    return Calendar.model_validate(packaged_yaml(text))


def read_settings(path: Path) -> Settings:
    """Read and check ``shnor.yml``.

    Raises
    ------
    ShnorError
        With every fault of the file, each with its line.
    """
    values, lines = load_yaml(path)
    if not isinstance(values, dict):
        raise ShnorError(f"{path.name}: ожидался список настроек «ключ: значение».")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise YamlFaultsError(explain(error, path, lines)) from None


def find_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` that holds ``shnor.yml``.

    Raises
    ------
    ShnorError
        There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise ShnorError(
        f"В папке «{here}» и выше нет файла {SETTINGS_FILE}. "
        "Перейдите в папку проекта или создайте проект: shnor new ПАПКА."
    )


def open_project(path: str | Path | None = None) -> Project:
    """Open the project at or above ``path`` (default: the current folder).

    Parameters
    ----------
    path
        Any path inside the project. A notebook in ``notebooks/`` may simply call
        ``open_project()``.

    Raises
    ------
    ShnorError
        No project there, or faults in its ``shnor.yml`` (all of them, with lines).

    Examples
    --------
    >>> project = open_project(".")               # doctest: +SKIP
    >>> project.settings.ruleset                  # doctest: +SKIP
    'tbilissky-2021'
    """
    root = find_root(Path(path) if path is not None else None)
    return Project(root, read_settings(root / SETTINGS_FILE))

"""Rule sets: the criteria by which schools are put on the list, as data.

A rule set is a YAML file. What its document leaves open («и/или», one subject or several …)
are *switches*: each shows its question, its options and which one is in force, so that every
reading can be counted (:mod:`shnor_lib.methods.readings`). A criterion takes the value of a
switch unless it states its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from typing_extensions import TypedDict

from shnor_lib.faults import ShnorError
from shnor_lib.methods.definition import (
    Definition,
    Problem,
    Share,
    Source,
    Standing,
    Strict,
    load_definition,
    report_problems,
)
from shnor_lib.methods.index_definition import Index, IndexCutoff, load_index
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.rating_definition import Scope as RatingScope
from shnor_lib.project import Project
from shnor_lib.tables import TABLES

Combine = Literal["and", "or", "low_only", "no_high_only"]
Unit = Literal["subject", "subject_grade"]
StatusFor = Literal["low_results", "difficult"]
Count = Annotated[StrictInt, Field(ge=1)]


def _social_column(name: str) -> str:
    columns = [c.name for c in TABLES["social_passport"].columns if c.kind == "int"]
    if name not in columns:
        raise ValueError(f"в социальном паспорте нет столбца «{name}»; есть: {', '.join(columns)}")
    return name


SocialColumn = Annotated[str, AfterValidator(_social_column)]
"""A count of the social passport."""

T = TypeVar("T")


class Switch(Strict, Generic[T]):
    """One open question of a rule set and the answer in force.

    Parameters
    ----------
    value
        The answer in force.
    options
        All answers worth counting.
    question, note
        Russian: the question as a methodologist would put it; why this answer is the default.
    labels
        Russian name of each option (key: the option written as text).
    """

    value: T
    options: list[T] = Field(min_length=1)
    question: str
    note: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    standing: Standing = "решение пользователя"

    @model_validator(mode="after")
    def _value_is_an_option(self) -> Switch[T]:
        if self.value not in self.options:
            raise ValueError(f"значение «{self.value}» не названо среди options")
        return self

    def label(self, option: Any) -> str:
        """Russian name of an option; the option itself if none was given."""
        key = str(option).lower() if isinstance(option, bool) else str(option)
        return self.labels.get(key, key)


# Named at module level, so that a rule set can be pickled between the steps of a build.
CombineSwitch = Switch[Combine]
UnitSwitch = Switch[Unit]
YesNoSwitch = Switch[StrictBool]
CountSwitch = Switch[Count]


class Switches(TypedDict, total=False):
    """The switches a rule set may have; a plain dictionary at run time."""

    __pydantic_config__ = Strict.model_config  # type: ignore[misc]

    combine: CombineSwitch
    unit: UnitSwitch
    same_subject: YesNoSwitch
    consecutive: YesNoSwitch
    min_subjects: CountSwitch
    min_participants: CountSwitch
    min_criteria: CountSwitch


SWITCH_DEFAULTS: dict[str, Any] = {
    "combine": "and",
    "unit": "subject",
    "same_subject": True,
    "consecutive": True,
    "min_subjects": 1,
    "min_participants": 10,
    "min_criteria": 1,
}
"""What holds when neither the rule set nor the criterion says anything."""


class Scope(RatingScope):
    """Which results a criterion looks at; an empty list means all.

    ``counts_as``: units of this scope count as one (ЕГЭ maths, profile or basic).
    """

    counts_as: str | None = None


class LowPart(Strict):
    """Share of low results that is too high."""

    threshold: Share
    operator: Literal[">=", ">"] = ">="


class _Criterion(Strict):
    """Keys every criterion has."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    status_for: StatusFor
    source: Source
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether it can speak for a status (an indicator without a threshold cannot)."""
        return True


class ResultsShare(_Criterion):
    """Share of low results by subject, with or without «no high results», over years.

    ``count`` says what ``min_subjects`` counts: different subjects of a procedure, or units
    (with ``unit: subject_grade`` every grade of a subject is a unit of its own).
    ``window``: with ``consecutive: false`` any ``years`` of the last ``window`` years count.
    Keys left out take the value of the switch of the same name.
    """

    kind: Literal["results_share"]
    scopes: list[Scope] = Field(min_length=1)
    low: LowPart
    years: Count
    window: Count = 3
    count: Literal["subjects", "units"] = "subjects"
    combine: Combine | None = None
    unit: Unit | None = None
    same_subject: StrictBool | None = None
    consecutive: StrictBool | None = None
    min_subjects: Count | None = None
    min_participants: Count | None = None


class RatingBelow(_Criterion):
    """Place in a rating: share of the maximum below a cut-off, over consecutive years."""

    kind: Literal["rating"]
    rating: str
    cutoff: Share
    operator: Literal["<", "<="] = "<"
    years: Count


class SocialShare(_Criterion):
    """Share computed from two counts of the social passport.

    With ``threshold: null`` the value is shown and never counted.
    """

    kind: Literal["social_share"]
    numerator: SocialColumn
    denominator: SocialColumn = "total"
    threshold: Share | None
    operator: Literal[">", ">=", "<", "<="] = ">"

    @property
    def counts(self) -> bool:
        """See the base class."""
        return self.threshold is not None


class SocialCount(_Criterion):
    """A count of the social passport above a number."""

    kind: Literal["social_count"]
    column: SocialColumn
    threshold: float | None = Field(ge=0)
    operator: Literal[">", ">="] = ">"

    @property
    def counts(self) -> bool:
        """See the base class."""
        return self.threshold is not None


class IndexBelow(_Criterion):
    """Wellbeing index at or below a cut-off (100 = best off)."""

    kind: Literal["index"]
    index: str
    cutoff: IndexCutoff


Criterion = Annotated[
    ResultsShare | RatingBelow | SocialShare | SocialCount | IndexBelow,
    Field(discriminator="kind"),
]


class StatusRule(Strict):
    """How many criteria give a status.

    ``of`` names the criteria that count (empty: all criteria for this status);
    ``min_criteria`` left out takes the value of the switch.
    """

    of: list[str] = Field(default_factory=list)
    min_criteria: Count | None = None


def _off(value: Any) -> Any:
    """YAML reads the bare word ``off`` as false."""
    return "off" if value is False else value


class RiskZone(Strict):
    """When a school without a status is in the risk zone.

    ``latest_year``: at least ``min_criteria`` criteria are beyond their threshold in the
    latest year, though not in all the years the rule asks for. ``off``: there is no zone.
    """

    rule: Annotated[Literal["latest_year", "off"], BeforeValidator(_off)] = "latest_year"
    min_criteria: Count = 1
    note: str = ""
    standing: Standing = "решение пользователя"


class Decision(Strict):
    """From criteria to a status."""

    low_results: StatusRule = Field(default_factory=StatusRule)
    difficult: StatusRule = Field(default_factory=StatusRule)
    risk_zone: RiskZone = Field(default_factory=RiskZone)


class RuleSet(Definition):
    """A complete rule set; see the module's text.

    ``exclude_kinds``: kinds of school (column ``kind`` of the register) the document does not
    apply to; they are listed as excluded and get no status.
    """

    exclude_kinds: list[str] = Field(default_factory=list)
    switches: Switches = Field(default_factory=lambda: Switches())
    criteria: list[Criterion] = Field(min_length=1)
    decision: Decision = Field(default_factory=Decision)

    _ratings: dict[str, Rating] = PrivateAttr(default_factory=dict)
    _indices: dict[str, Index] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self, info: ValidationInfo) -> RuleSet:
        report_problems(self, info.context)
        return self

    def problems(self) -> list[Problem]:
        """What is wrong across keys; see the base class."""
        found: list[Problem] = []
        seen: set[str] = set()
        for position, criterion in enumerate(self.criteria):
            where = ("criteria", position)
            if criterion.id in seen:
                found.append(((*where, "id"), f"показатель «{criterion.id}» описан дважды"))
            seen.add(criterion.id)
            if isinstance(criterion, ResultsShare):
                consecutive = self.setting(criterion, "consecutive")
                if not consecutive and criterion.window < criterion.years:
                    found.append(
                        (
                            (*where, "window"),
                            f"в окне {criterion.window} года не найти {criterion.years}",
                        )
                    )
        for name in ("low_results", "difficult"):
            rule: StatusRule = getattr(self.decision, name)
            own = {c.id for c in self.criteria if c.status_for == name and c.counts}
            for position, criterion_id in enumerate(rule.of):
                if criterion_id not in own:
                    found.append(
                        (
                            ("decision", name, "of", position),
                            f"нет показателя «{criterion_id}» с порогом и status_for: {name}",
                        )
                    )
        kinds = TABLES["schools"].column("kind").choices
        for position, kind in enumerate(self.exclude_kinds):
            if kind not in kinds:
                found.append(
                    (
                        ("exclude_kinds", position),
                        f"нет вида школы «{kind}»; есть: {', '.join(kinds)}",
                    )
                )
        return found

    def setting(self, criterion: ResultsShare, name: str) -> Any:
        """The value in force for a criterion: its own, else the switch's, else the default."""
        own = getattr(criterion, name, None)
        return own if own is not None else self.switch_value(name)

    def switch_value(self, name: str) -> Any:
        """The value of a switch; the default if the rule set does not have it."""
        switch = _switches(self).get(name)
        return SWITCH_DEFAULTS[name] if switch is None else switch.value

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with this id; ShnorError if there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise ShnorError(
            f"В правилах «{self.id}» нет показателя «{criterion_id}». "
            f"Есть: {', '.join(c.id for c in self.criteria)}."
        )

    def counting(self, status_for: StatusFor) -> list[str]:
        """Ids of the criteria that count towards a status, in the order of the file."""
        rule: StatusRule = getattr(self.decision, status_for)
        own = [c.id for c in self.criteria if c.status_for == status_for and c.counts]
        return [name for name in own if not rule.of or name in rule.of]

    def needed(self, status_for: StatusFor) -> int:
        """How many criteria must be met for a status."""
        rule: StatusRule = getattr(self.decision, status_for)
        return int(rule.min_criteria or self.switch_value("min_criteria"))

    def with_switch(self, name: str, value: Any) -> RuleSet:
        """The same rule set with one switch set otherwise.

        Raises
        ------
        ShnorError
            No such switch, or a value it cannot take.
        """
        switches = _switches(self)
        if name not in switches:
            raise ShnorError(
                f"В правилах «{self.id}» нет переключателя «{name}». "
                f"Есть: {', '.join(switches) or 'ни одного'}."
            )
        values = self.model_dump()
        entry = values["switches"][name]
        entry["value"] = value
        if value not in entry["options"]:
            entry["options"] = [*entry["options"], value]
        return self._changed(values, f"переключатель «{name}» не принимает значение «{value}»")

    def with_threshold(self, criterion_id: str, value: float) -> RuleSet:
        """The same rule set with another threshold for one criterion.

        Parameters
        ----------
        criterion_id
            Id of the criterion.
        value
            Share 0…1 for shares and ratings, a number of cases for counts, a value of the
            index (0…100) for indices.
        """
        criterion = self.criterion(criterion_id)
        values = self.model_dump()
        entry = next(item for item in values["criteria"] if item["id"] == criterion_id)
        if isinstance(criterion, ResultsShare):
            entry["low"]["threshold"] = value
        elif isinstance(criterion, RatingBelow):
            entry["cutoff"] = value
        elif isinstance(criterion, IndexBelow):
            entry["cutoff"] = {**entry["cutoff"], "rule": "number", "value": value}
        else:
            entry["threshold"] = value
        return self._changed(values, f"порог показателя «{criterion_id}» не может быть {value:g}")

    def _changed(self, values: dict[str, Any], refusal: str) -> RuleSet:
        try:
            changed = RuleSet.model_validate(values)
        except ValidationError:
            raise ShnorError(f"Правила «{self.id}»: {refusal}.") from None
        changed._ratings, changed._indices = self._ratings, self._indices
        return changed


def load_ruleset(name: str | Path, project: Project | None = None) -> RuleSet:
    """Read a rule set together with the ratings and indices it refers to.

    Parameters
    ----------
    name
        Path of a ``.yml`` file, or the name of a rule set of the project or the package.
    project
        Where to look first.

    Raises
    ------
    ShnorError
        No such file, or it has faults: all of them, each with its line.

    Examples
    --------
    >>> load_ruleset("tbilissky-2021").switches["combine"].value
    'and'
    """
    ruleset = load_definition(RuleSet, "rulesets", name, project)
    for criterion in ruleset.criteria:
        if isinstance(criterion, RatingBelow):
            ruleset._ratings[criterion.rating] = load_rating(criterion.rating, project)
        elif isinstance(criterion, IndexBelow):
            ruleset._indices[criterion.index] = load_index(criterion.index, project)
    return ruleset


def _switches(ruleset: RuleSet) -> Mapping[str, Switch[Any]]:
    return ruleset.switches  # type: ignore[return-value]

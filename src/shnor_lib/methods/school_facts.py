"""What is known of a school in one year, fact by fact: what recommendations are made of.

A fact has a name (``share_low.oge.maths``), a word or a number and, for shares, what it was counted
of. What is not known has no row: a rule about it stays silent, it does not fire and does not
excuse.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from shnor_lib.methods.as_of import school_year_end, school_year_start
from shnor_lib.methods.dynamics import DynamicsResult
from shnor_lib.methods.early_warning import WarningResult
from shnor_lib.methods.identification import CONFIDENCES, STATUSES, Identification
from shnor_lib.methods.measures_status import valid_on, with_standing
from shnor_lib.methods.risk_profile import DEAD, RiskProfiles
from shnor_lib.methods.school_dynamics import LISTED
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, RISK_FACTORS, RISK_LEVELS, TABLES
from shnor_lib.tables.codes import RISK_STATES, SUPPORT_ROLES

Kind = Literal["word", "share", "count", "number"]

FACTS_DTYPES: dict[str, str] = {
    "school_id": "string",
    "fact": "string",
    "word": "string",
    "number": "Float64",
    "numerator": "Float64",
    "n": "Float64",
}
"""Columns of :func:`school_facts`."""


@dataclass(frozen=True)
class Fact:
    """One kind of fact.

    Parameters
    ----------
    kind
        ``word`` (one of ``words``), ``share`` (0…1, with n), ``count`` (whole, ≥ 0), ``number``.
    title
        Russian; ``{0}``, ``{1}`` stand for the variable parts of the name.
    words
        Codes a word may be.
    """

    kind: Kind
    title: str
    words: tuple[str, ...] = ()


_VERDICTS = ("positive", "negative", "no_change", "incomparable")
_PARTS = {
    table: {
        column.name: column.title for column in TABLES[table].columns if column.part_of == whole
    }
    for table, whole in (("social_passport", "total"), ("staff", "teachers"))
}

FACTS: dict[str, Fact] = {
    "status": Fact("word", "статус школы", STATUSES),
    "confidence": Fact("word", "уверенность в статусе", CONFIDENCES),
    "years_listed": Fact("count", "лет в списке из последних трёх"),
    "criteria_results": Fact("count", "показателей низких результатов выполнено"),
    "criteria_social": Fact("count", "показателей сложных условий выполнено"),
    "share_low.*.*": Fact("share", "{0}, {1}: доля низких результатов"),
    "dynamics": Fact("word", "динамика результатов за год", _VERDICTS),
    "warning": Fact("number", "вероятность попасть в список в следующем году"),
    "index": Fact("number", "индекс социального благополучия"),
    "index_place": Fact("share", "доля школ с меньшим индексом"),
    "social.*": Fact("share", "социальный паспорт, {0}"),
    "at_risk_covered": Fact("share", "обучающихся «группы риска» охвачены сопровождением"),
    "attended": Fact("share", "уроков учебного плана посещено"),
    "offences": Fact("count", "правонарушений за год"),
    "staff.*": Fact("share", "кадры, {0}"),
    "vacancies": Fact("count", "вакансий учителей"),
    "internet": Fact("number", "скорость интернета, Мбит/с"),
    "risk.*": Fact("word", "фактор риска «{0}»", tuple(RISK_LEVELS)),
    "risk_state.*": Fact("word", "состояние фактора «{0}»", tuple(RISK_STATES)),
    "risks_high": Fact("count", "действующих факторов высокой значимости"),
    "risks_unverified": Fact("count", "не проверенных школой и куратором факторов"),
    "risks_without_measures": Fact("count", "факторов высокой значимости без мер"),
    "diagnosed": Fact("share", "учителей прошли диагностику"),
    "level_low": Fact("share", "учителей ниже 60 % хотя бы в одной части диагностики"),
    "deficits_open": Fact("count", "невосполненных дефицитов учителей"),
    "deficits_overdue": Fact("count", "дефицитов с истёкшим сроком восполнения"),
    "courses": Fact("count", "учителей прошли курсы за учебный год"),
    "support.*": Fact("count", "закреплено за школой: {0}"),
    "mentor_done": Fact("share", "пунктов плана наставника выполнено"),
    "tutor_requests": Fact("count", "обращений в тьюторский пункт"),
    "tutor_unanswered": Fact("count", "обращений в тьюторский пункт без ответа"),
    "measures": Fact("count", "мер дорожной карты"),
    "measures_overdue": Fact("count", "просроченных мер"),
    "recommendations_overdue": Fact("count", "просроченных рекомендаций"),
    "interviews": Fact("count", "собеседований с командой школы за учебный год"),
    "agreements": Fact("count", "действующих договоров о сетевом взаимодействии"),
    "self_analysis": Fact("count", "заполненных строк карточки самоанализа"),
    "objectivity": Fact("count", "вопросов об объективности результатов"),
}
"""Every fact by name; ``*`` stands for a code (procedure, subject, column, factor, role)."""


def fact_of(name: str) -> tuple[str, Fact] | None:
    """The kind of fact a name means: its pattern and description; None: there is none.

    A name may have ``*`` where the pattern has it.

    Examples
    --------
    >>> fact_of("share_low.oge.maths")[0], fact_of("share_low.*.maths")[0], fact_of("weather")
    ('share_low.*.*', 'share_low.*.*', None)
    """
    for pattern, fact in FACTS.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", r"[^.]+"), name) and _codes_known(
            pattern, name
        ):
            return pattern, fact
    return None


def _codes_known(pattern: str, name: str) -> bool:
    known: dict[str, list[Iterable[str] | None]] = {
        "share_low.*.*": [PROCEDURES, None],
        "social.*": [_PARTS["social_passport"]],
        "staff.*": [_PARTS["staff"]],
        "risk.*": [RISK_FACTORS],
        "risk_state.*": [RISK_FACTORS],
        "support.*": [SUPPORT_ROLES],
    }
    codes = name.split(".")[1:]
    allowed = known.get(pattern, [])
    return all(
        code == "*" or choices is None or code in set(choices)
        for code, choices in zip(codes, allowed, strict=False)
    )


def title_of(name: str) -> str:
    """Russian title of a fact.

    Examples
    --------
    >>> title_of("risk.parents")
    'фактор риска «Низкий уровень вовлечённости родителей»'
    """
    found = fact_of(name)
    if found is None:
        return name
    pattern, fact = found
    codes = name.split(".")[1:]
    words: Mapping[str, Mapping[str, str]] = {
        "share_low.*.*": PROCEDURES,
        "social.*": _PARTS["social_passport"],
        "staff.*": _PARTS["staff"],
        "risk.*": RISK_FACTORS,
        "risk_state.*": RISK_FACTORS,
        "support.*": SUPPORT_ROLES,
    }
    first = [words.get(pattern, {}).get(code, code) for code in codes[:1]]
    return fact.title.format(*first, *codes[1:])


def school_facts(
    dataset: Dataset,
    identification: Identification,
    year: int,
    day: dt.date,
    *,
    dynamics: DynamicsResult | None = None,
    index: IndexResult | None = None,
    warning: WarningResult | None = None,
    risks: RiskProfiles | None = None,
    objectivity: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everything rules of recommendation may ask about the schools of one year.

    Parameters
    ----------
    dataset
        Tidy tables.
    identification
        Statuses of the year.
    year
        School year.
    day
        On which it is asked what is overdue (:func:`~.as_of.as_of`).
    dynamics, index, warning, risks, objectivity
        Results of the methods; what is left out gives no facts.

    Returns
    -------
    DataFrame
        ``school_id``, ``fact``, ``word`` (of words), ``number`` (of the others; shares 0…1),
        ``numerator``, ``n`` (of shares counted by us). One row per school and fact; schools that
        have a status row in the year.

    Raises
    ------
    ShnorError
        Statuses of the year were not asked for.

    Notes
    -----
    A register without a single row in the year says nothing about anybody; with rows, a school
    without any has zero of what the register counts.
    """
    statuses = identification.statuses[identification.statuses["year"] == year]
    identification.outcomes_of(year)
    schools = statuses["school_id"]
    facts = _Facts(schools, year, pd.Timestamp(day))
    _statuses(facts, identification, statuses)
    _results(facts, dataset)
    if dynamics is not None:
        rows = dynamics.schools[dynamics.schools["year"] == year]
        facts.words("dynamics", rows["school_id"], rows["verdict"])
    if warning is not None and warning.year == year:
        facts.numbers("warning", warning.forecast["school_id"], warning.forecast["probability"])
    if index is not None:
        _index(facts, index)
    _tables(facts, dataset)
    if risks is not None:
        _risks(facts, risks)
    _teachers(facts, dataset)
    _support(facts, dataset)
    _deeds(facts, dataset)
    if objectivity is not None:
        looked_at = objectivity[objectivity["year"] == year]
        questions = looked_at[looked_at["marked"].fillna(value=False)]
        found = questions.groupby("school_id").size()
        known = looked_at["school_id"].drop_duplicates()
        facts.numbers("objectivity", known, found.reindex(known, fill_value=0).to_numpy())
    return facts.frame()


class _Facts:
    """Collects facts of the schools of one year."""

    def __init__(self, schools: pd.Series[str], year: int, day: pd.Timestamp) -> None:
        self.schools, self.year, self.day = pd.Index(schools), year, day
        self._parts: list[pd.DataFrame] = []

    def words(self, fact: str, schools: Any, words: Any) -> None:
        """One word per school."""
        self._add(fact, schools, word=words)

    def numbers(self, fact: str, schools: Any, numbers: Any) -> None:
        """One number per school."""
        self._add(fact, schools, number=numbers)

    def shares(
        self,
        fact: str,
        schools: Any,
        numerator: pd.Series[Any],
        n: pd.Series[Any],
    ) -> None:
        """One share per school, where n > 0."""
        known = (n > 0).fillna(value=False).to_numpy(dtype=bool) & numerator.notna().to_numpy()
        top, whole = numerator[known].astype("Float64"), n[known].astype("Float64")
        self._add(
            fact,
            pd.Series(schools).to_numpy()[known],
            number=(top / whole).to_numpy(),
            numerator=top.to_numpy(),
            n=whole.to_numpy(),
        )

    def counts(self, fact: str, rows: pd.DataFrame, *, kept: bool | None = None) -> None:
        """How many of ``rows`` each school has; nothing if the register has no rows of the year.

        ``kept`` says whether the register is kept at all when ``rows`` are a selection of it.
        """
        if not (len(rows) if kept is None else kept):
            return
        found = rows.groupby("school_id").size().reindex(self.schools, fill_value=0)
        self.numbers(fact, self.schools, found.to_numpy())

    def frame(self) -> pd.DataFrame:
        """All facts."""
        empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in FACTS_DTYPES.items()})
        found = pd.concat([empty, *self._parts], ignore_index=True)
        return found.sort_values(["school_id", "fact"], kind="stable").reset_index(drop=True)

    def _add(self, fact: str, schools: Any, **values: Any) -> None:
        own = list(schools)
        blank = [None] * len(own)
        frame = pd.DataFrame(
            {
                "school_id": own,
                "fact": [fact] * len(own),
                **{name: list(values.get(name, blank)) for name in list(FACTS_DTYPES)[2:]},
            },
            dtype="object",
        ).astype(FACTS_DTYPES)
        known = frame["word"].notna() | frame["number"].notna()
        frame = frame[known & frame["school_id"].isin(self.schools)]
        if len(frame):
            self._parts.append(frame)


def _statuses(facts: _Facts, identification: Identification, statuses: pd.DataFrame) -> None:
    facts.words("status", statuses["school_id"], statuses["status"])
    facts.words("confidence", statuses["school_id"], statuses["confidence"])
    recent = identification.statuses
    recent = recent[recent["year"].between(facts.year - 2, facts.year)]
    listed = recent[recent["status"].isin(LISTED)]
    facts.counts("years_listed", listed, kept=True)
    met = identification.criteria
    met = met[(met["year"] == facts.year) & (met["outcome"] == "met")]
    for name, status in (("criteria_results", "low_results"), ("criteria_social", "difficult")):
        facts.counts(name, met[met["status_for"] == status], kept=True)


def _results(facts: _Facts, dataset: Dataset) -> None:
    rows = dataset.results
    rows = rows[(rows["year"] == facts.year) & rows["n_low"].notna() & (rows["n"] > 0)]
    pooled = rows.groupby(["procedure", "subject", "school_id"], observed=True)[
        ["n_low", "n"]
    ].sum()
    for (procedure, subject), part in pooled.groupby(level=[0, 1], observed=True):
        facts.shares(
            f"share_low.{procedure}.{subject}",
            part.index.get_level_values("school_id"),
            part["n_low"],
            part["n"],
        )


def _index(facts: _Facts, index: IndexResult) -> None:
    rows = index.scores[(index.scores["year"] == facts.year) & index.scores["index"].notna()]
    facts.numbers("index", rows["school_id"], rows["index"])
    below = rows["index"].rank(method="min") - 1
    facts.shares(
        "index_place",
        rows["school_id"],
        below,
        pd.Series(float(len(rows)), index=rows.index),
    )


def _tables(facts: _Facts, dataset: Dataset) -> None:
    for table, whole, prefix in (
        ("social_passport", "total", "social"),
        ("staff", "teachers", "staff"),
    ):
        rows = dataset.tables[table]
        rows = rows[rows["year"] == facts.year]
        for column in _PARTS[table]:
            facts.shares(f"{prefix}.{column}", rows["school_id"], rows[column], rows[whole])
        for name in ("offences", "vacancies", "internet"):
            if name in rows:
                facts.numbers(name, rows["school_id"], rows[name])
    rows = dataset.social_passport[dataset.social_passport["year"] == facts.year]
    for fact, part, whole in (
        ("at_risk_covered", "at_risk_covered", "at_risk"),
        ("attended", "lessons_attended", "lessons_planned"),
    ):
        facts.shares(fact, rows["school_id"], rows[part], rows[whole])


def _risks(facts: _Facts, risks: RiskProfiles) -> None:
    rows = risks.factors[risks.factors["year"] == facts.year]
    for factor, part in rows.groupby("factor", observed=True):
        facts.words(f"risk.{factor}", part["school_id"], part["level"])
        facts.words(f"risk_state.{factor}", part["school_id"], part["state"])
    alive = rows[~rows["state"].isin(DEAD)]
    high = alive[alive["level"] == "high"]
    kept = bool(len(rows))
    facts.counts("risks_high", high, kept=kept)
    facts.counts("risks_unverified", alive[alive["verified"] != "both"], kept=kept)
    without = high[(high["n_measures"] == 0) & high["measured"]]
    facts.counts("risks_without_measures", without, kept=kept and bool(rows["measured"].any()))


def _teachers(facts: _Facts, dataset: Dataset) -> None:
    tests = dataset.teacher_diagnostics
    tests = tests[tests["year"] == facts.year]
    if len(tests):
        latest = tests.sort_values("date").drop_duplicates(["school_id", "teacher"], keep="last")
        measured = latest.groupby("school_id").size()
        staff = dataset.staff[dataset.staff["year"] == facts.year].set_index("school_id")
        whole = staff["teachers"].groupby(level=0).first().reindex(facts.schools)
        top = measured.reindex(facts.schools, fill_value=0).clip(upper=whole.astype("Float64"))
        facts.shares("diagnosed", facts.schools, top, whole)
        scores = latest[["subject_score", "method_score"]].min(axis=1).dropna()
        schools = latest.loc[scores.index, "school_id"]
        scored = schools.groupby(schools).size()
        low = (scores < LOW_SCORE).groupby(schools).sum()
        facts.shares("level_low", scored.index, low.astype("Float64"), scored.astype("Float64"))
    deficits = dataset.teacher_deficits
    last = min(pd.Timestamp(school_year_end(facts.year)), facts.day)
    known = deficits[deficits["found"] <= last]
    still = known[known["closed"].isna() | (known["closed"] > facts.day)]
    facts.counts("deficits_open", still, kept=bool(len(known)))
    facts.counts("deficits_overdue", still[still["due"] < facts.day], kept=bool(len(known)))
    courses = dataset.teacher_courses
    courses = courses[courses["year"] == facts.year]
    facts.counts("courses", courses.drop_duplicates(["school_id", "teacher"]))


LOW_SCORE = 60.0
"""Per cent below which a level of competence is low («по памяти»)."""


def _support(facts: _Facts, dataset: Dataset) -> None:
    links = dataset.support_links
    links = links[links["year"] == facts.year]
    people = dataset.supporters[["supporter", "role"]].drop_duplicates("supporter")
    links = links.merge(people, on="supporter", how="left")
    for role in SUPPORT_ROLES:
        own = links[links["role"] == role].drop_duplicates(["school_id", "supporter"])
        facts.counts(f"support.{role}", own, kept=bool(len(links)))
    plans = dataset.mentor_centre
    plans = (
        plans[plans["year"] == facts.year]
        .groupby("school_id")[["done", "planned"]]
        .sum(min_count=1)
    )
    facts.shares("mentor_done", plans.index, plans["done"], plans["planned"])
    requests = dataset.tutor_point
    requests = requests[requests["year"] == facts.year]
    facts.counts("tutor_requests", requests)
    waiting = requests[requests["done"].isna()]
    facts.counts("tutor_unanswered", waiting, kept=bool(len(requests)))


def _deeds(facts: _Facts, dataset: Dataset) -> None:
    for table, total, overdue in (
        ("measures", "measures", "measures_overdue"),
        ("recommendations", "", "recommendations_overdue"),
    ):
        rows = dataset.tables[table]
        rows = rows[rows["year"] == facts.year]
        own = rows[rows["school_id"].notna() & (rows["state"] != "dropped")]
        if total:
            facts.counts(total, own, kept=bool(len(rows)))
        late = with_standing(own, facts.day)["overdue"]
        facts.counts(overdue, own[late], kept=bool(len(rows)))
    first, last = school_year_start(facts.year), school_year_end(facts.year)
    interviews = dataset.interviews
    held = interviews["date"].between(pd.Timestamp(first), pd.Timestamp(last))
    interviews = interviews[held]
    facts.counts("interviews", interviews)
    cards = dataset.self_analysis
    facts.counts("self_analysis", cards[cards["year"] == facts.year])
    agreements = dataset.agreements
    valid = agreements[valid_on(agreements, facts.day)]
    facts.counts("agreements", valid, kept=bool(len(agreements)))

"""Sentences made from numbers: reasons of a status, a year in one sentence, verdicts.

Every number in a sentence is a number of a frame; nothing here rounds except for showing.
A share never stands without its n, a place never without its interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.methods.ruleset import Criterion, IndexBelow, RatingBelow, ResultsShare, SocialShare
from shnor_lib.report import format as fmt
from shnor_lib.report.format import of
from shnor_lib.report.labels import (
    CONFIDENCE,
    LISTED,
    OPERATOR_WORDS,
    STATUS,
    VERDICT,
    high_absent,
    label,
    low_verb,
    school_year,
    unit_label,
)
from shnor_lib.report.rows import Row, Rows, records, where
from shnor_lib.store import Dataset

SURE = f"с{fmt.NBSP}вероятностью 95{fmt.NNBSP}%"


@dataclass(frozen=True, order=True)
class SourceCells:
    """Cells of one sheet a sentence rests on."""

    file: str
    sheet: str
    cells: str

    def line(self) -> str:
        """«ВПР статистика 2024.xlsx · лист «2024» · G15, H15, K15»."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"лист «{self.sheet}»")
        if self.cells:
            parts.append(self.cells)
        return " · ".join(parts)


@dataclass(frozen=True)
class Reason:
    """One ground of a status in words.

    Parameters
    ----------
    criterion, title, status_for
        Of the criterion.
    text
        The sentence with its numbers.
    sources
        Where the numbers stand.
    probability
        That the true share of the years together is beyond the threshold, 0…1; None for what was
        counted over all pupils and for loaded points.
    """

    criterion: str
    title: str
    status_for: str
    text: str
    sources: tuple[SourceCells, ...] = ()
    probability: float | None = None

    @property
    def cells(self) -> str:
        """All sources in one line."""
        return "; ".join(source.line() for source in self.sources)

    @property
    def confidence(self) -> str:
        """How surely, in words; empty where there is no chance in the numbers."""
        if self.probability is None:
            return ""
        return (
            f"Вероятность, что истинная доля действительно за порогом:{fmt.NBSP}"
            f"{probability_words(self.probability)}"
        )


def threshold_words(value: Any, operator: Any, criterion: Criterion | None = None) -> str:
    """A threshold as people say it: «20 % и более», «более 30 %», «менее 50 %».

    Parameters
    ----------
    value
        Share 0…1, or a number when ``criterion`` is about a count or an index.
    operator
        ``>=``, ``>``, ``<=`` or ``<``.
    criterion
        Says what the value is; a share by default.
    """
    if fmt.is_missing(value):
        return "не задан"
    shown = value_words(value, criterion, digits=None)
    if str(operator) == ">=":
        return f"{shown} и{fmt.NBSP}более"
    if str(operator) == "<=":
        return f"не{fmt.NBSP}выше {shown}"
    return f"{label(OPERATOR_WORDS, operator)} {shown}"


def value_words(value: Any, criterion: Criterion | None = None, *, digits: int | None = 1) -> str:
    """A criterion's value: per cent for shares, a plain number for counts and the index.

    ``digits=None`` writes as many decimals as the value has (thresholds).
    """
    if fmt.is_missing(value):
        return fmt.NO_DATA
    number = float(value)
    share = criterion is None or isinstance(criterion, ResultsShare | SocialShare | RatingBelow)
    if share:
        places = digits if digits is not None else _places(number * 100)
        return fmt.percent(number, places)
    if isinstance(criterion, IndexBelow):
        return fmt.decimal(number, 1)
    return fmt.number(number)


def _places(number: float) -> int:
    return 0 if abs(number - round(number)) < 1e-9 else 1


def reason_sentences(
    identification: Identification,
    dataset: Dataset,
    school_id: str,
    year: int,
    *,
    trace: Rows | None = None,
) -> list[Reason]:
    """Why a school has its status in a year: one reason per met criterion and unit.

    Parameters
    ----------
    identification, dataset
        The identification and the data it was made from.
    school_id, year
        School and status year.
    trace
        Result of ``identification.trace`` if it is already there.

    Returns
    -------
    list of Reason
        In the order of the rule set; empty when no criterion is met. Within a criterion the
        units with the largest share of low results come first.
    """
    ruleset = identification.ruleset
    counting = {*ruleset.counting("low_results"), *ruleset.counting("difficult")}
    met = [name for name in identification.met(school_id, year) if name in counting]
    if not met:
        return []
    if trace is None:
        trace = identification.trace(school_id, year, dataset, criteria=met)
    rows = records(trace)
    reasons: list[Reason] = []
    for criterion in map(ruleset.criterion, met):
        name = rating_title(identification, criterion)
        reasons += criterion_reasons(criterion, where(rows, criterion=criterion.id), name=name)
    return reasons


def rating_title(identification: Identification, criterion: Criterion) -> str:
    """Title of the rating a criterion looks at: there may be several in a project."""
    if not isinstance(criterion, RatingBelow):
        return ""
    found = identification.ratings.get(criterion.rating)
    return found.definition.title if found is not None else ""


def criterion_reasons(criterion: Criterion, rows: Rows, *, name: str = "") -> list[Reason]:
    """Reasons of one met criterion from its rows of a trace.

    ``name`` replaces the criterion's own name in the sentence (the title of a rating).
    """
    flagged = [row for row in records(rows) if _true(row["flagged"])]
    if not isinstance(criterion, ResultsShare):
        if not flagged:
            return []
        return [_reason(criterion, indicator_sentence(criterion, flagged, name=name), flagged)]
    units: dict[tuple[Any, ...], list[Row]] = {}
    for row in where(flagged, outcome="met"):
        units.setdefault((row["procedure"], row["subject"], row["grade"]), []).append(row)
    found: list[tuple[float, Reason]] = []
    for key in sorted(units, key=lambda key: [(part is None, part) for part in key]):
        unit = units[key]
        worst = max(float(row["value"] or 0) for row in unit)
        reason = _reason(criterion, results_sentence(unit), unit)
        chances = [
            float(row["pooled_probability"])
            for row in unit
            if _true(row["beyond"]) and row["pooled_probability"] is not None
        ]
        if chances:
            # one figure for all the years together; where subjects may differ between years
            # each has its own, and the least sure one counts
            reason = replace(reason, probability=min(chances))
        found.append((worst, reason))
    return [reason for _, reason in sorted(found, key=lambda pair: -pair[0])]


def _reason(criterion: Criterion, text: str, rows: list[Row]) -> Reason:
    return Reason(criterion.id, criterion.title, criterion.status_for, text, sources_of(rows))


def sources_of(rows: Rows) -> tuple[SourceCells, ...]:
    """Files, sheets and cells of traced rows, one entry per sheet."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in records(rows):
        if row["source_file"] is None:
            continue
        place = (str(row["source_file"]), str(row["source_sheet"] or ""))
        there = str(row["cells"] or "")
        if not there and row["source_row"] is not None:
            span = row.get("source_rows")
            there = f"строки {span.replace('-', '–')}" if span else f"строка {row['source_row']}"
        listed = found.setdefault(place, [])
        if there and there not in listed:
            listed.append(there)
    return tuple(
        SourceCells(file, sheet, "; ".join(cells)) for (file, sheet), cells in sorted(found.items())
    )


def results_sentence(unit: Rows) -> str:
    """The results of one unit over the years that count, against the threshold.

    Parameters
    ----------
    unit
        Rows of evidence or trace of one procedure × subject (× grade), one or more per year.
    """
    traced = records(unit)
    rows = _by_year(traced)
    first = rows[0]
    title = unit_label(first["procedure"], first["grade"], first["subject"])
    # «5–8 классы» from the source rows of a trace; empty when they are not known
    pooled = fmt.is_missing(first["grade"])
    grades = grades_words(row.get("source_grade") for row in traced) if pooled else ""
    if grades:
        title += f" ({grades})"
    measured = fmt.join_ru(
        [
            f"{fmt.percent(row['value'])} ({of(row['numerator'], row['n'])}) "
            f"в{fmt.NBSP}{_year(row)}"
            for row in rows
        ]
    )
    text = f"{title}: {low_verb(first['procedure'])} {measured}{_against(rows)}"
    without = [row for row in rows if _true(row["no_high"])]
    if without:
        text += f"; {high_absent(first['procedure'])} нет"
        if len(without) < len(rows):
            text += " в" + fmt.NBSP + fmt.join_ru([_year(row) for row in without])
    return text + "."


def _against(rows: list[dict[str, Any]]) -> str:
    """How the shares stand to the threshold: all beyond it, none, or some."""
    threshold = rows[0]["threshold"]
    if fmt.is_missing(threshold):
        return ""
    shown = fmt.percent(threshold, _places(float(threshold) * 100))
    beyond = [row for row in rows if _true(row["beyond"])]
    if len(beyond) == len(rows):
        return f"{fmt.NBSP}— порог {shown}"
    if not beyond:
        return f"{fmt.NBSP}— ниже порога {shown}"
    over = fmt.join_ru([_year(row) for row in beyond])
    return f"{fmt.NBSP}— порог {shown} достигнут в{fmt.NBSP}{over}"


def _true(value: Any) -> bool:
    return not fmt.is_missing(value) and bool(value)


def _year(row: Mapping[str, Any]) -> str:
    season = row.get("season")
    autumn = not fmt.is_missing(season) and str(season) == "autumn"
    return school_year(row["used_year"]) + (" (осень)" if autumn else "")


def _by_year(rows: list[Row]) -> list[Row]:
    """The first row of each year, ascending: a trace repeats them for every source row."""
    years: dict[int, Row] = {}
    for row in rows:
        years.setdefault(row["used_year"], row)
    return [years[year] for year in sorted(years)]


def grades_words(grades: Iterable[Any]) -> str:
    """Grades as people write them: «5 класс», «4–8 и 10 классы», «5 и 6 классы»."""
    known = sorted({int(grade) for grade in grades if not fmt.is_missing(grade)})
    if not known:
        return ""
    runs: list[list[int]] = []
    for grade in known:
        if runs and grade == runs[-1][-1] + 1:
            runs[-1].append(grade)
        else:
            runs.append([grade])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(grade) for grade in run]
    noun = "класс" if len(known) == 1 else "классы"
    return f"{fmt.join_ru(parts)}{fmt.NBSP}{noun}"


def indicator_sentence(criterion: Criterion, rows: Rows, *, name: str = "") -> str:
    """A criterion that is not about marks: value by year against its threshold."""
    years = _by_year(records(rows))
    parts = []
    for row in years:
        shown = value_words(row["value"], criterion)
        if isinstance(criterion, SocialShare) and not fmt.is_missing(row["n"]):
            if criterion.denominator == "total":
                shown += " обучающихся"
            shown += f" ({of(row['numerator'], row['n'])})"
        elif isinstance(criterion, RatingBelow):
            shown += f" от{fmt.NBSP}максимума"
        elif isinstance(criterion, IndexBelow):
            shown += f" из{fmt.NBSP}100"
        parts.append(f"{shown} в{fmt.NBSP}{school_year(row['used_year'])}")
    threshold = threshold_words(years[0]["threshold"], operator_of(criterion), criterion)
    return f"{name or short_title(criterion)}: {fmt.join_ru(parts)}{fmt.NBSP}— порог {threshold}."


def short_title(criterion: Criterion) -> str:
    """Title of a criterion without its threshold: what stands before the dash."""
    return fmt.nice(criterion.title.split(" — ")[0].strip())


def operator_of(criterion: Criterion) -> str:
    """The comparison of a criterion with its threshold."""
    if isinstance(criterion, ResultsShare):
        return criterion.low.operator
    if isinstance(criterion, IndexBelow):
        return "<="
    return str(criterion.operator)


def confidence_sentence(status: Any, confidence: Any, probability: Any) -> str:
    """What stands behind the confidence of a status, in one sentence.

    Parameters
    ----------
    status, confidence, probability
        Columns of ``Identification.statuses``; the probability is 0…1 or missing.
    """
    if label(CONFIDENCE, confidence, "") in {"", CONFIDENCE["insufficient"]}:
        return "Насколько это надёжно, сказать нельзя: недостаточно данных."
    if not fmt.is_missing(probability) and float(probability) == 1.0:
        return "Уверенно: вывод следует из полного подсчёта, случайной погрешности в нём нет."
    chance = probability_words(probability)
    if str(status) == "none":
        told = f"вероятность, что ни один показатель на самом деле не за порогом, — {chance}"
    else:
        told = f"вероятность, что хотя бы один показатель действительно за порогом, — {chance}"
    tail = {
        "certain": "",
        "likely": "; случайное отклонение не исключено",
        "borderline": (
            "; участников мало или показатели близки к порогу, поэтому без разговора со школой "
            "выводов делать не стоит"
        ),
    }.get(str(confidence), "")
    return f"{fmt.sentence_case(label(CONFIDENCE, confidence))}: {told}{tail}."


def probability_words(probability: Any) -> str:
    """A probability in whole per cent; never 0 or 100 %."""
    if fmt.is_missing(probability):
        return fmt.NO_DATA
    value = float(probability)
    if value > 0.99:
        return f"более 99{fmt.NNBSP}%"
    if value < 0.01:
        return f"менее 1{fmt.NNBSP}%"
    return fmt.percent(value, 0)


def year_summary(statuses: pd.DataFrame, year: int, *, title: str = "") -> str:
    """A year in one or two sentences: how many schools are listed, who came and went.

    Parameters
    ----------
    statuses
        ``Identification.statuses``.
    year
        Status year; it is compared with the year before if that one is there.
    title
        Title of the rules.
    """
    now = statuses[(statuses["year"] == year) & (statuses["status"] != "excluded")]
    start = f"По правилам «{title}» в" if title else "В"
    total = len(now)
    if not total:
        return f"Данных о школах за {school_year(year)} учебный год нет."
    listed = now[now["status"].isin(LISTED)]
    count = len(listed)
    if not count:
        text = f"{start} списке нет ни одной из{fmt.NBSP}{fmt.count_of(total, 'школы', 'школ')}"
        if total == 1:
            text = f"{start} списке нет ни одной школы: данные есть об одной"
    else:
        parts = [
            f"{fmt.number(number)}{fmt.NBSP}{_LISTED_AS[code]}"
            for code in ("low_results", "difficult", "both")
            if (number := int((listed["status"] == code).sum()))
        ]
        how_many = f"{fmt.number(count)} из{fmt.NBSP}{fmt.count_of(total, 'школы', 'школ')}"
        share = fmt.percent(count / total)
        if count == total and total > 1:
            everyone = fmt.count_phrase(total, "школа", "школы", "школ")
            text = f"{start} списке все {everyone}: {', '.join(parts)}"
        else:
            text = f"{start} списке {how_many} ({share}): {', '.join(parts)}"
    change = list_change(statuses, year)
    text += f"; {change}." if change else "."
    unknown = int((now["status"] == "insufficient").sum())
    if unknown:
        # «об» before what is read with a vowel: одной, одиннадцати
        about = "Об" if unknown in {1, 11} else "О"
        whom = (
            "одной школе"
            if unknown == 1
            else f"{fmt.number(unknown)}{fmt.NBSP}{fmt.plural(unknown, 'школе', 'школах', 'школах')}"
        )
        text += f" {about}{fmt.NBSP}{whom} судить нельзя: недостаточно данных."
    return text


_LISTED_AS = {"low_results": "ШНОР", "difficult": "ШССУ", "both": "ШНОР и ШССУ сразу"}


def list_change(statuses: pd.DataFrame, year: int) -> str:
    """Who came to the list and who left it since the year before; empty if not known."""
    before = statuses[statuses["year"] == year - 1]
    if before.empty:
        return ""
    entered, left = entered_left(statuses, year)
    since = f"по сравнению с{fmt.NBSP}{school_year(year - 1)}"
    if not entered and not left:
        return f"{since} состав списка не изменился"
    return f"{since} {_entered(len(entered))}, {_left(len(left))}"


def entered_left(statuses: pd.DataFrame, year: int) -> tuple[list[str], list[str]]:
    """Schools that came to the list in ``year`` and that left it since the year before."""
    listed = statuses[statuses["status"].isin(LISTED)]
    now = set(listed.loc[listed["year"] == year, "school_id"])
    before = set(listed.loc[listed["year"] == year - 1, "school_id"])
    return sorted(now - before), sorted(before - now)


def _entered(n: int) -> str:
    if not n:
        return "новых школ нет"
    verb = fmt.plural(n, "добавилась", "добавились", "добавилось")
    return f"{verb} {fmt.count_phrase(n, 'школа', 'школы', 'школ')}"


def _left(n: int) -> str:
    if not n:
        return "никто не вышел"
    verb = fmt.plural(n, "вышла", "вышли", "вышло")
    return f"{verb} {fmt.count_phrase(n, 'школа', 'школы', 'школ')}"


def rank_words(row: Mapping[str, Any]) -> str:
    """A place as it is always said: «место 9 из 12 (с вероятностью 95 % от 6 до 12)».

    Parameters
    ----------
    row
        Row of ``RatingResult.scores``: rank, n_rated, rank_low, rank_high.
    """
    if fmt.is_missing(row["rank"]):
        return "места нет: недостаточно данных"
    place = f"место {of(row['rank'], row['n_rated'])}"
    if fmt.is_missing(row["rank_low"]) or fmt.is_missing(row["rank_high"]):
        return f"{place} (интервал не рассчитан)"
    low, high = round(float(row["rank_low"])), round(float(row["rank_high"]))
    span = fmt.number_range(low, high)
    return f"{place} ({SURE} {span if low != high else f'именно {span}'})"


def dynamics_sentence(row: Mapping[str, Any]) -> str:
    """Verdict on a school's dynamics with the numbers it is made of.

    Parameters
    ----------
    row
        Row of ``DynamicsResult.schools``: verdict, n_comparable, n_improved, n_worsened,
        n_no_change, n_incomparable.
    """
    comparable = int(row["n_comparable"])
    apart = int(row["n_incomparable"])
    if not comparable:
        if not apart:
            return "О динамике судить нельзя: результатов за два года нет."
        return (
            "О динамике судить нельзя: ни один результат сравнить не с чем "
            f"({fmt.count_phrase(apart, 'несопоставимая пара', 'несопоставимые пары', 'несопоставимых пар')})."
        )
    improved, worsened = int(row["n_improved"]), int(row["n_worsened"])
    same = int(row["n_no_change"])
    parts = [
        _changed(improved, "улучшился", "улучшились", "улучшилось"),
        _changed(worsened, "ухудшился", "ухудшились", "ухудшилось"),
    ]
    if same:
        parts.append(f"у{fmt.NBSP}{fmt.number(same)} значимых изменений нет")
    start = {
        "positive": "Динамика положительная",
        "negative": "Динамика отрицательная",
        "no_change": "В целом значимых изменений нет",
    }.get(str(row["verdict"]), f"Динамика: {label(VERDICT, row['verdict'])}")
    text = (
        f"{start}: из{fmt.NBSP}"
        f"{fmt.count_of(comparable, 'сопоставимого результата', 'сопоставимых результатов')} "
        f"{', '.join(parts)}"
    )
    if apart:
        text += f"; ещё {fmt.number(apart)} сравнить нельзя"
    return text + "."


def _changed(n: int, one: str, few: str, many: str) -> str:
    """«улучшились 3», «ни один не улучшился»."""
    return f"{fmt.plural(n, one, few, many)} {fmt.number(n)}" if n else f"ни один не {one}"


def dynamics_summary(row: Mapping[str, Any]) -> str:
    """Share of schools with positive dynamics in a year.

    Parameters
    ----------
    row
        Row of ``DynamicsResult.summary``.
    """
    total, positive = int(row["n_schools"]), int(row["n_positive"])
    year = school_year(row["year"])
    if not total:
        return f"За {year} учебный год о динамике судить нельзя ни по одной школе."
    if not positive:
        head = (
            f"В{fmt.NBSP}{year} учебном году положительной динамики нет ни у одной "
            f"из{fmt.NBSP}{fmt.count_of(total, 'школы', 'школ')}"
        )
    else:
        head = (
            f"В{fmt.NBSP}{year} учебном году динамика положительная у{fmt.NBSP}"
            f"{fmt.number(positive)} из{fmt.NBSP}{fmt.count_of(total, 'школы', 'школ')} "
            f"({fmt.percent(row['share_positive'])})"
        )
    return f"{head}; {SURE} доля таких школ — {fmt.interval(row['low'], row['high'])}."


def status_sentence(status: Any, year: int, ruleset_title: str, n_met: Any) -> str:
    """The status in one sentence, the first thing a reader of a profile sees."""
    code = str(status)
    when = f"В{fmt.NBSP}{school_year(year)} учебном году"
    rules = f"по правилам «{ruleset_title}»"
    if code in LISTED:
        met = 0 if fmt.is_missing(n_met) else int(n_met)
        counted = fmt.count_phrase(met, "показателю", "показателям", "показателям")
        return f"{when} школа в{fmt.NBSP}списке {rules} как {STATUS[code]}: по{fmt.NBSP}{counted}."
    return {
        "risk_zone": (
            f"{when} школа {rules} в{fmt.NBSP}зоне риска: показатели за порогом есть, но для "
            "статуса их недостаточно."
        ),
        "none": f"{when} {rules} признаков ШНОР и ШССУ нет.",
        "insufficient": f"{when} данных недостаточно, чтобы судить о школе {rules}.",
        "excluded": f"Правила «{ruleset_title}» на школы этого вида не распространяются.",
    }.get(code, f"{when} статус не определялся.")

"""Rules as sentences: what a criterion asks for, made from its definition and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shnor_lib.methods.index_definition import IndexCutoff
from shnor_lib.methods.rating_definition import Scope
from shnor_lib.methods.ruleset import (
    Criterion,
    IndexBelow,
    RatingBelow,
    ResultsShare,
    RuleSet,
    SocialCount,
    SocialShare,
    StatusFor,
)
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import OPERATOR, OPERATOR_WORDS, STATUS_FOR, column_title
from shnor_lib.tables import PROCEDURES

_SUBJECTS = ("предмет", "предмета", "предметов")


def scope_words(scopes: Sequence[Scope]) -> str:
    """Which results are meant: «ВПР: русский язык и математика, 5–6 классы; ОГЭ: математика»."""
    parts: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for scope in scopes:
        key = (scope.procedure, tuple(sorted(scope.grades)))
        parts.setdefault(key, []).extend(scope.subjects)
    shown = []
    for (procedure, grades), subjects in parts.items():
        what = fmt.join_ru(list(dict.fromkeys(subjects))) if subjects else "все предметы"
        text = f"{PROCEDURES[procedure]}: {what}"
        if grades:
            text += f", {grades_words(grades)}"
        shown.append(text)
    return "; ".join(shown)


def grades_words(grades: Sequence[int]) -> str:
    """Grades in words: «5 класс», «5–8 классы», «4, 6 классы»."""
    numbers = sorted(set(grades))
    if len(numbers) == 1:
        return f"{numbers[0]}{fmt.NBSP}класс"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}–{numbers[-1]}{fmt.NBSP}классы"
    return f"{', '.join(map(str, numbers))}{fmt.NBSP}классы"


def years_words(years: int, *, consecutive: bool = True, window: int = 0) -> str:
    """«два учебных года подряд», «за отчётный год», «в двух годах из последних трёх»."""
    if years == 1:
        return "в отчётном году"
    count = fmt.count_phrase(years, "учебного года", "учебных года", "учебных лет")
    if consecutive:
        return f"{count} подряд"
    last = fmt.count_phrase(window, "последнего года", "последних лет", "последних лет")
    return f"в любых {fmt.number(years)} из {last}"


def threshold_sign(criterion: Criterion) -> str:
    """The threshold with its sign: «≥ 20 %», «> 0», «нижняя четверть»; a dash if none."""
    if isinstance(criterion, ResultsShare):
        return f"{OPERATOR[criterion.low.operator]}{fmt.NBSP}{_share(criterion.low.threshold)}"
    if isinstance(criterion, RatingBelow):
        return f"{OPERATOR[criterion.operator]}{fmt.NBSP}{_share(criterion.cutoff)} от максимума"
    if isinstance(criterion, IndexBelow):
        return cutoff_words(criterion.cutoff)
    if criterion.threshold is None:
        return "порог не задан"
    shown = (
        _share(criterion.threshold)
        if isinstance(criterion, SocialShare)
        else fmt.number(criterion.threshold)
    )
    return f"{OPERATOR[criterion.operator]}{fmt.NBSP}{shown}"


def cutoff_words(cutoff: IndexCutoff) -> str:
    """Cut-off of the index in words."""
    if cutoff.rule == "number":
        return f"≤{fmt.NBSP}{fmt.number(cutoff.value)} из 100"
    return {
        "lower_quartile": "нижняя четверть школ года",
        "mean_minus_sd": "ниже среднего на одно стандартное отклонение и более",
    }[cutoff.rule]


def years_of(ruleset: RuleSet, criterion: Criterion) -> str:
    """Over which years the criterion looks, in words."""
    if isinstance(criterion, ResultsShare):
        consecutive = bool(ruleset.setting(criterion, "consecutive"))
        return years_words(criterion.years, consecutive=consecutive, window=criterion.window)
    if isinstance(criterion, RatingBelow):
        return years_words(criterion.years)
    return years_words(1)


def quoted(value: str) -> str:
    """Text in quotation marks; marks inside become „inner“ ones.

    Examples
    --------
    >>> quoted("Группа «А»")
    '«Группа „А“»'
    """
    return f"«{value.replace('«', '„').replace('»', '“')}»"


def scope_of(criterion: Criterion, titles: Mapping[str, str] | None = None) -> str:
    """What the criterion looks at, in words.

    Parameters
    ----------
    criterion
        The criterion.
    titles
        Titles of ratings and indices by id.
    """
    titles = titles or {}
    if isinstance(criterion, ResultsShare):
        return scope_words(criterion.scopes)
    if isinstance(criterion, RatingBelow):
        return quoted(titles.get(criterion.rating, criterion.rating))
    if isinstance(criterion, IndexBelow):
        return quoted(titles.get(criterion.index, criterion.index))
    if isinstance(criterion, SocialShare):
        part = column_title(criterion.numerator, "social_passport")
        return f"{quoted(part)} ÷ {quoted(column_title(criterion.denominator, 'social_passport'))}"
    return quoted(column_title(criterion.column, "social_passport"))


def rule_sentence(ruleset: RuleSet, criterion: Criterion) -> str:
    """The whole rule as it is applied, with the switches in force.

    Examples
    --------
    >>> from shnor_lib import load_ruleset
    >>> rules = load_ruleset("tbilissky-2021")
    >>> sentence = rule_sentence(rules, rules.criteria[0])
    >>> sentence.startswith("Выполнен, если")
    True
    """
    if isinstance(criterion, ResultsShare):
        return _results_sentence(ruleset, criterion)
    years = years_of(ruleset, criterion)
    if isinstance(criterion, RatingBelow):
        return (
            f"Выполнен, если школа набирает {OPERATOR_WORDS[criterion.operator]} "
            f"{_share(criterion.cutoff)} от максимально возможного — {years}."
        )
    if isinstance(criterion, IndexBelow):
        return f"Выполнен, если индекс в отчётном году: {cutoff_words(criterion.cutoff)}."
    if criterion.threshold is None:
        return "Порог не установлен: значение показывается, но статуса не даёт."
    if isinstance(criterion, SocialCount):
        title = quoted(column_title(criterion.column, "social_passport"))
        return (
            f"Выполнен, если в отчётном году значение {title} — "
            f"{OPERATOR_WORDS[criterion.operator]} {fmt.number(criterion.threshold)}."
        )
    part = quoted(column_title(criterion.numerator, "social_passport"))
    whole = quoted(column_title(criterion.denominator, "social_passport"))
    return (
        f"Выполнен, если в отчётном году доля {part} от {whole} — "
        f"{OPERATOR_WORDS[criterion.operator]} {_share(criterion.threshold)}."
    )


def _results_sentence(ruleset: RuleSet, criterion: ResultsShare) -> str:
    procedures = {scope.procedure for scope in criterion.scopes}
    if procedures == {"ege"}:
        low, high = "не преодолевших минимальный балл", "результата в 81 балл и выше"
    elif "ege" in procedures:
        low = "низких результатов (отметка «2», на ЕГЭ — ниже минимального балла)"
        high = "высокого результата (отметка «5», на ЕГЭ — 81 балл и выше)"
    else:
        low, high = "получивших отметку «2»", "отметки «5»"
    operator = OPERATOR_WORDS[criterion.low.operator]
    share = f"доля {low} — {operator} {_share(criterion.low.threshold)}"
    none = f"нет ни одного {high}" if "ege" in procedures else f"нет ни одной {high}"
    setting = ruleset.setting
    condition = {
        "and": f"{share} и {none}",
        "or": f"{share} или {none}",
        "low_only": share,
        "no_high_only": none,
    }[setting(criterion, "combine")]
    parts = [f"Выполнен, если {condition}", years_of(ruleset, criterion)]
    if criterion.years > 1:
        parts.append(
            "по одному и тому же предмету"
            if setting(criterion, "same_subject")
            else "предметы в разные годы могут быть разными"
        )
    minimum = int(setting(criterion, "min_subjects"))
    if minimum > 1:
        noun = (
            fmt.count_phrase(minimum, "предмету", "предметам", "предметам")
            if criterion.count == "subjects"
            else fmt.count_phrase(minimum, "процедуре", "процедурам", "процедурам")
        )
        parts.append(f"не менее чем по {noun}")
    else:
        parts.append("достаточно одного предмета")
    unit = setting(criterion, "unit")
    parts.append(
        "каждый класс отдельно" if unit == "subject_grade" else "классы одного предмета вместе"
    )
    people = int(setting(criterion, "min_participants"))
    if people > 1:
        parts.append(f"участников не меньше {fmt.number(people)}")
    return f"{parts[0]} — {', '.join(parts[1:])}."


def decision_sentence(ruleset: RuleSet, status_for: StatusFor) -> str:
    """How many criteria give the status; says so when the rules have none for it."""
    counting = ruleset.counting(status_for)
    name = STATUS_FOR[status_for]
    if not counting:
        return f"Критериев для статуса {name} в этом своде правил нет."
    needed = ruleset.needed(status_for)
    if len(counting) == 1:
        return f"Статус {name} даёт единственный критерий."
    words = fmt.count_phrase(needed, "критерия", "критериев", "критериев")
    return (
        f"Для статуса {name} достаточно {words} из {fmt.number(len(counting))}{fmt.NBSP}возможных."
    )


def _share(value: float) -> str:
    hundred = value * 100
    return fmt.percent(value, 0 if abs(hundred - round(hundred)) < 1e-9 else 1)

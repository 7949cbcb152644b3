"""Short titles of criteria, made from their rule.

A document's title carries its threshold («20 % и более»). Once the threshold is another one,
the old title would say what is not so.
"""

from __future__ import annotations

from shnor_lib.methods.ruleset import (
    Criterion,
    IndexBelow,
    RatingBelow,
    ResultsShare,
    RuleSet,
    SocialCount,
)
from shnor_lib.report import format as fmt
from shnor_lib.report.rule_words import cutoff_words
from shnor_lib.report.words import threshold_words
from shnor_lib.tables import PROCEDURES

_IN_TITLE = ("combine", "consecutive", "min_subjects")
"""Switches a title of a results criterion speaks of."""


def renamed(base: RuleSet, changed: RuleSet) -> RuleSet:
    """``changed`` with new titles for the criteria whose rule differs from ``base``.

    Examples
    --------
    >>> from shnor_lib import load_ruleset
    >>> rules = load_ruleset("tbilissky-2021")
    >>> renamed(rules, rules.with_threshold("vpr", 0.25)).criteria[0].title
    'ВПР — доля отметок «2» 25 % и более и нет отметок «5», 2 года'
    """
    before = {criterion.id: _rule(base, criterion) for criterion in base.criteria}
    criteria = [
        criterion
        if before.get(criterion.id) == _rule(changed, criterion)
        else criterion.model_copy(update={"title": short_title(changed, criterion)})
        for criterion in changed.criteria
    ]
    found = changed.model_copy(update={"criteria": criteria})
    found._ratings, found._indices = changed._ratings, changed._indices
    return found


def head(criterion: Criterion) -> str:
    """What a criterion is about, without its threshold: «ВПР», «Рейтинг», «Неполные семьи»."""
    if isinstance(criterion, RatingBelow):
        return "Рейтинг"
    if isinstance(criterion, IndexBelow):
        return "Индекс социального благополучия"
    return criterion.title.split(" — ")[0]


def short_title(ruleset: RuleSet, criterion: Criterion) -> str:
    """The rule of a criterion in half a line, as documents write it."""
    if isinstance(criterion, ResultsShare):
        title = _results_title(ruleset, criterion)
    else:
        name = head(criterion)
        if isinstance(criterion, RatingBelow):
            limit = threshold_words(criterion.cutoff, criterion.operator)
            title = f"{name} — {limit} от максимально возможного"
            if criterion.years > 1:
                title += f", {_years(criterion.years)}"
        elif isinstance(criterion, IndexBelow):
            title = f"{name} — {cutoff_words(criterion.cutoff)}"
        elif criterion.threshold is None:
            title = f"{name} — порог не задан"
        elif isinstance(criterion, SocialCount):
            limit = threshold_words(criterion.threshold, criterion.operator, criterion)
            title = f"{name} — {limit} за год"
        else:
            title = f"{name} — {threshold_words(criterion.threshold, criterion.operator)}"
            if criterion.denominator == "total":
                title += " обучающихся"
    # Titles stand in files people edit: plain spaces only.
    return title.replace(fmt.NBSP, " ").replace(fmt.NNBSP, " ")


def _results_title(ruleset: RuleSet, criterion: ResultsShare) -> str:
    procedures = list(dict.fromkeys(scope.procedure for scope in criterion.scopes))
    names = ", ".join(PROCEDURES[code] for code in procedures)
    if procedures == ["ege"]:
        low, high = "доля не преодолевших порог", "нет 81 балла и выше"
    elif {"ege", "functional_literacy"} & set(procedures):
        low, high = "доля низких результатов", "нет высоких результатов"
    else:
        low, high = "доля отметок «2»", "нет отметок «5»"
    share = f"{low} {threshold_words(criterion.low.threshold, criterion.low.operator)}"
    condition = {
        "and": f"{share} и {high}",
        "or": f"{share} или {high}",
        "low_only": share,
        "no_high_only": high,
    }[ruleset.setting(criterion, "combine")]
    parts = [f"{names} — {condition}"]
    least = int(ruleset.setting(criterion, "min_subjects"))
    if least > 1:
        forms = (
            ("предмету", "предметам", "предметам")
            if criterion.count == "subjects"
            else ("процедуре", "процедурам", "процедурам")
        )
        parts.append(f"не менее чем по {fmt.count_phrase(least, *forms)}")
    consecutive = bool(ruleset.setting(criterion, "consecutive"))
    parts.append(_years(criterion.years, 0 if consecutive else criterion.window))
    return ", ".join(parts)


def _years(years: int, window: int = 0) -> str:
    shown = fmt.count_phrase(years, "год", "года", "лет")
    return f"{shown} из {window}" if window > years else shown


def _rule(ruleset: RuleSet, criterion: Criterion) -> object:
    """What a title is about; equal for criteria that need no new one."""
    own = criterion.model_dump(include={"low", "cutoff", "threshold", "operator", "column"})
    if not isinstance(criterion, ResultsShare):
        return own
    return own, [ruleset.setting(criterion, name) for name in _IN_TITLE]

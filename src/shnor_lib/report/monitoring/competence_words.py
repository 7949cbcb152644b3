"""Findings on teachers' competence in sentences; right for 0, 1, 2, 5 and 21 teachers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_groups import courses_by, coverage_by, deficits_by
from shnor_lib.methods.competence_regression import CompetenceRegression
from shnor_lib.methods.group_shares import TwoGroups
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year
from shnor_lib.report.risks.words import day_words
from shnor_lib.report.rows import records

Row = Mapping[Any, Any]

TEACHERS = ("учитель", "учителя", "учителей")
DEFICITS = ("дефицит", "дефицита", "дефицитов")
LEVEL: dict[str, str] = {"low": "низкий", "middle": "средний", "high": "высокий"}
"""Level → name."""
PART: dict[str, str] = {
    "overall": "работа в целом",
    "subject": "предметная часть",
    "method": "методическая часть",
}
"""Part of a diagnostic work → name."""
SURE = 0.05
"""p (or, over several subjects, q) below which a change is said to be more than chance."""


def one(table: pd.DataFrame) -> Row:
    """The only row of a table; None where something is missing."""
    return records(table)[0]


def few(rules: CompetenceRules) -> str:
    """«меньше 5 учителей»: what is said where a share would speak of each."""
    return f"меньше{fmt.NBSP}{fmt.count_of(rules.least_teachers, 'учителя', 'учителей')}"


def gain(value: Any) -> str:
    """A change of the result in percentage points: «+4,2 п. п.»."""
    return fmt.points(None if fmt.is_missing(value) else float(value) / 100)


def ended(text: str) -> str:
    """A sentence with its full stop, which «п. п.» has already."""
    return text if text.endswith(".") else f"{text}."


def score(value: Any) -> str:
    """A mean result of the work: «61,3 %»."""
    return fmt.percent(None if fmt.is_missing(value) else float(value) / 100)


def share(x: Any, n: Any, low: Any = None, high: Any = None) -> str:
    """«62,5 % (25 из 40; с вероятностью 95 % от 47 до 76 %)»."""
    inside = fmt.of(x, n)
    if not fmt.is_missing(low):
        inside += f"; с{fmt.NBSP}вероятностью 95{fmt.NNBSP}% {fmt.interval(low, high)}"
    return f"{fmt.percent(float(x) / float(n))} ({inside})"


def year_words(year: int) -> str:
    """«2025/26 учебном году»."""
    return f"{school_year(year)} учебном году"


def coverage_sentence(found: TeacherCompetence) -> str:
    """How many teachers were diagnosed, of how many, in how many schools."""
    total = one(coverage_by(found.coverage, found.rules))
    n, schools = int(total["measured"]), int(total["reached"])
    head = f"В{fmt.NBSP}{year_words(found.year)}"
    if not n:
        return f"{head} диагностику не прошёл ни один учитель."
    if n < found.rules.least_teachers:
        return f"{head} диагностику прошли {few(found.rules)}: их результаты не называются."
    text = (
        f"{head} диагностику {fmt.plural(n, 'прошёл', 'прошли', 'прошли')} "
        f"{fmt.count_phrase(n, *TEACHERS)} из{fmt.NBSP}{fmt.count_of(schools, 'школы', 'школ')}"
    )
    if not fmt.is_missing(total["share"]):
        text += (
            f"; охват — {share(total['covered'], total['n'])} учителей там, где их число известно"
        )
    else:
        text += "; охват не назван: число учителей школ не указано (лист «Кадры»)"
    return text + "."


def gaps_sentence(found: TeacherCompetence) -> str:
    """Schools whose number of teachers is not known or does not fit."""
    rows = found.coverage
    silent = int(((rows["measured"] > 0) & rows["staff"].isna()).sum())
    odd = int(rows["doubtful"].sum())
    parts = []
    if silent:
        parts.append(
            f"у{fmt.NBSP}{fmt.count_of(silent, 'школы', 'школ')} диагностика была, а число учителей "
            "не указано"
        )
    if odd:
        parts.append(
            f"у{fmt.NBSP}{fmt.count_of(odd, 'школы', 'школ')} диагностированных больше, чем "
            "учителей в листе «Кадры»"
        )
    if not parts:
        return ""
    return f"В{fmt.NBSP}долю охвата не вошли: {'; '.join(parts)}."


def levels_sentence(row: Row, rules: CompetenceRules, whose: str = "учителей") -> str:
    """Shares by level: ``row`` of :func:`~shnor_lib.methods.competence_groups.levels_by`."""
    n = int(row["n"])
    if not n:
        return "Уровни назвать не по чему: результатов диагностики нет."
    if fmt.is_missing(row["low"]):
        return f"Диагностику прошли {few(rules)}: уровни не называются."
    low = share(row["low"], n, row["ci_low"], row["ci_high"])
    return (
        f"Низкий уровень — у{fmt.NBSP}{low} {whose}, средний — у{fmt.NBSP}"
        f"{fmt.number(row['middle'])}, высокий — у{fmt.NBSP}{fmt.number(row['high'])} "
        f"({fmt.percent(row['share_high'])})."
    )


def parts_sentence(subject: Row, method: Row) -> str:
    """Which part of the work is done better; empty without results of both."""
    if fmt.is_missing(subject["mean"]) or fmt.is_missing(method["mean"]):
        return ""
    return (
        f"Предметная часть выполнена в{fmt.NBSP}среднем на{fmt.NBSP}{score(subject['mean'])} "
        f"({fmt.count_phrase(int(subject['n']), *TEACHERS)}), методическая — "
        f"на{fmt.NBSP}{score(method['mean'])} ({fmt.count_phrase(int(method['n']), *TEACHERS)})."
    )


def cutoffs_sentence(rules: CompetenceRules) -> str:
    """Where the levels begin, and how far that can be relied on."""
    cuts = rules.levels
    return (
        f"Границы уровней: низкий — меньше {_per_cent(cuts.low_below)}, высокий — "
        f"от{fmt.NBSP}{_per_cent(cuts.high_from)} выполнения (**{cuts.source.standing}**). "
        + (
            "Результат работы — слабейшая из двух её частей, предметной и методической."
            if rules.overall == "lower"
            else "Результат работы — среднее двух её частей, предметной и методической."
        )
    )


def _per_cent(value: float) -> str:
    return f"{fmt.number(value)}{fmt.NNBSP}%"


def contrast_sentence(found: TwoGroups, what: str, rules: CompetenceRules) -> str:
    """The list against the others; ``what``: «низкий уровень», «второй результат лучше»."""
    inside, outside = found.helped, found.others
    if min(inside.n, outside.n) < rules.least_teachers:
        return ""
    text = (
        f"{fmt.sentence_case(what)}: в{fmt.NBSP}школах списка — у{fmt.NBSP}"
        f"{share(inside.x, inside.n)} учителей, в{fmt.NBSP}остальных — "
        f"у{fmt.NBSP}{share(outside.x, outside.n)}"
    )
    if not found.enough:
        return (
            f"{text}; сравнивать эти доли нельзя: в{fmt.NBSP}одной из групп меньше "
            f"{fmt.count_of(found.least, 'школы', 'школ')}."
        )
    verdict = (
        "такая разница могла возникнуть случайно"
        if found.verdict == "unclear"
        else "случайностью это объяснить трудно"
    )
    ends = fmt.points_interval(*found.interval)
    return (
        f"{text}; разница {fmt.points(found.difference)} (с{fmt.NBSP}вероятностью "
        f"95{fmt.NNBSP}% {ends}) — {verdict}. Учтено, что учителя одной школы похожи друг на друга."
    )


def dynamics_sentence(row: Row, rules: CompetenceRules, where: str = "") -> str:
    """The indicator of S2: ``row`` of ``dynamics_by``; ``where``: « школ списка»."""
    n = int(row["n"])
    if not n:
        return (
            f"Сравнить не с чем: учителей{where}, прошедших одну и ту же работу по тому же "
            "предмету дважды, нет."
        )
    if fmt.is_missing(row["better"]):
        return f"Одну и ту же работу дважды прошли {few(rules)}{where}: доля не называется."
    verb = fmt.plural(n, "прошёл", "прошли", "прошли")
    rest = [
        f"{name} — у{fmt.NBSP}{fmt.number(row[code])}"
        for code, name in (("same", "такой же"), ("worse", "хуже"))
        if int(row[code])
    ]
    better = (
        "лучше стал уровень" if rules.dynamics.rule == "level" else "второй раз результат лучше"
    )
    return (
        f"Одну и ту же работу дважды {verb} {fmt.count_phrase(n, *TEACHERS)}{where}; {better} "
        f"у{fmt.NBSP}{share(row['better'], n, row['ci_low'], row['ci_high'])}"
        + (f", {', '.join(rest)}" if rest else "")
        + "."
    )


def test_sentence(row: Row) -> str:
    """Whether the mean change of a group is more than chance; empty where none is said."""
    if fmt.is_missing(row["gain"]):
        return ""
    text = f"В{fmt.NBSP}среднем результат {_moved(row['gain'])}"
    if not fmt.is_missing(row["gain_low"]):
        ends = fmt.points_interval(float(row["gain_low"]) / 100, float(row["gain_high"]) / 100)
        text += f" (с{fmt.NBSP}вероятностью 95{fmt.NNBSP}% {ends})"
    p = row["p_value"]
    if fmt.is_missing(p):
        return (
            f"{text}; изменившихся результатов слишком мало, чтобы проверить, не случайно ли это."
        )
    verdict = (
        "изменение больше, чем бывает случайно"
        if p < SURE
        else "отличить изменение от случайного нельзя"
    )
    return f"{text}; {verdict} (критерий Уилкоксона для пар, {p_words(p)})."


def _moved(value: Any) -> str:
    if round(float(value), 1) == 0:
        return "не изменился"
    change = gain(abs(float(value))).lstrip("+")
    return f"{'вырос' if value > 0 else 'снизился'} на{fmt.NBSP}{change}"


def p_words(p: Any) -> str:
    """«p = 0,012», «p < 0,001»."""
    if float(p) < 0.001:
        return f"p{fmt.NBSP}<{fmt.NBSP}0,001"
    return f"p{fmt.NBSP}={fmt.NBSP}{fmt.decimal(p, 3)}"


def subjects_sentence(rows: Iterable[Row]) -> str:
    """In which subjects the change is more than chance, after correction for their number."""
    known = [row for row in rows if not fmt.is_missing(row["q_value"])]
    if not known:
        return ""
    sure = [row for row in known if row["q_value"] < SURE and round(float(row["gain"]), 1)]
    up = [row for row in sure if row["gain"] > 0]
    down = [row for row in sure if row["gain"] < 0]
    parts = []
    for name, group in (("Рост", up), ("Снижение", down)):
        if group:
            named = ", ".join(
                f"{fmt.escape_md(row['subject'])} ({gain(row['gain'])}, "
                f"{fmt.count_phrase(int(row['n']), *TEACHERS)})"
                for row in sorted(group, key=lambda row: -abs(float(row["gain"])))
            )
            parts.append(f"{name} больше случайного: {named}.")
    rest = len(known) - len(sure)
    if not sure:
        return (
            "Ни в одном предмете изменение нельзя отличить от случайного "
            f"(проверено {fmt.number(len(known))}, поправка Бенджамини — Хохберга)."
        )
    if rest:
        parts.append(
            f"В{fmt.NBSP}{fmt.plural(rest, 'остальном предмете', 'остальных предметах', 'остальных предметах')} "
            f"({fmt.number(rest)}) изменение нельзя отличить от случайного."
        )
    return " ".join(parts) + " Учтено, что предметов проверено несколько (Бенджамини — Хохберг)."


def regression_sentences(found: CompetenceRegression) -> list[str]:
    """Regression to the mean said plainly, with the numbers where there are enough."""
    if not found.n_again:
        return []
    lines = [
        "**Регрессия к среднему.** Кто в первый раз выполнил работу плохо, во второй раз в среднем "
        "выполнит её лучше и без всякой помощи: часть первой неудачи была случайной. Вся группа от "
        "этого не выигрывает; выигрывает та, которую отобрали по низкому результату."
    ]
    if found.first_again is not None and found.first_once is not None:
        gap = found.first_again - found.first_once
        said = (
            "похоже, повторно измеряли тех, у кого было хуже; тогда часть роста возникла бы сама собой"
            if gap <= -3
            else "отбора слабых для повторного измерения не видно"
        )
        lines.append(
            f"До повторного измерения средний результат {fmt.count_of(found.n_again, 'учителя', 'учителей')}, "
            f"прошедших работу снова, — {score(found.first_again)}; у{fmt.NBSP}"
            f"{fmt.count_of(found.n_once, 'учителя', 'учителей')}, не измеренных повторно, — "
            f"{score(found.first_once)}: {said}."
        )
    if found.gain_low is not None and found.gain_rest is not None:
        text = (
            f"У{fmt.NBSP}начинавших с{fmt.NBSP}низкого уровня "
            f"({fmt.count_phrase(found.n_low, *TEACHERS)}) результат {_moved(found.gain_low)}, "
            f"у{fmt.NBSP}остальных ({fmt.number(found.n_again - found.n_low)}) — "
            f"{_moved(found.gain_rest)}"
        )
        if found.expected is not None and found.correlation is not None:
            text = ended(text)
            text += (
                f" По связи двух измерений (корреляция {fmt.decimal(found.correlation, 2)}) одна "
                f"случайность дала бы первым прирост до{fmt.NBSP}{gain(found.expected).lstrip('+')}"
            )
            text += (
                ": весь их рост может быть случайным."
                if found.gain_low <= found.expected
                else "; остальное так не объяснить, но что помогло, эти данные не говорят."
            )
        lines.append(ended(text))
    return lines


def deficits_sentence(row: Row, found: TeacherCompetence) -> str:
    """How many deficits the year had to do with and where they stand."""
    teachers = int(row["teachers"])
    if not teachers:
        return f"Дефицитов по темам за {school_year(found.year)} учебный год не записано."
    if fmt.is_missing(row["n"]):
        return f"Дефициты записаны у{fmt.NBSP}{_fewer(found.rules)}: число их не называется."
    n = int(row["n"])
    text = (
        f"В{fmt.NBSP}работе {fmt.plural(n, 'был', 'были', 'было')} {fmt.count_phrase(n, *DEFICITS)} "
        f"у{fmt.NBSP}{fmt.count_of(teachers, 'учителя', 'учителей')}; {day_words(found.day)} "
        f"восполнено {fmt.number(row['closed'])} ({fmt.percent(row['share_closed'])})"
    )
    if int(row["overdue"]):
        text += f", просрочено {fmt.number(row['overdue'])}"
    if int(row["open"]):
        text += f", срок не вышел или не назван у{fmt.NBSP}{fmt.number(row['open'])}"
    return text + "."


def _fewer(rules: CompetenceRules) -> str:
    return f"менее чем {fmt.count_of(rules.least_teachers, 'учителя', 'учителей')}"


def offers_sentence(row: Row) -> str:
    """What was offered against the deficits, and to how many nothing."""
    if fmt.is_missing(row["n"]) or not int(row["n"]):
        return ""
    kinds = [
        f"{name} — {fmt.number(row[f'by_{code}'])}"
        for code, name in (
            ("courses", "курсы или стажировка"),
            ("tutor", "тьютор или наставник"),
            ("self", "самообразование"),
            ("other", "другое"),
        )
        if int(row[f"by_{code}"])
    ]
    text = f"Помощь предложена по{fmt.NBSP}{fmt.of(row['offered'], row['n'])}"
    text += f" (названы {', '.join(kinds)})." if kinds else "."
    if int(row["not_offered"]):
        bare = int(row["not_offered"])
        verbs = fmt.plural(
            bare, "Не восполнен и остался", "Не восполнены и остались", "Не восполнены и остались"
        )
        text += f" {verbs} без предложения {fmt.number(bare)}."
    return text


def again_sentence(row: Row) -> str:
    """How many deficits were checked by a second diagnosis."""
    if fmt.is_missing(row["n"]) or not int(row["n"]):
        return ""
    text = (
        "После выявления диагностика того же учителя повторена по"
        f"{fmt.NBSP}{fmt.of(row['remeasured'], row['n'])}"
    )
    shut, sure = int(row["closed"]), int(row["closed_remeasured"])
    if not shut:
        return text + "."
    if sure == shut:
        text += f"; все восполненные ({fmt.number(shut)}) проверены повторно."
    else:
        text += (
            f"; из{fmt.NBSP}восполненных проверено повторно {fmt.of(sure, shut)}, остальные "
            "закрыты без измерения."
        )
    doubtful = int(row["not_better"])
    if not doubtful:
        return text
    return (
        f"{text} У{fmt.NBSP}{fmt.number(doubtful)} из{fmt.NBSP}восполненных результат той же работы "
        "после этого не вырос: стоит вернуться к теме."
    )


def courses_sentence(found: TeacherCompetence) -> str:
    """How many teachers have finished courses, and how many of these were about a deficit."""
    return courses_words(one(courses_by(found.courses, found.rules)), found)


def courses_words(row: Row, found: TeacherCompetence) -> str:
    """The same of ``row`` of :func:`~shnor_lib.methods.competence_groups.courses_by`."""
    teachers = int(row["teachers"])
    if not teachers:
        return f"Курсов, оконченных в{fmt.NBSP}{year_words(found.year)}, в данных нет."
    if fmt.is_missing(row["n"]):
        return f"Курсы окончили {few(found.rules)}."
    n = int(row["n"])
    text = (
        f"Курсы {fmt.plural(teachers, 'окончил', 'окончили', 'окончили')} "
        f"{fmt.count_phrase(teachers, *TEACHERS)} "
        f"({fmt.count_phrase(n, 'удостоверение', 'удостоверения', 'удостоверений')}"
    )
    if not fmt.is_missing(row["hours"]):
        text += f"; обычный объём — {fmt.number(row['hours'])}{fmt.NBSP}ч"
    text += "). "
    aimed = int(row["on_deficit"])
    return text + (
        f"Выявленный дефицит назван у{fmt.NBSP}{fmt.of(aimed, n)}."
        if aimed
        else "Ни в одной записи не назван дефицит, который восполняли."
    )


def totals(found: TeacherCompetence) -> Row:
    """All deficits of the year in one row."""
    return one(deficits_by(found.deficits, found.rules))

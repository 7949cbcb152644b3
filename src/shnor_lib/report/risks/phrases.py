"""Findings on risks in sentences: how many, how far checked, what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from shnor_lib.methods.risk_profile import RiskProfiles
from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.lists import SCHOOLS
from shnor_lib.report.risks import words as say
from shnor_lib.report.rows import records

NAMED_FACTORS = 3
"""Factors named in a sentence at most."""


def coverage_sentence(profiles: RiskProfiles, year: int, listed: Iterable[str]) -> str:
    """How many schools have a profile, and how many of those on the list."""
    rows = of_year(profiles, year)
    with_profile = {str(key) for key in rows.loc[rows["level"].notna(), "school_id"]}
    on_list = set(listed)
    n = len(with_profile)
    if not n:
        return f"Рисковых профилей за {say.year_words(year)} нет."
    text = (
        f"Рисковые профили за {say.year_words(year)} есть у{fmt.NBSP}"
        f"{fmt.count_of(n, 'школы', 'школ')}"
    )
    if not on_list:
        return f"{text}; в списке ШНОР и ШССУ школ нет."
    inside = len(with_profile & on_list)
    missing = len(on_list) - inside
    if not missing:
        return f"{text}, в том числе у всех школ списка ({fmt.number(len(on_list))})."
    return (
        f"{text}, в том числе у{fmt.NBSP}{fmt.number(inside)} из{fmt.NBSP}"
        f"{fmt.count_of(len(on_list), 'школы', 'школ')} списка; без профиля "
        f"{fmt.plural(missing, 'остаётся', 'остаются', 'остаётся')} "
        f"{fmt.count_phrase(missing, *SCHOOLS)}."
    )


def levels_sentence(profiles: RiskProfiles, year: int) -> str:
    """How many factors were declared, of which significance, which most often high."""
    rows = of_year(profiles, year)
    given = rows[rows["level"].notna()]
    if given.empty:
        return ""
    counts = {str(key): int(n) for key, n in given["level"].value_counts().items()}
    verb = fmt.plural(len(given), "Заявлен", "Заявлены", "Заявлено")
    text = (
        f"{verb} {fmt.count_phrase(len(given), *say.FACTORS_FORMS)} риска: "
        f"{say.counted_levels(counts)}."
    )
    high = given[(given["level"] == "high") & (given["state"] != "rejected")]
    top = high["factor"].value_counts()
    if len(top):
        order = sorted(top.items(), key=lambda pair: (-int(pair[1]), say.factor(pair[0])))
        named = [
            f"«{say.factor(code)}» — {fmt.count_phrase(int(n), *SCHOOLS)}"
            for code, n in order[:NAMED_FACTORS]
        ]
        text += f" Чаще всего высокая значимость у факторов: {'; '.join(named)}."
        if len(named) == 1:
            text = text.replace("у факторов:", "у фактора", 1)
    return text


def verification_sentence(profiles: RiskProfiles, year: int) -> str:
    """How far school and curator have come with the check."""
    rows = of_year(profiles, year)
    if rows.empty:
        return ""
    both = int((rows["verified"] == "both").sum())
    none = int((rows["verified"] == "none").sum())
    total = len(rows)
    if not both and none == total:
        return (
            "Верификация не начата: ни школы, ни кураторы решений не приняли "
            f"(0{fmt.NBSP}из{fmt.NBSP}{fmt.count_of(total, 'фактора', 'факторов')})."
        )
    text = (
        f"Верификация: обе стороны приняли решение по{fmt.NBSP}{fmt.number(both)} "
        f"из{fmt.NBSP}{fmt.count_of(total, 'фактора', 'факторов')} ({fmt.percent(both / total)})"
    )
    rest = total - both
    if not rest:
        return f"{text}, то есть проверено всё."
    return f"{text}; без решений осталось {fmt.number(none)}, с решением одной стороны — {fmt.number(rest - none)}."


def agreement_sentence(profiles: RiskProfiles, year: int) -> str:
    """How often school and curator say the same where both have spoken."""
    rows = of_year(profiles, year)
    both = rows[rows["verified"] == "both"]
    if both.empty:
        return ""
    same = int((both["school_decision"] == both["curator_decision"]).sum())
    if same == len(both):
        return f"Где решения приняли обе стороны, они совпали ({fmt.of(same, len(both))})."
    return (
        f"Где решения приняли обе стороны, они совпали в{fmt.NBSP}{fmt.number(same)} "
        f"из{fmt.NBSP}{fmt.count_of(len(both), 'случая', 'случаев')} ({fmt.percent(same / len(both))})."
    )


def contradictions_sentence(profiles: RiskProfiles, year: int) -> str:
    """How many contradictions in how many schools, the most frequent kinds."""
    rows = profiles.contradictions[profiles.contradictions["year"] == year]
    if rows.empty:
        return "Противоречий в профилях и протоколах нет."
    schools = int(rows["school_id"].nunique())
    n = len(rows)
    counts = rows["contradiction"].value_counts()
    order = sorted(
        counts.items(),
        key=lambda pair: (-int(pair[1]), list(say.CONTRADICTION).index(str(pair[0]))),
    )
    named = [f"{say.CONTRADICTION[str(code)]} — {fmt.number(k)}" for code, k in order[:4]]
    return (
        f"{fmt.plural(n, 'Найдено', 'Найдены', 'Найдено')} "
        f"{fmt.count_phrase(n, 'противоречие', 'противоречия', 'противоречий')} "
        f"у{fmt.NBSP}{fmt.count_of(schools, 'школы', 'школ')}: {'; '.join(named)}"
        + ("; другие — в таблице." if len(order) > 4 else ".")
    )


def decisions_sentence(register: RiskRegister) -> str:
    """What waits for a decision on the day of the register, what is late, what comes next."""
    rows = register.decisions
    if rows.empty:
        return "Рисков, по которым нужны решения, нет."
    waiting = rows[~rows["decided"]]
    n, when = len(waiting), fmt.sentence_case(say.day_words(register.day))
    if not n:
        return f"{when} решения есть по всем рискам ({fmt.number(len(rows))})."
    text = (
        f"{when} решения {fmt.plural(n, 'ждёт', 'ждут', 'ждут')} "
        f"{fmt.count_phrase(n, *say.RISKS_FORMS)} "
        f"из{fmt.NBSP}{fmt.number(len(rows))}"
    )
    late = int(waiting["overdue"].sum())
    if late:
        text += f", из них {fmt.plural(late, 'просрочен', 'просрочены', 'просрочено')} {fmt.number(late)}"
    ahead = waiting[~waiting["overdue"] & ~waiting["note_only"]]
    if len(ahead):
        nearest = ahead["decide_by"].min()
        at_once = int((ahead["decide_by"] == nearest).sum())
        text += (
            f"; ближайший срок — {fmt.date_ru(nearest)} "
            f"({fmt.count_phrase(at_once, *say.RISKS_FORMS)})"
        )
    return text + "."


def levels_of_decision_sentence(register: RiskRegister) -> str:
    """Whose decisions are waited for: «МОУО — 5, школы — 3»."""
    waiting = register.waiting
    counts = [
        (code, int((waiting["decides"] == code).sum()))
        for code in ("school", "municipality", "region")
    ]
    named = [f"{say.WHOSE[code]} — {fmt.number(n)}" for code, n in counts if n]
    return f"Чьё решение нужно: {', '.join(named)}." if named else ""


def note_sentence(register: RiskRegister) -> str:
    """Unmanaged risks: passed on to the region or taken note of (S0 4.3.2)."""
    n = int((register.decisions["note_only"] & ~register.decisions["decided"]).sum())
    if not n:
        return ""
    return (
        f"{fmt.count_phrase(n, *say.RISKS_FORMS)} {fmt.plural(n, 'неуправляем', 'неуправляемы', 'неуправляемы')}: "
        "по п. 4.3.2 решения о таких рисках принимает регион или их принимают к сведению; "
        "просроченными они не считаются."
    )


def changes_sentence(changes: pd.DataFrame, year: int) -> str:
    """What became of the factors since last year, for schools with both profiles."""
    if changes.empty:
        return (
            f"Сравнить не с чем: школ с рисковым профилем и за {school_year(year - 1)}, "
            f"и за {school_year(year)} нет."
        )
    counts = {str(key): int(n) for key, n in changes["change"].value_counts().items()}
    words = {
        "appeared": "новых факторов",
        "rose": "ставших значимее",
        "fell": "ставших менее значимыми",
        "closed": "отклонённых, снятых или ушедших из профиля",
        "same": "без изменений",
    }
    parts = [
        f"{text} — {fmt.number(counts[code])}" for code, text in words.items() if code in counts
    ]
    schools = int(changes["school_id"].nunique())
    who = (
        "У одной школы, профиль которой есть"
        if schools == 1
        else f"У{fmt.NBSP}{fmt.count_of(schools, 'школы', 'школ')}, профили которых есть"
    )
    return f"{who} и за {school_year(year - 1)}, и за {school_year(year)}, {', '.join(parts)}."


def of_year(profiles: RiskProfiles, year: int) -> pd.DataFrame:
    """Factors of one year."""
    return profiles.factors[profiles.factors["year"] == year]


def schools_with(profiles: RiskProfiles, year: int, contradiction: str) -> list[str]:
    """Schools with a contradiction of a kind."""
    rows = profiles.contradictions
    rows = rows[(rows["year"] == year) & (rows["contradiction"] == contradiction)]
    return sorted({str(row["school_id"]) for row in records(rows)})
